"""The keys of a model's configuration, and the networks they describe, for both API stacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, cast

import gymnasium as gym
from ray.tune.search.sample import Domain

from memorylab.errors import reject_unknown_keys
from memorylab.memory import ActorCritic
from memorylab.rllib.heads import Head
from memorylab.rllib.heads.values import Q_LEARNING, SOFT_ACTOR_CRITIC, TwinCritic
from memorylab.rllib.image_encoder import ImageEncoder, is_image
from memorylab.rllib.observations import leaves, memory_space

_NETWORK_CONFIG: dict[str, Any] = {
    "memory": "gru",
    "memory_config": {},
    "encoder_sizes": (64,),
    "encoder_nonlinearity": "LeakyReLU",
    "actor_sizes": (64,),
    "critic_sizes": (64,),
    # RLlib's own name.
    "vf_share_layers": True,
}
LOSS_CONFIG: dict[str, Any] = {
    "losses": {},
    "demonstrations": None,
    "decoder_sizes": (64,),
    "latent_size": 8,
}
"""The keys of :class:`memorylab.rllib.losses.ExtraLosses`, with their defaults."""

DEFAULT_MODEL_CONFIG: dict[str, Any] = {
    **_NETWORK_CONFIG,
    # RLlib's own name.
    "conv_filters": None,
    "head": None,
    **LOSS_CONFIG,
    # RLlib's own name.
    "max_seq_len": 20,
}
"""Every key of a model's configuration, with its default; see ``MemoryRLModule``."""

_ADDED_BY_RLLIB = {
    *(Q_LEARNING, "dueling", "epsilon", "num_atoms", "std_init", "v_min", "v_max"),
    SOFT_ACTOR_CRITIC,
}
"""Keys that RLlib's DQN and SAC add to the configuration of every module."""

_NAMES_OF_RLLIB = {
    "fcnet_hiddens": "the layers before the memory are called 'encoder_sizes' here",
    "fcnet_activation": "write encoder_nonlinearity='Tanh' for 'tanh', RLlib's default",
    "head_fcnet_hiddens": "hidden layers are called 'actor_sizes' and 'critic_sizes' here",
    "use_lstm": "write memory='lstm'",
    "lstm_cell_size": "write memory_config={'hidden_size': ...}",
}
"""Keys of RLlib's own networks, and what to say here instead."""


def complete_model_config(
    given: Mapping[str, Any] | None,
    what: str,
    defaults: Mapping[str, Any] = DEFAULT_MODEL_CONFIG,
) -> dict[str, Any]:
    """Return a model's configuration with the defaults of all keys that aren't given.

    ``what`` names it in the message: ``"MemoryRLModule's model_config"``.

    Raises:
        ValueError: A key doesn't exist, and the message offers the nearest one; or a value is a
            search space of Ray Tune.
    """
    given = dict(given or {})
    check_model_config_keys([key for key in given if key not in _ADDED_BY_RLLIB], what, defaults)
    if where := next(search_spaces(given, what), None):
        raise ValueError(
            f"{where} is a search space of Ray Tune, but Tune doesn't look into the model's "
            "configuration. Give memorylab.rllib.sweep one configuration for each value, or have "
            "Tune call a function that makes the configuration."
        )
    if SOFT_ACTOR_CRITIC in given:
        if given.get("vf_share_layers"):
            raise ValueError(
                "vf_share_layers=True asks for one memory, but SAC's critics have one of their "
                "own: each of the two learns from another loss. Leave it out."
            )
        given["vf_share_layers"] = False
    return {**defaults, **given}


def check_model_config_keys(
    given: Iterable[str], what: str, defaults: Mapping[str, Any] = DEFAULT_MODEL_CONFIG
) -> None:
    """Raise ValueError for a key without default; it answers those that RLlib knows."""
    for key in given:
        if key in _ADDED_BY_RLLIB and key not in defaults:
            raise ValueError(
                f"{key!r} is a setting of RLlib's DQN or SAC, and not of {what}: write "
                f"config.training({key}=...)."
            )
        if key in _NAMES_OF_RLLIB and key not in defaults:
            raise ValueError(
                f"{key!r} is a key of RLlib's DefaultModelConfig, for networks of RLlib's own, and "
                f"not of {what}: {_NAMES_OF_RLLIB[key]}."
            )
    reject_unknown_keys(given, defaults, f"key of {what}")


def search_spaces(value: Any, where: str) -> Iterator[str]:
    """Yield where in a configuration there are search spaces of Ray Tune."""
    if isinstance(value, Domain) or (isinstance(value, Mapping) and "grid_search" in value):
        yield where
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from search_spaces(part, f"{where}[{key!r}]")


def make_networks(
    head: Head,
    observation_size: int,
    observation_space: gym.Space,
    action_space: gym.Space,
    config: Mapping[str, Any],
) -> ActorCritic:
    """Build an actor and a critic whose actor ends in the network of ``head``.

    The head fits the spaces, and the memory reads ``observation_size`` features. If these are those
    of ``observation_space`` and hold images, the encoder is an :class:`ImageEncoder`. ``config`` is
    complete; its keys of heads and losses are not read. For a Q-learner there is no critic, and for
    SAC one that reads actions too, with a memory of its own.

    Raises:
        ValueError: A size is below 1, a name doesn't exist, and the message offers the nearest one,
            or there are ``conv_filters`` and no image.
    """
    filters, encoder = config["conv_filters"], cast(Any, observation_size)
    space = _space_of_images(observation_space, observation_size)
    if space is None and filters:
        raise ValueError(
            f"conv_filters={filters!r} are for images, Boxes with three axes, but the module reads "
            f"{observation_space}. Leave them out, or keep images from being flattened before."
        )
    if space is not None and (filters is None or filters):
        encoder = partial(ImageEncoder, space, filters=filters)
    networks = {key: config[key] for key in _NETWORK_CONFIG}
    if Q_LEARNING in config:
        networks["make_critic"] = lambda size, hidden: None
    elif SOFT_ACTOR_CRITIC in config:
        networks["make_critic"] = lambda size, hidden: TwinCritic(
            size, action_space.shape[0], hidden, twin=config[SOFT_ACTOR_CRITIC]
        )
    return ActorCritic(
        encoder,
        lambda size, hidden: head.make_network(size, hidden, observation_space, action_space),
        **networks,
    )


def _space_of_images(space: gym.Space, observation_size: int) -> gym.Space | None:
    """Return the space that the memory reads if there are images in it, or None."""
    try:
        space = memory_space(space)
    except TypeError:  # A subclass reads it in its own way.
        return None
    is_read = observation_size == gym.spaces.flatdim(space)
    return space if is_read and any(map(is_image, leaves(space))) else None
