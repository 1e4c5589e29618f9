"""What a trained memory keeps, and what its state and its steps cost."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode

from memorylab.memory import MemoryModel, State, map_state
from memorylab.memory.parallel import keep
from memorylab.tasks import KeyValueRecall, Task

WIDTH = 32
"""Features of the encoder, and hidden units of the readout."""


class Dressed(MemoryModel):
    """A memory between an encoder and a readout that are the same for every memory.

    A memory that is linear, such as an LRU, can't compare a question with what it holds: the layers
    around it have to. So that the comparison is fair, all memories get them.

    Args:
        memory: A memory model of ``WIDTH`` input features.
        task: The task, for the sizes of input and output.
    """

    def __init__(self, memory: MemoryModel, task: Task):
        super().__init__(task.input_size)
        self.num_bits = task.output_size
        self.encoder = nn.Sequential(nn.Linear(task.input_size, WIDTH), nn.ReLU())
        self.memory = memory
        self.readout = nn.Sequential(
            nn.Linear(memory.output_size, WIDTH), nn.ReLU(), nn.Linear(WIDTH, task.output_size)
        )

    @property
    def output_size(self) -> int:
        """Number of output features D."""
        return self.num_bits

    def initial_state(self) -> State:
        """Return the initial state of the memory."""
        return self.memory.initial_state()

    def forward_memory(
        self, z: Tensor, state: State, t_starts: Tensor, seq_lens: Tensor
    ) -> tuple[Tensor, State]:
        """Run encoder, memory and readout."""
        y, state = self.memory.forward_memory(self.encoder(z), state, t_starts, seq_lens)
        return self.readout(y), state


@torch.no_grad()
def right_by_lag(model: MemoryModel, task: KeyValueRecall, rows: int = 500) -> list[float]:
    """Return which share of the values is answered without a wrong bit, by how long ago it came.

    Args:
        model: A model of the task.
        task: Key-value recall with one number N of pairs.
        rows: Number of lists asked about.

    Returns:
        Shares for the lags 1 to 2 N − 1 ``[2 N − 1]``.

    Raises:
        ValueError: The task's lists have different lengths.
    """
    if task.min_pairs != task.max_pairs:
        raise ValueError(
            f"the lists must have one length, not {task.min_pairs} to {task.max_pairs} pairs; "
            "dataclasses.replace(task, min_pairs=8, max_pairs=8) has 8."
        )
    batch = task.sample(rows, torch.Generator().manual_seed(10_000))
    logits, _ = model(batch.input)  # [B, T, D]
    right = ((logits > 0) == (batch.target > 0.5)).all(-1)[:, task.max_pairs :]  # [B, N]
    keys = batch.input[..., : task.word_size]
    heard, asked = keys[:, : task.max_pairs], keys[:, task.max_pairs :]  # [B, N, W]
    pair = (asked.unsqueeze(2) == heard.unsqueeze(1)).all(-1).int().argmax(-1)  # [B, N]
    lag = torch.arange(task.max_pairs, 2 * task.max_pairs) - pair  # [B, N]
    return [right[lag == one].float().mean().item() for one in range(1, 2 * task.max_pairs)]


def price(memory: MemoryModel) -> dict[str, Any]:
    """Return what a memory carries and computes: counts that don't depend on the machine.

    Returns:
        ``parameters``; ``state_bytes``, of one row's state; ``multiplications``, those of all
        matrix products while the memory takes one step.
    """
    state = memory.initial_state()
    x, t = torch.zeros(1, memory.input_size), torch.zeros(1, dtype=torch.long)
    # A traced step computes the equations one by one, so that the counter sees each product.
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        memory.trace_step(x, map_state(lambda part: part[None], state), t, keep)
    return {
        "parameters": sum(parameter.numel() for parameter in memory.parameters()),
        "state_bytes": sum(part.numel() * part.element_size() for part in tree_leaves(state)),
        "multiplications": counter.get_total_flops() // 2,
    }
