"""The models that must keep the contract, and what the tests feed them."""

from __future__ import annotations

import torch
from hypothesis import strategies as st
from torch import Tensor

from memorylab.memory import DNC, MEMORY_MODELS, MemoryModel, State, WithReadout, make_memory

DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
POISONS = [float("nan"), float("inf"), -float("inf"), 3e38]
INPUT_SIZE = 3

_SMALL = {"hidden_size": 5}
_SMALL_DNC = _SMALL | {"num_locations": 4, "word_size": 3}
_SMALLER: dict[str, dict] = {
    "dnc": {"num_locations": 4, "word_size": 3},
    **{key: {"key_size": 3} for key in ("linear_attention", "fast_weights", "gated_delta")},
    "gtrxl": {"window_size": 3, "num_heads": 2, "head_size": 2},
    "frame_stack": {"num_frames": 2},
    "indrnn": {"max_len": 1},
    "lmu": {"memory_size": 4, "window": 3},
    "s4d": {"num_modes": 2, "min_step": 0.1, "max_step": 0.9},
    "ffm": {"memory_size": 3, "context_size": 2, "max_period": 7},
}

MODELS = {
    **{
        name: lambda name=name: make_memory(name, INPUT_SIZE, **_SMALL, **_SMALLER.get(name, {}))
        for name in MEMORY_MODELS
    },
    "dnc by the reference": lambda: DNC(INPUT_SIZE, implementation="reference", **_SMALL_DNC),
    "dnc with feedforward controller": lambda: DNC(
        INPUT_SIZE, 2, controller="feedforward", num_read_heads=1, **_SMALL_DNC
    ),
    "dnc with gru controller": lambda: DNC(INPUT_SIZE, controller="gru", **_SMALL_DNC),
    "dnc with two controller layers": lambda: DNC(
        INPUT_SIZE, num_controller_layers=2, **_SMALL_DNC
    ),
    "dnc with three heads": lambda: DNC(INPUT_SIZE, num_read_heads=3, **_SMALL_DNC),
    "fast_weights with two layers that sum": lambda: make_memory(
        "fast_weights", INPUT_SIZE, key_size=3, num_layers=2, update="sum", **_SMALL
    ),
    "linear_attention of largest values": lambda: make_memory(
        "linear_attention", INPUT_SIZE, key_size=3, update="max", key_update="max", **_SMALL
    ),
    "gru with readout": lambda: WithReadout(make_memory("gru", INPUT_SIZE, **_SMALL), 2),
    "dnc with readout": lambda: WithReadout(make_memory("dnc", INPUT_SIZE, **_SMALL_DNC), 2),
}
"""Every model of the registry, and ways to build them that it doesn't show."""

poisons = st.sampled_from(POISONS)
seeds = st.integers(0, 2**16)
row_lengths = st.lists(st.integers(0, 4), min_size=1, max_size=4)


def make(name: str, seed: int = 0, dtype: torch.dtype = torch.float32) -> MemoryModel:
    """Build one of ``MODELS`` with large weights, so that it leaves the linear range."""
    torch.manual_seed(seed)
    model = MODELS[name]()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(2).add_(0.1 * torch.randn_like(parameter))
    return model.to(dtype)


def random_input(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float32) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)


def random_state(model: MemoryModel, batch_size: int, seed: int = 0) -> State:
    """Return a state in which all numbers differ and lie in [0, 0.1]."""
    generator = torch.Generator().manual_seed(seed)
    return {
        key: _random_like(value, generator)
        for key, value in sorted(model.batch_initial_state(batch_size).items())
    }


def _random_like(value: Tensor | State, generator: torch.Generator) -> Tensor | State:
    if isinstance(value, dict):
        return {key: _random_like(inner, generator) for key, inner in sorted(value.items())}
    numbers = 0.1 * torch.rand(value.shape, generator=generator, dtype=torch.float64)
    return numbers.to(value)


def leaves(state: State) -> list[Tensor]:
    """Return the tensors of a state, in the order of their names."""
    found = []
    for _, value in sorted(state.items()):
        found += leaves(value) if isinstance(value, dict) else [value]
    return found


def same_state(first: State, second: State) -> bool:
    """Tell whether two states are equal to the last bit."""
    return shape_of(first) == shape_of(second) and all(
        torch.equal(a, b) for a, b in zip(leaves(first), leaves(second), strict=True)
    )


def shape_of(state: State) -> dict:
    """Return the state with each tensor replaced by its shape and dtype."""
    return {
        key: shape_of(value) if isinstance(value, dict) else (tuple(value.shape), value.dtype)
        for key, value in state.items()
    }
