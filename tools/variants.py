"""Other numbers for the numeric exercises, drawn by a course's seed.

Such an exercise has a cell tagged ``parameters`` that assigns its numbers to a name. The task, the
self-check and the solution refer to that name, so replacing the cell is enough. Published solutions
then don't fit. Exercises that ask for a function need no variants: their checks try it on cases of
their own.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from random import Random
from typing import Any

from nbformat import NotebookNode

from tools.exercises import exercises, numbers_of

Numbers = dict[str, Any]


def vary(notebook: NotebookNode, name: str, seed: int) -> NotebookNode:
    """Return a teacher's notebook with other numbers in the exercises that have variants.

    The outputs of these exercises are dropped, since they belong to the published numbers.

    Args:
        notebook: The published notebook; it is not changed.
        name: Its name in the course, such as ``"dnc_links"``.
        seed: The course's seed; the same seed gives the same numbers.

    Raises:
        ValueError: The seed is negative, or an exercise's numbers are not those that are drawn.
    """
    if seed < 0:
        raise ValueError(f"the course's seed must be at least 0, not {seed}.")
    varied = copy.deepcopy(notebook)
    for exercise in exercises(varied.cells):
        if (name, exercise.number) not in DRAWS:
            continue
        numbers = drawn(name, exercise.number, seed)
        for cell in exercise.parameters:
            variable, published = numbers_of(cell)
            if published.keys() != numbers.keys():
                raise ValueError(
                    f"exercise {exercise.number} of {name} has the numbers {list(published)}, "
                    f"but {list(numbers)} are drawn; bring tools/variants.py up to date."
                )
            cell.source = f"{variable} = {numbers!r}"
        for cell in (*exercise.stubs, *exercise.checks, *exercise.solutions):
            cell.outputs, cell.execution_count = [], None
    return varied


def drawn(name: str, exercise: int, seed: int) -> Numbers:
    """Return the numbers that a seed gives an exercise of the notebook ``name``."""
    return DRAWS[name, exercise](Random(f"{seed}/{name}/{exercise}"))


def _fading(random: Random) -> Numbers:
    return {"steps": random.choice([30, 50, 150, 200]), "left": random.choice([0.3, 0.5, 0.8])}


def _lost(random: Random) -> Numbers:
    return {"step": random.choice([11, 14, 15, 16])}


def _read(random: Random) -> Numbers:
    return {"step": random.choice([11, 13, 14, 15, 16])}


def _usage(random: Random) -> Numbers:
    # Draw again while a known mistake gives the right number, or the right number is the old one.
    while True:
        u, w, r, f = (random.choice([0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]) for _ in range(4))
        both, kept = u * w, 1 - f * r
        bracket = u + w - both
        others = [
            *(bracket, (u + w) * kept, bracket * f * r, bracket * (1 - f * w)),
            *(u * kept + w - both, u + (w - both) * kept, u * kept + w - both * kept),
            0.63,
        ]
        if len({u, w, r, f}) == 4 and all(abs(bracket * kept - x) > 0.01 for x in others):
            return {"usage": u, "written": w, "read": r, "free_gate": f}


def _value(random: Random) -> Numbers:
    return {"value": tuple(random.sample([2, 3, 4, 7, 8, 9], 2))}


def _chain(random: Random) -> Numbers:
    first = random.choice([1, 2, 3])
    others = [location for location in range(4) if location != first]
    return {"chain": (first, *random.sample(others, 3))}


def _share(random: Random) -> Numbers:
    gamma, lambda_ = random.choice([(0.95, 0.9), (0.9, 0.8), (0.95, 0.8)])
    return {"gamma": gamma, "lambda_": lambda_, "steps": random.choice([8, 12, 15])}


def _coefficient(random: Random) -> Numbers:
    # Draw again while the coefficient is the published one, 1 / 16.
    while True:
        own, other = random.choice([2, 4, 5, 6]), random.choice([8, 16, 20])
        parts = random.choice([3, 4, 5, 6])
        if other * (parts - 1) % own == 0 and own / (other * (parts - 1)) != 1 / 16:
            return {"own": own, "other": other, "parts": parts}


def _joints(random: Random) -> Numbers:
    return {"joints": random.choice([4, 6]), "positions": random.choice([4, 5, 6, 8, 9])}


def _lines(random: Random) -> Numbers:
    # In all of these a sign that is seen is the better guess.
    return {"left": random.choice([0.6, 0.65, 0.75]), "noise": random.choice([0.3, 0.4, 0.45])}


def _ceilings(random: Random) -> Numbers:
    # Some corridors are short enough for the stack, others aren't.
    left, longest = random.choice([0.6, 0.75, 0.8, 0.9]), random.choice([7, 8, 10, 12])
    return {"left": left, "longest": longest, "frames": random.randint(5, longest - 1)}


DRAWS: dict[tuple[str, int], Callable[[Random], Numbers]] = {
    ("start_here", 2): _read,
    ("what_an_agent_cant_see", 3): _ceilings,
    ("learning_to_act", 4): _share,
    ("recurrence", 4): _fading,
    ("dnc_content_usage_allocation", 2): _usage,
    ("dnc_content_usage_allocation", 3): _value,
    ("dnc_links", 2): _chain,
    ("dnc_train_and_ablate", 3): _lost,
    ("what_does_it_remember", 3): _lines,
    ("extra_losses", 2): _coefficient,
    ("structured_actions", 1): _joints,
}
"""How to draw the numbers of an exercise, by notebook and exercise, in the course's order."""
