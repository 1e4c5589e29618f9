"""Self-checks of notebook 00."""

from __future__ import annotations

from collections.abc import Mapping

from memorylab.teaching.verdict import expect, self_check

MODELS = ("mlp", "clocked_mlp", "gru")


@self_check
def needs(student: Mapping[str, str]) -> str:
    """Exercise 1: the least model for each task."""
    expect(len(student) == 3, f"an answer to three tasks, not to {len(student)}")
    even, third, seen = student.values()
    for answer in (even, third, seen):
        expect(answer is not ..., "an answer to each task; one is still ...")
        expect(answer in MODELS, f"one of {', '.join(MODELS)}, not {answer!r}")
    expect(even == MODELS[0], "a lesser model for the first task: all it asks for is in sight")
    expect(
        third != MODELS[0],
        "more for the second task: the same is seen at steps with different answers",
    )
    expect(third == MODELS[1], "a lesser model for the second task: does it matter what was shown?")
    expect(
        seen == MODELS[2],
        "more for the third task: two pasts, the same present, different right answers",
    )
    return "Right: the present, the time, and the past."


@self_check
def read_and_written(location: int, step_written: int) -> str:
    """Exercise 2: a read at step 12 and the write it goes back to."""
    expect(0 <= location < 16, f"one of the 16 locations, not {location}")
    expect(0 <= step_written < 17, f"one of the 17 steps, not {step_written}")
    expect(location == 11, "another location: take the largest read weighting of step 12")
    expect(step_written != 12, "the step at which it was written, not the one at which it was read")
    expect(step_written == 3, "another step: take the largest write weighting of that location")
    return "Right: the fourth word was written at step 3, and is said fourth."
