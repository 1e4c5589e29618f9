"""Sampling and learning on RLlib's old API stack in this process, without a running Ray."""

from __future__ import annotations

from typing import Any

from ray.rllib.algorithms.ppo import PPO, PPOConfig
from ray.rllib.evaluation.rollout_worker import RolloutWorker
from ray.rllib.policy.sample_batch import DEFAULT_POLICY_ID, SampleBatch
from ray.rllib.utils.sgd import do_minibatch_sgd

from memorylab.rllib.session import quieten


def make_worker(config: PPOConfig) -> RolloutWorker:
    """Return a worker that samples with this configuration and holds its policy.

    Its ``sample()["default_policy"]`` is a batch with ``rollout_fragment_length`` steps of each
    environment. ``config.build_algo()`` makes the same worker, but starts Ray for it.

    Raises:
        ValueError: ``config`` is one of the current API stack.
    """
    if config.enable_rl_module_and_learner or config.enable_env_runner_and_connector_v2:
        raise ValueError(
            "make_worker is for RLlib's old API stack: config.api_stack("
            "enable_rl_module_and_learner=False, enable_env_runner_and_connector_v2=False)."
        )
    quieten()
    config = config.copy(copy_frozen=False)
    config.validate()
    _, create = PPO._get_env_id_and_creator(config.env, config)
    return RolloutWorker(
        env_creator=create,
        default_policy_class=PPO.get_default_policy_class(config),
        config=config,
        worker_index=0,
    )


def update(worker: RolloutWorker, batch: SampleBatch) -> dict[str, Any]:
    """Let the worker's policy learn from a batch, as PPO does in one of its iterations.

    The worker, of :func:`make_worker`, is configured with the number of epochs and the size of
    minibatches. The advantages of the batch, which it sampled, are standardised in place. Returns
    ``{"learner_stats": ..., "model": the model's metrics(), ...}``, the means over minibatches.
    """
    return do_minibatch_sgd(
        batch,
        {DEFAULT_POLICY_ID: worker.get_policy()},
        worker,
        worker.config.num_epochs,
        worker.config.minibatch_size,
        standardize_fields=["advantages"],
    )[DEFAULT_POLICY_ID]
