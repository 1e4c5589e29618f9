"""Odd submissions: mended cell by cell, and graded by nbgrader among others of their class."""

from __future__ import annotations

import copy
import logging
import os
import re
import sys
from pathlib import Path

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from traitlets.config import PyFileConfigLoader

pytest.importorskip("nbgrader", reason="comes with memorylab[course]")

from memorylab_course.grading import REPORT, ExecuteWithLimits, mend, recognise
from tools.editions import solved, student

ROOT = Path(__file__).parents[2]
CHECK = """class check:
    six = lambda answer, x: 1 / (answer == 3 * x)
    seven = lambda answer: 1 / (answer == 7)"""
NUMBERS, CHECKS = "exercise-1-parameters", ("exercise-1-six", "exercise-2-seven")


def code(source: str, *tags: str):
    """Return a code cell."""
    return nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)})


def teachers(heading: str = "# 05 · Six and seven"):
    """Return a teacher's notebook with two exercises; the first has numbers."""
    markdown = nbformat.v4.new_markdown_cell
    cells = [
        markdown(heading),
        code(CHECK),
        markdown("### Exercise 1"),
        code('numbers_1 = {"x": 2}', "parameters"),
        code("six = ...", "exercise"),
        code("check.six(six, **numbers_1)", "self-check"),
        markdown("### Exercise 2"),
        code("seven = ...", "exercise"),
        code("check.seven(seven)", "self-check"),
        markdown("## Solutions"),
        code('six = 3 * numbers_1["x"]\ncheck.six(six)', "solution"),
        code("seven = 7\ncheck.seven(seven)", "solution"),
    ]
    return nbformat.v4.new_notebook(cells=cells)


def locked(cells) -> dict[str, str]:
    """Return the texts of the cells that nbgrader knows, by name; no name may come twice."""
    found = [cell for cell in cells if "nbgrader" in cell.metadata]
    names = [cell.metadata["nbgrader"]["grade_id"] for cell in found]
    assert len(set(names)) == len(names)
    return dict(zip(names, [cell.source for cell in found], strict=True))


def texts(cells) -> list[tuple[str, str]]:
    """Return type and text of cells."""
    return [(cell.cell_type, cell.source) for cell in cells]


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["delete", "copy", "rewrite", "forget", "foreign", "broken", "markdown"]),
        st.integers(0, 100),
        st.integers(0, 100),
    ),
    max_size=6,
)


@settings(deadline=None, derandomize=True, max_examples=25)
@given(CHANGES)
def test_whatever_a_student_does_each_locked_cell_comes_back_once(changes):
    source = student(teachers()).cells
    cells = solved(teachers()).cells
    for change, place, other in changes:
        place %= len(cells)
        if change == "delete" and len(cells) > 1:
            del cells[place]
        elif change == "copy":
            cells.insert(other % len(cells), copy.deepcopy(cells[place]))
        elif change == "rewrite":
            cells[place].source += "  # mine"
        elif change == "forget":
            cells[place].metadata = nbformat.NotebookNode()
        elif change == "foreign":
            cells[place].metadata["nbgrader"] = {"grade_id": "week-1", "schema_version": other}
        elif change == "broken":
            cells[place].metadata = []
        elif cells[place].cell_type == "code":
            cells[place] = nbformat.v4.new_markdown_cell(
                cells[place].source, metadata=cells[place].metadata
            )
    mended, _ = mend(cells, source)
    nbformat.validate(nbformat.v4.new_notebook(cells=mended))
    assert locked(mended) == locked(source)
    assert all(cell.cell_type == "code" for cell in mended if "nbgrader" in cell.metadata)
    if all(change in ("rewrite", "forget", "markdown") for change, *_ in changes):
        assert list(locked(mended)) == [NUMBERS, *CHECKS]
    again, lines = mend(mended, source)
    assert texts(again) == texts(mended)
    assert lines == []


def test_a_submission_as_it_should_be_stays_and_has_no_lines():
    source, submission = student(teachers()), solved(teachers())
    cells, lines = mend(submission.cells, source.cells)
    assert lines == []
    assert texts(cells) == texts(submission.cells)


