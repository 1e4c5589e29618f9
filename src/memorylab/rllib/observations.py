"""Observations of any space as flat features, and the parts of them that describe actions."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

import gymnasium as gym
import numpy as np
import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor

ACTION_MASK, AVAILABLE_ACTIONS = "action_mask", "available_actions"
"""The keys of an observation that describe the actions. All other keys are what the memory reads;
RLlib's examples call it ``"observations"``, PettingZoo ``"observation"``."""


def is_parametric(space: gym.Space) -> bool:
    """Return whether an observation space describes actions, by a mask or by embeddings."""
    return isinstance(space, gym.spaces.Dict) and not {ACTION_MASK, AVAILABLE_ACTIONS}.isdisjoint(
        space.spaces
    )


def memory_space(space: gym.Space) -> gym.Space:
    """Return the space of what a memory reads: all but the parts that describe actions.

    Raises:
        TypeError: Nothing is left to read, a part of it has no fixed size, or a key is almost that
            of a description.
    """
    known = (ACTION_MASK, AVAILABLE_ACTIONS)
    for key in space if isinstance(space, gym.spaces.Dict) else ():
        if key not in known and (meant := get_close_matches(key, known, 1, 0.75)):
            raise TypeError(
                f"the observation has {space[key]} under {key!r}. Call it {meant[0]!r} if it "
                "describes the actions, or else something less like it."
            )
    if is_parametric(space):
        # Pairs, because Gymnasium sorts a dictionary.
        rest = [(key, part) for key, part in space.items() if key not in known]
        if not rest:
            raise TypeError(
                f"the observation describes actions alone, and leaves the memory nothing to read: "
                f"{space}. Add what the agent sees under 'observations'."
            )
        space = gym.spaces.Dict(rest)
    for part in leaves(space):
        if not isinstance(part, _SIZED):
            raise TypeError(
                f"the memory can't read {part}, whose observations have no fixed size. Pad lists: "
                "memorylab.environments.PadLists does it to Sequence and Repeated. Encode others "
                "as a Box in an ObservationWrapper."
            )
    return space


def memory_size(space: gym.Space) -> int:
    """Return the number of features F that a memory reads of an observation.

    Raises:
        TypeError: There are none: see :func:`memory_space`.
    """
    return gym.spaces.flatdim(memory_space(space))


def memory_input(observation: Any, space: gym.Space) -> Float[Tensor, "... F"]:
    """Return what a memory reads of an observation of ``space``, flat."""
    if not is_parametric(space):
        return flatten(observation, space)
    keys = [key for key in space if key not in (ACTION_MASK, AVAILABLE_ACTIONS)]
    return torch.cat([flatten(observation[key], space[key]) for key in keys], -1)


def leaves(space: gym.Space) -> list[gym.Space]:
    """Return the spaces of the parts of an observation, in the order of its features."""
    if not isinstance(space, gym.spaces.Dict | gym.spaces.Tuple):
        return [space]
    return [leaf for part in parts_of(space) for leaf in leaves(part)]


def flatten(observation: Any, space: gym.Space) -> Float[Tensor, "... F"]:
    """Return observations ``[..., *shape]``, or their parts, as ``gym.spaces.flatten`` has them.

    Discrete numbers become one-hot, counted from the start of their space. Numbers outside of it,
    such as those in padding, become zeros.
    """
    if isinstance(space, gym.spaces.Dict):
        return torch.cat([flatten(observation[key], space[key]) for key in space], -1)
    if isinstance(space, gym.spaces.Tuple):
        pairs = zip(observation, space, strict=True)
        return torch.cat([flatten(part, kind) for part, kind in pairs], -1)
    leading = observation.shape[: observation.dim() - len(space.shape)]
    numbers = observation.reshape(*leading, int(np.prod(space.shape)))  # [..., K]
    if isinstance(space, gym.spaces.Discrete | gym.spaces.MultiDiscrete):
        counts = counts_of(space)  # [K]
        pairs = zip(starts_of(space), counts, strict=True)
        choices = np.concatenate([start + np.arange(count) for start, count in pairs])  # [F]
        which = torch.as_tensor(np.arange(len(counts)).repeat(counts), device=numbers.device)
        numbers = numbers[..., which] == torch.as_tensor(choices, device=numbers.device)
    return numbers.float()


def unflatten(flat: Shaped[Tensor, "... F"], space: gym.Space) -> Any:
    """Undo :func:`flatten`; the types of the numbers stay those of ``flat``, or are integers."""
    if isinstance(space, gym.spaces.Dict | gym.spaces.Tuple):
        sizes = [gym.spaces.flatdim(part) for part in parts_of(space)]
        found = [
            unflatten(part, kind)
            for part, kind in zip(flat.split(sizes, -1), parts_of(space), strict=True)
        ]
        is_tuple = isinstance(space, gym.spaces.Tuple)
        return tuple(found) if is_tuple else dict(zip(space, found, strict=True))
    if isinstance(space, gym.spaces.Discrete | gym.spaces.MultiDiscrete):
        counts = counts_of(space).tolist()
        flat = torch.stack([part.argmax(-1) for part in flat.split(counts, -1)], -1)  # [..., K]
        flat = flat + torch.as_tensor(starts_of(space), device=flat.device)
    return flat.reshape(*flat.shape[:-1], *space.shape)


_SIZED = (
    gym.spaces.Box,
    gym.spaces.Discrete,
    gym.spaces.MultiDiscrete,
    gym.spaces.MultiBinary,
)


def parts_of(space: gym.spaces.Dict | gym.spaces.Tuple) -> list[gym.Space]:
    """Return the spaces of the parts of a Dict or Tuple."""
    return list(space.values() if isinstance(space, gym.spaces.Dict) else space)


def counts_of(space: gym.spaces.Discrete | gym.spaces.MultiDiscrete) -> Int[np.ndarray, "K"]:
    """Return how many choices each number has."""
    discrete = isinstance(space, gym.spaces.Discrete)
    return np.array([space.n]) if discrete else space.nvec.ravel()


def starts_of(space: gym.spaces.Discrete | gym.spaces.MultiDiscrete) -> Int[np.ndarray, "K"]:
    """Return the least choice of each number."""
    return np.atleast_1d(space.start).ravel()
