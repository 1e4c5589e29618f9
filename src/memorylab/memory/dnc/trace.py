"""A trace: everything that one run of a DNC did, as plain arrays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from memorylab.errors import suggest
from memorylab.files import write_atomically
from memorylab.memory.dnc import invariants

if TYPE_CHECKING:
    from memorylab.memory.dnc.dnc import DNC

FORMAT_VERSION = 1
_HEADER = "header"

SHAPES: dict[str, str] = {
    # What went in and came out.
    "input": "T F",
    "output": "T D",
    # The memory as it stands after each step.
    "memory": "T N W",
    "usage": "T N",
    "precedence": "T N",
    "link": "T N N",
    "write_weighting": "T N",
    "read_weighting": "T R N",
    "read_vectors": "T R W",
    # The weightings on the way.
    "allocation_weighting": "T N",
    "write_content_weighting": "T N",
    "read_content_weighting": "T R N",
    "forward_weighting": "T R N",
    "backward_weighting": "T R N",
    # What the controller asked for.
    "write_key": "T W",
    "write_strength": "T",
    "erase_vector": "T W",
    "write_vector": "T W",
    "free_gates": "T R",
    "allocation_gate": "T",
    "write_gate": "T",
    "read_keys": "T R W",
    "read_strengths": "T R",
    "read_modes": "T R 3",
}
"""Every array of a trace with its shape: T steps, N locations, words of W, R read heads."""

OPTIONAL_SHAPES: dict[str, str] = {
    "target": "T ...",
    "mask": "T",
    "observation": "T ...",
    "action": "T ...",
    "reward": "T",
    "value": "T",
}
"""Arrays that only some traces have: of a supervised task, or of an agent's episode."""


