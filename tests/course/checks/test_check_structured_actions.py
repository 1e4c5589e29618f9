from __future__ import annotations

import math

import pytest
import torch
from check_examples import answers, assert_refused, published
from ray.rllib.core.distribution.torch.torch_distribution import (
    TorchDeterministic,
    TorchDistribution,
)
from torch.distributions import Independent, Laplace, Normal

check = published("structured_actions")


pytestmark = pytest.mark.ray


def laplace(
    distribution=lambda a, b: Independent(Laplace(a, b.exp()), 1),
    size=lambda space: 2 * space.shape[0],
    certain=lambda d: TorchDeterministic(d.mean),
):
    class Student(TorchDistribution):
        def _get_torch_distribution(self, logits):
            return distribution(*logits.chunk(2, dim=-1))

        @staticmethod
        def required_input_dim(space, **kwargs):
            return size(space)

        def to_deterministic(self):
            return certain(self._dist)

    return Student


def entropy(weights=None, base=1.0):
    def student(first, second):
        added = torch.special.entr(second).sum(-1)
        weight = first if weights is None else weights(first)
        return (torch.special.entr(first).sum() + (weight * added).sum()) / base

    return student


def naive(first, second):
    terms = -(second * second.log()).sum(-1)
    return -(first * first.log()).sum() + (first * terms).sum()


def test_the_stubs_are_refused_and_the_solutions_pass():
    stub, solution = (
        answers("structured_actions", "exercise"),
        answers("structured_actions", "solution"),
    )
    for names, passes in ((stub, False), (solution, True)):
        verdicts = [
            check.laplace(names["LaplaceActions"]),
            check.pair_entropy(names["pair_entropy"]),
            check.numbers(
                names["conditionals"],
                names["along"],
                names["independent_logits"],
                names["passes"],
            ),
        ]
        assert [bool(verdict) for verdict in verdicts] == [passes] * 3
        assert all("not yet" in verdict.message for verdict in verdicts) is not passes


@pytest.mark.parametrize(
    ("student", "message"),
    [
        (laplace(size=lambda space: space.shape[0]), "two numbers for each"),
        (laplace(lambda a, b: None), "returns nothing yet"),
        (laplace(lambda a, b: Laplace(a, b.exp())), r"(one for each action)"),
        (laplace(lambda a, b: Independent(Laplace(b, a.exp()), 1)), "which half"),
        (laplace(lambda a, b: Independent(Laplace(a, b.abs() + 1e-3), 1)), "which half"),
        (laplace(lambda a, b: Independent(Normal(a, b.exp()), 1)), "another log-probability"),
        (laplace(certain=lambda d: None), "not yet"),
        (laplace(certain=lambda d: TorchDeterministic(d.mean + 1)), "to give the centres"),
        (laplace(certain=lambda d: d.mean), "to give the centres"),
    ],
)
def test_wrong_distributions(student, message):
    assert_refused(check.laplace(student), message)


@pytest.mark.parametrize(
    ("student", "message"),
    [
        (entropy(weights=torch.zeros_like), "second part to add"),
        (entropy(weights=torch.ones_like), "only one of the first parts occurs"),
        (entropy(weights=lambda first: torch.ones_like(first) / len(first)), "as often as it"),
        (entropy(base=-1.0), "check the sign"),
        (entropy(base=math.log(2)), "in nats"),
        (entropy(base=3.0), "another entropy"),
        (naive, "not NaN"),
    ],
)
def test_wrong_entropies(student, message):
    assert_refused(check.pair_entropy(student), message)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((19607, 35, 7, 5), "as many logits along"),
        ((19607, 7, 7, 5), "all 5 joints"),
        ((19607, 49, 49, 5), "another number along"),
        ((16807, 35, 35, 5), "first 4 joints"),
        ((35, 35, 35, 5), "far more conditionals"),
        ((19608, 35, 35, 5), "another number of conditionals"),
        ((19607, 35, 35, 1), "must know the first"),
        ((19607, 35, 35, 6), "one pass for each"),
    ],
)
def test_wrong_numbers(given, message):
    assert_refused(check.numbers(*given), message, "19607")
