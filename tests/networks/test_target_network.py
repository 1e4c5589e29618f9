import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from memorylab.networks import MlpModel, strip_ddp_state_dict, update_state_dict

fixed = settings(deadline=None, derandomize=True, max_examples=25)
taus = st.sampled_from([0, 1, 0.5]) | st.floats(0, 1)


def network():
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))


def copied(model):
    return {name: value.clone() for name, value in model.state_dict().items()}


def assert_same(state, expected):
    assert state.keys() == expected.keys()
    for name, value in state.items():
        assert torch.equal(value, expected[name]), name


@fixed
@given(taus, st.booleans(), st.booleans())
def test_each_value_moves_by_tau(tau, prefixed, strip_ddp):
    target, online = network(), network()
    online(torch.randn(5, 3))  # moves the statistics of the normalization
    old, new = copied(target), copied(online)
    prefix = "module." if prefixed and strip_ddp else ""
    given_state = {prefix + name: value for name, value in online.state_dict().items()}
    parameters = list(target.parameters())

    update_state_dict(target, given_state, tau, strip_ddp)

    for name, value in target.state_dict().items():
        assert value.dtype == old[name].dtype
        if value.is_floating_point():
            torch.testing.assert_close(value, tau * new[name] + (1 - tau) * old[name])
        else:
            assert value.item() == (1 if tau > 0 else 0)
    assert all(a is b for a, b in zip(parameters, target.parameters(), strict=True))
    assert_same(online.state_dict(), new)


@fixed
@given(st.floats(0.01, 0.9), st.integers(1, 20))
def test_distance_falls_geometrically(tau, steps):
    target, online = MlpModel(2, [], 1).double(), MlpModel(2, [], 1).double()
    distance = online.model[0].weight - target.model[0].weight
    for _ in range(steps):
        update_state_dict(target, online.state_dict(), tau)
    left = online.model[0].weight - target.model[0].weight
    torch.testing.assert_close(left, (1 - tau) ** steps * distance)


def test_by_default_it_copies():
    target, online = network(), network()
    update_state_dict(target, online.state_dict())
    assert_same(target.state_dict(), online.state_dict())
    assert target[0].weight.data_ptr() != online[0].weight.data_ptr()


@pytest.mark.parametrize("bad", [math.inf, math.nan])
def test_a_copy_forgets_what_was_broken(bad):
    target, online = network(), network()
    nn.init.constant_(target[0].weight, bad)
    update_state_dict(target, online.state_dict(), tau=1)
    assert_same(target.state_dict(), online.state_dict())
    nn.init.constant_(online[0].weight, bad)
    before = copied(target)
    update_state_dict(target, online.state_dict(), tau=0)
    assert_same(target.state_dict(), before)


@pytest.mark.parametrize("dtype", [torch.int64, torch.bool, torch.uint8])
def test_buffers_without_fractions_are_copied(dtype):
    target, online = nn.Module(), nn.Module()
    target.register_buffer("count", torch.zeros(2, dtype=dtype))
    online.register_buffer("count", torch.ones(2, dtype=dtype))
    update_state_dict(target, online.state_dict(), tau=0.01)
    assert target.count.dtype == dtype
    assert torch.equal(target.count, online.count)


def test_shared_parameters_move_once():
    target, online = (nn.ModuleList([layer, layer]) for layer in (nn.Linear(2, 2), nn.Linear(2, 2)))
    expected = (target[0].weight + online[0].weight).detach() / 2
    update_state_dict(target, online.state_dict(), tau=0.5)
    torch.testing.assert_close(target[0].weight.detach(), expected)


def test_parameters_stay_trainable_and_out_of_the_graph():
    target, online = network(), network()
    update_state_dict(target, online.state_dict(keep_vars=True), tau=0.5)
    assert all(value.requires_grad and value.is_leaf for value in target.parameters())


def test_another_dtype_is_converted():
    target, online = MlpModel(2, [3]), MlpModel(2, [3]).double()
    for tau in (0.5, 1):
        update_state_dict(target, online.state_dict(), tau)
        assert target.model[0].weight.dtype == torch.float32
    torch.testing.assert_close(target.model[0].weight, online.model[0].weight.float())


# --- the prefix -----------------------------------------------------------------------------------


@fixed
@given(st.lists(st.text("ab.", max_size=4), unique=True))
def test_prefix_comes_off(names):
    state = {f"module.{name}": torch.tensor(i) for i, name in enumerate(names)}
    stripped = strip_ddp_state_dict(state)
    assert list(stripped) == names
    assert [value.item() for value in stripped.values()] == list(range(len(names)))
    assert list(state) == [f"module.{name}" for name in names]


