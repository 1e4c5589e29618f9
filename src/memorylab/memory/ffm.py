"""Fast and Forgetful Memory."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn

from memorylab.errors import check_count
from memorylab.memory.facts import Facts
from memorylab.memory.model import Counts, Record, State
from memorylab.memory.parallel import ParallelModel
from memorylab.memory.spectrum import complex_scan, eigenvalues
from memorylab.memory.trace_linear import FFMTrace


class FastAndForgetful(ParallelModel):
    """Fast and Forgetful Memory of Morad et al., "Reinforcement learning with fast and forgetful
    memory" (NeurIPS 2023, section 4): M traces of the input, each seen at C frequencies.

    ::

        S_t = exp(−α) exp(iω)ᵀ ⊙ S_{t−1} + x_t 1ᵀ        x = (W₁ z + b₁) ⊙ σ(W₂ z + b₂)
        y_t = LN(W₃ [Re S_t, Im S_t] + b₃) ⊙ g + (W₅ z + b₅) ⊙ (1 − g)        g = σ(W₄ z + b₄)

    S is complex ``[M, C]``: all of a row decay at one rate α, all of a column turn with one
    frequency ω. LN is layer normalisation without weights.

    The authors' program cuts each α to a range in place, because it divides by decays over a whole
    sequence. The scan doesn't divide, so here α is exp of a parameter, and any α above 0 will do.

    Args:
        input_size: Number of input features F.
        hidden_size: The output size H.
        memory_size: Number M of traces.
        context_size: Number C of frequencies.
        max_period: The longest period at first, in steps, at least 7. At first the slowest trace
            has faded to 1% after so many steps; the fastest halves in one.
    """

    trace_class = FFMTrace
    facts = Facts(
        title="Fast and Forgetful Memory",
        paper="Morad et al. 2023",
        keeps="M traces of the input that fade, each seen at C frequencies",
        cost="2 F·(M + H) + 2 M·C·H",
        depth="log T",
    )

    def __init__(
        self,
        input_size: int,
        hidden_size: int = 64,
        memory_size: int = 32,
        context_size: int = 4,
        max_period: int = 1024,
    ):
        super().__init__(input_size)
        self.hidden_size = check_count(hidden_size, "hidden_size")
        self.memory_size = check_count(memory_size, "memory_size")
        self.context_size = check_count(context_size, "context_size")
        check_count(max_period, "max_period", minimum=7)
        fastest, slowest = math.log(2), math.log(100) / max_period
        self.alpha_log = nn.Parameter(torch.linspace(fastest, slowest, memory_size).log())  # [M]
        self.omega = nn.Parameter(2 * math.pi / torch.linspace(1, max_period, context_size))  # [C]
        self.input_map = nn.Linear(input_size, memory_size)
        self.input_gate = nn.Linear(input_size, memory_size)
        self.mix = nn.Linear(2 * memory_size * context_size, hidden_size)
        self.output_gate = nn.Linear(input_size, hidden_size)
        self.skip = nn.Linear(input_size, hidden_size)

    @property
    def output_size(self) -> int:
        """Number of output features D, equal to ``hidden_size``."""
        return self.hidden_size

    def initial_state(self) -> State:
        """Return zeros ``[M, C]`` for the real and the imaginary part."""
        size = (self.memory_size, self.context_size)
        return {part: self.omega.new_zeros(size) for part in ("hidden_real", "hidden_imag")}

    def run(
        self, z: Float[Tensor, "B T F"], state: State, seq_lens: Counts, record: Record
    ) -> tuple[Float[Tensor, "B T D"], State]:
        """Compute the equations above."""
        time_constant = record("time_constant", torch.exp(-self.alpha_log)[None, None])  # [1, 1, M]
        frequency = record("frequency", self.omega[None, None])  # [1, 1, C]
        decay = eigenvalues(time_constant.unsqueeze(-1), frequency.unsqueeze(-2))  # [1, 1, M, C]
        gate = record("input_gate", torch.sigmoid(self.input_gate(z)))  # [B, T, M]
        x = (self.input_map(z) * gate).unsqueeze(-1).expand(-1, -1, -1, self.context_size)
        real, imag, after = complex_scan(decay, x, state, seq_lens, record)

        mixed = self.mix(torch.stack([real, imag], -1).flatten(2))  # [B, T, D]
        gate = record("output_gate", torch.sigmoid(self.output_gate(z)))
        normed = nn.functional.layer_norm(mixed, (self.hidden_size,))
        return normed * gate + self.skip(z) * (1 - gate), after
