"""POPGym's faults, shown on its own modules, and that ours don't have them."""

import pytest
import torch
from popgym_family import (
    FAMILY,
    NAMES,
    build,
    call,
    call_popgym,
    initial_state,
    options_of,
    popgyms,
    popgyms_class,
)
from torch import nn

from memorylab.rllib.classic import Framestack, IndRNN

pytestmark = pytest.mark.ray

CLASSES = dict(zip(NAMES, FAMILY, strict=True))


def both(name, max_seq_len=6, **options):
    """Return POPGym's model and ours with the same weights."""
    # POPGym's actor and critic always have 256 features.
    options = {"hidden_size": 16, "actor": nn.Linear(16, 8), "critic": nn.Linear(16, 8), **options}
    options = options_of(CLASSES[name], **options)
    theirs = popgyms(popgyms_class(name), max_seq_len, **options)
    ours = build(CLASSES[name], max_seq_len, **options)
    ours.load_state_dict(theirs.state_dict())
    return theirs, ours


def difference(left, right):
    return max(float((a - b).abs().max()) for a, b in zip(left, right, strict=True))


WITH_STATE = [name for name in NAMES if name not in ("MLP", "BasicMLP", "DiffNC")]


@pytest.mark.parametrize("name", WITH_STATE)
def test_the_state_after_a_padded_row_is_that_after_its_last_real_step(name):
    theirs, ours = both(name)
    observations, state = torch.randn(2, 4, 3), initial_state(theirs, 2)
    padded = [4, 2]
    _, _, after = call_popgym(theirs, observations, state, padded)
    _, _, alone = call_popgym(theirs, observations[1:, :2], [x[1:] for x in state], [2])
    if name != "S4D":  # This one's state doesn't change in training at all.
        assert difference([x[1:] for x in after[:-1]], alone[:-1]) > 1e-3
    _, _, after = call(ours, observations, state, padded)
    _, _, alone = call(ours, observations[1:, :2], [x[1:] for x in state], [2])
    assert difference([x[1:] for x in after], alone) < 1e-6


def in_steps(model, call, observations):
    """Return the logits of an agent that acts, and the state before each step."""
    state, logits, states = initial_state(model, len(observations)), [], []
    with torch.no_grad():
        for z in observations.split(1, 1):
            states.append(state)
            step, _, state = call(model, z, state, [1] * len(observations))
            logits.append(step)
    return torch.cat(logits, 1), states


def test_s4d_in_training_sees_what_was_before_its_rows():
    theirs, ours = both("S4D")
    observations = torch.randn(2, 6, 3)
    for model, run, at_fault in ((theirs, call_popgym, True), (ours, call, False)):
        acted, states = in_steps(model, run, observations)
        whole, *_ = run(model, observations, states[0], [6, 6])
        assert difference([whole], [acted]) < 1e-5  # a row that begins with the episode
        replayed, *_ = run(model, observations[:, 3:], states[3], [3, 3])
        assert (difference([replayed], [acted[:, 3:]]) > 1e-2) == at_fault


def test_s4d_acts_with_the_weights_that_it_learned():
    theirs, ours = both("S4D")
    observations = torch.randn(2, 6, 3)
    for model, run, at_fault in ((theirs, call_popgym, True), (ours, call, False)):
        in_steps(model, run, observations)
        with torch.no_grad():
            for parameter in model.core.parameters():
                parameter.mul_(0.5)
        acted, states = in_steps(model, run, observations)
        replayed, *_ = run(model, observations, states[0], [6, 6])
        assert (difference([replayed], [acted]) > 1e-3) == at_fault


def test_s4d_learns_from_rows_of_one_step():
    theirs, ours = both("S4D")
    state = initial_state(theirs, 2)
    with pytest.raises(AssertionError):
        call_popgym(theirs, torch.randn(2, 1, 3), state, [1, 1])
    call(ours, torch.randn(2, 1, 3), state, [1, 1])[0].sum().backward()


