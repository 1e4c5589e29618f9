"""The exercises of a notebook: where each one is, its stub, its self-check and its solution."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Exercise:
    """One exercise, as cells of the notebook itself.

    Attributes:
        number: Counted from 1.
        place: Where its heading is in the notebook, from 0.
        heading: The Markdown cell that sets the task.
        cells: What follows it, up to the next heading.
        solutions: The notebook's solutions that end by calling one of its self-checks.
    """

    number: int
    place: int
    heading: dict
    cells: list
    solutions: list

    @property
    def stubs(self) -> list:
        """The cells in which a student answers."""
        return [cell for cell in self.cells if "exercise" in tags(cell)]

    @property
    def checks(self) -> list:
        """The cells that say whether the answer is right."""
        return [cell for cell in self.cells if "self-check" in tags(cell)]


def exercises(cells: list) -> list[Exercise]:
    """Return the exercises among a notebook's cells, in order."""
    solutions = [cell for cell in cells if "solution" in tags(cell)]
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


def tags(cell: dict) -> list[str]:
    """Return a cell's tags, of which it may have none."""
    return cell.metadata.get("tags", [])


def called(source: str) -> str | None:
    """Return the function that the last line of a cell calls, such as ``check.chain``."""
    call = last_call(source)
    return ast.unparse(call.value.func) if call else None


def last_call(source: str) -> ast.Expr | None:
    """Return a cell's last statement if that is a plain call, else ``None``."""
    try:
        last = ast.parse(source).body[-1]
    except (SyntaxError, IndexError):
        return None
    return last if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) else None
