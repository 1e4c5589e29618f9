"""Heat maps over time: weightings, the memory itself, and what went in and came out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from memorylab.errors import reject_unknown_keys
from memorylab.plots import style
from memorylab.plots.order import choose_order
from memorylab.plots.reading import (
    choose_steps,
    read,
    read_heads,
    read_optional,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from memorylab.memory.dnc.trace import DNCTrace

MEANINGS = {
    "usage": "how far each location is taken before the write",
    "allocation_weighting": "where a free location would be found",
    "write_content_weighting": "where the memory resembles the write key",
    "write_weighting": "where this step writes",
    "precedence": "where the last write went",
    "forward_weighting": "what was written after the last read",
    "backward_weighting": "what was written before the last read",
    "read_content_weighting": "where the memory resembles the read key",
    "read_weighting": "where this step reads",
}


@style.styled
def plot_weighting(trace: DNCTrace, name: str, head: int | None = None) -> Figure:
    """Draw one weighting, or the usage, as a heat map of locations over time.

    Args:
        trace: The run to draw.
        name: ``"usage"``, ``"allocation_weighting"``, ``"write_weighting"``,
            ``"read_weighting"``, ``"precedence"``, or another of a trace's weightings.
        head: Which read head, for weightings that have heads; None draws them all.

    Raises:
        ValueError: ``name`` is no weighting, or ``head`` is out of range.
    """
    reject_unknown_keys([name], MEANINGS, "weighting of a trace")
    panels = [
        (f"{title}: {MEANINGS[name]}", array) for title, array in read_heads(trace, name, head)
    ]
    return _draw_over_time(panels, "usage" if name == "usage" else "weighting")


@style.styled
def plot_overview(trace: DNCTrace) -> Figure:
    """Draw usage, allocation, write and read weightings above each other, on one time axis."""
    names = ("usage", "allocation_weighting", "write_weighting", "read_weighting")
    panels = [
        (f"{title}: {MEANINGS[name]}", array)
        for name in names
        for title, array in read_heads(trace, name, None)
    ]
    return _draw_over_time(panels, "usage or weighting")


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
    """
    memory = read(trace, "memory")  # [T, N, W]
    locations, words = choose_order(trace, order)
    steps = choose_steps(steps, len(memory), default=4, most=12)
    columns = min(len(steps), 4)
    num_rows = -(-len(steps) // columns)
    height, width = panel_height(len(locations)), style.column_width(columns, widest=2.6)
    figure, grid = style.frame_grid([height] * num_rows, width, columns, gap=0.5, bottom=0.55)
    scale = style.signed_scale([memory])
    for axes, step in zip(grid.flat, steps, strict=False):
        image = style.heatmap(axes, memory[step, locations], scale, f"after step {step}")
        axes.set_xticks(style.integer_ticks(memory.shape[2], int(width / 0.22)))
        style.label_locations(axes.yaxis, locations, height)
        axes.tick_params(labelleft=axes in grid[:, 0])
    style.label_grid(grid, "position in the word", f"location{words}")
    style.colour_bar(image, grid.flat[: len(steps)], "memory")
    for axes in grid.flat[len(steps) :]:
        axes.remove()
    return figure


@style.styled
def plot_input_output(trace: DNCTrace, output_is_logits: bool = False) -> Figure:
    """Draw a run's input, target and output below each other, on one time axis.

    Target and output share their colours. A run without a target is drawn without that panel.

    Args:
        trace: The run to draw; ``target [T, ...]`` is optional.
        output_is_logits: Draw the logistic function of the output, as probabilities.

    Raises:
        ValueError: The target has another number of steps than the output.
    """
    given, output = read(trace, "input"), read(trace, "output")
    target = read_optional(trace, "target")
    if output_is_logits:
        output = np.exp(-np.logaddexp(0.0, -output))  # 1 / (1 + exp(-x)) that can't overflow
    answers = [("output (as probability)" if output_is_logits else "output", output)]
    if target is not None:
        if len(target) != len(output):
            raise ValueError(
                f"target {list(target.shape)} and output {list(output.shape)} must have the same "
                "number of steps."
            )
        answers.insert(0, ("target", target.reshape(len(target), -1).astype(float)))
    scales = [style.fitting_scale([given]), style.fitting_scale([array for _, array in answers])]
    together = scales[0]["vmin"] == scales[1]["vmin"] == 0
    panels = [("input", given), *answers]
    heights = [min(max(array.shape[1] * 0.12, 0.5), 1.8) for _, array in panels]
    figure, grid = style.frame_grid(heights)
    images = []
    for index, (axes, (title, array)) in enumerate(zip(grid[:, 0], panels, strict=True)):
        images.append(style.heatmap(axes, array.T, scales[min(index, 1)], title))
        axes.set_ylabel("feature")
        axes.set_yticks(style.integer_ticks(array.shape[1], int(heights[index] / 0.14)))
    style.label_time(grid, len(given))
    if together:
        style.colour_bar(images[0], grid[:, 0], "value")
    else:
        style.colour_bar(images[0], grid[:1, 0], "value")
        style.colour_bar(images[1], grid[1:, 0], "value")
    return figure


def _draw_over_time(panels: Sequence[tuple[str, np.ndarray]], label: str) -> Figure:
    num_steps, num_locations = panels[0][1].shape
    height = panel_height(num_locations) * (1.0 if len(panels) == 1 else 0.75)
    figure, grid = style.frame_grid([height] * len(panels))
    for axes, (title, array) in zip(grid[:, 0], panels, strict=True):
        image = style.heatmap(axes, array.T, style.unit_scale(), title)
        style.label_locations(axes.yaxis, np.arange(num_locations), height)
        axes.set_ylabel("location")
    style.label_time(grid, num_steps)
    style.colour_bar(image, grid[:, 0], label)
    return figure


def panel_height(num_locations: int) -> float:
    """Return how high, in inches, to draw a heat map of so many locations."""
    return min(max(0.1 * num_locations + 0.4, 0.7), 2.2)
