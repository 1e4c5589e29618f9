"""Train agents of the lock and of the menu with five seeds each, and save what was measured here.

Run it from anywhere::

    python notebooks/data/make_structured_actions.py

It takes some 40 minutes on one core, and goes on where it was interrupted. Each agent has its own
learning rate: of ``LEARNING_RATES`` the one with the higher mean return over a whole training with
a seed that isn't used again. Runs at the lock also have ``sampled`` and ``likeliest``, the trained
agent's mean returns over ``EPISODES`` episodes when it draws its actions and when it takes the
likeliest; and ``pairs``, the probabilities of all pairs at a shift of 1, if it has no memory.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from memorylab.files import write_atomically
from memorylab.rllib import evaluate
from memorylab_course.structured_agents import AGENTS, agent_config, learn, pair_probabilities

FILE = Path(__file__).parent / "structured_actions.json"
SEEDS = range(5)
TUNING_SEED = 100
LEARNING_RATES = (0.003, 0.01)
MAX_STEPS = {"lock": 60_000, "menu": 30_000, "lock, independent with a GRU": 120_000}
EPISODES = 200


def run(name: str, learning_rate: float, seed: int) -> dict[str, Any]:
    """Train one agent; return its learning curve and, at the lock, tests of what it learned."""
    max_steps = MAX_STEPS.get(name, MAX_STEPS[name.partition(",")[0]])
    agent = learn(agent_config(name, learning_rate, seed), max_steps)
    measured: dict[str, Any] = {
        "env_steps": agent.history.env_steps,
        "mean_return": [round(value, 3) for value in agent.history.mean_return],
    }
    if name.startswith("menu"):
        return measured
    for key, explore in (("sampled", True), ("likeliest", False)):
        episodes = evaluate(agent, episodes=EPISODES, explore=explore, seed=seed)
        measured[key] = round(float(np.mean([one.total_return for one in episodes])), 3)
    if name in ("lock, independent", "lock, autoregressive"):
        measured["pairs"] = pair_probabilities(agent, shift=1).round(4).tolist()
    return measured


def main() -> None:
    """Tune each agent, then train it with each seed; save after every training."""
    torch.set_num_threads(1)
    empty: dict[str, Any] = {"learning_rates": {}, "tuning": {}, "runs": {}}
    results = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else empty
    for name in AGENTS:
        for rate in LEARNING_RATES:
            if (key := f"{name}/{rate}") not in results["tuning"]:
                returns = run(name, rate, TUNING_SEED)["mean_return"]
                results["tuning"][key] = round(float(np.mean(returns)), 3)
                save(results)
        rate = max(LEARNING_RATES, key=lambda rate: results["tuning"][f"{name}/{rate}"])
        results["learning_rates"][name] = rate
        runs = results["runs"].setdefault(name, [])
        for seed in SEEDS[len(runs) :]:
            runs.append(run(name, rate, seed))
            save(results)
            print(name, rate, seed, runs[-1]["mean_return"][-1], flush=True)


def save(results: dict[str, Any]) -> None:
    """Write the file, whole or not at all."""
    with write_atomically(FILE) as temporary:
        temporary.write_text(json.dumps(results), encoding="utf-8")


if __name__ == "__main__":
    main()
