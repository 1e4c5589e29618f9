"""Configurations for any algorithm, environment, memory and head by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any, cast

import gymnasium as gym
from ray.rllib.algorithms.algorithm_config import AlgorithmConfig
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.connectors.env_to_module import FlattenObservations
from ray.rllib.core.rl_module.rl_module import RLModuleSpec

from memorylab.environments.make import EnvironmentSource
from memorylab.errors import reject_unknown_keys
from memorylab.memory import MEMORY_MODELS, MemoryModel
from memorylab.rllib._ray_patches import quieten
from memorylab.rllib.algorithms import ALGORITHMS
from memorylab.rllib.connectors import MarkEndedEpisodes
from memorylab.rllib.environments import make_example, named, register_environments
from memorylab.rllib.heads import Head
from memorylab.rllib.heads.choice import head_key
from memorylab.rllib.heads.values import SOFT_ACTOR_CRITIC, learns_values
from memorylab.rllib.losses.learner import add_losses
from memorylab.rllib.module import MemoryRLModule
from memorylab.rllib.multi_agent import has_agents, policy_of_agent, spaces_by_agent
from memorylab.rllib.networks import LOSS_CONFIG, check_model_config_keys
from memorylab.rllib.observations import is_parametric

_UNKNOWN_EPISODE_LENGTH = 128
"""The assumed length of an episode if its environment doesn't say."""

# How often in a row env runners may fail; RLlib's default of 100 takes an hour to give up.
_FAULTS: dict[str, Any] = {"num_consecutive_env_runner_failures_tolerance": 2}


def ppo_config(
    environment: EnvironmentSource, memory: str | type[MemoryModel] = "gru", **arguments: Any
) -> PPOConfig:
    """Return a PPO configuration that teaches a memory model to act.

    It samples from 16 environments in this process, 1,664 steps per update, and learns from them in
    4 epochs of minibatches of 416, with γ = λ = 0.9, learning rate 0.003, gradients clipped at norm
    0.5 and no KL penalty. Change what you like, such as ``config.training(lr=1e-3)``.

    The arguments, and the errors, are those of :func:`algorithm_config`.
    """
    return cast(PPOConfig, algorithm_config("PPO", environment, memory, **arguments))


def algorithm_config(
    algorithm: str | AlgorithmConfig,
    environment: EnvironmentSource,
    memory: str | type[MemoryModel] = "gru",
    *,
    head: Head | str | None = None,
    environment_config: Mapping[str, Any] | None = None,
    memory_config: Mapping[str, Any] | None = None,
    module_class: type[MemoryRLModule] = MemoryRLModule,
    seed: int = 0,
    **model_config: Any,
) -> AlgorithmConfig:
    """Return the configuration of an algorithm that teaches a memory model to act.

    Args:
        algorithm: A name in ``memorylab.rllib.algorithms.ALGORITHMS``, whose settings suit small
            tasks in this process; or a configuration of RLlib for one of these algorithms, such as
            ``DQNConfig().training(lr=1e-4)``, which is copied and keeps its settings.
        environment: What :func:`memorylab.environments.make_environment` takes, or a name that is
            registered with Ray. Checkpoints know a class or function by its name. Each of several
            agents gets a policy of its name, until you say otherwise by ``config.multi_agent``.
        memory: A name in ``memorylab.memory.MEMORY_MODELS``, or a class of your own.
        head: A :class:`memorylab.rllib.heads.Head` or its name; by default the spaces decide.
        environment_config, memory_config: Arguments of the environment and of the memory model.
        module_class: :class:`MemoryRLModule` or a subclass.
        seed: Seed of the environments, the weights and the sampled actions.
        **model_config: Other keys of ``module_class``. By default ``max_seq_len`` has room for the
            longest episode and the step that RLlib appends. See also :func:`add_losses`.

    Raises:
        ValueError: A name or an argument doesn't exist; the message offers the nearest one.
        TypeError: The head or the algorithm doesn't fit the environment; the message names others.
    """
    config = _begin(algorithm)
    what = f"{module_class.__name__}'s model_config"
    check_model_config_keys(model_config, what, module_class.default_model_config)
    register_environments()  # for configurations of RLlib's own beside this one
    spaces, longest = _look_at(name := named(environment), environment_config or {})
    added = config.model_config
    for space, actions in spaces.values():
        module_class.choose_head(space, actions, head, added)
    losses = {key: model_config.pop(key) for key in LOSS_CONFIG if key in model_config}
    model_config = {
        "max_seq_len": min(longest + 1, config.minibatch_size or config.total_train_batch_size),
        # PPO's own default is two separate networks, which SAC has in any case.
        **({} if SOFT_ACTOR_CRITIC in added else {"vf_share_layers": True}),
        **({} if head is None else {"head": head_key(head)}),
        **model_config,
        "memory": memory_for_workers(memory),
        "memory_config": dict(memory_config or {}),
    }
    # The buffers of DQN and SAC don't look into the specification.
    beside = {"max_seq_len": model_config["max_seq_len"]} if learns_values(added) else {}
    spec = RLModuleSpec(module_class, model_config=model_config)
    config = (
        _with_policies(config.debugging(seed=seed), spaces)
        .environment(name, env_config=dict(environment_config or {}))
        .rl_module(rl_module_spec=spec, model_config=beside)
    )
    return add_losses(config, **losses.pop("losses", {}), **losses) if losses else config


