"""Heads for learners of action values: Q-values for DQN, a squashed Gaussian for SAC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import gymnasium as gym
import torch
from jaxtyping import Float
from ray.rllib.core.distribution.torch.torch_distribution import TorchSquashedGaussian
from torch import Tensor, nn
from torch.distributions import Categorical
from torch.nn import functional

from memorylab.networks import DuelingHeadModel, MlpModel
from memorylab.rllib.heads.choice import as_head
from memorylab.rllib.heads.distributions import HeadDistribution
from memorylab.rllib.heads.head import Beta, Head
from memorylab.rllib.heads.parametric import Masked
from memorylab.rllib.observations import ACTION_MASK, AVAILABLE_ACTIONS, is_parametric

Q_LEARNING, SOFT_ACTOR_CRITIC = "double_q", "twin_q"
"""RLlib's DQN and SAC add these keys to every module's configuration, and so say who learns."""


@dataclass(frozen=True)
class QValues(Head):
    """One Q-value for each action of a Discrete space; the best action is taken.

    Args:
        dueling: Whether the network is a :class:`memorylab.networks.DuelingHeadModel`, or else a
            perceptron.
    """

    dueling: bool = True
    name: ClassVar[str] = "q_values"

    def size(self, action_space: gym.Space) -> int:
        """Return the number of actions."""
        if not isinstance(action_space, gym.spaces.Discrete):
            raise TypeError(
                f"DQN learns the value of each action of a Discrete space, but the action space is "
                f"{action_space}. Use PPO, APPO or IMPALA, or, for a bounded Box, SAC."
            )
        return int(action_space.n)

    def distribution(self, inputs: Float[Tensor, "... A"], action_space: gym.Space) -> Categorical:
        """Return the distribution that has the best action alone."""
        best = functional.one_hot(inputs.argmax(-1), inputs.shape[-1])
        return Categorical(probs=best.to(inputs.dtype))

    def make_network(self, input_size, hidden_sizes, observation_space, action_space):
        """Build the Q-network's last layers."""
        size = self.size(action_space)
        if self.dueling:
            return DuelingHeadModel(input_size, hidden_sizes, size, nonlinearity=nn.LeakyReLU)
        return MlpModel(input_size, hidden_sizes, size, nn.LeakyReLU)

    def distribution_class(self, action_space: gym.Space) -> type:
        """Return the class for RLlib's current API stack."""
        return HeadDistribution.get_partial_dist_cls(head=self, space=action_space)


@dataclass(frozen=True)
class Squashed(Head):
    """A Gaussian for each number of a bounded Box, squashed by tanh (Haarnoja et al. 2018).

    The distribution is RLlib's own.
    """

    name: ClassVar[str] = "squashed"

    def size(self, action_space: gym.Space) -> int:
        """Return a mean and a log standard deviation for each number of an action."""
        is_box = isinstance(action_space, gym.spaces.Box) and action_space.is_bounded()
        if not is_box or len(action_space.shape) != 1 or action_space.dtype.kind != "f":
            raise TypeError(
                f"SAC acts in a bounded Box of real numbers, of shape [A], but the action space is "
                f"{action_space}. Use PPO, APPO or IMPALA, or, for a Discrete space, DQN."
            )
        return 2 * action_space.shape[0]

    def distribution_class(self, action_space: gym.Space) -> type:
        """Return RLlib's class."""
        return TorchSquashedGaussian


def learns_values(added: Mapping[str, Any]) -> bool:
    """Return whether a module is for DQN or SAC, by what these add to its configuration."""
    return Q_LEARNING in added or SOFT_ACTOR_CRITIC in added


def value_head(
    added: Mapping[str, Any],
    head: Head | str | None,
    observation_space: gym.Space,
    action_space: gym.Space,
) -> Head:
    """Return the head of a learner of action values in these spaces.

    Args:
        added: What DQN or SAC adds to every module's configuration.
        head: What the user asks for: for SAC, "beta" or :class:`Squashed`, the default.
        observation_space, action_space: The spaces.

    Raises:
        TypeError: The head or the spaces are not for this algorithm, or describe the actions in a
            way that it doesn't read.
        ValueError: DQN shall learn distributions of returns.
    """
    described = observation_space.spaces if is_parametric(observation_space) else {}
    reads = {ACTION_MASK} if Q_LEARNING in added else set()
    if unread := sorted({ACTION_MASK, AVAILABLE_ACTIONS} & described.keys() - reads):
        raise TypeError(
            f"{'DQN' if reads else 'SAC'} doesn't read {' and '.join(map(repr, unread))}. Leave it "
            "out of the observation, or use PPO, APPO or IMPALA."
        )
    if Q_LEARNING not in added:
        head = Squashed() if head is None else as_head(head)
        if not isinstance(head, Squashed | Beta):
            raise TypeError(
                f"SAC needs actions with a gradient, from the head 'squashed', its default, or "
                f"'beta', and not from {str(head)!r}."
            )
        Squashed().size(action_space)  # The critics read a flat Box.
        return head.fit(observation_space, action_space)
    if head is not None:
        raise TypeError(
            f"DQN acts by its Q-values, so there can't be the head {str(head)!r}. Leave it out, or "
            "use PPO, APPO or IMPALA."
        )
    if added.get("num_atoms", 1) > 1:
        raise ValueError(
            f"num_atoms={added['num_atoms']} asks for distributions of returns, but MemoryRLModule "
            "learns their means: write config.training(num_atoms=1)."
        )
    head = QValues(bool(added.get("dueling", True)))
    return (Masked(head) if described else head).fit(observation_space, action_space)


class TwinCritic(nn.Module):
    """Q-values of continuous actions, by two perceptrons or one (Fujimoto et al. 2018).

    Args:
        input_size: Number of features D of the memory's output.
        action_size: Number of numbers A of an action.
        hidden_sizes: Width of each hidden layer.
        twin: Whether there are two.
    """

    def __init__(self, input_size: int, action_size: int, hidden_sizes, twin: bool = True):
        super().__init__()
        sizes = [input_size + action_size] * (1 + twin)
        self.critics = nn.ModuleList(
            MlpModel(size, hidden_sizes, 1, nn.LeakyReLU) for size in sizes
        )

    def forward(
        self, features: Float[Tensor, "... D"], action: Float[Tensor, "... A"]
    ) -> Float[Tensor, "... N"]:
        """Return the Q-value that each critic, of N, gives the action."""
        both = torch.cat([features, action], -1)
        return torch.cat([critic(both) for critic in self.critics], -1)
