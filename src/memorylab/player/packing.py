"""What crosses to the browser: a header in JSON and one block of 32-bit floats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float, Int

if TYPE_CHECKING:
    from memorylab.memory.dnc.trace import DNCTrace

WHOLE_BYTES = 2_000_000
"""Up to this size a run crosses as it is; beyond, the browser recomputes what it can."""

TOLERANCE = 1e-5
"""How far from the recorded numbers the recomputed ones may be."""

RECOMPUTED = (
    "memory",
    "link",
    "precedence",
    "read_content_weighting",
    "forward_weighting",
    "backward_weighting",
    "read_vectors",
)
"""What the browser can recompute, by the paper's equations, from the other arrays of a trace."""


def pack(
    traces: Sequence[DNCTrace], labels: Sequence[str], orders: Sequence[Int[np.ndarray, "N"]]
) -> tuple[dict[str, Any], bytes]:
    """Return the header and the numbers of some runs.

    A run of more than ``WHOLE_BYTES`` crosses without the arrays in ``RECOMPUTED`` and with their
    first step instead, if they follow from the others to ``TOLERANCE``. Those of a wounded memory
    don't, nor do numbers that aren't finite; such a run crosses whole.

    Args:
        traces: The runs.
        labels: A heading for each; empty for none.
        orders: The locations of each in the order in which to show them.
    """
    runs, blocks, offset = [], [], 0
    # One scale for all runs, or the same colour would mean two numbers.
    ranges: dict[str, list[float]] = {}
    for trace in traces:
        for name, array in trace.arrays.items():
            low, high = _range(array)
            known = ranges.setdefault(name, [low, high])
            ranges[name] = [min(low, known[0]), max(high, known[1])]
    for trace, label, order in zip(traces, labels, orders, strict=True):
        arrays, recompute = _chosen(trace)
        run = {
            "label": label,
            "steps": trace.num_steps,
            "locations": trace.num_locations,
            "word": trace.word_size,
            "heads": trace.num_read_heads,
            "order": [int(location) for location in order],
            "recompute": recompute,
            "frame": _frame(trace),
            "ranges": {name: ranges[name] for name in trace.arrays},
            "arrays": {},
        }
        for name, array in arrays.items():
            run["arrays"][name] = {"offset": offset, "shape": list(array.shape)}
            blocks.append(np.ascontiguousarray(array, dtype="<f4").tobytes())
            offset += array.size
        runs.append(run)
    return {"runs": runs}, b"".join(blocks)


def _chosen(trace: DNCTrace) -> tuple[dict[str, np.ndarray], list[str] | None]:
    """Return the arrays to send, and the names of those to be recomputed."""
    whole = dict(trace.arrays)
    if 4 * sum(array.size for array in whole.values()) <= WHOLE_BYTES or not follows(whole):
        return whole, None
    # Not of the read vectors, which the first step's memory and weightings give.
    first = {f"{name}_0": whole[name][:1] for name in RECOMPUTED[:-1]}
    del first["read_content_weighting_0"]
    kept = {name: array for name, array in whole.items() if name not in RECOMPUTED}
    return kept | first, list(RECOMPUTED)


def follows(arrays: Mapping[str, np.ndarray]) -> bool:
    """Tell whether the arrays in ``RECOMPUTED`` follow from the others to ``TOLERANCE``."""
    given = {name: np.float32(array).astype(np.float64) for name, array in arrays.items()}
    memory, link, precedence = (arrays[name][0] for name in RECOMPUTED[:3])
    for step in range(len(arrays["memory"])):
        write = given["write_weighting"][step]  # [N]
        if step > 0:
            kept = np.maximum(0, 1 - write[:, None] - write)  # [N, N]
            link = kept * link + write[:, None] * precedence
            np.fill_diagonal(link, 0)
            precedence = max(0, 1 - write.sum()) * precedence + write
            memory = memory * (1 - write[:, None] * given["erase_vector"][step])  # [N, W]
            memory = memory + write[:, None] * given["write_vector"][step]
        read = given["read_weighting"][step]  # [R, N]
        again = {
            "memory": memory,
            "link": link,
            "precedence": precedence,
            "read_content_weighting": _look_up(
                memory, given["read_keys"][step], given["read_strengths"][step]
            ),
            "read_vectors": read @ memory,
        }
        if step > 0:
            before = given["read_weighting"][step - 1]  # [R, N]
            again |= {"forward_weighting": before @ link.T, "backward_weighting": before @ link}
        for name, array in again.items():
            # Also false where one of the two is not a number.
            if not np.abs(array - arrays[name][step]).max() <= TOLERANCE:
                return False
    return True


def _look_up(
    memory: Float[np.ndarray, "N W"],
    keys: Float[np.ndarray, "R W"],
    strengths: Float[np.ndarray, "R"],
) -> Float[np.ndarray, "R N"]:
    norms = np.sqrt((memory**2).sum(-1) + 1e-6)  # [N]
    cosine = keys @ memory.T / (np.sqrt((keys**2).sum(-1, keepdims=True) + 1e-6) * norms)  # [R, N]
    scores = strengths[:, None] * cosine
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True)


def _range(array: np.ndarray) -> list[float]:
    """Return the least and the greatest number that is one."""
    finite = array[np.isfinite(array)]
    return [float(finite.min()), float(finite.max())] if finite.size else [0.0, 1.0]


def _frame(trace: DNCTrace) -> dict[str, Any] | None:
    """Return the form of the observations if they are pictures, ``[T, H, W]`` or with colours."""
    if "observation" not in trace or not 3 <= trace.observation.ndim <= 4:
        return None
    height, width, channels = (*trace.observation.shape[1:], 1)[:3]
    if channels not in (1, 3, 4):
        return None
    low, high = _range(trace.observation)
    return {"height": height, "width": width, "channels": channels, "low": low, "high": high}