def test_an_indrnn_has_the_activation_that_was_asked_for_and_no_idle_layer():
    torch.manual_seed(0)
    observations = torch.randn(2, 6, 3)
    relu, tanh = both("IndRNN", activation="relu"), both("IndRNN", activation="tanh")
    tanh[0].load_state_dict(relu[0].state_dict())
    tanh[1].load_state_dict(relu[1].state_dict())
    state = initial_state(relu[0], 2)
    at_fault = [call_popgym(pair[0], observations, state, [6, 6])[0] for pair in (relu, tanh)]
    mended = [call(pair[1], observations, state, [6, 6])[0] for pair in (relu, tanh)]
    assert torch.equal(*at_fault)
    assert difference(mended[:1], mended[1:]) > 1e-3
    assert build(IndRNN).cfg["activation"] == "relu"
    at_fault[0].sum().backward()
    assert relu[0].core.output.weight.grad is None


@pytest.mark.parametrize("name", ["Framestack", "Frameconv", "LinearAttention"])
def test_a_clock_runs_on_beyond_max_seq_len(name):
    theirs, ours = both(name, max_seq_len=3)
    state = initial_state(theirs, 1, time=3)
    with pytest.raises(IndexError):
        call_popgym(theirs, torch.randn(1, 1, 3), state, [1])
    assert call(ours, torch.randn(1, 1, 3), state, [1])[0].isfinite().all()


def test_frames_need_not_divide_the_hidden_size():
    options = options_of(Framestack, stack_size=3)
    theirs = popgyms(popgyms_class("Framestack"), **options)
    with pytest.raises(AssertionError, match="must be divisible"):
        call_popgym(theirs, torch.randn(1, 1, 3), initial_state(theirs, 1), [1])
    logits, *_ = call(build(Framestack, **options), torch.randn(1, 2, 3), [], [2])
    assert logits.isfinite().all()


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("Framestack", {"stack_size": 1}, "stack_size must be at least 2, got 1"),
        ("Frameconv", {"stack_size": 1}, "stack_size must be at least 2, got 1"),
        ("IndRNN", {"activation": "rleu"}, r"no activation 'rleu'\. Did you mean 'relu'"),
        ("LMU", {"theta": 0}, "theta must be at least 1, got 0"),
        ("S4D", {"hidden_size": 1}, "Modes for hidden_size 1 must be at least 1, got 0"),
        ("LinearAttention", {"S_aggregator": "mean"}, "no S_aggregator 'mean'.*Known: max, sum"),
        ("LinearAttention", {"Z_aggregator": "delta"}, "no Z_aggregator 'delta'"),
        ("FastWeightProgrammer", {"aggregator": "maxx"}, "no aggregator 'maxx'.*mean 'max'"),
        ("DeepLinearAttention", {"num_layers": 0}, "num_layers must be at least 1, got 0"),
        (
            "DeepLinearAttention",
            {"num_layers": 9, "hidden_size": 16},
            "length of keys for hidden_size 16 and 9 layers must be at least 1, got 0",
        ),
        ("LinearAttention", {"num_layers": 2}, "'num_layers' is not a known option of the model"),
    ],
)
def test_options_that_cannot_be_are_refused_by_popgyms_names(name, options, message):
    with pytest.raises(ValueError, match=message):
        build(CLASSES[name], **options)


def test_weights_with_another_window_are_refused():
    theirs = both("LMU", theta=9)[0]
    with pytest.raises(ValueError, match=r"another matrix A than theta 10 gives.*learn_a=True"):
        build(CLASSES["LMU"], theta=10, actor=nn.Linear(16, 8)).load_state_dict(theirs.state_dict())


def test_a_fast_weight_programmer_may_have_the_papers_rule():
    model = build(CLASSES["FastWeightProgrammer"], aggregator="delta")
    assert model.core.layers[0].update == "delta"
