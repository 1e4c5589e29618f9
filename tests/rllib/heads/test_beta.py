import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.distributions import AffineTransform, Beta, Independent, TransformedDistribution
from torch.distributions.kl import kl_divergence
from torch.nn.functional import softplus

from memorylab.rllib.heads import BoundedBeta

pytestmark = pytest.mark.ray

SETTINGS = settings(deadline=None, derandomize=True, max_examples=25)
NUMBERS = st.floats(-4, 6)
EDGES = torch.linspace(-1, 1, 40_001, dtype=torch.float64)
MIDDLES = (EDGES[1:] + EDGES[:-1]) / 2  # [G]
WIDTH = 2 / len(MIDDLES)


def beta(*inputs):
    return BoundedBeta(torch.tensor(inputs, dtype=torch.float64))


def on_grid(distribution):
    """Return the density of a distribution with one dimension, on the grid ``[G]``."""
    return distribution.log_prob(MIDDLES.unsqueeze(-1))


@SETTINGS
@given(NUMBERS, NUMBERS)
def test_the_density_integrates_to_one_and_to_the_mean_and_the_entropy(a, b):
    distribution = beta(a, b)
    log_density = on_grid(distribution)
    density = log_density.exp() * WIDTH
    assert float(density.sum()) == pytest.approx(1, abs=1e-3)
    assert float((density * MIDDLES).sum()) == pytest.approx(float(distribution.mean), abs=1e-3)
    assert float(-(density * log_density).sum()) == pytest.approx(
        float(distribution.entropy()), abs=1e-2
    )


@SETTINGS
@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_the_kl_divergence_is_its_integral(a, b, c, d):
    p, q = beta(a, b), beta(c, d)
    log_p, log_q = on_grid(p), on_grid(q)
    integral = float((log_p.exp() * (log_p - log_q)).sum() * WIDTH)
    assert float(kl_divergence(p, q)) == pytest.approx(integral, rel=1e-2, abs=1e-2)
    assert float(kl_divergence(p, p)) == pytest.approx(0, abs=1e-9)


@SETTINGS
@given(st.lists(NUMBERS, min_size=4, max_size=4), st.lists(st.floats(-0.99, 0.99), min_size=2))
def test_it_is_pytorchs_beta_stretched(inputs, action):
    distribution = beta(*inputs)
    alpha, other = (1 + softplus(torch.tensor(inputs, dtype=torch.float64))).chunk(2)
    stretched = TransformedDistribution(
        Independent(Beta(alpha, other), 1), [AffineTransform(-1.0, 2.0)]
    )
    action = torch.tensor(action[:2], dtype=torch.float64)
    torch.testing.assert_close(distribution.log_prob(action), stretched.log_prob(action))


def test_samples_follow_the_density():
    torch.manual_seed(0)
    distribution = BoundedBeta(torch.tensor([[0.0, 2.0, 3.0, -1.0]]).expand(20_000, 4))
    samples = distribution.sample()
    assert samples.shape == (20_000, 2)
    torch.testing.assert_close(samples.mean(0), distribution.mean[0], atol=0.02, rtol=0)
    # The mean of −log p over the samples is the entropy.
    surprise = -distribution.log_prob(samples).mean()
    torch.testing.assert_close(surprise, distribution.entropy()[0], atol=0.03, rtol=0)
    assert distribution.sample([3]).shape == (3, 20_000, 2)


@pytest.mark.parametrize("size", [0.0, 30.0, 1e7, -1e7])
def test_extreme_inputs_stay_inside_the_bounds_with_finite_gradients(size):
    inputs = torch.tensor([[size, -size], [size, size]], requires_grad=True)
    distribution = BoundedBeta(inputs)
    samples = distribution.rsample([100])
    assert samples.abs().max() < 1
    # Zero is what RLlib's padding holds, and ±1 what an edge rounds to.
    for action in (samples.detach(), torch.zeros(2, 1), torch.ones(2, 1), -torch.ones(2, 1)):
        (gradient,) = torch.autograd.grad(
            distribution.log_prob(action).sum(), inputs, retain_graph=True
        )
        assert gradient.isfinite().all()
    assert distribution.entropy().isfinite().all()


def test_equal_shares_are_the_uniform_distribution():
    flat = beta(-1e4, -1e4)  # α = β = 1
    assert float(flat.log_prob(torch.tensor([0.3]).double())) == pytest.approx(-math.log(2))
    assert float(flat.entropy()) == pytest.approx(math.log(2))
