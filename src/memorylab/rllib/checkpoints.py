"""Checkpoints of an algorithm.

RLlib's ``save_to_path`` writes file by file into the folder it is given. An interrupt leaves half a
checkpoint there, and a learner in another process that can't write is not noticed.
"""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

from ray.rllib.algorithms.algorithm import Algorithm
from ray.rllib.algorithms.algorithm_config import AlgorithmConfig
from ray.rllib.core import DEFAULT_MODULE_ID
from ray.rllib.core.rl_module.rl_module import RLModule

from memorylab.rllib.connector_states import ConnectorStates, read_algorithm
from memorylab.rllib.encoding import decode, encode, find_by_name
from memorylab.rllib.multi_agent import Policies
from memorylab.training import Film, History, checkpoints

_CONNECTORS = "connectors.json"

_LEARNER = Path("learner_group", "learner")
_MODULES = _LEARNER / "rl_module"
"""Where RLlib puts the networks inside a checkpoint, by policy."""


def save_checkpoint(
    algorithm: Algorithm, history: History, folder: str | Path, film: Film | None = None
) -> Path:
    """Write a checkpoint into ``folder``, then delete the one before.

    See :func:`memorylab.training.checkpoints.save_checkpoint`. Unfinished episodes are not saved.
    """
    return checkpoints.save_checkpoint(
        lambda path: write_checkpoint(algorithm, path), history, folder, film
    )


def write_checkpoint(algorithm: Algorithm, folder: Path) -> None:
    """Write weights, optimizer and connectors into an empty folder, or raise OSError."""
    algorithm.save_to_path(folder)
    if algorithm.config.num_learners:
        # A learner in another process writes its part itself, and RLlib ignores its errors.
        networks = [_MODULES / str(name) / "module_state.pkl" for name in algorithm.config.policies]
        for path in (_LEARNER / "state.pkl", *networks):
            try:
                pickle.loads((folder / path).read_bytes())
            except (OSError, EOFError, pickle.UnpicklingError):
                raise OSError(f"the learner could not write {path}") from None
    # RLlib has them too, but in pickles.
    states = encode(read_algorithm(algorithm), "connectors")
    (folder / _CONNECTORS).write_text(json.dumps(states), encoding="utf-8")


def read_networks(checkpoint: Path, config: AlgorithmConfig) -> Any:
    """Read the networks: a module, or the :class:`Policies` of several agents."""
    modules = {
        name: RLModule.from_checkpoint(checkpoint / _MODULES / str(name))
        for name in config.policies
    }
    return Policies(modules) if config.is_multi_agent else modules[DEFAULT_MODULE_ID]


def read_connectors(checkpoint: Path) -> ConnectorStates | None:
    """Read what connectors have learnt, or return None if an older version wrote the checkpoint."""
    path = checkpoint / _CONNECTORS
    if not path.exists():
        return None
    return decode(json.loads(path.read_text(encoding="utf-8")), find_by_name)
