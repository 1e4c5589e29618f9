"""The order in which a run wrote to its locations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Int

from memorylab.errors import reject_unknown_keys
from memorylab.plots.reading import read

if TYPE_CHECKING:
    from memorylab.memory.dnc.trace import DNCTrace

ORDERS = ("slot", "first_write")


def first_write_order(trace: DNCTrace, threshold: float = 0.1) -> Int[np.ndarray, "N"]:
    """Return the locations in the order in which the run first wrote to them.

    Weightings are soft and always leave a little somewhere. So a location's first write is the
    first step at which its write weighting reaches half of the highest it reaches in the run, and
    a location that never reaches ``threshold`` counts as never written. Those come last; ties keep
    the order of the slots.

    Args:
        trace: A run; of its arrays, only ``write_weighting [T, N]`` is read. NaN counts as 0.
        threshold: The lowest peak that counts as a write, in (0, 1].

    Raises:
        ValueError: ``threshold`` is out of range, or the trace lacks its write weightings.
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold must lie in (0, 1], got {threshold!r}.")
    weighting = np.nan_to_num(read(trace, "write_weighting"), nan=0.0)  # [T, N]
    peak = weighting.max(axis=0)  # [N]
    first = (weighting >= peak / 2).argmax(axis=0)  # [N]
    return np.argsort(np.where(peak >= threshold, first, len(weighting)), kind="stable")


def choose_order(trace: DNCTrace, order: str) -> tuple[Int[np.ndarray, "N"], str]:
    """Return the locations in the order in which to draw them, and words for the axes' labels.

    Raises:
        ValueError: ``order`` is neither ``"slot"`` nor ``"first_write"``.
    """
    reject_unknown_keys([order], ORDERS, "order of the locations")
    if order == "first_write":
        return first_write_order(trace), " (in order of first write)"
    return np.arange(read(trace, "write_weighting").shape[1]), ""
