"""Batches as a learner sees them, of episodes sampled with its weights."""

from __future__ import annotations

from memorylab.rllib import learner_batch
from memorylab.rllib.agent import make_runner


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
