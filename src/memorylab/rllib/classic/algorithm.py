"""PPO that also reads the configurations of the Ray that POPGym was written for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gymnasium as gym
from ray._common.deprecation import DEPRECATED_VALUE
from ray.rllib.algorithms.algorithm_config import AlgorithmConfig
from ray.rllib.algorithms.ppo import PPO, PPOConfig
from ray.tune.registry import register_trainable

_NEW_NAMES = {
    "num_envs_per_worker": "num_envs_per_env_runner",
    "sgd_minibatch_size": "minibatch_size",
    "num_sgd_iter": "num_epochs",
}
_API_STACK = ("enable_rl_module_and_learner", "enable_env_runner_and_connector_v2")


class ClassicPPOConfig(PPOConfig):
    """PPO's configuration, which reads dictionaries with old and with new keys.

    A dictionary that names a ``custom_model`` and no API stack selects the old one; RLlib refuses
    it. The old keys do what they did: ``num_envs_per_worker``, which RLlib refuses, and
    ``sgd_minibatch_size``, ``num_sgd_iter`` and ``horizon``, which it ignores.
    """

    horizon: int | None = None
    """Longest episode in steps; a longer one is truncated."""

    def update_from_dict(self, config_dict: Mapping[str, Any]) -> ClassicPPOConfig:
        """Set what the dictionary holds; refuse a key given by both its old and its new name."""
        config = dict(config_dict)
        for old, new in _NEW_NAMES.items():
            # RLlib's own dictionaries hold some old keys with this mark.
            value = config.pop(old, DEPRECATED_VALUE)
            if value == DEPRECATED_VALUE:
                continue
            if new in config:
                raise ValueError(
                    f"The configuration holds {new} and its old name {old}. Leave one out."
                )
            config[new] = value
        if (config.get("model") or {}).get("custom_model") and not set(_API_STACK) & set(config):
            config |= dict.fromkeys(_API_STACK, False)
        super().update_from_dict(config)
        return self


class ClassicPPO(PPO):
    """PPO with :class:`ClassicPPOConfig`; a configuration that RLlib accepts gives RLlib's PPO."""

    @classmethod
    def get_default_config(cls) -> ClassicPPOConfig:
        """Return PPO's defaults."""
        return ClassicPPOConfig(algo_class=cls)

    @staticmethod
    def _get_env_id_and_creator(environment: Any, config: AlgorithmConfig) -> tuple[Any, Any]:
        name, create = PPO._get_env_id_and_creator(environment, config)
        horizon = getattr(config, "horizon", None)
        if horizon is None:
            return name, create
        return name, lambda context: gym.wrappers.TimeLimit(create(context), horizon)


def register_ppo() -> None:
    """Let Ray Tune's name "PPO" stand for :class:`ClassicPPO`, until Ray stops."""
    register_trainable("PPO", ClassicPPO)
