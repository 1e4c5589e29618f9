"""The self-checks of rlpyts_parts: what they let pass, and what they say to mistakes."""

from __future__ import annotations

import pytest
import torch
from check_examples import answers, assert_refused
from torch import nn

from memorylab.networks import infer_leading_dims, restore_leading_dims, scale_grad
from memorylab_course.checks import rlpyts_parts as check

EXERCISES = ["remember", "two_heads"]


@pytest.mark.parametrize("name", EXERCISES)
def test_solution_passes(name):
    verdict = getattr(check, name)(answers("rlpyts_parts", "solution")[name])
    assert verdict.passed, verdict.message


@pytest.mark.parametrize("name", EXERCISES)
def test_stub_is_refused(name):
    assert_refused(getattr(check, name)(answers("rlpyts_parts", "exercise")[name]), "not yet")


# --- remember -------------------------------------------------------------------------------------


def folded(encoder, memory, x, fold, relu=torch.relu):
    """Return a GRU's outputs of what ``fold`` makes of features ``[T * B, D]``."""
    lead_dim, T, B, shape = infer_leading_dims(x, 1)
    features = relu(encoder(x.reshape(T * B, *shape)))
    y, _ = memory(fold(features, T, B))
    return restore_leading_dims(y.reshape(T * B, -1), lead_dim, T, B)


def unfolded_by_hand(encoder, memory, x):
    y, _ = memory(encoder(x.reshape((1,) * (3 - x.dim()) + x.shape)).relu())
    return y.reshape(*x.shape[:-1], 5)


def batch_first(encoder, memory, x):
    again = nn.GRU(4, 5, batch_first=True)
    again.load_state_dict(memory.state_dict())
    return folded(encoder, again, x, lambda z, T, B: z.reshape(T, B, -1))


@pytest.mark.parametrize(
    ("part", "student"),
    [
        pytest.param(
            "which comes first, T or B?",
            lambda *given: folded(*given, lambda z, T, B: z.reshape(B, T, -1)),
            id="T and B swapped",
        ),
        pytest.param(
            "as the first of a sequence",
            lambda *given: folded(*given, lambda z, T, B: z.reshape(1, T * B, -1)),
            id="folded for the memory too",
        ),
        pytest.param(
            "read as one of twelve",
            lambda *given: folded(*given, lambda z, T, B: z.reshape(T * B, 1, -1)),
            id="one long sequence",
        ),
        pytest.param(
            "a ReLU between",
            lambda *given: folded(*given, lambda z, T, B: z.reshape(T, B, -1), lambda z: z),
            id="no ReLU",
        ),
        pytest.param("other numbers for sequences", batch_first, id="batch first"),
        pytest.param(
            "shape [2, 5] for an observation of shape [2, 3], not [1, 2, 5]",
            lambda encoder, memory, x: memory(encoder(x if x.dim() > 2 else x[None]).relu())[0],
            id="leading dims not restored",
        ),
        pytest.param(
            "the output for a sequence of one step",
            lambda encoder, memory, x: memory(encoder(x).relu())[0],
            id="a batch taken for a sequence",
        ),
        pytest.param(
            "a tensor for an observation of shape [6, 2, 3], not tuple",
            lambda encoder, memory, x: memory(encoder(x).relu()),
            id="output and state",
        ),
        pytest.param(
            "stops with ValueError",
            lambda encoder, memory, x: restore_leading_dims(encoder(x), 2, 3, 4),
            id="error",
        ),
    ],
)
def test_wrong_memories(part, student):
    assert_refused(check.remember(student), part, "reshape(T, B, -1)")


def step_by_step(encoder, memory, x):
    lead_dim, T, B, _ = infer_leading_dims(x, 1)
    state, outputs = None, []
    for features in encoder(x).relu().reshape(T, B, -1):
        y, state = memory(features.unsqueeze(0), state)
        outputs.append(y.squeeze(0))
    return restore_leading_dims(torch.cat(outputs), lead_dim, T, B)


def by_cases(encoder, memory, x):
    if x.dim() < 3:
        return by_cases(encoder, memory, x.unsqueeze(0)).squeeze(0)
    return memory(torch.relu(encoder(x)))[0]


