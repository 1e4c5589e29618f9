"""Traces of recurrent networks and of models without memory; the classes of traces by kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from memorylab.memory.arrays import COMMON, Array
from memorylab.memory.dnc.trace import DNCTrace
from memorylab.memory.trace import MemoryTrace
from memorylab.memory.trace_linear import (
    FFMTrace,
    IndRNNTrace,
    LMUTrace,
    LRUTrace,
    MinGRUTrace,
    S4DTrace,
)
from memorylab.memory.trace_windows import (
    FastWeightTrace,
    FrameConvolutionTrace,
    FrameStackTrace,
    GatedDeltaTrace,
    GTrXLTrace,
    LinearAttentionTrace,
)


class MemorylessTrace(MemoryTrace):
    """What one run of a model without memory did: its inputs and outputs are all there is."""

    kind: ClassVar[str] = "memoryless"
    about: ClassVar[str] = "This model remembers nothing: no step hands anything on to the next."

    @property
    def summary(self) -> str:
        """The sizes in a few words."""
        return f"{super().summary}, nothing remembered"


_UNITS = COMMON | {
    "hidden": Array(
        "T H",
        "activation",
        "hidden",
        "what a unit puts out and hands on to the next step",
        simple=True,
    )
}


class _RecurrentTrace(MemoryTrace):
    """What one run of a recurrent network with H hidden units did."""

    table: ClassVar[Mapping[str, Array]] = _UNITS

    @property
    def summary(self) -> str:
        """The sizes in a few words."""
        return f"{super().summary}, {self.sizes['H']} hidden units"


class ElmanTrace(_RecurrentTrace):
    """What one run of an Elman network did: its hidden units, each in [−1, 1]."""

    kind: ClassVar[str] = "elman"
    about: ClassVar[str] = "Each step hands its hidden units on to the next."


class GRUTrace(_RecurrentTrace):
    """What one run of a GRU did: ``h = (1 − z) · n + z · h_before``, in PyTorch's form.

    h is hidden, z the update gate, n the candidate, and the reset gate scales what the candidate
    gets from ``h_before``. Hidden units stay in [−1, 1] if the run began there.
    """

    table: ClassVar[Mapping[str, Array]] = _UNITS | {
        "reset_gate": Array(
            "T H", "fraction", "reset gate", "how much of the past goes into the candidate"
        ),
        "update_gate": Array("T H", "fraction", "update gate", "1: keep, 0: take the candidate"),
        "candidate": Array("T H", "activation", "candidate", "what the unit could change to"),
    }
    kind: ClassVar[str] = "gru"
    about: ClassVar[str] = (
        "Each step hands its hidden units on to the next; gates decide what they keep."
    )


class LSTMTrace(_RecurrentTrace):
    """What one run of an LSTM did: ``c = f · c_before + i · g`` and ``h = o · tanh(c)``.

    c is the cell and h hidden; i, f and o are the input, forget and output gates, g is the
    candidate for the cell.
    """

    table: ClassVar[Mapping[str, Array]] = _UNITS | {
        "cell": Array("T H", "number", "cell", "what the unit stores", simple=True),
        "input_gate": Array("T H", "fraction", "input gate", "how much of the candidate enters"),
        "forget_gate": Array("T H", "fraction", "forget gate", "how much of the cell is kept"),
        "cell_candidate": Array("T H", "activation", "candidate", "what could enter the cell"),
        "output_gate": Array("T H", "fraction", "output gate", "how much of the cell is shown"),
    }
    kind: ClassVar[str] = "lstm"
    about: ClassVar[str] = (
        "Each step hands its cells and hidden units on to the next; gates decide what they keep."
    )


TRACE_CLASSES: dict[str, type[MemoryTrace]] = {
    trace_class.kind: trace_class
    for trace_class in (
        MemoryTrace,
        MemorylessTrace,
        ElmanTrace,
        GRUTrace,
        LSTMTrace,
        MinGRUTrace,
        IndRNNTrace,
        LMUTrace,
        LRUTrace,
        S4DTrace,
        FFMTrace,
        LinearAttentionTrace,
        FastWeightTrace,
        GatedDeltaTrace,
        FrameStackTrace,
        FrameConvolutionTrace,
        GTrXLTrace,
        DNCTrace,
    )
}
"""The classes of traces by kind; add a class here and ``MemoryTrace.load`` reads its files."""
