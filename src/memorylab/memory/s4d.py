"""The diagonal state space model S4D."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn

from memorylab.errors import check_count
from memorylab.memory.facts import Facts
from memorylab.memory.model import Counts, Record, State
from memorylab.memory.parallel import ParallelModel
from memorylab.memory.spectrum import as_complex, complex_scan, eigenvalues
from memorylab.memory.trace_linear import S4DTrace


class S4D(ParallelModel):
    """The diagonal state space model of Gu et al., "On the parameterization and initialization of
    diagonal state space models" (NeurIPS 2022): of each of H channels u, a linear system with S
    complex modes, discretised by zero-order hold.

    ::

        h_t = exp(Δ A) ⊙ h_{t−1} + (exp(Δ A) − 1) / A · u_t        u = W z + b
        v_t = 2 Re(C h_t) + d u_t                                  y = GLU(W' GELU(v) + b')

    A and C are complex ``[H, S]``, and a channel has one step size Δ. A begins as S4D-Lin does,
    −1/2 + iπn, and B is 1 (their sections 3.4 and 4). A mode stands for itself and its conjugate,
    which is where the 2 comes from.

    Args:
        input_size: Number of input features F.
        hidden_size: Number of channels H, and the output size.
        num_modes: Number S of modes of a channel; the paper's state size N is 2 S.
        min_step, max_step: Bounds of the step sizes at first.

    Raises:
        ValueError: A size is below 1, or not ``0 < min_step < max_step``.
    """

    trace_class = S4DTrace
    facts = Facts(
        title="S4D",
        paper="Gu et al. 2022",
        keeps="for each of H channels, S complex numbers that rotate and decay",
        cost="F·H + 2 H² + 8 H·S",
        depth="log T",
    )

    def __init__(
        self,
        input_size: int,
        hidden_size: int = 64,
        num_modes: int = 4,
        min_step: float = 0.001,
        max_step: float = 0.1,
    ):
        super().__init__(input_size)
        self.hidden_size = check_count(hidden_size, "hidden_size")
        self.num_modes = check_count(num_modes, "num_modes")
        if not 0 < min_step < max_step:
            raise ValueError(
                f"The step sizes must be 0 < min_step < max_step, got {min_step!r} and "
                f"{max_step!r}."
            )
        self.input_map = nn.Linear(input_size, hidden_size)
        low, high = math.log(min_step), math.log(max_step)
        self.log_step = nn.Parameter(low + torch.rand(hidden_size) * (high - low))  # [H]
        modes = math.pi * torch.arange(num_modes).float().repeat(hidden_size, 1)  # [H, S]
        self.a_real_log = nn.Parameter(torch.full_like(modes, math.log(0.5)))
        self.a_imag = nn.Parameter(modes)
        self.c = nn.Parameter(torch.randn(2, hidden_size, num_modes) / 2**0.5)
        self.d = nn.Parameter(torch.randn(hidden_size))
        self.output_map = nn.Linear(hidden_size, 2 * hidden_size)

    @property
    def output_size(self) -> int:
        """Number of output features D, equal to ``hidden_size``."""
        return self.hidden_size

    def initial_state(self) -> State:
        """Return zeros ``[H, S]`` for the real and the imaginary part."""
        zeros = torch.zeros_like(self.a_imag.detach())
        return {"hidden_real": zeros, "hidden_imag": zeros.clone()}

    def run(
        self, z: Float[Tensor, "B T F"], state: State, seq_lens: Counts, record: Record
    ) -> tuple[Float[Tensor, "B T D"], State]:
        """Compute the equations above."""
        step = torch.exp(self.log_step).unsqueeze(-1)  # [H, 1]
        rate = torch.exp(self.a_real_log)  # [H, S]
        time_constant = record("time_constant", (1 / (step * rate))[None, None])  # [1, 1, H, S]
        frequency = record("frequency", (step * self.a_imag)[None, None])
        decay = eigenvalues(time_constant, frequency)
        enters = (decay - 1) / as_complex(-rate, self.a_imag)

        u = self.input_map(z)  # [B, T, H]
        update = enters * u.unsqueeze(-1)  # [B, T, H, S]
        real, imag, after = complex_scan(decay, update, state, seq_lens, record)
        v = 2 * (self.c[0] * real - self.c[1] * imag).sum(-1) + self.d * u  # [B, T, H]
        return nn.functional.glu(self.output_map(nn.functional.gelu(v))), after
