"""Tasks read the words from an input that they could have made."""

import pytest
import torch

from memorylab.tasks import AssociativeRecall, Copy, KeyValueRecall, RepeatCopy

TASKS = [
    Copy(),
    Copy(1, 1, 2),
    RepeatCopy(),
    AssociativeRecall(),
    AssociativeRecall(2, 4, item_length=1, word_size=2),
    KeyValueRecall(),
    KeyValueRecall(1, 2, word_size=1),
]


@pytest.mark.parametrize("task", TASKS, ids=repr)
def test_what_is_read_makes_the_same_sequence_again(task):
    batch = task.sample(50, torch.Generator().manual_seed(0))
    for row, length in enumerate(batch.seq_lens):
        words, asked = task.read(batch.input[row, :length])
        again = task.make(words, **asked)
        assert torch.equal(again.input[0], batch.input[row, :length])
        assert torch.equal(again.target[0], batch.target[row, :length])
        assert torch.equal(again.mask[0], batch.mask[row, :length])


@pytest.mark.parametrize("task", TASKS, ids=repr)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_any_precision_is_read(task, dtype):
    input = task.sample(1, torch.Generator().manual_seed(0)).input[0].to(dtype)
    words, asked = task.read(input)
    assert torch.equal(task.make(words, **asked).input[0].to(dtype), input)


@pytest.mark.parametrize("task", TASKS, ids=repr)
@pytest.mark.parametrize(
    "change",
    [
        lambda input: input[:-1],
        lambda input: input[:, 1:],
        lambda input: input + 0.25,
        lambda input: input * 0,
        lambda input: input[:0],
        lambda input: torch.cat([input, input]),
    ],
)
def test_what_no_words_make_is_refused(task, change):
    input = task.sample(1, torch.Generator().manual_seed(0)).input[0]
    with pytest.raises(ValueError, match=r"can't build this input from words"):
        task.read(change(input))
