"""One step: against the paper written as loops, its gradients, and what must hold after it."""

from __future__ import annotations

import numpy as np
import oracle
import pytest
import torch
from dnc_examples import (
    DEVICES,
    SIZES,
    interfaces,
    random_interface,
    row_of,
    seeds,
    sizes,
    warm_state,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab.memory.dnc import DNCCell, Interface, MemoryState, addressing, memory_step
from memorylab.memory.dnc.state import empty_memory, interface_size, split_interface
from memorylab.memory.dnc.trace import DNCTrace
from memorylab.memory.model import batched

fixed = settings(deadline=None, derandomize=True, max_examples=25)
every_size = pytest.mark.parametrize("size", SIZES, ids=str)


def batch_of_empty(batch_size, size, dtype=torch.float64, device="cpu"):
    state = empty_memory(*size, like=torch.zeros((), dtype=dtype, device=device))
    return MemoryState(*(part.expand(batch_size, *part.shape) for part in state))


def numbers_of(*parts):
    """Return the arrays of states, weightings and interfaces by their names."""
    return {
        name: tensor.detach().float().cpu().numpy()
        for part in parts
        for name, tensor in part._asdict().items()
    }


@every_size
def test_step_is_the_papers(size):
    generator = torch.Generator().manual_seed(0)
    state = warm_state(3, *size, generator)
    interface = random_interface(3, *size[1:], generator)
    after, weightings = memory_step(state, interface)
    for row in range(3):
        expected = oracle.memory_step(row_of(state, row), row_of(interface, row))
        actual = row_of(after, row) | row_of(weightings, row)
        assert actual.keys() == expected.keys()
        for name in expected:
            assert actual[name].shape == expected[name].shape
            assert np.allclose(actual[name], expected[name], rtol=0, atol=1e-10), name


@every_size
def test_steps_from_an_empty_memory_are_the_papers(size):
    generator = torch.Generator().manual_seed(1)
    state = batch_of_empty(1, size)
    expected = oracle.empty_state(*size)
    for _ in range(size[0] + 2):
        # Writing only to new locations, so that rounding doesn't decide which of them comes first.
        interface = random_interface(1, *size[1:], generator)
        wide = torch.ones(1, dtype=torch.float64)
        interface = interface._replace(
            free_gates=0 * interface.free_gates, allocation_gate=wide, write_gate=wide
        )
        state, weightings = memory_step(state, interface)
        expected = oracle.memory_step(expected, row_of(interface))
        for name, array in (row_of(state) | row_of(weightings)).items():
            assert np.allclose(array, expected[name], rtol=0, atol=1e-10), name
    assert (state.usage == 1).all()


@every_size
def test_interface_is_cut_in_the_papers_order(size):
    _, word_size, num_read_heads = size
    length = interface_size(word_size, num_read_heads)
    assert length == word_size * num_read_heads + 3 * word_size + 5 * num_read_heads + 3
    generator = torch.Generator().manual_seed(0)
    vector = 4 * torch.randn(2, length, generator=generator, dtype=torch.float64)
    interface = split_interface(vector, word_size, num_read_heads)
    for row in range(2):
        expected = oracle.split_interface(vector[row].numpy(), word_size, num_read_heads)
        actual = row_of(interface, row)
        assert actual.keys() == expected.keys()
        for name in expected:
            assert actual[name].shape == np.shape(expected[name])
            assert np.allclose(actual[name], expected[name], rtol=0, atol=1e-10), name


@fixed
@given(sizes, seeds)
def test_interface_of_any_numbers_is_in_range(size, seed):
    _, word_size, num_read_heads = size
    generator = torch.Generator().manual_seed(seed)
    length = interface_size(word_size, num_read_heads)
    vector = 10 ** (4 * torch.rand(4, length, generator=generator))
    vector *= torch.randn(4, length, generator=generator).sign()
    assert DNCTrace.find_violation(numbers_of(split_interface(vector, *size[1:]))) is None


@fixed
@given(sizes, st.data())
def test_all_that_must_hold_holds_whatever_is_asked_for(size, data):
    steps = data.draw(st.lists(interfaces(*size[1:]), min_size=1, max_size=4))
    states = {dtype: batch_of_empty(1, size, dtype) for dtype in (torch.float32, torch.float64)}
    for dtype, state in states.items():
        tolerance = 1e-5 if dtype == torch.float32 else 1e-12
        for interface in steps:
            interface = Interface(*(part.to(dtype) for part in interface))
            state, weightings = memory_step(state, interface)
            assert (
                DNCTrace.find_violation(numbers_of(state, weightings), max(tolerance, 1e-6)) is None
            )
            free = 1 - state.usage.double().prod(-1)
            assert torch.allclose(
                weightings.allocation_weighting.double().sum(-1), free, rtol=0, atol=tolerance
            )


@pytest.mark.parametrize("device", DEVICES)
def test_10000_steps_without_drift(device):
    """Eight memories at once, their gates at either end and their keys sharp."""
    size = (4, 2, 2)
    generator = torch.Generator().manual_seed(0)
    length = interface_size(*size[1:])
    with torch.inference_mode():
        state = batch_of_empty(8, size, torch.float32, device)
        largest = torch.zeros((), device=device)
        for start in range(0, 10_000, 500):
            vectors = torch.randn(500, 8, length, generator=generator).sign()
            vectors *= 10 ** (3 * torch.rand(500, 8, 1, generator=generator) - 1)
            many = split_interface(vectors.flatten(0, 1).to(device), *size[1:])
            many = [part.unflatten(0, (500, 8)).unbind(0) for part in many]
            for interface in zip(*many, strict=True):
                state, weightings = memory_step(state, Interface(*interface))
                largest = torch.maximum(largest, state.write_weighting.sum(-1).max())
                largest = torch.maximum(largest, state.read_weighting.sum(-1).max())
                largest = torch.maximum(largest, state.precedence.sum(-1).max())
                largest = torch.maximum(largest, state.usage.max())
            assert DNCTrace.find_violation(numbers_of(state, weightings), 1e-6) is None, start
    assert 1 - 1e-3 < float(largest) <= 1 + 1e-6


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
@pytest.mark.parametrize("device", DEVICES)
def test_gradients_from_an_empty_memory_are_finite_and_small(dtype, device):
    size = (6, 4, 2)
    generator = torch.Generator().manual_seed(0)
    state = batch_of_empty(2, size, dtype, device)
    given = []
    for _ in range(4):
        interface = random_interface(2, *size[1:], generator)
        given.append(Interface(*(part.to(device, dtype).requires_grad_() for part in interface)))
        state, _ = memory_step(state, given[-1])
    state.read_vectors.float().square().sum().backward()
    for interface in given:
        for name, part in interface._asdict().items():
            if part.grad is not None:
                assert part.grad.isfinite().all(), name
                assert part.grad.abs().max() < 100, name
    assert (given[0].write_vector.grad != 0).any()
    assert (given[-1].read_keys.grad != 0).any()


@pytest.mark.parametrize("size", [(1, 1, 1), (3, 2, 1), (4, 2, 3)], ids=str)
def test_gradients_of_a_step(size):
    generator = torch.Generator().manual_seed(0)
    state = warm_state(2, *size, generator)
    interface = random_interface(2, *size[1:], generator)
    given = [part.requires_grad_() for part in (*state, *interface)]

    def function(*parts):
        after, weightings = memory_step(
            MemoryState(*parts[: len(state)]), Interface(*parts[len(state) :])
        )
        return (*after, *weightings)

    assert torch.autograd.gradcheck(function, given, fast_mode=True)


def cell_and_state(size, controller, generator):
    torch.manual_seed(0)
    cell = DNCCell(3, 5, *size, controller=controller).double()
    state = warm_state(2, *size, generator)._asdict()
    if controller == "lstm":
        hidden, carried = torch.randn(2, 2, 5, generator=generator, dtype=torch.float64)
        state["controller"] = {"hidden": hidden, "cell": carried}
    return cell, state


def weights_of(module):
    return {name: tensor.detach().numpy() for name, tensor in module.named_parameters()}


@pytest.mark.parametrize("controller", ["lstm", "feedforward"])
@every_size
def test_cell_is_the_papers(size, controller):
    generator = torch.Generator().manual_seed(0)
    cell, state = cell_and_state(size, controller, generator)
    x = torch.randn(2, 3, generator=generator, dtype=torch.float64)
    hidden, after, interface, weightings = cell(x, state)
    for row in range(2):
        before = {name: state[name][row].numpy() for name in MemoryState._fields}
        seen = np.concatenate([x[row].numpy(), *before["read_vectors"]])
        if controller == "lstm":
            expected_hidden, expected_cell = oracle.lstm_controller(
                weights_of(cell.controller),
                seen,
                state["controller"]["hidden"][row].numpy(),
                state["controller"]["cell"][row].numpy(),
            )
            assert torch.equal(after["controller"]["hidden"], hidden)
            assert np.allclose(
                after["controller"]["cell"][row].detach(), expected_cell, rtol=0, atol=1e-10
            )
        else:
            expected_hidden = oracle.feedforward_controller(weights_of(cell.controller[0]), seen)
            assert "controller" not in after
        assert np.allclose(hidden[row].detach(), expected_hidden, rtol=0, atol=1e-10)
        asked = oracle.split_interface(
            oracle.linear(*weights_of(cell.interface).values(), expected_hidden), *size[1:]
        )
        expected = asked | oracle.memory_step(before, asked)
        actual = row_of(interface, row) | row_of(weightings, row)
        actual |= {name: after[name][row].detach().numpy() for name in MemoryState._fields}
        assert actual.keys() == expected.keys()
        for name in expected:
            assert np.allclose(actual[name], expected[name], rtol=0, atol=1e-10), name


@pytest.mark.parametrize("controller", ["lstm", "feedforward"])
def test_gradients_of_a_cell(controller):
    generator = torch.Generator().manual_seed(0)
    cell, state = cell_and_state((3, 2, 2), controller, generator)
    x = torch.randn(2, 3, generator=generator, dtype=torch.float64)
    names = [name for name, _ in cell.named_parameters()]
    memory = [state[name] for name in MemoryState._fields]
    carried = list(state.get("controller", {}).values())

    def function(x, *tensors):
        state = dict(zip(MemoryState._fields, tensors[:7], strict=True))
        if carried:
            state["controller"] = {"hidden": tensors[7], "cell": tensors[8]}
        parameters = dict(zip(names, tensors[7 + len(carried) :], strict=True))
        hidden, after, _, _ = torch.func.functional_call(cell, parameters, (x, state))
        after = dict(after)
        return (hidden, *after.pop("controller", {}).values(), *after.values())

    given = [x, *memory, *carried, *(parameter.detach() for parameter in cell.parameters())]
    given = [tensor.clone().requires_grad_() for tensor in given]
    assert torch.autograd.gradcheck(function, given, fast_mode=True)


def test_reads_see_what_was_just_written():
    """A word that is written and looked up in one step is found in it."""
    state = batch_of_empty(1, (4, 3, 1))
    word = torch.tensor([[1.0, -2.0, 0.5]], dtype=torch.float64)
    one, zero = torch.ones(1, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)
    interface = Interface(
        read_keys=word.unsqueeze(1),
        read_strengths=torch.full((1, 1), 100.0, dtype=torch.float64),
        write_key=torch.zeros_like(word),
        write_strength=one,
        erase_vector=torch.ones_like(word),
        write_vector=word,
        free_gates=zero.unsqueeze(1),
        allocation_gate=one,
        write_gate=one,
        read_modes=torch.tensor([[[0.0, 1.0, 0.0]]], dtype=torch.float64),
    )
    after, _ = memory_step(state, interface)
    assert torch.allclose(after.read_vectors[0], word)
    assert torch.equal(after.memory[0, 0], word[0])
    # Usage lags by a step: what was just written counts from the next step on.
    assert (after.usage == 0).all()
    assert memory_step(after, interface)[0].usage.tolist() == [[1.0, 0.0, 0.0, 0.0]]


def test_step_does_not_change_what_it_is_given():
    generator = torch.Generator().manual_seed(0)
    state = warm_state(1, 4, 3, 2, generator)
    interface = random_interface(1, 3, 2, generator)
    kept = [part.clone() for part in (*state, *interface)]
    memory_step(state, interface)
    for part, before in zip((*state, *interface), kept, strict=True):
        assert torch.equal(part, before)


def test_cell_uses_the_functions_of_addressing(monkeypatch):
    """The room's one copy of each equation is the one that runs."""
    names = [name for name in vars(addressing) if name in EQUATIONS]
    called = set()
    for name in names:
        original = getattr(addressing, name)

        def spy(*arguments, name=name, original=original):
            called.add(name)
            return original(*arguments)

        monkeypatch.setattr(addressing, name, spy)
    generator = torch.Generator().manual_seed(0)
    memory_step(warm_state(1, 4, 3, 2, generator), random_interface(1, 3, 2, generator))
    assert called == EQUATIONS


EQUATIONS = {
    "content_weighting",
    "retention",
    "usage",
    "allocation_weighting",
    "write_weighting",
    "write_memory",
    "precedence",
    "temporal_link",
    "forward_weighting",
    "backward_weighting",
    "read_weighting",
    "read_vectors",
}


@pytest.mark.parametrize("name", ["hidden_size", "num_locations", "word_size", "num_read_heads"])
@pytest.mark.parametrize("bad", [0, -3, 1.5, None])
def test_sizes_that_cannot_be(name, bad):
    config = {"hidden_size": 4, "num_locations": 4, "word_size": 4, "num_read_heads": 1}
    with pytest.raises(
        (TypeError, ValueError), match=f"{name} must be (an integer|at least 1), got {bad}"
    ):
        DNCCell(3, **config | {name: bad})


def test_controller_that_does_not_exist():
    with pytest.raises(ValueError, match="must be 'lstm', 'gru' or 'feedforward', but is 'elman'"):
        DNCCell(3, 4, 4, 4, 1, controller="elman")
    with pytest.raises(ValueError, match="must be 1 for the controller 'gru', but is 2: only an"):
        DNCCell(3, 4, 4, 4, 1, controller="gru", num_controller_layers=2)


def test_a_gru_steers_the_memory_by_its_hidden_vector():
    cell = DNCCell(3, 4, 5, 6, 2, controller="gru")
    state = batched(cell.initial_state(), 2)
    assert state["controller"].keys() == {"hidden"}
    for x in torch.randn(3, 2, 3):
        seen = torch.cat([x, state["read_vectors"].flatten(1)], -1)
        expected = cell.controller(seen, state["controller"]["hidden"])
        hidden, state, interface, _ = cell(x, state)
        assert torch.equal(hidden, expected)
        assert torch.equal(state["controller"]["hidden"], expected)
        key = split_interface(cell.interface(expected), 6, 2).write_key
        assert torch.equal(interface.write_key, key)
