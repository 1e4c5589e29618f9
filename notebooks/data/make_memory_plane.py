"""Train small memories on key-value recall, and save what each keeps and what it costs here.

Run it from anywhere; it goes on where it was stopped::

    python notebooks/data/make_memory_plane.py

Each memory is first trained for 300 steps with two learning rates and a seed that is
not used again; the rate with the lowest bit error is then used with five other seeds. A run ends
early when hardly a bit is wrong. All of it takes about five minutes on one core. The numbers differ
a little from machine to machine.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from memorylab.files import write_atomically
from memorylab.memory import make_memory
from memorylab.tasks import KeyValueRecall
from memorylab.training import train
from memorylab_course.keeping import WIDTH, Dressed, price, right_by_lag

FILE = Path(__file__).with_name("memory_plane.json")
TASK = KeyValueRecall(min_pairs=2, max_pairs=6, word_size=3)
STEPS, SEARCH_STEPS = 1000, 300
RATES = (0.003, 0.01)
SEARCH_SEED, SEEDS = 100, range(5)

MEMORIES: dict[str, tuple[str, dict[str, Any]]] = {
    "frame stack of 6": ("frame_stack", {"num_frames": 6, "hidden_size": 48}),
    "window of 6": ("gtrxl", {"window_size": 6, "hidden_size": 16, "num_heads": 2, "head_size": 8}),
    "window of 12": (
        "gtrxl",
        {"window_size": 12, "hidden_size": 16, "num_heads": 2, "head_size": 8},
    ),
    "linear attention": ("linear_attention", {"key_size": 16, "hidden_size": 64}),
    "gated delta rule": ("gated_delta", {"key_size": 16, "hidden_size": 64}),
    "LRU": ("lru", {"hidden_size": 32}),
    "minGRU": ("mingru", {"hidden_size": 64}),
    "LSTM": ("lstm", {"hidden_size": 24}),
    "DNC": ("dnc", {"hidden_size": 18, "num_locations": 6, "word_size": 8}),
}
"""For each label, the memory's name and its sizes, for about 6,500 parameters in all."""


def run(label: str, rate: float, seed: int) -> dict[str, Any]:
    """Train one memory once, and return what it then keeps."""
    name, sizes = MEMORIES[label]
    torch.manual_seed(seed)
    model = Dressed(make_memory(name, WIDTH, **sizes), TASK)
    history = train(
        model,
        TASK,
        steps=SEARCH_STEPS if seed == SEARCH_SEED else STEPS,
        batch_size=32,
        learning_rate=rate,
        stop_below=0.002,
        evaluate_every=100,
        seed=seed,
        progress=False,
    )
    lists = {pairs: replace(TASK, min_pairs=pairs, max_pairs=pairs) for pairs in (2, 4, 6, 8)}
    kept = {
        str(pairs): [round(share, 4) for share in right_by_lag(model, task)]
        for pairs, task in lists.items()
    }
    errors = [round(error, 5) for error in history.bit_error]
    return {"rate": rate, "seed": seed, "step": history.step, "bit_error": errors, "kept": kept}


def main(labels: list[str]) -> None:
    """Complete the file for these memories."""
    for label in labels:
        for rate in RATES:
            complete(label, rate, SEARCH_SEED)
        search = [one for one in load()[label]["runs"] if one["seed"] == SEARCH_SEED]
        best = min(search, key=lambda one: (one["bit_error"][-1], one["step"][-1]))["rate"]
        for seed in SEEDS:
            complete(label, best, seed)


def complete(label: str, rate: float, seed: int) -> None:
    """Add one run to the file, unless it is there."""
    name, sizes = MEMORIES[label]
    facts = {"memory": name, "sizes": sizes} | price(make_memory(name, WIDTH, **sizes))
    runs = load().get(label, {"runs": []})["runs"]
    if any((one["rate"], one["seed"]) == (rate, seed) for one in runs):
        return
    new = run(label, rate, seed)
    table = load()
    table[label] = facts | {"runs": [*table.get(label, {"runs": []})["runs"], new]}
    with write_atomically(FILE) as temporary:
        temporary.write_text(json.dumps(table))
    print(label, rate, seed, new["bit_error"][-1], new["step"][-1], new["kept"]["6"], flush=True)


def load() -> dict[str, Any]:
    return json.loads(FILE.read_text()) if FILE.exists() else {}


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(sys.argv[1:] or list(MEMORIES))
