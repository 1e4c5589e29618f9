"""The steps and the order of locations that a figure shows."""

from __future__ import annotations

import operator
from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

from memorylab.errors import reject_unknown_keys
from memorylab.memory.dnc.trace import DNCTrace
from memorylab.memory.trace import MemoryTrace

_WRITTEN = 0.1  # the lowest peak of a write weighting that counts as a write


def first_write_order(trace: DNCTrace) -> Int[np.ndarray, "N"]:
    """Return the locations in the order in which the run first wrote to them.

    Weightings are soft: almost every location gets a small share of each write. So a location's
    first write is the first step at which its write weighting reaches half of its own maximum. A
    location that never reaches 0.1 counts as never written; such locations come last. Ties keep the
    order of the slots, and NaN counts as 0.
    """
    weighting = np.nan_to_num(trace.write_weighting, nan=0.0)  # [T, N]
    peak = weighting.max(axis=0)  # [N]
    first = (weighting >= peak / 2).argmax(axis=0)  # [N]
    return np.argsort(np.where(peak >= _WRITTEN, first, len(weighting)), kind="stable")


def choose_order(trace: MemoryTrace, order: str) -> tuple[Int[np.ndarray, "N"], str]:
    """Return the locations in the order in which to draw them, and an addition to axis labels.

    A memory without locations has none to return, and only the order ``"slot"``.
    """
    reject_unknown_keys([order], ("slot", "first_write"), "order of the locations")
    if order == "slot":
        return np.arange(trace.sizes.get("N", 0)), ""
    if not isinstance(trace, DNCTrace):
        raise ValueError(f"order must be 'slot' for a {type(trace).__name__}: it has no locations.")
    return first_write_order(trace), " (in order of first write)"


def choose_steps(steps: Sequence[int] | None, num_steps: int, default: int, most: int) -> list[int]:
    """Return the steps to show: those given, or ``default`` ones spread evenly over the run."""
    if steps is None:
        return np.unique(np.linspace(0, num_steps - 1, default).round().astype(int)).tolist()
    try:
        steps = [operator.index(step) for step in steps]
    except TypeError as error:
        raise TypeError(
            f"steps must be a list of integers such as [0, 4], got {steps!r}."
        ) from error
    for step in steps:
        if not 0 <= step < num_steps:
            raise ValueError(
                f"step {step} is out of range: the trace has {num_steps} steps, 0 to "
                f"{num_steps - 1}."
            )
    if not 1 <= len(steps) <= most:
        raise ValueError(f"between 1 and {most} steps fit into the figure, got {len(steps)}.")
    return steps
