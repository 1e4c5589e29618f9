from __future__ import annotations

import pytest
from check_examples import published

check = published("start_here")


TASKS = ("even", "every third", "seen before")


def answers(*models):
    return dict(zip(TASKS, models, strict=True))


def test_the_solutions_pass():
    assert check.needs(answers("mlp", "clocked_mlp", "gru"))
    assert check.read_and_written(11, 3)


@pytest.mark.parametrize(
    ("models", "message"),
    [
        ((..., ..., ...), "one is still"),
        (("mlp", "clocked_mlp", "transformer"), "one of mlp, clocked_mlp, gru"),
        (("gru", "gru", "gru"), "a lesser model for the first task"),
        (("mlp", "mlp", "gru"), "more for the second task"),
        (("mlp", "gru", "gru"), "a lesser model for the second task"),
        (("mlp", "clocked_mlp", "clocked_mlp"), "more for the third task"),
    ],
)
def test_wrong_needs(models, message):
    verdict = check.needs(answers(*models))
    assert not verdict
    assert message in verdict.message


@pytest.mark.parametrize(
    ("location", "step", "message"),
    [
        (..., ..., "not yet"),
        (12, 3, "another location"),
        (11, 12, "not the one at which it was read"),
        (11, 4, "another step"),
        (99, 3, "one of the 16 locations"),
        (11, -1, "one of the 17 steps"),
    ],
)
def test_wrong_reads(location, step, message):
    verdict = check.read_and_written(location, step)
    assert not verdict
    assert message in verdict.message


def test_the_numbers_are_those_of_the_stored_trace():
    from pathlib import Path

    from memorylab.memory.dnc import DNCTrace

    trace = DNCTrace.load(Path("notebooks/data/copy_trace.npz"))
    location = trace.read_weighting[12, 0].argmax()
    assert check.read_and_written(location, trace.write_weighting[:, location].argmax())
