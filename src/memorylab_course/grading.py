"""What nbgrader calls so that single odd submissions don't stop the grading of a class.

nbgrader alone stops at a self-check that was copied, or at a cell from another course. Here such a
submission is mended, and each change is a line in ``odd_files.txt``. A submission that never ends,
prints without end, or ends its kernel loses points, and costs the class nothing. The configuration
in ``instructor/`` names what this module has.
"""

from __future__ import annotations

import asyncio
import copy
import shutil
import signal
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbgrader.preprocessors import Execute
from traitlets import Integer

REPORT = "odd_files.txt"
"""In the course's folder: a line for each thing that was odd about a submission."""

_NEW = {kind: getattr(nbformat.v4, f"new_{kind}_cell") for kind in ("code", "markdown", "raw")}


def mend(
    submitted: list[NotebookNode], source: list[NotebookNode]
) -> tuple[list[NotebookNode], list[str]]:
    """Return the cells of a submission with the locked cells of its assignment put back.

    Of a submitted cell only type and text are kept. A locked cell is known by its ``grade_id``, or
    else by its text. Of several copies the last is graded, and a missing one is put back before
    the next.

    Args:
        submitted: The submission's cells.
        source: The cells of the assignment's source, with nbgrader's metadata.

    Returns:
        The cells, and a sentence for each thing that was odd.
    """
    locked = {_grade_id(cell): cell for cell in source if "nbgrader" in cell.metadata}
    cells: list[NotebookNode] = []
    claimed: dict[str | None, list[NotebookNode]] = {}
    for cell in submitted:
        cells.append(_NEW[cell.cell_type](cell.source))
        claimed.setdefault(_grade_id(cell), []).append(cells[-1])
    foreign = [name for name in claimed if name is not None and name not in locked]
    lines = [f"{name}: of another assignment, not graded" for name in foreign]
    known = {tag for cell in source for tag in cell.metadata.get("tags", [])}
    for number, cell in enumerate(submitted, start=1):
        tags = cell.metadata.get("tags", []) if isinstance(cell.metadata, dict) else None
        if not isinstance(tags, list):
            lines.append(f"cell {number}: broken metadata, left out")
        elif others := [tag for tag in tags if tag not in known]:
            lines.append(f"cell {number}: the tags {', '.join(map(str, others))}, left out")

    following: NotebookNode | None = None
    for name, original in reversed(locked.items()):
        released, is_graded = copy.deepcopy(original), original.metadata["nbgrader"]["grade"]
        copies = claimed.get(name) or [cell for cell in cells if cell.source == original.source]
        if not copies:
            lines.append(f"{name}: missing, put back")
            # A check comes after the answer, and the numbers of a task before it.
            cells.insert(_place(cells, following) if is_graded else min(1, len(cells)), released)
            following = released if is_graded else following
            continue
        *earlier, last = copies
        if earlier:
            lines.append(f"{name}: {len(copies)} copies, the last counts")
        if last.source != original.source or last.cell_type != original.cell_type:
            lines.append(f"{name}: changed, the released cell counts")
        if not is_graded:  # An earlier copy with other numbers would set an easier task.
            for cell in earlier:
                cell.source = original.source
        cells[_place(cells, last)] = following = released
    return cells, lines


def recognise(assignment: str, student: str, notebooks: list[str]) -> None:
    """Copy a student's renamed notebooks to the names that nbgrader looks for.

    nbgrader calls this before it grades a submission. A notebook is recognised by its heading.

    Args:
        assignment: The assignment's name; its source is in ``source/``, as nbgrader has it.
        student: Which students are graded, as nbgrader passes it; not used.
        notebooks: Paths of the notebooks handed in, which are changed in place.
    """
    paths = [Path(notebook) for notebook in notebooks]
    expected = {path.name: _heading(path) for path in Path("source", assignment).glob("*.ipynb")}
    handed_in = {path.name for path in paths}
    missing = {heading: name for name, heading in expected.items() if name not in handed_in}
    others: dict[str, list[Path]] = {}
    for path in paths:
        try:
            heading = _heading(path)
        except Exception as error:  # A file of a student's may hold anything.
            report(path, [f"can't be read: {type(error).__name__}: {error}".splitlines()[0]])
            continue
        if path.name not in expected:
            others.setdefault(heading, []).append(path)
    for heading, copies in others.items():
        name = missing.get(heading)
        if name is None or len(copies) > 1:
            for path in copies:
                why = "no notebook of this assignment" if name is None else "one of several copies"
                report(path, [f"not graded: {why}"])
            continue
        (path,) = copies
        shutil.copy2(path, path.with_name(name))
        notebooks[notebooks.index(str(path))] = str(path.with_name(name))
        report(path, [f"graded as {name}"])


