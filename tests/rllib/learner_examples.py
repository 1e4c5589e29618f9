"""Batches as a learner sees them, of episodes sampled with its weights."""

from __future__ import annotations

import pytest

from memorylab.rllib import learner_batch
from memorylab.rllib.agent import make_runner

FEW_MEMORIES = ["mlp", "gru", "lstm", "lru", "gtrxl", "dnc"]
"""A memory of each form of state: none, one array, two, those of the parallel models, nested."""

SOME_MEMORIES = pytest.mark.parametrize("memory", FEW_MEMORIES)
"""For tests of what RLlib does with a memory; that each replays is tested of each."""


def sample_and_batch(config, num_timesteps=200):
    """Return a learner, episodes sampled with its weights, and the padded batch of them."""
    config.validate()
    runner = make_runner(config, num_envs=4)
    learner = config.build_learner(
        spaces={"default_policy": (runner.module.observation_space, runner.module.action_space)}
    )
    runner.module.set_state(learner.module["default_policy"].get_state())
    # Twice, so that there are episodes that were begun in the sample before.
    runner.sample(num_timesteps=num_timesteps // 2)
    episodes = runner.sample(num_timesteps=num_timesteps)
    return learner, episodes, learner_batch(learner, episodes)
