"""The gated delta rule: fast weights that are replaced and forgotten."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import silu, softplus

from memorylab.memory.delta_rule import delta_rule
from memorylab.memory.facts import Facts
from memorylab.memory.fast_weights import FastWeightLayer, FastWeightModel, read
from memorylab.memory.model import Record, State
from memorylab.memory.trace_windows import GatedDeltaTrace


class GatedDeltaLayer(FastWeightLayer):
    """A layer of :class:`GatedDelta`."""

    def __init__(self, input_size: int, key_size: int):
        super().__init__(input_size, key_size)
        self.write_strength = nn.Linear(input_size, 1)
        self.decay = nn.Linear(input_size, 1)
        # α begins near 0.98: half of W is left after 38 steps.
        nn.init.constant_(self.decay.bias, -4.0)

    def remember(
        self, x: Float[Tensor, "B T F"], state: State, record: Record
    ) -> tuple[Float[Tensor, "B T K"], State]:
        """Compute the equations of :class:`GatedDelta`."""
        queries = record("query", unit(silu(self.query(x))))  # [B, T, K]
        keys = record("key", unit(silu(self.key(x))))
        values = record("key_value", silu(self.value(x)))
        strengths = torch.sigmoid(self.write_strength(x)).squeeze(-1)  # [B, T]
        strengths = record("write_strength", strengths)
        decays = record("decay", torch.exp(-softplus(self.decay(x))).squeeze(-1))
        weights = delta_rule(keys, values, strengths, decays, state["fast_weights"])
        weights = record("fast_weights", weights)
        return read(weights, queries), {"fast_weights": weights}


class GatedDelta(FastWeightModel):
    """The gated delta rule of Yang et al., "Gated delta networks: improving Mamba2 with delta rule"
    (2024, section 3): fast weights with forgetting.

    ::

        W_t = α_t W_{t−1} + β_t k_t (v_t − α_t W_{t−1}ᵀ k_t)ᵀ        read_t = W_tᵀ q_t
        α = exp(−softplus(w_α x + b_α))                              β = σ(w_β x + b_β)

    The delta rule replaces the value of one key, and the decay α can clear all at once. Queries
    and keys are SiLU of a linear map of the normalised input x, with norm 1; values are SiLU of
    another. The paper's network has short convolutions before these and a gate behind, which are
    left out; what follows is :class:`FastWeightLayer`.

    Args:
        input_size: Number of input features F.
        hidden_size: The output size H.
        key_size: Length K of keys, queries and values; the matrix W is ``[K, K]``.
        num_layers: Number L of layers.
    """

    layer_class = GatedDeltaLayer
    trace_class = GatedDeltaTrace
    facts = Facts(
        title="Gated delta rule",
        paper="Yang et al. 2024",
        keeps="a matrix K × K in each of L layers, replaced by key and cleared by a gate",
        cost="L (4 F·K + 6 K²) + K·H",
        depth="√T",
    )


def unit(x: Float[Tensor, "B T K"]) -> Float[Tensor, "B T K"]:
    """Return x with norm 1; near 0, where the direction is noise, with less."""
    return x * torch.rsqrt(x.square().sum(-1, keepdim=True) + 1e-6)
