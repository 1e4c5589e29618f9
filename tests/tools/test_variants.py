from __future__ import annotations

import copy
import functools
import importlib
from pathlib import Path

import nbformat
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab.memory.dnc import DNCTrace
from memorylab_course.numerals import part
from tools.exercises import exercises
from tools.table import COURSE
from tools.variants import VARIANTS, drawn, vary

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
CASES = [(number, variant) for number in VARIANTS for variant in VARIANTS[number]]
NAMES = [f"{number}-{variant.exercise}" for number, variant in CASES]
TRACE = DNCTrace.load(NOTEBOOKS / "data" / "copy_trace.npz")

seeds = st.integers(0, 2**32)


@functools.cache
def read(number: str):
    """Return the teacher's notebook of this number."""
    (row,) = [row for row in COURSE if row.number == number]
    return nbformat.read(NOTEBOOKS / row.file, as_version=4)


def verdict(number: str, answer: str, call: str):
    """Return what the check called in the last line of ``call`` says to the code ``answer``."""
    check = importlib.import_module(f"memorylab_course.checks.notebook_{number}")
    names = {"check": check, "torch": torch, "trace": TRACE}
    *_, last = call.splitlines()
    exec(answer, names)
    return eval(last, names)


@pytest.mark.parametrize(("number", "variant"), CASES, ids=NAMES)
@settings(deadline=None, derandomize=True, max_examples=25)
@given(seed=seeds)
def test_the_variants_answer_passes_and_the_published_one_does_not(number, variant, seed):
    published = exercises(read(number).cells)[variant.exercise - 1]
    varied = exercises(vary(read(number), number, seed).cells)[variant.exercise - 1]
    (old,), (new,), (call,) = published.solutions, varied.solutions, varied.checks
    assert verdict(number, new.source, call.source)
    assert not verdict(number, old.source, call.source)
    assert verdict(number, old.source, published.checks[0].source)


@pytest.mark.parametrize(("number", "variant"), CASES, ids=NAMES)
@settings(deadline=None, derandomize=True, max_examples=25)
@given(seed=seeds)
def test_all_published_numbers_are_replaced(number, variant, seed):
    exercise = exercises(vary(read(number), number, seed).cells)[variant.exercise - 1]
    cells = [exercise.heading, *exercise.cells, *exercise.solutions]
    text = "\n".join(cell.source for cell in cells)
    numbers = drawn(number, variant, seed)
    for published, template in variant.passages.items():
        new = template.format(**numbers, **variant.words(**numbers))
        assert new in text
        assert published in new or published not in text
    for cell in (*exercise.checks, *exercise.solutions):
        assert all(f"{name}={value!r}" in cell.source for name, value in numbers.items())
        assert not cell.outputs


@settings(deadline=None, derandomize=True, max_examples=25)
@given(seed=seeds)
def test_nothing_else_is_changed_and_a_seed_gives_the_same_twice(seed):
    teachers = read("05")
    before = copy.deepcopy(teachers)
    varied = vary(teachers, "05", seed)
    assert teachers == before
    assert varied == vary(teachers, "05", seed)
    places = {
        teachers.cells.index(cell)
        for variant in VARIANTS["05"]
        for exercise in [exercises(teachers.cells)[variant.exercise - 1]]
        for cell in [exercise.heading, *exercise.cells, *exercise.solutions]
    }
    for place, (old, new) in enumerate(zip(teachers.cells, varied.cells, strict=True)):
        assert place in places or old == new


@pytest.mark.parametrize(("number", "variant"), CASES, ids=NAMES)
def test_seeds_give_different_numbers(number, variant):
    assert len({str(drawn(number, variant, seed)) for seed in range(30)}) >= 3


def test_other_notebooks_stay_as_they_are():
    assert vary(read("03"), "03", seed=1) == read("03")


def test_a_changed_task_is_noticed():
    teachers = copy.deepcopy(read("06"))
    exercise = exercises(teachers.cells)[1]
    exercise.heading.source = exercise.heading.source.replace("all links 1", "all links sharp")
    with pytest.raises(ValueError, match=r"exercise 2 of 06 no longer says .*variants\.py"):
        vary(teachers, "06", seed=1)


def test_a_seed_is_at_least_0():
    with pytest.raises(ValueError, match="must be at least 0, not -3"):
        vary(read("05"), "05", seed=-3)


def test_parts_in_words():
    assert [part(number) for number in (3, 4, 5, 10)] == ["third", "quarter", "fifth", "tenth"]
    with pytest.raises(ValueError, match="between 3 and 10, not 2"):
        part(2)
