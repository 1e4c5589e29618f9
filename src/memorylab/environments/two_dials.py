"""``TwoDials``: a lock that opens only if both dials are right at once."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
from jaxtyping import Float

from memorylab.errors import check_count


class TwoDials(gym.Env):
    """A lock with two dials and a secret digit; the agent opens it by trying.

    The first dial must show the secret digit, the second that digit plus a shift, modulo
    ``num_digits``. The agent always sees the shift and never the digit, so it can only try. Pairs
    with the right shift between them are worth a try, all of them equally.

    The observation doesn't tell earlier tries. An agent without memory can't work through the
    digits in turn. It has to draw one each time **and draw both dials together**: two that are
    drawn independently rarely fit each other.

    Observation ``[num_digits]``: the shift, one-hot. Action: the two dials.

    Rewards: 1 for opening the lock, which ends the episode, otherwise 0. The episode is truncated
    after ``tries`` steps.

    Args:
        num_digits: Digits on each dial, at least 2.
        tries: Number of tries in an episode.

    Raises:
        TypeError: A number is not an integer.
        ValueError: A number is too small.
    """

    def __init__(self, num_digits: int = 4, tries: int = 8):
        self.num_digits = check_count(num_digits, "num_digits", minimum=2)
        self.max_episode_length = check_count(tries, "tries")
        self.observation_space = gym.spaces.Box(0.0, 1.0, (num_digits,), np.float32)
        self.action_space = gym.spaces.MultiDiscrete([num_digits, num_digits])

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Float[np.ndarray, "D"], dict[str, Any]]:
        """Draw a secret digit and a shift; return the shift."""
        super().reset(seed=seed)
        self.digit, self.shift = (int(n) for n in self.np_random.integers(self.num_digits, size=2))
        self.time = 0
        return self._observe(), {"digit": self.digit, "shift": self.shift}

    def step(self, action: Any) -> tuple[Float[np.ndarray, "D"], float, bool, bool, dict[str, Any]]:
        """Set the dials and try.

        Raises:
            ValueError: The action is not a pair of digits.
        """
        pair = np.asarray(action)
        if (
            pair.shape != (2,)
            or not np.issubdtype(pair.dtype, np.integer)
            or not ((pair >= 0) & (pair < self.num_digits)).all()
        ):
            raise ValueError(
                f"action must be two digits, each from 0 to {self.num_digits - 1}, got {action!r}."
            )
        solution = (self.digit, (self.digit + self.shift) % self.num_digits)
        self.time += 1
        opened = tuple(pair) == solution
        truncated = not opened and self.time >= self.max_episode_length
        info = {"digit": self.digit, "shift": self.shift}
        return self._observe(), float(opened), opened, truncated, info

    def _observe(self) -> Float[np.ndarray, "D"]:
        return np.eye(self.num_digits, dtype=np.float32)[self.shift]
