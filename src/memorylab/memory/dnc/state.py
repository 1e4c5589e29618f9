"""What a DNC carries from step to step, and what its controller tells its memory."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from memorylab.memory.dnc.addressing import oneplus


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
    """Return the state before the first step, all zero, without batch dimension.

    Args:
        num_locations: N.
        word_size: W.
        num_read_heads: R.
        like: A tensor whose device and dtype to take.
    """
    n, w, r = num_locations, word_size, num_read_heads
    shapes = MemoryState((n, w), (n,), (n,), (n, n), (n,), (r, n), (r, w))
    return MemoryState(*(like.new_zeros(shape) for shape in shapes))


def interface_shapes(word_size: int, num_read_heads: int) -> dict[str, tuple[int, ...]]:
    """Return the shape of each part of the interface vector ξ, in the paper's order."""
    w, r = word_size, num_read_heads
    shapes = ((r, w), (r,), (w,), (), (w,), (w,), (r,), (), (), (r, 3))
    return dict(zip(Interface._fields, shapes, strict=True))


def interface_size(word_size: int, num_read_heads: int) -> int:
    """Return the length of the interface vector ξ: W·R + 3W + 5R + 3."""
    return sum(map(math.prod, interface_shapes(word_size, num_read_heads).values()))


def split_interface(vector: Float[Tensor, "B I"], word_size: int, num_read_heads: int) -> Interface:
    """Split the interface vector ξ and bring each part into its range.

    The order is the paper's: read keys, read strengths, write key, write strength, erase vector,
    write vector, free gates, allocation gate, write gate, read modes. Strengths go through
    oneplus, the erase vector and the gates through the sigmoid, the read modes through a softmax
    per head; keys and the write vector stay as they are.

    Args:
        vector: Interface vector ``[B, W·R + 3W + 5R + 3]``.
        word_size: W.
        num_read_heads: R.
    """
    shapes = interface_shapes(word_size, num_read_heads).values()
    parts = vector.split([math.prod(shape) for shape in shapes], dim=-1)
    keys, strengths, key, strength, erase, write, free, allocate, gate, modes = parts
    heads = (*vector.shape[:-1], num_read_heads)
    return Interface(
        read_keys=keys.reshape(*heads, word_size),
        read_strengths=oneplus(strengths),
        write_key=key,
        write_strength=oneplus(strength).squeeze(-1),
        erase_vector=torch.sigmoid(erase),
        write_vector=write,
        free_gates=torch.sigmoid(free),
        allocation_gate=torch.sigmoid(allocate).squeeze(-1),
        write_gate=torch.sigmoid(gate).squeeze(-1),
        read_modes=torch.softmax(modes.reshape(*heads, 3), dim=-1),
    )
