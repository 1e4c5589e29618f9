"""Links and reading in numbers: axes, and what is drawn on them as the reader writes and reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from matplotlib.patches import FancyArrowPatch

from memorylab.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from torch import Tensor

CELL = 0.4  # inches: height of a row


@style.styled
def link_axes(num_locations: int = 5, num_steps: int = 8) -> tuple[Figure, Sequence[Axes]]:
    """Return a figure and axes for :func:`draw_links`: writes, precedence, links and arrows."""
    titles = ("writes, step by step", "precedence", "links", "as arrows")
    columns = (num_steps, 1, num_locations, 4)
    figure, axes = _columns(titles, columns, num_locations, (0.6, 0.5, 0.85, 0.2), 0.6)
    axes[0].set(xlabel="step", ylabel="location", xticks=range(num_steps))
    axes[1].set(xticks=[], yticks=[])
    axes[2].set(xlabel="before (j)", ylabel="after (i)", xticks=range(num_locations))
    axes[3].set_axis_off()
    return figure, axes


def draw_links(axes: Sequence[Axes], writes: Tensor, precedence: Tensor, link: Tensor) -> None:
    """Draw what was written, and what the memory remembers of the order.

    Args:
        axes: Those of :func:`link_axes`.
        writes: Write weighting of each step ``[T, N]``; of fewer steps than there is room for.
        precedence: Precedence after the last step ``[N]``.
        link: Link matrix after the last step ``[N, N]``.
    """
    num_steps, num_locations = int(axes[0].get_xlim()[1] + 0.5), len(precedence)
    shown = torch.zeros(num_locations, num_steps)
    shown[:, : len(writes)] = writes.T
    axes[0].imshow(shown.numpy(), aspect="auto", **style.unit_scale())
    for one, values in zip(axes[1:], (precedence.unsqueeze(1), link), strict=False):
        _numbers(one, values)
    axes[0].axvspan(len(writes) - 0.5, num_steps - 0.5, color="white", alpha=0.75, linewidth=0)
    arrows = axes[3]
    for location in range(num_locations):
        arrows.text(1.5, location, location, ha="center", va="center", fontsize=11)
    for after, before in link.nonzero().tolist():
        strength = float(link[after, before])
        # Down on the left, up on the right; a longer way bends further out.
        bend = 0.8 / abs(after - before) ** 0.6
        side = 1.2 if after > before else 1.8
        arrow = FancyArrowPatch(
            (side, before),
            (side, after),
            connectionstyle=f"arc3,rad={bend}",
            arrowstyle="-|>",
            mutation_scale=12,
            shrinkA=0,  # to find where a curve leaves a circle takes as long as to draw it
            shrinkB=0,
            linewidth=0.5 + 2 * strength,
            color=style.COLOURS[4],
            alpha=0.15 + 0.85 * min(strength, 1.0),
        )
        arrows.add_patch(arrow)


@style.styled
def read_axes(names: Sequence[str], num_locations: int, word_size: int) -> tuple[Figure, Sequence]:
    """Return a figure and axes for :func:`draw_read`.

    Args:
        names: Names of the weightings to show, the read weighting last.
        num_locations: Number N of locations.
        word_size: Numbers W in a location.
    """
    titles = (*names, "memory")
    columns = [*[1] * len(names), word_size]
    figure, axes = _columns(titles, columns, num_locations, (0.6, *[0.75] * len(names)), 0.15)
    for one in axes:
        one.set(xticks=[], yticks=[])  # few ticks: they take longer to draw than all else
    axes[0].set(ylabel="location", yticks=range(num_locations))
    return figure, axes


def draw_read(axes: Sequence[Axes], weightings: Tensor, memory: Tensor) -> None:
    """Draw weightings ``[names, N]``, and the memory ``[N, W]`` in numbers."""
    for one, values in zip(axes, weightings, strict=False):
        _numbers(one, values.unsqueeze(1))
    axes[-1].imshow(torch.zeros_like(memory).numpy(), cmap="Greys", vmin=0, vmax=4, aspect="auto")
    for (row, column), value in _entries(memory):
        axes[-1].text(column, row, f"{value:g}", ha="center", va="center", fontsize=9)


def _columns(
    titles: Sequence[str], columns: Sequence[int], rows: int, gaps: Sequence[float], bottom: float
) -> tuple[Figure, list[Axes]]:
    """Return heat maps side by side, of cells of one size, that share the rows."""
    figure = style.new_figure(bottom + CELL * rows + 0.4)
    height = figure.get_size_inches()[1]
    wide = (style.WIDTH - sum(gaps) - 0.2) / sum(columns)
    left, axes = 0.0, []
    for title, count, gap in zip(titles, columns, gaps, strict=True):
        left += gap
        inches = (left, bottom, wide * count, CELL * rows)
        box = [side / whole for side, whole in zip(inches, (style.WIDTH, height) * 2, strict=True)]
        one = figure.add_axes(box, xlim=(-0.5, count - 0.5), ylim=(rows - 0.5, -0.5))
        one.set(yticks=range(rows))
        one.set_title(title)
        left += wide * count
        axes.append(one)
    return figure, axes


def _numbers(axes: Axes, values: Tensor) -> None:
    """Draw weights from 0 to 1 as colours, those above 0.005 as numbers too."""
    axes.imshow(values.numpy(), aspect="auto", **style.unit_scale())
    for (row, column), value in _entries(values):
        if value >= 0.005:
            ink = "black" if value > 0.5 else "white"
            text = f"{value:.2f}".removesuffix(".00").removeprefix("0")
            axes.text(column, row, text, ha="center", va="center", fontsize=8.5, color=ink)


def _entries(values: Tensor) -> list[tuple[tuple[int, int], float]]:
    rows, columns = values.shape
    return [((i, j), float(values[i, j])) for i in range(rows) for j in range(columns)]
