from __future__ import annotations

import copy
from pathlib import Path

import nbformat
import pytest

from tools import editions
from tools.editions import solved, student, write
from tools.exercises import called, exercises, is_solution
from tools.table import COURSE, present

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
FILES = [NOTEBOOKS / row.file for row in present(NOTEBOOKS)]


def markdown(source: str):
    return nbformat.v4.new_markdown_cell(source)


def code(source: str, *names: str, output: str = "", **metadata):
    """Return a code cell that was run, with tags and perhaps an output."""
    outputs = [nbformat.v4.new_output("stream", text=output)] if output else []
    cell = nbformat.v4.new_code_cell(source, outputs=outputs, execution_count=1)
    cell.metadata.update(metadata, tags=list(names))
    return cell


def notebook(*between, extra: str = ""):
    """Return a notebook with one exercise, whose solution is 6, and cells after its self-check."""
    header = f"# {COURSE[5].heading}\n\n<!-- nav --><!-- /nav -->{extra}"
    return nbformat.v4.new_notebook(
        cells=[
            markdown(header),
            code("x = 2", output="kept\n"),
            markdown("### Exercise 1: six\n\n<details><summary>Hint</summary>2 · 3</details>"),
            code('numbers_1 = {"x": 2}', "parameters", output="kept\n"),
            code("answer = ...", "exercise", output="stub\n"),
            code("check.six(answer)", "self-check", output="✗ not yet\n"),
            *between,
            nbformat.v4.new_markdown_cell("## Solutions", metadata={"tags": ["solution"]}),
            code("answer = 3 * x\ncheck.six(answer)", "solution", output="✓ Right.\n"),
            markdown("## Where to go from here"),
        ]
    )


def test_outputs_of_stubs_and_self_checks_and_of_tagged_cells_are_cleared_and_no_others():
    original = notebook(code("print(x)", "clear-output", output="2\n"), code("x", output="2\n"))
    before = copy.deepcopy(original)
    edition = student(original)
    assert original == before
    cleared = {"answer = ...", "check.six(answer)", "print(x)"}
    for cell in edition.cells:
        if cell.cell_type == "code":
            assert bool(cell.outputs) == (cell.source not in cleared)
            assert (cell.execution_count is None) == (cell.source in cleared)


def test_solutions_go_and_all_else_stays():
    edition = student(notebook())
    sources = [cell.source for cell in edition.cells]
    assert not [source for source in sources if "3 * x" in source or "## Solutions" in source]
    assert sources[-1] == "## Where to go from here"
    assert "<summary>Hint</summary>" in sources[2]
    nbformat.validate(edition)


def test_numbers_are_locked_cells_of_nbgrader_without_a_grade():
    (cell,) = exercises(student(notebook()).cells)[0].parameters
    assert cell.metadata["nbgrader"] == {
        "cell_type": "code",
        "grade": False,
        "grade_id": "exercise-1-parameters",
        "locked": True,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }


def test_self_checks_are_autograded_cells_of_nbgrader():
    teachers = notebook()
    teachers.cells[5].metadata["points"] = 2.5
    (checked,) = exercises(student(teachers).cells)[0].checks
    assert checked.metadata["nbgrader"] == {
        "cell_type": "code",
        "grade": True,
        "grade_id": "exercise-1-six",
        "locked": True,
        "points": 2.5,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name[:2])
def test_no_two_cells_have_the_same_grade_id(file):
    cells = student(nbformat.read(file, as_version=4)).cells
    ids = [cell.metadata["nbgrader"]["grade_id"] for cell in cells if "nbgrader" in cell.metadata]
    assert len(set(ids)) == len(ids) > 0


@pytest.mark.parametrize("points", [-1, "two", True])
def test_points_must_be_a_number(points):
    teachers = notebook()
    teachers.cells[5].metadata["points"] = points
    with pytest.raises(ValueError, match="points must be a number from 0 up"):
        student(teachers)


def test_solved_has_the_solutions_in_the_stubs():
    edition = solved(notebook())
    assert [cell.source for cell in edition.cells if cell.cell_type == "code"] == [
        "x = 2",
        'numbers_1 = {"x": 2}',
        "answer = 3 * x",
        "check.six(answer)",
    ]


