"""Every memory on eight of POPGym's environments: returns over five seeds, by memorylab.ppo.

    make bench  (or: python benchmarks/popgym_memories.py [NAME …])

With names of memories or environments, only their runs are made.

Each run trains one memory in one environment for ``STEPS`` environment steps and keeps its mean
return, of up to 100 episodes with sampled actions, after each update. All runs have the settings
of ``SETTINGS`` and the layers of ``memorylab.ppo.Agent`` around their memories, whose hidden size
:func:`hidden_size` chooses so that the networks have about as many weights as with a GRU of 64
units; ``OPTIONS`` has what else was chosen. Each memory takes the learning rate that is best in
``SEARCH``, as :func:`report_memories.chosen_rate` says; its runs there are part of the results.

A run takes 10 to 60 seconds of one core. Runs are made seed by seed, each is saved as it ends, and
the next start goes on with those that are missing. Several processes may work on them at once. To
measure anew, delete ``results/popgym_memories``.
"""

from __future__ import annotations

import dataclasses
import fcntl
import functools
import math
import sys
import time
import zlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from typing import IO, Any, NamedTuple

import measuring
import report_memories
import torch

from memorylab.errors import reject_unknown_keys
from memorylab.memory import MEMORY_MODELS, ActorCritic
from memorylab.ppo import PPO, Agent, train_agent
from memorylab.progress import progress_bar

NAME = "popgym_memories"
ENVIRONMENTS = (
    "RepeatPreviousEasy",
    "RepeatFirstEasy",
    "CountRecallEasy",
    "HigherLowerEasy",
    "MineSweeperEasy",
    "MultiarmedBanditEasy",
    "PositionOnlyCartPoleEasy",
    "NoisyPositionOnlyPendulumEasy",
)
STEPS = 100_000
SEEDS = range(5)
SEARCH: dict[str, Any] = {
    "environments": ["RepeatPreviousEasy", "PositionOnlyCartPoleEasy"],
    "learning_rates": [5e-3, 2e-3, 8e-4],
    "seed": 0,
}
SETTINGS = PPO(num_envs=20, num_steps=100, max_seq_len=100, num_minibatches=5, gamma=0.99)
OPTIONS: dict[str, dict[str, Any]] = {"dnc": {"num_locations": 16, "word_size": 16}}
RUNS_IN_ALL = len(MEMORY_MODELS) * (
    len(SEEDS) * len(ENVIRONMENTS)
    + len(SEARCH["environments"]) * (len(SEARCH["learning_rates"]) - 1)
)
_SAVING = 2**32  # a byte of the lock file that no run has


class Run(NamedTuple):
    """One training, and what tells it from the others."""

    environment: str
    memory: str
    seed: int
    learning_rate: float


@functools.cache
def hidden_size(memory: str) -> int:
    """Return the hidden size with which networks have about as many weights as with GRU's 64."""
    target = count_weights("gru", 64)
    sizes = range(4, 257)
    return min(sizes, key=lambda size: abs(count_weights(memory, size) - target))


@functools.cache
def count_weights(memory: str, size: int) -> int:
    """Return the weights of actor and critic, for 16 features and 4 outputs, by hidden size."""
    config = {"hidden_size": size, **OPTIONS.get(memory, {})}
    networks = ActorCritic(16, 4, memory=memory, memory_config=config)
    return sum(parameter.numel() for parameter in networks.parameters())


def train(run: Run) -> dict[str, Any]:
    """Make a run, and return what is stored of it."""
    agent = Agent(
        run.environment,
        run.memory,
        memory_config={"hidden_size": hidden_size(run.memory), **OPTIONS.get(run.memory, {})},
        seed=run.seed,
    )
    settings = dataclasses.replace(SETTINGS, learning_rate=run.learning_rate, seed=run.seed)
    start = time.process_time()
    history = train_agent(agent, settings, max_steps=STEPS, stop_return=None, progress=False)
    return {
        **run._asdict(),
        "hidden_size": hidden_size(run.memory),
        "weights": sum(parameter.numel() for parameter in agent.networks.parameters()),
        "cpu_seconds": measuring.rounded(time.process_time() - start),
        # Before any episode ended there is none.
        "mean_return": [
            None if math.isnan(value) else measuring.rounded(value) for value in history.mean_return
        ],
    }


