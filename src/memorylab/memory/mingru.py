"""The minimal GRU."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from memorylab.errors import check_count
from memorylab.memory.facts import Facts
from memorylab.memory.model import Counts, Record, State
from memorylab.memory.parallel import ParallelModel, after_last_step
from memorylab.memory.scan import scan
from memorylab.memory.trace_linear import MinGRUTrace


class MinGRU(ParallelModel):
    """The minimal GRU of Feng et al., "Were RNNs all we needed?" (2024, section 3.1): a GRU whose
    gate and candidate see the input alone, so that it is linear in its state.

    ::

        h_t = (1 − u_t) ⊙ h_{t−1} + u_t ⊙ c_t        u_t = σ(W_u z_t + b_u),  c_t = W_c z_t + b_c

    In the paper, the gate u is called z, and the candidate c is h̃. Its appendix B computes with
    logarithms and makes the candidate positive for them; the scan here doesn't divide and needs
    neither.

    Args:
        input_size: Number of input features F.
        hidden_size: Number of hidden units H, and the output size.
    """

    trace_class = MinGRUTrace
    facts = Facts(
        title="minGRU",
        paper="Feng et al. 2024",
        keeps="H numbers, each kept or replaced by a gate that sees the input alone",
        cost="2 F·H",
        depth="log T",
    )

    def __init__(self, input_size: int, hidden_size: int = 64):
        super().__init__(input_size)
        self.hidden_size = check_count(hidden_size, "hidden_size")
        self.update_gate = nn.Linear(input_size, hidden_size)
        self.candidate = nn.Linear(input_size, hidden_size)

    @property
    def output_size(self) -> int:
        """Number of output features D, equal to ``hidden_size``."""
        return self.hidden_size

    def initial_state(self) -> State:
        """Return zeros ``[H]``."""
        return {"hidden": self.candidate.bias.new_zeros(self.hidden_size)}

    def run(
        self, z: Float[Tensor, "B T F"], state: State, seq_lens: Counts, record: Record
    ) -> tuple[Float[Tensor, "B T D"], State]:
        """Compute the recurrence above."""
        update = record("update_gate", torch.sigmoid(self.update_gate(z)))  # [B, T, H]
        candidate = record("candidate", self.candidate(z))  # [B, T, H]
        hidden = scan(1 - update, update * candidate, state["hidden"].unsqueeze(1))
        hidden = record("hidden", hidden.to(z.dtype))  # [B, T, H]
        return hidden, {"hidden": after_last_step(hidden, state["hidden"], seq_lens)}
