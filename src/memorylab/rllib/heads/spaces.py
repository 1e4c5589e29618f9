"""Parts of an action, and of an observation that describes the actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import torch
from jaxtyping import Float, Int
from torch import Tensor

OBSERVATIONS, ACTION_MASK, AVAILABLE_ACTIONS = "observations", "action_mask", "available_actions"
"""The keys of an observation that describes the actions; RLlib's examples use the first two."""


def is_parametric(space: gym.Space) -> bool:
    """Return whether an observation space describes actions, by a mask or by embeddings."""
    return isinstance(space, gym.spaces.Dict) and not {ACTION_MASK, AVAILABLE_ACTIONS}.isdisjoint(
        space.spaces
    )


def memory_size(space: gym.Space) -> int:
    """Return the number of features F that a memory reads of an observation.

    Raises:
        TypeError: The space is neither a flat Box nor a Dict that describes actions and holds a
            flat Box under ``"observations"``.
    """
    if not is_parametric(space):
        if isinstance(space, gym.spaces.Box) and len(space.shape) == 1:
            return space.shape[0]
        raise TypeError(
            f"the memory reads flat observations, a Box of shape [F], but the observation space is "
            f"{space}. RLlib's connector FlattenObservations flattens any other; ppo_config adds "
            "it where it is needed."
        )
    known = (OBSERVATIONS, ACTION_MASK, AVAILABLE_ACTIONS)
    for key, part in space.spaces.items():
        if key not in known or not isinstance(part, gym.spaces.Box):
            raise TypeError(
                f"an observation that describes actions holds Boxes under the keys "
                f"{', '.join(known)}, but has {part} under {key!r}. Put everything else into "
                f"{OBSERVATIONS!r}, flat."
            )
    if OBSERVATIONS not in space.spaces or len(space[OBSERVATIONS].shape) != 1:
        raise TypeError(
            f"{OBSERVATIONS!r} must be a Box of shape [F], but the observation space is {space}."
        )
    return space[OBSERVATIONS].shape[0]


def memory_input(observation: Tensor | Mapping[str, Tensor]) -> Float[Tensor, "... F"]:
    """Return what a memory reads of an observation: all of it, or its ``"observations"``."""
    if isinstance(observation, Mapping):
        observation = observation[OBSERVATIONS]
    return observation.float()


def unflatten(flat: Float[Tensor, "... K"], space: gym.Space) -> Tensor | dict[str, Tensor]:
    """Undo ``gym.spaces.flatten`` for a Box, or a Dict of these."""
    if not isinstance(space, gym.spaces.Dict):
        return flat
    sizes = [gym.spaces.flatdim(part) for part in space.values()]
    return {
        key: part.reshape(*flat.shape[:-1], *space[key].shape)
        for key, part in zip(space, flat.split(sizes, -1), strict=True)
    }


def choices_of(space: gym.Space) -> tuple[int, ...]:
    """Return how many choices each part of an action has.

    Raises:
        TypeError: The space is neither MultiDiscrete, with one dimension, nor a Tuple of Discrete,
            counted from 0.
    """
    if isinstance(space, gym.spaces.MultiDiscrete) and space.nvec.ndim == 1:
        if not space.start.any():
            return tuple(int(n) for n in space.nvec)
    elif isinstance(space, gym.spaces.Tuple) and all(
        isinstance(part, gym.spaces.Discrete) and part.start == 0 for part in space
    ):
        return tuple(int(part.n) for part in space)
    raise TypeError(
        f"it is for MultiDiscrete of one dimension or a Tuple of Discrete, counted from 0, but the "
        f"action space is {space}."
    )


def as_action(parts: Int[Tensor, "... N"], space: gym.Space) -> Any:
    """Return actions as they look in ``space``: in a Tuple one tensor for each part."""
    return parts.unbind(-1) if isinstance(space, gym.spaces.Tuple) else parts


def as_tensor(action: Any) -> Tensor:
    """Return actions as one tensor, whether they came as one or part by part."""
    return torch.stack(list(action), -1) if isinstance(action, list | tuple) else action
