"""An agent without Ray: its environment, its networks and its history."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import torch
from gymnasium.wrappers import FlattenObservation

from memorylab.environments import make_environment
from memorylab.environments.make import EnvironmentSource, environment_name
from memorylab.errors import check_count
from memorylab.files import new_folder, read_json
from memorylab.memory import ActorCritic, MemoryModel
from memorylab.memory.model import State, batched
from memorylab.player import MemoryPlayer
from memorylab.ppo.actions import action_distribution, for_environment, num_outputs
from memorylab.ppo.episodes import Episode, View, check_replay, traced_episode
from memorylab.training import History, load_weights, save_weights

_AGENT, WEIGHTS, _HISTORY = "agent.json", "weights.safetensors", "history.json"


class Agent:
    """A memory model that acts in an environment; Ray is not needed.

    Args:
        environment: What :func:`memorylab.environments.make_environment` takes. Observations are
            flattened.
        memory: A name in ``memorylab.memory.MEMORY_MODELS``, or a class of your own.
        environment_config, memory_config: Arguments of the environment and of the memory model.
        seed: Seed of the first weights.
        **networks: Other arguments of :class:`memorylab.memory.ActorCritic`, such as
            ``encoder_sizes=()``.

    Attributes:
        networks: The :class:`memorylab.memory.ActorCritic`.
        history: What training measured: ``env_steps``, ``mean_return`` of the last episodes, up to
            100, with sampled actions, and ``seconds``.
        action_space: The environment's.

    Raises:
        ValueError: A name or an argument doesn't exist; the message offers the nearest one.
        TypeError: There is no distribution for the actions, or observations describe them.
    """

    def __init__(
        self,
        environment: EnvironmentSource,
        memory: str | type[MemoryModel] = "gru",
        *,
        environment_config: Mapping[str, Any] | None = None,
        memory_config: Mapping[str, Any] | None = None,
        seed: int = 0,
        **networks: Any,
    ):
        self.environment = environment
        self.settings: dict[str, Any] = {
            "environment_config": dict(environment_config or {}),
            "memory": memory,
            "memory_config": dict(memory_config or {}),
            "seed": check_count(seed, "seed", minimum=0),
            **networks,
        }
        example = self.make_environment()
        self.action_space = example.action_space
        _check_observations(example.unwrapped.observation_space)
        size = gym.spaces.flatdim(example.observation_space)
        example.close()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.networks = ActorCritic(
                size,
                num_outputs(self.action_space),
                memory=memory,
                memory_config=memory_config,
                **networks,
            )
        self.history = History(env_steps=[], mean_return=[], seconds=[], settings=self._described())

    def __repr__(self) -> str:
        age = f"{int(self.history.last('env_steps')):,} steps old"
        return f"Agent({environment_name(self.environment)!r}, {self.memory_name!r}), {age}"

    @property
    def memory_name(self) -> str:
        """The name of its memory model; that of a class begins with its module's."""
        return environment_name(self.settings["memory"])

    def make_environment(self) -> gym.Env:
        """Return a new environment, with flat observations."""
        return FlattenObservation(
            make_environment(self.environment, **self.settings["environment_config"])
        )

    @torch.no_grad()
    def act(
        self, observation: np.ndarray, state: State | None = None, *, explore: bool = False
    ) -> tuple[Any, State]:
        """Return the action after a flat observation ``[F]``, and what to remember.

        Args:
            observation: What the agent sees.
            state: What the last call returned; None at an episode's start.
            explore: Whether to sample the action or to take the likeliest.
        """
        action, _, _, state = self._act(observation, state, explore)
        return for_environment(action, self.action_space), state

    def _act(
        self, observation: np.ndarray, state: State | None, explore: bool
    ) -> tuple[np.ndarray, np.ndarray, float, State]:
        """Return the action, the outputs of the actor ``[A]``, the value and the next state."""
        state = batched(self.networks.initial_state(), 1) if state is None else state
        seen = torch.as_tensor(observation, dtype=torch.float32)[None, None]  # [1, 1, F]
        outputs, value, state = self.networks(seen, state)
        policy = action_distribution(outputs[0, 0], self.action_space)
        action = policy.sample() if explore else policy.mode
        return action.numpy(), outputs[0, 0].numpy(), float(value), state

    def player(
        self, *, seed: int = 0, options: dict[str, Any] | None = None, **arguments: Any
    ) -> MemoryPlayer:
        """Return a player in which the agent acts in its T-maze, live; otherwise TypeError.

        See :meth:`memorylab.rllib.Agent.player`.
        """
        environment = make_environment(self.environment, **self.settings["environment_config"])
        environment.reset(seed=seed, options=options)
        return MemoryPlayer(self.networks, environment, **arguments)

    def save(self, folder: str | Path) -> None:
        """Write settings and history as JSON and weights as safetensors into a new folder.

        Raises:
            FileExistsError: There is something in the folder already.
            OSError: The folder can't be written.
        """
        with new_folder(folder) as temporary:
            self.write(temporary)

    def write(self, folder: Path) -> None:
        """Write the agent's files into a folder."""
        (folder / _AGENT).write_text(json.dumps(self._described(), indent=2), encoding="utf-8")
        save_weights(self.networks, folder / WEIGHTS)
        self.history.save(folder / _HISTORY)

    @classmethod
    def load(
        cls,
        folder: str | Path,
        environment: EnvironmentSource | None = None,
        memory: type[MemoryModel] | None = None,
    ) -> Agent:
        """Read an agent that :meth:`save` wrote.

        Args:
            folder: The folder.
            environment: Its class or function, if it is one of your own, which no file can hold.
            memory: The class of its memory model, if that is one of your own.

        Raises:
            FileNotFoundError: There is no agent in the folder.
            ValueError: A file is damaged, or the environment or memory is missing or another one.
        """
        path = Path(folder) / _AGENT
        if not path.is_file():
            raise FileNotFoundError(f"There is no agent in {folder}.")
        settings = read_json(path, "an agent")
        names = {key: settings.pop(key, None) for key in ("environment", "memory")}
        found: dict[str, Any] = {"environment": environment, "memory": memory}
        for key, name in names.items():
            if not isinstance(name, str):
                raise ValueError(f"{path} is not an agent: the name of the {key} is {name!r:.50}.")
            if found[key] is not None and environment_name(found[key]) != name:
                raise ValueError(
                    f"The {key} of this agent is {name}, but {environment_name(found[key])} was "
                    "given."
                )
            if found[key] is None and ":" in name:
                raise ValueError(
                    f"The {key} of this agent is {name}, which is not in the file: give it with "
                    f"Agent.load(folder, {key}=...)."
                )
            found[key] = name if found[key] is None else found[key]
        try:
            agent = cls(**found, **settings)
        except TypeError as error:
            raise ValueError(f"{path} is not an agent: {error}.") from error
        load_weights(agent.networks, Path(folder) / WEIGHTS)
        agent.history = History.load(Path(folder) / _HISTORY)
        return agent

    def _described(self) -> dict[str, Any]:
        """Return what the agent was made of, as JSON has it."""
        described = {"environment": environment_name(self.environment), **self.settings}
        described["memory"] = self.memory_name
        return json.loads(json.dumps(described, default=repr))


