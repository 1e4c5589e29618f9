"""Functions whose gradients are chosen: ``scale_grad`` and ``clamp_parameter``."""

from __future__ import annotations

import math
from typing import Any

import torch
from jaxtyping import Float, Shaped
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


class _ClampParameter(torch.autograd.Function):
    """The function of :func:`clamp_parameter`."""

    generate_vmap_rule = True

    @staticmethod
    def forward(parameter: Tensor, low: float, high: float) -> Tensor:
        return parameter.clamp(low, high)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        parameter, ctx.low, ctx.high = inputs
        ctx.save_for_backward(parameter)

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor, None, None]:
        (parameter,), (gradient,) = ctx.saved_tensors, upstream
        # Descent moves against the gradient.
        above, below = parameter >= ctx.high, parameter <= ctx.low
        outward = (above & (gradient < 0)) | (below & (gradient > 0))
        return gradient.masked_fill(outward, 0), None, None


def clamp_parameter(
    parameter: Float[Tensor, "..."], low: float, high: float
) -> Float[Tensor, "..."]:
    """Return ``parameter`` cut to ``[low, high]``; gradients still lead back into the range.

    ``torch.clamp`` has no gradient outside, so that a parameter that an update pushed out would
    stay there for ever. Here its gradient passes, unless descent would lead it further out.
    """
    return _ClampParameter.apply(parameter, low, high)
