"""The gates of a DNC over time, and how its heads choose where to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from memorylab.plots import style
from memorylab.plots.choices import heads_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from memorylab.memory.dnc.trace import DNCTrace


@style.styled
def plot_gates(trace: DNCTrace) -> Figure:
    """Draw write, allocation and free gates as areas, and the read modes stacked, over time.

    One row for each gate and each read head; all run from 0 to 1. The three read modes of a head
    sum to 1.
    """
    gates = [
        panel
        for name, row in trace.table.items()
        if row.kind == "fraction" and row.shape in ("T", "T R")
        for panel in _titled(trace, name)
    ]
    modes = _titled(trace, "read_modes")  # each [T, 3]
    figure, grid = style.frame_grid([0.38] * (len(gates) + len(modes)), gap=0.3)
    edges = np.arange(len(trace) + 1) - 0.5
    for axes, (title, values) in zip(grid[:, 0], gates, strict=False):
        axes.stairs(values, edges, fill=True, color="#9a9a9a")
        axes.stairs(values, edges, color="black", linewidth=1.0)
        axes.set_title(title)
        _mark_missing(axes, values)
    names = trace.table["read_modes"].columns
    for axes, (title, shares) in zip(grid[len(gates) :, 0], modes, strict=True):
        base = np.zeros(len(trace))
        for name, share, colour in zip(names, shares.T, style.COLOURS, strict=False):
            axes.stairs(base + share, edges, baseline=base, fill=True, color=colour, label=name)
            base = base + share
        axes.set_title(title)
        _mark_missing(axes, base)
    for axes in grid[:, 0]:
        axes.set(ylim=(0, 1.04), xlim=(edges[0], edges[-1]), yticks=(0, 1))
    style.label_time(grid)
    style.label_grid(grid, "", "gate, or share of a read mode")
    grid[len(gates), 0].legend(
        loc="lower right", bbox_to_anchor=(1.01, 0.93), ncols=3, borderpad=0, handlelength=1.2
    )
    return figure


def _titled(trace: DNCTrace, name: str) -> list[tuple[str, np.ndarray]]:
    label = trace.table[name].label
    return [
        (label if head is None else f"{label} {head}", array)
        for head, array in heads_of(trace, name)
    ]


def _mark_missing(axes: Axes, values: np.ndarray) -> None:
    for step in np.flatnonzero(~np.isfinite(values)):
        axes.axvspan(step - 0.5, step + 0.5, **style.MISSING)
        style.note_missing(axes.figure)