def _check_observations(space: gym.Space) -> None:
    """Raise TypeError if observations say which actions there are: here nobody would listen."""
    described = {"action_mask", "available_actions"}
    if isinstance(space, gym.spaces.Dict) and (found := sorted(described & space.spaces.keys())):
        raise TypeError(
            f"The observations describe the actions, under {' and '.join(map(repr, found))}, which "
            "is not read here. memorylab.rllib has heads that do."
        )


@torch.no_grad()
def evaluate(
    agent: Agent, *, episodes: int = 1, explore: bool = False, seed: int = 0
) -> list[Episode]:
    """Let an agent play whole episodes, one after the other, and trace its memory.

    Each episode is then replayed through the networks at once, which must give what the agent acted
    upon. Traces are recorded in double precision.

    Args:
        agent: The agent; nothing in it changes.
        episodes: How many episodes.
        explore: Whether to sample the actions, as in training, or to take the likeliest.
        seed: Seed of the environment and of the sampled actions.

    Raises:
        ValueError: ``episodes`` is below 1.
        RuntimeError: The replay differs from what the agent acted upon; or the environment fails to
            draw itself.
    """
    check_count(episodes, "episodes")
    environment = agent.make_environment()
    environment.reset(seed=seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        played = [_play(agent, environment, explore) for _ in range(episodes)]
    environment.close()
    return played


def _play(agent: Agent, environment: gym.Env, explore: bool) -> Episode:
    observation, _ = environment.reset()
    view, state, done = View(), None, False
    view.look(environment)
    columns: dict[str, list[Any]] = {"observation": [], "action": [], "reward": [], "value": []}
    acted_upon = []
    while not done:
        action, outputs, value, state = agent._act(observation, state, explore)
        acted_upon.append(outputs)
        taken = for_environment(action, agent.action_space)
        columns["observation"].append(np.asarray(observation, dtype=np.float32))
        columns["action"].append(action)
        columns["value"].append(np.float32(value))
        observation, reward, terminated, truncated, _ = environment.step(taken)
        columns["reward"].append(np.float32(reward))
        view.look(environment)
        done = terminated or truncated
    arrays = {name: np.stack(column) for name, column in columns.items()}  # [T, ...]
    replayed, _, _ = agent.networks(torch.as_tensor(arrays["observation"]).unsqueeze(0))
    check_replay(replayed[0].numpy(), np.stack(acted_upon))
    if isinstance(agent.action_space, gym.spaces.Discrete):
        policy = action_distribution(torch.as_tensor(np.stack(acted_upon)), agent.action_space)
        arrays["action_probabilities"] = policy.probs.numpy()  # type: ignore[union-attr]
    return traced_episode(arrays, agent.networks.trace(arrays["observation"]), view)
