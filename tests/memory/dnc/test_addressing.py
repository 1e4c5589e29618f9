"""Each equation on its own: against the paper written as loops, and by what must always hold."""

from __future__ import annotations

import itertools

import numpy as np
import oracle
import pytest
import torch
from dnc_examples import SIZES, gate, number, seeds, sizes, strength, warm_state, weightings
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from memorylab.memory.dnc import addressing

fixed = settings(deadline=None, derandomize=True, max_examples=25)
every_size = pytest.mark.parametrize("size", SIZES, ids=str)


def tensor(values):
    return torch.tensor(values, dtype=torch.float64)


def agree(actual, expected):
    return np.allclose(actual.detach().numpy(), expected, rtol=0, atol=1e-10)


@every_size
def test_each_function_is_the_papers(size):
    num_locations, word_size, num_read_heads = size
    generator = torch.Generator().manual_seed(0)
    rows = range(2)
    state = warm_state(2, *size, generator)
    other = warm_state(2, *size, generator)
    memory, heads = state.memory, range(num_read_heads)
    strengths = 1 + 9 * torch.rand(2, num_read_heads, generator=generator, dtype=torch.float64)
    gates = torch.rand(2, num_read_heads, generator=generator, dtype=torch.float64)
    modes = torch.rand(2, num_read_heads, 3, generator=generator, dtype=torch.float64)
    erase = torch.rand(2, word_size, generator=generator, dtype=torch.float64)
    vector = torch.randn(2, word_size, generator=generator, dtype=torch.float64)
    keys = other.read_vectors

    content = addressing.content_weighting(memory, keys, strengths)
    kept = addressing.retention(gates, state.read_weighting)
    used = addressing.usage(state.usage, state.write_weighting, kept)
    allocation = addressing.allocation_weighting(used)
    written = addressing.write_weighting(content[:, 0], allocation, gates[:, 0], erase[:, 0])
    after = addressing.write_memory(memory, written, erase, vector)
    last = addressing.precedence(state.precedence, written)
    link = addressing.temporal_link(state.link, state.precedence, written)
    forward = addressing.forward_weighting(link, state.read_weighting)
    backward = addressing.backward_weighting(link, state.read_weighting)
    read = addressing.read_weighting(backward, content, forward, modes)
    vectors = addressing.read_vectors(after, read)

    assert content.shape == (2, num_read_heads, num_locations)
    for b in rows:
        inputs = {name: values[b].numpy() for name, values in state._asdict().items()}
        for head in heads:
            assert agree(
                content[b, head],
                oracle.content_weighting(
                    inputs["memory"], keys[b, head].numpy(), float(strengths[b, head])
                ),
            )
        assert agree(kept[b], oracle.retention(gates[b].numpy(), inputs["read_weighting"]))
        assert agree(
            used[b], oracle.usage(inputs["usage"], inputs["write_weighting"], kept[b].numpy())
        )
        assert agree(allocation[b], oracle.allocation_weighting(used[b].numpy()))
        assert agree(
            written[b],
            oracle.write_weighting(
                content[b, 0].numpy(),
                allocation[b].numpy(),
                float(gates[b, 0]),
                float(erase[b, 0]),
            ),
        )
        assert agree(
            after[b],
            oracle.write_memory(
                inputs["memory"], written[b].numpy(), erase[b].numpy(), vector[b].numpy()
            ),
        )
        assert agree(last[b], oracle.precedence(inputs["precedence"], written[b].numpy()))
        assert agree(
            link[b],
            oracle.temporal_link(inputs["link"], inputs["precedence"], written[b].numpy()),
        )
        for head in heads:
            reading = inputs["read_weighting"][head]
            assert agree(forward[b, head], oracle.forward_weighting(link[b].numpy(), reading))
            assert agree(backward[b, head], oracle.backward_weighting(link[b].numpy(), reading))
            assert agree(
                read[b, head],
                oracle.read_weighting(
                    backward[b, head].numpy(),
                    content[b, head].numpy(),
                    forward[b, head].numpy(),
                    modes[b, head].numpy(),
                ),
            )
            assert agree(
                vectors[b, head], oracle.read_vector(after[b].numpy(), read[b, head].numpy())
            )


