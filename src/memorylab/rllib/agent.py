"""An agent: its configuration, its networks and its history."""

from __future__ import annotations

import json
from typing import Any

from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.env.single_agent_env_runner import SingleAgentEnvRunner

from memorylab.environments import make_environment
from memorylab.player import MemoryPlayer
from memorylab.rllib._ray_patches import LightEnvRunner, quieten
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

    def player(
        self, *, seed: int = 0, options: dict[str, Any] | None = None, **arguments: Any
    ) -> MemoryPlayer:
        """Return a player in which the agent acts in its T-maze, live.

        The reader of the page can choose the sign and the corridor and disturb the memory. An agent
        in another environment is watched by the trace of an episode: see :func:`evaluate`.

        Args:
            seed: Seed of the first episode's maze.
            options: What isn't drawn of it, such as ``{"sign": 1, "distance": 8}``: see
                :meth:`memorylab.environments.TMaze.reset`.
            **arguments: Further arguments of :class:`memorylab.player.MemoryPlayer`, such as
                ``disturbance="memory@4=0"``.

        Raises:
            TypeError: The environment is not ``"TMaze"``, the memory not a DNC, or a head not an
                MLP.
            ValueError: Actor and critic don't share their memory, or an option can't be.
        """
        environment = make_environment(self.config.env, **self.config.env_config)
        environment.reset(seed=seed, options=options)
        return MemoryPlayer(self.module.networks, environment, **arguments)


def make_runner(config: PPOConfig, num_envs: int, seed: int | None = None) -> SingleAgentEnvRunner:
    """Return an env runner for this configuration, outside of any algorithm.

    It needs no running Ray, and treats observations and actions as in training.
    """
    quieten()
    config = config.copy(copy_frozen=False).env_runners(
        num_env_runners=0, num_envs_per_env_runner=num_envs
    )
    if seed is not None:
        config.debugging(seed=seed)
    config.validate()
    return LightEnvRunner(config=config, worker_index=0)


def new_history(config: PPOConfig) -> History:
    """Return the history of an agent that has not begun to learn."""
    return History(env_steps=[], mean_return=[], seconds=[], settings=settings_of(config))


def settings_of(config: PPOConfig) -> dict[str, Any]:
    """Return the environment, the model and the learning settings of ``config``, as JSON has them.

    Two configurations with equal settings may continue each other's training.
    """
    settings = {
        "environment": config.env,
        "environment_config": dict(config.env_config),
        "module_class": config.rl_module_spec.module_class.__name__,
        "model_config": dict(config.rl_module_spec.model_config),
    }
    settings |= {name: getattr(config, name) for name in _LEARNING_SETTINGS}
    # Through JSON, so that tuples compare equal to the lists that a file has in their place.
    return json.loads(json.dumps(settings, default=repr))
