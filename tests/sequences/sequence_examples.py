"""What the tests of this room draw their examples from."""

from __future__ import annotations

import torch
from hypothesis import strategies as st

DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
DTYPES = [torch.float32, torch.float64, torch.bfloat16, torch.int64, torch.uint8, torch.bool]
POISON = [float("nan"), float("inf"), -float("inf"), 1e30, 0.0]

devices = st.sampled_from(DEVICES)
dtypes = st.sampled_from(DTYPES)
length_dtypes = st.sampled_from([torch.int64, torch.int32, torch.uint8])
poisons = st.sampled_from(POISON)
feature_shapes = st.lists(st.integers(1, 3), max_size=3).map(tuple)
lengths = st.lists(st.integers(0, 5), max_size=5)
seeds = st.integers(0, 2**16)


def random_tensor(
    shape: tuple[int, ...], dtype: torch.dtype, seed: int, device: str = "cpu"
) -> torch.Tensor:
    """Return small values that every dtype holds, 0 rarely among them."""
    generator = torch.Generator().manual_seed(seed)
    if dtype.is_floating_point:
        return torch.randn(shape, generator=generator).to(device, dtype)
    return torch.randint(0, 100, shape, generator=generator).to(device, dtype)
