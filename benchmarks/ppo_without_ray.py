"""PPO without Ray beside RLlib's: speed, memory, and what is learnt with the same settings.

    make bench  (or: python benchmarks/ppo_without_ray.py)

``memorylab.ppo`` and ``memorylab.rllib.ppo_config`` train the same networks on RepeatPreviousEasy
and the T-maze, with the same settings. Their speed is measured in turn, an update of each, in one
process on one thread; a third comparison is between ``MemoryRLModule`` and RLlib's own
``use_lstm``, in RLlib's example RepeatAfterMe. Rates are per second of this process's processor
time, so that other programs disturb them less. Peak memory is that of a new process which trains
for two updates. Then both learn for ``STEPS`` environment steps with five seeds, which needs Ray.

A run takes 10 to 90 seconds. Each is saved as it ends, and the next start goes on with those that
are missing. To measure anew, delete ``results/ppo_without_ray.json``.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from itertools import product
from typing import Any

from memorylab.rllib import ppo_config, ray_session  # isort: skip  # before Ray
import measuring
import report_speed
import rllib_examples
import torch
from ray.rllib.core import DEFAULT_MODULE_ID
from ray.rllib.core.learner.training_data import TrainingData

from memorylab.ppo import PPO, Agent, train_agent
from memorylab.ppo.ppo import Players, improve
from memorylab.progress import progress_bar
from memorylab.rllib import train_ppo
from memorylab.rllib.failures import CheckedEnvRunner
from memorylab.rllib.learners import with_checks

NAME = "ppo_without_ray"
ENVIRONMENTS = ("RepeatPreviousEasy", "TMaze")
MEMORIES: dict[str, dict[str, int]] = {
    "mlp": {},
    "gru": {},
    "lstm": {},
    "dnc": {"hidden_size": 32, "num_locations": 8, "word_size": 8, "num_read_heads": 2},
}
STACKS = ("without Ray", "RLlib")
SEEDS = range(5)
STEPS = 60_000
UPDATES = 5
OWN_LSTM = ("LSTM", "GRU", "use_lstm")
_KEYS = ("environment", "memory", "stack", "seed")
_PEAK = """
import re, pathlib
from memorylab.ppo import Agent, train_agent
agent = Agent({!r}, {!r}, memory_config={!r})
train_agent(agent, max_steps=2 * 1664, stop_return=None, progress=False)
# Not getrusage: that counts the process which started this one.
print(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1])
"""


def agent_of(environment: str, memory: str, seed: int = 0) -> Agent:
    """Return a new agent of ours."""
    return Agent(environment, memory, memory_config=MEMORIES[memory], seed=seed)


def config_of(environment: str, memory: str, seed: int = 0) -> Any:
    """Return RLlib's configuration of the same."""
    return ppo_config(environment, memory, memory_config=MEMORIES[memory], seed=seed)


def updates_without_ray(environment: str, memory: str) -> Generator[int]:
    """Yield the environment steps of one update after the other."""
    agent, settings = agent_of(environment, memory), PPO()
    optimizer = torch.optim.Adam(agent.networks.parameters(), lr=settings.learning_rate)
    players = Players(agent.make_environment, agent.networks, settings)
    while True:
        improve(agent.networks, optimizer, players.play(), agent.action_space, settings)
        yield settings.num_envs * settings.num_steps


def updates_of_rllib(config: Any) -> Generator[int]:
    """Yield the environment steps of one update after the other.

    RLlib's env runner and learner are driven directly, with the checks of ``train_ppo``: no other
    process of Ray takes part, so that all is counted.
    """
    runner = CheckedEnvRunner(config=config)
    config.learners(learner_class=with_checks(config.learner_class))
    learner = config.build_learner(env=runner.env, spaces=runner.get_spaces())
    learner.build()
    while True:
        episodes = runner.sample(num_timesteps=config.total_train_batch_size)
        learner.update(
            training_data=TrainingData(episodes=episodes),
            num_epochs=config.num_epochs,
            minibatch_size=config.minibatch_size,
            shuffle_batch_per_epoch=config.shuffle_batch_per_epoch,
        )
        runner.module.load_state_dict(learner.module[DEFAULT_MODULE_ID].state_dict())
        yield sum(map(len, episodes))


