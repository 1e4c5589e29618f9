"""The gate of GTrXL."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from memorylab.memory.model import Record


class GRUGate(nn.Module):
    """The gate between a transformer's stream x and what a layer adds, a: "GRU-type" gating of
    Parisotto et al., "Stabilizing transformers for reinforcement learning" (2020, section 3.2).

    Args:
        size: Size H of both.
    """

    def __init__(self, size: int):
        super().__init__()
        self.of_new = nn.Linear(size, 3 * size, bias=False)
        self.of_stream = nn.Linear(size, 2 * size, bias=False)
        self.of_reset = nn.Linear(size, size, bias=False)
        self.bias = nn.Parameter(torch.full((size,), 2.0))

    def forward(
        self, x: Float[Tensor, "B T H"], a: Float[Tensor, "B T H"], record: Record, name: str
    ) -> Float[Tensor, "B T H"]:
        """Return the stream after the layer, and record u."""
        reset, update, candidate = self.of_new(a).chunk(3, -1)
        reset_stream, update_stream = self.of_stream(x).chunk(2, -1)
        update = record(name, torch.sigmoid(update + update_stream - self.bias))
        reset = torch.sigmoid(reset + reset_stream)
        candidate = torch.tanh(candidate + self.of_reset(reset * x))
        return (1 - update) * x + update * candidate
