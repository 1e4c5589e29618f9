"""Train agents of notebook 10 in the foggy T-maze, five seeds a kind; save weights and returns.

Run it from anywhere; it goes on where it was stopped::

    python notebooks/data/make_foggy_agents.py

Every kind is first trained with two learning rates and a seed that is not used again; the rate
with the higher return is then used with five other seeds. All of it takes about twenty minutes on
one core. The numbers differ a little from machine to machine.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from memorylab.files import write_atomically
from memorylab.ppo import PPO, train_agent
from memorylab_course.foggy_agents import KINDS, RIVALS, SEEDS, build, play

FOLDER = Path(__file__).parent
FILE, WEIGHTS = FOLDER / "foggy_agents.json", FOLDER / "foggy_agents.safetensors"
RATES = (0.004, 0.008)
SEARCH_SEED = 100
STEPS = 80_000


def run(kind: str, rate: float, seed: int) -> dict[str, Any]:
    """Train one agent; return its settings, its learning curve and its final return."""
    agent = build(kind, seed)
    settings = PPO(
        num_envs=64,
        num_steps=26,
        max_seq_len=26,
        learning_rate=rate,
        final_learning_rate=rate / 10,
        gamma=0.99,
        lambda_=0.95,
        entropy_coefficient=0.02,
        seed=seed,
    )
    history = train_agent(agent, settings, max_steps=STEPS, stop_return=None, progress=False)
    weights = {name: tensor.half() for name, tensor in agent.networks.state_dict().items()}
    agent.networks.load_state_dict(weights)  # measured as stored
    if kind in KINDS and seed in SEEDS:
        stored = load_file(WEIGHTS) if WEIGHTS.exists() else {}
        stored |= {f"{kind}/{seed}/{name}": tensor for name, tensor in weights.items()}
        with write_atomically(WEIGHTS) as temporary:
            save_file(stored, temporary)
    shown = RIVALS.get(kind, "observation")
    returns = play(agent.networks, 4000, seed=1000, shown=shown).returns
    return {
        "rate": rate,
        "seed": seed,
        "env_steps": history.env_steps[::4],
        "mean_return": [round(value, 3) for value in history.mean_return[::4]],
        "final_return": round(float(returns.mean()), 4),
    }


def main(kinds: list[str]) -> None:
    """Complete the file for these kinds."""
    for kind in kinds:
        for rate in RATES:
            complete(kind, rate, SEARCH_SEED)
        search = [one for one in load()[kind] if one["seed"] == SEARCH_SEED]
        best = max(search, key=lambda one: one["final_return"])["rate"]
        for seed in SEEDS:
            complete(kind, best, seed)


def complete(kind: str, rate: float, seed: int) -> None:
    """Add one run to the file, unless it is there."""
    if any((one["rate"], one["seed"]) == (rate, seed) for one in load().get(kind, [])):
        return
    new = run(kind, rate, seed)
    table = load()
    table.setdefault(kind, []).append(new)
    with write_atomically(FILE) as temporary:
        temporary.write_text(json.dumps(table))
    print(kind, rate, seed, new["final_return"], flush=True)


def load() -> dict[str, Any]:
    return json.loads(FILE.read_text()) if FILE.exists() else {}


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(sys.argv[1:] or [*KINDS, *RIVALS])
