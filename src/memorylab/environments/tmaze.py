"""``TMaze``: see a sign, walk down a corridor, turn where the sign pointed."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
from jaxtyping import Float

FORWARD, LEFT, RIGHT = range(3)
_BUMP_REWARD = -0.1


class TMaze(gym.Env):
    """A corridor with a sign at its start and a junction at its end.

    The sign is visible at the first step only; at the junction the agent must turn where it
    pointed. The task is Bakker's ("Reinforcement learning with long short-term memory", NIPS 2001)
    with other rewards; the length of the corridor varies, so counting steps does not help.

    The observation is four numbers, 0 or 1: the sign points left, the sign points right, the agent
    is in the corridor, it is at the junction. Actions: 0 forward, 1 left, 2 right.

    Rewards: 1 for the right turn at the junction and −1 for the wrong one; both end the episode. A
    step into a wall costs 0.1 and changes nothing else. A step forward gives 0. So perfect play
    returns 1, and no agent without memory can expect more than 0. The episode is truncated after
    ``max_episode_length`` steps, four times the longest corridor.

    Args:
        corridor_length: Shortest and longest corridor, in steps from the sign to the junction, or
            one number for both. Each length from one to the other is equally likely.

    Raises:
        ValueError: A length is below 1, or the shortest is longer than the longest.
    """

    def __init__(self, corridor_length: tuple[int, int] | int = (6, 10)):
        lengths = (corridor_length,) * 2 if isinstance(corridor_length, int) else corridor_length
        if (
            len(lengths) != 2
            or not all(isinstance(length, (int, np.integer)) for length in lengths)
            or not 1 <= lengths[0] <= lengths[1]
        ):
            raise ValueError(
                "corridor_length must be a whole number of at least 1, or a pair (shortest, "
                f"longest) of them, got {corridor_length!r}."
            )
        self.shortest, self.longest = (int(length) for length in lengths)
        self.max_episode_length = 4 * self.longest
        self.observation_space = gym.spaces.Box(0.0, 1.0, (4,), np.float32)
        self.action_space = gym.spaces.Discrete(3)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Float[np.ndarray, "4"], dict[str, Any]]:
        """Draw a sign and a corridor; return the first observation."""
        super().reset(seed=seed)
        self.sign = int(self.np_random.choice([LEFT, RIGHT]))
        self.distance = int(self.np_random.integers(self.shortest, self.longest, endpoint=True))
        self.time = 0
        return self._observe(), {"sign": self.sign, "distance": self.distance}

    def step(self, action: int) -> tuple[Float[np.ndarray, "4"], float, bool, bool, dict[str, Any]]:
        """Walk or turn.

        Raises:
            ValueError: The action is not 0, 1 or 2.
        """
        if not self.action_space.contains(action):
            raise ValueError(f"action must be 0 (forward), 1 (left) or 2 (right), got {action!r}.")
        self.time += 1
        at_junction = self.distance == 0
        terminated = at_junction and action != FORWARD
        if terminated:
            reward = 1.0 if action == self.sign else -1.0
        elif not at_junction and action == FORWARD:
            self.distance -= 1
            reward = 0.0
        else:
            reward = _BUMP_REWARD
        truncated = not terminated and self.time >= self.max_episode_length
        info = {"sign": self.sign, "distance": self.distance}
        return self._observe(), reward, terminated, truncated, info

    def _observe(self) -> Float[np.ndarray, "4"]:
        sign = self.sign if self.time == 0 else None  # visible at the first step only
        at_junction = self.distance == 0
        return np.array([sign == LEFT, sign == RIGHT, not at_junction, at_junction], np.float32)
