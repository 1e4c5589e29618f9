"""The contract of every memory model."""

from __future__ import annotations

import copy
import pickle

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from memory_examples import (
    DEVICES,
    INPUT_SIZE,
    MODELS,
    leaves,
    make,
    poisons,
    random_input,
    random_state,
    row_lengths,
    same_state,
    seeds,
    shape_of,
)

from memorylab.memory import MEMORY_MODELS, map_state, run_steps
from memorylab.sequences import masks, sequence_mask

fixed = settings(deadline=None, derandomize=True, max_examples=25)
every_model = pytest.mark.parametrize("name", MODELS)
with_state = [name for name in MODELS if "mlp" not in name]
every_model_with_state = pytest.mark.parametrize("name", with_state)


def run_with_gradients(model, z, state, t_starts, seq_lens, upstream):
    """Return outputs, state after, and all gradients, for the given gradient of the outputs."""
    z = z.clone().requires_grad_()
    state = map_state(lambda tensor: tensor.clone().requires_grad_(), state)
    y, after = model(z, state, t_starts, seq_lens)
    results = [y, *leaves(after)]
    # The states weigh in too, each entry with another weight.
    gradients_of_state = [random_input(*leaf.shape).to(leaf) for leaf in leaves(after)]
    inputs = [z, *leaves(state), *model.parameters()]
    gradients = torch.autograd.grad(results, inputs, [upstream, *gradients_of_state])
    return y.detach(), map_state(lambda tensor: tensor.detach(), after), gradients


def ragged(lens, spare, seed, dtype=torch.float32):
    """Return random input, step numbers and lengths of rows with the given lengths."""
    seq_lens = torch.tensor(lens)
    max_len = max(1, max(lens) + spare)
    z = random_input(len(lens), max_len, INPUT_SIZE, seed=seed, dtype=dtype)
    t_starts = torch.randint(50, (len(lens),), generator=torch.Generator().manual_seed(seed))
    return z, t_starts, seq_lens


@every_model
@fixed
@given(row_lengths, st.integers(0, 2), poisons, seeds)
def test_padding_is_inert_to_the_last_bit(name, lens, spare, poison, seed):
    model = make(name, seed)
    z, t_starts, seq_lens = ragged(lens, spare, seed)
    state = random_state(model, len(lens), seed)
    padding = ~sequence_mask(seq_lens, z.shape[1])  # [B, T]
    upstream = random_input(*z.shape[:2], model.output_size, seed=seed + 1)
    y, after, gradients = run_with_gradients(model, z, state, t_starts, seq_lens, upstream)

    poisoned, poisoned_upstream = z.clone(), upstream.clone()
    poisoned[padding] = poison
    poisoned_upstream[padding] = poison
    assert padding.any() or torch.equal(poisoned, z)
    poisoned_y, poisoned_after, poisoned_gradients = run_with_gradients(
        model, poisoned, state, t_starts, seq_lens, poisoned_upstream
    )
    assert torch.equal(poisoned_y, y)
    assert same_state(poisoned_after, after)
    for poisoned_gradient, gradient in zip(poisoned_gradients, gradients, strict=True):
        assert gradient.isfinite().all()
        assert torch.equal(poisoned_gradient, gradient)
    assert (poisoned_y[padding] == 0).all()
    assert (poisoned_gradients[0][padding] == 0).all()


@every_model
@fixed
@given(row_lengths, st.integers(0, 2), seeds)
def test_row_of_length_0_returns_its_state_and_its_gradient(name, lens, spare, seed):
    model = make(name, seed)
    z, t_starts, seq_lens = ragged([0, *lens], spare, seed)
    state = random_state(model, len(seq_lens), seed)
    upstream = random_input(*z.shape[:2], model.output_size, seed=seed + 1)
    _, after, gradients = run_with_gradients(model, z, state, t_starts, seq_lens, upstream)
    empty = seq_lens == 0
    gradients_of_state = gradients[1 : 1 + len(leaves(state))]
    for before, left, gradient in zip(
        leaves(state), leaves(after), gradients_of_state, strict=True
    ):
        assert torch.equal(left[empty], before[empty])
        assert torch.equal(gradient[empty], random_input(*left.shape)[empty])


@every_model_with_state
def test_row_with_real_steps_changes_its_state(name):
    model = make(name)
    state = random_state(model, 2)
    _, after = model(random_input(2, 3, INPUT_SIZE), state, seq_lens=torch.tensor([1, 3]))
    for before, left in zip(leaves(state), leaves(after), strict=True):
        assert not torch.equal(before[0], left[0])
        assert not torch.equal(before[1], left[1])


