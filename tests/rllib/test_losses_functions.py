import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from ray.rllib.core.distribution.torch.torch_distribution import (
    TorchCategorical,
    TorchDiagGaussian,
)
from torch import nn

from memorylab.rllib.losses import (
    behaviour_cloning_loss,
    gradient_shares,
    l2_loss,
    latent_kl_loss,
    next_observation_loss,
    reconstruction_loss,
)

pytestmark = pytest.mark.ray

fixed = settings(deadline=None, derandomize=True, max_examples=25)
seeds = st.integers(0, 2**16)
POISONS = st.sampled_from([float("nan"), float("inf"), -1e30, 7.0])

PREDICTION = torch.tensor(
    [[[1.0, 0.0], [2.0, 2.0], [0.0, 5.0]], [[0.0, 1.0], [9.0, 9.0], [8.0, 8.0]]]
)
SEEN = torch.tensor([[[1.0, 2.0], [0.0, 2.0], [4.0, 4.0]], [[3.0, 1.0], [7.0, 7.0], [6.0, 6.0]]])
MASK = torch.tensor([[True, True, True], [True, False, False]])


def categorical(logits, actions, mask):
    return behaviour_cloning_loss(logits, actions, mask, TorchCategorical)


EVERY_LOSS = pytest.mark.parametrize(
    "loss", [reconstruction_loss, next_observation_loss, latent_kl_loss, categorical]
)


def test_reconstruction_is_the_mean_square_over_the_steps_that_count():
    squares = [0, 4, 4, 0, 16, 1, 9, 0]
    assert reconstruction_loss(PREDICTION, SEEN, MASK).item() == pytest.approx(sum(squares) / 8)


def test_the_next_observation_is_compared_with_the_prediction_before_it():
    # Two steps of row 0 are followed by one that counts, none of row 1 is.
    squares = [1, 4, 4, 4]
    assert next_observation_loss(PREDICTION, SEEN, MASK).item() == pytest.approx(sum(squares) / 4)


def test_nothing_is_predicted_across_the_end_of_an_episode():
    # Step 1 ends an episode, whose phantom step does not count.
    mask = torch.tensor([[True, True, False, True, True]])
    prediction = torch.zeros(1, 5, 1, requires_grad=True)
    observations = torch.tensor([[[0.0], [3.0], [50.0], [70.0], [5.0]]])
    loss = next_observation_loss(prediction, observations, mask)
    assert loss.item() == pytest.approx((9 + 25) / 2)
    loss.backward()
    assert prediction.grad.flatten().ne(0).tolist() == [True, False, False, True, False]


def test_cloning_is_the_mean_surprise_at_what_the_expert_did():
    logits = torch.tensor([[[0.0, 0.0], [0.0, 1.0]]])
    actions = torch.tensor([[1, 0]])
    surprise = [torch.tensor(2.0).log(), (1 + torch.tensor(1.0).exp()).log()]
    found = categorical(logits, actions, torch.ones(1, 2, dtype=torch.bool))
    torch.testing.assert_close(found, sum(surprise) / 2)
    first = categorical(logits, actions, torch.tensor([[True, False]]))
    torch.testing.assert_close(first, surprise[0])


def test_cloning_of_real_numbers_with_several_parts():
    inputs = torch.randn(2, 3, 4)  # two means, two log standard deviations
    actions = torch.randn(2, 3, 2)
    mean, log_std = inputs.chunk(2, dim=-1)
    expected = -torch.distributions.Normal(mean, log_std.exp()).log_prob(actions).sum(-1)
    found = behaviour_cloning_loss(inputs, actions, MASK, TorchDiagGaussian)
    torch.testing.assert_close(found, expected[MASK].mean())


@fixed
@given(seed=seeds)
def test_the_latent_divergence_is_pytorchs(seed):
    mean, log_variance = torch.randn(2, 2, 3, 5, generator=torch.Generator().manual_seed(seed))
    normal = torch.distributions.Normal(mean, (log_variance / 2).exp())
    expected = torch.distributions.kl_divergence(normal, torch.distributions.Normal(0, 1)).sum(-1)
    found = latent_kl_loss(mean, log_variance, MASK)
    torch.testing.assert_close(found, expected[MASK].mean())
    assert latent_kl_loss(0 * mean, 0 * mean, MASK) == 0 < found


def test_l2_is_the_sum_of_all_squares():
    parameters = [torch.tensor([1.0, -2.0]), torch.tensor([[3.0]])]
    assert l2_loss(iter(parameters)).item() == 14