def test_only_the_leading_prefix_comes_off():
    state = dict.fromkeys(
        ["module.module.a", "core.module.b", "module_c", "submodule.d", "module.e.module.f"],
        torch.tensor(0),
    )
    assert list(strip_ddp_state_dict(state)) == [
        "module.a",
        "core.module.b",
        "module_c",
        "submodule.d",
        "e.module.f",
    ]


@pytest.mark.parametrize("names", [["a", "module.a"], ["module.a", "a"]])
def test_names_that_would_become_the_same_are_refused(names):
    with pytest.raises(ValueError, match=r"both 'a' and 'module\.a'"):
        strip_ddp_state_dict(dict.fromkeys(names))


class Converting(nn.Linear):
    """A layer in its second version, which doubles the weights of the first when it loads them."""

    _version = 2

    def _load_from_state_dict(self, state, prefix, metadata, *rest):
        if metadata.get("version", 1) < 2:
            state[f"{prefix}weight"] = 2 * state[f"{prefix}weight"]
        super()._load_from_state_dict(state, prefix, metadata, *rest)


def test_versions_of_the_modules_come_along():
    online = nn.Sequential(Converting(2, 2))
    wrapped = nn.Module()
    wrapped.module = online
    target = nn.Sequential(Converting(2, 2))
    stripped = strip_ddp_state_dict(wrapped.state_dict())
    assert stripped._metadata == dict(online.state_dict()._metadata)
    target.load_state_dict(stripped)
    assert torch.equal(target[0].weight, online[0].weight)
    assert strip_ddp_state_dict(online.state_dict())._metadata == stripped._metadata
    update_state_dict(target, wrapped.state_dict(), tau=0.5)
    assert torch.equal(target[0].weight, online[0].weight)


def test_a_model_whose_own_names_begin_like_that():
    target, online = nn.Module(), nn.Module()
    target.module, online.module = nn.Linear(2, 2), nn.Linear(2, 2)
    with pytest.raises(ValueError, match="strip_ddp=False keeps it"):
        update_state_dict(target, online.state_dict())
    update_state_dict(target, online.state_dict(), strip_ddp=False)
    assert_same(target.state_dict(), online.state_dict())


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tau", "message"),
    [
        (-0.1, r"from 0 \(stay\) to 1 \(copy\), got -0.1"),
        (1.1, "got 1.1"),
        (math.nan, "got nan"),
    ],
)
def test_bad_tau_is_refused(tau, message):
    model = network()
    before = copied(model)
    with pytest.raises(ValueError, match=message):
        update_state_dict(model, network().state_dict(), tau)
    assert_same(model.state_dict(), before)


@pytest.mark.parametrize("strip_ddp", [True, False])
def test_a_model_in_place_of_its_state_is_refused(strip_ddp):
    for given_state in (network(), list(network().parameters())):
        name = type(given_state).__name__
        with pytest.raises(TypeError, match=rf"got {name}\. Use model.state_dict\(\)"):
            update_state_dict(network(), given_state, strip_ddp=strip_ddp)
        with pytest.raises(TypeError, match=rf"got {name}\. Use model.state_dict\(\)"):
            strip_ddp_state_dict(given_state)


def without(state):
    del state["2.bias"]


def with_more(state):
    state["3.bias"] = torch.zeros(2)


def with_another_shape(state):
    state["2.bias"] = torch.zeros(1)  # would broadcast


@pytest.mark.parametrize("tau", [0, 0.5, 1])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without, r"missing \['2.bias'\], unknown \[\]"),
        (with_more, r"missing \[\], unknown \['3.bias'\]"),
        (with_another_shape, r"'2.bias' must be of shape \[2\], got \[1\]"),
    ],
)
def test_state_that_does_not_fit_changes_nothing(tau, change, message):
    model = network()
    before = copied(model)
    state = copied(network())
    change(state)
    with pytest.raises(ValueError, match=message):
        update_state_dict(model, state, tau)
    assert_same(model.state_dict(), before)


def test_prefix_is_not_taken_off_unasked():
    online = network()
    state = {f"module.{name}": value for name, value in online.state_dict().items()}
    with pytest.raises(ValueError, match=r"unknown \['module.0.weight'"):
        update_state_dict(network(), state, strip_ddp=False)