@every_model
@fixed
@given(row_lengths, st.integers(0, 2), st.data(), seeds)
def test_carry(name, lens, spare, data, seed):
    model = make(name, seed, torch.float64)
    z, t_starts, seq_lens = ragged(lens, spare, seed, torch.float64)
    state = random_state(model, len(lens), seed)
    cut = data.draw(st.integers(0, z.shape[1]))
    whole, after_whole = model(z, state, t_starts, seq_lens)
    first, between = model(z[:, :cut], state, t_starts, seq_lens.clamp(max=cut))
    second, after = model(z[:, cut:], between, t_starts + cut, (seq_lens - cut).clamp(min=0))
    assert torch.allclose(torch.cat([first, second], dim=1), whole, rtol=0, atol=1e-12)
    for one, two in zip(leaves(after_whole), leaves(after), strict=True):
        assert torch.allclose(one, two, rtol=0, atol=1e-12)


@every_model
@pytest.mark.parametrize("cold", [True, False])
def test_row_alone_equals_the_row_in_a_batch(name, cold):
    model = make(name, dtype=torch.float64)
    # From an empty memory one step: then rounding decides between locations that are used equally.
    lens = [1, 0, 1, 1, 1] if cold else [6, 0, 3, 1, 6]
    z, t_starts, seq_lens = ragged(lens, 1, 0, torch.float64)
    state = model.batch_initial_state(5) if cold else random_state(model, 5)
    y, after = model(z, state, t_starts, seq_lens)
    for row, length in enumerate(seq_lens.tolist()):
        alone = slice(row, row + 1)
        y_alone, after_alone = model(
            z[alone, :length], map_state(lambda t, row=alone: t[row], state), t_starts[alone]
        )
        assert torch.allclose(y_alone[0], y[row, :length], rtol=0, atol=1e-12)
        for one, two in zip(leaves(after_alone), leaves(after), strict=True):
            assert torch.allclose(one[0], two[row], rtol=0, atol=1e-12)


@every_model
def test_rows_do_not_see_each_other(name):
    model = make(name)
    z, t_starts, seq_lens = ragged([4, 4, 2], 0, 0)
    state = random_state(model, 3)
    y, after = model(z, state, t_starts, seq_lens)
    others = torch.tensor([False, True, True])
    z[others] = 100 * random_input(2, 4, INPUT_SIZE, seed=1)
    t_starts[others] += 7
    for before, changed in zip(leaves(state), leaves(random_state(model, 3, 1)), strict=True):
        before[others] = changed[others]
    y_other, after_other = model(z, state, t_starts, seq_lens)
    assert torch.equal(y_other[0], y[0])
    assert not torch.equal(y_other[1], y[1])
    for one, two in zip(leaves(after), leaves(after_other), strict=True):
        assert torch.equal(one[0], two[0])


@every_model
def test_arguments_left_out(name):
    model = make(name)
    z = random_input(2, 4, INPUT_SIZE)
    y, after = model(z)
    y_given, after_given = model(
        z, model.batch_initial_state(2), torch.zeros(2, dtype=torch.long), torch.tensor([4, 4])
    )
    assert torch.equal(y, y_given)
    assert same_state(after, after_given)


@every_model
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16], ids=str)
@pytest.mark.parametrize("device", DEVICES)
def test_dtypes_and_devices(name, dtype, device):
    model = make(name).to(device, dtype)
    z = random_input(2, 4, INPUT_SIZE, dtype=dtype).to(device).requires_grad_()
    seq_lens = torch.tensor([4, 2], device=device)
    y, after = model(z, seq_lens=seq_lens)
    assert y.dtype == dtype
    assert y.device == z.device
    assert y.shape == (2, 4, model.output_size)
    assert shape_of(after) == shape_of(model.batch_initial_state(2))
    for leaf in leaves(after):
        assert leaf.dtype == dtype
        assert leaf.device == z.device
    # Carried on, and back through time.
    y, after = model(z, after, seq_lens=seq_lens)
    sum(tensor.float().sum() for tensor in [y, *leaves(after)]).backward()
    for tensor in [z, *model.parameters()]:
        assert tensor.grad.isfinite().all()
        assert (tensor.grad != 0).any()
    # Low precision computes the same, only coarser.
    state = random_state(model, 2)
    coarse, _ = model(z.detach()[:, :2], state)
    reference_state = map_state(lambda tensor: tensor.cpu().double(), state)
    reference, _ = make(name, dtype=torch.float64)(
        z.detach()[:, :2].cpu().double(), reference_state
    )
    tolerance = 0.1 if dtype == torch.bfloat16 else 1e-5
    assert torch.allclose(coarse.cpu().double(), reference, rtol=tolerance, atol=tolerance)


