"""Diagrams of boxes, with arrows labelled with the shapes of what they carry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from matplotlib.patches import FancyBboxPatch

from memorylab.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW, BOX_WIDTH, BOX_HEIGHT = 1.1, 0.62, 0.54  # inches
LONGEST = 10  # letters that fit on one line of a box


@style.styled
def plot_flow(
    boxes: Mapping[str, tuple[int, int]],
    arrows: Sequence[tuple[str, str, str]],
    highlighted: Sequence[str] = (),
) -> Figure:
    """Draw boxes on a grid, with arrows between them.

    Args:
        boxes: For each name, which may have several lines, its column and its row, from 0 at the
            left and at the top.
        arrows: For each, the box it leaves, the box it enters, and what it carries: a first line
            above the arrow and a second below it, such as ``"[B, T, F]\\n4×7×3"``. Arrows go to the
            right, up, down, or to the left in their row.
        highlighted: Names of boxes in another colour.

    Raises:
        ValueError: There is no box, an arrow or highlight names a box that doesn't exist, a line
            is too long for its box, or an arrow goes to the left and to another row.
    """
    _check(boxes, arrows, highlighted)
    columns = 1 + max(column for column, _ in boxes.values())
    rows = 1 + max(row for _, row in boxes.values())
    step = (style.WIDTH - BOX_WIDTH - 0.1) / max(columns - 1, 1)
    centres = {
        name: (0.05 + BOX_WIDTH / 2 + step * column, ROW * (row + 0.5))
        for name, (column, row) in boxes.items()
    }
    height = ROW * rows
    figure = style.new_figure(height)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, style.WIDTH), ylim=(height, 0))
    axes.set_axis_off()
    for name, (x, y) in centres.items():
        colour = style.COLOURS[1 if name in highlighted else 5]
        corner = (x - BOX_WIDTH / 2, y - BOX_HEIGHT / 2)
        axes.add_patch(
            FancyBboxPatch(
                corner,
                BOX_WIDTH,
                BOX_HEIGHT,
                boxstyle="round,pad=0,rounding_size=0.08",
                facecolor=(colour, 0.3),
                edgecolor=colour,
                linewidth=1.2,
            )
        )
        axes.text(x, y, name, ha="center", va="center", fontsize=8.3)
    for start, end, carried in arrows:
        _draw_arrow(axes, centres[start], centres[end], carried)
    return figure


def _draw_arrow(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], carried: str
) -> None:
    (x, y), (to_x, to_y) = start, end
    straight_down = x == to_x
    if straight_down:
        direction = 1 if to_y > y else -1
        tail, head = (x, y + direction * BOX_HEIGHT / 2), (x, to_y - direction * BOX_HEIGHT / 2)
    else:
        # A slanted arrow leaves from the corner, so that it crosses no other's text.
        corner = BOX_HEIGHT / 2 * ((to_y > y) - (to_y < y))
        direction = 1 if to_x > x else -1
        tail = (x + direction * BOX_WIDTH / 2 - (0.06 if corner else 0), y + corner)
        head = (to_x - direction * BOX_WIDTH / 2, to_y)
    axes.annotate(
        "",
        xy=head,
        xytext=tail,
        arrowprops={
            "arrowstyle": "-|>",
            "color": style.COLOURS[6],
            "linewidth": 1.2,
            "shrinkA": 1,
            "shrinkB": 1,
        },
    )
    above, _, below = carried.partition("\n")
    middle = ((tail[0] + head[0]) / 2, (tail[1] + head[1]) / 2)
    text = {"fontsize": 7.2, "linespacing": 1.1}
    if straight_down:
        axes.text(middle[0] - 0.07, middle[1], carried, ha="right", va="center", **text)
    elif y == to_y:
        axes.text(middle[0], middle[1] - 0.06, above, ha="center", va="bottom", **text)
        axes.text(middle[0], middle[1] + 0.06, below, ha="center", va="top", **text)
    else:
        # Below a slanted arrow, where it leaves room.
        side, ha = (-0.07, "right") if to_y > y else (0.07, "left")
        axes.text(middle[0] + side, middle[1] + 0.07, carried, ha=ha, va="center", **text)


def _check(
    boxes: Mapping[str, tuple[int, int]],
    arrows: Sequence[tuple[str, str, str]],
    highlighted: Sequence[str],
) -> None:
    if not boxes:
        raise ValueError("boxes is empty: give at least one, {name: (column, row)}.")
    for name in boxes:
        for line in name.splitlines():
            if len(line) > LONGEST:
                raise ValueError(
                    f"{line!r} has {len(line)} letters; at most {LONGEST} fit on a line of a box."
                )
    for name in (*(name for arrow in arrows for name in arrow[:2]), *highlighted):
        if name not in boxes:
            raise ValueError(f"There is no box {name!r}. Known: {', '.join(map(repr, boxes))}.")
    for start, end, _ in arrows:
        if boxes[start][0] > boxes[end][0] and boxes[start][1] != boxes[end][1]:
            raise ValueError(
                f"The arrow from {start!r} to {end!r} goes to the left and to another row."
            )