@pytest.mark.parametrize("student", [unfolded_by_hand, step_by_step, by_cases])
def test_other_right_memories(student):
    verdict = check.remember(student)
    assert verdict.passed, verdict.message


# --- two_heads ------------------------------------------------------------------------------------


def heads(body, actor, critic, x, before=None, after=None, both=None, inside=None):
    """Return logits and values, with functions of a tensor put in at four places."""
    features = body((inside or torch.clone)(x)).relu()
    features = (both or torch.clone)(features)
    values = critic((before or torch.clone)(features))
    return actor(features), (after or torch.clone)(values).squeeze(-1)


@pytest.mark.parametrize(
    ("part", "student"),
    [
        pytest.param(
            "the critic's gradient times 0.25 in the body",
            lambda body, actor, critic, x, scale: heads(body, actor, critic, x),
            id="not scaled",
        ),
        pytest.param(
            "the gradients of the critic's own weights to stay the same",
            lambda body, actor, critic, x, scale: heads(
                body, actor, critic, x, after=lambda y: scale_grad(y, scale)
            ),
            id="behind the critic",
        ),
        pytest.param(
            "only the critic's is held back",
            lambda body, actor, critic, x, scale: heads(
                body, actor, critic, x, both=lambda y: scale_grad(y, scale)
            ),
            id="for both heads",
        ),
        pytest.param(
            "the critic's gradient times 0.25 in the body",
            lambda body, actor, critic, x, scale: heads(
                body, actor, critic, x, inside=lambda y: scale_grad(y, scale)
            ),
            id="before the body",
        ),
        pytest.param(
            "the critic's gradient times 0.25 in the body",
            lambda body, actor, critic, x, scale: heads(
                body, actor, critic, x, before=torch.Tensor.detach
            ),
            id="detached",
        ),
        pytest.param(
            "the same values whatever the scale",
            lambda body, actor, critic, x, scale: heads(
                body, actor, critic, x, before=lambda y: scale * y
            ),
            id="the features scaled",
        ),
        pytest.param(
            "the critic's gradient times 0.25 in the body",
            lambda body, actor, critic, x, scale: heads(
                body, actor, critic, x, before=lambda y: scale_grad(scale_grad(y, scale), scale)
            ),
            id="scaled twice",
        ),
        pytest.param(
            "only the critic's is held back",
            lambda body, actor, critic, x, scale: (
                actor(scale_grad(body(x).relu(), scale)),
                critic(body(x).relu()).squeeze(-1),
            ),
            id="the other head",
        ),
        pytest.param(
            "values of shape [6], not [6, 1]",
            lambda body, actor, critic, x, scale: (actor(body(x).relu()), critic(body(x).relu())),
            id="not squeezed",
        ),
        pytest.param(
            "the same logits",
            lambda body, actor, critic, x, scale: (actor(body(x)), critic(body(x)).squeeze(-1)),
            id="no ReLU",
        ),
        pytest.param(
            "gradients flow through",
            lambda body, actor, critic, x, scale: [
                y.detach() for y in heads(body, actor, critic, x)
            ],
            id="detached altogether",
        ),
        pytest.param(
            "a pair", lambda body, actor, critic, x, scale: actor(body(x)), id="logits alone"
        ),
        pytest.param(
            "stops with TypeError",
            lambda body, actor, critic, x, scale: scale_grad(scale, body(x)),
            id="arguments swapped",
        ),
    ],
)
def test_wrong_heads(part, student):
    assert_refused(check.two_heads(student), part, "scale_grad(")


def test_other_right_heads():
    def mixed(body, actor, critic, x, scale):
        features = body(x).relu()
        held_back = scale * features + (1 - scale) * features.detach()
        return [actor(features), critic(held_back).squeeze(-1)]

    def by_hook(body, actor, critic, x, scale):
        features = body(x).relu()
        copy = features.clone()
        copy.register_hook(lambda gradient: scale * gradient)
        return actor(features), critic(copy)[:, 0]

    def twice(body, actor, critic, x, scale):
        features = [body(x).relu() for _ in range(2)]
        return actor(features[0]), critic(scale_grad(features[1], scale)).flatten()

    for student in (mixed, by_hook, twice):
        verdict = check.two_heads(student)
        assert verdict.passed, verdict.message
