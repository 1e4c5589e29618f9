"""The T-maze with pictures on its walls: three things to remember, of which the reward asks one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gymnasium as gym
import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from memorylab.environments import TMaze
from memorylab.errors import check_count
from memorylab.sequences import pad, sequence_mask

PICTURES = 4
"""How many different pictures there are."""

REPEATS = 0.8
"""How often the picture two steps further on is the same."""

FEATURES = 4 + PICTURES
FORWARD = 0

SIZES: dict[str, Any] = {
    "memory_config": {"hidden_size": 24},
    "encoder_sizes": (24,),
    "actor_sizes": (24,),
    "critic_sizes": (24,),
}
"""The sizes of every network that learns from it."""


class PictureMaze(TMaze):
    """A :class:`TMaze` with a picture at every place, which means nothing for the reward.

    The observation has eight numbers, 0 or 1: the four of the T-maze, and one of four for the
    picture. Four times in five a place has the picture of the place two steps before it, otherwise
    one of the three others. So the picture *before* this one tells what comes next, and this one
    tells nothing about it.

    Args:
        corridor_length: As in :class:`TMaze`.
        render_mode: As in :class:`TMaze`; pictures aren't drawn.
    """

    def __init__(
        self, corridor_length: tuple[int, int] | int = (6, 10), render_mode: str | None = None
    ):
        super().__init__(corridor_length, render_mode)
        self.observation_space = gym.spaces.Box(0.0, 1.0, (FEATURES,), np.float32)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Float[np.ndarray, "F"], dict[str, Any]]:
        """Draw a sign, a corridor and its pictures; return the first observation."""
        self.pictures = [0] * (self.longest + 1)  # The T-maze observes before they are drawn.
        _, info = super().reset(seed=seed, options=options)
        for place in range(self.longest + 1):
            changed = place < 2 or self.np_random.random() >= REPEATS
            others = PICTURES if place < 2 else PICTURES - 1
            step = int(self.np_random.integers(others)) + 1 if changed else 0
            self.pictures[place] = (self.pictures[place - 2] + step) % PICTURES
        return self._observe(), info

    def _observe(self) -> Float[np.ndarray, "F"]:
        picture = np.eye(PICTURES, dtype=np.float32)[self.pictures[self.length - self.distance]]
        return np.concatenate([super()._observe(), picture])


def make_expert() -> Callable[[Any], int]:
    """Return a perfect player for one episode, which keeps the sign in a variable."""
    sign = FORWARD

    def expert(observation: Any) -> int:
        nonlocal sign
        if observation[0] or observation[1]:
            sign = 1 if observation[0] else 2
        return sign if observation[3] else FORWARD

    return expert


@dataclass(frozen=True)
class Walks:
    """What is seen on straight walks down many corridors, and what a memory might keep of it.

    Attributes:
        observations: One of :class:`PictureMaze` for each step ``[B, T, F]``.
        real: Whether the step belongs to the walk ``[B, T]``; all else is padding.
    """

    observations: Float[Tensor, "B T F"]
    real: Bool[Tensor, "B T"]

    @property
    def labels(self) -> dict[str, Int[Tensor, "B T"]]:
        """The sign, the picture in sight and the one before it; at the first step that is 0."""
        sign = self.observations[:, :1, :2].argmax(-1).expand_as(self.real)
        picture = self.observations[..., 4:].argmax(-1)
        before = torch.zeros_like(picture)
        before[:, 1:] = picture[:, :-1]
        return {"sign": sign, "picture": picture, "picture before": before}


def walk(episodes: int, seed: int = 0) -> Walks:
    """Walk straight to the junction, many times, and return all that is seen.

    Raises:
        ValueError: ``episodes`` is below 1.
    """
    maze, seen, lengths = PictureMaze(), [], []
    for number in range(check_count(episodes, "episodes")):
        observation, info = maze.reset(seed=seed if number == 0 else None)
        seen.append(observation)
        for _ in range(info["distance"]):
            observation, *_ = maze.step(FORWARD)
            seen.append(observation)
        lengths.append(info["distance"] + 1)
    seq_lens = torch.tensor(lengths)
    observations = pad(torch.as_tensor(np.stack(seen)), seq_lens)  # [B, T, F]
    return Walks(observations, sequence_mask(seq_lens, observations.shape[1]))
