"""Seconds of training until a DNC solves a task.

    make bench  (or: python benchmarks/time_to_solve.py)

A task is solved when less than 1% of the bits of the loop's evaluation batch are wrong. The loop
evaluates every 50 steps, and the time for that counts. Each task is trained with five seeds, in
turn, on one thread as in the course.
"""

from __future__ import annotations

import math
import statistics
from typing import Any, NamedTuple

import measuring
import report
import torch

from memorylab.memory import DNC
from memorylab.progress import progress_bar
from memorylab.tasks import AssociativeRecall, Copy, KeyValueRecall, RepeatCopy, Task
from memorylab.training import train

THREADS = 1
SEEDS = range(5)
BIT_ERROR = 0.01
MOST_STEPS = 20_000
MODEL = {"hidden_size": 64, "num_locations": 16, "word_size": 16, "num_read_heads": 1}


class Recipe(NamedTuple):
    """A task, and how to train on it."""

    task: Task
    learning_rate: float
    batch_size: int


RECIPES = {
    "copy": Recipe(Copy(), 0.01, 16),
    "repeat copy": Recipe(RepeatCopy(), 0.01, 16),
    "associative recall": Recipe(AssociativeRecall(max_items=4, item_length=1), 0.004, 32),
    "key-value recall": Recipe(KeyValueRecall(), 0.004, 32),
}


def solve(recipe: Recipe, seed: int, steps: int = MOST_STEPS) -> float | None:
    """Return the seconds until a new DNC solves the task, or None if ``steps`` don't suffice."""
    torch.manual_seed(seed)
    model = DNC(recipe.task.input_size, recipe.task.output_size, **MODEL)
    history = train(
        model,
        recipe.task,
        steps=steps,
        batch_size=recipe.batch_size,
        learning_rate=recipe.learning_rate,
        stop_below=BIT_ERROR,
        evaluate_every=50,
        seed=seed,
        progress=False,
    )
    return measuring.rounded(history.seconds[-1]) if history.solved else None


def median(seconds: list[float | None]) -> float | None:
    """Return the median; an unsolved run counts as infinitely long."""
    found = statistics.median(math.inf if value is None else value for value in seconds)
    return found if math.isfinite(found) else None


def main() -> None:
    """Train on every task with every seed, save the times, and print the table."""
    torch.set_num_threads(THREADS)
    for recipe in RECIPES.values():
        solve(recipe, seed=0, steps=1)  # The first call may compile.
    seconds: dict[str, list[float | None]] = {name: [] for name in RECIPES}
    with progress_bar(len(SEEDS) * len(RECIPES), "Solving", unit="run") as bar:
        for seed in SEEDS:
            for name, recipe in RECIPES.items():
                bar.set_postfix_str(f"{name}, seed {seed}")
                seconds[name].append(solve(recipe, seed))
                bar.update()
    tasks: dict[str, Any] = {
        name: {
            "task": repr(recipe.task),
            "learning_rate": recipe.learning_rate,
            "batch_size": recipe.batch_size,
            "seconds": seconds[name],
            "median": median(seconds[name]),
        }
        for name, recipe in RECIPES.items()
    }
    results = measuring.save("time_to_solve", {"model": MODEL, "tasks": tasks})
    print(report.solving_table(results))


if __name__ == "__main__":
    main()
