"""The figures of what an agent sees: what they draw is what the numbers say."""

from __future__ import annotations

import pytest
from matplotlib.patches import Rectangle

from memorylab_course.figures import (
    belief_axes,
    draw_belief,
    draw_window,
    plot_agent_loop,
    window_axes,
)
from memorylab_course.foggy_maze import FORWARD, LOOK, FoggyMaze


def test_the_loop_names_all_that_goes_between_agent_and_environment():
    shown = " ".join(text.get_text() for text in plot_agent_loop().axes[0].texts)
    for word in ("agent", "policy", "environment", "state", "action", "observation", "reward"):
        assert word in shown


def test_bars_are_the_belief_and_the_sentence_says_it():
    maze = FoggyMaze(noise=0.1, length=4)
    actions = [LOOK, *[FORWARD] * 5]
    walk = maze.walk(actions, seed=3)
    beliefs = maze.beliefs(actions, walk.observations)
    figure, axes = belief_axes()
    said = draw_belief(axes, maze, walk, beliefs, step=4)
    heights = [bar.get_height() for bar in axes[2].patches]
    left, right = beliefs[4].view(2, -1)
    assert heights == pytest.approx([*left.tolist(), *(-right).tolist()])
    assert f"points left: {left.sum():.2f}" in said
    place = walk.states[4] % 5
    assert f"at place {place}, where it is: {left[place] + right[place]:.2f}" in said
    assert len(figure.axes) == 4


@pytest.mark.parametrize(
    ("length", "frames", "steps", "found"),
    [
        (5, 6, "steps 0 to 5", True),
        (5, 5, "steps 1 to 5", False),
        (3, 8, "steps 0 to 3", True),
        (3, 1, "step 3.", False),
    ],
)
def test_the_sign_is_found_where_the_window_holds_it(length, frames, steps, found):
    _, axes = window_axes()
    said = draw_window(axes, length, frames)
    assert f"gets {steps}" in said
    assert ("not among them" in said) != found
    *boxes, window = [patch for patch in axes[1].patches if isinstance(patch, Rectangle)]
    assert len(boxes) == length + 1
    inside = [
        window.get_x() < box.get_x()
        and box.get_x() + box.get_width() < window.get_x() + window.get_width()
        for box in boxes
    ]
    assert sum(inside) == min(frames, length + 1)
    assert inside[0] == found
    # The map of all cases agrees.
    (image,) = axes[2].images
    assert bool(image.get_array()[frames - 1, length - 1]) == found
