"""The state of a DNC's memory, the parts of its interface vector, and a step's weightings.

The fields stand in the order in which code unpacks them; the table of arrays in ``trace`` has the
shape, kind and meaning of each.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from memorylab.memory.dnc.addressing import oneplus
from memorylab.memory.dnc.trace import ARRAYS


class MemoryState(NamedTuple):
    """The memory of a DNC after a step; the names are the keys of the model's state."""

    memory: Float[Tensor, "B N W"]
    usage: Float[Tensor, "B N"]
    precedence: Float[Tensor, "B N"]
    link: Float[Tensor, "B N N"]
    write_weighting: Float[Tensor, "B N"]
    read_weighting: Float[Tensor, "B R N"]
    read_vectors: Float[Tensor, "B R W"]


class Weightings(NamedTuple):
    """The weightings of a step that are not carried on; recorded in a trace."""

    allocation_weighting: Float[Tensor, "B N"]
    write_content_weighting: Float[Tensor, "B N"]
    read_content_weighting: Float[Tensor, "B R N"]
    forward_weighting: Float[Tensor, "B R N"]
    backward_weighting: Float[Tensor, "B R N"]


class Interface(NamedTuple):
    """The interface vector ξ in its parts, each in its range ("Interface parameters")."""

    read_keys: Float[Tensor, "B R W"]
    read_strengths: Float[Tensor, "B R"]
    write_key: Float[Tensor, "B W"]
    write_strength: Float[Tensor, "B"]
    erase_vector: Float[Tensor, "B W"]
    write_vector: Float[Tensor, "B W"]
    free_gates: Float[Tensor, "B R"]
    allocation_gate: Float[Tensor, "B"]
    write_gate: Float[Tensor, "B"]
    read_modes: Float[Tensor, "B R 3"]


def empty_memory(
    num_locations: int, word_size: int, num_read_heads: int, like: Tensor
) -> MemoryState:
    """Return zeros without batch dimension, of the device and dtype of ``like``."""
    sizes = {"N": num_locations, "W": word_size, "R": num_read_heads}
    return MemoryState(
        *(like.new_zeros(ARRAYS[name].step_shape(sizes)) for name in MemoryState._fields)
    )


def interface_shapes(word_size: int, num_read_heads: int) -> dict[str, tuple[int, ...]]:
    """Return the shape of each part of the interface vector ξ, in the paper's order."""
    sizes = {"W": word_size, "R": num_read_heads}
    return {name: ARRAYS[name].step_shape(sizes) for name in Interface._fields}


def interface_size(word_size: int, num_read_heads: int) -> int:
    """Return the length of the interface vector ξ: W·R + 3W + 5R + 3."""
    return sum(map(math.prod, interface_shapes(word_size, num_read_heads).values()))


def split_interface(vector: Float[Tensor, "B I"], word_size: int, num_read_heads: int) -> Interface:
    """Split the interface vector ξ and bring each part into its range.

    The order is the paper's: that of the fields of :class:`Interface`. Strengths go through
    oneplus, the erase vector and the gates through the sigmoid, the read modes through a softmax
    per head; keys and the write vector stay as they are. I is W·R + 3W + 5R + 3.
    """
    shapes = interface_shapes(word_size, num_read_heads)
    parts = vector.split([math.prod(shape) for shape in shapes.values()], dim=-1)
    return Interface(
        *(
            _TO_RANGE[ARRAYS[name].kind](part.reshape(*vector.shape[:-1], *shape))
            for (name, shape), part in zip(shapes.items(), parts, strict=True)
        )
    )


_TO_RANGE = {
    "number": lambda part: part,
    "strength": oneplus,
    "fraction": torch.sigmoid,
    "distribution": lambda part: torch.softmax(part, dim=-1),
}
