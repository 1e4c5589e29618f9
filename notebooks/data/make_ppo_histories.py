"""Train three variants of PPO in a T-maze, five seeds each, and save their learning curves here.

Run it from anywhere; it takes about two minutes on one core::

    python notebooks/data/make_ppo_histories.py

The agent is that of notebook 02: it sees its last seven observations. The variants differ in
nothing but the settings below. Curves differ from machine to machine, but not in what they show.
"""

from __future__ import annotations

import json
from pathlib import Path

from memorylab.files import write_atomically
from memorylab.ppo import PPO, Agent, train_agent
from memorylab.progress import progress_bar

FOLDER = Path(__file__).parent
MAX_STEPS = 60_000
SEEDS = range(5)
VARIANTS = {
    "PPO": PPO(),
    "without clipping": PPO(clip=1e9),
    "one gradient step": PPO(num_epochs=1, num_minibatches=1),
}
MAZE = {
    "environment_config": {"corridor_length": (3, 5)},
    "memory_config": {"num_frames": 7},
}


def learn(settings: PPO, seed: int) -> dict[str, list[float]]:
    """Return the columns of one run's history, without the seconds."""
    agent = Agent("TMaze", "frame_stack", seed=seed, **MAZE)
    settings = PPO(**{**vars(settings), "seed": seed})
    history = train_agent(agent, settings, max_steps=MAX_STEPS, stop_return=None, progress=False)
    returns = [round(value, 3) for value in history.mean_return]
    return {"env_steps": history.env_steps, "mean_return": returns}


def main() -> None:
    curves: dict[str, list[dict[str, list[float]]]] = {name: [] for name in VARIANTS}
    with progress_bar(len(VARIANTS) * len(SEEDS), "PPO and variants", unit="run") as bar:
        for name, settings in VARIANTS.items():
            for seed in SEEDS:
                curves[name].append(learn(settings, seed))
                bar.update()
    with write_atomically(FOLDER / "ppo_histories.json") as temporary:
        temporary.write_text(json.dumps(curves), encoding="utf-8")


if __name__ == "__main__":
    main()
