"""Rules for the stored notebooks.

Each check takes a :class:`Page` and yields faults: the place, the fault and the remedy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools import glossary
from tools.execution import WIDGET_VIEW
from tools.exercises import called, exercises, is_folded, is_solution, numbers_of, tags
from tools.navigation import generated_cells
from tools.table import row_of

MAX_BYTES = 2_000_000
MAX_LINES = 30
MAX_GIGABYTES = 1.5
MAX_SECONDS = {"does_memory_pay": 240, "past_one_machine": 240}  # two minutes for all others
MAX_EXERCISES = 6
SKIPS = ("skip-execution", "nbval-skip", "nbval-ignore-output")

_MACHINE_PATH = re.compile(
    r"(?<![\w./~-])(?:/(?:home|Users|root|tmp|work|opt|usr|var|srv|mnt|private)/|[A-Z]:\\)[^\s'\"]*"
    r"|\bsite-packages/"
    r"|\bFile ~/\S*"
)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,}")
_FORBIDDEN = re.compile(r"^\s*[!%]+\s*(?:pip|conda|uv)\b|\bsys\.path\b", re.MULTILINE)
_NBVAL_COMMENT = re.compile(r"#\s*(?:NBVAL_\w+|PYTEST_VALIDATE_\w+)")
_EFFORT = re.compile(r"^### .*\n\n\*\d+ min[^*\n]* · difficulty [123] of 3\.\* ")
_NOTEBOOK_LINK = re.compile(r"\[([^\]]*)\]\((\d\d_\w+\.ipynb)[^)]*\)")


@dataclass(frozen=True)
class Page:
    """A notebook file and its contents."""

    path: Path
    cells: list[NotebookNode]
    metadata: NotebookNode

    @property
    def code(self) -> list[tuple[int, NotebookNode]]:
        """The code cells that aren't empty, each with its place in the notebook, from 0."""
        return [
            (place, cell)
            for place, cell in enumerate(self.cells)
            if cell.cell_type == "code" and cell.source.strip()
        ]


def faults(path: Path) -> list[str]:
    """Return all faults of the notebook at ``path``, an empty list if it has none.

    Raises:
        OSError: There is no such file.
    """
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except (nbformat.ValidationError, nbformat.reader.NotJSONError) as error:
        return [f"{path.name}: is no valid notebook: {str(error).splitlines()[0]}"]
    page = Page(path, notebook.cells, notebook.metadata)
    return [f"{path.name}: {fault}" for check in CHECKS for fault in check(page)]


def skips(path: Path) -> list[str]:
    """Return a line for each cell that is not run or not compared, with the reason it gives."""
    page = nbformat.read(path, as_version=4)
    return [
        f"{path.name}: cell {place}: {tag}: {cell.metadata.get('reason', 'no reason given')}"
        for place, cell in enumerate(page.cells)
        for tag in tags(cell)
        if tag in SKIPS
    ]


def _outputs(cell: NotebookNode) -> Iterator[str]:
    """Yield the texts of a cell's outputs, without pictures."""
    for output in cell.get("outputs", []):
        yield _COLOUR.sub("", output.get("text", ""))
        yield _COLOUR.sub("", "\n".join(output.get("traceback", [])))
        for kind, data in output.get("data", {}).items():
            if not kind.startswith("image/"):
                yield data if isinstance(data, str) else repr(data)


def _shown(cell: NotebookNode) -> str:
    """Return the text of a cell's last output."""
    for output in reversed(cell.outputs):
        if "data" in output:
            return output.data.get("text/plain", "")
        if "text" in output:
            return output.text
    return ""


def check_size(page: Page) -> Iterator[str]:
    """The file is small enough to open in a browser and to keep in git."""
    size = page.path.stat().st_size
    if size > MAX_BYTES:
        yield f"is {size / 1e6:.1f} MB; keep it below {MAX_BYTES / 1e6:.0f} MB with fewer pictures"


