"""Figures of the lock and of the menu: what is drawn and said is what the policy does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab.environments import Menu
from memorylab.training import History
from memorylab_course.figures import (
    draw_lock,
    draw_menu,
    lock_axes,
    menu_axes,
    plot_side_by_side,
)


def bars(axes):
    return np.array([patch.get_height() for patch in axes.patches])


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 99), st.integers(1, 16), st.integers(0, 3))
def test_a_lock_opens_as_often_as_its_pair_is_drawn(seed, tries, shift):
    pairs = np.random.default_rng(seed).dirichlet(np.ones(16)).reshape(4, 4)
    _, axes = lock_axes(shift)
    text = draw_lock(axes, pairs, tries, shift)
    rolled = np.array([pairs[digit, (digit + shift) % 4] for digit in range(4)])
    np.testing.assert_allclose(bars(axes[1]), 1 - (1 - rolled) ** tries)
    np.testing.assert_allclose(axes[0].images[0].get_array(), pairs)
    assert f"{(1 - (1 - rolled) ** tries).mean():.0%}" in text


@pytest.mark.parametrize("masked", [False, True])
def test_an_intent_serves_the_dish_in_its_direction_wherever_it_stands(masked):
    observation, _ = Menu(remember=False).reset(seed=2)
    dishes, mask = observation["available_actions"], observation["action_mask"]
    for slot in np.flatnonzero(mask):
        _, axes = menu_axes()
        degrees = np.rad2deg(np.arctan2(dishes[slot, 1], dishes[slot, 0]))
        text = draw_menu(axes, observation, degrees, masked)
        shares = bars(axes[1])
        assert shares.argmax() == slot
        assert shares.sum() == pytest.approx(1)
        assert (shares[mask == 0] == 0).all() == masked
        assert f"{shares[mask == 0].sum():.0%}" in text


def test_panels_show_the_median_and_the_outermost_seeds():
    seeds = [History(env_steps=[10, 20], mean_return=[0, value]) for value in (0.0, 0.5, 1.0)]
    figure = plot_side_by_side({"left": {"one": seeds}, "right": {"two": seeds[:1]}}, "x", "y")
    left, right = figure.axes
    assert left.lines[0].get_ydata()[-1] == 0.5
    assert left.collections[0].get_datalim(left.transData).ymax == 1
    assert right.lines[0].get_ydata()[-1] == 0
    assert left.get_ylim() == right.get_ylim()
    assert left.lines[0].get_color() != right.lines[0].get_color()
