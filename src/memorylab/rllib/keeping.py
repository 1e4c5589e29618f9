"""An agent in a folder: JSON and safetensors, no pickles."""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import tree
from jaxtyping import Float
from ray.rllib.algorithms.algorithm_config import AlgorithmConfig
from ray.rllib.core.columns import Columns
from ray.rllib.core.rl_module.rl_module import RLModuleSpec
from ray.rllib.policy.policy import PolicySpec
from ray.rllib.utils.torch_utils import convert_to_torch_tensor
from torch import Tensor, nn

from memorylab.errors import check_count
from memorylab.files import new_folder, read_json
from memorylab.memory.export import export_step
from memorylab.memory.model import State
from memorylab.rllib.encoding import decode, encode, find_by_name
from memorylab.rllib.environments import named
from memorylab.rllib.module import MemoryRLModule
from memorylab.rllib.multi_agent import Policies
from memorylab.training import History
from memorylab.training.weights import load_weights, save_weights

if TYPE_CHECKING:
    from memorylab.rllib.agent import Agent

_FORMAT = 1
_AGENT, _HISTORY, _WEIGHTS = "agent.json", "history.json", "weights.safetensors"
_LEFT_OUT = {"_is_frozen", "evaluation_config"}
"""Attributes of a configuration that RLlib computes itself."""
_POLICIES = "policies"


def save_agent(agent: Agent, folder: str | Path) -> None:
    """Write an agent: see :meth:`memorylab.rllib.Agent.save`."""
    module, config = agent.module, _changed(agent.config)
    source = getattr(config["env"], "source", None)
    if callable(source) and not isinstance(source, str):
        config["env"] = source  # A class or function of the user's own, not its name alone.
    if _POLICIES in config:
        config[_POLICIES] = _names_of_policies(config[_POLICIES])
    several = isinstance(module, Policies)
    parts = {
        "config": [type(agent.config), config],
        "module": {name: _spec(one) for name, one in module.items()} if several else _spec(module),
        "spaces": agent.spaces,
        "connectors": agent.connectors,
    }
    content = {"format": _FORMAT} | {name: encode(part, name) for name, part in parts.items()}
    with new_folder(folder) as temporary:
        (temporary / _AGENT).write_text(json.dumps(content, indent=1), encoding="utf-8")
        agent.history.save(temporary / _HISTORY)
        save_weights(module, temporary / _WEIGHTS)


def load_agent(folder: str | Path, objects: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of the agent in a folder: see :meth:`memorylab.rllib.Agent.load`."""
    path = Path(folder) / _AGENT
    if not path.is_file():
        raise FileNotFoundError(f"There is no agent in {folder}: it has no {_AGENT}.")
    find = functools.partial(_find, objects=objects, folder=folder)
    content = read_json(path, "an agent")
    try:
        if (number := content.pop("format")) != _FORMAT:
            raise ValueError(f"it has the format {number}, and this version reads {_FORMAT}")
        parts = {name: decode(part, find) for name, part in content.items()}
        (config_class, changed), spec = parts["config"], parts["module"]
        config, spaces = _configuration(config_class, changed), tuple(parts["spaces"])
        connectors = parts["connectors"]
    except _NotFound:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{path} is damaged, or not an agent of this version: {error}") from error
    with torch.random.fork_rng(devices=[]):  # The first weights are drawn at random.
        several = isinstance(spec, dict)
        build = {name: one.build() for name, one in spec.items()} if several else {}
        module = Policies(build) if several else spec.build()
    load_weights(module, Path(folder) / _WEIGHTS)
    return {
        "config": config,
        "module": module,
        "history": History.load(Path(folder) / _HISTORY),
        "connectors": connectors,
        "spaces": spaces,
    }


def _spec(module: MemoryRLModule) -> RLModuleSpec:
    return RLModuleSpec(
        module_class=type(module),
        observation_space=module.observation_space,
        action_space=module.action_space,
        model_config=module.model_config,
    )


def _names_of_policies(policies: Mapping[str, PolicySpec]) -> list[str]:
    if own := [name for name, spec in policies.items() if spec != PolicySpec()]:
        raise TypeError(
            f"The policies {own} have a PolicySpec of their own, which can't be stored. Give "
            "config.multi_agent their names alone, and what differs between them in a "
            "MultiRLModuleSpec."
        )
    return [*policies]


class PolicyStep(nn.Module):
    """One step of an agent's networks: from observation and state to action distribution and state.

    The observation is the one behind the connectors; the output is the inputs of the distribution.
    """

    def __init__(self, module: MemoryRLModule):
        super().__init__()
        self.module = module

    def forward(self, observation: Any, state: State) -> tuple[Float[Tensor, "B A"], State]:
        """Return the inputs of the action distribution, and the state after the step."""
        observation = tree.map_structure(lambda part: part.unsqueeze(1), observation)
        output = self.module._forward({Columns.OBS: observation, Columns.STATE_IN: state})
        return output[Columns.ACTION_DIST_INPUTS].squeeze(1), output[Columns.STATE_OUT]


def export_agent(agent: Agent, path: str | Path, format: str, batch_size: int) -> None:
    """Write one step of an agent: see :meth:`memorylab.rllib.Agent.export`."""
    module = agent.module
    if isinstance(module, Policies):
        raise TypeError(
            f"The agent has the policies {[name for name, _ in module.items()]}, but a program "
            "holds one. Take agent.start(), or save the agent."
        )
    if module.head.draws:
        raise TypeError(
            f"The head {str(module.head)!r} draws actions itself, and drawing can't be exported. "
            "Train with the head 'autoregressive', or use agent.start()."
        )
    check_count(batch_size, "batch_size")
    # Ones, because masks of zeros allow no action; in the types that connectors give.
    example = tree.map_structure(
        lambda part: convert_to_torch_tensor(np.ones((batch_size, *np.shape(part)), part.dtype)),
        module.observation_space.sample(),
    )
    names = ("observation", "action_dist_inputs")
    export_step(PolicyStep(module), example, module.get_initial_state(), path, format, names)


class _NotFound(ValueError):
    """A name in an agent's folder stands for nothing here."""


def _find(name: str, objects: Mapping[str, Any], folder: str | Path) -> Any:
    if name in objects:
        return objects[name]
    try:
        return find_by_name(name)
    except LookupError as error:
        raise _NotFound(
            f"The agent in {folder} needs {name}, which can't be found here ({error}). Define or "
            f"import it, and give it: Agent.load({str(folder)!r}, objects={{{name!r}: ...}})."
        ) from error


def _changed(config: AlgorithmConfig) -> dict[str, Any]:
    """Return the attributes of a configuration that differ from those of its class."""
    default = vars(type(config)())
    return {
        name: value
        for name, value in vars(config).items()
        if name not in _LEFT_OUT and not _same(value, default.get(name, ...))
    }


def _same(value: Any, default: Any) -> bool:
    try:
        return type(value) is type(default) and bool(value == default)
    except ValueError:  # arrays
        return False


def _configuration(
    config_class: Callable[[], AlgorithmConfig], changed: dict[str, Any]
) -> AlgorithmConfig:
    if not (isinstance(config_class, type) and issubclass(config_class, AlgorithmConfig)):
        raise ValueError(f"{config_class} is no class of RLlib's configurations")
    config = config_class()
    for name, value in changed.items():
        if name not in vars(config):
            raise ValueError(f"RLlib's configuration has no {name!r}")
        if name == "env" and callable(value):
            value = named(value)
        if name == _POLICIES:
            value = {policy: PolicySpec() for policy in value}
        setattr(config, name, copy.deepcopy(value))
    return config
