"""Figures of an agent in the foggy maze."""

from __future__ import annotations

import numpy as np
import pytest

from memorylab_course.figures import (
    draw_two_beliefs,
    plot_memory_and_world,
    two_beliefs_axes,
)
from memorylab_course.foggy_agents import build, play


@pytest.fixture(scope="module")
def walk():
    return play(build("GRU", 0).networks, 6, seed=0)


def test_the_memory_beside_the_world_shows_all_numbers(walk):
    figure = plot_memory_and_world(walk, 2, 1)
    _, memory, _ = figure.axes
    steps = int(walk.real[2].sum())
    shown = memory.get_images()[0].get_array()
    np.testing.assert_allclose(shown, walk.memories[2, :steps].T)
    assert len(memory.get_xticklabels()) == steps


@pytest.mark.parametrize("step", [0, 2, 99])
def test_two_beliefs_are_drawn_as_they_are(walk, step):
    figure, axes = two_beliefs_axes()
    other = walk.beliefs.flip(-1)
    said = draw_two_beliefs(axes, walk, other, 3, step)
    step = min(step, int(walk.real[3].sum()) - 1)
    assert said.startswith(f"Step {step}: ")
    for one, beliefs in zip(axes[2:], (walk.beliefs, other), strict=True):
        heights = [bar.get_height() for bar in one.patches]
        belief = beliefs[3, step].numpy()
        np.testing.assert_allclose(heights, [*belief[:5], *-belief[5:]])
    left = walk.beliefs[3, step, :5].sum()
    assert f"exact {left:.2f}" in said
    assert len(figure.axes) == 4
