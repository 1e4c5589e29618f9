"""What all figures share: the figure itself, its style, its colours and its ticks."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable, Iterable, Sequence
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

WIDTH = 8.0  # inches; 800 pixels fit a notebook's column without being scaled
LEFT, RIGHT, TOP, GAP = 0.65, 1.0, 0.34, 0.14  # inches: margins, and between columns
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#444444")
"""Okabe and Ito's palette for all kinds of colour vision, without its yellow, lost on white."""

MISSING = {"facecolor": "#ff5cff", "edgecolor": "black", "hatch": "xxxx"}
_STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.labelsize": 9,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "axes.titlepad": 4,
    "axes.linewidth": 0.7,
    "figure.titlesize": 11,
    "legend.fontsize": 8.5,
    "legend.title_fontsize": 8.5,
    "legend.frameon": False,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "hatch.linewidth": 0.7,
}


class Figure(matplotlib.figure.Figure):
    """A matplotlib figure that a notebook shows once, white and in its full size.

    It is unknown to pyplot, so nothing draws it a second time at the end of a cell and nothing has
    to close it. In return it brings its own PNG for notebooks in which pyplot was never imported.
    """

    def savefig(self, fname: Any, **options: Any) -> None:
        """Save as matplotlib does, on the figure's own white whatever the style in force."""
        options.setdefault("facecolor", self.get_facecolor())
        super().savefig(fname, **options)

    def get_tightbbox(self, *args: Any, **options: Any) -> matplotlib.transforms.Bbox:
        """Return the whole figure, so that notebooks, which crop, show equals in equal sizes."""
        return self.bbox_inches.frozen()

    def _repr_png_(self) -> bytes:
        png = io.BytesIO()
        self.savefig(png, format="png")
        return png.getvalue()


def styled(draw: Callable[..., Figure]) -> Callable[..., Figure]:
    """Make a plotting function draw in the house's style, whatever style the user has chosen."""

    @functools.wraps(draw)
    def wrapped(*args: Any, **options: Any) -> Figure:
        with matplotlib.style.context(["default", _STYLE]):
            return draw(*args, **options)

    return wrapped


def new_figure(height: float, width: float = WIDTH, **options: Any) -> Figure:
    """Return an empty white figure of the given size in inches."""
    return Figure(figsize=(width, height), dpi=100, facecolor="white", **options)


def frame_grid(
    heights: Sequence[float],
    width: float = WIDTH - LEFT - RIGHT,
    columns: int = 1,
    gap: float = 0.32,
    bottom: float = 0.5,
) -> tuple[Figure, np.ndarray]:
    """Return a figure and its axes ``[rows, columns]``, each of a given size in inches.

    Places are fixed rather than fitted: pictures of one run below each other share their time axis
    to the pixel.

    Args:
        heights: The height of each row.
        width: The width of every column.
        columns: How many there are.
        gap: The height between two rows, for titles and ticks.
        bottom: The height below the last row, for its ticks and label.
    """
    full_width = LEFT + RIGHT + columns * width + (columns - 1) * GAP
    full_height = TOP + sum(heights) + gap * (len(heights) - 1) + bottom
    figure = new_figure(full_height, full_width)
    grid = np.empty((len(heights), columns), dtype=object)
    upper = full_height - TOP
    for row, height in enumerate(heights):
        for column in range(columns):
            left = LEFT + column * (width + GAP)
            grid[row, column] = figure.add_axes(
                (
                    left / full_width,
                    (upper - height) / full_height,
                    width / full_width,
                    height / full_height,
                )
            )
        upper -= height + gap
    return figure, grid


def column_width(columns: int, widest: float) -> float:
    """Return how wide ``columns`` columns are that fill the figure, at most ``widest`` inches."""
    return min((WIDTH - LEFT - RIGHT + GAP) / columns - GAP, widest)


def label_grid(grid: np.ndarray, x: str, y: str) -> None:
    """Label the columns and the rows of a grid of axes, once for all of them."""
    figure = grid[0, 0].figure
    width, height = figure.get_size_inches()
    first, last, right = (a.get_position() for a in (grid[0, 0], grid[-1, 0], grid[0, -1]))
    figure.supxlabel(x, x=(first.x0 + right.x1) / 2, y=last.y0 - 0.3 / height, va="top", fontsize=9)
    figure.supylabel(y, x=(LEFT - 0.36) / width, y=(first.y1 + last.y0) / 2, ha="right", fontsize=9)


def unit_scale() -> dict[str, Any]:
    """Return the colours for weightings, gates and all else between 0 and 1."""
    # NaN is transparent, so that the hatching behind the picture shows through.
    return {
        "cmap": matplotlib.colormaps["cividis"].with_extremes(bad=(0, 0, 0, 0)),
        **_limits(0, 1),
    }


def signed_scale(arrays: Iterable[np.ndarray]) -> dict[str, Any]:
    """Return the colours for signed values: white at 0, as far to both sides as ``arrays`` go."""
    largest = max((np.abs(a[np.isfinite(a)]).max(initial=0.0) for a in arrays), default=0.0)
    limit = float(largest) or 1.0
    cmap = matplotlib.colormaps["RdBu_r"].with_extremes(bad=(0, 0, 0, 0))
    return {"cmap": cmap, **_limits(-limit, limit)}


def fitting_scale(arrays: Sequence[np.ndarray]) -> dict[str, Any]:
    """Return the scale from 0 to 1 if all of ``arrays`` lie in it, else the signed one."""
    finite = [a[np.isfinite(a)] for a in arrays]
    if all(a.size == 0 or (a.min() >= 0 and a.max() <= 1) for a in finite):
        return unit_scale()
    return signed_scale(arrays)


def _limits(low: float, high: float) -> dict[str, float]:
    return {"vmin": low, "vmax": high}


def heatmap(
    axes: Axes, values: np.ndarray, scale: dict[str, Any], title: str = "", aspect: str = "auto"
) -> AxesImage:
    """Draw ``values [rows, columns]``, first row on top, and hatch the cells that are NaN."""
    image = axes.imshow(values, aspect=aspect, **scale)
    axes.set_title(title)
    if not np.isfinite(values).all():
        axes.patch.set(**MISSING)
        note_missing(axes.figure)
    return image


def note_missing(figure: Figure) -> None:
    """Say in the figure's lower right corner, once, what hatched cells are."""
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


def integer_ticks(count: int, at_most: int) -> np.ndarray:
    """Return ticks ``0, step, 2 step, ...`` below ``count``, no more than ``at_most``."""
    steps = (factor * 10**power for power in range(10) for factor in (1, 2, 5))
    return np.arange(0, count, next(s for s in steps if -(-count // s) <= max(at_most, 1)))


def label_time(grid: np.ndarray, num_steps: int) -> None:
    """Tick the one column of ``grid`` in whole steps, and label the lowest axes as time."""
    for axes in grid[:, 0]:
        axes.set_xticks(integer_ticks(num_steps, 21))
        axes.tick_params(labelbottom=axes is grid[-1, 0])
    grid[-1, 0].set_xlabel("step")


def label_locations(axis: Axis, order: np.ndarray, length: float) -> None:
    """Tick an axis, ``length`` inches long, with the numbers of the locations as they stand."""
    room = 0.135 if axis.axis_name == "y" else 0.22
    ticks = integer_ticks(len(order), int(length / room))
    axis.set_ticks(ticks, [str(order[tick]) for tick in ticks])
