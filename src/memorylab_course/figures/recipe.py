"""RLlib's parts around a memory, with the names of what goes between them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from memorylab.plots import style
from memorylab_course.figures.diagram import box, paper, wire

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PART, _STATE, _MODULE = (style.COLOURS[place] for place in (5, 1, 0))
_COLUMNS = (0.75, 2.3, 3.85, 4.95, 6.05, 7.3)  # where the boxes of a row stand, in inches
_PLAYING, _LEARNING = 2.45, 0.75  # the height of the two rows
_HALF = 0.26  # of a box's height
_WIDE, _NARROW = 0.56, 0.37  # half of a box's width: RLlib's parts, and those of the module


@style.styled
def plot_recipe() -> Figure:
    """Draw how an env runner plays and a learner learns with one module, and what carries state."""
    figure, axes = paper(3.75)
    rows: dict[float, Sequence[str]] = {
        _PLAYING: ("environments", "env-to-module\nconnector", "module-to-env\nconnector"),
        _LEARNING: ("episodes", "learner\nconnector", "loss of PPO"),
    }
    halves = [_WIDE, _WIDE, _NARROW, _NARROW, _NARROW, _WIDE]
    for y, (first, second, last) in rows.items():
        names = (first, second, "encoder", "memory", "heads", last)
        colours = (_PART, _PART, _MODULE, _STATE, _MODULE, _PART)
        for x, half, name, colour in zip(_COLUMNS, halves, names, colours, strict=True):
            box(axes, (x, y), name, colour, (2 * half - 0.06, 2 * _HALF - 0.06), fontsize=8.5)
        for (left, one), (right, other) in itertools.pairwise(zip(_COLUMNS, halves, strict=True)):
            wire(axes, [(left + one, y), (right - other, y)])
    _draw_playing(axes)
    _draw_learning(axes)
    return figure


def _draw_playing(axes: Axes) -> None:
    """Draw the way of actions and of the state, and name what goes along the upper row."""
    y, (first, second, _, memory, _, last) = _PLAYING, _COLUMNS
    axes.text(0.1, 3.6, "env runner: plays", fontsize=10, va="center", weight="bold")
    wire(axes, [(last, y + _HALF), (last, 3.38), (first, 3.38), (first, y + _HALF)])
    axes.text(6.7, 3.44, "action", fontsize=8.5, ha="center")
    up = y + 0.56
    way = [(memory, y + _HALF), (memory, up), (second, up), (second, y + _HALF)]
    wire(axes, way, colour=_STATE)
    text = "STATE_OUT of a step is STATE_IN of the next"
    axes.text((memory + second) / 2, up + 0.06, text, fontsize=8.5, ha="center")
    for x, name in ((1.52, "obs"), (3.17, "OBS"), (4.4, "z"), (5.5, "y"), (6.58, "logits")):
        axes.text(x, y + 0.05, name, fontsize=7.5, ha="center")


def _draw_learning(axes: Axes) -> None:
    """Draw how episodes come down and weights go up, and say what the learner gets."""
    y, (first, second, _, memory, _, last) = _LEARNING, _COLUMNS
    axes.text(1.4, 1.2, "learner: learns", fontsize=10, va="center", weight="bold")
    wire(axes, [(first, _PLAYING - _HALF), (first, y + _HALF)])
    axes.text(first + 0.08, 1.75, "steps, each with\nits STATE_OUT", fontsize=8.5, va="center")
    below = "rows of max_seq_len steps, padded,\nand the STATE_IN of each first step"
    axes.text(second - 0.1, y - 0.33, below, fontsize=8.5, ha="center", va="top")
    axes.text(memory, y - 0.33, "the same module", fontsize=8.5, ha="center", va="top")
    wire(axes, [(last, y + _HALF), (last, 1.6), (memory, 1.6), (memory, _PLAYING - _HALF)])
    axes.text((memory + last) / 2, 1.66, "new weights for the module", fontsize=8.5, ha="center")
