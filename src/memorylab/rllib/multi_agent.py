"""Several agents: their environments, env runners and policies, as RLlib takes them."""

from __future__ import annotations

from collections.abc import Hashable, ItemsView, Mapping
from typing import Any, cast

import gymnasium as gym
import numpy as np
from ray.rllib.algorithms.algorithm import Algorithm
from ray.rllib.core.columns import Columns
from ray.rllib.core.rl_module.multi_rl_module import MultiRLModule
from ray.rllib.core.rl_module.rl_module import RLModule
from ray.rllib.env.multi_agent_env import MultiAgentEnv
from ray.rllib.env.multi_agent_env_runner import MultiAgentEnvRunner
from ray.rllib.env.multi_agent_episode import MultiAgentEpisode
from torch import nn

from memorylab.rllib._ray_patches import WithoutCompiler
from memorylab.rllib.failures import (
    CheckedEnvironment,
    RunnerChecks,
    check_observation,
    failing_in,
)

ALL = "__all__"
"""RLlib's key for the end of the episode, beside the names of agents."""


def policy_of_agent(agent_id: Hashable, *args: Any, **kwargs: Any) -> str:
    """Map each agent to a policy of its own, which has its name: ``ppo_config``'s mapping."""
    return str(agent_id)


class ParallelAgents(MultiAgentEnv):
    """An environment of PettingZoo's parallel API, as RLlib takes it.

    RLlib's own wrapper orders agents as a set, knows only those that are there at first, and never
    ends an episode in which some agents terminate and the others are truncated.

    Args:
        environment: The environment. Further attributes of it are attributes of this one too.

    Raises:
        TypeError: It is for agents in turn (PettingZoo's AEC API).
    """

    def __init__(self, environment: Any):
        if hasattr(environment, "agent_selection"):
            raise TypeError(
                f"{type(environment).__name__} lets agents act in turn, by PettingZoo's AEC API. "
                "Give a function that returns pettingzoo.utils.aec_to_parallel(environment), or "
                "an RLlib MultiAgentEnv, whose agents may take turns too."
            )
        self.environment = environment
        self.possible_agents = [*environment.possible_agents]
        self.agents = [*self.possible_agents]
        super().__init__()
        agents = self.possible_agents
        self.observation_spaces = {agent: environment.observation_space(agent) for agent in agents}
        self.action_spaces = {agent: environment.action_space(agent) for agent in agents}
        self.render_mode = getattr(environment, "render_mode", None)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "environment":
            raise AttributeError(name)
        return getattr(self.environment, name)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[Any, Any], dict[Any, Any]]:
        """Begin an episode."""
        observations, infos = self.environment.reset(seed=seed, options=options)
        self.agents = [*self.environment.agents]
        return observations, infos or {}

    def step(self, action_dict: dict[Any, Any]) -> tuple[dict[Any, Any], ...]:
        """Let agents act; the episode ends when the environment has no agents left."""
        observations, rewards, ends, cuts, infos = self.environment.step(action_dict)
        self.agents = [*self.environment.agents]
        ended, was_cut = not self.agents, any(cuts.values())
        ends = {**ends, ALL: ended and not was_cut}
        # At the end ALL alone says that agents were truncated: RLlib takes an episode in which each
        # agent has its own flag for one that terminated, and would not estimate what comes after.
        cuts = {ALL: True} if ended and was_cut else {**cuts, ALL: False}
        return observations, rewards, ends, cuts, infos

    def render(self) -> Any:
        """Return the environment's picture."""
        return self.environment.render()

    def close(self) -> None:
        """Close the environment."""
        self.environment.close()


def has_agents(environment: Any) -> bool:
    """Return whether this is an environment of several agents, RLlib's or PettingZoo's."""
    if isinstance(environment, gym.Env):
        return isinstance(environment.unwrapped, MultiAgentEnv)
    return hasattr(environment, "possible_agents")


