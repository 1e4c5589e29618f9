"""Train recurrent networks over growing lags with five seeds, and save what was measured here.

Run it from anywhere::

    python notebooks/data/make_recurrence_seeds.py

It takes some six minutes on one core, and goes on where it was interrupted. Each network has
about 2,900 parameters and its own learning rate: of ``LEARNING_RATES`` the one with which seed 0
has the smallest error at a lag of ``TUNED_AT``, and the fewest steps if several solve it. A
training ends when fewer than 0.2% of the bits are wrong, and after ``STEPS`` steps at the latest.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from memorylab.files import write_atomically
from memorylab.training import History, train
from memorylab_course import setup
from memorylab_course.delayed_recall import HIDDEN_SIZES, DelayedRecall, recurrent_model

FILE = Path(__file__).parent / "recurrence_seeds.json"
SEEDS = range(5)
LAGS = (5, 10, 20, 40)
TUNED_AT = 20
LEARNING_RATES = (0.003, 0.01)
STEPS = 800


def run(name: str, lag: int, learning_rate: float, seed: int) -> History:
    """Train one network at one lag."""
    setup(seed=seed)
    task = DelayedRecall(lag)
    model = recurrent_model(name, task)
    options: dict[str, Any] = {"batch_size": 32, "clip_norm": 1.0, "steps": STEPS, "seed": seed}
    return train(model, task, learning_rate=learning_rate, progress=False, **options)


def main() -> None:
    """Tune each network, then train it at each lag with each seed; save after every training."""
    empty: dict[str, dict[str, Any]] = {"learning_rates": {}, "tuning": {}, "runs": {}}
    results = json.loads(FILE.read_text()) if FILE.exists() else empty

    def once(table: str, key: str, *arguments: Any) -> dict[str, list[float]]:
        """Return a learning curve, from the file if it is there."""
        if key not in results[table]:
            history = run(*arguments)
            error = [round(value, 4) for value in history.bit_error]
            results[table][key] = {"step": history.step, "bit_error": error}
            save(results)
            print(table, key, history.step[-1], error[-1], flush=True)
        return results[table][key]

    for name in HIDDEN_SIZES:

        def cost(rate: float, name: str = name) -> tuple[float, float]:
            curve = once("tuning", f"{name}/{rate}", name, TUNED_AT, rate, 0)
            return curve["bit_error"][-1], curve["step"][-1]

        rate = min(LEARNING_RATES, key=cost)
        results["learning_rates"][name] = rate
        for lag in LAGS:
            for seed in SEEDS:
                once("runs", f"{name}/{lag}/{seed}", name, lag, rate, seed)


def save(results: dict[str, Any]) -> None:
    """Write the file, whole or not at all."""
    with write_atomically(FILE) as temporary:
        temporary.write_text(json.dumps(results))


if __name__ == "__main__":
    main()
