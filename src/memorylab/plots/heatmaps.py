"""Heat maps over time: weightings, and what went in and came out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from memorylab.errors import reject_unknown_keys
from memorylab.plots import style
from memorylab.plots.choices import heads_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from memorylab.memory.dnc.trace import DNCTrace


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
    return _draw_over_time(_titled(trace, name), label)


@style.styled
def plot_overview(trace: DNCTrace) -> Figure:
    """Draw usage, allocation, write and read weightings above each other, on one time axis."""
    names = ("usage", "allocation_weighting", "write_weighting", "read_weighting")
    return _draw_over_time(
        [panel for name in names for panel in _titled(trace, name)], "usage or weighting"
    )


@style.styled
def plot_input_output(trace: DNCTrace, output_is_logits: bool = False) -> Figure:
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


def _titled(trace: DNCTrace, name: str) -> list[tuple[str, np.ndarray]]:
    title, meaning = name.replace("_", " "), trace.table[name].meaning
    return [
        (f"{title}{'' if head is None else f', head {head}'}: {meaning}", array)
        for head, array in heads_of(trace, name)
    ]


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
