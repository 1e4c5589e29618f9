"""Training a memory model on a sequence task."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from typing import Unpack

import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from memorylab.errors import check_count
from memorylab.memory import MemoryModel
from memorylab.sequences import masked_loss
from memorylab.tasks import Batch, Task
from memorylab.training.history import History
from memorylab.training.watching import Watching, watch


def train(
    model: MemoryModel,
    task: Task,
    *,
    steps: int = 2000,
    batch_size: int = 16,
    learning_rate: float = 0.01,
    clip_norm: float = 10.0,
    stop_below: float | None = 0.002,
    evaluate_every: int = 50,
    seed: int = 0,
    **watching: Unpack[Watching],
) -> History:
    """Train ``model`` on fresh batches of ``task`` with Adam.

    The model's outputs are logits of bits. Training ends after ``steps``, or as soon as the bit
    error on a fixed evaluation batch of 128 sequences is below ``stop_below``. An interrupt leaves
    the model with the weights it has by then.

    Args:
        model: A memory model with the task's input and output sizes; trained in place.
        task: Where the batches come from.
        steps: Largest number of gradient steps.
        batch_size: Sequences per step.
        learning_rate: Adam's step size; at 0.001 a DNC learns to copy about five times slower.
        clip_norm: Gradients with a larger norm than this are scaled down to it.
        stop_below: Bit error, 0 to 1, at which the task counts as solved; None trains to the end.
        evaluate_every: Steps between two measurements.
        seed: Seed for drawing batches. Initialising the weights is the caller's business.
        **watching: ``progress=False`` shows no bar. ``film=`` a :class:`Film` records the training.
            ``live=`` a :class:`memorylab.plots.LiveCurve`, or another function from a History to a
            figure, draws the measurements below the bar while a notebook trains.

    Returns:
        For each measurement ``step``, mean ``loss`` since the one before, in nats per bit,
        ``bit_error``, 0 to 1, and ``seconds`` since the start.

    Raises:
        ValueError: Sizes, a count, an argument's name or the film don't fit.
        FloatingPointError: The loss is no longer finite.
    """
    _check_sizes(model, task)
    check_count(steps, "steps")
    check_count(evaluate_every, "evaluate_every")
    history, losses = History(step=[], loss=[], bit_error=[], seconds=[]), []
    start = time.perf_counter()
    training = _losses(model, task, batch_size, learning_rate, clip_norm, seed)
    with watch(model, task, history, steps, watching) as see:
        for step in range(1, steps + 1):
            losses.append(next(training))
            if step % evaluate_every == 0 or step == steps:
                error, mean = bit_error(model, task), sum(losses) / len(losses)
                seconds = time.perf_counter() - start
                history.append(step=step, loss=mean, bit_error=error, seconds=seconds)
                losses.clear()
                history.solved = stop_below is not None and error < stop_below
            see(step)
            if history.solved:
                break
    return history


def _losses(
    model: MemoryModel,
    task: Task,
    batch_size: int,
    learning_rate: float,
    clip_norm: float,
    seed: int,
) -> Iterator[float]:
    """Take gradient steps for ever, and yield the loss before each."""
    device = next(model.parameters()).device
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    for step in itertools.count(1):
        loss = bit_loss(model, task.sample(batch_size, generator).to(device))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
        optimizer.step()
        if not loss.isfinite():
            raise FloatingPointError(
                f"The loss became {loss.item()} at step {step}. Try a smaller learning_rate "
                f"(now {learning_rate}) or clip_norm (now {clip_norm})."
            )
        yield loss.item()


def bit_loss(model: MemoryModel, batch: Batch) -> torch.Tensor:
    """Return the mean cross-entropy of the bits that count, in nats; 0.693 is guessing."""
    logits, _ = model(batch.input, seq_lens=batch.seq_lens)  # [B, T, D]
    return masked_loss(binary_cross_entropy_with_logits, logits, batch.target, batch.mask)


@torch.no_grad()
def bit_error(
    model: MemoryModel, task: Task, *, batch_size: int = 128, seed: int = 10_000
) -> float:
    """Return the share of wrong bits on a batch that ``seed`` determines, 0 to 1.

    The default seed is not that of any training run with a seed below 10,000.
    """
    _check_sizes(model, task)
    device = next(model.parameters()).device
    batch = task.sample(batch_size, torch.Generator().manual_seed(seed)).to(device)
    logits, _ = model(batch.input, seq_lens=batch.seq_lens)  # [B, T, D]
    wrong = (logits > 0) != (batch.target > 0.5)  # [B, T, D]
    return wrong[batch.mask].float().mean().item()


def _check_sizes(model: MemoryModel, task: Task) -> None:
    for name in ("input_size", "output_size"):
        if getattr(model, name) != getattr(task, name):
            raise ValueError(
                f"The model's {name} is {getattr(model, name)}, but {task} needs "
                f"{getattr(task, name)}. WithReadout gives a model any output size."
            )
