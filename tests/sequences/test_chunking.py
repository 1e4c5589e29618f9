import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sequence_examples import devices, dtypes, feature_shapes, length_dtypes, random_tensor, seeds

from memorylab.sequences import Chunks, chunk, unchunk

fixed = settings(deadline=None, derandomize=True, max_examples=25)
episode_lengths = st.lists(st.integers(0, 9), max_size=5)


@fixed
@given(episode_lengths, st.integers(1, 5), feature_shapes, dtypes, length_dtypes, seeds, devices)
def test_unchunk_undoes_chunk(lens, max_seq_len, features, dtype, length_dtype, seed, device):
    flat = random_tensor((sum(lens), *features), dtype, seed, device)
    chunks = chunk(flat, torch.tensor(lens, dtype=length_dtype, device=device), max_seq_len)
    assert chunks.data.shape[1:] == (max_seq_len, *features)
    assert chunks.data.dtype == dtype
    assert torch.equal(unchunk(chunks), flat)


@fixed
@given(episode_lengths, st.integers(1, 5), feature_shapes, dtypes, seeds)
def test_chunks_agree_with_a_loop_over_episodes(lens, max_seq_len, features, dtype, seed):
    flat = random_tensor((sum(lens), *features), dtype, seed)
    chunks = chunk(flat, torch.tensor(lens, dtype=torch.long), max_seq_len)
    rows = iter(zip(*chunks, strict=True))
    for index, episode in enumerate(flat.split(lens)):
        for t_start in range(0, len(episode), max_seq_len):
            data, seq_len, row_t_start, episode_index = next(rows)
            real = episode[t_start : t_start + max_seq_len]
            assert episode_index == index
            assert row_t_start == t_start
            assert seq_len == len(real)
            assert torch.equal(data[:seq_len], real)
            assert not data[seq_len:].any()
    assert next(rows, None) is None


@fixed
@given(episode_lengths, st.integers(1, 5), feature_shapes, seeds)
def test_gradient_passes_through_both_ways_unchanged(lens, max_seq_len, features, seed):
    flat = random_tensor((sum(lens), *features), torch.float32, seed).requires_grad_()
    result = unchunk(chunk(flat, torch.tensor(lens, dtype=torch.long), max_seq_len))
    upstream = random_tensor(tuple(flat.shape), torch.float32, seed + 1)
    (gradient,) = torch.autograd.grad(result, flat, upstream)
    assert torch.equal(gradient, upstream)


def test_example():
    chunks = chunk(torch.arange(1, 8), torch.tensor([3, 0, 4]), max_seq_len=2)
    assert chunks.data.tolist() == [[1, 2], [3, 0], [4, 5], [6, 7]]
    assert chunks.seq_lens.tolist() == [2, 1, 2, 2]
    assert chunks.t_starts.tolist() == [0, 2, 0, 2]
    assert chunks.episode_index.tolist() == [0, 0, 2, 2]


def test_other_data_follows_the_same_cuts():
    chunks = chunk(torch.arange(5), torch.tensor([3, 2]), max_seq_len=2)
    doubled = chunks._replace(data=2.0 * chunks.data.unsqueeze(-1))
    assert unchunk(doubled).tolist() == [[0], [2], [4], [6], [8]]


@pytest.mark.parametrize("lens", [[], [0], [0, 0]])
def test_no_steps_give_no_rows(lens):
    chunks = chunk(torch.zeros(0, 3), torch.tensor(lens, dtype=torch.long), max_seq_len=4)
    assert chunks.data.shape == (0, 4, 3)
    assert [len(part) for part in chunks] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("lens", "max_seq_len", "error", "message"),
    [
        (torch.tensor([3, 1]), 2, ValueError, r"5 steps of flat, shape \[5, 2\]; got \[3, 1\]"),
        (torch.tensor([6, -1]), 2, ValueError, r"episode_lens must not be negative, got \[6, -1\]"),
        (torch.tensor([[5]]), 2, ValueError, r"one dimension.*got shape \[1, 1\]"),
        (torch.tensor([5]), 0, ValueError, "max_seq_len must be at least 1, got 0"),
        (torch.tensor([5]), 2.0, TypeError, "max_seq_len must be an integer, got 2.0"),
        (torch.tensor([5.0]), 2, TypeError, r"torch.float32.*episode_lens.long\(\)"),
        ([5], 2, TypeError, "episode_lens must be a tensor of integers, got list"),
    ],
)
def test_bad_input_is_refused(lens, max_seq_len, error, message):
    with pytest.raises(error, match=message):
        chunk(torch.zeros(5, 2), lens, max_seq_len)


def test_unchunk_refuses_data_that_does_not_fit():
    chunks = chunk(torch.arange(5), torch.tensor([5]), max_seq_len=3)
    with pytest.raises(ValueError, match=r"beyond the 2 steps of a row, got \[3, 2\]"):
        unchunk(Chunks(chunks.data[:, :2], *chunks[1:]))