def test_leading_dimensions_are_free():
    generator = torch.Generator().manual_seed(0)
    state = warm_state(6, 4, 3, 2, generator)
    kept = torch.rand(6, 4, generator=generator, dtype=torch.float64)
    strengths = 1 + torch.rand(6, 2, generator=generator, dtype=torch.float64)
    cases = [
        (addressing.content_weighting, state.memory, state.read_vectors, strengths),
        (addressing.retention, kept[:, :2], state.read_weighting),
        (addressing.usage, state.usage, state.write_weighting, kept),
        (addressing.allocation_weighting, state.usage),
        (addressing.write_weighting, kept, state.usage, kept[:, 0], kept[:, 1]),
        (addressing.write_memory, state.memory, kept, kept[:, :3], kept[:, 1:]),
        (addressing.precedence, state.precedence, state.write_weighting),
        (addressing.temporal_link, state.link, state.precedence, state.write_weighting),
        (addressing.forward_weighting, state.link, state.read_weighting),
        (addressing.backward_weighting, state.link, state.read_weighting),
        (addressing.read_vectors, state.memory, state.read_weighting),
    ]
    for function, *arguments in cases:
        batched = function(*arguments)
        nested = function(*(argument.unflatten(0, (2, 3)) for argument in arguments))
        alone = function(*(argument[0] for argument in arguments))
        assert torch.allclose(nested.flatten(0, 1), batched), function.__name__
        assert torch.allclose(alone, batched[0]), function.__name__


# Strengths and content.


@fixed
@given(st.floats(-1000, 1000))
def test_oneplus_is_the_papers(x):
    assert float(addressing.oneplus(tensor(x))) == pytest.approx(oracle.oneplus(x), abs=1e-8)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16], ids=str)
def test_oneplus_starts_at_1_and_does_not_overflow(dtype):
    x = torch.tensor([-1e30, -100.0, 0.0, 100.0, 1e30], dtype=dtype, requires_grad=True)
    y = addressing.oneplus(x)
    assert y[:2].tolist() == [1.0, 1.0]
    assert y[2].item() == pytest.approx(1.693, abs=0.01)
    assert y[3:].tolist() == pytest.approx([101.0, 1e30], rel=0.01)
    y.sum().backward()
    assert x.grad[[0, 1, 3, 4]].tolist() == pytest.approx([0.0, 0.0, 1.0, 1.0])


@fixed
@given(sizes, st.data())
def test_content_weighting_lies_on_the_simplex(size, data):
    num_locations, word_size, num_heads = size

    def numbers(element, *shape):
        count = int(np.prod(shape))
        flat = data.draw(st.lists(element, min_size=count, max_size=count))
        return torch.tensor(flat, dtype=torch.float32).reshape(shape)

    memory = numbers(number, num_locations, word_size)
    weighting = addressing.content_weighting(
        memory, numbers(number, num_heads, word_size), numbers(strength, num_heads)
    )
    assert (weighting >= 0).all()
    assert torch.allclose(weighting.sum(-1), torch.ones(num_heads))


def test_content_is_found_by_direction_not_by_length():
    memory = tensor([[1.0, 0.0], [0.0, 30.0], [-1.0, 0.0]])
    weighting = addressing.content_weighting(memory, tensor([[0.0, 0.5]]), tensor([50.0]))
    assert float(weighting[0, 1]) == pytest.approx(1.0)
    flat = addressing.content_weighting(memory, tensor([[0.0, 0.5]]), tensor([1.0]))
    assert flat[0].tolist() == pytest.approx([0.2119, 0.5761, 0.2119], abs=1e-4)


def test_epsilon_is_the_documented_one():
    assert addressing.NORM_EPSILON == oracle.EPSILON


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16], ids=str)
@pytest.mark.parametrize("zero_key", [True, False])
def test_gradient_at_an_unwritten_memory_is_finite_and_small(dtype, zero_key):
    memory = torch.zeros(4, 3, dtype=dtype, requires_grad=True)
    keys = torch.full((1, 3), 0.0 if zero_key else 1.0, dtype=dtype, requires_grad=True)
    strengths = torch.tensor([5.0], dtype=dtype, requires_grad=True)
    weighting = addressing.content_weighting(memory, keys, strengths)
    assert weighting.tolist() == [[0.25] * 4]
    weighting[0, 0].backward()
    for leaf in (memory, keys, strengths):
        assert leaf.grad.isfinite().all()
        assert leaf.grad.abs().max() < 1e4


def test_epsilon_is_inside_the_root():
    """Outside of it, the gradient at the zero vector would not be a number."""
    memory = torch.zeros(2, 1, dtype=torch.float64, requires_grad=True)
    weighting = addressing.content_weighting(memory, tensor([[1.0]]), tensor([1.0]))
    weighting[0, 0].backward()
    # d/dm of softmax at ties: 1/4 · D'(0), with D'(0) = 1 / (|k| sqrt(ε)).
    assert memory.grad.flatten().tolist() == pytest.approx([250.0, -250.0], rel=1e-3)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16], ids=str)
