import functools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sequence_examples import devices, feature_shapes, lengths, poisons, random_tensor, seeds
from torch import nn

from memorylab.sequences import masked_loss, masked_mean, sequence_mask

fixed = settings(deadline=None, derandomize=True, max_examples=25)


def random_mask(shape, seed):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed)) < 0.5


def mean_with_gradient(x, mask, dim):
    x = x.clone().requires_grad_()
    mean = masked_mean(x, mask, dim)
    return mean, torch.autograd.grad(mean.sum(), x)[0]


@fixed
@given(feature_shapes, st.sampled_from([None, 0, 1, -1, (0, 1)]), poisons, seeds, devices)
def test_what_is_masked_out_of_a_mean_is_inert(features, dim, poison, seed, device):
    clean = random_tensor((3, 4, *features), torch.float32, seed, device)
    mask = random_mask((3, 4), seed).to(device)
    poisoned = clean.clone()
    poisoned[~mask] = poison
    expected, expected_gradient = mean_with_gradient(clean, mask, dim)
    mean, gradient = mean_with_gradient(poisoned, mask, dim)
    assert torch.equal(mean, expected)
    assert torch.equal(gradient, expected_gradient)
    assert not gradient[~mask].any()
    assert gradient[mask].ne(0).all()


@fixed
@given(feature_shapes, seeds)
def test_mean_is_the_mean_of_what_is_masked_in(features, seed):
    x = random_tensor((3, 4, *features), torch.float64, seed)
    mask = random_mask((3, 4), seed)
    mask[0] = False  # a row without any real step
    expected = x[mask].mean() if mask.any() else torch.zeros((), dtype=x.dtype)
    torch.testing.assert_close(masked_mean(x, mask), expected)
    for row, mean in enumerate(masked_mean(x, mask, dim=1)):
        real = x[row][mask[row]]
        torch.testing.assert_close(mean, real.mean(0) if len(real) else torch.zeros_like(mean))


