"""Figures over time: weightings, gates, input and output."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from memorylab.errors import reject_unknown_keys
from memorylab.memory.arrays import COMMON, KINDS
from memorylab.memory.dnc.trace import DNCTrace
from memorylab.memory.trace import MemoryTrace
from memorylab.plots import style
from memorylab.plots.style import Figure


@style.styled
def plot_weighting(trace: DNCTrace, name: str) -> Figure:
    """Draw one weighting, or the usage, as a heat map of locations over time, for each read head.

    Args:
        trace: The run to draw.
        name: An array with one number for each location, such as ``"usage"``,
            ``"write_weighting"`` or ``"read_weighting"``.

    Raises:
        ValueError: ``name`` is no weighting.
    """
    known = [n for n, row in trace.table.items() if row.shape in ("T N", "T R N")]
    reject_unknown_keys([name], known, "weighting of a trace")
    label = "usage" if name == "usage" else "weighting"
    return _draw_over_time(_panels(trace, [name]), label)


@style.styled
def plot_overview(trace: DNCTrace) -> Figure:
    """Draw usage, allocation, write and read weightings above each other, on one time axis."""
    names = ("usage", "allocation_weighting", "write_weighting", "read_weighting")
    return _draw_over_time(_panels(trace, names), "usage or weighting")


@style.styled
def plot_input_output(trace: MemoryTrace, output_is_logits: bool = False) -> Figure:
    """Draw a run's input, target and output below each other, on one time axis.

    Target and output share their colours. A run without a target is drawn without that panel.

    Args:
        trace: The run to draw; ``target [T, ...]`` is optional.
        output_is_logits: Draw the logistic function of the output, as probabilities.
    """
    answers = [("output", trace.output)]
    if output_is_logits:
        probability = np.exp(-np.logaddexp(0.0, -trace.output))  # can't overflow
        answers = [("output (as probability)", probability)]
    if "target" in trace:
        answers.insert(0, ("target", trace.target.reshape(len(trace), -1).astype(float)))
    panels = [("input", trace.input), *answers]
    scales = [style.fitting_scale([trace.input]), style.fitting_scale([a for _, a in answers])]
    heights = [min(max(array.shape[1] * 0.12, 0.5), 1.8) for _, array in panels]
    figure, grid = style.frame_grid(heights)
    images = []
    for place, (axes, (title, array)) in enumerate(zip(grid[:, 0], panels, strict=True)):
        images.append(style.heatmap(axes, array.T, scales[min(place, 1)], title))
        axes.set_ylabel("feature")
        style.integer_ticks(axes.yaxis, int(heights[place] / 0.14))
    style.label_time(grid)
    if scales[0]["vmin"] == scales[1]["vmin"] == 0:
        style.colour_bar(images[0], grid[:, 0], "value")
    else:
        style.colour_bar(images[0], grid[:1, 0], "value")
        style.colour_bar(images[1], grid[1:, 0], "value")
    return figure


@style.styled
def plot_arrays(trace: MemoryTrace) -> Figure:
    """Draw a memory's arrays as heat maps over time, below each other: units, gates, all it has.

    The input comes first and the output last; between them come the arrays that hold one row of
    numbers at each step, such as a number for each hidden unit. Gates and all else between 0 and 1
    have fixed colours, and so have activations, from −1 to 1.

    Args:
        trace: The run to draw, of any kind of memory.
    """
    own = [name for name in trace.required() if name not in COMMON and trace[name].ndim == 2]
    names = ["input", *own, "output"]
    heights = [min(max(trace[name].shape[1] * 0.12, 0.4), 0.9) for name in names]
    figure, grid = style.frame_grid(heights, bottom=0.75)
    for axes, name, height in zip(grid[:, 0], names, heights, strict=True):
        row, array = trace.table[name], trace[name]
        low, high = KINDS[row.kind]
        if math.isinf(high):
            scale = style.fitting_scale([array])
        else:
            scale = style.unit_scale() if low == 0 else style.signed_scale([np.array(high)])
        image = style.heatmap(axes, array.T, scale, f"{row.label}: {row.meaning}")
        style.integer_ticks(axes.yaxis, int(height / 0.14))
        style.colour_bar(image, [axes], "")
    style.label_time(grid)
    width, height = figure.get_size_inches()
    figure.text(style.LEFT / width, 0.1 / height, trace.about)
    return figure


@style.styled
def plot_gates(trace: DNCTrace) -> Figure:
    """Draw write, allocation and free gates as areas, and the read modes stacked, over time.

    One row for each gate and each read head; all run from 0 to 1. The three read modes of a head
    sum to 1.
    """
    fractions = [name for name, row in trace.table.items() if row.kind == "fraction"]
    names = [name for name in fractions if trace.table[name].shape in ("T", "T R")]
    gates = _panels(trace, names, explain=False)
    modes = _panels(trace, ["read_modes"], explain=False)  # each [T, 3]
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


def _panels(
    trace: DNCTrace, names: Sequence[str], explain: bool = True
) -> list[tuple[str, np.ndarray]]:
    """Return arrays with their titles, one for each read head where an array has several."""
    panels = []
    for name in names:
        row, array = trace.table[name], trace[name]
        parts = list(array.swapaxes(0, 1)) if "R" in row.dimensions else [array]
        for head, part in enumerate(parts):
            if explain:
                which = f", head {head}" if len(parts) > 1 else ""
                title = f"{name.replace('_', ' ')}{which}: {row.meaning}"
            else:
                title = f"{row.label} {head}" if len(parts) > 1 else row.label
            panels.append((title, part))
    return panels


def _draw_over_time(panels: Sequence[tuple[str, np.ndarray]], label: str) -> Figure:
    num_locations = panels[0][1].shape[1]
    height = style.panel_height(num_locations) * (1.0 if len(panels) == 1 else 0.75)
    figure, grid = style.frame_grid([height] * len(panels))
    for axes, (title, array) in zip(grid[:, 0], panels, strict=True):
        image = style.heatmap(axes, array.T, style.unit_scale(), title)
        style.label_locations(axes.yaxis, range(num_locations), height)
        axes.set_ylabel("location")
    style.label_time(grid)
    style.colour_bar(image, grid[:, 0], label)
    return figure


def _mark_missing(axes: Axes, values: np.ndarray) -> None:
    for step in np.flatnonzero(~np.isfinite(values)):
        axes.axvspan(step - 0.5, step + 0.5, **style.MISSING)
        style.note_missing(axes.figure)
