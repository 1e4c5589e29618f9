"""Train our DiffNC and POPGym's own on the same task, and save the learning curves here.

POPGym's needs the package ``dnc``, which nothing else in the course needs. Install it by hand, then
run this from anywhere::

    pip install dnc==1.1.0
    python notebooks/data/make_popgym_history.py

A third curve is that of our DiffNC with a DNC that isn't trained: what the layers around a random
one can do. All of it takes about a quarter of an hour on one core. The curves differ from machine
to machine, but not in what they show. Each history's settings count the tensors of the DNC, those
that the optimizer holds, and those that training changed.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from memorylab.rllib import History, ray_session, register_environments  # isort: skip  # before Ray
import torch
from popgym.baselines.ray_models.ray_diffnc import DiffNC as POPGymDiffNC
from ray.rllib.algorithms.ppo import PPOConfig
from torch import nn

from memorylab.rllib.classic import DiffNC

FOLDER = Path(__file__).parent
ENVIRONMENT = "RepeatPreviousEasy"
MAX_STEPS = 100_000
STOP_RETURN = 0.9


class FrozenDiffNC(DiffNC):
    """Our DiffNC with a DNC that keeps the weights it was built with."""

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self.core.requires_grad_(False)


def head() -> nn.Sequential:
    return nn.Sequential(nn.Linear(64, 64), nn.LeakyReLU())


def config_of(model: type[nn.Module]) -> PPOConfig:
    """Return the recipe of ``memorylab.rllib.ppo_config`` for the old API stack."""
    options: dict[str, Any] = {
        "preprocessor_input_size": 64,
        "preprocessor_output_size": 64,
        "hidden_size": 64,
        "cell_size": 8,
        "read_heads": 2,
        # POPGym's defaults are made for a hidden_size of 256.
        "actor": head(),
        "critic": head(),
        "postprocessor_output_size": 64,
    }
    return (
        PPOConfig()
        .api_stack(enable_rl_module_and_learner=False, enable_env_runner_and_connector_v2=False)
        .environment(ENVIRONMENT)
        .env_runners(
            num_env_runners=0,
            num_envs_per_env_runner=16,
            rollout_fragment_length=104,
            batch_mode="complete_episodes",
        )
        .training(
            model={"custom_model": model, "custom_model_config": options, "max_seq_len": 52},
            train_batch_size=1664,
            minibatch_size=416,
            num_epochs=4,
            lr=3e-3,
            gamma=0.9,
            lambda_=0.9,
            grad_clip=0.5,
            use_kl_loss=False,
            kl_coeff=0.0,
        )
        .debugging(seed=0, log_level="ERROR")
    )


def make(name: str, model: type[nn.Module]) -> History:
    """Train a model until it is solved or ``MAX_STEPS`` are over, and save its history."""
    register_environments()
    algorithm = config_of(model).build_algo()
    policy = algorithm.get_policy()
    optimized = {id(p) for group in policy._optimizers[0].param_groups for p in group["params"]}
    core = list(policy.model.core.parameters())
    before = [parameter.detach().clone() for parameter in core]
    history = History(env_steps=[], mean_return=[], seconds=[])
    start = time.perf_counter()
    while not history.solved and history.last("env_steps") < MAX_STEPS:
        result = algorithm.train()
        history.append(
            env_steps=int(result["num_env_steps_sampled_lifetime"]),
            mean_return=round(float(result["env_runners"]["episode_return_mean"]), 4),
            seconds=round(time.perf_counter() - start, 1),
        )
        history.solved = history.mean_return[-1] >= STOP_RETURN
        print(name, history.env_steps[-1], history.mean_return[-1], flush=True)
    changed = [not torch.equal(*pair) for pair in zip(before, core, strict=True)]
    history.settings = {
        "environment": ENVIRONMENT,
        "model": f"{model.__module__}.{model.__name__}",
        "dnc_tensors": len(core),
        "dnc_tensors_in_optimizer": sum(id(parameter) in optimized for parameter in core),
        "dnc_tensors_changed": sum(changed),
    }
    algorithm.stop()
    history.save(FOLDER / f"{name}_history.json")
    return history


if __name__ == "__main__":
    torch.set_num_threads(1)
    with ray_session(num_cpus=1):
        ours = make("diffnc", DiffNC)
        frozen = make("frozen_diffnc", FrozenDiffNC)
        theirs = make("popgym_diffnc", POPGymDiffNC)
    best = {run.settings["model"]: max(run.mean_return) for run in (ours, frozen, theirs)}
    print(ours.settings, frozen.settings, theirs.settings)
    if not ours.solved or max(*frozen.mean_return, *theirs.mean_return) > 0.3:
        raise SystemExit(f"The runs don't show what they should; the best mean returns are {best}.")