def check_executed_in_order(page: Page) -> Iterator[str]:
    """Every code cell ran once, in order: nbval passes a cell that never ran."""
    ran = 0
    for place, cell in page.code:
        if "skip-execution" in tags(cell):
            continue
        if cell.execution_count is None:
            yield f"cell {place}: was never executed, so nothing is compared; run `make notebooks`"
            continue
        ran += 1
        if cell.execution_count != ran:
            yield (
                f"cell {place}: ran as number {cell.execution_count}, not {ran}; run all cells in "
                "order with `make notebooks`"
            )
            return


def check_skips(page: Page) -> Iterator[str]:
    """Cells that are not run or not compared say why."""
    for place, cell in enumerate(page.cells):
        for tag in tags(cell):
            if tag in SKIPS and not str(cell.metadata.get("reason", "")).strip():
                yield f"cell {place}: is tagged {tag}; say why in the cell's metadata as 'reason'"
        if cell.cell_type == "code" and (comment := _NBVAL_COMMENT.search(cell.source)):
            yield f"cell {place}: has the comment {comment[0]}; use a tag with a reason instead"


def check_widget_state(page: Page) -> Iterator[str]:
    """No widget state and no widget views are stored."""
    if "widgets" in page.metadata:
        yield "has saved widget state, which hides the pictures; run `make notebooks`"
    for place, cell in enumerate(page.cells):
        if any(WIDGET_VIEW in output.get("data", {}) for output in cell.get("outputs", ())):
            yield f"cell {place}: has a stored widget, which hides its picture: `make notebooks`"


def check_machine(page: Page) -> Iterator[str]:
    """No cell names a path of the machine it ran on or shows a memory address."""
    for place, cell in enumerate(page.cells):
        for text in (cell.source, *_outputs(cell)):
            if found := _MACHINE_PATH.search(text):
                yield f"cell {place}: names a path of one machine: {found[0]}"
        for text in _outputs(cell):
            if found := _ADDRESS.search(text):
                yield f"cell {place}: shows a memory address ({found[0]}), which differs by run"


def check_code(page: Page) -> Iterator[str]:
    """Cells are short, need no network, and the first one calls ``setup``."""
    for place, cell in page.code:
        lines = sum(bool(line.strip()) for line in cell.source.splitlines())
        if lines > MAX_LINES:
            yield (
                f"cell {place}: has {lines} lines; code longer than {MAX_LINES} belongs in the "
                "package"
            )
        if found := _FORBIDDEN.search(cell.source):
            yield f"cell {place}: {found[0].strip()!r} does not belong in a notebook"
    if not page.code or not re.search(r"^setup\(", page.code[0][1].source, re.M):
        yield "the first code cell does not call setup(seed=0)"


def check_generated(page: Page) -> Iterator[str]:
    """The header, and the table of the course if there is one, are those of course.toml."""
    try:
        sources = generated_cells(page.cells, page.path)
    except (IndexError, ValueError) as error:
        yield str(error)
        return
    for place, (cell, source) in enumerate(zip(page.cells, sources, strict=True)):
        if cell.source != source:
            yield f"cell {place}: its generated part is out of date; run `make notebooks`"


def check_links(page: Page) -> Iterator[str]:
    """Links lead to a notebook that exists, by its number, or to a term of the glossary."""
    anchors = {term.anchor for term in glossary.TERMS}
    for place, cell in enumerate(page.cells[1:], start=1):
        for anchor in re.findall(rf"\({re.escape(glossary.PAGE)}#([^)]*)\)", cell.source):
            if anchor not in anchors:
                yield f"cell {place}: the glossary has no term {anchor!r} to link to"
        for label, file in _NOTEBOOK_LINK.findall(cell.source):
            if not (page.path.parent / file).is_file():
                yield f"cell {place}: links to {file}, which doesn't exist"
            for number in re.findall(r"\b\d\d\b", label):
                if number != file[:2]:
                    yield f"cell {place}: the link to {file} says {number}"


