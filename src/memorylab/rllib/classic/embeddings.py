"""Embeddings of time: the eight that POPGym's models know, good for steps of any number."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from memorylab.errors import check_count, suggest
from memorylab.networks import positional_encoding


class TableEmbedding(nn.Embedding):
    """One row of numbers for each of the first ``max_seq_len`` steps, learned or left at random.

    A table says nothing about steps beyond its end. All of them get its last row, which so comes
    to mean "that late or later"; counting from the top again would tell the model that an episode
    has just begun.

    Args:
        max_seq_len: Number of rows.
        size: Number of features E.
        learned: Whether training changes the rows.
    """

    def __init__(self, max_seq_len: int, size: int, learned: bool = True):
        super().__init__(max_seq_len, size)
        self.weight.requires_grad_(learned)

    def forward(self, steps: Int[Tensor, "B T"]) -> Float[Tensor, "B T E"]:
        """Look each step up."""
        return super().forward(steps.clamp(max=self.num_embeddings - 1))


class SineEmbedding(nn.Module):
    """Sines and cosines (Vaswani et al. 2017) with wavelengths up to 2π · ``max_seq_len``.

    The features are computed, so they go on beyond ``max_seq_len``.

    Args:
        max_seq_len: Base of the wavelengths.
        size: Number of features E.
        scaled: Whether each feature has a learned scale, at first 0 for three of four of them and
            random from 0 to 1 for the others.
    """

    def __init__(self, max_seq_len: int, size: int, scaled: bool = False):
        super().__init__()
        self.size = size
        self.base = float(max(max_seq_len, 2))
        if scaled:
            chosen = torch.randperm(size) >= round(0.75 * size)
            self.a = nn.Parameter(torch.rand(size) * chosen)
        else:
            self.a = None

    def forward(self, steps: Int[Tensor, "B T"]) -> Float[Tensor, "B T E"]:
        """Encode each step."""
        waves = positional_encoding(steps, self.size, self.base)
        return waves if self.a is None else waves * self.a


class SimpleScaledEmbedding(nn.Module):
    """The step number over ``max_seq_len`` in the last four features, and zeros in all others.

    Args:
        max_seq_len: The step at which the number is 1.
        size: Number of features E.
    """

    def __init__(self, max_seq_len: int, size: int):
        super().__init__()
        self.max_seq_len, self.size = max_seq_len, size

    def forward(self, steps: Int[Tensor, "B T"]) -> Float[Tensor, "B T E"]:
        """Scale each step."""
        ones = torch.arange(self.size, device=steps.device) >= self.size - 4  # [E]
        return (steps / self.max_seq_len).unsqueeze(-1) * ones


class PerceptronEmbedding(nn.Module):
    """Sines of learned frequency: ``sin(w t)``.

    Args:
        size: Number of features E.
    """

    def __init__(self, size: int):
        super().__init__()
        self.lin = nn.Linear(1, size, bias=False)

    def forward(self, steps: Int[Tensor, "B T"]) -> Float[Tensor, "B T E"]:
        """Take the sine of each step times each frequency."""
        return self.lin(steps.unsqueeze(-1).to(self.lin.weight.dtype)).sin()


class Time2VecEmbedding(nn.Module):
    """Time2Vec (Kazemi et al. 2019, equation 1): a learned line, and sines of learned frequency.

    Args:
        size: Number of features E; the first is the line.
    """

    def __init__(self, size: int):
        super().__init__()
        self.net = nn.Linear(1, size)

    def forward(self, steps: Int[Tensor, "B T"]) -> Float[Tensor, "B T E"]:
        """Map each step to the line and the sines."""
        angles = self.net(steps.unsqueeze(-1).to(self.net.weight.dtype))  # [B, T, E]
        return torch.cat([angles[..., :1], angles[..., 1:].sin()], dim=-1)


class Base2Embedding(nn.Module):
    """The step number in binary, the lowest bit first.

    Args:
        size: Number of features E.
    """

    def __init__(self, size: int):
        super().__init__()
        self.size = size

    def forward(self, steps: Int[Tensor, "B T"]) -> Float[Tensor, "B T E"]:
        """Write each step as bits."""
        places = torch.arange(self.size, device=steps.device)  # [E]
        return (steps.unsqueeze(-1).long() >> places & 1).to(torch.get_default_dtype())


EMBEDDINGS = {
    "learned": TableEmbedding,
    "fixed": lambda max_seq_len, size: TableEmbedding(max_seq_len, size, learned=False),
    "sine": SineEmbedding,
    "scaled_sine": lambda max_seq_len, size: SineEmbedding(max_seq_len, size, scaled=True),
    "simple_scaled": SimpleScaledEmbedding,
    "perceptron": lambda max_seq_len, size: PerceptronEmbedding(size),
    "base2": lambda max_seq_len, size: Base2Embedding(size),
    "time2vec": lambda max_seq_len, size: Time2VecEmbedding(size),
}
"""What each name builds from ``max_seq_len`` and the number of features."""


def make_embedding(name: str, max_seq_len: int, size: int) -> nn.Module:
    """Build an embedding of time by its name: a module from steps ``[B, T]`` to ``[B, T, size]``.

    Args:
        name: A key of ``EMBEDDINGS``.
        max_seq_len: Expected length of an episode.
        size: Number of features.

    Raises:
        ValueError: There is no embedding of that name; the message offers the nearest one.
        TypeError: ``max_seq_len`` or ``size`` is not an integer.
    """
    if name not in EMBEDDINGS:
        raise ValueError(
            f"There is no embedding {name!r}; None is without.{suggest(str(name), EMBEDDINGS)}"
        )
    return EMBEDDINGS[name](check_count(max_seq_len, "max_seq_len"), check_count(size, "size"))
