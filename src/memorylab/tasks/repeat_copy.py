"""Repeat copy: repeat a sequence of random words a given number of times, then mark the end."""

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
class RepeatCopy(Task):
    """The repeat copy task of Graves et al. 2014 (Neural Turing Machines), section 4.2.

    A sequence of ``L`` words to be repeated ``R`` times takes ``L + 1 + LR + 1`` steps: the words,
    a step with the delimiter and the number of repeats, ``LR`` silent steps for the words, and a
    silent step for the end marker.

    Input channels:
        0 to ``word_size - 1``: The word's bits; zero from the delimiter on.
        ``word_size``: Delimiter, 1 after the last word.
        ``word_size + 1``: ``R / 10`` beside the delimiter, else 0. The paper normalises ``R`` to
        mean 0 and variance 1; a fixed scale keeps its meaning for more repeats.

    Target:
        0 to ``word_size - 1``: The word's bits; zero at the end.
        ``word_size``: End marker, 1 in the last step.

    Args:
        word_size: Bits in a word; 8 in the paper.
        min_length: Fewest words in a sequence.
        max_length: Most words in a sequence; 10 in the paper.
        min_repeats: Fewest repeats.
        max_repeats: Most repeats; 10 in the paper.

    Raises:
        TypeError: A size is not an integer.
        ValueError: A size is below 1, or a minimum above its maximum.
    """

    word_size: int = 4
    min_length: int = 1
    max_length: int = 3
    min_repeats: int = 1
    max_repeats: int = 3

    def __post_init__(self) -> None:
        check_count(self.word_size, "word_size")
        check_range(self.min_length, self.max_length, "length")
        check_range(self.min_repeats, self.max_repeats, "repeats")

    @property
    def input_size(self) -> int:
        """The word's bits, the delimiter and the number of repeats."""
        return self.word_size + 2

    @property
    def output_size(self) -> int:
        """The word's bits and the end marker."""
        return self.word_size + 1

    def draw(self, batch_size: int, generator: torch.Generator) -> Batch:
        """Draw words for ``max_length`` steps and use each row's first ``L``."""
        lengths = random_counts(self.min_length, self.max_length, batch_size, generator)  # [B]
        repeats = random_counts(self.min_repeats, self.max_repeats, batch_size, generator)  # [B]
        words = random_bits((batch_size, self.max_length, self.word_size), generator)  # [B, L, W]
        return _arrange(words, lengths, repeats)

    def make(self, words: Words, repeats: int = 1) -> Batch:
        """Build one sequence from its words: see :meth:`Task.make`.

        Args:
            words: The words.
            repeats: How often to repeat them.
        """
        bits = as_bits(words, self.word_size)
        check_count(repeats, "repeats")
        return _arrange(bits, torch.tensor([bits.shape[1]]), torch.tensor([repeats]))

    def _find_words(self, input: Float[Tensor, "T F"]) -> tuple[list[str], dict[str, Any]]:
        delimiter = int(input[:, self.word_size].argmax())
        repeats = round(10 * float(input[delimiter, self.word_size + 1]))
        return as_words(input[:delimiter, : self.word_size]), {"repeats": repeats}


def _arrange(
    words: Float[Tensor, "B L W"], lengths: Int[Tensor, "B"], repeats: Int[Tensor, "B"]
) -> Batch:
    """Return the sequences that ask to repeat each row's first ``lengths`` words."""
    seq_lens = lengths + 1 + lengths * repeats + 1  # [B]
    length, end = lengths.unsqueeze(-1), seq_lens.unsqueeze(-1) - 1  # [B, 1]
    t = steps(seq_lens)  # [B, T]
    delimiter = t == length  # [B, T]
    recall = (t > length) & (t < end)  # [B, T]
    scaled_repeats = delimiter * (repeats.unsqueeze(-1) / 10)  # [B, T]
    flags = torch.stack([delimiter, scaled_repeats], dim=-1)  # [B, T, 2]
    shown = torch.cat([place(words, t, t < length), flags], dim=-1)  # [B, T, W + 2]
    copies = place(words, (t - length - 1) % length, recall)  # [B, T, W]
    answer = torch.cat([copies, (t == end).unsqueeze(-1)], dim=-1)  # [B, T, W + 1]
    return Batch(shown, answer, recall | (t == end), seq_lens)
