"""``make_environment``: builds an environment by name, of a class, or with a function."""

from __future__ import annotations

import contextlib
import difflib
import functools
import hashlib
import importlib
import inspect
from collections.abc import Callable, Mapping
from types import CodeType, FunctionType
from typing import Any, TypeAlias

import gymnasium as gym
from gymnasium.envs.registration import EnvSpec

from memorylab.environments.courier import Courier
from memorylab.environments.menu import Menu
from memorylab.environments.tmaze import TMaze
from memorylab.environments.two_dials import TwoDials
from memorylab.errors import reject_unknown_keys, suggest

_OWN: dict[str, type[gym.Env]] = {
    environment.__name__: environment for environment in (Courier, Menu, TMaze, TwoDials)
}


@functools.cache
def _popgym_environments() -> dict[str, type[gym.Env]]:
    # Import POPGym only on demand: it loads and registers more than fifty environments.
    from popgym import envs

    return {environment.__name__: environment for environment in envs.ALL_BASE | envs.ALL}


def environment_names() -> list[str]:
    """Return every name of ours and of POPGym, in alphabetical order."""
    return sorted([*_OWN, *_popgym_environments()])


EnvironmentSource: TypeAlias = str | type[gym.Env] | Callable[[Mapping[str, Any]], gym.Env]
"""A name or id of an environment, its class, or a function from a configuration to it."""

_CONFIG_NAMES = {"config", "env_config", "environment_config", "env_context", "cfg"}
"""Names of a constructor's first parameter by which it asks for one dictionary, as in RLlib."""


def make_environment(name: EnvironmentSource, **config: Any) -> gym.Env:
    """Build an environment by its name, of its class, or with a function.

    POPGym's environments (Morad et al., ICLR 2023) get two wrappers, as in their paper:
    ``PreviousAction`` adds the agent's last action to the observation, and ``Antialias`` adds a
    flag that is 1 at the first step. ``RepeatFirst`` and its variants get ``Antialias`` alone:
    there the last action is the answer itself, so an agent could repeat its actions instead of
    remembering the first observation.

    Observation spaces are not flattened; they may be tuples or dictionaries.

    Args:
        name: ``"Courier"``, ``"Menu"``, ``"TMaze"``, ``"TwoDials"``, the name of a class of POPGym,
            such as ``"RepeatPreviousEasy"``, or an id of Gymnasium, such as ``"CartPole-v1"`` or
            ``"module:Id"``. Or a class of environments, or a function that returns one when it is
            called with ``config`` as a dictionary.
        **config: Arguments of the environment's constructor. A class whose first parameter is
            called ``config`` or ``env_config`` gets them as one dictionary, as in RLlib.

    Raises:
        ValueError: The name or an argument doesn't exist; the message offers the nearest one.
        TypeError: What ``name`` stands for makes no Gymnasium environment.
    """
    return build_environment(name, config)


def build_environment(
    source: EnvironmentSource | EnvSpec,
    config: Mapping[str, Any],
    adapt: Callable[[Any], Any] = lambda environment: environment,
) -> gym.Env:
    """Do what :func:`make_environment` does; a function gets ``config`` as it is.

    ``adapt`` makes Gymnasium's kind of environment of what a class or function made.
    """
    if isinstance(source, str) and not _is_ours(source):
        source = gymnasium_spec(source)
    if isinstance(source, str):
        return _make_ours(source, config)
    if isinstance(source, EnvSpec):
        return gym.make(source, **config)
    what = environment_name(source)
    if isinstance(source, gym.Env):
        raise TypeError(
            f"{what} is an environment already, but each worker makes several of its own: give its "
            f"class {type(source).__name__}, or a function that returns one."
        )
    if not callable(source):
        raise TypeError(
            f"An environment is given by a name, a class or a function, not by {source!r}."
        )
    environment = adapt(_call(source, config, what))
    if not isinstance(environment, gym.Env):
        raise TypeError(
            f"{what} must make a gymnasium.Env, but made {environment!r}. Environments of the "
            "older package gym need a wrapper, such as Shimmy's."
        )
    return environment


