"""The self-checks of what_an_agent_cant_see: what they let pass, and what they say to mistakes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from check_examples import answers, assert_refused, published

check = published("what_an_agent_cant_see")


def test_solutions_pass():
    names = answers("what_an_agent_cant_see", "solution")
    for verdict in (
        check.update(names["update"]),
        check.push(names["push"]),
        check.ceilings(names["memoryless"], names["stacked_frames"]),
    ):
        assert verdict.passed, verdict.message


def test_stubs_are_refused():
    names = answers("what_an_agent_cant_see", "exercise")
    for verdict in (
        check.update(names["update"]),
        check.push(names["push"]),
        check.ceilings(names["memoryless"], names["stacked_frames"]),
    ):
        assert_refused(verdict, "not yet")


# --- update ---------------------------------------------------------------------------------------


def loops(belief, action, observation, transitions, likelihoods):
    states = range(len(belief))
    weights = [
        likelihoods[after, observation]
        * sum(transitions[action, before, after] * belief[before] for before in states)
        for after in states
    ]
    return torch.stack(weights) / sum(weights)


def logs(belief, action, observation, transitions, likelihoods):
    joint = transitions[action].T.matmul(belief).log() + likelihoods.T[observation].log()
    return joint.softmax(-1)


def arrays(belief, action, observation, transitions, likelihoods):
    weights = np.einsum("i,ij->j", belief.numpy(), transitions[action].numpy())
    weights *= likelihoods[:, observation].numpy()
    return weights / weights.sum()


def scaled(belief, action, observation, transitions, likelihoods):
    joint = torch.diag(likelihoods[:, observation]) @ transitions[action].mT @ belief
    return torch.nn.functional.normalize(joint, p=1, dim=0)


@pytest.mark.parametrize("student", [loops, logs, arrays, scaled])
def test_other_right_updates(student):
    verdict = check.update(student)
    assert verdict.passed, verdict.message


def in_place(belief, action, observation, transitions, likelihoods):
    belief *= likelihoods[:, observation]
    return belief


@pytest.mark.parametrize(
    ("part", "student"),
    [
        ("sum to 1", lambda b, a, o, t, e: (b @ t[a]) * e[:, o]),
        ("the action to count", lambda b, a, o, t, e: b * e[:, o] / (b * e[:, o]).sum()),
        ("the observation to count", lambda b, a, o, t, e: b @ t[a]),
        (
            "the sum over the states before",
            lambda b, a, o, t, e: (t[a] @ b) * e[:, o] / ((t[a] @ b) * e[:, o]).sum(),
        ),
        (
            "weighed after the action",
            lambda b, a, o, t, e: (b * e[:, o] / (b * e[:, o]).sum()) @ t[a],
        ),
        ("not a softmax", lambda b, a, o, t, e: ((b @ t[a]) * e[:, o]).softmax(0)),
        ("not their sum", lambda b, a, o, t, e: (b @ t[a] + e[:, o]) / (1 + e[:, o].sum())),
        ("other probabilities", lambda b, a, o, t, e: loops(b, 0, o, t, e)),
        ("other probabilities", lambda b, a, o, t, e: loops(b, a, o, t, e) + 3e-6),
        ("to stay as it is", in_place),
        ("a belief of shape [2]", lambda b, a, o, t, e: b[:1]),
        ("stops with IndexError", lambda b, a, o, t, e: b[99]),
    ],
)
def test_wrong_updates(part, student):
    assert_refused(check.update(student), part)


# --- push -----------------------------------------------------------------------------------------


def rolled(frames, observation):
    stack = torch.zeros(len(frames) + 1, len(observation), dtype=frames.dtype)
    stack[:-1], stack[-1] = frames, observation
    return stack, stack.roll(-1, 0)[:-1]


def listed(frames, observation):
    rows = [*frames, observation]
    return torch.stack(rows), torch.stack(rows[1:])


def padded(frames, observation):
    stack = torch.nn.functional.pad(frames, (0, 0, 0, 1))
    stack[-1] += observation
    return [stack, stack[-len(frames) :].clone()]


@pytest.mark.parametrize("student", [rolled, listed, padded])
def test_other_right_stacks(student):
    verdict = check.push(student)
    assert verdict.passed, verdict.message


def stack_of(frames, observation):
    return torch.cat([frames, observation[None]])


def shifted_in_place(frames, observation):
    stack = stack_of(frames, observation)
    frames.copy_(stack[1:])
    return stack, frames


@pytest.mark.parametrize(
    ("part", "student"),
    [
        ("the new frame among those to keep", lambda f, x: (stack_of(f, x), f)),
        ("the oldest frame first", lambda f, x: (stack_of(f, x).flip(0), f)),
        ("the oldest frame first", lambda f, x: (torch.cat([x[None], f]), f)),
        ("is the new one in the stack", lambda f, x: (torch.cat([f, f[-1:]]), f)),
        ("a stack of shape [4, 3]", lambda f, x: (f, f)),
        ("frames to keep of shape [3, 3]", lambda f, x: (stack_of(f, x), stack_of(f, x))),
        ("a stack and frames", lambda f, x: stack_of(f, x)),
        ("the newest frames to be kept", lambda f, x: (stack_of(f, x), 0.999 * stack_of(f, x)[1:])),
        ("to stay as they are", shifted_in_place),
    ],
)
def test_wrong_stacks(part, student):
    assert_refused(check.push(student), part)


# --- ceilings -------------------------------------------------------------------------------------

RIGHT = (0.4, 0.6)


@pytest.mark.parametrize("kind", [float, np.float64, np.float32, torch.tensor])
def test_other_right_numbers(kind):
    verdict = check.ceilings(*map(kind, RIGHT))
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("part", "memoryless", "stacked"),
    [
        ("not how often it is right", 0.7, RIGHT[1]),
        ("one sign is more frequent", 0, RIGHT[1]),
        ("why mix", 0.16, RIGHT[1]),
        ("which way should it turn", -0.4, RIGHT[1]),
        ("how often is it right, how often wrong", 0.41, RIGHT[1]),
        ("where the sign is lost", RIGHT[0], 1 / 3),
        ("one frame more", RIGHT[0], 0.7),
        ("one frame less", RIGHT[0], 0.5),
        ("a return for stacked", RIGHT[0], 0.8),
        ("another number for stacked", RIGHT[0], 1),
        ("to be a return", RIGHT[0], 1.5),
        ("a number for stacked", RIGHT[0], "0.6"),
        ("not yet", RIGHT[0], ...),
    ],
)
def test_wrong_numbers(part, memoryless, stacked):
    assert_refused(check.ceilings(memoryless, stacked), part)
