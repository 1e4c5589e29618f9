from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.patches import Polygon, Rectangle

from memorylab_course.figures import plot_shape_ladder
from memorylab_course.figures.ladder import DEPTH

images = st.tuples(st.integers(1, 600), st.integers(1, 300), st.integers(1, 300))
vectors = st.tuples(st.integers(1, 5000))


def drawn(figure):
    """Corners of the boxes' front faces and sides, the strips and the bars, left to right."""
    (axes,) = figure.axes
    faces = [p for p in axes.patches if isinstance(p, Polygon)]
    fronts, sides = (
        [face.get_xy()[:4] for face in faces if face.get_label() == name]
        for name in ("front", "side")
    )
    upright = [p for p in axes.patches if isinstance(p, Rectangle)]
    bars = [p for p in upright if p.get_y() < 1]
    return fronts, sides, [p for p in upright if p not in bars], bars


def words(figure):
    return [text.get_text() for text in figure.axes[0].texts]


@settings(deadline=None, derandomize=True, max_examples=25)
@given(st.lists(images | vectors, min_size=1, max_size=9))
def test_boxes_and_bars_are_to_scale(shapes):
    figure = plot_shape_ladder([("layer", shape) for shape in shapes])
    fronts, sides, strips, bars = drawn(figure)
    boxes = [shape for shape in shapes if len(shape) == 3]
    assert len(strips) == len(shapes) - len(boxes)
    sizes = [
        (np.ptp(side[:, 0]) / DEPTH, np.ptp(front[:, 1]), np.ptp(front[:, 0]))
        for front, side in zip(fronts, sides, strict=True)
    ]
    scales = np.array(sizes).reshape(-1, 3) / np.array(boxes).reshape(-1, 3)
    assert scales == pytest.approx(np.full_like(scales, scales.flat[0] if len(boxes) else 1))
    counts = np.array([math.prod(shape) for shape in shapes])
    heights = np.array([bar.get_height() for bar in bars])
    assert heights / heights.max() == pytest.approx(counts / counts.max())
    texts = words(figure)
    for shape, count in zip(shapes, counts, strict=True):
        assert "×".join(map(str, shape)) in texts
        assert f"{count:,}" in texts


@settings(deadline=None, derandomize=True, max_examples=25)
@given(st.lists(images | vectors, min_size=1, max_size=12))
def test_everything_is_inside_the_figure_and_nothing_overlaps(shapes):
    figure = plot_shape_ladder([("conv", shape) for shape in shapes])
    fronts, sides, strips, _ = drawn(figure)
    spans = [
        (front[:, 0].min(), side[:, 0].max()) for front, side in zip(fronts, sides, strict=True)
    ]
    spans = sorted(spans + [(p.get_x(), p.get_x() + p.get_width()) for p in strips])
    for (_, end), (start, _) in itertools.pairwise(spans):
        assert end < start
    axes = figure.axes[0]
    assert axes.get_xlim()[0] <= spans[0][0]
    assert spans[-1][1] <= axes.get_xlim()[1]
    tops = [side[:, 1].max() for side in sides]
    lows = [front[:, 1].min() for front in fronts]
    assert max(tops, default=0) <= 3.1, "boxes run into the names"
    assert min(lows, default=9) >= 1.4, "boxes run into the shapes"


def test_names_stand_over_their_layers_in_short_lines():
    rungs = [("image", (4, 84, 84)), ("conv 8×8, stride 4", (32, 20, 20)), ("linear", (18,))]
    figure = plot_shape_ladder(rungs)
    axes = figure.axes[0]
    places = {text.get_text().replace("\n", " "): text.get_position()[0] for text in axes.texts}
    names = [places[name] for name, _ in rungs]
    assert names == sorted(names)
    for (name, shape), at in zip(rungs, names, strict=True):
        assert places["×".join(map(str, shape))] == at, name
    narrow = plot_shape_ladder([*rungs[:2] * 3, rungs[2]])
    assert "conv 8×8,\nstride 4" in words(narrow)


@pytest.mark.parametrize(
    ("rungs", "error", "message"),
    [
        ([], ValueError, "rungs is empty"),
        ([("image", (84, 84))], ValueError, r"shape of 'image' must be .* got \(84, 84\)"),
        ([("image", (1, 4, 84, 84))], ValueError, r"without the batch dimension, got \(1, 4"),
        ([("image", (4, 0, 84))], ValueError, "every size of 'image' must be at least 1, got 0"),
        ([("linear", (1.5,))], TypeError, "every size of 'linear' must be an integer, got 1.5"),
    ],
)
def test_bad_rungs(rungs, error, message):
    with pytest.raises(error, match=message):
        plot_shape_ladder(rungs)
