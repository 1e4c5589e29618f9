"""The self-checks of what_does_it_remember: what passes, and what mistakes are told."""

from __future__ import annotations

import pytest
import torch
from check_examples import answers, assert_refused, published
from torch.nn.functional import one_hot

from memorylab_course.checks import what_does_it_remember as unvaried

check = published("what_does_it_remember")
EXERCISES = {
    "fit_probe": ["fit_probe"],
    "interventions": ["interventions"],
    "lines": ["chance", "ceiling"],
}
SOLVED = answers("what_does_it_remember", "solution")


@pytest.mark.parametrize("name", EXERCISES)
def test_solution_passes(name):
    verdict = getattr(check, name)(*(SOLVED[part] for part in EXERCISES[name]))
    assert verdict.passed, verdict.message


@pytest.mark.parametrize("name", EXERCISES)
def test_stub_is_refused(name):
    stubs = answers("what_does_it_remember", "exercise")
    assert_refused(getattr(check, name)(*(stubs[part] for part in EXERCISES[name])), "not yet")


# --- Exercise 1 -----------------------------------------------------------------------------------


def by_more_rows(inputs, targets, ridge):
    """Least squares: the penalty is a few more rows that ask for weights of zero."""
    rows, numbers = inputs.shape
    more = torch.cat([ridge**0.5 * torch.eye(numbers), torch.zeros(numbers, 1)], 1).double()
    given = torch.cat([torch.cat([inputs, torch.ones(rows, 1)], 1), more])
    wanted = torch.cat([targets, torch.zeros(numbers, targets.shape[1])])
    return torch.linalg.lstsq(given, wanted).solution


def by_centring(inputs, targets, ridge):
    """Without the means no bias is needed; it follows from them."""
    shift, level = inputs.mean(0), targets.mean(0)
    x, y = inputs - shift, targets - level
    weights = torch.inverse(x.T @ x + ridge * torch.eye(x.shape[1])) @ x.T @ y
    return torch.vstack([weights, level - shift @ weights])


def by_newton(inputs, targets, ridge):
    """One Newton step on the loss itself, with gradients by autograd."""
    given = torch.cat([inputs, torch.ones(len(inputs), 1)], 1)
    size = given.shape[1], targets.shape[1]
    mask = torch.ones(size[0], 1).double()
    mask[-1] = 0

    def loss(flat):
        weights = flat.view(size)
        error = given @ weights - targets
        return error.square().sum() + ridge * (mask * weights.square()).sum()

    start = torch.zeros(size[0] * size[1], dtype=torch.double, requires_grad=True)
    (gradient,) = torch.autograd.grad(loss(start), start)
    curvature = torch.autograd.functional.hessian(loss, start.detach())
    return -torch.linalg.solve(curvature, gradient).view(size)


@pytest.mark.parametrize("student", [by_more_rows, by_centring, by_newton])
def test_other_ways_to_fit_a_probe_pass(student):
    verdict = check.fit_probe(student)
    assert verdict.passed, verdict.message


def wrong_probe(mistake):
    def student(inputs, targets, ridge):
        rows = len(inputs)
        ones = torch.ones(rows, 1)
        parts = [ones, inputs] if mistake == "first" else [inputs, ones]
        given = inputs if mistake == "no bias" else torch.cat(parts, 1)
        penalty = torch.eye(given.shape[1]).double()
        if mistake not in ("all", "no bias"):
            penalty[0 if mistake == "first" else -1] = 0
        strength = {"none": 0, "mean": rows * ridge, "square": ridge**2}.get(mistake, ridge)
        return torch.linalg.lstsq(given.T @ given + strength * penalty, given.T @ targets).solution

    return student


@pytest.mark.parametrize(
    ("mistake", "part"),
    [
        ("all", "the bias to be left out"),
        ("first", "last row, not in the first"),
        ("no bias", "of shape [4, 2]"),
        ("none", "the penalty to be counted"),
        ("mean", "summed over the rows"),
        ("square", "not the square of ridge"),
    ],
)
def test_near_misses_of_a_probe_are_refused(mistake, part):
    assert_refused(check.fit_probe(wrong_probe(mistake)), part)


# --- Exercise 2 -----------------------------------------------------------------------------------


def one_by_one(networks, observations):
    """A run of the networks for every change."""
    steps = len(observations)
    matrix = torch.zeros(steps, steps)
    with torch.no_grad():
        plain = networks(observations[None])[0][0].softmax(-1)
        for i in range(steps):
            for k in range(4):
                if observations[i, k] == 1:
                    continue
                changed = observations.clone()
                changed[i, :4] = 0
                changed[i, k] = 1
                other = networks(changed[None])[0][0].softmax(-1)
                matrix[:, i] += (other - plain).abs().sum(-1) / 6
    return matrix


