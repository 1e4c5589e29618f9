from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.text import Text

from memorylab.plots import LiveCurve, plot_learning_curves
from memorylab.training import History


def draw(histories, **options):
    figure = plot_learning_curves(histories, x="step", y="bit error", **options)
    return figure, figure.axes[0]


def labelled(axes):
    return {line.get_label(): line for line in axes.lines if not line.get_label().startswith("_")}


def band_edges(axes, at):
    """Lowest and highest of the first band at one x."""
    points = axes.collections[0].get_paths()[0].vertices
    here = points[np.isclose(points[:, 0], at), 1]
    return here.min(), here.max()


@settings(deadline=None, derandomize=True, max_examples=10)
@given(seed=st.integers(0, 10**6), seeds=st.integers(2, 6), points=st.integers(2, 8))
def test_line_is_the_median_and_the_band_reaches_from_lowest_to_highest(seed, seeds, points):
    x, values = np.arange(points), np.random.default_rng(seed).random((seeds, points))
    _, axes = draw({"GRU": [(x, y) for y in values]})
    (line,) = labelled(axes).values()
    assert (line.get_xdata() == x).all()
    assert line.get_ydata() == pytest.approx(np.median(values, axis=0))
    at = points // 2
    assert band_edges(axes, at) == pytest.approx((values[:, at].min(), values[:, at].max()))


def test_the_legend_says_what_line_band_and_target_are():
    histories = {"GRU": [([0, 1], [1, 0])] * 3, "MLP": [([0, 1], [1, 1])]}
    figure, axes = draw(histories, target=0.25, target_label="solved")
    (legend,) = figure.legends
    assert legend.get_title().get_text().split("\n")[:2] == [
        "line: median of seeds",
        "band: lowest to highest",
    ]
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts == ["GRU (3 seeds)", "MLP (1 seed)", "solved"]
    assert set(labelled(axes)["solved"].get_ydata()) == {0.25}
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("step", "bit error")
    assert len(axes.collections) == 1, "one seed has no spread to show"


def test_labels_are_plain_text():
    figure = plot_learning_curves(
        {"$5 and \\frac$": [([0, 1], [0, 1])]}, "cost in $", "$y_1\ud800$"
    )
    figure.savefig(io.BytesIO())  # As mathematics, the label would be an error.
    assert not any(text.get_parse_math() for text in figure.findobj(Text) if "$" in text.get_text())


def test_seeds_with_different_x_meet_between_their_points():
    _, axes = draw({"GRU": [([0, 10], [0, 1]), ([0, 5, 10], [0, 1, 1])]})
    line = labelled(axes)["GRU (2 seeds)"]
    assert line.get_xdata().tolist() == [0, 5, 10]
    assert line.get_ydata() == pytest.approx([0, 0.75, 1])


def test_seeds_that_go_on_are_drawn_to_their_end():
    _, axes = draw({"GRU": [([0, 10], [1, 0]), ([0, 10, 20, 30], [1, 0.5, 0.4, 0.3])]})
    assert labelled(axes)["GRU (2 seeds)"].get_xdata().tolist() == [0, 10]
    thin = [line for line in axes.lines if line.get_label().startswith("_")]
    assert max(line.get_xdata().max() for line in thin) == 30


def test_not_a_number_leaves_a_gap():
    _, axes = draw({"GRU": [([0, 1, 2], [np.nan, 1, 0])]})
    assert np.isnan(labelled(axes)["GRU (1 seed)"].get_ydata()).tolist() == [True, False, False]


def test_models_differ_in_colour_or_in_line_beyond_the_palette():
    _, axes = draw({f"model {k}": [([0, 1], [k, k])] for k in range(14)})
    looks = {(line.get_color(), line.get_linestyle()) for line in labelled(axes).values()}
    assert len(looks) == 14


def test_thousands_are_separated_and_a_single_point_is_visible():
    figure, axes = draw({"GRU": [([0, 200_000], [0, 1])]})
    figure.draw_without_rendering()
    assert "80,000" in [tick.get_text() for tick in axes.get_xticklabels()]
    _, axes = draw({"GRU": [([3], [1])]})
    assert labelled(axes)["GRU (1 seed)"].get_marker() == "o"


@pytest.mark.parametrize(
    ("histories", "message"),
    [
        ({}, "histories is empty"),
        ({"GRU": []}, "'GRU' has no history"),
        ({"GRU": [([0, 1], [1])]}, r"'GRU', seed 0: .* got \[2\] and \[1\]"),
        ({"GRU": [([], [])]}, r"K >= 1, got \[0\] and \[0\]"),
        ({"GRU": [([0, 1], [1, 0]), ([1, 1], [1, 0])]}, "seed 1: x must be finite and increase"),
        ({"GRU": [([0, np.nan], [1, 0])]}, "x must be finite"),
        ({"GRU": [([0, 1], [1, 0], [2])]}, r"expected a pair \(x, y\), got 3 items"),
        ({"GRU": [([0, 1], [1, 0]), ([5, 6], [1, 0])]}, "share no stretch of x: .* 1 .* 5"),
    ],
)
def test_bad_histories(histories, message):
    with pytest.raises(ValueError, match=message):
        draw(histories)


def test_a_live_curve_draws_its_run_on_top_of_stored_ones():
    stored = [History(step=[50, 100], bit_error=[0.5, high]) for high in (0.1, 0.3)]
    curve = LiveCurve("step", "bit_error", behind={"stored": stored}, target=0.05)
    history = History(step=[], bit_error=[], loss=[])
    for rows in range(3):
        figure = curve(history)
        axes = figure.axes[0]
        lines = labelled(axes)
        assert list(lines) == ["stored (2 seeds)", "this run (1 seed)", "target"]
        assert lines["stored (2 seeds)"].get_ydata() == pytest.approx([0.5, 0.2])
        assert band_edges(axes, 100) == pytest.approx((0.1, 0.3))
        drawn = lines["this run (1 seed)"].get_ydata()
        assert np.isnan(drawn).all() if rows == 0 else drawn.tolist() == history.bit_error
        assert (axes.get_xlabel(), axes.get_ylabel()) == ("step", "bit error")
        history.append(step=50 * (rows + 1), bit_error=0.4 / (rows + 1), loss=1)
    named = LiveCurve("step", "bit_error", x_label="update")(history)
    assert named.axes[0].get_xlabel() == "update"


def test_a_live_curve_of_what_is_not_measured_is_refused():
    with pytest.raises(AttributeError, match=r"no bit_eror; its columns are \['step', 'bit_error'"):
        LiveCurve("step", "bit_eror")(History(step=[], bit_error=[]))
    with pytest.raises(ValueError, match="'this run' is in behind"):
        LiveCurve("step", "bit_error", behind={"this run": []})
    with pytest.raises(ValueError, match="'stored' has no history"):
        LiveCurve("step", "bit_error", behind={"stored": []})(History(step=[], bit_error=[]))
