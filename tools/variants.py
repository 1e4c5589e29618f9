"""Other numbers in the numeric exercises, so that published solutions don't fit.

A course's seed draws them. The task, the self-check's call and the solution all get the same new
numbers; the self-check works out the right answer from those in its call. Exercises that ask for a
function have no variants: their checks try it on cases of their own.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from nbformat import NotebookNode

from memorylab_course.numerals import CARDINALS, part
from tools.exercises import exercises, last_call

Numbers = dict[str, Any]


@dataclass(frozen=True)
class Variant:
    """How one exercise is set with other numbers.

    Attributes:
        exercise: Its number in the notebook.
        draw: Draws the numbers, named as the self-check's arguments are.
        passages: What the published exercise and its solution say, each with a template for the
            new numbers.
        words: Makes what else the templates need of the numbers.
    """

    exercise: int
    draw: Callable[[Random], Numbers]
    passages: dict[str, str]
    words: Callable[..., dict[str, Any]] = lambda **numbers: {}


def vary(notebook: NotebookNode, number: str, seed: int) -> NotebookNode:
    """Return a teacher's notebook with other numbers in the exercises that allow it.

    Outputs of the changed cells are dropped, since they belong to the published numbers.

    Args:
        notebook: The published one; it stays as it is.
        number: Its number in the course, such as ``"05"``.
        seed: The course's seed; the same one gives the same numbers.

    Raises:
        ValueError: The seed is negative, or the notebook no longer says what is to be replaced.
    """
    if seed < 0:
        raise ValueError(f"the course's seed must be at least 0, not {seed}.")
    varied = copy.deepcopy(notebook)
    by_number = {exercise.number: exercise for exercise in exercises(varied.cells)}
    for variant in VARIANTS.get(number, ()):
        exercise = by_number[variant.exercise]
        numbers = drawn(number, variant, seed)
        cells = [exercise.heading, *exercise.cells, *exercise.solutions]
        for published, template in variant.passages.items():
            found = [cell for cell in cells if published in cell.source]
            if not found:
                raise ValueError(
                    f"exercise {variant.exercise} of {number} no longer says {published!r}; "
                    "bring tools/variants.py up to date."
                )
            new = template.format(**numbers, **variant.words(**numbers))
            for cell in found:
                cell.source = cell.source.replace(published, new)
        for cell in (*exercise.checks, *exercise.solutions):
            cell.source = _with_arguments(cell.source, numbers)
        for cell in (*exercise.stubs, *exercise.checks, *exercise.solutions):
            cell.outputs, cell.execution_count = [], None
    return varied


def drawn(number: str, variant: Variant, seed: int) -> Numbers:
    """Return the numbers that a course's seed gives one exercise of notebook ``number``."""
    return variant.draw(Random(f"{seed}/{number}/{variant.exercise}"))


def _with_arguments(source: str, numbers: Numbers) -> str:
    """Return a cell with the numbers added to the call that it ends with."""
    lines = source.splitlines()
    call = last_call(source)
    # Checks are called in one line, at the end of their cell.
    inside = lines[call.lineno - 1].rstrip().removesuffix(")")
    added = ", ".join(f"{name}={value!r}" for name, value in numbers.items())
    return "\n".join([*lines[: call.lineno - 1], f"{inside}, {added})"])


def _read(random: Random) -> Numbers:
    return {"step": random.choice([11, 13, 14, 15, 16])}


def _halving(random: Random) -> Numbers:
    return {"kernel_size": random.choice([6, 8, 10, 12])}


def _usage(random: Random) -> Numbers:
    """Draw until no plausible mistake gives the right number, nor the published one."""
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
    while True:
        chain = tuple(random.sample(range(4), 4))
        if chain[0] != 0:
            return {"chain": chain}


def _flattened(random: Random) -> Numbers:
    piles = random.sample([3, 5, 6, 7], 2)
    return {
        "num_cards": random.choice([9, 10, 11, 12]),
        "pile_sizes": tuple(piles),
        "num_chips": random.choice([3, 4, 5]),
    }


def _coefficient(random: Random) -> Numbers:
    while True:
        own, other = random.choice([2, 4, 5, 6]), random.choice([8, 16, 20])
        parts = random.choice([3, 4, 5, 6])
        if other * (parts - 1) % own == 0 and own / (other * (parts - 1)) != 1 / 16:
            return {"own": own, "other": other, "parts": parts}


def _joints(random: Random) -> Numbers:
    return {"joints": random.choice([4, 6]), "positions": random.choice([4, 5, 6, 8, 9])}


def _guessing(random: Random) -> Numbers:
    return {"suits": random.choice([5, 8, 10])}


def _bits(random: Random) -> Numbers:
    suits, before = random.choice([(4, 2), (4, 4), (4, 5), (8, 3), (8, 4), (8, 5)])
    return {"signs": random.choice([4, 8]), "suits": suits, "before": before}


