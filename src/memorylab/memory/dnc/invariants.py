"""What always holds for the numbers of a DNC, whatever its weights."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

UNIT_INTERVAL = ("usage", "link", "erase_vector", "free_gates", "allocation_gate", "write_gate")
"""Arrays whose every number lies in [0, 1]."""

WEIGHTINGS = (
    "allocation_weighting",
    "write_content_weighting",
    "write_weighting",
    "precedence",
    "read_content_weighting",
    "forward_weighting",
    "backward_weighting",
    "read_weighting",
    "read_modes",
)
"""Arrays that are non-negative and sum to at most 1 over their last dimension."""


def find_violation(arrays: Mapping[str, np.ndarray], tolerance: float = 1e-4) -> str | None:
    """Return a sentence on the first thing that can't be so, or None if all is well.

    Args:
        arrays: Arrays of a trace, or of a state, by their names; time or batch comes first.
        tolerance: How far rounding may have carried a number.
    """
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            return _where(name, ~np.isfinite(array), "is not finite")
    for name in (*UNIT_INTERVAL, *WEIGHTINGS):
        if name in arrays:
            array = arrays[name]
            outside = (array < -tolerance) | (array > 1 + tolerance)
            if outside.any():
                return _where(name, outside, "is not in [0, 1]", array)
    for name in WEIGHTINGS:
        if name in arrays:
            total = arrays[name].sum(-1)
            if (total > 1 + tolerance).any():
                return _where(name, total > 1 + tolerance, "sums to more than 1", total)
    if "link" in arrays:
        link = arrays["link"]
        diagonal = np.diagonal(link, axis1=-2, axis2=-1)
        if (np.abs(diagonal) > tolerance).any():
            return _where("link", np.abs(diagonal) > tolerance, "links a location to itself")
        for axis, what in ((-1, "row"), (-2, "column")):
            total = link.sum(axis)
            if (total > 1 + tolerance).any():
                return _where(
                    "link", total > 1 + tolerance, f"has a {what} that sums to more than 1", total
                )
    if "read_modes" in arrays:
        total = arrays["read_modes"].sum(-1)
        wrong = np.abs(total - 1) > tolerance
        if wrong.any():
            return _where("read_modes", wrong, "does not sum to 1", total)
    for name in ("write_strength", "read_strengths"):
        if name in arrays and (arrays[name] < 1 - tolerance).any():
            return _where(name, arrays[name] < 1 - tolerance, "is below 1", arrays[name])
    return None


def _where(name: str, wrong: np.ndarray, what: str, values: np.ndarray | None = None) -> str:
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    value = "" if values is None else f" ({float(values[index]):.6g})"
    return f"{name} at {list(index)} {what}{value}."
