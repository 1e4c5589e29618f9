"""The distribution of a head as RLlib's two API stacks use it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import gymnasium as gym
import torch
import tree
from jaxtyping import Float
from ray.rllib.core.distribution.torch.torch_distribution import (
    TorchDeterministic,
    TorchDistribution,
    TorchMultiDistribution,
)
from ray.rllib.models.torch.torch_action_dist import TorchDistributionWrapper
from ray.rllib.models.torch.torch_modelv2 import TorchModelV2
from torch import Tensor
from torch.distributions import Distribution

from memorylab.rllib.heads.spaces import as_action, as_tensor

if TYPE_CHECKING:
    from memorylab.rllib.heads.head import Head


class HeadDistribution(TorchDistribution):
    """A head's distribution on RLlib's current API stack.

    Bind it first: ``HeadDistribution.get_partial_dist_cls(head=Beta(), space=action_space)``.

    Args:
        logits: Inputs of the distribution ``[..., A]``.
        head: The head that they come from.
        space: Action space; actions look as they do in it.
    """

    def __init__(self, logits: Float[Tensor, "... A"], head: Head, space: gym.Space):
        self.head, self.space = head, space
        super().__init__(logits)

    def _get_torch_distribution(self, logits: Tensor) -> Distribution:
        return self.head.distribution(logits, self.space)

    def sample(self, *, sample_shape: Any = None) -> Any:
        """Draw actions."""
        return as_action(super().sample(sample_shape=sample_shape), self.space)

    def logp(self, value: Any, **kwargs: Any) -> Float[Tensor, "..."]:
        """Return the log-probability of each action as a whole."""
        return self._dist.log_prob(as_tensor(value, self.space))

    def to_deterministic(self) -> TorchDeterministic | TorchMultiDistribution:
        """Return a distribution that always gives the head's best action."""
        best = as_action(self.head.best(self._dist), self.space)
        if isinstance(best, tuple | dict):
            return CertainParts(best, self._dist.batch_shape)
        return TorchDeterministic(best)

    @staticmethod
    def required_input_dim(space: gym.Space, head: Head, **kwargs: Any) -> int:
        """Return how many inputs the distribution needs; see :meth:`Head.size`."""
        return head.size(space)


class CertainParts(TorchMultiDistribution):
    """An action of several parts that is certain; RLlib's adds zeros in the shapes of the parts.

    Args:
        action: Its parts, each ``[*batch_shape, ...]``.
        batch_shape: The shape of its log-probabilities.
    """

    def __init__(self, action: Any, batch_shape: torch.Size):
        super().__init__(tree.map_structure(TorchDeterministic, action))
        self.batch_shape = batch_shape

    def logp(self, value: Any, **kwargs: Any) -> Float[Tensor, "..."]:
        """Return zeros."""
        return torch.zeros(self.batch_shape)


class ClassicDistribution(TorchDistributionWrapper):
    """A head's distribution on RLlib's old API stack; a subclass names the head.

    Args:
        inputs: Inputs of the distribution ``[B, A]``.
        model: The model that they come from; only its ``action_space`` is read.
    """

    head: ClassVar[Head]

    def __init__(self, inputs: Float[Tensor, "B A"], model: TorchModelV2):
        super().__init__(inputs, model)
        self.space = model.action_space
        self.dist = self.head.distribution(self.inputs, self.space)

    def sample(self) -> Any:
        """Draw actions."""
        self.last_sample = as_action(self.dist.sample(), self.space)
        return self.last_sample

    def deterministic_sample(self) -> Any:
        """Return the head's best action."""
        self.last_sample = as_action(self.head.best(self.dist), self.space)
        return self.last_sample

    def logp(self, actions: Any) -> Float[Tensor, "B"]:
        """Return the log-probability of each action as a whole."""
        return self.dist.log_prob(as_tensor(actions, self.space))

    @classmethod
    def required_model_output_shape(
        cls, action_space: gym.Space, model_config: Mapping[str, Any]
    ) -> int:
        """Return how many inputs the distribution needs; see :meth:`Head.size`."""
        return cls.head.size(action_space)
