"""Heads: how the output of an actor becomes an action."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import gymnasium as gym
import numpy as np
from jaxtyping import Bool, Float, Int
from ray.rllib.core.distribution.torch.torch_distribution import TorchCategorical, TorchDiagGaussian
from torch import Tensor, nn
from torch.distributions import Distribution

from memorylab.networks import MlpModel
from memorylab.rllib.heads.autoregressive import (
    AutoregressiveCategorical,
    AutoregressiveHead,
    level_sizes,
)
from memorylab.rllib.heads.beta import BoundedBeta
from memorylab.rllib.heads.distributions import (
    ClassicDistribution,
    HeadDistribution,
    IndependentParts,
)
from memorylab.rllib.heads.spaces import (
    OBSERVATIONS,
    as_tensor,
    choices_of,
    is_parametric,
    memory_size,
)


@dataclass(frozen=True)
class Head:
    """How the output of an actor becomes an action.

    A head is a value: heads of one kind are equal, can be hashed and pickled, and hold no weights.
    Choose one by its name in ``HEADS``, or pass it: ``ppo_config("TMaze", head=Plain())``.

    A subclass writes :meth:`size` and :meth:`distribution`, and overrides other methods as needed;
    their arguments are those described here.
    """

    name: ClassVar[str] = "head"
    draws: ClassVar[bool] = False
    """Whether the head draws actions itself, by :meth:`draw`, and not from its distribution."""

    def __str__(self) -> str:
        return self.name

    def fit(self, observation_space: gym.Space, action_space: gym.Space) -> Head:
        """Return the head to act with in these spaces: itself, if it fits them.

        Raises:
            TypeError: It doesn't fit.
        """
        if is_parametric(observation_space):
            described = [key for key in observation_space.spaces if key != OBSERVATIONS]
            raise TypeError(f"it doesn't read {' and '.join(map(repr, described))}.")
        memory_size(observation_space)
        self.size(action_space)
        return self

    def size(self, action_space: gym.Space) -> int:
        """Return the number A of inputs of the distribution.

        Raises:
            TypeError: The head is not for this action space.
        """
        raise NotImplementedError(f"{type(self).__name__} must write size.")

    def distribution(self, inputs: Float[Tensor, "... A"], action_space: gym.Space) -> Distribution:
        """Return the action distribution; an action in several parts is one tensor ``[..., N]``."""
        raise NotImplementedError(f"{type(self).__name__} must write distribution.")

    def best(self, distribution: Distribution) -> Tensor:
        """Return the action ``[..., N]`` to take without exploration."""
        return distribution.mode

    def make_network(
        self,
        input_size: int,
        hidden_sizes: Sequence[int],
        observation_space: gym.Space,
        action_space: gym.Space,
    ) -> nn.Module:
        """Build the actor's last layers, which read the memory's output ``[B, T, D]``."""
        return MlpModel(input_size, hidden_sizes, self.size(action_space), nn.LeakyReLU)

    def inputs(
        self,
        network: nn.Module,
        features: Float[Tensor, "B T D"],
        observation: Tensor | Mapping[str, Tensor],
        actions: Any,
        real: Bool[Tensor, "B T"],
    ) -> Float[Tensor, "B T A"]:
        """Return the inputs of the distribution.

        Args:
            network: A network of :meth:`make_network`.
            features: The memory's output.
            observation: The observation, or its parts, ``[B, T, ...]``.
            actions: The actions that were taken ``[B, T, ...]``; None while acting. Only a head
                that draws actions itself reads them.
            real: Which steps are real. Elsewhere nothing is checked.
        """
        return network(features)

    def draw(
        self, network: nn.Module, features: Float[Tensor, "B T D"], *, greedy: bool
    ) -> Int[Tensor, "B T N"]:
        """Return actions, if :attr:`draws`; with ``greedy`` always the same ones."""
        raise NotImplementedError(f"{type(self).__name__} must write draw.")

    def distribution_class(self, action_space: gym.Space) -> type:
        """Return the class of the distribution for RLlib's current API stack."""
        return HeadDistribution.get_partial_dist_cls(head=self, space=action_space)

    def classic_distribution_class(self) -> type | None:
        """Return the class for RLlib's old API stack, or None if that has the right one itself.

        Raises:
            TypeError: The head doesn't work on the old API stack.
        """
        return type(f"Classic{type(self).__name__}", (ClassicDistribution,), {"head": self})