def steps_per_second(contenders: dict[str, Generator[int]]) -> dict[str, dict[str, Any]]:
    """Return environment steps per second of the processor, updating in turn."""
    rates: dict[str, list[float]] = {name: [] for name in contenders}
    with contextlib.ExitStack() as ends:
        for updates in contenders.values():
            ends.callback(updates.close)
        for update in range(1 + UPDATES):
            for name, updates in contenders.items():
                start = time.process_time()
                steps = next(updates)
                if update > 0:  # The first is a warm-up.
                    rates[name].append(steps / (time.process_time() - start))
    return {name: measuring.summarise(found) for name, found in rates.items()}


def measure_stacks(environment: str, memory: str) -> dict[str, dict[str, Any]]:
    """Return the rates of both stacks with one memory."""
    return steps_per_second(
        {
            "without Ray": updates_without_ray(environment, memory),
            "RLlib": updates_of_rllib(config_of(environment, memory)),
        }
    )


def measure_own_lstm() -> dict[str, dict[str, Any]]:
    """Return the rates of our memories and of RLlib's own LSTM, in RLlib."""
    recipe = rllib_examples.RECIPES["RepeatAfterMe"]
    return steps_per_second(
        {
            memory: updates_of_rllib(rllib_examples.config_of(recipe, memory, 0))
            for memory in OWN_LSTM
        }
    )


def peak_megabytes(environment: str, memory: str) -> float:
    """Return the peak memory of a process that trains for two updates, without Ray."""
    code = _PEAK.format(environment, memory, MEMORIES[memory])
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return measuring.rounded(float(answer.stdout) / 1024)


def learn(environment: str, memory: str, stack: str, seed: int) -> dict[str, Any]:
    """Train for all steps, and return what is stored of it."""
    start = time.process_time()
    if stack == "RLlib":
        config = config_of(environment, memory, seed)
        history = train_ppo(config, max_steps=STEPS, stop_return=None, progress=False).history
    else:
        agent, settings = agent_of(environment, memory, seed), PPO(seed=seed)
        history = train_agent(agent, settings, max_steps=STEPS, stop_return=None, progress=False)
    solved = (s for s, r in zip(history.env_steps, history.mean_return, strict=True) if r >= 0.9)
    return {
        "environment": environment,
        "memory": memory,
        "stack": stack,
        "seed": seed,
        "cpu_seconds": measuring.rounded(time.process_time() - start),
        "steps_to_0.9": next(solved, None),
        "last_return": measuring.rounded(history.mean_return[-1]),
        "best_return": measuring.rounded(max(history.mean_return)),
    }


def parts(numbers: dict[str, Any]) -> list[tuple[Callable[..., Any], tuple[Any, ...]]]:
    """Return what is missing, in order: functions that add to the numbers, and their arguments."""

    def add_speed(environment: str, memory: str) -> None:
        numbers["speed"].append(
            {
                "environment": environment,
                "memory": memory,
                "steps_per_second": measure_stacks(environment, memory),
                "peak_megabytes": peak_megabytes(environment, memory),
            }
        )

    def add_own_lstm() -> None:
        numbers["rllib_own_lstm"] = measure_own_lstm()

    def add_run(*run: Any) -> None:
        with ray_session(num_cpus=1):
            numbers["runs"].append(learn(*run))

    measured = {(found["environment"], found["memory"]) for found in numbers["speed"]}
    done = {tuple(run[key] for key in _KEYS) for run in numbers["runs"]}
    pairs = list(product(ENVIRONMENTS, MEMORIES))
    left: list[Any] = [(add_speed, pair) for pair in pairs if pair not in measured]
    left += [] if numbers["rllib_own_lstm"] else [(add_own_lstm, ())]
    for seed, (environment, memory), stack in product(SEEDS, pairs, STACKS):
        run = (environment, memory, stack, seed)
        left += [] if run in done else [(add_run, run)]
    return left


def main() -> None:
    """Measure what is missing, save each part, and print the tables."""
    torch.set_num_threads(1)
    empty: dict[str, Any] = {"steps": STEPS, "speed": [], "rllib_own_lstm": None, "runs": []}
    numbers = measuring.load(NAME) or empty
    numbers.pop("machine", None)
    left = parts(numbers)
    with progress_bar(len(left), "PPO", unit="part") as bar:
        for add, arguments in left:
            add(*arguments)
            measuring.save(NAME, numbers)
            bar.update()
    print(report_speed.without_ray_table(measuring.load(NAME) or {}))


if __name__ == "__main__":
    main()
