import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sequence_examples import devices, length_dtypes, lengths

from memorylab.sequences import check_seq_lens, sequence_mask

fixed = settings(deadline=None, derandomize=True, max_examples=25)


@fixed
@given(lengths, st.integers(0, 3), length_dtypes, devices)
def test_mask_is_true_exactly_before_each_length(lens, spare, dtype, device):
    max_len = max(lens, default=0) + spare
    mask = sequence_mask(torch.tensor(lens, dtype=dtype, device=device), max_len)
    assert mask.dtype == torch.bool
    assert mask.device.type == device
    assert mask.shape == (len(lens), max_len)
    assert mask.tolist() == [[step < length for step in range(max_len)] for length in lens]


@fixed
@given(lengths, st.integers(0, 3), length_dtypes)
def test_lengths_that_fit_are_accepted(lens, spare, dtype):
    seq_lens = torch.tensor(lens, dtype=dtype)
    extremes = check_seq_lens(seq_lens, len(lens), max(lens, default=0) + spare)
    assert extremes == (min(lens, default=0), max(lens, default=0))


@fixed
@given(lengths.filter(any))
def test_one_step_less_than_the_longest_row_is_refused(lens):
    with pytest.raises(ValueError, match=f"beyond the {max(lens) - 1} steps"):
        check_seq_lens(torch.tensor(lens), len(lens), max(lens) - 1)


def test_small_integers_are_compared_beyond_their_own_range():
    assert sequence_mask(torch.tensor([100, 2], dtype=torch.int8), 300).sum().item() == 102


@pytest.mark.parametrize(
    ("seq_lens", "batch_size", "error", "message"),
    [
        (torch.tensor([1, -2]), 2, ValueError, r"seq_lens must not be negative, got \[1, -2\]"),
        (torch.tensor([1, 5]), 2, ValueError, r"beyond the 4 steps of a row, got \[1, 5\]"),
        (torch.tensor([1, 2]), 3, ValueError, r"each of the 3 rows, got shape \[2\]"),
        (torch.tensor([[1, 2]]), 1, ValueError, r"one dimension.*got shape \[1, 2\]"),
        (torch.tensor(1), 1, ValueError, r"one dimension.*got shape \[\]"),
        (torch.tensor([1.0, 2.0]), 2, TypeError, r"torch.float32.*seq_lens.long\(\)"),
        (torch.tensor([True, False]), 2, TypeError, "must hold integers, got dtype torch.bool"),
        ([1, 2], 2, TypeError, "must be a tensor of integers, got list"),
        (np.array([1, 2]), 2, TypeError, "must be a tensor of integers, got ndarray"),
        (None, 2, TypeError, "must be a tensor of integers, got NoneType"),
    ],
)
def test_bad_lengths_are_refused(seq_lens, batch_size, error, message):
    with pytest.raises(error, match=message):
        check_seq_lens(seq_lens, batch_size, 4)
    if batch_size != 3:
        with pytest.raises(error, match=message):
            sequence_mask(seq_lens, 4)


@pytest.mark.parametrize("max_len", [2.0, True, None, torch.tensor(2)])
def test_max_len_must_be_an_integer(max_len):
    with pytest.raises(TypeError, match="max_len must be an integer, got"):
        sequence_mask(torch.tensor([1]), max_len)


def test_max_len_must_not_be_negative():
    with pytest.raises(ValueError, match="max_len must be at least 0, got -1"):
        sequence_mask(torch.tensor([0]), -1)
