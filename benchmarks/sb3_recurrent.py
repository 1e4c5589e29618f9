"""Our LSTM beside that of sb3-contrib's RecurrentPPO: steps per second, and steps until solved.

    python -m venv SB3 && SB3/bin/pip install sb3-contrib popgym -e .
    SB3/bin/python benchmarks/sb3_recurrent.py

Stable-Baselines3 is no dependency of the course, so this runs in an environment of its own, and
``make bench`` leaves it out. Both learn RepeatPreviousEasy with the settings of
``memorylab.ppo.PPO`` and the same network: an LSTM of 64 units that sees the observation and is
shared by actor and critic, and a layer of 64 with a leaky ReLU behind it for each. sb3-contrib
normalises advantages by minibatch, ours by update; its minibatches are stretches of steps, which it
cuts into sequences, ours are whole rows.

A task is solved when the mean return of the last 100 episodes reaches 0.9. Seconds are this
process's processor time on one thread. Each run is saved as it ends, and the next start goes on
with those that are missing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import product
from typing import Any

import measuring
import numpy as np
import report_speed
import sb3_contrib
import torch
from sb3_contrib import RecurrentPPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env
from torch import nn

from memorylab.ppo import PPO, Agent, train_agent
from memorylab.progress import progress_bar

NAME = "sb3_recurrent"
ENVIRONMENT = "RepeatPreviousEasy"
UNITS = 64
STEPS = 100_000
GOAL = 0.9
SEEDS = range(5)
SETTINGS = PPO()


def our_agent(seed: int) -> Agent:
    """Return our agent."""
    sizes = {"encoder_sizes": (), "actor_sizes": (UNITS,), "critic_sizes": (UNITS,)}
    return Agent(ENVIRONMENT, "lstm", memory_config={"hidden_size": UNITS}, seed=seed, **sizes)


def learn_ours(seed: int) -> tuple[int, int, bool]:
    """Train; return the number of weights, the steps taken and whether the task is solved."""
    agent = our_agent(seed)
    history = train_agent(agent, PPO(seed=seed), max_steps=STEPS, stop_return=GOAL, progress=False)
    weights = sum(parameter.numel() for parameter in agent.networks.parameters())
    return weights, int(history.env_steps[-1]), history.solved


class _Until(BaseCallback):
    """Ends training before an update if the last 100 episodes are good enough."""

    solved = False

    def _on_step(self) -> bool:
        return not self.solved

    def _on_rollout_end(self) -> None:
        returns = [episode["r"] for episode in self.model.ep_info_buffer]
        self.solved = bool(returns) and float(np.mean(returns)) >= GOAL


def learn_theirs(seed: int) -> tuple[int, int, bool]:
    """Do the same with sb3-contrib."""
    environments = make_vec_env(our_agent(seed).make_environment, SETTINGS.num_envs, seed=seed)
    model = RecurrentPPO(
        "MlpLstmPolicy",
        environments,
        learning_rate=SETTINGS.learning_rate,
        n_steps=SETTINGS.num_steps,
        batch_size=SETTINGS.num_envs * SETTINGS.num_steps // SETTINGS.num_minibatches,
        n_epochs=SETTINGS.num_epochs,
        gamma=SETTINGS.gamma,
        gae_lambda=SETTINGS.lambda_,
        clip_range=SETTINGS.clip,
        ent_coef=SETTINGS.entropy_coefficient,
        vf_coef=SETTINGS.value_coefficient,
        max_grad_norm=SETTINGS.clip_norm,
        policy_kwargs={
            "lstm_hidden_size": UNITS,
            "shared_lstm": True,
            "enable_critic_lstm": False,
            "net_arch": [UNITS],
            "activation_fn": nn.LeakyReLU,
        },
        seed=seed,
        device="cpu",
    )
    until = _Until()
    model.learn(STEPS, callback=until)
    weights = sum(parameter.numel() for parameter in model.policy.parameters())
    return weights, int(model.num_timesteps), until.solved


CONTENDERS: dict[str, Callable[[int], tuple[int, int, bool]]] = {
    "memorylab.ppo": learn_ours,
    f"sb3-contrib {sb3_contrib.__version__}": learn_theirs,
}


def measure(name: str, seed: int) -> dict[str, Any]:
    """Train once, and return what is stored of it."""
    start = time.process_time()
    weights, steps, solved = CONTENDERS[name](seed)
    seconds = time.process_time() - start
    return {
        "contender": name,
        "seed": seed,
        "weights": weights,
        "steps": steps if solved else None,
        "cpu_seconds": measuring.rounded(seconds),
        "steps_per_second": measuring.rounded(steps / seconds),
    }


def main() -> None:
    """Make the runs that are missing, in turn, save each, and print the table."""
    torch.set_num_threads(1)
    runs = (measuring.load(NAME) or {"runs": []})["runs"]
    done = {(run["contender"], run["seed"]) for run in runs}
    left = [(name, seed) for seed, name in product(SEEDS, CONTENDERS) if (name, seed) not in done]
    numbers = {"environment": ENVIRONMENT, "goal": GOAL, "most_steps": STEPS, "runs": runs}
    with progress_bar(len(left), "LSTM", unit="run") as bar:
        for name, seed in left:
            runs.append(measure(name, seed))
            measuring.save(NAME, numbers)
            bar.update()
    print(report_speed.sb3_table(measuring.load(NAME) or {}))


if __name__ == "__main__":
    main()
