"""Environments that fail in one way each, for the tests."""

from __future__ import annotations

import time

import gymnasium as gym
import numpy as np

SPACE = gym.spaces.Box(-1, 1, (2,), np.float32)


class Corridor(gym.Env):
    """Four steps of zeros with a reward of 1 each; ``fault`` says what goes wrong, and where."""

    observation_space = SPACE
    action_space = gym.spaces.Discrete(2)

    def __init__(self, fault: str | None = None, from_worker: int = 0):
        self.fault = fault
        self._fail("constructor")

    def _fail(self, where: str) -> None:
        if self.fault == where:
            raise OSError(f"the door of the {where} is stuck")
        if self.fault == f"hang in {where}":
            time.sleep(3600)

    def _observation(self):
        return {
            "NaN": np.array([0, np.nan], np.float32),
            "infinity": np.array([np.inf, 0], np.float32),
            "outside": np.array([0, 1.5], np.float32),
            "shape": np.zeros(3, np.float32),
        }.get(self.fault if self.time == 2 else "", np.zeros(2, np.float32))

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self._fail("reset")
        self.time = 0
        return self._observation(), {}

    def step(self, action):
        self.time += 1
        if self.time == 3:
            self._fail("step")
        reward = {"NaN reward": np.nan, "infinite reward": -np.inf}.get(self.fault, 1.0)
        return self._observation(), reward, self.time == 4, False, {}


FAULTS = {
    "constructor": "in its constructor, in {}: OSError: the door of the constructor is stuck",
    "reset": "failed in its reset, in {}: OSError: the door of the reset is stuck",
    "step": "failed in its step 3 of an episode, in {}: OSError: the door of the step is stuck",
    "NaN": r"step 2 of an episode, in {}: ValueError: the observation holds nan at \[1\]",
    "infinity": r"step 2 .*, in {}: ValueError: the observation holds inf at \[0\]",
    "outside": r"step 2 .*, in {}: .*holds 1.5 at \[1\], outside its space.* from -1.0 to 1.0",
    "shape": r"step 2 .*, in {}: .*must be of shape \[2\].*but is of shape \[3\]",
    "NaN reward": "step 1 .*, in {}: ValueError: the reward is nan, but must be a finite number",
    "infinite reward": "step 1 .*, in {}: ValueError: the reward is -inf",
}
"""For each fault a pattern of the message, with a place for the process."""
