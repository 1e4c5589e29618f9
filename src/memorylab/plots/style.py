"""Parts that all figures share: style, axes, colour scales, colour bars and ticks."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.figure
import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colorbar import Colorbar
from matplotlib.image import AxesImage
from matplotlib.ticker import MaxNLocator

STYLE = matplotlib.rc_params_from_file(
    Path(__file__).with_name("memorylab.mplstyle"), use_default_template=False
)
"""The settings of ``memorylab.mplstyle``."""

styled = matplotlib.style.context(STYLE, after_reset=True)
"""Decorator: a function draws in ``STYLE``, whatever style the user has chosen."""

plain = matplotlib.style.context({**STYLE, "text.parse_math": False}, after_reset=True)
"""The same for figures with labels of the user's, in which a ``$`` begins no formula."""

COLOURS = tuple(STYLE["axes.prop_cycle"].by_key()["color"])
WIDTH = STYLE["figure.figsize"][0]  # inches
LEFT, RIGHT, TOP, GAP = 0.65, 1.0, 0.34, 0.14  # inches: margins, and between columns
MISSING = {"facecolor": "#ff5cff", "edgecolor": "black", "hatch": "xxxx"}


class Figure(matplotlib.figure.Figure):
    """A matplotlib figure that a notebook shows once and in its full size.

    It is not registered with pyplot, which would draw it a second time at the end of a cell and
    would need it to be closed. So it makes its own PNG, for notebooks that never import pyplot.
    """

    def savefig(self, fname: Any, **options: Any) -> None:
        """Save as matplotlib does, but with the figure's own background, whatever the style."""
        super().savefig(fname, **{"facecolor": self.get_facecolor()} | options)

    def get_tightbbox(self, *args: Any, **options: Any) -> matplotlib.transforms.Bbox:
        """Return the whole figure: notebooks crop to this, and figures should keep their sizes."""
        return self.bbox_inches.frozen()

    def _repr_png_(self) -> bytes:
        png = io.BytesIO()
        self.savefig(png, format="png")
        return png.getvalue()


def new_figure(height: float, width: float = WIDTH, layout: str = "none") -> Figure:
    """Return an empty figure of the given size in inches."""
    return Figure(figsize=(width, height), layout=layout)


def frame_grid(
    heights: Sequence[float],
    width: float = WIDTH - LEFT - RIGHT,
    columns: int = 1,
    gap: float = 0.32,
    bottom: float = 0.5,
) -> tuple[Figure, np.ndarray]:
    """Return a figure and its axes ``[rows, columns]``, each of a given size in inches.

    Places are fixed, not fitted to the labels, so that figures of one run below each other share
    their time axis to the pixel. ``gap`` is the height between two rows, ``bottom`` that below the
    last.
    """
    full_width = LEFT + RIGHT + columns * width + (columns - 1) * GAP
    full_height = TOP + sum(heights) + gap * (len(heights) - 1) + bottom
    figure = new_figure(full_height, full_width)
    grid = np.empty((len(heights), columns), dtype=object)
    upper = full_height - TOP
    for row, height in enumerate(heights):
        for column in range(columns):
            left = LEFT + column * (width + GAP)
            inches = np.array([left, upper - height, width, height])
            grid[row, column] = figure.add_axes(inches / np.tile([full_width, full_height], 2))
        upper -= height + gap
    return figure, grid


def column_width(columns: int, widest: float) -> float:
    """Return the width of a column if ``columns`` of them fill the figure; at most ``widest``."""
    return min((WIDTH - LEFT - RIGHT + GAP) / columns - GAP, widest)


def panel_height(num_locations: int) -> float:
    """Return the height, in inches, of a heat map with a row for each location."""
    return min(max(0.1 * num_locations + 0.4, 0.7), 2.2)


def label_grid(grid: np.ndarray, x: str, y: str) -> None:
    """Label the columns and the rows of a grid of axes, once for all of them."""
    figure = grid[0, 0].figure
    width, height = figure.get_size_inches()
    first, last, right = (a.get_position() for a in (grid[0, 0], grid[-1, 0], grid[0, -1]))
    figure.supxlabel(x, x=(first.x0 + right.x1) / 2, y=last.y0 - 0.3 / height, va="top")
    figure.supylabel(y, x=(LEFT - 0.36) / width, y=(first.y1 + last.y0) / 2, ha="right")


def unit_scale() -> dict[str, Any]:
    """Return the colour scale for numbers from 0 to 1, such as weightings and gates."""
    return _scale("cividis", 0, 1)


