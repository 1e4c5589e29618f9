"""The layer-shape ladder: an image's shape after each layer of a network."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib.patches import Polygon, Rectangle

from memorylab.errors import check_count
from memorylab.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DEPTH = 0.35  # how far right and up a channel goes, in pixels of the image: seen at an angle
FACES = {"front": "#56B4E9", "top": "#a5d6f2", "side": "#2f83b3"}
# In inches: the figure, its margins, the tallest box and bar, and the smallest width of a name.
HEIGHT, LEFT, RIGHT, TALLEST, BAR, NARROWEST = 3.6, 0.7, 0.1, 1.6, 0.6, 0.84


@style.styled
def plot_shape_ladder(rungs: Sequence[tuple[str, Sequence[int]]]) -> Figure:
    """Draw the shape that each layer puts out as a box, and how many numbers that is as a bar.

    All boxes have one scale: an image ``(channels, height, width)`` is as high and wide as it has
    pixels and as deep as it has channels. A vector ``(features,)`` is a strip of fixed length. All
    bars have one scale.

    Args:
        rungs: For each layer, its name and the shape it puts out; the input first. Up to nine
            layers leave room for their names.

    Raises:
        TypeError: A size is not an integer.
        ValueError: There is no layer, or a shape is neither that of an image nor of a vector.
    """
    if not len(rungs):
        raise ValueError("rungs is empty: give at least one layer, [(name, shape), ...].")
    shapes = [_check_shape(name, shape) for name, shape in rungs]
    scale, columns = _fit_columns(shapes)
    figure = style.new_figure(HEIGHT)
    axes = figure.add_axes((0, 0, 1, 1))  # in inches
    axes.set(xlim=(0, style.WIDTH), ylim=(0, HEIGHT))
    axes.axis("off")
    counts = [math.prod(shape) for shape in shapes]
    left = LEFT
    for (name, _), shape, width, count in zip(rungs, shapes, columns, counts, strict=True):
        middle = left + width / 2
        if len(shape) == 3:
            _draw_box(axes, middle, 2.25, [scale * size for size in shape])
        else:
            axes.add_patch(Rectangle((middle - 0.035, 1.75), 0.07, 1, color=style.COLOURS[1]))
        lines = "\n".join(textwrap.wrap(name, max(int(width / 0.068), 1)))
        _write(axes, middle, 3.2, lines, va="bottom")
        _write(axes, middle, 1.33, "×".join(map(str, shape)), va="top", weight="bold")
        height = BAR * count / max(counts)
        colour = FACES["side"] if len(shape) == 3 else style.COLOURS[1]
        axes.add_patch(Rectangle((middle - 0.2, 0.2), 0.4, height, color=colour))
        _write(axes, middle, 0.23 + height, f"{count:,}", va="bottom")
        left += width
    for height, text in ((1.33, "shape"), (0.36, "numbers"), (3.2, "layer")):
        _write(axes, 0.08, height, text, ha="left", va="top" if text == "shape" else "bottom")
    return figure


def _check_shape(name: str, shape: Sequence[int]) -> tuple[int, ...]:
    if len(shape) not in (1, 3):
        raise ValueError(
            f"the shape of {name!r} must be (channels, height, width) or (features,), without the "
            f"batch dimension, got {tuple(shape)}."
        )
    return tuple(check_count(size, f"every size of {name!r}") for size in shape)


def _fit_columns(shapes: list[tuple[int, ...]]) -> tuple[float, list[float]]:
    """Return the inches per pixel, and the widths of all columns, which fill the figure."""
    room = style.WIDTH - LEFT - RIGHT
    narrowest = min(NARROWEST, room / len(shapes))
    boxes = [(h + DEPTH * c, w + DEPTH * c) for c, h, w in (s for s in shapes if len(s) == 3)]
    scale = min([TALLEST / height for height, _ in boxes], default=1.0)
    while True:
        columns = [
            max(narrowest, scale * (shape[2] + DEPTH * shape[0]) + 0.15)
            if len(shape) == 3
            else narrowest
            for shape in shapes
        ]
        spare = room - sum(columns)
        if spare >= -1e-9:
            return scale, [width + spare / len(columns) for width in columns]
        scale *= 0.98


def _draw_box(axes: Axes, x: float, y: float, sizes: list[float]) -> None:
    """Draw a box around ``(x, y)``; its sizes are channels, height, width."""
    channels, height, width = sizes
    depth = DEPTH * channels
    left, low = x - (width + depth) / 2, y - (height + depth) / 2
    right, high = left + width, low + height
    faces = {
        "front": [(left, low), (right, low), (right, high), (left, high)],
        "top": [
            (left, high),
            (right, high),
            (right + depth, high + depth),
            (left + depth, high + depth),
        ],
        "side": [
            (right, low),
            (right + depth, low + depth),
            (right + depth, high + depth),
            (right, high),
        ],
    }
    for face, corners in faces.items():
        axes.add_patch(
            Polygon(corners, facecolor=FACES[face], edgecolor="white", linewidth=0.6, label=face)
        )


def _write(axes: Axes, x: float, y: float, text: str, **options: str) -> None:
    axes.text(x, y, text, fontsize=8.5, linespacing=1.1, **{"ha": "center", **options})