@pytest.mark.parametrize("dim", [None, 1])
def test_a_mean_over_nothing_is_zero_with_a_graph(dim):
    x = torch.full((2, 3), torch.nan, requires_grad=True)
    mean = masked_mean(x, torch.zeros(2, 3, dtype=torch.bool), dim)
    mean.sum().backward()
    assert not mean.any()
    assert x.grad.tolist() == [[0, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_large_means_keep_their_dtype_and_do_not_overflow(dtype):
    mean = masked_mean(torch.full((100, 100), 50.0, dtype=dtype), torch.ones(100, dtype=torch.bool))
    assert mean.dtype == dtype
    assert mean.item() == 50


def test_mean_refuses_bad_input():
    x, mask = torch.zeros(2, 3, 4), torch.ones(2, 3, dtype=torch.bool)
    with pytest.raises(TypeError, match=r"got torch.int64. Cast it: x.float\(\)"):
        masked_mean(x.long(), mask)
    with pytest.raises(TypeError, match=r"mask must hold bools, got torch.float32"):
        masked_mean(x, mask.float())
    with pytest.raises(ValueError, match=r"x, shape \[2, 3, 4\]; got \[3, 4\]"):
        masked_mean(x, torch.ones(3, 4, dtype=torch.bool))
    with pytest.raises(ValueError, match=r"x, shape \[2, 3, 4\]; got \[2, 1\]"):
        masked_mean(x, mask[:, :1])
    with pytest.raises(ValueError, match=r"x, shape \[2, 3\]; got \[2, 3, 1\]"):
        masked_mean(x[..., 0], mask.unsqueeze(-1))


CRITERIA = {
    "mse_loss": nn.functional.mse_loss,
    "binary_cross_entropy_with_logits": nn.functional.binary_cross_entropy_with_logits,
    "cross_entropy": nn.functional.cross_entropy,
    "summed": functools.partial(nn.functional.mse_loss, reduction="sum"),
}
criteria = st.sampled_from(list(CRITERIA))


def loss_example(criterion, shape, seed, device="cpu"):
    prediction = random_tensor(shape, torch.float32, seed, device)
    if criterion == "cross_entropy":
        target = random_tensor(shape[:2] + shape[3:], torch.int64, seed + 1, device) % shape[2]
    else:
        target = random_tensor(shape, torch.float32, seed + 1, device).sigmoid()
    return prediction, target


def loss_with_gradient(criterion, prediction, target, seq_lens_or_mask):
    prediction = prediction.clone().requires_grad_()
    loss = masked_loss(CRITERIA[criterion], prediction, target, seq_lens_or_mask)
    return loss, torch.autograd.grad(loss, prediction)[0]


@fixed
@given(criteria, lengths, st.integers(1, 3), feature_shapes, poisons, seeds, devices)
def test_padding_is_inert_in_a_loss(name, lens, spare, features, poison, seed, device):
    max_len = max(lens, default=0) + spare
    clean, target = loss_example(name, (len(lens), max_len, 3, *features), seed, device)
    seq_lens = torch.tensor(lens, dtype=torch.long, device=device)
    padding = ~sequence_mask(seq_lens, max_len)
    poisoned = clean.clone()
    poisoned[padding] = poison
    expected, expected_gradient = loss_with_gradient(name, clean, target, seq_lens)
    # No class has the number 99, so looking a padded target up would be an error.
    target[padding] = 99 if name == "cross_entropy" else poison
    loss, gradient = loss_with_gradient(name, poisoned, target, seq_lens)
    assert torch.equal(loss, expected)
    assert loss.isfinite()
    assert torch.equal(gradient, expected_gradient)
    assert not gradient[padding].any()
    assert gradient[~padding].ne(0).all()


@fixed
@given(criteria, lengths.filter(any), seeds)
def test_loss_is_the_criterion_on_the_real_steps_one_after_another(name, lens, seed):
    prediction, target = loss_example(name, (len(lens), 6, 3), seed)
    loss = masked_loss(CRITERIA[name], prediction, target, torch.tensor(lens))
    expected = CRITERIA[name](
        torch.cat([row[:length] for row, length in zip(prediction, lens, strict=True)]),
        torch.cat([row[:length] for row, length in zip(target, lens, strict=True)]),
    )
    assert torch.equal(loss, expected)


@fixed
@given(criteria, lengths, seeds)
def test_lengths_and_their_mask_give_the_same_loss(name, lens, seed):
    prediction, target = loss_example(name, (len(lens), 6, 3), seed)
    seq_lens = torch.tensor(lens, dtype=torch.long)
    by_lengths = loss_with_gradient(name, prediction, target, seq_lens)
    by_mask = loss_with_gradient(name, prediction, target, sequence_mask(seq_lens, 6))
    assert torch.equal(by_lengths[0], by_mask[0])
    assert torch.equal(by_lengths[1], by_mask[1])


def test_a_mask_may_pick_any_steps():
    prediction = torch.tensor([[1.0, 2.0, 3.0]])
    mask = torch.tensor([[False, True, False]])
    loss = masked_loss(nn.functional.mse_loss, prediction, torch.zeros(1, 3), mask)
    assert loss.item() == 4


@pytest.mark.parametrize("name", CRITERIA)
def test_a_loss_over_nothing_is_zero_with_a_graph(name):
    prediction, target = loss_example(name, (2, 3, 4), seed=0)
    loss, gradient = loss_with_gradient(name, prediction * torch.nan, target, torch.tensor([0, 0]))
    assert loss.item() == 0
    assert gradient.shape == prediction.shape
    assert not gradient.any()


def test_loss_refuses_bad_input():
    mse, x, seq_lens = nn.functional.mse_loss, torch.zeros(2, 3, 4), torch.tensor([1, 3])
    with pytest.raises(
        ValueError, match=r"shape \[2, 3, 4\] to fit.*got \[2, 3\] of torch.float32"
    ):
        masked_loss(mse, x, x[..., 0], seq_lens)
    with pytest.raises(ValueError, match=r"\[2, 3, 4\] or \[2, 3\] to fit.*got \[2, 4\]"):
        masked_loss(mse, x, torch.zeros(2, 4, dtype=torch.long), seq_lens)
    with pytest.raises(ValueError, match=r"prediction must have shape \[B, T, ...\], got \[4\]"):
        masked_loss(mse, x[0, 0], x[0, 0], seq_lens)
    with pytest.raises(ValueError, match=r"beyond the 3 steps of a row, got \[1, 4\]"):
        masked_loss(mse, x, x, torch.tensor([1, 4]))
    with pytest.raises(TypeError, match=r"seq_lens must hold integers, got dtype torch.float32"):
        masked_loss(mse, x, x, torch.ones(2, 3))
    with pytest.raises(ValueError, match=r"prediction, shape \[2, 3, 4\]; got \[3, 3\]"):
        masked_loss(mse, x, x, torch.ones(3, 3, dtype=torch.bool))
    with pytest.raises(ValueError, match=r"one number, got shape \[4, 4\].*reduction='mean'"):
        masked_loss(functools.partial(mse, reduction="none"), x, x, seq_lens)
