"""Environment steps until a memory solves RLlib's own examples of memory.

    make bench  (or: python benchmarks/rllib_examples.py)

GRU, LSTM and DNC of ``memorylab.rllib`` and RLlib's own network with ``use_lstm`` learn four of
RLlib's environments, with five seeds each, in this process and on one thread. Within an environment
all have the same settings, the same width, and a layer with a tanh before the memory, as RLlib has
it. ``RECIPES`` says where the settings are from. An environment is solved when RLlib's mean
over the last 100 episodes reaches the return at which the example stops.

There are 80 runs of 20 to 400 seconds. Each is saved as it ends, and the next start goes on with
those that are missing. To measure anew, delete ``results/rllib_examples.json``.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from memorylab.rllib import History, MemoryRLModule, ray_session  # isort: skip  # before Ray
import gymnasium as gym
import measuring
import numpy as np
import report
import torch
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.connectors.env_to_module import FlattenObservations
from ray.rllib.core.rl_module.default_model_config import DefaultModelConfig
from ray.rllib.core.rl_module.rl_module import RLModuleSpec
from ray.rllib.examples.envs.classes.look_and_push import LookAndPush
from ray.rllib.examples.envs.classes.repeat_after_me_env import RepeatAfterMeEnv
from ray.rllib.examples.envs.classes.repeat_initial_obs_env import RepeatInitialObsEnv
from ray.rllib.examples.envs.classes.stateless_cartpole import StatelessCartPole

from memorylab.progress import progress_bar
from memorylab.rllib.training import is_finished, running_algorithm, update

NAME = "rllib_examples"
SEEDS = range(5)
WIDTH = 64
"""Of the memory and the layer before it, as in RLlib's tuned example of RepeatAfterMe."""
ROW_LENGTH = 20
"""RLlib cuts episodes into rows of so many steps, in all of its examples here."""
DNC_SIZES = {"hidden_size": WIDTH, "num_locations": 8, "word_size": 8, "num_read_heads": 2}
MEMORIES = ("GRU", "LSTM", "DNC", "use_lstm")
MOST_POINTS = 20
"""Measurements of a run that are stored, the last one included."""


class RepairedLookAndPush(LookAndPush):
    """RLlib's environment, with the end that its docstring describes.

    RLlib's own returns four values there, which Gymnasium refuses, and pays only one of the two
    hidden states, so that nothing needs to be remembered.
    """

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Return 10 at the end if the action is the hidden state, otherwise -10."""
        if self._state != 4:
            return super().step(action)
        return self._state, 10.0 if action == self._case else -10.0, True, False, {}


class Recipe(NamedTuple):
    """An environment, when to stop training in it, and the settings."""

    make: Callable[[Any], gym.Env]
    stop_return: float
    most_steps: int
    num_envs: int
    training: dict[str, Any]


# RLlib's tuned example of RepeatAfterMe (repeatafterme-ppo-lstm.yaml, up to Ray 2.9). It stops at
# 50; RLlib's example of an RNN (custom_rnn_model.py), for both Repeat environments, at 90.
_TUNED_EXAMPLE: dict[str, Any] = {
    "gamma": 0.9,
    "lr": 3e-4,
    "num_epochs": 5,
    "entropy_coeff": 1e-5,
    "train_batch_size_per_learner": 4000,
}

RECIPES = {
    # RLlib has no example that says how to train here. The best return is 6. These are like the
    # settings above, with a smaller batch and those two coefficients of the example of an RNN.
    "LookAndPush": Recipe(
        lambda config: gym.wrappers.TimeLimit(RepairedLookAndPush(), 50),
        4.5,
        100_000,
        20,
        {
            **_TUNED_EXAMPLE,
            "entropy_coeff": 0.001,
            "vf_loss_coeff": 1e-5,
            "train_batch_size_per_learner": 2000,
        },
    ),
    "RepeatInitialObs": Recipe(
        lambda config: RepeatInitialObsEnv(), 90, 300_000, 20, _TUNED_EXAMPLE
    ),
    "RepeatAfterMe": Recipe(
        lambda config: RepeatAfterMeEnv({"repeat_delay": 2}), 90, 150_000, 20, _TUNED_EXAMPLE
    ),
    # As RLlib's examples/rl_modules/custom_lstm_rl_module.py.
    "StatelessCartPole": Recipe(
        lambda config: StatelessCartPole(),
        300,
        200_000,
        2,
        {
            "train_batch_size_per_learner": 1024,
            "num_epochs": 6,
            "lr": 0.0009,
            "vf_loss_coeff": 0.001,
            "entropy_coeff": 0.0,
        },
    ),
}
"""By environment, the cheapest first."""


def config_of(recipe: Recipe, memory: str, seed: int) -> PPOConfig:
    """Return RLlib's configuration of one run; ``memory`` is one of ``MEMORIES``."""
    discrete = isinstance(recipe.make(None).observation_space, gym.spaces.Discrete)
    config = (
        PPOConfig()
        .environment(recipe.make)
        .env_runners(
            num_env_runners=0,
            num_envs_per_env_runner=recipe.num_envs,
            env_to_module_connector=_flatten if discrete else None,
        )
        .training(**recipe.training)
        .debugging(seed=seed, log_level="ERROR")
    )
    if memory == "use_lstm":
        layers = DefaultModelConfig(
            use_lstm=True,
            lstm_cell_size=WIDTH,
            max_seq_len=ROW_LENGTH,
            fcnet_hiddens=[WIDTH],
        )
        return config.rl_module(model_config=layers)
    sizes = DNC_SIZES if memory == "DNC" else {"hidden_size": WIDTH}
    ours = {
        "memory": memory.lower(),
        "memory_config": sizes,
        "encoder_sizes": (WIDTH,),
        "encoder_nonlinearity": "Tanh",
        "actor_sizes": (),
        "critic_sizes": (),
        "vf_share_layers": True,
        "max_seq_len": ROW_LENGTH,
    }
    spec = RLModuleSpec(module_class=MemoryRLModule, model_config=ours)
    return config.rl_module(rl_module_spec=spec)


