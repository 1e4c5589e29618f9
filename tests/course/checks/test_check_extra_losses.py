"""The self-checks of extra_losses: what they let pass, and what they say to mistakes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from check_examples import answers, assert_refused, published
from torch import nn

from memorylab.sequences import masked_loss

check = published("extra_losses")


pytestmark = pytest.mark.ray

EXERCISES = ["earlier_observation_loss", "coefficient", "make_card_expert"]


@pytest.mark.parametrize("name", EXERCISES)
def test_solution_passes(name):
    verdict = getattr(check, name)(answers("extra_losses", "solution")[name])
    assert verdict.passed, verdict.message


@pytest.mark.parametrize("name", EXERCISES)
def test_stub_is_refused(name):
    assert_refused(getattr(check, name)(answers("extra_losses", "exercise")[name]), "not yet")


def mse(prediction, target, mask):
    return masked_loss(nn.functional.mse_loss, prediction, target, mask)


def delayed(prediction, observations, mask, delay):
    """The solution, as a start for mistakes."""
    steps = max(mask.shape[1] - delay, 0)
    counts = mask[:, delay:] & mask[:, :steps]
    return mse(prediction[:, delay:], observations[:, :steps], counts)


def by_loops(prediction, observations, mask, delay):
    total, count = torch.zeros(()), 0
    for row in range(mask.shape[0]):
        for step in range(delay, mask.shape[1]):
            if mask[row, step] and mask[row, step - delay]:
                error = prediction[row, step] - observations[row, step - delay]
                total = total + error.square().mean()
                count += 1
    return total / max(count, 1)


def by_index(prediction, observations, mask, delay):
    rows, steps = torch.nonzero(mask, as_tuple=True)
    steps = steps[keep := steps >= delay]
    rows = rows[keep]
    keep = mask[rows, steps - delay]
    rows, steps = rows[keep], steps[keep]
    if not len(rows):
        return 0.0
    return (prediction[rows, steps] - observations[rows, steps - delay]).pow(2).mean()


def by_narrow(prediction, observations, mask, delay):
    length = mask.shape[1] - delay
    if length < 1:
        return prediction.new_zeros(())
    both = mask.narrow(1, delay, length) & mask.narrow(1, 0, length)
    later, earlier = prediction.narrow(1, delay, length), observations.narrow(1, 0, length)
    return nn.functional.mse_loss(later[both], earlier[both])


@pytest.mark.parametrize("student", [by_loops, by_index, by_narrow])
def test_losses_written_otherwise_pass(student):
    verdict = check.earlier_observation_loss(student)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize("student", [1 / 16, torch.tensor(0.0625), np.float32(3 / 48)])
def test_coefficients_written_otherwise_pass(student):
    verdict = check.coefficient(student)
    assert verdict.passed, verdict.message


class Expert:
    def __init__(self):
        self.first = None

    def __call__(self, observation):
        if self.first is None:
            self.first = observation[0]
        return self.first


def make_with_a_list():
    seen = []

    def expert(observation):
        seen.append(observation[0])
        return seen[0]

    return expert


def make_with_the_flag():
    kept = {}

    def expert(observation):
        suit, is_first = observation
        kept.update({"suit": int(suit)} if is_first else {})
        return kept["suit"]

    return expert


@pytest.mark.parametrize("student", [Expert, make_with_a_list, make_with_the_flag])
def test_experts_written_otherwise_pass(student):
    verdict = check.make_card_expert(student)
    assert verdict.passed, verdict.message


def forward_in_time(prediction, observations, mask, delay):
    return delayed(observations, prediction, mask, delay)


def from_the_back(prediction, observations, mask, delay):
    counts = mask[:, delay:] & mask[:, :-delay]
    return mse(prediction[:, delay:], observations[:, :-delay], counts)


def rolled(prediction, observations, mask, delay):
    return mse(prediction, torch.roll(observations, delay, dims=1), mask)


def multiplied(prediction, observations, mask, delay):
    steps = max(mask.shape[1] - delay, 0)
    counts = (mask[:, delay:] & mask[:, :steps]).float().unsqueeze(-1)
    squares = (prediction[:, delay:] - observations[:, :steps]).square()
    return (squares * counts).sum() / counts.sum().clamp(min=1)


def filled(prediction, observations, mask, delay):
    """The value is right, but the gradient is not: 0 · NaN in the backward pass."""
    steps = max(mask.shape[1] - delay, 0)
    counts = (mask[:, delay:] & mask[:, :steps]).unsqueeze(-1)
    squares = (prediction[:, delay:] - observations[:, :steps]).square()
    return torch.where(counts, squares, 0).sum() / counts.sum().clamp(min=1)


def unmasked(prediction, observations, mask, delay):
    steps = max(mask.shape[1] - delay, 0)
    return nn.functional.mse_loss(prediction[:, delay:], observations[:, :steps])


def at_the_later_mask(prediction, observations, mask, delay):
    """Counts the padding of the predictions."""
    steps = max(mask.shape[1] - delay, 0)
    return mse(prediction[:, delay:], observations[:, :steps], mask[:, :steps])


@pytest.mark.parametrize(
    ("part", "student"),
    [
        pytest.param("the earlier of the two", forward_in_time, id="the wrong way round"),
        pytest.param("stops with RuntimeError", from_the_back, id="minus nothing"),
        pytest.param("for delay=1", rolled, id="wraps around"),
        pytest.param("0 · NaN is NaN", multiplied, id="multiplied by the mask"),
        pytest.param("select, don't multiply", filled, id="filled too late"),
        pytest.param("another loss for delay=1", unmasked, id="no mask"),
        pytest.param("another loss for delay=1", at_the_later_mask, id="mask of the earlier alone"),
        pytest.param(
            "no longer depends on the prediction",
            lambda *given: delayed(*given).detach(),
            id="detached",
        ),
        pytest.param("one number", lambda p, o, m, d: (p - o).square(), id="not averaged"),
        pytest.param("stops with", lambda p, o, m: p.sum(), id="error"),
        pytest.param("a function", 3.0, id="no function"),
    ],
)
def test_wrong_losses(part, student):
    assert_refused(check.earlier_observation_loss(student), part)


@pytest.mark.parametrize(
    ("part", "student"),
    [
        pytest.param("not of PPO's", 0.05, id="a fifth of PPO's norm"),
        pytest.param("44.4%", 0.2, id="the share itself"),
        pytest.param("80.0%", 1.0, id="none"),
        pytest.param("at least 0", -1 / 16, id="negative"),
        pytest.param("stops with", "1/16", id="text"),
    ],
)
def test_wrong_coefficients(part, student):
    assert_refused(check.coefficient(student), part, "0.0625")


def make_forgetful():
    return lambda observation: observation[0]


def make_bound():
    return lambda observation: 0


FIRST = []


def make_immortal():
    """Remembers the first card of the first episode for ever."""

    def expert(observation):
        FIRST.append(observation[0])
        return FIRST[0]

    return expert


@pytest.mark.parametrize(
    ("part", "student"),
    [
        pytest.param("what does the expert remember", make_forgetful, id="the card in sight"),
        pytest.param("from one episode to the next", make_immortal, id="never forgets"),
        pytest.param("a suit from 0 to 3", lambda: lambda observation: observation, id="tuple"),
        pytest.param("a suit from 0 to 3", lambda: lambda observation: 7, id="no suit"),
        pytest.param("a function, not int", lambda: 3, id="no expert"),
        pytest.param("not yet", lambda: lambda observation: None, id="nothing done"),
    ],
)
def test_wrong_experts(part, student):
    FIRST.clear()
    assert_refused(check.make_card_expert(student), part)
