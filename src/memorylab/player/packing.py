"""What crosses to the browser: a header, and one block of numbers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Int

from memorylab.memory.dnc.trace import DNCTrace
from memorylab.memory.trace import MemoryTrace
from memorylab.training.film import Film

_TOLERANCE = 1e-9
"""How far what the browser computes may be from what was recorded."""


class Block:
    """Numbers of several arrays in one block of bytes, to be sent."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self._known: dict[bytes, int] = {}  # where the arrays of some bytes are

    def add(self, array: np.ndarray, exact: bool = False) -> dict[str, Any]:
        """Append an array; return its type, shape and offset in bytes.

        Args:
            array: The numbers.
            exact: Whether all digits are sent. Otherwise, 32-bit floats are.
        """
        # Float32 says the same of bits, and of weights that were trained in it.
        narrow = array.astype("<f4")
        wide = exact and not np.array_equal(narrow, array, equal_nan=True)
        data = (array.astype("<f8") if wide else narrow).tobytes()
        data += bytes(-len(data) % 8)  # a browser reads 64-bit floats at multiples of 8 alone
        # Sent once, such as the input that all frames of a film share.
        offset = self._known.setdefault(data, self._size)
        if offset == self._size:
            self._parts.append(data)
            self._size += len(data)
        return {"type": "f8" if wide else "f4", "offset": offset, "shape": list(array.shape)}

    def tobytes(self) -> bytes:
        """Return all arrays, each at its offset."""
        return b"".join(self._parts)


def pack(
    traces: Sequence[MemoryTrace],
    labels: Sequence[str],
    orders: Sequence[Int[np.ndarray, "N"]],
    block: Block | None = None,
    *,
    live: bool = False,
) -> tuple[dict[str, Any], bytes]:
    """Return the header and the numbers of some runs.

    The header has for each array its row of the trace's table, its range over all runs, its shape,
    and the type and place of its numbers. If the memory of a run follows from what its controller
    asked for, only that crosses, in all its digits, and the browser computes the rest. A run of
    which that isn't true, such as one with numbers that aren't finite, crosses whole.

    Args:
        traces: The runs. A memory without locations and read heads has 0 of them.
        labels: A heading for each run.
        orders: The locations of each run as they are to be shown.
        block: Takes the numbers, behind what it has already.
        live: Whether the browser runs the model of the first run, so that all but its input and
            its optional arrays follow.
    """
    block = Block() if block is None else block
    ranges = {
        name: _range([one[name] for one in traces if name in one])
        for name in {name for trace in traces for name in trace.table if name in trace}
    }
    runs = []
    for i, (trace, label, order) in enumerate(zip(traces, labels, orders, strict=True)):
        exact, followed, how = _split(trace)
        if live and i == 0:
            computed = [name for name in trace.required() if name != "input"]
            exact, followed, how = ["input"], computed, {"follows": "model"}
        arrays = {}
        for name in filter(trace.__contains__, trace.table):
            row, (low, high) = trace.table[name], ranges[name]
            arrays[name] = row._asdict() | {
                "axes": row.shape,
                "shape": list(trace[name].shape),
                "low": low,
                "high": high,
            }
            if name not in followed:
                arrays[name] |= block.add(trace[name], exact=name in exact)
        places = {"order": [int(location) for location in order]}
        runs.append({"label": label, **_describe(trace), **places, "arrays": arrays, **how})
    return {"runs": runs}, block.tobytes()


def _describe(trace: MemoryTrace) -> dict[str, Any]:
    """Return what the header says of a run besides its arrays."""
    return {
        "kind": trace.kind,
        "about": trace.about,
        "answer": _answer(trace),
        "steps": trace.num_steps,
        "locations": trace.sizes.get("N", 0),
        "word": trace.sizes.get("W", 0),
        "heads": trace.sizes.get("R", 0),
        "frame": _frame(trace),
        "scenes": _scenes(trace),
        "actions": _action_names(trace),
    }


