"""Editions for students, made from the teacher's executed notebooks.

::

    python -m tools.editions student [--seed 2027] [--out student] [FILE ...]
    python -m tools.editions solved  [--seed 2027] [--out solved] [FILE ...]

The student's edition has the stubs and the hints, and not the solutions. It is a source for
nbgrader: each self-check is an autograded cell. The solved one is the same with all answers filled
in, as a student would hand it in who knows everything.
"""

from __future__ import annotations

import argparse
import ast
import copy
import re
import shutil
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools.execution import store
from tools.exercises import called, exercises, last_call, tags
from tools.navigation import CLOSING, OPENING
from tools.table import Notebook, present, row_of
from tools.variants import vary

KEEP, CLEAR = "keep-output", "clear-output"
"""Tags for cells whose outputs the student's edition should keep, or should not, all the same."""

_PROMISE = re.compile(
    r",\s+a\s+self-check\s+that\s+says\s+what\s+is\s+missing,\s+and\s+a\s+solution\s+at[^.]*\."
)
_LINK = re.compile(r"\[([^\]]*)\]\((\d\d_\w+\.ipynb|\.\./[^)#]*)(?:#[^)]*)?\)")


def student(notebook: NotebookNode) -> NotebookNode:
    """Return the student's edition of a teacher's notebook, which stays as it is.

    Solutions and their heading are gone. Outputs are kept, except those of stubs, of self-checks
    and of cells that use a name from one of these; a cell's tag ``keep-output`` or
    ``clear-output`` decides otherwise. Each self-check carries nbgrader's metadata and is worth
    one point, or what its own metadata has under ``"points"``.

    Raises:
        ValueError: A cell's points are no number from 0 up.
    """
    edition = copy.deepcopy(notebook)
    edition.cells = [cell for cell in edition.cells if not _is_solution(cell)]
    for cell in edition.cells:
        if cell.cell_type == "markdown":
            cell.source = _PROMISE.sub(" and a self-check that says what is missing.", cell.source)
    _clear_outputs(edition.cells)
    for exercise in exercises(edition.cells):
        for cell in exercise.checks:
            name = (called(cell.source) or "check").rpartition(".")[2]
            cell.metadata["nbgrader"] = {
                "cell_type": "code",
                "grade": True,
                "grade_id": f"exercise-{exercise.number}-{name}",
                "locked": True,
                "points": _points(cell),
                "schema_version": 3,
                "solution": False,
                "task": False,
            }
    return edition


def solved(notebook: NotebookNode) -> NotebookNode:
    """Return the student's edition of a teacher's notebook with the solutions in the stubs.

    Raises:
        ValueError: An exercise has no stub or no solution.
    """
    edition = student(notebook)
    both = zip(exercises(edition.cells), exercises(notebook.cells), strict=True)
    for exercise, original in both:
        if not (exercise.stubs and original.solutions):
            raise ValueError(
                f"exercise {exercise.number} has no stub or no solution; run the course's check."
            )
        first, *others = exercise.stubs
        first.source = "\n\n\n".join(_without_last_call(cell) for cell in original.solutions)
        for cell in others:
            cell.source = ""
    return edition


def write(
    files: list[Path], out: Path, seed: int | None = None, with_solutions: bool = False
) -> list[Path]:
    """Write an edition of ``files`` to the folder ``out``, with all the data that they load.

    Links lead to those notebooks that are in the edition, and nowhere out of it; launch badges,
    which open the teacher's one, are left out.

    Args:
        files: Teacher's notebooks, all in one folder.
        out: Another folder. Notebooks of the same names in it are replaced.
        seed: Draws other numbers for the exercises that allow it; by default the published ones
            stay.
        with_solutions: Whether the answers are filled in.

    Returns:
        The notebooks written.

    Raises:
        ValueError: ``out`` is the teacher's folder, or a file is not in the course.
    """
    (folder,) = {file.parent for file in files}
    if out.resolve() == folder.resolve():
        raise ValueError(f"{out} holds the teacher's notebooks; name another folder to write to.")
    files = sorted(files)
    rows = [row_of(file) for file in files]
    written = []
    for file, row in zip(files, rows, strict=True):
        notebook = nbformat.read(file, as_version=4)
        if seed is not None:
            notebook = vary(notebook, row.number, seed)
        edition = (solved if with_solutions else student)(notebook)
        _relink(edition.cells, row, rows)
        store(edition, out / file.name)
        written.append(out / file.name)
    if (folder / "data").is_dir():
        ignored = shutil.ignore_patterns("*.py", "__pycache__", ".ipynb_checkpoints")
        shutil.copytree(folder / "data", out / "data", ignore=ignored, dirs_exist_ok=True)
    return written


