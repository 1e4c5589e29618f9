"""Tasks with a schedule, networks that learn them, and codes of time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from matplotlib.colors import ListedColormap

from memorylab.networks import positional_encoding
from memorylab.plots import style
from memorylab_course.clocks import KINDS, NETWORKS, ClockTask, lessons

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BITS = ListedColormap(["#dfe6ee", style.COLOURS[0]])  # 0 and 1
_SHORT, _LONG = 24, 100  # steps shown of a code, and of distances


@style.styled
def plot_clock_tasks(seed: int = 0) -> Figure:
    """Draw two episodes: the two bits in sight at each step, and what each task asks for.

    Args:
        seed: For the bits in sight.
    """
    tasks = [ClockTask(kind) for kind in KINDS]
    batches = [task.sample(2, torch.Generator().manual_seed(seed)) for task in tasks]
    figure = style.new_figure(2.1, layout="constrained")
    axes = figure.subplots(2, 2, sharex=True, height_ratios=(2, 3))
    for episode in range(2):
        seen = batches[0].input[episode].T  # [2, T]
        asked = torch.stack([batch.target[episode, :, 0] for batch in batches])  # [3, T]
        axes[0, episode].set_title(f"{('one', 'another')[episode]} episode")
        for one, bits in zip(axes[:, episode], (seen, asked), strict=True):
            one.pcolormesh(bits.numpy(), cmap=_BITS, vmin=0, vmax=1, edgecolor="white", linewidth=1)
            one.invert_yaxis()
            one.set_yticks([])
            one.tick_params(length=0)
    axes[0, 0].set_yticks([0.5, 1.5], ["first bit in sight", "second bit"])
    axes[1, 0].set_yticks([0.5, 1.5, 2.5], [f"{kind}: say" for kind in KINDS])
    for one in axes[1]:
        one.set_xticks([0.5, 6.5, 12.5, 18.5, 23.5], ["0", "6", "12", "18", "23"])
        one.set_xlabel("step")
    return figure


@style.styled
def plot_clock_learning(runs: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Draw how each network learns each task: the median of its seeds, from lowest to highest.

    Args:
        runs: The runs of ``notebooks/data/clocks.json``, by task, network and seed.
    """
    figure = style.new_figure(2.9, layout="constrained")
    axes = figure.subplots(1, len(KINDS), sharey=True)
    for one, kind in zip(axes, KINDS, strict=True):
        for name, line in zip(NETWORKS, ("-", "--", "-"), strict=True):
            seeds = [run for key, run in runs.items() if key.startswith(f"{kind}/{name}/")]
            right = 1 - np.array([run["bit_error"] for run in seeds])  # [seeds, measurements]
            steps, colour = seeds[0]["step"], style.COLOURS[list(NETWORKS).index(name)]
            one.fill_between(steps, right.min(0), right.max(0), color=colour, alpha=0.25, lw=0)
            one.plot(steps, np.median(right, 0), color=colour, linestyle=line, label=name)
        one.axhline(0.5, color="0.4", linestyle=":")
        one.set(title=kind, xlabel="updates", ylim=(0.4, 1.03))
    axes[0].set_ylabel("right answers")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure


def base_axes(clocks: Mapping[str, Sequence[Mapping[str, Any]]]) -> Figure:
    """Return the axes for ``draw_base``, with the trade-off of all bases on the right.

    Args:
        clocks: The seeds of each code of time, by its name.
    """
    figure = style.new_figure(3.0, layout="constrained")
    axes = figure.subplots(1, 3)
    axes[0].set(xlabel="sine, fast to slow", ylabel="step", title="the code")
    axes[1].set(xlabel="steps between", title="distance of two codes", xlim=(0, 50), ylim=(0, 9))
    axes[2].set(xlabel="updates to learn by heart", title="what is learnt", xlim=(0, 130))
    axes[2].set(ylabel="steps between that are right", ylim=(0.75, 1))
    for seeds in clocks.values():
        axes[2].plot(*_both(seeds), "o", color="0.75", markersize=4)
    return figure


