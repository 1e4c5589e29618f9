"""Self-checks of the notebook structured_actions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import gymnasium as gym
import torch
from torch.distributions import Laplace

from memorylab_course.verdict import attempt, expect, expect_answer, expect_tensor, self_check


@self_check
def laplace(student: type[Any]) -> str:
    """Exercise 1: Laplace-distributed actions as a distribution for RLlib."""
    space = gym.spaces.Box(-1, 1, (3,))
    expect(
        attempt(student.required_input_dim, space) == 6,
        "two numbers for each of the three dimensions of an action",
    )
    inputs = torch.tensor([[0.0, 1.0, -1.0, 0.5, 0.0, -2.0]] * 4)  # [B, 2 A]
    distribution = attempt(student.from_logits, inputs)
    expect(
        getattr(distribution, "_dist", None) is not None,
        "_get_torch_distribution to return a distribution; it returns nothing yet",
    )
    actions = attempt(distribution.sample)
    expect_tensor(actions, [4, 3], "samples", "from inputs [4, 6]")
    actions = torch.tensor([[0.3, -0.2, 0.9]] * 4)
    log_probability = attempt(distribution.logp, actions)
    expect_tensor(log_probability, [4], "log-probabilities", "(one for each action)")
    centre, scale = inputs[:, :3], inputs[:, 3:].exp()
    expect_answer(
        log_probability,
        Laplace(centre, scale).log_prob(actions).sum(-1),
        {},
        "another log-probability: which half of the inputs are the centres, and do the scales come "
        "from their logarithms?",
        tolerance=1e-5,
    )
    entropy = (1 + (2 * scale).log()).sum(-1)
    hint = "the entropy of an action as a whole"
    expect_answer(attempt(distribution.entropy), entropy, {}, hint, tolerance=1e-5)
    other = student.from_logits(inputs + 0.5)
    expect(
        tuple(attempt(distribution.kl, other).shape) == (4,),
        "one KL divergence for an action as a whole",
    )
    certain = attempt(distribution.to_deterministic)
    expect(
        hasattr(certain, "sample") and torch.equal(attempt(certain.sample), centre),
        "to_deterministic() to give the centres, every time",
    )
    return "Right: three short methods, and the base class does the rest."


@self_check
def pair_entropy(student: Callable) -> str:
    """Exercise 2: the entropy of a pair by the chain rule."""
    first = torch.tensor([0.7, 0.3, 0.0])
    second = torch.tensor([[0.5, 0.5, 0.0], [0.1, 0.2, 0.7], [1 / 3, 1 / 3, 1 / 3]])

    def right(first: torch.Tensor, second: torch.Tensor) -> float:
        return float(torch.special.entr(first[:, None] * second).sum())

    easy = torch.tensor([0.5, 0.5]), torch.tensor([[0.25, 0.75], [0.5, 0.5]])
    answer = float(attempt(student, *easy))
    parts = torch.special.entr(easy[0]).sum(), torch.special.entr(easy[1]).sum(-1)
    expect_answer(
        answer,
        right(*easy),
        {
            "the second part to add something to the entropy of the first": parts[0],
            "less: only one of the first parts occurs at a time": parts[0] + parts[1].sum(),
            "an entropy that is not negative: check the sign": -right(*easy),
            "the entropy in nats, not in bits": right(*easy) / math.log(2),
        },
        "another entropy for two parts of two choices",
        tolerance=1e-4,
    )
    answer = float(attempt(student, first, second))
    expect(not math.isnan(answer), "a number although some probabilities are 0, not NaN")
    average = torch.special.entr(first).sum() + torch.special.entr(second).sum(-1).mean()
    expect_answer(
        answer,
        right(first, second),
        {"each first part to count as often as it occurs, not all of them equally": average},
        "another entropy where the first parts are not equally likely",
        tolerance=1e-4,
    )
    return "Right: H(a₁) + Σ P(a₁) · H(a₂ | a₁), and both sides agree with the joint table."


@self_check
def numbers(
    conditionals: int, along: int, independent: int, passes: int, *, joints: int, positions: int
) -> str:
    """Exercise 3: how many numbers a distribution of several parts needs."""
    expect(along == independent, "as many logits along one action as for independent parts")
    expect_answer(
        along,
        joints * positions,
        {f"logits for all {joints} joints": positions},
        f"another number along one action: {positions} logits for each joint",
    )
    expect_answer(
        conditionals,
        sum(positions**joint for joint in range(1, joints + 1)),
        {
            f"the logits of the first {joints - 1} joints to count, too, not only the last": (
                positions**joints
            ),
            f"far more conditionals: a joint has {positions} logits for each beginning": (
                joints * positions
            ),
        },
        "another number of conditionals",
    )
    more = "more passes to sample: the second joint must know the first"
    expect_answer(passes, joints, {more: 1}, "one pass for each joint")
    return (
        f"Right. {joints + 1} joints would already need about {positions} times as many "
        f"conditionals, and {(joints + 1) * positions} along one action."
    )
