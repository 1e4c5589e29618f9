"""The share of each of several losses in the gradient of one network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import MaxNLocator, PercentFormatter

from memorylab.plots import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@style.styled
def plot_gradient_shares(shares: Sequence[Mapping[str, float]]) -> Figure:
    """Draw the share of each loss in the gradient over training, one bar for each update.

    Args:
        shares: For each update the share of each loss, by name, from 0 to 1. They sum to 1, or
            are all 0 where no loss had a gradient. The first is drawn lowest.

    Raises:
        ValueError: There is no update, two updates name different losses, a share is not in [0, 1],
            or the shares of an update sum to neither 1 nor 0.
    """
    if not len(shares):
        raise ValueError("shares is empty: give at least one update, [{name: share, ...}].")
    names = list(shares[0])
    for update, given in enumerate(shares):
        if set(given) != set(names) or not names:
            raise ValueError(
                f"every update must have the shares of {', '.join(names) or 'one loss at least'}, "
                f"but update {update} has {', '.join(given) or 'none'}."
            )
        values = np.array(list(given.values()), dtype=float)
        total = values.sum()
        if not ((values >= 0) & (values <= 1)).all() or not np.isclose(total, round(total)):
            raise ValueError(
                f"shares must lie in [0, 1] and sum to 1, but those of update {update} are "
                f"{', '.join(f'{name}: {given[name]:g}' for name in given)}."
            )
    figure = style.new_figure(3.6, layout="constrained")
    axes = figure.subplots()
    steps, floor = np.arange(1, len(shares) + 1), np.zeros(len(shares))
    for index, name in enumerate(names):
        heights = np.array([float(given[name]) for given in shares])
        axes.bar(
            steps,
            heights,
            width=0.92,
            bottom=floor,
            color=style.COLOURS[index % len(style.COLOURS)],
            label=name.replace("_", " "),
        )
        floor += heights
    # Reversed, so that the legend has the order of the bars.
    figure.legend(loc="outside right upper", reverse=True, title="loss", alignment="left")
    axes.set(xlabel="update", ylabel="share of the gradient", ylim=(0, 1))
    axes.set_xlim(0.4, len(shares) + 0.6)
    axes.xaxis.set_major_locator(MaxNLocator(12, integer=True, min_n_ticks=1))
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    return figure
