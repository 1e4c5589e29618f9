"""Self-checks of the notebook time_without_memory."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from memorylab.memory import ClockedFeedForward
from memorylab_course.verdict import attempt, expect, expect_answer, expect_tensor, self_check

TASKS: dict[str, Callable[[str], object]] = {
    "suit": lambda cards: cards[-1],
    "bell": lambda cards: len(cards) == 13,
    "echo": lambda cards: cards[-4] if len(cards) > 3 else None,
    "turns": lambda cards: cards[-1] if len(cards) % 2 else cards[-1] in "HD",
    "count": len,
    "again": lambda cards: cards[-1] in cards[:-1],
    "red": lambda cards: sum(card in "HD" for card in cards),
}
"""What is right at the last step of each task of exercise 3, given the suits seen up to then."""

MEMORY = ("echo", "again", "red")
"""The tasks that a clock is not enough for."""


@self_check
def wavelengths(student: Callable) -> str:
    """Exercise 1: the wavelengths of the positional encoding."""
    for size, base in ((4, 100), (64, 24), (5, 10000), (1, 50)):
        given = f"size={size}, base={base}"
        answer = torch.as_tensor(attempt(student, size, base), dtype=torch.float64)
        right = torch.tensor(
            [2 * math.pi * base ** (2 * i / size) for i in range((size + 1) // 2)],
            dtype=torch.float64,
        )
        expect(
            answer.shape == right.shape,
            f"one wavelength for each sine, not {answer.numel()} for {given}: a sine and the "
            "cosine after it have the same wavelength",
        )
        expect_answer(
            answer / right,  # Relative, since the wavelengths span several powers of ten.
            torch.ones_like(right),
            {
                f"wavelengths in steps for {given}: in one step the fastest sine does not complete "
                "a turn": torch.full_like(right, 1 / (2 * math.pi)),
                f"the fastest first for {given}": right.flip(0) / right,
                f"longer waves after shorter ones for {given}: an angle that grows slowly needs "
                "many steps for a turn": 4 * math.pi**2 / right**2,
            },
            f"other wavelengths for {given}: after how many steps has t · b^(−2i/F) grown by a "
            "full turn?",
            tolerance=1e-4,
        )
    return "Right: the longest wavelength is a little less than 2π · base."


@self_check
def clocked(student: Callable) -> str:
    """Exercise 2: a clock mixed into features, as the package does it."""
    generator = torch.Generator().manual_seed(0)
    for shape, starts, base, strength in (
        ((2, 3, 6), [0, 0], 24, 0.5),
        ((3, 4, 8), [0, 4, 90], 100, 0.3),
        ((1, 2, 5), [7], 10000, 0.9),
    ):
        z, t_starts = torch.randn(shape, generator=generator), torch.tensor(starts)
        before = z.clone(), t_starts.clone()
        answer = attempt(student, z, t_starts, base, strength)
        expect(
            torch.equal(z, before[0]) and torch.equal(t_starts, before[1]),
            "the tensors you were given to stay as they are",
        )
        given = f"for z of shape {list(shape)} and t_starts={starts}"
        expect_tensor(answer, shape, given=given)
        right, unmoved, waves = _mixed(z, t_starts, base, strength)
        halves = torch.cat([waves[..., 0::2], waves[..., 1::2]], dim=-1)
        expect_answer(
            answer,
            right,
            {
                "each row to begin at its own step, t_starts": unmoved,
                f"the first step of a row to be t_starts, not one later, {given}": _mixed(
                    z, t_starts + 1, base, strength
                )[0],
                "sines and cosines in turn: the sine of a frequency, then its cosine": (
                    (1 - strength) * z + strength * halves
                ),
                "a mixture: (1 − s) of the features, and s of the clock": (
                    z + waves,
                    z + strength * waves,
                    strength * z + (1 - strength) * waves,
                ),
            },
            f"the mixture (1 − s) z + s c(t) {given}, base={base} and strength={strength}",
            tolerance=1e-5,
        )
    return "Right: it is what ClockedFeedForward gives to its layers, to 1e-5."


def _mixed(z: Tensor, t_starts: Tensor, base: float, strength: float) -> tuple[Tensor, ...]:
    """Return what the package mixes, the same with all rows begun at 0, and its clock alone."""
    model = ClockedFeedForward(z.shape[-1], base=base).double()
    model.core = nn.Identity()
    results = []
    for inputs, starts, share in (
        (z, t_starts, strength),
        (z, torch.zeros_like(t_starts), strength),
        (torch.zeros_like(z), t_starts, 0.5),
    ):
        nn.init.constant_(model.clock_logit, math.log(share / (1 - share)))
        with torch.no_grad():
            results.append(model(inputs.double(), t_starts=starts)[0])
    right, unmoved, half = results
    return right, unmoved, 2 * half


@self_check
def pairs(student: Mapping[str, Any]) -> str:
    """Exercise 3: pairs of histories that prove what a task needs."""
    for task in TASKS:
        expect(task in student, f"an answer for {task!r}")
        expect(student[task] is not ..., f"an answer for {task!r}; it is still ...")
        if student[task] is not None:
            _expect_proof(task, student[task])
    missing = [task for task in TASKS if task != "suit" and student[task] is None]
    expect(
        not missing,
        f"a pair for {len(missing)} of the tasks that have None: what is in sight isn't enough "
        "for them",
    )
    return "Right: one task needs nothing, three a clock, and three a memory, each with its proof."


def _expect_proof(task: str, pair: Any) -> None:
    """End the check unless two histories prove that ``task`` needs as much as it does."""
    expect(
        isinstance(pair, list | tuple)
        and len(pair) == 2
        and all(isinstance(one, str) and one and set(one) <= set("SHDC") for one in pair),
        f"two histories for {task!r}, such as ('SH', 'DH'), or None, not {pair!r}",
    )
    one, other = pair
    expect(
        one[-1] == other[-1],
        f"the same card in sight at the end of both histories of {task!r}: otherwise what is in "
        "sight tells them apart",
    )
    answer = TASKS[task]
    expect(
        answer(one) != answer(other),
        f"a pair for {task!r} with different right answers; at the end of {one!r} and of "
        f"{other!r} the same is right",
    )
    expect(
        task not in MEMORY or len(one) == len(other),
        f"a stronger pair for {task!r}: these two differ in length, so a clock tells them apart",
    )
