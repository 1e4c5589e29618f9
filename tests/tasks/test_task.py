import dataclasses
import pickle

import pytest
import torch
from hypothesis import given, settings
from task_examples import batch_sizes, sample, seeds, tasks

from memorylab.sequences import masked_loss, sequence_mask
from memorylab.tasks import AssociativeRecall, Copy, KeyValueRecall, RepeatCopy

fixed = settings(deadline=None, derandomize=True, max_examples=50)
ALL = [Copy(), RepeatCopy(), AssociativeRecall(), KeyValueRecall()]


@fixed
@given(tasks, batch_sizes, seeds)
def test_shapes_and_dtypes(task, batch_size, seed):
    batch = sample(task, batch_size, seed)
    num_steps = int(batch.seq_lens.max())
    assert batch.input.shape == (batch_size, num_steps, task.input_size)
    assert batch.target.shape == (batch_size, num_steps, task.output_size)
    assert batch.mask.shape == (batch_size, num_steps)
    assert batch.seq_lens.shape == (batch_size,)
    assert [part.dtype for part in batch] == [
        torch.float32,
        torch.float32,
        torch.bool,
        torch.int64,
    ]


@fixed
@given(tasks, batch_sizes, seeds)
def test_padding_is_zero_and_does_not_count(task, batch_size, seed):
    batch = sample(task, batch_size, seed)
    padding = ~sequence_mask(batch.seq_lens, batch.mask.shape[1])
    assert not batch.mask[padding].any()
    assert not batch.input[padding].any()
    assert not batch.target[~batch.mask].any()
    assert batch.mask.any(dim=1).all()


@fixed
@given(tasks, batch_sizes, seeds)
def test_targets_are_bits(task, batch_size, seed):
    target = sample(task, batch_size, seed).target
    assert ((target == 0) | (target == 1)).all()


@fixed
@given(tasks, batch_sizes, seeds)
def test_seed_sets_the_batch(task, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed + 1)  # the global generator must not matter
    first, second = task.sample(batch_size, generator), task.sample(batch_size, generator)
    torch.manual_seed(seed + 2)
    for part, again in zip(first, sample(task, batch_size, seed), strict=True):
        assert torch.equal(part, again)
    assert first.input is not second.input


@pytest.mark.parametrize("task", ALL, ids=repr)
def test_batches_and_rows_differ(task):
    generator = torch.Generator().manual_seed(0)
    first, second = task.sample(8, generator), task.sample(8, generator)
    assert first.seq_lens.unique().numel() > 1
    assert first.input[:, 1].unique(dim=0).shape[0] > 1
    assert first.input.shape != second.input.shape or not torch.equal(first.input, second.input)


@pytest.mark.parametrize("task", ALL, ids=repr)
def test_silence_is_worth_half_the_bits(task):
    # Target bits are fair coins, so no constant answer does better; the end marker aside.
    batch = sample(task, 512)
    size = task.word_size
    loss = masked_loss(
        torch.nn.functional.l1_loss,
        torch.zeros_like(batch.target[..., :size]),
        batch.target[..., :size],
        batch.mask
        if not isinstance(task, RepeatCopy)
        else batch.mask & (batch.target[..., -1] == 0),
    )
    assert loss.item() == pytest.approx(0.5, abs=0.03)


def test_longer_sequences_leave_the_channels_as_they_are():
    longer = [
        dataclasses.replace(Copy(), min_length=20, max_length=20),
        dataclasses.replace(RepeatCopy(), max_length=6, max_repeats=9),
        dataclasses.replace(AssociativeRecall(), min_items=12, max_items=12),
        dataclasses.replace(KeyValueRecall(), min_pairs=12, max_pairs=12),
    ]
    for trained, tested in zip(ALL, longer, strict=True):
        assert (tested.input_size, tested.output_size) == (trained.input_size, trained.output_size)
        assert sample(tested).seq_lens.max() > sample(trained, 64).seq_lens.max()


@given(tasks)
@fixed
def test_tasks_are_values(task):
    assert pickle.loads(pickle.dumps(task)) == task
    assert dataclasses.replace(task) == task
    with pytest.raises(dataclasses.FrozenInstanceError):
        task.word_size = 3


@pytest.mark.parametrize("device", ["cpu", *(["cuda"] if torch.cuda.is_available() else [])])
@pytest.mark.parametrize("task", ALL, ids=repr)
def test_generator_sets_the_device(task, device):
    batch = task.sample(2, torch.Generator(device).manual_seed(0))
    assert {part.device.type for part in batch} == {device}


@pytest.mark.parametrize("task", ALL, ids=repr)
def test_sample_refuses_bad_input(task):
    generator = torch.Generator()
    with pytest.raises(ValueError, match="batch_size must be at least 1, got 0"):
        task.sample(0, generator)
    with pytest.raises(TypeError, match=r"batch_size must be an integer, got 2\.0"):
        task.sample(2.0, generator)
    with pytest.raises(TypeError, match=r"must be a torch\.Generator, got int.*manual_seed"):
        task.sample(2, 0)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Copy(word_size=0), ValueError, "word_size must be at least 1, got 0"),
        (lambda: Copy(word_size=8.0), TypeError, r"word_size must be an integer, got 8\.0"),
        (lambda: Copy(min_length=0), ValueError, "min_length must be at least 1, got 0"),
        (lambda: Copy(max_length=True), TypeError, "max_length must be an integer, got True"),
        (lambda: Copy(min_length=9), ValueError, "min_length.*max_length, got 9 above 8"),
        (lambda: RepeatCopy(word_size=0), ValueError, "word_size must be at least 1, got 0"),
        (lambda: RepeatCopy(min_length=4), ValueError, "min_length.*max_length, got 4 above 3"),
        (lambda: RepeatCopy(min_repeats=0), ValueError, "min_repeats must be at least 1, got 0"),
        (lambda: RepeatCopy(min_repeats=4), ValueError, "min_repeats.*max_repeats, got 4 above 3"),
        (lambda: AssociativeRecall(min_items=1), ValueError, "min_items must be at least 2, got 1"),
        (lambda: AssociativeRecall(min_items=7), ValueError, "min_items.*max_items, got 7 above 6"),
        (lambda: AssociativeRecall(item_length=0), ValueError, "item_length must be at least 1"),
        (lambda: AssociativeRecall(word_size=0), ValueError, "word_size must be at least 1, got 0"),
        (
            lambda: AssociativeRecall(max_items=5, item_length=2, word_size=1),
            ValueError,
            "the 4 different items of 2 words of 1 bits, got 5",
        ),
        (lambda: KeyValueRecall(min_pairs=0), ValueError, "min_pairs must be at least 1, got 0"),
        (lambda: KeyValueRecall(min_pairs=7), ValueError, "min_pairs.*max_pairs, got 7 above 6"),
        (lambda: KeyValueRecall(word_size=0), ValueError, "word_size must be at least 1, got 0"),
        (
            lambda: KeyValueRecall(max_pairs=5, word_size=2),
            ValueError,
            "the 4 different keys of 2 bits, got 5",
        ),
        (
            lambda: dataclasses.replace(Copy(), min_length=20),
            ValueError,
            "got 20 above 8. Set both",
        ),
    ],
)
def test_bad_sizes_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
