"""Observations that hold lists of varying length, padded to a fixed size with a mask."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np

from memorylab.errors import check_count


class PadLists(gym.ObservationWrapper):
    """Wraps an environment so that lists in its observations have a fixed size.

    A list, of Gymnasium's space ``Sequence`` or of RLlib's ``Repeated``, becomes a dictionary of
    ``"items"`` ``[L, F]``, its elements, flattened, and zeros after the last, and ``"mask"``
    ``[L]``, 1 for an element and 0 for padding. Lists may hold lists, and stand anywhere in a Dict
    or Tuple.

    Args:
        env: An environment whose observations hold lists.
        max_len: L for a ``Sequence``, which has no limit of its own.

    Raises:
        TypeError: There is no list, ``max_len`` is missing, or elements can't be flattened.
        ValueError: ``max_len`` is below 1; or, of an observation, a list is longer than L.
    """

    def __init__(self, env: gym.Env, max_len: int | None = None):
        super().__init__(env)
        self._max_len = None if max_len is None else check_count(max_len, "max_len")
        self.observation_space = self._pad_space(env.observation_space)
        if self.observation_space == env.observation_space:
            raise TypeError(f"there is no list to pad in {env.observation_space}.")

    def observation(self, observation: Any) -> Any:
        """Return an observation with its lists padded."""
        return self._pad(observation, self.env.observation_space)

    def _pad_space(self, space: gym.Space) -> gym.Space:
        if isinstance(space, gym.spaces.Dict):
            return gym.spaces.Dict({key: self._pad_space(part) for key, part in space.items()})
        if isinstance(space, gym.spaces.Tuple):
            return gym.spaces.Tuple([self._pad_space(part) for part in space])
        element = _element_space(space)
        if element is None:
            return space
        flat = gym.spaces.flatten_space(self._pad_space(element))
        if not isinstance(flat, gym.spaces.Box):
            raise TypeError(f"the elements of a list must have a fixed size, but are of {element}.")
        length = self._length(space)
        low, high = np.minimum(flat.low, 0), np.maximum(flat.high, 0)
        rows = [np.broadcast_to(bound, (length, *flat.shape)) for bound in (low, high)]
        items = gym.spaces.Box(*rows, dtype=flat.dtype)
        return gym.spaces.Dict({"items": items, "mask": gym.spaces.MultiBinary(length)})

    def _pad(self, observation: Any, space: gym.Space) -> Any:
        if isinstance(space, gym.spaces.Dict):
            return {key: self._pad(observation[key], part) for key, part in space.items()}
        if isinstance(space, gym.spaces.Tuple):
            return tuple(
                self._pad(part, kind) for part, kind in zip(observation, space, strict=True)
            )
        element = _element_space(space)
        if element is None:
            return observation
        length = self._length(space)
        if isinstance(space, gym.spaces.Sequence) and space.stack:
            observation = gym.vector.utils.iterate(space.stacked_feature_space, observation)
        elements = list(observation)
        if len(elements) > length:
            raise ValueError(
                f"a list of {len(elements)} elements is longer than the {length} that {space} is "
                "padded to. Raise max_len."
            )
        padded = self._pad_space(element)
        flat = gym.spaces.flatten_space(padded)
        items = np.zeros((length, *flat.shape), flat.dtype)
        for number, part in enumerate(elements):
            items[number] = gym.spaces.flatten(padded, self._pad(part, element))
        return {"items": items, "mask": (np.arange(length) < len(elements)).astype(np.int8)}

    def _length(self, space: Any) -> int:
        """Return how many elements a list is padded to."""
        if not isinstance(space, gym.spaces.Sequence):
            return int(space.max_len)
        if self._max_len is None:
            raise TypeError(f"{space} has no limit: give max_len, the most elements of a list.")
        return self._max_len


def _element_space(space: gym.Space) -> gym.Space | None:
    """Return the space of the elements of a list, or None if the space is none of lists."""
    if isinstance(space, gym.spaces.Sequence):
        return space.feature_space
    # Recognised by what it has, because this subpackage doesn't need Ray.
    is_repeated = hasattr(space, "child_space") and hasattr(space, "max_len")
    return getattr(space, "child_space") if is_repeated else None  # noqa: B009 (mypy)
