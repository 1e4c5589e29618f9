"""Train agents that stack k frames in a short T-maze, five seeds each, and save what they reached.

Run it from anywhere; it takes about two minutes on one core::

    python notebooks/data/make_stacking_histories.py

With k = 1 an agent has no memory. The curves differ from machine to machine, but not in what they
show. Each run has ``env_steps`` and ``mean_return`` while it learnt, and ``final_return``: what the
agent gets when it takes the likeliest action, in each maze once.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from memorylab.ppo import PPO, Agent, train_agent

FILE = Path(__file__).parent / "stacking_histories.json"
LENGTHS = range(3, 6)
FRAMES = range(1, 8)
SEEDS = range(5)


def new_agent(frames: int, seed: int) -> Agent:
    """Return an untrained agent that acts on the last ``frames`` observations."""
    return Agent(
        "TMaze",
        "mlp" if frames == 1 else "frame_stack",
        memory_config={} if frames == 1 else {"num_frames": frames},
        environment_config={"corridor_length": (min(LENGTHS), max(LENGTHS))},
        seed=seed,
    )


def final_return(agent: Agent) -> float:
    """Return the mean return over both signs and all lengths, with the likeliest actions."""
    environment, returns = agent.make_environment(), []
    for sign in (1, 2):
        for distance in LENGTHS:
            observation, _ = environment.reset(options={"sign": sign, "distance": distance})
            state, total, done = None, 0.0, False
            while not done:
                action, state = agent.act(observation, state)
                observation, reward, terminated, truncated, _ = environment.step(action)
                total, done = total + reward, terminated or truncated
            returns.append(total)
    return sum(returns) / len(returns)


def run(frames: int, seed: int) -> dict[str, Any]:
    """Train one agent; return what it measured and what it reached."""
    agent = new_agent(frames, seed)
    settings = PPO(seed=seed)
    history = train_agent(agent, settings, max_steps=25_000, stop_return=None, progress=False)
    return {
        "env_steps": history.env_steps,
        "mean_return": [round(value, 3) for value in history.mean_return],
        "final_return": round(final_return(agent), 3),
    }


def main() -> None:
    """Train them all and write the file."""
    torch.set_num_threads(1)
    runs = {}
    for frames in FRAMES:
        runs[str(frames)] = [run(frames, seed) for seed in SEEDS]
        print(frames, "frames:", [one["final_return"] for one in runs[str(frames)]])
    FILE.write_text(json.dumps(runs) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
