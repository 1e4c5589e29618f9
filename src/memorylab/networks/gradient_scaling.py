"""Gradients scaled on their way back, the values untouched on their way forward."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

import torch
from jaxtyping import Shaped
from torch import Tensor


class ScaleGrad(torch.autograd.Function):
    """The identity, whose gradient is multiplied by a number; apply it with ``scale_grad``."""

    @staticmethod
    def forward(ctx: Any, tensor: Shaped[Tensor, "..."], scale: float) -> Shaped[Tensor, "..."]:
        """Remember ``scale`` and return ``tensor``."""
        ctx.scale = scale
        return tensor

    @staticmethod
    def backward(
        ctx: Any, grad_output: Shaped[Tensor, "..."]
    ) -> tuple[Shaped[Tensor, "..."], None]:
        """Return ``scale * grad_output``, and no gradient for ``scale``."""
        return grad_output * ctx.scale, None


def scale_grad(tensor: Shaped[Tensor, "..."], scale: float) -> Shaped[Tensor, "..."]:
    """Return ``tensor`` unchanged, its gradient multiplied by ``scale``.

    A network with two heads, such as a dueling one, scales the gradient into the part they share
    by ``1 / √2`` (Wang et al. 2016, section 4.2). A negative scale reverses the gradient (Ganin
    et al. 2016), 0 stops it. As in rlpyt (Stooke & Abbeel 2019).

    Args:
        tensor: Any tensor ``[...]``.
        scale: A finite number.

    Raises:
        TypeError: ``tensor`` is not a tensor, or ``scale`` not a number.
        ValueError: ``scale`` is infinite or NaN.
    """
    if not isinstance(tensor, Tensor):
        raise TypeError(f"tensor must be a tensor, got {type(tensor).__name__}.")
    if not isinstance(scale, Real):
        raise TypeError(f"scale must be a number, got {type(scale).__name__}. Use float(...).")
    if not math.isfinite(scale):
        raise ValueError(f"scale must be finite, got {scale}.")
    return ScaleGrad.apply(tensor, scale)
