"""What a configuration of RLlib says, and checks before anything is built of it."""

from __future__ import annotations

import warnings
from typing import Any

from ray.rllib.algorithms.algorithm_config import AlgorithmConfig
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.core.rl_module.multi_rl_module import MultiRLModuleSpec
from ray.rllib.core.rl_module.rl_module import RLModuleSpec

from memorylab.rllib.algorithms import check_algorithm
from memorylab.rllib.module import MemoryRLModule
from memorylab.rllib.networks import search_spaces


def specs_of(config: AlgorithmConfig) -> dict[str, RLModuleSpec]:
    """Return the modules that a configuration asks for by policy; all policies share ``""``."""
    spec = config.rl_module_spec
    return spec.rl_module_specs if isinstance(spec, MultiRLModuleSpec) else {"": spec}


def model_config_of(config: AlgorithmConfig, spec: RLModuleSpec) -> dict[str, Any]:
    """Return what the user says of a model; RLlib's algorithms add keys of their own to it."""
    given = (config._model_config, spec.model_config)
    first, second = (RLModuleSpec(model_config=part)._get_model_config() for part in given)
    return {**first, **second}


def check_config(config: AlgorithmConfig) -> None:
    """Refuse what only Ray Tune can run, and warn of a second memory that nobody asked for.

    Raises:
        ValueError: The configuration holds a search space, and the message says where; it says of
            some of several policies alone what module they have; or see
            :func:`memorylab.rllib.algorithms.check_algorithm`.
    """
    if where := next(search_spaces(vars(config), "config"), None):
        raise ValueError(
            f"{where} is a search space of Ray Tune, but this trains one configuration as it is. "
            "Give memorylab.rllib.sweep one for each value, or the configuration to "
            "tune.Tuner('PPO', param_space=config)."
        )
    specs = specs_of(config)
    if "" not in specs and (missing := [name for name in config.policies if name not in specs]):
        raise ValueError(
            f"The MultiRLModuleSpec has no RLModuleSpec for the policies {missing}, which would "
            "get RLlib's own module, without memory. Add them to its rl_module_specs."
        )
    if config.is_multi_agent and not isinstance(config, PPOConfig):
        raise ValueError(
            f"Several agents learn by PPO here, and not by {config.algo_class.__name__}: see "
            "ppo_config."
        )
    for spec in specs.values():
        module_class = getattr(spec, "module_class", None)
        if not (isinstance(module_class, type) and issubclass(module_class, MemoryRLModule)):
            continue
        check_algorithm(config)
        by_rllib = config.model_config.get("vf_share_layers") is False
        if by_rllib and "vf_share_layers" not in model_config_of(config, spec):
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
