"""A film of training: the traces of one sequence, recorded again and again while a model learns.

A stored film is read without torch, except a DNC's: its file holds only what the rest follows from.
"""

from __future__ import annotations

import bisect
import itertools
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from memorylab.errors import check_count
from memorylab.files import load_arrays, parse_json, save_arrays
from memorylab.memory.trace import MemoryTrace
from memorylab.memory.trace_classes import TRACE_CLASSES

FORMAT_VERSION = 1
_HEADER, _SEQUENCE = "header", "sequence"
_ASKED = ("target", "mask")


@runtime_checkable
class CanBeTraced(Protocol):
    """A model that shows what it does with one sequence ``[T, F]``."""

    def trace(self, z: Any) -> MemoryTrace:
        """Run one sequence and return everything that happened."""


class Film:
    """Traces of one sequence at chosen steps of training, for ``train(..., film=film)``.

    A film shows one training from its step 0. Recording changes neither the model nor any random
    state, so a filmed training gives the same weights. The first and the last step are always
    recorded. In between, a step is recorded as soon as training reaches it or goes past it, because
    an update of PPO takes many environment steps at once.

    Attributes:
        steps: The recorded steps, increasing.
        traces: A trace for each of them; all have the same sizes.
        input: The sequence ``[T, F]``.

    Args:
        input: One sequence without padding ``[T, F]``; for an agent, its flattened observations.
        target: The output that was asked for ``[T, D]``; kept with each trace.
        mask: Which steps count in the loss ``[T]``; kept with each trace.
        every: Record each multiple of this.
        at: Record these steps. By default, without ``every`` or ``at``, steps grow by the factor
            2^(1/3): 1, 2, 3, 4, 5, 6, 8, 10, …, 512, 645, …; about 30 up to step 2,000.

    Raises:
        ValueError: The input is not ``[T, F]`` with at least one step, or holds NaN or infinity;
            target or mask have another length; both ``every`` and ``at`` are given; a step is
            negative.
    """

    def __init__(
        self,
        input: Any,
        target: Any = None,
        mask: Any = None,
        *,
        every: int | None = None,
        at: Sequence[int] | None = None,
    ):
        if every is not None and at is not None:
            raise ValueError("Give a film either every or at, not both.")
        self.every = every if every is None else int(check_count(every, "every"))
        steps = at if at is None else [check_count(step, "a step in at", 0) for step in at]
        self.at = steps if steps is None else sorted({int(step) for step in steps})
        self.input = np.asarray(input).copy()  # [T, F]
        asked = {"target": target, "mask": mask}
        self._asked = {
            # A mask of True and False becomes the 1 and 0 of a trace.
            name: np.asarray(array).astype(float)
            for name, array in asked.items()
            if array is not None
        }
        self._check_sequence()
        self.steps: list[int] = []
        self.traces: list[MemoryTrace] = []
        self._due: float = 0

    def __len__(self) -> int:
        return len(self.steps)

    def __repr__(self) -> str:
        return f"Film(steps={self.steps})"

    @property
    def labels(self) -> list[str]:
        """A label for each trace, such as ``"step 1,200"``."""
        return [f"step {step:,}" for step in self.steps]

    def check_new(self) -> None:
        """Raise ValueError if the film already shows a training."""
        if self.steps:
            raise ValueError(
                f"This film already shows a training, up to step {self.steps[-1]:,}. Make a new "
                "Film for another one."
            )

    def see(self, step: int, model: CanBeTraced, *, last: bool = False) -> None:
        """Record the model after ``step`` if it is the first or last one, or the film's turn.

        Raises:
            ValueError: The step lies before one that was recorded.
            TypeError: The model has no traces.
        """
        latest = self.steps[-1] if self.steps else -1
        if step < latest:
            raise ValueError(f"Step {step:,} can't follow step {latest:,} in a film.")
        if step > latest and (last or step >= self._due):
            self._record(step, model)

    def resume(self, saved: Film) -> None:
        """Go on where a film of the same sequence was saved; what this one holds is replaced.

        Raises:
            ValueError: The saved film shows another sequence.
        """
        ours, theirs = self._asked | {"input": self.input}, saved._asked | {"input": saved.input}
        if different := [
            name
            for name in sorted(ours.keys() | theirs.keys())
            if not np.array_equal(ours.get(name, ()), theirs.get(name, ()), equal_nan=True)
        ]:
            raise ValueError(
                f"The saved film shows another sequence: it differs in {' and '.join(different)}. "
                "Go on with the sequence that film was begun with."
            )
        self.steps, self.traces = list(saved.steps), list(saved.traces)
        self._due = self._next_due(self.steps[-1])

    def save(self, path: str | Path) -> None:
        """Write the film as one npz archive; an interrupt leaves an older file as it was.

        Of a DNC it holds only what the rest follows from, exactly, if all traces follow.

        Args:
            path: A path that ends in ``.npz``.

        Raises:
            ValueError: The film is empty, or the path has another ending.
            TypeError: The metadata of a trace holds something that JSON can't.
            OSError: The folder can't be written.
        """
        if not self.steps:
            raise ValueError("This film is empty: train with film=film before saving it.")
        # However small a trace is: there are many.
        frames = [trace.arrays_to_store(whole_bytes=0) for trace in self.traces]
        if any(frame.keys() != frames[0].keys() for frame in frames):
            frames = [trace.arrays for trace in self.traces]
        # The input, the target and silenced parts are the same in all frames.
        shared = [
            name
            for name, array in frames[0].items()
            if all(np.array_equal(array, frame[name]) for frame in frames[1:])
        ]
        arrays = {
            name: array if name in shared else np.stack([frame[name] for frame in frames])
            for name, array in frames[0].items()
        }
        header = {
            "format_version": FORMAT_VERSION,
            "kind": self.traces[0].kind,
            "steps": self.steps,
            "every": self.every,
            "at": self.at,
            "shared": shared,
            "metadata": [trace.metadata for trace in self.traces],
        }
        # The header comes last: an archive that lost its last members can't pass for a whole one.
        header_array = np.array(json.dumps(header))
        save_arrays(path, {_SEQUENCE: self.input, **arrays, _HEADER: header_array})

    @classmethod
    def load(cls, path: str | Path) -> Film:
        """Read a film; nothing in the file is executed or unpickled.

        Raises:
            FileNotFoundError: There is no such file.
            ValueError: The file is damaged, is not a film, or has another format version.
        """
        arrays = load_arrays(path, "film")
        try:
            header = parse_json(str(arrays.pop(_HEADER)))
            version, kind = header["format_version"], header["kind"]
        except (KeyError, ValueError) as error:
            raise ValueError(f"{path} is not a film: its header is missing or damaged.") from error
        if version != FORMAT_VERSION or not isinstance(kind, str) or kind not in TRACE_CLASSES:
            raise ValueError(
                f"{path} has format version {version!r} and traces of the kind {kind!r}, but this "
                f"release of memorylab reads version {FORMAT_VERSION} and the kinds "
                f"{', '.join(TRACE_CLASSES)}. Record it again, or install the release it came from."
            )
        try:
            return cls._of(arrays, header, TRACE_CLASSES[kind])
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise ValueError(f"{path} is not a film, or is damaged: {error!r}") from error

    @classmethod
    def _of(
        cls, arrays: dict[str, np.ndarray], header: dict[str, Any], trace_class: type[MemoryTrace]
    ) -> Film:
        """Return the film in the arrays and the header of a file."""
        sequence = arrays.pop(_SEQUENCE)
        asked = {name: arrays[name] for name in _ASKED if name in arrays}
        film = cls(sequence, every=header["every"], at=header["at"], **asked)
        steps = [check_count(step, "a step", 0) for step in header["steps"]]
        for frame, (step, metadata) in enumerate(zip(steps, header["metadata"], strict=True)):
            stored = {
                name: array if name in header["shared"] else array[frame]
                for name, array in arrays.items()
            }
            if any(name not in stored for name in trace_class.required()):
                stored = trace_class.complete(stored, metadata)
            film._add(step, trace_class(stored, metadata))
        return film

    def _record(self, step: int, model: CanBeTraced) -> None:
        if not isinstance(model, CanBeTraced):
            from memorylab.memory.model import check_memory  # needs torch, as recording does

            check_memory(model)
        self._add(step, model.trace(self.input).with_arrays(**self._asked))

    def _add(self, step: int, trace: MemoryTrace) -> None:
        self.steps.append(step)
        self.traces.append(trace)
        self._due = self._next_due(step)

    def _next_due(self, step: int) -> float:
        """Return the first step after this one that is to be recorded."""
        if self.every is not None:
            return (step // self.every + 1) * self.every
        if self.at is not None:
            later = self.at[bisect.bisect_right(self.at, step) :]
            return later[0] if later else math.inf
        growing = (round(2 ** (third / 3)) for third in itertools.count())
        return next(due for due in growing if due > step)

    def _check_sequence(self) -> None:
        if self.input.ndim != 2 or not len(self.input):
            raise ValueError(
                f"A film shows one sequence [T, F] of at least one step, but got "
                f"{list(self.input.shape)}. Take one row of a batch: batch.input[0]."
            )
        if not np.isfinite(self.input).all():
            step = int(np.argwhere(~np.isfinite(self.input))[0, 0])
            raise ValueError(f"The input holds NaN or infinity at step {step}. Mend the data.")
        for name, array in self._asked.items():
            if array.ndim == 0 or len(array) != len(self.input):
                raise ValueError(
                    f"{name} must have the input's {len(self.input)} steps, but has the shape "
                    f"{list(array.shape)}."
                )