def report(path: Path, lines: list[str]) -> None:
    """Print what was odd about ``submitted/STUDENT/ASSIGNMENT/NOTEBOOK``, and note it once."""
    file = Path(REPORT)
    noted = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    for line in lines:
        entry = f"{'/'.join(path.parts[-3:])}: {line}"
        print(f"Odd: {entry}")
        if entry not in noted:
            with file.open("a", encoding="utf-8") as stream:
                stream.write(f"{entry}\n")


def mend_submission(nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
    """Return a submission mended, and report what was odd about it: a preprocessor of nbgrader's.

    Args:
        nb: The notebook as handed in.
        resources: Under ``"nbgrader"``, the names of student, assignment and notebook.
    """
    names = resources["nbgrader"]
    file = f"{names['notebook']}.ipynb"
    source = nbformat.read(Path("source", names["assignment"], file), as_version=4)
    cells, lines = mend(nb.cells, source.cells)
    report(Path(names["student"], names["assignment"], file), lines)
    return nbformat.v4.new_notebook(cells=cells, metadata=source.metadata), resources


class ExecuteWithLimits(Execute):
    """Run a submission in a copy of its folder, with limits on its time and on what it prints.

    The limits are for the whole notebook, so that ten endless cells cost one time-out. What a
    submission does is not sandboxed.
    """

    seconds_left = Integer(
        10, help="What each cell may take when the notebook has used up Execute.timeout."
    ).tag(config=True)
    max_output = Integer(
        20_000_000, help="Characters that a notebook may put out before its kernel is ended."
    ).tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any], km: Any = None
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Run a notebook, and return it with what was passed as ``resources``."""
        if self.timeout and self.timeout > 0:  # nbgrader takes None and -1 for no limit
            self.timeout_func = self._seconds_for
        self._end: float | None = None  # of the time for all cells
        self._put_out, self._ended = 0, ""  # characters; why it was ended
        with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            copied = shutil.copytree(resources["metadata"]["path"], Path(folder, "submission"))
            there = {**resources, "metadata": {**resources["metadata"], "path": str(copied)}}
            nb, _ = super().preprocess(nb, there, km)
        return nb, resources

    def _seconds_for(self, cell: NotebookNode) -> int:
        """Return how long a cell may take. Time begins with the first one, not with the kernel."""
        self._end = self._end or time.monotonic() + self.timeout
        return max(self.seconds_left, round(self._end - time.monotonic()))

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Run a cell. After the kernel has ended it fails, since a check without errors passes."""
        try:
            if not self._ended:
                return super().preprocess_cell(cell, resources, index)
        except (DeadKernelError, CellTimeoutError):
            self._ended = self._ended or "A cell ended the kernel, or had too little memory."
        if cell.cell_type == "code":
            error = {"ename": "DeadKernelError", "evalue": self._ended, "traceback": [self._ended]}
            cell.outputs = [nbformat.v4.new_output("error", **error)]
        return cell, resources

    def output(
        self, outs: list[NotebookNode], msg: dict[str, Any], display_id: str | None, cell_index: int
    ) -> NotebookNode | None:
        """Keep an output, unless there is no end of them: then end the kernel."""
        self._put_out += len(repr(msg["content"]))
        if self._put_out <= self.max_output:
            return super().output(outs, msg, display_id, cell_index)
        if not self._ended:
            self._ended = f"The notebook has put out more than {self.max_output} characters."
            self._kill = asyncio.ensure_future(self.km.signal_kernel(signal.SIGKILL))
        return None


def _grade_id(cell: NotebookNode) -> str | None:
    """Return the name under which nbgrader knows a cell, if it has one."""
    metadata = cell.metadata.get("nbgrader") if isinstance(cell.metadata, dict) else None
    name = metadata.get("grade_id") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) else None


def _place(cells: list[NotebookNode], wanted: NotebookNode | None) -> int:
    """Return the place of this very cell, or the end."""
    places = (place for place, cell in enumerate(cells) if cell is wanted)
    return next(places, len(cells))


def _heading(path: Path) -> str:
    return nbformat.read(path, as_version=4).cells[0].source.partition("\n")[0]