def check_cost(page: Page) -> Iterator[str]:
    """Time and memory in course.toml are within the limits of Binder."""
    try:
        row = row_of(page.path)
    except ValueError:
        return  # check_generated says so
    if row.memory >= MAX_GIGABYTES:
        yield f"needs {row.memory} GB; keep it below {MAX_GIGABYTES} GB, or Binder stops it"
    limit = MAX_SECONDS.get(row.name, 120)
    if row.running > limit:
        yield f"runs for {row.running} s; keep it to {limit} s"


def check_figures(page: Page) -> Iterator[str]:
    """Each figure is described in words in the cell below it."""
    for place, cell in page.code:
        if not any("image/png" in output.get("data", {}) for output in cell.outputs):
            continue
        following = page.cells[place + 1 : place + 2]
        if not following or "*What to see:*" not in following[0].source:
            yield (
                f"cell {place}: draws a figure; the cell below must say *What to see:* in words, "
                "for those who can't see it"
            )


def check_exercises(page: Page) -> Iterator[str]:
    """Each exercise has a hint, a stub, a self-check that fails on the stub, and a solution."""
    found = exercises(page.cells)
    if not 2 <= len(found) <= MAX_EXERCISES:
        yield f"has {len(found)} exercises; write 2 to {MAX_EXERCISES}"
    for exercise in found:
        where = f"exercise {exercise.number} (cell {exercise.place})"
        if not exercise.heading.source.startswith(f"### Exercise {exercise.number}:"):
            yield f"{where}: must be headed '### Exercise {exercise.number}: …'"
        if not _EFFORT.search(exercise.heading.source):
            yield f"{where}: must begin with its effort, such as '*20 min · difficulty 2 of 3.*'"
        if "<details><summary>Hint</summary>" not in exercise.heading.source:
            yield f"{where}: has no <details><summary>Hint</summary>…</details>"
        if not exercise.stubs:
            yield f"{where}: has no stub, a code cell tagged exercise"
        if not exercise.checks:
            yield f"{where}: has no code cell tagged self-check"
        for cell in exercise.checks:
            if not _shown(cell).startswith("✗"):
                yield f"{where}: its self-check must show ✗ on the stub, not {_shown(cell)!r}"
            call = called(cell.source)
            if call not in [called(solution.source) for solution in exercise.solutions]:
                yield f"{where}: no cell tagged solution ends by calling {call or 'its check'}"


def check_parameters(page: Page) -> Iterator[str]:
    """Cells tagged parameters are one assignment, and self-check and solution use its numbers."""
    for exercise in exercises(page.cells):
        for cell in exercise.parameters:
            where = f"exercise {exercise.number} (cell {exercise.place})"
            try:
                name, _ = numbers_of(cell)
            except ValueError as error:
                yield f"{where}: {error}"
                continue
            for other in (*exercise.checks, *exercise.solutions):
                if not other.source.endswith(f", **{name})"):
                    yield f"{where}: self-check and solution must end with ', **{name})'"


def check_solutions(page: Page) -> Iterator[str]:
    """Solutions are at the end, folded, and pass."""
    heading = next(
        (
            place
            for place, cell in enumerate(page.cells)
            if cell.cell_type == "markdown" and cell.source.startswith("## Solutions")
        ),
        len(page.cells),
    )
    if page.cells[heading:] and "solution" not in tags(page.cells[heading]):
        yield f"cell {heading}: must be tagged solution, so that students don't get the heading"
    for place, cell in enumerate(page.cells):
        if not is_solution(cell):
            continue
        if place < heading:
            yield f"cell {place}: is a solution above the heading '## Solutions'"
        if not is_folded(cell):
            yield f"cell {place}: is an open solution; set jupyter.source_hidden in its metadata"
        if not _shown(cell).startswith("✓"):
            yield f"cell {place}: its solution must show ✓, not {_shown(cell)!r}"


CHECKS = (
    check_size,
    check_generated,
    check_links,
    check_cost,
    check_executed_in_order,
    check_skips,
    check_widget_state,
    check_machine,
    check_code,
    check_figures,
    check_exercises,
    check_parameters,
    check_solutions,
)
