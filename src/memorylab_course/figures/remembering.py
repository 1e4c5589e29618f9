"""Figures of an agent in the foggy maze: its memory beside its world, two beliefs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from memorylab.environments import draw_scene, tmaze_scene
from memorylab.plots import style
from memorylab_course.foggy_task import ACTIONS, LEFT, MAZE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from torch import Tensor

    from memorylab_course.foggy_agents import Play

_BLUE, _ORANGE = style.COLOURS[:2]
_GREY = style.COLOURS[6]
_SYMBOLS = ("↑", "↓", "·", "T")
_DONE = ("look", "step", "left", "right")


def _length(play: Play, episode: int) -> int:
    return int(play.real[episode].sum())


def _seen(play: Play, episode: int) -> list[int]:
    """Return what was seen at each step of an episode."""
    steps = _length(play, episode)
    return play.observations[episode, :steps, :4].argmax(-1).tolist()


def _draw_world(axes: Axes, play: Play, episode: int, step: int, height: int = 320) -> None:
    sign, place = divmod(int(play.states[episode, step]), MAZE.length + 1)
    action = int(play.actions[episode, step])
    turned = ACTIONS[action] if action >= LEFT and place == MAZE.length else None
    scene = tmaze_scene(ACTIONS[LEFT + sign], MAZE.length - place, MAZE.length, place == 0, turned)
    axes.imshow(draw_scene(scene, height), extent=(0, 480, 160, 0), aspect="auto")
    axes.set(xlim=(0, 330), ylim=(160, 0))
    axes.set_axis_off()


@style.styled
def plot_memory_and_world(play: Play, episode: int, step: int) -> Figure:
    """Draw the world at a step of an episode, and beside it all numbers of the memory over time."""
    figure = style.new_figure(2.9)
    world = figure.add_axes((0.01, 0.16, 0.4, 0.62))
    memory = figure.add_axes((0.5, 0.2, 0.41, 0.66))
    bar = figure.add_axes((0.925, 0.2, 0.012, 0.66))
    _draw_world(world, play, episode, step)
    world.set_title(f"the world at step {step}")
    steps = _length(play, episode)
    values = play.memories[episode, :steps].T.numpy()  # [M, T]
    image = memory.imshow(values, aspect="auto", cmap="RdBu_r", vmin=-1, vmax=1)
    memory.axvspan(step - 0.5, step + 0.5, fill=False, edgecolor="black", linewidth=2)
    memory.set_xticks(range(steps), [_SYMBOLS[one] for one in _seen(play, episode)])
    memory.set(title="the agent's memory", ylabel="number", xlabel="what it saw, step by step")
    figure.colorbar(image, cax=bar, ticks=[-1, 0, 1])
    return figure


@style.styled
def two_beliefs_axes() -> tuple[Figure, Sequence[Axes]]:
    """Return a figure and axes for :func:`draw_two_beliefs`: world, sign, exact, decoded."""
    figure = style.new_figure(4.4)
    world = figure.add_axes((0.02, 0.6, 0.44, 0.33))
    sign = figure.add_axes((0.56, 0.6, 0.42, 0.31), ylim=(-0.03, 1.03))
    exact = figure.add_axes((0.06, 0.1, 0.42, 0.34), ylim=(-1, 1))
    decoded = figure.add_axes((0.56, 0.1, 0.42, 0.34), ylim=(-1, 1))
    world.set_axis_off()
    sign.set_title("belief that the sign points left")
    sign.axhline(0.5, color=_GREY, linewidth=0.8, linestyle=":")
    for axes in (exact, decoded):
        axes.set(yticks=[-1, 0, 1], yticklabels=["1", "0", "1"])
        axes.set_xticks(range(MAZE.length + 1), ["sign", "1", "2", "3", "junction"])
        axes.axhline(0, color="black", linewidth=0.8)
    exact.set(title="exact belief, by Bayes' rule", ylabel="right          left")
    decoded.set(title="belief read from the memory")
    return figure, (world, sign, exact, decoded)


@style.styled
def draw_two_beliefs(
    axes: Sequence[Axes], play: Play, decoded: Tensor, episode: int, step: int
) -> str:
    """Draw an episode's exact and decoded beliefs at a step; return a sentence about them."""
    world, sign, *both = axes
    steps = _length(play, episode)
    step = min(step, steps - 1)
    _draw_world(world, play, episode, step)
    world.set_title(f"the world at step {step}")
    place = int(play.states[episode, step]) % (MAZE.length + 1)
    left = []
    for one, beliefs in zip(both, (play.beliefs[episode], decoded[episode]), strict=True):
        belief = beliefs[step].view(2, -1).numpy()  # [sign, place]
        one.bar(range(MAZE.length + 1), belief[0], color=_BLUE)
        one.bar(range(MAZE.length + 1), -belief[1], color=_ORANGE)
        one.axvline(place, color=_GREY, linestyle=":", zorder=0)
        left.append(beliefs[:steps].view(steps, 2, -1)[:, 0].sum(-1).numpy())
    sign.plot(range(steps), left[0], color="black", linewidth=1.2, label="exact")
    sign.plot(range(steps), left[1], "--", color=_BLUE, linewidth=1.2, label="from the memory")
    sign.axvline(step, color=_GREY, linewidth=0.8)
    sign.set_xticks(range(steps), [_SYMBOLS[one] for one in _seen(play, episode)])
    sign.set(xlim=(-0.4, steps - 0.6))
    sign.legend(loc="best", fontsize=8)
    exact, found = np.round(left[0][step], 2), np.round(left[1][step], 2)
    return (
        f"Step {step}: then it does {_DONE[int(play.actions[episode, step])]!r}. "
        f"Sign left: exact {exact:.2f}, from the memory {found:.2f}."
    )
