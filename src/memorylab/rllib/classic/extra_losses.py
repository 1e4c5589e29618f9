"""Extra losses on RLlib's old API stack, by ``custom_loss`` and ``metrics``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gymnasium as gym
from ray.rllib.policy.sample_batch import SampleBatch
from torch import Tensor

from memorylab.errors import reject_unknown_keys
from memorylab.rllib.classic.model_v2 import DEFAULT_MODEL_CONFIG, MemoryModelV2
from memorylab.rllib.losses.extra_losses import ExtraLosses, shared_parameters
from memorylab.rllib.losses.functions import gradient_shares
from memorylab.rllib.networks import LOSS_CONFIG as DEFAULT_LOSS_CONFIG
from memorylab.sequences import sequence_mask


class MemoryModelV2WithLosses(MemoryModelV2):
    """A ``MemoryModelV2`` that adds losses to the one of its algorithm.

    The counterpart of :class:`memorylab.rllib.MemoryRLModuleWithLosses`, with the same keys in
    ``custom_model_config`` as that has in ``model_config``, and the same losses.

    Raises:
        ValueError: A key or name doesn't exist, or a coefficient makes no sense.
        TypeError: A space doesn't fit, or a coefficient is not a number.
    """

    def __init__(
        self,
        obs_space: gym.Space,
        action_space: gym.Space,
        num_outputs: int,
        model_config: Mapping[str, Any],
        name: str,
        **options: Any,
    ):
        known = DEFAULT_MODEL_CONFIG | DEFAULT_LOSS_CONFIG
        what = "key of MemoryModelV2WithLosses's custom_model_config"
        reject_unknown_keys(options, known, what)
        mine = {key: options.pop(key, default) for key, default in DEFAULT_LOSS_CONFIG.items()}
        super().__init__(obs_space, action_space, num_outputs, model_config, name, **options)
        self.extra_losses = ExtraLosses(
            self.networks, gym.spaces.flatdim(obs_space), action_space, **mine
        )
        self._metrics: dict[str, Any] = {}

    def custom_loss(
        self, policy_loss: list[Tensor], loss_inputs: Mapping[str, Tensor]
    ) -> list[Tensor]:
        """Return the algorithm's loss plus each extra loss times its coefficient.

        Args:
            policy_loss: The algorithm's loss, alone in a list.
            loss_inputs: The batch that was last passed to :meth:`forward`.
        """
        mask = sequence_mask(
            loss_inputs[SampleBatch.SEQ_LENS].long(), self._features.shape[1]
        )  # [B, T]
        extra = self.extra_losses(
            self.networks,
            self._features,
            loss_inputs[SampleBatch.OBS].float().reshape(*mask.shape, -1),  # [B, T, F]
            loss_inputs[SampleBatch.ACTIONS].reshape(*mask.shape, *self.action_space.shape),
            mask,
        )
        if not extra:
            return policy_loss
        (loss,) = policy_loss
        losses = {"algorithm": loss, **self.extra_losses.weigh(extra)}
        self._metrics = {
            "extra_losses": {name: value.item() for name, value in extra.items()},
            "gradient_shares": gradient_shares(losses, shared_parameters(self.networks)),
        }
        return [sum(losses.values())]

    def metrics(self) -> dict[str, Any]:
        """Return what :meth:`custom_loss` last measured.

        RLlib reports it, averaged over minibatches, under ``info.learner.default_policy.model``.
        """
        return self._metrics
