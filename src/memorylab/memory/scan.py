"""An associative scan: a diagonal linear recurrence over all steps of a sequence at once.

A linear recurrence composes: two steps in a row, first (a₁, b₁) and then (a₂, b₂), are one step
(a₂ a₁, a₂ b₁ + b₂). So a sequence can be cut into blocks that are run side by side, and where they
end is a shorter recurrence of the same kind (Blelloch, "Prefix sums and their applications", 1990;
Martin & Cundy, "Parallelizing linear recurrent neural nets over sequence length", ICLR 2018). With
blocks of L steps that takes about 3 L operations on large tensors for every factor of L in T, in
place of T on small ones.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

_BLOCK = 16  # steps
_PART = 32  # steps whose products fit a processor's cache
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
    return _Scan.apply(decay, update, state, False)


class _Scan(torch.autograd.Function):
    """The scan, whose gradient is a scan in the other direction of time."""

    generate_vmap_rule = True

    @staticmethod
    def forward(decay: Tensor, update: Tensor, state: Tensor, backwards: bool) -> Tensor:
        return _in_blocks(decay, update, state, backwards)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        decay, _, state, ctx.backwards = inputs
        ctx.save_for_backward(decay, state, output)

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        decay, state, hidden = ctx.saved_tensors
        conjugate = decay.conj().resolve_conj()
        # With g_t the gradient of all that h_t leads to: g_t = upstream_t + conj(a_{t+1}) g_{t+1}.
        # The decay that is rolled over the end meets zeros.
        following = conjugate.roll(1 if ctx.backwards else -1, 1)
        zeros = torch.zeros_like(state)
        gradient = _Scan.apply(following, upstream[0], zeros, not ctx.backwards)
        first = slice(-1, None) if ctx.backwards else slice(1)
        of_state = conjugate[:, first] * gradient[:, first]
        return _of_decay(decay, gradient, hidden, state, ctx.backwards), gradient, of_state, None


def _of_decay(
    decay: Tensor, gradient: Tensor, hidden: Tensor, state: Tensor, backwards: bool
) -> Tensor:
    """Return g_t conj(h_{t−1}), summed where the decay is the same, by parts that fit a cache."""
    gradients, before = gradient[:, 1:].split(_PART, 1), hidden[:, :-1].split(_PART, 1)
    steps = [(gradient[:, :1], state), *zip(gradients, before, strict=True)]
    if backwards:
        gradients, before = gradient[:, :-1].split(_PART, 1), hidden[:, 1:].split(_PART, 1)
        steps = [*zip(gradients, before, strict=True), (gradient[:, -1:], state)]
    varies = decay.shape[1] > 1
    parts = []
    for g, h in steps:
        shape = (len(decay), g.shape[1] if varies else 1, *decay.shape[2:])
        parts.append((g * h.conj()).sum_to_size(shape))
    return torch.cat(parts, 1) if varies else torch.stack(parts).sum(0)


def _in_blocks(decay: Tensor, update: Tensor, state: Tensor, backwards: bool) -> Tensor:
    """Run blocks side by side to find where they end, scan over these, and run them from there.

    Slices ``[:, i::length]`` hold a step of every block. The block that is run last may be shorter.
    """
    steps = update.shape[1]
    length = min(_BLOCK, steps)
    order = [(steps - 1 - i) % length if backwards else i for i in range(length)]
    a = [decay.expand(-1, steps, *[-1] * (decay.dim() - 2))[:, i::length] for i in order]
    b = [update[:, i::length] for i in order]  # [B, blocks, ...] each
    now = state
    if steps > length:
        # Where the blocks before the last one end, if they begin at zero; and their whole decay.
        others = slice(1, None) if backwards else slice(-1)
        end, product = b[0][:, others], a[0][:, others]
        others = slice(-end.shape[1], None) if backwards else slice(end.shape[1])
        for i in range(1, length):
            end = torch.addcmul(b[i][:, others], a[i][:, others], end)
            product = a[i][:, others] * product
        ends = _in_blocks(product, end, state, backwards)
        now = torch.cat([ends, state] if backwards else [state, ends], 1)  # [B, blocks, ...]
    hidden = torch.empty_like(update)
    for i, place in enumerate(order):
        blocks = b[i].shape[1]
        now = torch.addcmul(b[i], a[i], now[:, -blocks:] if backwards else now[:, :blocks])
        hidden[:, place::length] = now
    return hidden
