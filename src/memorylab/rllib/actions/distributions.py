"""Distributions of our own on RLlib's current API stack: a module names the class it uses."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import torch
from jaxtyping import Float, Int
from ray.rllib.core.distribution.torch.torch_distribution import (
    TorchDeterministic,
    TorchDistribution,
    TorchMultiDistribution,
)
from torch import Tensor

from memorylab.rllib.actions.autoregressive import AutoregressiveCategorical, level_sizes
from memorylab.rllib.actions.beta import BoundedBeta


class TorchBeta(TorchDistribution):
    """:class:`BoundedBeta` as RLlib's Learner and EnvRunner use it; for Box actions ``[A]``.

    Args:
        logits: ``[..., 2 A]``.
    """

    def _get_torch_distribution(self, logits: Float[Tensor, "... 2A"]) -> BoundedBeta:
        return BoundedBeta(logits)

    def to_deterministic(self) -> TorchDeterministic:
        """Return what always gives the expected action."""
        return TorchDeterministic(self._dist.mean)

    @staticmethod
    def required_input_dim(space: gym.Space, **kwargs: Any) -> int:
        """Return how many numbers an action of this space needs.

        Raises:
            TypeError: The space is not a bounded Box of real numbers with one dimension.
        """
        return beta_size(space)


class TorchAutoregressive(TorchDistribution):
    """:class:`AutoregressiveCategorical` as RLlib's Learner and EnvRunner use it.

    Bind it to its action space: ``TorchAutoregressive.get_partial_dist_cls(space=space)``.

    Args:
        logits: ``[..., S]``: the logits of all conditionals.
        space: MultiDiscrete, or a Tuple of Discrete; actions look as they do in it.
    """

    def __init__(self, logits: Float[Tensor, "... S"], space: gym.Space):
        self.space = space
        super().__init__(logits)

    def _get_torch_distribution(self, logits: Tensor) -> AutoregressiveCategorical:
        return AutoregressiveCategorical(logits, choices_of(self.space))

    def sample(self, *, sample_shape: Any = None) -> Any:
        """Draw one part after the other."""
        return as_action(super().sample(sample_shape=sample_shape), self.space)

    def logp(self, value: Any, **kwargs: Any) -> Float[Tensor, "..."]:
        """Return the log-probability of an action as a whole."""
        return self._dist.log_prob(as_tensor(value))

    def to_deterministic(self) -> TorchDeterministic | TorchMultiDistribution:
        """Return what always gives the likeliest action as a whole."""
        mode = as_action(self._dist.mode, self.space)
        if isinstance(mode, tuple):
            return TorchMultiDistribution(tuple(map(TorchDeterministic, mode)))
        return TorchDeterministic(mode)

    @staticmethod
    def required_input_dim(space: gym.Space, **kwargs: Any) -> int:
        """Return how many logits an action of this space needs.

        Raises:
            TypeError: The space is neither MultiDiscrete nor a Tuple of Discrete.
        """
        return sum(level_sizes(choices_of(space)))


def beta_size(space: gym.Space) -> int:
    """Return the number of inputs of a :class:`BoundedBeta` over ``space``.

    Raises:
        TypeError: The space is not a bounded Box of real numbers with one dimension.
    """
    if not (
        isinstance(space, gym.spaces.Box)
        and len(space.shape) == 1
        and space.dtype in (float, "float32")
        and space.is_bounded()
    ):
        raise TypeError(
            f"Beta distributions are for a bounded Box of real numbers, of shape [A], but the "
            f"action space is {space}."
        )
    return 2 * space.shape[0]


def choices_of(space: gym.Space) -> tuple[int, ...]:
    """Return how many choices each part of an action has.

    Raises:
        TypeError: The space is neither MultiDiscrete, with one dimension, nor a Tuple of Discrete,
            counted from 0.
    """
    if isinstance(space, gym.spaces.MultiDiscrete) and space.nvec.ndim == 1:
        if not space.start.any():
            return tuple(int(n) for n in space.nvec)
    elif isinstance(space, gym.spaces.Tuple) and all(
        isinstance(part, gym.spaces.Discrete) and part.start == 0 for part in space
    ):
        return tuple(int(part.n) for part in space)
    raise TypeError(
        f"An autoregressive distribution is for MultiDiscrete of one dimension or a Tuple of "
        f"Discrete, counted from 0, but the action space is {space}."
    )


def as_action(parts: Int[Tensor, "... N"], space: gym.Space) -> Any:
    """Return actions as they look in ``space``: in a Tuple one tensor for each part."""
    return parts.unbind(-1) if isinstance(space, gym.spaces.Tuple) else parts


def as_tensor(action: Any) -> Int[Tensor, "... N"]:
    """Return actions as one tensor, however they look in their space."""
    return torch.stack(list(action), -1) if isinstance(action, list | tuple) else action
