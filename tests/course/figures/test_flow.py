from __future__ import annotations

import pytest
from matplotlib.patches import FancyBboxPatch

from memorylab_course.figures import plot_flow

BOXES = {"memory": (0, 1), "actor\nhead": (1, 1), "critic\nhead": (1, 2), "state": (0, 0)}
ARROWS = [
    ("state", "memory", "[B, H]\n4×8"),
    ("memory", "actor\nhead", "[B, T, D]\n4×7×8"),
    ("memory", "critic\nhead", "[B, T, D]"),
]


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts if text.get_text()]


def test_every_box_and_all_that_arrows_carry_is_drawn_inside_the_figure():
    figure = plot_flow(BOXES, ARROWS, highlighted=["memory"])
    boxes = [patch for patch in figure.axes[0].patches if isinstance(patch, FancyBboxPatch)]
    assert len(boxes) == len(BOXES)
    assert sum(box.get_edgecolor() == boxes[0].get_edgecolor() for box in boxes) == 1
    shown = texts(figure)
    assert set(BOXES) <= set(shown)
    # Level arrows have a line above them and one below; the others have both beside them.
    assert {"[B, H]\n4×8", "[B, T, D]", "4×7×8"} <= set(shown)
    width, height = figure.get_size_inches()
    for box in boxes:
        left, top, right, bottom = (*box.get_bbox().min, *box.get_bbox().max)
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height


def test_arrows_run_from_edge_to_edge():
    figure = plot_flow(BOXES, ARROWS)
    arrows = [text for text in figure.axes[0].texts if hasattr(text, "arrow_patch")]
    assert len(arrows) == len(ARROWS)
    down, right, slanted = arrows
    assert down.xy[0] == down.xyann[0]
    assert down.xy[1] > down.xyann[1]
    assert right.xy[1] == right.xyann[1]
    assert right.xy[0] > right.xyann[0]
    assert slanted.xy[0] > slanted.xyann[0]
    assert slanted.xy[1] > slanted.xyann[1] > right.xyann[1]


@pytest.mark.parametrize(
    ("boxes", "arrows", "highlighted", "message"),
    [
        ({}, [], [], "boxes is empty"),
        ({"a" * 11: (0, 0)}, [], [], "has 11 letters; at most 10"),
        (BOXES, [("memory", "actor", "")], [], "no box 'actor'. Known: 'memory'"),
        (BOXES, [], ["memroy"], "no box 'memroy'"),
        (BOXES, [("actor\nhead", "state", "")], [], "to the left and to another row"),
    ],
)
def test_bad_input(boxes, arrows, highlighted, message):
    with pytest.raises(ValueError, match=message):
        plot_flow(boxes, arrows, highlighted)


def test_an_arrow_to_the_left_runs_from_edge_to_edge():
    figure = plot_flow(BOXES, [("actor\nhead", "memory", "weights")])
    (arrow,) = [text for text in figure.axes[0].texts if hasattr(text, "arrow_patch")]
    left, right = sorted(
        (patch.get_bbox().min[0], patch.get_bbox().max[0])
        for patch in figure.axes[0].patches
        if isinstance(patch, FancyBboxPatch) and patch.get_bbox().min[1] > 1
    )[:2]
    assert (arrow.xy[0], arrow.xyann[0]) == (left[1], right[0])
