"""Two tasks, two networks, how a memory learns to copy, and what it loses with a part."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import Rectangle

from memorylab.plots import first_write_order, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from torch import Tensor

    from memorylab.memory import MemoryModel
    from memorylab.tasks import Batch
    from memorylab.training import Film

_BLUE, _ORANGE, _GREEN = style.COLOURS[:3]
_GREY = style.COLOURS[6]
_UNIT = 0.3  # inches: a step of a task
_CELL, _ROWS = 0.065, 16  # inches, and numbers in a column of a state
_GREYS = {"cmap": ListedColormap(["white", "#9db8d2", "#d62728"]), "vmin": 0, "vmax": 2}
_HEARD_AND_SAID = {
    "copy": (("A", "B", "C", "|", "", "", ""), ("", "", "", "", "A", "B", "C")),
    "associative recall": (
        ("|", "A", "|", "B", "|", "C", "?", "B", "?", ""),
        ("", "", "", "", "", "", "", "", "", "C"),
    ),
}
"""For each task a short sequence: what is heard in each step, and what is to be said."""


@style.styled
def plot_through_training(film: Film, steps: Sequence[int]) -> Figure:
    """Draw where a DNC writes and reads while it learns to copy, one column a training step.

    The locations of each column are in the order of its own first writes.

    Args:
        film: A film of the copy task, with its target and mask.
        steps: Recorded training steps.

    Raises:
        ValueError: One of the steps was not recorded.
    """
    if missing := sorted(set(steps) - set(film.steps)):
        raise ValueError(f"The film has no frame of step {missing[0]}; it has {film.steps}.")
    figure, grid = style.frame_grid(
        [1.05, 1.05], style.column_width(len(steps), 1.4), len(steps), bottom=0.55
    )
    for column, step in enumerate(steps):
        trace = film.traces[film.steps.index(step)]
        order = first_write_order(trace)
        for row, (name, weighting) in enumerate(
            (("write", trace.write_weighting), ("read", trace.read_weighting[:, 0]))
        ):
            axes = grid[row, column]
            image = style.heatmap(axes, weighting[:, order].T, style.unit_scale())
            axes.set_xticks([0, len(trace) - 1] if row else [])
            axes.set_yticks([])
            if not column:
                axes.set_ylabel(name, fontsize=10)
        asked = trace.mask > 0.5  # [T]
        wrong = ((trace.output > 0) != (trace.target > 0.5))[asked]  # [steps that count, bits]
        grid[0, column].set_title(f"update {step}:\n{wrong.sum()} bits wrong")
    for axes in grid[-1]:
        axes.set_xlabel("step")
    style.colour_bar(image, grid.flat, "weight")
    return figure


@style.styled
def plot_tasks_and_networks(models: Mapping[str, MemoryModel]) -> Figure:
    """Draw a short sequence of each task, and what each network carries from step to step.

    A small square stands for one number, and the numbers of parameters are those of ``models``.

    Args:
        models: For each name a DNC, or another memory whose state is at most as large.
    """
    figure = style.new_figure(3.9)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, style.WIDTH), ylim=(0, 3.9))
    axes.set_axis_off()
    left = 0.85
    for name, (heard, said) in _HEARD_AND_SAID.items():
        axes.text(left, 3.72, name, fontsize=11, fontweight="bold", va="center")
        for y, marks in ((3.2, heard), (2.75, said)):
            _draw_steps(axes, left, y, marks)
        left += _UNIT * len(heard) + 0.85
    axes.text(0.72, 3.35, "hears", ha="right", va="center")
    axes.text(0.72, 2.9, "says", ha="right", va="center")
    left = 0.2
    for name, model in models.items():
        right = _draw_state(axes, left, model)
        parameters = sum(parameter.numel() for parameter in model.parameters())
        axes.text(left, 2.25, name, fontsize=11, fontweight="bold", va="center")
        axes.text(left, 2.0, f"{parameters:,} parameters", va="center")
        left = right + 0.25
    note = "what it carries from one step to the next: a small square for each number"
    axes.text(0.2, 0.15, note, va="center", fontsize=9.5)
    return figure


def _draw_steps(axes: Axes, left: float, bottom: float, marks: Sequence[str]) -> None:
    for place, mark in enumerate(marks):
        colour = _GREY if mark in ("", "|", "?") else _BLUE
        axes.add_patch(
            Rectangle(
                (left + place * _UNIT, bottom),
                *(_UNIT, _UNIT),
                facecolor=(colour, 0.2 if mark else 0),
                edgecolor="#bbbbbb",
                linewidth=0.8,
            )
        )
        middle = left + (place + 0.5) * _UNIT
        axes.text(middle, bottom + _UNIT / 2, mark, ha="center", va="center")


def _draw_state(axes: Axes, left: float, model: MemoryModel) -> float:
    """Draw a state's numbers in columns of 16 and return where the drawing ends."""
    state = dict(model.initial_state())
    arrays = state.pop("controller", {}) | state
    for name, array in arrays.items():
        count = array.numel()
        columns = math.ceil(count / _ROWS)
        colour = _ORANGE if name in ("hidden", "cell") else _GREEN
        for place in range(count):
            column, row = divmod(place, _ROWS)
            corner = (left + column * _CELL, 1.75 - (row + 1) * _CELL)
            axes.add_patch(
                Rectangle(
                    corner, _CELL, _CELL, facecolor=(colour, 0.35), edgecolor="white", linewidth=0.5
                )
            )
        label = name.replace("_", "\n")
        middle, below = left + columns * _CELL / 2, 1.75 - _ROWS * _CELL - 0.06
        axes.text(middle, below, label, ha="center", va="top", fontsize=8, linespacing=1.1)
        left += columns * _CELL + (0.24 if columns > 3 else 0.56)
    return left


