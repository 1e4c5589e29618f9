"""The DNC that runs in the page, beside the one in PyTorch."""

import json
import subprocess

import numpy as np
import pytest
import torch
from player_examples import NODE

from memorylab.memory import DNC
from memorylab.memory.arrays import KINDS
from memorylab.memory.disturbance import Disturbance, Edit
from memorylab.memory.dnc.trace import ARRAYS
from memorylab.player.network import pack_weights
from memorylab.player.packing import Block
from memorylab.player.player import SCRIPT

pytestmark = pytest.mark.skipif(NODE is None, reason="needs Node.js (`node`) in the PATH")

CASES = 200
COMPUTED = [name for name, row in ARRAYS.items() if not row.optional]

# Runs each case and tells its distance: how far the number farthest from PyTorch's is from it.
# Then again with each formula spoilt: what it returns, or an array that it reads, is moved.
PROGRAM = """
import { readFileSync } from "node:fs";
import * as script from "./player.mjs";
const buffer = Uint8Array.from(readFileSync("cases.bin")).buffer;
const { cases, spoilt } = JSON.parse(readFileSync("cases.json"));
const numbers = ({ type, offset, shape }) =>
  Float64Array.from(new (type === "f8" ? Float64Array : Float32Array)(
    buffer, offset, shape.reduce((a, b) => a * b, 1)));
const read = ({ model, table, input, arrays, disturbance }) => ({
  model: { ...model, table, weights: Object.fromEntries(
    Object.entries(model.weights).map(([name, row]) => [name, numbers(row)])) },
  sequence: { input: numbers(input), disturbance: script.disturbances.parse(disturbance) },
  arrays: Object.entries(arrays).map(([name, row]) => [name, numbers(row)]),
});
function distance({ model, sequence, arrays }) {
  const run = new script.Simulation(model, sequence);
  let farthest = 0;
  for (const [name, expected] of arrays)
    for (let step = 0; step < run.steps; step++)
      run.at(name, step).forEach((value, i, { length }) => {
        const gap = Math.abs(value - expected[step * length + i]);
        if (!(gap <= farthest)) farthest = gap;
      });
  return farthest;
}
// Not a mere scale, which the cosine doesn't see.
const moved = (values) => values.map((value, i) => 0.9 * value + 0.01 * (i % 7));
function spoil(formula, one) {
  const { compute } = formula;
  formula.compute = (now, before, model) => {
    if (!one) return moved(compute(now, before, model));
    const all = { now, before, weights: model.weights };
    const [from, name] = one;
    all[from] = { ...all[from], [name]: moved(all[from][name]) };
    return compute(all.now, all.before, { ...model, weights: all.weights });
  };
  return () => (formula.compute = compute);
}
function readBy(formula, model, sequence) {
  const found = new Map();
  const spy = (from, arrays) => new Proxy(arrays, { get(target, name) {
    found.set(`${from} ${name}`, [from, name]);
    return target[name];
  } });
  const { compute } = formula;
  formula.compute = (now, before, all) => {
    const weights = spy("weights", all.weights);
    return compute(spy("now", now), spy("before", before), { ...all, weights });
  };
  new script.Simulation(model, sequence);
  formula.compute = compute;
  return [...found.values()];
}
const all = cases.map(read);
const distances = all.map(distance);
const survivors = [];
let mutants = 0;
for (const i of spoilt)
  for (const formula of script.formulas.formulasOf(all[i].model))
    for (const one of [null, ...readBy(formula, all[i].model, all[i].sequence)]) {
      const mend = spoil(formula, one);
      mutants++;
      let gap = Infinity; // of a run that is refused, because a number became infinite
      try {
        gap = distance(all[i]);
      } catch (error) {
        if (!/NaN or infinity/.test(error)) throw error;
      }
      if (!(gap > 1e-6)) survivors.push([i, formula.name, one]);
      mend();
    }
process.stdout.write(JSON.stringify({ distances, survivors, mutants }));
"""