def test_each_oddity_is_a_line_and_the_answers_stay_before_their_checks():
    source, cells = student(teachers()).cells, solved(teachers()).cells
    numbers, six, check_six, seven = cells[3], cells[4], cells[5], cells[7]
    check_seven = cells.pop(8)  # a self-check deleted
    cells.remove(numbers)
    cells.insert(5, copy.deepcopy(check_six))
    check_six.source = "print('all right')"
    seven.metadata["nbgrader"] = {"grade_id": "week-1"}
    mended, lines = mend(cells, source)
    assert lines == [
        "week-1: of another assignment, not graded",
        "exercise-2-seven: missing, put back",
        "exercise-1-six: 2 copies, the last counts",
        "exercise-1-parameters: missing, put back",
    ]
    sources = [cell.source for cell in mended]
    order = [numbers, six, nbformat.NotebookNode(source="print('all right')"), seven, check_seven]
    places = [sources.index(cell.source) for cell in order]
    assert places == sorted(places)


def test_an_earlier_copy_of_the_numbers_gets_the_set_numbers_too():
    source, cells = student(teachers()).cells, solved(teachers()).cells
    easier = copy.deepcopy(cells[3])
    easier.source = 'numbers_1 = {"x": 0}'
    cells.insert(3, easier)
    mended, lines = mend(cells, source)
    assert lines == ["exercise-1-parameters: 2 copies, the last counts"]
    assert mended[3].source == mended[4].source == 'numbers_1 = {"x": 2}'


def test_a_tag_that_skips_a_self_check_goes():
    source, cells = student(teachers()).cells, solved(teachers()).cells
    cells[5].metadata["tags"].append("skip-execution")
    mended, lines = mend(cells, source)
    assert "skip-execution" not in mended[5].metadata["tags"]
    assert lines == ["cell 6: the tags skip-execution, left out"]


@pytest.mark.parametrize("broken", [[], {"tags": "mine"}])
def test_broken_metadata_is_a_line(broken):
    source, cells = student(teachers()).cells, solved(teachers()).cells
    cells[4].metadata = broken
    _, lines = mend(cells, source)
    assert lines == ["cell 5: broken metadata, left out"]


def write(notebook, *path: str) -> Path:
    """Write a notebook to ``path``, whose folders are made."""
    file = Path(*path)
    file.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, file)
    return file


def test_several_files_for_one_notebook_are_left_to_the_teacher(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(student(teachers()), "source", "week", "05.ipynb")
    copies = [
        str(write(solved(teachers()), "submitted", "ada", "week", f"{name}.ipynb"))
        for name in ("05 (1)", "05 (2)")
    ]
    notebooks = [*copies, str(write(teachers("# Mine"), "submitted", "ada", "week", "my.ipynb"))]
    write(student(teachers("# 06 · Eight")), "source", "week", "06.ipynb")
    # One with another heading is known by its name.
    notebooks += [str(write(teachers("# Mine"), "submitted", "ada", "week", "06.ipynb"))]
    for _ in range(2):  # A line is noted once.
        recognise("week", "*", given := list(notebooks))
        assert given == notebooks
    assert Path(REPORT).read_text(encoding="utf-8").splitlines() == [
        "ada/week/05 (1).ipynb: not graded: one of several copies",
        "ada/week/05 (2).ipynb: not graded: one of several copies",
        "ada/week/my.ipynb: not graded: no notebook of this assignment",
    ]


def hand_in(answer: str, *path: str) -> None:
    """Write a submission whose first answer is ``answer``, and whose second is right."""
    notebook = solved(teachers())
    notebook.cells[4].source = answer
    write(notebook, *path)


HOSTILE = {
    "endless": "while True:\n    pass",
    "ending": "import os\nos._exit(1)",
    "flooding": "while True:\n    print('all work and no play ' * 1000)",
    "stubborn": "while True:\n    try:\n        print('no play ' * 1000)\n"
    "    except BaseException:\n        pass",
    "deleting": "import shutil\nshutil.rmtree('..', ignore_errors=True)\nsix = 6",
    "writing": "from pathlib import Path\nPath('../../../mine').write_text('here')\n"
    "Path('05.ipynb').write_text('mine')\nsix = 6",
}
"""Answers to the first exercise that do harm; the last two are right besides."""


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The folder of a class that was graded, of whom only Dora handed in what she should."""
    from nbgrader.converters import Autograde, GenerateAssignment
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory

    course = tmp_path_factory.mktemp("course")
    write(student(teachers()), course, "source", "week", "05.ipynb")
    copied = solved(teachers())
    copied.cells.insert(5, copy.deepcopy(copied.cells[5]))
    copied.cells[7].metadata["nbgrader"] = {"grade_id": "week-1", "schema_version": 1}
    copied.cells[0].metadata["nbgrader"] = {}
    copied.metadata = {"kernelspec": {"name": "gone"}, "widgets": "mine"}
    write(copied, course, "submitted", "ada", "week", "05.ipynb")
    (course / "submitted" / "bob" / "week").mkdir(parents=True)
    (course / "submitted" / "bob" / "week" / "05.ipynb").write_text("PK\x03\x04, a zip")
    write(solved(teachers()), course, "submitted", "cy", "week", "05 (1) final.ipynb")
    write(solved(teachers()), course, "submitted", "dora", "week", "05.ipynb")

    for name, answer in HOSTILE.items():
        hand_in(answer, course, "submitted", name, "week", "05.ipynb")

    config = PyFileConfigLoader("nbgrader_config.py", str(ROOT / "instructor")).load_config()
    config.Execute.timeout = 5
    config.ExecuteWithLimits.seconds_left = 2
    config.ExecuteWithLimits.max_output = 10**6
    folder = CourseDirectory(root=str(course), assignment_id="week", config=config)
    with pytest.MonkeyPatch.context() as patch:
        # nbgrader calls a command of its environment by name, as if that had been activated.
        patch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        GenerateAssignment(coursedir=folder, config=config).start()
        with pytest.raises(NbGraderException):  # for bob, when all others are graded
            Autograde(coursedir=folder, config=config).start()
    return course


def scores(course: Path, name: str) -> tuple[float, ...]:
    """Return what a student scored in the two exercises."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course}/gradebook.db", "memory-lab") as gradebook:
        (notebook,) = gradebook.find_submission("week", name).notebooks
        found = {grade.name: grade.score for grade in notebook.grades}
    return tuple(found[check] for check in CHECKS)


