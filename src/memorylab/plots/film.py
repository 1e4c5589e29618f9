"""A whole run in a few frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from memorylab.plots import style
from memorylab.plots.links import draw_diagonal
from memorylab.plots.order import choose_order
from memorylab.plots.reading import choose_steps, read

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from memorylab.memory.dnc.trace import DNCTrace


@style.styled
def film_strip(trace: DNCTrace, steps: Sequence[int] | None = None, order: str = "slot") -> Figure:
    """Draw a run as a film strip: one column per step, its memory, links and weightings below.

    The memory's colours are symmetric and shared over the run; all else is drawn from 0 to 1.
    Several read heads stand side by side above "read".

    Args:
        trace: The run to draw.
        steps: Up to eight steps; by default six, from the first to the last.
        order: ``"slot"``, or ``"first_write"`` for the order of :func:`first_write_order`.

    Raises:
        ValueError: A step is out of range, or ``order`` is unknown.
    """
    memory, link = read(trace, "memory"), read(trace, "link")
    read_weighting = read(trace, "read_weighting")  # [T, R, N]
    num_steps, num_heads, _ = read_weighting.shape
    locations, words = choose_order(trace, order)
    steps = choose_steps(steps, num_steps, default=6, most=8)
    # Usage, write and reads get a third of the width each, however many heads share the last.
    pointers = np.concatenate(
        [
            np.repeat(read(trace, "usage")[:, None], num_heads, axis=1),
            np.repeat(read(trace, "write_weighting")[:, None], num_heads, axis=1),
            read_weighting,
        ],
        axis=1,
    )  # [T, 3R, N]
    thirds = np.arange(3) * num_heads + (num_heads - 1) / 2

    width = style.column_width(len(steps), widest=1.4)
    heights = (1.2, width, 1.2)
    figure, grid = style.frame_grid(heights, width, len(steps), bottom=0.55)
    signed, unit = style.signed_scale([memory]), style.unit_scale()
    for (top, middle, bottom), step in zip(grid.T, steps, strict=True):
        signed_image = style.heatmap(top, memory[step, locations], signed)
        unit_image = style.heatmap(middle, link[step][locations][:, locations], unit)
        style.heatmap(bottom, pointers[step][:, locations].T, unit)
        draw_diagonal(middle, len(locations))
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
        ("position in the word", f"written before{words}", ""),
        strict=True,
    ):
        axes.set_ylabel(y)
        axes.set_xlabel(x, loc="left")
    style.colour_bar(signed_image, grid[0], "memory")
    style.colour_bar(unit_image, grid[1:].flat, "link, usage, weighting")
    return figure
