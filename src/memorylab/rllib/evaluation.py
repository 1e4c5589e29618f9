"""Episodes that an agent plays, with a trace of its memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import tree
from jaxtyping import Float
from ray.rllib.core.columns import Columns
from ray.rllib.env.single_agent_episode import SingleAgentEpisode

from memorylab.errors import check_count
from memorylab.memory import DNC, map_state
from memorylab.memory.dnc.trace import DNCTrace
from memorylab.rllib.agent import Agent, make_runner
from memorylab.rllib.config import register_environments
from memorylab.rllib.module import MemoryRLModule

_REPLAY_TOLERANCE = 1e-4


@dataclass(frozen=True)
class Episode:
    """One episode, step by step: what the agent saw, what it then did, and what came of it.

    Attributes:
        observation: What the agent saw before each action, flattened ``[T, F]``. If observations
            describe the actions, only their ``"observations"`` part.
        action: What it did ``[T, ...]``.
        reward: What it got for that ``[T]``.
        value: What its critic expected before the action ``[T]``.
        trace: What its memory did, if that is a DNC; otherwise None.
    """

    observation: Float[np.ndarray, "T F"]
    action: np.ndarray
    reward: Float[np.ndarray, "T"]
    value: Float[np.ndarray, "T"]
    trace: DNCTrace | None = None

    @property
    def total_return(self) -> float:
        """The sum of all rewards."""
        return float(self.reward.sum())

    def __len__(self) -> int:
        return len(self.reward)


def evaluate(
    agent: Agent, *, episodes: int = 1, explore: bool = False, seed: int = 0
) -> list[Episode]:
    """Let an agent play whole episodes, one after the other; Ray need not run.

    Each episode is then replayed through the networks at once. The replay must give the action
    distributions that the agent acted upon, so its trace is certain to show what happened. Traces
    are recorded in double precision.

    Args:
        agent: The agent; its weights don't change.
        episodes: How many episodes.
        explore: Whether to sample the actions, as in training, or to take the likeliest.
        seed: Seed of the environment and of the sampled actions. RLlib uses it to seed Python,
            NumPy and PyTorch for the whole process.

    Raises:
        ValueError: ``episodes`` is below 1.
        RuntimeError: The replay differs from what the agent acted upon.
    """
    check_count(episodes, "episodes")
    register_environments()
    runner = make_runner(agent.config, num_envs=1, seed=seed)
    try:
        runner.module.load_state_dict(agent.module.state_dict())
        played = runner.sample(num_episodes=episodes, explore=explore)
        return [_replay(runner.module, episode) for episode in played]
    finally:
        runner.stop()


@torch.no_grad()
def _replay(module: MemoryRLModule, episode: SingleAgentEpisode) -> Episode:
    played = episode.get_observations(slice(0, len(episode)))  # [T, F], or a dictionary of such
    actions = episode.get_actions()  # [T, ...], or a tuple of such
    action = np.stack(actions, -1) if isinstance(actions, tuple) else np.stack(actions)
    batch = {
        Columns.OBS: tree.map_structure(lambda part: torch.as_tensor(part).unsqueeze(0), played),
        Columns.STATE_IN: map_state(lambda tensor: tensor[None], module.get_initial_state()),
        Columns.ACTIONS: torch.as_tensor(action).unsqueeze(0),
    }
    arrays: dict[str, Any] = {
        "observation": module.observations(batch)[0].numpy(),
        "action": action,
        "reward": np.asarray(episode.get_rewards(), dtype=np.float32),
        "value": module.compute_values(batch)[0].numpy(),
    }
    # The training pass: a module may need the action that was taken.
    logits = module.forward_train(batch)[Columns.ACTION_DIST_INPUTS][0].numpy()  # [T, A]
    acted_upon = np.stack(episode.get_extra_model_outputs(Columns.ACTION_DIST_INPUTS))
    difference = float(np.abs(logits - acted_upon).max())
    if not difference <= _REPLAY_TOLERANCE:
        raise RuntimeError(
            f"Replayed at once, the episode gives action distributions that differ by up to "
            f"{difference:.2g} from those acted upon. The memory model must give the same outputs "
            "whether it runs over a sequence at once or step by step."
        )
    memory, trace = module.networks.memory, None
    if isinstance(memory, DNC):
        features = module.networks.encoder(module.observations(batch))[0]  # [T, F]
        trace = memory.trace(features).with_arrays(**arrays)
    return Episode(**arrays, trace=trace)
