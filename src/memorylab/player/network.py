"""A trained DNC on its way to the browser: its sizes, its weights, and what it is to run on."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from memorylab.memory import DNC
from memorylab.memory.disturbance import Disturbance
from memorylab.memory.dnc.ablation import disturbance_without
from memorylab.memory.dnc.trace import DNCTrace
from memorylab.memory.trace import MemoryTrace
from memorylab.player.packing import Block
from memorylab.tasks import Batch, Task

_TOLERANCE = 1e-9


def pack_model(
    model: Any,
    input: Any,
    task: Task | None,
    disturbance: Disturbance | str | None,
    block: Block,
) -> dict[str, Any]:
    """Return what a page's header says of a model to run, and append its weights to ``block``.

    Raises:
        TypeError: The model is not a DNC, or ``task`` is no task.
        ValueError: Its numbers don't follow from its weights by the DNC's equations; or the input
            is not one of the task's.
    """
    check_model(model)
    if task is not None and not isinstance(task, Task):
        raise TypeError(f"task must be a task such as Copy(), but is {type(task).__name__}.")
    header: dict[str, Any] = {"model": pack_weights(model, block)}
    # The page has no other way to do without a part.
    whole = Disturbance.parse(disturbance).after(disturbance_without(model.cell.ablated).edits)
    if whole:
        header["disturbance"] = str(whole)
    if task is not None:
        options = dataclasses.asdict(task)  # type: ignore[call-overload]  # tasks are dataclasses
        words, asked = _read_words(task, input, whole)
        about = {"name": type(task).__name__, "options": options}
        header["task"] = about | {"words": list(words), "asked": asked}
    return header


def pack_weights(model: DNC, block: Block) -> dict[str, Any]:
    """Return a model's sizes, and where in ``block`` its weights are."""
    return {
        "sizes": sizes(model),
        "controller": "lstm" if model.cell.num_lstm_layers else "feedforward",
        "weights": {
            name: block.add(tensor.double().cpu().numpy(), exact=True)
            for name, tensor in model.state_dict().items()
        },
    }


def record(
    model: Any, input: Any, task: Task | None, disturbance: Disturbance | str | None
) -> tuple[DNCTrace, DNCTrace]:
    """Return the trace of a run; and again with its input as it was before the disturbance.

    The page makes the edits of the input itself, so that its reader can undo them.

    Args:
        model: The DNC.
        input: One sequence ``[T, F]``, or a batch of one, which brings its target and mask. Not
            needed if the disturbance has words.
        task: Turns the disturbance's words into a batch.
        disturbance: What to change in the run, or its text.

    Raises:
        TypeError: There is no input.
        ValueError: The batch has several rows, or the disturbance has words and there is no task.
    """
    parsed = Disturbance.parse(disturbance)
    if task is None and parsed.words is not None:
        raise ValueError(
            f"words={','.join(parsed.words)}: only a task can make input of words. Give the "
            "task too, such as task=Copy()."
        )
    if task is not None:
        input = make_batch(task, *_read_words(task, input, parsed), parsed.words)
    if input is None:
        raise TypeError("A model needs an input: one sequence [T, F], or a batch of one.")
    extras: dict[str, np.ndarray] = {}
    if isinstance(input, Batch):
        input, extras = _split_batch(input)
        input = input.to(next(model.parameters()))
    edits = dataclasses.replace(parsed, words=None)
    trace = model.trace(input, disturbance=edits)
    text = {"disturbance": str(parsed)} if parsed else {}
    trace = DNCTrace(trace.arrays | extras, trace.metadata | text)
    return trace, trace.with_arrays(input=torch.as_tensor(input).double().cpu().numpy())


def make_batch(
    task: Task, words: Sequence[str], asked: Mapping[str, Any], others: Sequence[str] | None
) -> Batch:
    """Return a batch of one for a task's ``words`` and ``asked``, or for ``others`` instead.

    What was asked for is asked for again, where the other words still have such a thing.
    """
    if others is None or not asked:
        return task.make(words if others is None else others, **asked)
    plain = task.make(others)
    try:
        return task.make(others, **asked)
    except ValueError:
        return plain


