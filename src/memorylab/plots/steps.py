"""Figures of single steps: the memory, the links, and a whole run as a film strip."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from memorylab.memory.dnc.trace import DNCTrace
from memorylab.plots import style
from memorylab.plots.choices import choose_order, choose_steps
from memorylab.plots.style import Figure


@style.styled
def plot_memory(trace: DNCTrace, steps: Sequence[int] | None = None, order: str = "slot") -> Figure:
    """Draw the memory, locations by words, as it stands after each of some steps.

    Colours are symmetric about 0 and reach as far as the memory does anywhere in the run, so that
    figures of different steps compare.

    Args:
        trace: The run to draw.
        steps: Up to twelve steps; by default four, from the first to the last.
        order: ``"slot"``, or ``"first_write"`` for the order of :func:`first_write_order`.

    Raises:
        ValueError: A step is out of range, or ``order`` is unknown.
        TypeError: ``steps`` is not a sequence of integers.
    """
    figure, grid, image, suffix = _draw_steps(trace, "memory", steps, order)
    style.label_grid(grid, "position in the word", f"location{suffix}")
    style.colour_bar(image, [axes for axes in grid.flat if axes.images], "memory")
    return figure


@style.styled
def plot_links(trace: DNCTrace, steps: Sequence[int] | None = None, order: str = "slot") -> Figure:
    """Draw the link matrix as it stands after each of some steps, side by side.

    Row ``i``, column ``j`` shows how far location ``i`` was written right after location ``j``
    (Graves et al. 2016, equation for ``L_t``). With ``order="first_write"`` rows and columns stand
    in the order of writing, and a run that wrote in sequence shows a line one below the dotted
    main diagonal. Arguments and errors are those of :func:`plot_memory`.
    """
    figure, grid, image, suffix = _draw_steps(trace, "link", steps, order)
    style.label_grid(grid, f"location j, written before{suffix}", "location i, written after")
    style.colour_bar(image, [axes for axes in grid.flat if axes.images], "link from j to i")
    return figure


@style.styled
def film_strip(trace: DNCTrace, steps: Sequence[int] | None = None, order: str = "slot") -> Figure:
    """Draw a run as a film strip: one column per step, its memory, links and weightings below.

    The memory's colours are symmetric and shared over the run; all else is drawn from 0 to 1.
    Several read heads stand side by side above "read". Arguments and errors are those of
    :func:`plot_memory`, except that there are up to eight steps, and six by default.
    """
    heads = trace.num_read_heads
    locations, suffix = choose_order(trace, order)
    steps = choose_steps(steps, len(trace), default=6, most=8)
    # Usage, write and reads get a third of the width each, however many heads share the last.
    once = np.stack([trace.usage, trace.write_weighting], axis=1)  # [T, 2, N]
    pointers = np.concatenate([once.repeat(heads, axis=1), trace.read_weighting], axis=1)
    thirds = np.arange(3) * heads + (heads - 1) / 2

    width = style.column_width(len(steps), widest=1.4)
    heights = (1.2, width, 1.2)
    figure, grid = style.frame_grid(heights, width, len(steps), bottom=0.55)
    signed, unit = style.signed_scale([trace.memory]), style.unit_scale()
    for (top, middle, bottom), step in zip(grid.T, steps, strict=True):
        signed_image = style.heatmap(top, trace.memory[step, locations], signed)
        unit_image = style.heatmap(middle, trace.link[step][np.ix_(locations, locations)], unit)
        style.heatmap(bottom, pointers[step][:, locations].T, unit)
        _draw_diagonal(middle, len(locations))
        top.set_title(f"step {step}", loc="center", fontweight="bold")
        top.set_xticks([])
        middle.set_xticks([])
        bottom.set_xticks(thirds, ("usage", "write", "read"), rotation=90)
        for axes, height in zip((top, middle, bottom), heights, strict=True):
            style.label_locations(axes.yaxis, locations, height)
            axes.tick_params(labelleft=axes in grid[:, 0])
    for axes, y, x in zip(
        grid[:, 0],
        ("memory\nlocation", "link\nwritten after", "weightings\nlocation"),
        ("position in the word", f"written before{suffix}", ""),
        strict=True,
    ):
        axes.set_ylabel(y)
        axes.set_xlabel(x, loc="left")
    style.colour_bar(signed_image, grid[0], "memory")
    style.colour_bar(unit_image, grid[1:].flat, "link, usage, weighting")
    return figure


def _draw_steps(
    trace: DNCTrace, name: str, steps: Sequence[int] | None, order: str
) -> tuple[Figure, np.ndarray, object, str]:
    """Draw the memory or the links after some steps, up to four in a row."""
    array, links = trace[name], name == "link"
    locations, suffix = choose_order(trace, order)
    steps = choose_steps(steps, len(trace), default=4, most=12)
    columns = min(len(steps), 4)
    width = style.column_width(columns, widest=3.0 if links else 2.6)
    height = width if links else style.panel_height(len(locations))
    rows = -(-len(steps) // columns)
    figure, grid = style.frame_grid([height] * rows, width, columns, gap=0.5, bottom=0.55)
    scale = style.unit_scale() if links else style.signed_scale([array])
    for axes, step in zip(grid.flat, steps, strict=False):
        shown = array[step, locations]
        if links:
            shown = shown[:, locations]
        image = style.heatmap(axes, shown, scale, f"after step {step}")
        style.label_locations(axes.xaxis, locations if links else range(shown.shape[1]), width)
        style.label_locations(axes.yaxis, locations, height)
        axes.tick_params(labelleft=axes in grid[:, 0])
        if links:
            _draw_diagonal(axes, len(locations))
    for axes in grid.flat[len(steps) :]:
        axes.remove()
    return figure, grid, image, suffix


def _draw_diagonal(axes: Axes, size: int) -> None:
    """Mark the main diagonal: locations beside themselves, where a link is always 0."""
    ends = (-0.5, size - 0.5)
    axes.plot(ends, ends, color="white", linewidth=0.8, linestyle=":", alpha=0.8)
    axes.set(xlim=ends, ylim=ends[::-1])
