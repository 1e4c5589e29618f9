"""Self-checks of notebook 11."""

from __future__ import annotations

from collections.abc import Callable

import gymnasium as gym
import torch
from torch.distributions import Laplace

from memorylab_course.numerals import CARDINALS
from memorylab_course.verdict import attempt, expect, self_check


@self_check
def laplace(student: type) -> str:
    """Exercise 1: Laplace distributed actions as one of RLlib's distributions."""
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
    expect(
        tuple(actions.shape) == (4, 3),
        f"samples of shape [4, 3] from inputs [4, 6], not {list(actions.shape)}",
    )
    actions = torch.tensor([[0.3, -0.2, 0.9]] * 4)
    log_probability = attempt(distribution.logp, actions)
    expect(
        tuple(log_probability.shape) == (4,),
        f"one log-probability for an action as a whole, shape [4], not "
        f"{list(log_probability.shape)}",
    )
    centre, scale = inputs[:, :3], inputs[:, 3:].exp()
    right = Laplace(centre, scale).log_prob(actions).sum(-1)
    expect(
        torch.allclose(log_probability, right, atol=1e-5),
        "another log-probability: which half of the inputs are the centres, and are the scales "
        "taken out of the logarithm?",
    )
    expect(
        torch.allclose(attempt(distribution.entropy), (1 + (2 * scale).log()).sum(-1), atol=1e-5),
        "the entropy of an action as a whole",
    )
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
    expect(
        abs(answer - float(parts[0])) > 1e-4,
        "the second part to add something to the entropy of the first",
    )
    expect(
        abs(answer - float(parts[0] + parts[1].sum())) > 1e-4,
        "less: only one of the first parts occurs at a time",
    )
    expect(answer > 0, "an entropy that is not negative: mind the sign")
    expect(abs(answer - right(*easy) / 0.6931472) > 1e-4, "the entropy in nats, not in bits")
    expect(abs(answer - right(*easy)) < 1e-4, "another entropy for two parts of two choices")
    answer = float(attempt(student, first, second))
    expect(answer == answer, "a number although some probabilities are 0, not NaN")
    average = torch.special.entr(first).sum() + torch.special.entr(second).sum(-1).mean()
    expect(
        abs(answer - float(average)) > 1e-4,
        "each first part to count as often as it occurs, not all of them equally",
    )
    expect(
        abs(answer - right(first, second)) < 1e-4,
        "another entropy where the first parts are not equally likely",
    )
    return "Right: H(a₁) + Σ P(a₁) · H(a₂ | a₁), and both sides agree with the joint table."


@self_check
def numbers(
    conditionals: int,
    along: int,
    independent: int,
    passes: int,
    joints: int = 5,
    positions: int = 7,
) -> str:
    """Exercise 3: how many numbers a distribution of several parts needs."""
    expect(along == independent, "as many logits along one action as for independent parts")
    expect(along != positions, f"logits for all {CARDINALS[joints]} joints")
    expect(
        along == joints * positions,
        f"another number along one action: {positions} logits for each joint",
    )
    expect(
        conditionals != positions**joints,
        f"the logits of the first {CARDINALS[joints - 1]} joints to count, too, not the last alone",
    )
    expect(
        conditionals != joints * positions,
        f"far more conditionals: a joint has {positions} logits for each beginning",
    )
    expect(
        conditionals == sum(positions**joint for joint in range(1, joints + 1)),
        "another number of conditionals",
    )
    expect(passes != 1, "more passes to sample: the second joint must know the first")
    expect(passes == joints, "one pass for each joint")
    return (
        f"Right. {CARDINALS[joints + 1].capitalize()} joints would already need "
        f"{CARDINALS[positions]} times as many conditionals, and {(joints + 1) * positions} along."
    )
