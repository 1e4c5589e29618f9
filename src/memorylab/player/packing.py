"""What crosses to the browser: a header, and one block of 32-bit floats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Int

from memorylab.memory.dnc.trace import DNCTrace
from memorylab.memory.trace import MemoryTrace

WHOLE_BYTES = 2_000_000
"""A run of up to this size crosses whole; of a larger one, the browser recomputes what it can."""

_TOLERANCE = 1e-5

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
    traces: Sequence[MemoryTrace], labels: Sequence[str], orders: Sequence[Int[np.ndarray, "N"]]
) -> tuple[dict[str, Any], bytes]:
    """Return the header and the numbers of some runs.

    The header has for each array its row of the trace's table, its range over all runs, its shape
    and where its numbers begin. Of a run of more than ``WHOLE_BYTES`` only the first step of the
    arrays in ``RECOMPUTED`` crosses, if the paper's equations give the rest to 1e-5. For a
    wounded memory and for numbers that aren't finite they don't; such a run crosses whole. Each run
    has a heading in ``labels``, and in ``orders`` its locations as they are to be shown. A memory
    without locations and read heads has 0 of them.
    """
    runs, blocks, offset = [], [], 0
    for trace, label, order in zip(traces, labels, orders, strict=True):
        large = 4 * sum(array.size for array in trace.arrays.values()) > WHOLE_BYTES
        follows_itself = isinstance(trace, DNCTrace) and large and follows(trace)
        recomputed = RECOMPUTED if follows_itself else ()
        arrays = {}
        for name in filter(trace.__contains__, trace.table):
            sent = trace[name][:1] if name in recomputed else trace[name]
            low, high = _range([one[name] for one in traces if name in one])
            arrays[name] = trace.table[name]._asdict() | {
                "axes": trace.table[name].shape,
                "shape": list(trace[name].shape),
                "offset": offset,
                "sent": len(sent),
                "low": low,
                "high": high,
            }
            blocks.append(np.ascontiguousarray(sent, dtype="<f4").tobytes())
            offset += sent.size
        runs.append(
            {
                "label": label,
                "kind": trace.kind,
                "about": trace.about,
                "answer": _answer(trace),
                "steps": trace.num_steps,
                "locations": trace.sizes.get("N", 0),
                "word": trace.sizes.get("W", 0),
                "heads": trace.sizes.get("R", 0),
                "order": [int(location) for location in order],
                "frame": _frame(trace),
                "arrays": arrays,
            }
        )
    return {"runs": runs}, b"".join(blocks)


def follows(trace: DNCTrace) -> bool:
    """Tell whether ``RECOMPUTED`` follow from their first step and the other arrays, as sent."""
    import torch  # a small run is packed without it

    from memorylab.memory.dnc import addressing

    def as_sent(name: str) -> torch.Tensor:
        return torch.from_numpy(trace[name].astype(np.float32).astype(np.float64))

    memory, link, precedence = (as_sent(name)[0] for name in RECOMPUTED[:3])
    write, erase, add = map(as_sent, ("write_weighting", "erase_vector", "write_vector"))
    read, keys, strengths = map(as_sent, ("read_weighting", "read_keys", "read_strengths"))
    for step in range(1, len(trace)):
        link = addressing.temporal_link(link, precedence, write[step])
        precedence = addressing.precedence(precedence, write[step])
        memory = addressing.write_memory(memory, write[step], erase[step], add[step])
        again = (
            memory,
            link,
            precedence,
            addressing.content_weighting(memory, keys[step], strengths[step]),
            addressing.forward_weighting(link, read[step - 1]),
            addressing.backward_weighting(link, read[step - 1]),
            addressing.read_vectors(memory, read[step]),
        )
        for name, array in zip(RECOMPUTED, again, strict=True):
            # Also false where one of the two is not a number.
            if not np.abs(array.numpy() - trace[name][step]).max() <= _TOLERANCE:
                return False
    return True


def _range(arrays: Sequence[np.ndarray]) -> tuple[float, float]:
    """Return the least and the greatest finite number of some arrays."""
    finite = np.concatenate([array[np.isfinite(array)] for array in arrays])
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)


def _answer(trace: MemoryTrace) -> str:
    """Return ``"bits"`` if the outputs are logits of bits, as in all of the package's tasks."""
    if "target" not in trace or trace.target.shape != trace.output.shape:
        return "numbers"
    return "bits" if np.isin(trace.target, (0, 1)).all() else "numbers"


def _frame(trace: MemoryTrace) -> dict[str, int] | None:
    """Return the form of the observations if they are pictures, ``[T, H, W]`` or with colours."""
    if "observation" not in trace or not 3 <= trace.observation.ndim <= 4:
        return None
    height, width, channels = (*trace.observation.shape[1:], 1)[:3]
    if channels not in (1, 3, 4):
        return None
    return {"height": height, "width": width, "channels": channels}