def all_at_once(networks, observations):
    """Rolled one-hot codes, in one batch of all changes."""
    steps = len(observations)
    changed = observations.repeat(3, steps, 1, 1).clone()  # [3, T, T, F]
    for k in range(3):
        for i in range(steps):
            changed[k, i, i, :4] = observations[i, :4].roll(k + 1)
    outputs = networks(changed.flatten(0, 1))[0].softmax(-1).view(3, steps, steps, -1)
    plain = networks(observations[None])[0].softmax(-1)
    return (outputs - plain).clamp(min=0).sum(-1).mean(0).T


def from_the_state(networks, observations):
    """Only the future is run again, from the state before the change."""
    steps, state = len(observations), None
    matrix = torch.zeros(steps, steps)
    plain = networks(observations[None])[0][0].softmax(-1)
    for i in range(steps):
        for k in range(1, 4):
            later = observations[i:].clone()
            later[0, :4] = observations[i, :4].roll(k)
            other = networks(later[None], state)[0][0].softmax(-1)
            matrix[i:, i] += (1 - torch.minimum(other, plain[i:]).sum(-1)) / 3
        state = networks(observations[None, i : i + 1], state)[2]
    return matrix


@pytest.mark.parametrize("student", [one_by_one, all_at_once, from_the_state])
def test_other_ways_to_intervene_pass(student):
    verdict = check.interventions(student)
    assert verdict.passed, verdict.message


def wrong_interventions(mistake):
    def student(networks, observations):
        steps = len(observations)
        squash = (lambda x: x) if mistake == "logits" else (lambda x: x.softmax(-1))
        plain = squash(networks(observations[None])[0][0])
        columns = []
        for i in range(steps):
            distances = []
            for k in range(1, 2 if mistake == "one" else 4):
                changed = observations if mistake == "in place" else observations.clone()
                changed[i, :4] = observations[i, :4].roll(k)
                if mistake == "blank":
                    changed[i, :4] = 0
                if mistake == "actions":
                    changed[i, 4:] = 0
                distances.append((squash(networks(changed[None])[0][0]) - plain).abs().sum(-1))
            stacked = torch.stack(distances) / (1 if mistake == "not halved" else 2)
            columns.append(
                stacked.sum(0)
                if mistake == "sum"
                else stacked.amax(0)
                if mistake == "largest"
                else stacked.mean(0)
            )
        return torch.stack(columns, 0 if mistake == "turned" else 1)

    return student


@pytest.mark.parametrize(
    ("mistake", "part"),
    [
        ("turned", "a row for each step of the output"),
        ("not halved", "half of the sum"),
        ("sum", "the mean over the three"),
        ("largest", "not the largest"),
        ("logits", "the networks return logits"),
        ("blank", "something else to be seen"),
        ("in place", "the observations you were given to stay"),
        ("actions", "is all but one thing left alone"),
    ],
)
def test_near_misses_of_an_intervention_are_refused(mistake, part):
    assert_refused(check.interventions(wrong_interventions(mistake)), part)


# --- Exercise 3 -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("left", "noise"), [(0.7, 0.2), (0.6, 0.45), (0.75, 0.4)])
def test_the_ceiling_is_the_share_that_the_best_guesser_gets(left, noise):
    random = torch.Generator().manual_seed(0)
    signs = (torch.rand(100_000, generator=random) > left).long()
    wrong = torch.rand(100_000, generator=random) < noise
    seen = torch.where(
        wrong, (signs + torch.randint(1, 4, signs.shape, generator=random)) % 4, signs
    )
    counts = one_hot(4 * signs + seen, 8).sum(0).view(2, 4)
    best = float(counts.amax(0).sum() / counts.sum())
    exact = (1 - noise) + 2 * max(left, 1 - left) * noise / 3
    assert abs(best - exact) < 0.005
    assert unvaried.lines(max(left, 1 - left), exact, left=left, noise=noise).passed


@pytest.mark.parametrize(
    ("given", "part"),
    [
        ((0.5, 0.8933), "which aren't equally frequent"),
        ((0.58, 0.8933), "always to be the same"),
        ((0.7, 0.8), "a look that shows no sign to count"),
        ((0.7, 0.95), "for each thing that can be seen"),
    ],
)
def test_near_misses_of_the_lines_are_refused(given, part):
    assert_refused(check.lines(*given), part)
