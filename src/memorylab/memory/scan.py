"""An associative scan: a diagonal linear recurrence over all steps of a sequence at once.

A linear recurrence composes: two steps in a row, first (a₁, b₁) and then (a₂, b₂), are one step
(a₂ a₁, a₂ b₁ + b₂). So a sequence of T steps can be cut into √T blocks that are run side by side,
and only their ends are then run one after the other (Blelloch, "Prefix sums and their
applications", 1990; Martin & Cundy, "Parallelizing linear recurrent neural nets over sequence
length", ICLR 2018). That takes about 2 √T operations on large tensors in place of T on small ones.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

_AT_LEAST_SINGLE = {torch.bfloat16: torch.float32, torch.float16: torch.float32}


def scan(decay: Tensor, update: Tensor, state: Tensor) -> Tensor:
    """Return every h of ``h_t = a_t ⊙ h_{t−1} + b_t``.

    The numbers may be real or complex. Where ``a_t = 0``, a row forgets all that came before; where
    ``a_t = 1`` and ``b_t = 0``, it keeps its state to the last bit.

    Args:
        decay: a ``[B, T, ...]``; a dimension of size 1 stands for one that is the same throughout.
        update: b ``[B, T, ...]``, T at least 1.
        state: h before the first step ``[B, 1, ...]``.

    Returns:
        h ``[B, T, ...]``, in single precision if all are in half precision.
    """
    dtype = torch.promote_types(torch.promote_types(decay.dtype, update.dtype), state.dtype)
    dtype = _AT_LEAST_SINGLE.get(dtype, dtype)
    decay, update, state = decay.to(dtype), update.to(dtype), state.to(dtype)
    if update.shape[1] == 1:
        return decay * state + update  # While acting; and ONNX has no more than this.
    decay = decay.expand(-1, update.shape[1], *[-1] * (decay.dim() - 2))
    return _Scan.apply(decay, update, state)


class _Scan(torch.autograd.Function):
    """The scan, whose gradient is a scan backwards in time."""

    generate_vmap_rule = True

    @staticmethod
    def forward(decay: Tensor, update: Tensor, state: Tensor) -> Tensor:
        return _in_blocks(decay, update, state)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        decay, _, state = inputs
        ctx.save_for_backward(decay, state, output)

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        decay, state, hidden = ctx.saved_tensors
        conjugate, (upstream,) = decay.conj(), upstream
        # With g_t the gradient of all that h_t leads to: g_t = upstream_t + conj(a_{t+1}) g_{t+1}.
        gradient = upstream
        if upstream.shape[1] > 1:
            later, earlier = conjugate[:, 1:].flip(1), upstream[:, :-1].flip(1)
            through = scan(later, earlier, upstream[:, -1:]).flip(1)
            gradient = torch.cat([through, upstream[:, -1:]], 1)
        before = torch.cat([state, hidden[:, :-1]], 1)
        of_decay = (gradient * before.conj()).sum_to_size(decay.shape)
        return of_decay, gradient, conjugate[:, :1] * gradient[:, :1]


def _in_blocks(decay: Tensor, update: Tensor, state: Tensor) -> Tensor:
    """Run all blocks from zero, then from the end of one to the next, and add what they began with.

    Slices ``[:, i::length]`` hold step i of every block; the last block may be shorter.
    """
    length = math.isqrt(update.shape[1])
    hidden, products = [update[:, 0::length]], [decay[:, 0::length]]
    for i in range(1, length):
        a, b = decay[:, i::length], update[:, i::length]
        blocks = b.shape[1]
        hidden.append(torch.addcmul(b, a, hidden[-1][:, :blocks]))
        products.append(a * products[-1][:, :blocks])
    carried = [state]
    ends, over = hidden[-1].split(1, 1), products[-1].split(1, 1)
    for end, product in zip(ends, over, strict=True):
        carried.append(torch.addcmul(end, product, carried[-1]))
    starts = torch.cat(carried, 1)  # the state before each block [B, blocks, ...]
    whole = torch.empty_like(update)
    for i in range(length):
        begun = starts[:, : hidden[i].shape[1]]
        whole[:, i::length] = torch.addcmul(hidden[i], products[i], begun)
    return whole
