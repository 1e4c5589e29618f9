"""The fast weight programmer."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from memorylab.errors import check_choice
from memorylab.memory.delta_rule import delta_rule
from memorylab.memory.facts import Facts
from memorylab.memory.fast_weights import FastWeightLayer, FastWeightModel, aggregate, read
from memorylab.memory.model import Record, State
from memorylab.memory.trace_windows import FastWeightTrace


class FastWeightProgrammerLayer(FastWeightLayer):
    """A layer of :class:`FastWeightProgrammer`."""

    def __init__(self, input_size: int, key_size: int, update: str, sum_normalization: bool):
        super().__init__(input_size, key_size)
        self.update, self.phi = update, phi if sum_normalization else torch.relu
        self.write_strength = nn.Linear(input_size, 1) if update == "delta" else None

    def remember(
        self, x: Float[Tensor, "B T F"], state: State, record: Record
    ) -> tuple[Float[Tensor, "B T K"], State]:
        """Compute the equations of :class:`FastWeightProgrammer`."""
        queries = record("query", self.phi(self.query(x)))  # [B, T, K]
        keys = record("key", self.phi(self.key(x)))
        values = record("key_value", self.value(x))
        before = state["fast_weights"]
        if self.write_strength is None:
            written = torch.einsum("btk,btv->btkv", keys, values)
            strengths = record("write_strength", torch.ones_like(keys[..., 0]))
            weights = aggregate(strengths[..., None, None] * written, before, self.update)
        else:
            strengths = torch.sigmoid(self.write_strength(x)).squeeze(-1)  # [B, T]
            strengths = record("write_strength", strengths)
            weights = delta_rule(keys, values, strengths, torch.ones_like(strengths), before)
        weights = record("fast_weights", weights)
        return read(weights, queries), {"fast_weights": weights}


class FastWeightProgrammer(FastWeightModel):
    """The fast weight programmer of Schlag et al., "Linear transformers are secretly fast weight
    programmers" (ICML 2021, section 4): a slow network writes the weights of a fast one.

    ::

        W_t = W_{t−1} + β_t φ(k_t) (v_t − W_{t−1}ᵀ φ(k_t))ᵀ        β = σ(W_β x + b_β)
        read_t = W_tᵀ φ(q_t)                                        φ = ReLU, divided by its sum

    By the delta rule, a value takes the place of the one that its key had. Queries, keys and values
    are linear in the normalised input x; what follows them is :class:`FastWeightLayer`.

    POPGym's model of this name has no delta rule: with ``update="sum"``, W becomes the sum of
    ``φ(k) vᵀ``, and the two agree. Both have ReLU in place of the paper's DPFP.

    Args:
        input_size: Number of input features F.
        hidden_size: The output size H.
        key_size: Length K of keys, queries and values; the matrix W is ``[K, K]``.
        num_layers: Number L of layers; more than one is POPGym's ``DeepFastWeightProgrammer``.
        update: ``"delta"``; or POPGym's ``"sum"``, or its ``"max"``, which keeps the largest
            ``φ(k) vᵀ`` that each entry ever was.
        sum_normalization: Whether φ divides by its sum; otherwise it is ReLU alone.

    Raises:
        ValueError: A size is below 1, or there is no such update.
    """

    layer_class = FastWeightProgrammerLayer
    trace_class = FastWeightTrace
    facts = Facts(
        title="Fast weight programmer",
        paper="Schlag et al. 2021",
        keeps="a matrix K × K in each of L layers, in which a key's value is replaced",
        cost="L (4 F·K + 5 K²) + K·H",
        depth="√T",
    )

    def __init__(
        self,
        input_size: int,
        hidden_size: int = 64,
        key_size: int = 16,
        num_layers: int = 1,
        update: str = "delta",
        sum_normalization: bool = True,
    ):
        options = {
            "update": check_choice(update, "update", ("delta", "sum", "max")),
            "sum_normalization": sum_normalization,
        }
        super().__init__(input_size, hidden_size, key_size, num_layers, **options)


def phi(x: Float[Tensor, "B T K"]) -> Float[Tensor, "B T K"]:
    """Return ReLU of x, divided by its sum (their section 4.2)."""
    x = torch.relu(x)
    return x / (1e-5 + x.sum(-1, keepdim=True))
