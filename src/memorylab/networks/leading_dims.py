"""One model for single steps ``[]``, batches ``[B]`` and batches of sequences ``[T, B]``.

A model's ``forward`` asks ``infer_leading_dims`` what it was given, computes on ``[T * B, ...]``
and hands its outputs to ``restore_leading_dims``. The contract is rlpyt's (Stooke & Abbeel 2019).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Shaped
from torch import Tensor

from memorylab.errors import check_count


def infer_leading_dims(tensor: Shaped[Tensor, "..."], dim: int) -> tuple[int, int, int, torch.Size]:
    """Find the leading dimensions of ``tensor``: none, ``[B]`` or ``[T, B]``.

    Args:
        tensor: ``[*shape]``, ``[B, *shape]`` or ``[T, B, *shape]``.
        dim: Number of dimensions of the data itself, ``len(shape)``; 0 for scalars.

    Returns:
        ``(lead_dim, T, B, shape)``: the number of leading dimensions, their sizes, 1 for those
        that are not there, and the shape of the data.

    Raises:
        TypeError: ``tensor`` is not a tensor, or ``dim`` not an integer.
        ValueError: ``dim`` is negative, or ``tensor`` has not 0, 1 or 2 more dimensions than that.

    Example:
        >>> infer_leading_dims(torch.zeros(7, 5, 3, 16, 16), dim=3)
        (2, 7, 5, torch.Size([3, 16, 16]))
    """
    if not isinstance(tensor, Tensor):
        raise TypeError(f"tensor must be a tensor, got {type(tensor).__name__}.")
    lead_dim = tensor.dim() - check_count(dim, "dim", minimum=0)
    if lead_dim not in (0, 1, 2):
        raise ValueError(
            f"A tensor with {dim} dimensions of data must have 0, 1 or 2 before them, [], [B] or "
            f"[T, B]; one of shape {list(tensor.shape)} has {lead_dim}."
        )
    # Ones in front stand for the dimensions that are not there.
    T, B = (1, 1, *tensor.shape[:lead_dim])[-2:]
    return lead_dim, T, B, tensor.shape[lead_dim:]


def restore_leading_dims(
    tensors: Shaped[Tensor, "N ..."] | Sequence[Shaped[Tensor, "N ..."]],
    lead_dim: int,
    T: int = 1,
    B: int = 1,
) -> Shaped[Tensor, "..."] | tuple[Shaped[Tensor, "..."], ...]:
    """Give outputs ``[T * B, ...]`` the leading dimensions that the input had.

    Args:
        tensors: A tensor, or a tuple or list of them, each ``[T * B, ...]``.
        lead_dim: Number of leading dimensions, 0, 1 or 2, from ``infer_leading_dims``.
        T: Number of steps, from there too.
        B: Number of rows, from there too. With one leading dimension, both may be left out.

    Returns:
        A tensor if one was given, else a tuple; each ``[...]``, ``[B, ...]`` or ``[T, B, ...]``.

    Raises:
        TypeError: ``tensors`` holds something else, or a number is not an integer.
        ValueError: ``lead_dim`` is not 0, 1 or 2, ``T`` and ``B`` are not those of so many leading
            dimensions, or a tensor's first dimension is not of size ``T * B``.
    """
    check_count(lead_dim, "lead_dim", minimum=0)
    T, B = check_count(T, "T", minimum=0), check_count(B, "B", minimum=0)
    if lead_dim > 2:
        raise ValueError(f"lead_dim must be 0, 1 or 2, got {lead_dim}.")
    if (lead_dim < 2 and T != 1) or (lead_dim < 1 and B != 1):
        raise ValueError(f"With lead_dim={lead_dim} there can't be T={T} and B={B}.")
    if isinstance(tensors, tuple | list):
        return tuple(_restore(tensor, lead_dim, T, B) for tensor in tensors)
    return _restore(tensors, lead_dim, T, B)


def _restore(tensor: Tensor, lead_dim: int, T: int, B: int) -> Tensor:
    if not isinstance(tensor, Tensor):
        raise TypeError(f"Only tensors have leading dimensions, got {type(tensor).__name__}.")
    left_out = lead_dim == 1 and B == 1
    if tensor.dim() == 0 or (len(tensor) != T * B and not left_out):
        raise ValueError(
            f"The first dimension must be of size T * B = {T} * {B}, "
            f"got a tensor of shape {list(tensor.shape)}."
        )
    if lead_dim == 1:
        return tensor  # [B, ...]
    return tensor.reshape((T, B)[:lead_dim] + tensor.shape[1:])  # [...] or [T, B, ...]
