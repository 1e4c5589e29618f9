"""Episodes that an agent plays, with a trace of its memory."""

from __future__ import annotations

import dataclasses
from typing import Any

import gymnasium as gym
import numpy as np
import torch
import tree
from ray.rllib.algorithms.algorithm_config import AlgorithmConfig
from ray.rllib.core.columns import Columns
from ray.rllib.core.rl_module.multi_rl_module import MultiRLModule
from ray.rllib.env.multi_agent_episode import MultiAgentEpisode
from ray.rllib.env.single_agent_episode import SingleAgentEpisode
from ray.rllib.env.vector.sync_vector_multi_agent_env import SyncVectorMultiAgentEnv
from ray.rllib.utils import force_list

from memorylab.errors import check_count
from memorylab.memory import map_state
from memorylab.ppo.episodes import Episode, View, check_replay, traced_episode
from memorylab.rllib.agent import Agent, make_runner
from memorylab.rllib.connector_states import Seen, held_still, pipelines_of, restore_states
from memorylab.rllib.module import MemoryRLModule
from memorylab.rllib.multi_agent import ALL, networks_of


def evaluate(agent: Agent, *, episodes: int = 1, explore: bool = False, seed: int = 0) -> list[Any]:
    """Let an agent play whole episodes, one after the other; Ray need not run.

    Observations and actions pass the connectors of ``agent.config`` with all that these learnt in
    training, and nothing is added to it. Each episode is then replayed through the networks at
    once. The replay must give the action distributions that the agent acted upon, so its trace is
    certain to show what happened. Traces are recorded in double precision.

    Args:
        agent: The agent; its weights don't change.
        episodes: How many episodes.
        explore: Whether to sample the actions, as in training, or to take the likeliest.
        seed: Seed of the environment and of the sampled actions. RLlib uses it to seed Python,
            NumPy and PyTorch for the whole process.

    Returns:
        A list of :class:`Episode`. With several agents it is a list of dictionaries from agents to
        such, each replayed through its own policy. The metadata of their traces hold the
        ``"agent"`` and ``"env_steps"``, the steps of the environment at which it acted; scenes and
        frames are those of these steps.

    Raises:
        ValueError: ``episodes`` is below 1, or the agent lacks what its connectors have learnt.
        RuntimeError: The replay differs from what the agent acted upon; or the environment fails to
            draw itself or to name its actions, and the message names it.
    """
    check_count(episodes, "episodes")
    onlooker = _Onlooker()
    runner = make_runner(onlooker.beside(agent.config), num_envs=1, seed=seed)
    try:
        networks_of(runner.module).load_state_dict(agent.module.state_dict())
        restore_states(pipelines_of(runner), agent.connectors)
        seen = Seen()
        runner._env_to_module.append(seen)
        # Where an algorithm explores less and less, as in the end.
        runner.num_env_steps_sampled_lifetime = int(agent.history.last("env_steps"))
        with held_still(pipelines_of(runner)):
            played = runner.sample(num_episodes=episodes, explore=explore)
        views = onlooker.views(played)
        if agent.config.is_multi_agent:
            return [
                _replay_agents(runner.module, episode, seen.by_agent[episode.id_], view)
                for episode, view in zip(played, views, strict=True)
            ]
        return [
            _replay(runner.module, episode, seen.observations[episode.id_], view)
            for episode, view in zip(played, views, strict=True)
        ]
    finally:
        runner.stop()


class _Onlooker:
    """Looks at the environment at each step, without a change to what the agent gets to see."""

    def __init__(self) -> None:
        self.finished: list[View] = []
        self.failure: Exception | None = None

    def beside(self, config: AlgorithmConfig) -> AlgorithmConfig:
        """Return the configuration of an env runner with the onlooker in it.

        An environment that is vectorised by itself can't be looked at, and leaves no views.
        """
        config = config.copy(copy_frozen=False)
        others = force_list(config.callbacks_on_environment_created)

        # A function, because RLlib copies the configuration, and with a method its object.
        def watch(*, env: gym.vector.VectorEnv, **kwargs: Any) -> None:
            if isinstance(env, gym.vector.SyncVectorEnv | SyncVectorMultiAgentEnv):
                env.envs = [_Watched(one, self) for one in env.envs]

        if config.gym_env_vectorize_mode in ("async", gym.VectorizeMode.ASYNC):
            config.env_runners(gym_env_vectorize_mode="sync")  # the same for one environment
        return config.callbacks(on_environment_created=[*others, watch])

    def look(self, env: gym.Env, view: View) -> None:
        """Add what there is to see now."""
        try:
            view.look(env)
        except Exception as error:
            # RLlib would log an error raised here, and may answer with a new environment.
            self.failure = self.failure or error

    def views(self, episodes: list[SingleAgentEpisode]) -> list[View]:
        """Return what was seen of each episode."""
        if self.failure is not None:
            raise self.failure
        if not self.finished:
            return [View() for _ in episodes]
        return self.finished


