"""Leading dimensions: one model for single steps ``[]``, batches ``[B]`` and sequences ``[T, B]``.

A model's ``forward`` asks ``infer_leading_dims`` which of them its input has, computes on
``[T * B, ...]`` and hands its outputs to ``restore_leading_dims``. The contract is rlpyt's (Stooke
& Abbeel 2019).
"""

from __future__ import annotations

from collections.abc import Iterable

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
        ``(lead_dim, T, B, shape)``: the number of leading dimensions, their sizes (1 where absent)
        and the shape of the data.

    Raises:
        TypeError: ``dim`` is not an integer.
        ValueError: ``dim`` is negative, or ``tensor`` has not 0, 1 or 2 more dimensions than that.

    Example:
        >>> infer_leading_dims(torch.zeros(7, 5, 3, 16, 16), dim=3)
        (2, 7, 5, torch.Size([3, 16, 16]))
    """
    lead_dim = tensor.dim() - check_count(dim, "dim", minimum=0)
    if lead_dim not in (0, 1, 2):
        raise ValueError(
            f"A tensor with {dim} dimensions of data must have 0, 1 or 2 before them, [], [B] or "
            f"[T, B]; one of shape {list(tensor.shape)} has {lead_dim}."
        )
    # Ones in front stand for the absent dimensions.
    T, B = (1, 1, *tensor.shape[:lead_dim])[-2:]
    return lead_dim, T, B, tensor.shape[lead_dim:]


def restore_leading_dims(
    tensors: Shaped[Tensor, "N ..."] | Iterable[Shaped[Tensor, "N ..."]],
    lead_dim: int,
    T: int = 1,
    B: int = 1,
) -> Shaped[Tensor, "..."] | tuple[Shaped[Tensor, "..."], ...]:
    """Give outputs ``[T * B, ...]`` the leading dimensions of the input.

    Args:
        tensors: A tensor ``[T * B, ...]``, or several in a tuple or list.
        lead_dim: Number of leading dimensions, 0, 1 or 2, from ``infer_leading_dims``.
        T: Number of steps, from ``infer_leading_dims`` too.
        B: Number of rows, likewise. ``T`` and ``B`` may be left out if ``lead_dim`` is 1.

    Returns:
        A tensor if one was given, else a tuple; each ``[...]``, ``[B, ...]`` or ``[T, B, ...]``.

    Raises:
        TypeError: A number is not an integer.
        ValueError: ``lead_dim`` is not 0, 1 or 2, ``T`` or ``B`` does not fit it, or a tensor's
            first dimension is not of size ``T * B``.
    """
    check_count(lead_dim, "lead_dim", minimum=0)
    T, B = check_count(T, "T", minimum=0), check_count(B, "B", minimum=0)
    if lead_dim > 2:
        raise ValueError(f"lead_dim must be 0, 1 or 2, got {lead_dim}.")
    if (lead_dim < 2 and T != 1) or (lead_dim < 1 and B != 1):
        raise ValueError(f"With lead_dim={lead_dim} there can't be T={T} and B={B}.")
    if isinstance(tensors, Tensor):
        return _restore(tensors, lead_dim, T, B)
    return tuple(_restore(tensor, lead_dim, T, B) for tensor in tensors)


def _restore(tensor: Tensor, lead_dim: int, T: int, B: int) -> Tensor:
    left_out = lead_dim == 1 and B == 1
    if tensor.dim() == 0 or (len(tensor) != T * B and not left_out):
        raise ValueError(
            f"The first dimension must be of size T * B = {T} * {B}, "
            f"got a tensor of shape {list(tensor.shape)}."
        )
    if lead_dim == 1:
        return tensor  # [B, ...]
    return tensor.reshape((T, B)[:lead_dim] + tensor.shape[1:])  # [...] or [T, B, ...]
