"""The checks of what a memory model is given, with messages that say what was expected."""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from jaxtyping import Float, Integer
from torch import Tensor

NAMES_ELSEWHERE = {
    **dict.fromkeys(("nr_cells", "memory_size", "mem_size", "num_cells"), "num_locations"),
    **dict.fromkeys(("cell_size", "memory_width", "word_length", "cell_width"), "word_size"),
    **dict.fromkeys(("read_heads", "num_reads", "num_heads", "n_read_heads"), "num_read_heads"),
    **dict.fromkeys(("num_layers", "num_hidden_layers", "n_layers"), "num_controller_layers"),
    **dict.fromkeys(("controller_size", "num_units", "hidden_dim", "nn_size"), "hidden_size"),
    **dict.fromkeys(("rnn_type", "controller_type", "mode"), "controller"),
    **dict.fromkeys(("in_features", "input_dim"), "input_size"),
    **dict.fromkeys(("out_features", "output_dim", "nn_output_size"), "output_size"),
}
"""Arguments of the ``dnc`` package, of deepmind/dnc and of PyTorch, by our names."""

WITHOUT_NAME = {
    "num_layers": "it has one layer; to stack two, feed one model's output to the next",
    "batch_first": "input is always [B, T, F]",
    "bidirectional": "a memory reads forwards only; run a second model over the reversed sequence",
    "dropout": "put torch.nn.Dropout before or behind the model",
    "bias": "all layers have one",
    "nonlinearity": "it is tanh",
    "proj_size": "put a layer behind it: WithReadout(model, output_size)",
    "gpu_id": "use model.to(device)",
    "device": "use model.to(device)",
    "dtype": "use model.to(dtype)",
    "num_writes": "there is one write head, as in the paper",
    "write_heads": "there is one write head, as in the paper",
    "independent_linears": "one linear layer gives the whole interface vector",
    "share_memory": "each model has one memory",
    "share_memory_between_layers": "each model has one memory",
    "clip": "use torch.nn.utils.clip_grad_norm_, or clamp the output",
    "clip_value": "clamp the output",
    "debug": "model.trace(z) records everything",
}
"""Arguments of theirs that ours lack, and what to do instead."""


def check_arguments(model_class: type, given: Mapping[str, Any]) -> None:
    """Raise TypeError if a constructor is given an argument by another program's name for it."""
    # Of the constructor itself: that of the class may be the one of __new__.
    known = inspect.signature(model_class.__init__).parameters  # type: ignore[misc]
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in known.values()):
        return
    for name in given.keys() - known.keys():
        if hint := other_name(name, known):
            raise TypeError(f"{model_class.__name__} has no argument {name!r}: {hint}.")


def other_name(name: str, known: Mapping[str, Any]) -> str | None:
    """Return what to say to one who knows an argument by another program's name, if it is one."""
    if NAMES_ELSEWHERE.get(name) in known:
        return f"it is called {NAMES_ELSEWHERE[name]!r} here"
    return WITHOUT_NAME.get(name)


def is_autocast(z: Any) -> bool:
    """Return whether ``z`` holds real numbers on a device where autocast is on."""
    return (
        isinstance(z, Tensor)
        and z.is_floating_point()
        and torch.amp.is_autocast_available(z.device.type)
        and torch.is_autocast_enabled(z.device.type)
    )


def check_order(
    z: Tensor,
    state: Any = None,
    t_starts: Tensor | None = None,
    seq_lens: Tensor | None = None,
) -> None:
    """Raise ValueError if ``z`` seems to be ``[T, B, F]``.

    It does if its second dimension, and not its first, is the number of rows of all the rest.
    """
    max_len, batch_size = z.shape[:2]
    rows = [part for part in (t_starts, seq_lens) if isinstance(part, Tensor)]
    rows += [part for _, part in _tensors(state, "state")]
    if max_len != batch_size and rows and all(part.shape[:1] == (batch_size,) for part in rows):
        raise ValueError(
            f"z has the shape {list(z.shape)}, and the state or the lengths are of {batch_size} "
            "rows. Is it [T, B, F]? It must be [B, T, F]: z.transpose(0, 1)."
        )


def check_devices(device: torch.device, tensors: Mapping[str, Any], model: str) -> None:
    """Raise ValueError if a tensor, or one in a state, is not where the parameters are."""
    for what, value in tensors.items():
        for where, tensor in _tensors(value, what):
            if tensor.device != device:
                raise ValueError(
                    f"{where} is on {tensor.device}, but the parameters of {model} are on "
                    f"{device}. Move one of them: {what}.to({str(device)!r}) or "
                    f"model.to({str(tensor.device)!r})."
                )


def _tensors(value: Any, where: str) -> Iterator[tuple[str, Tensor]]:
    if isinstance(value, Tensor):
        yield where, value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _tensors(part, f"{where}[{key!r}]")


def check_state(
    state: dict[str, Any], expected: dict[str, Any], batch_size: int, where: str = "state"
) -> None:
    """Raise unless the tensors of ``state`` are ``batch_size`` rows of those ``expected``."""
    if not isinstance(state, dict) or state.keys() != expected.keys():
        found = sorted(state) if isinstance(state, dict) else type(state).__name__
        raise ValueError(
            f"{where} must be a dictionary with the keys {sorted(expected)}, but has {found}. "
            "Start from batch_initial_state(batch_size)."
        )
    for key, tensor in expected.items():
        found = state[key]
        if isinstance(tensor, dict):
            check_state(found, tensor, batch_size, f"{where}[{key!r}]")
        elif not isinstance(found, Tensor):
            raise TypeError(f"{where}[{key!r}] must be a tensor, but is {type(found).__name__}.")
        elif found.shape != (batch_size, *tensor.shape):
            raise ValueError(
                f"{where}[{key!r}] must have the shape {[batch_size, *tensor.shape]}, but has "
                f"{list(found.shape)}. Start from batch_initial_state(batch_size)."
            )
        elif found.dtype != tensor.dtype:
            raise TypeError(f"{where}[{key!r}] must be {tensor.dtype}, but is {found.dtype}.")


def check_finite(z: Float[Tensor, "B T F"], seq_lens: Integer[Tensor, "B"]) -> None:
    """Raise ValueError if a real step holds NaN or infinity."""
    # If any entry is not finite, neither is the sum, and summing is three times cheaper.
    if not math.isfinite(z.detach().sum()) and not z.isfinite().all():
        row, step = (~z.isfinite()).any(-1).nonzero()[0].tolist()
        raise ValueError(
            f"z holds NaN or infinity at row {row}, step {step}, which is a real step "
            f"(seq_lens[{row}] = {int(seq_lens[row])}). Mend the data, or shorten seq_lens."
        )
