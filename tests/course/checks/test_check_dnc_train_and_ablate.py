from __future__ import annotations

import pytest
import torch

from memorylab.memory.dnc import ablate
from memorylab.training import bit_error
from memorylab_course.checks import dnc_train_and_ablate as check


def state_numbers(n, w, r):
    return n * w + 3 * n + n * n + r * n + r * w


def amnesia(model, sequence, step):
    before, state = model(sequence[:, :step])
    after, _ = model(sequence[:, step:], state | {"memory": torch.zeros_like(state["memory"])})
    return torch.cat([before, after], dim=1)


def bits_without(model, task, part):
    return 100 * (bit_error(ablate(model, part), task) - bit_error(model, task))


def test_the_solutions_pass():
    assert check.state_numbers(state_numbers)
    assert check.amnesia(amnesia)
    assert check.bits_without(bits_without)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda n, w, r: None, "not yet"),
        (lambda n, w, r: n * w, "more than 256 numbers"),
        (lambda n, w, r: state_numbers(n, w, r) - n * n + n, "more than"),
        (lambda n, w, r: state_numbers(n, w, r) + n, "fewer than"),
    ],
    ids=["stub", "the memory alone", "links counted as a vector", "a vector too many"],
)
def test_wrong_counts(wrong, message):
    verdict = check.state_numbers(wrong)
    assert not verdict
    assert message in verdict.message


def healthy(model, sequence, step):
    return model(sequence)[0]


def from_nothing(model, sequence, step):
    return torch.cat([model(sequence[:, :step])[0], model(sequence[:, step:])[0]], dim=1)


def only_the_rest(model, sequence, step):
    return amnesia(model, sequence, step)[:, step:]


def a_step_late(model, sequence, step):
    return amnesia(model, sequence, step + 1)


def usage_too(model, sequence, step):
    before, state = model(sequence[:, :step])
    lost = {name: torch.zeros_like(state[name]) for name in ("memory", "usage")}
    return torch.cat([before, model(sequence[:, step:], state | lost)[0]], dim=1)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda *_: None, "not yet"),
        (healthy, "other outputs once the memory is lost"),
        (from_nothing, "starts the rest from nothing"),
        (only_the_rest, "outputs of shape [3, 7, 4]"),
        (a_step_late, "other outputs after the loss"),
        (usage_too, "and nothing else"),
    ],
)
def test_wrong_amnesia(wrong, message):
    verdict = check.amnesia(wrong)
    assert not verdict
    assert message in verdict.message


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda *_: None, "not yet"),
        (lambda m, t, p: -bits_without(m, t, p), "sign"),
        (lambda m, t, p: bits_without(m, t, p) / 100, "out of 100"),
        (lambda m, t, p: 100 * bit_error(ablate(m, p), t), "more*"),
        (lambda m, t, p: bits_without(m, t, "usage"), "another number"),
    ],
    ids=["stub", "sign", "share", "wounded alone", "always the same part"],
)
def test_wrong_damage(wrong, message):
    verdict = check.bits_without(wrong)
    assert not verdict
    assert message in verdict.message
