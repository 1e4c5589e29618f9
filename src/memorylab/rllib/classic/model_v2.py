"""Any memory model as a TorchModelV2, for RLlib's old API stack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import gymnasium as gym
import torch
import tree
from jaxtyping import Bool, Float, Int
from ray.rllib.models.torch.torch_modelv2 import TorchModelV2
from ray.rllib.policy.sample_batch import SampleBatch
from torch import Tensor, nn

from memorylab.errors import check_count
from memorylab.rllib.classic.options import (
    choose_classic_head,
    complete_classic_config,
    seen_space,
)
from memorylab.rllib.losses import ExtraLosses, gradient_shares
from memorylab.rllib.networks import LOSS_CONFIG, make_networks
from memorylab.rllib.observations import memory_input, memory_size, unflatten
from memorylab.sequences import sequence_mask


class MemoryModelV2(TorchModelV2, nn.Module):
    """An actor and a critic that see the world through a memory model, on RLlib's old API stack.

    Like :class:`memorylab.rllib.MemoryRLModule` it wraps an ``ActorCritic`` as ``networks``, so
    weights of one load into the other. Name it in RLlib's model configuration, by class or as
    registered with ``ModelCatalog.register_custom_model``::

        config.training(model={
            "custom_model": MemoryModelV2,
            "custom_model_config": {"memory": "gru", "memory_config": {"hidden_size": 32}},
            "max_seq_len": 52,
        })

    ``custom_model_config`` takes the keys of ``MemoryRLModule``'s ``model_config``. Differences:

    - ``vf_share_layers`` and ``max_seq_len`` may also stand beside it, where RLlib has them. PPO
      puts ``vf_share_layers=False`` there, two memories, unless you say otherwise.
    - The policy chooses the action distribution before it builds the model. The head ``"beta"``
      therefore needs ``ClassicBeta``, and ``"autoregressive"`` needs ``ClassicAutoregressive``::

          ModelCatalog.register_custom_action_dist("beta", memorylab.rllib.heads.ClassicBeta)
          config.training(model={"custom_action_dist": "beta", ...})

      If no ``head`` is given, it follows from the distribution. A distribution of your own gets the
      outputs of an MLP.
    - Extra ``losses`` need no learner. RLlib reports them as ``info.learner.default_policy.model``.

    RLlib carries the state of ``networks`` as a list of tensors: its leaves, depth first, each
    dictionary in the order of its keys' names, as ``tree.flatten`` has it. ``time`` is the last.
    RLlib casts all of them to float.

    Args:
        obs_space: Observation space, a Box, as RLlib's preprocessors make it of any other.
        action_space: Action space.
        num_outputs: Number of inputs of the action distribution.
        model_config: RLlib's model configuration.
        name: Name of the model.
        **options: ``custom_model_config``; RLlib passes it here.

    Raises:
        ValueError: A key or name doesn't exist; a second memory is asked for by ``use_lstm`` or
            ``use_attention``; ``max_seq_len`` is given twice, and differs; the action distribution
            is not that of the head.
        TypeError: The observation space is not a Box, the head doesn't fit the spaces, actions
            don't count from 0, or ``num_outputs`` is not an integer.
    """

    default_head: ClassVar[str | None] = None
    num_outputs: int
    model_config: Mapping[str, Any]
    networks: Any  # an ActorCritic, or what a subclass makes in its place

    def __init__(
        self,
        obs_space: gym.Space,
        action_space: gym.Space,
        num_outputs: int,
        model_config: Mapping[str, Any],
        name: str,
        **options: Any,
    ):
        nn.Module.__init__(self)
        TorchModelV2.__init__(self, obs_space, action_space, num_outputs, model_config, name)
        config = self.complete_options(options)
        check_count(num_outputs, "num_outputs")
        self._space = seen_space(self)
        self.head = choose_classic_head(self, config["head"])
        self.networks = self.make_networks(config)
        cloning = config["losses"].get("behaviour_cloning")
        # After the networks, so that these start with the same weights with and without losses.
        self.extra_losses = ExtraLosses(
            self.networks,
            memory_size(self._space),
            action_space,
            **{key: config[key] for key in LOSS_CONFIG},
            observation_space=self._space,
            distribution=self.head.distribution_class(action_space) if cloning else None,
        )
        self._in_use = False
        self._features: Any = None  # the memory's output [B, T, D], once forward was called
        self._values: Tensor | None = None
        self._metrics: dict[str, Any] = {}

    # A subclass may override the next two.

    def complete_options(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return ``custom_model_config`` with the defaults of all keys that aren't given.

        Raises:
            ValueError: A key doesn't exist, or contradicts RLlib's model configuration.
        """
        return complete_classic_config(self, {"head": self.default_head, **options})

    def make_networks(self, config: Mapping[str, Any]) -> nn.Module:
        """Build what has weights, except decoders, from what :meth:`complete_options` returned."""
        size = memory_size(self._space)
        return make_networks(self.head, size, self._space, self.action_space, config)

    def get_initial_state(self) -> list[Tensor]:
        """Return the state at the start of an episode, without batch dimension."""
        return tree.flatten(self.networks.initial_state())

    def forward(
        self, input_dict: Mapping[str, Any], state: list[Tensor], seq_lens: Int[Tensor, "B"] | None
    ) -> tuple[Float[Tensor, "BT A"], list[Tensor]]:
        """Map a batch of RLlib's to the inputs of the action distribution.

        Args:
            input_dict: Holds ``obs_flat [B·T, F]``: one row after the other, padded at its end.
            state: The state before each row's first step, as :meth:`get_initial_state` with a
                batch dimension ``[B, ...]``; empty for that of an episode's start.
            seq_lens: How many steps of each row are real; None for rows of one step each.

        Returns:
            ``[B·T, A]`` in the same order, and the state after each row's last real step.

        Raises:
            ValueError: The batch can't be cut into as many rows as there are lengths, the state is
                not one of this model, or an action mask allows no action.
        """
        flat = input_dict["obs_flat"]  # [B·T, F]
        if seq_lens is None:
            seq_lens = torch.ones(len(flat), dtype=torch.long, device=flat.device)
        observation = self._observation(flat, len(seq_lens))
        self._features, critic, after = self.networks.remember(
            memory_input(observation, self._space), self._nested(state, len(seq_lens)), seq_lens
        )
        self._values = self.networks.critic_head(critic).flatten()  # [B·T]
        # While it builds a policy, RLlib tries the model on zeros. Masks of zeros allow no action:
        # so no step counts as real before the first batch that isn't all zeros.
        self._in_use = self._in_use or bool(flat.any())
        real = torch.arange(critic.shape[1], device=flat.device) < seq_lens.unsqueeze(1)  # [B, T]
        inputs = self._inputs(self._features, observation, real & self._in_use)
        return inputs.flatten(0, 1), tree.flatten(after)

    def value_function(self) -> Float[Tensor, "BT"]:
        """Return the critic's values for the batch that was last passed to :meth:`forward`."""
        if self._values is None:
            raise RuntimeError("Call the model first: value_function is about its last batch.")
        return self._values

    def custom_loss(
        self, policy_loss: list[Tensor], loss_inputs: Mapping[str, Tensor]
    ) -> list[Tensor]:
        """Return the algorithm's loss plus each extra loss times its coefficient.

        Args:
            policy_loss: The algorithm's loss, alone in a list.
            loss_inputs: The batch that was last passed to :meth:`forward`.
        """
        if not self.extra_losses.coefficients:
            return policy_loss
        seq_lens = loss_inputs[SampleBatch.SEQ_LENS]
        mask = sequence_mask(seq_lens.long(), self._features.shape[1])  # [B, T]
        extra = self.extra_losses(
            self.networks,
            self._features,
            memory_input(
                self._observation(loss_inputs[SampleBatch.OBS], len(seq_lens)), self._space
            ),
            loss_inputs[SampleBatch.ACTIONS].reshape(*mask.shape, -1),
            mask,
            policy=self._imitate,
        )
        (loss,) = policy_loss
        losses = {"algorithm": loss, **self.extra_losses.weigh(extra)}
        self._metrics = {
            "extra_losses": {name: value.item() for name, value in extra.items()},
            "gradient_shares": gradient_shares(losses, self.networks.shared_parameters()),
        }
        return [sum(losses.values())]

    def metrics(self) -> dict[str, Any]:
        """Return what :meth:`custom_loss` last measured; RLlib reports means over minibatches."""
        return self._metrics

    def _observation(self, flat: Tensor, batch_size: int) -> Tensor | dict[str, Tensor]:
        """Return a flat batch ``[B·T, F]`` as rows ``[B, T, ...]``, and their parts if any."""
        size = gym.spaces.flatdim(self._space)
        if batch_size == 0 or len(flat) % batch_size or flat.shape[1:].numel() != size:
            raise ValueError(
                f"Observations of shape {list(flat.shape)} can't be cut into {batch_size} rows of "
                f"the same length, one for each of seq_lens, with {size} features a step. Pad "
                "them, as pad_batch_to_sequences_of_same_size does."
            )
        return unflatten(flat.reshape(batch_size, -1, size), self._space)

    def _nested(self, state: list[Tensor], batch_size: int) -> Any:
        """Return RLlib's list nested as ``networks`` take it, and in their dtypes."""
        if not state:
            return None
        initial = self.networks.initial_state()
        expected = tree.flatten(initial)
        shapes = [[batch_size, *tensor.shape] for tensor in expected]
        found = [list(tensor.shape) for tensor in state]
        if found != shapes:
            raise ValueError(
                f"The state of {type(self).__name__} must be tensors of the shapes {shapes}, those "
                f"of get_initial_state() for each row, but they are {found}."
            )
        leaves = [new.to(old.dtype) for new, old in zip(state, expected, strict=True)]
        return tree.unflatten_as(initial, leaves)

    def _inputs(
        self, features: Tensor, observation: Any, real: Bool[Tensor, "B T"]
    ) -> Float[Tensor, "B T A"]:
        return self.head.inputs(self.networks.actor_head, features, observation, None, real)

    def _imitate(self, flat: Tensor, actions: Tensor, seq_lens: Tensor) -> Float[Tensor, "B T A"]:
        """Return the inputs of the action distribution in whole episodes of an expert."""
        observation = unflatten(flat, self._space)
        features, _, _ = self.networks.remember(
            memory_input(observation, self._space), None, seq_lens
        )
        return self._inputs(features, observation, sequence_mask(seq_lens, flat.shape[1]))

    def __getstate__(self) -> dict[str, Any]:
        # Drop cached outputs: tensors attached to a graph can't be copied or pickled.
        return {**self.__dict__, "_features": None, "_values": None, "_last_output": None}


MemoryModelV2WithLosses = MemoryModelV2
"""The name of release 0.1: ``MemoryModelV2`` itself has the losses now."""


class AutoregressiveModelV2(MemoryModelV2):
    """A :class:`MemoryModelV2` with the head ``"autoregressive"`` unless another one is given."""

    default_head = "autoregressive"


class ParametricActionsModelV2(MemoryModelV2):
    """A :class:`MemoryModelV2` with the head ``"parametric"`` unless another one is given."""

    default_head = "parametric"
