from __future__ import annotations

import copy
import functools
import importlib
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab.memory.dnc import DNCTrace
from tools.exercises import exercises
from tools.table import present, row_named
from tools.variants import DRAWS, drawn, vary

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "notebooks"
CASES = [pytest.param(*case, id="-".join(map(str, case))) for case in DRAWS]
TRACE = DNCTrace.load(NOTEBOOKS / "data" / "copy_trace.npz")

seeds = st.integers(0, 2**32)


@functools.cache
def read(name: str):
    """Return the teacher's notebook of this name."""
    return nbformat.read(NOTEBOOKS / row_named(name).file, as_version=4)


def names_after(name: str, exercise) -> dict:
    """Return all names that the numbers and the solution of an exercise define."""
    check = importlib.import_module(f"memorylab_course.checks.{name}")
    names = {"check": check, "np": np, "torch": torch, "trace": TRACE}
    for cell in (*exercise.parameters, *exercise.solutions):
        exec(cell.source, names)
    return names


@pytest.mark.parametrize(("name", "exercise"), CASES)
@settings(deadline=None, derandomize=True, max_examples=15)
@given(seed=seeds)
def test_the_variants_answer_passes_and_the_published_one_does_not(name, exercise, seed):
    published = exercises(read(name).cells)[exercise - 1]
    varied = exercises(vary(read(name), name, seed).cells)[exercise - 1]
    (call,), (solution,) = varied.checks, varied.solutions
    new, old = names_after(name, varied), names_after(name, published)
    assert eval(call.source, new)
    assert eval(call.source, old)
    (numbers,) = [key for key in new if key.startswith("numbers_")]
    assert not eval(call.source, old | {numbers: new[numbers]})
    assert not call.outputs
    assert not solution.outputs


@settings(deadline=None, derandomize=True, max_examples=15)
@given(seed=seeds)
def test_only_the_numbers_are_changed_and_a_seed_gives_the_same_twice(seed):
    teachers = read("dnc_content_usage_allocation")
    before = copy.deepcopy(teachers)
    varied = vary(teachers, "dnc_content_usage_allocation", seed)
    assert teachers == before
    assert varied == vary(teachers, "dnc_content_usage_allocation", seed)
    changed = [
        new
        for old, new in zip(teachers.cells, varied.cells, strict=True)
        if old.source != new.source
    ]
    assert changed == [cell for each in exercises(varied.cells) for cell in each.parameters]


@pytest.mark.parametrize(("name", "exercise"), CASES)
def test_seeds_give_different_numbers(name, exercise):
    assert len({str(drawn(name, exercise, seed)) for seed in range(30)}) >= 3


def test_exercises_with_numbers_have_variants_and_instructors_know_which():
    found = [
        (row.name, exercise.number)
        for row in present(NOTEBOOKS)
        for exercise in exercises(read(row.name).cells)
        if exercise.parameters
    ]
    assert found == list(DRAWS)
    text = (ROOT / "instructor" / "README.md").read_text()
    listed = re.findall(r"^\| (\d\d) \| (\d) \|", text, re.MULTILINE)
    assert listed == [(row_named(name).number, str(exercise)) for name, exercise in DRAWS]


def test_other_notebooks_stay_as_they_are():
    assert vary(read("padded_sequences"), "padded_sequences", seed=1) == read("padded_sequences")


def test_other_numbers_than_those_drawn_are_refused():
    teachers = copy.deepcopy(read("dnc_links"))
    (cell,) = exercises(teachers.cells)[1].parameters
    cell.source = 'numbers_2 = {"order": (0, 1, 2, 3)}'
    with pytest.raises(ValueError, match=r"exercise 2 of dnc_links has the numbers .*variants\.py"):
        vary(teachers, "dnc_links", seed=1)


def test_a_seed_is_at_least_0():
    with pytest.raises(ValueError, match="must be at least 0, not -3"):
        vary(read("dnc_content_usage_allocation"), "dnc_content_usage_allocation", seed=-3)
