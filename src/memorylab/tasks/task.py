"""``Task``, the base class of all tasks, and ``Batch``, what it draws."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from memorylab.errors import check_count


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


def check_range(minimum: int, maximum: int, what: str, lowest: int = 1) -> None:
    """Raise unless ``min_<what>`` and ``max_<what>`` are integers in order, from ``lowest`` up."""
    check_count(minimum, f"min_{what}", minimum=lowest)
    check_count(maximum, f"max_{what}", minimum=lowest)
    if minimum > maximum:
        raise ValueError(
            f"min_{what} must not be above max_{what}, got {minimum} above {maximum}. "
            f"Set both to ask for one {what}."
        )
