"""The fast path computes what the reference does, forward and backward."""

from __future__ import annotations

import pytest
import torch
from dnc_examples import SIZES, make_dnc, warm_state
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from memorylab.memory import map_state
from memorylab.memory.dnc import DNC, addressing, fast
from memorylab.memory.dnc.fast import sequence
from memorylab.memory.dnc.trace import DNCTrace

pytest.importorskip("numba")

fixed = settings(deadline=None, derandomize=True, max_examples=25)
every_size = pytest.mark.parametrize("size", [*SIZES, (33, 9, 4), (70, 4, 6)], ids=str)
every_controller = pytest.mark.parametrize("controller", ["lstm", "feedforward"])
controllers = st.sampled_from(["lstm", "feedforward"])
sizes = st.tuples(st.integers(1, 40), st.integers(1, 20), st.integers(1, 6))
row_lengths = st.lists(st.integers(0, 6), min_size=1, max_size=10)


@pytest.fixture
def few_links(monkeypatch):
    """Keep the links at few steps, as if the memory were large."""
    monkeypatch.setattr(sequence, "BYTES_OF_LINKS", 0)


def named_leaves(state, prefix="") -> dict[str, Tensor]:
    leaves = {}
    for name, value in state.items():
        nested = isinstance(value, dict)
        leaves |= named_leaves(value, f"{prefix}{name}.") if nested else {prefix + name: value}
    return leaves


def example(size, controller, lens, seed=0, dtype=torch.float64, spare=0):
    """Return a model and its arguments, from a memory in use in which no two usages tie."""
    generator = torch.Generator().manual_seed(seed)
    model = make_dnc(*size, controller=controller, scale=1.5, seed=seed).to(dtype)
    state = model.batch_initial_state(len(lens))
    state |= warm_state(len(lens), *size, generator)._asdict()
    if controller == "lstm":
        hidden, cell = torch.randn(2, len(lens), 6, generator=generator, dtype=torch.float64)
        state["controller"] = {"hidden": hidden, "cell": cell}
    z = torch.randn(len(lens), max(*lens, 1) + spare, 3, generator=generator, dtype=torch.float64)
    return model, z.to(dtype), map_state(lambda t: t.to(dtype), state), torch.tensor(lens)


def everything(model, z, state, seq_lens) -> dict[str, Tensor]:
    """Return outputs, state and all gradients, each output and state weighing in differently."""
    z = z.clone().requires_grad_()
    state = map_state(lambda tensor: tensor.clone().requires_grad_(), state)
    y, after = model(z, state, None, seq_lens)
    results = {"y": y} | named_leaves(after)
    inputs = {"z": z} | named_leaves(state)
    inputs |= {name: p for name, p in model.named_parameters() if p.requires_grad}
    generator = torch.Generator().manual_seed(1)
    weights = [torch.randn(t.shape, generator=generator).to(t) for t in results.values()]
    gradients = torch.autograd.grad(
        list(results.values()), list(inputs.values()), weights, materialize_grads=True
    )
    found = {name: tensor.detach() for name, tensor in results.items()}
    return found | {f"d {name}": g for name, g in zip(inputs, gradients, strict=True)}


def both(model, *arguments):
    assert fast.can_run(model.cell, *arguments[:2])
    model.implementation = "reference"
    reference = everything(model, *arguments)
    model.implementation = "fast"
    return everything(model, *arguments), reference


def assert_close(found, expected, tolerance):
    assert found.keys() == expected.keys()
    for name, tensor in expected.items():
        error = (found[name] - tensor).abs().max() / (1 + tensor.abs().max())
        assert error <= tolerance, f"{name}: {error}"


def assert_same(found, expected):
    for name, tensor in expected.items():
        assert torch.equal(found[name], tensor), name


@fixed
@given(sizes, controllers, row_lengths, st.integers(0, 2), st.integers(0, 2**16))
def test_results_and_gradients_are_the_references(size, controller, lens, spare, seed):
    arguments = example(size, controller, lens, seed, spare=spare)
    assert_close(*both(*arguments), 1e-9)


@every_controller
@every_size
def test_single_precision_is_as_near_as_it_can_be(size, controller):
    arguments = example(size, controller, [7, 3, 0, 5, 7], dtype=torch.float32)
    assert_close(*both(*arguments), 1e-4)


