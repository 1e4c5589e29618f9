"""Figures of an agent and what it sees: the loop, a belief, a stack of frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle

from memorylab.environments import draw_scene, tmaze_scene
from memorylab.plots import style
from memorylab_course.foggy_maze import SEEN, FoggyMaze, Walk

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from torch import Tensor

_BLUE, _ORANGE, _GREEN = style.COLOURS[:3]
_GREY = style.COLOURS[6]
_SYMBOLS = ("↑", "↓", "·", "T")
_SCENE_WIDTH, _SCENE_HEIGHT = 480, 160
_LONGEST, _MOST_FRAMES = 12, 8  # corridor and stack that a window can show


@style.styled
def plot_agent_loop() -> Figure:
    """Draw agent and environment, with the names of what goes between them."""
    figure = style.new_figure(2.7)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, 8), ylim=(0, 2.7))
    axes.set_axis_off()
    agent = "agent\n\npolicy  $\\pi(a_t \\mid o_t)$"
    environment = "environment\n\nstate  $s_t$\nmoves on:  $s_{t+1}$ from $s_t$ and $a_t$"
    for x, width, colour, text in (
        (0.35, 1.9, _BLUE, agent),
        (5.15, 2.5, _GREEN, environment),
    ):
        box = FancyBboxPatch(
            (x, 0.5), width, 1.7, "round,pad=0,rounding_size=0.1", fc=(colour, 0.12), ec=colour
        )
        axes.add_patch(box)
        axes.text(x + width / 2, 1.35, text, ha="center", va="center", fontsize=10)
    for y, start, end, text in (
        (1.95, 2.25, 5.15, "action  $a_t$"),
        (1.3, 5.15, 2.25, "observation  $o_{t+1}$:  a part of $s_{t+1}$"),
        (0.65, 5.15, 2.25, "reward  $r_{t+1}$"),
    ):
        arrow = {"arrowstyle": "-|>", "mutation_scale": 14, "color": _GREY, "lw": 1.4}
        axes.add_patch(FancyArrowPatch((start, y), (end, y), shrinkA=2, shrinkB=2, **arrow))
        axes.text(3.7, y + 0.07, text, ha="center", va="bottom", fontsize=10)
    return figure


def draw_maze(axes: Axes, distance: int, length: int, visible: bool) -> None:
    """Draw a T-maze whose sign points left; dashed if it is out of sight."""
    scene = tmaze_scene("left", distance, length, visible)
    axes.imshow(
        draw_scene(scene, _SCENE_HEIGHT),
        extent=(0, _SCENE_WIDTH, _SCENE_HEIGHT, 0),
        interpolation="antialiased",
        aspect="auto",
    )
    axes.set(xlim=(0, _SCENE_WIDTH), ylim=(_SCENE_HEIGHT, 0))
    axes.set_axis_off()


@style.styled
def belief_axes() -> tuple[Figure, Sequence[Axes]]:
    """Return a figure and axes for :func:`draw_belief`: maze, what is seen, places, sign."""
    figure = style.new_figure(4.3)
    maze = figure.add_axes((0.055, 0.58, 0.565, 0.35))
    places = figure.add_axes((0.055, 0.11, 0.565, 0.38), xlim=(0, _SCENE_WIDTH), ylim=(-1, 1))
    seen = figure.add_axes((0.69, 0.6, 0.29, 0.33), xlim=(0, 1), ylim=(0, 1))
    sign = figure.add_axes((0.69, 0.11, 0.29, 0.38), ylim=(0, 1))
    maze.set_axis_off()
    seen.set(xticks=[], yticks=[])
    seen.spines[:].set_visible(True)
    seen.set_title("what the walker sees now")
    places.set(ylabel="probability", yticks=[-1, 0, 1], yticklabels=["1", "0", "1"])
    places.set_title("belief: up, the sign points left; down, it points right")
    sign.set_title("belief that the sign points left")
    sign.axhline(0.5, color=_GREY, linewidth=0.8, linestyle=":")
    return figure, (maze, seen, places, sign)


@style.styled
def draw_belief(
    axes: Sequence[Axes], maze: FoggyMaze, walk: Walk, beliefs: Sequence[Tensor], step: int
) -> str:
    """Draw the truth, what is seen, and the belief at a step; return a sentence about them."""
    world, seen, places, sign = axes
    place = walk.states[step] % (maze.length + 1)
    world.set_title(f"the truth, which the walker doesn't know (step {step})")
    draw_maze(world, maze.length - place, maze.length, visible=place == 0)
    now = walk.observations[step]
    symbol = {2: "═", 3: "╦"}.get(now, _SYMBOLS[now])
    seen.text(0.5, 0.6, symbol, ha="center", va="center", fontsize=34, color=_ORANGE)
    seen.text(0.5, 0.16, SEEN[now], ha="center", va="center", fontsize=11)
    belief = beliefs[step].view(2, -1).numpy()  # [sign, place]
    at = 44 + 48 * np.arange(maze.length + 1)  # where the scene has these places
    places.bar(at, belief[0], width=30, color=_BLUE)
    places.bar(at, -belief[1], width=30, color=_ORANGE)
    places.axhline(0, color="black", linewidth=0.8)
    places.axvline(44 + 48 * place, color=_GREY, linestyle=":", zorder=0)
    places.set_xticks(at, ["sign", *map(str, range(1, maze.length)), "junction"])
    left = [float(one.view(2, -1)[0].sum()) for one in beliefs]
    steps = range(len(left))
    sign.plot(steps, left, color="#bbbbbb", linewidth=1)
    sign.plot(steps[: step + 1], left[: step + 1], color=_BLUE, marker="o", markersize=4)
    sign.set_xticks(steps, [_SYMBOLS[one] for one in walk.observations])
    sign.set(xlim=(-0.5, len(left) - 0.5), xlabel="what was seen, step by step")
    return (
        f"Step {step}: it sees {SEEN[now]!r}. Belief that the sign points left: {left[step]:.2f}; "
        f"that it stands at place {place}, where it is: {belief[:, place].sum():.2f}."
    )


@style.styled
def window_axes() -> tuple[Figure, Sequence[Axes]]:
    """Return a figure and axes for :func:`draw_window`: maze, frames, and all cases."""
    figure = style.new_figure(4)
    maze = figure.add_axes((0.04, 0.53, 0.56, 0.373))
    frames = figure.add_axes((0.04, 0.03, 0.92, 0.36), xlim=(-0.7, 12.7), ylim=(-0.75, 1.3))
    cases = figure.add_axes((0.68, 0.57, 0.28, 0.36))
    maze.set_axis_off()
    frames.set_axis_off()
    corridor, k = np.meshgrid(np.arange(1, _LONGEST + 1), np.arange(1, _MOST_FRAMES + 1))
    scale = {"cmap": ListedColormap(["#ececec", "#a8d5c2"]), "vmin": 0, "vmax": 1}
    edges = (0.5, _LONGEST + 0.5, 0.5, _MOST_FRAMES + 0.5)
    cases.imshow(k > corridor, origin="lower", extent=edges, aspect="auto", **scale)
    cases.text(1.2, 7, "sign in the stack", fontsize=8.5, va="center")
    cases.text(11.9, 2, "sign lost", fontsize=8.5, va="center", ha="right")
    cases.set(xlabel="corridor", ylabel="frames k", title="at the junction")
    cases.set(xticks=range(1, _LONGEST + 1, 2), yticks=range(1, _MOST_FRAMES + 1, 2))
    return figure, (maze, frames, cases)


@style.styled
def draw_window(axes: Sequence[Axes], length: int, frames: int) -> str:
    """Draw the last ``frames`` observations at the junction; return a sentence about them."""
    maze, row, cases = axes
    first = length + 1 - frames
    in_sight = first <= 0
    draw_maze(maze, 0, length, visible=in_sight)
    cases.plot([length], [frames], marker="o", markersize=8, color=_BLUE)
    for step in range(length + 1):
        colour = _ORANGE if step == 0 else _GREEN if step == length else "#8a8a8a"
        inside = step >= first
        box = {"facecolor": (colour, 0.45 if inside else 0.08), "edgecolor": colour}
        row.add_patch(Rectangle((step - 0.42, 0), 0.84, 0.84, linewidth=1, **box))
        symbol = "↑" if step == 0 else "╦" if step == length else "═"
        ink = "black" if inside else "#767676"
        row.text(step, 0.42, symbol, ha="center", va="center", fontsize=14, color=ink)
        row.text(step, -0.2, str(step), ha="center", va="center", fontsize=8.5)
    row.text(length / 2, -0.58, "step", ha="center", va="center", fontsize=9)
    # Before the first step there is nothing: those frames are zeros.
    left = max(first, 0) - 0.5
    width = length + 0.5 - left
    frame = Rectangle((left, -0.06), width, 0.96, fill=False, linewidth=2.4, edgecolor=_BLUE)
    row.add_patch(frame)
    what = "the one frame that the network gets" if frames == 1 else f"the last {frames} frames"
    if first < 0:
        what += f", {-first} of them empty"
    place = {"x": left, "ha": "left"} if left < 6 else {"x": length + 0.5, "ha": "right"}
    row.text(y=1.12, s=what, va="center", fontsize=9, color=_BLUE, **place)
    seen = (
        "among them: it can turn the right way" if in_sight else "not among them: it has to guess"
    )
    which = f"steps {max(first, 0)} to {length}" if frames > 1 else f"step {length}"
    return f"At the junction the network gets {which}. The sign, seen at step 0, is {seen}."
