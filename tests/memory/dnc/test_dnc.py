"""Whole sequences: against the paper written as loops, and what the model tells about itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import oracle
import pytest
import torch
from dnc_examples import DEVICES, SIZES, make_dnc, warm_state
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab.memory import WithReadout, map_state
from memorylab.memory.dnc import DNC, MemoryState
from memorylab.memory.dnc.trace import DNCTrace
from memorylab.tasks import Copy
from memorylab.training import train

fixed = settings(deadline=None, derandomize=True, max_examples=25)
every_size = pytest.mark.parametrize("size", SIZES, ids=str)
every_controller = pytest.mark.parametrize("controller", ["lstm", "feedforward"])


def weights_of(module):
    return {name: tensor.detach().numpy() for name, tensor in module.named_parameters()}


def parts_of(model):
    controller = model.cell.controller
    return {
        "controller": weights_of(controller if hasattr(controller, "weight_hh") else controller[0]),
        "interface": weights_of(model.cell.interface),
        "output": weights_of(model.output),
    }


def random_sequence(length, seed=0, batch_size=None):
    shape = (length, 3) if batch_size is None else (batch_size, length, 3)
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def agree(tensor, array):
    return np.allclose(tensor.detach().numpy(), array, rtol=0, atol=1e-10)


# Locations that nothing has told apart are used equally in exact arithmetic; rounding decides their
# order from the second step on, and two ways to compute the same part there. So a general interface
# starts from a memory in use; one that only allocates uses each location fully or not at all.


def from_cold(size, controller):
    model = make_dnc(*size, controller=controller, scale=1.5)
    return model, model.batch_initial_state(2), 7 if size[0] <= 2 else 1


def from_cold_allocating(size, controller):
    model = make_dnc(*size, controller=controller, scale=1.5, only_allocates=True)
    return model, model.batch_initial_state(2), 7


def from_warm(size, controller):
    model = make_dnc(*size, controller=controller, scale=1.5)
    generator = torch.Generator().manual_seed(1)
    state = model.batch_initial_state(2) | warm_state(2, *size, generator)._asdict()
    if controller == "lstm":
        hidden, cell = torch.randn(2, 2, 6, generator=generator, dtype=torch.float64)
        state["controller"] = {"hidden": hidden, "cell": cell}
    return model, state, 7


STARTS = {"cold": from_cold, "cold, allocating": from_cold_allocating, "warm": from_warm}


def first_row(state):
    return map_state(lambda tensor: tensor[0], state)


def row_for_oracle(state, row):
    """Return one row of the memory, and of what the controller carries."""
    arrays = map_state(lambda tensor: tensor[row].double().numpy(), state)
    return {name: arrays[name] for name in MemoryState._fields}, arrays.get("controller", {})


@every_controller
@every_size
@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("implementation", ["fast", "reference"])
def test_sequence_is_the_papers(size, controller, start, implementation):
    model, state, length = STARTS[start](size, controller)
    model.implementation = implementation
    z = random_sequence(length, batch_size=2)
    y, after = model(z, state)
    for row in range(2):
        before, carried = row_for_oracle(state, row)
        expected, *controller_after = oracle.run(parts_of(model), z[row].numpy(), before, **carried)
        assert agree(y[row], expected["output"])
        for name in MemoryState._fields:
            assert agree(after[name][row], expected[name][-1]), name
        if controller == "lstm":
            for key, value in zip(("hidden", "cell"), controller_after, strict=True):
                assert agree(after["controller"][key][row], value)


@every_controller
@every_size
@pytest.mark.parametrize("start", STARTS)
def test_trace_is_the_papers(size, controller, start):
    model, state, length = STARTS[start](size, controller)
    inputs = random_sequence(length)
    arrays = model.trace(inputs, first_row(state)).arrays
    before, carried = row_for_oracle(state, 0)
    expected, _, _ = oracle.run(parts_of(model), inputs.numpy(), before, **carried)
    assert arrays.keys() == expected.keys() == {*DNCTrace.required()}
    for name in expected:
        assert arrays[name].shape == expected[name].shape, name
        assert np.allclose(arrays[name], expected[name], rtol=0, atol=1e-10), name


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("start", STARTS)
@every_size
def test_interface_alone_gives_every_state_of_a_trace(size, start, dtype):
    model, state, length = STARTS[start](size, "lstm")
    state = map_state(lambda tensor: tensor.to(dtype), state)
    arrays = model.to(dtype).trace(random_sequence(length).to(dtype), first_row(state)).arrays
    after, _ = row_for_oracle(state, 0)
    for t in range(length):
        after = oracle.memory_step(after, {name: arrays[name][t] for name in ASKED_FOR})
        for name in after:
            assert np.allclose(arrays[name][t], after[name], rtol=0, atol=1e-10), (t, name)
    assert {*after, *ASKED_FOR, "input", "output"} == {*DNCTrace.required()}


ASKED_FOR = [
    "read_keys",
    "read_strengths",
    "write_key",
    "write_strength",
    "erase_vector",
    "write_vector",
    "free_gates",
    "allocation_gate",
    "write_gate",
    "read_modes",
]


@every_controller
@pytest.mark.parametrize("device", DEVICES)
def test_trace_tells_what_the_forward_pass_does(controller, device):
    model = make_dnc(controller=controller).to(device)
    inputs = random_sequence(6).to(device)
    _, state = model(random_sequence(4, seed=1, batch_size=1).to(device))
    y, after = model(inputs.unsqueeze(0), state)
    arrays = model.trace(inputs, first_row(state)).arrays
    assert np.allclose(arrays["output"], y[0].detach().cpu(), rtol=0, atol=1e-12)
    assert np.array_equal(arrays["input"], inputs.cpu())
    for name in MemoryState._fields:
        assert np.allclose(arrays[name][-1], after[name][0].detach().cpu(), rtol=0, atol=1e-12)
    # Another start is another trace.
    assert not np.allclose(arrays["usage"], model.trace(inputs).arrays["usage"])


def test_tracing_leaves_no_graph_and_no_mark():
    model = make_dnc()
    inputs = random_sequence(4)
    before, _ = model(inputs.unsqueeze(0))
    first, second = model.trace(inputs).arrays, model.trace(inputs.numpy()).arrays
    assert all(np.array_equal(first[name], second[name]) for name in first)
    first["input"][:] = 7
    first["memory"][:] = 7
    after, _ = model(inputs.unsqueeze(0))
    assert torch.equal(before, after)
    assert all(parameter.grad is None for parameter in model.parameters())


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32, torch.float64])
def test_a_run_is_recorded_in_double_precision_and_the_model_keeps_its_own(dtype):
    model = make_dnc(scale=1.0).to(dtype)
    inputs = random_sequence(6).to(dtype)
    arrays = model.trace(inputs).arrays
    assert {array.dtype for array in arrays.values()} == {np.dtype(np.float64)}
    assert {parameter.dtype for parameter in model.parameters()} == {dtype}
    outputs, _ = model(inputs.unsqueeze(0))
    tolerance = 20 * torch.finfo(dtype).eps
    assert arrays["output"] == pytest.approx(outputs[0].detach().double().numpy(), abs=tolerance)


@fixed
@given(st.integers(1, 5), st.integers(1, 4), st.integers(1, 3), st.integers(1, 5))
def test_sizes_are_those_asked_for(num_locations, word_size, num_read_heads, output_size):
    n, w, r = num_locations, word_size, num_read_heads
    model = DNC(2, output_size, hidden_size=3, num_locations=n, word_size=w, num_read_heads=r)
    state = model.initial_state()
    assert {name: tuple(state[name].shape) for name in MemoryState._fields} == {
        "memory": (n, w),
        "usage": (n,),
        "precedence": (n,),
        "link": (n, n),
        "write_weighting": (n,),
        "read_weighting": (r, n),
        "read_vectors": (r, w),
    }
    assert all((state[name] == 0).all() for name in MemoryState._fields)
    assert {key: tuple(value.shape) for key, value in state["controller"].items()} == {
        "hidden": (3,),
        "cell": (3,),
    }
    assert model.output_size == output_size
    assert model(torch.zeros(1, 2, 2))[0].shape == (1, 2, output_size)


def test_output_is_as_wide_as_the_hidden_vector_by_default():
    assert DNC(2).output_size == 64
    assert DNC(2, hidden_size=7).output_size == 7


def test_feedforward_controller_carries_nothing_itself():
    assert DNC(2, controller="feedforward").initial_state().keys() == set(MemoryState._fields)


def test_reads_of_the_step_before_reach_the_controller():
    """Within one call too, not only from one call to the next."""
    model = make_dnc(controller="feedforward", scale=1.0)
    z = random_sequence(3, batch_size=1)
    y, _ = model(z)
    with torch.no_grad():
        model.cell.controller[0].weight[:, 3:] += 1  # What the controller makes of the reads.
    changed, _ = model(z)
    assert torch.equal(changed[0, 0], y[0, 0])  # Nothing has been read before the first step.
    assert not torch.allclose(changed[0, 1], y[0, 1])
    assert not torch.allclose(changed[0, 2], y[0, 2])


def test_output_sees_what_this_step_reads():
    model = make_dnc(scale=1.0)
    z = random_sequence(1, batch_size=1)
    y, after = model(z)
    hidden = after["controller"]["hidden"][0]
    known = torch.cat([hidden, after["read_vectors"][0].flatten()])
    assert torch.allclose(y[0, 0], model.output.weight @ known + model.output.bias)
    assert (after["read_vectors"] != 0).any()


@pytest.mark.parametrize(("seed", "implementation"), [(0, "reference"), (1, "fast")])
def test_learns_to_copy(seed, implementation):
    """Words given back in order, by a controller that remembers nothing: the memory does it."""
    torch.manual_seed(seed)
    task = Copy(word_size=4, min_length=2, max_length=3)
    model = DNC(
        task.input_size,
        task.output_size,
        hidden_size=32,
        num_locations=8,
        word_size=8,
        controller="feedforward",
        implementation=implementation,
    )
    history = train(
        model,
        task,
        steps=250,
        learning_rate=0.02,
        stop_below=None,
        evaluate_every=50,
        seed=seed,
        progress=False,
    )
    assert history.loss[0] > 0.5  # Guessing costs ln 2 = 0.69.
    assert history.loss[-1] < 0.1
    assert history.bit_error[-1] < 0.05


@pytest.mark.parametrize("bad", [0, -1, 2.5])
@pytest.mark.parametrize(
    "name", ["output_size", "hidden_size", "num_locations", "word_size", "num_read_heads"]
)
def test_sizes_that_cannot_be(name, bad):
    with pytest.raises(
        (TypeError, ValueError), match=rf"{name} must be (an integer|at least 1), got {bad}"
    ):
        DNC(3, **{name: bad})


@pytest.mark.parametrize("shape", [(2, 4, 3), (3,), (0, 3)])
def test_trace_of_anything_but_one_sequence(shape):
    with pytest.raises(ValueError, match=r"one sequence \[T, F\] of at least one step, but got"):
        make_dnc().trace(torch.zeros(shape, dtype=torch.float64))


def test_trace_of_wrong_input_or_state():
    model = make_dnc()
    inputs = random_sequence(3)
    with pytest.raises(ValueError, match=r"input_size = 3, but got \[1, 3, 2\]"):
        model.trace(inputs[:, :2])
    with pytest.raises(TypeError, match=r"z is torch\.float32, but the parameters"):
        model.trace(inputs.float())
    with pytest.raises(
        ValueError, match=r"state must be a dictionary with the keys .* \['usage'\]"
    ):
        model.trace(inputs, {"usage": torch.zeros(5)})
    batched = model.initial_state() | {"memory": torch.zeros(1, 5, 3, dtype=torch.float64)}
    with pytest.raises(
        ValueError, match=r"must have the shape \[1, 5, 3\], but has \[1, 1, 5, 3\]"
    ):
        model.trace(inputs, batched)
    inputs[1, 0] = float("nan")
    with pytest.raises(ValueError, match="NaN or infinity at step 1"):
        model.trace(inputs)


def test_readout_behind_a_dnc():
    model = WithReadout(make_dnc(), 4).double()
    y, state = model(random_sequence(3, batch_size=2))
    assert y.shape == (2, 3, 4)
    assert state["memory"].shape == (2, 5, 3)


@pytest.mark.parametrize("name", ["copy", "associative_recall"])
def test_the_equations_alone_reproduce_the_traces_of_the_course(name):
    arrays = DNCTrace.load(Path("notebooks/data") / f"{name}_trace.npz").arrays
    steps, locations, word_size = arrays["memory"].shape
    state = oracle.empty_state(locations, word_size, num_read_heads=1)
    for t in range(steps):
        state = oracle.memory_step(state, {part: arrays[part][t] for part in ASKED_FOR})
        for part in state:
            assert np.allclose(arrays[part][t], state[part], rtol=0, atol=1e-10), (t, part)
