"""The algorithms that ``algorithm_config`` knows by name, and the settings that it begins with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ray.rllib.algorithms.algorithm_config import AlgorithmConfig
from ray.rllib.algorithms.appo import APPOConfig
from ray.rllib.algorithms.dqn import DQNConfig
from ray.rllib.algorithms.impala import IMPALAConfig
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.algorithms.ppo.torch.ppo_torch_learner import PPOTorchLearner
from ray.rllib.algorithms.sac import SACConfig
from ray.rllib.utils.replay_buffers import EpisodeReplayBuffer, PrioritizedEpisodeReplayBuffer

from memorylab.rllib.learners import LEARNERS

_UNIFORM = "EpisodeReplayBuffer"
"""RLlib's buffer that draws sequences with their states."""

_CLIPPED: dict[str, Any] = {"gamma": 0.9, "grad_clip": 0.5, "grad_clip_by": "norm"}
_SAMPLING: dict[str, Any] = {"num_env_runners": 0, "num_envs_per_env_runner": 16}

# After as many steps as PPO, not after each update: a mean return is that of the episodes that
# ended since the last report, and of few it is chance, and the shortest episodes come first.
_REPORTING = {"min_time_s_per_iteration": 0, "min_sample_timesteps_per_iteration": 1664}


def _ppo() -> AlgorithmConfig:
    return (
        PPOConfig()
        .env_runners(**_SAMPLING)
        .training(
            **_CLIPPED,
            train_batch_size_per_learner=1664,
            minibatch_size=416,
            num_epochs=4,
            lr=3e-3,
            lambda_=0.9,
            use_kl_loss=False,
            kl_coeff=0.0,
        )
    )


_ASYNC: dict[str, Any] = {
    **_CLIPPED,
    "train_batch_size_per_learner": 416,
    "lr": 3e-3,
    "vf_loss_coeff": 1.0,
}


def _asynchronous(config: AlgorithmConfig) -> AlgorithmConfig:
    """Let IMPALA or APPO sample and learn in this process."""
    return (
        config.env_runners(**_SAMPLING, rollout_fragment_length=26)
        .learners(num_learners=0)
        .reporting(**_REPORTING)
    )


def _impala() -> AlgorithmConfig:
    return _asynchronous(IMPALAConfig()).training(**_ASYNC, num_epochs=4)


def _appo() -> AlgorithmConfig:
    return _asynchronous(APPOConfig()).training(
        **_ASYNC, circular_buffer_num_batches=4, circular_buffer_iterations_per_batch=2
    )


_REPLAYING: dict[str, Any] = {
    # Its prioritized buffer draws single steps, without the states before them.
    "replay_buffer_config": {"type": _UNIFORM, "capacity": 20_000},
    "num_steps_sampled_before_learning_starts": 500,
    # The target networks follow slowly, after each update.
    "target_network_update_freq": 0,
    "tau": 0.02,
}


def _replaying(config: AlgorithmConfig) -> AlgorithmConfig:
    """Let DQN or SAC sample in this process."""
    return config.env_runners(**_SAMPLING, rollout_fragment_length=4).reporting(**_REPORTING)


def _dqn() -> AlgorithmConfig:
    return _replaying(DQNConfig()).training(
        **_REPLAYING,
        **_CLIPPED,
        train_batch_size_per_learner=1024,
        lr=2e-3,
        epsilon=[(0, 1.0), (10_000, 0.05)],
    )


def _sac() -> AlgorithmConfig:
    rates = dict.fromkeys(("actor_lr", "critic_lr", "alpha_lr"), 3e-3)
    return _replaying(SACConfig()).training(
        **_REPLAYING, **rates, train_batch_size_per_learner=256, gamma=0.9, initial_alpha=0.1
    )


ALGORITHMS: dict[str, Callable[[], AlgorithmConfig]] = {
    "PPO": _ppo,
    "IMPALA": _impala,
    "APPO": _appo,
    "DQN": _dqn,
    "SAC": _sac,
}
"""For each algorithm a function that makes its configuration, without environment and model."""


def check_algorithm(config: AlgorithmConfig) -> None:
    """Refuse what RLlib, of Ray 2.60, can't learn with a memory, where it doesn't say so itself.

    Raises:
        ValueError: The algorithm isn't one of ``ALGORITHMS``, or a setting is; the message says
            what would happen, and what to write.
        TypeError: The learner is none of those that find RLlib's faults.
    """
    ours = LEARNERS.get(config.get_default_learner_class())
    if ours is None:
        raise ValueError(
            f"MemoryRLModule learns by {', '.join(ALGORITHMS)}, and not by "
            f"{config.algo_class.__name__}."
        )
    learner = config.learner_class
    if learner not in LEARNERS and not issubclass(learner, (PPOTorchLearner, *LEARNERS.values())):
        raise TypeError(
            f"The learner {learner.__name__} would not report errors, or learn from padding. "
            f"Derive it from memorylab.rllib.learners.{ours.__name__}."
        )
    if not isinstance(config, DQNConfig | SACConfig):
        return
    buffer = config.replay_buffer_config["type"]
    is_uniform = isinstance(buffer, type) and issubclass(buffer, EpisodeReplayBuffer)
    if issubclass(PrioritizedEpisodeReplayBuffer, buffer) if is_uniform else buffer != _UNIFORM:
        raise ValueError(
            f"The buffer {buffer!r} draws single steps without the memory's state, so that no "
            f"memory would be learnt. Write config.training(replay_buffer_config="
            f"{{'type': {_UNIFORM!r}}})."
        )
    given = config.rl_module_spec._get_model_config().get("max_seq_len")
    if config.model_config.get("max_seq_len") != given or not given:
        raise ValueError(
            f"max_seq_len is {given!r} in the specification of the module, but the buffer of "
            f"{config.algo_class.__name__} looks into the configuration itself, and without it "
            "draws single steps. Write config.rl_module(model_config={'max_seq_len': ...}) too."
        )
    if config.n_step != 1:
        raise ValueError(f"n_step must be 1 where sequences are drawn, not {config.n_step}.")
