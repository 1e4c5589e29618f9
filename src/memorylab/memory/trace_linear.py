"""Traces of linear recurrences and of their kin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from memorylab.memory.arrays import COMMON, Array
from memorylab.memory.trace import MemoryTrace

_DECAY = "in how many steps the state decays to 1/e"
_TURN = "by how many radians the state turns in a step"


def _spectrum(state: str, time_constant: str, frequency: str) -> dict[str, Array]:
    """Return the rows of a complex recurrence, with the dimensions of each part."""
    return {
        "time_constant": Array(f"T {time_constant}", "duration", "time constant", _DECAY),
        "frequency": Array(f"T {frequency}", "number", "frequency", _TURN),
        "hidden_real": Array(f"T {state}", "number", "real", "real part of the state", simple=True),
        "hidden_imag": Array(f"T {state}", "number", "imaginary", "imaginary part of the state"),
    }


class LRUTrace(MemoryTrace):
    """What one run of a Linear Recurrent Unit did: ``h = λ h_before + input``, H times.

    λ is exp(−1 / time_constant + i frequency), the same at every step.
    """

    table: ClassVar[Mapping[str, Array]] = COMMON | _spectrum("H", "H", "H")
    kind: ClassVar[str] = "lru"
    about: ClassVar[str] = "Each unit's state decays and turns at rates of its own."


class S4DTrace(MemoryTrace):
    """What one run of an S4D did: H channels with S modes, each as a unit of an LRU."""

    table: ClassVar[Mapping[str, Array]] = COMMON | _spectrum("H S", "H S", "H S")
    kind: ClassVar[str] = "s4d"
    about: ClassVar[str] = "Each mode of a channel decays and turns at rates of its own."


class FFMTrace(MemoryTrace):
    """What one run of Fast and Forgetful Memory did: M traces, each seen at C frequencies."""

    table: ClassVar[Mapping[str, Array]] = (
        COMMON
        | {"input_gate": Array("T M", "fraction", "input gate", "how much of the input enters")}
        | _spectrum("M C", "M", "C")
        | {
            "output_gate": Array(
                "T H", "fraction", "output gate", "1: the output is the memory's, 0: the input's"
            )
        }
    )
    kind: ClassVar[str] = "ffm"
    about: ClassVar[str] = "Traces of the input fade, each at a rate of its own."


class MinGRUTrace(MemoryTrace):
    """What one run of a minimal GRU did: ``h = (1 − u) h_before + u c``.

    u is the update gate and c the candidate; both follow from the step's input alone.
    """

    table: ClassVar[Mapping[str, Array]] = COMMON | {
        "update_gate": Array("T H", "fraction", "update gate", "0: keep, 1: take the candidate"),
        "candidate": Array("T H", "number", "candidate", "what the unit could change to"),
        "hidden": Array("T H", "number", "hidden", "what a unit puts out and keeps", simple=True),
    }
    kind: ClassVar[str] = "mingru"
    about: ClassVar[str] = "Gates that see the input alone decide what each unit keeps."


class IndRNNTrace(MemoryTrace):
    """What one run of an independently recurrent network did, in L layers of H units."""

    table: ClassVar[Mapping[str, Array]] = COMMON | {
        "recurrent_weight": Array(
            "T L H", "number", "recurrent weight", "how much of itself a unit gets back"
        ),
        "hidden": Array("T L H", "number", "hidden", "what a unit puts out and keeps", simple=True),
    }
    kind: ClassVar[str] = "indrnn"
    about: ClassVar[str] = "Each unit gets back itself alone, scaled by one weight."


class LMUTrace(MemoryTrace):
    """What one run of a Legendre Memory Unit did: M coefficients for the last steps of u."""

    table: ClassVar[Mapping[str, Array]] = COMMON | {
        "encoded": Array("T", "number", "encoded", "the number that enters the memory"),
        "memory": Array(
            "T M", "number", "memory", "the encoded numbers' past, as coefficients", simple=True
        ),
        "hidden": Array(
            "T H", "activation", "hidden", "what a unit puts out and keeps", simple=True
        ),
    }
    kind: ClassVar[str] = "lmu"
    about: ClassVar[str] = (
        "The memory holds the last steps of one number as a polynomial; hidden units read it."
    )
