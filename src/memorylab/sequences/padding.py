"""Convert a flat series of steps to padded rows, and back."""

from __future__ import annotations

import math

import torch
from jaxtyping import Integer, Shaped
from torch import Tensor

from memorylab.sequences.masks import check_lengths, check_seq_lens, sequence_mask


def pad(
    flat: Shaped[Tensor, "S ..."],
    seq_lens: Integer[Tensor, "B"],
    max_len: int | None = None,
    value: float = 0.0,
) -> Shaped[Tensor, "B T ..."]:
    """Arrange consecutive steps in rows, and fill the end of each row with ``value``.

    Args:
        flat: The steps of the first row, then those of the second, and so on: ``[S, ...]``.
        seq_lens: Number of steps of each row, ``[B]``; 0 gives a row of padding only. They sum to
            ``S``.
        max_len: Steps of each row, padding included: ``T``. The longest row's if not given.
        value: What stands in the padding; ``flat``'s dtype must be able to hold it.

    Returns:
        ``[B, T, ...]``, of ``flat``'s dtype, on its device.

    Raises:
        TypeError: ``seq_lens`` is not a tensor of integers, or ``max_len`` not an integer.
        ValueError: The lengths are negative, beyond ``max_len`` or don't sum to ``S``; ``flat`` has
            no dimension; its dtype can't hold ``value``.
    """
    check_lengths(seq_lens, "seq_lens")
    check_sum(flat, seq_lens, "seq_lens")
    _check_value(value, flat.dtype)
    if max_len is None:
        max_len = int(seq_lens.max()) if len(seq_lens) else 0
    mask = sequence_mask(seq_lens, max_len).to(flat.device)  # [B, T]
    padded = flat.new_full((*mask.shape, *flat.shape[1:]), value)  # [B, T, ...]
    # The mask's true entries, row by row, are as many as the steps, and in their order.
    return padded.index_put((mask,), flat)  # [B, T, ...]


def unpad(
    padded: Shaped[Tensor, "B T ..."], seq_lens: Integer[Tensor, "B"]
) -> Shaped[Tensor, "S ..."]:
    """Undo ``pad``: drop the padding and join the real steps, row after row.

    Args:
        padded: ``[B, T, ...]``.
        seq_lens: Number of real steps of each row, ``[B]``, each from 0 to ``T``.

    Returns:
        ``[S, ...]``, where ``S`` is the sum of ``seq_lens``.

    Raises:
        TypeError: ``seq_lens`` is not a tensor of integers.
        ValueError: ``padded`` has fewer than two dimensions, or ``seq_lens`` doesn't fit it.
    """
    check_padded(padded, "padded")
    batch_size, max_len = padded.shape[:2]
    check_seq_lens(seq_lens, batch_size, max_len)
    return padded[sequence_mask(seq_lens, max_len).to(padded.device)]  # [S, ...]


def last_real_step(
    x: Shaped[Tensor, "B T ..."],
    seq_lens: Integer[Tensor, "B"],
    empty: Shaped[Tensor, "B ..."] | None = None,
) -> Shaped[Tensor, "B ..."]:
    """Pick each row's last step before its padding.

    Args:
        x: ``[B, T, ...]``.
        seq_lens: Number of real steps of each row, ``[B]``, each from 0 to ``T``.
        empty: What rows without a real step get, ``[B, ...]``; zeros if not given.

    Returns:
        ``[B, ...]``: ``x[b, seq_lens[b] - 1]``, or ``empty[b]`` where ``seq_lens[b]`` is 0.

    Raises:
        TypeError: ``seq_lens`` is not a tensor of integers, or ``empty`` has another dtype than
            ``x``.
        ValueError: ``x`` has fewer than two dimensions, or ``seq_lens`` or ``empty`` doesn't fit
            it.
    """
    check_padded(x, "x")
    batch_size, max_len = x.shape[:2]
    check_seq_lens(seq_lens, batch_size, max_len)
    if empty is None:
        empty = x.new_zeros((batch_size, *x.shape[2:]))  # [B, ...]
    expected = [batch_size, *x.shape[2:]]
    if list(empty.shape) != expected:
        raise ValueError(
            f"empty must have shape {expected} to stand for one step of each row of x, "
            f"shape {list(x.shape)}; got {list(empty.shape)}."
        )
    if empty.dtype != x.dtype:
        raise TypeError(f"empty must have the dtype of x, {x.dtype}; got {empty.dtype}.")
    lengths = seq_lens.long().to(x.device)  # [B]
    rows = lengths.nonzero().squeeze(-1)  # [R], those with a real step
    # Only real steps are looked up, so rows of length 0 can't let padding through.
    return empty.index_put((rows,), x[rows, lengths[rows] - 1])  # [B, ...]


def check_padded(x: Tensor, what: str) -> None:
    """Raise ValueError if ``x`` has no ``[B, T]`` in front."""
    if x.dim() < 2:
        raise ValueError(f"{what} must have shape [B, T, ...], got {list(x.shape)}.")


def check_sum(flat: Tensor, lengths: Tensor, what: str) -> None:
    """Raise ValueError unless ``lengths`` sum to the steps of ``flat``."""
    if flat.dim() == 0:
        raise ValueError("flat must have shape [S, ...], got a single number, shape [].")
    total = int(lengths.sum())
    if total != len(flat):
        raise ValueError(
            f"{what} must sum to the {len(flat)} steps of flat, shape {list(flat.shape)}; "
            f"got {lengths.tolist()}, which sum to {total}."
        )


def _check_value(value: float, dtype: torch.dtype) -> None:
    if dtype.is_floating_point or dtype.is_complex:
        return
    lowest, highest = (
        (0, 1) if dtype == torch.bool else (torch.iinfo(dtype).min, torch.iinfo(dtype).max)
    )
    if not (math.isfinite(value) and value == int(value) and lowest <= value <= highest):
        raise ValueError(
            f"value must be one that {dtype} can hold, a whole number from {lowest} to {highest}; "
            f"got {value}."
        )
