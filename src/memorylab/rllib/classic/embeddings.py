"""The eight embeddings of time that POPGym's models know, for any number of steps."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from memorylab.errors import check_count, suggest
from memorylab.networks import positional_encoding


class _Table(nn.Embedding):
    """One row of numbers for each of the first ``max_seq_len`` steps, learned or left at random."""

    def __init__(self, max_seq_len: int, size: int, learned: bool = True):
        super().__init__(max_seq_len, size)
        self.weight.requires_grad_(learned)

    def forward(self, steps: Int[Tensor, "B T"]) -> Float[Tensor, "B T E"]:
        # The last row means "this late or later". Counting from the first row again would tell the
        # model that an episode has just begun.
        return super().forward(steps.clamp(max=self.num_embeddings - 1))


class _Sine(nn.Module):
    """Sines and cosines (Vaswani et al. 2017) with wavelengths up to 2π · ``max_seq_len``.

    If ``scaled``, each feature has a learned scale, at first 0 for three of four of them and random
    from 0 to 1 for the others.
    """

    def __init__(self, max_seq_len: int, size: int, scaled: bool = False):
        super().__init__()
        self.size, self.base, self.a = size, float(max(max_seq_len, 2)), None
        if scaled:
            chosen = torch.randperm(size) >= round(0.75 * size)
            self.a = nn.Parameter(torch.rand(size) * chosen)

    def forward(self, steps: Int[Tensor, "B T"]) -> Float[Tensor, "B T E"]:
        waves = positional_encoding(steps, self.size, self.base)
        return waves if self.a is None else waves * self.a


class _SimpleScaled(nn.Module):
    """The step number over ``max_seq_len`` in the last four features, and zeros in all others."""

    def __init__(self, max_seq_len: int, size: int):
        super().__init__()
        self.max_seq_len, self.size = max_seq_len, size

    def forward(self, steps: Int[Tensor, "B T"]) -> Float[Tensor, "B T E"]:
        ones = torch.arange(self.size, device=steps.device) >= self.size - 4  # [E]
        return (steps / self.max_seq_len).unsqueeze(-1) * ones


class _Perceptron(nn.Module):
    """Sines of learned frequency: ``sin(w t)``."""

    def __init__(self, max_seq_len: int, size: int):
        super().__init__()
        self.lin = nn.Linear(1, size, bias=False)

    def forward(self, steps: Int[Tensor, "B T"]) -> Float[Tensor, "B T E"]:
        return self.lin(steps.unsqueeze(-1).to(self.lin.weight.dtype)).sin()


class _Time2Vec(nn.Module):
    """Time2Vec (Kazemi et al. 2019, equation 1): a learned line, and sines of learned frequency."""

    def __init__(self, max_seq_len: int, size: int):
        super().__init__()
        self.net = nn.Linear(1, size)

    def forward(self, steps: Int[Tensor, "B T"]) -> Float[Tensor, "B T E"]:
        angles = self.net(steps.unsqueeze(-1).to(self.net.weight.dtype))  # [B, T, E]
        return torch.cat([angles[..., :1], angles[..., 1:].sin()], dim=-1)


class _Base2(nn.Module):
    """The step number in binary, the lowest bit first."""

    def __init__(self, max_seq_len: int, size: int):
        super().__init__()
        self.size = size

    def forward(self, steps: Int[Tensor, "B T"]) -> Float[Tensor, "B T E"]:
        places = torch.arange(self.size, device=steps.device)  # [E]
        return (steps.unsqueeze(-1).long() >> places & 1).to(torch.get_default_dtype())


EMBEDDINGS: dict[str, Callable[[int, int], nn.Module]] = {
    "learned": _Table,
    "fixed": partial(_Table, learned=False),
    "sine": _Sine,
    "scaled_sine": partial(_Sine, scaled=True),
    "simple_scaled": _SimpleScaled,
    "perceptron": _Perceptron,
    "base2": _Base2,
    "time2vec": _Time2Vec,
}
"""What each name builds from ``max_seq_len`` and the number of features."""


def make_embedding(name: str, max_seq_len: int, size: int) -> nn.Module:
    """Build an embedding of time by its name: a module from steps ``[B, T]`` to ``[B, T, size]``.

    Args:
        name: A key of ``EMBEDDINGS``.
        max_seq_len: Expected length of an episode.
        size: Number of features.

    Raises:
        ValueError: There is no embedding of that name, or a number is below 1.
        TypeError: ``max_seq_len`` or ``size`` is not an integer.
    """
    if name not in EMBEDDINGS:
        raise ValueError(
            f"There is no embedding {name!r}; for none, pass None.{suggest(str(name), EMBEDDINGS)}"
        )
    return EMBEDDINGS[name](check_count(max_seq_len, "max_seq_len"), check_count(size, "size"))
