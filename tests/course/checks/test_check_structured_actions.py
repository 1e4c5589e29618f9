from __future__ import annotations

import math

import pytest
import torch
from check_examples import answers, assert_refused, published
from ray.rllib.core.distribution.torch.torch_distribution import (
    TorchDeterministic,
    TorchDistribution,
)
from torch.distributions import Categorical, Independent, Laplace, Normal

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


def log_prob(first, second, action):
    rows = torch.arange(len(first))
    of_second = second[rows, action[:, 0]].log_softmax(-1)  # [B, A2]
    return first.log_softmax(-1)[rows, action[:, 0]] + of_second[rows, action[:, 1]]


def entropy(first, second):
    of_first, of_second = first.log_softmax(-1), second.log_softmax(-1)
    added = -(of_second.exp() * of_second).sum(-1)  # [B, A1]
    return (of_first.exp() * (added - of_first)).sum(-1)


def joint_table(first, second):
    return first.log_softmax(-1).unsqueeze(-1) + second.log_softmax(-1)  # [B, A1, A2]


def joint_log_prob(first, second, action):
    table = joint_table(first, second).flatten(1)
    return table.gather(1, (action[:, :1] * second.shape[2] + action[:, 1:])).squeeze(1)


def joint_entropy(first, second):
    table = joint_table(first, second).flatten(1)
    return -(table.exp() * table).sum(-1)


def distributions_log_prob(first, second, action):
    parts = zip(first, second, action, strict=True)
    return torch.stack(
        [
            Categorical(logits=one).log_prob(pair[0])
            + Categorical(logits=two[pair[0]]).log_prob(pair[1])
            for one, two, pair in parts
        ]
    )


def distributions_entropy(first, second):
    one, two = Categorical(logits=first), Categorical(logits=second)
    return one.entropy() + torch.einsum("ba,ba->b", one.probs, two.entropy())


def in_double(function):
    def student(first, second, *action):
        return function(first.double(), second.double(), *action)

    return student


def with_entr(first, second):
    of_first, of_second = first.softmax(-1), second.softmax(-1)
    added = torch.special.entr(of_second).sum(-1)
    return torch.special.entr(of_first).sum(-1) + (of_first * added).sum(-1)


def test_the_stubs_are_refused_and_the_solutions_pass():
    stub, solution = (
        answers("structured_actions", "exercise"),
        answers("structured_actions", "solution"),
    )
    for names, passes in ((stub, False), (solution, True)):
        verdicts = [
            check.laplace(names["LaplaceActions"]),
            check.pair(names["pair_log_prob"], names["pair_entropy"]),
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
    ("one", "other"),
    [
        (joint_log_prob, joint_entropy),
        (distributions_log_prob, distributions_entropy),
        (in_double(log_prob), in_double(entropy)),
    ],
)
def test_pairs_written_otherwise_pass(one, other):
    assert check.pair(one, other).passed


@pytest.mark.parametrize(
    ("student", "message"),
    [
        (lambda a, b, c: log_prob(a, b, c).mean(), "of shape [12]"),
        (lambda a, b, c: log_prob(a, b, c).exp(), "not probabilities"),
        (lambda a, b, c: log_prob(a, 0 * b, c) + math.log(4), "second part to count"),
        (lambda a, b, c: log_prob(0 * a, b, c) + math.log(3), "first part to count"),
        (
            lambda a, b, c: torch.stack(
                [one[i] + two[i, j] for one, two, (i, j) in zip(a, b, c, strict=True)]
            ),
            "normalised",
        ),
        (lambda a, b, c: log_prob(a, b, 0 * c + c[:, :1]), "another log-probability of a pair"),
        (
            lambda a, b, c: (
                a.log_softmax(-1)[torch.arange(12), c[:, 0]]
                + b.flatten(1).log_softmax(-1)[torch.arange(12), 4 * c[:, 0] + c[:, 1]]
            ),
            "after each first part",
        ),
        (
            lambda a, b, c: (
                a.log_softmax(-1)[torch.arange(12), c[:, 0]]
                + b.softmax(-1).mean(1).log()[torch.arange(12), c[:, 1]]
            ),
            "given the first part that was taken",
        ),
    ],
)
def test_wrong_probabilities(student, message):
    assert_refused(check.pair(student, entropy), message)


@pytest.mark.parametrize(
    ("student", "message"),
    [
        (lambda a, b: entropy(a, b).sum(), "of shape [12]"),
        (lambda a, b: Categorical(logits=a).entropy(), "second part to add"),
        (
            lambda a, b: Categorical(logits=a).entropy() + Categorical(logits=b).entropy().sum(-1),
            "only one of the first parts occurs",
        ),
        (
            lambda a, b: Categorical(logits=a).entropy() + Categorical(logits=b).entropy().mean(-1),
            "as often as it",
        ),
        (lambda a, b: -entropy(a, b), "check the sign"),
        (lambda a, b: entropy(a, b) / math.log(2), "in nats"),
        (lambda a, b: entropy(a, b) / 3, "another entropy of a pair"),
        (with_entr, "log p must stay finite"),
    ],
)
def test_wrong_entropies(student, message):
    assert_refused(check.pair(log_prob, student), message)


def test_masked_logits_are_left_as_they_are():
    clamped = check.pair(lambda a, b, c: log_prob(a, b.clamp(min=-9), c), entropy)
    assert_refused(clamped, "allowed pairs where others are masked")


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
