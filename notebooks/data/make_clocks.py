"""Train networks with and without a clock, and clocks of many kinds, and save what was measured.

Run it from anywhere; it goes on where it was interrupted::

    python notebooks/data/make_clocks.py

``runs``: three networks on three tasks, with five seeds each. The learning rate of each pair is the
one of ``LEARNING_RATES`` with the fewest wrong bits, added up over the training with a seed that is
not used again. ``clocks``: for codes of time, with eight seeds each, after how many updates a
schedule is known by heart (None: not within 1,000), which share of the steps between those shown is
right after 200, and the answers at 150 steps of which the first 100 were shown. Four minutes on one
core.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import torch

from memorylab.files import write_atomically
from memorylab.networks import positional_encoding
from memorylab.rllib.classic.embeddings import EMBEDDINGS, make_embedding
from memorylab.training import train
from memorylab_course import setup
from memorylab_course.clocks import KINDS, NETWORKS, ClockTask, clock_model, learn, lessons

FILE = Path(__file__).with_name("clocks.json")
LEARNING_RATES = (0.003, 0.01, 0.03)
SEARCH_SEED, SEEDS, CLOCK_SEEDS = 100, range(5), range(8)
BASES = (2, 4, 10, 32, 100, 1000, 10000)


def run(kind: str, name: str, rate: float, seed: int) -> dict[str, Any]:
    """Train one network on one task."""
    setup(seed=seed)
    task = ClockTask(kind)
    options: dict[str, Any] = {"steps": 600, "batch_size": 32, "clip_norm": 1.0, "seed": seed}
    options |= {"stop_below": None, "evaluate_every": 20, "progress": False}
    history = train(clock_model(name, task), task, learning_rate=rate, **options)
    errors = [round(error, 4) for error in history.bit_error]
    return {"rate": rate, "step": history.step, "bit_error": errors}


def clock(name: str, seed: int) -> dict[str, Any]:
    """Have a network learn the three lessons from one code of time."""

    def encode() -> Any:
        torch.manual_seed(seed)
        if name in EMBEDDINGS:
            return make_embedding(name, max_seq_len=100, size=64)
        return partial(positional_encoding, size=64, base=float(name.removeprefix("base ")))

    heart, between, beyond = lessons().values()
    _, known = learn(encode(), heart, 1000, seed)
    said, _ = learn(encode(), between, 200, seed)
    right = (said == between.target)[between.asked].float().mean().item()
    later, _ = learn(encode(), beyond, 200, seed)
    answers = "".join(str(int(bit)) for bit in later)
    return {"by_heart": known, "between": round(right, 4), "answers": answers}


def main() -> None:
    """Complete the file, and save after every training."""
    empty: dict[str, dict[str, Any]] = {"tuning": {}, "runs": {}, "clocks": {}}
    results = json.loads(FILE.read_text()) if FILE.exists() else empty

    def once(table: str, key: str, function: Any, *arguments: Any) -> dict[str, Any]:
        """Return what was measured, from the file if it is there."""
        if key not in results[table]:
            results[table][key] = function(*arguments)
            with write_atomically(FILE) as temporary:
                temporary.write_text(json.dumps(results))
            print(table, key, flush=True)
        return results[table][key]

    for name in [f"base {base}" for base in BASES] + list(EMBEDDINGS):
        for seed in CLOCK_SEEDS:
            once("clocks", f"{name}/{seed}", clock, name, seed)
    for kind in KINDS:
        for name in NETWORKS:
            found = {
                rate: once("tuning", f"{kind}/{name}/{rate}", run, kind, name, rate, SEARCH_SEED)
                for rate in LEARNING_RATES
            }
            best = min(found, key=lambda rate: sum(found[rate]["bit_error"]))
            for seed in SEEDS:
                once("runs", f"{kind}/{name}/{seed}", run, kind, name, best, seed)


if __name__ == "__main__":
    main()
