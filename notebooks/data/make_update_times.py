"""Time PPO with more processes and environments, sweep five seeds, and save what was measured here.

Run it from anywhere, best on a machine with nothing else to do; the stored times are from a busy
one. It goes on where it was interrupted::

    python notebooks/data/make_update_times.py

It takes ten minutes on two cores. Each time is measured ``REPEATS`` times, in turn with the
others, so that a busy minute falls on no one of them alone. Times differ between machines.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from memorylab import ppo
from memorylab.files import write_atomically
from memorylab.rllib import ppo_config, ray_session, sweep
from memorylab_course import setup
from memorylab_course.update_times import SlowCards, measure_updates

FILE = Path(__file__).with_name("update_times.json")
DECKS = {"fast": "RepeatPreviousEasy", "slow": SlowCards}
REPEATS, SEEDS = range(3), range(5)
RUNNERS, ENVIRONMENTS = (0, 1, 2), (1, 4, 16, 64)
MAZE = {"environment_config": {"corridor_length": 4}}


def runners(deck: str, count: int) -> list[float]:
    """Time updates with some env runners; 0 lets the driver play."""
    config = ppo_config(DECKS[deck], "gru").env_runners(num_env_runners=count)
    return rounded(measure_updates(config))


def environments(count: int) -> list[float]:
    """Time updates of the driver alone, with some environments played at once."""
    config = ppo_config(DECKS["fast"], "gru").env_runners(num_envs_per_env_runner=count)
    return rounded(measure_updates(config))


def without_ray(deck: str) -> list[float]:
    """Time updates of the package's own PPO, which needs no other process."""
    agent = ppo.Agent(DECKS[deck], "gru")
    history = ppo.train_agent(agent, max_steps=8_321, stop_return=None, progress=False)
    return rounded([np.median(np.diff(row)) for row in (history.env_steps, history.seconds)])


def rounded(times: Any) -> list[float]:
    return [round(float(value), 4) for value in times]


def swept() -> dict[str, list[dict[str, list[float]]]]:
    """Train two memories on the maze with five seeds each."""
    configs = {name: ppo_config("TMaze", name, **MAZE) for name in ("mlp", "gru")}
    options: dict[str, Any] = {"max_steps": 15_000, "stop_return": None, "progress": False}
    with tempfile.TemporaryDirectory() as folder:
        agents = sweep(configs, Path(folder) / "sweep", seeds=SEEDS, **options)
    return {
        name: [
            {
                "env_steps": agent.history.env_steps,
                "mean_return": [round(value, 3) for value in agent.history.mean_return],
            }
            for agent in several
        ]
        for name, several in agents.items()
    }


def main() -> None:
    """Complete the file, and save after every measurement."""
    setup(seed=0)
    results = json.loads(FILE.read_text()) if FILE.exists() else {}

    def once(key: str, function: Any, *arguments: Any) -> None:
        if key not in results:
            results[key] = function(*arguments)
            with write_atomically(FILE) as temporary:
                temporary.write_text(json.dumps(results))
            print(key, results[key] if key != "sweep" else "", flush=True)

    with ray_session():
        for repeat in REPEATS:
            for deck in DECKS:
                once(f"{deck}/without Ray/{repeat}", without_ray, deck)
                for count in RUNNERS:
                    once(f"{deck}/{count}/{repeat}", runners, deck, count)
            for count in ENVIRONMENTS:
                once(f"environments/{count}/{repeat}", environments, count)
        once("sweep", swept)


if __name__ == "__main__":
    main()
