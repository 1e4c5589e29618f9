import importlib

import pytest
import torch
from popgym.baselines.ray_models import ray_gru, ray_mlp
from popgym_family import (
    FAMILY,
    NAMES,
    build,
    call,
    call_popgym,
    enlarge,
    initial_state,
    options_of,
    popgyms,
    popgyms_class,
    two_layers,
)
from safetensors.torch import save_file
from torch import nn

from memorylab.memory.dnc import cell
from memorylab.rllib.classic import GRU, MLP, BasicMLP, DiffNC, convert_popgym_state_dict
from memorylab.training import load_weights

pytestmark = pytest.mark.ray

# What POPGym's DiffNC computes is another test's.
CLASSES = {name: model for name, model in zip(NAMES, FAMILY, strict=True) if name != "DiffNC"}
# POPGym adds embeddings of 17 features or more only, if they are written in base 2.
WIDE = {"preprocessor_input_size": 18, "preprocessor_output_size": 18}


def both(model_class, popgym_class, max_seq_len=6, **options):
    """Return our model and POPGym's, with the same options; the modules are given for POPGym."""
    given = {
        "preprocessor": two_layers(18, 18),
        "actor": two_layers(16, 8),
        "critic": nn.Linear(16, 8),
    }
    options = options_of(model_class, **WIDE, **given, **{"hidden_size": 16} | options)
    ours = build(model_class, max_seq_len, **options)
    theirs = popgyms(popgym_class, max_seq_len, **options)
    if hasattr(theirs, "embedding_strength"):
        nn.init.constant_(theirs.embedding_strength, 0.3)
    return ours, theirs


CASES = [
    *((model, {}) for model in CLASSES),
    *((model, {"benchmark": True}) for model in ("Elman", "GRU", "LSTM")),
    *(
        ("GRU", {"embedding": name})
        for name in ("learned", "fixed", "scaled_sine", "simple_scaled", "perceptron", "time2vec")
    ),
    ("GRU", {"embedding": "base2", "embedding_size": 17}),
    ("GRU", {"embedding": "sine", "scale_embedding": False}),
    ("MLP", {"embedding": None}),
    ("Framestack", {"stack_size": 2}),
    ("Frameconv", {"stack_size": 2}),
    ("LMU", {"theta": 5, "learn_a": True, "learn_b": True}),
    ("LinearAttention", {"S_aggregator": "max", "embedding": None}),
    ("DeepLinearAttention", {"Z_aggregator": "max", "num_layers": 3}),
    ("FastWeightProgrammer", {"aggregator": "max", "embedding": None}),
    ("DeepFastWeightProgrammer", {"sum_normalization": False, "num_layers": 3}),
]


@pytest.mark.parametrize(("name", "options"), CASES, ids=str)
def test_popgyms_weights_give_popgyms_outputs(name, options):
    ours, theirs = both(CLASSES[name], popgyms_class(name), **options)
    if name == "LMU" and options:
        nn.init.normal_(theirs.core.cell.A, std=0.1)
    if name == "S4D":
        nn.init.normal_(theirs.core.kernel.kernel.B)
    if name == "IndRNN":
        nn.init.constant_(theirs.core.weight1, 2.0)  # cut to 2^(1 / max_seq_len)
    ours.load_state_dict(theirs.state_dict())
    state = initial_state(theirs, 3)
    state[-1] += torch.tensor([[0], [1], [2]])
    observations = torch.randn(3, 4, 3)
    expected = call_popgym(theirs, observations, state, [4] * 3)
    found = call(ours, observations, state, [4] * 3)
    torch.testing.assert_close(found[:2], expected[:2])
    assert expected[0].std() > 0.01
    for left, right in zip(found[2], expected[2], strict=True):
        assert left.shape == right.shape
        if name != "S4D":  # POPGym's leaves the state as it is.
            torch.testing.assert_close(left, right)


