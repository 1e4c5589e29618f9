"""The Linear Recurrent Unit."""

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
from memorylab.memory.trace_linear import LRUTrace


class LRU(ParallelModel):
    """The Linear Recurrent Unit of Orvieto et al., "Resurrecting recurrent neural networks for long
    sequences" (ICML 2023): a linear recurrence with complex eigenvalues.

    ::

        h_t = λ ⊙ h_{t−1} + γ ⊙ (B z_t)        λ = exp(−exp(ν) + i exp(θ))
        y_t = Re(C h_t) + D z_t                h, λ, B and C are complex, γ and D real

    However ν is trained, the modulus of λ stays below 1 (their section 3.3). A unit's time
    constant, in which its state decays to 1/e, is exp(−ν) steps.

    Args:
        input_size: Number of input features F.
        hidden_size: Number of complex hidden units H, and the output size.
        min_radius, max_radius: Bounds of the modulus of λ at first. The default gives time
            constants of 10 to 1,000 steps; the paper's r_min and r_max depend on the task.
        max_phase: Bound of λ's angle at first.

    Raises:
        ValueError: The bounds are not ``0 <= min_radius < max_radius < 1``, or ``max_phase`` is not
            in (0, 2π].
    """

    trace_class = LRUTrace
    facts = Facts(
        title="Linear Recurrent Unit",
        paper="Orvieto et al. 2023",
        keeps="H complex numbers that rotate and decay, each at a learned rate",
        cost="3 F·H + 2 H²",
        depth="log T",
    )

    def __init__(
        self,
        input_size: int,
        hidden_size: int = 64,
        min_radius: float = 0.9,
        max_radius: float = 0.999,
        max_phase: float = 2 * math.pi,
    ):
        super().__init__(input_size)
        self.hidden_size = check_count(hidden_size, "hidden_size")
        if not 0 <= min_radius < max_radius < 1:
            raise ValueError(
                f"The bounds of |λ| must be 0 <= min_radius < max_radius < 1, got {min_radius!r} "
                f"and {max_radius!r}."
            )
        if not 0 < max_phase <= 2 * math.pi:
            raise ValueError(f"max_phase must be in (0, 2π], got {max_phase!r}.")
        # Uniform over the ring between the two radii (their lemma 3.2).
        square = min_radius**2 + torch.rand(hidden_size) * (max_radius**2 - min_radius**2)
        self.nu = nn.Parameter(torch.log(-0.5 * torch.log(square)))  # [H]
        self.theta = nn.Parameter(torch.log(max_phase * (1 - torch.rand(hidden_size))))  # [H]
        # Input of one variance gives hidden units of the same variance, whatever λ (their eq. 7).
        self.gamma_log = nn.Parameter(0.5 * torch.log1p(-square))  # [H]
        self.b = nn.Parameter(torch.randn(2, hidden_size, input_size) / (2 * input_size) ** 0.5)
        self.c = nn.Parameter(torch.randn(2, hidden_size, hidden_size) / hidden_size**0.5)
        self.d = nn.Linear(input_size, hidden_size, bias=False)

    @property
    def output_size(self) -> int:
        """Number of output features D, equal to ``hidden_size``."""
        return self.hidden_size

    def initial_state(self) -> State:
        """Return zeros ``[H]`` for the real and the imaginary part."""
        return {
            part: self.nu.new_zeros(self.hidden_size) for part in ("hidden_real", "hidden_imag")
        }

    def run(
        self, z: Float[Tensor, "B T F"], state: State, seq_lens: Counts, record: Record
    ) -> tuple[Float[Tensor, "B T D"], State]:
        """Compute the recurrence above."""
        time_constant = record("time_constant", torch.exp(-self.nu)[None, None])  # [1, 1, H]
        frequency = record("frequency", torch.exp(self.theta)[None, None])
        update = torch.einsum("btf,phf->pbth", z, self.b) * torch.exp(self.gamma_log)
        real, imag, after = complex_scan(
            eigenvalues(time_constant, frequency), as_complex(*update), state, seq_lens, record
        )  # [B, T, H] twice
        return real @ self.c[0].T - imag @ self.c[1].T + self.d(z), after
