import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from popgym_family import build, call, enlarge, initial_state

from memorylab.rllib.classic import DiffNC

pytestmark = pytest.mark.ray

fixed = settings(deadline=None, derandomize=True, max_examples=25)
EVERY_DEPTH = pytest.mark.parametrize("layers", [1, 2])


def random_state(model, batch_size, seed):
    """Return nine tensors, as they are after some steps."""
    observations = torch.randn(batch_size, 4, 3, generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        return call(model, observations, [], [4] * batch_size)[2][:-1]


@EVERY_DEPTH
@fixed
@given(st.integers(1, 4), st.integers(0, 2**16))
def test_packing_is_the_inverse_of_unpacking(layers, batch_size, seed):
    model = build(DiffNC, num_hidden_layers=layers)
    state = random_state(model, batch_size, seed)
    for left, right in zip(model.pack_state(*model.unpack_state(state)), state, strict=True):
        assert torch.equal(left, right)
    controller, memory, read_vectors = model.unpack_state(state)
    again = model.unpack_state(model.pack_state(controller, memory, read_vectors))
    for left, right in zip(again[0][0], controller[0], strict=True):
        assert torch.equal(left, right)
    assert list(again[1]) == list(memory)
    assert all(torch.equal(again[1][key], memory[key]) for key in memory)
    assert torch.equal(again[2], read_vectors)


@EVERY_DEPTH
def test_nine_tensors_in_popgyms_order_and_shapes(layers):
    model = build(DiffNC, hidden_size=13, cell_size=3, read_heads=2, num_hidden_layers=layers)
    assert model.cfg["nr_cells"] == 4
    shapes = [[layers, 13], [layers, 13], [6], [4, 3], [1, 4, 4], [1, 4], [2, 4], [1, 4], [4]]
    assert [list(tensor.shape) for tensor in model.initial_state()] == shapes
    assert not any(tensor.any() for tensor in model.initial_state())
    *_, after = call(model, torch.randn(5, 2, 3), [], [2] * 5)
    assert [list(tensor.shape) for tensor in after] == [[5, *shape] for shape in [*shapes, [1]]]
    controller, memory, read_vectors = model.unpack_state(after[:-1])
    assert [list(tensor.shape) for tensor in controller[0]] == [[layers, 5, 13]] * 2
    assert list(memory) == DiffNC.MEMORY_KEYS
    assert list(read_vectors.shape) == [5, 6]


def test_memory_keys_are_popgyms():
    assert DiffNC.MEMORY_KEYS == [
        "memory",
        "link_matrix",
        "precedence",
        "read_weights",
        "write_weights",
        "usage_vector",
    ]


def test_each_tensor_is_the_one_its_name_says():
    model = enlarge(build(DiffNC, read_heads=3))
    controller, memory, read_vectors = model.unpack_state(random_state(model, 2, 0))
    # What must hold between them in any DNC.
    torch.testing.assert_close((memory["read_weights"] @ memory["memory"]).flatten(1), read_vectors)
    written = memory["write_weights"].squeeze(1)
    for usage in (memory["usage_vector"], written, memory["precedence"].squeeze(1)):
        assert ((usage >= 0) & (usage <= 1)).all()
    link = memory["link_matrix"].squeeze(1)
    assert (link.diagonal(dim1=1, dim2=2) == 0).all()
    assert link.any()
    hidden, cell = controller[0]
    assert (hidden.abs() <= cell.abs()).all()  # h = o · tanh(c)
    # Precedence is the last write, and what it leaves over of those before.
    state = [tensor.clone() for tensor in random_state(model, 2, 0)]
    *_, after = call(model, torch.zeros(2, 1, 3), [*state, torch.full((2, 1), 4)], [1, 1])
    _, following, _ = model.unpack_state(after[:-1])
    left = 1 - following["write_weights"].sum(-1, keepdim=True)
    torch.testing.assert_close(
        following["precedence"], left * memory["precedence"] + following["write_weights"]
    )


@pytest.mark.parametrize("index", range(9))
def test_every_tensor_of_the_state_matters(index):
    model = enlarge(build(DiffNC))
    with torch.no_grad():
        model.core.cell.interface.weight.mul_(4)
    observations = torch.randn(2, 3, 3)
    state = [*random_state(model, 2, 1), torch.full((2, 1), 4)]
    expected, *_ = call(model, observations, state, [3, 3])
    state[index] = torch.zeros_like(state[index])
    assert not torch.equal(call(model, observations, state, [3, 3])[0], expected)


def test_it_can_write_down_its_run():
    # The core is the course's DNC, so the figures and the player of its traces work.
    model = build(DiffNC)
    arrays = model.core.trace(torch.randn(4, 10))
    assert arrays["memory"].shape == (4, 5, 3)


def test_wrong_states_are_refused():
    model = build(DiffNC)
    with pytest.raises(ValueError, match="nine tensors, but these are 10"):
        model.unpack_state(initial_state(model, 2))
    controller, memory, read_vectors = model.unpack_state(initial_state(model, 2)[:-1])
    with pytest.raises(ValueError, match="must be one pair in a list, but has 2"):
        model.pack_state(controller * 2, memory, read_vectors)
    del memory["precedence"]
    with pytest.raises(ValueError, match=r"memory_dict must have the keys .*'precedence'.*but has"):
        model.pack_state(controller, memory, read_vectors)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cell_size": 17}, "cell_size 17 leaves no location.*hidden_size is 16"),
        ({"cell_size": 0}, "cell_size must be at least 1, got 0"),
        ({"num_layers": 2}, "num_layers must be 1, but is 2.*num_hidden_layers"),
        ({"num_hidden_layers": 0}, "num_controller_layers must be at least 1, got 0"),
        ({"read_head": 2}, "'read_head' is not a known option.*Did you mean 'read_heads'"),
    ],
)
def test_sizes_that_make_no_sense_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        build(DiffNC, **options)


def test_a_nonlinearity_without_effect_is_told():
    with pytest.warns(UserWarning, match="nonlinearity 'relu' has no effect.*LSTM"):
        build(DiffNC, nonlinearity="relu")