@dataclass(frozen=True)
class Plain(Head):
    """Independent parts: categorical for Discrete and MultiDiscrete, Gaussian for Box.

    The distributions are RLlib's own.
    """

    name: ClassVar[str] = "plain"

    def size(self, action_space: gym.Space) -> int:
        """Return the number of logits, or a mean and a log standard deviation for each number."""
        if isinstance(action_space, gym.spaces.Discrete) and action_space.start == 0:
            return int(action_space.n)
        if isinstance(action_space, gym.spaces.MultiDiscrete) and action_space.nvec.ndim == 1:
            if not action_space.start.any():
                return int(action_space.nvec.sum())
        elif _is_flat_box(action_space):
            return 2 * action_space.shape[0]
        raise TypeError(
            "it is for Discrete and MultiDiscrete, counted from 0, and Box of shape [A] with real "
            f"numbers, but the action space is {action_space}."
        )

    def distribution_class(self, action_space: gym.Space) -> type:
        """Return RLlib's class for the action space."""
        if isinstance(action_space, gym.spaces.Discrete):
            return TorchCategorical
        if isinstance(action_space, gym.spaces.Box):
            return TorchDiagGaussian
        return _independent_parts(action_space)

    def classic_distribution_class(self) -> None:
        """Return None: RLlib chooses the same distributions."""


@dataclass(frozen=True)
class Beta(Head):
    """One :class:`BoundedBeta` for each number of a bounded Box."""

    name: ClassVar[str] = "beta"

    def size(self, action_space: gym.Space) -> int:
        """Return two numbers for each number of an action."""
        if not _is_flat_box(action_space) or not action_space.is_bounded():
            raise TypeError(
                "it is for a bounded Box of real numbers, of shape [A], but the action space is "
                f"{action_space}."
            )
        return 2 * action_space.shape[0]

    def distribution(self, inputs: Float[Tensor, "... A"], action_space: gym.Space) -> BoundedBeta:
        """Return the distribution of actions in [−1, 1], which RLlib stretches to the bounds."""
        return BoundedBeta(inputs)

    def best(self, distribution: Distribution) -> Float[Tensor, "... N"]:
        """Return the expected action."""
        return distribution.mean


@dataclass(frozen=True)
class Autoregressive(Head):
    """An action in several parts, each of which depends on those before it.

    The inputs are the logits of all conditionals, so the distribution is exact. Their number grows
    with the product of the choices; for many parts see :class:`Sequential`.
    """

    name: ClassVar[str] = "autoregressive"

    def size(self, action_space: gym.Space) -> int:
        """Return the number of logits of all conditionals."""
        return sum(level_sizes(choices_of(action_space)))

    def distribution(
        self, inputs: Float[Tensor, "... A"], action_space: gym.Space
    ) -> AutoregressiveCategorical:
        """Return the joint distribution of the parts."""
        return AutoregressiveCategorical(inputs, choices_of(action_space))

    def make_network(self, input_size, hidden_sizes, observation_space, action_space):
        """Build one network for each part."""
        return AutoregressiveHead(input_size, choices_of(action_space), hidden_sizes)


@dataclass(frozen=True)
class Sequential(Autoregressive):
    """:class:`Autoregressive` for actions of many parts; it computes only conditionals it needs.

    It draws an action part by part. In training, where the action is known, it computes the logits
    of each part given the parts before it **in that action**. The log-probability is exact. Entropy
    and KL divergence are sums along that action. Their means over the actions of the current policy
    (for the KL divergence: of the earlier one) are those of the joint distribution.
    """

    name: ClassVar[str] = "sequential"
    draws: ClassVar[bool] = True

    def size(self, action_space: gym.Space) -> int:
        """Return the number of logits along one action."""
        return sum(choices_of(action_space))

    def inputs(self, network, features, observation, actions, real):
        """Return the logits of each part given those before it in ``actions``."""
        return network.along(features, as_tensor(actions))

    def draw(self, network, features, *, greedy):
        """Draw actions part by part."""
        return network.sample(features, greedy=greedy)

    def distribution_class(self, action_space: gym.Space) -> type:
        """Return RLlib's distribution of independent parts: the logits depend on the action."""
        return _independent_parts(action_space)

    def classic_distribution_class(self) -> type:
        """Raise TypeError: a distribution of the old stack can't run the network."""
        raise TypeError(
            "The head 'sequential' doesn't work on RLlib's old API stack, where actions are drawn "
            "from the inputs of a distribution alone. Use 'autoregressive'."
        )


class ClassicBeta(ClassicDistribution):
    """The head :class:`Beta` on RLlib's old API stack; register it under any name."""

    head = Beta()


class ClassicAutoregressive(ClassicDistribution):
    """The head :class:`Autoregressive` on RLlib's old API stack.

    Its inputs hold all conditionals. If the distribution ran the model's networks instead, the KL
    divergence between old and new policy would be wrong: the old policy's inputs would pass through
    the new policy's weights.
    """

    head = Autoregressive()


def _is_flat_box(space: gym.Space) -> bool:
    return (
        isinstance(space, gym.spaces.Box)
        and len(space.shape) == 1
        and np.issubdtype(space.dtype, np.floating)
    )


def _independent_parts(space: gym.Space) -> type:
    return IndependentParts.get_partial_dist_cls(space=space, input_lens=list(choices_of(space)))
