"""Configurations of both API stacks, and batches that were sampled with them."""

from __future__ import annotations

from learner_examples import sample_and_batch
from ray.rllib.algorithms.ppo import PPOConfig

from memorylab.rllib import ppo_config, register_environments
from memorylab.rllib.agent import make_runner
from memorylab.rllib.classic.worker import make_worker


def small_config(environment, memory="gru", **options):
    config = ppo_config(environment, memory, memory_config={"hidden_size": 16}, **options)
    return config.training(train_batch_size_per_learner=416, num_epochs=1)


def mean_return(config, updates, episodes):
    """Let PPO learn for some updates, and return the mean return of episodes played after it."""
    learner, _, _ = sample_and_batch(config, num_timesteps=16)
    runner = make_runner(config, num_envs=32)
    for _ in range(updates):
        runner.module.set_state(learner.module["default_policy"].get_state())
        sampled = runner.sample(num_timesteps=1664)
        learner.update(episodes=sampled, timesteps={}, minibatch_size=416, num_epochs=4)
    runner.module.set_state(learner.module["default_policy"].get_state())
    played = runner.sample(num_episodes=episodes)
    return sum(episode.get_return() for episode in played) / len(played)


def classic_config(environment, memory, model_class, environment_config=None, **model):
    register_environments()
    return (
        PPOConfig()
        .api_stack(enable_rl_module_and_learner=False, enable_env_runner_and_connector_v2=False)
        .environment(environment, env_config=environment_config or {})
        .framework("torch")
        .env_runners(num_env_runners=0, num_envs_per_env_runner=4, rollout_fragment_length=50)
        .training(
            train_batch_size=200,
            minibatch_size=100,
            num_epochs=2,
            lr=1e-3,
            entropy_coeff=0.01,
            model={
                "custom_model": model_class,
                "custom_model_config": {"memory": memory, "memory_config": {"hidden_size": 16}},
                "max_seq_len": 7,
                **model,
            },
        )
        .debugging(seed=0, log_level="ERROR")
    )


def classic_batch(config):
    """Return a worker and a batch with episodes that were begun in the one before."""
    worker = make_worker(config)
    worker.sample()
    return worker, worker.sample()["default_policy"]
