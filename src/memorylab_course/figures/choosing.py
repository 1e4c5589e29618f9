"""Two dials and a menu: axes, and what is drawn on them as the reader changes a policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from jaxtyping import Float
from matplotlib.ticker import MaxNLocator

from memorylab.plots import style
from memorylab.rllib.heads import match_embeddings
from memorylab.rllib.heads.masking import MASKED_LOGIT
from memorylab.training import History

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INTENT_LENGTH = 3.0
"""Length of the intent in :func:`draw_menu`."""


@style.styled
def lock_axes(shift: int = 1, num_digits: int = 4) -> tuple[Figure, Sequence[Axes]]:
    """Return a figure and axes for :func:`draw_lock`; circles mark the pairs of this shift."""
    figure = style.new_figure(3.0, layout="constrained")
    table, bars = figure.subplots(1, 2, width_ratios=[1, 1.3])
    digits = np.arange(num_digits)
    table.set(xlabel="second dial", ylabel="first dial", xticks=digits, yticks=digits)
    table.set(xlim=(-0.5, num_digits - 0.5), ylim=(num_digits - 0.5, -0.5), aspect="equal")
    circle = {"color": style.COLOURS[1], "markersize": 24, "fillstyle": "none", "linestyle": ""}
    table.plot((digits + shift) % num_digits, digits, marker="o", zorder=3, **circle)
    bars.set(xlabel="secret digit", ylabel="locks opened", xticks=digits, ylim=(0, 1.03))
    return figure, (table, bars)


def draw_lock(
    axes: Sequence[Axes], pairs: Float[np.ndarray, "D D"], tries: int, shift: int = 1
) -> str:
    """Draw the probability of each pair, and how often each lock of this shift opens.

    Args:
        axes: Those of :func:`lock_axes`.
        pairs: Probability of each pair, the first dial along the rows.
        tries: How often a pair is drawn.
        shift: The second digit of a pair that opens a lock, less the first.

    Returns:
        A sentence with the share of locks opened.
    """
    digits = np.arange(len(pairs))
    opened = 1 - (1 - pairs[digits, (digits + shift) % len(pairs)]) ** tries  # [D]
    axes[0].imshow(pairs, **style.unit_scale() | {"vmax": 0.5})
    axes[1].bar(digits, opened, color=style.COLOURS[0])
    return f"It opens {opened.mean():.0%} of the locks."


@style.styled
def menu_axes() -> tuple[Figure, Sequence[Axes]]:
    """Return a figure and axes for :func:`draw_menu`."""
    figure = style.new_figure(3.0, layout="constrained")
    plane, bars = figure.subplots(1, 2, width_ratios=[1, 1.3])
    plane.set(xlabel="flavour 1", ylabel="flavour 2", aspect="equal")
    plane.set(xlim=(-1.4, 1.4), ylim=(-1.4, 1.4))
    bars.set(xlabel="slot", ylabel="probability", ylim=(0, 1.03))
    return figure, (plane, bars)


def draw_menu(
    axes: Sequence[Axes], observation: Mapping[str, np.ndarray], degrees: float, masked: bool
) -> str:
    """Draw dishes and an intent as directions, and the probability of serving from each slot.

    Args:
        axes: Those of :func:`menu_axes`.
        observation: An observation of :class:`memorylab.environments.Menu`.
        degrees: The intent's direction.
        masked: Whether the mask is used.

    Returns:
        A sentence with the probability of empty slots.
    """
    plane, bars = axes
    dishes, mask = observation["available_actions"], observation["action_mask"]  # [A, E], [A]
    radians = np.deg2rad(degrees)
    direction = np.array([np.cos(radians), np.sin(radians)], np.float32)  # [E]
    intent = INTENT_LENGTH * torch.from_numpy(direction)
    logits = match_embeddings(intent, torch.from_numpy(dishes))  # [A]
    if masked:
        logits = logits.masked_fill(torch.from_numpy(mask) == 0, MASKED_LOGIT)
    p = logits.softmax(-1).numpy()
    blue, orange, grey = style.COLOURS[0], style.COLOURS[1], "0.6"
    for slot in np.flatnonzero(mask):
        plane.plot(*zip((0, 0), dishes[slot], strict=True), "o-", color=blue, markevery=[1])
        plane.text(*1.2 * dishes[slot], str(slot), ha="center", va="center")
    plane.plot(*zip((0, 0), direction, strict=True), color=orange, linewidth=4, zorder=1)
    bars.bar(range(len(p)), p, color=[blue if one else grey for one in mask])
    return f"Empty slots have {p[mask == 0].sum():.0%} of the probability."


@style.styled
def plot_side_by_side(
    panels: Mapping[str, Mapping[str, Sequence[History]]], x: str, y: str
) -> Figure:
    """Draw learning curves in panels of one scale: the median of seeds, and a band around it.

    Args:
        panels: By title, and by the name of an agent, the histories of its seeds.
        x, y: The columns ``env_steps`` and ``mean_return``, as the axes call them.
    """
    figure = style.new_figure(3.6, layout="constrained")
    row = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    colours = iter(style.COLOURS)
    for axes, (title, agents) in zip(row, panels.items(), strict=True):
        for name, histories in agents.items():
            start = max(one.env_steps[0] for one in histories)
            steps = np.linspace(start, min(one.env_steps[-1] for one in histories), 60)
            returns = np.stack(
                [np.interp(steps, one.env_steps, one.mean_return) for one in histories]
            )  # [seeds, points]
            colour = next(colours)
            axes.fill_between(steps, returns.min(0), returns.max(0), color=colour, alpha=0.22)
            axes.plot(steps, np.median(returns, 0), color=colour, linewidth=2, label=name)
        axes.xaxis.set_major_locator(MaxNLocator(3))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.set(title=title, xlabel=x)
    row[0].set(ylabel=y)
    figure.legend(
        loc="outside right upper", title="line: median of seeds\nband: lowest to highest\n"
    )
    return figure