@pytest.mark.parametrize("name", CLASSES)
def test_an_episode_in_padded_chunks_gives_popgyms_outputs(name):
    options = {"hidden_size": 56, "postprocessor": nn.Linear(56, 16)}
    ours, theirs = both(CLASSES[name], popgyms_class(name), **options, max_seq_len=30)
    ours.load_state_dict(theirs.state_dict())
    observations = torch.randn(2, 30, 3)
    expected, values, _ = call_popgym(theirs, observations, initial_state(theirs, 2), [30] * 2)
    found, state = [], []
    for part in observations.split((1, 9, 4, 16), 1):
        length = part.shape[1]
        padded = nn.functional.pad(part, (0, 0, 0, 3), value=float("nan"))
        logits, critic, state = call(ours, padded, state, [length] * 2)
        found.append(torch.cat([logits, critic.unsqueeze(-1)], -1)[:, :length])
    expected = torch.cat([expected, values.unsqueeze(-1)], -1)
    torch.testing.assert_close(torch.cat(found, 1), expected, rtol=1e-5, atol=1e-5)


def test_what_belongs_to_other_options_is_refused():
    ours, theirs = both(GRU, ray_gru.GRU, embedding="sine")
    with pytest.raises(ValueError, match="with max_seq_len 6, but that of this model is 9"):
        build(GRU, max_seq_len=9, embedding="sine").load_state_dict(theirs.state_dict())
    with pytest.raises(ValueError, match=r"feature_map.0.weight is \[18, 3\] in the weights, but"):
        build(GRU, embedding="sine").load_state_dict(theirs.state_dict())
    with pytest.raises(RuntimeError, match=r"Unexpected key.*embedding.weight"):
        both(BasicMLP, ray_mlp.MLP)[0].load_state_dict(both(MLP, ray_mlp.MLP)[1].state_dict())
    # Our own weights stay what they are.
    weights = ours.state_dict()
    assert list(convert_popgym_state_dict(weights, ours).items()) == list(weights.items())


def test_weights_of_release_0_1_load_in_their_order(tmp_path):
    model, other = (enlarge(build(DiffNC, embedding="learned")) for _ in range(2))
    stored = {name.removeprefix("networks."): x for name, x in model.state_dict().items()}
    # Stored optimizers know the parameters by their numbers alone.
    cell = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]
    linear = ["feature_map.0", "core.cell.interface", "core.output"]
    linear += ["actor.0.0", "actor.1", "critic.0.0", "critic.1"]
    names = [f"{name}.{kind}" for name in linear for kind in ("weight", "bias")]
    names[2:2] = [f"core.cell.controller.{name}" for name in cell]
    assert list(stored) == ["embedding_strength", "embedding.weight", *names]
    save_file(stored, tmp_path / "weights.safetensors")
    load_weights(other, tmp_path / "weights.safetensors")
    observations = torch.randn(2, 4, 3)
    expected, *_ = call(model, observations, [], [4, 4])
    assert torch.equal(call(other, observations, [], [4, 4])[0], expected)


def popgym_layout(layers, hidden_size=16, input_size=10, words=6):
    """Return weights under the names and in the shapes of the ``dnc`` package; W = 3, R = 2."""
    interface_size = words + 3 * 3 + 5 * 2 + 3
    weights = {
        "rnn_layer_memory_shared.interface_weights.weight": (interface_size, hidden_size),
        "rnn_layer_memory_shared.interface_weights.bias": (interface_size,),
        "output.weight": (hidden_size, hidden_size + words),
        "output.bias": (hidden_size,),
    }
    for layer in range(layers):
        below = hidden_size if layer else input_size + words
        weights |= {
            f"lstm_layer_0.weight_ih_l{layer}": (4 * hidden_size, below),
            f"lstm_layer_0.weight_hh_l{layer}": (4 * hidden_size, hidden_size),
            f"lstm_layer_0.bias_ih_l{layer}": (4 * hidden_size,),
            f"lstm_layer_0.bias_hh_l{layer}": (4 * hidden_size,),
        }
    return {f"core.{name}": torch.randn(shape) for name, shape in weights.items()}


