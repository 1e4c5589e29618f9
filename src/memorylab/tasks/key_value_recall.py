"""Key-value recall: hear pairs, then each key again, and answer with its value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

from memorylab.errors import check_count
from memorylab.tasks.draws import (
    distinct_bits,
    place,
    random_bits,
    random_counts,
    random_order,
    steps,
)
from memorylab.tasks.task import Batch, Task, Words, as_bits, as_words, check_distinct, check_range


@dataclass(frozen=True)
class KeyValueRecall(Task):
    """Look up values by their keys: the plainest task for content-based addressing.

    A list of ``N`` pairs takes ``2N`` steps: the pairs, one a step, then every key once, in random
    order; the answer is the key's value, in the same step. No two keys of a list are alike; values
    may be. The task is a small form of Graves et al.'s associative recall (2014, section 4.3).

    Input channels:
        0 to ``word_size - 1``: The key's bits.
        ``word_size`` to ``2 * word_size - 1``: The value's bits; zero at a query.
        ``2 * word_size``: Query flag, 1 at a query.

    Target: the value's bits, at the queries.

    Args:
        min_pairs: Fewest pairs in a list.
        max_pairs: Most pairs in a list.
        word_size: Bits in a key, and in a value.

    Raises:
        TypeError: A size is not an integer.
        ValueError: A size is below 1, ``min_pairs`` is above ``max_pairs``, or a key has too few
            bits for ``max_pairs`` different ones.
    """

    min_pairs: int = 2
    max_pairs: int = 6
    word_size: int = 6

    def __post_init__(self) -> None:
        check_range(self.min_pairs, self.max_pairs, "pairs")
        check_count(self.word_size, "word_size")
        if self.max_pairs > 2**self.word_size:
            raise ValueError(
                f"max_pairs must not be above the {2**self.word_size} different keys of "
                f"{self.word_size} bits, got {self.max_pairs}. Give words more bits."
            )

    @property
    def input_size(self) -> int:
        """The key's bits, the value's bits and the query flag."""
        return 2 * self.word_size + 1

    @property
    def output_size(self) -> int:
        """The value's bits."""
        return self.word_size

    def draw(self, batch_size: int, generator: torch.Generator) -> Batch:
        """Draw ``max_pairs`` pairs a row and use the first ``N``."""
        counts = random_counts(self.min_pairs, self.max_pairs, batch_size, generator)  # [B]
        keys = distinct_bits(batch_size, self.max_pairs, self.word_size, generator)  # [B, N, W]
        values = random_bits((batch_size, self.max_pairs, self.word_size), generator)  # [B, N, W]
        order = random_order(counts, self.max_pairs, generator)  # [B, N]
        return _arrange(keys, values, counts, order)

    def make(self, words: Words, order: Sequence[int] | None = None) -> Batch:
        """Build one sequence from its pairs: see :meth:`Task.make`.

        Args:
            words: A key, its value, the next key, its value, …; no two keys alike.
            order: Which pairs to ask for, each once, counted from 0; by default as they are heard.
        """
        bits = as_bits(words, self.word_size, multiple_of=2)
        keys, values = bits[:, ::2], bits[:, 1::2]  # [1, N, W]
        count = keys.shape[1]
        check_distinct(keys[0], "key")
        order = list(range(count)) if order is None else list(order)
        if sorted(order) != list(range(count)):
            raise ValueError(f"order must hold 0 to {count - 1}, each once, but is {order}.")
        return _arrange(keys, values, torch.tensor([count]), torch.tensor([order]))

    def _find_words(self, input: Float[Tensor, "T F"]) -> tuple[list[str], dict[str, Any]]:
        asks = input[:, -1] == 1  # [T]
        keys, queries = (
            as_words(part[:, : self.word_size]) for part in (input[~asks], input[asks])
        )
        values = as_words(input[~asks, self.word_size : -1])
        words = [word for pair in zip(keys, values, strict=True) for word in pair]
        return words, {"order": [keys.index(key) for key in queries]}


def _arrange(
    keys: Float[Tensor, "B N W"],
    values: Float[Tensor, "B N W"],
    counts: Int[Tensor, "B"],
    order: Int[Tensor, "B N"],
) -> Batch:
    """Return the sequences that ask in ``order`` for each row's first ``counts`` keys."""
    seq_lens = 2 * counts  # [B]
    count = counts.unsqueeze(-1)  # [B, 1]
    t = steps(seq_lens)  # [B, T]
    listed = t < count  # [B, T]
    queried = (t >= count) & (t < 2 * count)  # [B, T]
    asked = order.gather(1, (t - count).masked_fill(~queried, 0))  # [B, T], which pair

    shown_keys = place(keys, t, listed) + place(keys, asked, queried)  # [B, T, W]
    parts = [shown_keys, place(values, t, listed), queried.unsqueeze(-1)]
    return Batch(torch.cat(parts, dim=-1), place(values, asked, queried), queried, seq_lens)
