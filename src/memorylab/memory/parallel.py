"""Memory models whose equations are written once: for all steps at once, or for one."""

from __future__ import annotations

from abc import abstractmethod

import torch
from jaxtyping import Float, Integer
from torch import Tensor

from memorylab.memory.model import Counts, MemoryModel, Record, State, run_steps


def keep(name: str, tensor: Tensor) -> Tensor:
    """Record nothing: what a model calls in place of a trace's ``record``."""
    return tensor


class ParallelModel(MemoryModel):
    """A memory model whose equations are written once, for whole sequences and for traced steps.

    A subclass writes ``run`` in place of ``forward_memory`` and ``trace_step``.
    """

    @abstractmethod
    def run(
        self, z: Float[Tensor, "B T F"], state: State, seq_lens: Counts, record: Record
    ) -> tuple[Float[Tensor, "B T D"], State]:
        """Compute the outputs and the state after each row's last real step.

        Args:
            z: Input, zero in the padding.
            state: State ``[B, ...]`` to begin with.
            seq_lens: Real steps of each row ``[B]``.
            record: To be called with each array that ``trace_class`` names, with a dimension of
                time, as soon as it is computed. All that follows is computed from what it returns.
        """

    def forward_memory(
        self, z: Float[Tensor, "B T F"], state: State, t_starts: Counts, seq_lens: Counts
    ) -> tuple[Float[Tensor, "B T D"], State]:
        """Run over the sequences, recording nothing."""
        return self.run(z, state, seq_lens, keep)

    def trace_step(
        self, x: Float[Tensor, "1 F"], state: State, t: Counts, record: Record
    ) -> tuple[Float[Tensor, "1 D"], State]:
        """Run a sequence of one step, and record its arrays."""

        def record_step(name: str, tensor: Tensor) -> Tensor:
            # What is the same at all times, such as a spectrum, has one row and one step.
            return record(name, tensor.squeeze(1)).unsqueeze(1)

        y, state = self.run(x.unsqueeze(1), state, torch.ones_like(t), record_step)
        return y.squeeze(1), state


class SequentialModel(MemoryModel):
    """A memory model whose equations are written once, for a step: its steps don't compose.

    A subclass writes ``step`` in place of ``forward_memory`` and ``trace_step``.
    """

    @abstractmethod
    def step(
        self, x: Float[Tensor, "B F"], state: State, record: Record
    ) -> tuple[Float[Tensor, "B D"], State]:
        """Compute one step's output and the state after it; ``record`` as in ``trace_step``."""

    def forward_memory(
        self, z: Float[Tensor, "B T F"], state: State, t_starts: Counts, seq_lens: Counts
    ) -> tuple[Float[Tensor, "B T D"], State]:
        """Run step after step, recording nothing."""
        return run_steps(lambda x, now: self.step(x, now, keep), z, state, seq_lens)

    def trace_step(
        self, x: Float[Tensor, "1 F"], state: State, t: Counts, record: Record
    ) -> tuple[Float[Tensor, "1 D"], State]:
        """Run one step, and record its arrays."""
        return self.step(x, state, record)


def after_last_step(
    values: Float[Tensor, "B T *S"], state: Float[Tensor, "B *S"], seq_lens: Integer[Tensor, "B"]
) -> Float[Tensor, "B *S"]:
    """Return the values at each row's last real step; for a row of length 0, its state.

    They have the state's dtype, which keeps that of the parameters under autocast.
    """
    rows = torch.arange(len(values), device=values.device)
    last = values[rows, (seq_lens.long() - 1).clamp(min=0)]  # [B, ...]
    empty = (seq_lens == 0).view(-1, *[1] * (state.dim() - 1))
    return torch.where(empty, state, last.to(state.dtype))


def slide(
    values: Float[Tensor, "B T *S"], state: Float[Tensor, "B K *S"], seq_lens: Integer[Tensor, "B"]
) -> tuple[Float[Tensor, "B L *S"], Float[Tensor, "B K *S"]]:
    """Return the K values of the state followed by the new ones, and the last K real ones of them.

    So L = K + T, and step t's window of K + 1 values begins at t.
    """
    both = torch.cat([state, values.to(state.dtype)], 1)  # [B, K + T, ...]
    places = seq_lens.long().unsqueeze(1) + torch.arange(state.shape[1], device=values.device)
    rows = torch.arange(len(values), device=values.device).unsqueeze(1)
    return both, both[rows, places]
