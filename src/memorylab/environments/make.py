"""``make_environment``: builds an environment by name, with the wrappers it needs."""

from __future__ import annotations

import functools
import inspect
from typing import Any

import gymnasium as gym

from memorylab.environments.menu import Menu
from memorylab.environments.tmaze import TMaze
from memorylab.environments.two_dials import TwoDials
from memorylab.errors import reject_unknown_keys, suggest

_OWN: dict[str, type[gym.Env]] = {"Menu": Menu, "TMaze": TMaze, "TwoDials": TwoDials}


@functools.cache
def _popgym_environments() -> dict[str, type[gym.Env]]:
    # Import POPGym only on demand: it loads and registers more than fifty environments.
    from popgym import envs

    return {environment.__name__: environment for environment in envs.ALL_BASE | envs.ALL}


def environment_names() -> list[str]:
    """Return every name that :func:`make_environment` knows, in alphabetical order."""
    return sorted([*_OWN, *_popgym_environments()])


def make_environment(name: str, **config: Any) -> gym.Env:
    """Build an environment by its name.

    POPGym's environments (Morad et al., ICLR 2023) get two wrappers, as in their paper:
    ``PreviousAction`` adds the agent's last action to the observation, and ``Antialias`` adds a
    flag that is 1 at the first step. ``RepeatFirst`` and its variants get ``Antialias`` alone:
    there the last action is the answer itself, so an agent could repeat its actions instead of
    remembering the first observation.

    Observation spaces are not flattened; they may be tuples or dictionaries.

    Args:
        name: ``"Menu"``, ``"TMaze"``, ``"TwoDials"``, or the name of a class of POPGym, such as
            ``"RepeatPreviousEasy"``.
        **config: Arguments of the environment's constructor.

    Raises:
        ValueError: The name or an argument doesn't exist; the message offers the nearest one.
    """
    environments = _OWN if name in _OWN else _popgym_environments()
    if name not in environments:
        raise ValueError(f"There is no environment {name!r}.{suggest(name, environment_names())}")
    parameters = inspect.signature(environments[name]).parameters
    # Some of POPGym's constructors accept any keyword and pass it on.
    if not any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values()):
        reject_unknown_keys(config, parameters, f"option of the environment {name}")
    environment = environments[name](**config)
    if name in _OWN:
        return environment
    from popgym.wrappers import Antialias, PreviousAction

    if not name.startswith("RepeatFirst"):
        environment = PreviousAction(environment)
    return Antialias(environment)
