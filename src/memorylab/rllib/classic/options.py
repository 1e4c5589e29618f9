"""What models of RLlib's old API stack are asked for, in PyTorch and TensorFlow alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import gymnasium as gym
import numpy as np
from ray.rllib.models import ModelCatalog
from ray.rllib.models.modelv2 import ModelV2

from memorylab.rllib.heads import Head, Plain, choose_head
from memorylab.rllib.networks import DEFAULT_MODEL_CONFIG, complete_model_config
from memorylab.rllib.observations import is_parametric, leaves, starts_of


def complete_classic_config(
    model: ModelV2,
    options: Mapping[str, Any],
    defaults: Mapping[str, Any] = DEFAULT_MODEL_CONFIG,
) -> dict[str, Any]:
    """Return ``custom_model_config`` with the defaults of all keys that aren't given.

    Raises:
        ValueError: A key doesn't exist, or contradicts RLlib's model configuration.
    """
    _check_model_config(model, options)
    given = dict(options)
    if "vf_share_layers" in model.model_config:
        given.setdefault("vf_share_layers", model.model_config["vf_share_layers"])
    return complete_model_config(given, f"{type(model).__name__}'s custom_model_config", defaults)


def seen_space(model: ModelV2) -> gym.Space:
    """Return the space of what the model reads: flat, or a Dict that describes the actions.

    Raises:
        TypeError: Observations don't come flat.
    """
    if not isinstance(model.obs_space, gym.spaces.Box):
        raise TypeError(
            f"{type(model).__name__} reads flat observations, but the space is "
            f"{model.obs_space}. RLlib's preprocessors flatten any; leave "
            "_disable_preprocessor_api at False."
        )
    original = getattr(model.obs_space, "original_space", model.obs_space)
    if is_parametric(original):
        return original
    return gym.spaces.Box(-np.inf, np.inf, (gym.spaces.flatdim(model.obs_space),))


def choose_classic_head(
    model: ModelV2, asked: Head | str | None, named: Mapping[str, str] | None = None
) -> Head:
    """Return the head, and refuse one whose distribution is not the policy's.

    ``named`` says how a head's distribution is called in TensorFlow, for the message.
    """
    space, name, used = model.action_space, model.model_config.get("custom_action_dist"), None
    if name:
        used, _ = ModelCatalog.get_action_dist(
            space, dict(model.model_config), framework=model.framework
        )
    if used is None:
        _refuse_starts(space)
    seen = seen_space(model)
    if asked is None and not is_parametric(seen):
        asked = getattr(used, "head", None) or PolicysOwn(model.num_outputs, used)
    head = choose_head(asked, seen, space)
    needed = head.classic_distribution_class()
    if needed is not used and getattr(needed, "head", needed) != getattr(used, "head", used):
        found = f"custom_action_dist is {name!r}" if name else "there is no custom_action_dist"
        wanted, advice = "that RLlib chooses itself", "Leave custom_action_dist out."
        if needed is not None:
            path = f"memorylab.rllib.heads.{needed.__name__}"
            path = (named or {}).get(str(head), path)
            wanted = path.rpartition(".")[2]
            advice = (
                f"Register {path} by ModelCatalog.register_custom_action_dist, and give its name "
                "as custom_action_dist."
            )
        raise ValueError(
            f"The head {str(head)!r} needs the action distribution {wanted}, but {found}. {advice}"
        )
    if head.size(space) != model.num_outputs:
        raise ValueError(
            f"The head {str(head)!r} has {head.size(space)} outputs for {space}, but num_outputs "
            f"is {model.num_outputs}."
        )
    return head


@dataclass(frozen=True)
class PolicysOwn(Head):
    """An MLP in front of whatever distribution the policy uses."""

    outputs: int
    custom: Any
    name: ClassVar[str] = "plain"

    def size(self, action_space: gym.Space) -> int:
        """Return the number that the policy's distribution needs."""
        return self.outputs

    def classic_distribution_class(self) -> Any:
        """Return the policy's, or None if RLlib chose it."""
        return self.custom

    def distribution_class(self, action_space: gym.Space) -> type:
        """Return that of :class:`Plain`, or raise TypeError if the policy has another."""
        if self.custom is not None or Plain().size(action_space) != self.outputs:
            raise TypeError(
                "behaviour_cloning knows the action distributions of memorylab.rllib.heads and "
                f"RLlib's default ones, but not {self.custom or 'this one'} with {self.outputs} "
                "inputs. Leave the loss out, or write a Head."
            )
        return Plain().distribution_class(action_space)


def _refuse_starts(space: gym.Space) -> None:
    for leaf in leaves(space):
        counted = isinstance(leaf, gym.spaces.Discrete | gym.spaces.MultiDiscrete)
        if counted and starts_of(leaf).any():
            raise TypeError(
                f"RLlib's old API stack counts actions from 0, but there is {leaf}. Shift them "
                "in a wrapper of the environment, or use MemoryRLModule, on the current stack."
            )


def _check_model_config(model: ModelV2, options: Mapping[str, Any]) -> None:
    for key in ("use_lstm", "use_attention"):
        if model.model_config.get(key):
            raise ValueError(
                f"{type(model).__name__} has a memory of its own, so {key} must be False. "
                'Choose one by custom_model_config={"memory": ...}.'
            )
    given, used = options.get("max_seq_len"), model.model_config.get("max_seq_len")
    if given is not None and given != used:
        raise ValueError(
            f"custom_model_config says max_seq_len {given}, but RLlib's old API stack cuts "
            f"episodes by the max_seq_len beside it, which is {used}. Set that one."
        )
