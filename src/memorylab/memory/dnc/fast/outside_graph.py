"""Running a model as it is between two graphs of ``torch.compile``."""

from __future__ import annotations

import torch
from torch import Tensor

from memorylab.memory.model import MemoryModel, State


@torch.compiler.disable(reason='to compile it whole, use DNC(..., implementation="reference")')
def run_outside_graph(
    model: MemoryModel, z: Tensor, state: State, t_starts: Tensor, seq_lens: Tensor
) -> tuple[Tensor, State]:
    """Call ``model.forward_memory`` without compiling it."""
    return model.forward_memory(z, state, t_starts, seq_lens)
