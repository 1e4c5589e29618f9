"""Self-checks of the notebook start_here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import torch

from memorylab_course.verdict import attempt, expect, expect_answer, self_check

MODELS = ("mlp", "clocked_mlp", "gru")
LOCATIONS = (0, 1, 6, 11, 5, 9, 3, 15)
"""Where the run in ``data/copy_trace.npz`` writes at steps 0 to 7, and reads at steps 9 to 16."""


@self_check
def needs(student: Mapping[str, str]) -> str:
    """Exercise 1: the least model for each task."""
    expect(len(student) == 3, f"an answer for each of three tasks, not for {len(student)}")
    even, third, seen = student.values()
    for answer in (even, third, seen):
        expect(answer is not ..., "an answer for each task; one is still ...")
        expect(answer in MODELS, f"one of {', '.join(MODELS)}, not {answer!r}")
    expect(even == MODELS[0], "a lesser model for the first task: the input shows all it asks for")
    expect(
        third != MODELS[0],
        "more for the second task: the same input occurs at steps with different answers",
    )
    expect(third == MODELS[1], "a lesser model for the second task: does it matter what was shown?")
    expect(
        seen == MODELS[2],
        "more for the third task: two pasts, the same present, different right answers",
    )
    return "Right: the present, the time, and the past."


@self_check
def read_and_written(location: int, step_written: int, *, step: int) -> str:
    """Exercise 2: a read and the write it goes back to."""
    word = step - 9
    expect(0 <= location < 16, f"one of the 16 locations, not {location}")
    expect(0 <= step_written < 17, f"one of the 17 steps, not {step_written}")
    expect_answer(
        location,
        LOCATIONS[word],
        {},
        f"another location: take the largest read weighting of step {step}",
    )
    expect_answer(
        step_written,
        word,
        {"the step at which the location was written, not the one at which it was read": step},
        "another step: take the largest write weighting of that location",
    )
    return f"Right: the DNC reads at step {step} what it wrote at step {word}."


@self_check
def echo(student: Callable) -> str:
    """Exercise 3: a memory by hand that repeats what was seen three steps ago."""
    first, second = [5, 2, 7, 1, 9, 4, 8, 3, 6, 2], [3, 8, 1, 1, 6, 9, 2, 7, 4, 5]
    answers, notes = _repeat(student, [first])
    given = "for the numbers 5, 2, 7, 1, 9, 4, 8, 3, 6, 2"
    expect_answer(
        answers[0],
        [0, 0, 0, *first[:-3]],
        {
            "what was seen three steps ago, not two": [0, 0, *first[:-2]],
            "what was seen three steps ago, not four": [0, 0, 0, 0, *first[:-4]],
            "what was seen three steps ago, not now": first,
        },
        f"0, 0, 0, and then the number of three steps ago, {given}",
    )
    most = max(map(_count, notes))
    expect(most <= 3, f"at most three numbers in the note, not {most}: what may be forgotten?")
    # A memory outside of the note serves one sequence, and mixes up two.
    answers, _ = _repeat(student, [first, second])
    expect_answer(
        answers,
        [[0, 0, 0, *one[:-3]] for one in (first, second)],
        {},
        "all memory to be in the note: two sequences in turn, each with its own note, got mixed up",
    )
    return "Right: three numbers, each moving up one place at every step, are a memory."


def _repeat(student: Callable, sequences: list[list[int]]) -> tuple[list[list[float]], list[Any]]:
    """Show sequences in turn, a number of each; return the answers to each, and all notes."""
    answers: list[list[float]] = [[] for _ in sequences]
    notes: list[Any] = [None for _ in sequences]
    seen_notes = []
    for numbers in zip(*sequences, strict=True):
        for place, number in enumerate(numbers):
            result = attempt(student, number, notes[place])
            is_pair = isinstance(result, tuple | list) and len(result) == 2
            expect(is_pair, f"a pair, the answer and the note, not {result!r}")
            answer, notes[place] = result
            expect(np.ndim(answer) == 0, f"one number as the answer, not {answer!r}")
            answers[place].append(float(answer))
            seen_notes.append(notes[place])
    return answers, seen_notes


def _count(note: Any) -> int:
    """Return how many numbers a note holds."""
    if note is None:
        return 0
    if isinstance(note, np.ndarray | torch.Tensor):
        return int(np.prod(note.shape))
    if isinstance(note, str):
        return len(note)
    if isinstance(note, Mapping):
        note = note.values()
    return sum(map(_count, note)) if isinstance(note, Iterable) else 1
