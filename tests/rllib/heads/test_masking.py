import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from ray.rllib.core.distribution.torch.torch_distribution import TorchCategorical
from ray.rllib.models.torch.torch_action_dist import TorchCategorical as ClassicCategorical

from memorylab.rllib.heads import mask_logits, match_embeddings

pytestmark = pytest.mark.ray

SETTINGS = settings(deadline=None, derandomize=True, max_examples=25)
SEEDS = st.integers(0, 1000)


def draw(seed, scale, num_allowed, shape=(3, 4, 5)):
    """Return logits and a mask with ``num_allowed`` actions at each step."""
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(shape, generator=generator) * scale
    ranks = torch.rand(shape, generator=generator).argsort(-1).argsort(-1)
    return logits.requires_grad_(), (ranks < num_allowed).float()


@SETTINGS
@given(SEEDS, st.sampled_from([1.0, 1e4]), st.integers(1, 5))
def test_masked_actions_have_probability_zero_and_the_others_keep_their_shares(
    seed, scale, allowed
):
    logits, mask = draw(seed, scale, allowed)
    probabilities = mask_logits(logits, mask).softmax(-1)
    assert (probabilities[mask == 0] == 0).all()
    for row in range(3):
        for step in range(4):
            kept = mask[row, step] == 1
            torch.testing.assert_close(
                probabilities[row, step, kept], logits[row, step, kept].softmax(-1)
            )


def current(logits):
    return TorchCategorical.from_logits(logits)


def classic(logits):
    return ClassicCategorical(logits.flatten(0, 1), None)


@pytest.mark.parametrize("stack", [current, classic])
@SETTINGS
@given(SEEDS, st.sampled_from([1.0, 1e4]), st.integers(1, 5))
def test_all_that_ppo_computes_is_finite_and_so_are_the_gradients(stack, seed, scale, allowed):
    logits, mask = draw(seed, scale, allowed)
    # As after an update. Policies that are sure of different actions are infinitely far apart.
    other = logits.detach() + torch.randn(logits.shape)
    masked, other = stack(mask_logits(logits, mask)), stack(mask_logits(other, mask))
    actions = masked.sample()
    assert (mask.reshape(*actions.shape, 5).gather(-1, actions.unsqueeze(-1)) == 1).all()
    terms = [masked.logp(actions), masked.entropy(), other.kl(masked), masked.kl(other)]
    for term in terms:
        assert term.isfinite().all()
        (gradient,) = torch.autograd.grad(term.sum(), logits, retain_graph=True)
        assert gradient.isfinite().all()
        assert (gradient[mask == 0] == 0).all()
    if allowed == 1:
        torch.testing.assert_close(masked.entropy(), torch.zeros(actions.shape))


@SETTINGS
@given(SEEDS, st.sampled_from([0.0, float("nan"), 1.0]))
def test_where_no_step_is_real_the_mask_says_nothing_and_nothing_is_learned(seed, filling):
    logits, mask = draw(seed, 1.0, 2)
    real = torch.tensor([[True] * 4, [True, True, False, False], [False] * 4])
    mask = mask.masked_fill(~real.unsqueeze(-1), filling)
    masked = mask_logits(logits, mask, real)
    assert masked.isfinite().all()
    assert (masked[~real] == 0).all()
    distribution = TorchCategorical.from_logits(masked)
    loss = distribution.entropy().sum() + distribution.logp(torch.zeros(3, 4)).clamp(-9).sum()
    (gradient,) = torch.autograd.grad(loss, logits)
    assert gradient.isfinite().all()
    assert (gradient[~real] == 0).all()


def test_a_mask_that_allows_nothing_at_a_real_step_is_an_error_that_says_where():
    logits, mask = draw(0, 1.0, 2)
    mask[1, 2] = 0
    with pytest.raises(ValueError, match="no action at row 1, step 2, which is a real step"):
        mask_logits(logits, mask)
    real = torch.ones(3, 4, dtype=torch.bool)
    real[1, 2:] = False
    mask_logits(logits, mask, real)


@pytest.mark.parametrize("value", [0.5, -1.0, 2.0, float("nan")])
def test_a_mask_holds_zeros_and_ones(value):
    logits, mask = draw(0, 1.0, 2)
    mask[2, 0, 3] = value
    with pytest.raises(ValueError, match="must hold 0 and 1, but at row 2, step 0"):
        mask_logits(logits, mask)


def test_a_mask_fits_its_logits():
    logits, mask = draw(0, 1.0, 2)
    with pytest.raises(ValueError, match=r"logits \[3, 4, 5\].*\[3, 4, 4\]"):
        mask_logits(logits, mask[..., :4])


@SETTINGS
@given(SEEDS, st.permutations(range(5)))
def test_logits_go_with_the_embeddings_wherever_those_stand(seed, order):
    generator = torch.Generator().manual_seed(seed)
    intent = torch.randn(3, 4, 2, generator=generator)
    embeddings = torch.randn(3, 4, 5, 2, generator=generator)
    logits = match_embeddings(intent, embeddings)
    assert logits.shape == (3, 4, 5)
    torch.testing.assert_close(logits[1, 2, 3], intent[1, 2] @ embeddings[1, 2, 3])
    torch.testing.assert_close(
        match_embeddings(intent, embeddings[:, :, order]), logits[..., order]
    )


def test_an_embedding_has_the_size_of_the_intent():
    with pytest.raises(ValueError, match=r"have 3 features, but the intent \[1, 2\] has 2"):
        match_embeddings(torch.zeros(1, 2), torch.zeros(1, 5, 3))
