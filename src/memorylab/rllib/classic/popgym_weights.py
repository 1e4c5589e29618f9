"""Conversion of weights that were saved from POPGym's models, or by release 0.1."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from torch import Tensor

from memorylab.memory import DNC

if TYPE_CHECKING:
    from memorylab.rllib.classic.base_model import BaseModel

# By embedding, the tensor that POPGym stores and our models compute or don't need.
_NOT_STORED = {
    None: "embedding_strength",
    "sine": "embedding.weight",
    "scaled_sine": "embedding.weight",
    "simple_scaled": "embedding.v",
    "base2": "embedding.mask",
}


def convert_popgym_state_dict(
    state_dict: Mapping[str, Tensor], model: BaseModel
) -> dict[str, Tensor]:
    """Bring the weights of POPGym's model, or of release 0.1, into the names and order of ours.

    All models but ``DiffNC`` then compute the same outputs, and their ``load_state_dict`` does this
    by itself. ``DiffNC`` computes other outputs, because POPGym's DNC is not the paper's. It passes
    keys and write vectors through tanh and lacks the 1 in the strengths' ``1 + softplus``. In a
    sequence of several steps, it gives the controller at every step the vectors read before the
    first. POPGym's optimizer never held the weights of the DNC, so they are random numbers anyway:
    train the converted model.

    Args:
        state_dict: POPGym's ``state_dict()``. Tensors under our names stay as they are.
        model: The model to load it into, with POPGym's options.

    Raises:
        ValueError: The weights have other sizes than the model.
    """
    own = model.state_dict()
    dropped = _NOT_STORED.get(model.cfg["embedding"])
    converted = {}
    for name, tensor in state_dict.items():
        if name == dropped and f"networks.{name}" not in own:
            if name == "embedding.weight" and len(tensor) != model.max_seq_len:
                raise ValueError(
                    f"The weights belong to a model with max_seq_len {len(tensor)}, but that of "
                    f"this model is {model.max_seq_len}. Its clock would run differently."
                )
            continue
        if name.startswith("core.rnn_layer_memory_shared") and isinstance(model.core, DNC):
            # A head's modes are backward, forward, content; the paper swaps the last two.
            tensor, heads = tensor.clone(), model.cfg["read_heads"]
            modes = tensor[-3 * heads :].unflatten(0, (heads, 3))  # A view [R, 3, ...].
            modes[:, 1:] = modes[:, 1:].flip(1)
        for pattern, renamed in model.RENAMED.items():
            if re.match(rf"{pattern}\b", name):
                name = re.sub(rf"^{pattern}\b", renamed, name)
                break
        converted[_own_name(name, own)] = tensor
    for name, tensor in converted.items():
        if name in own and tensor.shape != own[name].shape:
            raise ValueError(
                f"{name} is {list(tensor.shape)} in the weights, but {list(own[name].shape)} in "
                f"the model. Build the model with the options of the one that was saved."
            )
    return converted


def _own_name(name: str, own: Mapping[str, Tensor]) -> str:
    core = name.removeprefix("core.")
    part = core.rpartition(".")[2]  # Of the DNC, weight_ih_l0 and such.
    weight, _, layer = part.rpartition("_l")
    # The first is of release 0.1, and the last of POPGym's "benchmark", whose cells have no layers.
    candidates = [name, f"core.core.{core}", f"core.network.{core}", f"core.network.{core}_l0"]
    if core.startswith("lstm_layer_0."):
        candidates += [
            f"core.cell.controller.{weight}",
            f"core.cell.controller.layers.{layer}.{weight}",
        ]
    elif core.startswith("rnn_layer_memory_shared."):
        candidates.append(f"core.cell.interface.{part}")
    candidates = [name, *(f"networks.{candidate}" for candidate in candidates)]
    return next((candidate for candidate in candidates if candidate in own), name)
