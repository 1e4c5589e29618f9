"""What a configuration of RLlib says, and checks before anything is built of it."""

from __future__ import annotations

import warnings
from typing import Any

from ray.rllib.algorithms.algorithm_config import AlgorithmConfig
from ray.rllib.core.rl_module.rl_module import RLModuleSpec

from memorylab.rllib.algorithms import check_algorithm
from memorylab.rllib.module import MemoryRLModule
from memorylab.rllib.networks import search_spaces


def model_config_of(config: AlgorithmConfig) -> dict[str, Any]:
    """Return what the user says of the model; RLlib's algorithms add keys of their own to it."""
    given = (config._model_config, config.rl_module_spec.model_config)
    first, second = (RLModuleSpec(model_config=part)._get_model_config() for part in given)
    return {**first, **second}


def check_config(config: AlgorithmConfig) -> None:
    """Refuse what only Ray Tune can run, and warn of a second memory that nobody asked for.

    Raises:
        ValueError: The configuration holds a search space, and the message says where; or see
            :func:`memorylab.rllib.algorithms.check_algorithm`.
    """
    if where := next(search_spaces(vars(config), "config"), None):
        raise ValueError(
            f"{where} is a search space of Ray Tune, but this trains one configuration as it is. "
            "Give sweep_ppo one for each value, or the configuration to tune.Tuner('PPO', "
            "param_space=config)."
        )
    module_class = getattr(config.rl_module_spec, "module_class", None)
    if isinstance(module_class, type) and issubclass(module_class, MemoryRLModule):
        check_algorithm(config)
        by_rllib = config.model_config.get("vf_share_layers") is False
        if by_rllib and "vf_share_layers" not in model_config_of(config):
            warnings.warn(
                f"{type(config).__name__} gives the critic a memory of its own where the model's "
                "configuration doesn't say: write vf_share_layers=True, as ppo_config does, for "
                "one memory, or False for two.",
                stacklevel=3,
            )


def count_workers(config: AlgorithmConfig) -> tuple[int, str]:
    """Return how many processes besides the driver a training needs, and which, for messages."""
    parts = {"env runners": config.num_env_runners, "learners": config.num_learners}
    if config.evaluation_interval:
        parts["env runners for evaluation"] = config.evaluation_num_env_runners
    return sum(parts.values()), " and ".join(f"{count} {what}" for what, count in parts.items())
