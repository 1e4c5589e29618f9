"""The self-checks of rlpyts_parts: what they let pass, and what they say to mistakes."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from check_examples import answers, assert_refused, published
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from memorylab.networks import Conv2dModel

check = published("rlpyts_parts")


@pytest.mark.parametrize("name", ["field", "halving", "rename"])
def test_solution_passes(name):
    verdict = getattr(check, name)(answers("rlpyts_parts", "solution")[name])
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("field", "not yet"),
        ("halving", "a value for 'strides'; it is still ..."),
        ("rename", "not yet"),
    ],
)
def test_stub_is_refused(name, part):
    assert_refused(getattr(check, name)(answers("rlpyts_parts", "exercise")[name]), part)


# --- field ----------------------------------------------------------------------------------------


@settings(deadline=None, derandomize=True, max_examples=25)
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3)), min_size=1, max_size=3))
def test_what_counts_as_right_is_what_the_gradient_reaches(layers):
    kernel_sizes, strides = map(list, zip(*layers, strict=True))
    kernels, steps = ([(1, size) for size in sizes] for sizes in (kernel_sizes, strides))
    model = Conv2dModel(1, [1] * len(layers), kernels, steps, nonlinearity=nn.Identity).double()
    for parameter in model.parameters():
        nn.init.ones_(parameter)
    image = torch.zeros(1, 1, 1, 150, dtype=torch.double, requires_grad=True)
    model(image)[0, 0, 0, 1].backward()
    reached = image.grad.flatten().nonzero()
    assert check._field(kernel_sizes, strides) == reached.max() - reached.min() + 1


def steps(kernel_sizes, strides, first=1, own=False):
    """Return the receptive field, starting at ``first``, or with each layer's own stride."""
    width, apart = first, 1
    for kernel_size, stride in zip(kernel_sizes, strides, strict=True):
        apart *= stride if own else 1
        width += (kernel_size - 1) * apart
        apart *= 1 if own else stride
    return width


@pytest.mark.parametrize("kind", [float, np.int64, torch.tensor, lambda n: torch.tensor([n])])
def test_right_widths_of_another_type(kind):
    assert check.field(lambda k, s: kind(steps(k, s))).passed


@pytest.mark.parametrize(
    ("part", "student"),
    [
        pytest.param("not str", lambda k, s: "3", id="text"),
        pytest.param("not Tensor", lambda k, s: torch.ones(2), id="two numbers"),
        pytest.param("neighbours overlap", lambda k, s: sum(k), id="sum of kernels"),
        pytest.param("neighbours overlap", lambda k, s: math.prod(k), id="product"),
        pytest.param(
            "between two neighbours", lambda k, s: steps(k, [1] * len(k)), id="no strides"
        ),
        pytest.param("the pixels under it", lambda k, s: steps(k, s, own=True), id="own stride"),
        pytest.param("the pixels under it", lambda k, s: steps(k, s, first=2), id="one too many"),
        pytest.param(
            "between two neighbours",
            lambda k, s: k[0] + sum((n - 1) * m for n, m in zip(k[1:], s, strict=False)),
            id="only the stride before",
        ),
        pytest.param("how far apart", lambda k, s: max(k), id="largest kernel"),
        pytest.param("as many pixels as one kernel", lambda k, s: k[-1] - 1, id="too few"),
        pytest.param(
            "between two neighbours", lambda k, s: steps(k[::-1], s[::-1]), id="from the top"
        ),
        pytest.param("one number", lambda k, s: [3], id="list"),
        pytest.param("stops with TypeError", lambda k, s: k * s, id="error"),
    ],
)
def test_wrong_fields(part, student):
    assert_refused(check.field(student), part, "36", "16", "kernel_size - 1")


