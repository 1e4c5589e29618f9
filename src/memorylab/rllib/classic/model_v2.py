"""Any memory model as a TorchModelV2, for RLlib's old API stack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import torch
import tree
from jaxtyping import Float, Int
from ray.rllib.models.torch.torch_modelv2 import TorchModelV2
from torch import Tensor, nn

from memorylab.errors import check_count, reject_unknown_keys
from memorylab.memory import ActorCritic
from memorylab.rllib.module import DEFAULT_MODEL_CONFIG


class MemoryModelV2(TorchModelV2, nn.Module):
    """An actor and a critic that see the world through a memory model, on RLlib's old API stack.

    The counterpart of :class:`memorylab.rllib.MemoryRLModule`: both wrap an ``ActorCritic`` as
    ``networks``, so weights of one load into the other. Name it in RLlib's model configuration,
    by class or as registered with ``ModelCatalog.register_custom_model``::

        config.training(model={
            "custom_model": MemoryModelV2,
            "custom_model_config": {"memory": "gru", "memory_config": {"hidden_size": 32}},
            "max_seq_len": 52,
        })

    ``custom_model_config`` takes the keys of ``MemoryRLModule``'s ``model_config``. Two of them,
    ``vf_share_layers`` and ``max_seq_len``, are RLlib's own and may stand beside it as well; PPO
    puts ``vf_share_layers=False`` there, two memories, if you say nothing.

    RLlib carries the state of ``networks`` as a list of tensors: its leaves, depth first, each
    dictionary in the order of its keys' names, as ``tree.flatten`` has it. ``time`` is the last.
    On its way RLlib makes all of them floats.

    Args:
        obs_space: Observation space, a Box, as RLlib's preprocessors make it of any other.
        action_space: Action space.
        num_outputs: Number of inputs of the action distribution.
        model_config: RLlib's model configuration.
        name: Name of the model.
        **options: ``custom_model_config``; RLlib passes it here.

    Raises:
        ValueError: A key or name doesn't exist; a second memory is asked for by ``use_lstm`` or
            ``use_attention``; ``max_seq_len`` is given twice, and differs.
        TypeError: The observation space is not a Box, or ``num_outputs`` not an integer.
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
        nn.Module.__init__(self)
        TorchModelV2.__init__(self, obs_space, action_space, num_outputs, model_config, name)
        self._observation_size = gym.spaces.flatdim(obs_space)
        self.networks = self.make_networks(options)
        self._features: Tensor | None = None
        self._values: Tensor | None = None

    def make_networks(self, options: Mapping[str, Any]) -> nn.Module:
        """Build all that has weights."""
        # Named arguments would not do: of a key that it doesn't know RLlib takes the error for one
        # of an older kind of model, and builds the model without any of its keys.
        reject_unknown_keys(
            options, DEFAULT_MODEL_CONFIG, "key of MemoryModelV2's custom_model_config"
        )
        _check_model_config(self.model_config, options)
        if not isinstance(self.obs_space, gym.spaces.Box):
            raise TypeError(
                f"MemoryModelV2 reads flat observations, but the space is {self.obs_space}. "
                "RLlib's preprocessors flatten any; leave _disable_preprocessor_api at False."
            )
        share = self.model_config.get("vf_share_layers", DEFAULT_MODEL_CONFIG["vf_share_layers"])
        config = DEFAULT_MODEL_CONFIG | {"vf_share_layers": share} | options
        return ActorCritic(
            gym.spaces.flatdim(self.obs_space),
            check_count(self.num_outputs, "num_outputs"),
            **{key: value for key, value in config.items() if key != "max_seq_len"},
        )

    def get_initial_state(self) -> list[Tensor]:
        """Return the state at the start of an episode, without batch dimension."""
        return tree.flatten(self.networks.initial_state())

    def forward(
        self,
        input_dict: Mapping[str, Any],
        state: list[Tensor],
        seq_lens: Int[Tensor, "B"] | None,
    ) -> tuple[Float[Tensor, "BT A"], list[Tensor]]:
        """Map a batch of RLlib's to the inputs of the action distribution.

        Args:
            input_dict: Holds ``obs_flat [B·T, F]``: the rows one after the other, each padded at
                its end.
            state: The state before each row's first step, as :meth:`get_initial_state` with a
                batch dimension ``[B, ...]``; empty for that of an episode's start.
            seq_lens: How many steps of each row are real; None for rows of one step each.

        Returns:
            ``[B·T, A]``, the rows one after the other as they came in, and the state after each
            row's last real step.

        Raises:
            ValueError: The batch can't be cut into as many rows as there are lengths, or the state
                is not one of this model.
        """
        flat = input_dict["obs_flat"].to(next(self.parameters()).dtype)  # [B·T, F]
        if seq_lens is None:
            seq_lens = torch.ones(len(flat), dtype=torch.long, device=flat.device)
        batch_size, size = len(seq_lens), self._observation_size
        if batch_size == 0 or len(flat) % batch_size or flat.shape[-1] != size:
            raise ValueError(
                f"Observations of shape {list(flat.shape)} can't be cut into {batch_size} rows of "
                f"the same length, one for each of seq_lens, with {size} features a step. Pad "
                "them, as pad_batch_to_sequences_of_same_size does."
            )
        observations = flat.reshape(batch_size, -1, size)  # [B, T, F]
        self._features, critic, after = self.networks.remember(
            observations, self._nested(state, batch_size), seq_lens
        )
        self._values = self.networks.critic_head(critic).flatten()  # [B·T]
        return self.networks.actor_head(self._features).flatten(0, 1), tree.flatten(after)

    def value_function(self) -> Float[Tensor, "BT"]:
        """Return the critic's values for the batch that was last passed to :meth:`forward`.

        Raises:
            RuntimeError: There was none.
        """
        if self._values is None:
            raise RuntimeError("Call the model first: value_function is about its last batch.")
        return self._values

    def _nested(self, state: list[Tensor], batch_size: int) -> Any:
        """Return RLlib's list as ``networks`` take it: nested, and in the dtypes it had."""
        if not state:
            return None
        initial = self.networks.initial_state()
        expected = tree.flatten(initial)
        shapes = [[batch_size, *tensor.shape] for tensor in expected]
        if [list(tensor.shape) for tensor in state] != shapes:
            raise ValueError(
                f"The state of {type(self).__name__} must be tensors of the shapes {shapes}, those "
                "of get_initial_state() for each row, but they are "
                f"{[list(tensor.shape) for tensor in state]}."
            )
        return tree.unflatten_as(
            initial, [new.to(old.dtype) for new, old in zip(state, expected, strict=True)]
        )

    def __getstate__(self) -> dict[str, Any]:
        # Drop cached outputs: tensors attached to a graph can't be copied or pickled.
        return {**self.__dict__, "_features": None, "_values": None, "_last_output": None}


def _check_model_config(model_config: Mapping[str, Any], options: Mapping[str, Any]) -> None:
    for key in ("use_lstm", "use_attention"):
        if model_config.get(key):
            raise ValueError(
                f"MemoryModelV2 has a memory of its own, so {key} must be False. "
                'Choose one by custom_model_config={"memory": ...}.'
            )
    given, used = options.get("max_seq_len"), model_config.get("max_seq_len")
    if given is not None and given != used:
        raise ValueError(
            f"custom_model_config says max_seq_len {given}, but RLlib's old API stack cuts "
            f"episodes by the max_seq_len beside it, which is {used}. Set that one."
        )
