"""PyTorch's packed sequences through a memory model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence


def run_packed(
    model: Callable[..., tuple[Tensor, dict[str, Any]]],
    packed: PackedSequence,
    state: dict[str, Any] | None,
    t_starts: Tensor | None,
    seq_lens: Tensor | None,
) -> tuple[PackedSequence, dict[str, Any]]:
    """Run a memory model over packed sequences.

    The output is packed like the input. The rows of the state, and ``t_starts``, are in the order
    of the sequences before they were packed.

    Raises:
        ValueError: ``seq_lens`` is given too.
    """
    if seq_lens is not None:
        raise ValueError("A PackedSequence has its own lengths: leave seq_lens out.")
    z, seq_lens = pad_packed_sequence(packed, batch_first=True)  # [B, T, F], [B]
    y, state = model(z, state, t_starts, seq_lens.to(z.device))  # [B, T, D]
    if packed.sorted_indices is not None:
        y, seq_lens = y[packed.sorted_indices], seq_lens[packed.sorted_indices.cpu()]
    data = pack_padded_sequence(y, seq_lens, batch_first=True).data  # [sum of lengths, D]
    return packed._replace(data=data), state
