"""The Legendre Memory Unit."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import linear

from memorylab.errors import check_count
from memorylab.memory.facts import Facts
from memorylab.memory.model import Record, State
from memorylab.memory.parallel import SequentialModel
from memorylab.memory.trace_linear import LMUTrace


class LMU(SequentialModel):
    """The Legendre Memory Unit of Voelker et al., "Legendre memory units: continuous-time
    representation in recurrent neural networks" (NeurIPS 2019).

    ::

        u_t = e_z z_t + e_h h_{t−1} + e_m m_{t−1}            one number (their eq. 7)
        m_t = A m_{t−1} + B u_t                              (eq. 4)
        h_t = tanh(W_z z_t + W_h h_{t−1} + W_m m_t)          (eq. 6)

    m holds the last θ steps of u as coefficients of Legendre polynomials. A and B say how these
    change in a step, by zero-order hold of their eq. 2. They are constants unless asked for.

    Args:
        input_size: Number of input features F.
        hidden_size: Number of hidden units H, and the output size.
        memory_size: Number M of coefficients.
        window: Length θ of the window, in steps.
        learn_a, learn_b: Whether A and B are parameters, which begin with these values.
    """

    trace_class = LMUTrace
    facts = Facts(
        title="Legendre Memory Unit",
        paper="Voelker et al. 2019",
        keeps="the last θ steps of one number, as M coefficients; and H hidden units",
        cost="F·H + H² + M·H + M²",
        depth="T",
    )

    def __init__(
        self,
        input_size: int,
        hidden_size: int = 64,
        memory_size: int = 64,
        window: int = 64,
        learn_a: bool = False,
        learn_b: bool = False,
    ):
        super().__init__(input_size)
        self.hidden_size = check_count(hidden_size, "hidden_size")
        self.memory_size = check_count(memory_size, "memory_size")
        self.window = check_count(window, "window")
        sizes = {"input": input_size, "hidden": hidden_size, "memory": memory_size}
        self.encoders = nn.ParameterDict({key: torch.zeros(1, size) for key, size in sizes.items()})
        self.kernels = nn.ParameterDict(
            {key: nn.init.xavier_normal_(torch.empty(hidden_size, n)) for key, n in sizes.items()}
        )
        for key in ("input", "hidden"):  # LeCun's uniform distribution
            bound = (3 / sizes[key]) ** 0.5
            nn.init.uniform_(self.encoders[key], -bound, bound)
        self.a: Tensor
        self.b: Tensor
        learned = {"a": learn_a, "b": learn_b}
        for name, matrix in zip("ab", transition(memory_size, window), strict=True):
            if learned[name]:
                self.register_parameter(name, nn.Parameter(matrix))
            else:
                self.register_buffer(name, matrix, persistent=False)

    @property
    def output_size(self) -> int:
        """Number of output features D, equal to ``hidden_size``."""
        return self.hidden_size

    def initial_state(self) -> State:
        """Return zeros: ``hidden`` ``[H]`` and ``memory`` ``[M]``."""
        return {
            key: torch.zeros_like(self.encoders[key][0].detach()) for key in ("hidden", "memory")
        }

    def step(
        self, x: Float[Tensor, "B F"], state: State, record: Record
    ) -> tuple[Float[Tensor, "B H"], State]:
        """Compute one step; the hidden units take part in what is encoded."""
        e, w, h, m = self.encoders, self.kernels, state["hidden"], state["memory"]
        u = linear(x, e["input"]) + linear(h, e["hidden"]) + linear(m, e["memory"])  # [B, 1]
        u = record("encoded", u.squeeze(-1)).unsqueeze(-1)
        m = record("memory", (linear(m, self.a) + linear(u, self.b)).to(m.dtype))  # [B, M]
        h = linear(x, w["input"]) + linear(h, w["hidden"]) + linear(m, w["memory"])  # [B, H]
        h = record("hidden", torch.tanh(h).to(m.dtype))
        return h, {"hidden": h, "memory": m}


def transition(memory_size: int, window: int) -> tuple[Tensor, Tensor]:
    """Return A ``[M, M]`` and B ``[M, 1]`` of one step, by zero-order hold of their eq. 2."""
    i = torch.arange(memory_size, dtype=torch.float64).unsqueeze(1)  # [M, 1]
    j = i.T
    rate = (2 * i + 1) / window
    a = rate * torch.where(i < j, -1.0, (-1.0) ** (i - j + 1))
    b = rate * (-1.0) ** i
    # The exponential of [[A, B], [0, 0]] holds both in its first rows.
    both = torch.zeros(memory_size + 1, memory_size + 1, dtype=torch.float64)
    both[:-1] = torch.cat([a, b], 1)
    exponential = torch.linalg.matrix_exp(both)[:-1].float()
    return exponential[:, :-1], exponential[:, -1:]
