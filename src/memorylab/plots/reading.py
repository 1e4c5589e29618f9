"""What the figures ask of a trace, and what they say when it isn't there."""

from __future__ import annotations

import operator
from collections.abc import Sequence

import numpy as np

from memorylab.memory.dnc.trace import SHAPES, DNCTrace


def read(trace: DNCTrace, name: str) -> np.ndarray:
    """Return the array ``name`` of a trace.

    Raises:
        ValueError: The trace has no such array, has no step, or the array's shape isn't the one
            that the name promises.
    """
    array = read_optional(trace, name)
    if array is None:
        raise ValueError(
            f"the trace has no array {name!r}, which this figure draws. "
            "Record the run again with DNCTrace.record."
        )
    expected = SHAPES[name].split()
    if array.ndim != len(expected) or array.size == 0:
        raise ValueError(
            f"{name} must have the shape [{', '.join(expected)}] with at least one entry, "
            f"got {list(array.shape)}."
        )
    return array


def read_optional(trace: DNCTrace, name: str) -> np.ndarray | None:
    """Return an array of a trace, or None where the run had none."""
    try:
        array = trace[name]
    except (KeyError, AttributeError, TypeError):
        array = getattr(trace, name, None)
    return None if array is None else np.asarray(array)


def read_heads(trace: DNCTrace, name: str, head: int | None) -> list[tuple[str, np.ndarray]]:
    """Return a weighting as one or more pairs of a title and an array ``[T, N]``.

    Raises:
        ValueError: ``head`` is out of range, or given for an array without heads.
        TypeError: ``head`` is not an integer.
    """
    array, title = read(trace, name), name.replace("_", " ")
    if "R" not in SHAPES[name].split():
        if head is not None:
            raise ValueError(
                f"{name} has no read heads, but head={head!r} was given: leave it out."
            )
        return [(title, array)]
    num_heads = array.shape[1]
    given = range(num_heads) if head is None else [head]
    heads = [_index(h, num_heads, "head", "read heads") for h in given]
    if num_heads == 1:
        return [(title, array[:, 0])]
    return [(f"{title}, head {h}", array[:, h]) for h in heads]


def choose_steps(steps: Sequence[int] | None, num_steps: int, default: int, most: int) -> list[int]:
    """Return the steps to show: those given, or ``default`` ones spread evenly over the run.

    Raises:
        ValueError: No step, more than ``most``, or one outside the run.
        TypeError: ``steps`` is not a sequence of integers.
    """
    if steps is None:
        return np.unique(np.linspace(0, num_steps - 1, default).round().astype(int)).tolist()
    try:
        steps = [_index(step, num_steps, "step", "steps") for step in steps]
    except TypeError as error:
        raise TypeError(
            f"steps must be a list of integers such as [0, 4], got {steps!r}."
        ) from error
    if not 1 <= len(steps) <= most:
        raise ValueError(f"between 1 and {most} steps fit into the figure, got {len(steps)}.")
    return steps


def _index(value: int, count: int, what: str, plural: str) -> int:
    try:
        index = operator.index(value)
    except TypeError as error:
        raise TypeError(f"{what} must be an integer, got {value!r}.") from error
    if not 0 <= index < count:
        raise ValueError(
            f"{what} {index} is out of range: the trace has {count} {plural}, 0 to {count - 1}."
        )
    return index
