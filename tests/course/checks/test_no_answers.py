"""No self-check says the right answer, wherever a program can tell what that is.

It can where the answer is a value and not a function: a number, a slice, a set, a dictionary. Each
such answer is falsified in many small ways, and what the check says is searched for the right one.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
import torch
from check_examples import published

from memorylab.memory.dnc import DNCTrace
from tools.exercises import Exercise, exercises, last_call, numbers_of
from tools.table import present

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
PLAIN = int | float | slice | set | dict


def answers(exercise: Exercise) -> list[Any] | None:
    """Return the right values of what the self-check is given, if they are plain ones."""
    (solution,) = exercise.solutions
    statements = ast.parse(solution.source).body[:-1]
    if not all(isinstance(statement, ast.Assign) for statement in statements):
        return None
    # What a function of the notebook returns is no plain value.
    called = [node.func for node in ast.walk(ast.Module(statements)) if isinstance(node, ast.Call)]
    if any(isinstance(one, ast.Name) and not hasattr(builtins, one.id) for one in called):
        return None
    trace = DNCTrace.load(NOTEBOOKS / "data" / "copy_trace.npz")
    names = {"np": np, "torch": torch, "trace": trace} | dict(map(numbers_of, exercise.parameters))
    exec(solution.source.rsplit("\n", 1)[0], names)
    found = [names[argument.id] for argument in last_call(solution.source).args]
    found = [answer.item() if isinstance(answer, np.generic) else answer for answer in found]
    assert all(isinstance(answer, PLAIN) for answer in found)
    return found


EXERCISES = [
    pytest.param(row.name, exercise, id=f"{row.name}-{exercise.number}")
    for row in present(NOTEBOOKS)
    for exercise in exercises(nbformat.read(NOTEBOOKS / row.file, as_version=4).cells)
    if answers(exercise) is not None
]


def falsified(answer: Any) -> Iterator[Any]:
    """Yield wrong answers near the right one."""
    if isinstance(answer, int | float):
        yield from (-answer, 0, 2 * answer, answer / 2, 10 * answer)
        yield from (answer + step for step in (-10, -1, -0.1, 0.01, 0.1, 1, 10))
        yield from (number for number in range(50) if number != answer)
    elif isinstance(answer, slice):
        for start, stop in ((-1, 0), (0, -1), (0, 1), (5, 5), (-answer.start, -answer.start)):
            yield slice(answer.start + start, answer.stop + stop)
    elif isinstance(answer, set):
        yield set()
        yield {pair[::-1] for pair in answer}
        yield from (answer - {pair} for pair in answer)
        for pair in answer:
            yield from (answer - {pair} | {(a, b)} for a in range(4) for b in range(4))
    else:
        for name, value in answer.items():
            others = set(map(str, answer.values())) - {str(value)}
            for other in (..., *sorted(others), [1, 1, 1], [3, 3, 3], 2):
                yield answer | {name: other}


def words_of(answer: Any) -> list[str]:
    """Return how an answer would look in a message; a dictionary's parts one by one."""
    if isinstance(answer, slice):
        return [f"slice({answer.start}, {answer.stop}", f"{answer.start}, {answer.stop}"]
    if isinstance(answer, set):
        return [text for a, b in answer for text in (f"({a}, {b})", f"{a} → {b}")]
    if isinstance(answer, dict):
        return [str(value) for value in answer.values()]
    return [f"{answer:g}", f"{answer:,}", str(answer)]


def says(message: str, words: str) -> bool:
    """Tell whether ``words`` stand in a message, and not as a part of a longer number or name."""
    return re.search(rf"(?<![\w.,]){re.escape(words)}(?![\w]|[.,]\d)", message) is not None


@pytest.mark.parametrize(("name", "exercise"), EXERCISES)
def test_no_message_says_the_right_answer(name, exercise):
    function = getattr(published(name), last_call(exercise.checks[0].source).func.attr)
    right = answers(exercise)
    assert function(*right).passed
    given = [exercise.heading, *exercise.parameters, *exercise.stubs]
    task = "\n".join(cell.source for cell in given)
    refused = 0
    for place, answer in enumerate(right):
        for wrong in falsified(answer):
            verdict = function(*right[:place], wrong, *right[place + 1 :])
            if verdict.passed:
                continue  # another right answer
            refused += 1
            for part in right:
                told = {words for words in words_of(part) if says(verdict.message, words)}
                # What the student wrote or knows may be repeated, and all that is to choose from.
                known = f"{task} {wrong} {right[:place]} {right[place + 1 :]}"
                choices = set(words_of(part)) if isinstance(part, dict) else set()
                if told != choices:
                    assert not [words for words in told if not says(known, words)], verdict
    assert refused >= 5


def test_the_search_finds_an_answer_that_is_told():
    assert says("expected 0.63, not 0.5", "0.63")
    assert says("expected the link 2 → 3 to stay", "2 → 3")
    assert not says("one of 16 locations, step 0.635", "6")
    assert not says("a clocked_mlp", "mlp")
    assert len(EXERCISES) >= 11
