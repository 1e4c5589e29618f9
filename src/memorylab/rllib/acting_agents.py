"""Several agents that act together, outside of any environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import tree
from ray.rllib.core.columns import Columns

from memorylab.rllib.acting import _KEPT, _LONGEST, ActingAgent, check_observation_form
from memorylab.rllib.multi_agent import OrderedEpisode

if TYPE_CHECKING:
    from memorylab.rllib.agent import Agent


class ActingAgents(ActingAgent):
    """Several agents that act on observations and remember them; made by :meth:`Agent.start`.

    Each acts by the policy that it has in training, with a memory of its own.
    """

    def __init__(self, agent: Agent, batch_size: int | None, explore: bool, seed: int):
        if batch_size is not None:
            raise TypeError(
                "Several agents act in one episode, without a batch axis: start the agent once for "
                "each episode, without batch_size."
            )
        self._mapping = agent.config.policy_mapping_fn
        super().__init__(agent, None, explore, seed)

    def reset(self, rows: Any = None) -> None:
        """Forget everything: an episode begins.

        Raises:
            TypeError: There are ``rows``; there is one episode only.
        """
        if rows is not None:
            raise TypeError("Several agents act in one episode: reset() takes no rows.")
        super().reset()

    def act(self, observation: Mapping[Any, Any], reward: Any = None) -> dict[Any, Any]:
        """Return what agents do after their observations, and remember them.

        Args:
            observation: An observation for each agent that is to act now. Leave out those that wait
                for their turn, which keep what they remember, and those that have ended.
            reward: What the actions before brought, by agent. Only connectors that show rewards to
                agents need it.

        Returns:
            An action for each of these agents.

        Raises:
            TypeError: The observations are no dictionary by agent, or one is of another type than
                expected.
            ValueError: There is no such agent, an observation has another shape or numbers that are
                not in its space, or rewards are missing. Nothing is remembered then.
        """
        observations = self._checked_observations(observation)
        (episode,), (last,) = self._episodes, self._last
        if not last:
            episode.add_env_reset(observations=observations)
        else:
            if reward is None and self._shows_rewards:
                raise ValueError(
                    "These agents see the rewards of their actions before: act(observations, "
                    "rewards), both by agent."
                )
            acted = last["actions"]
            rewards = dict.fromkeys(acted, 0.0) | dict(reward or {})
            episode.add_env_step(observations, rewards=rewards, **last)
            episode = self._episodes[0] = self._shortened(episode)
        output = self._forward()
        (actions,) = output.pop(Columns.ACTIONS)
        (given,) = output.pop(Columns.ACTIONS_FOR_ENV, [actions])
        extra = {
            agent: {name: by_agent[agent] for name, (by_agent,) in output.items()}
            for agent in actions
        }
        self._last = [{"actions": actions, "extra_model_outputs": extra}]
        return {agent: given[agent] for agent in observations}

    def _new_episode(self) -> Any:
        return OrderedEpisode(
            observation_space=dict(self.observation_space),
            action_space=dict(self.action_space),
            agent_to_module_mapping_fn=self._mapping,
        )

    def _checked_observations(self, observations: Any) -> dict[Any, Any]:
        agents = [*self.observation_space]
        if not isinstance(observations, Mapping) or not observations:
            raise TypeError(
                "The observations must be a dictionary from agents to what each sees, with at "
                f"least one of {agents}, but are {observations!r}."
            )
        for agent, observation in observations.items():
            if agent not in agents:
                raise ValueError(f"There is no agent {agent!r}; there are {agents}.")
            space = self.observation_space[agent]
            check_observation_form(observation, space, None, f"the observation of {agent!r}")
            if not space.contains(observation):
                raise ValueError(
                    f"The observation of {agent!r} is not in the space {space}: {observation!r}."
                )
        # Copied, because the caller may go on to change an array.
        return tree.map_structure(lambda part: np.array(part)[()], dict(observations))

    @staticmethod
    def _shortened(episode: OrderedEpisode) -> OrderedEpisode:
        """Drop the beginning of a long episode, unless an agent's memory is only there."""
        if len(episode) < _LONGEST:
            return episode
        shorter = episode.cut(_KEPT)
        for agent, part in episode.agent_episodes.items():
            left = shorter.agent_episodes.get(agent)
            if len(part) and (left is None or not len(left.actions.data)):
                return episode
        return shorter
