"""The control group: models that remember nothing, with and without a clock."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn

from memorylab.errors import check_count
from memorylab.memory.facts import Facts
from memorylab.memory.model import Counts, MemoryModel, State
from memorylab.memory.trace_classes import MemorylessTrace
from memorylab.networks import positional_encoding


class FeedForward(MemoryModel):
    """A multilayer perceptron that sees one step at a time and remembers nothing.

    What it can't learn, a task needs memory for. The core of POPGym's ``BasicMLP`` (Morad et al.,
    ICLR 2023): two linear layers, each followed by a leaky ReLU.

    Args:
        input_size: Number of input features F.
        hidden_size: Width of both layers, and the output size.
    """

    trace_class = MemorylessTrace
    facts = Facts(
        title="Multilayer perceptron",
        paper="Morad et al. 2023 (POPGym)",
        keeps="nothing",
        cost="F·H + H²",
        depth="1",
    )

    def __init__(self, input_size: int, hidden_size: int = 64):
        super().__init__(input_size)
        self.hidden_size = check_count(hidden_size, "hidden_size")
        self.core = nn.Sequential(
            nn.Linear(input_size, hidden_size),
            nn.LeakyReLU(),
            nn.Linear(hidden_size, hidden_size),
            nn.LeakyReLU(),
        )

    @property
    def output_size(self) -> int:
        """Number of output features D, equal to ``hidden_size``."""
        return self.hidden_size

    def initial_state(self) -> State:
        """Return ``{}``: there is nothing to remember."""
        return {}

    def forward_memory(
        self, z: Float[Tensor, "B T F"], state: State, t_starts: Counts, seq_lens: Counts
    ) -> tuple[Float[Tensor, "B T D"], State]:
        """Apply the same network to every step."""
        return self.core(z), state


class ClockedFeedForward(FeedForward):
    """A multilayer perceptron that also knows how many steps have passed.

    The core of POPGym's ``MLP``: a sinusoidal encoding of the step number (Vaswani et al. 2017,
    section 3.5) is mixed into the input, ``(1 − s) z + s · encoding(t)``, with a learned strength
    ``s`` in (0, 1), at first 0.5. It can act by the clock, but not by what it has seen. Steps
    beyond ``max_len`` are as good as any: the encoding is computed, not looked up.

    Args:
        input_size: Number of input features F.
        hidden_size: Width of both layers, and the output size.
        max_len: Expected length of an episode.
        base: Base of the wavelengths, which run from 2π to nearly 2π · base. By default
            ``max_len``, as in POPGym; 10000 is Vaswani's choice.
    """

    facts = Facts(
        title="Multilayer perceptron with a clock",
        paper="Vaswani et al. 2017 (its encoding)",
        keeps="nothing; it is told the number of steps so far",
        cost="F·H + H²",
        depth="1",
    )

    def __init__(
        self, input_size: int, hidden_size: int = 64, max_len: int = 1000, base: float | None = None
    ):
        super().__init__(input_size, hidden_size)
        self.max_len = check_count(max_len, "max_len", minimum=2)
        self.base = float(max_len if base is None else base)
        if not 1 < self.base < math.inf:
            raise ValueError(f"base must be a finite number above 1, but is {base!r}.")
        # Through the sigmoid, so that training can move the strength from wherever it is.
        self.clock_logit = nn.Parameter(torch.tensor(0.0))

    def forward_memory(
        self, z: Float[Tensor, "B T F"], state: State, t_starts: Counts, seq_lens: Counts
    ) -> tuple[Float[Tensor, "B T D"], State]:
        """Mix the encoded step number into each step, then apply the network."""
        steps = torch.arange(z.shape[1], device=z.device)  # [T]
        positions = t_starts.unsqueeze(1) + steps  # [B, T]
        # Encode in float64; otherwise a float64 model would receive a float32-rounded clock.
        clock = positional_encoding(positions.double(), self.input_size, self.base)  # [B, T, F]
        strength = torch.sigmoid(self.clock_logit)
        return self.core((1 - strength) * z + strength * clock.to(z.dtype)), state
