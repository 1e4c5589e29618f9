"""Heads: how the output of an actor becomes an action."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import gymnasium as gym
import numpy as np
from jaxtyping import Bool, Float, Int
from ray.rllib.core.distribution.torch.torch_distribution import (
    TorchCategorical,
    TorchDiagGaussian,
    TorchMultiCategorical,
)
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
)
from memorylab.rllib.heads.product import Choice, HalfBoundedGaussian, Product
from memorylab.rllib.heads.spaces import choices_of, is_real
from memorylab.rllib.observations import (
    ACTION_MASK,
    AVAILABLE_ACTIONS,
    is_parametric,
    leaves,
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
            keys = (ACTION_MASK, AVAILABLE_ACTIONS)
            described = [key for key in keys if key in observation_space.spaces]
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
            actions: The numbers ``[B, T, N]`` of the actions that were taken, each counted from 0,
                if :attr:`draws`; otherwise None.
            real: Which steps are real. Elsewhere nothing is checked.
        """
        return network(features)

    def draw(
        self, network: nn.Module, features: Float[Tensor, "B T D"], *, greedy: bool
    ) -> Int[Tensor, "B T N"]:
        """Return numbers of actions, if :attr:`draws`; with ``greedy`` always the same ones."""
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
    """Independent numbers: categorical for whole ones, Gaussian for real ones.

    For Discrete, MultiDiscrete, MultiBinary, Box, and a Tuple or Dict of these. In a Box without
    bounds on both sides, see :class:`HalfBoundedGaussian`. Those of the simplest spaces are RLlib's
    own distributions.
    """

    name: ClassVar[str] = "plain"

    def size(self, action_space: gym.Space) -> int:
        """Return the number of logits, or a mean and a log standard deviation for each number."""
        return sum(_plain_sizes(action_space))

    def distribution(self, inputs: Float[Tensor, "... A"], action_space: gym.Space) -> Distribution:
        """Return the joint distribution of independent numbers."""
        if isinstance(action_space, gym.spaces.Discrete):
            return Choice(logits=inputs)
        parts: list[Distribution] = []
        sizes = _plain_sizes(action_space)
        for leaf, part in zip(leaves(action_space), inputs.split(sizes, -1), strict=True):
            if is_real(leaf):
                low, high = leaf.low.ravel(), leaf.high.ravel()
                parts.append(HalfBoundedGaussian(part, low, high))
            else:
                parts += [Choice(logits=logits) for logits in part.split(choices_of(leaf), -1)]
        return Product(parts)

    def distribution_class(self, action_space: gym.Space) -> type:
        """Return RLlib's class for the action space, or that of :meth:`distribution`."""
        if not _is_simple(action_space):
            return super().distribution_class(action_space)
        if isinstance(action_space, gym.spaces.Discrete):
            return TorchCategorical
        if isinstance(action_space, gym.spaces.Box):
            return TorchDiagGaussian
        return TorchMultiCategorical.get_partial_dist_cls(
            space=action_space, input_lens=list(choices_of(action_space))
        )

    def classic_distribution_class(self) -> None:
        """Return None: RLlib chooses the same distributions."""


@dataclass(frozen=True)
class Beta(Head):
    """One :class:`BoundedBeta` for each number of a bounded Box."""

    name: ClassVar[str] = "beta"

    def size(self, action_space: gym.Space) -> int:
        """Return two numbers for each number of an action."""
        if not is_real(action_space) or not action_space.is_bounded():
            raise TypeError(
                f"it is for a bounded Box of real numbers, but the action space is {action_space}."
            )
        return 2 * int(np.prod(action_space.shape))

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
        size = sum(level_sizes(_several(action_space)))
        if size > _MOST_LOGITS:
            raise TypeError(
                f"it needs {size} logits for all ways to begin an action of {action_space}, more "
                f"than {_MOST_LOGITS}."
            )
        return size

    def distribution(self, inputs: Float[Tensor, "... A"], action_space: gym.Space) -> Distribution:
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
        return sum(_several(action_space))

    def inputs(self, network, features, observation, actions, real):
        """Return the logits of each part given those before it in ``actions``."""
        return network.along(features, actions)

    def draw(self, network, features, *, greedy):
        """Draw actions part by part."""
        return network.sample(features, greedy=greedy)

    def distribution(self, inputs: Float[Tensor, "... A"], action_space: gym.Space) -> Distribution:
        """Return the distribution of independent parts: the logits depend on the action."""
        parts = inputs.split(choices_of(action_space), -1)
        return Product([Choice(logits=logits) for logits in parts])

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


_MOST_LOGITS = 100_000
"""Most logits of one action that :class:`Autoregressive` lays out, 10 MB for a batch of 25."""


def _several(space: gym.Space) -> tuple[int, ...]:
    """Return the choices of each part of an action of several."""
    if isinstance(space, gym.spaces.Discrete):
        raise TypeError(f"it is for actions of several parts, but the action space is {space}.")
    return choices_of(space)


def _is_simple(space: gym.Space) -> bool:
    """Return whether RLlib's own distributions give actions of this space."""
    if isinstance(space, gym.spaces.Discrete | gym.spaces.MultiDiscrete):
        # They count from 0, and answer with 64 bits.
        flat = len(space.shape) == isinstance(space, gym.spaces.MultiDiscrete)
        return flat and space.dtype == np.int64 and not np.any(space.start)
    if not is_real(space) or len(space.shape) != 1:
        return False
    return space.is_bounded() or not (space.bounded_below | space.bounded_above).any()


def _plain_sizes(space: gym.Space) -> list[int]:
    """Return how many inputs the independent numbers of each leaf of an action need."""
    sizes = []
    for leaf in leaves(space):
        if is_real(leaf):
            sizes.append(2 * int(np.prod(leaf.shape)))
            continue
        try:
            sizes.append(sum(choices_of(leaf)))
        except TypeError:
            raise TypeError(
                "it is for Discrete, MultiDiscrete, MultiBinary, Box, and a Tuple or Dict of "
                "these. A Box holds float32 or float64, all of them bounded or none on both sides "
                "(put others into Boxes of their own), or at most 256 integers. But the action "
                f"space is {space}."
            ) from None
    if not sum(sizes):
        raise TypeError(f"an action must have a part, but the action space is {space}.")
    return sizes