@every_model_with_state
@pytest.mark.parametrize("device", DEVICES)
def test_state_need_not_be_contiguous(name, device):
    model = make(name).to(device)
    z = random_input(2, 4, INPUT_SIZE).to(device)
    state = map_state(lambda tensor: tensor.to(device), random_state(model, 2))
    # As when the state of the first step is taken out of a batch with a time dimension.
    strided = map_state(lambda tensor: torch.stack([tensor, tensor], dim=1)[:, 0], state)
    assert not any(tensor.is_contiguous() for tensor in leaves(strided))
    assert torch.equal(model(z, strided)[0], model(z, state)[0])


@every_model
def test_initial_state_has_no_batch_dimension(name):
    model = make(name, dtype=torch.float64)
    state, batch = model.initial_state(), model.batch_initial_state(3)
    for one, rows in zip(leaves(state), leaves(batch), strict=True):
        assert one.dtype == torch.float64
        assert rows.shape == (3, *one.shape)
        assert all(torch.equal(row, one) for row in rows)
    # Each row is its own: writing into one leaves the others, and the next call, alone.
    for rows in leaves(batch):
        rows[0] = 7
        assert (rows[1:] != 7).all()
    assert same_state(model.initial_state(), state)
    assert bool(leaves(state)) == (name in with_state)


@every_model
def test_given_tensors_are_left_as_they_are(name):
    model = make(name)
    z, t_starts, seq_lens = ragged([4, 1, 0], 1, 0)
    state = random_state(model, 3)
    z[~sequence_mask(seq_lens, 5)] = float("nan")
    kept = copy.deepcopy((z, state, t_starts, seq_lens))
    model(z, state, t_starts, seq_lens)
    assert torch.equal(z.nan_to_num(7.5), kept[0].nan_to_num(7.5))
    assert same_state(state, kept[1])
    assert torch.equal(t_starts, kept[2])
    assert torch.equal(seq_lens, kept[3])


@every_model
@pytest.mark.parametrize("shape", [(0, 4), (2, 0), (0, 0)])
def test_no_rows_or_no_steps(name, shape):
    model = make(name)
    state = random_state(model, shape[0])
    y, after = model(torch.zeros(*shape, INPUT_SIZE), state)
    assert y.shape == (*shape, model.output_size)
    assert same_state(after, state)


@every_model
@pytest.mark.parametrize("dtype", [torch.uint8, torch.int32, torch.int64], ids=str)
def test_integers_of_any_size_count_steps(name, dtype):
    model = make(name)
    z, t_starts, seq_lens = ragged([4, 1, 0], 1, 0)
    y, after = model(z, None, t_starts, seq_lens)
    y_other, after_other = model(z, None, t_starts.to(dtype), seq_lens.to(dtype))
    assert torch.equal(y, y_other)
    assert same_state(after, after_other)


@every_model
def test_copies_compute_the_same(name, tmp_path):
    model = make(name)
    z = random_input(2, 4, INPUT_SIZE)
    y, _ = model(z)
    torch.save(model.state_dict(), tmp_path / "weights.pt")
    fresh = make(name, seed=1)
    assert not torch.equal(fresh(z)[0], y)
    fresh.load_state_dict(torch.load(tmp_path / "weights.pt", weights_only=True))
    for other in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model), fresh):
        assert torch.equal(other(z)[0], y)
        own = {parameter.data_ptr() for parameter in model.parameters()}
        assert own.isdisjoint(parameter.data_ptr() for parameter in other.parameters())


@every_model
def test_no_grad_leaves_no_graph(name):
    model = make(name)
    with torch.no_grad():
        y, after = model(random_input(2, 4, INPUT_SIZE), seq_lens=torch.tensor([4, 2]))
    assert not any(tensor.requires_grad for tensor in [y, *leaves(after)])


@every_model
def test_everything_is_built_in_the_constructor(name):
    model = MODELS[name]()
    before = {key: tensor.clone() for key, tensor in model.state_dict().items()}
    modules = list(model.modules())
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    model(random_input(2, 4, INPUT_SIZE))[0].sum().backward()
    after = model.state_dict()
    assert after.keys() == before.keys()
    assert all(torch.equal(after[key], before[key]) for key in before)
    assert list(model.modules()) == modules
    # An optimizer made before the first call knows every part of it.
    optimizer.step()
    for key, tensor in model.state_dict().items():
        assert not torch.equal(tensor, before[key]), f"{key} did not learn"


