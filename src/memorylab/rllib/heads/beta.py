"""Beta distributions over a bounded interval, for actions that have bounds."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Beta, Distribution, constraints
from torch.distributions.kl import kl_divergence, register_kl
from torch.nn import functional

_EDGE = 1e-6
"""Smallest distance of the underlying Beta variable from 0 and 1."""


class BoundedBeta(Distribution):
    """One Beta distribution for each dimension of an action, stretched from (0, 1) to (−1, 1).

    RLlib stretches the actions of a policy from [−1, 1] to the bounds of the environment, and clips
    those outside. Much of a Gaussian may lie outside. The environment then executes a clipped
    action, while the log-probability is that of the action before clipping. A Beta distribution
    stays inside (Chou, Maturana & Scherer, ICML 2017).

    Stretching by 2 halves the density: each dimension's log-probability is that of the Beta
    variable minus log 2, its entropy is log 2 higher, and KL divergences don't change.

    Args:
        inputs: ``[..., 2 A]``, any numbers: first those of α, then those of β. Each becomes
            ``1 + softplus``, at least 1, so that the density has one peak (the same paper, section
            4.1).
    """

    arg_constraints = {}  # noqa: RUF012 (PyTorch's own declaration)
    support = constraints.independent(constraints.interval(-1.0, 1.0), 1)
    has_rsample = True

    def __init__(self, inputs: Float[Tensor, "... K"]):
        alpha, beta = (1 + functional.softplus(inputs)).chunk(2, dim=-1)  # [..., A] each
        self.base = Beta(alpha, beta, validate_args=False)
        super().__init__(alpha.shape[:-1], alpha.shape[-1:], validate_args=False)

    @property
    def mean(self) -> Float[Tensor, "... A"]:
        """The expected action."""
        return 2 * self.base.mean - 1

    def rsample(self, sample_shape: Sequence[int] = ()) -> Float[Tensor, "... A"]:
        """Draw an action, with a gradient."""
        return 2 * self.base.rsample(torch.Size(sample_shape)).clamp(_EDGE, 1 - _EDGE) - 1

    def log_prob(self, value: Float[Tensor, "... A"]) -> Float[Tensor, "..."]:
        """Return the log-density of an action."""
        unit = ((value + 1) / 2).clamp(_EDGE, 1 - _EDGE)
        return (self.base.log_prob(unit) - math.log(2)).sum(-1)

    def entropy(self) -> Float[Tensor, "..."]:
        """Return the differential entropy in nats, which may be negative."""
        return (self.base.entropy() + math.log(2)).sum(-1)


@register_kl(BoundedBeta, BoundedBeta)
def _kl(p: BoundedBeta, q: BoundedBeta) -> Float[Tensor, "..."]:
    return kl_divergence(p.base, q.base).sum(-1)
