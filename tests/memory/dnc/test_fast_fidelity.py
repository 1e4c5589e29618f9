"""Whatever users do to a module, the default implementation gives the reference's numbers."""

from __future__ import annotations

import copy
import warnings

import pytest
import torch
from dnc_examples import make_dnc
from hypothesis import given, settings
from hypothesis import strategies as st
from test_fast import assert_close, everything, example, named_leaves
from torch import Tensor, nn
from torch.nn.utils import parametrize, prune

from memorylab.memory.dnc.fast import availability

pytest.importorskip("numba")

fixed = settings(deadline=None, derandomize=True, max_examples=25)
controllers = st.sampled_from(["lstm", "feedforward"])


# --- what users do to a module --------------------------------------------------------------------


class OtherLSTMCell(nn.LSTMCell):
    def forward(self, x, state):
        hidden, cell = super().forward(x, state)
        return hidden / 2, cell


class OtherLinear(nn.Linear):
    def forward(self, x):
        return super().forward(x) / 2


class Halve(nn.Module):
    def forward(self, weight):
        return weight / 2


def scale(result):
    if isinstance(result, tuple):
        return tuple(scale(part) if isinstance(part, Tensor) else part for part in result)
    return result / 2 if isinstance(result, Tensor) else result


def as_kind(part, kind):
    """Turn a part into one of another class, with the same weights."""
    if isinstance(part, nn.LSTMCell | nn.Linear):
        part.__class__ = kind[isinstance(part, nn.Linear)]


def weight_of(part):
    return "weight_ih" if isinstance(part, nn.LSTMCell) else "weight"


def has_weight(part):
    return isinstance(part, nn.LSTMCell | nn.Linear)


def on_weights(change):
    return lambda part: change(part) if has_weight(part) else None


def patch_forward(part):
    forward = part.forward
    part.forward = lambda *arguments: scale(forward(*arguments))


CHANGES = {
    "forward hook": lambda part: part.register_forward_hook(lambda m, i, o: scale(o)),
    "pre-hook": lambda part: part.register_forward_pre_hook(lambda m, i: (i[0] / 2, *i[1:])),
    "backward hook": lambda part: part.register_full_backward_hook(
        lambda m, gi, go: tuple(None if g is None else g / 2 for g in gi)
    ),
    "backward pre-hook": lambda part: part.register_full_backward_pre_hook(
        lambda m, go: tuple(None if g is None else g / 2 for g in go)
    ),
    "forward replaced": patch_forward,
    "subclass": lambda part: as_kind(part, (OtherLSTMCell, OtherLinear)),
    "pruned": on_weights(lambda part: prune.l1_unstructured(part, weight_of(part), amount=0.5)),
    "pruned for good": on_weights(
        lambda part: prune.remove(
            prune.l1_unstructured(part, weight_of(part), amount=0.5), weight_of(part)
        )
    ),
    "weight norm": on_weights(
        lambda part: nn.utils.parametrizations.weight_norm(part, weight_of(part))
    ),
    "old weight norm": on_weights(lambda part: nn.utils.weight_norm(part, weight_of(part))),
    "parametrized": on_weights(
        lambda part: parametrize.register_parametrization(part, weight_of(part), Halve())
    ),
    "frozen": lambda part: part.requires_grad_(False),
}


def parts_of(model):
    """Return the modules that the reference calls at each step."""
    controller = model.cell.controller
    inner = list(controller) if isinstance(controller, nn.Sequential) else []
    return [model.cell, controller, *inner, model.cell.interface]


def agree(model, arguments, tolerance=1e-9):
    """Check that the model gives the reference's outputs, states and gradients."""
    model.implementation = "reference"
    expected = everything(model, *arguments)
    model.implementation = "auto"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert_close(everything(model, *arguments), expected, tolerance)


@pytest.mark.parametrize("controller", ["lstm", "feedforward"])
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("place", range(3))
@pytest.mark.filterwarnings("ignore:.*weight_norm.*:FutureWarning")
def test_a_changed_part_counts(change, place, controller):
    model, *arguments = example((5, 3, 2), controller, [3, 1])
    parts = parts_of(model)
    CHANGES[change](parts[place if place < 2 else -1])
    agree(model, arguments)


