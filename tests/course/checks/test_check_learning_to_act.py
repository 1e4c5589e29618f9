"""The self-checks of the notebook "Learning to act": what they let pass, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from check_examples import answers, assert_refused, published
from torch.nn import functional

from memorylab.training import History

check = published("learning_to_act")
STUBS = {"gae": "gae", "ppo_loss": "ppo_loss", "trained": "your_history", "share": "share"}


@pytest.mark.parametrize("name", ["gae", "ppo_loss", "share"])
def test_solution_passes(name):
    solved = answers("learning_to_act", "solution", skip=("your_history",))
    verdict = getattr(check, name)(solved[name])
    assert verdict.passed, verdict.message


@pytest.mark.parametrize("name", STUBS)
def test_stub_is_refused(name):
    stub = answers("learning_to_act", "exercise")[STUBS[name]]
    assert_refused(getattr(check, name)(stub), "not yet")


# --- exercise 1 -----------------------------------------------------------------------------------


def gae_by_sums(rewards, values, next_values, ended, gamma, lambda_):
    """Add up each step's later surprises: equation 16 as the paper writes it."""
    surprises = rewards + gamma * next_values - values
    answer = np.zeros(np.shape(rewards), dtype=np.float64)
    for t in range(len(rewards)):
        weight = np.ones(rewards.shape[1])
        for k in range(t, len(rewards)):
            answer[t] += weight * surprises[k]
            weight = weight * gamma * lambda_ * (1 - ended[k])
    return answer


def gae_in_torch(*arrays_and_weights):
    *arrays, gamma, lambda_ = arrays_and_weights
    rewards, values, following, ended = (torch.tensor(array).double() for array in arrays)
    surprises, later, answer = rewards + gamma * following - values, torch.zeros(1), []
    for surprise, end in zip(surprises.flip(0), ended.flip(0), strict=True):
        later = surprise + gamma * lambda_ * (1 - end) * later
        answer.insert(0, later)
    return torch.stack(answer).numpy()


def gae_by_environment(rewards, values, next_values, ended, gamma, lambda_):
    """Go through the environments one by one, and return nested lists."""
    columns = []
    for env in range(rewards.shape[1]):
        later, column = 0.0, []
        for t in range(len(rewards) - 1, -1, -1):
            later = 0.0 if ended[t, env] else later
            surprise = float(rewards[t, env] + gamma * next_values[t, env] - values[t, env])
            later = surprise + gamma * lambda_ * later
            column.append(later)
        columns.append(column[::-1])
    return np.transpose(columns).tolist()


@pytest.mark.parametrize("student", [gae_by_sums, gae_in_torch, gae_by_environment])
def test_other_ways_to_share_out_surprises_pass(student):
    verdict = check.gae(student)
    assert verdict.passed, verdict.message


def wrong_gae(mistake):
    def student(rewards, values, next_values, ended, gamma, lambda_):
        if mistake == "cut":
            next_values = np.where(ended, 0, next_values)
        surprises = rewards + (1 if mistake == "undiscounted" else gamma) * next_values - values
        later, answer = 0, np.zeros_like(rewards)
        steps = range(len(rewards))
        weight = lambda_ if mistake == "only λ" else gamma * lambda_
        for t in steps if mistake == "forwards" else reversed(steps):
            kept = 1 if mistake == "leak" else 1 - ended[t]
            later = surprises[t] + weight * kept * later
            answer[t] = later
        return answer[:, 0] if mistake == "one environment" else answer

    return student


@pytest.mark.parametrize(
    ("mistake", "part"),
    [
        ("undiscounted", "the value after a step to count γ times"),
        ("forwards", "go backwards in time"),
        ("only λ", "γ λ times, not λ times"),
        ("leak", "nothing of the next episode"),
        ("cut", "next_values as they are"),
        ("one environment", "[T, N]"),
    ],
)
def test_near_misses_of_gae_are_refused(mistake, part):
    assert_refused(check.gae(wrong_gae(mistake)), part)


# --- exercise 2 -----------------------------------------------------------------------------------


def loss_by_where(log_probs, old_log_probs, advantages, values, targets, mask, clip):
    """Keep the padding out by torch.where, and divide by the number of real steps."""
    zero = torch.zeros(())
    log_ratio = torch.where(mask, log_probs - old_log_probs, zero)
    error = torch.where(mask, values - targets, zero)
    judged = torch.where(mask, advantages, zero)
    ratio = torch.exp(log_ratio)
    bounded = torch.clamp(ratio, min=1 - clip, max=1 + clip)
    terms = error**2 - torch.min(ratio * judged, bounded * judged)
    return terms.sum() / mask.sum()


