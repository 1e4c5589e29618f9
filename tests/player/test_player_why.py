"""'Why this number?' in Node: the explanation of a cell, and what it says where there is none."""

from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from player_examples import NODE, record, record_other, run_script

from memorylab.memory import DNC
from memorylab.memory.dnc.trace import ARRAYS
from memorylab.player import MemoryPlayer

pytestmark = pytest.mark.skipif(NODE is None, reason="needs Node.js (`node`) in the PATH")

COMPUTED = [name for name, row in ARRAYS.items() if not row.optional and name != "input"]


def build(**options):
    torch.manual_seed(1)
    model = DNC(4, 3, hidden_size=9, num_locations=7, word_size=6, num_read_heads=2, **options)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(3)
    return MemoryPlayer(model, torch.randn(8, 4), disturbance="usage[2]@3=0.5;link[1]@5=0.1")


@pytest.fixture(scope="module", params=["lstm", "feedforward", "layers"])
def player(request):
    options = {"layers": {"num_controller_layers": 2}, "lstm": {}}
    return build(**options.get(request.param, {"controller": request.param}))


def test_the_numbers_shown_combine_to_each_number_of_each_array(player, tmp_path):
    code = """
    const [run] = runs;
    const told = new Map();
    const worst = [0, ""];
    const follow = [];
    function check(name, index, step) {
      const why = script.explain(run, name, index, step);
      told.set(name, why.text ?? "");
      if (why.text) return;
      const gap = Math.abs(script.expressions.evaluate(why.expression) - run.at(name, step)[index]);
      if (!(gap <= worst[0])) worst.splice(0, 2, gap, `${name} ${index} ${step}`);
      follow.push(...why.all);
    }
    for (const name of Object.keys(run.arrays))
      for (const step of [0, 1, 4, 7])
        for (let index = 0; index < run.size(name); index += 1 + (index % 3))
          check(name, index, step);
    // And of the cells behind them, down to the controller's.
    const names = new Set();
    for (const { name, index, step } of follow) {
      if (names.has(name)) continue;
      names.add(name);
      check(name, script.expressions.flatten(index, run.shapeOf(name)), step);
    }
    for (const name of names) if (!name.startsWith("controller")) names.delete(name);
    return { told: [...told], worst, hidden: [...names] };
    """
    found = run_script(tmp_path, player, code)
    gap, where = found["worst"]
    assert gap <= 1e-9, where
    told = dict(found["told"])
    assert {name for name in COMPUTED if told[name]} == set()
    assert told["input"].startswith("It isn't computed by an equation of the DNC: what went into")
    assert found["hidden"]


def test_it_says_what_set_a_number_and_where_rows_of_equal_usage_stand(player, tmp_path):
    code = """
    const say = (name, index, step) => script.explain(runs[0], name, index, step);
    const { note } = say("allocation_weighting", 3, 0);
    return [say("usage", 2, 3).text, say("link", 9, 5).text, note];
    """
    usage, link, note = run_script(tmp_path, player, code)
    assert usage == "Set by the disturbance usage[2]@3=0.5."
    assert link == "Set by the disturbance link[1]@5=0.1."
    assert note.startswith("j ≺ n: location j is less used than n")


def test_a_long_sum_is_shown_by_its_three_largest_terms_and_the_rest(player, tmp_path):
    code = """
    const why = script.explain(runs[0], "precedence", 2, 7);
    const sum = JSON.stringify(why.expression).match(/"over":"j"/g).length;
    const terms = why.expression.args[0].args[0].args[1].args;
    return { sum, shown: terms.length, rest: terms.at(-1).rest, all: why.all.length };
    """
    found = run_script(tmp_path, player, code)
    assert (found["sum"], found["shown"], found["rest"]) == (1, 4, 4)
    assert found["all"] == 7 + 1  # each write weighting, and the precedence before


def test_without_weights_what_the_controller_asked_for_is_not_explained(tmp_path):
    code = """
    const say = (name) => script.explain(runs[0], name, 0, 5);
    return { gate: say("write_gate").text, output: say("output").text, usage: say("usage").text };
    """
    found = run_script(tmp_path, MemoryPlayer(record()), code)
    asked = "Asked for by the controller; its weights aren't in this page."
    assert found == {"gate": asked, "output": asked}  # the usage has an equation, and no excuse


def test_a_recorded_number_that_does_not_follow_is_said_to_be_so(tmp_path):
    trace = record()
    wrong = trace.with_arrays(usage=np.clip(trace.usage + 0.1, 0, 1))
    code = "return script.explain(runs[0], 'usage', 3, 0).note"
    assert "The equation gives 0: the run was changed" in run_script(
        tmp_path, MemoryPlayer(wrong), code
    )


def test_other_memories_have_no_equations_here(tmp_path):
    code = "return script.explain(runs[0], 'hidden', 0, 0).text"
    said = run_script(tmp_path, MemoryPlayer(record_other("gru")), code)
    assert said.startswith("It isn't computed by an equation of the DNC")


def test_explanations_are_well_formed_mathml(player, tmp_path):
    code = """
    const { mathml, number } = script.mathematics;
    const all = [];
    for (const name of Object.keys(runs[0].arrays)) {
      const why = script.explain(runs[0], name, 0, 6);
      for (const { equation, numbers } of why.lines ?? [])
        for (const [i, one] of [...equation, numbers[1]].entries())
          all.push(mathml(one, i < 2 ? ({ symbol }) => symbol : number));
    }
    return all;
    """
    found = run_script(tmp_path, player, code)
    assert len(found) > 3 * 20
    for text in found:
        ElementTree.fromstring(f"<math>{text}</math>")
        assert not any(word in text for word in ("undefined", "NaN", "null", "object")), text
