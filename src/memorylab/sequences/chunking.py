"""Episodes of any length, cut into rows of one length.

This is how RLlib batches recurrent models: rows of exactly ``max_seq_len`` steps, padded at the
end, with no episode boundary inside a row.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from jaxtyping import Integer, Shaped
from torch import Tensor

from memorylab.errors import check_count
from memorylab.sequences.masks import check_lengths
from memorylab.sequences.padding import check_sum, pad, unpad


class Chunks(NamedTuple):
    """Episodes cut into ``C`` rows of ``T`` steps, in their order.

    ``chunks._replace(data=outputs)`` carries the same cuts over to other data.
    """

    data: Shaped[Tensor, "C T ..."]
    """The steps, zero in the padding."""
    seq_lens: Integer[Tensor, "C"]
    """Number of real steps of each row, from 1 to ``T``."""
    t_starts: Integer[Tensor, "C"]
    """How many steps into its episode each row begins."""
    episode_index: Integer[Tensor, "C"]
    """Which episode each row belongs to, counted from 0, episodes of length 0 included."""


def chunk(
    flat: Shaped[Tensor, "S ..."], episode_lens: Integer[Tensor, "E"], max_seq_len: int
) -> Chunks:
    """Cut episodes that follow one another into padded rows of ``max_seq_len`` steps.

    Only an episode's last row is padded. An episode of length 0 yields no row.

    Args:
        flat: The steps of the first episode, then those of the second, and so on: ``[S, ...]``.
        episode_lens: Number of steps of each episode, ``[E]``; they sum to ``S``.
        max_seq_len: Steps of each row, padding included: ``T``, at least 1.

    Returns:
        The rows, with ``C`` the sum of ``ceil(episode_lens / max_seq_len)``; every tensor is on
        ``flat``'s device.

    Raises:
        TypeError: ``episode_lens`` is not a tensor of integers, or ``max_seq_len`` not an integer.
        ValueError: A length is negative, the lengths don't sum to ``S``, ``max_seq_len`` is below
            1, or ``flat`` has no dimension.

    Example:
        >>> import torch
        >>> chunks = chunk(torch.tensor([1, 2, 3, 4, 5]), torch.tensor([3, 2]), max_seq_len=2)
        >>> chunks.data.tolist()
        [[1, 2], [3, 0], [4, 5]]
        >>> chunks.t_starts.tolist()
        [0, 2, 0]
    """
    check_count(max_seq_len, "max_seq_len", minimum=1)
    check_lengths(episode_lens, "episode_lens")
    check_sum(flat, episode_lens, "episode_lens")
    lengths = episode_lens.long().to(flat.device)  # [E]
    rows_per_episode = (lengths + max_seq_len - 1) // max_seq_len  # [E]
    episodes = torch.arange(len(lengths), device=flat.device)  # [E]
    episode_index = episodes.repeat_interleave(rows_per_episode)  # [C]
    first_row = rows_per_episode.cumsum(0) - rows_per_episode  # [E]
    rows = torch.arange(len(episode_index), device=flat.device)  # [C]
    t_starts = (rows - first_row[episode_index]) * max_seq_len  # [C]
    seq_lens = (lengths[episode_index] - t_starts).clamp(max=max_seq_len)  # [C]
    return Chunks(pad(flat, seq_lens, max_seq_len), seq_lens, t_starts, episode_index)


def unchunk(chunks: Chunks) -> Shaped[Tensor, "S ..."]:
    """Undo ``chunk``: the episodes' steps in a row, ``[S, ...]``.

    Raises:
        TypeError: ``chunks.seq_lens`` is not a tensor of integers.
        ValueError: ``chunks.data`` has fewer than two dimensions, or ``chunks.seq_lens`` doesn't
            fit it.
    """
    return unpad(chunks.data, chunks.seq_lens)  # [S, ...]