@every_model
def test_two_instances_share_nothing(name):
    first, second = MODELS[name](), MODELS[name]()
    assert {id(module) for module in first.modules()}.isdisjoint(
        id(module) for module in second.modules()
    )
    z = random_input(2, 4, INPUT_SIZE)
    y, after = second(z)
    with torch.no_grad():
        for parameter in first.parameters():
            parameter.fill_(float("nan"))
    assert torch.equal(second(z)[0], y)
    assert same_state(second(z)[1], after)


@every_model
@pytest.mark.parametrize("lens", [[2, 2], [2, 1], [1, 0]])
def test_gradients_are_those_of_the_function(name, lens):
    model = make(name, dtype=torch.float64)
    names = [key for key, _ in model.named_parameters()]
    z, t_starts, seq_lens = ragged(lens, 0, 0, torch.float64)
    state = random_state(model, 2)
    state_leaves = leaves(state)

    def function(z, *tensors):
        parameters = dict(zip(names, tensors[len(state_leaves) :], strict=True))
        given = iter(tensors[: len(state_leaves)])
        # random_state sorts its keys, so the leaves come in the order of the dictionary.
        rebuilt = map_state(lambda _: next(given), state)
        y, after = torch.func.functional_call(model, parameters, (z, rebuilt, t_starts, seq_lens))
        return (y, *leaves(after))

    inputs = [z, *state_leaves, *(parameter.detach() for parameter in model.parameters())]
    inputs = [tensor.clone().requires_grad_() for tensor in inputs]
    assert torch.autograd.gradcheck(function, inputs, fast_mode=True, atol=1e-6)


class _Call(torch.nn.Module):
    """A memory model that is called as an exported program is: with tensors alone."""

    def __init__(self, model, with_lengths):
        super().__init__()
        self.model, self.with_lengths = model, with_lengths

    def forward(self, z, state, t_starts, seq_lens):
        lengths = (t_starts, seq_lens) if self.with_lengths else ()
        return self.model(z, state, *lengths)


@pytest.mark.parametrize("name", [*MEMORY_MODELS, "dnc by the reference"])
@pytest.mark.parametrize("with_lengths", [True, False])
def test_exported_programs_compute_the_same(name, with_lengths):
    """Nothing in the program depends on the numbers it was traced with."""
    call = _Call(make(name), with_lengths)
    z, t_starts, seq_lens = ragged([2, 1, 0], 0, 0)
    state = random_state(call.model, 3)
    program = torch.export.export(call, (z, state, t_starts, seq_lens)).module()
    z, t_starts, seq_lens = ragged([1, 2, 2], 0, 1)
    y, after = call(z, state, t_starts, seq_lens)
    exported_y, exported_after = program(z, state, t_starts, seq_lens)
    torch.testing.assert_close(exported_y, y)
    for one, two in zip(leaves(exported_after), leaves(after), strict=True):
        torch.testing.assert_close(one, two)


@every_model
def test_lengths_are_read_once(name, monkeypatch):
    calls = []
    check = masks.check_lengths
    monkeypatch.setattr(masks, "check_lengths", lambda *a, **k: calls.append(a) or check(*a, **k))
    model = make(name)
    model(random_input(2, 4, INPUT_SIZE), seq_lens=torch.tensor([4, 2]))
    assert len(calls) == 1


@every_model
def test_input_of_another_shape_or_dtype(name):
    model = make(name)
    with pytest.raises(ValueError, match=r"input_size = 3, but got \[2, 4, 5\]"):
        model(torch.zeros(2, 4, 5))
    with pytest.raises(ValueError, match=r"shape \[B, T, F\].*but got \[4, 3\]"):
        model(torch.zeros(4, 3))
    with pytest.raises(TypeError, match=r"z is torch\.float64, but the parameters.*float32"):
        model(torch.zeros(2, 4, 3, dtype=torch.float64))
    with pytest.raises(TypeError, match=r"z must be a tensor.*got list"):
        model([[[0.0, 0.0, 0.0]]])


@every_model
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_real_step_that_is_not_finite(name, bad):
    model = make(name)
    z = torch.zeros(2, 4, INPUT_SIZE)
    z[1, 2, 0] = bad
    with pytest.raises(ValueError, match=r"at row 1, step 2.*seq_lens\[1\] = 3"):
        model(z, seq_lens=torch.tensor([1, 3]))
    model(z, seq_lens=torch.tensor([4, 2]))


@every_model
def test_large_numbers_are_finite(name):
    """Even where their sum is not, and opposite infinities are not."""
    model = make(name)
    z = torch.full((2, 4, INPUT_SIZE), torch.finfo(torch.float32).max)
    assert z.sum().isinf()
    model(z)
    z[0, 3, 0], z[1, 1, 0] = float("inf"), -float("inf")
    with pytest.raises(ValueError, match="at row 0, step 3"):
        model(z)


