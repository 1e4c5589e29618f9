"""Actions and observations of any space as tensors, and the distributions of independent parts."""

import math

import gymnasium as gym
import numpy as np
import pytest
import torch
import tree
from gymnasium.spaces import Box, Dict, Discrete, MultiBinary, MultiDiscrete, Tuple
from hypothesis import given, settings
from hypothesis import strategies as st
from ray.rllib.utils.spaces.space_utils import unbatch
from torch.distributions import Categorical, Normal, kl_divergence

from memorylab.rllib import MemoryRLModule
from memorylab.rllib.heads import as_head, choose_head
from memorylab.rllib.heads.masking import MASKED_LOGIT
from memorylab.rllib.heads.product import HalfBoundedGaussian
from memorylab.rllib.heads.spaces import as_action, as_tensor, choices_of
from memorylab.rllib.observations import flatten, unflatten

FLAT = Box(0, 1, (3,))
shapes = st.lists(st.integers(1, 3), max_size=2).map(tuple)
counts = st.lists(st.integers(1, 4), min_size=1, max_size=3)
leaves = st.one_of(
    st.builds(lambda n, start: Discrete(n, start=start), st.integers(1, 4), st.integers(-5, 5)),
    counts.map(lambda n: MultiDiscrete(n, start=np.arange(len(n)) - 1)),
    counts.map(lambda n: MultiDiscrete([n, n])),
    st.one_of(st.integers(1, 3), st.just([2, 2])).map(MultiBinary),
    shapes.map(lambda shape: Box(-2, 3, shape)),
    shapes.map(lambda shape: Box(-np.inf, np.inf, shape, np.float64)),
    shapes.map(lambda shape: Box(-3, 4, shape, np.int16)),
)
spaces = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(Tuple),
        st.dictionaries(st.sampled_from("abc"), inner, min_size=1).map(Dict),
    ),
    max_leaves=5,
)


def samples(space, seed, count=3):
    """Return the same samples of a space, one by one and as tensors ``[count, ...]``."""
    space.seed(seed)
    drawn = [space.sample() for _ in range(count)]
    stacked = tree.map_structure(lambda *parts: torch.as_tensor(np.stack(parts)), *drawn)
    return drawn, stacked


def equal(first, second):
    tree.assert_same_structure(first, second)
    pairs = zip(tree.flatten(first), tree.flatten(second), strict=True)
    return all(torch.equal(one.float(), other.float()) for one, other in pairs)


@settings(max_examples=60)
@given(spaces, st.integers(0, 99))
def test_observations_are_flattened_as_gymnasium_flattens_them_and_back(space, seed):
    drawn, stacked = samples(space, seed)
    flat = flatten(stacked, space)
    expected = np.stack([gym.spaces.flatten(space, sample) for sample in drawn])
    np.testing.assert_array_equal(flat, expected.astype(np.float32))
    again = unflatten(flat, space)
    assert equal(again, tree.map_structure(lambda part: part.float(), stacked))


@settings(max_examples=60)
@given(spaces, st.integers(0, 99))
def test_actions_become_numbers_from_0_and_back(space, seed):
    _, stacked = samples(space, seed)
    if isinstance(space, Box) and space.dtype == np.int16:
        stacked = stacked + 3  # RLlib adds the lower bound itself.
    numbers = as_tensor(stacked, space)
    assert equal(as_action(numbers, space), stacked)
    try:
        choices = choices_of(space)
    except TypeError:
        return
    if all(not isinstance(part, Box) for part in tree.flatten(space)):
        numbers = numbers.reshape(3, -1)
        assert (numbers >= 0).all()
        assert (numbers < torch.tensor(choices)).all()


@settings(max_examples=40, deadline=None)
@given(spaces, st.integers(0, 99))
def test_actions_of_a_distribution_are_in_their_space(space, seed):
    torch.manual_seed(seed)
    head = choose_head(None, FLAT, space)
    inputs = torch.randn(5, head.size(space))
    distribution = head.distribution_class(space).from_logits(inputs)
    for drawn in (distribution.sample(), distribution.to_deterministic().sample()):
        assert distribution.logp(drawn).shape == (5,)
        assert distribution.logp(drawn).isfinite().all()
        drawn = tree.map_structure(lambda part: part.numpy(), drawn)
        assert all(_stretched(space).contains(action) for action in unbatch(drawn))
    assert distribution.entropy().shape == distribution.kl(distribution).shape == (5,)
    assert distribution.kl(distribution).abs().max() < 1e-5


def _stretched(space):
    """Return the space of the actions before RLlib stretches those with bounds."""
    if isinstance(space, Tuple):
        return Tuple([_stretched(part) for part in space])
    if isinstance(space, Dict):
        return Dict({key: _stretched(part) for key, part in space.items()})
    if not isinstance(space, Box) or not space.is_bounded():
        return space
    if space.dtype.kind == "i":
        return Box(0, 7, space.shape, space.dtype)
    return Box(-np.inf, np.inf, space.shape, space.dtype)