class DNCTrace:
    """What one run of a DNC did, step by step.

    Each array is an attribute, time first: ``trace.usage`` is ``[T, N]``. State arrays (memory,
    usage, precedence, link, weightings) are as they stand after step t; ``read_modes`` are in the
    order backward, content, forward; ``link[t, i, j]`` is the degree to which location i was
    written right after location j. See ``SHAPES`` for all of them. A run is recorded in double
    precision, so that from the controller's part alone (keys, strengths, gates, vectors, modes) the
    paper's equations give all the rest.

    Args:
        arrays: All arrays of ``SHAPES`` and any of ``OPTIONAL_SHAPES``.
        metadata: Anything that JSON can hold, for instance the task and the model's sizes.

    Raises:
        ValueError: An array is missing, unknown or of a shape that doesn't fit the others.
    """

    def __init__(self, arrays: Mapping[str, np.ndarray], metadata: Mapping[str, Any] | None = None):
        self.arrays = {name: np.asarray(array) for name, array in arrays.items()}
        self.metadata = dict(metadata or {})
        self._check_shapes()

    @classmethod
    def record(
        cls, model: DNC, input: Any, target: Any = None, *, state: Any = None, **metadata: Any
    ) -> DNCTrace:
        """Run a DNC over one sequence and keep everything that happens.

        Args:
            model: The DNC.
            input: One sequence without padding ``[T, F]``.
            target: What should have come out ``[T, D]``, if there is such a thing.
            state: State to begin with, without batch dimension; by default the initial state.
            **metadata: Kept with the trace.
        """
        arrays = model.trace_arrays(input, state)
        if target is not None:
            arrays["target"] = np.asarray(target)
        return cls(arrays, {"ablated": sorted(model.cell.ablated)} | metadata)

    def __getattr__(self, name: str) -> np.ndarray:
        # Looked up in __dict__, because copying and unpickling ask before __init__ has run.
        arrays = self.__dict__.get("arrays", {})
        if name in arrays:
            return arrays[name]
        if name in OPTIONAL_SHAPES:
            raise AttributeError(f"This trace has no {name!r}: it was recorded without one.")
        raise AttributeError(f"A trace has no {name!r}.{suggest(name, arrays)}")

    def __getitem__(self, name: str) -> np.ndarray:
        try:
            return self.__getattr__(name)
        except AttributeError as error:
            raise KeyError(str(error)) from None

    def __contains__(self, name: object) -> bool:
        return name in self.arrays

    def __len__(self) -> int:
        return self.num_steps

    def __repr__(self) -> str:
        return (
            f"DNCTrace(num_steps={self.num_steps}, num_locations={self.num_locations}, "
            f"word_size={self.word_size}, num_read_heads={self.num_read_heads})"
        )

    @property
    def num_steps(self) -> int:
        """Number of steps T."""
        return self.arrays["memory"].shape[0]

    @property
    def num_locations(self) -> int:
        """Number of memory locations N."""
        return self.arrays["memory"].shape[1]

    @property
    def word_size(self) -> int:
        """Length W of a location."""
        return self.arrays["memory"].shape[2]

    @property
    def num_read_heads(self) -> int:
        """Number of read heads R."""
        return self.arrays["read_weighting"].shape[1]

    def validate(self, tolerance: float = 1e-4) -> None:
        """Check that the numbers can be those of a DNC.

        All arrays are finite; usage, gates and links lie in [0, 1]; weightings are non-negative
        and sum to at most 1, and so do the rows and columns of the links; the links' diagonal is
        zero; read modes sum to 1; strengths are at least 1.

        Args:
            tolerance: How far rounding may have carried a number.

        Raises:
            ValueError: Names the array, the step and what is wrong.
        """
        problem = invariants.find_violation(self.arrays, tolerance)
        if problem:
            raise ValueError(f"This is not the trace of a DNC: {problem}")

    def save(self, path: str | Path) -> None:
        """Write the trace as an npz archive with a JSON header.

        The file is written under a temporary name and renamed, so an interrupt leaves an older
        one as it was.

        Args:
            path: A path that ends in ``.npz``.

        Raises:
            ValueError: The path has another ending, or an array can only be stored by pickling.
            TypeError: The metadata holds something that JSON can't.
            OSError: The folder can't be written.
        """
        path = _npz_path(path)
        header = json.dumps({"format_version": FORMAT_VERSION, "metadata": self.metadata})
        for name, array in self.arrays.items():
            if array.dtype.hasobject:
                raise ValueError(f"{name} holds Python objects; a trace stores numbers only.")
        with write_atomically(path) as temporary:
            np.savez_compressed(temporary, **{_HEADER: np.array(header)}, **self.arrays)

    @classmethod
    def load(cls, path: str | Path) -> DNCTrace:
        """Read a trace; nothing in the file is executed or unpickled.

        Raises:
            FileNotFoundError: There is no such file.
            ValueError: The file is damaged, is not a trace, or has another format version.
        """
        path = _npz_path(path)
        if not path.is_file():
            raise FileNotFoundError(f"There is no trace at {path}.")
        try:
            with np.load(path, allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
            header = json.loads(str(arrays.pop(_HEADER)))
            version = header["format_version"]
        except Exception as error:  # zip, zlib, numpy and JSON each have their own ways to fail.
            raise ValueError(
                f"{path} is damaged, or is not a trace ({error}). Record and save it again."
            ) from error
        if version != FORMAT_VERSION:
            raise ValueError(
                f"{path} has format version {version}, but this release of memorylab reads "
                f"version {FORMAT_VERSION}. Record it again, or install the release it came from."
            )
        return cls(arrays, header.get("metadata"))

    def _check_shapes(self) -> None:
        known = SHAPES | OPTIONAL_SHAPES
        for name in self.arrays:
            if name not in known:
                raise ValueError(f"A trace has no array {name!r}.{suggest(name, known)}")
        missing = [name for name in SHAPES if name not in self.arrays]
        if missing:
            raise ValueError(f"The trace lacks {', '.join(missing)}.")
        sizes: dict[str, int] = {"3": 3}
        for name, spec in known.items():
            if name not in self.arrays:
                continue
            shape, dimensions = self.arrays[name].shape, spec.split()
            if dimensions[-1] == "...":
                dimensions, open_ended = dimensions[:-1], True
            else:
                open_ended = False
            fits = len(shape) >= len(dimensions) if open_ended else len(shape) == len(dimensions)
            if not fits or any(
                sizes.setdefault(dimension, size) != size
                for dimension, size in zip(dimensions, shape, strict=False)
            ):
                found = ", ".join(f"{key} = {size}" for key, size in sizes.items() if key != "3")
                raise ValueError(
                    f"{name} must have the shape [{', '.join(spec.split())}], but has "
                    f"{list(shape)} ({found} by the arrays before it)."
                )
        if sizes["T"] == 0:
            raise ValueError("A trace has at least one step, but this one has none.")


def _npz_path(path: str | Path) -> Path:
    path = Path(path)
    if path.suffix != ".npz":
        raise ValueError(f"A trace is stored in a file that ends in .npz, but got {path.name!r}.")
    return path
