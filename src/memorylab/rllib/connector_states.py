"""What connectors have learnt in training: read, restored, and held still while an agent plays."""

from __future__ import annotations

import copy
import sys
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import tree
from ray.rllib.algorithms.algorithm import Algorithm
from ray.rllib.connectors.connector_pipeline_v2 import ConnectorPipelineV2
from ray.rllib.connectors.connector_v2 import ConnectorV2
from ray.rllib.core.columns import Columns
from ray.rllib.env.env_runner import EnvRunner
from ray.rllib.env.single_agent_episode import SingleAgentEpisode

ConnectorStates = dict[str, dict[str, Any]]
"""For each pipeline, ``"env_to_module"`` and ``"module_to_env"``, the states of its connectors. The
keys are their positions and classes, such as ``"0 MeanStdFilter"``; those without state are left
out."""

Pipelines = Mapping[str, ConnectorPipelineV2]


def pipelines_of(runner: EnvRunner) -> Pipelines:
    """Return an env runner's pipelines of connectors."""
    return {"env_to_module": runner._env_to_module, "module_to_env": runner._module_to_env}


def pipelines_in(algorithm: Algorithm) -> Pipelines:
    """Return the pipelines in which an algorithm merges what its env runners' have learnt."""
    if algorithm.env_runner is not None:
        return pipelines_of(algorithm.env_runner)
    return {
        "env_to_module": algorithm.env_to_module_connector,
        "module_to_env": algorithm.module_to_env_connector,
    }


def read_algorithm(algorithm: Algorithm) -> ConnectorStates:
    """Return the states of an algorithm's connectors, those of its env runners merged."""
    return read_states(pipelines_in(algorithm))


def read_states(pipelines: Pipelines) -> ConnectorStates:
    """Return a copy of the states of all connectors that have one."""
    return {
        pipeline: {
            key: copy.deepcopy(state)
            for key, connector in _connectors(pipelines[pipeline]).items()
            if (state := connector.get_state())
        }
        for pipeline in pipelines
    }


def restore_states(pipelines: Pipelines, states: ConnectorStates | None) -> None:
    """Give connectors the states that they had in training.

    Raises:
        ValueError: ``states`` is None although connectors have a state, or the connectors with a
            state are others than in training.
    """
    present = {name: sorted(part) for name, part in read_states(pipelines).items()}
    if states is None:
        if learning := [key for keys in present.values() for key in keys]:
            raise ValueError(
                f"The agent's connectors {learning} learn in training, but the agent holds none of "
                "what they learnt. Take the agent that train_agent returns, or give one that you "
                "build yourself Agent(..., connectors=read_algorithm(algorithm))."
            )
        return
    trained = {name: sorted(part) for name, part in states.items()}
    if trained != present:
        raise ValueError(
            f"The agent was trained with the connectors {trained}, but its configuration has "
            f"{present}. Give the configuration that it was trained with."
        )
    for name, pipeline in pipelines.items():
        for key, connector in _connectors(pipeline).items():
            if key in states[name]:
                connector.set_state(copy.deepcopy(states[name][key]))


@contextmanager
def held_still(pipelines: Pipelines) -> Iterator[None]:
    """Keep connectors from learning from now on, and warn of those that do so in the block.

    RLlib's own have a switch for it, ``_update_stats``; one of your own may have it too.
    """
    before = read_states(pipelines)
    for pipeline in pipelines.values():
        for connector in _connectors(pipeline).values():
            if hasattr(connector, "_update_stats"):
                connector._update_stats = False
    yield
    after = read_states(pipelines)
    changed = [
        key
        for name in before
        for key in before[name].keys() | after[name].keys()
        if not _equal(before[name].get(key), after[name].get(key))
    ]
    if changed:
        warnings.warn(
            f"The connectors {sorted(changed)} changed their states while the agent played, so it "
            "did not play with what they had learnt in training alone. Have them change nothing "
            "while their attribute _update_stats is False.",
            stacklevel=3,
        )


class Seen(ConnectorV2):
    """The last connector before the module; keeps what the module sees, by episode.

    With several agents, it is kept by episode and agent. Not all of it stands in the episodes:
    stacked frames, for example, don't.
    """

    def __init__(self) -> None:
        super().__init__()
        self.observations: dict[str, list[Any]] = defaultdict(list)
        self.by_agent: dict[str, dict[Any, list[Any]]] = defaultdict(lambda: defaultdict(list))

    def __call__(
        self, *, batch: dict[str, Any], episodes: list[Any], shared_data: Any, **kwargs: Any
    ) -> Any:
        """Keep the observations ``[B, 1, ...]`` of the one episode there is."""
        (episode,) = episodes
        if isinstance(episode, SingleAgentEpisode):
            self.observations[episode.id_].append(_row(batch[Columns.OBS], 0))
            return batch
        # RLlib notes which agent each row of a policy's batch is of.
        for policy, agents in shared_data["memorized_map_structure"].items():
            for row, (_, agent) in enumerate(agents):
                seen = _row(batch[policy][Columns.OBS], row)
                self.by_agent[episode.id_][agent].append(seen)
        return batch


def _row(observations: Any, row: int) -> Any:
    return tree.map_structure(lambda part: part[row, 0].cpu(), observations)


def _connectors(pipeline: ConnectorPipelineV2) -> dict[str, ConnectorV2]:
    return {
        f"{number} {type(connector).__name__}": connector
        for number, connector in enumerate(pipeline.connectors)
    }


def _equal(first: Any, second: Any) -> bool:
    # As text, because arrays in nested states have no truth value; in full, however long they are.
    with np.printoptions(threshold=sys.maxsize, precision=17):
        return repr(first) == repr(second)