@every_controller
@pytest.mark.parametrize("size", [(1, 1, 1), (5, 2, 5), (70, 4, 6)], ids=str)
@pytest.mark.parametrize("longest", [1, 2, 7, 17])
def test_links_made_again_are_the_same(size, controller, longest, few_links):
    arguments = example(size, controller, [longest, (longest + 1) // 2, 0])
    assert_close(*both(*arguments), 1e-9)


def test_links_made_again_are_the_same_to_the_last_bit(monkeypatch):
    arguments = example((17, 5, 3), "lstm", [9, 4, 9])
    kept = everything(*arguments)
    monkeypatch.setattr(sequence, "BYTES_OF_LINKS", 0)
    assert_same(everything(*arguments), kept)


@every_controller
@every_size
def test_first_step_from_an_empty_memory(size, controller):
    model, z, _, seq_lens = example(size, controller, [1, 1, 0])
    assert_close(*both(model, z, model.batch_initial_state(3), seq_lens), 1e-9)


@every_controller
def test_an_empty_memory_that_only_allocates(controller):
    model = make_dnc(5, 3, 2, controller=controller, scale=1.5, only_allocates=True)
    z = torch.randn(2, 7, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    found, expected = both(model, z, model.batch_initial_state(2), torch.tensor([7, 4]))
    assert_close(found, expected, 1e-9)


def test_gates_that_are_shut_and_strengths_that_are_large():
    model, z, state, seq_lens = example((6, 3, 2), "lstm", [4, 3])
    with torch.no_grad():
        model.cell.interface.weight.mul_(50)
    assert_close(*both(model, z, state, seq_lens), 1e-9)


def test_clamps_are_the_references():
    """Only rounding carries weightings past 1, or a state that no run can reach: usage below 0."""
    model, z, state, seq_lens = example((4, 3, 2), "lstm", [1, 1])
    with torch.no_grad():
        model.cell.interface.bias[-8:-6] = 20  # Both gates of the write head: all to what is free.
        model.cell.interface.weight[-8:-6] = 0
    state["usage"] = torch.tensor([[-0.9, -0.8, 0.3, 0.6]] * 2, dtype=torch.float64)
    state["write_weighting"] *= 0.1
    found, expected = both(model, z, state, seq_lens)
    written = expected["write_weighting"]
    assert (written.sort().values[:, -2:].sum(-1) > 1).all()
    assert_close(found, expected, 1e-9)


@every_controller
@pytest.mark.parametrize("lens", [[2, 2], [3, 1], [1, 0]])
def test_gradients_are_those_of_the_function(controller, lens):
    model, z, state, seq_lens = example((3, 2, 2), controller, lens)
    leaves = named_leaves(state)
    names = [name for name, _ in model.named_parameters()]

    def function(z, *tensors):
        given = dict(zip(leaves, tensors, strict=False))
        state = {name: tensor for name, tensor in given.items() if "." not in name}
        if controller == "lstm":
            state["controller"] = {key: given[f"controller.{key}"] for key in ("hidden", "cell")}
        parameters = dict(zip(names, tensors[len(leaves) :], strict=True))
        y, after = torch.func.functional_call(model, parameters, (z, state, None, seq_lens))
        return (y, *named_leaves(after).values())

    inputs = [z, *leaves.values(), *(parameter.detach() for parameter in model.parameters())]
    inputs = [tensor.clone().requires_grad_() for tensor in inputs]
    assert torch.autograd.gradcheck(function, inputs, atol=1e-6, fast_mode=True)


def test_input_alone_or_state_alone_may_want_a_gradient():
    model, z, state, seq_lens = example((5, 3, 2), "lstm", [4, 2])
    expected = everything(model, z, state, seq_lens)
    model.requires_grad_(False)
    z.requires_grad_()
    weights = torch.randn(4, 2)
    for wanted in (z, state["usage"].requires_grad_()):
        found = {}
        for implementation in ("fast", "reference"):
            model.implementation = implementation
            y, _ = model(z, state, None, seq_lens)
            (found[implementation],) = torch.autograd.grad((y * weights).sum(), wanted)
        assert torch.allclose(found["fast"], found["reference"], rtol=0, atol=1e-9)
    assert expected["d z"].shape == z.shape


# --- to the last bit ------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_runs_threads_and_neighbours_change_no_bit(dtype, monkeypatch):
    monkeypatch.setattr(sequence, "PRODUCTS_WORTH_A_THREAD", 0)
    model, z, state, seq_lens = example(
        (17, 5, 3), "lstm", [6, 0, 3, 6, 1, 5, 6, 6, 2, 4], 0, dtype
    )
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        once, again = everything(model, z, state, seq_lens), everything(model, z, state, seq_lens)
        assert_same(again, once)
        torch.set_num_threads(3)
        threaded = everything(model, z, state, seq_lens)
    finally:
        torch.set_num_threads(threads)
    of_rows = [name for name in once if once[name].shape[:1] == (10,)]
    for name in set(of_rows) - {"y"}:  # The output's own product is PyTorch's.
        assert torch.equal(threaded[name], once[name]), name
    _, whole = model(z, state, None, seq_lens)
    for row in range(10):
        alone = map_state(lambda tensor, row=row: tensor[row : row + 1], state)
        _, after = model(z[row : row + 1], alone, None, seq_lens[row : row + 1])
        for name, tensor in named_leaves(after).items():
            assert torch.equal(tensor[0], named_leaves(whole)[name][row]), name


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_with_and_without_gradients_the_same(dtype):
    model, z, state, seq_lens = example((17, 5, 3), "lstm", [6, 0, 3], dtype=dtype)
    y, after = model(z, state, None, seq_lens)
    with torch.no_grad():
        y_alone, after_alone = model(z, state, None, seq_lens)
    assert y.requires_grad
    assert not y_alone.requires_grad
    assert_same(named_leaves(after_alone), named_leaves(after))
    assert torch.equal(y, y_alone)


def test_ten_thousand_steps_keep_the_invariants():
    model = make_dnc(8, 4, 2, scale=3.0).float()
    z = torch.randn(2, 10_000, 3, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        y, state = model(z)
    assert y.isfinite().all()
    arrays = {name: tensor.numpy() for name, tensor in named_leaves(state).items()}
    assert DNCTrace.find_violation(arrays) is None


def test_weights_that_are_not_finite_stop_nothing():
    model, z, state, seq_lens = example((9, 3, 2), "lstm", [4, 2], dtype=torch.float32)
    with torch.no_grad():
        model.cell.interface.weight.fill_(float("nan"))
    y, _ = model(z, state, None, seq_lens)
    assert y[0].isnan().any()


# --- the pieces -----------------------------------------------------------------------------------


def test_constants_are_the_references():
    from memorylab.memory.dnc.fast import kernels

    assert kernels.NORM_EPSILON == addressing.NORM_EPSILON


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("name", ["exponential", "sigmoid", "tanh"])
def test_exponentials(name, dtype):
    import numba
    import numpy as np

    from memorylab.memory.dnc.fast import kernels

    function = getattr(kernels, name)

    @numba.njit
    def apply(x):
        return np.array([function(value) for value in x])

    near = torch.linspace(-5, 5, 1001, dtype=dtype)
    x = torch.cat([near, 20 * near, 1e-4 * near, torch.tensor([0.0, -1e4, 1e30, -1e30]).to(dtype)])
    if name == "exponential":
        x = x[x <= 80]
    found = torch.from_numpy(apply(x.numpy()))
    expected = {"exponential": torch.exp}.get(name, getattr(torch, name, None))(x)
    assert found.dtype == dtype
    rounding = 8 * torch.finfo(dtype).eps
    assert torch.allclose(found, expected, rtol=rounding, atol=1e-37)
    assert np.isnan(apply(np.array([np.nan], x.numpy().dtype))).all()


@fixed
@given(rows=st.integers(1, 9), columns=st.integers(1, 9), inner=st.integers(0, 70))
def test_sums_over_columns(rows, columns, inner):
    """Of a product with weights as they are; a row's bits don't depend on those beside it."""
    import numpy as np

    from memorylab.memory.dnc.fast import kernels

    generator = np.random.default_rng(rows + 10 * columns + 100 * inner)
    a, b, before = (
        generator.standard_normal(shape).astype(np.float32)
        for shape in ((rows, inner + 3), (columns, inner), (rows, columns))
    )
    added, alone = before.copy(), before.copy()
    kernels.add_dots(added, a, b)
    product = a[:, :inner].astype(np.float64) @ b.T.astype(np.float64)
    assert np.allclose(added, before + product, rtol=0, atol=1e-4)
    for row in range(rows):
        kernels.add_dots(alone[row : row + 1], a[row : row + 1], b)
    assert np.array_equal(added, alone)
    kernels.set_dots(added, np.ascontiguousarray(a[:, :inner]), b)
    assert np.allclose(added, product, rtol=0, atol=1e-4)


@fixed
@given(st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0]), min_size=1, max_size=20))
def test_ties_keep_the_order_of_the_locations(usages):
    import numpy as np

    from memorylab.memory.dnc.fast import kernels

    usage = np.array(usages)
    free_list, place, taken = np.empty((3, len(usages)), np.int32)
    kernels.order_by_usage(free_list, usage, place, taken)
    assert free_list.tolist() == np.argsort(usage, kind="stable").tolist()


def test_implementation_that_does_not_exist():
    with pytest.raises(ValueError, match=r"'fats'\. Did you mean 'fast'\? Known: auto"):
        DNC(3, implementation="fats")
