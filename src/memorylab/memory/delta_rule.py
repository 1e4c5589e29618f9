"""The delta rule: a key's value is replaced, where a sum would add to it."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from memorylab.memory.scan import scan

_BLOCK = 64  # steps that are solved for at once: the cost of a step grows with it


def delta_rule(
    keys: Float[Tensor, "B T K"],
    values: Float[Tensor, "B T V"],
    strengths: Float[Tensor, "B T"],
    decays: Float[Tensor, "B T"],
    state: Float[Tensor, "B K V"],
) -> Float[Tensor, "B T K V"]:
    """Return every W of the gated delta rule (Yang et al. 2024, eq. 10).

    ::

        W_t = α_t W_{t−1} + k_t u_tᵀ        u_t = β_t (v_t − α_t W_{t−1}ᵀ k_t)

    With α = 1 it is the delta rule of Schlag et al. (2021, eq. 24). What is written, u, depends
    on W; but within a block that is a triangular system of equations (Yang et al., "Parallelizing
    linear transformers with the delta rule", NeurIPS 2024), and given u, the rest is a scan.

    Args:
        keys: k.
        values: v.
        strengths: β, 0 to 1.
        decays: α, 0 to 1.
        state: W before the first step.

    Returns:
        W, in single precision if all are in half precision.
    """
    dtype = torch.promote_types(torch.promote_types(keys.dtype, state.dtype), torch.float32)
    before, blocks = state.to(dtype), []
    given = (x.to(dtype).split(_BLOCK, 1) for x in (keys, values, strengths, decays))
    for k, v, strength, decay in zip(*given, strict=True):
        blocks.append(_block(k, v, strength, decay, before))
        before = blocks[-1][:, -1]
    return torch.cat(blocks, 1)


def _block(keys: Tensor, values: Tensor, strengths: Tensor, decays: Tensor, state: Tensor):
    """Return W over one block."""
    steps = keys.shape[1]
    # From the block's start to step t, W decays by Γ_t; from step i on, by Γ_t / Γ_i.
    log_gamma = decays.clamp(min=torch.finfo(decays.dtype).tiny).log().cumsum(1)  # [B, T]
    first = torch.einsum("btk,bkv->btv", keys, state) * log_gamma.exp().unsqueeze(-1)
    written = strengths.unsqueeze(-1) * (values - first)  # u, if nothing else were written
    if steps > 1:
        earlier = torch.ones(steps, steps, dtype=torch.bool, device=keys.device).tril(-1)
        since = log_gamma.unsqueeze(2) - log_gamma.unsqueeze(1)  # [B, t, i]
        overlap = since.masked_fill(~earlier, -torch.inf).exp() * (keys @ keys.mT)
        overlap = strengths.unsqueeze(-1) * overlap
        written = torch.linalg.solve_triangular(
            overlap, written, upper=False, unitriangular=True
        )  # (1 + overlap) u = written
    update = torch.einsum("btk,btv->btkv", keys, written)
    return scan(decays[..., None, None], update, state.unsqueeze(1))
