"""Courier: an agent that learns lists of up to 6 doors, tested on lists of 24.

    make bench  (or: python benchmarks/courier.py)

Each agent learns from reward alone, with ``memorylab.ppo``, on lists of 1 to 6 of 4 doors, and is
tested greedily on fresh lists of up to 24. All have the same settings and no layers but the memory
and one linear layer to actor and critic each. The DNC has a feed-forward controller, and each
update draws its number of locations anew from ``LOCATIONS``; it is tested with 64, also without its
links, usage or content. GRU and LSTM come in two sizes: as many weights as the DNC, and three times
as many. Each of these takes the learning rate of ``LEARNING_RATES`` with the best mean on lists of
6, over ``SEARCH_SEEDS``.

Runs take 10 to 60 seconds of one core. Each is saved as it ends, and the next start goes on with
those that are missing. To measure anew, delete ``results/courier.json`` and ``results/courier``.
"""

from __future__ import annotations

import dataclasses
import time
from typing import Any, NamedTuple

import measuring
import numpy as np
import report
import torch

from memorylab.memory.dnc.ablation import PARTS, ablate
from memorylab.ppo import PPO, Agent, train_agent
from memorylab.progress import progress_bar

NAME = "courier"
STEPS = 300_000
SEEDS = range(5)
SEARCH_SEEDS = range(2)
LEARNING_RATES = (1e-2, 5e-3, 2e-3)
LOCATIONS = (16, 24, 32, 64)
DOORS = 4
LENGTHS = (6, 12, 18, 24)
NUM_LISTS = 500
SETTINGS = PPO(
    num_envs=64,
    num_steps=12,
    num_minibatches=2,
    learning_rate=5e-3,
    gamma=0.0,
    clip=0.2,
    entropy_coefficient=0.01,
    clip_norm=1.0,
)
_DNC = {"controller": "feedforward", "hidden_size": 64, "word_size": 16, "num_read_heads": 1}


class Contender(NamedTuple):
    """A memory and what distinguishes its training."""

    memory: str
    config: dict[str, Any]
    learning_rates: tuple[float, ...] = LEARNING_RATES
    num_locations: tuple[int, ...] = ()


CONTENDERS = {
    "DNC": Contender("dnc", _DNC | {"num_locations": 64}, (5e-3,), LOCATIONS),
    "DNC, always 16 locations": Contender("dnc", _DNC | {"num_locations": 16}, (5e-3,)),
    "GRU": Contender("gru", {"hidden_size": 58}),
    "LSTM": Contender("lstm", {"hidden_size": 50}),
    "GRU, three times as large": Contender("gru", {"hidden_size": 101}),
    "LSTM, three times as large": Contender("lstm", {"hidden_size": 88}),
    "MLP": Contender("mlp", {"hidden_size": 104}, (5e-3,)),
}


def train(contender: Contender, learning_rate: float, seed: int) -> tuple[Agent, float]:
    """Return a trained agent, and the processor's seconds that it took."""
    agent = Agent(
        "Courier",
        contender.memory,
        environment_config={"num_doors": DOORS, "reward_per_door": 1.0},
        memory_config=contender.config,
        encoder_sizes=(),
        actor_sizes=(),
        critic_sizes=(),
        seed=seed,
    )
    settings = dataclasses.replace(
        SETTINGS,
        learning_rate=learning_rate,
        final_learning_rate=learning_rate / 5,
        num_locations=contender.num_locations,
        seed=seed,
    )
    start = time.process_time()
    train_agent(agent, settings, max_steps=STEPS, stop_return=None, progress=False)
    return agent, time.process_time() - start


@torch.no_grad()
def share_of_right_doors(agent: Agent, length: int) -> float:
    """Return the share of doors that the agent gets right in fresh lists of one length.

    It acts greedily. A list's observations are the same whatever it does.
    """
    doors = torch.as_tensor(np.random.default_rng(length).integers(DOORS, size=(NUM_LISTS, length)))
    observations = torch.zeros(NUM_LISTS, 2 * length, DOORS + 1)
    observations[:, :length, :DOORS] = torch.nn.functional.one_hot(doors, DOORS).float()
    observations[:, length:, DOORS] = 1
    logits, _, _ = agent.networks(observations)  # [B, 2k, A]
    return float((logits[:, length:].argmax(-1) == doors).float().mean())


def measure(name: str, learning_rate: float, seed: int) -> dict[str, Any]:
    """Train and test one agent."""
    agent, seconds = train(CONTENDERS[name], learning_rate, seed)
    returns = np.array(agent.history.mean_return)
    thinned = returns[np.linspace(0, len(returns) - 1, 20).astype(int)]
    if name == "DNC":
        agent.save(measuring.RESULTS / NAME / f"dnc-seed-{seed}")
    return {
        "contender": name,
        "learning_rate": learning_rate,
        "seed": seed,
        "weights": sum(part.numel() for part in agent.networks.parameters()),
        "cpu_seconds": measuring.rounded(seconds),
        "mean_return": [measuring.rounded(value) for value in thinned],
        "right": _right_doors(agent),
        "without": _without_parts(agent) if name == "DNC" else {},
    }


def _right_doors(agent: Agent) -> dict[str, float]:
    shares = {length: share_of_right_doors(agent, length) for length in LENGTHS}
    return {str(length): measuring.rounded(share) for length, share in shares.items()}


def _without_parts(agent: Agent) -> dict[str, dict[str, float]]:
    """Return the same shares for a DNC without its links, usage or content."""
    shares, whole = {}, agent.networks.memories["memory"]
    for part in PARTS:
        agent.networks.memories["memory"] = ablate(whole, part)
        shares[part] = _right_doors(agent)
    agent.networks.memories["memory"] = whole
    return shares


def best_learning_rate(runs: list[dict[str, Any]], name: str) -> float:
    """Return the learning rate that was best on lists of 6 over the seeds of the search."""

    def mean(rate: float) -> float:
        found = [
            run["right"]["6"]
            for run in runs
            if (run["contender"], run["learning_rate"]) == (name, rate)
            and run["seed"] in SEARCH_SEEDS
        ]
        return float(np.mean(found))

    return max(CONTENDERS[name].learning_rates, key=mean)


def main() -> None:
    """Make the runs that are missing, save each, and print the table."""
    torch.set_num_threads(1)
    stored = measuring.load(NAME) or {}
    runs: list[dict[str, Any]] = stored.get("runs", [])

    def complete(name: str, rate: float, seed: int) -> None:
        if not any(
            (run["contender"], run["learning_rate"], run["seed"]) == (name, rate, seed)
            for run in runs
        ):
            runs.append(measure(name, rate, seed))
            measuring.save(NAME, {"steps": STEPS, "lists": NUM_LISTS, "runs": runs})
        bar.update()

    search = sum(len(one.learning_rates) for one in CONTENDERS.values()) * len(SEARCH_SEEDS)
    total = search + len(CONTENDERS) * (len(SEEDS) - len(SEARCH_SEEDS))
    with progress_bar(total, "Courier", unit="run") as bar:
        for name, contender in CONTENDERS.items():
            for rate in contender.learning_rates:
                for seed in SEARCH_SEEDS:
                    complete(name, rate, seed)
            for seed in SEEDS[len(SEARCH_SEEDS) :]:
                complete(name, best_learning_rate(runs, name), seed)
    print(report.courier_table({"runs": runs, **(measuring.load(NAME) or {})}))


if __name__ == "__main__":
    main()
