"""Batches as a learner sees them, of episodes sampled with its weights."""

from __future__ import annotations

import pytest

from memorylab.rllib import learner_batch
from memorylab.rllib.agent import make_runner
from memorylab.rllib.learners import with_checks

FEW_MEMORIES = ["mlp", "gru", "lstm", "lru", "gtrxl", "dnc"]
"""A memory of each form of state: none, one array, two, those of the parallel models, nested."""

SOME_MEMORIES = pytest.mark.parametrize("memory", FEW_MEMORIES)
"""For tests of what RLlib does with a memory; that each replays is tested of each."""


def learner_and_runner(config):
    """Return a learner of ours, and a runner of four environments with its weights."""
    config.validate()
    runner = make_runner(config, num_envs=4)
    config.learners(learner_class=with_checks(config.learner_class))
    learner = config.build_learner(
        spaces={"default_policy": (runner.module.observation_space, runner.module.action_space)}
    )
    networks = learner.module["default_policy"].unwrapped().networks
    runner.module.networks.load_state_dict(networks.state_dict())
    return learner, runner


def sample_and_batch(config, num_timesteps=200):
    """Return a learner, episodes sampled with its weights, and the padded batch of them."""
    learner, runner = learner_and_runner(config)
    # Twice, so that there are episodes that were begun in the sample before.
    runner.sample(num_timesteps=num_timesteps // 2)
    episodes = runner.sample(num_timesteps=num_timesteps)
    return learner, episodes, learner_batch(learner, episodes)
