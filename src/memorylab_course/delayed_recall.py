"""A word to recall after a wait full of noise, and the networks that learn to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Generator, Tensor, nn

from memorylab.errors import check_count, reject_unknown_keys
from memorylab.memory import GRU, LSTM, Elman, WithReadout
from memorylab.memory.model import Counts, MemoryModel, State, run_steps
from memorylab.tasks import Batch, Task


@dataclass(frozen=True)
class DelayedRecall(Task):
    """Recall the word of the first step, ``lag`` steps later.

    A sequence takes ``lag + 1`` steps. The first shows a word; the steps between show other random
    words, which don't matter; the last asks, and shows nothing.

    Input channels:
        0 to ``word_size - 1``: A word's bits, as -1 and 1; 0 in the last step.
        ``word_size``: 1 in the first step: remember this.
        ``word_size + 1``: 1 in the last step: answer now.

    Target: the first word's bits, in the last step.

    Args:
        lag: Steps from the word to the answer.
        word_size: Bits in a word.

    Raises:
        TypeError: An argument is not an integer.
        ValueError: An argument is below 1.
    """

    lag: int = 20
    word_size: int = 2

    def __post_init__(self) -> None:
        check_count(self.lag, "lag")
        check_count(self.word_size, "word_size")

    @property
    def input_size(self) -> int:
        """The word's bits and the two marks."""
        return self.word_size + 2

    @property
    def output_size(self) -> int:
        """The word's bits."""
        return self.word_size

    def draw(self, batch_size: int, generator: Generator) -> Batch:
        """Draw a word for every step, and ask for the first one."""
        shape = (batch_size, self.lag + 1, self.word_size)
        bits = torch.randint(2, shape, generator=generator, device=generator.device).float()
        z = torch.cat(
            [2 * bits - 1, bits.new_zeros(batch_size, self.lag + 1, 2)], dim=-1
        )  # [B, T, F]
        z[:, -1, : self.word_size] = 0
        z[:, 0, -2] = z[:, -1, -1] = 1
        target, mask = torch.zeros_like(bits), torch.zeros_like(bits[..., 0], dtype=torch.bool)
        target[:, -1], mask[:, -1] = bits[:, 0], True
        return Batch(z, target, mask, torch.full_like(mask[:, 0], self.lag + 1, dtype=torch.long))


HIDDEN_SIZES = {"Elman": 48, "LSTM": 24, "GRU": 28, "LSTM, gates open": 24}
"""Hidden sizes with which all four have about 2,900 parameters."""


def recurrent_model(name: str, task: DelayedRecall) -> WithReadout:
    """Return an untrained network for the task.

    Args:
        name: One of ``HIDDEN_SIZES``. ``"LSTM, gates open"`` begins with a forget gate of about
            0.95: its bias is 3.
        task: What it will be trained on.

    Raises:
        ValueError: There is no such network.
    """
    reject_unknown_keys([name], HIDDEN_SIZES, "network")
    kind = {"Elman": Elman, "GRU": GRU}.get(name, LSTM)
    memory = kind(task.input_size, HIDDEN_SIZES[name])
    if name == "LSTM, gates open":
        _, forget, _, _ = memory.network.bias_ih_l0.data.chunk(4)  # of the gates i, f, g, o
        forget.fill_(3.0)
        memory.network.bias_hh_l0.data.chunk(4)[1].fill_(0.0)
    return WithReadout(memory, task.output_size)


class OwnLSTM(MemoryModel):
    """A memory model whose step is a function of the student's.

    Args:
        step: Takes ``x [B, F]``, ``h [B, H]``, ``c [B, H]``, ``W [4H, F]``, ``U [4H, H]`` and
            ``b [4H]``, and returns the new ``h`` and ``c``.
        input_size: Number of input features F.
        hidden_size: Size H of both vectors, and the output size.
    """

    def __init__(
        self, step: Callable[..., tuple[Tensor, Tensor]], input_size: int, hidden_size: int
    ):
        super().__init__(input_size)
        self.step = step
        self.weights = nn.LSTMCell(input_size, hidden_size)
        self.weights.bias_ih.data.chunk(4)[1].fill_(3.0)  # an open forget gate

    @property
    def output_size(self) -> int:
        """Number of output features D: the hidden size."""
        return self.weights.hidden_size

    def initial_state(self) -> State:
        """Return zeros: ``h [H]`` and ``c [H]``."""
        zeros = self.weights.bias_ih.new_zeros(self.output_size)
        return {"h": zeros, "c": zeros.clone()}

    def forward_memory(
        self, z: Tensor, state: State, t_starts: Counts, seq_lens: Counts
    ) -> tuple[Tensor, State]:
        """Take the student's step at each step of ``z [B, T, F]``; return ``[B, T, D]``."""
        own = self.weights
        bias = own.bias_ih + own.bias_hh

        def step(x: Tensor, state: State) -> tuple[Tensor, State]:
            h, c = self.step(x, state["h"], state["c"], own.weight_ih, own.weight_hh, bias)
            return h, {"h": h, "c": c}

        return run_steps(step, z, state, seq_lens)