def as_gymnasium(environment: Any) -> Any:
    """Return what RLlib takes for an environment that a user's class or function made."""
    is_parallel = has_agents(environment) and not isinstance(environment, gym.Env)
    return ParallelAgents(environment) if is_parallel else environment


def spaces_by_agent(environment: gym.Env) -> dict[Any, tuple[gym.Space, gym.Space]]:
    """Return the spaces of observations and of actions of each agent that there may be.

    Raises:
        TypeError: The environment doesn't say.
    """
    inner: Any = environment.unwrapped
    agents = inner.possible_agents
    pairs = (
        (inner.observation_spaces, inner.observation_space),
        (inner.action_spaces, inner.action_space),
    )
    # RLlib makes a dictionary of the first of each pair, or else of the second, if there is one.
    tables = [first if first is not None else second for first, second in pairs]
    are_tables = all(isinstance(table, Mapping | gym.spaces.Dict | None) for table in tables)
    known = [table.keys() for table in tables if are_tables and table is not None]
    if not agents or not are_tables or any(agent not in keys for keys in known for agent in agents):
        raise TypeError(
            f"{type(inner).__name__} must say which agents there may be, possible_agents, and have "
            "the space of each in the dictionaries observation_spaces and action_spaces, but has "
            f"the agents {agents} and the spaces {tables}."
        )
    return {
        agent: (inner.get_observation_space(agent), inner.get_action_space(agent))
        for agent in agents
    }


class CheckedAgents(CheckedEnvironment):
    """An environment of several agents whose mistakes are named where they are made.

    Raises:
        EnvironmentFailure: What :class:`CheckedEnvironment` says, for any agent; or a result is no
            dictionary by agent, names an agent that there isn't, lacks ``"__all__"``, or doesn't
            set it although all agents have ended.
    """

    def reset(self, **kwargs: Any) -> tuple[Any, dict[str, Any]]:
        """Reset, and check the observations."""
        self.steps, self.alive = 0, set[Any]()
        with failing_in(self.name, "reset", self.place):
            observations, infos = self.env.reset(**kwargs)
            if not observations:
                raise ValueError("there are observations of no agent, so nobody can begin.")
            self._check_observations(observations)
        return observations, infos

    def step(self, action: Any) -> Any:
        """Take a step, and check the actions, the observations, the rewards and the ends."""
        self.steps += 1
        inner: Any = self.env.unwrapped
        for agent, one in action.items():
            self.check_action(one, inner.get_action_space(agent), f"the action of {agent!r}")
        with failing_in(self.name, f"step {self.steps} of an episode", self.place):
            result = self.env.step(action)
            observations, rewards, ends, cuts, _ = result
            self._check_observations(observations)
            self._check_agents(rewards, "rewards")
            for agent, reward in rewards.items():
                if not np.isfinite(np.asarray(reward, dtype=np.float64)):
                    raise ValueError(
                        f"the reward of {agent!r} is {reward}, but must be a finite number."
                    )
            self._check_ends(ends, cuts)
        return result

    def _check_agents(self, given: Any, what: str) -> None:
        inner: Any = self.env.unwrapped
        agents = inner.possible_agents
        if not isinstance(given, dict):
            raise ValueError(f"{what} must be a dictionary by agent, got {given!r}.")
        if unknown := [agent for agent in given if agent not in agents and agent != ALL]:
            raise ValueError(f"{what} name {unknown}, but possible_agents are {agents}.")

    def _check_observations(self, observations: Any) -> None:
        self._check_agents(observations, "the observations")
        spaces: Any = self.env.unwrapped
        for agent, observation in observations.items():
            space = spaces.get_observation_space(agent)
            check_observation(observation, space, f"the observation of {agent!r}")
        self.alive |= observations.keys()

    def _check_ends(self, ends: Any, cuts: Any) -> None:
        for flags, what in ((ends, "terminateds"), (cuts, "truncateds")):
            self._check_agents(flags, what)
            if ALL not in flags:
                raise ValueError(
                    f"{what} must also say under {ALL!r} whether the episode is over, got {flags}."
                )
        self.alive -= {agent for flags in (ends, cuts) for agent in flags if flags[agent]}
        if not self.alive and not (ends[ALL] or cuts[ALL]):
            # RLlib would begin a new episode, and not reset the environment.
            raise ValueError(
                f"all agents have ended, but neither terminateds[{ALL!r}] nor truncateds[{ALL!r}] "
                "is True."
            )


