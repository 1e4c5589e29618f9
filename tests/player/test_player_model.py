"""A model beside its trace: what MemoryPlayer sends of it, and what it refuses."""

import numpy as np
import pytest
import torch
from player_examples import NODE, as_array, run_script
from torch import nn

from memorylab.memory import DNC, make_memory
from memorylab.memory.dnc import ablate
from memorylab.player import MemoryPlayer
from memorylab.tasks import Copy

COPY = Copy(word_size=3, min_length=2, max_length=4)
EDITS = "write_gate@3=0.5;input[2]@1=1;memory[3]@2=0"

needs_node = pytest.mark.skipif(NODE is None, reason="needs Node.js (`node`) in the PATH")


def build(dtype=torch.float32, **options):
    torch.manual_seed(0)
    sizes = {"hidden_size": 10, "num_locations": 6, "word_size": 5, "num_read_heads": 2}
    return DNC(COPY.input_size, COPY.output_size, **sizes, **options).to(dtype)


def draw(seed=0):
    return COPY.sample(1, torch.Generator().manual_seed(seed))


@needs_node
@pytest.mark.parametrize(
    ("options", "disturbance"),
    [
        ({}, None),
        ({"num_controller_layers": 2}, EDITS),
        ({"controller": "feedforward", "ablated": "links"}, EDITS),
        ({}, "N=9;words=101,010;link[8,1]@2-=0.3"),
        ({"dtype": torch.float64}, None),
    ],
)
def test_the_page_shows_the_run_that_python_recorded(options, disturbance, tmp_path):
    model = build(**options)
    player = MemoryPlayer(model, draw(), task=COPY, disturbance=disturbance)
    (trace,) = player._traces
    found = run_script(
        tmp_path,
        player,
        "return Object.fromEntries(Object.keys(runs[0].arrays).map((name) => [name, "
        "Array.from({ length: runs[0].steps }, (_, step) => Array.from(runs[0].at(name, step)))]))",
    )
    assert set(found) == set(trace.arrays) >= {"target", "mask"}
    for name, values in found.items():
        expected = trace[name].reshape(trace.num_steps, -1)
        np.testing.assert_allclose(as_array(values), expected, atol=1e-12, err_msg=name)


@needs_node
def test_the_reader_can_undo_a_disturbance_that_came_with_the_page(tmp_path):
    model, batch = build(), draw()
    player = MemoryPlayer(model, batch, task=COPY, disturbance=EDITS + ";N=8")
    output = run_script(
        tmp_path,
        player,
        "const run = runs[0].disturbed(script.disturbances.UNDISTURBED);"
        "return Array.from({ length: run.steps }, (_, step) => Array.from(run.at('output', step)))",
    )
    expected = model.trace(batch.input[0]).output
    np.testing.assert_allclose(as_array(output), expected, atol=1e-12)


@needs_node
def test_a_run_after_an_edit_is_the_run_from_the_start(tmp_path):
    code = """
    const { parse } = script.disturbances;
    const texts = ["usage[1]@4=0.5", "usage[1]@4=0.5;link@3=0.1", "write_gate@2-=0", "N=3", ""];
    let run = runs[0];
    return texts.map((text) => {
      run = run.disturbed(parse(text));
      const fresh = runs[0].disturbed(parse("input=0")).disturbed(parse(text));
      return Object.keys(run.arrays).every((name) =>
        Array.from({ length: run.steps }, (_, step) => step).every(
          (step) => `${run.at(name, step)}` === `${fresh.at(name, step)}`));
    });
    """
    assert all(run_script(tmp_path, MemoryPlayer(build(), draw(), task=COPY), code))


@needs_node
def test_a_large_run_keeps_every_sixteenth_state_and_finds_the_others(tmp_path):
    model = build()
    z = torch.randn(40, COPY.input_size)
    code = """
    const { input } = runs[0].sequence;
    const large = new script.Simulation(model, { input, keptBytes: 0 });
    const steps = [39, 0, 17, 16, 33, 34, 5, 39];
    return steps.map((step) => ["memory", "link"].map((name) => [
      large.history[step][name] === undefined,
      `${large.at(name, step)}` === `${runs[0].at(name, step)}`]));
    """
    found = run_script(tmp_path, MemoryPlayer(model, z), code)
    assert all(same for step in found for _, same in step)
    assert [step[0][0] for step in found] == [False, False, True, False, True, True, True, False]


@needs_node
@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            "model.weights['output.bias'][0] = NaN; script.checkModel(model)",
            "hold NaN",
        ),
        (
            "script.checkModel({ ...model, shapes: { ...model.shapes, 'output.bias': [7] } })",
            "The weights 'output.bias' must be [3], but are [7]",
        ),
        (
            "new script.Simulation(model, { input: new Float64Array(7) })",
            "The input must have 4 numbers at each of one or more steps, but has 7.",
        ),
        (
            "new script.Simulation(model, { input: new Float64Array(8).fill(NaN, 5) })",
            "The input holds NaN or infinity at step 1.",
        ),
        (
            "new script.Simulation(model, { input: new Float64Array(8), mask: [1] })",
            "The mask must have 2 steps, but has 1.",
        ),
        (
            "runs[0].disturbed(script.disturbances.parse('write_gate=1.5'))",
            "write_gate is a fraction, so its value must be in [0, 1], but it is 1.5.",
        ),
        (
            "const text = 'write_weighting=1;read_weighting=1;write_vector=1e308';"
            "runs[0].disturbed(script.disturbances.parse(text))",
            "The disturbance drives read_vectors to NaN or infinity at step 0.",
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_the_page(code, message, tmp_path):
    code = f"try {{ {code} }} catch (error) {{ return error.message; }} return 'nothing'"
    assert message in run_script(tmp_path, MemoryPlayer(build(), draw()), code)


def hooked():
    model = build()
    model.cell.interface.register_forward_hook(lambda module, given, result: 2 * result)
    return model


def replaced():
    model = build()
    model.cell.controller = nn.Sequential(nn.Linear(14, 10), nn.Linear(10, 10), nn.Tanh())
    model.cell.num_lstm_layers = 0
    return model


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"run": make_memory("gru", 4)}, TypeError, "can run a DNC .* but got GRU"),
        ({"run": build(controller="gru")}, TypeError, "this one's is a GRU. Record a trace"),
        ({"run": replaced()}, ValueError, "a part of it was replaced: .*cell.controller"),
        ({"run": hooked()}, ValueError, "one of its modules was changed, for example by a hook"),
        ({"input": None}, TypeError, "A model needs an input"),
        ({"input": COPY.sample(2, torch.Generator())}, ValueError, "the batch has 2"),
        ({"task": "copy"}, TypeError, r"a task such as Copy\(\), but is str"),
        ({"disturbance": "words=101,010"}, ValueError, "words=101,010: only a task"),
        ({"disturbance": "options=sign:2"}, ValueError, "Only an environment can begin an episode"),
        ({"disturbance": "write_gate@3"}, ValueError, "can't be read"),
        ({"disturbance": "memory[9]=0"}, ValueError, "must be 0 to 5"),
        ({"run": build().trace(torch.zeros(3, 4))}, TypeError, "go with a model; a trace is"),
        ({"run": ablate(build(), "links"), "t": 99}, ValueError, "t must be a step from 0"),
    ],
)
def test_bad_input(arguments, error, message):
    with pytest.raises(error, match=message):
        MemoryPlayer(**({"run": build(), "input": draw()} | arguments))
