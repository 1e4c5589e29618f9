"""A trained DNC on its way to the browser: its sizes, its weights, and what it is to run on."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import torch

from memorylab.memory import DNC
from memorylab.memory.disturbance import Disturbance
from memorylab.memory.dnc.ablation import disturbance_without
from memorylab.memory.dnc.trace import DNCTrace
from memorylab.player.packing import Block
from memorylab.tasks import Batch, Task

_TOLERANCE = 1e-9


def pack_model(
    model: Any, task: Task | None, disturbance: Disturbance | str | None, block: Block
) -> dict[str, Any]:
    """Return what a page's header says of a model to run, and append its weights to ``block``.

    Raises:
        TypeError: The model is not a DNC.
        ValueError: Its numbers don't follow from its weights by the DNC's equations.
    """
    check_model(model)
    header: dict[str, Any] = {"model": pack_weights(model, block)}
    # The page has no other way to do without a part.
    whole = Disturbance.parse(disturbance).after(disturbance_without(model.cell.ablated).edits)
    if whole:
        header["disturbance"] = str(whole)
    if task is not None:
        options = dataclasses.asdict(task)  # type: ignore[call-overload]  # tasks are dataclasses
        header["task"] = {"name": type(task).__name__, "options": options}
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
        TypeError: ``task`` is no task, or there is no input.
        ValueError: The batch has several rows, or the disturbance has words and there is no task.
    """
    if task is not None and not isinstance(task, Task):
        raise TypeError(f"task must be a task such as Copy(), but is {type(task).__name__}.")
    parsed = Disturbance.parse(disturbance)
    if parsed.words is not None:
        if task is None:
            raise ValueError(
                f"words={','.join(parsed.words)}: only a task can make input of words. Give the "
                "task too, such as task=Copy()."
            )
        input = task.make(parsed.words)
    if input is None:
        raise TypeError("A model needs an input: one sequence [T, F], or a batch of one.")
    extras = {}
    if isinstance(input, Batch):
        if len(input.input) != 1:
            raise ValueError(
                f"A player shows one sequence, but the batch has {len(input.input)}. Draw a batch "
                "of one: task.sample(1, generator)."
            )
        steps = int(input.seq_lens[0])
        extras = {"target": input.target[0, :steps].numpy(), "mask": input.mask[0, :steps].numpy()}
        input = input.input[0, :steps].to(next(model.parameters()))
    edits = dataclasses.replace(parsed, words=None)
    trace = model.trace(input, disturbance=edits)
    text = {"disturbance": str(parsed)} if parsed else {}
    trace = DNCTrace(trace.arrays | extras, trace.metadata | text)
    return trace, trace.with_arrays(input=torch.as_tensor(input).double().cpu().numpy())


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
        raise ValueError(
            f"A page can't run this DNC, because a part of it was replaced: {error}"
        ) from None
    noise = np.random.default_rng(0).standard_normal((4, model.input_size))
    dtype = next(model.parameters()).dtype
    z = torch.from_numpy(noise).to(dtype)
    difference = model.trace(z).output - plain.trace(z.double()).output
    if not np.abs(difference).max() <= _TOLERANCE:
        raise ValueError(
            "A page can't run this DNC: its output isn't what the equations give for its weights, "
            "so one of its modules was changed, for example by a hook. Record a trace and play that."
        )
