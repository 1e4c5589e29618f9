"""The editions in use: run by strict nbval, handed out, handed in and graded by nbgrader.

One quick notebook by default; all of them in ``make test-editions``, or those whose numbers
``EDITIONS`` names.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest
from submission_examples import PATH, SCORES, SEED, hand_in, nbgrader, scores

from memorylab_course.verdict import GRADING
from tools.editions import write
from tools.exercises import exercises
from tools.table import present

pytest.importorskip("nbgrader", reason="comes with memorylab[course]")

ROOT = Path(__file__).parents[2]
CHOSEN = os.environ.get("EDITIONS", "05").split()
FILES = [
    ROOT / "notebooks" / row.file
    for row in present(ROOT / "notebooks")
    if row.number in CHOSEN or CHOSEN == ["all"]
]

each = pytest.mark.parametrize("file", FILES, ids=lambda file: file.name[:2])


def failures(notebook: Path) -> list[int]:
    """Run a notebook by strict nbval, graded; return which of its code cells fail, from 0."""
    report = notebook.with_suffix(".xml")
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q", "--tb=short"]
    command += ["--nbval-cell-timeout=600", "-p", "no:cacheprovider", f"--junitxml={report}"]
    environ = os.environ | {GRADING: "validate"}
    result = subprocess.run(
        [*command, notebook.name], cwd=notebook.parent, env=environ, capture_output=True, text=True
    )
    assert result.returncode in (0, 1), result.stdout + result.stderr
    cells = list(ElementTree.parse(report).iter("testcase"))
    source = nbformat.read(notebook, as_version=4).cells
    assert len(cells) == sum(cell.cell_type == "code" for cell in source)
    return [place for place, cell in enumerate(cells) if len(cell)]


def places_of_checks(notebook: Path) -> list[int]:
    """Return which code cells ask a self-check, from 0; while unsolved, they raise for a grader.

    Besides the self-checks, a cell may go on with an answer if its check passes.
    """
    cells = nbformat.read(notebook, as_version=4).cells
    codes = [cell for cell in cells if cell.cell_type == "code"]
    return [place for place, cell in enumerate(codes) if "check." in cell.source]


@each
def test_a_students_edition_fails_where_an_unsolved_exercise_is_checked_only(file, tmp_path):
    (notebook,) = write([file], tmp_path / "student")
    assert failures(notebook) == places_of_checks(notebook) != []


@each
def test_with_the_solutions_put_back_it_passes(file, tmp_path):
    (notebook,) = write([file], tmp_path / "solved", SEED, with_solutions=True)
    assert failures(notebook) == []


@pytest.fixture(autouse=True)
def _commands_by_name(monkeypatch):
    monkeypatch.setenv("PATH", PATH)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course of nbgrader's with one assignment, set with the numbers of a seed."""
    course = tmp_path_factory.mktemp("course")
    shutil.copy(ROOT / "instructor" / "nbgrader_config.py", course)
    write(FILES, course / "source" / "week", SEED)
    nbgrader(course, "generate_assignment", "week")
    return course


def test_the_released_assignment_has_stubs_hints_and_figures(course):
    for file in FILES:
        released = nbformat.read(course / "release" / "week" / file.name, as_version=4)
        source = nbformat.read(course / "source" / "week" / file.name, as_version=4)
        assert [cell.source for cell in released.cells] == [cell.source for cell in source.cells]
        assert [cell.get("outputs") for cell in released.cells] == [
            cell.get("outputs") for cell in source.cells
        ]
        for exercise in exercises(released.cells):
            for cell in exercise.checks:
                assert not cell.metadata["editable"]
    assert (course / "release" / "week" / "data").is_dir()


@pytest.fixture(scope="module")
def graded(course):
    """The course: Hypatia solves all; in 05, Icarus leaves one exercise out and gets one wrong."""
    released = course / "release" / "week"
    for student in SCORES if CHOSEN == ["05"] else ["hypatia"]:
        folder = course / "submitted" / student / "week"
        shutil.copytree(released, folder)
        write(FILES, folder, SEED, with_solutions=True)
        if student == "icarus":
            hand_in(student, folder, released / FILES[0].name)
    printed = nbgrader(course, "autograde", "week")
    assert "cannot be converted to" not in printed  # a verdict is no number of points
    return course


def test_full_points_for_a_complete_solution(graded):
    for name, notebook in scores(graded, "week", "hypatia").items():
        assert set(notebook.values()) == {1.0}, name


@pytest.mark.skipif(CHOSEN != ["05"], reason="the sample submission is one of notebook 05")
def test_no_points_for_unsolved_and_wrong_exercises(graded):
    (found,) = scores(graded, "week", "icarus").values()
    assert found == SCORES["icarus"]
