"""Agents of the lock and of the menu: what each is made of, and how each learns without Ray."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.core.columns import Columns

from memorylab.errors import check_choice
from memorylab.progress import Drawing, live_progress
from memorylab.rllib import Agent, ppo_config
from memorylab.rllib.agent import make_runner
from memorylab.training import History

_IN_SIGHT = {"remember": False}

AGENTS: dict[str, dict[str, Any]] = {
    # Two dials: 21,800 to 22,000 parameters each.
    "lock, independent": {"memory": "mlp", "actor_sizes": (124,)},
    "lock, autoregressive": {"memory": "mlp", "head": "autoregressive"},
    "lock, independent with a GRU": {"memory": "gru", "memory_config": {"hidden_size": 45}},
    # Menus: 17,000 to 17,400 parameters each.
    "menu, mask and embeddings": {"memory": "mlp", "environment_config": _IN_SIGHT},
    "menu, embeddings alone": {
        "memory": "mlp",
        "environment_config": _IN_SIGHT | {"hidden": ["action_mask"]},
    },
    "menu, mask alone": {
        "memory": "mlp",
        "environment_config": _IN_SIGHT | {"hidden": ["available_actions"]},
    },
    "menu, neither": {
        "memory": "mlp",
        "environment_config": _IN_SIGHT | {"hidden": ["action_mask", "available_actions"]},
    },
    "menu, taste told once, mlp": {"memory": "mlp"},
    "menu, taste told once, GRU": {"memory": "gru", "memory_config": {"hidden_size": 38}},
}
"""What each agent is made of, beside ``ppo_config``'s defaults; the lock and the menu by name."""


def agent_config(name: str, learning_rate: float, seed: int) -> PPOConfig:
    """Return the configuration of an agent; ``name`` is a key of :data:`AGENTS`.

    Raises:
        ValueError: There is no such agent; the message offers the nearest one.
    """
    check_choice(name, "kind of agent", AGENTS)
    environment = "TwoDials" if name.startswith("lock") else "Menu"
    config = ppo_config(environment, seed=seed, **AGENTS[name])
    return config.training(lr=learning_rate, entropy_coeff=0.01)


def learn(
    config: PPOConfig, max_steps: int, live: Callable[[History], Drawing] | None = None
) -> Agent:
    """Sample and learn in turn, in this process and without Ray; return the agent.

    Its history has ``env_steps`` and ``mean_return``, the mean over the episodes that ended in each
    round of sampling.

    Args:
        config: What to train.
        max_steps: Environment steps after which training ends; the update under way is finished.
        live: A :class:`memorylab.plots.LiveCurve`, or a function from a History to a figure.
    """
    runner = make_runner(config, num_envs=64)
    learner: Any = config.build_learner(spaces=runner.get_spaces())
    module = learner.module["default_policy"]
    sizes = {"minibatch_size": config.minibatch_size, "num_epochs": config.num_epochs}
    history = History(env_steps=[], mean_return=[])
    steps, open_episodes = 0, dict[str, float]()
    with live_progress(max_steps, "learning", True, live) as (bar, show):
        while steps < max_steps:
            runner.module.set_state(module.get_state())
            episodes: list[Any] = runner.sample(num_timesteps=config.train_batch_size_per_learner)
            # An episode may come in several pieces: add its rewards up until it is done.
            for piece in episodes:
                before = open_episodes.get(piece.id_, 0.0)
                open_episodes[piece.id_] = before + piece.get_return()
            ended = [open_episodes.pop(piece.id_) for piece in episodes if piece.is_done]
            steps += sum(map(len, episodes))
            history.append(env_steps=steps, mean_return=float(np.mean(ended)))
            learner.update(episodes=episodes, timesteps={}, **sizes)
            bar.update(min(steps, max_steps) - bar.n)
            show(history)
    return Agent(config, module, history)


@torch.no_grad()
def pair_probabilities(agent: Agent, shift: int) -> Float[np.ndarray, "D D"]:
    """Return how likely an agent without memory, at a lock of this shift, sets each pair."""
    digits = int(agent.spaces[1].nvec[0])
    batch = {
        Columns.OBS: torch.eye(digits)[shift][None, None],  # [B, T, D]
        Columns.STATE_IN: {"memory": {}, "time": torch.zeros(1)},
    }
    outputs = agent.module.forward_exploration(batch)[Columns.ACTION_DIST_INPUTS][0]  # [1, A]
    distribution = agent.module.action_dist_cls.from_logits(outputs)
    pairs = torch.cartesian_prod(torch.arange(digits), torch.arange(digits))  # [D², 2]
    log_p = torch.stack([distribution.logp(pair[None])[0] for pair in pairs])
    return log_p.exp().reshape(digits, digits).numpy()
