import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sequence_examples import (
    devices,
    dtypes,
    feature_shapes,
    length_dtypes,
    lengths,
    poisons,
    random_tensor,
    seeds,
)

from memorylab.sequences import last_real_step, pad, sequence_mask, unpad

fixed = settings(deadline=None, derandomize=True, max_examples=25)


@fixed
@given(lengths, st.integers(0, 3), feature_shapes, dtypes, length_dtypes, seeds, devices)
def test_unpad_undoes_pad(lens, spare, features, dtype, length_dtype, seed, device):
    flat = random_tensor((sum(lens), *features), dtype, seed, device)
    seq_lens = torch.tensor(lens, dtype=length_dtype, device=device)
    max_len = max(lens, default=0) + spare
    padded = pad(flat, seq_lens, max_len)
    assert padded.shape == (len(lens), max_len, *features)
    assert padded.dtype == dtype
    assert torch.equal(unpad(padded, seq_lens), flat)


@fixed
@given(lengths, st.integers(0, 3), feature_shapes, dtypes, st.integers(0, 1), seeds)
def test_pad_agrees_with_a_loop_over_rows(lens, spare, features, dtype, value, seed):
    flat = random_tensor((sum(lens), *features), dtype, seed)
    max_len = max(lens, default=0) + spare
    padded = pad(flat, torch.tensor(lens, dtype=torch.long), max_len, value)
    steps = iter(flat)
    for row, length in zip(padded, lens, strict=True):
        for step in range(max_len):
            expected = next(steps) if step < length else torch.full(features, value, dtype=dtype)
            assert torch.equal(row[step], expected)


@fixed
@given(lengths, feature_shapes, seeds)
def test_longest_row_sets_the_length_by_default(lens, features, seed):
    flat = random_tensor((sum(lens), *features), torch.float32, seed)
    padded = pad(flat, torch.tensor(lens, dtype=torch.long))
    assert padded.shape[1] == max(lens, default=0)


@fixed
@given(lengths, feature_shapes, poisons, seeds)
def test_pad_passes_gradient_to_every_step_unchanged(lens, features, poison, seed):
    flat = random_tensor((sum(lens), *features), torch.float32, seed).requires_grad_()
    seq_lens = torch.tensor(lens, dtype=torch.long)
    padded = pad(flat, seq_lens)
    upstream = random_tensor(tuple(padded.shape), torch.float32, seed + 1)
    upstream[~sequence_mask(seq_lens, padded.shape[1])] = poison
    (gradient,) = torch.autograd.grad(padded, flat, upstream)
    assert torch.equal(gradient, unpad(upstream, seq_lens))


def gradient_of(function, x, upstream_seed):
    """Return the function's result and its gradient, for one upstream gradient per shape."""
    x = x.clone().requires_grad_()
    result = function(x)
    upstream = random_tensor(tuple(result.shape), result.dtype, upstream_seed, x.device)
    return result, torch.autograd.grad(result, x, upstream)[0]


@fixed
@given(lengths, st.integers(0, 3), feature_shapes, poisons, seeds, devices)
def test_padding_is_inert(lens, spare, features, poison, seed, device):
    seq_lens = torch.tensor(lens, dtype=torch.long, device=device)
    max_len = max(lens, default=0) + spare
    clean = random_tensor((len(lens), max_len, *features), torch.float32, seed, device)
    padding = ~sequence_mask(seq_lens, max_len)
    poisoned = clean.clone()
    poisoned[padding] = poison
    for function in [unpad, last_real_step]:
        expected, expected_gradient = gradient_of(lambda x: function(x, seq_lens), clean, seed)  # noqa: B023
        result, gradient = gradient_of(lambda x: function(x, seq_lens), poisoned, seed)  # noqa: B023
        assert torch.equal(result, expected)
        assert torch.equal(gradient, expected_gradient)
        assert not gradient[padding].any()
        if any(lens):
            assert gradient.any()


