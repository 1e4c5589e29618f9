"""The page's and Python's disturbances are the same texts, with the same messages."""

import json
from pathlib import Path

import pytest
from player_examples import NODE, record, run_script

from memorylab.memory.arrays import KINDS
from memorylab.memory.disturbance import Disturbance
from memorylab.memory.dnc.trace import DNCTrace
from memorylab.player import MemoryPlayer

pytestmark = pytest.mark.skipif(NODE is None, reason="needs Node.js (`node`) in the PATH")

CASES = json.loads(Path(__file__).with_name("disturbances.json").read_text())


def read_in_python(text):
    sizes = {"T": 12, "N": 8, "W": 5, "R": 2, "F": 4, "D": 16}
    try:
        disturbance = Disturbance.parse(text)
        disturbance.check(DNCTrace.table, sizes)
        return str(disturbance)
    except ValueError as error:
        return f"Error: {error}"


READ_IN_PAGE = """
const { parse, format, check, sizesOf } = script.disturbances;
const read = (text) => {
  try {
    const disturbance = parse(text);
    check(disturbance, runs[0].arrays, sizesOf(runs[0]));
    return format(disturbance);
  } catch (error) {
    return `Error: ${error.message}`;
  }
};
"""


@pytest.fixture(scope="module")
def read_in_page(tmp_path_factory):
    texts = [text for text, _ in [*CASES["good"], *CASES["bad"]]]
    code = READ_IN_PAGE + f"return {json.dumps(texts)}.map(read)"
    answers = run_script(tmp_path_factory.mktemp("node"), MemoryPlayer(record()), code)
    return dict(zip(texts, answers, strict=True)).get


@pytest.mark.parametrize(("text", "expected"), CASES["good"])
def test_a_text_comes_back_in_its_shortest_form(text, expected, read_in_page):
    assert read_in_python(text) == read_in_page(text) == expected
    assert read_in_python(expected) == expected


@pytest.mark.parametrize(("text", "message"), CASES["bad"])
def test_a_text_that_does_not_fit_gets_a_message(text, message, read_in_page):
    for answer in (read_in_python(text), read_in_page(text)):
        assert answer.startswith("Error: ")
        assert message in answer


def test_both_know_the_same_kinds(tmp_path):
    found = run_script(
        tmp_path,
        MemoryPlayer(record()),
        "return Object.entries(script.disturbances.KINDS).map(([kind, ends]) => "
        "[kind, ends.map(String)])",
    )
    text = {float("inf"): "Infinity", float("-inf"): "-Infinity"}
    assert dict(found) == {
        kind: [text.get(end, str(end)) for end in ends] for kind, ends in KINDS.items()
    }


def first_change(tmp_path, before, after):
    code = (
        "const { parse, firstChange } = script.disturbances;"
        f"return String(firstChange(parse({before!r}), parse({after!r})))"
    )
    return run_script(tmp_path, MemoryPlayer(record()), code)


@pytest.mark.parametrize(
    ("before", "after", "step"),
    [
        ("", "", "Infinity"),
        ("memory@4=0", "memory@4=0", "Infinity"),
        ("", "memory@4=0", "4"),
        ("memory@4=0", "", "4"),
        ("memory@4=0", "memory@4=1", "4"),
        ("link=0;memory@4=0;usage@1=0", "link=0;memory@4=1;usage@1=0", "4"),
        ("link=0;memory@4=0;usage@1=0", "link=0;usage@1=0", "4"),
        ("memory@4-=0;memory@6=1", "memory@6=1;memory@4-=0", "4"),
        ("memory@4=0", "memory@4=0;memory@4=0", "4"),
    ],
)
def test_a_run_is_new_from_the_first_step_on_that_differs(tmp_path, before, after, step):
    assert first_change(tmp_path, before, after) == step


def test_an_edit_sets_its_part_at_its_steps(tmp_path):
    code = """
    const { parse, apply } = script.disturbances;
    const disturbance = parse("memory[0]@2-3=5;memory[0,1]@3-=7;link@3=1");
    return [1, 2, 3, 4].map((step) => apply(disturbance, "memory", step, [1,2,3,4,5,6], [2, 3]));
    """
    assert run_script(tmp_path, MemoryPlayer(record()), code) == [
        [1, 2, 3, 4, 5, 6],
        [5, 5, 5, 4, 5, 6],
        [5, 7, 5, 4, 5, 6],
        [1, 7, 3, 4, 5, 6],
    ]
