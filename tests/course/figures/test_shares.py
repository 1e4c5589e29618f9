from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab_course.figures import plot_gradient_shares

UPDATES = [{"algorithm": 0.75, "l2": 0.25}, {"l2": 0.5, "algorithm": 0.5}]


def bars(figure):
    return {container.get_label(): container.patches for container in figure.axes[0].containers}


@settings(deadline=None, derandomize=True, max_examples=10)
@given(
    st.lists(st.lists(st.floats(0, 10), min_size=3, max_size=3).filter(any), min_size=1, max_size=9)
)
def test_bars_stand_on_each_other_and_reach_the_top(norms):
    shares = [
        {name: norm / sum(row) for name, norm in zip("abc", row, strict=True)} for row in norms
    ]
    drawn = bars(plot_gradient_shares(shares))
    assert list(drawn) == ["a", "b", "c"]
    for update, given_shares in enumerate(shares):
        floor = 0.0
        for name, patches in drawn.items():
            bar = patches[update]
            assert bar.get_x() + bar.get_width() / 2 == pytest.approx(update + 1)
            assert bar.get_height() == pytest.approx(given_shares[name])
            assert bar.get_y() == pytest.approx(floor)
            floor += bar.get_height()
        assert floor == pytest.approx(1)


def test_losses_keep_their_colour_and_place_and_have_readable_names():
    drawn = bars(plot_gradient_shares([{"a_loss": 0.9, "b": 0.1}, {"b": 0.2, "a_loss": 0.8}]))
    assert list(drawn) == ["a loss", "b"]
    assert [bar.get_height() for bar in drawn["a loss"]] == [0.9, 0.8]
    colours = [{bar.get_facecolor() for bar in patches} for patches in drawn.values()]
    assert len(colours[0]) == len(colours[1]) == 1
    assert colours[0] != colours[1]


def test_the_legend_lists_losses_as_they_are_stacked():
    figure = plot_gradient_shares(UPDATES)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["l2", "algorithm"]
    assert figure.axes[0].get_ylim() == (0, 1)


def test_an_update_without_any_gradient_is_empty():
    drawn = bars(plot_gradient_shares([{"a": 0.0, "b": 0.0}, {"a": 1.0, "b": 0.0}]))
    assert [bar.get_height() for bar in drawn["a"]] == [0, 1]


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ([], "shares is empty"),
        ([{}], "the shares of one loss at least, but update 0 has none"),
        ([*UPDATES, {"l2": 1.0}], "the shares of algorithm, l2, but update 2 has l2"),
        ([{"a": 0.7, "b": 0.7}], "sum to 1, but those of update 0 are a: 0.7, b: 0.7"),
        ([{"a": 1.5, "b": -0.5}], r"lie in \[0, 1\]"),
        ([{"a": float("nan"), "b": 0.5}], r"lie in \[0, 1\]"),
    ],
)
def test_bad_shares(shares, message):
    with pytest.raises(ValueError, match=message):
        plot_gradient_shares(shares)
