"""Weights on disk, as safetensors: numbers only, nothing that could be executed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from memorylab.files import write_atomically


def save_weights(model: nn.Module, path: str | Path) -> None:
    """Write parameters and buffers as safetensors; an interrupt leaves an older file as it was.

    Raises:
        OSError: The folder can't be written, or its disk is full; the message names the file.
    """
    tensors = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    with write_atomically(path) as temporary:
        try:
            save_file(tensors, temporary)
        except SafetensorError as error:
            # safetensors wraps what the operating system says.
            raise OSError(str(error)) from error


def load_weights(model: nn.Module, path: str | Path) -> None:
    """Load weights into a model of the same kind and sizes; all of them or none.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is damaged, or a name or shape is not the model's; the message lists
            the differences.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"There are no weights at {path}.")
    try:
        tensors = load_file(path)
    except SafetensorError as error:
        raise ValueError(f"{path} is damaged, or is not a safetensors file ({error}).") from error
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