@style.styled
def draw_base(
    axes: Sequence[Axes], clocks: Mapping[str, Sequence[Mapping[str, Any]]], base: int
) -> str:
    """Draw a code's sines, how far apart it sets two steps, and what is learnt from it.

    Args:
        axes: Those of ``base_axes``.
        clocks: The seeds of each code of time, by its name.
        base: The base of the code; ``clocks`` has ``"base 100"`` for a base of 100.
    """
    code = positional_encoding(torch.arange(_LONG), 64, base)  # [T, F]
    sines = code[:_SHORT, 0::2]
    axes[0].imshow(sines, cmap="RdBu_r", vmin=-1, vmax=1, aspect="auto", interpolation="none")
    distance = torch.linalg.vector_norm(code - code[0], dim=-1)  # [T]
    axes[1].plot(distance, color=style.COLOURS[0])
    axes[1].plot(1, distance[1], "o", color=style.COLOURS[1])
    known, right = _both(clocks[f"base {base}"])
    axes[2].plot(known, right, "o", color=style.COLOURS[1], markersize=5)
    return (
        f"Neighbours are {distance[1]:.1f} apart. Learnt by heart after {np.median(known):.0f} "
        f"updates; of the steps between, {np.mean(right):.1%} are right."
    )


def _both(seeds: Sequence[Mapping[str, Any]]) -> tuple[list[float], list[float]]:
    return [seed["by_heart"] for seed in seeds], [seed["between"] for seed in seeds]


def beyond_axes() -> Figure:
    """Return the axes for ``draw_beyond``: what is right at each step, and eight networks."""
    figure = style.new_figure(2.4, layout="constrained")
    axes = figure.subplots()
    axes.set_yticks(range(9), ["right", *(f"seed {seed}" for seed in range(8))])
    axes.tick_params(axis="y", length=0)
    axes.axvline(99.5, color=style.COLOURS[4], linewidth=2, zorder=3)
    axes.set(xlabel="step; trained up to the line", xlim=(-0.5, 149.5), ylim=(8.5, -0.5))
    axes.axhline(0.5, color="white", linewidth=3, zorder=3)
    return figure


@style.styled
def draw_beyond(axes: Axes, seeds: Sequence[Mapping[str, Any]]) -> str:
    """Draw what eight networks with one kind of clock answer at 150 steps, 50 of them never shown.

    Args:
        axes: Those of ``beyond_axes``.
        seeds: What was measured of each.
    """
    target, shown, asked = lessons()["beyond"]
    answers = np.array([[int(bit) for bit in seed["answers"]] for seed in seeds])  # [seeds, T]
    rows = np.vstack([target.numpy(), answers])  # [1 + seeds, T]
    axes.imshow(rows, cmap=_BITS, vmin=0, vmax=1, aspect="auto", interpolation="none")
    right = answers == target.numpy()
    before, after = right[:, shown.numpy()], right[:, asked.numpy()].mean(1)
    return (
        f"Up to the line {before.mean():.0%} of the answers are right, beyond it "
        f"{after.mean():.0%} ({after.min():.0%} to {after.max():.0%})."
    )


def measured(seeds: Sequence[Mapping[str, Any]]) -> str:
    """Return what a code of time teaches, as three cells of a row of a Markdown table.

    The median number of updates to know the schedule by heart, and means over the seeds, from the
    lowest to the highest, of what is right between and beyond.

    Args:
        seeds: What was measured of each.
    """
    known = [seed["by_heart"] for seed in seeds]
    heart = "not in 1,000" if None in known else f"{np.median(known):.0f}"
    between = np.array([seed["between"] for seed in seeds])
    target, _, asked = (part.numpy() for part in lessons()["beyond"])
    answers = np.array([[int(bit) for bit in seed["answers"]] for seed in seeds])  # [seeds, T]
    beyond = (answers == target)[:, asked].mean(1)  # [seeds]
    shares = [f"{one.mean():.1%} ({one.min():.0%}–{one.max():.0%})" for one in (between, beyond)]
    return " | ".join([heart, *shares])
