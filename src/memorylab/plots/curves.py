"""Learning curves of several models, with several seeds each, and of a run under way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from memorylab.files import printable
from memorylab.plots import style
from memorylab.plots.style import Figure

_LINES = ("-", "--", ":", "-.")
_Seeds = list[tuple[Float[np.ndarray, "K"], Float[np.ndarray, "K"]]]


@style.plain
def plot_learning_curves(
    histories: Mapping[str, Sequence[tuple[Sequence[float], Sequence[float]]]],
    x: str,
    y: str,
    *,
    target: float | None = None,
    target_label: str = "target",
) -> Figure:
    """Draw how each model learns: the median over its seeds, in a band from lowest to highest.

    Seeds need not share their x; between two points a curve is linear. Median and band cover the
    stretch that all seeds of a model reach; seeds that go further continue as thin lines.
    A NaN leaves a gap.

    Args:
        histories: For each model's name, one pair of arrays ``(x [K], y [K])`` per seed, such as
            training steps and bit error, or environment steps and return.
        x: What x counts, for the axis.
        y: What y measures, for the axis.
        target: Draw a horizontal line here, such as the return of perfect play.
        target_label: The line's name in the legend.

    Raises:
        ValueError: There is no curve, x does not increase, x and y differ in length, the seeds of
            a model share no stretch of x.
    """
    if not histories:
        raise ValueError("histories is empty: give at least one model, {name: [(x, y), ...]}.")
    curves = {label: _check(label, seeds) for label, seeds in histories.items()}
    figure = style.new_figure(3.8, layout="constrained")
    axes = figure.subplots()
    for index, (label, seeds) in enumerate(curves.items()):
        colour = style.COLOURS[index % len(style.COLOURS)]
        line = _LINES[index // len(style.COLOURS) % len(_LINES)]
        _draw_model(axes, label, seeds, {"color": colour, "linestyle": line})
    if target is not None:
        axes.axhline(
            target, color="black", linestyle=(0, (5, 3)), linewidth=1, label=printable(target_label)
        )
    several = any(len(seeds) > 1 for seeds in curves.values())
    figure.legend(
        loc="outside right upper",
        title="line: median of seeds\nband: lowest to highest\n" if several else None,
        alignment="left",
    )
    axes.set(xlabel=printable(x), ylabel=printable(y))
    axes.margins(x=0.01)
    axes.grid(color="#dddddd", linewidth=0.6)
    if all((seed_x == seed_x.round()).all() for seeds in curves.values() for seed_x, _ in seeds):
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, min_n_ticks=1))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    return figure


@dataclass(frozen=True)
class LiveCurve:
    """Draws the history of a run under way: ``train(..., live=LiveCurve("step", "bit_error"))``.

    Calling it with a history returns the figure.

    Attributes:
        x: The history's column along x, such as ``"step"`` or ``"env_steps"``.
        y: The column along y, such as ``"bit_error"`` or ``"mean_return"``.
        behind: Other histories to draw behind it, as a line and a band for each name.
        target: Draw a horizontal line here.
        target_label: The line's name in the legend.
        label: The run's own name in the legend.
        x_label: Label of the horizontal axis; by default the column's name.

    Raises:
        ValueError: ``behind`` has the run's own label, or what :func:`plot_learning_curves` raises.
        AttributeError: A history lacks a column; the message names those it has.
    """

    x: str
    y: str
    behind: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    target: float | None = None
    target_label: str = "target"
    label: str = "this run"
    x_label: str | None = None

    def __post_init__(self) -> None:
        if self.label in self.behind:
            raise ValueError(f"{self.label!r} is in behind, but is the label of the run itself.")

    def __call__(self, history: Any) -> Figure:
        """Draw a history, which may still be empty."""
        own = (getattr(history, self.x), getattr(history, self.y))
        curves = {
            label: [(getattr(one, self.x), getattr(one, self.y)) for one in histories]
            for label, histories in self.behind.items()
        }
        # Before the first measurement there is an empty frame.
        curves[self.label] = [own if len(own[0]) else ([0], [np.nan])]
        x, y = (name.replace("_", " ") for name in (self.x, self.y))
        return plot_learning_curves(
            curves, self.x_label or x, y, target=self.target, target_label=self.target_label
        )


def _draw_model(axes: Axes, label: str, seeds: _Seeds, line: dict[str, str]) -> None:
    """Draw a model's median, the band around it, and the seeds that continue beyond it."""
    at, values = _on_common_points(label, seeds)  # [K], [seeds, K]
    count = f"{len(seeds)} seeds" if len(seeds) > 1 else "1 seed"
    if len(seeds) > 1:
        low, high = values.min(axis=0), values.max(axis=0)
        axes.fill_between(at, low, high, color=line["color"], alpha=0.22, linewidth=0)
        for seed_x, seed_y in seeds:
            beyond = np.concatenate([at[-1:], seed_x[seed_x >= at[-1]]])
            alone = np.interp(beyond, seed_x, seed_y)
            axes.plot(beyond, alone, color=line["color"], linewidth=0.9, alpha=0.7)
    marker = "o" if len(at) == 1 else None
    label = printable(f"{label} ({count})")
    axes.plot(at, np.median(values, axis=0), linewidth=2, marker=marker, label=label, **line)


def _check(label: str, seeds: Sequence[tuple[Sequence[float], Sequence[float]]]) -> _Seeds:
    if not len(seeds):
        raise ValueError(f"{label!r} has no history: give one pair (x, y) per seed.")
    checked = []
    for seed, pair in enumerate(seeds):
        where = f"{label!r}, seed {seed}"
        if len(pair) != 2:
            raise ValueError(f"{where}: expected a pair (x, y), got {len(pair)} items.")
        seed_x, seed_y = (np.asarray(values, dtype=float) for values in pair)
        if seed_x.ndim != 1 or seed_x.shape != seed_y.shape or seed_x.size == 0:
            raise ValueError(
                f"{where}: x and y must be of one shape [K] with K >= 1, "
                f"got {list(seed_x.shape)} and {list(seed_y.shape)}."
            )
        if not (np.diff(seed_x) > 0).all() or not np.isfinite(seed_x).all():
            raise ValueError(f"{where}: x must be finite and increase from step to step.")
        checked.append((seed_x, seed_y))
    return checked


def _on_common_points(label: str, seeds: _Seeds) -> tuple[np.ndarray, np.ndarray]:
    """Return all seeds at all points of x between the last start and the first end."""
    start, end = max(sx[0] for sx, _ in seeds), min(sx[-1] for sx, _ in seeds)
    if start > end:
        raise ValueError(
            f"the seeds of {label!r} share no stretch of x: one ends at {end:g} and another begins "
            f"at {start:g}."
        )
    at = np.unique(np.concatenate([seed_x for seed_x, _ in seeds]))
    at = at[(at >= start) & (at <= end)]
    return at, np.stack([np.interp(at, seed_x, seed_y) for seed_x, seed_y in seeds])