class _Watched(gym.Wrapper):
    """An environment with an onlooker."""

    def __init__(self, env: gym.Env, onlooker: _Onlooker):
        super().__init__(env)
        self.onlooker, self.view = onlooker, View()

    def reset(self, **kwargs: Any) -> tuple[Any, dict[str, Any]]:
        result = self.env.reset(**kwargs)
        self.view = View()
        self.onlooker.look(self.env, self.view)
        return result

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        result = self.env.step(action)
        self.onlooker.look(self.env, self.view)
        # Terminated or truncated; with several agents, these flags are by agent.
        flags = [flag.get(ALL) if isinstance(flag, dict) else flag for flag in result[2:4]]
        if any(flags):
            self.onlooker.finished.append(self.view)
        return result


def _replay_agents(
    modules: MultiRLModule, episode: MultiAgentEpisode, seen: dict[Any, list[Any]], view: View
) -> dict[Any, Episode]:
    """Replay what each agent did, in the order in which the agents began."""
    played = {}
    for agent, part in episode.agent_episodes.items():
        marks = episode.env_t_to_agent_t[agent].data
        times = [time for time, mark in enumerate(marks) if mark != episode.SKIP_ENV_TS_TAG]
        replayed = _replay(modules[part.module_id], part, seen[agent], view.at(times, len(part)))
        metadata = {"agent": str(agent), "env_steps": times[: len(part)]}
        trace = type(replayed.trace)(replayed.trace.arrays, replayed.trace.metadata | metadata)
        played[agent] = dataclasses.replace(replayed, trace=trace)
    return played


@torch.no_grad()
def _replay(
    module: MemoryRLModule, episode: SingleAgentEpisode, seen: list[Any], view: View
) -> Episode:
    """Run an episode, of which the module saw T + 1 observations, through it at once."""
    # [1, T, F], or a dictionary of such
    observations = tree.map_structure(
        lambda *parts: torch.stack(parts).unsqueeze(0), *seen[: len(episode)]
    )
    # [T, ...], or parts of such
    actions = tree.map_structure(torch.as_tensor, episode.get_actions())
    batch = {
        Columns.OBS: observations,
        Columns.STATE_IN: map_state(lambda tensor: tensor[None], module.get_initial_state()),
        Columns.ACTIONS: tree.map_structure(lambda part: part.unsqueeze(0), actions),
    }
    arrays: dict[str, Any] = {
        "observation": module.observations(batch)[0].numpy(),
        "action": _side_by_side(episode.get_actions()),
        "reward": np.asarray(episode.get_rewards(), dtype=np.float32),
        "value": module.compute_values(batch)[0].numpy(),
    }
    logits = module._forward(batch)[Columns.ACTION_DIST_INPUTS][0].numpy()  # [T, A]
    acted_upon = np.stack(episode.get_extra_model_outputs(Columns.ACTION_DIST_INPUTS))
    check_replay(logits, acted_upon)
    # RLlib's distributions, and those of heads, keep PyTorch's under this name.
    distribution = module.action_dist_cls.from_logits(torch.as_tensor(acted_upon))
    distribution = getattr(distribution, "_dist", None)
    if isinstance(distribution, torch.distributions.Categorical):
        arrays["action_probabilities"] = distribution.probs.numpy()
    return traced_episode(arrays, module.networks.trace(arrays["observation"]), view)


def _side_by_side(actions: Any) -> np.ndarray:
    parts = tree.flatten(actions)
    if parts[0] is actions:
        return np.array(actions)  # [T, ...]
    return np.concatenate([part.reshape(len(part), -1) for part in parts], -1)  # [T, N]
