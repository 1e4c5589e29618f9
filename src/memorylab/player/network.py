"""A trained DNC on its way to the browser: its sizes and its weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from memorylab.memory import DNC
from memorylab.player.packing import Block

_TOLERANCE = 1e-9


def pack_model(model: Any, block: Block) -> dict[str, Any]:
    """Return what a page needs to run a model, and append its weights to ``block``.

    Raises:
        TypeError: The model is not a DNC.
        ValueError: Its numbers don't follow from its weights by the DNC's equations.
    """
    check_model(model)
    return {
        "sizes": sizes(model),
        "controller": "lstm" if model.cell.num_lstm_layers else "feedforward",
        "weights": {
            name: block.add(tensor.double().cpu().numpy(), exact=True)
            for name, tensor in model.state_dict().items()
        },
    }


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
