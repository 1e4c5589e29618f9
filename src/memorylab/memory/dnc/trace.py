"""What a DNC's trace holds: the table of its arrays, and the class of its traces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from memorylab.memory.arrays import COMMON, Array, check_shapes
from memorylab.memory.trace import MemoryTrace

MODES = ("backward", "content", "forward")

# State, files, checks, figures and player read this table; figures and player keep its order.
ARRAYS: dict[str, Array] = {
    **COMMON,
    # The memory as it stands after each step.
    "memory": Array("T N W", "number", "memory", "the stored words", simple=True),
    "link": Array(
        "T N N",
        "links",
        "links: row written after column",
        "how far i was written right after j, at [i, j]",
    ),
    # One number for each location: how far it is in use, and where the step writes.
    "usage": Array("T N", "fraction", "usage", "how far each location is taken before the write"),
    "allocation_weighting": Array(
        "T N", "weighting", "allocation", "where a free location would be found"
    ),
    "write_content_weighting": Array(
        "T N", "weighting", "content", "where the memory resembles the write key"
    ),
    "write_weighting": Array("T N", "weighting", "write", "where this step writes", simple=True),
    "precedence": Array("T N", "weighting", "precedence", "where the last write went"),
    # One number for each read head and location: where the step reads.
    "backward_weighting": Array(
        "T R N", "weighting", "backward", "what was written before the last read"
    ),
    "read_content_weighting": Array(
        "T R N", "weighting", "content", "where the memory resembles the read key"
    ),
    "forward_weighting": Array(
        "T R N", "weighting", "forward", "what was written after the last read"
    ),
    "read_weighting": Array("T R N", "weighting", "read", "where this step reads", simple=True),
    # Words.
    "write_key": Array("T W", "number", "write key", "what to look for before the write"),
    "erase_vector": Array("T W", "fraction", "erase", "how far to erase each position"),
    "write_vector": Array("T W", "number", "write", "what to write"),
    "read_keys": Array("T R W", "number", "key", "what a head looks for"),
    "read_vectors": Array("T R W", "number", "read", "what a head reads"),
    # Gates and strengths.
    "write_gate": Array("T", "fraction", "write gate", "how much is written at all"),
    "allocation_gate": Array("T", "fraction", "allocation gate", "1: a free place, 0: by content"),
    "free_gates": Array("T R", "fraction", "free gate", "how far a head frees what it read last"),
    "read_modes": Array("T R 3", "distribution", "read modes", "how a head finds its place", MODES),
    "write_strength": Array("T", "strength", "write strength", "how sharply the key is met"),
    "read_strengths": Array("T R", "strength", "read strength", "how sharply the key is met"),
}
"""The arrays of a DNC's trace: T steps, N locations, words of W, R read heads."""

WHOLE_BYTES = 2_000_000
"""A run of up to this size is stored whole, so that it can be read without torch."""

MOST_BYTES = 2_000_000_000
"""Links up to this size are computed again, so that a small file can't ask for all memory."""

TOLERANCE = 1e-12
"""How far what is computed again may be from what was recorded; else a run is stored whole."""


class DNCTrace(MemoryTrace):
    """What one run of a DNC did, step by step.

    Each array of ``ARRAYS`` is an attribute, time first: ``trace.usage`` is ``[T, N]``. Memory,
    links, usage and weightings are as they stand after step t. A run is recorded in double
    precision, so that the paper's equations give all the rest from what the controller asked for.

    Of a run above ``WHOLE_BYTES``, ``save`` therefore writes only the interface, the usage, and
    what no equation of the memory gives (input, output, target, …), and ``load`` computes the
    rest. That needs PyTorch. A run that doesn't follow to 1e-12, such as one that began in the
    middle of an episode or whose arrays were changed, is stored whole at any size; so is one whose
    links take more than ``MOST_BYTES``.
    """

    table: ClassVar[Mapping[str, Array]] = ARRAYS
    kind: ClassVar[str] = "dnc"
    about: ClassVar[str] = "A controller writes words into numbered locations and reads them."

    @property
    def summary(self) -> str:
        """The sizes in a few words."""
        heads = f"{self.num_read_heads} read head{'s' if self.num_read_heads > 1 else ''}"
        return f"{super().summary}, {self.num_locations} locations of {self.word_size}, {heads}"

    def arrays_to_store(self, whole_bytes: int | None = None) -> Mapping[str, np.ndarray]:
        """Return all arrays of a small run; of a large one, what the others follow from.

        Args:
            whole_bytes: Up to which size a run is small; by default ``WHOLE_BYTES``.
        """
        whole_bytes = WHOLE_BYTES if whole_bytes is None else whole_bytes
        if sum(array.nbytes for array in self.arrays.values()) <= whole_bytes:
            return self.arrays
        if _link_bytes(self.sizes) > MOST_BYTES:
            return self.arrays
        try:
            from memorylab.memory.dnc import replay

            disturbance = replay.recorded_disturbance(self.metadata)
        except (ImportError, TypeError, ValueError):
            return self.arrays  # There is no torch, or the user's own metadata under our names.
        if any(self[name].dtype != np.float64 for name in replay.NOT_STORED):
            return self.arrays
        steps = replay.replay_steps(self.arrays, self.num_locations, disturbance)
        for number, step in enumerate(steps):
            for name in replay.NOT_STORED:
                # Also false where one of the two is not a number.
                if not np.abs(step[name] - self[name][number]).max() <= TOLERANCE:
                    return self.arrays
        return {name: self[name] for name in self.arrays if name not in replay.NOT_STORED}

    @classmethod
    def complete(
        cls, arrays: Mapping[str, np.ndarray], metadata: Mapping[str, Any]
    ) -> Mapping[str, np.ndarray]:
        """Compute the arrays that ``arrays_to_store`` left out."""
        try:
            from memorylab.memory.dnc import replay
        except ImportError as error:
            raise ImportError(
                "The file of a large run has only what the rest follows from; computing that needs "
                "PyTorch: pip install torch."
            ) from error
        stored = {name: row for name, row in cls.table.items() if name not in replay.NOT_STORED}
        sizes = check_shapes(stored, arrays)
        if (links := _link_bytes(sizes)) > MOST_BYTES:
            raise ValueError(
                f"The links of {sizes['T']} steps and {sizes['N']} locations would take "
                f"{links / 1e9:.1f} GB, and at most {MOST_BYTES / 1e9:.0f} GB are computed."
            )
        disturbance = replay.recorded_disturbance(metadata)
        disturbance.check(cls.table, sizes)
        return {**replay.replay(arrays, sizes["N"], disturbance), **arrays}

    def __repr__(self) -> str:
        return (
            f"DNCTrace(num_steps={self.num_steps}, num_locations={self.num_locations}, "
            f"word_size={self.word_size}, num_read_heads={self.num_read_heads})"
        )

    @property
    def num_locations(self) -> int:
        """Number of memory locations N."""
        return self.sizes["N"]

    @property
    def word_size(self) -> int:
        """Length W of a location."""
        return self.sizes["W"]

    @property
    def num_read_heads(self) -> int:
        """Number of read heads R."""
        return self.sizes["R"]


def _link_bytes(sizes: Mapping[str, int]) -> int:
    """Return the size of all links of a run."""
    return 8 * sizes["T"] * sizes["N"] ** 2
