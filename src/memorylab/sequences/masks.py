"""Which steps of a padded batch are real.

A padded batch ``[B, T, ...]`` holds ``B`` rows of ``T`` steps. Row ``b`` has ``seq_lens[b]`` real
steps, at its start; everything after them is padding.
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Integer
from torch import Tensor

from memorylab.errors import check_count

_INTEGER_DTYPES = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)


def sequence_mask(seq_lens: Integer[Tensor, "B"], max_len: int) -> Bool[Tensor, "B T"]:
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
    check_lengths(seq_lens, "seq_lens", max_len=max_len)
    return mask_checked(seq_lens, max_len)


def mask_checked(seq_lens: Integer[Tensor, "B"], max_len: int) -> Bool[Tensor, "B T"]:
    """Return :func:`sequence_mask` of lengths that were checked before."""
    steps = torch.arange(max_len, device=seq_lens.device)  # [T]
    return steps < seq_lens.long().unsqueeze(-1)  # [B, T]


def check_seq_lens(
    seq_lens: Integer[Tensor, "B"], batch_size: int, max_len: int
) -> tuple[int, int]:
    """Refuse ``seq_lens`` that can't describe a padded batch ``[batch_size, max_len, ...]``.

    Each must be from 0 to ``max_len``. The result is that of :func:`check_lengths`.

    Raises:
        TypeError: ``seq_lens`` is not a tensor of integers.
        ValueError: It is not one length per row, or a length is negative or beyond ``max_len``.
    """
    return check_lengths(seq_lens, "seq_lens", batch_size, max_len)


def check_lengths(
    lengths: Integer[Tensor, "E"],
    what: str,
    batch_size: int | None = None,
    max_len: int | None = None,
) -> tuple[int, int]:
    """Raise an error unless ``lengths`` is a vector of whole numbers from 0 up.

    The numbers are read once; while PyTorch traces or transforms a program, not at all.

    Args:
        lengths: The lengths, ``[E]``.
        what: Name of the argument, for the message.
        batch_size: How many lengths there must be, if that is known.
        max_len: The largest length allowed, if there is one.

    Returns:
        The smallest and the largest length; 0 and ``max_len`` if they can't be read; 0 and 0 if
        there are none.

    Raises:
        TypeError: ``lengths`` is not a tensor of integers.
        ValueError: Its shape doesn't fit, or a number is negative or beyond ``max_len``.
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
    if batch_size is not None and len(lengths) != batch_size:
        raise ValueError(
            f"{what} must hold one number for each of the {batch_size} rows, "
            f"got shape {list(lengths.shape)}."
        )
    if not values_can_be_read():
        return 0, max_len or 0
    if not len(lengths):
        return 0, 0
    shortest, longest = torch.stack(lengths.aminmax()).tolist()
    if shortest < 0:
        raise ValueError(f"{what} must not be negative, got {lengths.tolist()}.")
    if max_len is not None and longest > max_len:
        raise ValueError(
            f"{what} must not be beyond the {max_len} steps of a row, got {lengths.tolist()}."
        )
    return shortest, longest


def values_can_be_read() -> bool:
    """Tell whether Python may branch on a tensor's values.

    It may not while ``torch.compile`` or ``torch.export`` traces a program, nor inside the
    transformations of ``torch.func``.
    """
    return not (torch.compiler.is_compiling() or torch._C._are_functorch_transforms_active())