def test_huge_strengths_do_not_overflow(dtype):
    generator = torch.Generator().manual_seed(0)
    memory = torch.randn(5, 3, generator=generator).to(dtype).requires_grad_()
    keys = torch.randn(2, 3, generator=generator).to(dtype).requires_grad_()
    strengths = torch.tensor([1e4, 1e30], dtype=dtype, requires_grad=True)
    weighting = addressing.content_weighting(memory, keys, strengths)
    assert weighting.sum(-1).tolist() == pytest.approx([1.0, 1.0], abs=1e-2)
    assert weighting[1].max().item() == 1.0
    (weighting**2).sum().backward()
    for leaf in (memory, keys, strengths):
        assert leaf.grad.isfinite().all()


# Retention, usage, allocation.


@fixed
@given(sizes, st.data())
def test_retention_keeps_all_unless_freed(size, data):
    num_locations, _, num_heads = size
    reading = tensor([data.draw(weightings(num_locations)) for _ in range(num_heads)])
    gates = tensor(data.draw(st.lists(gate, min_size=num_heads, max_size=num_heads)))
    kept = addressing.retention(gates, reading)
    assert ((kept >= 0) & (kept <= 1)).all()
    # Opening a gate never keeps more; shut gates and unread locations keep everything.
    assert (addressing.retention(torch.ones_like(gates), reading) <= kept + 1e-12).all()
    assert (addressing.retention(torch.zeros_like(gates), reading) == 1).all()
    assert (kept[(reading == 0).all(0)] == 1).all()


def test_each_head_frees_what_it_has_read():
    reading = tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    assert addressing.retention(tensor([1.0, 0.0]), reading).tolist() == [0.0, 1.0, 1.0]
    assert addressing.retention(tensor([0.5, 1.0]), reading).tolist() == [0.5, 0.0, 1.0]


@fixed
@given(st.integers(1, 6), st.data())
def test_usage_stays_between_0_and_1(num_locations, data):
    vectors = st.lists(gate, min_size=num_locations, max_size=num_locations)
    before, kept = (torch.tensor(data.draw(vectors)) for _ in range(2))
    written = torch.tensor(data.draw(weightings(num_locations)))
    after = addressing.usage(before, written, kept)
    assert ((after >= 0) & (after <= 1)).all()
    assert (addressing.usage(before, written, torch.ones_like(kept)) >= before - 1e-6).all()
    assert torch.equal(
        addressing.usage(before, torch.zeros_like(written), torch.ones_like(kept)), before
    )


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_rounding_does_not_carry_usage_past_1(dtype):
    generator = torch.Generator().manual_seed(0)
    before, written = (1 - torch.rand(2, 100_000, generator=generator) ** 3 / 100).to(dtype)
    after = addressing.usage(before, written, torch.ones_like(before))
    assert after.max() <= 1
    assert after.min() >= 0


@fixed
@given(st.lists(gate, min_size=1, max_size=7))
def test_allocation_sums_to_1_minus_the_product_of_usages(used):
    used = tensor(used)
    allocation = addressing.allocation_weighting(used)
    assert (allocation >= 0).all()
    assert float(allocation.sum()) == pytest.approx(1 - float(used.prod()), abs=1e-12)
    # It peaks at the location that is used least, the first one of several.
    least = int(used.numpy().argmin())
    assert float(allocation[least]) == float(allocation.max())
    assert float(allocation[least]) == 1 - float(used.min())


@fixed
@given(st.lists(gate, min_size=1, max_size=6, unique=True), seeds)
def test_allocation_does_not_depend_on_where_locations_stand(used, seed):
    order = torch.randperm(len(used), generator=torch.Generator().manual_seed(seed))
    used = tensor(used)
    permuted = addressing.allocation_weighting(used[order])
    assert torch.equal(permuted, addressing.allocation_weighting(used)[order])


@pytest.mark.parametrize("num_locations", [1, 2, 16, 64, 257, 1000])
@pytest.mark.parametrize("batch_size", [1, 3])
def test_ties_keep_the_order_of_the_locations(num_locations, batch_size):
    cold = torch.zeros(batch_size, num_locations)
    allocation = addressing.allocation_weighting(cold)
    assert (allocation[:, 0] == 1).all()
    assert (allocation[:, 1:] == 0).all()
    half = addressing.allocation_weighting(torch.full((batch_size, num_locations), 0.5))
    expected = 0.5 ** torch.arange(1.0, num_locations + 1)
    assert torch.allclose(half, expected.expand_as(half))
    # Many ties of several values: only a stable sort keeps each group in order.
    groups = torch.arange(num_locations) % 3 / 4 + 0.25
    allocation = addressing.allocation_weighting(groups.expand(batch_size, -1))
    expected = torch.tensor(oracle.allocation_weighting(groups.double().numpy())).float()
    assert torch.allclose(allocation, expected.expand_as(allocation), rtol=1e-5, atol=0)


