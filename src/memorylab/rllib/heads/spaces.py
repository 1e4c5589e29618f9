"""Actions of any space as one tensor of numbers: their parts, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import numpy as np
import torch
from jaxtyping import Shaped
from torch import Tensor

from memorylab.rllib.observations import counts_of, leaves, parts_of, starts_of

_MOST_CHOICES = 256
"""Most numbers that a Box of integers may offer for one action, a logit for each; of int8 128."""


def choices_of(space: gym.Space) -> tuple[int, ...]:
    """Return how many choices each part of an action has, if all parts are whole numbers.

    Raises:
        TypeError: The space is not Discrete, MultiDiscrete, MultiBinary, a bounded Box of integers,
            or a Tuple or Dict of these.
    """
    choices = [_choices(leaf) for leaf in leaves(space)]
    if not choices or any(found is None for found in choices):
        raise TypeError(
            "it is for Discrete, MultiDiscrete, MultiBinary, a Box of at most "
            f"{_MOST_CHOICES} integers, and a Tuple or Dict of these, but the action space is "
            f"{space}."
        )
    return tuple(n for found in choices for n in found or ())


def _choices(leaf: gym.Space) -> tuple[int, ...] | None:
    """Return the number of choices of each number of a leaf, or None if it isn't counted."""
    if isinstance(leaf, gym.spaces.Discrete | gym.spaces.MultiDiscrete):
        return tuple(map(int, counts_of(leaf)))
    if isinstance(leaf, gym.spaces.MultiBinary):
        return (2,) * int(np.prod(leaf.shape))
    if isinstance(leaf, gym.spaces.Box) and leaf.dtype.kind in "iu" and leaf.is_bounded():
        counts = leaf.high.ravel().astype(object) - leaf.low.ravel() + 1
        most = min(_MOST_CHOICES, np.iinfo(leaf.dtype).max + 1)
        return tuple(map(int, counts)) if max(counts, default=1) <= most else None
    return None


def is_real(leaf: gym.Space) -> bool:
    """Return whether a space is a Box of real numbers, all of them bounded or none on both sides.

    RLlib stretches actions to the bounds of a Box whose numbers are all bounded.
    """
    if not isinstance(leaf, gym.spaces.Box) or leaf.dtype not in (np.float32, np.float64):
        return False
    return leaf.is_bounded() or not (leaf.bounded_below & leaf.bounded_above).any()


def count_numbers(space: gym.Space) -> list[int]:
    """Return how many numbers each leaf of an action space has."""
    return [int(np.prod(leaf.shape)) for leaf in leaves(space)]


def as_action(numbers: Shaped[Tensor, "... N"], space: gym.Space) -> Any:
    """Return actions as they look in ``space``, from their numbers, where choices count from 0.

    Those of a Discrete space come without the last axis. RLlib stretches the numbers of a bounded
    Box, and shifts those of one of integers, itself.
    """
    if isinstance(space, gym.spaces.Discrete):
        return (numbers + int(space.start)).to(_torch_dtype(space))
    if isinstance(space, gym.spaces.Dict | gym.spaces.Tuple):
        sizes = [sum(count_numbers(part)) for part in parts_of(space)]
        found = []
        for kind, part in zip(parts_of(space), numbers.split(sizes, -1), strict=True):
            is_discrete = isinstance(kind, gym.spaces.Discrete)
            found.append(as_action(part.squeeze(-1) if is_discrete else part, kind))
        is_tuple = isinstance(space, gym.spaces.Tuple)
        return tuple(found) if is_tuple else dict(zip(space, found, strict=True))
    if isinstance(space, gym.spaces.MultiDiscrete):
        numbers = numbers + torch.as_tensor(starts_of(space), device=numbers.device)
    numbers = numbers.reshape(*numbers.shape[:-1], *space.shape)
    if not is_real(space):
        return numbers.to(_torch_dtype(space))
    if space.is_bounded():
        return numbers
    # Only rounding, of a bound that float32 doesn't have, can lead outside.
    low, high = (torch.as_tensor(bound, device=numbers.device) for bound in (space.low, space.high))
    return numbers.to(low.dtype).clamp(low, high)


def as_tensor(action: Any, space: gym.Space) -> Shaped[Tensor, "... N"]:
    """Return the numbers of actions: undo :func:`as_action`.

    Actions of a Tuple or Dict may also come as one tensor, one number after the other, as RLlib's
    old API stack has them.
    """
    if isinstance(space, gym.spaces.Discrete):
        return action.long() - int(space.start)
    if isinstance(space, gym.spaces.Dict | gym.spaces.Tuple):
        parts = parts_of(space)
        if isinstance(action, Tensor):
            pieces = action.split([sum(count_numbers(part)) for part in parts], -1)
            discrete = [isinstance(part, gym.spaces.Discrete) for part in parts]
            action = [p.squeeze(-1) if d else p for p, d in zip(pieces, discrete, strict=True)]
        elif isinstance(action, Mapping):
            action = [action[key] for key in space]
        numbers = [as_tensor(part, kind) for part, kind in zip(action, parts, strict=True)]
        numbers = [
            part.unsqueeze(-1) if isinstance(kind, gym.spaces.Discrete) else part
            for part, kind in zip(numbers, parts, strict=True)
        ]
        return torch.cat(numbers, -1)
    action = action.float() if is_real(space) else action.long()
    if isinstance(space, gym.spaces.MultiDiscrete):
        action = action - torch.as_tensor(space.start, device=action.device)
    leading = action.shape[: action.dim() - len(space.shape)]
    return action.reshape(*leading, int(np.prod(space.shape)))


def _torch_dtype(space: gym.Space) -> torch.dtype:
    return torch.as_tensor(np.zeros(0, space.dtype)).dtype
