"""Traces: everything that one run of a memory did, as plain arrays.

Needs no torch, so that a trace can be read, checked, drawn and played without it.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import numpy as np

from memorylab.errors import suggest
from memorylab.files import load_arrays, parse_json, save_arrays
from memorylab.memory.arrays import COMMON, Array, check_shapes, violations

if TYPE_CHECKING:
    from memorylab.memory.disturbance import Disturbance
    from memorylab.memory.model import MemoryModel

FORMAT_VERSION = 2
"""Version 1 has all arrays of the trace, and version 2 those that the others follow from."""
_HEADER = "header"

# Not typing.Self, which the check of shapes can't resolve.
_Trace = TypeVar("_Trace", bound="MemoryTrace")


class MemoryTrace:
    """What one run of a memory did, step by step; subclasses name the arrays of a kind of memory.

    Each array is an attribute and an item, time first: ``trace.output`` and ``trace["output"]`` are
    the same array ``[T, D]``.

    Attributes:
        arrays: All arrays by name.
        metadata: Anything that JSON can hold, for instance the task.
        sizes: The size of each dimension by its letter.

    Args:
        arrays: All arrays of ``table`` that aren't optional, and any that are.
        metadata: See above.

    Raises:
        ValueError: An array is missing, unknown or of a shape that doesn't fit the others.
    """

    table: ClassVar[Mapping[str, Array]] = COMMON
    """The arrays that a trace of this class has or may have; a subclass adds its own."""

    kind: ClassVar[str] = "other"
    """What files and the player call this kind; a key of ``TRACE_CLASSES``."""

    about: ClassVar[str] = "Only the input and output of this memory were recorded."
    """A sentence on this kind of memory, for readers of its traces."""

    def __init__(self, arrays: Mapping[str, np.ndarray], metadata: Mapping[str, Any] | None = None):
        self.arrays = {name: np.asarray(array) for name, array in arrays.items()}
        self.metadata = dict(metadata or {})
        self.sizes = check_shapes(self.table, self.arrays)

    @classmethod
    def record(
        cls: type[_Trace],
        model: MemoryModel,
        input: Any,
        target: Any = None,
        *,
        state: Any = None,
        disturbance: Disturbance | str | None = None,
        make: Callable[..., Any] | None = None,
        **metadata: Any,
    ) -> _Trace:
        """Run a memory over one sequence and keep everything that happens.

        Args:
            model: A memory model, with a readout or without. Of a model that merely contains one,
                record the memory itself: what reaches it is not the whole model's input.
            input: One sequence without padding ``[T, F]``.
            target: The output that was asked for ``[T, D]``, if there is one.
            state: State to begin with, without batch dimension; by default the initial state.
            disturbance: What to change in the run, or its text: see
                :class:`memorylab.memory.Disturbance`. Its text is kept with the trace.
            make: Turns words into a batch of one sequence, such as ``Copy().make``. If the
                disturbance has words, this batch takes the place of ``input`` and ``target``, and
                its mask is recorded too. Otherwise ``make`` is not called.
            **metadata: Kept with the trace.

        Raises:
            TypeError: ``model`` is not a memory model, and the message says where it holds one; or
                its traces are not of this class. Also what :meth:`MemoryModel.trace` raises.
            ValueError: See :meth:`MemoryModel.trace`. Or the disturbance has words, but there is
                no ``make``.
        """
        # Imported here, because traces are read without torch.
        from memorylab.memory.disturbance import Disturbance
        from memorylab.memory.model import any_parameter, check_memory

        memory, disturbance = check_memory(model), Disturbance.parse(disturbance)
        extras = {} if target is None else {"target": np.asarray(target)}
        text = str(disturbance)
        if disturbance.words is not None and make is not None:
            batch = make(disturbance.words)
            input = batch.input[0].to(any_parameter(memory))
            extras = {"target": batch.target[0].numpy(), "mask": batch.mask[0].numpy()}
            disturbance = dataclasses.replace(disturbance, words=None)
        trace = memory.trace(input, state, disturbance=disturbance)
        if not isinstance(trace, cls):
            raise TypeError(
                f"{cls.__name__}.record got a {type(model).__name__}, whose trace is a "
                f"{type(trace).__name__}. MemoryTrace.record records any memory."
            )
        told = {"disturbance": text} if text else {}
        return type(trace)(trace.arrays | extras, trace.metadata | told | metadata)

    @property
    def summary(self) -> str:
        """The sizes in a few words, such as ``"12 steps, 8 hidden units"``."""
        return f"{self.num_steps} steps"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.summary})"

    @classmethod
    def required(cls) -> list[str]:
        """Return the names of the arrays that every trace of this class has."""
        return [name for name, row in cls.table.items() if not row.optional]

    def __getattr__(self, name: str) -> np.ndarray:
        # Looked up in __dict__, because copying and unpickling ask before __init__ has run.
        arrays = self.__dict__.get("arrays", {})
        if name in arrays:
            return arrays[name]
        if name in self.table:
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

    @property
    def num_steps(self) -> int:
        """Number of steps T."""
        return self.sizes["T"]

    def with_arrays(self: _Trace, **arrays: np.ndarray) -> _Trace:
        """Return the same trace with some arrays added or replaced."""
        return type(self)(self.arrays | arrays, self.metadata)

    def validate(self, tolerance: float = 1e-4) -> None:
        """Check that all numbers are finite, and that they are what their kinds allow (``KINDS``).

        Args:
            tolerance: How far rounding may have carried a number.

        Raises:
            ValueError: Names the array, the step and what is wrong.
        """
        problem = self.find_violation(self.arrays, tolerance)
        if problem:
            raise ValueError(f"This is not a valid {type(self).__name__}: {problem}")

    @classmethod
    def find_violation(
        cls, arrays: Mapping[str, np.ndarray], tolerance: float = 1e-4
    ) -> str | None:
        """Return a sentence on the first number that can't be, or None if there is none.

        Args:
            arrays: Some arrays of a trace, or of a state, by name; time or batch comes first. Those
                that the table lacks, such as a controller's state, need only be finite.
            tolerance: How far rounding may have carried a number.
        """
        for name, array in arrays.items():
            kind = cls.table[name].kind if name in cls.table else "number"
            for wrong, what, values in violations(array, kind, tolerance):
                if wrong.any():
                    index = tuple(int(i) for i in np.argwhere(wrong)[0])
                    return f"{name} at {list(index)} {what} ({float(values[index]):.6g})."
        return None

    def save(self, path: str | Path) -> None:
        """Write the trace as an npz archive with a JSON header.

        The file is written under a temporary name and renamed, so an interrupt leaves an older
        one as it was. Of a large run, a subclass may leave out what ``load`` can compute again.

        Args:
            path: A path that ends in ``.npz``.

        Raises:
            ValueError: The path has another ending, or an array holds Python objects.
            TypeError: The metadata holds something that JSON can't.
            OSError: The folder can't be written.
        """
        arrays = self.arrays_to_store()
        # Version 1 for whole traces, so that older releases can read those.
        version = 1 if arrays.keys() == self.arrays.keys() else 2
        header = json.dumps(
            {"format_version": version, "kind": self.kind, "metadata": self.metadata}
        )
        # The header comes last: an archive that lost its last members can't pass for a whole one.
        save_arrays(path, {**arrays, _HEADER: np.array(header)})

    @classmethod
    def load(cls: type[_Trace], path: str | Path) -> _Trace:
        """Read a trace; nothing in the file is executed or unpickled.

        Returns:
            A trace of the file's kind: ``MemoryTrace.load`` reads any, a subclass its own.

        Raises:
            FileNotFoundError: There is no such file.
            ValueError: The file is damaged, is not a trace, has another format version, or holds a
                trace of another kind.
        """
        arrays = load_arrays(path, "trace")
        try:
            header = parse_json(str(arrays.pop(_HEADER)))
            version = header["format_version"]
        except (KeyError, ValueError) as error:
            raise ValueError(f"{path} is not a trace: its header is missing or damaged.") from error
        if version not in range(1, FORMAT_VERSION + 1):
            raise ValueError(
                f"{path} has format version {version!r}, but this release of memorylab reads "
                f"versions 1 to {FORMAT_VERSION}. Record it again, or install the release it came "
                "from."
            )
        # Files from before there were kinds hold DNCs.
        found = cls._class_of(str(header.get("kind", "dnc")), path)
        metadata = header.get("metadata") or {}
        if not isinstance(metadata, dict):
            raise ValueError(
                f"{path} is not a trace: its metadata must be an object, but is {metadata!r:.50}."
            )
        try:
            return found(found.complete(arrays, metadata) if version == 2 else arrays, metadata)
        except (ValueError, TypeError) as error:
            raise ValueError(f"{path} is damaged: {error}") from error

    @classmethod
    def _class_of(cls: type[_Trace], kind: str, path: str | Path) -> type[_Trace]:
        """Return the class for the trace in a file: this one if it is of that kind."""
        from memorylab.memory.trace_classes import TRACE_CLASSES  # which imports this module

        if kind == cls.kind:
            return cls
        if kind not in TRACE_CLASSES:
            raise ValueError(
                f"{path} holds a trace of the kind {kind!r}, which is not one of memorylab's."
                f"{suggest(kind, TRACE_CLASSES)} Load it with the class that saved it."
            )
        found = TRACE_CLASSES[kind]
        if not issubclass(found, cls):
            raise ValueError(
                f"{path} holds a {found.__name__}, not a {cls.__name__}. MemoryTrace.load reads "
                "any trace."
            )
        return found

    def arrays_to_store(self, whole_bytes: int | None = None) -> Mapping[str, np.ndarray]:
        """Return all arrays, or those from which ``complete`` computes the others.

        Args:
            whole_bytes: Up to which size a run is returned whole; by default the kind's own.
        """
        return self.arrays

    @classmethod
    def complete(
        cls, arrays: Mapping[str, np.ndarray], metadata: Mapping[str, Any]
    ) -> Mapping[str, np.ndarray]:
        """Return what ``arrays_to_store`` returned together with what it left out."""
        return arrays