def _flatten(*args: Any, **kwargs: Any) -> FlattenObservations:
    return FlattenObservations()


def solve(recipe: Recipe, memory: str, seed: int) -> dict[str, Any]:
    """Train once, and return what a run is in the results.

    Its ``steps`` are None if ``recipe.most_steps`` didn't suffice.
    """
    # RLlib's environments draw from the global generators.
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002
    torch.manual_seed(seed)
    history = History(env_steps=[], mean_return=[], seconds=[])
    start = time.process_time()
    with running_algorithm(config_of(recipe, memory, seed)) as algorithm:
        while not is_finished(history, recipe.most_steps, recipe.stop_return):
            update(algorithm, history)
        weights = sum(weight.numel() for weight in algorithm.get_module().parameters())
    stride = -(-len(history.env_steps) // MOST_POINTS)
    kept = slice(len(history.env_steps) - 1, None, -stride)
    return {
        "steps": history.env_steps[-1] if history.solved else None,
        "cpu_seconds": measuring.rounded(time.process_time() - start),
        "seconds": measuring.rounded(history.seconds[-1]),
        "weights": weights,
        "env_steps": history.env_steps[kept][::-1],
        # Before the first episode ends there is no return, and JSON has no NaN.
        "mean_return": [
            None if math.isnan(value) else measuring.rounded(value)
            for value in history.mean_return[kept][::-1]
        ],
    }


def missing(runs: Iterable[dict[str, Any]]) -> list[tuple[str, int, str]]:
    """Return environment, seed and memory of each run that isn't among ``runs``, in order."""
    done = {(run["environment"], run["seed"], run["memory"]) for run in runs}
    wanted = [(name, seed, memory) for name in RECIPES for seed in SEEDS for memory in MEMORIES]
    return [run for run in wanted if run not in done]


def settings() -> dict[str, Any]:
    """Return what the runs depend on, as JSON has it."""
    environments = {name: recipe._asdict() for name, recipe in RECIPES.items()}
    for recipe in environments.values():
        del recipe["make"]
    shared = {"width": WIDTH, "max_seq_len": ROW_LENGTH, "dnc": DNC_SIZES}
    return {"environments": environments, **shared}


def main() -> None:
    """Make the runs that are missing, save each as it ends, and print the table."""
    torch.set_num_threads(1)
    described = {"settings": settings(), "memories": list(MEMORIES), "seeds": len(SEEDS)}
    results = measuring.load(NAME) or {**described, "runs": []}
    if results["settings"] != described["settings"]:
        raise SystemExit(
            f"results/{NAME}.json has runs with other settings. Delete it to measure anew."
        )
    left = missing(results["runs"])
    with ray_session(num_cpus=1), progress_bar(len(left), "RLlib's examples", unit="run") as bar:
        for name, seed, memory in left:
            bar.set_postfix_str(f"{name}, {memory}, seed {seed}")
            run = {"environment": name, "memory": memory, "seed": seed}
            results["runs"].append(run | solve(RECIPES[name], memory, seed))
            results = measuring.save(NAME, {**described, "runs": results["runs"]})
            bar.update()
    print(report.examples_table(results))


if __name__ == "__main__":
    main()