def count_wrong(trace: MemoryTrace) -> dict[str, int]:
    """Return how many bits were ``asked`` for, and how many of the answers are ``wrong``.

    An answer is 1 where the output, a logit, is above 0.

    Raises:
        ValueError: The trace has no bits to compare with, or doesn't say which are asked for.
    """
    if not {"target", "mask"} <= trace.arrays.keys():
        raise ValueError(
            "Without a task nobody can say what is wrong: there is no target, or no mask. Give the "
            "task, such as task=Copy(), or a batch of one as input."
        )
    asked = trace.mask.astype(bool)  # [T]
    wrong = (trace.output > 0) != (trace.target > 0.5)  # [T, D]
    return {"wrong": int(wrong[asked].sum()), "asked": int(wrong[asked].size)}


def _read_words(
    task: Task, input: Any, disturbance: Disturbance
) -> tuple[Sequence[str], dict[str, Any]]:
    """Return the words of the input, and what of them is asked for; those of a disturbance."""
    if input is None:
        if disturbance.words is None:
            raise TypeError("A model needs an input: one sequence [T, F], or a batch of one.")
        return disturbance.words, {}
    sequence = _split_batch(input)[0] if isinstance(input, Batch) else torch.as_tensor(input)
    return task.read(sequence)


def _split_batch(batch: Batch) -> tuple[torch.Tensor, dict[str, np.ndarray]]:
    """Return the input ``[T, F]`` of a batch of one, and its target and mask."""
    if len(batch.input) != 1:
        raise ValueError(
            f"A player shows one sequence, but the batch has {len(batch.input)}. Draw a batch "
            "of one: task.sample(1, generator)."
        )
    steps = int(batch.seq_lens[0])
    extras = {"target": batch.target[0, :steps].numpy(), "mask": batch.mask[0, :steps].numpy()}
    return batch.input[0, :steps], extras


def sizes(model: DNC) -> dict[str, int]:
    """Return a DNC's sizes by the names that the page has for them."""
    cell = model.cell
    return {
        "input": model.input_size,
        "output": model.output_size,
        "hidden": cell.hidden_size,
        "locations": cell.num_locations,
        "word": cell.word_size,
        "heads": cell.num_read_heads,
        "layers": max(1, cell.num_lstm_layers),
    }


def check_model(model: Any) -> None:
    """Raise unless a page can run the model: see :func:`pack_model`."""
    if not isinstance(model, DNC):
        raise TypeError(
            f"A page can run a DNC with an LSTM or a feed-forward controller, but got "
            f"{type(model).__name__}. Record a trace of it and play that."
        )
    cell = model.cell
    if cell.has_gru:
        raise TypeError(
            "A page can run a DNC with an LSTM or a feed-forward controller, but this one's is a "
            "GRU. Record a trace of it and play that."
        )
    plain = DNC(
        model.input_size,
        model.output_size,
        hidden_size=cell.hidden_size,
        num_locations=cell.num_locations,
        word_size=cell.word_size,
        num_read_heads=cell.num_read_heads,
        controller="lstm" if cell.num_lstm_layers else "feedforward",
        num_controller_layers=max(1, cell.num_lstm_layers),
        ablated=cell.ablated,
    ).double()
    try:
        plain.load_state_dict(model.state_dict())
    except RuntimeError as error:
        what = " ".join(str(error).split())
        raise ValueError(
            f"A page can't run this DNC, because a part of it was replaced: {what}"
        ) from None
    noise = np.random.default_rng(0).standard_normal((4, model.input_size))
    dtype = next(model.parameters()).dtype
    z = torch.from_numpy(noise).to(dtype)
    difference = model.trace(z).output - plain.trace(z.double()).output
    if not np.abs(difference).max() <= _TOLERANCE:
        raise ValueError(
            "A page can't run this DNC: its output isn't what the equations give for its "
            "weights, so one of its modules was changed, for example by a hook. Record a trace and "
            "play that."
        )
