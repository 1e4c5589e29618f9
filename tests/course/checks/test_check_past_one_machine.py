from __future__ import annotations

import pytest
import torch
from check_examples import answers, assert_refused

from memorylab_course.checks import past_one_machine as check


def speedup(sampling, learning, runners):
    return (sampling + learning) / (sampling / runners + learning)


def averaged(gradients, steps):
    return sum(gradient * n for gradient, n in zip(gradients, steps, strict=True)) / sum(steps)


def bigger(config):
    return (
        config.env_runners(num_env_runners=8)
        .learners(num_learners=2, num_gpus_per_learner=1)
        .training(train_batch_size_per_learner=832, minibatch_size=208)
    )


def test_the_solutions_pass():
    assert check.speedup(speedup)
    assert check.averaged(averaged)
    assert check.bigger(bigger)


def test_the_stubs_of_the_notebook_fail_and_its_solutions_pass():
    stubs, solved = answers("past_one_machine", "exercise"), answers("past_one_machine", "solution")
    for name in ("speedup", "averaged", "bigger"):
        assert_refused(getattr(check, name)(stubs[name]), "not yet")
        assert getattr(check, name)(solved[name])


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda s, le, n: n, "learning takes as long"),
        (lambda s, le, n: (s + le) / (s / n + le / n), "learning takes as long"),
        (lambda s, le, n: (s / n + le) / (s + le), "how many times faster"),
        (lambda s, le, n: s / (s / n + le), "1 for one env runner"),
        (lambda s, le, n: 1 + (n - 1) * s / (s + le), "another number for"),
        (lambda s, le, n: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_wrong_speedups(answer, message):
    assert_refused(check.speedup(answer), message)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda gradients, steps: sum(gradients) / len(gradients), "count for more"),
        (lambda gradients, steps: sum(gradients), "a mean, not a sum"),
        (lambda gradients, steps: gradients, "a tensor, not list"),
        (lambda gradients, steps: gradients[0], "mean over all 8 steps"),
        (
            lambda gradients, steps: (
                torch.stack([g.mul_(n) for g, n in zip(gradients, steps, strict=True)]).sum(0)
                / sum(steps)
            ),
            "to stay as they are",
        ),
    ],
)
def test_wrong_averages(answer, message):
    assert_refused(check.averaged(answer), message)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda config: config, "8 env runners, not 0"),
        (lambda config: config.env_runners(num_env_runners=8), "2 learners"),
        (
            lambda config: bigger(config).learners(num_gpus_per_learner=0.5),
            "one GPU for each learner",
        ),
        (
            lambda config: bigger(config).training(train_batch_size_per_learner=1664),
            "not 3328: the setting counts per learner",
        ),
        (
            lambda config: bigger(config).training(minibatch_size=416),
            "not 832: each learner takes its own minibatch",
        ),
        (lambda config: bigger(config).training(lr=6e-3), "lr changed"),
        (lambda config: 8, "the configuration, not int"),
    ],
)
def test_wrong_configurations(answer, message):
    assert_refused(check.bigger(answer), message)