@every_model
def test_lengths_that_cannot_be(name):
    model = make(name)
    z = torch.zeros(2, 4, INPUT_SIZE)
    for lens, error, message in [
        (torch.tensor([4, -1]), ValueError, r"must not be negative, got \[4, -1\]"),
        (torch.tensor([5, 1]), ValueError, r"beyond the 4 steps of a row, got \[5, 1\]"),
        (torch.tensor([4]), ValueError, r"each of the 2 rows, got shape \[1\]"),
        (torch.tensor([4.0, 1.0]), TypeError, r"must hold integers, got dtype torch\.float32"),
        ([4, 1], TypeError, "must be a tensor of integers, got list"),
    ]:
        with pytest.raises(error, match=message):
            model(z, seq_lens=lens)


@every_model
def test_step_numbers_that_cannot_be(name):
    model = make(name)
    z = torch.zeros(2, 4, INPUT_SIZE)
    for t_starts, error, message in [
        (torch.tensor([0, -1]), ValueError, r"t_starts must not be negative, got \[0, -1\]"),
        (torch.tensor([1]), ValueError, r"each of the 2 rows, got shape \[1\]"),
        (torch.tensor([0.0, float("nan")]), TypeError, "t_starts must hold integers"),
        ([0, 0], TypeError, "t_starts must be a tensor of integers, got list"),
    ]:
        with pytest.raises(error, match=message):
            model(z, t_starts=t_starts)


@every_model_with_state
def test_states_that_are_not_the_models(name):
    model = make(name)
    z = torch.zeros(2, 4, INPUT_SIZE)
    state = model.batch_initial_state(2)
    first = next(key for key, value in state.items() if not isinstance(value, dict))
    shape = list(state[first].shape)
    for wrong, error, message in [
        ({}, ValueError, r"state must be a dictionary with the keys .* but has \[\]"),
        (state | {"spare": z}, ValueError, "'spare'.*Start from batch_initial_state"),
        ([z], ValueError, "state must be a dictionary .* but has list"),
        (state | {first: state[first][:1]}, ValueError, rf"\['{first}'\] must have the shape"),
        (model.initial_state(), ValueError, r"must have the shape \[2, "),
        (state | {first: state[first].double()}, TypeError, r"must be torch\.float32, but is"),
        (state | {first: shape}, TypeError, rf"\['{first}'\] must be a tensor, but is list"),
    ]:
        with pytest.raises(error, match=message):
            model(z, wrong)


@pytest.mark.parametrize("name", ["mlp", "clocked_mlp"])
def test_state_for_a_model_that_has_none(name):
    with pytest.raises(ValueError, match=r"the keys \[\], but has \['hidden'\]"):
        make(name)(torch.zeros(2, 4, INPUT_SIZE), {"hidden": torch.zeros(2, 5)})


def test_nested_states_are_checked_by_their_path():
    model = make("dnc")
    state = model.batch_initial_state(2)
    state["controller"]["cell"] = torch.zeros(2, 6)
    with pytest.raises(
        ValueError, match=r"state\['controller'\]\['cell'\] .* \[2, 5\], .* \[2, 6\]"
    ):
        model(torch.zeros(2, 4, INPUT_SIZE), state)
    with pytest.raises(ValueError, match=r"state\['controller'\] must be a dictionary .* Tensor"):
        model(torch.zeros(2, 4, INPUT_SIZE), state | {"controller": torch.zeros(2, 5)})


@pytest.mark.parametrize("name", MEMORY_MODELS)
@pytest.mark.parametrize("bad", [0, -1, 2.5, True, None, "4"])
def test_sizes_that_cannot_be(name, bad):
    model_class = MEMORY_MODELS[name]
    error = ValueError if bad in (0, -1) else TypeError
    with pytest.raises(error, match=r"hidden_size must be (an integer|at least 1), got"):
        model_class(3, hidden_size=bad)
    with pytest.raises(error, match=r"input_size must be (an integer|at least 1), got"):
        model_class(bad)


def test_steps_stop_at_the_longest_row():
    """What no row needs is not computed."""
    calls = []

    def step(x, state):
        calls.append(x)
        return x, {"sum": state["sum"] + x}

    z = torch.ones(2, 9, 1)
    y, after = run_steps(step, z, {"sum": torch.zeros(2, 1)}, torch.tensor([2, 3]))
    assert len(calls) == 3
    assert y.shape == (2, 9, 1)
    assert after["sum"].tolist() == [[2.0], [3.0]]
