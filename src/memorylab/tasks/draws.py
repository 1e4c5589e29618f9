"""Random words, counts and orders for a whole batch; ``place`` puts words into its steps."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor


def random_counts(
    minimum: int, maximum: int, batch_size: int, generator: torch.Generator
) -> Int[Tensor, "B"]:
    """Draw one integer a row, from ``minimum`` to ``maximum``, both included."""
    shape, device = (batch_size,), generator.device
    return torch.randint(minimum, maximum + 1, shape, generator=generator, device=device)


def random_bits(shape: tuple[int, ...], generator: torch.Generator) -> Float[Tensor, "..."]:
    """Draw fair bits, as floats 0 and 1."""
    bits = torch.randint(2, shape, generator=generator, device=generator.device)
    return bits.to(torch.get_default_dtype())


def steps(seq_lens: Int[Tensor, "B"]) -> Int[Tensor, "B T"]:
    """Return each step's number, 0 to ``T - 1``, the same for every row."""
    return torch.arange(int(seq_lens.max()), device=seq_lens.device).expand(len(seq_lens), -1)


def distinct_bits(
    batch_size: int, count: int, size: int, generator: torch.Generator
) -> Float[Tensor, "B N W"]:
    """Draw ``count`` words of ``size`` fair bits a row, no two of a row alike.

    Every sequence of distinct words is equally likely. ``count`` is at most ``2**size``.
    """
    words = random_bits((batch_size, count, size), generator)  # [B, N, W]
    while True:
        alike = (words.unsqueeze(2) == words.unsqueeze(1)).all(-1)  # [B, N, N]
        repeated = alike.tril(diagonal=-1).any(-1)  # [B, N], whether an earlier word is the same
        if not repeated.any():
            return words
        words[repeated] = random_bits((int(repeated.sum()), size), generator)


def random_order(
    counts: Int[Tensor, "B"], max_count: int, generator: torch.Generator
) -> Int[Tensor, "B N"]:
    """Shuffle the numbers 0 to ``counts[b] - 1`` into the first ``counts[b]`` places of row ``b``.

    The remaining places hold the other numbers below ``max_count``, N.
    """
    keys = torch.rand(len(counts), max_count, generator=generator, device=generator.device)
    places = torch.arange(max_count, device=generator.device)  # [N]
    return keys.masked_fill(places >= counts.unsqueeze(-1), torch.inf).argsort(dim=-1)  # [B, N]


def place(
    words: Float[Tensor, "B N W"], index: Int[Tensor, "B T"], where: Bool[Tensor, "B T"]
) -> Float[Tensor, "B T W"]:
    """Put ``words[b, index[b, t]]`` at step ``t`` of row ``b`` where ``where`` is true, else zeros.

    Where ``where`` is false, ``index`` may be out of range.
    """
    index = index.masked_fill(~where, 0).unsqueeze(-1)  # [B, T, 1]
    placed = words.gather(1, index.expand(-1, -1, words.shape[-1]))  # [B, T, W]
    return placed.masked_fill(~where.unsqueeze(-1), 0)  # [B, T, W]
