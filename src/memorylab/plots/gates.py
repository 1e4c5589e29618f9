"""The gates of a DNC over time, and how its heads choose where to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from memorylab.plots import style
from memorylab.plots.reading import read

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from memorylab.memory.dnc.trace import DNCTrace

READ_MODES = ("backward", "content", "forward")  # in the order of the trace's last axis


@style.styled
def plot_gates(trace: DNCTrace) -> Figure:
    """Draw write, allocation and free gates as areas, and the read modes stacked, over time.

    One row for each gate and each read head; all run from 0 to 1. The three read modes of a head
    sum to 1.
    """
    free, modes = read(trace, "free_gates"), read(trace, "read_modes")  # [T, R], [T, R, 3]
    num_steps, num_heads = free.shape
    heads = [""] if num_heads == 1 else [f" {head}" for head in range(num_heads)]
    gates = [
        ("write gate", read(trace, "write_gate")),
        ("allocation gate", read(trace, "allocation_gate")),
        *((f"free gate{head}", free[:, r]) for r, head in enumerate(heads)),
    ]
    figure, grid = style.frame_grid([0.38] * (len(gates) + num_heads), gap=0.3)
    edges = np.arange(num_steps + 1) - 0.5
    for axes, (name, values) in zip(grid[:, 0], gates, strict=False):
        axes.stairs(values, edges, fill=True, color="#9a9a9a")
        axes.stairs(values, edges, color="black", linewidth=1.0)
        axes.set_title(name)
        _mark_missing(axes, values)
    for r, axes in enumerate(grid[len(gates) :, 0]):
        tops = np.cumsum(modes[:, r], axis=1)  # [T, 3]
        for mode, name in enumerate(READ_MODES):
            base = tops[:, mode - 1] if mode else np.zeros(num_steps)
            colour = style.COLOURS[mode]
            areas = axes.stairs(tops[:, mode], edges, baseline=base, fill=True, color=colour)
            areas.set_label(name)
        axes.set_title(f"read modes{heads[r]}")
        _mark_missing(axes, tops[:, -1])
    for axes in grid[:, 0]:
        axes.set(ylim=(0, 1.04), xlim=(edges[0], edges[-1]), yticks=(0, 1))
    style.label_time(grid, num_steps)
    style.label_grid(grid, "", "gate, or share of a read mode")
    grid[len(gates), 0].legend(
        loc="lower right", bbox_to_anchor=(1.01, 0.93), ncols=3, borderpad=0, handlelength=1.2
    )
    return figure


def _mark_missing(axes: Axes, values: np.ndarray) -> None:
    for step in np.flatnonzero(~np.isfinite(values)):
        axes.axvspan(step - 0.5, step + 0.5, **style.MISSING)
        style.note_missing(axes.figure)