def signed_scale(arrays: Iterable[np.ndarray]) -> dict[str, Any]:
    """Return the colour scale for signed numbers: white at 0, symmetric, as wide as ``arrays``."""
    largest = max((np.abs(a[np.isfinite(a)]).max(initial=0.0) for a in arrays), default=0.0)
    limit = float(largest) or 1.0
    return _scale("RdBu_r", -limit, limit)


def fitting_scale(arrays: Sequence[np.ndarray]) -> dict[str, Any]:
    """Return the scale from 0 to 1 if all of ``arrays`` lie in it, else the signed one."""
    finite = [a[np.isfinite(a)] for a in arrays]
    if all(a.size == 0 or (a.min() >= 0 and a.max() <= 1) for a in finite):
        return unit_scale()
    return signed_scale(arrays)


def _scale(name: str, low: float, high: float) -> dict[str, Any]:
    # NaN is transparent, so that the hatching behind the picture shows through.
    cmap = matplotlib.colormaps[name].with_extremes(bad=(0, 0, 0, 0))
    return {"cmap": cmap, "vmin": low, "vmax": high}


def heatmap(axes: Axes, values: np.ndarray, scale: dict[str, Any], title: str = "") -> AxesImage:
    """Draw ``values [rows, columns]``, first row on top, and hatch the cells that are NaN."""
    image = axes.imshow(values, aspect="auto", **scale)
    axes.set_title(title)
    axes.spines[:].set_visible(True)
    if not np.isfinite(values).all():
        axes.patch.set(**MISSING)
        note_missing(axes.figure)
    return image


def note_missing(figure: Figure) -> None:
    """Explain hatched cells in the figure's lower right corner, once."""
    note = "hatched:\nnot a number"
    if all(text.get_text() != note for text in figure.texts):
        width, height = figure.get_size_inches()
        figure.text(1 - 0.04 / width, 0.04 / height, note, ha="right", va="bottom", fontsize=8)


def colour_bar(image: AxesImage, axes: Iterable[Axes], label: str) -> Colorbar:
    """Put one colour bar right of ``axes``, with arrows where values go beyond its ends."""
    axes = list(axes)
    figure, scale = axes[0].figure, (image.norm.vmin, image.norm.vmax)
    shown = [a for one in axes for a in one.images if (a.norm.vmin, a.norm.vmax) == scale]
    values = np.concatenate([a.get_array().compressed() for a in shown])
    tolerance = 1e-3 * (scale[1] - scale[0])  # rounding is no excursion
    below, above = (values < scale[0] - tolerance).any(), (values > scale[1] + tolerance).any()
    extend = {(0, 0): "neither", (1, 0): "min", (0, 1): "max", (1, 1): "both"}[below, above]
    places = [one.get_position() for one in axes]
    bottom, top = min(p.y0 for p in places), max(p.y1 for p in places)
    width, height = figure.get_size_inches()
    beside = figure.add_axes(
        (max(p.x1 for p in places) + 0.12 / width, bottom, 0.13 / width, top - bottom)
    )
    room = int((top - bottom) * height / 0.25)
    bar = figure.colorbar(
        image, cax=beside, label=label, extend=extend, ticks=MaxNLocator(min(max(room, 2), 6))
    )
    bar.formatter.set_powerlimits((-2, 4))  # one factor on top in place of long numbers
    bar.outline.set_linewidth(0.5)
    return bar


def integer_ticks(axis: Axis, at_most: int, names: Iterable[Any] | None = None) -> None:
    """Tick an axis at whole numbers, ``at_most`` of them, labelled with ``names`` if given."""
    steps = (1, 2, 5, 10)
    axis.set_major_locator(MaxNLocator(max(at_most, 1), steps=steps, integer=True, min_n_ticks=1))
    if names is not None:
        known = {place: str(name) for place, name in enumerate(names)}
        axis.set_major_formatter(lambda place, _: known.get(place, ""))


def label_time(grid: np.ndarray) -> None:
    """Tick the one column of ``grid`` in whole steps, and label the lowest axes as time."""
    for axes in grid[:, 0]:
        integer_ticks(axes.xaxis, 21)
        axes.tick_params(labelbottom=axes is grid[-1, 0])
    grid[-1, 0].set_xlabel("step")


def label_locations(axis: Axis, order: Iterable[int], length: float) -> None:
    """Tick an axis, ``length`` inches long, with the locations' numbers in the order drawn."""
    integer_ticks(axis, int(length / (0.135 if axis.axis_name == "y" else 0.22)), order)
