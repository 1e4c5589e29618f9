"""How long an update of PPO takes, with more processes and with more environments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from memorylab.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PLAYERS = {
    "without Ray": "without\nRay",
    "0": "driver\nalone",
    "1": "1 env\nrunner",
    "2": "2 env\nrunners",
}
_LEARNING, _ELSE = style.COLOURS[1], style.COLOURS[0]

Times = Mapping[str, Sequence[float]]
"""Steps of an update, its seconds, and those of the learner, by what was measured and repeat."""


def repeats_of(times: Times, name: str) -> list[Sequence[float]]:
    """Return all measurements of one thing, such as ``"fast/2"``, for two env runners.

    Raises:
        KeyError: It was never measured.
    """
    found = [one for key, one in times.items() if key.rpartition("/")[0] == name]
    if not found:
        raise KeyError(f"There are no measurements of {name!r}.")
    return found


@style.styled
def plot_update_times(times: Times) -> Figure:
    """Draw how long an update takes and where the time goes, with a fast and with a slow dealer.

    Bars are medians of the measurements, which are dots.

    Args:
        times: What ``notebooks/data/update_times.json`` holds.
    """
    figure = style.new_figure(3.0, layout="constrained")
    for axes, deck in zip(figure.subplots(1, 2), ("fast", "slow"), strict=True):
        for place, name in enumerate(_PLAYERS):
            measured = repeats_of(times, f"{deck}/{name}")
            seconds = [one[1] for one in measured]
            total = float(np.median(seconds))
            if len(measured[0]) > 2:
                learning = float(np.median([one[2] for one in measured]))
                axes.bar(place, learning, color=_LEARNING, label="learning")
                axes.bar(place, total - learning, bottom=learning, color=_ELSE, label="all else")
            else:
                axes.bar(place, total, color="0.7", label="both")
            axes.plot([place] * len(seconds), seconds, ".", color="black", label="measured")
        axes.set(title=f"{deck} dealer", ylabel="seconds for an update")
        axes.set_xticks(range(len(_PLAYERS)), list(_PLAYERS.values()))
        axes.set_ylim(0, None)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    legend = dict(zip(labels, handles, strict=True))
    figure.legend(legend.values(), legend, loc="outside upper center", ncols=4)
    return figure


@style.styled
def plot_environments(times: Times) -> Figure:
    """Draw how many steps a second training takes over the environments that are played at once.

    Args:
        times: What ``notebooks/data/update_times.json`` holds.
    """
    figure = style.new_figure(2.6, layout="constrained")
    axes = figure.subplots()
    counts = (1, 4, 16, 64)
    rates = [[one[0] / one[1] for one in repeats_of(times, f"environments/{n}")] for n in counts]
    axes.plot(counts, np.median(rates, axis=1), color=style.COLOURS[0])
    axes.plot(counts, rates, ".", color="black")
    axes.set_xscale("log", base=2)
    axes.set_xticks(counts, list(map(str, counts)))
    axes.set(xlabel="environments played at once, by the driver alone", ylim=(0, 3500))
    axes.set_ylabel("environment steps per second")
    return figure


@style.styled
def draw_shared(axes: Axes, playing: float, learning: float) -> str:
    """Draw updates whose playing is shared perfectly by more and more env runners.

    Args:
        axes: Where to draw.
        playing: Seconds that one env runner plays.
        learning: Seconds that the learner takes.
    """
    counts = np.array([1, 2, 4, 8, 16, 32])
    places, updates = range(len(counts)), playing / counts + learning
    axes.bar(places, learning / updates[0], color=_LEARNING)
    axes.bar(places, (updates - learning) / updates[0], bottom=learning / updates[0], color=_ELSE)
    return f"With 32 env runners, an update is {updates[0] / updates[-1]:.1f} times as fast."
