"""A run of a DNC's memory once more, from what its controller asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from memorylab.memory.disturbance import Disturbance
from memorylab.memory.dnc.ablation import check_parts, disturbance_without
from memorylab.memory.dnc.addressing import TIE
from memorylab.memory.dnc.cell import memory_step
from memorylab.memory.dnc.state import Interface, MemoryState, Weightings, empty_memory
from memorylab.memory.model import batched

FROM_INTERFACE = (*MemoryState._fields, *Weightings._fields)
"""The arrays of a trace that follow from the interface, if the run began with an empty memory."""

NOT_STORED = tuple(name for name in FROM_INTERFACE if name != "usage")
"""Those that the file of a large run leaves out; it keeps the usage, for :func:`replay`'s sake."""


def replay(
    arrays: Mapping[str, np.ndarray],
    num_locations: int,
    disturbance: Disturbance | str | None = None,
) -> dict[str, np.ndarray]:
    """Compute the arrays in ``FROM_INTERFACE`` for a run that began with an empty memory.

    The run is computed in double precision, by the reference. On another processor it may round
    differently. Usages within ``addressing.TIE`` are tied, so that this doesn't change where the
    run writes; if ``usage`` is given, it can't.

    Args:
        arrays: The parts of the interface as a trace has them; optionally also ``usage``
            ``[T, N]``, which is then taken as it is. Other arrays don't matter.
        num_locations: Number of locations N.
        disturbance: What was changed in the run: see :func:`recorded_disturbance`.

    Returns:
        The arrays ``[T, ...]`` by name.
    """
    num_steps = len(arrays["write_gate"])
    results: dict[str, np.ndarray] = {}
    for number, step in enumerate(replay_steps(arrays, num_locations, disturbance)):
        for name, array in step.items():
            if number == 0:
                results[name] = np.empty((num_steps, *array.shape))
            results[name][number] = array
    return results


def replay_steps(
    arrays: Mapping[str, np.ndarray],
    num_locations: int,
    disturbance: Disturbance | str | None = None,
) -> Iterator[dict[str, np.ndarray]]:
    """Yield the steps of :func:`replay` one by one, without keeping them."""
    disturbance = Disturbance.parse(disturbance)
    given = {
        name: torch.tensor(arrays[name], dtype=torch.float64)  # [T, ...]
        for name in (*Interface._fields, "usage")
        if name in arrays
    }
    _, num_read_heads, word_size = given["read_keys"].shape
    like = torch.empty((), dtype=torch.float64)
    memory = empty_memory(num_locations, word_size, num_read_heads, like)
    state = MemoryState(**batched(memory._asdict(), 1))
    for step in range(len(given["write_gate"])):

        def edit(name: str, tensor: Tensor, step: int = step) -> Tensor:
            if name in given:
                return given[name][step : step + 1]
            return disturbance.apply(name, tensor, step)

        asked = Interface(*(given[name][step : step + 1] for name in Interface._fields))
        state, weightings = memory_step(state, asked, edit, TIE)
        parts = state._asdict() | weightings._asdict()
        yield {name: tensor[0].numpy() for name, tensor in parts.items()}


def recorded_disturbance(metadata: Mapping[str, Any]) -> Disturbance:
    """Return all that was changed in a run, by a trace's metadata: ablations, then edits.

    Raises:
        TypeError: The metadata holds something else under these names.
        ValueError: The same.
    """
    ablated = disturbance_without(check_parts(metadata.get("ablated", ())))
    return Disturbance.parse(metadata.get("disturbance")).after(ablated.edits)