@fixed
@given(
    st.lists(st.tuples(st.sampled_from(sorted(set(CHANGES) - {"pruned for good"})),
                       st.integers(0, 4)), max_size=3),
    controllers, st.lists(st.integers(0, 3), min_size=1, max_size=3),
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:.*weight_norm.*:FutureWarning")
def test_changes_in_any_combination(changes, controller, lens):
    model, *arguments = example((4, 2, 2), controller, lens)
    parts = parts_of(model)
    for place, change in {place % len(parts): change for change, place in changes}.items():
        CHANGES[change](parts[place])
    agree(model, arguments)


def replaced(model, name, part):
    setattr(model.cell, name, part.to(next(model.parameters())))
    return model


def no_bias(controller):
    model = example((5, 3, 2), controller, [3])[0]
    return replaced(model, "interface", nn.Linear(6, model.cell.interface.out_features, bias=False))


def test_replaced_parts_count():
    model, *arguments = example((5, 3, 2), "feedforward", [3, 1])
    model.cell.controller[1] = nn.ReLU()
    agree(model, arguments)
    model.cell.controller = nn.Sequential(model.cell.controller[0], nn.Tanh(), nn.Tanh())
    agree(model, arguments)
    for controller in ("lstm", "feedforward"):
        agree(no_bias(controller), arguments if controller == "feedforward" else
              example((5, 3, 2), "lstm", [3, 1])[1:])  # fmt: skip


def test_weights_of_another_shape_or_dtype_are_refused_as_by_the_reference():
    for part in (nn.Linear(6, 5).double(), nn.Linear(6, 30)):
        model, *arguments = example((5, 3, 2), "lstm", [3, 1])
        model.cell.interface = part
        with pytest.raises(RuntimeError, match=r"split|dtype"):
            model(arguments[0], arguments[1])


def test_quantised_parts_count():
    model, z, state, seq_lens = example((5, 3, 2), "lstm", [3, 1], dtype=torch.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        small = torch.ao.quantization.quantize_dynamic(model, {nn.Linear, nn.LSTMCell})
        y, _ = small(z, state, None, seq_lens)
        small.implementation = "reference"
        expected, _ = small(z, state, None, seq_lens)
    assert torch.equal(y, expected)
    assert small.initial_state().keys() == model.initial_state().keys()
    assert not torch.equal(y, model(z, state, None, seq_lens)[0])


def test_hooks_for_all_modules_count():
    model, *arguments = example((5, 3, 2), "lstm", [3, 1])
    handle = nn.modules.module.register_module_forward_hook(lambda m, i, o: scale(o))
    try:
        agree(model, arguments)
    finally:
        handle.remove()


class Doubled(Tensor):
    """A tensor whose matrix products count double."""

    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        result = super().__torch_function__(function, types, args, kwargs or {})
        return 2 * result if function is nn.functional.linear else result


def test_tensor_subclasses_count():
    model, z, state, seq_lens = example((5, 3, 2), "lstm", [3, 1])
    model.cell.interface.weight = nn.Parameter(model.cell.interface.weight.as_subclass(Doubled))
    agree(model, (z, state, seq_lens))


def test_autocast_is_the_references():
    model, z, state, seq_lens = example((5, 3, 2), "lstm", [3, 1], dtype=torch.float32)
    reference = copy.deepcopy(model)
    reference.implementation = "reference"
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(
            model(z, state, None, seq_lens)[0], reference(z, state, None, seq_lens)[0]
        )


# --- what users do with a function ----------------------------------------------------------------


def transformed(model, name, z):
    """Return what a transformation of ``torch.func`` or forward-mode gradients give."""
    parameters = {key: value.detach() for key, value in model.named_parameters()}

    def loss(parameters, z):
        return torch.func.functional_call(model, parameters, (z,))[0].square().sum()

    if name == "grad":
        return tuple(torch.func.grad(loss)(parameters, z).values())
    if name == "vmap":
        return (torch.func.vmap(lambda row: model(row[None])[0][0])(z),)
    if name == "vmap of grad":
        per_row = torch.func.vmap(torch.func.grad(lambda p, row: loss(p, row[None])), (None, 0))
        return tuple(per_row(parameters, z).values())
    if name == "jvp":
        return torch.func.jvp(lambda z: model(z)[0], (z,), (torch.ones_like(z),))
    if name == "jacrev":
        return (torch.func.jacrev(lambda z: model(z)[0])(z),)
    with torch.autograd.forward_ad.dual_level(), torch.no_grad():
        dual = torch.autograd.forward_ad.make_dual(z, torch.ones_like(z))
        return tuple(torch.autograd.forward_ad.unpack_dual(model(dual)[0]))


@pytest.mark.parametrize("name", ["grad", "vmap", "vmap of grad", "jvp", "jacrev", "dual numbers"])
@pytest.mark.parametrize("controller", ["lstm", "feedforward"])
def test_transformed_functions_are_the_references(name, controller):
    model, z, _, _ = example((4, 2, 2), controller, [3, 3])
    model.implementation = "reference"
    try:
        expected = transformed(model, name, z)
    except RuntimeError as error:  # PyTorch has no rule for an LSTM cell under vmap.
        assert controller == "lstm" and "vmap" in name, error  # noqa: PT017, PT018
        return
    model.implementation = "auto"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = transformed(model, name, z)
    for one, two in zip(found, expected, strict=True):
        torch.testing.assert_close(one, two)


@pytest.mark.parametrize("frozen_output", [False, True])
def test_second_derivatives_name_the_reference(frozen_output):
    model, z, state, seq_lens = example((4, 2, 2), "lstm", [3, 3])
    model.output.requires_grad_(not frozen_output)
    z = z.requires_grad_()
    y, _ = model(z, state, None, seq_lens)
    (first,) = torch.autograd.grad(y.sum(), z, create_graph=True)
    with pytest.raises(RuntimeError, match='implementation="reference"'):
        (first.square().sum() + z.sum()).backward()
    model.implementation = "reference"
    y, _ = model(z, state, None, seq_lens)
    (second,) = torch.autograd.grad(y.sum(), z, create_graph=True)
    assert torch.allclose(first, second)


def test_compiled_models_run_the_kernels_beside_the_graph():
    model, z, state, seq_lens = example((4, 2, 2), "lstm", [3, 1])
    expected = everything(model, z, state, seq_lens)
    try:
        compiled = torch.compile(model, backend="eager")
        assert_close(everything_of(compiled, model, z, state, seq_lens), expected, 1e-12)
        whole = torch.compile(model, backend="eager", fullgraph=True)
        with pytest.raises(Exception, match='implementation="reference"'):
            whole(z, state, None, seq_lens)
        model.implementation = "reference"
        assert_close(everything_of(whole, model, z, state, seq_lens), expected, 1e-9)
    finally:
        torch.compiler.reset()


def everything_of(compiled, model, *arguments):
    """Return ``everything`` of a compiled model, by the names of the model itself."""
    compiled.named_parameters = model.named_parameters
    return everything(compiled, *arguments)


@pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning")
@pytest.mark.filterwarnings("ignore:.*torch.jit.*:DeprecationWarning")
def test_traced_models_follow_their_input():
    model, z, _, _ = example((4, 2, 2), "lstm", [3, 3])
    model.requires_grad_(False)
    traced = torch.jit.trace(lambda z: model(z)[0], z, check_trace=False)
    assert torch.allclose(traced(z + 1), model(z + 1)[0])


# --- buffers changed between forward and backward -------------------------------------------------


@fixed
@given(
    st.integers(1, 3), st.integers(1, 3), controllers, st.booleans(),
    st.sampled_from(["z", "memory", "usage", "precedence", "link", "write_weighting",
                     "read_weighting", "read_vectors", "hidden", "cell"]),
)  # fmt: skip
def test_buffers_may_be_used_again_before_backward(rows, steps, controller, few_links, name):
    """PyTorch raises if it needs what was overwritten; nobody gets another gradient."""
    model, z, state, seq_lens = example((4, 2, 2), controller, [steps] * rows)
    flat = named_leaves(state)
    buffer = z if name == "z" else flat.get(name, flat.get(f"controller.{name}", z))
    gradients = []
    with pytest.MonkeyPatch.context() as patch:
        if few_links:
            patch.setattr("memorylab.memory.dnc.fast.sequence.BYTES_OF_LINKS", 0)
        for change in (False, True):
            y, after = model(z, state, None, seq_lens)
            if change:
                buffer.fill_(7.0)
            total = y.square().sum() + sum(t.square().sum() for t in named_leaves(after).values())
            gradients.append(torch.autograd.grad(total, list(model.parameters())))
    for one, two in zip(*gradients, strict=True):
        assert torch.equal(one, two)


@fixed
@given(st.integers(1, 3), st.integers(1, 3), controllers, st.integers(0, 5))
def test_weights_changed_before_backward_raise_or_count_for_nothing(rows, steps, controller, index):
    model, z, state, seq_lens = example((4, 2, 2), controller, [steps] * rows)
    parameters = list(model.cell.parameters())
    expected = torch.autograd.grad(model(z, state, None, seq_lens)[0].sum(), parameters)
    y, _ = model(z, state, None, seq_lens)
    with torch.no_grad():
        parameters[index % len(parameters)].add_(1.0)
    try:
        found = torch.autograd.grad(y.sum(), parameters)
    except RuntimeError as error:
        assert "modified by an inplace operation" in str(error)  # noqa: PT017
    else:
        assert all(torch.equal(one, two) for one, two in zip(found, expected, strict=True))


def test_results_changed_before_backward_count_for_nothing():
    model, z, state, seq_lens = example((4, 2, 2), "lstm", [1])
    expected = torch.autograd.grad(
        model(z, state, None, seq_lens)[0].sum(), model.cell.parameters()
    )
    y, after = model(z, state, None, seq_lens)
    with torch.no_grad():
        for tensor in named_leaves(after).values():
            tensor.detach().fill_(7.0)
    found = torch.autograd.grad(y.sum(), model.cell.parameters())
    assert all(torch.equal(one, two) for one, two in zip(found, expected, strict=True))


# --- numbers that are none ------------------------------------------------------------------------


@fixed
@given(st.data(), controllers)
def test_what_is_not_finite_spreads_as_in_the_reference(data, controller):
    """NaN or infinity in one weight or in one number of the state."""
    model, z, state, seq_lens = example((5, 3, 2), controller, [3, 1], dtype=torch.float32)
    tensors = {f"state {name}": t for name, t in named_leaves(state).items()}
    tensors |= {name: t.detach() for name, t in model.cell.named_parameters()}
    tensor = tensors[data.draw(st.sampled_from(sorted(tensors)))]
    place = data.draw(st.integers(0, tensor.numel() - 1))
    tensor.view(-1)[place] = data.draw(st.sampled_from([float("nan"), float("inf")]))
    results = []
    for model.implementation in ("auto", "reference"):
        y, after = model(z, state, None, seq_lens)
        results.append({"y": y} | named_leaves(after))
    for name, expected in results[1].items():
        torch.testing.assert_close(
            results[0][name], expected, equal_nan=True, rtol=1e-4, atol=1e-4, msg=name
        )


# --- what is said about it ------------------------------------------------------------------------


def test_asked_for_by_name_it_refuses_what_it_cannot_do():
    model, *arguments = example((4, 2, 2), "lstm", [2])
    model.implementation = "fast"
    everything(model, *arguments)
    model.cell.interface.register_forward_hook(lambda m, i, o: o)
    with pytest.raises(RuntimeError, match=r'hook.*implementation="reference"'):
        model(arguments[0])
    for other in (make_dnc(num_controller_layers=2, implementation="fast"),
                  make_dnc(ablated=frozenset({"links"}), implementation="fast")):  # fmt: skip
        with pytest.raises(RuntimeError, match='implementation="reference"'):
            other(arguments[0])


def test_by_default_it_says_once_why_the_reference_runs():
    availability.warn_once.cache_clear()
    model, z, *_ = example((4, 2, 2), "lstm", [2])
    model.cell.interface.register_forward_hook(lambda m, i, o: o)
    with pytest.warns(UserWarning, match=r'hook.*implementation="reference"'):
        model(z)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model(z)
