import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from popgym_family import EMBEDDINGS

from memorylab.rllib.classic import embeddings
from memorylab.rllib.classic.embeddings import make_embedding

pytestmark = pytest.mark.ray

fixed = settings(deadline=None, derandomize=True, max_examples=25)
sizes = st.integers(1, 70)
steps = st.lists(st.integers(0, 10**6), min_size=1, max_size=4)
COMPUTED = sorted(set(EMBEDDINGS) - {"learned", "fixed"})


def test_every_name_that_popgym_accepts_is_there():
    assert sorted(embeddings.EMBEDDINGS) == sorted(EMBEDDINGS)


@pytest.mark.parametrize("name", EMBEDDINGS)
@fixed
@given(st.integers(1, 40), sizes, steps)
def test_any_step_and_any_size(name, max_seq_len, size, steps):
    embedding = make_embedding(name, max_seq_len, size)
    rows = torch.tensor([steps, steps])
    found = embedding(rows)
    assert found.shape == (2, len(steps), size)
    assert found.isfinite().all()
    torch.testing.assert_close(found[0], found[1])


@pytest.mark.parametrize("name", COMPUTED)
def test_what_is_computed_goes_on_beyond_max_seq_len(name):
    embedding = make_embedding(name, 5, 32)
    found = embedding(torch.arange(64).unsqueeze(0))[0]  # [T, E]
    assert len(found.unique(dim=0)) == 64


@pytest.mark.parametrize("name", ["learned", "fixed"])
def test_a_table_stays_at_its_last_row(name):
    embedding = make_embedding(name, 5, 3)
    found = embedding(torch.tensor([[0, 3, 4, 5, 900]]))[0]
    assert torch.equal(found, embedding.weight[[0, 3, 4, 4, 4]])
    assert embedding.weight.requires_grad == (name == "learned")


@fixed
@given(st.integers(2, 50), sizes, st.integers(0, 1000))
def test_sines_are_vaswanis_with_max_seq_len_for_the_base(max_seq_len, size, step):
    found = make_embedding("sine", max_seq_len, size)(torch.tensor([[step]]))[0, 0]
    for i in range(size):
        angle = step / max_seq_len ** ((i - i % 2) / size)
        wave = math.cos(angle) if i % 2 else math.sin(angle)
        assert found[i].item() == pytest.approx(wave, abs=1e-6)


def test_scales_begin_at_zero_for_three_of_four_features():
    plain, scaled = make_embedding("sine", 9, 64), make_embedding("scaled_sine", 9, 64)
    assert (scaled.a == 0).sum() == 48
    assert (scaled.a <= 1).all()
    rows = torch.arange(4).unsqueeze(0)
    assert torch.equal(scaled(rows), plain(rows) * scaled.a)


@fixed
@given(sizes, st.integers(0, 2**40))
def test_bits_write_the_step_number(size, step):
    bits = make_embedding("base2", 9, size)(torch.tensor([[step]]))[0, 0]
    assert bits.tolist() == [float(step >> place & 1) for place in range(size)]


def test_simple_scaled_is_the_step_over_max_seq_len_in_four_features():
    found = make_embedding("simple_scaled", 8, 6)(torch.tensor([[0, 2, 16]]))[0]
    assert found.tolist() == [[0.0, 0.0] + [value] * 4 for value in (0.0, 0.25, 2.0)]
    assert make_embedding("simple_scaled", 8, 2)(torch.tensor([[4]])).tolist() == [[[0.5, 0.5]]]


def test_learned_frequencies():
    rows = torch.tensor([[0, 1, 7]])
    perceptron = make_embedding("perceptron", 9, 5)
    frequencies = perceptron.lin.weight.squeeze(1)  # [E]
    torch.testing.assert_close(perceptron(rows)[0], (rows[0].unsqueeze(1) * frequencies).sin())
    time2vec = make_embedding("time2vec", 9, 5)
    angles = rows[0].unsqueeze(1) * time2vec.net.weight.squeeze(1) + time2vec.net.bias  # [T, E]
    torch.testing.assert_close(time2vec(rows)[0, :, 0], angles[:, 0])
    torch.testing.assert_close(time2vec(rows)[0, :, 1:], angles[:, 1:].sin())


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match=r"no embedding 'sins'.*for none, pass None.*mean 'sine'"):
        make_embedding("sins", 5, 4)
    with pytest.raises(ValueError, match="max_seq_len must be at least 1, got 0"):
        make_embedding("sine", 0, 4)
    with pytest.raises(TypeError, match="size must be an integer"):
        make_embedding("sine", 5, 4.0)
