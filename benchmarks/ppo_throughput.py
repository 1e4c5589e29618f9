"""Environment steps per second that PPO samples and learns from, with each memory model.

    pip install -e ".[bench]"
    make bench  (or: python benchmarks/ppo_throughput.py)

Compared are memorylab's models on RLlib's current API stack, and our ``DiffNC`` and POPGym's own on
the old one; POPGym's needs the package ``dnc`` and is left out without it. All have the layers of
POPGym's ``ppo.py``: 128 wide around a memory of 256, and for the DNC 16 locations of 16 numbers
with 4 read heads. The environment is RepeatPreviousEasy and the settings are those of
``memorylab.rllib.ppo_config`` for all. Updates are made in turn, one of each model, in one process
with one thread.

POPGym's DiffNC never trains its memory because the optimizer doesn't hold its weights; gradients
through it are computed all the same.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from memorylab.rllib import ppo_config, ray_session, register_environments  # isort: skip  # before Ray
import measuring
import report
import torch
from ray.rllib.algorithms.ppo import PPOConfig
from torch import nn

from memorylab.progress import progress_bar
from memorylab.rllib.classic import DiffNC

try:
    from popgym.baselines.ray_models.ray_diffnc import DiffNC as POPGymDiffNC
except ImportError:
    POPGymDiffNC = None

ENVIRONMENT = "RepeatPreviousEasy"
THREADS = 1
UPDATES = 9
LAYERS = 128
HIDDEN = 256
DNC_SIZES = {"num_locations": 16, "word_size": 16, "num_read_heads": 4}


def current(memory: str, **sizes: int) -> PPOConfig:
    """Return the configuration for a memory model on RLlib's current API stack."""
    return ppo_config(
        ENVIRONMENT,
        memory,
        memory_config={"hidden_size": HIDDEN, **sizes},
        encoder_sizes=(LAYERS, LAYERS),
        actor_sizes=(LAYERS, LAYERS),
        critic_sizes=(LAYERS, LAYERS),
    )


def classic(model: type[nn.Module]) -> PPOConfig:
    """Return the configuration with the same layers and settings on the old API stack."""
    recipe = current("dnc", **DNC_SIZES)
    options = {
        "preprocessor_input_size": LAYERS,
        "preprocessor": _layers(LAYERS),
        "preprocessor_output_size": LAYERS,
        "hidden_size": HIDDEN,
        "cell_size": DNC_SIZES["word_size"],
        "read_heads": DNC_SIZES["num_read_heads"],
        "actor": _layers(HIDDEN, LAYERS),
        "critic": _layers(HIDDEN, LAYERS),
        "postprocessor_output_size": LAYERS,
    }
    settings = ("num_epochs", "lr", "gamma", "lambda_", "grad_clip", "use_kl_loss", "kl_coeff")
    num_envs, batch_size = recipe.num_envs_per_env_runner, recipe.train_batch_size_per_learner
    return (
        PPOConfig()
        .api_stack(enable_rl_module_and_learner=False, enable_env_runner_and_connector_v2=False)
        .environment(ENVIRONMENT)
        .env_runners(
            num_env_runners=0,
            num_envs_per_env_runner=num_envs,
            rollout_fragment_length=batch_size // num_envs,
            batch_mode="complete_episodes",
        )
        .training(
            model={
                "custom_model": model,
                "custom_model_config": options,
                "max_seq_len": recipe.rl_module_spec.model_config["max_seq_len"],
            },
            train_batch_size=batch_size,
            minibatch_size=recipe.minibatch_size,
            **{name: getattr(recipe, name) for name in settings},
        )
        .debugging(seed=recipe.seed, log_level="ERROR")
    )


def _layers(*sizes: int) -> nn.Sequential:
    layers = []
    for size in sizes:
        layers += [nn.Linear(size, LAYERS), nn.LeakyReLU()]
    return nn.Sequential(*layers)


CONTENDERS: dict[str, Callable[[], PPOConfig]] = {
    "MLP": partial(current, "mlp"),
    "MLP with a clock": partial(current, "clocked_mlp"),
    "Elman": partial(current, "elman"),
    "GRU": partial(current, "gru"),
    "LSTM": partial(current, "lstm"),
    "DNC": partial(current, "dnc", **DNC_SIZES),
    "DiffNC, old stack": partial(classic, DiffNC),
}
PEER = "POPGym's DiffNC, old stack"
if POPGymDiffNC is not None:
    CONTENDERS[PEER] = partial(classic, POPGymDiffNC)


def measure(updates: int, tick: Callable[[], Any]) -> dict[str, dict[str, Any]]:
    """Return the environment steps per second of each model.

    Args:
        updates: Number of measured updates of each model; one more precedes them as a warm-up.
        tick: Called after each update.
    """
    with ray_session(num_cpus=1), contextlib.ExitStack() as stack:
        register_environments()
        algorithms = {}
        for name, config in CONTENDERS.items():
            algorithms[name] = config().build_algo()
            stack.callback(algorithms[name].stop)
        samples: dict[str, list[float]] = {name: [] for name in algorithms}
        done = dict.fromkeys(algorithms, 0)
        for update in range(1 + updates):
            for name, algorithm in algorithms.items():
                start = time.perf_counter()
                result = algorithm.train()
                seconds = time.perf_counter() - start
                steps = int(result["num_env_steps_sampled_lifetime"])
                if update > 0:
                    samples[name].append((steps - done[name]) / seconds)
                done[name] = steps
                tick()
    return {name: measuring.summarise(taken) for name, taken in samples.items()}


def main() -> None:
    """Measure every model, save the rates, and print the table."""
    torch.set_num_threads(THREADS)
    if POPGymDiffNC is None:
        print(f'Without the package dnc, {PEER}, is left out: pip install -e ".[bench]"')
    with progress_bar(len(CONTENDERS) * (1 + UPDATES), "PPO", unit="update") as bar:
        rates = measure(UPDATES, bar.update)
    numbers: dict[str, Any] = {"environment": ENVIRONMENT, "env_steps_per_second": rates}
    if PEER in rates:
        peer = rates[PEER]["median"]
        numbers["ratio_to_popgym"] = {
            name: measuring.rounded(rate["median"] / peer) for name, rate in rates.items()
        }
    results = measuring.save("ppo_throughput", numbers)
    print(report.throughput_table(results))


if __name__ == "__main__":
    main()
