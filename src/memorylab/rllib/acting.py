"""An agent that acts, outside of any environment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import gymnasium as gym
import numpy as np
import torch
import tree
from ray.rllib.connectors.env_to_module import PrevActionsPrevRewards
from ray.rllib.core.columns import Columns
from ray.rllib.env import INPUT_ENV_SINGLE_SPACES
from ray.rllib.env.single_agent_episode import SingleAgentEpisode
from ray.rllib.utils.spaces.space_utils import unbatch

from memorylab.errors import check_count
from memorylab.rllib.connector_states import held_still, restore_states
from memorylab.rllib.multi_agent import Policies

if TYPE_CHECKING:
    from memorylab.rllib.agent import Agent

_LONGEST, _KEPT = 1000, 64
"""After so many steps of an episode only the last ones are kept, for connectors that look back."""


class ActingAgent:
    """An agent that acts on observations and remembers them; made by :meth:`Agent.start`.

    Observations, actions and rewards pass the same connectors as in training, with what these have
    learnt, and nothing is added to it.
    """

    def __init__(self, agent: Agent, batch_size: int | None, explore: bool, seed: int):
        self.observation_space, self.action_space = agent.spaces
        self.batch_size = None if batch_size is None else check_count(batch_size, "batch_size")
        self.explore = explore
        several = isinstance(agent.module, Policies)
        self._module = agent.module.as_rllib() if several else agent.module
        self._config = agent.config
        self._steps = int(agent.history.last("env_steps"))
        spaces = {INPUT_ENV_SINGLE_SPACES: agent.spaces}
        device = next((part.device for part in agent.module.parameters()), "cpu")
        self._pipelines = {
            "env_to_module": self._config.build_env_to_module_connector(None, spaces, device),
            "module_to_env": self._config.build_module_to_env_connector(None, spaces),
        }
        restore_states(self._pipelines, agent.connectors)
        self._generator = torch.Generator().manual_seed(seed).get_state()
        self._checked = False
        self.reset()

    def reset(self, rows: Iterable[int] | None = None) -> None:
        """Forget everything: an episode begins, in all rows or in those given.

        Raises:
            IndexError: There is no such row.
        """
        count = self.batch_size or 1
        if rows is None:
            self._episodes: list[Any] = [self._new_episode() for _ in range(count)]
            self._last: list[dict[str, Any]] = [{} for _ in range(count)]
            return
        for row in (rows := list(rows)):
            if not 0 <= row < count:
                raise IndexError(f"There is no row {row}; they are 0 to {count - 1}.")
        for row in rows:
            self._episodes[row], self._last[row] = self._new_episode(), {}

    def act(self, observation: Any, reward: Any = None) -> Any:
        """Return what to do after an observation, and remember it.

        Args:
            observation: As the environment gives it; with a batch size each array in it is
                ``[B, ...]``.
            reward: What the action before brought, or an array ``[B]``. Only connectors that show
                rewards to the agent need it.

        Returns:
            The action, as the environment takes it; with a batch size each array is ``[B, ...]``.

        Raises:
            TypeError: The observation is of another type than expected.
            ValueError: It has another shape, or numbers that are not in the observation space; or
                a reward is missing. Nothing is remembered then.
        """
        rows = self._rows(observation)
        rewards = self._rewards(reward)
        for number, (row, last) in enumerate(zip(rows, self._last, strict=True)):
            episode = self._episodes[number]
            if len(episode) >= _LONGEST:
                episode = self._episodes[number] = episode.cut(_KEPT)
            if last:
                episode.add_env_step(row, reward=rewards[number], **last)
            else:
                episode.add_env_reset(row)
        output = self._forward()
        actions = output.pop(Columns.ACTIONS)
        given = output.pop(Columns.ACTIONS_FOR_ENV, actions)
        for number, action in enumerate(unbatch(actions)):
            extra = {name: values[number] for name, values in output.items()}
            self._last[number] = {"action": action, "extra_model_outputs": extra}
        return given if self.batch_size else unbatch(given)[0]

    def _forward(self) -> dict[str, Any]:
        """Return what the module and the connectors behind it make of the episodes."""
        # Whether connectors hold still, the first step shows.
        still = nullcontext() if self._checked else held_still(self._pipelines)
        with still, torch.random.fork_rng(devices=[]):
            torch.set_rng_state(self._generator)
            output = self._pass_through()
            self._generator = torch.get_rng_state()
        self._checked = True
        return output

    def _pass_through(self) -> dict[str, Any]:
        shared: dict[str, Any] = {}
        common = {"episodes": self._episodes, "explore": self.explore, "shared_data": shared}
        batch = self._pipelines["env_to_module"](rl_module=self._module, batch={}, **common)
        if self.explore:
            output = self._module.forward_exploration(batch, t=self._steps)
        else:
            output = self._module.forward_inference(batch)
        return self._pipelines["module_to_env"](rl_module=self._module, batch=output, **common)

    def _new_episode(self) -> SingleAgentEpisode:
        return SingleAgentEpisode(
            observation_space=self.observation_space, action_space=self.action_space
        )

    def _rows(self, observation: Any) -> list[Any]:
        """Check an observation, and return that of each row."""
        size = self.batch_size
        check_observation_form(observation, self.observation_space, size, "the observation")
        rows = [observation] if size is None else unbatch(observation)
        for number, row in enumerate(rows):
            if not self.observation_space.contains(row):
                where = "" if size is None else f" in row {number}"
                raise ValueError(
                    f"The observation{where} is not in the space {self.observation_space}: {row!r}."
                )
        # Copied, because the caller may go on to change an array.
        return tree.map_structure(lambda part: np.array(part)[()], rows)

    @property
    def _shows_rewards(self) -> bool:
        return any(
            isinstance(piece, PrevActionsPrevRewards) and piece.n_prev_rewards
            for piece in self._pipelines["env_to_module"].connectors
        )

    def _rewards(self, reward: Any) -> np.ndarray:
        count = self.batch_size or 1
        if reward is None:
            if self._shows_rewards and any(self._last):
                raise ValueError(
                    "This agent sees the reward of the action before: act(observation, reward)."
                )
            return np.zeros(count)
        expected = () if self.batch_size is None else (count,)
        if np.shape(reward) != expected:
            raise ValueError(
                f"reward must have the shape {list(expected)}, but has {list(np.shape(reward))}."
            )
        return np.asarray(reward, dtype=float).reshape(count)


def check_observation_form(value: Any, space: gym.Space, size: int | None, what: str) -> None:
    """Raise unless ``value`` has the structure, types and shapes of ``size`` rows of a space."""
    if isinstance(space, gym.spaces.Dict):
        if not isinstance(value, Mapping) or value.keys() != space.spaces.keys():
            found = sorted(value) if isinstance(value, Mapping) else f"a {type(value).__name__}"
            raise TypeError(
                f"{what} must be a dictionary with the keys {sorted(space.spaces)}, but is {found}."
            )
        for key, part in space.spaces.items():
            check_observation_form(value[key], part, size, f"{what}[{key!r}]")
        return
    if isinstance(space, gym.spaces.Tuple):
        if not isinstance(value, tuple) or len(value) != len(space):
            raise TypeError(
                f"{what} must be a tuple of {len(space)} parts, but is {type(value).__name__}."
            )
        for number, part in enumerate(space):
            check_observation_form(value[number], part, size, f"{what}[{number}]")
        return
    if space.shape is None or space.dtype is None:
        if size is not None:
            raise TypeError(f"{what} has the space {space}, which can't be batched.")
        return
    if size is None and space.shape == () and isinstance(value, int):
        return  # a number of a Discrete space
    rows = () if size is None else (size,)
    expected = f"an array of {space.dtype} with the shape {[*rows, *space.shape]}"
    if not isinstance(value, np.ndarray | np.generic):
        raise TypeError(
            f"{what} must be {expected}, but is a {type(value).__name__}. Use "
            f"np.asarray(observation, dtype=np.{space.dtype})."
        )
    if value.shape != (*rows, *space.shape):
        raise ValueError(
            f"{what} must be {expected}, but has the shape {list(value.shape)}."
            + _hint(value.shape, space.shape, size)
        )
    if not np.can_cast(value.dtype, space.dtype):
        raise TypeError(
            f"{what} must be {expected}, but is of {value.dtype}. Use "
            f"observation.astype(np.{space.dtype})."
        )


def _hint(shape: tuple[int, ...], row: tuple[int, ...], size: int | None) -> str:
    if size is not None and shape == row:
        return f" The batch axis is missing: give {size} observations, np.stack([...])."
    if shape[1:] == row and len(shape) == len(row) + 1:
        return f" These are {shape[0]} observations: start the agent with batch_size={shape[0]}."
    return ""