def environment_name(source: Any) -> str:
    """Return the name of an environment: that of a class or function begins with its module's.

    The name of a lambda, or of a function made in another, ends in a digest of what it does, such
    as ``module:<lambda>#1f0c2a``: there may be several of that name.
    """
    if isinstance(source, str):
        return str(source)
    if isinstance(source, EnvSpec):
        return source.id
    if isinstance(source, functools.partial):
        arguments = [repr(argument) for argument in source.args]
        arguments += [f"{key}={value!r}" for key, value in sorted(source.keywords.items())]
        return f"{environment_name(source.func)}({', '.join(arguments)})"
    if not hasattr(source, "__qualname__"):
        source = type(source)
    name = f"{source.__module__}:{source.__qualname__}"
    if isinstance(source, FunctionType) and "<" in source.__qualname__:
        name += f"#{_digest(source)}"
    return name


def _digest(function: FunctionType) -> str:
    """Return six digits for a function: the same in every process, if Python is the same.

    They follow from its code and defaults and from what it closes over; there, things that aren't
    plain data count by their type alone.
    """
    inside = []
    for cell in function.__closure__ or ():
        with contextlib.suppress(ValueError):  # a name without a value yet
            inside.append(cell.cell_contents)
    parts = [function, function.__defaults__, function.__kwdefaults__, inside]
    return hashlib.sha256(repr(_plain(parts)).encode()).hexdigest()[:6]


def _plain(value: Any) -> Any:
    """Return a value as nested lists of plain data."""
    if isinstance(value, FunctionType):
        return _plain(value.__code__)
    if isinstance(value, CodeType):
        return [value.co_code, value.co_names, _plain(value.co_consts)]
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    if isinstance(value, Mapping):
        return [[_plain(key), _plain(part)] for key, part in value.items()]
    if isinstance(value, type):
        return f"{value.__module__}:{value.__qualname__}"
    is_plain = isinstance(value, bool | int | float | complex | str | bytes)
    return [type(value).__name__, value if is_plain else None]


def gymnasium_spec(name: str) -> EnvSpec:
    """Return what Gymnasium knows about an id; in ``"module:Id"`` the module is imported first.

    Raises:
        ValueError: There is no such environment; the message offers the nearest name.
    """
    module, _, identifier = name.rpartition(":")
    if module:
        try:
            importlib.import_module(module)
        except ImportError as error:
            raise ValueError(
                f"There is no environment {name!r}: the module {module!r} can't be imported "
                f"({error})."
            ) from error
    if identifier in gym.registry:
        return gym.registry[identifier]
    nearest = difflib.get_close_matches(identifier, gym.registry, n=1)
    hint = f" Gymnasium has {nearest[0]!r}." if nearest else ""
    raise ValueError(f"There is no environment {name!r}.{hint}{suggest(name, environment_names())}")


def _is_ours(name: str) -> bool:
    return name in _OWN or name in _popgym_environments()


def _call(source: Callable[..., Any], config: Mapping[str, Any], what: str) -> Any:
    """Call a class with keywords, or a function with a dictionary."""
    parameters = inspect.signature(source).parameters
    first = next(iter(parameters), None)
    is_class = isinstance(source, type)
    if not is_class or (first in _CONFIG_NAMES and first not in config):
        if first is None:
            raise TypeError(f"{what} must take one argument, the environment's configuration.")
        return source(config)
    _reject_unknown_options(parameters, config, what)
    return source(**config)


def _reject_unknown_options(
    parameters: Mapping[str, inspect.Parameter], config: Mapping[str, Any], what: str
) -> None:
    # Some constructors accept any keyword and pass it on.
    if not any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values()):
        reject_unknown_keys(config, parameters, f"option of the environment {what}")


def _make_ours(name: str, config: Mapping[str, Any]) -> gym.Env:
    environments = _OWN if name in _OWN else _popgym_environments()
    _reject_unknown_options(inspect.signature(environments[name]).parameters, config, name)
    environment = environments[name](**config)
    if name in _OWN:
        return environment
    from popgym.wrappers import Antialias, PreviousAction

    if not name.startswith("RepeatFirst"):
        environment = PreviousAction(environment)
    return Antialias(environment)