MIXED = Tuple([Discrete(3, start=4), Box(-1, 1, (2,)), MultiBinary(2)])


def test_independent_parts_have_the_product_of_their_probabilities():
    inputs = torch.randn(6, 3 + 4 + 4)
    distribution = as_head("plain").distribution_class(MIXED).from_logits(inputs)
    choice, (real, bits) = Categorical(logits=inputs[:, :3]), (inputs[:, 3:7], inputs[:, 7:])
    gauss = Normal(real[:, :2], real[:, 2:].exp())
    pair = [Categorical(logits=part) for part in bits.split(2, -1)]
    drawn = distribution.sample()
    expected = choice.log_prob(drawn[0] - 4) + gauss.log_prob(drawn[1]).sum(-1)
    expected = expected + sum(p.log_prob(bit) for p, bit in zip(pair, drawn[2].T, strict=True))
    torch.testing.assert_close(distribution.logp(drawn), expected)
    entropy = choice.entropy() + gauss.entropy().sum(-1) + sum(p.entropy() for p in pair)
    torch.testing.assert_close(distribution.entropy(), entropy)


@pytest.mark.parametrize("name", ["plain", "autoregressive"])
def test_an_action_outside_its_space_has_no_probability(name):
    """RLlib pads actions with zeros, which a space that starts elsewhere doesn't have."""
    space = MultiDiscrete([2, 3], start=[0, 7])
    head = as_head(name)
    inputs = torch.randn(2, head.size(space), requires_grad=True)
    distribution = head.distribution_class(space).from_logits(inputs)
    found = distribution.logp(torch.tensor([[1, 8], [1, 0]]))
    assert found[0] > -20
    assert found[1] <= 0.5 * MASKED_LOGIT
    found.sum().backward()
    assert inputs.grad.isfinite().all()


LOW, HIGH = np.array([2.0, -np.inf, -np.inf]), np.array([np.inf, -1.0, np.inf])


def test_half_bounded_numbers_stay_inside_and_have_their_exact_density():
    torch.manual_seed(0)
    inputs = torch.randn(6, dtype=torch.float64)
    distribution = HalfBoundedGaussian(inputs, LOW, HIGH)
    drawn = distribution.sample((200_000,))
    assert ((drawn >= torch.as_tensor(LOW)) & (drawn <= torch.as_tensor(HIGH))).all()
    # Entropy and KL divergence are means of log-probabilities.
    log_prob = distribution.log_prob(drawn)
    torch.testing.assert_close(distribution.entropy(), -log_prob.mean(), atol=0.02, rtol=0)
    other = HalfBoundedGaussian(inputs + 0.3, LOW, HIGH)
    difference = (log_prob - other.log_prob(drawn)).mean()
    torch.testing.assert_close(kl_divergence(distribution, other), difference, atol=0.02, rtol=0)
    # The density of one number integrates to 1.
    single = HalfBoundedGaussian(inputs[:2], LOW[:1], HIGH[:1])
    grid = torch.linspace(2, 202, 400_001, dtype=torch.float64)
    area = torch.trapezoid(single.log_prob(grid.unsqueeze(-1)).exp(), grid)
    assert math.isclose(area, 1, abs_tol=0.01)


@pytest.mark.parametrize(
    ("space", "head", "message"),
    [
        (Box(np.array([0, 0]), np.array([1, np.inf]), dtype=np.float32), None, "No other head"),
        (Box(0, 1, (2,), np.float16), None, "float32 or float64"),
        (Box(0, 999, (2,), np.int64), None, "at most 256 integers"),
        (gym.spaces.Text(3), None, "No other head"),
        (MIXED, "autoregressive", r"Heads that fit: 'plain'\."),
        (MIXED, "beta", r"Heads that fit: 'plain'\."),
        (Discrete(3), "sequential", r"several parts.* Heads that fit: 'plain'\."),
        (MultiBinary(30), "autoregressive", r"needs 2147483646 logits.*'plain', 'sequential'\."),
        (Dict(a=Discrete(2)), "beta", r"fit: 'plain', 'autoregressive', 'sequential'\."),
        (Box(0, 1, (2, 2)), "autoregressive", r"fit: 'plain', 'beta'\."),
    ],
)
def test_a_head_that_does_not_fit_says_what_would(space, head, message):
    with pytest.raises(TypeError, match=message):
        choose_head(head, FLAT, space)
    with pytest.raises(TypeError, match="doesn't fit: "):
        MemoryRLModule(observation_space=FLAT, action_space=space, model_config={"head": head})
