"""The page makes the same sequences of the same words as Python's tasks."""

import dataclasses
import json

import pytest
import torch
from player_examples import NODE, record, run_script

from memorylab.player import MemoryPlayer
from memorylab.tasks import AssociativeRecall, Copy, KeyValueRecall, RepeatCopy

pytestmark = pytest.mark.skipif(NODE is None, reason="needs Node.js (`node`) in the PATH")

TASKS = [
    Copy(),
    Copy(word_size=1, min_length=1, max_length=1),
    RepeatCopy(),
    AssociativeRecall(),
    AssociativeRecall(word_size=3, item_length=1, max_items=2),
    KeyValueRecall(),
    KeyValueRecall(word_size=1, max_pairs=2),
]
PAIRS = KeyValueRecall(word_size=2, max_pairs=4)
ITEMS = AssociativeRecall(word_size=2, item_length=1, max_items=4)


def ask(tmp_path, task, code, **values):
    header = {"name": type(task).__name__, "options": dataclasses.asdict(task)}
    given = "".join(f"const {name} = {json.dumps(value)};" for name, value in values.items())
    start = f"const {{ taskOf }} = script.tasks; const header = {json.dumps(header)}; {given}"
    return run_script(tmp_path, MemoryPlayer(record()), start + code)


@pytest.mark.parametrize("task", TASKS, ids=repr)
def test_words_make_the_input_target_and_mask_that_python_makes(tmp_path, task):
    batch = task.sample(20, torch.Generator().manual_seed(0))
    inputs = [row[:n] for row, n in zip(batch.input, batch.seq_lens, strict=True)]
    read = [task.read(input) for input in inputs]
    code = "return read.map(([words, asked]) => taskOf({ ...header, asked }).make(words));"
    for row, made in enumerate(ask(tmp_path, task, code, read=read)):
        for name in ("input", "target", "mask"):
            expected = getattr(batch, name)[row, : len(inputs[row])].tolist()
            assert made[name] == expected, name


@pytest.mark.parametrize(
    ("task", "words", "asked", "plain"),
    [
        (ITEMS, ["00", "01", "10"], {"query": 2}, False),
        (ITEMS, ["00", "01", "10", "11"], {"query": 2}, True),
        (PAIRS, ["00", "01", "10", "11"], {"order": [2, 1, 0]}, False),
        (RepeatCopy(), ["1011"], {"repeats": 3}, True),
    ],
    ids=str,
)
def test_what_was_asked_for_is_asked_for_again_where_it_can_be(tmp_path, task, words, asked, plain):
    code = "return taskOf({ ...header, asked }).make(words).input"
    expected = task.make(words, **(asked if plain else {})).input[0].tolist()
    assert ask(tmp_path, task, code, words=words, asked=asked) == expected


@pytest.mark.parametrize("task", TASKS, ids=repr)
def test_a_seed_gives_the_same_words_every_time_and_python_takes_them(tmp_path, task):
    code = """
    const task = taskOf(header);
    return [1, 1, 2].map((seed) => task.random(Math.min(task.most, 5), seed));
    """
    first, again, other = ask(tmp_path, task, code)
    assert first == again
    if task.word_size > 1:
        assert first != other
    task.make(first)
    task.make(other)


@pytest.mark.parametrize(
    ("task", "words", "message"),
    [
        (Copy(), ["1011"], "Each word must have 8 bits, but one is '1011'."),
        (PAIRS, ["10"] * 3, "must be a multiple of 2 and at least 2, but is 3."),
        (PAIRS, ["10", "11", "10", "01"], "No two keys may be alike, but '10' is there twice."),
        (ITEMS, ["10", "10"], "No two items may be alike, but '10' is there twice."),
        (ITEMS, ["10"], "must be a multiple of 1 and at least 2, but is 1."),
    ],
    ids=str,
)
def test_words_that_do_not_fit_get_a_message(tmp_path, task, words, message):
    code = "try { taskOf(header).make(words) } catch (error) { return error.message }"
    assert message in ask(tmp_path, task, code, words=words)
    with pytest.raises(ValueError, match=r"alike|word|items"):
        task.make(words)


def test_an_unknown_task_is_none(tmp_path):
    code = "return [null, { name: 'Sort' }].map(script.tasks.taskOf)"
    assert run_script(tmp_path, MemoryPlayer(record()), code) == [None, None]
