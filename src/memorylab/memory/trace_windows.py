"""Traces of fast weights, and of models that see a window of their past."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from memorylab.memory.arrays import COMMON, Array
from memorylab.memory.trace import MemoryTrace

_FAST_WEIGHTS = {
    "query": Array("T K", "number", "query", "the key that is looked up"),
    "key": Array("T K", "number", "key", "the key that is written to"),
    "key_value": Array("T V", "number", "value", "what is written there"),
    "fast_weights": Array("T K V", "number", "fast weights", "what each key reads", simple=True),
}
_STRENGTH = Array("T", "fraction", "write strength", "1: the key's value is replaced, 0: kept")


class LinearAttentionTrace(MemoryTrace):
    """What one run of linear attention did: ``W = W_before + key key_valueᵀ``.

    What is read is ``queryᵀ W / (query · key_sum)``. Of several layers, it is the last.
    """

    table: ClassVar[Mapping[str, Array]] = (
        COMMON | _FAST_WEIGHTS | {"key_sum": Array("T K", "number", "key sum", "all keys so far")}
    )
    kind: ClassVar[str] = "linear_attention"
    about: ClassVar[str] = "Each step adds its value to what its key reads; nothing is forgotten."


class FastWeightTrace(MemoryTrace):
    """What one run of a fast weight programmer did, by the delta rule or by a sum.

    What is read is ``queryᵀ W``. Of several layers, it is the last.
    """

    table: ClassVar[Mapping[str, Array]] = COMMON | _FAST_WEIGHTS | {"write_strength": _STRENGTH}
    kind: ClassVar[str] = "fast_weights"
    about: ClassVar[str] = "Each step replaces, or adds to, the value that its key reads."


class GatedDeltaTrace(MemoryTrace):
    """What one run of the gated delta rule did: as a fast weight programmer, but W also decays."""

    table: ClassVar[Mapping[str, Array]] = (
        COMMON
        | _FAST_WEIGHTS
        | {
            "write_strength": _STRENGTH,
            "decay": Array("T", "fraction", "decay", "how much of all fast weights is kept"),
        }
    )
    kind: ClassVar[str] = "gated_delta"
    about: ClassVar[str] = "Each step replaces the value that its key reads, and all values fade."


class FrameStackTrace(MemoryTrace):
    """What one run of frame stacking did: K frames of C numbers, the oldest first."""

    table: ClassVar[Mapping[str, Array]] = COMMON | {
        "frames": Array("T K C", "number", "frames", "the last inputs, made smaller", simple=True)
    }
    kind: ClassVar[str] = "frame_stack"
    about: ClassVar[str] = "Each step sees the last inputs side by side, the oldest first."


class FrameConvolutionTrace(MemoryTrace):
    """What one run of a temporal convolution did: the output is a bias and the sum of the taps.

    The kernels themselves are ``model.convolution.weight`` ``[H, F, K]``, the oldest first.
    """

    table: ClassVar[Mapping[str, Array]] = COMMON | {
        "taps": Array(
            "T K H",
            "number",
            "taps",
            "what each of the last inputs adds, by its kernel",
            simple=True,
        )
    }
    kind: ClassVar[str] = "frame_convolution"
    about: ClassVar[str] = "Each of the last inputs adds to the output, by a kernel for its age."


class GTrXLTrace(MemoryTrace):
    """What one run of a GTrXL did: R heads attend to the last K steps, the oldest first."""

    table: ClassVar[Mapping[str, Array]] = COMMON | {
        "attention": Array(
            "T R K",
            "distribution",
            "attention",
            "how much each of the last steps counts",
            simple=True,
        ),
        "attention_gate": Array(
            "T H", "fraction", "attention's gate", "how much of what was attended to enters"
        ),
        "feed_forward_gate": Array(
            "T H", "fraction", "network's gate", "how much of the network's result enters"
        ),
    }
    kind: ClassVar[str] = "gtrxl"
    about: ClassVar[str] = "Each step attends to the last ones, itself included, the oldest first."