@pytest.mark.parametrize("noise", [0.0, 1e-13, -1e-13])
def test_usages_that_differ_by_rounding_are_tied_where_a_run_is_recorded(noise):
    used = tensor([0.5, 0.001, 0.001 + noise, 0.002])
    allocation = addressing.allocation_weighting(used, addressing.TIE)
    assert int(allocation.argmax()) == 1
    assert float(allocation.sum()) == pytest.approx(1 - float(used.prod()), abs=1e-12)
    by_rounding = int(addressing.allocation_weighting(used).argmax())
    assert by_rounding == (2 if noise < 0 else 1)


def test_full_memory_offers_nothing():
    assert (addressing.allocation_weighting(torch.ones(3)) == 0).all()
    assert addressing.allocation_weighting(tensor([1.0, 0.0, 1.0])).tolist() == [0.0, 1.0, 0.0]


def test_allocation_has_gradients_at_a_cold_start():
    used = torch.zeros(4, dtype=torch.float64, requires_grad=True)
    weights = tensor([1.0, 2.0, 3.0, 4.0])
    (addressing.allocation_weighting(used) * weights).sum().backward()
    # a[0] = 1 − u[0] and a[1] = (1 − u[1]) u[0]: only the first usage moves anything.
    assert used.grad.tolist() == [1.0, 0.0, 0.0, 0.0]


# Writing.


@fixed
@given(st.integers(1, 6), st.data())
def test_write_weighting_stays_on_or_under_the_simplex(num_locations, data):
    found, free = (tensor(data.draw(weightings(num_locations))) for _ in range(2))
    allocate, write = tensor(data.draw(gate)), tensor(data.draw(gate))
    written = addressing.write_weighting(found, free, allocate, write)
    assert (written >= 0).all()
    assert float(written.sum()) <= float(write) + 1e-12
    assert torch.equal(addressing.write_weighting(found, free, tensor(1.0), tensor(1.0)), free)
    assert torch.equal(addressing.write_weighting(found, free, tensor(0.0), tensor(1.0)), found)
    assert (addressing.write_weighting(found, free, allocate, tensor(0.0)) == 0).all()


@fixed
@given(sizes, seeds)
def test_write_changes_what_it_points_at_and_nothing_else(size, seed):
    num_locations, word_size, _ = size
    generator = torch.Generator().manual_seed(seed)
    memory = torch.randn(num_locations, word_size, generator=generator)
    word = torch.randn(word_size, generator=generator)
    one_hot = torch.zeros(num_locations)
    one_hot[seed % num_locations] = 1
    ones, zeros = torch.ones(word_size), torch.zeros(word_size)
    after = addressing.write_memory(memory, one_hot, ones, word)
    added = addressing.write_memory(memory, one_hot, zeros, word)
    for i in range(num_locations):
        assert torch.equal(after[i], word if one_hot[i] else memory[i])
        assert torch.equal(added[i], memory[i] + word if one_hot[i] else memory[i])
    assert torch.equal(addressing.write_memory(memory, 0 * one_hot, ones, word), memory)


# The order of writing.


@fixed
@given(st.integers(1, 5), st.data())
def test_links_and_precedence_stay_in_bounds_whatever_is_written(num_locations, data):
    writes = data.draw(st.lists(weightings(num_locations), min_size=1, max_size=8))
    link, last = torch.zeros(num_locations, num_locations), torch.zeros(num_locations)
    for written in writes:
        written = torch.tensor(written)
        link = addressing.temporal_link(link, last, written)
        last = addressing.precedence(last, written)
        assert (last >= 0).all()
        assert last.sum() <= 1 + 1e-6
        assert (link >= 0).all()
        assert (link.diagonal() == 0).all()
        assert (link.sum(0) <= 1 + 1e-6).all()
        assert (link.sum(1) <= 1 + 1e-6).all()
        # What was written last has no successor yet.
        assert (link.sum(0) + last <= 1 + 1e-6).all()


