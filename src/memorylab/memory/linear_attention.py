"""Linear attention, a transformer that is a recurrent network."""

from __future__ import annotations

from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import elu

from memorylab.errors import check_choice
from memorylab.memory.facts import Facts
from memorylab.memory.fast_weights import FastWeightLayer, FastWeightModel, aggregate, read
from memorylab.memory.model import Record, State
from memorylab.memory.trace_windows import LinearAttentionTrace


class LinearAttentionLayer(FastWeightLayer):
    """A layer of :class:`LinearAttention`."""

    def __init__(self, input_size: int, key_size: int, update: str, key_update: str):
        super().__init__(input_size, key_size)
        self.update, self.key_update = update, key_update

    def remember(
        self, x: Float[Tensor, "B T F"], state: State, record: Record
    ) -> tuple[Float[Tensor, "B T K"], State]:
        """Compute the equations of :class:`LinearAttention`."""
        queries = record("query", elu(self.query(x)) + 1)  # [B, T, K]
        keys = record("key", elu(self.key(x)) + 1)
        values = record("key_value", self.value(x))
        written = torch.einsum("btk,btv->btkv", keys, values)
        weights = aggregate(written, state["fast_weights"], self.update)
        weights = record("fast_weights", weights)
        key_sum = record("key_sum", aggregate(keys, state["key_sum"], self.key_update))
        share = (queries * key_sum).sum(-1, keepdim=True) + 1e-5
        return read(weights, queries) / share, {"fast_weights": weights, "key_sum": key_sum}


class LinearAttention(FastWeightModel):
    """Linear attention of Katharopoulos et al., "Transformers are RNNs" (ICML 2020, section 3.4).

    ::

        W_t = W_{t−1} + φ(k_t) v_tᵀ        n_t = n_{t−1} + φ(k_t)        φ = elu + 1
        read_t = φ(q_t)ᵀ W_t / (φ(q_t) · n_t)

    Attention to all steps so far, where a key's weight is φ(q) · φ(k): so their sum can be kept in
    place of the steps. Nothing is ever forgotten. Queries, keys and values are linear in the
    normalised input; what follows them is :class:`FastWeightLayer`. W_t and n_t are sums over all
    steps before, which one pass gives.

    Args:
        input_size: Number of input features F.
        hidden_size: The output size H.
        key_size: Length K of keys, queries and values; the matrix W is ``[K, K]``.
        num_layers: Number L of layers; more than one is POPGym's ``DeepLinearAttention``.
        update, key_update: How W and n take in what is new: by ``"sum"``, or by POPGym's ``"max"``,
            which keeps the largest that each entry ever was.

    Raises:
        ValueError: A size is below 1, or there is no such update.
    """

    layer_class = LinearAttentionLayer
    parts: ClassVar = {"fast_weights": 2, "key_sum": 1}
    trace_class = LinearAttentionTrace
    facts = Facts(
        title="Linear attention",
        paper="Katharopoulos et al. 2020",
        keeps="the sum of all steps' keys times values, K × K in each of L layers",
        cost="L (4 F·K + 4 K²) + K·H",
        depth="1",
    )

    def __init__(
        self,
        input_size: int,
        hidden_size: int = 64,
        key_size: int = 16,
        num_layers: int = 1,
        update: str = "sum",
        key_update: str = "sum",
    ):
        updates = {"update": update, "key_update": key_update}
        for name, value in updates.items():
            check_choice(value, name, ("sum", "max"))
        super().__init__(input_size, hidden_size, key_size, num_layers, **updates)
