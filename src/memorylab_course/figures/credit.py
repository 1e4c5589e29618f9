"""Where losses have targets along an episode, and which earlier step each target asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.patches import FancyArrowPatch, Rectangle

from memorylab.errors import check_count
from memorylab.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PICTURES = "ABABACACBC"
"""What hangs on the walls of the corridor that is drawn."""

LAST = len(PICTURES) - 1
_STEP, _LEFT, _ROW, _TOP = 0.62, 1.85, 0.52, 1.0  # inches


def targets(delay: int = 4) -> dict[str, list[tuple[int, int | None]]]:
    """Return for each loss its targets: the step of each, and the step that it asks for.

    None means that the present is enough. A next picture was seen two places before itself, which
    is one before the step that predicts it.
    """
    check_count(delay, "delay")
    everywhere: list[tuple[int, int | None]] = [(step, None) for step in range(LAST)]
    return {
        "reward": [(LAST, 0)],
        "behaviour cloning": [*everywhere, (LAST, 0)],
        "reconstruction": [*everywhere, (LAST, None)],
        "next observation": [(step, step - 1 if step else None) for step in range(LAST)],
        f"earlier, by {delay} steps": [(step, step - delay) for step in range(delay, LAST + 1)],
    }


@style.styled
def plot_credit(delay: int = 4) -> Figure:
    """Draw a walk to the junction, and below it each loss's targets and what they ask for.

    Args:
        delay: How many steps back the last row looks.

    Raises:
        ValueError: ``delay`` is below 1.
    """
    rows = targets(delay)
    height = _TOP + _ROW * len(rows) + 0.1
    figure = style.new_figure(height)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, style.WIDTH), ylim=(height, 0))
    axes.set_axis_off()
    _draw_walk(axes)
    for index, (name, asked) in enumerate(rows.items()):
        y = _TOP + _ROW * (index + 0.68)
        colour = style.COLOURS[index]
        axes.text(_LEFT - 0.4, y, name, ha="right", va="center", fontsize=9.5)
        axes.plot([_at(0), _at(LAST)], [y, y], color="#d9d9d9", linewidth=1, zorder=0)
        axes.plot([_at(step) for step, _ in asked], [y] * len(asked), "o", color=colour, ms=6)
        for step, earlier in asked:
            if earlier is not None:
                # Long arcs would leave their row: bend them less.
                bend = 0.5 * _ROW / (_STEP * (step - earlier)) * 1.5
                look = {"arrowstyle": "-|>", "color": colour, "mutation_scale": 9, "lw": 1.1}
                ends = (_at(step), y - 0.04), (_at(earlier), y - 0.04)
                look["connectionstyle"] = f"arc3,rad={bend:.3f}"
                axes.add_patch(FancyArrowPatch(*ends, shrinkA=2, shrinkB=2, **look))
    return figure


def _at(step: int) -> float:
    return _LEFT + _STEP * step


def _draw_walk(axes: Axes) -> None:
    ink = style.COLOURS[6]
    axes.text(_LEFT - 0.4, 0.62, "seen", ha="right", va="center", fontsize=9.5)
    for step, picture in enumerate(PICTURES):
        x = _at(step) - _STEP / 2
        axes.add_patch(Rectangle((x, 0.36), _STEP, 0.52, fill=False, edgecolor=ink, linewidth=1))
        axes.text(_at(step), 0.62, picture, ha="center", va="center", fontsize=11)
    axes.text(_at(0), 0.17, "sign ↑", ha="center", va="center", fontsize=9.5)
    axes.text(_at(LAST), 0.17, "turn ↑ or ↓?", ha="center", va="center", fontsize=9.5)