@style.styled
def answer_axes(num_words: int) -> tuple[Figure, Sequence[Axes]]:
    """Return a figure and axes for :func:`draw_answers`, with room for ``num_words`` words."""
    figure = style.new_figure(3.6)
    bottoms = (0.7, 0.395, 0.09)
    axes = [figure.add_axes((0.06, y, 0.92, 0.2), xlim=(-0.5, num_words - 0.5)) for y in bottoms]
    for one in axes:
        one.set(yticks=[], xticks=range(0, num_words, 4), xticklabels=range(1, num_words + 1, 4))
        one.spines[:].set_visible(True)
    axes[0].set_title("what was heard, word by word")
    return figure, axes


@style.styled
def draw_answers(axes: Sequence[Axes], batch: Batch, answers: Mapping[str, Tensor]) -> str:
    """Draw one list, and which bits of it each network says wrong; return the shares as a sentence.

    Args:
        axes: Those of :func:`answer_axes`.
        batch: Lists of one length; the first is drawn, the shares are of all.
        answers: For each of two names the network's logits ``[B, T, D]``.
    """
    asked = batch.mask[0]  # [T]
    words = batch.target[:, asked]  # [B, words, bits]
    axes[0].imshow(words[0].T.numpy(), aspect="auto", **_GREYS)
    shares = []
    for one, (name, logits) in zip(axes[1:], answers.items(), strict=True):
        said = (logits[:, asked] > 0).float()
        wrong = said != words
        # 0 and 1 are bits that are right, 2 is a wrong one.
        one.imshow((said + (2 - said) * wrong)[0].T.numpy(), aspect="auto", **_GREYS)
        shares.append(f"{name}: {wrong.float().mean():.0%} of the bits wrong")
        one.set_title(f"{shares[-1]} in {len(words)} lists, one of them shown")
    for one in axes:
        one.set_xlim(-0.5, len(one.get_xticks()) * 4 - 0.5)
        one.axvline(7.5, color=_ORANGE, linewidth=1)
    return f"{words.shape[1]} words. " + "; ".join(shares) + "."


@style.styled
def plot_damage(
    parts: Sequence[str],
    stored: Mapping[str, Sequence[Sequence[float]]],
    here: Mapping[str, Sequence[float]],
) -> Figure:
    """Draw the bit error of whole and of ablated networks.

    Args:
        parts: What was taken away.
        stored: For each task the errors of several networks, whole and without each of ``parts``.
        here: The same for one network a task, trained in the notebook.
    """
    figure = style.new_figure(3.2, layout="constrained")
    axes = figure.subplots()
    places = np.arange(1 + len(parts))
    shift = np.linspace(-0.2, 0.2, len(stored))
    for offset, (name, errors) in zip(shift, stored.items(), strict=True):
        medians = np.median(errors, axis=0)  # [1 + parts]
        axes.bar(places + offset, medians, 0.38, label=name)
        for place, median in zip(places + offset, medians, strict=True):
            axes.text(place, 0.57, f"{median:.2f}", ha="center")
        for one in errors:
            axes.plot(places + offset, one, ".", color="black", markersize=4)
        axes.plot(places + offset, here[name], "D", color="white", markeredgecolor="black")
    axes.plot([], [], ".", color="black", label="each of the five")
    axes.plot([], [], "D", color="white", markeredgecolor="black", label="trained above")
    axes.axhline(0.5, color="0.6", linestyle=":", label="guessing")
    axes.set_xticks(places, ["whole", *(f"no {part}" for part in parts)])
    axes.set(ylabel="bit error", ylim=(0, 0.65))
    figure.legend(
        loc="outside right upper", title="bar and number:\nmedian of five seeds", alignment="left"
    )
    return figure
