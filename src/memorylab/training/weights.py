"""Weights on disk, as safetensors: numbers only, nothing that could be executed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from memorylab.files import write_atomically

_CHECKSUM = "sha256"


def _checksum(tensors: Mapping[str, Tensor]) -> str:
    """Return a checksum over names, types, shapes and numbers."""
    digest = hashlib.sha256()
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name} {tensor.dtype} {list(tensor.shape)}".encode())
        # Bytes, because numpy lacks some of torch's types.
        digest.update(tensor.detach().cpu().reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def save_weights(model: nn.Module, path: str | Path) -> None:
    """Write parameters and buffers as safetensors; an interrupt leaves an older file as it was.

    The file carries a checksum, by which ``load_weights`` notices that a bit has changed.

    Raises:
        OSError: The folder can't be written, or its disk is full; the message names the file.
    """
    tensors = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    with write_atomically(path) as temporary:
        try:
            save_file(tensors, temporary, metadata={_CHECKSUM: _checksum(tensors)})
        except SafetensorError as error:
            # safetensors wraps what the operating system says.
            raise OSError(str(error)) from error


def load_weights(model: nn.Module, path: str | Path) -> None:
    """Load weights into a model of the same kind and sizes; all of them or none.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is damaged, the numbers are not those of its checksum, if it has one,
            or a name or shape is not the model's; the message lists the differences.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"There are no weights at {path}.")
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise ValueError(f"{path} is damaged, or is not a safetensors file ({error}).") from error
    # Files of the first release have no checksum.
    if metadata.get(_CHECKSUM, checksum := _checksum(tensors)) != checksum:
        raise ValueError(
            f"{path} is damaged: its numbers are not those that were written. Copy or save it anew."
        )
    if convert := getattr(model, "convert_state_dict", None):
        tensors = convert(tensors)  # It also reads weights by older names.
    check_weights(model, tensors, str(path))
    model.load_state_dict(tensors)


def check_weights(model: nn.Module, tensors: Mapping[str, Tensor], what: str) -> None:
    """Raise ValueError unless names and shapes are the model's; ``what`` holds the weights."""
    expected = model.state_dict()
    problems = [f"{name} is missing" for name in expected.keys() - tensors.keys()]
    problems += [f"{name} is not in the model" for name in tensors.keys() - expected.keys()]
    problems += [
        f"{name} has the shape {list(tensors[name].shape)}, the model's has "
        f"{list(expected[name].shape)}"
        for name in expected.keys() & tensors.keys()
        if tensors[name].shape != expected[name].shape
    ]
    if problems:
        raise ValueError(
            f"{what} holds the weights of another model: {'; '.join(sorted(problems))}. "
            f"Build {type(model).__name__} with the sizes it was trained with."
        )