def pack_film(
    film: Film, labels: Sequence[str], orders: Sequence[Int[np.ndarray, "N"]]
) -> tuple[dict[str, Any], bytes]:
    """Return the header and the numbers of a film.

    The header's one run is the film's last. ``film`` has the ``labels`` and of each frame what
    differs from that run, with the type and place of its numbers in ``places``.

    Args:
        film: The film, of at least one frame.
        labels: What each frame is called.
        orders: The locations of each frame as they are to be shown.
    """
    header, data = pack(film.traces, [""] * len(film), orders)
    last = header["runs"][-1]
    frames = []
    for run in header["runs"]:
        keys = (run.keys() | last.keys()) - {"arrays"}
        frame = {key: run.get(key) for key in sorted(keys) if run.get(key) != last.get(key)}
        rows = {name: row for name, row in run["arrays"].items() if "offset" in row}
        frame["places"] = {
            name: {"type": row["type"], "offset": row["offset"]} for name, row in rows.items()
        }
        frames.append(frame)
    return {"runs": [last], "film": {"labels": list(labels), "frames": frames}}, data


def _split(trace: MemoryTrace) -> tuple[Sequence[str], Sequence[str], dict[str, Any]]:
    """Return what a run's controller asked for, what follows from it, and how, for the header.

    All three are empty if nothing follows, or if there is no PyTorch to tell.
    """
    if not isinstance(trace, DNCTrace):
        return (), (), {}
    try:
        from memorylab.memory.dnc import replay
        from memorylab.memory.dnc.state import Interface
    except ImportError:
        return (), (), {}
    asked, followed = Interface._fields, replay.FROM_INTERFACE
    try:
        disturbance = replay.recorded_disturbance(trace.metadata)
    except (TypeError, ValueError):
        return (), (), {}  # the user's own metadata under these names
    given = {name: trace[name] for name in asked}
    for number, step in enumerate(replay.replay_steps(given, trace.num_locations, disturbance)):
        for name in followed:
            # Also false where one of the two is not a number.
            if not np.abs(step[name] - trace[name][number]).max() <= _TOLERANCE:
                return (), (), {}
    return asked, followed, {"follows": "controller", "disturbance": str(disturbance)}


def _range(arrays: Sequence[np.ndarray]) -> tuple[float, float]:
    """Return the least and the greatest finite number of some arrays."""
    finite = np.concatenate([array[np.isfinite(array)] for array in arrays])
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)


def _answer(trace: MemoryTrace) -> str:
    """Return ``"bits"`` if the outputs are logits of bits, as in all of the package's tasks."""
    if "target" not in trace or trace.target.shape != trace.output.shape:
        return "numbers"
    return "bits" if np.isin(trace.target, (0, 1)).all() else "numbers"


def _frame(trace: MemoryTrace) -> dict[str, Any] | None:
    """Return the array of pictures, ``[T, H, W]`` or with colours, and their form."""
    for name in ("frame", "observation"):
        if name in trace and 3 <= trace[name].ndim <= 4:
            height, width, channels = (*trace[name].shape[1:], 1)[:3]
            if channels in (1, 3, 4):
                return {"name": name, "height": height, "width": width, "channels": channels}
    return None


def _scenes(trace: MemoryTrace) -> dict[str, list[Any]] | None:
    """Return the scenes of an episode, with each shape once and its number wherever it is."""
    scenes = trace.metadata.get("scenes")
    if scenes is None:
        return None
    if not isinstance(scenes, list) or len(scenes) != trace.num_steps + 1:
        raise ValueError(
            f"The trace's metadata must have a list of {trace.num_steps + 1} scenes, one before "
            f"each action and one at the end, but has {scenes!r:.80}."
        )
    from memorylab.environments.scene import check_scene

    numbers: dict[str, int] = {}
    packed = []
    for scene in map(check_scene, scenes):
        keys = [json.dumps(shape) for shape in scene["shapes"]]
        packed.append(scene | {"shapes": [numbers.setdefault(key, len(numbers)) for key in keys]})
    return {"shapes": [json.loads(key) for key in numbers], "scenes": packed}


def _action_names(trace: MemoryTrace) -> list[str] | None:
    """Return the names of an episode's actions."""
    names = trace.metadata.get("action_names")
    if names is None or (isinstance(names, list) and all(isinstance(one, str) for one in names)):
        return names
    raise ValueError(
        f"The trace's metadata must have action_names as texts, but has {names!r:.80}."
    )
