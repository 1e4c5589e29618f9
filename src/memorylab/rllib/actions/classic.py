"""The same distributions and models on RLlib's old API stack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import torch
from jaxtyping import Float, Int
from ray.rllib.models.torch.torch_action_dist import TorchDistributionWrapper
from ray.rllib.models.torch.torch_modelv2 import TorchModelV2
from torch import Tensor

from memorylab.rllib.actions.autoregressive import AutoregressiveCategorical, level_sizes
from memorylab.rllib.actions.beta import BoundedBeta
from memorylab.rllib.actions.distributions import as_action, as_tensor, beta_size, choices_of
from memorylab.rllib.actions.modules import use_autoregressive_head
from memorylab.rllib.actions.spaces import OBSERVATIONS, ParametricActions
from memorylab.rllib.classic.model_v2 import MemoryModelV2
from memorylab.rllib.module import DEFAULT_MODEL_CONFIG
from memorylab.sequences import sequence_mask


class ClassicBeta(TorchDistributionWrapper):
    """:class:`BoundedBeta` as a policy of the old API stack uses it.

    Register it, then name it in the model configuration::

        ModelCatalog.register_custom_action_dist("beta", ClassicBeta)
        config.training(model={"custom_action_dist": "beta"})

    Args:
        inputs: ``[B, 2 A]``.
        model: The model that put them out.
    """

    def __init__(self, inputs: Float[Tensor, "B 2A"], model: TorchModelV2):
        super().__init__(inputs, model)
        self.dist = BoundedBeta(self.inputs)

    def deterministic_sample(self) -> Float[Tensor, "B A"]:
        """Return the expected action."""
        self.last_sample = self.dist.mean
        return self.last_sample

    @staticmethod
    def required_model_output_shape(
        action_space: gym.Space, model_config: Mapping[str, Any]
    ) -> int:
        """Return how many numbers an action of this space needs.

        Raises:
            TypeError: The space is not a bounded Box of real numbers with one dimension.
        """
        return beta_size(action_space)


class ClassicAutoregressive(TorchDistributionWrapper):
    """:class:`AutoregressiveCategorical` as a policy of the old API stack uses it.

    Its inputs hold all conditionals, so it asks the model for nothing but the action space. One
    that held a context and asked the model's networks for the conditionals would have a fault: the
    KL divergence of an update is between old and new policy, and the old one's inputs would meet
    the new one's weights.

    Args:
        inputs: ``[B, S]``.
        model: The model that put them out.
    """

    def __init__(self, inputs: Float[Tensor, "B S"], model: TorchModelV2):
        super().__init__(inputs, model)
        self.space = model.action_space
        self.dist = AutoregressiveCategorical(self.inputs, choices_of(self.space))

    def sample(self) -> Any:
        """Draw one part after the other."""
        self.last_sample = as_action(self.dist.sample(), self.space)
        return self.last_sample

    def deterministic_sample(self) -> Any:
        """Return the likeliest action as a whole."""
        self.last_sample = as_action(self.dist.mode, self.space)
        return self.last_sample

    def logp(self, actions: Any) -> Float[Tensor, "B"]:
        """Return the log-probability of an action as a whole."""
        return self.dist.log_prob(as_tensor(actions))

    @staticmethod
    def required_model_output_shape(
        action_space: gym.Space, model_config: Mapping[str, Any]
    ) -> int:
        """Return how many logits an action of this space needs.

        Raises:
            TypeError: The space is neither MultiDiscrete nor a Tuple of Discrete.
        """
        return sum(level_sizes(choices_of(action_space)))


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
        actions = ParametricActions(space, action_space)
        super().__init__(
            space[OBSERVATIONS],
            action_space,
            actions.embedding_size or num_outputs,
            model_config,
            name,
            **options,
        )
        # RLlib's part once more, about what it passes in and reads; the networks stay.
        TorchModelV2.__init__(self, obs_space, action_space, num_outputs, model_config, name)
        self.actions = actions
        if actions.joint:
            _use_autoregressive_head(self, action_space, num_outputs, options)
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
        outputs, state = super().forward(
            {"obs_flat": observation[OBSERVATIONS]}, state, seq_lens
        )  # [B·T, D]
        batch_size = len(outputs) if seq_lens is None else len(seq_lens)
        rows = {
            key: part.reshape(batch_size, -1, *part.shape[1:])
            for key, part in {**observation, "outputs": outputs}.items()
        }  # [B, T, ...] each
        outputs = rows.pop("outputs")
        real = self._real(rows, outputs, seq_lens)  # [B, T]
        return self.actions.inputs(outputs, rows, real).flatten(0, 1), state

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
    needed = sum(level_sizes(choices_of(space)))
    if num_outputs != needed:
        raise ValueError(
            f"{type(model).__name__} puts out the {needed} logits of an autoregressive "
            f"distribution over {space}, but the distribution in use reads {num_outputs}. Register "
            "ClassicAutoregressive and name it as custom_action_dist."
        )
    sizes = options.get("actor_sizes", DEFAULT_MODEL_CONFIG["actor_sizes"])
    use_autoregressive_head(model.networks, space, sizes)