@pytest.mark.parametrize("name", ["ada", "cy", "dora"])
def test_an_odd_file_costs_neither_its_student_nor_the_class_the_grades(graded, name):
    assert scores(graded, name) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("endless", (0.0, 1.0)),
        ("flooding", (0.0, 0.0)),
        ("ending", (0.0, 0.0)),
        ("stubborn", (0.0, 0.0)),
        ("deleting", (1.0, 1.0)),
        ("writing", (1.0, 1.0)),
    ],
)
def test_a_hostile_submission_costs_its_own_points_at_most(graded, name, expected):
    assert scores(graded, name) == expected


@pytest.mark.parametrize(("timeout", "expected"), [(2, [2, 1, 1]), (None, [])])
def test_all_endless_cells_together_cost_one_time_out(timeout, expected, tmp_path, caplog):
    endless = "while True:\n    pass" if timeout else "pass"
    notebook = nbformat.v4.new_notebook(cells=[code(endless) for _ in range(3)])
    steps = ExecuteWithLimits(timeout=timeout, seconds_left=1)
    steps.log = logging.getLogger("grading")
    steps.preprocess(notebook, {"metadata": {"path": str(tmp_path)}})
    found = re.findall(r"Timeout waiting for execute reply \((\d+)s\)", caplog.text)
    assert [int(seconds) for seconds in found] == expected


def test_a_submission_leaves_nothing_behind_and_takes_nothing_away(graded):
    submitted = {path.name for path in graded.iterdir()}
    assert submitted == {"source", "release", "submitted", "autograded", "gradebook.db", REPORT}
    for name in HOSTILE:
        (file,) = (graded / "submitted" / name / "week").iterdir()
        assert nbformat.read(file, as_version=4).cells[4].source == HOSTILE[name]
        (file,) = (graded / "autograded" / name / "week").glob("*.ipynb")
        assert file.stat().st_size < 4 * 10**6


def test_every_odd_file_is_a_line_of_the_report(graded):
    lines = (graded / REPORT).read_text(encoding="utf-8").splitlines()
    assert lines == [
        "ada/week/05.ipynb: week-1: of another assignment, not graded",
        "ada/week/05.ipynb: exercise-1-six: 2 copies, the last counts",
        "bob/week/05.ipynb: can't be read: NotJSONError: "
        "Notebook does not appear to be JSON: 'PK\\x03\\x04, a zip'",
        "cy/week/05 (1) final.ipynb: graded as 05.ipynb",
    ]
