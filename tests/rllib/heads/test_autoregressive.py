import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.distributions.kl import kl_divergence

from memorylab.rllib.heads import AutoregressiveCategorical, AutoregressiveHead, level_sizes
from memorylab.rllib.heads.masking import MASKED_LOGIT

pytestmark = pytest.mark.ray

SETTINGS = settings(deadline=None, derandomize=True, max_examples=25)
CHOICES = st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple)
SEEDS = st.integers(0, 1000)


def draw(choices, seed, batch_shape=(2,), scale=2.0):
    generator = torch.Generator().manual_seed(seed)
    inputs = torch.randn(*batch_shape, sum(level_sizes(choices)), generator=generator) * scale
    return AutoregressiveCategorical(inputs.double(), choices)


def every_action(choices):
    return torch.tensor(list(itertools.product(*map(range, choices))))  # [P, N]


def enumerate_log_probs(distribution, batch_size=2):
    """Return the log-probability of every action, asked for one at a time, ``[B, P]``."""
    actions = every_action(distribution.choices)
    return torch.stack(
        [distribution.log_prob(action.expand(batch_size, -1)) for action in actions], -1
    )


@SETTINGS
@given(CHOICES, SEEDS)
def test_the_probabilities_of_all_actions_sum_to_one(choices, seed):
    distribution = draw(choices, seed)
    log_probs = enumerate_log_probs(distribution)
    torch.testing.assert_close(log_probs.exp().sum(-1), torch.ones(2).double())
    torch.testing.assert_close(distribution.log_probs.flatten(1), log_probs)


@SETTINGS
@given(CHOICES, SEEDS, SEEDS)
def test_entropy_kl_and_mode_are_those_of_the_joint_distribution(choices, seed, other_seed):
    p, q = draw(choices, seed), draw(choices, other_seed)
    log_p, log_q = enumerate_log_probs(p), enumerate_log_probs(q)
    torch.testing.assert_close(p.entropy(), -(log_p.exp() * log_p).sum(-1))
    torch.testing.assert_close(kl_divergence(p, q), (log_p.exp() * (log_p - log_q)).sum(-1))
    torch.testing.assert_close(p.mode, every_action(choices)[log_p.argmax(-1)])


@SETTINGS
@given(SEEDS)
def test_each_part_has_the_conditional_that_its_logits_say(seed):
    choices = (2, 3)
    distribution = draw(choices, seed, batch_shape=())
    inputs = torch.randn(8, generator=torch.Generator().manual_seed(seed)).double() * 2
    first, second = inputs[:2].softmax(-1), inputs[2:].reshape(2, 3).softmax(-1)
    torch.testing.assert_close(distribution.log_probs.exp(), first[:, None] * second)


def test_what_comes_first_changes_what_comes_next():
    # The second part copies the first.
    inputs = torch.tensor([0.0, 0.0, 30.0, -30.0, -30.0, 30.0])
    distribution = AutoregressiveCategorical(inputs.expand(500, 6), (2, 2))
    torch.manual_seed(0)
    samples = distribution.sample()
    assert (samples[:, 0] == samples[:, 1]).all()
    assert 0.4 < samples[:, 0].float().mean() < 0.6


@pytest.mark.parametrize("choices", [(3,), (2, 3), (2, 3, 2)])
def test_samples_come_as_often_as_their_probability_says(choices):
    torch.manual_seed(0)
    distribution = draw(choices, 1, batch_shape=(2, 1))
    samples = distribution.sample([20_000])  # [20000, 2, 1, N]
    assert samples.shape == (20_000, 2, 1, len(choices))
    assert distribution.log_prob(samples).shape == (20_000, 2, 1)
    for row in range(2):
        shares = torch.zeros(choices).double()
        shares.index_put_(
            samples[:, row, 0].unbind(-1), torch.tensor(1 / 20_000).double(), accumulate=True
        )
        torch.testing.assert_close(shares, distribution.log_probs[row, 0].exp(), atol=0.015, rtol=0)


def test_the_mode_is_the_likeliest_action_and_not_the_likeliest_part_after_part():
    # 0 is the likelier first part, 0.6, but what follows it is spread over three.
    inputs = torch.tensor([0.6, 0.4, *[1 / 3] * 3, 0.98, 0.01, 0.01]).log()
    assert AutoregressiveCategorical(inputs, (2, 3)).mode.tolist() == [1, 0]


