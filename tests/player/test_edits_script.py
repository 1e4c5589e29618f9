"""Edits in plain words, and what undo and redo bring back."""

import json

import pytest
from player_examples import NODE, record, run_script

from memorylab.player import MemoryPlayer

pytestmark = pytest.mark.skipif(NODE is None, reason="needs Node.js (`node`) in the PATH")


def ask(tmp_path, code):
    start = """
    const { History, add, asPython, describe, groups, pasted, remove } = script.edits;
    const { format, parse } = script.disturbances;
    """
    return run_script(tmp_path, MemoryPlayer(record()), start + code)


TOLD = "return groups(parse('%s').edits).map((group) => describe(group, runs[0].arrays, %s))"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("memory[3]@5=0", ["at step 5: location 13 is wiped (memory[3])"]),
        ("memory[3]@5-=0", ["from step 5 on: location 13 is wiped (memory[3])"]),
        ("memory[3]=0.5", ["at all steps: location 13 is 0.5 (memory[3])"]),
        (
            "memory[3,1]@5-7=1",
            ["at steps 5 to 7: memory in location 13 at position 2 is 1 (memory[3, 1])"],
        ),
        ("link[2,1]@7=0", ["at step 7: the link from location 11 to 12 is cut (link[2, 1])"]),
        ("link[2,1]@7=1", ["at step 7: the link from location 11 to 12 is 1 (link[2, 1])"]),
        ("link@4-=0", ["from step 4 on: all links are cut"]),
        ("link@4-=1", ["from step 4 on: links: row written after column is 1"]),
        ("usage=0", ["at all steps: all locations look unused"]),
        ("read_weighting[1]@6-=0", ["from step 6 on: head 2 reads nothing (read_weighting[1])"]),
        ("write_gate@3=0.25", ["at step 3: write gate is 0.25"]),
        ("free_gates[1]@3=1", ["at step 3: free gate of head 2 is 1 (free_gates[1])"]),
        ("input[2]@3=1", ["at step 3: input 3 is 1 (input[2])"]),
        (
            "read_modes[1]=0.25;read_modes[1,2]=0.5",
            [
                "at all steps: head 2 reads forward with 0.5, the other ways with 0.25 "
                "(read_modes[1, 2])"
            ],
        ),
        (
            "read_modes[1]@2=0;read_modes[1,0]@2=1",
            ["at step 2: head 2 reads backward alone (read_modes[1, 0])"],
        ),
        (
            "write_content_weighting@1-=0;read_content_weighting@1-=0",
            ["from step 1 on: nothing is found by content"],
        ),
        (
            "write_content_weighting@1-=0;read_content_weighting@2-=0",
            [
                "from step 1 on: the write finds nothing by content",
                "from step 2 on: reading finds nothing by content",
            ],
        ),
    ],
)
def test_an_edit_in_plain_words(tmp_path, text, words):
    # A picture that counts from 1, and its locations in an order of its own.
    axes = "{ simple: true, count: (i) => i + 1, number: (_, i) => String(i + 10) }"
    assert ask(tmp_path, TOLD % (text, axes)) == words


def test_where_the_picture_has_pythons_numbers_they_are_not_repeated(tmp_path):
    text = "memory[3,1]@5=1;read_weighting[1]=0;input[2]=1"
    axes = "{ simple: false, count: (i) => i, number: (_, i) => String(i) }"
    assert ask(tmp_path, TOLD % (text, axes)) == [
        "at step 5: memory in location 3 at position 1 is 1",
        "at all steps: head 1 reads nothing",
        "at all steps: input 2 is 1",
    ]


def test_what_is_undone_can_be_done_again_until_something_else_is_done(tmp_path):
    code = """
    const history = new History(parse(""));
    const steps = [];
    const did = () => steps.push(format(history.now));
    for (const text of ["N=1", "N=2"]) history.change(parse(text));
    for (const way of ["undo", "undo", "undo", "redo"]) { history[way](); did(); }
    history.change(parse("N=3")); did();
    history.redo(); did();
    history.undo(); did();
    return steps;
    """
    assert ask(tmp_path, code) == ["N=1", "", "", "N=1", "N=3", "N=3", "N=1"]


def test_one_gesture_is_one_change(tmp_path):
    code = """
    const history = new History(parse(""));
    for (const text of ["N=1", "N=2", "N=3"]) history.change(parse(text), "a drag");
    history.change(parse("N=4"), "another");
    history.change(parse("N=4"), "the same, which is none");
    history.undo();
    const steps = [format(history.now)];
    history.change(parse("N=5"), "another");
    history.undo();
    steps.push(format(history.now));
    history.undo();
    return [...steps, format(history.now), history.undo()];
    """
    assert ask(tmp_path, code) == ["N=3", "N=3", "", False]


def test_an_edit_takes_the_place_of_the_one_of_the_same_cells_and_steps(tmp_path):
    code = """
    let one = parse("usage=0;memory[1]@2=0;link=0");
    one = add(one, parse("memory[1]@2=5;memory[1]@3=5;memory[2]@2=5").edits);
    return [format(one), format(remove(one, one.edits.slice(1)))];
    """
    expected = "usage=0;link=0;memory[1]@2=5;memory[1]@3=5;memory[2]@2=5"
    assert ask(tmp_path, code) == [expected, "usage=0"]


@pytest.mark.parametrize("text", ["", "N=64;words=10,01;memory[3]@5-=-0.5"])
def test_a_pasted_line_of_python_or_its_text_alone(tmp_path, text):
    lines = [text, f"  {text} ", f"disturbance='{text}'"]
    code = f"return [asPython({text!r}), ...{json.dumps(lines)}].map(pasted)"
    assert ask(tmp_path, code) == [text] * 4
