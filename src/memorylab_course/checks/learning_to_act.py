"""Self-checks of the notebook "Learning to act"."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from memorylab.ppo.ppo import advantages_of
from memorylab.training import History
from memorylab_course.verdict import attempt, expect, expect_answer, expect_tensor, self_check


@self_check
def gae(student: Callable) -> str:
    """Exercise 1: generalised advantage estimation over several environments."""

    def tried(rewards, values, following, ended, gamma, lambda_) -> np.ndarray:
        arrays = (np.array(array, dtype=np.float32) for array in (rewards, values, following))
        given = (*arrays, np.array(ended, dtype=bool), gamma, lambda_)
        answer = np.asarray(attempt(student, *given))
        shape = np.shape(rewards)
        expect(
            answer.shape == shape,
            f"an array of shape {list(shape)}, [T, N], not {list(answer.shape)}",
        )
        return answer

    # One episode in one environment: λ at its ends, then between them.
    one = ([[0.0], [0.0], [1.0]], [[0.5], [0.2], [0.4]], [[0.2], [0.4], [0.0]], [[0], [0], [1]])
    expect_answer(
        tried(*one, 0.5, 0.0),
        [-0.4, 0.0, 0.6],
        {"the value after a step to count γ times": [-0.3, 0.2, 0.6]},
        "with λ = 0 the surprise of each step alone",
        tolerance=1e-5,
    )
    expect_answer(
        tried(*one, 0.5, 1.0),
        [-0.25, 0.3, 0.6],
        {
            "the surprises of later steps, not of earlier ones: go backwards in time": (
                [-0.4, -0.2, 0.5],
                [-0.4, -0.2, 0.6],
            ),
            "a later surprise to count γ λ times, not λ times": [0.2, 0.6, 0.6],
        },
        "with λ = 1 all later surprises, each step's γ times less",
        tolerance=1e-5,
    )

    # Two environments, with episodes that end in the middle and go on at the end.
    random = np.random.default_rng(0)
    rewards, values, following = random.normal(size=(3, 6, 2))
    ended = np.zeros((6, 2), dtype=bool)
    ended[2, 0] = ended[4, 1] = True
    answer = tried(rewards, values, following, ended, 0.9, 0.8)
    right = advantages_of(rewards, values, following, ended, 0.9, 0.8)
    never = advantages_of(rewards, values, following, np.zeros_like(ended), 0.9, 0.8)
    cut = advantages_of(rewards, values, np.where(ended, 0, following), ended, 0.9, 0.8)
    expect_answer(
        answer,
        right,
        {
            "nothing of the next episode in this one: see ended": never,
            "next_values as they are: they are 0 already where nothing comes any more": cut,
        },
        "the right advantages for two environments, whose episodes end at different steps",
        tolerance=1e-5,
    )
    return "Right: each step's surprise, and a share of those that follow in its episode."


def _reference(log_probs, old_log_probs, advantages, values, targets, mask, clip) -> Tensor:
    ratio = (log_probs - old_log_probs).exp()
    clipped = ratio.clamp(1 - clip, 1 + clip)
    objective = torch.minimum(ratio * advantages, clipped * advantages)
    return ((values - targets).square() - objective)[mask].mean()


def _check_terms(tried: Callable, right: Callable, given: dict) -> None:
    """Check every term alone: the critic's, and the clipped objective of either sign."""
    old, advantages, values, targets = (
        given[name] for name in ("old_log_probs", "advantages", "values", "targets")
    )
    everything = torch.ones(3, 4, dtype=torch.bool)
    same = {"log_probs": old, "mask": everything}
    still = {"values": targets, "mask": everything}
    expect_answer(
        tried(**same, advantages=torch.zeros(3, 4)),
        right(**same, advantages=torch.zeros(3, 4)),
        {"the error of the values to be squared": (values - targets).abs().mean()},
        "the mean squared error of the values where all advantages are 0",
        tolerance=1e-5,
    )
    ratio, of_logarithms = (given["log_probs"] - old).exp(), given["log_probs"] / old
    for sign, name in ((1, "positive"), (-1, "negative")):
        judged = {**still, "advantages": sign * advantages.abs()}
        plain, bounded, wrong, wrong_bounded = (
            one * judged["advantages"]
            for one in (ratio, ratio.clamp(0.8, 1.2), of_logarithms, of_logarithms.clamp(0.8, 1.2))
        )
        expect_answer(
            tried(**judged),
            right(**judged),
            {
                "a loss, to be made small: minus the objective": -right(**judged),
                "the ratio of two probabilities, which are given as logarithms": (
                    -torch.minimum(wrong, wrong_bounded).mean()
                ),
                "the smaller of the two products, step by step": (
                    -torch.maximum(plain, bounded).mean(),
                    -bounded.mean(),
                ),
                "the objective to be clipped": -plain.mean(),
            },
            f"the clipped objective for advantages that are all {name}",
            tolerance=1e-5,
        )


