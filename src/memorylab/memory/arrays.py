"""The tables that describe a trace's arrays, and the checks that they stand for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from memorylab.errors import suggest

KINDS: dict[str, tuple[float, float]] = {
    "number": (-math.inf, math.inf),
    "activation": (-1, 1),
    "fraction": (0, 1),
    "weighting": (0, 1),  # and sums to at most 1 over the last dimension
    "distribution": (0, 1),  # and sums to 1 over the last dimension
    "links": (0, 1),  # and rows and columns sum to at most 1; the diagonal is 0
    "strength": (1, math.inf),
    "duration": (0, math.inf),  # in steps
}
"""The kinds of arrays, each with the range of its numbers."""


class Array(NamedTuple):
    """One row of a table of arrays: what files, checks, figures and the player know of an array.

    Attributes:
        shape: Dimensions such as ``"T R N"``, time first. A digit is a fixed size, and ``...``
            stands for any further dimensions.
        kind: A key of ``KINDS``.
        label: A short name for a column or a line of a figure.
        meaning: What the numbers say, in one line.
        columns: Names of the entries along the last dimension, where these have names.
        optional: Whether a trace may lack it.
        simple: Whether the player shows it at first contact, when it shows only what matters most.
    """

    shape: str
    kind: str
    label: str
    meaning: str
    columns: tuple[str, ...] = ()
    optional: bool = False
    simple: bool = False

    @property
    def dimensions(self) -> list[str]:
        """The dimensions as a list, such as ``["T", "R", "N"]``."""
        return self.shape.split()

    def step_shape(self, sizes: Mapping[str, int]) -> tuple[int, ...]:
        """Return the array's shape at one step, given the sizes of its dimensions."""
        return tuple(int(sizes.get(name, name)) for name in self.dimensions[1:])


COMMON: dict[str, Array] = {
    "observation": Array(
        "T ...", "number", "observation", "what the agent observed", optional=True
    ),
    "frame": Array("T ...", "number", "frame", "a picture of the environment", optional=True),
    "action": Array("T ...", "number", "action", "what the agent did", optional=True, simple=True),
    "action_probabilities": Array(
        "T A", "distribution", "probabilities", "how likely each action was", optional=True
    ),
    "reward": Array(
        "T", "number", "reward", "the reward of the action", optional=True, simple=True
    ),
    "value": Array("T", "number", "value", "the critic's estimate", optional=True),
    "input": Array("T F", "number", "input", "what went into the memory", simple=True),
    "target": Array(
        "T ...", "number", "target", "the output that was asked for", optional=True, simple=True
    ),
    "output": Array("T D", "number", "output", "what came out", simple=True),
    "mask": Array("T", "number", "counts in the loss", "1 where it counts, else 0", optional=True),
}
"""The arrays that traces of all kinds of memory have, or may have."""


def check_shapes(table: Mapping[str, Array], arrays: Mapping[str, np.ndarray]) -> dict[str, int]:
    """Return the sizes of dimensions by their letters.

    Args:
        table: The table of arrays.
        arrays: All of those that aren't optional, and any that are.

    Raises:
        ValueError: An array is missing, unknown or of a shape that doesn't fit the others.
    """
    for name in arrays:
        if name not in table:
            raise ValueError(f"A trace has no array {name!r}.{suggest(name, table)}")
    missing = [name for name, row in table.items() if not row.optional and name not in arrays]
    if missing:
        raise ValueError(f"The trace lacks {', '.join(missing)}.")
    sizes: dict[str, int] = {}
    # The optional arrays last, so that the others say what the sizes are.
    for name, row in sorted(table.items(), key=lambda item: item[1].optional):
        if name not in arrays:
            continue
        shape, dimensions = arrays[name].shape, row.dimensions
        if dimensions[-1] == "...":
            dimensions.pop()
            shape = shape[: len(dimensions)]
        if len(shape) != len(dimensions) or any(
            size != (int(dimension) if dimension.isdigit() else sizes.setdefault(dimension, size))
            for dimension, size in zip(dimensions, shape, strict=True)
        ):
            found = ", ".join(f"{key} = {size}" for key, size in sizes.items())
            raise ValueError(
                f"{name} must have the shape [{', '.join(row.dimensions)}], but has "
                f"{list(arrays[name].shape)} ({found} by the arrays before it)."
            )
    if sizes["T"] == 0:
        raise ValueError("A trace has at least one step, but this one has none.")
    return sizes


def violations(array: np.ndarray, kind: str, tolerance: float):
    """Yield what can be wrong with an array: where it is, in words, and the values to show."""
    yield ~np.isfinite(array), "is not finite", array
    low, high = KINDS[kind]
    if math.isfinite(high):
        outside = (array < low - tolerance) | (array > high + tolerance)
        yield outside, f"is not in [{low}, {high}]", array
    else:
        yield array < low - tolerance, f"is below {low}", array
    total = array.sum(-1) if array.ndim else array
    if kind == "weighting":
        yield total > 1 + tolerance, "sums to more than 1", total
    if kind == "distribution":
        yield np.abs(total - 1) > tolerance, "does not sum to 1", total
    if kind == "links":
        diagonal = np.diagonal(array, axis1=-2, axis2=-1)
        yield np.abs(diagonal) > tolerance, "links a location to itself", diagonal
        yield total > 1 + tolerance, "has a row that sums to more than 1", total
        columns = array.sum(-2)
        yield columns > 1 + tolerance, "has a column that sums to more than 1", columns
