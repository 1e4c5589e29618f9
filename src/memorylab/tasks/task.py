"""``Task``, the base class of all tasks, and ``Batch``, what it draws."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from memorylab.errors import check_count

Words = Sequence[str] | np.ndarray | Tensor
"""Words as strings of bits, or as an array ``[L, W]``."""


class Batch(NamedTuple):
    """Sequences of a task, padded with zeros to the longest of them."""

    input: Float[Tensor, "B T F"]
    """The model's input."""
    target: Float[Tensor, "B T D"]
    """The right answers, bits; zero where ``mask`` is false."""
    mask: Bool[Tensor, "B T"]
    """The steps that count in the loss: those that ask for an answer."""
    seq_lens: Int[Tensor, "B"]
    """Number of real steps of each row."""

    def to(self, device: torch.device | str) -> Batch:
        """Return the batch on another device."""
        return Batch(*(tensor.to(device) for tensor in self))


class Task(ABC):
    """A supervised sequence task whose answers are bits.

    Tasks are frozen dataclasses. ``dataclasses.replace(task, min_length=20, max_length=20)`` gives
    the same task at another length. Its channels are the same, so a model trained on ``task`` can
    be tested on it.
    """

    @property
    @abstractmethod
    def input_size(self) -> int:
        """Number of channels of ``Batch.input``: ``F``."""

    @property
    @abstractmethod
    def output_size(self) -> int:
        """Number of bits of ``Batch.target``: ``D``."""

    def sample(self, batch_size: int, generator: torch.Generator) -> Batch:
        """Draw ``batch_size`` sequences, each with its own length.

        Args:
            batch_size: Number of rows: ``B``, at least 1.
            generator: The source of randomness: the same seed gives the same batch. The batch is
                on its device.

        Raises:
            TypeError: ``batch_size`` is not an integer, or ``generator`` not a
                ``torch.Generator``.
            ValueError: ``batch_size`` is below 1.
        """
        check_count(batch_size, "batch_size")
        if not isinstance(generator, torch.Generator):
            raise TypeError(
                f"generator must be a torch.Generator, got {type(generator).__name__}. "
                "Use torch.Generator().manual_seed(seed)."
            )
        return self.draw(batch_size, generator)

    @abstractmethod
    def draw(self, batch_size: int, generator: torch.Generator) -> Batch:
        """Draw a batch. Each task defines this; ``sample`` has checked the arguments."""

    def make(self, words: Words) -> Batch:
        """Build one sequence from given words, in the order in which they are heard.

        The number of words may be one that ``sample`` never draws. Our tasks define this; some
        take more, such as how often to repeat the words.

        Args:
            words: Each word's bits, such as ``["1011", "0010"]``, or an array ``[L, W]`` of 0 and
                1.

        Returns:
            A batch of one row without padding, on the processor.

        Raises:
            NotImplementedError: The task doesn't define this.
            TypeError: ``words`` is neither of these.
            ValueError: The words are not bits of the task's word size, or too few, or not as the
                task wants them.
        """
        raise NotImplementedError(f"{type(self).__name__} doesn't build sequences from words.")

    def read(self, input: Float[Tensor, "T F"]) -> tuple[list[str], dict[str, Any]]:
        """Return the words, and what else there is, that ``make`` builds this input from.

        Args:
            input: One sequence without padding.

        Returns:
            ``words`` and ``asked`` such that ``make(words, **asked).input[0]`` is the input.

        Raises:
            ValueError: ``make`` can't build such an input.
        """
        try:
            words, asked = self._find_words(input)
            built = self.make(words, **asked).input[0]
        except (ValueError, TypeError, IndexError) as error:
            raise ValueError(f"{self} can't build this input from words: {error}") from error
        if built.shape != input.shape or not torch.equal(built, input.cpu().to(built)):
            raise ValueError(f"{self} can't build this input from words.")
        return words, asked

    def _find_words(self, input: Float[Tensor, "T F"]) -> tuple[list[str], dict[str, Any]]:
        """Return what ``read`` does, if this is an input of the task; anything else if it isn't."""
        raise NotImplementedError(f"{type(self).__name__} doesn't build sequences from words.")


def as_words(bits: Float[Tensor, "L W"]) -> list[str]:
    """Return each row's bits as text, such as ``"1011"``."""
    return ["".join("1" if bit == 1 else "0" for bit in row) for row in bits.tolist()]


def check_range(minimum: int, maximum: int, what: str, lowest: int = 1) -> None:
    """Raise unless ``min_<what>`` and ``max_<what>`` are integers in order, from ``lowest`` up."""
    check_count(minimum, f"min_{what}", minimum=lowest)
    check_count(maximum, f"max_{what}", minimum=lowest)
    if minimum > maximum:
        raise ValueError(
            f"min_{what} must not be above max_{what}, got {minimum} above {maximum}. "
            f"Set both to ask for one {what}."
        )


def as_bits(words: Words, word_size: int, multiple_of: int = 1) -> Float[Tensor, "1 L W"]:
    """Return given words as floats 0 and 1, a batch of one.

    Args:
        words: See ``Task.make``.
        word_size: How many bits a word must have.
        multiple_of: The number of words must be a multiple of this, and at least this.

    Raises:
        TypeError: ``words`` is neither a sequence of strings nor an array.
        ValueError: A word has another size or holds anything but 0 and 1, or the number of words
            doesn't fit.
    """
    if isinstance(words, str):
        raise TypeError(f"Words must be a list, but got the string {words!r}. Use [{words!r}].")
    if not isinstance(words, np.ndarray | Tensor):
        for word in words:
            if not isinstance(word, str):
                raise TypeError(
                    f"Each word must be a string of bits, such as {'10' * word_size:.{word_size}}, "
                    f"but one is {word!r}. Or give all words as an array [L, {word_size}]."
                )
            if len(word) != word_size or not {*word} <= {"0", "1"}:
                raise ValueError(f"Each word must have {word_size} bits, but one is {word!r}.")
        words = np.array([[int(bit) for bit in word] for word in words]).reshape(-1, word_size)
    bits = torch.as_tensor(words)
    if bits.dim() != 2 or bits.shape[1] != word_size:
        raise ValueError(f"Words must be [L, {word_size}], but are {list(bits.shape)}.")
    if not ((bits == 0) | (bits == 1)).all():
        raise ValueError("Words must hold nothing but 0 and 1.")
    if len(bits) == 0 or len(bits) % multiple_of:
        many = f"a multiple of {multiple_of}" if multiple_of > 1 else "at least 1"
        raise ValueError(f"The number of words must be {many}, but is {len(bits)}.")
    return bits.to("cpu", torch.get_default_dtype()).unsqueeze(0)


def check_distinct(words: Float[Tensor, "N W"], what: str) -> None:
    """Raise ValueError if two words are the same, so that there would be two right answers."""
    for i, j in itertools.combinations(range(len(words)), 2):
        if torch.equal(words[i], words[j]):
            raise ValueError(f"No two may be alike, but {what} {j} is {what} {i} again.")
