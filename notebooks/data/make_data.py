"""Train the small DNCs and the agent that the notebooks open; save them and a film of one here.

Run it from anywhere, after a change that makes the stored files unreadable or outdated::

    python notebooks/data/make_data.py

It takes about two minutes on one core. The weights differ in their last digits from machine to
machine, so the notebooks that show them are to be executed again afterwards.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from memorylab.memory import DNC
from memorylab.memory.dnc import DNCTrace
from memorylab.plots import film_strip
from memorylab.rllib import ppo_config, train_ppo
from memorylab.tasks import AssociativeRecall, Batch, Copy, Task
from memorylab.training import Film, save_weights, train
from memorylab_course import setup

FOLDER = Path(__file__).parent


def sample(task: Task) -> Batch:
    """Draw the sequence that the notebooks show."""
    return task.sample(1, torch.Generator().manual_seed(5))


def make(name: str, task: Task, shown: Batch, **training: Any) -> DNCTrace:
    """Train a DNC on ``task``; save its weights, and save and return its trace on ``shown``."""
    setup(seed=0)
    model = DNC(task.input_size, task.output_size)
    history = train(model, task, stop_below=0.0005, **training)
    if not history.solved:
        raise SystemExit(f"{name} was not learnt: bit error {history.bit_error[-1]:.2%}.")
    trace = DNCTrace.record(model, shown.input[0], shown.target[0], task=name)
    trace.validate()
    save_weights(model, FOLDER / f"{name}_weights.safetensors")
    trace.save(FOLDER / f"{name}_trace.npz")
    print(f"{name}: {history.step[-1]} steps")
    return trace


def make_copy() -> None:
    """Train the DNC that copies, and save the film of its training and its film strip too."""
    shown = sample(Copy(min_length=8, max_length=8))
    # It learns within 250 steps, most of it after step 100.
    film = Film(shown.input[0], shown.target[0], shown.mask[0], every=10)
    trace = make("copy", Copy(), shown, steps=2000, film=film)
    film.save(FOLDER / "copy_film.npz")
    film_strip(trace, order="first_write").savefig(FOLDER / "copy_film_strip.png")


def make_agent() -> None:
    """Train an agent of the T-maze that has nothing but the DNC's matrix to remember with."""
    sizes = {"controller": "feedforward", "num_locations": 6, "word_size": 6}
    agent = train_ppo(ppo_config("TMaze", "dnc", memory_config=sizes), stop_return=0.95)
    if not agent.history.solved:
        raise SystemExit(f"The T-maze was not learnt: return {agent.history.mean_return[-1]:.2f}.")
    save_weights(agent.module, FOLDER / "tmaze_weights.safetensors")
    print(f"tmaze: {agent.history.env_steps[-1]} environment steps")


if __name__ == "__main__":
    make_copy()
    recall = AssociativeRecall(max_items=4, item_length=1)
    make("associative_recall", recall, sample(replace(recall, min_items=4)), steps=6000)
    make_agent()
