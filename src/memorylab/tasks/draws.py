"""Random parts that tasks are put together from, for a whole batch at once."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor


def random_counts(
    minimum: int, maximum: int, batch_size: int, generator: torch.Generator
) -> Int[Tensor, "B"]:
    """Draw one whole number a row, from ``minimum`` to ``maximum``, both included: ``[B]``."""
    shape = (batch_size,)
    return torch.randint(
        minimum, maximum + 1, shape, generator=generator, device=generator.device
    )  # [B]


def random_bits(shape: tuple[int, ...], generator: torch.Generator) -> Float[Tensor, "..."]:
    """Draw fair bits, as floats 0 and 1."""
    return torch.randint(2, shape, generator=generator, device=generator.device).to(
        torch.get_default_dtype()
    )


def distinct_bits(
    batch_size: int, count: int, size: int, generator: torch.Generator
) -> Float[Tensor, "B N W"]:
    """Draw ``count`` words of ``size`` fair bits a row, no two of a row alike.

    Args:
        batch_size: Number of rows: ``B``.
        count: Words in each row: ``N``, at most ``2**size``.
        size: Bits in each word: ``W``.
        generator: Where the randomness comes from.

    Returns:
        ``[B, N, W]``, every sequence of distinct words equally likely.
    """
    words = random_bits((batch_size, count, size), generator)  # [B, N, W]
    while (repeated := _repeats_earlier_word(words)).any():  # [B, N]
        words[repeated] = random_bits((int(repeated.sum()), size), generator)
    return words


def _repeats_earlier_word(words: Float[Tensor, "B N W"]) -> Bool[Tensor, "B N"]:
    alike = (words.unsqueeze(2) == words.unsqueeze(1)).all(-1)  # [B, N, N]
    return alike.tril(diagonal=-1).any(-1)  # [B, N]


def random_order(
    counts: Int[Tensor, "B"], max_count: int, generator: torch.Generator
) -> Int[Tensor, "B N"]:
    """Shuffle the numbers 0 to ``counts[b] - 1`` into the first ``counts[b]`` places of row ``b``.

    Args:
        counts: How many numbers each row shuffles, ``[B]``.
        max_count: Places in each row: ``N``.
        generator: Where the randomness comes from.

    Returns:
        ``[B, N]``; the places after the first ``counts[b]`` hold the other numbers below ``N``.
    """
    keys = torch.rand(len(counts), max_count, generator=generator, device=generator.device)
    places = torch.arange(max_count, device=generator.device)  # [N]
    return keys.masked_fill(places >= counts.unsqueeze(-1), torch.inf).argsort(dim=-1)  # [B, N]


def place(
    words: Float[Tensor, "B N W"], index: Int[Tensor, "B T"], where: Bool[Tensor, "B T"]
) -> Float[Tensor, "B T W"]:
    """Put ``words[b, index[b, t]]`` at step ``t`` of row ``b`` where ``where`` is true, else zeros.

    ``index`` may hold anything where ``where`` is false.
    """
    index = index.masked_fill(~where, 0).unsqueeze(-1)  # [B, T, 1]
    placed = words.gather(1, index.expand(-1, -1, words.shape[-1]))  # [B, T, W]
    return placed.masked_fill(~where.unsqueeze(-1), 0)  # [B, T, W]
