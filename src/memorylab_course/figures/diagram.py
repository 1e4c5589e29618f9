"""Boxes and wires, the parts of a diagram whose coordinates are inches."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib.patches import FancyBboxPatch

from memorylab.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Point = tuple[float, float]
PLAIN = style.COLOURS[6]


def paper(height: float) -> tuple[Figure, Axes]:
    """Return a figure whose coordinates are inches from the lower left corner."""
    figure = style.new_figure(height)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, style.WIDTH), ylim=(0, height))
    axes.set_axis_off()
    return figure, axes


def box(
    axes: Axes,
    centre: Point,
    text: str,
    colour: str,
    size: Point = (0.6, 0.46),
    *,
    fontsize: float = 10,
    ink: str = "black",
) -> None:
    """Draw a box with rounded corners and a text in the colour ``ink``."""
    (x, y), (width, height) = centre, size
    shape = FancyBboxPatch(
        (x - width / 2, y - height / 2),
        width,
        height,
        boxstyle="round,pad=0.03,rounding_size=0.08",
        facecolor=(colour, 0.25),
        edgecolor=colour,
        linewidth=1.2,
    )
    axes.add_patch(shape)
    axes.text(x, y, text, ha="center", va="center", fontsize=fontsize, color=ink)


def wire(
    axes: Axes,
    points: Sequence[Point],
    label: str = "",
    offset: Point = (0, 0),
    align: str = "center",
    *,
    colour: str = PLAIN,
    **looks: bool,
) -> None:
    """Draw a line through ``points`` with its label beside the middle of its longest part.

    ``looks`` may hold ``arrow=False``, ``dashed``, ``wide`` and ``small``, for the label.
    """
    width = 2.4 if looks.get("wide") else 1.2
    dashes = (0, (4, 2)) if looks.get("dashed") else "-"
    xs, ys = zip(*points, strict=True)
    line = {"color": colour, "linewidth": width, "linestyle": dashes, "zorder": 1}
    if looks.get("arrow", True):
        head = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, "mutation_scale": 9 + 2 * width}
        axes.annotate("", points[-1], points[-2], arrowprops=head | line)
        xs, ys = xs[:-1], ys[:-1]
    axes.plot(xs, ys, **line)
    if label:
        parts = itertools.pairwise(points)
        (x0, y0), (x1, y1) = max(
            parts, key=lambda p: abs(p[0][0] - p[1][0]) + abs(p[0][1] - p[1][1])
        )
        x, y = (x0 + x1) / 2 + offset[0], (y0 + y1) / 2 + offset[1]
        vertical = "center" if align == "left" else "bottom"
        size = 8 if looks.get("small") else 9.5
        axes.text(x, y, label, ha=align, va=vertical, fontsize=size, color=colour)
