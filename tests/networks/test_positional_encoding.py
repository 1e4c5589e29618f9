import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab.networks import positional_encoding

fixed = settings(deadline=None, derandomize=True, max_examples=25)
sizes = st.integers(1, 9)
bases = st.floats(1.5, 1e5)
devices = st.sampled_from(["cpu", *(["cuda"] if torch.cuda.is_available() else [])])


@fixed
@given(st.lists(st.integers(-100, 10**8), max_size=4), sizes, bases, devices)
def test_features_agree_with_the_formula(positions, size, base, device):
    positions = torch.tensor(positions, dtype=torch.long, device=device)
    encoding = positional_encoding(positions, size, base)
    assert encoding.device == positions.device
    assert encoding.shape == (len(positions), size)
    assert encoding.dtype == torch.float32
    for position, features in zip(positions.tolist(), encoding.tolist(), strict=True):
        for feature, value in enumerate(features):
            pair = feature // 2
            wave = math.cos if feature % 2 else math.sin
            assert value == pytest.approx(wave(position * base ** (-2 * pair / size)), abs=1e-6)


@fixed
@given(st.integers(-1000, 1000), st.integers(0, 1000), st.integers(1, 4), bases)
def test_distance_alone_sets_the_inner_product(position, distance, pairs, base):
    near, far, origin, apart = positional_encoding(
        torch.tensor([position, position + distance, 0, distance], dtype=torch.float64),
        2 * pairs,
        base,
    )
    torch.testing.assert_close(near @ far, origin @ apart)
    torch.testing.assert_close(near @ near, torch.tensor(float(pairs), dtype=torch.float64))


@fixed
@given(st.lists(st.integers(0, 3), max_size=3), sizes)
def test_leading_dimensions_are_kept(shape, size):
    positions = torch.arange(math.prod(shape)).reshape(shape)
    encoding = positional_encoding(positions, size)
    assert encoding.shape == (*shape, size)
    flat = positional_encoding(positions.flatten(), size)
    assert torch.equal(encoding.flatten(0, -2) if shape else encoding[None], flat)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_floating_point_positions_set_the_dtype(dtype):
    assert positional_encoding(torch.tensor([1.0], dtype=dtype), 3).dtype == dtype


def test_example():
    encoding = positional_encoding(torch.tensor([0, 1]), size=3, base=8.0)
    torch.testing.assert_close(
        encoding,
        torch.tensor([[0.0, 1.0, 0.0], [math.sin(1), math.cos(1), math.sin(0.25)]]),
    )


def test_gradient_reaches_the_positions():
    position = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    positional_encoding(position, 1).backward(torch.ones(1, dtype=torch.float64))
    assert position.grad.item() == pytest.approx(math.cos(2.0))


@pytest.mark.parametrize(
    ("positions", "size", "base", "error", "message"),
    [
        (torch.arange(2), 0, 10.0, ValueError, "size must be at least 1, got 0"),
        (torch.arange(2), -3, 10.0, ValueError, "size must be at least 1, got -3"),
        (torch.arange(2), 2.0, 10.0, TypeError, "size must be an integer, got 2.0"),
        (torch.arange(2), True, 10.0, TypeError, "size must be an integer, got True"),
        (torch.arange(2), 4, 1.0, ValueError, "finite number above 1, got 1.0"),
        (torch.arange(2), 4, -5.0, ValueError, "finite number above 1, got -5.0"),
        (torch.arange(2), 4, math.inf, ValueError, "finite number above 1, got inf"),
        (torch.arange(2), 4, math.nan, ValueError, "finite number above 1, got nan"),
        (torch.tensor([True]), 4, 10.0, TypeError, "floating-point, got torch.bool"),
    ],
)
def test_bad_input_is_refused(positions, size, base, error, message):
    with pytest.raises(error, match=message):
        positional_encoding(positions, size, base)
