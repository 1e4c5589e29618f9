"""Temporal convolution."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from memorylab.errors import check_count
from memorylab.memory.facts import Facts
from memorylab.memory.model import Counts, Record, State
from memorylab.memory.parallel import ParallelModel, slide
from memorylab.memory.trace_windows import FrameConvolutionTrace


class FrameConvolution(ParallelModel):
    """A convolution over time: Bai et al., "An empirical evaluation of generic convolutional and
    recurrent networks for sequence modeling" (2018).

    ::

        y_t = b + Σ_k W_k z_{t−K+1+k}        k from 0, the oldest, to K − 1, the present

    One layer, as in POPGym's ``Frameconv``. Before the first step, the inputs were 0. What is K
    steps old is forgotten.

    Args:
        input_size: Number of input features F.
        hidden_size: Number of filters H, the output size.
        kernel_size: Number K of steps that a filter sees, the present one included; at least 2.
    """

    trace_class = FrameConvolutionTrace
    facts = Facts(
        title="Temporal convolution",
        paper="Bai et al. 2018",
        keeps="the last K − 1 inputs",
        cost="K·F·H",
        depth="1",
    )

    def __init__(self, input_size: int, hidden_size: int = 64, kernel_size: int = 4):
        super().__init__(input_size)
        self.hidden_size = check_count(hidden_size, "hidden_size")
        self.kernel_size = check_count(kernel_size, "kernel_size", minimum=2)
        self.convolution = nn.Conv1d(input_size, hidden_size, kernel_size)

    @property
    def output_size(self) -> int:
        """Number of output features D, equal to ``hidden_size``."""
        return self.hidden_size

    def initial_state(self) -> State:
        """Return zeros ``[K − 1, F]``."""
        zeros = self.convolution.weight.new_zeros(self.kernel_size - 1, self.input_size)
        return {"frames": zeros}

    def run(
        self, z: Float[Tensor, "B T F"], state: State, seq_lens: Counts, record: Record
    ) -> tuple[Float[Tensor, "B T D"], State]:
        """Compute what each step of each window adds to the output, and sum."""
        inputs, after = slide(z, state["frames"], seq_lens)  # [B, K − 1 + T, F]
        windows = inputs.unfold(1, self.kernel_size, 1)  # [B, T, F, K]
        weight, bias = self.convolution.parameters()  # [H, F, K], [H]
        taps = record("taps", torch.einsum("btfk,hfk->btkh", windows, weight))
        return taps.sum(2) + bias, {"frames": after}
