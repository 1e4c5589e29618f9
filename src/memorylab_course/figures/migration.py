"""A map from old names to new ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from memorylab.plots import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GONE = "gone: "
LINE, HEADING = 0.235, 0.31  # inches that a row and the name of a group take up
LEFT_END, RIGHT_START = 3.75, 4.45  # inches; where arrows begin and end
LONGEST = 44  # letters that fit on one side


@style.styled
def plot_migration_map(
    groups: Mapping[str, Mapping[str, tuple[str, str]]], old: str, new: str
) -> Figure:
    """Draw old names on the left, new names on the right and an arrow from each to its successor.

    A name without successor gets a broken grey arrow, and says what to do instead.

    Args:
        groups: For each group of names, and each key, a pair (old name, new name). Instead of a new
            name, a text that begins with ``gone:`` says what to do.
        old: What the names on the left are.
        new: What the names on the right are.

    Raises:
        ValueError: There is no name, or one is too long to be drawn.
    """
    if not any(groups.values()):
        raise ValueError("groups is empty: give at least one pair, {group: {key: (old, new)}}.")
    for names in groups.values():
        for name in (name for pair in names.values() for name in pair):
            if len(name) > LONGEST:
                raise ValueError(
                    f"{name!r} has {len(name)} letters; at most {LONGEST} fit on one side."
                )
    height = 0.4 + sum(HEADING + LINE * len(names) for names in groups.values()) + 0.1
    figure = style.new_figure(height)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, style.WIDTH), ylim=(height, 0))
    axes.set_axis_off()
    right = {"x": LEFT_END - 0.08, "ha": "right"}
    left = {"x": RIGHT_START + 0.08, "ha": "left"}
    for side, title in ((right, old), (left, new)):
        axes.text(**side, y=0.2, s=title, va="center", fontsize=11, fontweight="bold")
    y = 0.4
    for index, (group, names) in enumerate(groups.items()):
        colour = style.COLOURS[index % len(style.COLOURS)]
        axes.axhspan(y + 0.05, y + HEADING - 0.02, color=colour, alpha=0.16, linewidth=0)
        axes.text(0.1, y + 0.17, group, va="center", fontsize=9, fontweight="bold")
        y += HEADING
        for before, after in names.values():
            middle = y + LINE / 2
            gone = after.startswith(GONE)
            axes.text(**right, y=middle, s=before, va="center", family="monospace", fontsize=8.5)
            words = {"style": "italic"} if gone else {"family": "monospace"}
            axes.text(**left, y=middle, s=after, va="center", fontsize=8.5, **words)
            axes.annotate(
                "",
                xy=(RIGHT_START, middle),
                xytext=(LEFT_END, middle),
                arrowprops={
                    "arrowstyle": "->",
                    "color": "#888888" if gone else colour,
                    "linestyle": (0, (3, 2)) if gone else "-",
                    "linewidth": 1.3,
                    "shrinkA": 0,
                    "shrinkB": 0,
                },
            )
            y += LINE
    return figure
