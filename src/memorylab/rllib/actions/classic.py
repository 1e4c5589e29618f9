"""Models for RLlib's old API stack whose actions have structure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import torch
from jaxtyping import Float, Int
from ray.rllib.models.torch.torch_modelv2 import TorchModelV2
from torch import Tensor

from memorylab.rllib.classic.model_v2 import MemoryModelV2
from memorylab.rllib.heads import Autoregressive, Parametric
from memorylab.rllib.heads.spaces import OBSERVATIONS
from memorylab.rllib.networks import DEFAULT_MODEL_CONFIG
from memorylab.sequences import sequence_mask


class AutoregressiveModelV2(MemoryModelV2):
    """A :class:`MemoryModelV2` whose actor has the head of :class:`AutoregressiveRLModule`.

    It goes with ``"custom_action_dist"``, under whose name :class:`ClassicAutoregressive` has been
    registered.
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
        super().__init__(obs_space, action_space, num_outputs, model_config, name, **options)
        _use_autoregressive_head(self, action_space, num_outputs, options)


class ParametricActionsModelV2(MemoryModelV2):
    """A :class:`MemoryModelV2` for actions that vary from step to step.

    The observation is the dictionary that :class:`ParametricActionsRLModule` reads; RLlib flattens
    it on the way, and hands the model the parts. For a mask over the joint actions of a
    MultiDiscrete space, ``"custom_action_dist"`` must be :class:`ClassicAutoregressive`.

    Raises:
        TypeError: The spaces don't fit.
        ValueError: A mask at a real step allows no action; the message names row and step.
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
        space = getattr(obs_space, "original_space", obs_space)
        head = Parametric().fit(space, action_space)
        super().__init__(
            space[OBSERVATIONS],
            action_space,
            num_outputs,
            model_config,
            name,
            **options,
        )
        # RLlib's part once more, about what it passes in and reads; the networks stay.
        TorchModelV2.__init__(self, obs_space, action_space, num_outputs, model_config, name)
        self.head = head
        if num_outputs != head.size(action_space):
            _use_autoregressive_head(self, action_space, num_outputs, options)
        sizes = options.get("actor_sizes", DEFAULT_MODEL_CONFIG["actor_sizes"])
        self.networks.actor_head = head.make_network(
            self.networks.memory.output_size, sizes, space, action_space
        )
        self._in_use = False

    def forward(
        self,
        input_dict: Mapping[str, Any],
        state: list[Tensor],
        seq_lens: Int[Tensor, "B"] | None,
    ) -> tuple[Float[Tensor, "BT A"], list[Tensor]]:
        """Map a batch of RLlib's to the inputs of the action distribution.

        Args:
            input_dict: Holds ``obs``, a dictionary of parts ``[B·T, ...]``.
            state: See :meth:`MemoryModelV2.forward`.
            seq_lens: How many steps of each row are real; None for rows of one step each.
        """
        observation = input_dict["obs"]
        _, state = super().forward({"obs_flat": observation[OBSERVATIONS]}, state, seq_lens)
        features = self._features  # [B, T, D]
        rows = {
            key: part.reshape(*features.shape[:2], *part.shape[1:])
            for key, part in observation.items()
        }  # [B, T, ...] each
        real = self._real(rows, features, seq_lens)  # [B, T]
        inputs = self.head.inputs(self.networks.actor_head, features, rows, None, real)
        return inputs.flatten(0, 1), state

    def _real(self, rows: dict[str, Tensor], outputs: Tensor, seq_lens: Tensor | None) -> Tensor:
        # When it builds a policy, RLlib tries the model on batches of nothing but zeros.
        self._in_use = self._in_use or any(bool(part.any()) for part in rows.values())
        if not self._in_use:
            return torch.zeros(outputs.shape[:2], dtype=torch.bool, device=outputs.device)
        if seq_lens is None:
            return torch.ones(outputs.shape[:2], dtype=torch.bool, device=outputs.device)
        return sequence_mask(seq_lens.long(), outputs.shape[1])


def _use_autoregressive_head(
    model: MemoryModelV2, space: gym.Space, num_outputs: int, options: Mapping[str, Any]
) -> None:
    head = Autoregressive()
    needed = head.size(space)
    if num_outputs != needed:
        raise ValueError(
            f"{type(model).__name__} puts out the {needed} logits of an autoregressive "
            f"distribution over {space}, but the distribution in use reads {num_outputs}. Register "
            "ClassicAutoregressive and name it as custom_action_dist."
        )
    sizes = options.get("actor_sizes", DEFAULT_MODEL_CONFIG["actor_sizes"])
    model.networks.actor_head = head.make_network(
        model.networks.memory.output_size, sizes, model.obs_space, space
    )