# --- halving --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        pytest.param("48×32 after convolution 1 of", {"paddings": None}, id="no padding"),
        pytest.param("not 49×33", {"paddings": [2, 2, 2]}, id="padding too wide"),
        pytest.param("not 95×63", {"strides": [1, 1, 1]}, id="no stride"),
        pytest.param("after convolution 2", {"strides": [2, 1, 2]}, id="one stride left out"),
        pytest.param("after convolution 3", {"paddings": [1, 1, 0]}, id="last padding left out"),
        pytest.param("not 24×16", {"strides": [4, 2, 1]}, id="strides of the Atari network"),
        pytest.param("the kernel sizes to stay", {"kernel_sizes": [2, 2, 2]}, id="other kernels"),
        pytest.param(
            "three convolutions",
            {"channels": [8], "strides": [2], "paddings": [1]},
            id="one convolution",
        ),
        pytest.param("stops with ValueError", {"strides": [2]}, id="short list"),
        pytest.param("stops with TypeError", {"strides": 2}, id="number"),
        pytest.param("a value for 'paddings'", {"paddings": ...}, id="one left out"),
    ],
)
def test_wrong_halvings(part, changes):
    secrets = () if "paddings" in changes else ("[1, 1, 1]",)
    assert_refused(
        check.halving(answers("rlpyts_parts", "solution")["halving"] | changes), part, *secrets
    )


def test_halving_without_an_entry():
    halving = answers("rlpyts_parts", "solution")["halving"]
    del halving["paddings"]
    assert_refused(check.halving(halving), "the entry 'paddings'")
    assert_refused(check.halving([2, 1]), "a dict of arguments, not list")


@pytest.mark.parametrize(
    "changes",
    [
        {"strides": [(2, 2)] * 3, "paddings": ((1, 1),) * 3},
        {"paddings": [2, 2, 2], "use_maxpool": True},
        {"channels": [1, 2, 3], "nonlinearity": nn.Tanh},
    ],
)
def test_other_right_halvings(changes):
    verdict = check.halving(answers("rlpyts_parts", "solution")["halving"] | changes)
    assert verdict.passed, verdict.message


# --- rename ---------------------------------------------------------------------------------------


def renamed(changes):
    """Return a student who has right all but the layers in ``changes``."""
    layers = {
        "0": "conv.conv.0",
        "2": "conv.conv.2",
        "5": "head.model.0",
        "7": "head.model.2",
        "9": "head.model.4",
    } | changes

    def student(state):
        return {
            f"{layers[name.split('.')[0]]}.{name.split('.')[1]}": tensor
            for name, tensor in state.items()
        }

    return student


def in_place(state):
    for name in list(state):
        state[f"conv.conv.{name}"] = state.pop(name)
    return state


@pytest.mark.parametrize(
    ("part", "student"),
    [
        pytest.param("no name '0.weight'", lambda state: dict(state), id="nothing renamed"),
        pytest.param(
            "no name 'head.model.5.weight'", renamed({"5": "head.model.5"}), id="numbers kept"
        ),
        pytest.param("no name 'conv.0.weight'", renamed({"0": "conv.0"}), id="one level short"),
        pytest.param(
            "of the same shape exchanged",
            renamed({"5": "head.model.2", "7": "head.model.0"}),
            id="two of one shape swapped",
        ),
        pytest.param(
            "a tensor of shape [32, 32] under 'head.model.0.weight', not [3, 32]",
            renamed({"5": "head.model.4", "9": "head.model.0"}),
            id="first and last swapped",
        ),
        pytest.param(
            "2 of them got none", renamed({"7": "head.model.0"}), id="two layers under one name"
        ),
        pytest.param(
            "5 of them got none",
            lambda state: {k: v for k, v in renamed({})(state).items() if k.endswith("weight")},
            id="weights without biases",
        ),
        pytest.param("to stay as it is", in_place, id="in place"),
        pytest.param("a dict, not list", lambda state: list(state), id="names alone"),
        pytest.param(
            "a tensor under",
            lambda state: dict.fromkeys(renamed({})(state), 0.0),
            id="no tensors",
        ),
        pytest.param("stops with KeyError", lambda state: {"a": state["a"]}, id="error"),
    ],
)
def test_wrong_names(part, student):
    assert_refused(check.rename(student), part, "head.model.4.weight")


def test_two_networks_of_one_layout_with_other_weights():
    plain, model = check.plain_and_model()
    theirs, ours = plain.state_dict().values(), model.state_dict().values()
    assert [tensor.shape for tensor in theirs] == [tensor.shape for tensor in ours]
    assert not any(torch.equal(*pair) for pair in zip(theirs, ours, strict=True))
