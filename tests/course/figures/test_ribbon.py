from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from memorylab.plots.style import WIDTH
from memorylab_course.figures import plot_state_ribbon
from memorylab_course.figures.ribbon import LENGTH, START

shapes = st.lists(st.lists(st.integers(1, 9), max_size=3).map(tuple), min_size=1, max_size=12)


def state_of(shapes):
    """Return tensors of these shapes, filled with 0, 1, 2, ... over 1000, all in a row."""
    sizes = [int(np.prod(shape)) for shape in shapes]
    flat = np.split(np.arange(sum(sizes)) / 1000, np.cumsum(sizes)[:-1])
    parts = zip(flat, shapes, strict=True)
    return {f"part {index}": part.reshape(shape) for index, (part, shape) in enumerate(parts)}


def drawn(figure):
    """Segments left to right, squares of the list top to bottom, and the axes of the values."""
    page, values, _ = figure.axes
    boxes = [patch for patch in page.patches if isinstance(patch, Rectangle)]
    return boxes[0::2], boxes[1::2], values


@settings(deadline=None, derandomize=True, max_examples=25)
@given(shapes=shapes)
def test_segments_fill_the_ribbon_in_proportion_and_the_values_lie_below_them(shapes):
    state = state_of(shapes)
    segments, squares, axes = drawn(plot_state_ribbon(state))
    sizes = np.array([array.size for array in state.values()])
    widths = np.array([segment.get_width() for segment in segments])
    assert widths / widths.sum() == pytest.approx(sizes / sizes.sum())
    assert segments[0].get_x() == pytest.approx(START)
    for left, right in itertools.pairwise(segments):
        assert left.get_x() + left.get_width() == pytest.approx(right.get_x())
    place = axes.get_position()
    assert (place.x0 * WIDTH, place.width * WIDTH) == pytest.approx((START, widths.sum()))
    (image,) = axes.images
    flat = np.concatenate([array.ravel() for array in state.values()])
    assert image.get_array().tolist() == [flat.tolist()]
    colours = [to_hex(segment.get_facecolor()) for segment in segments]
    assert [to_hex(square.get_facecolor()) for square in squares] == colours
    for one, other in itertools.pairwise(colours):
        assert one != other


@settings(deadline=None, derandomize=True, max_examples=25)
@given(sizes=st.lists(st.integers(1, 5000), min_size=1, max_size=40))
def test_numbers_stand_in_order_over_the_ribbon_and_apart(sizes):
    figure = plot_state_ribbon(state_of([(size,) for size in sizes]))
    page = figure.axes[0]
    above = [text for text in page.texts if text.get_ha() == "center"]
    assert [text.get_text() for text in above] == [str(index) for index in range(len(sizes))]
    places = [text.get_position()[0] for text in above]
    room = min(0.2, LENGTH / len(sizes))
    assert all(b - a >= room - 1e-9 for a, b in itertools.pairwise(places))
    assert places[0] >= START - 1e-9
    assert places[-1] <= START + LENGTH + 1e-9


def test_the_list_says_name_shape_size_and_meaning():
    state = {"memory": np.zeros((3, 400)), "clock": np.array(7)}
    figure = plot_state_ribbon(state, {"memory": "what was written"})
    lines = {}
    for text in figure.axes[0].texts:
        lines.setdefault(round(text.get_position()[1], 3), []).append(text.get_text())
    assert ["0", "memory", "3×400", "1,200", "what was written"] in lines.values()
    assert ["1", "clock", "one number", "1", ""] in lines.values()
    assert ["1,201 numbers in 2 tensors"] in lines.values()


def test_colours_are_those_of_minus_one_to_one_whatever_the_values():
    (image,) = drawn(plot_state_ribbon({"clock": np.array([51])}))[2].images
    assert (image.norm.vmin, image.norm.vmax) == (-1, 1)


@pytest.mark.parametrize(
    ("state", "meanings", "message"),
    [
        ({}, None, "state is empty"),
        ({"a": np.zeros(2), "b": np.zeros((0, 3))}, None, r"'b' holds no number.*\[0, 3\]"),
        ({"usage": np.zeros(2)}, {"use": "?"}, "'use' is not a known .*Did you mean 'usage'"),
    ],
)
def test_bad_states(state, meanings, message):
    with pytest.raises(ValueError, match=message):
        plot_state_ribbon(state, meanings)