def _begin(algorithm: str | AlgorithmConfig) -> AlgorithmConfig:
    """Return the settings of an algorithm, as a configuration without environment and model."""
    quieten()
    if not isinstance(algorithm, str):
        return algorithm.copy(copy_frozen=False)
    reject_unknown_keys([algorithm], ALGORITHMS, "algorithm")
    return ALGORITHMS[algorithm]().fault_tolerance(**_FAULTS).debugging(log_level="ERROR")


def memory_for_workers(memory: str | type[MemoryModel]) -> str | type[MemoryModel]:
    """Return a memory as every worker knows it: a class that is registered here, as itself."""
    if not isinstance(memory, str):
        return memory
    reject_unknown_keys([memory], MEMORY_MODELS, "memory model")
    model_class = MEMORY_MODELS[memory]
    return memory if model_class.__module__.startswith("memorylab.") else model_class


_Spaces = Mapping[Any, tuple[gym.Space, gym.Space]]
"""Of observations and actions by agent; a single agent has no name."""


def _look_at(environment: str, config: Mapping[str, Any]) -> tuple[_Spaces, int]:
    """Return an environment's spaces and the most steps of an episode."""
    with closing(make_example(environment, config)) as example:
        longest = _longest_episode(example)
        if has_agents(example):
            return spaces_by_agent(example), longest
    return {"": (example.observation_space, example.action_space)}, longest


def _with_policies(config: AlgorithmConfig, spaces: _Spaces) -> AlgorithmConfig:
    """Add the connectors, and a policy for each of several agents, to a configuration.

    These may be of PettingZoo's parallel API or of RLlib's ``MultiAgentEnv``.
    """
    config.env_runners(env_to_module_connector=_connector_for(spaces))
    if "" in spaces:
        return config
    config.multi_agent(policies=[*map(str, spaces)], policy_mapping_fn=policy_of_agent)
    # Whole episodes: where RLlib cuts one, it loses the memory of an agent that didn't act.
    return config.env_runners(batch_mode="complete_episodes")


def _longest_episode(environment: gym.Env) -> int:
    """Return the most steps of an episode that an environment declares, or an assumption."""
    longest = getattr(environment.unwrapped, "max_episode_length", None)
    if longest is None and environment.spec is not None:
        longest = environment.spec.max_episode_steps
    return _UNKNOWN_EPISODE_LENGTH if longest is None else longest


def _connector_for(spaces: _Spaces) -> Callable[..., Any] | None:
    described = any(is_parametric(space) for space, _ in spaces.values())
    return _mark_ended_episodes if described else None


def _flatten_observations(*args: Any, **kwargs: Any) -> Any:
    """Make the connector that agents of earlier versions name; modules now flatten themselves."""
    return FlattenObservations()


def _mark_ended_episodes(*args: Any, **kwargs: Any) -> Any:
    return MarkEndedEpisodes()
