import subprocess
import sys

import pytest
import torch

from memorylab.memory import DNC, GRU, MEMORY_MODELS, ClockedFeedForward, WithReadout, make_memory


@pytest.mark.parametrize("name", MEMORY_MODELS)
def test_every_name_builds_its_class(name):
    model = make_memory(name, 3, hidden_size=7)
    assert type(model) is MEMORY_MODELS[name]
    assert model.input_size == 3
    assert model.output_size == 7


def test_the_courses_models_are_there():
    assert {"mlp", "clocked_mlp", "elman", "gru", "lstm", "dnc"} <= set(MEMORY_MODELS)


def test_config_reaches_the_constructor():
    model = make_memory("dnc", 3, output_size=2, num_locations=5, word_size=6, num_read_heads=2)
    assert model.output_size == 2
    assert model.initial_state()["memory"].shape == (5, 6)
    assert model.initial_state()["read_weighting"].shape == (2, 5)
    assert make_memory("clocked_mlp", 3, max_len=50).base == 50
    assert isinstance(model, DNC)
    assert ClockedFeedForward(3).base == 1000


def test_a_class_of_ones_own_is_a_memory_too():
    class Mine(GRU):
        pass

    assert type(make_memory(Mine, 3, hidden_size=7)) is Mine
    with pytest.raises(ValueError, match=r"option of the memory model 'Mine'.*Known: hidden_size"):
        make_memory(Mine, 3, hidden=7)
    for wrong in (torch.nn.GRU, 3):
        with pytest.raises(TypeError, match="a name or by a subclass of MemoryModel, not by"):
            make_memory(wrong, 3)


def test_unknown_name_suggests_the_nearest():
    with pytest.raises(ValueError, match=r"no memory model 'gur'\. Did you mean 'gru'\? Known: cl"):
        make_memory("gur", 3)


def test_unknown_option_suggests_the_nearest():
    with pytest.raises(
        ValueError,
        match=r"'hidden_sise' is not a known option of the memory model 'gru'\. "
        r"Did you mean 'hidden_size'\? Known: hidden_size\.",
    ):
        make_memory("gru", 3, hidden_sise=8)
    with pytest.raises(ValueError, match=r"'num_location' .* Did you mean 'num_locations'"):
        make_memory("dnc", 3, num_location=8)


def test_readout_is_a_linear_layer_behind_the_memory():
    torch.manual_seed(0)
    memory = GRU(3, 4)
    model = WithReadout(memory, 2)
    z = torch.randn(2, 5, 3)
    seq_lens = torch.tensor([5, 2])
    y, after = model(z, seq_lens=seq_lens)
    hidden, after_alone = memory(z, seq_lens=seq_lens)
    expected = hidden @ model.readout.weight.T + model.readout.bias
    assert torch.allclose(y[0], expected[0])
    assert torch.allclose(y[1, :2], expected[1, :2])
    assert (y[1, 2:] == 0).all()
    assert torch.equal(after["hidden"], after_alone["hidden"])
    assert model.output_size == 2


def test_readout_of_no_size():
    with pytest.raises(ValueError, match="output_size must be at least 1, got 0"):
        WithReadout(GRU(3, 4), 0)


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("memorylab.memory", "ray"),
        ("memorylab.memory.registry", "ray"),
        ("memorylab.memory.dnc.trace", "torch"),
    ],
)
def test_importing_does_not_load_what_it_does_not_need(module, unwanted):
    code = f"import sys, {module}; sys.exit({unwanted!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