class OrderedEpisode(MultiAgentEpisode):
    """RLlib's episode, with its agents in the order in which they began.

    RLlib goes through a set of names, whose order, and with it every action that is drawn, differs
    from one process to the next.
    """

    __slots__ = ()

    @property
    def agent_ids(self) -> Any:
        """The agents."""
        return self.agent_episodes.keys()

    def get_agents_that_stepped(self) -> Any:
        """Return the agents that have just seen something."""
        seen = self.get_observations(-1)
        return [agent for agent in self.agent_episodes if agent in seen]

    def cut(self, len_lookback_buffer: int = 0) -> OrderedEpisode:
        """Return an episode of length 0 that goes on with this one."""
        return ordered(super().cut(len_lookback_buffer))


def ordered(episode: MultiAgentEpisode) -> OrderedEpisode:
    """Return the very same episode, with an order."""
    episode.__class__ = OrderedEpisode
    return cast(OrderedEpisode, episode)


class CheckedAgentsRunner(RunnerChecks, WithoutCompiler, MultiAgentEnvRunner):
    """RLlib's env runner of several agents, with the checks of :class:`CheckedAgents`."""

    checked_environment = CheckedAgents

    def _new_episode(self, env_index: int, episodes: list[Any] | None = None) -> None:
        super()._new_episode(env_index, episodes)
        ordered((self._ongoing_episodes if episodes is None else episodes)[env_index])

    def sample(self, **arguments: Any) -> list[MultiAgentEpisode]:
        """Return episodes.

        Raises:
            ValueError: An episode was cut where RLlib loses the memory of an agent.
        """
        episodes = super().sample(**arguments)
        for episode in episodes:
            for agent, part in episode.agent_episodes.items():
                outputs = part.extra_model_outputs.get(Columns.STATE_OUT)
                if part.t_started and outputs is not None and not outputs.lookback:
                    raise ValueError(
                        f"RLlib cut an episode at a step at which the agent {agent!r} did not act, "
                        "and has lost its memory. Have it collect whole episodes: "
                        'config.env_runners(batch_mode="complete_episodes").'
                    )
        return episodes


class Policies(nn.Module):
    """The networks of several policies, by name: ``policies["speaker"]``.

    Args:
        modules: The modules, which stay what they are.
    """

    def __init__(self, modules: Mapping[str, RLModule]):
        super().__init__()
        # Not by add_module, which refuses names that a module has itself, such as "train".
        self._modules.update({str(name): module for name, module in modules.items()})

    def __getitem__(self, name: str) -> Any:
        if name not in self._modules:
            raise KeyError(f"There is no policy {name!r}; there are {[*self._modules]}.")
        return self._modules[name]

    def items(self) -> ItemsView[str, Any]:
        """Return names and modules."""
        return self._modules.items()

    def as_rllib(self) -> MultiRLModule:
        """Return RLlib's container of the same modules."""
        container = MultiRLModule()
        for name, module in self.items():
            container.add_module(name, module)
        return container


def networks_of(module: Any) -> Any:
    """Return the one module of an env runner, or the :class:`Policies` in it."""
    return Policies(dict(module.items())) if isinstance(module, MultiRLModule) else module


def networks_in(algorithm: Algorithm) -> Any:
    """Return the module with which an algorithm samples, or its :class:`Policies`."""
    if not algorithm.config.is_multi_agent:
        return algorithm.get_module()
    return Policies({name: algorithm.get_module(name) for name in algorithm.config.policies})
