"""Self-checks of the notebook time_without_memory."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import torch

from memorylab_course.verdict import attempt, expect, expect_answer, expect_tensor, self_check

NEEDS = {
    "suit": "nothing",
    "bell": "clock",
    "echo": "memory",
    "turns": "clock",
    "sign": "memory",
    "dark": "clock",
    "red": "memory",
}
"""The least that a model needs for each task of exercise 3."""


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
def base2(student: Callable) -> str:
    """Exercise 2: the step number in binary."""
    for positions, size in (
        (torch.tensor([6]), 4),
        (torch.arange(20), 5),
        (torch.tensor([[0, 1, 2], [40, 41, 1023]]), 10),
        (torch.tensor(9), 3),
    ):
        before = positions.clone()
        answer = torch.as_tensor(attempt(student, positions, size))
        expect(torch.equal(positions, before), "the positions you were given to stay as they are")
        given = f"for positions of shape {list(positions.shape)} and size={size}"
        expect_tensor(answer, [*positions.shape, size], given=given)
        expect(answer.is_floating_point(), f"floating-point numbers, not {answer.dtype}")
        expect(((answer == 0) | (answer == 1)).all(), "nothing but zeros and ones")
        digits = (positions.unsqueeze(-1) >> torch.arange(size)) & 1
        expect_answer(
            answer,
            digits,
            {"the lowest bit first": digits.flip(-1)},
            f"the binary digits of the position {given}",
        )
    return "Right: bit k repeats every 2^(k+1) steps: a clock of square waves."


@self_check
def needs(student: Mapping[str, str]) -> str:
    """Exercise 3: nothing, a clock, or a memory."""
    for task in NEEDS:
        expect(task in student, f"an answer for {task!r}")
        expect(student[task] is not ..., f"an answer for {task!r}; it is still ...")
        expect(
            student[task] in ("nothing", "clock", "memory"),
            f'"nothing", "clock" or "memory" for {task!r}, not {student[task]!r}',
        )
    right = sum(student[task] == need for task, need in NEEDS.items())
    hints = {
        "sign": "could two episodes look the same at the junction, at the same step, and need "
        "different turns?",
        "dark": "does anything that happens in the dark differ between episodes?",
        "turns": "could the same card appear twice and need different answers?",
    }
    wrong = [task for task, need in NEEDS.items() if student[task] != need]
    hint = next((f"; {task}: {hints[task]}" for task in hints if task in wrong), "")
    expect(not wrong, f"all {len(NEEDS)} to be right; {right} are{hint}")
    return "Right: seven tasks that may look like memory tasks, and three that are."
