import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab.memory.scan import scan

fixed = settings(deadline=None, derandomize=True, max_examples=30)
KINDS = [torch.float32, torch.complex64]


def loop(decay, update, state):
    hidden = [state]
    for a, b in zip(decay.expand_as(update).split(1, 1), update.split(1, 1), strict=True):
        hidden.append(a * hidden[-1] + b)
    return torch.cat(hidden[1:], 1)


def recurrence(batch_size, steps, size, dtype, shared=False, seed=0):
    """Return decays in the unit circle, updates and a state."""
    generator = torch.Generator().manual_seed(seed)
    rows, times = (1, 1) if shared else (batch_size, steps)
    decay = torch.rand(rows, times, size, generator=generator, dtype=torch.float64).to(dtype)
    if dtype.is_complex:
        decay = torch.polar(
            decay.real, 9 * torch.rand(decay.shape, generator=generator).to(decay.real)
        )
    update, state = (
        torch.randn(batch_size, n, size, generator=generator, dtype=dtype) for n in (steps, 1)
    )
    return decay, update, state


def check_the_same(arrays):
    """Check that scan and loop agree to 1e-5 of the largest number, forward and backward."""
    ours, theirs = with_gradients(scan, arrays), with_gradients(loop, arrays)
    for found, expected in zip(ours, theirs, strict=True):
        assert (found - expected).abs().max() <= 1e-5 * expected.abs().max()


def with_gradients(function, arrays):
    arrays = [array.clone().requires_grad_() for array in arrays]
    hidden = function(*arrays)
    generator = torch.Generator().manual_seed(1)
    upstream = torch.randn(hidden.shape, generator=generator, dtype=hidden.dtype)
    return hidden, *torch.autograd.grad(hidden, arrays, upstream)


@pytest.mark.parametrize("dtype", KINDS, ids=str)
@pytest.mark.parametrize("shared", [True, False])
def test_a_thousand_steps_are_those_of_the_loop_forward_and_backward(dtype, shared):
    arrays = recurrence(2, 1000, 5, dtype, shared)
    check_the_same(arrays)


@fixed
@given(
    st.integers(1, 3), st.integers(1, 40), st.sampled_from(KINDS), st.booleans(), st.integers(0, 99)
)
def test_any_number_of_steps(batch_size, steps, dtype, shared, seed):
    arrays = recurrence(batch_size, steps, 2, dtype, shared, seed)
    check_the_same(arrays)


def test_gradients_of_gradients():
    arrays = [array[..., :1].requires_grad_() for array in recurrence(1, 3, 1, torch.complex128)]
    assert torch.autograd.gradgradcheck(scan, arrays)


def test_a_decay_of_0_forgets_all_and_one_of_1_keeps_to_the_bit():
    decay, update, state = recurrence(2, 50, 3, torch.float32)
    decay[:, 20] = 0
    decay[:, 30:], update[:, 30:] = 1, 0
    hidden = scan(decay, update, state)
    assert torch.equal(hidden[:, 20], update[:, 20])
    assert torch.equal(hidden[:, 20:], scan(decay, update, 9 * state)[:, 20:])
    assert torch.equal(hidden[:, 30:], hidden[:, 29:30].expand(-1, 20, -1))


def test_half_precision_is_computed_in_single():
    decay, update, state = (x.bfloat16() for x in recurrence(1, 300, 2, torch.float32))
    hidden = scan(decay, update, state)
    assert hidden.dtype == torch.float32
    assert torch.equal(hidden, scan(decay.float(), update.float(), state.float()))
