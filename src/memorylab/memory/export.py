"""One step of a memory model as a program of its own, for ONNX or ``torch.export``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from memorylab.errors import check_count, suggest
from memorylab.files import write_atomically
from memorylab.memory.model import MemoryModel, State, any_parameter, batched

_FORMATS = {"onnx": ".onnx", "torch": ".pt2"}


class MemoryStep(nn.Module):
    """One step of a memory model whose state also counts the steps, ``{"memory": ..., "time"}``."""

    def __init__(self, memory: MemoryModel):
        super().__init__()
        self.memory = memory

    def initial_state(self) -> State:
        """Return the state at the start, without batch dimension."""
        return {
            "memory": self.memory.initial_state(),
            "time": torch.zeros((), dtype=torch.int64),
        }

    def forward(self, z: Float[Tensor, "B F"], state: State) -> tuple[Tensor, State]:
        """Return the output ``[B, D]`` and the state after it."""
        y, memory = self.memory(z.unsqueeze(1), state["memory"], state["time"])
        return y.squeeze(1), {"memory": memory, "time": state["time"] + 1}


def export_memory(
    memory: MemoryModel, path: str | Path, format: str = "onnx", *, batch_size: int = 1
) -> None:
    """Write one step of a memory model: input and state in, output and state out.

    In ONNX, the tensors are called ``z``, ``y`` and, on both sides, ``state.memory.hidden``,
    ``state.time`` …; those that go out end in ``.next``. All zeros are the state at the start.

    Args:
        memory: The model.
        path: Where the program goes; it ends in ``.onnx``, or in ``.pt2`` for ``"torch"``.
        format: ``"onnx"`` (needs the packages onnx and onnxscript), or ``"torch"`` for
            ``torch.export.load``.
        batch_size: How many rows B the program takes.

    Raises:
        ValueError: There is no such format, the path has another ending, or ``batch_size`` is below
            1.
        ImportError: A package is missing.
        OSError: The file can't be written.
    """
    step = MemoryStep(memory)
    z = any_parameter(memory).new_zeros(check_count(batch_size, "batch_size"), memory.input_size)
    export_step(step, z, step.initial_state(), path, format, ("z", "y"))


def export_step(
    step: nn.Module,
    example: Any,
    state: State,
    path: str | Path,
    format: str,
    names: tuple[str, str],
) -> None:
    """Write a module that maps input and state to output and state.

    Args:
        step: The module.
        example: An input ``[B, ...]``, or a dictionary or tuple of such.
        state: The initial state, without batch dimension.
        path, format: See :func:`export_memory`.
        names: The names of input and output.
    """
    if format not in _FORMATS:
        raise ValueError(f"There is no format {format!r}.{suggest(format, _FORMATS)}")
    path = Path(path)
    if path.suffix != _FORMATS[format]:
        raise ValueError(
            f"The format {format!r} is for a file that ends in {_FORMATS[format]}, but got "
            f"{path.name!r}."
        )
    batch_size = len(next(_tensors(example, ""))[1])
    inputs = (example, batched(state, batch_size))
    with torch.no_grad():
        program = torch.export.export(step, inputs, strict=False)
    if format == "torch":
        with write_atomically(path) as temporary:
            torch.export.save(program, temporary)
        return
    states = [name for name, _ in _tensors(state, "state")]
    try:
        model: Any = torch.onnx.export(
            program,
            custom_translation_table={
                torch.ops.aten.sort.stable: _stable_sort,
                torch.ops.prims.prod.default: _product,
            },
            input_names=[name for name, _ in _tensors(example, names[0])] + states,
            output_names=[names[1], *(f"{name}.next" for name in states)],
            verbose=False,
        )
    except ImportError as error:
        raise ImportError(
            "The format 'onnx' needs the packages onnx and onnxscript: pip install onnx onnxscript."
        ) from error
    with write_atomically(path) as temporary:
        model.save(temporary)


def _stable_sort(x: Any, stable: bool = True, dim: int = -1, descending: bool = False) -> Any:
    """Sort in ONNX, for which PyTorch has no stable sort: of equals TopK takes the first first."""
    from onnxscript import opset18

    if dim != -1:
        raise NotImplementedError(f"Only the last dimension can be sorted, but not {dim}.")
    return opset18.TopK(x, opset18.Shape(x, start=-1), axis=-1, largest=int(descending), sorted=1)


def _product(x: Any, dims: Any) -> Any:
    """Multiply along dimensions in ONNX."""
    from onnxscript import opset18

    axes: Any = opset18.Constant(value_ints=list(dims))
    return opset18.ReduceProd(x, axes, keepdims=0)


def _tensors(value: Any, where: str) -> Iterator[tuple[str, Tensor]]:
    if isinstance(value, Mapping | tuple):
        parts = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, part in parts:
            yield from _tensors(part, f"{where}.{key}")
    else:
        yield where, value