@fixed
@given(lengths, st.integers(0, 3), feature_shapes, dtypes, length_dtypes, st.booleans(), seeds)
def test_last_real_step_agrees_with_a_loop(
    lens, spare, features, dtype, length_dtype, with_empty, seed
):
    x = random_tensor((len(lens), max(lens, default=0) + spare, *features), dtype, seed)
    empty = random_tensor((len(lens), *features), dtype, seed + 1) if with_empty else None
    last = last_real_step(x, torch.tensor(lens, dtype=length_dtype), empty)
    assert last.dtype == dtype
    assert last.shape == (len(lens), *features)
    for row, length in enumerate(lens):
        if length:
            expected = x[row, length - 1]
        else:
            expected = torch.zeros(features, dtype=dtype) if empty is None else empty[row]
        assert torch.equal(last[row], expected)


def test_gradient_reaches_what_stands_for_empty_rows_only_there():
    empty = torch.tensor([[float("nan")], [5.0]], requires_grad=True)
    last = last_real_step(torch.ones(2, 3, 1), torch.tensor([2, 0]), empty)
    assert last.tolist() == [[1.0], [5.0]]
    last.sum().backward()
    assert empty.grad.tolist() == [[0.0], [1.0]]


def test_last_real_step_leaves_what_stands_for_empty_rows_as_it_was():
    empty = torch.zeros(2)
    last_real_step(torch.ones(2, 3), torch.tensor([2, 0]), empty)
    assert not empty.any()


def test_pad_example():
    padded = pad(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([2, 0, 1]), max_len=3, value=-1.0)
    assert padded.tolist() == [[1, 2, -1], [-1, -1, -1], [3, -1, -1]]


@pytest.mark.parametrize(
    ("flat", "seq_lens", "message"),
    [
        (torch.zeros(4, 2), torch.tensor([1, 2]), r"4 steps of flat, shape \[4, 2\]; got \[1, 2\]"),
        (torch.zeros(2), torch.tensor([1, 2]), r"2 steps of flat.*sum to 3"),
        (torch.zeros(()), torch.tensor([1]), r"flat must have shape \[S, ...\]"),
        (torch.zeros(1), torch.tensor([2, -1]), "must not be negative"),
    ],
)
def test_pad_refuses_lengths_that_do_not_fit(flat, seq_lens, message):
    with pytest.raises(ValueError, match=message):
        pad(flat, seq_lens)


def test_pad_refuses_rows_longer_than_max_len():
    with pytest.raises(ValueError, match=r"beyond the 1 steps of a row, got \[1, 2\]"):
        pad(torch.zeros(3), torch.tensor([1, 2]), max_len=1)


@pytest.mark.parametrize(
    ("dtype", "value"),
    [
        (torch.int64, 0.5),
        (torch.int64, float("nan")),
        (torch.uint8, -1),
        (torch.uint8, 256),
        (torch.bool, 2),
    ],
)
def test_pad_refuses_a_value_the_dtype_cannot_hold(dtype, value):
    with pytest.raises(ValueError, match=f"{dtype} can hold.*got {value}"):
        pad(torch.zeros(1, dtype=dtype), torch.tensor([1]), value=value)


def test_pad_takes_any_value_in_floating_point():
    assert pad(torch.ones(1), torch.tensor([1]), 2, value=float("inf")).tolist() == [[1, torch.inf]]


@pytest.mark.parametrize("function", [unpad, last_real_step])
def test_lengths_must_fit_the_padded_batch(function):
    x = torch.zeros(2, 3)
    with pytest.raises(ValueError, match=r"beyond the 3 steps of a row, got \[4, 0\]"):
        function(x, torch.tensor([4, 0]))
    with pytest.raises(ValueError, match=r"each of the 2 rows, got shape \[1\]"):
        function(x, torch.tensor([1]))
    with pytest.raises(ValueError, match=r"must have shape \[B, T, ...\], got \[3\]"):
        function(x[0], torch.tensor([1]))
    with pytest.raises(TypeError, match=r"seq_lens.long\(\)"):
        function(x, torch.tensor([1.0, 1.0]))


def test_what_stands_for_empty_rows_must_fit():
    x, seq_lens = torch.zeros(2, 3, 4), torch.tensor([1, 0])
    with pytest.raises(ValueError, match=r"empty must have shape \[2, 4\].*got \[4\]"):
        last_real_step(x, seq_lens, torch.zeros(4))
    with pytest.raises(TypeError, match=r"dtype of x, torch.float32; got torch.float64"):
        last_real_step(x, seq_lens, torch.zeros(2, 4, dtype=torch.float64))
