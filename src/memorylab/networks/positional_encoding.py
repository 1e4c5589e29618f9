"""``positional_encoding``: the time step as sines and cosines."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float, Integer
from torch import Tensor

from memorylab.errors import check_count


def positional_encoding(
    positions: Integer[Tensor, "..."] | Float[Tensor, "..."], size: int, base: float = 10000.0
) -> Float[Tensor, "... size"]:
    """Encode each position by sines and cosines of falling frequency.

    Feature ``2i`` is ``sin(position / base^(2i / size))``, feature ``2i + 1`` the cosine of the
    same angle (Vaswani et al. 2017, section 3.5). POPGym's ``MLP`` uses the longest episode as
    ``base``. The features are computed, not looked up, so no position is too large.

    Args:
        positions: Time steps, of any shape ``[...]``, integers or floating-point.
        size: Number of features, at least 1. With an odd one, the last sine has no cosine.
        base: Ratio of the longest wavelength, not quite reached, to the shortest; above 1.

    Returns:
        ``[..., size]``, each feature from -1 to 1, in the dtype of ``positions`` if that is
        floating-point, else in torch's default dtype.

    Raises:
        TypeError: ``positions`` holds booleans or complex numbers, or ``size`` is not an integer.
        ValueError: ``size`` is below 1, or ``base`` is not a finite number above 1.

    Example:
        >>> import torch
        >>> positional_encoding(torch.tensor([0, 7]), size=4).shape
        torch.Size([2, 4])
    """
    if positions.dtype == torch.bool or positions.is_complex():
        raise TypeError(f"positions must be integers or floating-point, got {positions.dtype}.")
    check_count(size, "size")
    if not (math.isfinite(base) and base > 1):
        raise ValueError(f"base must be a finite number above 1, got {base}.")
    dtype = positions.dtype if positions.is_floating_point() else torch.get_default_dtype()
    # Compute in float64: in float32 the angle of step 1,000,000 would already be off by 0.03.
    exponents = torch.arange(0, size, 2, dtype=torch.float64, device=positions.device) / size
    angles = positions.double().unsqueeze(-1) * base**-exponents  # [..., ceil(size / 2)]
    waves = torch.stack([angles.sin(), angles.cos()], dim=-1)  # [..., ceil(size / 2), 2]
    return waves.flatten(-2)[..., :size].to(dtype)  # [..., size]