def loss_by_index(log_probs, old_log_probs, advantages, values, targets, mask, clip):
    """Take the real steps first, and write the loss as CleanRL does, as a maximum."""
    log_probs, old, judged, values, targets = (
        tensor[mask] for tensor in (log_probs, old_log_probs, advantages, values, targets)
    )
    ratio = log_probs.exp() / old.exp()
    policy = torch.max(-judged * ratio, -judged * ratio.clip(1 - clip, 1 + clip)).mean()
    return policy + functional.mse_loss(values, targets)


def loss_row_by_row(log_probs, old_log_probs, advantages, values, targets, mask, clip):
    """Go through the steps one by one."""
    total, count = 0, 0
    for c, t in mask.nonzero().tolist():
        ratio = (log_probs[c, t] - old_log_probs[c, t]).exp()
        judged = advantages[c, t]
        gain = ratio * judged
        if judged > 0 and ratio > 1 + clip:
            gain = (1 + clip) * judged
        if judged < 0 and ratio < 1 - clip:
            gain = (1 - clip) * judged
        total, count = total + (values[c, t] - targets[c, t]) ** 2 - gain, count + 1
    return total / count


@pytest.mark.parametrize("student", [loss_by_where, loss_by_index, loss_row_by_row])
def test_other_ways_to_write_the_loss_pass(student):
    verdict = check.ppo_loss(student)
    assert verdict.passed, verdict.message


def wrong_loss(mistake):
    def student(log_probs, old_log_probs, advantages, values, targets, mask, clip):
        ratio = (log_probs - old_log_probs).exp()
        if mistake == "logarithms":
            ratio = log_probs / old_log_probs
        if mistake == "detached":
            ratio = ratio.detach()
        bounded = ratio.clamp(1 - clip, 1 + clip)
        gain = {
            "clip alone": bounded * advantages,
            "never clipped": ratio * advantages,
            "maximum": torch.maximum(ratio * advantages, bounded * advantages),
        }.get(mistake, torch.minimum(ratio * advantages, bounded * advantages))
        error = (values - targets).abs() if mistake == "absolute" else (values - targets).square()
        terms = error + gain if mistake == "sign" else error - gain
        if mistake == "times mask":
            return (terms * mask).sum() / mask.sum()
        if mistake == "all steps":
            return torch.where(mask, terms, 0).mean()
        if mistake == "number":
            return torch.tensor(terms[mask].mean().item())
        return terms if mistake == "no mean" else terms[mask].mean()

    return student


@pytest.mark.parametrize(
    ("mistake", "part"),
    [
        ("logarithms", "given as logarithms"),
        ("clip alone", "the smaller of the two"),
        ("maximum", "the smaller of the two"),
        ("never clipped", "to be clipped"),
        ("absolute", "to be squared"),
        ("sign", "minus the objective"),
        ("times mask", "NaN in the padding"),
        ("all steps", "divided by their number"),
        ("detached", "gradients"),
        ("number", "a loss with a gradient"),
        ("no mean", "one number"),
    ],
)
def test_near_misses_of_the_loss_are_refused(mistake, part):
    assert_refused(check.ppo_loss(wrong_loss(mistake)), part)


# --- exercises 3 and 4 ----------------------------------------------------------------------------


def test_an_agent_that_has_not_learnt_is_refused():
    poor = History(env_steps=[1664, 3328], mean_return=[-0.9, 0.1])
    assert_refused(check.trained(poor), "a mean return of 0.9 or more, not 0.10")
    assert_refused(check.trained(1.0), "the history that train returns")
    good = History(env_steps=[1664, 3328], mean_return=[-0.9, 0.93])
    assert check.trained(good).passed


@pytest.mark.parametrize("answer", [0.81**10, np.float32(0.1216), torch.tensor(0.1216), 0.122])
def test_a_share_may_be_any_kind_of_number(answer):
    verdict = check.share(answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("answer", "part"),
    [(0.9**10, "both γ and λ"), (0.81**9, "one factor for each step"), (0.5, "the product")],
)
def test_other_shares_are_refused(answer, part):
    assert_refused(check.share(answer), part)
