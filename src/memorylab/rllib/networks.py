"""The keys of a model's configuration, and the networks they describe, for both API stacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gymnasium as gym

from memorylab.errors import reject_unknown_keys
from memorylab.memory import ActorCritic
from memorylab.rllib.heads import Head

_NETWORK_CONFIG: dict[str, Any] = {
    "memory": "gru",
    "memory_config": {},
    "encoder_sizes": (64,),
    "actor_sizes": (64,),
    "critic_sizes": (64,),
    # RLlib's own name.
    "vf_share_layers": True,
}
LOSS_CONFIG: dict[str, Any] = {"losses": {}, "demonstrations": None, "decoder_sizes": (64,)}
"""The keys of :class:`memorylab.rllib.losses.ExtraLosses`, with their defaults."""

DEFAULT_MODEL_CONFIG: dict[str, Any] = {
    **_NETWORK_CONFIG,
    "head": None,
    **LOSS_CONFIG,
    # RLlib's own name.
    "max_seq_len": 20,
}
"""Every key of a model's configuration, with its default; see ``MemoryRLModule``."""


def complete_model_config(given: Mapping[str, Any] | None, what: str) -> dict[str, Any]:
    """Return a model's configuration with the defaults of all keys that aren't given.

    ``what`` names it in the message: ``"MemoryRLModule's model_config"``.

    Raises:
        ValueError: A key doesn't exist; the message offers the nearest one.
    """
    given = dict(given or {})
    reject_unknown_keys(given, DEFAULT_MODEL_CONFIG, f"key of {what}")
    return DEFAULT_MODEL_CONFIG | given


def make_networks(
    head: Head,
    observation_size: int,
    observation_space: gym.Space,
    action_space: gym.Space,
    config: Mapping[str, Any],
) -> ActorCritic:
    """Build an actor and a critic whose actor ends in the network of ``head``.

    The head fits the spaces, and the memory reads ``observation_size`` features. ``config`` is
    complete; its keys of heads and losses are not read.

    Raises:
        ValueError: A size is below 1, or a name doesn't exist; the message offers the nearest one.
    """
    return ActorCritic(
        observation_size,
        lambda size, hidden: head.make_network(size, hidden, observation_space, action_space),
        **{key: config[key] for key in _NETWORK_CONFIG},
    )
