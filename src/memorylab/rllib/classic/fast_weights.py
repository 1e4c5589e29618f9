"""POPGym's linear attention and fast weight programmer, of one layer and of several."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from memorylab.errors import check_choice, check_count
from memorylab.memory import State
from memorylab.rllib.classic.base_model import BaseModel


class _FastWeights(BaseModel):
    """L layers, each of whose states has a list's next tensors, ``[1, ...]``."""

    RENAMED: ClassVar[dict[str, str]] = {
        r"core.(\d+).ff": r"core.layers.\1.feed_forward",
        r"core.(\d+)": r"core.layers.\1",
        "core.ff": "core.layers.0.feed_forward",
        "core": "core.layers.0",
        "unmap": "core.output_map",
    }
    # Keys are by this much shorter than the root of the numbers that a layer may keep.
    _shorter: ClassVar[int] = 0

    def _memory_options(self) -> dict[str, Any]:
        size, layers = self.cfg["hidden_size"], self.cfg.get("num_layers", 1)
        check_count(layers, "num_layers")
        key_size = round((size // layers) ** 0.5 - self._shorter)
        what = f"The length of keys for hidden_size {size} and {layers} layers"
        return {"key_size": check_count(key_size, what), "num_layers": layers}

    def _update(self, key: str, *further: str) -> str:
        return check_choice(self.cfg[key], key, ("sum", "max", *further))

    def _to_core(self, state: list[Tensor]) -> State:
        parts = list(self.core.initial_state())
        return {
            part: torch.cat(state[n :: len(parts)], 1)  # [B, L, ...]
            for n, part in enumerate(parts)
        }

    def _to_list(self, state: State) -> list[Tensor]:
        layers = [tensor.split(1, 1) for tensor in super()._to_list(state)]
        return [tensor for layer in zip(*layers, strict=True) for tensor in layer]


class LinearAttention(_FastWeights):
    """The network of :class:`memorylab.memory.LinearAttention` as an RLlib model.

    Keys have the length K = round(√H − 1). The memory's state is two tensors: the fast weights
    ``[1, K, K]`` and the sum of keys ``[1, K]``. The options ``S_aggregator`` and ``Z_aggregator``,
    ``"sum"`` or ``"max"``, are how these take in a step.
    """

    MEMORY = "linear_attention"
    MODEL_CONFIG: ClassVar[dict[str, Any]] = {
        "embedding": "sine",
        "S_aggregator": "sum",
        "Z_aggregator": "sum",
    }
    _shorter = 1

    def _memory_options(self) -> dict[str, Any]:
        updates = {
            "update": self._update("S_aggregator"),
            "key_update": self._update("Z_aggregator"),
        }
        return super()._memory_options() | updates


class DeepLinearAttention(LinearAttention):
    """A :class:`LinearAttention` of ``num_layers`` L, with K = round(√(H // L) − 1).

    Each layer has two tensors in the state.
    """

    MODEL_CONFIG: ClassVar[dict[str, Any]] = {
        **LinearAttention.MODEL_CONFIG,
        "embedding": None,
        "num_layers": 4,
    }


class FastWeightProgrammer(_FastWeights):
    """The network of :class:`memorylab.memory.FastWeightProgrammer` as an RLlib model.

    Keys have the length K = round(√H). The memory's state is one tensor ``[1, K, K]``, the fast
    weights, whose last dimension is the key's. Options besides those of :class:`BaseModel`:

    - ``aggregator``: ``"sum"`` or ``"max"``; or ``"delta"``, the paper's rule, which POPGym lacks.
    - ``sum_normalization``: whether keys and queries are divided by their sums.
    """

    MEMORY = "fast_weights"
    MODEL_CONFIG: ClassVar[dict[str, Any]] = {
        "sum_normalization": True,
        "embedding": "sine",
        "aggregator": "sum",
    }

    def _memory_options(self) -> dict[str, Any]:
        updates = {
            "update": self._update("aggregator", "delta"),
            "sum_normalization": self.cfg["sum_normalization"],
        }
        return super()._memory_options() | updates

    def _to_core(self, state: list[Tensor]) -> State:
        return super()._to_core([tensor.mT for tensor in state])

    def _to_list(self, state: State) -> list[Tensor]:
        return [tensor.mT for tensor in super()._to_list(state)]


class DeepFastWeightProgrammer(FastWeightProgrammer):
    """A :class:`FastWeightProgrammer` of ``num_layers`` L, with K = round(√(H // L)).

    Each layer has a tensor in the state.
    """

    MODEL_CONFIG: ClassVar[dict[str, Any]] = {
        **FastWeightProgrammer.MODEL_CONFIG,
        "embedding": None,
        "num_layers": 4,
    }
