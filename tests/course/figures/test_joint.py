from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trace_examples import images_of, title_of

from memorylab_course.figures import plot_joint_probabilities

FLAT = np.full((2, 3), 1 / 6)


def draw(seed, rows, columns):
    grid = np.random.default_rng(seed).random((rows, columns))
    return grid / grid.sum()


@settings(deadline=None, derandomize=True, max_examples=10)
@given(st.integers(0, 999), st.integers(1, 5), st.integers(1, 5), st.integers(1, 4))
def test_every_panel_shows_its_probabilities_on_one_scale(seed, rows, columns, count):
    panels = {f"panel {i}": draw(seed + i, rows, columns) for i in range(count)}
    images = images_of(plot_joint_probabilities(panels))
    highest = max(grid.max() for grid in panels.values())
    assert [title_of(image) for image in images] == list(panels)
    for image, grid in zip(images, panels.values(), strict=True):
        assert (image.get_array() == grid).all()
        assert (image.norm.vmin, image.norm.vmax) == (0, highest)
        numbers = [text.get_text() for text in image.axes.texts]
        assert numbers == [f"{probability:.2f}" for probability in grid.flat]


def test_pairs_that_must_not_be_chosen_are_crossed_out():
    grid = np.array([[0.5, 0.0], [0.0, 0.5]])
    (image,) = images_of(plot_joint_probabilities({"p": grid}, mask=[[1, 0], [1, 0]]))
    assert [text.get_text() for text in image.axes.texts] == ["0.50", "×", "0.00", "0.50 ×"]
    assert image.cmap.name == "cividis"


def test_rows_are_the_first_part_and_columns_the_second():
    figure = plot_joint_probabilities({"p": FLAT}, parts=("left", "right"))
    assert (figure.get_supylabel(), figure.get_supxlabel()) == ("left", "right")


@pytest.mark.parametrize(
    ("panels", "mask", "message"),
    [
        ({}, None, "between 1 and 4 panels fit into the figure, got 0"),
        (dict.fromkeys("abcde", FLAT), None, "got 5"),
        ({"p": FLAT, "q": FLAT.T}, None, r"one shape \[A, B\], got .*\[2, 3\].*\[3, 2\]"),
        ({"p": FLAT[0]}, None, r"one shape \[A, B\]"),
        ({"p": FLAT * 2}, None, "'p' must hold probabilities.* sum to 2"),
        ({"p": np.array([[1.5, -0.5]])}, None, "go from -0.5 to 1.5"),
        ({"p": FLAT}, [True], r"mask \[1\] must have the shape of the panels"),
    ],
)
def test_refuses_what_is_no_grid_of_probabilities(panels, mask, message):
    with pytest.raises(ValueError, match=message):
        plot_joint_probabilities(panels, mask)
