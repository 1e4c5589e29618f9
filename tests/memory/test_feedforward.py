import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab.memory import ClockedFeedForward, FeedForward

fixed = settings(deadline=None, derandomize=True, max_examples=25)


class Identity(torch.nn.Module):
    def forward(self, x):
        return x


def clock_of(model, z, t_starts=None):
    """Return what goes into the network's core."""
    model.core = Identity()
    return model(z, t_starts=t_starts)[0]


def closed_form(position, size, base):
    """Vaswani et al. 2017, section 3.5."""
    features = []
    for index in range(size):
        angle = position / base ** (2 * (index // 2) / size)
        features.append(math.cos(angle) if index % 2 else math.sin(angle))
    return features


@fixed
@given(st.integers(1, 7), st.integers(0, 10**6), st.integers(2, 5000), st.floats(0.01, 0.99))
def test_clock_is_mixed_in_by_its_strength(size, start, max_len, strength):
    model = ClockedFeedForward(size, size, max_len=max_len).double()
    torch.nn.init.constant_(model.clock_logit, math.log(strength / (1 - strength)))
    z = torch.randn(1, 3, size, generator=torch.Generator().manual_seed(start)).double()
    mixed = clock_of(model, z, torch.tensor([start]))
    for t in range(3):
        clock = torch.tensor(closed_form(start + t, size, max_len), dtype=torch.float64)
        expected = (1 - strength) * z[0, t] + strength * clock
        assert torch.allclose(mixed[0, t], expected, rtol=0, atol=1e-9)


def test_base_is_the_expected_length_unless_given():
    z, t_starts = torch.zeros(1, 4, 6, dtype=torch.float64), torch.tensor([90])
    by_length = clock_of(ClockedFeedForward(6, 6, max_len=100).double(), z, t_starts)
    vaswani = clock_of(ClockedFeedForward(6, 6, max_len=100, base=10000).double(), z, t_starts)
    assert by_length[0, 3].tolist() == pytest.approx([x / 2 for x in closed_form(93, 6, 100)])
    assert vaswani[0, 3].tolist() == pytest.approx([x / 2 for x in closed_form(93, 6, 10000)])
    assert not torch.allclose(by_length, vaswani)


def test_steps_beyond_the_expected_length_work():
    clock = clock_of(ClockedFeedForward(4, 4, max_len=5).double(), torch.zeros(1, 9, 4).double())
    assert clock[0, 8].tolist() == pytest.approx([x / 2 for x in closed_form(8, 4, 5)])


def test_each_row_has_its_own_clock():
    z = torch.zeros(2, 3, 4)
    clock = clock_of(ClockedFeedForward(4, 4), z, torch.tensor([0, 1]))
    assert torch.equal(clock[0, 1:], clock[1, :-1])
    assert not torch.equal(clock[0], clock[1])


def test_strength_starts_in_the_middle_and_nears_0_and_1():
    z = torch.randn(1, 3, 4, generator=torch.Generator().manual_seed(0))
    model = ClockedFeedForward(4, 4)
    clock = 2 * clock_of(model, z) - z
    torch.nn.init.constant_(model.clock_logit, -30.0)
    assert torch.allclose(clock_of(model, z), z)
    torch.nn.init.constant_(model.clock_logit, 30.0)
    assert torch.allclose(clock_of(model, z), clock, atol=1e-6)


def test_without_a_clock_each_step_stands_alone():
    model = FeedForward(3, 4)
    z = torch.randn(1, 1, 3, generator=torch.Generator().manual_seed(0)).expand(2, 5, 3)
    y, state = model(z, t_starts=torch.tensor([0, 1000]))
    assert torch.equal(y, y[:1, :1].expand(2, 5, 4))
    assert state == {}


def test_with_a_clock_equal_inputs_differ_by_their_time():
    z = torch.ones(1, 5, 3)
    y, state = ClockedFeedForward(3, 4)(z)
    assert (y[0, 1:] - y[0, :-1]).abs().amax(-1).min() > 1e-5
    assert state == {}


def test_two_layers_each_followed_by_a_leaky_relu():
    model = FeedForward(3, 8).double()
    z = torch.randn(2, 5, 3).double()
    x = z
    for layer in (model.core[0], model.core[2]):
        x = x @ layer.weight.T + layer.bias
        assert (x < 0).any()
        x = torch.where(x > 0, x, 0.01 * x)
    assert torch.allclose(model(z)[0], x, rtol=0, atol=1e-12)
    assert model.output_size == 8


@pytest.mark.parametrize("base", [1, 0, -5.0, float("nan"), float("inf")])
def test_base_that_cannot_be(base):
    with pytest.raises(ValueError, match="base must be a finite number above 1, but is"):
        ClockedFeedForward(3, base=base)


@pytest.mark.parametrize("max_len", [1, 0])
def test_length_that_cannot_be(max_len):
    with pytest.raises(ValueError, match="max_len must be at least 2, got"):
        ClockedFeedForward(3, max_len=max_len)
