"""Self-checks of the notebook start_here."""

from __future__ import annotations

from collections.abc import Mapping

from memorylab_course.verdict import expect, expect_answer, self_check

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
