import copy
import functools
import pickle

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from memorylab.networks import MlpModel

fixed = settings(deadline=None, derandomize=True, max_examples=25)
sizes = st.integers(1, 6)
hidden = st.lists(sizes, max_size=3)
outputs = st.none() | sizes


def by_hand(state, x, num_hidden, nonlinearity, has_output):
    """Compute the output from the weights alone, found by rlpyt's names."""
    state = dict(state)
    for i in range(num_hidden):
        x = nonlinearity(
            F.linear(x, state.pop(f"model.{2 * i}.weight"), state.pop(f"model.{2 * i}.bias"))
        )
    if has_output:
        name = f"model.{2 * num_hidden}"
        x = F.linear(x, state.pop(f"{name}.weight"), state.pop(f"{name}.bias"))
    assert not state
    return x


@fixed
@given(
    sizes,
    hidden,
    outputs,
    st.sampled_from([(nn.ReLU, F.relu), (nn.Tanh, torch.tanh)]),
    st.lists(st.integers(0, 3), max_size=2),
)
def test_output_agrees_with_the_weights(size, hidden_sizes, output_size, nonlinearity, lead):
    model = MlpModel(size, hidden_sizes, output_size, nonlinearity[0])
    x = torch.randn(*lead, size)
    expected = by_hand(
        model.state_dict(), x, len(hidden_sizes), nonlinearity[1], output_size is not None
    )
    torch.testing.assert_close(model(x), expected)
    assert (
        model.output_size
        == expected.shape[-1]
        == [size, *hidden_sizes, output_size or 0][-1 if output_size else -2]
    )


@pytest.mark.parametrize("hidden_sizes", [None, [], ()])
def test_without_layers_it_is_the_identity(hidden_sizes):
    model = MlpModel(4, hidden_sizes, None)
    x = torch.randn(3, 4)
    assert torch.equal(model(x), x)
    assert model.output_size == 4
    assert not model.state_dict()


@pytest.mark.parametrize("hidden_sizes", [None, []])
def test_without_hidden_layers_it_is_linear(hidden_sizes):
    model = MlpModel(4, hidden_sizes, 2)
    assert [name for name, _ in model.named_parameters()] == ["model.0.weight", "model.0.bias"]
    assert model.output_size == 2


@pytest.mark.parametrize("hidden_sizes", [7, (7,), iter([7])])
def test_one_hidden_layer_in_other_words(hidden_sizes):
    model = MlpModel(4, hidden_sizes)
    assert model.output_size == 7
    assert {name: list(value.shape) for name, value in model.state_dict().items()} == {
        "model.0.weight": [7, 4],
        "model.0.bias": [7],
    }


def test_last_hidden_layer_has_its_nonlinearity_and_the_output_layer_none():
    x = torch.randn(50, 4)
    assert MlpModel(4, [8])(x).min() == 0
    assert MlpModel(4, [8], 3)(x).min() < 0


def test_nonlinearity_is_made_anew_for_each_layer():
    model = MlpModel(4, [3, 3], nonlinearity=functools.partial(nn.PReLU, init=0.5))
    assert model.model[1] is not model.model[3]
    assert model.model[3].weight.item() == 0.5


def test_list_of_hidden_sizes_is_left_alone():
    hidden_sizes = [3, 2]
    MlpModel(4, hidden_sizes, 1)
    assert hidden_sizes == [3, 2]


@pytest.mark.parametrize("hidden_sizes", [None, [3]])
def test_it_pickles_and_copies(hidden_sizes):
    model = MlpModel(4, hidden_sizes)
    x = torch.randn(2, 4)
    for twin in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert torch.equal(twin(x), model(x))
        assert twin.output_size == model.output_size


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((0, [3]), ValueError, "input_size must be at least 1, got 0"),
        ((4.0, [3]), TypeError, "input_size must be an integer, got 4.0"),
        ((4, 0), ValueError, "hidden_sizes must be at least 1, got 0"),
        ((4, 3.5), TypeError, "hidden_sizes must be an integer, got 3.5"),
        ((4, True), TypeError, "hidden_sizes must be an integer, got True"),
        ((4, [3, -1]), ValueError, r"hidden_sizes\[1\] must be at least 1, got -1"),
        ((4, ["3"]), TypeError, r"hidden_sizes\[0\] must be an integer, got '3'"),
        ((4, [3], 0), ValueError, "output_size must be at least 1, got 0"),
        ((4, [3], [2]), TypeError, r"output_size must be an integer, got \[2\]"),
        ((4, [3], 2, nn.ReLU()), TypeError, r"like the class nn.ReLU; got ReLU\(\)"),
        ((4, [3], 2, F.relu), TypeError, "like the class nn.ReLU; got <function relu"),
        ((4, [3], 2, dict), TypeError, "like the class nn.ReLU; got <class 'dict'"),
    ],
)
def test_bad_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        MlpModel(*arguments)


@pytest.mark.parametrize("hidden_sizes", [None, [3]])
@pytest.mark.parametrize("shape", [[2, 5], [4, 1], []])
def test_input_of_another_size_is_refused(hidden_sizes, shape):
    with pytest.raises(ValueError, match=r"shape \[..., 4\], got " + f"\\{shape}"[:-1]):
        MlpModel(4, hidden_sizes)(torch.zeros(shape))
