"""What three kinds of memory keep of each step, and the tree by which a recurrence is scanned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from memorylab.errors import check_count
from memorylab.plots import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SENTENCE = "the blue key opens the third door on the left of the long hall"
KINDS = {
    "attention over\na window of 5": ("5 keys, 5 values", lambda age: (age < 5) * 1.0),
    "linear attention": ("one matrix", lambda age: np.ones(len(age))),
    "linear recurrence": ("one vector", lambda age: np.exp(-age / 4)),
}
"""For each kind what its state is, and how strongly a word of a given age is in it."""


@style.styled
def plot_kept() -> Figure:
    """Draw how strongly each word of a sentence is in the state of three memories at its end."""
    figure = style.new_figure(2.7, layout="constrained")
    axes = figure.subplots(len(KINDS), 1, sharex=True)
    words = SENTENCE.split()
    age = np.arange(len(words))[::-1]
    for axis, (name, (state, strength)) in zip(axes, KINDS.items(), strict=True):
        axis.bar(range(len(words)), strength(age), color=style.COLOURS[0], width=0.7)
        axis.set_ylabel(name, rotation=0, ha="right", va="center")
        axis.set(ylim=(0, 1.15), yticks=[], xlim=(-0.6, len(words) + 1.6))
        axis.text(len(words) - 0.3, 0.5, state, va="center", fontsize=8.5)
        axis.spines["left"].set_visible(False)
    axes[-1].set_xticks(range(len(words)), words, rotation=35)
    axes[0].set_title("how strongly each word is in the state, and what the state is")
    return figure


@style.styled
def plot_scan(num_steps: int = 8) -> Figure:
    """Draw how pairs of steps are joined until each step knows its whole past.

    Row by row, each step is joined with the one 1, 2, 4 … before it. What the last step is made of
    is drawn in colour: a tree.

    Args:
        num_steps: Number T of steps.

    Raises:
        ValueError: There are fewer than two steps.
    """
    check_count(num_steps, "num_steps", minimum=2)
    rounds = int(np.ceil(np.log2(num_steps)))
    figure = style.new_figure(0.75 * rounds + 0.65)
    axes = figure.add_axes((0.02, 0.02, 0.96, 0.96))
    axes.set(xlim=(-1.9, num_steps - 0.2), ylim=(rounds + 0.45, -0.4))
    axes.axis("off")
    needed = {num_steps - 1}  # by the last step, in the round that is drawn
    for row in range(rounds, 0, -1):
        gap = 2 ** (row - 1)
        sources = {before for step in needed for before in (step, step - gap) if before >= 0}
        for step in range(num_steps):
            for before in (step, step - gap):
                if before < 0:
                    continue
                tree = step in needed
                axes.annotate(
                    "",
                    (step, row - 0.17),
                    (before, row - 1 + 0.17),
                    arrowprops={
                        "arrowstyle": "-|>",
                        "color": style.COLOURS[0] if tree else "0.82",
                        "linewidth": 1.5 if tree else 0.8,
                        "shrinkA": 0,
                        "shrinkB": 0,
                    },
                    zorder=2 if tree else 1,
                )
        _draw_round(axes, row, f"join with\n{gap} before", num_steps, needed)
        needed = sources
    _draw_round(axes, 0, "the steps", num_steps, needed)
    return figure


def _draw_round(axes, row: int, label: str, num_steps: int, needed: set[int]) -> None:
    """Draw a row of joined steps, each with the first and the last step that it covers."""
    axes.text(-1.8, row, label, va="center", fontsize=8.5)
    for step in range(num_steps):
        first = max(step - 2**row + 1, 0)
        covered = f"{first}…{step}" if first < step else f"$(a_{step}, b_{step})$"
        colour = style.COLOURS[0] if step in needed else "0.6"
        axes.text(step, row, covered, ha="center", va="center", fontsize=9, color=colour)
