"""Train our DiffNC and POPGym's own on the same task with five seeds; save the curves.

POPGym's needs the package ``dnc``, which nothing else in the course needs. Install it by hand, then
run this from anywhere::

    pip install dnc==1.1.0
    python notebooks/data/make_popgym_diffnc.py

A third model is our DiffNC with a DNC that isn't trained: what the layers around a random one can
do. A training ends at a mean return of ``STOP_RETURN``, at the latest after ``MAX_STEPS``.
It takes some forty minutes on one core, and goes on where it was interrupted. Each run
counts the tensors of the DNC, those that the optimizer holds, and those that training changed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from memorylab.rllib import ray_session, register_environments  # isort: skip  # before Ray
import torch
from popgym.baselines.ray_models.ray_diffnc import DiffNC as POPGymDiffNC
from ray.rllib.algorithms.ppo import PPOConfig
from torch import nn

from memorylab.files import write_atomically
from memorylab.rllib.classic import DiffNC

FILE = Path(__file__).parent / "popgym_diffnc.json"
ENVIRONMENT = "RepeatPreviousEasy"
SEEDS = range(5)
MAX_STEPS = 60_000
STOP_RETURN = 0.9


class FrozenDiffNC(DiffNC):
    """Our DiffNC with a DNC that keeps the weights it was built with."""

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self.core.requires_grad_(False)


def head() -> nn.Sequential:
    return nn.Sequential(nn.Linear(64, 64), nn.LeakyReLU())


def config_of(model: type[nn.Module], seed: int) -> PPOConfig:
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
        .debugging(seed=seed, log_level="ERROR")
    )


MODELS = {"ours": DiffNC, "frozen": FrozenDiffNC, "POPGym's": POPGymDiffNC}


def run(model: type[nn.Module], seed: int) -> dict[str, Any]:
    """Train a model until it is solved or ``MAX_STEPS`` are over; return what was measured."""
    torch.manual_seed(seed)
    algorithm = config_of(model, seed).build_algo()
    policy = algorithm.get_policy()
    optimized = {id(p) for group in policy._optimizers[0].param_groups for p in group["params"]}
    core = list(policy.model.core.parameters())
    before = [parameter.detach().clone() for parameter in core]
    steps: list[int] = []
    returns: list[float] = []
    while not steps or (returns[-1] < STOP_RETURN and steps[-1] < MAX_STEPS):
        result = algorithm.train()
        steps.append(int(result["num_env_steps_sampled_lifetime"]))
        returns.append(round(float(result["env_runners"]["episode_return_mean"]), 4))
        print(model.__name__, seed, steps[-1], returns[-1], flush=True)
    algorithm.stop()
    changed = [not torch.equal(*pair) for pair in zip(before, core, strict=True)]
    return {
        "env_steps": steps,
        "mean_return": returns,
        "dnc_tensors": len(core),
        "dnc_tensors_in_optimizer": sum(id(parameter) in optimized for parameter in core),
        "dnc_tensors_changed": sum(changed),
    }


def main() -> None:
    """Train each model with each seed; save after every training."""
    runs = json.loads(FILE.read_text()) if FILE.exists() else {}
    register_environments()
    with ray_session(num_cpus=1):
        for seed in SEEDS:
            for name, model in MODELS.items():
                if f"{name}/{seed}" not in runs:
                    runs[f"{name}/{seed}"] = run(model, seed)
                    with write_atomically(FILE) as temporary:
                        temporary.write_text(json.dumps(runs))


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