def load(environment: str) -> dict[Run, dict[str, Any]]:
    """Return what is stored of an environment's runs."""
    stored = measuring.load(f"{NAME}/{environment}") or {"runs": []}
    return {Run(*(run[field] for field in Run._fields)): run for run in stored["runs"]}


def chosen(names: Collection[str], among: Collection[str]) -> list[str]:
    """Return those of some memories or environments that are named, all if none is."""
    return [name for name in among if name in names] or list(among)


def missing_runs(names: Collection[str] = ()) -> list[Run]:
    """Return the runs to be made now, in order: those that await no learning rate.

    With names of memories or environments, only theirs. A search is made in all its environments.
    """
    memories, environments = chosen(names, MEMORY_MODELS), chosen(names, ENVIRONMENTS)
    runs = [
        Run(environment, memory, SEARCH["seed"], rate)
        for memory, environment, rate in product(
            memories, SEARCH["environments"], SEARCH["learning_rates"]
        )
    ]
    stored = measuring.load(NAME)
    rates = {m: report_memories.chosen_rate(stored, m) if stored else None for m in memories}
    for seed, environment, memory in product(SEEDS, environments, memories):
        if (rate := rates[memory]) is not None:
            runs.append(Run(environment, memory, seed, rate))
    made = {name: load(name) for name in ENVIRONMENTS}
    return [run for run in runs if run not in made[run.environment]]


@contextmanager
def claimed(file: IO[str], place: int) -> Iterator[bool]:
    """Lock a byte of a file in the block, if no other process has; yield whether it is ours.

    The lock ends with the process, whatever ends it.
    """
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
    except BlockingIOError:
        yield False
        return
    try:
        yield True
    finally:
        fcntl.lockf(file, fcntl.LOCK_UN, 1, place)


def save(run: Run, result: dict[str, Any], file: IO[str]) -> None:
    """Add a run to those of its environment, one process after the other."""
    fcntl.lockf(file, fcntl.LOCK_EX, 1, _SAVING)
    try:
        numbers = {
            "steps": STEPS,
            "search": SEARCH,
            "ppo": dataclasses.asdict(SETTINGS),
            "runs_in_all": RUNS_IN_ALL,
            "runs": [*load(run.environment).values(), result],
        }
        measuring.save(f"{NAME}/{run.environment}", numbers)
    finally:
        fcntl.lockf(file, fcntl.LOCK_UN, 1, _SAVING)


def make_one(file: IO[str], names: Collection[str] = ()) -> bool:
    """Make the first run that is missing and claimed by no other process; whether there was one."""
    for run in missing_runs(names):
        with claimed(file, zlib.crc32(repr(run).encode())) as is_ours:
            # Another process may have ended it meanwhile.
            if is_ours and run not in load(run.environment):
                save(run, train(run), file)
                return True
    return False


def main(names: Sequence[str] = ()) -> None:
    """Make the runs that are missing, save each, and print the table.

    Raises:
        ValueError: One of the names is no memory and no environment.
    """
    reject_unknown_keys(names, [*MEMORY_MODELS, *ENVIRONMENTS], "memory or environment")
    torch.set_num_threads(1)
    (measuring.RESULTS / NAME).mkdir(parents=True, exist_ok=True)
    with (
        (measuring.RESULTS / NAME / ".lock").open("w") as file,
        progress_bar(RUNS_IN_ALL, "Memories", unit="run") as bar,
    ):
        going = True
        while going:
            bar.update(sum(len(load(name)) for name in ENVIRONMENTS) - bar.n)
            going = make_one(file, names)
    print(report_memories.memories_table(measuring.load(NAME)))
    report_memories.save_figure(measuring.load(NAME))


if __name__ == "__main__":
    main(sys.argv[1:])
