"""What students find in a notebook: the stubs, solutions and self-checks of its exercises."""

from __future__ import annotations

import ast
import functools
import importlib
from pathlib import Path
from types import SimpleNamespace

import nbformat

from tools.exercises import exercises, last_call, numbers_of, tags

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"


def cells_of(number: str) -> list:
    """Return the cells of the notebook with this number."""
    (path,) = NOTEBOOKS.glob(f"{number}_*.ipynb")
    return nbformat.read(path, as_version=4).cells


def answers(number: str, tag: str) -> dict:
    """Return all names that the cells tagged ``exercise`` or ``solution`` define.

    The imports of the notebook's first code cell and the numbers of the exercises come before them;
    no other cell is run.
    """
    codes = [cell for cell in cells_of(number) if cell.cell_type == "code"]
    head = ast.parse(codes[0].source)
    head.body = [node for node in head.body if isinstance(node, ast.Import | ast.ImportFrom)]
    names: dict = {}
    exec(compile(head, number, "exec"), names)
    tagged = [cell for cell in codes if {"parameters", tag} & set(tags(cell))]
    assert any(tag in tags(cell) for cell in tagged), f"{number} has no cell tagged {tag}"
    for cell in tagged:
        exec(cell.source, names)
    return names


def published(number: str) -> SimpleNamespace:
    """Return a notebook's self-checks; those that take numbers get the published ones."""
    checks = vars(importlib.import_module(f"memorylab_course.checks.notebook_{number}")).copy()
    for exercise in exercises(cells_of(number)):
        for cell in exercise.parameters:
            _, numbers = numbers_of(cell)
            name = last_call(exercise.checks[0].source).func.attr
            checks[name] = functools.partial(checks[name], **numbers)
    return SimpleNamespace(**checks)


def assert_refused(verdict, part: str, *secrets: str) -> None:
    """Assert that an answer was refused in the words ``part``, and without the right answer."""
    assert not verdict.passed, f"passed: {verdict!r}"
    assert part in verdict.message, f"{part!r} is not in {verdict!r}"
    for secret in secrets:
        assert secret not in verdict.message
