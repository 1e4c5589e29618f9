"""Heads for actions that the observation describes, by a mask or by embeddings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import gymnasium as gym
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.distributions import Distribution

from memorylab.networks import MlpModel
from memorylab.rllib.heads.autoregressive import level_sizes
from memorylab.rllib.heads.head import Autoregressive, Head, Plain
from memorylab.rllib.heads.masking import joint_mask_table, mask_logits, match_embeddings
from memorylab.rllib.heads.spaces import choices_of
from memorylab.rllib.observations import (
    ACTION_MASK,
    AVAILABLE_ACTIONS,
    is_parametric,
    memory_size,
)
from memorylab.sequences.masks import values_can_be_read


@dataclass(frozen=True)
class Embedded(Plain):
    """Actions described by embeddings: a logit is the dot product of an embedding and an intent.

    The observation holds ``"available_actions"`` ``[A, E]``, one embedding for each action of a
    Discrete action space.
    """

    name: ClassVar[str] = "embedded"

    def fit(self, observation_space: gym.Space, action_space: gym.Space) -> Head:
        """Return itself, if embeddings alone describe the actions."""
        rest = _without(observation_space, AVAILABLE_ACTIONS)
        shape = observation_space[AVAILABLE_ACTIONS].shape
        discrete = isinstance(action_space, gym.spaces.Discrete)
        if not discrete or len(shape) != 2 or shape[0] != action_space.n:
            raise TypeError(
                f"{AVAILABLE_ACTIONS!r} must be of shape [A, E] for a Discrete action space of A "
                f"actions, but is of shape {list(shape)} for {action_space}."
            )
        return super().fit(rest, action_space)

    def make_network(self, input_size, hidden_sizes, observation_space, action_space):
        """Build a network whose output is an intent ``[B, T, E]``."""
        num_features = observation_space[AVAILABLE_ACTIONS].shape[1]
        return MlpModel(input_size, hidden_sizes, num_features, nn.LeakyReLU)

    def inputs(self, network, features, observation, actions, real):
        """Return the logits.

        Raises:
            ValueError: The embedding of an available action is not finite; the message says where.
        """
        embeddings = observation[AVAILABLE_ACTIONS].float()
        used = real.unsqueeze(-1).expand(embeddings.shape[:-1])  # [B, T, A]
        if ACTION_MASK in observation:
            used = used & (observation[ACTION_MASK] != 0)
        # Masking the logit later isn't enough: its gradient would be 0 · NaN, which is NaN.
        embeddings = embeddings.masked_fill(~used.unsqueeze(-1), 0)
        wrong = ~embeddings.isfinite().all(-1)  # [B, T, A]
        if values_can_be_read() and wrong.any():
            row, step, action = wrong.nonzero()[0].tolist()
            raise ValueError(
                f"{AVAILABLE_ACTIONS!r} holds NaN or infinity at row {row}, step {step}, action "
                f"{action}, which is available."
            )
        return match_embeddings(network(features), embeddings)


@dataclass(frozen=True)
class Masked(Head):
    """Another head, with probability 0 for every action that a mask in the observation forbids.

    The observation holds ``"action_mask"``, a Box or MultiBinary: 1 for an action that can be
    taken, 0 for one that can't; ``[A]`` for a Discrete action space. For one of several parts it is
    ``[A₁ + A₂ + …]``, a mask for each part, or joint, ``[A₁, A₂, …]``, which needs the head
    :class:`Autoregressive`.

    Args:
        head: The head whose logits are masked.
        choices: How many choices each part has, if each has a mask of its own; :meth:`fit` sets it.
    """

    head: Head = Plain()  # noqa: RUF009 (a frozen value)
    choices: tuple[int, ...] = ()
    name: ClassVar[str] = "masked"

    def __str__(self) -> str:
        return f"{self.name} {self.head}"

    def fit(self, observation_space: gym.Space, action_space: gym.Space) -> Head:
        """Return the mask around the other head, which must fit the rest of the observation."""
        head = self.head.fit(_without(observation_space, ACTION_MASK), action_space)
        try:
            choices = choices_of(action_space)
        except TypeError as error:
            raise TypeError(
                f"{error} A mask is for actions that can be counted. Leave {ACTION_MASK!r} out of "
                "the observation."
            ) from None
        shape, by_part = observation_space[ACTION_MASK].shape, (sum(choices),)
        if shape not in (choices, by_part):
            joint = f" or {list(choices)}, one for each joint action," if len(choices) > 1 else ""
            raise TypeError(
                f"{ACTION_MASK!r} must be of shape {list(by_part)}, one entry for each choice,"
                f"{joint} of {action_space}, but is of shape {list(shape)}."
            )
        size = head.size(action_space)
        lays_out_conditionals = not head.draws and size == sum(level_sizes(choices))
        if not lays_out_conditionals and (shape != by_part or head.draws or (size,) != by_part):
            raise TypeError(
                f"a mask over the joint actions of {action_space} needs the logits of all their "
                f"conditionals, and {str(head)!r} doesn't lay them out."
            )
        return Masked(head, () if shape == choices else choices)

    def size(self, action_space: gym.Space) -> int:
        """Return the size of the other head."""
        return self.head.size(action_space)

    def distribution(self, inputs: Float[Tensor, "... A"], action_space: gym.Space) -> Distribution:
        """Return the distribution of the other head."""
        return self.head.distribution(inputs, action_space)

    def make_network(self, input_size, hidden_sizes, observation_space, action_space):
        """Build the network of the other head."""
        return self.head.make_network(input_size, hidden_sizes, observation_space, action_space)

    def inputs(self, network, features, observation, actions, real):
        """Return the masked logits, and raise the errors, of :func:`mask_logits`."""
        logits = self.head.inputs(network, features, observation, actions, real)
        mask = observation[ACTION_MASK].float()
        if not self.choices:
            return mask_logits(logits, joint_mask_table(mask), real)
        masks = mask.split(self.choices, -1)
        if logits.shape == mask.shape:
            pairs = zip(logits.split(self.choices, -1), masks, strict=True)
            return torch.cat([mask_logits(part, allowed, real) for part, allowed in pairs], -1)
        joint = masks[0]  # [B, T, A₁, …]
        for allowed in masks[1:]:
            ones = (1,) * (joint.dim() - 2)
            joint = joint.unsqueeze(-1) * allowed.reshape(*allowed.shape[:2], *ones, -1)
        return mask_logits(logits, joint_mask_table(joint), real)

    def distribution_class(self, action_space: gym.Space) -> type:
        """Return that of the other head."""
        return self.head.distribution_class(action_space)

    def classic_distribution_class(self) -> type | None:
        """Return that of the other head."""
        return self.head.classic_distribution_class()


@dataclass(frozen=True)
class Parametric(Head):
    """Whatever the observation says about the actions: a mask, embeddings, or both.

    It stands for :class:`Embedded` if there are embeddings, otherwise for :class:`Plain` or, if the
    mask is joint, :class:`Autoregressive`; all of them :class:`Masked` if there is a mask.
    """

    name: ClassVar[str] = "parametric"

    def fit(self, observation_space: gym.Space, action_space: gym.Space) -> Head:
        """Return the head that this stands for."""
        if not is_parametric(observation_space):
            raise TypeError(
                f"the observation space must be a Dict with {ACTION_MASK!r} or "
                f"{AVAILABLE_ACTIONS!r} beside what the agent sees, but is {observation_space}."
            )
        mask = observation_space.spaces.get(ACTION_MASK)
        # A mask of one axis is one for each part.
        head: Head = (
            Plain() if mask is not None and len(mask.shape or ()) == 1 else Autoregressive()
        )
        if AVAILABLE_ACTIONS in observation_space.spaces:
            head = Embedded()
        if mask is not None:
            head = Masked(head)
        return head.fit(observation_space, action_space)


def _without(space: gym.Space, key: str) -> gym.Space:
    """Return an observation space without one of its keys, which must be there."""
    memory_size(space)
    if not isinstance(space, gym.spaces.Dict) or key not in space.spaces:
        raise TypeError(f"the observation has no {key!r}; its space is {space}.")
    if not isinstance(space[key], gym.spaces.Box | gym.spaces.MultiBinary):
        raise TypeError(f"{key!r} must be a Box or MultiBinary, but is {space[key]}.")
    return gym.spaces.Dict({name: part for name, part in space.items() if name != key})
