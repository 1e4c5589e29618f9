"""Instruments that look into a memory: what they find where the answer is known."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import one_hot

from memorylab_course.foggy_agents import KINDS, build, play
from memorylab_course.instruments import (
    divergence,
    fit_belief,
    fit_probe,
    gradients,
    interventions,
    memories_of,
    probe_accuracy,
)


@settings(deadline=None, derandomize=True, max_examples=20)
@given(
    rows=st.integers(5, 40),
    numbers=st.integers(1, 6),
    classes=st.integers(1, 3),
    seed=st.integers(),
)
def test_a_probe_without_penalty_finds_what_is_linear(rows, numbers, classes, seed):
    random = torch.Generator().manual_seed(seed)
    rows += numbers + 1
    inputs = torch.randn(rows, numbers, generator=random, dtype=torch.double)
    weights = torch.randn(numbers + 1, classes, generator=random, dtype=torch.double)
    targets = inputs @ weights[:-1] + weights[-1]
    torch.testing.assert_close(fit_probe(inputs, targets, 0.0), weights)


def test_the_penalty_is_least_where_it_should_be():
    random = torch.Generator().manual_seed(0)
    inputs = torch.randn(30, 4, generator=random).double() + 2
    targets = one_hot(torch.randint(2, (30,), generator=random)).double()

    def loss(weights):
        error = inputs @ weights[:-1] + weights[-1] - targets
        return error.square().sum() + 3.0 * weights[:-1].square().sum()

    found = fit_probe(inputs, targets, 3.0).requires_grad_()
    (gradient,) = torch.autograd.grad(loss(found), found)
    assert gradient.abs().max() < 1e-9


def test_a_probe_reads_what_is_there_and_nothing_that_is_not():
    walk = play(build("GRU", 0).networks, 400, seed=0)
    told = one_hot(walk.signs, 2).float()
    noise = torch.randn(told.shape, generator=torch.Generator().manual_seed(0))
    assert probe_accuracy(told, walk.signs, walk, 3) == [1.0] * 3
    assert all(0.35 < one < 0.65 for one in probe_accuracy(noise, walk.signs, walk, 3))


def test_a_belief_that_is_a_softmax_is_decoded():
    random = torch.Generator().manual_seed(0)
    inputs = torch.randn(300, 3, generator=random).double()
    beliefs = (inputs @ torch.randn(3, 4, generator=random).double()).softmax(-1)
    weights, bias = fit_belief(inputs, beliefs, decay=0.0)
    assert divergence(beliefs, (inputs @ weights + bias).softmax(-1)).max() < 1e-4
    constant = beliefs.mean(0).expand(300, -1)
    assert divergence(beliefs, constant).mean() > 0.05


def test_divergence_in_bits():
    exact = torch.tensor([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]], dtype=torch.double)
    other = torch.tensor([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25]], dtype=torch.double)
    torch.testing.assert_close(divergence(exact, other), torch.tensor([0.5, 2.0]).double())
    assert (divergence(exact, exact) == 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_the_memories_of_given_observations_are_those_that_played(kind):
    networks = build(kind, 2).networks
    walk = play(networks, 15, seed=3)
    torch.testing.assert_close(memories_of(networks, walk.observations), walk.memories)


@pytest.mark.parametrize("kind", KINDS)
def test_the_past_depends_on_nothing_later(kind):
    networks = build(kind, 0).networks
    seen = play(networks, 1, seed=1).observations[0, :6]
    for matrix in (interventions(networks, seen), gradients(networks, seen)):
        assert matrix.shape == (6, 6)
        assert matrix.triu(1).abs().max() < 1e-6
        assert matrix.tril().max() > 1e-6


def test_a_stack_depends_on_nothing_before_it():
    networks = build("stack of 8", 0).networks
    seen = play(networks, 1, seed=1).observations[0, :14]
    for matrix in (interventions(networks, seen), gradients(networks, seen)):
        steps = torch.arange(14)
        old = steps[:, None] - steps >= 8
        assert matrix[old].abs().max() < 1e-6
        assert matrix[~old].max() > 1e-6