@SETTINGS
@given(SEEDS, st.lists(st.booleans(), min_size=12, max_size=12), st.sampled_from([1.0, 1e4]))
def test_masked_logits_give_probability_zero_and_finite_everything(seed, allowed, scale):
    choices = (2, 3, 2)
    mask = torch.tensor(allowed).reshape(choices)
    mask[1, 2, 0] = True
    levels = [mask.any(-1).any(-1), mask.any(-1), mask]
    table = torch.cat([level.flatten() for level in levels])
    inputs = (
        torch.randn(20, generator=torch.Generator().manual_seed(seed)) * scale
    ).requires_grad_()
    distribution = AutoregressiveCategorical(inputs.masked_fill(~table, MASKED_LOGIT), choices)
    probabilities = distribution.log_probs.exp()
    assert (probabilities[~mask] == 0).all()
    torch.testing.assert_close(probabilities.sum(), torch.tensor(1.0))
    actions = distribution.sample([50])
    assert mask[actions.unbind(-1)].all()
    assert mask[tuple(distribution.mode)]
    other = AutoregressiveCategorical(torch.randn(20).masked_fill(~table, MASKED_LOGIT), choices)
    loss = (
        distribution.log_prob(actions).sum()
        + distribution.entropy()
        + kl_divergence(other, distribution)
        + kl_divergence(distribution, other)
    )
    (gradient,) = torch.autograd.grad(loss, inputs)
    assert loss.isfinite()
    assert gradient.isfinite().all()
    assert (gradient[~table] == 0).all()


@SETTINGS
@given(CHOICES, SEEDS)
def test_along_an_action_are_the_logits_that_the_whole_table_has_for_it(choices, seed):
    torch.manual_seed(seed)
    head = AutoregressiveHead(3, choices, [5]).double()
    context = torch.randn(2, 3).double()
    distribution = AutoregressiveCategorical(head(context), choices)
    for action in every_action(choices):
        action = action.expand(2, -1)
        logits = head.along(context, action)
        assert logits.shape == (2, sum(choices))
        parts = [
            level.log_softmax(-1).gather(-1, part.unsqueeze(-1)).squeeze(-1)
            for level, part in zip(logits.split(choices, -1), action.unbind(-1), strict=True)
        ]
        torch.testing.assert_close(sum(parts), distribution.log_prob(action))


@SETTINGS
@given(CHOICES, SEEDS)
def test_entropies_and_divergences_along_actions_average_to_the_joint_ones(choices, seed):
    torch.manual_seed(seed)
    heads = [AutoregressiveHead(3, choices, [5]).double() for _ in range(2)]
    context = torch.randn(3).double()
    p, q = (AutoregressiveCategorical(head(context), choices) for head in heads)
    entropy = divergence = 0
    for action in every_action(choices):
        levels = [head.along(context, action).split(choices, -1) for head in heads]
        probability = p.log_prob(action).exp()
        for first, second in zip(*levels, strict=True):
            log_p, log_q = first.log_softmax(-1), second.log_softmax(-1)
            entropy = entropy - probability * (log_p.exp() * log_p).sum()
            divergence = divergence + probability * (log_p.exp() * (log_p - log_q)).sum()
    torch.testing.assert_close(entropy, p.entropy())
    torch.testing.assert_close(divergence, kl_divergence(p, q))


def test_a_head_samples_in_as_many_passes_as_there_are_parts_and_looks_back_in_one(monkeypatch):
    torch.manual_seed(0)
    head, calls = AutoregressiveHead(3, (2, 3), [5]), []
    for i, network in enumerate(head.networks):
        network.register_forward_hook(lambda *args, i=i: calls.append(i))
    context = torch.randn(3).expand(20_000, 3)
    samples = head.sample(context)
    assert calls == [0, 1]
    probabilities = AutoregressiveCategorical(head(context[0]), (2, 3)).log_probs.exp()
    shares = torch.zeros(2, 3).index_put_(
        samples.unbind(-1), torch.tensor(1 / 20_000), accumulate=True
    )
    torch.testing.assert_close(shares, probabilities, atol=0.015, rtol=0)
    greedy = head.sample(context[:4], greedy=True)
    first = probabilities.sum(-1).argmax()
    assert (greedy == torch.stack([first, probabilities[first].argmax()])).all()


def test_without_hidden_layers_the_context_cannot_change_what_a_part_does_to_the_next():
    torch.manual_seed(0)

    def effect(hidden_sizes):
        table = AutoregressiveHead(3, (2, 2), hidden_sizes)(10 * torch.randn(2, 3))[:, 2:]
        rows = table.reshape(2, 2, 2)  # [B, A₁, A₂]
        return rows[:, 1] - rows[:, 0]

    flat, deep = effect([]), effect([8])
    torch.testing.assert_close(flat[0], flat[1])
    assert (deep[0] - deep[1]).abs().max() > 1e-2


def test_a_head_pickles_and_its_weights_are_those_of_its_networks_alone():
    head = AutoregressiveHead(3, (2, 3), [5])
    assert all(name.startswith("networks.") for name in head.state_dict())
    again = AutoregressiveHead(3, (2, 3), [5])
    again.load_state_dict(head.state_dict())
    context = torch.randn(4, 3)
    assert torch.equal(head(context), again(context))


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"need \[2, 6\] logits, 8 in all.*\[4, 7\]"):
        AutoregressiveCategorical(torch.zeros(4, 7), (2, 3))
    with pytest.raises(ValueError, match=r"has 2 parts.*\[4, 3\]"):
        AutoregressiveCategorical(torch.zeros(4, 8), (2, 3)).log_prob(torch.zeros(4, 3))
    with pytest.raises(ValueError, match="at least one part"):
        level_sizes([])
    with pytest.raises(ValueError, match=r"choices\[1\] must be at least 1, got 0"):
        level_sizes([2, 0])
