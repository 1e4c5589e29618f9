"""How long the updates of a training take, and an environment that keeps everybody waiting."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np

from memorylab.environments import make_environment


class UpdateTimes(NamedTuple):
    """Medians over the updates of a training; the first update isn't counted.

    Attributes:
        steps: Environment steps of an update.
        seconds: How long it takes.
        learning: How much of that the learner takes.
    """

    steps: float
    seconds: float
    learning: float


class SlowCards(gym.Wrapper):
    """``RepeatPreviousEasy`` with a slow dealer: each step waits, and needs no processor for it.

    So do games that draw their screen, robots, and whatever answers over a network.

    Args:
        seconds: How long a step waits.
    """

    def __init__(self, seconds: float = 0.001):
        super().__init__(make_environment("RepeatPreviousEasy"))
        self.seconds = seconds

    def step(self, action: Any) -> tuple[Any, ...]:
        """Wait, then deal a card."""
        time.sleep(self.seconds)
        return self.env.step(action)


def measure_updates(config: Any, updates: int = 6) -> UpdateTimes:
    """Train for some updates and return how long one takes.

    Args:
        config: A configuration of PPO; it gets a callback that times the learner.
        updates: How many, the first included.
    """
    from memorylab.rllib import train_agent

    learning: list[float] = []

    def time_learning(*, algorithm: Any, **_: Any) -> None:
        learn = algorithm.learner_group.update

        def timed(**arguments: Any) -> Any:
            start = time.perf_counter()
            result = learn(**arguments)
            learning.append(time.perf_counter() - start)
            return result

        algorithm.learner_group.update = timed

    config = config.callbacks(on_algorithm_init=time_learning)
    steps = (updates - 1) * config.total_train_batch_size + 1
    history = train_agent(config, max_steps=steps, stop_return=None, progress=False).history
    rows = np.diff(history.env_steps), np.diff(history.seconds), learning[1:]
    return UpdateTimes(*(float(np.median(row)) for row in rows))
