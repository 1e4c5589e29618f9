"""The temporal link matrix: which location was written after which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from memorylab.plots import style
from memorylab.plots.order import choose_order
from memorylab.plots.reading import choose_steps, read

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from memorylab.memory.dnc.trace import DNCTrace


@style.styled
def plot_links(trace: DNCTrace, steps: Sequence[int] | None = None, order: str = "slot") -> Figure:
    """Draw the link matrix as it stands after each of some steps, side by side.

    Row ``i``, column ``j`` shows how far location ``i`` was written right after location ``j``
    (Graves et al. 2016, equation for ``L_t``). With ``order="first_write"`` rows and columns stand
    in the order of writing, and a run that wrote in sequence shows a line one below the dotted
    main diagonal.

    Args:
        trace: The run to draw.
        steps: Up to twelve steps; by default four, from the first to the last.
        order: ``"slot"``, or ``"first_write"`` for the order of :func:`first_write_order`.

    Raises:
        ValueError: A step is out of range, or ``order`` is unknown.
    """
    link = read(trace, "link")  # [T, N, N]
    locations, words = choose_order(trace, order)
    steps = choose_steps(steps, len(link), default=4, most=12)
    columns = min(len(steps), 4)
    num_rows = -(-len(steps) // columns)
    side = style.column_width(columns, widest=3.0)
    figure, grid = style.frame_grid([side] * num_rows, side, columns, gap=0.5, bottom=0.55)
    for axes, step in zip(grid.flat, steps, strict=False):
        shown = link[step][locations][:, locations]
        image = style.heatmap(axes, shown, style.unit_scale(), f"after step {step}")
        draw_diagonal(axes, len(locations))
        style.label_locations(axes.xaxis, locations, side)
        style.label_locations(axes.yaxis, locations, side)
        axes.tick_params(labelleft=axes in grid[:, 0])
    style.label_grid(grid, f"location j, written before{words}", "location i, written after")
    style.colour_bar(image, grid.flat[: len(steps)], "link from j to i")
    for axes in grid.flat[len(steps) :]:
        axes.remove()
    return figure


def draw_diagonal(axes: Axes, size: int) -> None:
    """Mark the main diagonal: locations beside themselves, where a link is always 0."""
    ends = (-0.5, size - 0.5)
    axes.plot(ends, ends, color="white", linewidth=0.8, linestyle=":", alpha=0.8)
    axes.set(xlim=ends, ylim=ends[::-1])
