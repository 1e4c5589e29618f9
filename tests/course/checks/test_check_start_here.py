from __future__ import annotations

from collections import deque

import pytest
import torch
from check_examples import answers as answers_of
from check_examples import assert_refused, published

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


# --- exercise 3 -----------------------------------------------------------------------------------


def in_a_list(seen, note):
    note = [0, 0, 0] if note is None else note
    return note[0], [*note[1:], seen]


def in_a_queue(seen, note):
    note = deque([0, 0, 0], maxlen=3) if note is None else note
    answer = note[0]
    note.append(seen)
    return answer, note


def in_a_dictionary(seen, note):
    note = note or {"one ago": 0, "two ago": 0, "three ago": 0}
    moved = {"one ago": seen, "two ago": note["one ago"], "three ago": note["two ago"]}
    return note["three ago"], moved


def in_a_tensor(seen, note):
    note = torch.zeros(3) if note is None else note
    return note[0], torch.cat([note[1:], torch.tensor([float(seen)])])


def delayed(steps):
    def student(seen, note):
        note = (0,) * steps if note is None else note
        return (note[0], (*note[1:], seen)) if steps else (seen, note)

    return student


def everything(seen, note):
    note = [*(note or []), seen]
    return (note[-4] if len(note) > 3 else 0), note


def in_a_text(seen, note):
    note = (note or "") + str(seen)
    return int(note[-4]) if len(note) > 3 else 0, note


def outside():
    kept = [0, 0, 0]

    def student(seen, note):
        if note is None:
            kept[:] = [0, 0, 0]
        kept.append(seen)
        return kept[-4], True

    return student


@pytest.mark.parametrize("student", [in_a_list, in_a_queue, in_a_dictionary, in_a_tensor])
def test_any_note_of_three_numbers_passes(student):
    verdict = check.echo(student)
    assert verdict.passed, verdict.message


def test_the_echo_of_the_solution_passes_and_the_stub_does_not():
    assert check.echo(answers_of("start_here", "solution", skip=("trace",))["echo"])
    assert_refused(check.echo(answers_of("start_here", "exercise")["echo"]), "not yet")


@pytest.mark.parametrize(
    ("student", "message"),
    [
        (delayed(0), "not now"),
        (delayed(2), "not two"),
        (delayed(4), "not four"),
        (everything, "at most three numbers in the note, not 10"),
        (in_a_text, "at most three numbers in the note, not 10"),
        (outside(), "all memory to be in the note"),
        (lambda seen, note: seen, "a pair, the answer and the note, not 5"),
        (lambda seen, note: ([seen], note), "one number as the answer"),
        (lambda seen, note: (1, None), "and then the number of three steps ago"),
    ],
)
def test_wrong_echoes(student, message):
    assert_refused(check.echo(student), message)
