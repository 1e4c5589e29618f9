"""Environment steps until each of RLlib's algorithms has learnt to remember.

    make bench  (or: python benchmarks/algorithms.py)

IMPALA, APPO and DQN learn the T-maze, and SAC, whose actions are continuous, to repeat a number
that was shown once. Each does so with a GRU and with a DNC, with five seeds, in this process and on
one thread, with the settings of ``algorithm_config``. A task is solved when the mean return of the
last 100 episodes of a report, of 1,664 steps, reaches what ``TASKS`` says, of 1 at best,
exploration included; then 20 episodes are played without exploration. Without a memory the best
return is about 0 on both tasks.

There are 40 runs of 20 to 200 seconds. Each is saved as it ends, and the next start goes on with
those that are missing. To measure anew, delete ``results/algorithms.json``.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable
from typing import Any

from memorylab.rllib import algorithm_config, evaluate, ray_session, train_agent  # isort: skip
import gymnasium as gym
import measuring
import numpy as np
import report
import torch

from memorylab.progress import progress_bar
from memorylab.rllib.agent import settings_of

NAME = "algorithms"
SEEDS = range(5)
MOST_POINTS = 20
"""Measurements of a run that are stored, the last one included."""
MEMORIES: dict[str, dict[str, int]] = {
    "gru": {"hidden_size": 32},
    "dnc": {"hidden_size": 32, "num_locations": 8, "word_size": 8},
}


class RepeatNumber(gym.Env):
    """Shows a number from -1 to 1 once, then nothing for four steps, then asks for it.

    The return is 1 for the number itself, and 2 less for each 1 that the answer is away from it. An
    agent that remembers nothing says 0, and has 0 in the mean.
    """

    max_episode_length = 6

    def __init__(self) -> None:
        self.observation_space = gym.spaces.Box(-1, 1, (2,), np.float32)
        self.action_space = gym.spaces.Box(-1, 1, (1,), np.float32)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        """Return the number, and that it isn't asked for."""
        super().reset(seed=seed)
        self.time, self.number = 0, self.np_random.uniform(-1, 1)
        return np.array([self.number, 0], np.float32), {}

    def step(self, action: np.ndarray) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """Return 0, whether the number is asked for, and the reward of an answer."""
        self.time += 1
        over = self.time == self.max_episode_length
        reward = 1 - 2 * abs(float(action[0]) - self.number) if over else 0.0
        asked = self.time == self.max_episode_length - 1
        return np.array([0, asked], np.float32), reward, over, False, {}


TASKS: dict[str, tuple[Any, float, int]] = {
    "IMPALA": ("TMaze", 0.9, 100_000),
    "APPO": ("TMaze", 0.9, 100_000),
    "DQN": ("TMaze", 0.9, 40_000),
    "SAC": (RepeatNumber, 0.75, 40_000),
}
"""For each algorithm the environment, the return that solves it, and the most steps of training."""


def config_of(algorithm: str, memory: str, seed: int) -> Any:
    """Return the configuration of one run."""
    environment, _, _ = TASKS[algorithm]
    return algorithm_config(
        algorithm, environment, memory, memory_config=MEMORIES[memory], seed=seed
    )


def solve(algorithm: str, memory: str, seed: int) -> dict[str, Any]:
    """Train once, and return what a run is in the results.

    Its ``steps`` are None if the most steps didn't suffice.
    """
    _, stop_return, max_steps = TASKS[algorithm]
    config = config_of(algorithm, memory, seed)
    agent = train_agent(config, max_steps=max_steps, stop_return=stop_return, progress=False)
    history = agent.history
    stride = -(-len(history.env_steps) // MOST_POINTS)
    kept = slice(len(history.env_steps) - 1, None, -stride)
    played = evaluate(agent, episodes=20)
    return {
        "steps": history.env_steps[-1] if history.solved else None,
        "seconds": measuring.rounded(history.seconds[-1]),
        "played": measuring.rounded(statistics.mean(episode.total_return for episode in played)),
        "env_steps": history.env_steps[kept][::-1],
        # Before the first episode ends there is no return, and JSON has no NaN.
        "mean_return": [
            None if math.isnan(value) else measuring.rounded(value)
            for value in history.mean_return[kept][::-1]
        ],
    }


def missing(runs: Iterable[dict[str, Any]]) -> list[tuple[str, str, int]]:
    """Return algorithm, memory and seed of each run that isn't among ``runs``, in order."""
    done = {(run["algorithm"], run["memory"], run["seed"]) for run in runs}
    wanted = [(name, memory, seed) for seed in SEEDS for memory in MEMORIES for name in TASKS]
    return [run for run in wanted if run not in done]


def settings() -> dict[str, Any]:
    """Return what the runs depend on, as JSON has it."""
    algorithms = {
        name: {
            "stop_return": stop_return,
            "max_steps": most,
            **settings_of(config_of(name, "gru", 0)),
        }
        for name, (_, stop_return, most) in TASKS.items()
    }
    return {"algorithms": algorithms, "memories": MEMORIES}


def main() -> None:
    """Make the runs that are missing, save each as it ends, and print the table."""
    torch.set_num_threads(1)
    described = {"settings": settings(), "seeds": len(SEEDS)}
    results = measuring.load(NAME) or {**described, "runs": []}
    if results["settings"] != described["settings"]:
        raise SystemExit(
            f"results/{NAME}.json has runs with other settings. Delete it to measure anew."
        )
    left = missing(results["runs"])
    with ray_session(num_cpus=1), progress_bar(len(left), "Algorithms", unit="run") as bar:
        for name, memory, seed in left:
            bar.set_postfix_str(f"{name}, {memory}, seed {seed}")
            run = {"algorithm": name, "memory": memory, "seed": seed}
            results["runs"].append(run | solve(name, memory, seed))
            results = measuring.save(NAME, {**described, "runs": results["runs"]})
            bar.update()
    print(report.algorithms_table(results))


if __name__ == "__main__":
    main()
