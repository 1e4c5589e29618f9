"""States, interfaces and models that the tests of the DNC start from."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import strategies as st

from memorylab.memory.dnc import DNC, Interface, MemoryState

DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]

SIZES = [(1, 1, 1), (1, 3, 2), (2, 1, 1), (4, 3, 1), (5, 2, 5), (8, 6, 2), (17, 5, 3)]
"""Locations N, word size W and read heads R, the smallest of each among them."""

sizes = st.tuples(st.integers(1, 6), st.integers(1, 4), st.integers(1, 5))
seeds = st.integers(0, 2**16)
gate = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0, 1, width=32))
strength = st.one_of(st.sampled_from([1.0, 1e4, 1e30]), st.floats(1, 100, width=32))
number = st.one_of(st.just(0.0), st.floats(-10, 10, width=32))


@st.composite
def weightings(draw, num_locations: int) -> list[float]:
    """Draw non-negative numbers that sum to at most 1: a point on or under the simplex."""
    raw = draw(st.lists(gate, min_size=num_locations, max_size=num_locations))
    total = draw(gate)
    return [total * x / max(sum(raw), 1e-30) for x in raw]


@st.composite
def interfaces(draw, word_size: int, num_read_heads: int) -> Interface:
    """Draw what a controller may ask for, gates open, shut and between; a batch of one."""

    def vector(element, size):
        return draw(st.lists(element, min_size=size, max_size=size))

    modes = [np.add(draw(weightings(3)), 1e-9) for _ in range(num_read_heads)]
    parts = Interface(
        read_keys=[vector(number, word_size) for _ in range(num_read_heads)],
        read_strengths=vector(strength, num_read_heads),
        write_key=vector(number, word_size),
        write_strength=draw(strength),
        erase_vector=vector(gate, word_size),
        write_vector=vector(number, word_size),
        free_gates=vector(gate, num_read_heads),
        allocation_gate=draw(gate),
        write_gate=draw(gate),
        read_modes=[(mode / mode.sum()).tolist() for mode in modes],
    )
    return Interface(*(torch.tensor(part, dtype=torch.float64).unsqueeze(0) for part in parts))


def random_interface(
    batch_size: int, word_size: int, num_read_heads: int, generator: torch.Generator
) -> Interface:
    """Return an interface with gates well inside their range, float64."""

    def normal(*shape):
        return torch.randn(batch_size, *shape, generator=generator, dtype=torch.float64)

    w, r = word_size, num_read_heads
    return Interface(
        read_keys=normal(r, w),
        read_strengths=1 + 3 * normal(r).abs(),
        write_key=normal(w),
        write_strength=1 + 3 * normal().abs(),
        erase_vector=torch.sigmoid(normal(w)),
        write_vector=normal(w),
        free_gates=torch.sigmoid(normal(r)),
        allocation_gate=torch.sigmoid(normal()),
        write_gate=torch.sigmoid(normal()),
        read_modes=torch.softmax(normal(r, 3), dim=-1),
    )


def warm_state(
    batch_size: int,
    num_locations: int,
    word_size: int,
    num_read_heads: int,
    generator: torch.Generator,
) -> MemoryState:
    """Return the state of a memory that has been in use for long, all usages different."""

    def uniform(*shape):
        return torch.rand(batch_size, *shape, generator=generator, dtype=torch.float64)

    def weighting(*shape):
        raw = uniform(*shape)
        return raw / raw.sum(-1, keepdim=True) * uniform(*shape[:-1], 1)

    n, w, r = num_locations, word_size, num_read_heads
    link = uniform(n, n) / n
    return MemoryState(
        memory=2 * uniform(n, w) - 1,
        usage=uniform(n),
        precedence=weighting(n),
        link=link * (1 - torch.eye(n, dtype=torch.float64)),
        write_weighting=weighting(n),
        read_weighting=weighting(r, n),
        read_vectors=2 * uniform(r, w) - 1,
    )


def make_dnc(
    num_locations: int = 5,
    word_size: int = 3,
    num_read_heads: int = 2,
    *,
    seed: int = 0,
    scale: float = 3.0,
    only_allocates: bool = False,
    **config,
) -> DNC:
    """Build a small DNC in float64 whose interface moves far from its middle.

    With ``only_allocates``, it writes every step to one new location, and frees none.
    """
    torch.manual_seed(seed)
    model = DNC(
        3,
        2,
        hidden_size=6,
        num_locations=num_locations,
        word_size=word_size,
        num_read_heads=num_read_heads,
        **config,
    ).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(scale)
        if only_allocates:
            gates = slice(-3 * num_read_heads - 2 - num_read_heads, -3 * num_read_heads)
            model.cell.interface.weight[gates] = 0
            model.cell.interface.bias[gates] = torch.tensor(
                [-1000.0] * num_read_heads + [1000, 1000]
            )
    return model


def row_of(named: tuple, row: int = 0) -> dict[str, np.ndarray]:
    """Return one row of a state or interface as the oracle takes it."""
    return {name: tensor[row].detach().numpy() for name, tensor in named._asdict().items()}
