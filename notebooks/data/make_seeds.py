"""Train the DNCs and the LSTM of notebook 07 with five seeds; save what was measured here.

Run it from anywhere::

    python notebooks/data/make_seeds.py

It takes some ten minutes on one core, and goes on where it was interrupted. The DNC trains until
it copies without error. The LSTM has as many parameters and trains until it hardly improves; the
last runs try other learning rates for it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from memorylab.files import write_atomically
from memorylab.memory import DNC, LSTM, WithReadout
from memorylab.memory.dnc import ablate
from memorylab.tasks import AssociativeRecall, Copy
from memorylab.training import Film, History, bit_error, save_weights, train
from memorylab_course import setup
from memorylab_course.recall_rows import written_rows

FOLDER = Path(__file__).parent
FILE = FOLDER / "dnc_seeds.json"
WEIGHTS = FOLDER / "copy_lstm_weights.safetensors"
SEEDS = range(5)
LENGTHS = (2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 24)
PARTS = ("links", "usage", "content")
MILESTONES = ("writes are sharp", "each word is read where it was written", "all bits are right")
PROBED = (0, -2, 2)
"""Steps from an item to itself, to the one before and to the one after."""
OTHER_RATES = (0.001, 0.01)
LSTM_RATE, LSTM_STEPS, LSTM_BATCH = 0.003, 6000, 64

COPY = Copy(word_size=8, min_length=1, max_length=8)
RECALL = AssociativeRecall(min_items=2, max_items=4, item_length=1, word_size=6)


def by_length(model: Any) -> list[float]:
    """Return the bit error at each of ``LENGTHS``."""
    return [bit_error(model, replace(COPY, min_length=n, max_length=n)) for n in LENGTHS]


def curve(history: History) -> dict[str, list[float]]:
    """Return what the notebook draws of a history."""
    return {"step": history.step, "bit_error": [round(error, 5) for error in history.bit_error]}


def damage(model: DNC, task: Any) -> list[float]:
    """Return the bit error whole, and without each of ``PARTS``."""
    return [bit_error(model, task), *(bit_error(ablate(model, part), task) for part in PARTS)]


def probe(model: DNC) -> list[float]:
    """Return the share of right bits that a linear probe finds for each of ``PROBED``.

    It is fitted to the rows of the second and the third item of 200 lists of four, and tested on
    200 others.
    """
    lists = replace(RECALL, min_items=4).sample(400, torch.Generator().manual_seed(7))
    rows = written_rows(model, lists, steps=(3, 5), end=9)  # [B, 2, W]
    rows = torch.cat([rows, torch.ones(400, 2, 1)], dim=-1)  # [B, 2, W + 1]
    shares = []
    for shift in PROBED:
        bits = torch.stack([lists.input[:, step + shift, :6] for step in (3, 5)], 1)  # [B, 2, bits]
        x, x_new = rows.flatten(0, 1).chunk(2)  # [400, W + 1] each
        y, y_new = bits.flatten(0, 1).chunk(2)  # [400, bits] each
        weights = torch.linalg.lstsq(x, 2 * y - 1).solution  # [W + 1, bits]
        shares.append(float(((x_new @ weights > 0) == (y_new > 0.5)).float().mean()))
    return shares


def milestones(film: Film) -> list[int]:
    """Return the first filmed updates with what ``MILESTONES`` says, for a list of eight words."""
    reached = []
    for trace in film.traces:
        written, read = trace.write_weighting[:8], trace.read_weighting[9:, 0]  # [8, N] each
        right = (trace.output > 0) == (trace.target > 0.5)  # [T, bits]
        in_order = read.argmax(-1) == written.argmax(-1)  # [8]
        reached.append((written.max(-1).mean() > 0.8, in_order.all(), right[9:].all()))
    return [
        next(step for step, done in zip(film.steps, reached, strict=True) if done[place])
        for place in range(len(MILESTONES))
    ]


def dnc_on_copy(seed: int) -> dict[str, Any]:
    """Train a DNC to copy; measure it at other lengths, in a larger memory and without parts."""
    setup(seed=seed)
    model = DNC(COPY.input_size, COPY.output_size, num_locations=16, word_size=16)
    eight = replace(COPY, min_length=8).sample(1, torch.Generator().manual_seed(5))
    film = Film(eight.input[0], eight.target[0], eight.mask[0], every=10)
    options = {"learning_rate": 0.01, "batch_size": 16, "seed": seed, "film": film}
    history = train(model, COPY, progress=False, **options)
    large = DNC(COPY.input_size, COPY.output_size, num_locations=64, word_size=16)
    large.load_state_dict(model.state_dict())
    return {
        "curve": curve(history),
        "lengths": by_length(model),
        "lengths, 64 locations": by_length(large),
        "damage": damage(model, COPY),
        "milestones": milestones(film),
    }


def dnc_on_recall(seed: int) -> dict[str, Any]:
    """Train a DNC on associative recall; measure it without parts, and probe what it stores."""
    setup(seed=seed)
    model = DNC(RECALL.input_size, RECALL.output_size, num_locations=16, word_size=16)
    options = {"steps": 6000, "learning_rate": 0.01, "stop_below": 0.01, "seed": seed}
    history = train(model, RECALL, progress=False, **options)
    return {"curve": curve(history), "damage": damage(model, RECALL), "probe": probe(model)}


def lstm_on_copy(seed: int, learning_rate: float = LSTM_RATE) -> dict[str, Any]:
    """Train an LSTM of the DNC's size to copy, to the end; measure it at other lengths."""
    setup(seed=seed)
    model = WithReadout(LSTM(COPY.input_size, hidden_size=79), COPY.output_size)
    options = {"steps": LSTM_STEPS, "batch_size": LSTM_BATCH, "evaluate_every": 100}
    history = train(
        model,
        COPY,
        learning_rate=learning_rate,
        stop_below=None,
        seed=seed,
        progress=False,
        **options,
    )
    if (seed, learning_rate) == (0, LSTM_RATE):
        save_weights(model, WEIGHTS)
    return {"curve": curve(history), "lengths": by_length(model)}


RUNS = {
    **{f"dnc, copy, seed {seed}": (dnc_on_copy, seed) for seed in SEEDS},
    **{f"dnc, recall, seed {seed}": (dnc_on_recall, seed) for seed in SEEDS},
    **{f"lstm, copy, seed {seed}": (lstm_on_copy, seed) for seed in SEEDS},
    **{f"lstm, learning rate {rate:g}": (lstm_on_copy, 0, rate) for rate in OTHER_RATES},
}


def main() -> None:
    """Make the runs that the file lacks."""
    torch.set_num_threads(1)
    head = {"lengths": LENGTHS, "parts": PARTS, "probed": PROBED, "milestones": MILESTONES}
    found = head | (json.loads(FILE.read_text()) if FILE.exists() else {})
    for name, (function, *arguments) in RUNS.items():
        if name in found:
            continue
        found[name] = function(*arguments)
        with write_atomically(FILE) as temporary:
            temporary.write_text(json.dumps(found) + "\n", encoding="utf-8")
        print(name, flush=True)


if __name__ == "__main__":
    main()
