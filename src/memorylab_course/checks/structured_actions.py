"""Self-checks of the notebook structured_actions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import gymnasium as gym
import torch
from torch import Tensor
from torch.distributions import Categorical, Laplace

from memorylab.rllib.heads import AutoregressiveCategorical
from memorylab.rllib.heads.masking import MASKED_LOGIT
from memorylab_course.verdict import attempt, expect, expect_answer, expect_tensor, self_check


@self_check
def numbers(
    conditionals: int, along: int, independent: int, passes: int, *, joints: int, positions: int
) -> str:
    """Exercise 1: how many numbers a distribution of several parts needs."""
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


@self_check
def pair(log_prob: Callable, entropy: Callable) -> str:
    """Exercise 2: a pair's log-probability and entropy, from the conditionals' logits."""
    generator = torch.Generator().manual_seed(0)
    first = torch.randn(12, 3, generator=generator)  # [B, A1]
    second = 2 * torch.randn(12, 3, 4, generator=generator)  # [B, A1, A2]
    action = torch.cartesian_prod(torch.arange(3), torch.arange(4))  # [B, 2], each pair once
    _check_log_prob(log_prob, first, second, action)
    _check_entropy(entropy, first, second)

    # Forbid the first part 2, and the second part 0 after any first part.
    for logits in (first[:, 2], second[:, 2], second[..., 0]):
        logits.fill_(MASKED_LOGIT)
    allowed = (action[:, 0] < 2) & (action[:, 1] > 0)
    masked = [logits.requires_grad_() for logits in (first, second)]
    answer = attempt(log_prob, *masked, action)
    right = _joint(*masked)
    hint = "another log-probability of allowed pairs where others are masked"
    right_one = right.log_prob(action)[allowed].detach()
    expect_answer(answer[allowed].detach(), right_one, {}, hint, tolerance=1e-5)
    answered = attempt(entropy, *masked)
    hint = "another entropy where some parts are masked"
    expect_answer(answered.detach(), right.entropy().detach(), {}, hint, tolerance=1e-5)
    (answer[allowed].sum() + answered.sum()).backward()
    expect(
        all(logits.grad is not None and logits.grad.isfinite().all() for logits in masked),
        "a finite gradient where parts are masked: p may be 0, but log p must stay finite",
    )
    return "Right: both agree with the package's to 1e-5, and masks leave every gradient finite."


def _joint(first: Tensor, second: Tensor) -> AutoregressiveCategorical:
    return AutoregressiveCategorical(torch.cat([first, second.flatten(1)], 1), second.shape[1:])


def _check_log_prob(student: Callable, first: Tensor, second: Tensor, action: Tensor) -> None:
    given = "from logits [12, 3] and [12, 3, 4]"
    answer = attempt(student, first, second, action)
    expect_tensor(answer, [12], "log-probabilities", given)
    rows = torch.arange(12)
    of_first, of_second = first.log_softmax(-1), second.log_softmax(-1)
    began, ended = action.unbind(-1)
    own = of_second[rows, began, ended]
    expect_answer(
        answer,
        _joint(first, second).log_prob(action),
        {
            "log-probabilities: logits must be normalised": (
                first[rows, began] + second[rows, began, ended]
            ),
            "the second part to count, too": of_first[rows, began],
            "the first part to count, too": own,
            "logarithms, not probabilities": (of_first[rows, began] + own).exp(),
            "probabilities of the second part that sum to 1 after each first part": (
                of_first[rows, began] + second.flatten(1).log_softmax(-1)[rows, 4 * began + ended]
            ),
            "the second part to be drawn given the first part that was taken": (
                of_first[rows, began] + of_second.logsumexp(1)[rows, ended] - math.log(3)
            ),
        },
        "another log-probability of a pair",
        tolerance=1e-5,
    )


def _check_entropy(student: Callable, first: Tensor, second: Tensor) -> None:
    answer = attempt(student, first, second)
    expect_tensor(answer, [12], "entropies", "from logits [12, 3] and [12, 3, 4]")
    right = _joint(first, second).entropy()
    of_first, of_second = Categorical(logits=first).entropy(), Categorical(logits=second).entropy()
    expect_answer(
        answer,
        right,
        {
            "the second part to add something to the entropy of the first": of_first,
            "less: only one of the first parts occurs at a time": of_first + of_second.sum(-1),
            "each first part to count as often as it occurs, not all of them equally": (
                of_first + of_second.mean(-1)
            ),
            "an entropy that is not negative: check the sign": -right,
            "the entropy in nats, not in bits": right / math.log(2),
        },
        "another entropy of a pair",
        tolerance=1e-5,
    )


@self_check
def laplace(student: type[Any]) -> str:
    """Exercise 3: Laplace-distributed actions as a distribution for RLlib."""
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
