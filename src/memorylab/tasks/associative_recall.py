"""Associative recall: hear a list of items, then one of them, and answer with the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

from memorylab.errors import check_count
from memorylab.tasks.draws import distinct_bits, place, random_counts, random_order, steps
from memorylab.tasks.task import Batch, Task, Words, as_bits, as_words, check_distinct, check_range


@dataclass(frozen=True)
class AssociativeRecall(Task):
    """The associative recall task of Graves et al. 2014 (Neural Turing Machines), section 4.3.

    An item is ``item_length`` words. A list of ``N`` items takes ``(N + 2)(item_length + 1)``
    steps: a delimiter and the words for each item, the query between two query delimiters, and
    ``item_length`` silent steps for the answer, the item that followed the query in the list. The
    query is any item of the list but the last. No two items of a list are alike, so there is one
    right answer.

    Input channels:
        0 to ``word_size - 1``: The word's bits; zero at delimiters and after the query.
        ``word_size``: Item delimiter, 1 before each item of the list.
        ``word_size + 1``: Query delimiter, 1 before the query and after it.

    Target: the word's bits, during the silent steps.

    Args:
        min_items: Fewest items in a list, at least 2.
        max_items: Most items in a list; 6 in the paper.
        item_length: Words in an item; 3 in the paper.
        word_size: Bits in a word; 6 in the paper.

    Raises:
        TypeError: A size is not an integer.
        ValueError: A size is too small, ``min_items`` is above ``max_items``, or an item has too
            few bits for ``max_items`` different ones.
    """

    min_items: int = 2
    max_items: int = 6
    item_length: int = 3
    word_size: int = 6

    def __post_init__(self) -> None:
        check_range(self.min_items, self.max_items, "items", lowest=2)
        check_count(self.item_length, "item_length")
        check_count(self.word_size, "word_size")
        bits = self.item_length * self.word_size
        if self.max_items > 2**bits:
            raise ValueError(
                f"max_items must not be above the {2**bits} different items of "
                f"{self.item_length} words of {self.word_size} bits, got {self.max_items}. "
                "Give items more words, or words more bits."
            )

    @property
    def input_size(self) -> int:
        """The word's bits and the two delimiters."""
        return self.word_size + 2

    @property
    def output_size(self) -> int:
        """The word's bits."""
        return self.word_size

    def draw(self, batch_size: int, generator: torch.Generator) -> Batch:
        """Draw ``max_items`` items a row and use the first ``N``."""
        counts = random_counts(self.min_items, self.max_items, batch_size, generator)  # [B]
        items = distinct_bits(
            batch_size, self.max_items, self.item_length * self.word_size, generator
        )  # [B, N, item_length * W]
        words = items.view(batch_size, -1, self.word_size)  # [B, N * item_length, W]
        # The first of the shuffled numbers 0 to N - 2.
        query = random_order(counts - 1, self.max_items - 1, generator)[:, :1]  # [B, 1]
        return self._arrange(words, counts, query)

    def make(self, words: Words, query: int = 0) -> Batch:
        """Build one sequence from the words of its items: see :meth:`Task.make`.

        Args:
            words: The words, ``item_length`` for each item; at least two items, no two alike.
            query: Which item to ask with, counted from 0; not the last.
        """
        bits = as_bits(words, self.word_size, multiple_of=self.item_length)
        count = bits.shape[1] // self.item_length
        check_count(count, "The number of items", minimum=2)
        check_distinct(bits.reshape(count, -1), "item")
        if check_count(query, "query", minimum=0) > count - 2:
            raise ValueError(
                f"query must be 0 to {count - 2}, got {query}: the item after it is the answer."
            )
        return self._arrange(bits, torch.tensor([count]), torch.tensor([[query]]))

    def _find_words(self, input: Float[Tensor, "T F"]) -> tuple[list[str], dict[str, Any]]:
        heard = input[(input[:, self.word_size :] == 0).all(-1), : self.word_size]
        # The list, the query and as many silent steps as the query has words.
        words = as_words(heard[: -self.item_length])
        items, item = words[: -self.item_length], words[-self.item_length :]
        starts = range(0, len(items), self.item_length)
        query = [items[i : i + self.item_length] for i in starts].index(item)
        return items, {"query": query}

    def _arrange(
        self, words: Float[Tensor, "B L W"], counts: Int[Tensor, "B"], query: Int[Tensor, "B 1"]
    ) -> Batch:
        """Return the sequences that ask for the item after ``query`` in a list of ``counts``."""
        # What happens at which step; a span is an item and the delimiter before it.
        span = self.item_length + 1
        start = counts.unsqueeze(-1) * span  # [B, 1], step of the first query delimiter
        seq_lens = (counts + 2) * span  # [B]
        t = steps(seq_lens)  # [B, T]
        delimiter = (t < start) & (t % span == 0)  # [B, T]
        query_delimiter = (t == start) | (t == start + span)  # [B, T]
        listed = (t < start) & ~delimiter  # [B, T]
        queried = (t > start) & (t < start + span)  # [B, T]
        recall = (t > start + span) & (t < seq_lens.unsqueeze(-1))  # [B, T]

        # Which word stands at which step: of the list, of the query, of the answer.
        list_index = t // span * self.item_length + t % span - 1  # [B, T]
        query_index = query * self.item_length + t - start - 1  # [B, T]
        answer_index = (query + 1) * self.item_length + t - start - span - 1  # [B, T]
        shown = place(words, list_index, listed) + place(words, query_index, queried)  # [B, T, W]
        flags = torch.stack([delimiter, query_delimiter], dim=-1)  # [B, T, 2]
        answer = place(words, answer_index, recall)  # [B, T, W]
        return Batch(torch.cat([shown, flags], dim=-1), answer, recall, seq_lens)
