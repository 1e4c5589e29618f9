"""Self-checks of the notebook what_does_it_remember."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from memorylab_course.foggy_agents import build
from memorylab_course.foggy_task import FEATURES
from memorylab_course.instruments import fit_probe as right_probe
from memorylab_course.instruments import interventions as right_interventions
from memorylab_course.verdict import attempt, expect, expect_answer, expect_tensor, self_check

KINDS = 4
"""Things that can be seen."""


@self_check
def fit_probe(student: Callable) -> str:
    """Exercise 1: ridge regression with a bias."""
    random = torch.Generator().manual_seed(0)
    for rows, numbers, classes, ridge in ((40, 3, 2, 0.0), (60, 5, 3, 2.0), (8, 12, 2, 0.5)):
        inputs = torch.randn(rows, numbers, generator=random, dtype=torch.double) + 0.7
        labels = torch.randint(classes, (rows,), generator=random)
        targets = one_hot(labels, classes).double()  # [N, C]
        answer = attempt(student, inputs.clone(), targets.clone(), ridge)
        case = f"for {numbers} numbers and {classes} classes"
        expect_tensor(answer, [numbers + 1, classes], "weights", case)
        expect_answer(
            answer.detach(),
            right_probe(inputs, targets, ridge),
            _mistaken_probes(inputs, targets, ridge),
            f"other weights {case} and ridge {ridge:g}",
            tolerance=1e-5,
        )
    return "Right: the same weights as the package's. This is a whole probe."


def _mistaken_probes(inputs: Tensor, targets: Tensor, ridge: float) -> dict[str, Tensor]:
    """Return what known mistakes give, under their hints."""

    def solved(given: Tensor, penalty: Tensor) -> Tensor:
        return torch.linalg.lstsq(given.T @ given + penalty, given.T @ targets).solution

    rows, numbers = inputs.shape
    ones = torch.ones(rows, 1, dtype=torch.double)
    last, first = torch.cat([inputs, ones], 1), torch.cat([ones, inputs], 1)
    everything = torch.eye(numbers + 1, dtype=torch.double)
    spared = everything.clone()
    spared[-1, -1] = 0
    spared_first = everything.clone()
    spared_first[0, 0] = 0
    return {
        "the bias to be left out of the penalty": solved(last, ridge * everything),
        "the bias in the last row, not in the first": solved(first, ridge * spared_first),
        "the penalty to be counted": solved(last, 0 * everything),
        "the squared errors to be summed over the rows, not averaged": (
            solved(last, ridge * rows * spared)
        ),
        "ridge times the squared weights, not the square of ridge": solved(last, ridge**2 * spared),
    }


@self_check
def interventions(student: Callable) -> str:
    """Exercise 2: how the action at each step depends on what was seen at each step."""
    random = torch.Generator().manual_seed(0)
    for kind, steps in (("GRU", 5), ("LRU", 3)):
        networks = build(kind, seed=3).networks
        with torch.no_grad():  # as drawn they hardly react: make them livelier
            for weight in networks.actor_head.parameters():
                weight.mul_(4)
        seen = torch.randint(KINDS, (steps,), generator=random)
        did = torch.randint(4, (steps,), generator=random)
        observations = torch.zeros(steps, FEATURES)
        observations[:, :KINDS] = one_hot(seen, KINDS).float()
        observations[1:, KINDS : 2 * KINDS] = one_hot(did[1:], KINDS).float()
        observations[0, -1] = 1  # the lamp
        given = observations.clone()
        answer = attempt(student, networks, given)
        expect(torch.equal(given, observations), "the observations you were given to stay")
        case = f"for {steps} steps"
        expect_tensor(answer, [steps, steps], "a matrix", case)
        answer = answer.detach()
        right = right_interventions(networks, observations)
        mistakes = {
            "a row for each step of the output, a column for each step of the change": right.T,
            "half of the sum of the absolute differences": 2 * right,
            "the mean over the three other things, not their sum": 3 * right,
            **_mistaken_interventions(networks, observations),
        }
        hint = f"other distances {case}: is all but one thing left alone?"
        expect_answer(answer, right, mistakes, hint, tolerance=1e-5)
    return "Right: to 1e-5 the matrix of the package, for two kinds of memory."


@torch.no_grad()
def _mistaken_interventions(networks: torch.nn.Module, observations: Tensor) -> dict[str, Tensor]:
    """Return what known mistakes give, under their hints."""
    steps = len(observations)
    plain = networks(observations[None])[0][0]  # [T, A]
    columns: dict[str, list[Tensor]] = {"erased": [], "first": [], "logits": [], "largest": []}
    for i in range(steps):
        others = []
        for k in range(KINDS):
            changed = observations.clone()
            changed[i, :KINDS] = one_hot(torch.tensor(k), KINDS).float()
            if not torch.equal(changed, observations):
                others.append(networks(changed[None])[0][0])
        blank = observations.clone()
        blank[i, :KINDS] = 0
        outputs = torch.stack(others)  # [3, T, A]
        distance = (outputs.softmax(-1) - plain.softmax(-1)).abs().sum(-1) / 2  # [3, T]
        erased = (networks(blank[None])[0][0].softmax(-1) - plain.softmax(-1)).abs().sum(-1) / 2
        columns["erased"].append(erased)
        columns["first"].append(distance[0])
        columns["logits"].append((outputs - plain).abs().sum(-1).mean(0) / 2)
        columns["largest"].append(distance.amax(0))
    matrices = {name: torch.stack(found, 1) for name, found in columns.items()}
    return {
        "something else to be seen at the step, not nothing": matrices["erased"],
        "all three other things that could be seen": matrices["first"],
        "probabilities: the networks return logits": matrices["logits"],
        "the mean over the three other things, not the largest": matrices["largest"],
    }


@self_check
def lines(chance: float, ceiling: float, *, left: float, noise: float) -> str:
    """Exercise 3: what a probe reaches that knows nothing, and one that knows all."""
    prior = torch.tensor([left, 1 - left], dtype=torch.double)
    likelihood = torch.full((2, 4), noise / 3, dtype=torch.double)
    likelihood[0, 0] = likelihood[1, 1] = 1 - noise
    joint = prior[:, None] * likelihood  # [sign, seen]
    expect_answer(
        chance,
        max(left, 1 - left),
        {
            "a chance line for these signs, which aren't equally frequent": 0.5,
            "the sign that is named always to be the same one": left**2 + (1 - left) ** 2,
        },
        "the chance line: the best that a probe can do that knows nothing",
        tolerance=1e-3,
    )
    expect_answer(
        ceiling,
        float(joint.amax(0).sum()),
        {
            "a look that shows no sign to count: then the more frequent one is the better guess": (
                float(joint[:, :2].amax(0).sum()),
                1 - noise,
            ),
            "a look that shows no sign to be right as often as the better guess": 1 - noise / 3,
        },
        "the ceiling: for each thing that can be seen, how often is the better guess right?",
        tolerance=1e-3,
    )
    return "Right: a probe's accuracy says something only between these two lines."
