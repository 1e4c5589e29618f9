"""A sequence from given words is one that could have been drawn."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from task_examples import (
    associative_recalls,
    batch_sizes,
    copies,
    key_value_recalls,
    repeat_copies,
    sample,
    seeds,
)

from memorylab.tasks import AssociativeRecall, Copy, KeyValueRecall, RepeatCopy, Task

fixed = settings(deadline=None, derandomize=True, max_examples=50)


def drawn(task, batch_size, seed):
    """Yield each row of a drawn batch without its padding, as a batch of one."""
    batch = sample(task, batch_size, seed)
    for row, seq_len in enumerate(batch.seq_lens):
        yield [part[row : row + 1, :seq_len] for part in batch[:3]] + [
            batch.seq_lens[row : row + 1]
        ]


def assert_same(made, row):
    for part, expected in zip(made, row, strict=True):
        assert torch.equal(part, expected)
        assert part.dtype == expected.dtype


def texts(bits):
    return ["".join(str(int(bit)) for bit in word) for word in bits]


@fixed
@given(copies, batch_sizes, seeds)
def test_copy(task, batch_size, seed):
    for row in drawn(task, batch_size, seed):
        words = row[1][0][row[2][0]]
        assert_same(task.make(texts(words)), row)
        assert_same(task.make(words), row)
        assert_same(task.make(words.numpy().astype(bool)), row)


@fixed
@given(repeat_copies, batch_sizes, seeds)
def test_repeat_copy(task, batch_size, seed):
    for row in drawn(task, batch_size, seed):
        heard = row[0][0]
        length = int(heard[:, task.word_size].argmax())
        repeats = round(10 * float(heard[length, -1]))
        assert_same(task.make(texts(heard[:length, : task.word_size]), repeats), row)


@fixed
@given(associative_recalls, batch_sizes, seeds)
def test_associative_recall(task, batch_size, seed):
    for row in drawn(task, batch_size, seed):
        heard, size = row[0][0], task.word_size
        flagged = (heard[:, size:] != 0).any(-1)
        start = int(heard[:, size + 1].argmax())
        words = heard[:start, :size][~flagged[:start]]
        asked = heard[start + 1 : start + 1 + task.item_length, :size]
        items = words.view(-1, task.item_length, size)
        query = [torch.equal(item, asked) for item in items].index(True)
        assert_same(task.make(texts(words), query), row)


@fixed
@given(key_value_recalls, batch_sizes, seeds)
def test_key_value_recall(task, batch_size, seed):
    for row in drawn(task, batch_size, seed):
        heard, size = row[0][0], task.word_size
        pairs = heard[heard[:, -1] == 0, : 2 * size]
        keys = texts(pairs[:, :size])
        order = [keys.index(key) for key in texts(heard[heard[:, -1] == 1, :size])]
        assert_same(task.make(texts(pairs.reshape(-1, size)), order), row)


def test_what_is_asked_for_by_default():
    recall = AssociativeRecall(2, 3, item_length=1, word_size=2).make(["00", "01", "10"])
    assert recall.target[recall.mask].tolist() == [[0, 1]]
    recall = KeyValueRecall(2, 2, word_size=2).make(["00", "01", "10", "11"])
    assert recall.target[recall.mask].tolist() == [[0, 1], [1, 1]]
    copied = RepeatCopy(word_size=2).make(["10"])
    assert copied.target[copied.mask].tolist() == [[1, 0, 0], [0, 0, 1]]


def test_lengths_that_are_never_drawn():
    assert Copy(2, max_length=3).make(["10"] * 9).seq_lens.tolist() == [19]
    assert Copy(2, min_length=3).make(["10"]).seq_lens.tolist() == [3]


def test_a_task_without_words():
    class Silent(Copy):
        make = Task.make

    with pytest.raises(NotImplementedError, match="Silent doesn't build sequences from words"):
        Silent().make(["10"])


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (
            lambda: Copy(2).make("10"),
            TypeError,
            r"must be a list, but got the string '10'\. Use \[",
        ),
        (lambda: Copy(3).make([101]), TypeError, "string of bits, such as 101, but one is 101"),
        (lambda: Copy(2).make([]), ValueError, "number of words must be at least 1, but is 0"),
        (lambda: Copy(2).make(["10", "1"]), ValueError, "must have 2 bits, but one is '1'"),
        (lambda: Copy(2).make(["10", "12"]), ValueError, "must have 2 bits, but one is '12'"),
        (lambda: Copy(2).make(np.ones((3, 4))), ValueError, r"must be \[L, 2\], but are \[3, 4\]"),
        (lambda: Copy(2).make(np.ones(2)), ValueError, r"must be \[L, 2\], but are \[2\]"),
        (lambda: Copy(2).make(np.full((1, 2), 0.5)), ValueError, "nothing but 0 and 1"),
        (lambda: RepeatCopy(2).make(["10"], 0), ValueError, "repeats must be at least 1, got 0"),
        (lambda: RepeatCopy(2).make(["10"], 1.5), TypeError, "repeats must be an integer"),
        (
            lambda: AssociativeRecall(2, 3, 2, 2).make(["10"] * 3),
            ValueError,
            "number of words must be a multiple of 2, but is 3",
        ),
        (
            lambda: AssociativeRecall(2, 3, 2, 2).make(["10", "01"]),
            ValueError,
            "number of items must be at least 2, got 1",
        ),
        (
            lambda: AssociativeRecall(2, 3, 1, 2).make(["10", "01", "10"]),
            ValueError,
            "No two may be alike, but item 2 is item 0 again",
        ),
        (
            lambda: AssociativeRecall(2, 3, 1, 2).make(["10", "01"], query=1),
            ValueError,
            "query must be 0 to 0, got 1: the item after it is the answer",
        ),
        (
            lambda: KeyValueRecall(2, 2, word_size=2).make(["10"]),
            ValueError,
            "number of words must be a multiple of 2, but is 1",
        ),
        (
            lambda: KeyValueRecall(2, 2, word_size=2).make(["10", "00", "10", "11"]),
            ValueError,
            "but key 1 is key 0 again",
        ),
        (
            lambda: KeyValueRecall(2, 2, word_size=2).make(["10", "00"], order=[1]),
            ValueError,
            r"order must hold 0 to 0, each once, but is \[1\]",
        ),
    ],
)
def test_words_that_do_not_fit(make, error, message):
    with pytest.raises(error, match=message):
        make()
