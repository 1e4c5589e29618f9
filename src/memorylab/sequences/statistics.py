"""Means and losses over real steps only.

Multiplying by a mask is not enough: ``0 * nan`` is ``nan``, forward and backward. These functions
replace the padding or never read it, so its contents can't reach a result or a gradient.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from jaxtyping import Bool, Float, Integer, Shaped
from torch import Tensor

from memorylab.sequences.masks import check_seq_lens, mask_checked
from memorylab.sequences.padding import check_padded


def masked_mean(
    x: Float[Tensor, "..."], mask: Bool[Tensor, "..."], dim: int | tuple[int, ...] | None = None
) -> Float[Tensor, "..."]:
    """Average ``x`` where ``mask`` is true.

    Args:
        x: Floating-point tensor of any shape, such as ``[B, T, F]``.
        mask: Bools with the shape of ``x``'s leading dimensions, such as ``[B, T]``: true marks
            what counts.
        dim: Dimensions of ``x`` to average over; all of them if not given.

    Returns:
        ``x`` without the dimensions ``dim``; 0, still part of the graph, where nothing counts.

    Raises:
        TypeError: ``x`` is not floating-point, or ``mask`` not bool.
        ValueError: ``mask`` doesn't have the shape of ``x``'s leading dimensions.
    """
    if not x.dtype.is_floating_point:
        raise TypeError(
            f"x must be floating-point to be averaged, got {x.dtype}. Cast it: x.float()."
        )
    _check_mask(mask, x, "x", mask.dim())
    mask = mask.to(x.device)[(...,) + (None,) * (x.dim() - mask.dim())].expand_as(x)  # as x
    # Half precision overflows as a sum long before it does as a mean.
    wide = torch.promote_types(x.dtype, torch.float32)
    total = x.masked_fill(~mask, 0).sum(dim, dtype=wide)
    count = mask.sum(dim).clamp(min=1)
    return (total / count).to(x.dtype)


def masked_loss(
    criterion: Callable[[Tensor, Tensor], Tensor],
    prediction: Float[Tensor, "B T ..."],
    target: Shaped[Tensor, "B T ..."],
    seq_lens_or_mask: Integer[Tensor, "B"] | Bool[Tensor, "B T"],
) -> Float[Tensor, ""]:
    """Apply a loss to the steps that count, and to no other.

    Args:
        criterion: Called once with the ``S`` steps that count, ``[S, ...]`` each; returns one
            number. ``nn.functional.mse_loss``, ``cross_entropy`` and
            ``binary_cross_entropy_with_logits`` fit as they are.
        prediction: ``[B, T, ...]``; for ``cross_entropy``, dimension 2 holds the classes.
        target: With the shape of ``prediction``, or, if it holds class indices, with that shape
            less dimension 2.
        seq_lens_or_mask: Number of real steps of each row, ``[B]``, integers from 0 to ``T``; or
            true at the steps that count, ``[B, T]``, bools.

    Returns:
        The criterion's value, a single number; 0, still part of the graph, if no step counts.

    Raises:
        TypeError: ``seq_lens_or_mask`` is a tensor of neither integers nor bools.
        ValueError: ``target`` or ``seq_lens_or_mask`` doesn't fit ``prediction``, or ``criterion``
            returns more than one number.
    """
    check_padded(prediction, "prediction")
    _check_target(target, prediction)
    mask = _as_mask(seq_lens_or_mask, prediction)  # [B, T]
    real = prediction[mask]  # [S, ...]
    if not len(real):
        return real.sum()  # a mean over nothing would be NaN
    loss = criterion(real, target[mask])
    if loss.dim():
        raise ValueError(
            f"criterion must return one number, got shape {list(loss.shape)}. "
            "Use one with reduction='mean' or 'sum'."
        )
    return loss


def _as_mask(seq_lens_or_mask: Tensor, prediction: Tensor) -> Bool[Tensor, "B T"]:
    if isinstance(seq_lens_or_mask, Tensor) and seq_lens_or_mask.dtype == torch.bool:
        _check_mask(seq_lens_or_mask, prediction, "prediction", 2)
        return seq_lens_or_mask.to(prediction.device)
    batch_size, max_len = prediction.shape[:2]
    check_seq_lens(seq_lens_or_mask, batch_size, max_len)
    return mask_checked(seq_lens_or_mask, max_len).to(prediction.device)


def _check_mask(mask: Tensor, x: Tensor, what: str, num_dims: int) -> None:
    if mask.dtype != torch.bool:
        raise TypeError(
            f"mask must hold bools, got {mask.dtype}. Compare, or cast it: mask.bool()."
        )
    if mask.shape != x.shape[:num_dims]:
        raise ValueError(
            f"mask must have the shape of the leading dimensions of {what}, "
            f"shape {list(x.shape)}; got {list(mask.shape)}."
        )


def _check_target(target: Tensor, prediction: Tensor) -> None:
    expected = [prediction.shape]
    # Only class indices may lack a dimension; elsewhere a missing one would be broadcast.
    if not target.dtype.is_floating_point and prediction.dim() > 2:
        expected.append(prediction.shape[:2] + prediction.shape[3:])
    if target.shape not in expected:
        raise ValueError(
            f"target must have shape {' or '.join(str(list(shape)) for shape in expected)} to fit "
            f"prediction, shape {list(prediction.shape)}; got {list(target.shape)} of "
            f"{target.dtype}."
        )