def _check_padding(tried: Callable, right: Callable, given: dict) -> None:
    """Check that padding counts nowhere, whatever it holds."""
    padded = {
        name: torch.where(given["mask"], tensor, float("nan"))
        for name, tensor in given.items()
        if name not in ("mask", "clip")
    }
    answer = tried(**padded)
    expect(bool(answer.isfinite()), "a number although there is NaN in the padding")
    total = right() * given["mask"].float().mean()
    expect_answer(
        answer,
        right(),
        {"the sum over real steps to be divided by their number": total},
        "the mean over real steps alone",
        tolerance=1e-5,
    )


@self_check
def ppo_loss(student: Callable) -> str:
    """Exercise 2: PPO's loss over real steps, and its gradients."""
    generator = torch.Generator().manual_seed(0)
    draw = functools.partial(torch.randn, generator=generator)
    old, advantages, values, targets = (draw(3, 4) for _ in range(4))
    given: dict[str, Any] = {
        "log_probs": old + 0.4 * draw(3, 4),
        "old_log_probs": old,
        "advantages": advantages,
        "values": values,
        "targets": targets,
        "mask": torch.tensor([4, 2, 3])[:, None] > torch.arange(4),
        "clip": 0.2,
    }

    def tried(**changes) -> Tensor:
        answer = attempt(student, *(given | changes).values())
        return expect_tensor(answer, [], "one number")

    def right(**changes) -> Tensor:
        return _reference(*(given | changes).values())

    _check_terms(tried, right, given)
    _check_padding(tried, right, given)

    # What training uses are the gradients.
    grads = []
    for function in (tried, right):
        leaves = {name: given[name].clone().requires_grad_() for name in ("log_probs", "values")}
        loss = function(**leaves)
        expect(loss.requires_grad, "a loss with a gradient: no .item(), .detach() or numpy")
        found = torch.autograd.grad(loss, [*leaves.values()], materialize_grads=True)
        grads.append(torch.stack(found))
    hint = "the gradients that this loss has: is something detached?"
    expect_answer(grads[0], grads[1], {}, hint, tolerance=1e-5)
    return "Right: clipped on the side that counts, and deaf to the padding."


@self_check
def trained(history: History) -> str:
    """Exercise 3: an agent that has learnt the maze."""
    expect(isinstance(history, History), "the history that train returns")
    best = max(history.mean_return, default=float("nan"))
    expect(best >= 0.9, f"a mean return of 0.9 or more, not {best:.2f}")
    return (
        f"Right: your agent turns where the sign pointed after {history.last('env_steps'):,} steps."
    )


@self_check
def share(student: float, *, gamma: float, lambda_: float, steps: int) -> str:
    """Exercise 4: what a surprise weighs some steps earlier."""
    expect_answer(
        student,
        (gamma * lambda_) ** steps,
        {
            "both γ and λ to count": (gamma**steps, lambda_**steps),
            "one factor for each step in between": (
                gamma * lambda_ * steps,
                (gamma * lambda_) ** (steps - 1),
                (gamma * lambda_) ** (steps + 1),
            ),
        },
        "the product that turns a surprise into its share",
        tolerance=1e-3,
    )
    return "Right: long delays are hard for an agent that learns from shares like this."
