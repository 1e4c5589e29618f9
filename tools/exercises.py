"""The exercises of a notebook: the place, stub, self-check and solution of each."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode


@dataclass(frozen=True)
class Exercise:
    """One exercise, as cells of the notebook itself.

    Attributes:
        number: Counted from 1.
        place: The place of its heading in the notebook, from 0.
        heading: The Markdown cell that sets the task.
        cells: The cells after it, up to the next heading.
        solutions: The notebook's solutions that end by calling one of its self-checks.
    """

    number: int
    place: int
    heading: NotebookNode
    cells: list[NotebookNode]
    solutions: list[NotebookNode]

    @property
    def parameters(self) -> list[NotebookNode]:
        """The cells that assign the numbers of the task to a name; an edition may replace them."""
        return self._tagged("parameters")

    @property
    def stubs(self) -> list[NotebookNode]:
        """The cells in which a student answers."""
        return self._tagged("exercise")

    @property
    def checks(self) -> list[NotebookNode]:
        """The cells that judge the answer."""
        return self._tagged("self-check")

    def _tagged(self, tag: str) -> list[NotebookNode]:
        return [cell for cell in self.cells if tag in tags(cell)]


def exercises(cells: list[NotebookNode]) -> list[Exercise]:
    """Return the exercises among a notebook's cells, in order."""
    solutions = [cell for cell in cells if is_solution(cell)]
    found: list[Exercise] = []
    inside = False
    for place, cell in enumerate(cells):
        if cell.cell_type == "markdown" and re.match(r"#{1,3} ", cell.source):
            inside = cell.source.startswith("### Exercise")
            if inside:
                found.append(Exercise(len(found) + 1, place, cell, [], []))
        elif inside:
            found[-1].cells.append(cell)
    for exercise in found:
        calls = {called(cell.source) for cell in exercise.checks} - {None}
        exercise.solutions.extend(cell for cell in solutions if called(cell.source) in calls)
    return found


def is_solution(cell: NotebookNode) -> bool:
    """Tell whether a code cell solves an exercise."""
    return cell.cell_type == "code" and "solution" in tags(cell)


def is_folded(cell: NotebookNode) -> bool:
    """Tell whether a reader has to unfold a cell to see its code."""
    return bool(cell.metadata.get("jupyter", {}).get("source_hidden"))


def tags(cell: NotebookNode) -> list[str]:
    """Return a cell's tags, an empty list if it has none."""
    return cell.metadata.get("tags", [])


def numbers_of(cell: NotebookNode) -> tuple[str, dict[str, Any]]:
    """Return the name and the numbers that a cell tagged ``parameters`` assigns.

    Raises:
        ValueError: The cell is not one line such as ``numbers_2 = {"usage": 0.5}``.
    """
    name, _, value = cell.source.partition(" = ")
    try:
        numbers = ast.literal_eval(value)
    except (SyntaxError, ValueError):
        numbers = None
    if not (name.isidentifier() and isinstance(numbers, dict)):
        raise ValueError(
            "a cell tagged parameters must be one assignment such as "
            f"'numbers_2 = {{\"usage\": 0.5}}', not {cell.source!r}."
        )
    return name, numbers


def called(source: str) -> str | None:
    """Return the function that the last line of a cell calls, such as ``check.chain``."""
    call = last_call(source)
    return ast.unparse(call.func) if call else None


def last_call(source: str) -> ast.Call | None:
    """Return a cell's last statement if that is a plain call, else ``None``."""
    try:
        last = ast.parse(source).body[-1]
    except (SyntaxError, IndexError):
        return None
    return last.value if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) else None
