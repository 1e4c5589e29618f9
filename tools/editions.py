"""Editions for students, made from the teacher's executed notebooks.

::

    python -m tools.editions student [--seed 2027] [--out student] [FILE ...]
    python -m tools.editions solved  [--seed 2027] [--out solved] [FILE ...]
    python -m tools.editions otter   [--seed 2027] [--out otter] [FILE ...]

The student's edition has the stubs and the hints, but no solutions. It is a source for nbgrader:
each self-check is an autograded cell. The solved edition has the same cells, with the solutions in
the stubs. For otter-grader, each notebook of the student's edition gets a folder with its tests.
"""

from __future__ import annotations

import argparse
import copy
import re
import shutil
import sys
from pathlib import Path

import nbformat
from nbconvert.preprocessors import TagRemovePreprocessor
from nbformat import NotebookNode

from tools import glossary, otter
from tools.execution import store
from tools.exercises import called, exercises, last_call
from tools.navigation import CLOSING, OPENING
from tools.table import Notebook, chosen, row_of
from tools.variants import vary

REMOVED = {"solution"}
"""Tags of the cells that the student's edition lacks."""

CLEARED = {"exercise", "self-check", "clear-output"}
"""Tags of the cells that have no output in the student's edition."""

_LINK = re.compile(r"\[([^\]]*)\]\((\d\d_\w+\.ipynb|\.\./[^)#]*)(?:#[^)]*)?\)")


def student(notebook: NotebookNode) -> NotebookNode:
    """Return the student's edition of a teacher's notebook, which is not changed.

    Each self-check gets nbgrader's metadata and is worth one point, or the number under
    ``"points"`` in its own metadata. The numbers of an exercise are locked: nbgrader puts them back
    before it grades.

    Raises:
        ValueError: A cell's points are not a number from 0 up.
    """
    prepare = TagRemovePreprocessor(remove_cell_tags=REMOVED, remove_all_outputs_tags=CLEARED)
    edition, _ = prepare.preprocess(copy.deepcopy(notebook), {})
    for exercise in exercises(edition.cells):
        for cell in exercise.parameters:
            _lock(cell, f"exercise-{exercise.number}-parameters", {"grade": False})
        for cell in exercise.checks:
            name = (called(cell.source) or "check").rpartition(".")[2]
            grade = {"grade": True, "points": _points(cell)}
            _lock(cell, f"exercise-{exercise.number}-{name}", grade)
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

    Links to notebooks outside the edition become plain text. The launch badges are left out, since
    they open the teacher's edition.

    Args:
        files: Teacher's notebooks, all in one folder.
        out: Another folder. Notebooks of the same names in it are replaced.
        seed: Draws other numbers for the numeric exercises; by default they keep the published
            ones.
        with_solutions: Whether to write the solved edition.

    Returns:
        The paths of the notebooks written.

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
            notebook = vary(notebook, row.name, seed)
        edition = (solved if with_solutions else student)(notebook)
        _relink(edition.cells, row, rows)
        store(edition, out / file.name)
        written.append(out / file.name)
    for page, text in glossary.pages(out).items():  # with links to what this edition has
        if (folder / page).is_file():
            (out / page).write_text(text, encoding="utf-8")
    if (folder / "data").is_dir():
        ignored = shutil.ignore_patterns("*.py", "__pycache__", ".ipynb_checkpoints")
        shutil.copytree(folder / "data", out / "data", ignore=ignored, dirs_exist_ok=True)
    return written


def _lock(cell: NotebookNode, name: str, grade: dict) -> None:
    cell.metadata["nbgrader"] = {
        "cell_type": "code",
        "grade_id": name,
        "locked": True,
        "schema_version": 3,
        "solution": False,
        "task": False,
        **grade,
    }


def _points(cell: NotebookNode) -> float:
    points = cell.metadata.get("points", 1)
    if isinstance(points, bool) or not isinstance(points, int | float) or points < 0:
        raise ValueError(f"a cell's points must be a number from 0 up, not {points!r}.")
    return points


def _without_last_call(cell: NotebookNode) -> str:
    call = last_call(cell.source)
    assert call is not None  # A solution ends by calling its self-check.
    return "\n".join(cell.source.splitlines()[: call.lineno - 1]).rstrip()


def _relink(cells: list[NotebookNode], row: Notebook, rows: list[Notebook]) -> None:
    """Rewrite the navigation bar, and turn links to missing files into plain text."""
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
    """Write one edition; return the exit status: 0 on success, 2 on wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m tools.editions")
    parser.add_argument("edition", choices=["student", "solved", "otter"])
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="default: all")
    parser.add_argument("--out", type=Path, help="default: a folder of the edition's name")
    parser.add_argument("--seed", type=int, help="other numbers in the numeric exercises")
    options = parser.parse_intermixed_args(arguments)
    files = chosen(options.files, parser)
    out = options.out or Path(options.edition)
    try:
        if options.edition == "otter":
            each = [write([file], out / file.stem, options.seed) for file in files]
            written = [otter.add_tests(path) for (path,) in each]
        else:
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