def _is_solution(cell: NotebookNode) -> bool:
    heading = cell.cell_type == "markdown" and cell.source.startswith("## Solutions")
    return heading or "solution" in tags(cell)


def _clear_outputs(cells: list[NotebookNode]) -> None:
    unknown: set[str] = set()  # names whose values depend on what the student writes
    for cell in cells:
        if cell.cell_type != "code":
            continue
        defined, used = _names(cell.source)
        theirs = not {"exercise", "self-check"}.isdisjoint(tags(cell))
        if theirs or used & unknown:
            unknown |= defined
        elif CLEAR not in tags(cell):
            continue
        if KEEP not in tags(cell):
            cell.outputs, cell.execution_count = [], None


def _names(source: str) -> tuple[set[str], set[str]]:
    """Return the names that a cell defines, and those that it uses."""
    defined, used = set(), set()
    for statement in ast.parse(source).body:
        has_own_names = isinstance(statement, ast.FunctionDef | ast.ClassDef)
        if has_own_names:
            defined.add(statement.name)
        for node in ast.walk(statement):
            if not isinstance(node, ast.Name):
                continue
            if isinstance(node.ctx, ast.Load):
                used.add(node.id)
            elif not has_own_names:
                defined.add(node.id)
    return defined, used


def _points(cell: NotebookNode) -> float:
    points = cell.metadata.get("points", 1)
    if isinstance(points, bool) or not isinstance(points, int | float) or points < 0:
        raise ValueError(f"a cell's points must be a number from 0 up, not {points!r}.")
    return points


def _without_last_call(cell: NotebookNode) -> str:
    call = last_call(cell.source)
    return "\n".join(cell.source.splitlines()[: call.lineno - 1]).rstrip()


def _relink(cells: list[NotebookNode], row: Notebook, rows: list[Notebook]) -> None:
    """Rewrite the navigation bar, and leave of links to what is not there their text."""
    index = rows.index(row)
    links = [f"[◀ {other.heading}]({other.file})" for other in rows[:index][-1:]]
    links += [f"[{other.heading} ▶]({other.file})" for other in rows[index + 1 :][:1]]
    before, _, rest = cells[0].source.partition(OPENING)
    bar = "\n".join([OPENING, " · ".join(links), CLOSING])
    cells[0].source = before + bar + rest.partition(CLOSING)[2]
    files = {other.file for other in rows}
    for cell in cells:
        if cell.cell_type == "markdown":
            cell.source = _LINK.sub(
                lambda link: link[0] if link[2] in files else link[1], cell.source
            )


def main(arguments: list[str] | None = None) -> int:
    """Write one edition; return the exit status: 0 if all went well, 2 on wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m tools.editions")
    parser.add_argument("edition", choices=["student", "solved"])
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="default: all")
    parser.add_argument("--out", type=Path, help="default: a folder of the edition's name")
    parser.add_argument("--seed", type=int, help="other numbers in the numeric exercises")
    options = parser.parse_intermixed_args(arguments)
    files = options.files or [Path("notebooks", row.file) for row in present(Path("notebooks"))]
    if not files:
        parser.error("there are no notebooks here; run this where notebooks/ is, or name files")
    out = options.out or Path(options.edition)
    try:
        written = write(files, out, options.seed, options.edition == "solved")
    except (OSError, ValueError) as error:
        parser.error(str(error))
    exercise_count = sum(
        len(exercises(nbformat.read(file, as_version=4).cells)) for file in written
    )
    print(f"{out}/: {len(written)} notebooks with {exercise_count} exercises")
    return 0


if __name__ == "__main__":
    sys.exit(main())
