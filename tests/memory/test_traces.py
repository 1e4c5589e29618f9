"""Every memory can be traced, by the same call, and its trace is true."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from memory_examples import INPUT_SIZE, MODELS, make, random_input, random_state, seeds
from torch import nn

from memorylab.memory import (
    DNC,
    GRU,
    LSTM,
    MEMORY_MODELS,
    Disturbance,
    Elman,
    FeedForward,
    MemoryModel,
    MemoryTrace,
    WithReadout,
    make_memory,
    map_state,
)
from memorylab.memory.arrays import COMMON
from memorylab.memory.dnc.trace import DNCTrace
from memorylab.memory.trace_classes import (
    TRACE_CLASSES,
    ElmanTrace,
    GRUTrace,
    LSTMTrace,
    MemorylessTrace,
)

fixed = settings(deadline=None, derandomize=True, max_examples=10)
every_model = pytest.mark.parametrize("name", MODELS)

CLASSES = {
    **{name: model_class.trace_class for name, model_class in MEMORY_MODELS.items()},
    "mlp": MemorylessTrace,
    "clocked_mlp": MemorylessTrace,
    "elman": ElmanTrace,
    "gru": GRUTrace,
    "lstm": LSTMTrace,
}


def without_batch(state):
    return map_state(lambda tensor: tensor[0], state)


def same(first, second):
    return (
        type(first) is type(second)
        and first.metadata == second.metadata
        and first.arrays.keys() == second.arrays.keys()
        and all(np.array_equal(first[name], second[name]) for name in first.arrays)
    )


class Sum(MemoryModel):
    """A memory of a kind of its own, which adds up its inputs."""

    output_size = INPUT_SIZE

    def initial_state(self):
        return {"sum": torch.zeros(INPUT_SIZE)}

    def forward_memory(self, z, state, t_starts, seq_lens):
        y = state["sum"].unsqueeze(1) + z.cumsum(1)
        return y, {"sum": y[:, -1]}


# What a trace holds.


@every_model
@fixed
@given(st.integers(1, 6), st.integers(0, 50), st.booleans(), seeds)
def test_a_trace_is_what_the_model_does(name, length, t_start, warm, seed):
    model = make(name, seed)
    z = random_input(length, INPUT_SIZE, seed=seed)
    state = random_state(model, 1, seed) if warm else model.batch_initial_state(1)
    trace = model.trace(z, without_batch(state), t_start=t_start)
    y, _ = make(name, seed, torch.float64)(
        z.double().unsqueeze(0), map_state(torch.Tensor.double, state), torch.tensor([t_start])
    )
    assert np.abs(trace.output - y[0].detach().numpy()).max() <= 1e-12
    assert np.array_equal(trace.input, z.numpy())
    assert {array.dtype for array in trace.arrays.values()} == {np.dtype(np.float64)}
    assert type(trace) is CLASSES[name.split()[0]]
    assert trace.arrays.keys() == {*trace.required()}
    trace.validate(1e-12)


@every_model
@fixed
@given(st.integers(1, 4), st.integers(1, 4), seeds)
def test_halves_of_a_trace_are_the_traces_of_the_halves(name, before, after, seed):
    model = make(name, seed, torch.float64)
    z = random_input(before + after, INPUT_SIZE, seed=seed, dtype=torch.float64)
    state = random_state(model, 1, seed)
    _, between = model(z[:before].unsqueeze(0), state)
    whole = model.trace(z, without_batch(state))
    first = model.trace(z[:before], without_batch(state))
    second = model.trace(z[before:], without_batch(between), t_start=before)
    for key, array in whole.arrays.items():
        halves = np.concatenate([first[key], second[key]])
        assert np.allclose(halves, array, rtol=0, atol=1e-12), key


@every_model
def test_a_trace_comes_back_from_its_file(name, tmp_path):
    model = make(name)
    trace = MemoryTrace.record(model, random_input(4, INPUT_SIZE), np.eye(4, 2), task="copy")
    assert trace.metadata["task"] == "copy"
    trace.save(tmp_path / "trace.npz")
    for reader in (MemoryTrace, type(trace)):
        assert same(reader.load(tmp_path / "trace.npz"), trace)
    with np.load(tmp_path / "trace.npz") as archive:
        assert json.loads(str(archive["header"]))["kind"] == trace.kind


@pytest.mark.parametrize("name", MEMORY_MODELS)
def test_a_readout_changes_the_output_alone(name):
    torch.manual_seed(0)
    memory = make_memory(name, INPUT_SIZE, hidden_size=5).double()
    model = WithReadout(memory, 2).double()
    z = random_input(4, INPUT_SIZE, dtype=torch.float64)
    inner, trace = memory.trace(z), model.trace(z)
    expected = model.readout(torch.from_numpy(inner.output)).detach().numpy()
    assert np.allclose(trace.output, expected, rtol=0, atol=1e-12)
    assert same(inner.with_arrays(output=trace.output), trace)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def parts(model, x, hidden):
    """Return what the input and the hidden vector add to each gate, by PyTorch's weights."""
    weights = {name: tensor.numpy() for name, tensor in model.network.state_dict().items()}
    sides = (
        weights["weight_ih_l0"] @ x + weights["bias_ih_l0"],
        weights["weight_hh_l0"] @ hidden + weights["bias_hh_l0"],
    )
    return [np.split(side, len(side) // model.hidden_size) for side in sides]


@pytest.mark.parametrize("name", ["elman", "gru", "lstm"])
@fixed
@given(seed=seeds)
def test_hidden_units_follow_from_the_gates_and_these_from_the_weights(name, seed):
    model = make(name, seed, torch.float64)
    state = without_batch(random_state(model, 1, seed))
    trace = model.trace(random_input(4, INPUT_SIZE, seed=seed, dtype=torch.float64), state)
    before = {part: np.stack([state[part].numpy(), *trace[part][:-1]]) for part in state}
    for t in range(4):
        now = {key: array[t] for key, array in trace.arrays.items()}
        of_x, of_h = parts(model, now["input"], before["hidden"][t])
        both = [a + b for a, b in zip(of_x, of_h, strict=True)]
        if name == "elman":
            expected = {"hidden": np.tanh(both[0])}
        elif name == "gru":
            r, z, n = now["reset_gate"], now["update_gate"], now["candidate"]
            expected = {
                "reset_gate": sigmoid(both[0]),
                "update_gate": sigmoid(both[1]),
                "candidate": np.tanh(of_x[2] + r * of_h[2]),
                "hidden": (1 - z) * n + z * before["hidden"][t],
            }
        else:
            i, f, g = now["input_gate"], now["forget_gate"], now["cell_candidate"]
            expected = {
                "input_gate": sigmoid(both[0]),
                "forget_gate": sigmoid(both[1]),
                "cell_candidate": np.tanh(both[2]),
                "output_gate": sigmoid(both[3]),
                "cell": f * before["cell"][t] + i * g,
                "hidden": now["output_gate"] * np.tanh(now["cell"]),
            }
        assert expected.keys() == trace.arrays.keys() - {"input", "output"}
        for key, array in expected.items():
            assert np.allclose(now[key], array, rtol=0, atol=1e-12), key
        assert np.array_equal(now["output"], now["hidden"])


RECORDED = {
    "elman": ["input", "hidden", "output"],
    "gru": ["input", "reset_gate", "update_gate", "candidate", "hidden", "output"],
    "lstm": [
        "input", "input_gate", "forget_gate", "cell_candidate", "output_gate", "cell", "hidden",
        "output",
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", RECORDED)
def test_each_array_is_recorded_once_computed_and_what_follows_takes_the_recorded(name):
    """So a change to one array changes those after it and none before."""
    model = make(name, dtype=torch.float64)
    state = random_state(model, 1)
    x = random_input(1, INPUT_SIZE, dtype=torch.float64)

    def run(changed=None):
        arrays = {}

        def record(key, tensor):
            arrays[key] = torch.full_like(tensor, 0.25) if key == changed else tensor
            return arrays[key]

        y, after = model.trace_step(record("input", x), state, torch.tensor([0]), record)
        assert all(torch.equal(after[key], arrays[key]) for key in after)
        record("output", y)
        return arrays

    plain = run()
    assert list(plain) == RECORDED[name]
    for place, changed in enumerate(RECORDED[name]):
        found = run(changed)
        for key in RECORDED[name][:place]:
            assert torch.equal(found[key], plain[key])
        assert not torch.equal(found["output"], plain["output"])


@pytest.mark.parametrize(
    ("name", "text", "changed"),
    [
        ("gru", "update_gate[2]@1=1", "update_gate"),
        ("lstm", "cell@1-2=0;input_gate[0]@3=0", "cell"),
        ("elman", "hidden[1]@2-=0.5", "hidden"),
        ("mlp", "input[0]@1=1", "input"),
        ("lru", "time_constant[2]@1-=0.5;hidden_real@2=0", "time_constant"),
        ("lmu", "encoded@1=0", "encoded"),
        ("gated_delta", "decay@2=0;fast_weights[1]@3=0.5", "fast_weights"),
        ("gtrxl", "attention_gate@1-=0", "attention_gate"),
        ("gru with readout", "output[1]@2=7", "output"),
        ("dnc with readout", "N=7;write_gate@1=0", "write_gate"),
    ],
)
def test_every_memory_can_be_disturbed(name, text, changed):
    model, z = make(name), random_input(4, INPUT_SIZE)
    plain, disturbed = model.trace(z), MemoryTrace.record(model, z, disturbance=text)
    assert disturbed.metadata == plain.metadata | {"disturbance": text}
    disturbed.validate(1e-12)
    assert not np.array_equal(plain[changed], disturbed[changed])
    for edit in Disturbance.parse(text).edits:
        steps = slice(edit.first, None if edit.last is None else edit.last + 1)
        assert (disturbed[edit.name][(steps, *edit.index)] == edit.value).all()
    if "N=7" not in text:
        assert all(np.array_equal(plain[key][0], disturbed[key][0]) for key in plain.arrays)
    else:
        assert disturbed.num_locations == 7


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hidden[5]=0", "the index 5 is out of range: it must be 0 to 4"),
        ("update_gate=1.5", r"is a fraction, so its value must be in \[0, 1\], but it is 1\.5"),
        ("hidden@4=0", "step 4 is out of range"),
        ("usage=0", "no step computes an array 'usage'"),
        ("N=7", "this memory has no locations"),
        ("words=10", r"Use MemoryTrace\.record\(.*make=task\.make"),
    ],
)
def test_disturbances_that_do_not_fit(text, message):
    with pytest.raises(ValueError, match=message):
        make("gru with readout").trace(random_input(4, INPUT_SIZE), disturbance=text)


def test_a_model_without_memory_says_so():
    trace = FeedForward(INPUT_SIZE).trace(random_input(4, INPUT_SIZE))
    assert repr(trace) == "MemorylessTrace(4 steps, nothing remembered)"
    assert "remembers nothing" in trace.about
    assert trace.table == COMMON


@pytest.mark.parametrize("model_class", [Elman, GRU, LSTM])
def test_the_text_representation_names_the_sizes(model_class):
    trace = model_class(INPUT_SIZE, 5).trace(random_input(4, INPUT_SIZE))
    assert repr(trace) == f"{model_class.__name__}Trace(4 steps, 5 hidden units)"


def test_a_memory_of_another_kind_has_a_trace_of_input_and_output(tmp_path):
    model = Sum(INPUT_SIZE)
    trace = MemoryTrace.record(model, random_input(4, INPUT_SIZE))
    assert type(trace) is MemoryTrace
    assert np.allclose(trace.output, trace.input.cumsum(0), rtol=0, atol=1e-12)
    trace.save(tmp_path / "trace.npz")
    assert same(MemoryTrace.load(tmp_path / "trace.npz"), trace)


# What can't be traced or recorded.


@every_model
def test_input_and_state_are_checked(name):
    model = make(name, dtype=torch.float64)
    z = random_input(4, INPUT_SIZE, dtype=torch.float64)
    nan = z.clone()
    nan[2, 1] = float("nan")
    for error, message, wrong in [
        (ValueError, r"one sequence \[T, F\] of at least one step, but got \[2, 4, 3\]", [z[None]]),
        (ValueError, r"at least one step, but got \[0, 3\]", [z[:0]]),
        (ValueError, r"input_size = 3, but got \[1, 4, 2\]", [z[:, :2]]),
        (ValueError, "NaN or infinity at step 2", [nan]),
        (TypeError, r"z is torch\.float32, but the parameters .* torch\.float64", [z.float()]),
        (ValueError, r"state must be a dictionary with the keys", [z, {"useage": z}]),
    ]:
        wrong = [torch.cat([one, one]) if one.dim() == 3 else one for one in wrong[:1]] + wrong[1:]
        with pytest.raises(error, match=message):
            model.trace(*wrong)
    with pytest.raises(ValueError, match="t_start must be at least 0, got -1"):
        model.trace(z, t_start=-1)
    with pytest.raises(TypeError, match=r"t_start must be an integer, got 0\.5"):
        model.trace(z, t_start=0.5)


def test_models_that_contain_a_memory_say_where_it_is():
    z = random_input(4, INPUT_SIZE)
    model = nn.Sequential(nn.Linear(3, 3), WithReadout(GRU(3, 4), 2))
    with pytest.raises(
        TypeError,
        match=r"got a Sequential\. It holds model\.get_submodule\('1'\), a WithReadout: record "
        "that, with the input that reaches it",
    ):
        MemoryTrace.record(model, z)
    assert len(MemoryTrace.record(model.get_submodule("1"), z)) == 4
    pair = nn.ModuleDict({"actor": GRU(3, 4), "critic": LSTM(3, 4)})
    with pytest.raises(TypeError, match=r"'actor'\), a GRU, model.*'critic'\), a LSTM: record"):
        MemoryTrace.record(pair, z)


@pytest.mark.parametrize("model", [nn.Linear(3, 3), [1], None, GRU], ids=str)
def test_models_without_a_memory(model):
    got = type(model).__name__
    with pytest.raises(TypeError, match=rf"Only a memory model can be .*, but got a {got}\.$"):
        MemoryTrace.record(model, random_input(4, INPUT_SIZE))


def test_a_memory_of_another_kind_than_the_class_records():
    with pytest.raises(TypeError, match=r"DNCTrace\.record got a GRU, whose trace is a GRUTrace"):
        DNCTrace.record(GRU(3, 4), random_input(4, INPUT_SIZE))
    model = WithReadout(DNC(3, hidden_size=4, num_locations=4, word_size=3), 2)
    trace = DNCTrace.record(model, random_input(4, INPUT_SIZE))
    assert type(trace) is DNCTrace
    assert trace.metadata == {"ablated": []}


# Files.


def test_every_kind_has_a_name_of_its_own():
    assert {*CLASSES.values(), MemoryTrace} == {*TRACE_CLASSES.values()}
    for kind, found in TRACE_CLASSES.items():
        assert kind == found.kind
        # Nor does its table take a name that all have, such as the critic's value.
        assert COMMON.items() <= found.table.items()


def test_a_file_of_another_kind(tmp_path):
    path = tmp_path / "trace.npz"
    GRU(3, 4).trace(random_input(4, INPUT_SIZE)).save(path)
    for reader in (DNCTrace, LSTMTrace):
        with pytest.raises(ValueError, match=rf"holds a GRUTrace, not a {reader.__name__}\. Mem"):
            reader.load(path)

    class GruTrace(GRUTrace):
        kind = "gur"

    GruTrace(GRUTrace.load(path).arrays).save(path)
    with pytest.raises(ValueError, match=r"the kind 'gur', .*Did you mean 'gru'\? .* saved it"):
        MemoryTrace.load(path)
    assert type(GruTrace.load(path)) is GruTrace


def test_a_file_without_a_kind_holds_a_dnc(tmp_path):
    trace = MemoryTrace.load("notebooks/data/copy_trace.npz")
    assert type(trace) is DNCTrace
    assert same(trace, DNCTrace.load("notebooks/data/copy_trace.npz"))


def test_reading_a_trace_of_any_kind_needs_no_torch(tmp_path):
    GRU(3, 4).trace(random_input(4, INPUT_SIZE)).save(tmp_path / "trace.npz")
    code = (
        "import sys; from memorylab.memory import MemoryTrace;"
        f"trace = MemoryTrace.load({str(tmp_path / 'trace.npz')!r}); trace.validate();"
        "from memorylab.player import MemoryPlayer; MemoryPlayer(trace).to_html('run.html');"
        "print(trace); assert 'torch' not in sys.modules"
    )
    command = [sys.executable, "-c", code]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert found.stdout == "GRUTrace(4 steps, 4 hidden units)\n"


def test_activations_lie_between_minus_one_and_one():
    trace = Elman(3, 4).trace(random_input(4, INPUT_SIZE))
    trace.hidden[2, 1] = -1.01
    with pytest.raises(ValueError, match=r"hidden at \[2, 1\] is not in \[-1, 1\] \(-1\.01\)"):
        trace.validate()
