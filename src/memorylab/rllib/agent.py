"""An agent: its configuration, its networks and its history."""

from __future__ import annotations

import json
from typing import Any

from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.env.single_agent_env_runner import SingleAgentEnvRunner

from memorylab.environments.make import environment_name
from memorylab.rllib._ray_patches import quieten
from memorylab.rllib.environments import with_named_environment
from memorylab.rllib.failures import CheckedEnvRunner
from memorylab.rllib.module import MemoryRLModule
from memorylab.training import History

_LEARNING_SETTINGS = (
    "num_envs_per_env_runner",
    "train_batch_size_per_learner",
    "minibatch_size",
    "num_epochs",
    "lr",
    "gamma",
    "lambda_",
    "grad_clip",
    "entropy_coeff",
    "seed",
)


class Agent:
    """A memory model that acts in an environment; the arguments become attributes.

    Args:
        config: The PPO configuration, as ``ppo_config`` makes it.
        module: The networks; an ``nn.Module``, so ``save_weights`` and ``load_weights`` work. By
            default new ones, with the weights that ``config.seed`` gives.
        history: What training measured, a row per update: ``env_steps`` taken so far, the
            ``mean_return`` of the last episodes, up to 100, with sampled actions, and the
            ``seconds`` of sampling and learning so far. By default empty.
    """

    def __init__(
        self,
        config: PPOConfig,
        module: MemoryRLModule | None = None,
        history: History | None = None,
    ):
        self.config = config
        self.module = make_runner(config, num_envs=1).module if module is None else module
        self.history = new_history(config) if history is None else history


def make_runner(config: PPOConfig, num_envs: int, seed: int | None = None) -> SingleAgentEnvRunner:
    """Return an env runner for this configuration, outside of any algorithm.

    It needs no running Ray, and treats observations and actions as in training.
    """
    quieten()
    config = with_named_environment(config).env_runners(
        num_env_runners=0, num_envs_per_env_runner=num_envs
    )
    if seed is not None:
        config.debugging(seed=seed)
    config.validate()
    return CheckedEnvRunner(config=config, worker_index=0)


def new_history(config: PPOConfig) -> History:
    """Return the history of an agent that has not begun to learn."""
    return History(env_steps=[], mean_return=[], seconds=[], settings=settings_of(config))


def settings_of(config: PPOConfig) -> dict[str, Any]:
    """Return the environment, the model and the learning settings of ``config``, as JSON has them.

    Two configurations with equal settings may continue each other's training.
    """
    settings = {
        "environment": environment_name(config.env),
        "environment_config": dict(config.env_config),
        "module_class": config.rl_module_spec.module_class.__name__,
        "model_config": dict(config.rl_module_spec.model_config),
    }
    settings |= {name: getattr(config, name) for name in _LEARNING_SETTINGS}
    # Through JSON, so that tuples compare equal to the lists that a file has in their place.
    return json.loads(json.dumps(settings, default=repr))
