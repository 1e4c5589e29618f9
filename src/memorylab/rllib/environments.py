"""Environments as RLlib takes them: by our names, Gymnasium's or Ray's, of a class or function."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import gymnasium as gym
from gymnasium.envs.registration import EnvSpec
from ray.rllib.algorithms.algorithm_config import AlgorithmConfig
from ray.tune.registry import ENV_CREATOR, _global_registry, register_env

from memorylab.environments import environment_names
from memorylab.environments.make import (
    EnvironmentSource,
    build_environment,
    environment_name,
    gymnasium_spec,
)
from memorylab.rllib.failures import failing_in
from memorylab.rllib.multi_agent import as_gymnasium

Source: TypeAlias = EnvironmentSource | EnvSpec


class NamedEnvironment(str):
    """The name of an environment that also makes it, when it is called with a configuration.

    As ``config.env`` it needs no registration, which Ray would forget when it stops: RLlib calls
    what it can't find in its registry, and every worker gets it with the configuration. Wherever a
    name is stored or compared, it is a string like any other.
    """

    source: Source

    def __new__(cls, name: str, source: Source | None = None) -> NamedEnvironment:
        """Return the name, for ``source``; copying and unpickling set the source later."""
        self = super().__new__(cls, name)
        self.source = name if source is None else source
        return self

    def __call__(self, config: Mapping[str, Any]) -> gym.Env:
        """Make the environment."""
        return build_environment(self.source, config, as_gymnasium)


def named(environment: Source) -> str:
    """Return an environment as RLlib's ``config.environment`` takes it, a name in any case.

    Raises:
        ValueError: There is no environment of this name; the message offers the nearest one.
    """
    if isinstance(environment, NamedEnvironment):
        return environment
    name = environment_name(environment)
    if not isinstance(environment, str):
        return NamedEnvironment(name, environment)
    if name in environment_names():
        return NamedEnvironment(name)
    if _global_registry.contains(ENV_CREATOR, name):
        creator: Callable[..., Any] = _global_registry.get(ENV_CREATOR, name)
        # A class registered with Ray gets one dictionary too, and a partial is not a class.
        return NamedEnvironment(name, functools.partial(creator))
    try:
        spec = gymnasium_spec(name)
    except ValueError as error:
        raise ValueError(
            f"{error} What was registered with Ray it forgets when it stops: give the class or "
            "the function itself, or register it again."
        ) from error
    # Every worker has Gymnasium's own. Others may be registered in this process alone.
    builtin = isinstance(spec.entry_point, str) and spec.entry_point.startswith("gymnasium.")
    return name if builtin else NamedEnvironment(name, spec)


def make_example(environment: str, config: Mapping[str, Any]) -> gym.Env:
    """Make an environment of :func:`named` here, to look at its spaces.

    Raises:
        ValueError: An option of the environment doesn't exist; the message offers the nearest one.
        EnvironmentFailure: Its constructor raises; with an environment of ours it is the error
            itself, whose message says what is wrong.
    """
    if environment in environment_names():
        return build_environment(environment, config)
    source = environment.source if isinstance(environment, NamedEnvironment) else environment
    with failing_in(environment, "constructor", "this process"):
        return build_environment(source, config, as_gymnasium)


def with_named_environment(config: AlgorithmConfig) -> AlgorithmConfig:
    """Return a copy whose environment RLlib can make in every worker; it refuses functions."""
    config = config.copy(copy_frozen=False)
    env = config.env
    # RLlib makes classes of Gymnasium's kind as they are.
    if env is not None and not (isinstance(env, type) and issubclass(env, gym.Env)):
        config.environment(named(env))
    return config


def register_environments() -> None:
    """Make every name of ``memorylab.environments`` known to RLlib's ``config.environment``.

    Ray forgets what was registered when it stops. :func:`memorylab.rllib.ppo_config` calls this
    again; what it returns needs no registration.
    """
    for name in environment_names():
        register_env(name, NamedEnvironment(name))
