"""Complex linear recurrences: states that rotate and decay."""

from __future__ import annotations

import torch
from torch import Tensor

from memorylab.memory.model import Counts, Record, State
from memorylab.memory.parallel import after_last_step
from memorylab.memory.scan import scan


def as_complex(real: Tensor, imag: Tensor) -> Tensor:
    """Return complex numbers, of single precision if the parts are of half precision."""
    if real.dtype in (torch.bfloat16, torch.float16):
        real = real.float()
    return torch.complex(real, imag.to(real.dtype))


def eigenvalues(time_constant: Tensor, frequency: Tensor) -> Tensor:
    """Return λ = exp(−1 / time_constant + i frequency).

    Args:
        time_constant: In how many steps a state decays to 1/e.
        frequency: By how many radians it turns in a step.
    """
    radius = torch.exp(-1 / time_constant)
    return as_complex(radius * torch.cos(frequency), radius * torch.sin(frequency))


def complex_scan(
    decay: Tensor, update: Tensor, state: State, seq_lens: Counts, record: Record
) -> tuple[Tensor, Tensor, State]:
    """Run ``h_t = λ ⊙ h_{t−1} + b_t`` from a state that holds h in two parts, as do its results.

    Args:
        decay: λ ``[B, T, ...]``, or with dimensions of size 1.
        update: b ``[B, T, ...]``, real or complex.
        state: Has ``hidden_real`` and ``hidden_imag`` ``[B, ...]``.
        seq_lens: Real steps of each row ``[B]``.
        record: Gets these two arrays ``[B, T, ...]``.

    Returns:
        The real and the imaginary part of h ``[B, T, ...]``, of the state's dtype, and the state
        after each row's last real step.
    """
    before = [state[part].unsqueeze(1) for part in ("hidden_real", "hidden_imag")]
    hidden = scan(decay, update, as_complex(*before))  # [B, T, ...]
    dtype = before[0].dtype
    real = record("hidden_real", hidden.real.to(dtype))
    imag = record("hidden_imag", hidden.imag.to(dtype))
    after = {
        "hidden_real": after_last_step(real, state["hidden_real"], seq_lens),
        "hidden_imag": after_last_step(imag, state["hidden_imag"], seq_lens),
    }
    return real, imag, after
