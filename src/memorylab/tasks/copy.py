"""Copy: repeat a sequence of random words once it is complete."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

from memorylab.errors import check_count
from memorylab.tasks.draws import place, random_bits, random_counts, steps
from memorylab.tasks.task import Batch, Task, Words, as_bits, as_words, check_range


@dataclass(frozen=True)
class Copy(Task):
    """The copy task of Graves et al. 2014 (Neural Turing Machines), section 4.1.

    A sequence of ``L`` words takes ``2L + 1`` steps: the words, a step with the delimiter alone,
    and ``L`` silent steps for the answer, the words in the same order.

    Input channels:
        0 to ``word_size - 1``: The word's bits; zero from the delimiter on.
        ``word_size``: Delimiter, 1 after the last word.

    Target: the word's bits, during the ``L`` silent steps.

    Args:
        word_size: Bits in a word; 8 in the paper.
        min_length: Fewest words in a sequence.
        max_length: Most words in a sequence; 20 in the paper.

    Raises:
        TypeError: A size is not an integer.
        ValueError: A size is below 1, or ``min_length`` is above ``max_length``.
    """

    word_size: int = 8
    min_length: int = 1
    max_length: int = 8

    def __post_init__(self) -> None:
        check_count(self.word_size, "word_size")
        check_range(self.min_length, self.max_length, "length")

    @property
    def input_size(self) -> int:
        """The word's bits and the delimiter."""
        return self.word_size + 1

    @property
    def output_size(self) -> int:
        """The word's bits."""
        return self.word_size

    def draw(self, batch_size: int, generator: torch.Generator) -> Batch:
        """Draw words for ``max_length`` steps and use each row's first ``L``."""
        lengths = random_counts(self.min_length, self.max_length, batch_size, generator)  # [B]
        words = random_bits((batch_size, self.max_length, self.word_size), generator)  # [B, L, W]
        return _arrange(words, lengths)

    def make(self, words: Words) -> Batch:
        """Build one sequence from its words: see :meth:`Task.make`."""
        bits = as_bits(words, self.word_size)
        return _arrange(bits, torch.tensor([bits.shape[1]]))

    def _find_words(self, input: Float[Tensor, "T F"]) -> tuple[list[str], dict[str, Any]]:
        return as_words(input[: len(input) // 2, : self.word_size]), {}


def _arrange(words: Float[Tensor, "B L W"], lengths: Int[Tensor, "B"]) -> Batch:
    """Return the sequences that ask to copy each row's first ``lengths`` words."""
    seq_lens = 2 * lengths + 1  # [B]
    length = lengths.unsqueeze(-1)  # [B, 1]
    t = steps(seq_lens)  # [B, T]
    delimiter = t == length  # [B, T]
    recall = (t > length) & (t <= 2 * length)  # [B, T]
    shown = place(words, t, t < length)  # [B, T, W]
    copied = place(words, t - length - 1, recall)  # [B, T, W]
    return Batch(torch.cat([shown, delimiter.unsqueeze(-1)], -1), copied, recall, seq_lens)
