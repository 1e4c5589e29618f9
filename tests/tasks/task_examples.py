"""Configurations of every task, drawn at random."""

from __future__ import annotations

import torch
from hypothesis import strategies as st

from memorylab.tasks import AssociativeRecall, Batch, Copy, KeyValueRecall, RepeatCopy, Task

seeds = st.integers(0, 2**16)
batch_sizes = st.integers(1, 6)


def bounds(lowest: int, highest: int):
    """Draw a minimum and a maximum."""
    return st.tuples(st.integers(lowest, highest), st.integers(lowest, highest)).map(sorted)


copies = st.builds(lambda word, length: Copy(word, *length), st.integers(1, 5), bounds(1, 6))
repeat_copies = st.builds(
    lambda word, length, repeats: RepeatCopy(word, *length, *repeats),
    st.integers(1, 4),
    bounds(1, 4),
    bounds(1, 4),
)
associative_recalls = st.builds(
    lambda items, length, word: AssociativeRecall(*items, length, word),
    bounds(2, 8),
    st.integers(1, 3),
    st.integers(3, 4),
)
key_value_recalls = st.builds(
    lambda pairs, word: KeyValueRecall(*pairs, word), bounds(1, 8), st.integers(3, 4)
)
tasks = st.one_of(copies, repeat_copies, associative_recalls, key_value_recalls)


def sample(task: Task, batch_size: int = 4, seed: int = 0) -> Batch:
    return task.sample(batch_size, torch.Generator().manual_seed(seed))


def real_rows(batch: Batch):
    """Yield each row's input, target and mask without its padding, as lists."""
    for input, target, mask, seq_len in zip(*batch, strict=True):
        yield input[:seq_len].tolist(), target[:seq_len].tolist(), mask[:seq_len].tolist()


def assert_answers(batch: Batch, oracle) -> None:
    """Compare target and mask with an oracle that sees one row's input only.

    ``oracle(input)`` returns, for every step, the answer, or None where none is asked for.
    """
    for input, target, mask in real_rows(batch):
        answers = oracle(input)
        assert mask == [answer is not None for answer in answers]
        silence = [0.0] * len(target[0])
        assert target == [silence if answer is None else answer for answer in answers]
