"""Layers and models whose state is a matrix of fast weights, written by outer products."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn

from memorylab.errors import check_count
from memorylab.memory.model import Counts, Record, State
from memorylab.memory.parallel import ParallelModel, after_last_step, keep


class FastWeightLayer(nn.Module):
    """One layer: a query reads what keys and values have written; then a small network, and a skip.

    ``y = ReLU(W₂ ReLU(W₁ read + b₁) + b₂) + W₃ x + b₃`` with x the normalised input, as in POPGym.

    Args:
        input_size: Number of input features F.
        key_size: Length K of keys, queries and values.
    """

    def __init__(self, input_size: int, key_size: int):
        super().__init__()
        self.norm = nn.LayerNorm(input_size)
        self.query, self.key, self.value = (
            nn.Linear(input_size, key_size, bias=False) for _ in range(3)
        )
        self.feed_forward = nn.Sequential(
            nn.Linear(key_size, key_size), nn.ReLU(), nn.Linear(key_size, key_size), nn.ReLU()
        )
        self.shortcut = nn.Linear(input_size, key_size)

    @abstractmethod
    def remember(
        self, x: Float[Tensor, "B T F"], state: State, record: Record
    ) -> tuple[Float[Tensor, "B T K"], State]:
        """Return what is read at each step, and the states after each step ``[B, T, ...]``."""

    def forward(
        self, x: Float[Tensor, "B T F"], state: State, seq_lens: Counts, record: Record
    ) -> tuple[Float[Tensor, "B T K"], State]:
        """Return the layer's outputs, and the state after each row's last real step."""
        x = self.norm(x)
        read, states = self.remember(x, state, record)
        after = {key: after_last_step(states[key], state[key], seq_lens) for key in states}
        return self.feed_forward(read.to(x.dtype)) + self.shortcut(x), after


class FastWeightModel(ParallelModel):
    """Layers of fast weights, each of which reads the one before.

    A trace shows the last layer.

    Args:
        input_size: Number of input features F.
        hidden_size: The output size H.
        key_size: Length K of keys, queries and values.
        num_layers: Number L of layers.
        **options: For the layers.
    """

    layer_class: type[FastWeightLayer]
    parts: ClassVar[dict[str, int]] = {"fast_weights": 2}
    """The parts of a layer's state, with their number of dimensions."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int = 64,
        key_size: int = 16,
        num_layers: int = 1,
        **options: Any,
    ):
        super().__init__(input_size)
        self.hidden_size = check_count(hidden_size, "hidden_size")
        self.key_size = check_count(key_size, "key_size")
        sizes = [input_size] + [key_size] * (check_count(num_layers, "num_layers") - 1)
        self.layers = nn.ModuleList(self.layer_class(size, key_size, **options) for size in sizes)
        self.output_map = nn.Linear(key_size, hidden_size)

    @property
    def output_size(self) -> int:
        """Number of output features D, equal to ``hidden_size``."""
        return self.hidden_size

    def initial_state(self) -> State:
        """Return zeros: ``fast_weights`` ``[L, K, K]`` and what else a layer keeps."""
        zeros, layers = self.output_map.bias.new_zeros, len(self.layers)
        return {
            part: zeros(layers, *[self.key_size] * dimensions)
            for part, dimensions in self.parts.items()
        }

    def run(
        self, z: Float[Tensor, "B T F"], state: State, seq_lens: Counts, record: Record
    ) -> tuple[Float[Tensor, "B T D"], State]:
        """Run layer after layer, each over all steps."""
        x, after = z, []
        for n, layer in enumerate(self.layers):
            own = {part: tensor[:, n] for part, tensor in state.items()}
            note = record if n == len(self.layers) - 1 else keep
            x, own = layer(x, own, seq_lens, note)  # [B, T, K]
            after.append(own)
        stacked = {part: torch.stack([one[part] for one in after], 1) for part in state}
        return self.output_map(x), stacked


def aggregate(
    values: Float[Tensor, "B T *S"], state: Float[Tensor, "B *S"], update: str
) -> Float[Tensor, "B T *S"]:
    """Return the ``"sum"`` or the ``"max"`` of the state and all values up to each step."""
    values, before = values.to(state.dtype), state.unsqueeze(1)
    if update == "max":
        return torch.maximum(before, values.cummax(1).values)
    return before + values.cumsum(1)


def read(fast_weights: Float[Tensor, "B T K V"], queries: Float[Tensor, "B T K"]) -> Tensor:
    """Return ``q_tᵀ W_t`` ``[B, T, V]``."""
    return torch.einsum("btk,btkv->btv", queries.to(fast_weights.dtype), fast_weights)
