"""Which steps of a padded batch are real.

A padded batch ``[B, T, ...]`` holds ``B`` rows of ``T`` steps. Row ``b`` has ``seq_lens[b]`` real
steps, at its start; everything after them is padding.
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from memorylab.errors import check_count

_INTEGER_DTYPES = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)


def sequence_mask(seq_lens: Int[Tensor, "B"], max_len: int) -> Bool[Tensor, "B T"]:
    """Mark the real steps of a padded batch.

    Args:
        seq_lens: Number of real steps of each row, ``[B]``, each from 0 to ``max_len``.
        max_len: Number of steps of each row, padding included: ``T``.

    Returns:
        ``[B, T]``, true at ``[b, t]`` where ``t < seq_lens[b]``.

    Raises:
        TypeError: ``seq_lens`` is not a tensor of integers, or ``max_len`` not an integer.
        ValueError: ``max_len`` or a length is negative, or a length is beyond ``max_len``.
    """
    check_count(max_len, "max_len", minimum=0)
    check_lengths(seq_lens, "seq_lens")
    check_seq_lens(seq_lens, len(seq_lens), max_len)
    steps = torch.arange(max_len, device=seq_lens.device)  # [T]
    return steps < seq_lens.long().unsqueeze(-1)  # [B, T]


def check_seq_lens(seq_lens: Int[Tensor, "B"], batch_size: int, max_len: int) -> None:
    """Refuse ``seq_lens`` that can't describe a padded batch ``[batch_size, max_len, ...]``.

    Args:
        seq_lens: Number of real steps of each row, ``[B]``, each from 0 to ``max_len``.
        batch_size: Number of rows: ``B``.
        max_len: Number of steps of each row, padding included: ``T``.

    Raises:
        TypeError: ``seq_lens`` is not a tensor of integers.
        ValueError: It is not one length per row, or a length is negative or beyond ``max_len``.
    """
    check_lengths(seq_lens, "seq_lens")
    if len(seq_lens) != batch_size:
        raise ValueError(
            f"seq_lens must hold one length for each of the {batch_size} rows, "
            f"got shape {list(seq_lens.shape)}."
        )
    if batch_size and int(seq_lens.max()) > max_len:
        raise ValueError(
            f"seq_lens must not be beyond the {max_len} steps of a row, got {seq_lens.tolist()}."
        )


def check_lengths(lengths: Int[Tensor, "E"], what: str) -> None:
    """Refuse anything but a vector of whole numbers that are not negative.

    Args:
        lengths: The lengths, ``[E]``.
        what: Name of the argument, for the message.

    Raises:
        TypeError: ``lengths`` is not a tensor of integers.
        ValueError: It is not one-dimensional, or holds a negative number.
    """
    if not isinstance(lengths, Tensor):
        raise TypeError(
            f"{what} must be a tensor of integers, got {type(lengths).__name__}. "
            f"Use torch.tensor(..., dtype=torch.long)."
        )
    if lengths.dtype not in _INTEGER_DTYPES:
        raise TypeError(
            f"{what} must hold integers, got dtype {lengths.dtype}. "
            f"If they count steps, cast them to long: {what}.long()."
        )
    if lengths.dim() != 1:
        raise ValueError(
            f"{what} must have one dimension, one length after another, "
            f"got shape {list(lengths.shape)}."
        )
    if len(lengths) and int(lengths.min()) < 0:
        raise ValueError(f"{what} must not be negative, got {lengths.tolist()}.")
