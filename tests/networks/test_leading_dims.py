import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab.networks import MlpModel, infer_leading_dims, restore_leading_dims

fixed = settings(deadline=None, derandomize=True, max_examples=50)
shapes = st.lists(st.integers(0, 3), max_size=3)
leads = st.lists(st.integers(0, 4), max_size=2)


@fixed
@given(leads, shapes)
def test_what_is_inferred_is_restored(lead, data):
    tensor = torch.arange(math.prod(lead + data)).reshape(lead + data)
    lead_dim, T, B, shape = infer_leading_dims(tensor, len(data))
    assert [lead_dim, T, B] == [len(lead), *[1, 1, *lead][-2:]]
    assert list(shape) == data
    flat = tensor.reshape(T * B, *shape)
    restored = restore_leading_dims(flat, lead_dim, T, B)
    assert restored.shape == tensor.shape
    assert torch.equal(restored, tensor)
    both = restore_leading_dims([flat, flat[..., None]], lead_dim, T, B)
    assert isinstance(both, tuple)
    assert torch.equal(both[0], tensor)
    assert torch.equal(both[1], tensor[..., None])


@fixed
@given(leads)
def test_one_model_for_all(lead):
    model = MlpModel(3, [4], 2)
    x = torch.randn(*lead, 3)
    lead_dim, T, B, shape = infer_leading_dims(x, 1)
    y = restore_leading_dims(model(x.reshape(T * B, *shape)), lead_dim, T, B)
    torch.testing.assert_close(y, model(x))


def test_time_comes_before_the_batch():
    assert infer_leading_dims(torch.zeros(7, 5, 3), dim=1) == (2, 7, 5, torch.Size([3]))
    restored = restore_leading_dims(torch.arange(6), lead_dim=2, T=2, B=3)
    assert restored.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_one_batch_dimension_needs_no_sizes():
    x = torch.zeros(5, 2)
    assert restore_leading_dims(x, 1) is x
    assert restore_leading_dims((x, x), 1) == (x, x)


@pytest.mark.parametrize(
    ("tensor", "dim", "error", "message"),
    [
        (torch.zeros(2, 3, 4, 5), 1, ValueError, r"of shape \[2, 3, 4, 5\] has 3"),
        (torch.zeros(3), 2, ValueError, r"with 2 dimensions .* of shape \[3\] has -1"),
        (torch.zeros(3), -1, ValueError, "dim must be at least 0, got -1"),
        (torch.zeros(3), 1.0, TypeError, "dim must be an integer, got 1.0"),
    ],
)
def test_infer_refuses(tensor, dim, error, message):
    with pytest.raises(error, match=message):
        infer_leading_dims(tensor, dim)


@pytest.mark.parametrize(
    ("tensors", "lead_dim", "T", "B", "error", "message"),
    [
        (torch.zeros(5, 2), 2, 2, 3, ValueError, r"T \* B = 2 \* 3, got .* shape \[5, 2\]"),
        (torch.zeros(6, 2), 1, 1, 5, ValueError, r"T \* B = 1 \* 5, got .* shape \[6, 2\]"),
        (torch.zeros(2, 2), 0, 1, 1, ValueError, r"T \* B = 1 \* 1, got .* shape \[2, 2\]"),
        ((torch.zeros(6), torch.zeros(5)), 2, 2, 3, ValueError, r"got .* shape \[5\]"),
        (torch.tensor(1.0), 1, 1, 1, ValueError, r"shape \[\]"),
        (torch.zeros(3), 0, 1, 3, ValueError, "With lead_dim=0 there can't be T=1 and B=3"),
        (torch.zeros(6), 1, 2, 3, ValueError, "With lead_dim=1 there can't be T=2 and B=3"),
        (torch.zeros(6), 3, 2, 3, ValueError, "lead_dim must be 0, 1 or 2, got 3"),
        (torch.zeros(6), -1, 2, 3, ValueError, "lead_dim must be at least 0, got -1"),
        (torch.zeros(6), 2, 2.0, 3, TypeError, "T must be an integer, got 2.0"),
        (torch.zeros(6), 2, -2, -3, ValueError, "T must be at least 0, got -2"),
    ],
)
def test_restore_refuses(tensors, lead_dim, T, B, error, message):
    with pytest.raises(error, match=message):
        restore_leading_dims(tensors, lead_dim, T, B)