@EVERY_LOSS
@fixed
@given(seed=seeds, poison=POISONS)
def test_what_does_not_count_changes_no_loss_and_no_gradient_by_a_bit(loss, seed, poison):
    generator = torch.Generator().manual_seed(seed)
    weight = torch.randn(3, 5, generator=generator)
    features = torch.randn(4, 6, 3, generator=generator)
    observations = torch.randn(4, 6, 5, generator=generator)
    actions = torch.randint(5, (4, 6), generator=generator)
    mask = torch.rand(4, 6, generator=generator) < 0.7

    def run(fill):
        shared = weight.clone().requires_grad_()
        prediction = (features @ shared).masked_fill(~mask.unsqueeze(-1), fill)  # [B, T, F]
        if loss is categorical:
            junk = 0 if fill == 0 else 99
            value = loss(prediction, actions.masked_fill(~mask, junk), mask)
        else:
            value = loss(prediction, observations.masked_fill(~mask.unsqueeze(-1), fill), mask)
        return value, torch.autograd.grad(value, shared)[0]

    for clean, dirty in zip(run(0.0), run(poison), strict=True):
        assert torch.equal(clean, dirty)
        assert clean.isfinite().all()


@EVERY_LOSS
def test_a_batch_in_which_nothing_counts_costs_nothing(loss):
    prediction = torch.randn(2, 3, 2, requires_grad=True)
    target = torch.zeros(2, 3, dtype=torch.long) if loss is categorical else torch.randn(2, 3, 2)
    value = loss(prediction, target, torch.zeros(2, 3, dtype=torch.bool))
    value.backward()
    assert value == 0
    assert not prediction.grad.any()


def test_shares_of_gradients_known_by_hand():
    x = nn.Parameter(torch.tensor([1.0, 2.0]))
    other = nn.Parameter(torch.tensor([5.0]))
    losses = {
        "up": 3 * x[0] + 4 * x[1],  # gradient (3, 4), norm 5
        "down": -10 * x[0],  # norm 10: opposed gradients don't cancel
        "square": 0.25 * (x[1] - 12).square() + 7 * other.sum(),  # norm 5 on x
    }
    shares = gradient_shares(losses, [x])
    assert shares == pytest.approx({"up": 0.25, "down": 0.5, "square": 0.25})
    # With the other parameter: norms 5, 10, √(25 + 49).
    total = 15 + 74**0.5
    assert gradient_shares(losses, iter([x, other])) == pytest.approx(
        {"up": 5 / total, "down": 10 / total, "square": 74**0.5 / total}
    )
    assert x.grad is None
    sum(losses.values()).backward()  # The graph is still there.


@fixed
@given(seed=seeds, scale=st.floats(0, 100))
def test_shares_sum_to_one_and_grow_with_the_coefficient(seed, scale):
    torch.manual_seed(seed)
    network = nn.Linear(3, 2)
    outputs = network(torch.randn(4, 3))
    losses = {"one": outputs.square().mean(), "two": scale * outputs.sum()}
    shares = gradient_shares(losses, network.parameters())
    assert sum(shares.values()) == pytest.approx(1)
    assert all(share >= 0 for share in shares.values())
    larger = gradient_shares({**losses, "two": 2 * losses["two"]}, network.parameters())
    assert larger["two"] > shares["two"] or scale < 1e-30


def test_losses_that_pull_at_nothing_have_no_share():
    x = nn.Parameter(torch.ones(2))
    constant, elsewhere = torch.tensor(3.0), nn.Parameter(torch.ones(1)).sum()
    assert gradient_shares({"a": x.sum(), "b": constant, "c": elsewhere}, [x]) == {
        "a": 1,
        "b": 0,
        "c": 0,
    }
    assert gradient_shares({"b": constant}, [x]) == {"b": 0}


def test_calls_that_make_no_sense_are_refused():
    x = nn.Parameter(torch.ones(2))
    for losses, parameters in ({}, [x]), ({"a": x.sum()}, []):
        with pytest.raises(ValueError, match="at least one loss and one parameter"):
            gradient_shares(losses, parameters)
    with pytest.raises(ValueError, match="at least one parameter"):
        l2_loss([])
    with pytest.raises(ValueError, match=r"target must have shape.*\[2, 3, 2\].*got \[2, 3, 1\]"):
        reconstruction_loss(PREDICTION, SEEN[..., :1], MASK)
    with pytest.raises(ValueError, match="mask must have the shape"):
        reconstruction_loss(PREDICTION, SEEN, MASK[:, :2])
