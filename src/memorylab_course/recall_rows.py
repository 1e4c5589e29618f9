"""What a DNC stored of the items of a list: the rows that a linear probe is fitted to."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from memorylab.memory import DNC
from memorylab.tasks import Batch


@torch.no_grad()
def written_rows(model: DNC, lists: Batch, steps: Sequence[int], end: int) -> Tensor:
    """Return for each of ``steps`` the row it wrote to, as the row stands before step ``end``.

    Args:
        model: A trained DNC.
        lists: Lists of one length.
        steps: Steps in which an item was heard.
        end: A step after all of them.

    Returns:
        Rows ``[B, steps, W]``: of each list, the location with the largest write weighting.

    Raises:
        ValueError: A step isn't before ``end``.
    """
    if late := [step for step in steps if not 0 <= step < end]:
        raise ValueError(f"Step {late[0]} isn't among the steps 0 to {end - 1} before the end.")
    _, state = model(lists.input[:, :end])
    memory, rows = state["memory"], []  # [B, N, W]
    for step in steps:
        _, state = model(lists.input[:, : step + 1])
        location = state["write_weighting"].argmax(-1)  # [B]
        rows.append(memory[torch.arange(len(memory)), location])  # [B, W]
    return torch.stack(rows, dim=1)
