"""Independent parts of an action: their joint distribution, and that of real numbers in a Box."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float, Shaped
from torch import Tensor
from torch.distributions import Categorical, Distribution, Normal, constraints, kl_divergence
from torch.distributions.kl import register_kl

from memorylab.rllib.heads.masking import log_prob_inside

_LARGEST = 60.0
"""Largest log-distance of an action from its only bound; e⁶⁰ is far from infinity in float32."""


class Choice(Categorical):
    """A categorical distribution that gives numbers that it hasn't no probability, and no error."""

    def log_prob(self, value: Shaped[Tensor, "..."]) -> Float[Tensor, "..."]:
        """Return the log-probability of each choice: see :func:`log_prob_inside`."""
        nearest = value.clamp(0, self._num_events - 1)
        return log_prob_inside(super().log_prob(nearest), nearest == value)


class HalfBoundedGaussian(Distribution):
    """A Gaussian u for each number of an action; numbers with one bound are at distance eᵘ from it.

    So none lies outside, and a distance is log-normal. Log-probabilities subtract u, the logarithm
    of the distance's derivative; entropies add its mean; KL divergences are those of u.

    Args:
        inputs: ``[..., 2 A]``: the means of u, then the logarithms of its standard deviations.
        low, high: The bounds of each number, or infinity. Numbers with both are left to RLlib,
            which stretches them.
    """

    arg_constraints = {}  # noqa: RUF012 (PyTorch's own declaration)
    support = constraints.real_vector
    has_rsample = True

    def __init__(self, inputs: Float[Tensor, "... K"], low: np.ndarray, high: np.ndarray):
        mean, log_std = inputs.chunk(2, dim=-1)  # [..., A] each
        self.base = Normal(mean, log_std.exp(), validate_args=False)
        # 1 above a lower bound, −1 below an upper one, and 0 without either or with both.
        sign = np.isfinite(low).astype(int) - np.isfinite(high).astype(int)
        bound = np.where(sign > 0, low, np.where(sign < 0, high, 0.0))
        self.sign = torch.as_tensor(sign, device=inputs.device)  # [A]
        self.bound = torch.as_tensor(bound, dtype=inputs.dtype, device=inputs.device)
        super().__init__(mean.shape[:-1], mean.shape[-1:], validate_args=False)

    @property
    def mode(self) -> Float[Tensor, "... A"]:
        """The action at the mean of u: the median, of a Gaussian also its mode."""
        return self._action(self.base.mean)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Float[Tensor, "... A"]:
        """Draw an action, with a gradient."""
        return self._action(self.base.rsample(torch.Size(sample_shape)))

    def log_prob(self, value: Float[Tensor, "... A"]) -> Float[Tensor, "..."]:
        """Return the log-density of an action."""
        distance = (value - self.bound) * self.sign
        log_distance = distance.clamp_min(math.exp(-_LARGEST)).log()
        u = torch.where(self.sign == 0, value, log_distance)
        return (self.base.log_prob(u) - u * self.sign.abs()).sum(-1)

    def entropy(self) -> Float[Tensor, "..."]:
        """Return the differential entropy in nats."""
        return (self.base.entropy() + self.base.mean * self.sign.abs()).sum(-1)

    def _action(self, u: Tensor) -> Float[Tensor, "... A"]:
        distance = u.clamp(-_LARGEST, _LARGEST).exp()
        return torch.where(self.sign == 0, u, self.bound + self.sign * distance)


@register_kl(HalfBoundedGaussian, HalfBoundedGaussian)
def _kl_half_bounded(p: HalfBoundedGaussian, q: HalfBoundedGaussian) -> Float[Tensor, "..."]:
    return kl_divergence(p.base, q.base).sum(-1)


class Product(Distribution):
    """Independent distributions of the parts of an action, whose numbers stand side by side.

    Args:
        parts: The distributions, each of one number or of a vector.
    """

    arg_constraints = {}  # noqa: RUF012 (PyTorch's own declaration)
    support = constraints.real_vector

    def __init__(self, parts: Sequence[Distribution]):
        self.parts = parts
        self.sizes = [part.event_shape.numel() for part in parts]
        super().__init__(parts[0].batch_shape, torch.Size([sum(self.sizes)]), validate_args=False)

    @property
    def mode(self) -> Shaped[Tensor, "... N"]:
        """The likeliest choice, or the mode, of each part."""
        return self._join([part.mode for part in self.parts])

    def sample(self, sample_shape: Sequence[int] = ()) -> Shaped[Tensor, "... N"]:
        """Draw each part."""
        return self._join([part.sample(torch.Size(sample_shape)) for part in self.parts])

    def log_prob(self, value: Shaped[Tensor, "... N"]) -> Float[Tensor, "..."]:
        """Return the sum of the parts' log-probabilities."""
        pairs = zip(self.parts, value.split(self.sizes, -1), strict=True)
        log_probs = [
            part.log_prob(numbers if part.event_shape else numbers.squeeze(-1))
            for part, numbers in pairs
        ]
        return torch.stack(log_probs).sum(0)

    def entropy(self) -> Float[Tensor, "..."]:
        """Return the sum of the parts' entropies in nats."""
        return torch.stack([part.entropy() for part in self.parts], -1).sum(-1)

    def _join(self, values: Sequence[Tensor]) -> Shaped[Tensor, "... N"]:
        pairs = zip(self.parts, values, strict=True)
        return torch.cat([v if part.event_shape else v.unsqueeze(-1) for part, v in pairs], -1)


@register_kl(Product, Product)
def _kl_product(p: Product, q: Product) -> Float[Tensor, "..."]:
    pairs = zip(p.parts, q.parts, strict=True)
    return torch.stack([kl_divergence(first, second) for first, second in pairs], -1).sum(-1)
