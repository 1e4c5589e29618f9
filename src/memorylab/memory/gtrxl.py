"""Attention over a sliding window, with the gates of GTrXL."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from memorylab.errors import check_count
from memorylab.memory.facts import Facts
from memorylab.memory.gru_gate import GRUGate
from memorylab.memory.model import Counts, Record, State
from memorylab.memory.parallel import ParallelModel, slide
from memorylab.memory.trace_windows import GTrXLTrace


class GTrXL(ParallelModel):
    """A layer of the gated transformer of Parisotto et al., "Stabilizing transformers for
    reinforcement learning" (ICML 2020, section 3), over a sliding window of K steps.

    ::

        e = W z + b
        x = gate(e, ReLU(attention(LN(e))))        y = gate(x, ReLU(MLP(LN(x))))
        gate(x, a) = (1 − u) ⊙ x + u ⊙ c            u = σ(W_u a + U_u x − b_u)
        c = tanh(W_c a + U_c (r ⊙ x))               r = σ(W_r a + U_r x)

    b_u begins at 2, so that at first little of the attention passes. The state has the keys and
    values of the last K − 1 steps, and for each whether there was such a step; gradients flow
    through it, where the paper stops them. A key's score has a learned term for its distance
    and head (Raffel et al. 2020), in place of Transformer-XL's.

    Args:
        input_size: Number of input features F.
        hidden_size: Size H of the stream, and the output size.
        window_size: Number K of steps that a step attends to, itself included; at least 2.
        num_heads: Number R of heads.
        head_size: Length of a head's keys and values.
    """

    trace_class = GTrXLTrace
    facts = Facts(
        title="GTrXL over a sliding window",
        paper="Parisotto et al. 2020",
        keeps="keys and values of the last K − 1 steps, S numbers each for all heads",
        cost="F·H + 4 H·S + 2 K·S + 16 H²",
        depth="1",
    )

    def __init__(
        self,
        input_size: int,
        hidden_size: int = 64,
        window_size: int = 32,
        num_heads: int = 4,
        head_size: int = 16,
    ):
        super().__init__(input_size)
        self.hidden_size = check_count(hidden_size, "hidden_size")
        self.window_size = check_count(window_size, "window_size", minimum=2)
        self.num_heads = check_count(num_heads, "num_heads")
        self.all_heads = self.num_heads * check_count(head_size, "head_size")  # S
        self.embed = nn.Linear(input_size, hidden_size)
        self.norms = nn.ModuleList(nn.LayerNorm(hidden_size) for _ in range(2))
        self.gates = nn.ModuleList(GRUGate(hidden_size) for _ in range(2))
        self.query, self.key, self.value = (
            nn.Linear(hidden_size, self.all_heads, bias=False) for _ in range(3)
        )
        self.distance = nn.Parameter(torch.zeros(num_heads, window_size))  # [R, K]
        self.mix = nn.Linear(self.all_heads, hidden_size)
        self.feed_forward = nn.Sequential(
            nn.Linear(hidden_size, 2 * hidden_size),
            nn.ReLU(),
            nn.Linear(2 * hidden_size, hidden_size),
        )

    @property
    def output_size(self) -> int:
        """Number of output features D, equal to ``hidden_size``."""
        return self.hidden_size

    def initial_state(self) -> State:
        """Return zeros: ``keys`` and ``values`` ``[K − 1, S]``, and ``present`` ``[K − 1]``."""
        zeros, past = self.mix.bias.new_zeros, self.window_size - 1
        sizes = {"keys": (past, self.all_heads), "values": (past, self.all_heads)}
        return {part: zeros(size) for part, size in (sizes | {"present": (past,)}).items()}

    def run(
        self, z: Float[Tensor, "B T F"], state: State, seq_lens: Counts, record: Record
    ) -> tuple[Float[Tensor, "B T D"], State]:
        """Compute the equations above."""
        x = self.embed(z)  # [B, T, H]
        normed = self.norms[0](x)
        new = {"keys": self.key(normed), "values": self.value(normed)}
        new["present"] = torch.ones_like(x[..., 0])
        after, windows = {}, {}
        for part, values in new.items():
            both, after[part] = slide(values, state[part], seq_lens)
            windows[part] = both.unfold(1, self.window_size, 1)  # [B, T, ..., K]

        by_head = (self.num_heads, -1)
        queries = self.query(normed).unflatten(2, by_head)  # [B, T, R, S / R]
        keys, values = (windows[part].unflatten(2, by_head) for part in ("keys", "values"))
        scores = torch.einsum("btrs,btrsk->btrk", queries, keys) * queries.shape[-1] ** -0.5
        attention = record("attention", self._weights(scores + self.distance, windows["present"]))
        attended = torch.einsum("btrk,btrsk->btrs", attention.to(values.dtype), values)

        x = self.gates[0](x, torch.relu(self.mix(attended.flatten(2))), record, "attention_gate")
        further = torch.relu(self.feed_forward(self.norms[1](x)))
        return self.gates[1](x, further, record, "feed_forward_gate"), after

    @staticmethod
    def _weights(scores: Float[Tensor, "B T R K"], present: Float[Tensor, "B T K"]) -> Tensor:
        """Return a softmax over the steps of the window that exist."""
        absent = (present == 0).unsqueeze(2)  # [B, T, 1, K]
        return torch.softmax(scores.masked_fill(absent, -torch.inf), -1)
