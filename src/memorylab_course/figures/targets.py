"""Target networks: how far each lags behind the network in training."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from memorylab.plots import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@style.styled
def plot_target_lag(
    online: Sequence[float] | Float[np.ndarray, "K"],
    targets: Mapping[float, Sequence[float] | Float[np.ndarray, "K"]],
    y: str,
) -> Figure:
    """Draw a number of a network that is trained, and the same number of its target networks.

    The legend gives each target's half-life: the number of updates that take it half the way to a
    network that stays the same, ``ln ½ / ln(1 − tau)``.

    Args:
        online: The network's number after each update.
        targets: For each ``tau``, the number of the target network that is updated with it.
        y: What the number is, for the axis.

    Raises:
        ValueError: There is no target, one is not as long as ``online``, or a ``tau`` is not above
            0 and at most 1.
    """
    online = np.asarray(online, dtype=float)
    if online.ndim != 1 or online.size == 0:
        raise ValueError(f"online must have the shape [K] with K >= 1, got {list(online.shape)}.")
    if not targets:
        raise ValueError("targets is empty: give at least one, {tau: values}.")
    figure = style.new_figure(3.8, layout="constrained")
    axes = figure.subplots()
    steps = np.arange(1, online.size + 1)
    axes.plot(steps, online, color=style.COLOURS[-1], linewidth=0.9, label="network in training")
    for index, (tau, values) in enumerate(sorted(targets.items(), reverse=True)):
        values = np.asarray(values, dtype=float)
        if values.shape != online.shape:
            raise ValueError(
                f"the target with tau={tau} must be as long as online, [{online.size}], "
                f"got {list(values.shape)}."
            )
        colour = style.COLOURS[index % (len(style.COLOURS) - 1)]
        half_life = _half_life(tau)
        label = f"target, τ = {tau:g}\nhalf-life {half_life}"
        axes.plot(steps, values, color=colour, linewidth=2.2, label=label)
    figure.legend(loc="outside right upper", alignment="left", labelspacing=0.9)
    axes.set(xlabel="update", ylabel=y)
    axes.margins(x=0.01)
    axes.grid(color="#dddddd", linewidth=0.6)
    return figure


def _half_life(tau: float) -> str:
    if not isinstance(tau, Real) or not 0 < tau <= 1:
        raise ValueError(f"the keys of targets are tau, above 0 and at most 1, got {tau!r}.")
    updates = math.log(0.5) / math.log1p(-tau) if tau < 1 else 0.0
    return f"{updates:.0f} updates" if updates >= 9.95 else f"{updates:.1f} updates"
