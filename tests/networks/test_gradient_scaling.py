import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab.networks import ScaleGrad, scale_grad

fixed = settings(deadline=None, derandomize=True, max_examples=25)
scales = st.floats(-4, 4)


@fixed
@given(st.lists(st.integers(0, 3), max_size=3), scales | st.integers(-2, 2))
def test_values_stay_and_gradients_are_scaled(shape, scale):
    x = torch.randn(shape, dtype=torch.float64, requires_grad=True)
    y = scale_grad(x, scale)
    assert torch.equal(y, x)
    assert torch.equal(ScaleGrad.apply(x, scale), x)
    (gradient,) = torch.autograd.grad((y**3).sum(), x)
    torch.testing.assert_close(gradient, scale * 3 * x.detach() ** 2)


@fixed
@given(scales)
def test_second_gradient_is_scaled_at_each_passage(scale):
    x = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    (first,) = torch.autograd.grad(scale_grad(x, scale) ** 3, x, create_graph=True)
    assert first.item() == pytest.approx(12 * scale)
    # x reaches the first gradient through the scaled value as well.
    (second,) = torch.autograd.grad(first, x)
    assert second.item() == pytest.approx(12 * scale**2)


def test_only_the_path_through_it_is_scaled():
    x = torch.tensor(1.0, requires_grad=True)
    (x + scale_grad(x, 0.25)).backward()
    assert x.grad.item() == 1.25


def test_two_heads_of_a_dueling_network():
    shared = torch.ones(3, requires_grad=True)
    scaled = scale_grad(shared, 2**-0.5)
    (scaled.sum() + scaled.sum()).backward()
    torch.testing.assert_close(shared.grad, torch.full([3], 2**0.5))


def test_tensor_without_gradient_passes():
    x = torch.tensor([1, 2])
    assert torch.equal(scale_grad(x, 0.5), x)


@pytest.mark.parametrize(
    ("tensor", "scale", "error", "message"),
    [
        (torch.zeros(2), math.nan, ValueError, "scale must be finite, got nan"),
        (torch.zeros(2), math.inf, ValueError, "scale must be finite, got inf"),
        (torch.zeros(2), "2", TypeError, "number"),
        ([0.0], 2, TypeError, "tensor must be a tensor, got list"),
    ],
)
def test_bad_input_is_refused(tensor, scale, error, message):
    with pytest.raises(error, match=message):
        scale_grad(tensor, scale)