def draw_model(rng, controller, layers):
    """Return a DNC in double precision whose gates and weightings are neither soft nor shut."""
    torch.manual_seed(int(rng.integers(2**31)))
    model = DNC(
        int(rng.integers(1, 6)),
        int(rng.integers(1, 6)),
        hidden_size=int(rng.integers(1, 13)),
        num_locations=int(rng.integers(1, 65)),
        word_size=int(rng.integers(1, 33)),
        num_read_heads=int(rng.integers(1, 9)),
        controller=controller,
        num_controller_layers=layers,
    ).double()
    with torch.no_grad():
        scale = float(rng.uniform(1, 4))
        for parameter in model.parameters():
            parameter.mul_(scale)
    return model


def draw_disturbance(rng, model, steps):
    """Return up to three edits, of any array that a step computes, perhaps with another N."""
    num_locations = int(rng.integers(1, 65)) if rng.random() < 0.2 else None
    sizes = model.trace(np.zeros((1, model.input_size))).sizes
    sizes |= {} if num_locations is None else {"N": num_locations}
    edits = []
    for name in rng.choice(COMPUTED, int(rng.integers(0, 4))):
        shape = ARRAYS[name].step_shape(sizes)
        index = tuple(int(rng.integers(size)) for size in shape[: rng.integers(len(shape) + 1)])
        first = int(rng.integers(steps))
        last = (None, first, int(rng.integers(first, steps)))[rng.integers(3)]
        kind = ARRAYS[name].kind
        low, high = KINDS[kind]
        if kind in ("weighting", "links", "distribution") and len(index) < len(shape):
            high = min(
                1, 1.2 / shape[-1]
            )  # so that they sum to little more than 1, and nothing explodes
        value = round(float(rng.uniform(max(low, -3), min(high, 9))), 4)
        edits.append(Edit(str(name), value, index, first, last))
    return Disturbance(tuple(edits), num_locations)


def make_case(rng, block, controller, layers):
    model = draw_model(rng, controller, layers)
    steps = int(rng.integers(1, 21))
    z = torch.from_numpy(rng.standard_normal((steps, model.input_size)))
    disturbance = draw_disturbance(rng, model, steps)
    trace = model.trace(z, disturbance=disturbance)
    return {
        "model": pack_weights(model, block),
        "table": {name: row._asdict() | {"axes": row.shape} for name, row in ARRAYS.items()},
        "input": block.add(z.numpy(), exact=True),
        "arrays": {name: block.add(trace[name], exact=True) for name in COMPUTED},
        "disturbance": str(disturbance),
        "steps": steps,
    }


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """Return what the program says of many random cases, all run in one process."""
    rng, block = np.random.default_rng(0), Block()
    controllers = [("lstm", 1), ("feedforward", 1), ("lstm", 2), ("lstm", 3)]
    cases = [make_case(rng, block, *controllers[i % 4]) for i in range(CASES)]
    # Of each controller, the first undisturbed case that is long enough to write, link and read.
    spoilt = [
        next(
            i
            for i in range(first, CASES, 4)
            if cases[i]["steps"] > 8
            and not cases[i]["disturbance"]
            and min(cases[i]["model"]["sizes"][size] for size in ("word", "heads")) > 1
        )
        for first in range(3)
    ]
    folder = tmp_path_factory.mktemp("cell")
    (folder / "player.mjs").write_text(SCRIPT.read_text())
    (folder / "program.mjs").write_text(PROGRAM)
    (folder / "cases.json").write_text(json.dumps({"cases": cases, "spoilt": spoilt}))
    (folder / "cases.bin").write_bytes(block.tobytes())
    run = subprocess.run([NODE, "program.mjs"], cwd=folder, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout) | {"cases": cases}


def test_the_pages_cell_is_the_pytorch_cell(result):
    distances = np.array(result["distances"], dtype=float)
    assert len(distances) == CASES
    assert distances.max() <= 1e-9
    disturbed = sum(bool(case["disturbance"]) for case in result["cases"])
    assert CASES / 4 < disturbed < CASES


def test_a_mutant_of_each_equation_shows(result):
    # For 23 formulas and the controllers', each with what it returns and what it reads spoilt.
    assert result["mutants"] > 200
    assert result["survivors"] == []
