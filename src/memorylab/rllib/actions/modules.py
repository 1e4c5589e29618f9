"""Modules for actions with structure, on RLlib's current API stack."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import torch
from jaxtyping import Float
from ray.rllib.core.columns import Columns
from ray.rllib.core.distribution.torch.torch_distribution import TorchMultiCategorical
from torch import Tensor

from memorylab.memory import ActorCritic
from memorylab.rllib.actions.autoregressive import AutoregressiveHead
from memorylab.rllib.actions.distributions import (
    TorchAutoregressive,
    TorchBeta,
    as_action,
    as_tensor,
    beta_size,
    choices_of,
)
from memorylab.rllib.actions.spaces import ParametricActions
from memorylab.rllib.module import MemoryRLModule
from memorylab.sequences import sequence_mask


class BetaRLModule(MemoryRLModule):
    """A :class:`MemoryRLModule` whose actions, a bounded Box, are Beta distributed."""

    @classmethod
    def action_distribution(cls, space: gym.Space) -> tuple[int, type]:
        """Return how many inputs the distribution needs, and its class.

        Raises:
            TypeError: The space is not a bounded Box of real numbers with one dimension.
        """
        return beta_size(space), TorchBeta


class AutoregressiveRLModule(MemoryRLModule):
    """A :class:`MemoryRLModule` for actions of several parts, each drawn in view of those before.

    The head of the actor is an :class:`AutoregressiveHead`, and what it puts out holds all
    conditionals: so the distribution is a function of that alone, and needs no weights.
    """

    @classmethod
    def action_distribution(cls, space: gym.Space) -> tuple[int, type]:
        """Return how many inputs the distribution needs, and its class.

        Raises:
            TypeError: The space is neither MultiDiscrete nor a Tuple of Discrete.
        """
        size = TorchAutoregressive.required_input_dim(space)
        return size, TorchAutoregressive.get_partial_dist_cls(space=space)

    def make_networks(self, num_outputs: int) -> ActorCritic:
        """Build the networks, with the head that this needs."""
        networks = super().make_networks(num_outputs)
        use_autoregressive_head(networks, self.action_space, self.model_config["actor_sizes"])
        return networks


class SequentialRLModule(AutoregressiveRLModule):
    """An :class:`AutoregressiveRLModule` that never lays all conditionals out.

    For actions with so many parts that there would be too many. It draws an action part by part
    and hands it on with its log-probability; in training, where the action is known, one pass
    gives the logits of each part given the parts before it, **in that action**. The log-probability
    is exact. Entropy and KL divergence are sums along the one action; on average over the actions
    of the current policy (for the KL divergence: of the earlier one) they are those of the joint
    distribution.
    """

    @classmethod
    def action_distribution(cls, space: gym.Space) -> tuple[int, type]:
        """Return how many inputs the distribution needs, and its class.

        Raises:
            TypeError: The space is neither MultiDiscrete nor a Tuple of Discrete.
        """
        choices = list(choices_of(space))
        return sum(choices), _Parts.get_partial_dist_cls(space=space, input_lens=choices)

    def _forward_exploration(self, batch: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return self._act(batch, greedy=False)

    def _forward_inference(self, batch: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return self._act(batch, greedy=True)

    def _act(self, batch: dict[str, Any], greedy: bool) -> dict[str, Any]:
        actor, _, state = self._remember(batch)
        action = self.networks.actor_head.sample(actor, greedy=greedy)  # [B, T, N]
        inputs = self.networks.actor_head.along(actor, action)  # [B, T, A₁ + A₂ + …]
        return {
            Columns.ACTIONS: as_action(action, self.action_space),
            Columns.ACTION_LOGP: self.action_dist_cls.from_logits(inputs).logp(action),
            Columns.ACTION_DIST_INPUTS: inputs,
            Columns.STATE_OUT: state,
        }

    def action_inputs(self, actor: Tensor, batch: dict[str, Any]) -> Float[Tensor, "B T A"]:
        """Return the logits of each part given those before it in the action of the batch."""
        return self.networks.actor_head.along(actor, as_tensor(batch[Columns.ACTIONS]))


class _Parts(TorchMultiCategorical):
    """RLlib's own distribution of parts, that also takes the actions of a Tuple."""

    def logp(self, value: Any) -> Tensor:
        return super().logp(as_tensor(value))


class ParametricActionsRLModule(MemoryRLModule):
    """A :class:`MemoryRLModule` for actions that vary from step to step.

    The observation space is a dictionary: see :class:`ParametricActions`. The memory reads
    ``"observations"`` alone; what it remembers then meets the mask and the embeddings of the step.

    A mask over the joint actions of a MultiDiscrete space, ``[A₁, A₂, …]``, is possible too; the
    distribution and the head are then those of :class:`AutoregressiveRLModule`.

    Let an env-to-module connector :class:`MarkEndedEpisodes` run before, as ``ppo_config`` does, if
    the last observation of an episode may allow no action.

    Raises:
        TypeError: The spaces don't fit.
        ValueError: A mask at a real step allows no action; the message names row and step.
    """

    @classmethod
    def action_distribution(cls, space: gym.Space) -> tuple[int, type]:
        """Return how many inputs the distribution needs, and its class."""
        if isinstance(space, gym.spaces.Discrete):
            return super().action_distribution(space)
        return AutoregressiveRLModule.action_distribution(space)

    def make_networks(self, num_outputs: int) -> ActorCritic:
        """Build the networks, with the outputs that this needs."""
        self.actions = ParametricActions(self.observation_space, self.action_space)
        networks = super().make_networks(self.actions.embedding_size or num_outputs)
        if not isinstance(self.action_space, gym.spaces.Discrete):
            use_autoregressive_head(networks, self.action_space, self.model_config["actor_sizes"])
        return networks

    @property
    def observation_size(self) -> int:
        """Number of features that the memory reads."""
        return self.actions.observation_size

    def observations(self, batch: dict[str, Any]) -> Float[Tensor, "B T F"]:
        """Return what the memory reads."""
        return batch[Columns.OBS]["observations"].float()

    def action_inputs(self, actor: Tensor, batch: dict[str, Any]) -> Float[Tensor, "B T A"]:
        """Return the logits, matched with the embeddings and masked."""
        batch_size, max_len = actor.shape[:2]
        real = batch.get(Columns.LOSS_MASK)
        if real is None and Columns.SEQ_LENS in batch:
            real = sequence_mask(batch[Columns.SEQ_LENS].long(), max_len)
        if real is None:
            real = torch.ones(batch_size, max_len, dtype=torch.bool, device=actor.device)
        return self.actions.inputs(self.networks.actor_head(actor), batch[Columns.OBS], real)


def use_autoregressive_head(
    networks: ActorCritic, space: gym.Space, hidden_sizes: tuple[int, ...]
) -> None:
    """Put an :class:`AutoregressiveHead` in place of the actor's head."""
    networks.actor_head = AutoregressiveHead(
        networks.memory.output_size, choices_of(space), hidden_sizes
    )
