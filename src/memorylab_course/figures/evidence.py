"""Scores of several memories on several tasks, seed by seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float
from matplotlib.lines import Line2D

from memorylab.plots import style
from memorylab_course.evidence import LOWEST, interquartile_mean, interval, resample, scores_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LOOKS = {
    "mlp": ("X", style.COLOURS[6], "no memory"),
    "frame_stack": ("s", style.COLOURS[2], "frame stack"),
    "gru": ("o", style.COLOURS[0], "GRU"),
    "lstm": ("D", style.COLOURS[3], "LSTM"),
    "dnc": ("^", style.COLOURS[1], "DNC"),
}
"""Marker, colour and label of each memory."""

_HEIGHT = 0.16  # inches for a memory


@style.styled
def plot_scores(
    scores: Mapping[str, Mapping[str, Float[np.ndarray, "S"]]],
    tasks: Mapping[str, str],
    memories: Sequence[str] = tuple(LOOKS),
) -> Figure:
    """Draw a row for each task, with a dot for each seed of each memory, and interquartile means.

    Args:
        scores: Scores from 0 to 1, one for each seed, by task and memory. A memory that a task
            lacks has no place there.
        tasks: The label of each task to be drawn, from top to bottom.
        memories: The memories to be drawn.

    Raises:
        KeyError: There is no such task, or no such memory in any of them.
    """
    rows = [(task, name) for task in tasks for name in memories if name in scores[task]]
    for name in memories:
        if name not in {found for _, found in rows}:
            raise KeyError(f"No task has scores of {name!r}.")
    inner = _HEIGHT * (len(rows) + 1.5 * len(tasks) - 0.5)
    whole = inner + 0.8
    figure = style.new_figure(whole)
    axes = figure.add_axes((0.21, 0.5 / whole, 0.62, inner / whole), xlim=(-0.02, 1.04))
    y, ticks = 0.0, []
    for task in tasks:
        top = y
        for name in (one for one in memories if one in scores[task]):
            marker, colour, _ = LOOKS[name]
            seeds = scores[task][name]
            axes.plot(seeds, [y] * len(seeds), marker, color=colour, markersize=5, alpha=0.55)
            axes.plot(interquartile_mean(seeds), y, "|", color="black", markersize=10, mew=2)
            y += 1
        ticks.append((top + y - 1) / 2)
        axes.axhspan(top - 0.75, y - 0.25, color="#f2f2f2", zorder=0)
        y += 1.5
    axes.set(ylim=(y - 1.5, -1), xlabel="score: 0 for the lowest return, 1 for the highest")
    axes.set_yticks(ticks, [tasks[task] for task in tasks])
    axes.tick_params(axis="y", length=0)
    axes.axvline(1, color="black", linewidth=1, linestyle="--")
    axes.text(1, -1.15, "highest", ha="center", va="bottom", fontsize=8.5)
    handles = [
        Line2D([], [], marker=marker, color=colour, linestyle="", label=label)
        for marker, colour, label in (LOOKS[name] for name in memories)
    ]
    bar = {"marker": "|", "color": "black", "linestyle": "", "mew": 2}
    handles.append(Line2D([], [], label="interquartile\nmean", **bar))
    axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.02, 1), frameon=False)
    return figure


@style.styled
def draw_learning(axes: Axes, evidence: dict[str, Any], task: str, memories: Sequence[str]) -> None:
    """Draw how memories learn a task of POPGym: the median of the seeds, from lowest to highest.

    Args:
        axes: Where to draw.
        evidence: What ``notebooks/data/memory_pays.json`` holds.
        task: The name of the environment.
        memories: The memories to be drawn.
    """
    for name in memories:
        curves = np.array(evidence["popgym"][task][name]["curves"], dtype=float)  # [seeds, updates]
        scores = (curves - LOWEST[task]) / (1 - LOWEST[task])
        steps = np.linspace(0, evidence["steps"], curves.shape[1] + 1)[1:]
        _, colour, label = LOOKS[name]
        band = scores.min(0), scores.max(0)
        axes.fill_between(steps, *band, color=colour, alpha=0.22, linewidth=0)
        axes.plot(steps, np.median(scores, 0), color=colour, label=label)
    axes.legend(loc="lower right")


@style.styled
def draw_prices(axes: Axes, evidence: dict[str, Any], task: str) -> None:
    """Draw the score of each memory on a task of POPGym over the seconds that its training took.

    The bars are 95% bootstrap intervals of the interquartile mean over the seeds.
    """
    for name, run in evidence["popgym"][task].items():
        seeds = scores_of(evidence)[task][name]
        marker, colour, label = LOOKS[name]
        x, y = run["cpu_seconds"], interquartile_mean(seeds)
        axes.plot([x, x], interval(resample(seeds)), color=colour, linewidth=3, alpha=0.5)
        axes.plot(x, y, marker, color=colour, markersize=7, label=label)
    axes.legend(loc="lower right")
