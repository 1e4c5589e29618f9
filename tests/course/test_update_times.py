"""The times of updates, the figures drawn from them, and what the notebook says of them."""

from __future__ import annotations

import json

import numpy as np
import pytest
from matplotlib.figure import Figure
from test_captions import NOTEBOOKS, caption

from memorylab_course.figures.update_times import (
    draw_shared,
    plot_environments,
    plot_update_times,
    repeats_of,
)
from memorylab_course.update_times import SlowCards

TIMES = json.loads((NOTEBOOKS / "data" / "update_times.json").read_text())


def seconds(name: str) -> float:
    return float(np.median([one[1] for one in repeats_of(TIMES, name)]))


def test_the_caption_says_how_long_updates_took():
    text = caption("past_one_machine", "each bar is the median of three measurements")
    stated = {"fast/0": 0.67, "fast/1": 0.80, "fast/2": 0.67, "fast/without Ray": 0.31}
    stated |= {"slow/2": 1.84, "slow/0": 2.87}
    for name, value in stated.items():
        assert f"{value:.2f} s" in text
        assert round(seconds(name), 2) == value
        assert len(repeats_of(TIMES, name)) == 3
    assert "about 0.3 s in every bar" in text
    learning = [
        np.median([one[2] for one in repeats_of(TIMES, f"{deck}/{count}")])
        for deck in ("fast", "slow")
        for count in (0, 1, 2)
    ]
    assert all(0.28 < value < 0.35 for value in learning)


def test_the_caption_says_what_more_environments_give():
    text = caption("past_one_machine", "16 give 2,620 and 64 give 3,157")
    rates = {n: round(1664 / seconds(f"environments/{n}")) for n in (1, 4, 16, 64)}
    assert "One environment gives 516" in text
    assert "four 1,376" in text
    assert list(rates.values()) == [516, 1376, 2620, 3157]
    assert round(rates[16] / rates[1]) == 5


def test_the_caption_says_what_five_seeds_learn():
    text = caption("past_one_machine", "All five seeds of the GRU (orange) pass 0.9")
    returns = {
        name: np.array([one["mean_return"] for one in several])
        for name, several in TIMES["sweep"].items()
    }
    assert returns["gru"].shape == returns["mlp"].shape == (5, 9)
    assert (returns["gru"].max(1) > 0.9).all()
    assert "falls back to 0.26" in text
    assert [round(one, 2) for one in returns["gru"][:, -2:].min(1) if one < 0.9] == [0.26]
    assert returns["mlp"].max() < 0.1
    assert abs(np.median(returns["mlp"], 0)[-1]) < 0.1


def test_figures_show_the_medians():
    left, right = plot_update_times(TIMES).axes
    for axes, deck in ((left, "fast"), (right, "slow")):
        tops = {round(bar.get_y() + bar.get_height(), 6) for bar in axes.patches}
        for name in ("without Ray", "0", "1", "2"):
            assert round(seconds(f"{deck}/{name}"), 6) in tops
    (axes,) = plot_environments(TIMES).axes
    assert axes.get_lines()[0].get_ydata()[0] == pytest.approx(516, abs=1)
    with pytest.raises(KeyError, match="no measurements of 'fast/3'"):
        repeats_of(TIMES, "fast/3")


def test_playing_is_shared_and_learning_is_not():
    axes = Figure().subplots()
    said = draw_shared(axes, playing=0.7, learning=0.3)
    assert said == f"With 32 env runners, an update is {1 / (0.7 / 32 + 0.3):.1f} times as fast."
    heights = [bar.get_height() for bar in axes.patches]
    assert heights[:6] == pytest.approx([0.3] * 6)
    assert heights[6:] == pytest.approx([0.7 / count for count in (1, 2, 4, 8, 16, 32)])


def test_a_slow_dealer_deals_the_same_cards():
    slow, waiting = SlowCards(seconds=0), SlowCards().seconds
    fast = slow.env
    slow.reset(seed=0)
    cards = [slow.step(0)[0] for _ in range(5)]
    fast.reset(seed=0)
    assert all(np.array_equal(card, fast.step(0)[0]) for card in cards)
    assert waiting == 0.001