@pytest.mark.parametrize("layers", [1, 2])
def test_a_dnc_in_popgyms_layout_finds_its_place_when_asked_to(layers):
    model = build(DiffNC, num_hidden_layers=layers)
    core = popgym_layout(layers)
    others = {k: v for k, v in model.state_dict().items() if ".core." not in k}
    with pytest.raises(ValueError, match=r"computes something else.*convert_popgym"):
        model.load_state_dict(core | others)
    model.load_state_dict(convert_popgym_state_dict(core | others, model))
    interface = core["core.rnn_layer_memory_shared.interface_weights.bias"]
    found = model.core.cell.interface.bias
    assert torch.equal(found[:-6], interface[:-6])
    # Each head's backward, forward and content mode become backward, content and forward.
    assert torch.equal(found[-6:], interface[-6:][[0, 2, 1, 3, 5, 4]])
    top = core[f"core.lstm_layer_0.weight_hh_l{layers - 1}"]
    assert any(torch.equal(top, weight) for weight in model.core.cell.controller.parameters())


def test_a_dnc_of_another_size_is_refused():
    model = build(DiffNC, cell_size=4)
    with pytest.raises(ValueError, match=r"in the weights, but .* Build the model with"):
        convert_popgym_state_dict(popgym_layout(1), model)


@pytest.mark.parametrize("layers", [1, 2])
def test_only_what_is_documented_tells_popgyms_dnc_from_ours(layers, monkeypatch):
    reason = "POPGym's DiffNC needs the package dnc, which the course does not install"
    popgym = pytest.importorskip(
        "popgym.baselines.ray_models.ray_diffnc", reason=reason, exc_type=ImportError
    )
    ours, theirs = both(DiffNC, popgym.DiffNC, num_hidden_layers=layers)
    observations = torch.randn(3, 8, 3)

    def step_by_step(model, call):
        state = [tensor.repeat(3, *[1] * tensor.dim()) for tensor in model.get_initial_state()]
        logits = []
        for t in range(8):
            step, _, state = call(model, observations[:, t : t + 1], state, [1] * 3)
            logits.append(step)
        return torch.cat(logits, dim=1), state

    step_by_step(theirs, call_popgym)  # Only now does it have a DNC.
    with torch.no_grad():
        for parameter in theirs.core.parameters():
            parameter.mul_(2)
    ours.load_state_dict(convert_popgym_state_dict(theirs.state_dict(), ours))
    expected, state = step_by_step(theirs, call_popgym)
    assert (step_by_step(ours, call)[0] - expected).abs().max() > 1e-3

    split = cell.split_interface

    def popgyms_interface(*args):
        interface = split(*args)
        changed = {
            name: getattr(interface, name).tanh()
            for name in ("read_keys", "write_key", "write_vector")
        }
        for name in ("read_strengths", "write_strength"):
            changed[name] = getattr(interface, name) - 1
        return interface._replace(**changed)

    monkeypatch.setattr(cell, "split_interface", popgyms_interface)
    ours.core.implementation = "reference"  # Where the interface is split by that function.
    found, after = step_by_step(ours, call)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-4)
    # Which of the unused locations is written first is chance; controller and reads don't care.
    for left, right in zip(after[:3], state[:3], strict=True):
        torch.testing.assert_close(left, right, rtol=0, atol=1e-4)
    # Over the sequence at once, ours does the same, and POPGym's, with stale reads, does not.
    at_once, *_ = call(ours, observations, [], [8] * 3)
    torch.testing.assert_close(at_once, found)
    state = [tensor.repeat(3, *[1] * tensor.dim()) for tensor in theirs.get_initial_state()]
    assert (call_popgym(theirs, observations, state, [8] * 3)[0] - expected).abs().max() > 1e-3


@pytest.mark.parametrize(
    ("place", "names"),
    [
        ("classic.feedforward", "MLP BasicMLP"),
        ("classic.recurrent", "Elman GRU LSTM"),
        ("classic.diffnc", "DiffNC"),
        ("classic.model_v2", "MemoryModelV2"),
        ("classic.extra_losses", "MemoryModelV2WithLosses"),
        ("actions.classic", "AutoregressiveModelV2 ParametricActionsModelV2"),
        ("actions.classic", "ClassicBeta ClassicAutoregressive"),
    ],
)
def test_checkpoints_of_release_0_1_find_their_classes(place, names):
    module = importlib.import_module(f"memorylab.rllib.{place}")
    assert all(hasattr(module, name) for name in names.split())
