"""Tests for otter-grader: run as doctests, and by otter where ``OTTER`` names its program."""

from __future__ import annotations

import ast
import doctest
import json
import os
import subprocess
from pathlib import Path

import nbformat
import pytest
from submission_examples import FILE, SCORES, SEED, hand_in

from tools import editions
from tools.editions import solved, student, write
from tools.exercises import exercises
from tools.otter import add_tests
from tools.table import present
from tools.variants import vary

FILES = [FILE.parent / row.file for row in present(FILE.parent)]


@pytest.fixture(scope="module")
def assignment(tmp_path_factory) -> Path:
    """The folder of notebook 05 for otter, with the numbers of a seed."""
    out = tmp_path_factory.mktemp("otter")
    assert editions.main(["otter", "--seed", str(SEED), "--out", str(out), str(FILE)]) == 0
    return out / FILE.stem


def passed(tests: Path, answers: dict) -> dict[str, bool]:
    """Run otter's tests on a student's names, as otter does."""
    results = {}
    for file in sorted(tests.glob("*.py")):
        given: dict = {}
        exec(file.read_text(encoding="utf-8"), given)
        ((case,),) = [suite["cases"] for suite in given["test"]["suites"]]
        test = doctest.DocTestParser().get_doctest(
            case["code"], answers, given["test"]["name"], None, None
        )
        failures = doctest.DocTestRunner(verbose=False).run(test, out=lambda text: None).failed
        results[given["test"]["name"].replace("_", "-", 2)] = failures == 0
    return results


def answers_of(cells) -> dict:
    """Run a notebook's imports, and stubs and numbers of its exercises; return its names."""
    names: dict = {}
    for line in ast.parse(next(cell.source for cell in cells if cell.cell_type == "code")).body:
        if isinstance(line, ast.Import | ast.ImportFrom):
            exec(ast.unparse(line), names)
    for exercise in exercises(cells):
        for cell in (*exercise.parameters, *exercise.stubs):
            exec(cell.source, names)
    return names


def test_solutions_pass_and_stubs_fail_whatever_they_print_and_whatever_the_numbers(assignment):
    teachers = vary(nbformat.read(FILE, as_version=4), "dnc_content_usage_allocation", SEED)
    answers = answers_of(solved(teachers).cells)
    right = answers["allocate"]
    answers["allocate"] = lambda usage: (print("in between"), right(usage))[1]
    answers["numbers_2"], answers["check"] = {"usage": 0.0}, None  # by the student
    assert passed(assignment / "tests", answers) == dict.fromkeys(SCORES["hypatia"], True)
    assert passed(assignment / "tests", answers_of(student(teachers).cells)) == dict.fromkeys(
        SCORES["hypatia"], False
    )
    assert passed(assignment / "tests", {}) == dict.fromkeys(SCORES["hypatia"], False)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name[:2])
def test_every_self_check_has_its_test_right_behind_it(file, tmp_path):
    (path,) = write([file], tmp_path)
    cells = nbformat.read(add_tests(path), as_version=4).cells
    checks = [cell for exercise in exercises(cells) for cell in exercise.checks]
    names = [name for cell in checks for name in cell.metadata["otter"]["tests"]]
    assert sorted(names) == sorted(test.stem for test in (tmp_path / "tests").glob("*.py"))
    for cell, name in zip(checks, names, strict=True):
        given: dict = {}
        exec((tmp_path / "tests" / f"{name}.py").read_text(encoding="utf-8"), given)
        assert given["OK_FORMAT"]
        assert given["test"]["name"] == name
        assert given["test"]["points"] == cell.metadata["nbgrader"]["points"]
    assert (tmp_path / "data").is_dir()


@pytest.mark.skipif("OTTER" not in os.environ, reason="otter-grader isn't in the lock")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", SCORES)
def test_otter_grades_the_sample_submissions_as_nbgrader_does(name, assignment, tmp_path):
    autograder, otter = tmp_path / "autograder.zip", os.environ["OTTER"]
    generate = [otter, "generate", "-t", "tests", "-o", str(autograder), "data"]
    subprocess.run(generate, cwd=assignment, check=True, capture_output=True)
    path = hand_in(name, tmp_path / "submitted", assignment / FILE.name)
    run = [otter, "run", "-a", str(autograder), "-o", str(tmp_path), str(path)]
    subprocess.run(run, cwd=tmp_path, check=True, capture_output=True)
    tests = json.loads((tmp_path / "results.json").read_text())["tests"]
    scores = {test["name"].replace("_", "-", 2): test["score"] for test in tests if "score" in test}
    assert scores == SCORES[name]