VARIANTS: dict[str, tuple[Variant, ...]] = {
    "00": (
        Variant(
            2,
            _read,
            {
                "the overview read at step 12, and": "the overview read at step {step}, and",
                "trace.read_weighting[12, 0]": "trace.read_weighting[{step}, 0]",
            },
        ),
    ),
    "01": (
        Variant(
            2,
            _halving,
            {
                "kernels of 4 × 4 are": "kernels of {kernel_size} × {kernel_size} are",
                "Put $k = 4$,": "Put $k = {kernel_size}$,",
                '"kernel_sizes": [4, 4, 4]': (
                    '"kernel_sizes": [{kernel_size}, {kernel_size}, {kernel_size}]'
                ),
                "[1, 1, 1],  # (n + 2 - 4) / 2, rounded down, + 1": (
                    "[{padding}, {padding}, {padding}],  "
                    "# (n + 2 * {padding} - {kernel_size}) / 2, rounded down, + 1"
                ),
            },
            lambda kernel_size: {"padding": kernel_size // 2 - 1},
        ),
    ),
    "05": (
        Variant(
            2,
            _usage,
            {
                "Location 2 has usage 0.5. In the step before, 0.8 was written": (
                    "Location 2 has usage {usage}. In the step before, {written} was written"
                ),
                "with weight 0.5. Now the free gate is 0.6.": (
                    "with weight {read}. Now the free gate is {free_gate}."
                ),
                "1 - 0.6 * 0.5  # 0.7": "1 - {free_gate} * {read}",
                "(0.5 + 0.8 - 0.5 * 0.8) * retention  # 0.9 · 0.7": (
                    "({usage} + {written} - {usage} * {written}) * retention"
                ),
            },
        ),
        Variant(
            3,
            _value,
            {
                "by `(5, 6)`": "by `{value}`",
                "[0.0, 0.0, 5.0, 6.0]": "[0.0, 0.0, {value[0]}.0, {value[1]}.0]",
            },
        ),
    ),
    "06": (
        Variant(
            2,
            _chain,
            {
                "The chain is 0 → 1 → 2 → 3, all links 1, and location 3 was": (
                    "The chain is {chain[0]} → {chain[1]} → {chain[2]} → {chain[3]}, all links 1, "
                    "and location {chain[3]} was"
                ),
                "to location **1**.": "to location **{chain[1]}**.",
                "links touch location 1, and": "links touch location {chain[1]}, and",
                "Writing to 1 forgets 0 → 1 and 1 → 2;": (
                    "Writing to {chain[1]} forgets {chain[0]} → {chain[1]} and "
                    "{chain[1]} → {chain[2]};"
                ),
                "pointed at 3, which 1 now": "pointed at {chain[3]}, which {chain[1]} now",
                "{(2, 3), (3, 1)}": ("{{({chain[2]}, {chain[3]}), ({chain[3]}, {chain[1]})}}"),
            },
        ),
    ),
    "09": (
        Variant(
            2,
            _flattened,
            {
                "card=Discrete(13), piles=MultiDiscrete([4, 4]), chips=Box(0, 9, (2,))": (
                    "card=Discrete({num_cards}), "
                    "piles=MultiDiscrete([{pile_sizes[0]}, {pile_sizes[1]}]), "
                    "chips=Box(0, 9, ({num_chips},))"
                ),
                "13 + 2 + 4 + 4, slice(13, 15)": (
                    "{num_cards} + {num_chips} + {pile_sizes[0]} + {pile_sizes[1]}, "
                    "slice({num_cards}, {end})"
                ),
            },
            lambda num_cards, num_chips, pile_sizes: {"end": num_cards + num_chips},
        ),
    ),
    "10": (
        Variant(
            2,
            _coefficient,
            {
                "has the norm 3, that": "has the norm {own}, that",
                "the norm 12. Which": "the norm {other}. Which",
                "a fifth of the gradient": "a {name} of the gradient",
                "1 / 16  # 12 c = (3 + 12 c) / 5": (
                    "{own} / {below}  # {other} c = ({own} + {other} c) / {parts}"
                ),
            },
            lambda own, other, parts: {"name": part(parts), "below": other * (parts - 1)},
        ),
    ),
    "11": (
        Variant(
            3,
            _joints,
            {
                "A robot arm has five joints with 7 positions each.": (
                    "A robot arm has {count} joints with {positions} positions each."
                ),
                "has 7 logits for each of the 7 · 7 ways": (
                    "has {positions} logits for each of the {positions} · {positions} ways"
                ),
                "7 + 7**2 + 7**3 + 7**4 + 7**5": "{powers}",
                "passes = 5 * 7, 5 * 7, 5": (
                    "passes = {joints} * {positions}, {joints} * {positions}, {joints}"
                ),
            },
            lambda joints, positions: {
                "count": CARDINALS[joints],
                "powers": " + ".join(f"{positions}**{joint}" for joint in range(1, joints + 1)),
            },
        ),
    ),
    "13": (
        Variant(
            1,
            _guessing,
            {
                "In `RepeatPreviousEasy` 48 answers count;": (
                    "Imagine `RepeatPreviousEasy` with {suits} suits. 48 answers count;"
                ),
                "four suits is right a quarter of the time.": (
                    "{suits} suits is right one time in {suits}."
                ),
                "1 / 4 - 3 / 4": "1 / {suits} - {others} / {suits}",
            },
            lambda suits: {"others": suits - 1},
        ),
        Variant(
            3,
            _bits,
            {
                "The T-maze agent must remember one sign of two.": (
                    "Imagine a T-maze with {signs} arms and a sign for each. Its agent must "
                    "remember one sign of {signs}."
                ),
                "play `RepeatPreviousEasy` perfectly, where": (
                    "play a `RepeatPreviousEasy` with {suits} suits perfectly, where"
                ),
                "know the three before it? Four suits are two bits each.": (
                    "know the {count} before it? {suits} suits are {card} bits each."
                ),
                "1, 6  # one of two signs; three suits of two bits": (
                    "{maze}, {before} * {card}  "
                    "# one of {signs} signs; {before} suits of {card} bits"
                ),
            },
            lambda signs, suits, before: {
                "maze": signs.bit_length() - 1,
                "card": suits.bit_length() - 1,
                "count": CARDINALS[before],
            },
        ),
    ),
}
"""Which exercises have variants, by notebook."""