def test_solved_needs_a_solution():
    teachers = notebook()
    del teachers.cells[7]
    with pytest.raises(ValueError, match="exercise 1 has no stub or no solution"):
        solved(teachers)


@pytest.fixture
def folder(tmp_path):
    """The teacher's notebooks 04, 05 and 06, with data."""
    folder = tmp_path / "notebooks"
    (folder / "data" / "__pycache__").mkdir(parents=True)
    (folder / "data" / "trace.npz").write_bytes(b"numbers")
    (folder / "data" / "make.py").write_text("code")
    links = f"\n\nSee [03]({COURSE[3].file}) and [the end]({COURSE[13].file}#end), [more](../A.md)."
    for place in (3, 5, 6):
        nbformat.write(notebook(extra=links), folder / COURSE[place].file)
    return folder


def test_write_keeps_links_among_the_chosen_notebooks(folder, tmp_path):
    out = tmp_path / "student"
    files = [folder / COURSE[place].file for place in (6, 3)]
    assert [path.name for path in write(files, out)] == [COURSE[3].file, COURSE[6].file]
    first, last = (nbformat.read(out / COURSE[place].file, 4).cells[0].source for place in (3, 6))
    assert f"<!-- nav -->\n[{COURSE[6].heading} ▶]({COURSE[6].file})\n<!-- /nav -->" in first
    assert f"<!-- nav -->\n[◀ {COURSE[3].heading}]({COURSE[3].file})\n<!-- /nav -->" in last
    assert f"See [03]({COURSE[3].file}) and the end, more." in last
    assert [path.name for path in (out / "data").iterdir()] == ["trace.npz"]


def test_the_glossary_links_only_to_the_chosen_notebooks(folder, tmp_path):
    (folder / "glossary.md").write_text("of the whole course")
    write([folder / COURSE[6].file], tmp_path / "student")
    text = (tmp_path / "student" / "glossary.md").read_text()
    assert f"]({COURSE[6].file})" in text
    assert COURSE[5].file not in text


def test_write_refuses_the_teachers_folder(folder):
    with pytest.raises(ValueError, match="holds the teacher's notebooks"):
        write([folder / COURSE[3].file], folder)


def test_command_writes_both_editions(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder.parent)
    assert editions.main(["student"]) == 0
    assert capsys.readouterr().out == "student/: 3 notebooks with 3 exercises\n"
    assert editions.main(["solved", "--out", "key", f"notebooks/{COURSE[5].file}"]) == 0
    assert "answer = 3 * x" in Path("key", COURSE[5].file).read_text()
    assert "answer = 3 * x" not in Path("student", COURSE[5].file).read_text()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["student", "notebooks/missing.ipynb"], "missing.ipynb does not exist"),
        (["student", "--out", "notebooks"], "holds the teacher's notebooks"),
        (["student", "--seed", "-1"], "must be at least 0, not -1"),
        (["studnt"], "invalid choice"),
    ],
)
def test_wrong_usage(arguments, says, folder, monkeypatch, capsys):
    monkeypatch.chdir(folder.parent)
    with pytest.raises(SystemExit) as ended:
        editions.main(arguments)
    assert ended.value.code == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name[:2])
def test_nothing_of_the_solutions_is_left_in_a_students_notebook(file):
    teachers = nbformat.read(file, as_version=4)
    edition = student(teachers)
    text = "\n".join(str(cell) for cell in edition.cells)
    assert "✓" not in "".join(str(cell.get("outputs", "")) for cell in edition.cells)
    assert "solution at the" not in text.replace("\\n", " ")
    solutions = [cell for cell in teachers.cells if is_solution(cell)]
    for cell in solutions:
        assert cell.source not in [other.source for other in edition.cells]
    assert len(exercises(edition.cells)) == len(exercises(teachers.cells)) == len(solutions)
    for exercise in exercises(edition.cells):
        assert exercise.stubs
        assert [called(cell.source) for cell in exercise.checks] == [
            called(cell.source) for cell in exercises(teachers.cells)[exercise.number - 1].solutions
        ]