@fixed
@given(st.permutations(range(5)))
def test_links_lead_through_the_order_of_writing(order):
    link, last = torch.zeros(5, 5), torch.zeros(5)
    locations = torch.eye(5)
    for i in order:
        link = addressing.temporal_link(link, last, locations[i])
        last = addressing.precedence(last, locations[i])
    expected = torch.zeros(5, 5)
    for earlier, later in itertools.pairwise(order):
        expected[later, earlier] = 1
    assert torch.equal(link, expected)
    assert torch.equal(last, locations[order[-1]])
    for earlier, later in itertools.pairwise(order):
        forward = addressing.forward_weighting(link, locations[earlier].unsqueeze(0))
        backward = addressing.backward_weighting(link, locations[later].unsqueeze(0))
        assert torch.equal(forward[0], locations[later])
        assert torch.equal(backward[0], locations[earlier])
    assert (addressing.forward_weighting(link, locations[order[-1]].unsqueeze(0)) == 0).all()
    assert (addressing.backward_weighting(link, locations[order[0]].unsqueeze(0)) == 0).all()


def test_writing_nothing_leaves_the_order():
    state = warm_state(1, 4, 3, 1, torch.Generator().manual_seed(0))
    nothing = torch.zeros(1, 4, dtype=torch.float64)
    assert torch.equal(addressing.precedence(state.precedence, nothing), state.precedence)
    assert torch.equal(addressing.temporal_link(state.link, state.precedence, nothing), state.link)


def test_writing_a_location_anew_forgets_its_old_links():
    link = torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    written = torch.tensor([0.0, 1.0, 0.0])
    after = addressing.temporal_link(link, torch.tensor([1.0, 0.0, 0.0]), written)
    assert after.tolist() == [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]


def test_rounding_does_not_turn_the_past_negative():
    written = torch.tensor([0.5, 0.5000001, 0.0])
    assert written.sum() > 1
    last = addressing.precedence(torch.tensor([0.0, 0.0, 1.0]), written)
    assert (last >= 0).all()
    link = torch.tensor([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    assert (addressing.temporal_link(link, torch.zeros(3), written) >= 0).all()


@fixed
@given(sizes, st.data())
def test_moving_along_links_makes_nothing_out_of_nothing(size, data):
    num_locations, _, num_heads = size
    link, last = torch.zeros(num_locations, num_locations), torch.zeros(num_locations)
    for written in data.draw(st.lists(weightings(num_locations), min_size=1, max_size=5)):
        link = addressing.temporal_link(link, last, torch.tensor(written))
        last = addressing.precedence(last, torch.tensor(written))
    reading = torch.tensor([data.draw(weightings(num_locations)) for _ in range(num_heads)])
    for move in (addressing.forward_weighting, addressing.backward_weighting):
        moved = move(link, reading)
        assert (moved >= 0).all()
        assert (moved.sum(-1) <= reading.sum(-1) + 1e-6).all()


# Reading.


def test_read_modes_are_backward_content_forward():
    backward, content, forward = torch.eye(3).unsqueeze(1)  # [R=1, N=3] each
    for mode, expected in enumerate((backward, content, forward)):
        modes = torch.eye(3)[mode].unsqueeze(0)
        result = addressing.read_weighting(backward, content, forward, modes)
        assert torch.equal(result, expected)


@fixed
@given(sizes, st.data())
def test_read_weighting_stays_on_or_under_the_simplex(size, data):
    num_locations, _, num_heads = size
    b, c, f = (
        tensor([data.draw(weightings(num_locations)) for _ in range(num_heads)]) for _ in range(3)
    )
    modes = tensor([data.draw(weightings(3)) for _ in range(num_heads)])
    reading = addressing.read_weighting(b, c, f, modes)
    assert (reading >= 0).all()
    assert (reading.sum(-1) <= 1 + 1e-12).all()


@fixed
@given(sizes, seeds)
def test_reading_one_location_gives_its_word(size, seed):
    num_locations, word_size, num_heads = size
    memory = torch.randn(num_locations, word_size, generator=torch.Generator().manual_seed(seed))
    places = [(seed + head) % num_locations for head in range(num_heads)]
    assert torch.equal(
        addressing.read_vectors(memory, torch.eye(num_locations)[places]), memory[places]
    )


@fixed
@given(st.lists(gate, min_size=2, max_size=6, unique=True))
def test_gradients_of_allocation(used):
    gaps = np.diff(np.sort(used))
    assume(gaps.min() > 1e-4)  # Where two usages meet, the free list jumps.
    used = tensor(used).requires_grad_()
    assert torch.autograd.gradcheck(addressing.allocation_weighting, used)
