from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from trace_examples import title_of

from memorylab.plots.style import COLOURS
from memorylab_course.figures import plot_gradient, plot_padding_mosaic
from memorylab_course.figures.sequences import _outline


def bars(figure):
    """Padding and real bars as pairs of left edge and width."""
    patches = figure.axes[0].patches
    spans = [(p.get_x() + 0.5, p.get_width()) for p in patches]
    return spans[: len(spans) // 2], spans[len(spans) // 2 :], patches


@settings(deadline=None, derandomize=True, max_examples=10)
@given(lengths=st.lists(st.integers(0, 9), min_size=1, max_size=8), extra=st.integers(1, 4))
def test_real_steps_and_padding_fill_each_row(lengths, extra):
    width = max(lengths) + extra
    figure = plot_padding_mosaic(np.array(lengths), np.zeros(len(lengths), int), max_seq_len=width)
    padding, real, _ = bars(figure)
    assert real == [(0, length) for length in lengths]
    assert padding == [(length, width - length) for length in lengths]


def test_colours_are_the_episodes_and_padding_is_hatched():
    figure = plot_padding_mosaic([3, 1, 2], [0, 0, 1], [0, 3, 0])
    *_, patches = bars(figure)
    assert [to_hex(p.get_facecolor()) for p in patches[3:]] == [
        c.lower() for c in (COLOURS[0], COLOURS[0], COLOURS[1])
    ]
    assert all(p.get_hatch() for p in patches[:3])
    assert not any(p.get_hatch() for p in patches[3:])
    numbers = [text.get_text() for text in figure.axes[0].texts]
    assert numbers == ["0", "1", "2", "3", "0", "1"]
    labels = [tick.get_text() for tick in figure.axes[0].get_yticklabels() if tick.get_text()]
    assert labels == ["0: episode 0", "1: episode 0", "2: episode 1"]


def test_without_starts_no_cell_is_numbered():
    assert not plot_padding_mosaic([3, 1], [0, 0]).axes[0].texts


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([3, 1], [0]), r"one entry per row, got seq_lens \[2\], episode_index \[1\]"),
        (([3, 1], [0, 0], [0]), r"t_starts \[1\]"),
        (([3, 1], [0, 0], None, 2), "max_seq_len must be .* longest row, 3, got 2"),
        (([0], [0]), "max_seq_len must be at least 1"),
        (([], []), "seq_lens must be a non-empty array of whole numbers"),
        (([1.5], [0]), "seq_lens must be .* whole numbers"),
        (([2], [-1]), "episode_index must be .* none negative"),
    ],
)
def test_bad_batches(arguments, message):
    with pytest.raises(ValueError, match=message):
        plot_padding_mosaic(*arguments)


def test_gradient_is_drawn_as_it_is_around_white():
    gradient = np.array([[0.5, -2.0, 0.0], [1.0, 0.0, 0.0]])
    axes = plot_gradient(gradient, np.array([[True, True, False], [True, False, False]])).axes[0]
    (image,) = axes.images
    assert (image.get_array() == gradient).all()
    assert (image.norm.vmin, image.norm.vmax) == (-2, 2)
    assert title_of(axes) == "largest gradient in the padding: 0"
    assert axes.get_legend().get_texts()[0].get_text() == "padding"


@pytest.mark.parametrize(
    ("leak", "words"), [(-0.25, "0.25"), (1e-9, "1e-09"), (np.nan, "not a number")]
)
def test_the_title_owns_up_to_a_leak(leak, words):
    figure = plot_gradient(np.array([[1.0, leak]]), np.array([[True, False]]))
    assert title_of(figure.axes[0]) == f"largest gradient in the padding: {words}"


@settings(deadline=None, derandomize=True, max_examples=25)
@given(seed=st.integers(0, 10**6), rows=st.integers(1, 5), steps=st.integers(1, 5))
def test_outline_runs_between_padding_and_all_else(seed, rows, steps):
    cells = np.random.default_rng(seed).random((rows, steps)) < 0.5
    drawn = {tuple(sorted(segment)) for segment in _outline(cells)}
    expected = set()
    for y, x in np.argwhere(cells):
        for dy, dx in ((0, 1), (0, -1), (1, 0), (-1, 0)):
            v, u = y + dy, x + dx
            if 0 <= v < rows and 0 <= u < steps and cells[v, u]:
                continue
            if dx:
                ends = [(x + dx / 2, y - 0.5), (x + dx / 2, y + 0.5)]
            else:
                ends = [(x - 0.5, y + dy / 2), (x + 0.5, y + dy / 2)]
            expected.add(tuple(ends))
    assert drawn == expected


def test_no_padding_says_so():
    axes = plot_gradient(np.ones((1, 1)), np.ones((1, 1), bool)).axes[0]
    assert title_of(axes) == "no padding"
    assert axes.get_legend() is None


def test_bad_gradients():
    with pytest.raises(ValueError, match=r"got \[2, 3, 4\] and \[2, 3\].*Sum a gradient"):
        plot_gradient(np.ones((2, 3, 4)), np.ones((2, 3), bool))
    with pytest.raises(ValueError, match=r"got \[2, 3\] and \[3, 2\]"):
        plot_gradient(np.ones((2, 3)), np.ones((3, 2), bool))
    with pytest.raises(TypeError, match="mask must be boolean, True at real steps, got float64"):
        plot_gradient(np.ones((2, 3)), np.ones((2, 3)))


def test_sizes_of_gradients_share_a_scale_that_begins_at_0():
    sizes, mask = np.array([[0.5, 0.2, 0.0]]), np.array([[True, True, False]])
    for largest, end in ((None, 0.5), (0.75, 0.75)):
        image = plot_gradient(sizes, mask, largest).axes[0].images[0]
        assert (image.norm.vmin, image.norm.vmax) == (0, end)
        assert image.cmap(0.0)[:3] == pytest.approx((1, 1, 1), abs=0.06)  # white, or nearly
