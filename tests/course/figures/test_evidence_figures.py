"""Figures of scores over seeds, and of RLlib's recipe."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from memorylab_course.figures import (
    draw_delivery,
    draw_learning,
    draw_prices,
    plot_recipe,
    plot_scores,
)

SCORES = {
    "A": {"mlp": np.array([0.1, 0.2]), "gru": np.array([0.8, 0.9])},
    "B": {"mlp": np.array([0.5, 0.6])},
}
RUNS = {
    "mlp": {"cpu_seconds": 10.0, "curves": [[None, -0.5], [-0.5, -0.4]]},
    "gru": {"cpu_seconds": 30.0, "curves": [[0.0, 0.8], [-0.2, 0.9]]},
}
EVIDENCE = {
    "steps": 2000,
    "popgym": {"RepeatPreviousEasy": RUNS},
    "courier": {
        name: {"right": {"6": [0.5], "24": [0.25]}} for name in ("MLP", "GRU", "LSTM", "DNC")
    },
}


def test_each_seed_is_drawn_once_in_its_row():
    (axes,) = plot_scores(SCORES, {"A": "first", "B": "second"}, ["mlp", "gru"]).axes
    dots = {
        tuple(line.get_xdata()): line.get_ydata()[0]
        for line in axes.lines
        if len(line.get_xdata()) == 2 and line.get_linestyle() == "None"
    }
    assert set(dots) == {(0.1, 0.2), (0.8, 0.9), (0.5, 0.6)}
    assert dots[0.1, 0.2] < dots[0.8, 0.9] < dots[0.5, 0.6]  # downwards: the axis is turned
    assert axes.yaxis_inverted()
    assert [text.get_text() for text in axes.get_yticklabels()] == ["first", "second"]


def test_a_memory_that_no_task_has_is_refused():
    with pytest.raises(KeyError, match="'lstm'"):
        plot_scores(SCORES, {"A": "first"}, ["mlp", "lstm"])


def test_learning_is_drawn_as_scores_over_steps():
    axes = Figure().subplots()
    draw_learning(axes, EVIDENCE, "RepeatPreviousEasy", ["gru"])
    (line,) = axes.lines
    assert line.get_xdata().tolist() == [1000, 2000]
    assert line.get_ydata().tolist() == pytest.approx([0.45, 0.925])  # medians of (return + 1) / 2


def test_prices_have_a_point_for_each_memory():
    axes = Figure().subplots()
    draw_prices(axes, EVIDENCE, "RepeatPreviousEasy")
    points = {line.get_xdata()[0] for line in axes.lines if len(line.get_xdata()) == 1}
    assert points == {10, 30}
    assert {text.get_text() for text in axes.get_legend().get_texts()} == {"no memory", "GRU"}


def test_the_recipe_names_what_carries_state_and_keeps_within_the_paper():
    (axes,) = plot_recipe().axes
    texts = [text.get_text() for text in axes.texts]
    for part in ("STATE_OUT of a step is STATE_IN of the next", "loss of PPO", "environments"):
        assert part in texts
    for kind in ("encoder", "memory", "heads"):
        assert texts.count(kind) == 2  # where it plays, and where it learns
    for line in axes.lines:
        assert 0 <= min(line.get_xdata()) <= max(line.get_xdata()) <= 8


class Parrot:
    """Networks that name the door in sight, and door 0 while they deliver."""

    def __call__(self, seen):
        return seen[..., :4], None, None


def test_a_delivery_is_drawn_and_counted():
    axes = Figure().subplots()
    assert draw_delivery(axes, Parrot(), [0, 3, 0], "Parrot") == 2
    assert axes.get_title("left") == "Parrot: 2 of 3 right"
    assert len(axes.images) == 1
