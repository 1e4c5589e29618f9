"""``scale_grad``: an identity that scales gradients on their way back."""

from __future__ import annotations

import math
from typing import Any

import torch
from jaxtyping import Shaped
from torch import Tensor


class ScaleGrad(torch.autograd.Function):
    """The identity, whose gradient is multiplied by a number; apply it with ``scale_grad``."""

    @staticmethod
    def forward(ctx: Any, tensor: Tensor, scale: float) -> Tensor:
        """Remember ``scale`` and return ``tensor``."""
        ctx.scale = scale
        return tensor

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> tuple[Tensor, None]:
        """Return ``scale * grad_output``, and no gradient for ``scale``."""
        return grad_output * ctx.scale, None


def scale_grad(tensor: Shaped[Tensor, "..."], scale: float) -> Shaped[Tensor, "..."]:
    """Return ``tensor`` unchanged; its gradient will be multiplied by ``scale``.

    A network with two heads, such as a dueling one, scales the gradient that enters their shared
    part by ``1 / √2`` (Wang et al. 2016, section 4.2). A negative scale reverses the gradient
    (Ganin et al. 2016); 0 stops it. The signature is rlpyt's (Stooke & Abbeel 2019).

    Args:
        tensor: Any tensor ``[...]``.
        scale: A finite number.

    Raises:
        TypeError: ``tensor`` is not a tensor.
        ValueError: ``scale`` is infinite or NaN.
    """
    if not isinstance(tensor, Tensor):
        raise TypeError(f"tensor must be a tensor, got {type(tensor).__name__}.")
    if not math.isfinite(scale):
        raise ValueError(f"scale must be finite, got {scale}.")
    return ScaleGrad.apply(tensor, scale)
