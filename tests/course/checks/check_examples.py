"""What students find in a notebook: the stubs, solutions and self-checks of its exercises."""

from __future__ import annotations

import ast
import functools
import importlib
from pathlib import Path
from types import SimpleNamespace

import nbformat

from tools.exercises import exercises, last_call, numbers_of, tags
from tools.table import row_named

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"


def cells_of(name: str) -> list:
    """Return the cells of the notebook with this name, such as ``dnc_links``."""
    path = NOTEBOOKS / row_named(name).file
    return nbformat.read(path, as_version=4).cells


def answers(name: str, tag: str, skip: tuple[str, ...] = ()) -> dict:
    """Return all names that the cells tagged ``exercise`` or ``solution`` define.

    The imports of the notebook's first code cell and the numbers of the exercises come before them;
    no other cell is run, nor one with a word of ``skip`` in it.
    """
    codes = [cell for cell in cells_of(name) if cell.cell_type == "code"]
    head = ast.parse(codes[0].source)
    head.body = [node for node in head.body if isinstance(node, ast.Import | ast.ImportFrom)]
    names: dict = {}
    exec(compile(head, name, "exec"), names)
    tagged = [cell for cell in codes if {"parameters", tag} & set(tags(cell))]
    tagged = [cell for cell in tagged if not any(word in cell.source for word in skip)]
    assert any(tag in tags(cell) for cell in tagged), f"{name} has no cell tagged {tag}"
    for cell in tagged:
        exec(cell.source, names)
    return names


def published(name: str) -> SimpleNamespace:
    """Return a notebook's self-checks; those that take numbers get the published ones."""
    checks = vars(importlib.import_module(f"memorylab_course.checks.{name}")).copy()
    for exercise in exercises(cells_of(name)):
        for cell in exercise.parameters:
            _, numbers = numbers_of(cell)
            judge = last_call(exercise.checks[0].source).func.attr
            checks[judge] = functools.partial(checks[judge], **numbers)
    return SimpleNamespace(**checks)


def assert_refused(verdict, part: str, *secrets: str) -> None:
    """Assert that an answer was refused in the words ``part``, and without the right answer."""
    assert not verdict.passed, f"passed: {verdict!r}"
    assert part in verdict.message, f"{part!r} is not in {verdict!r}"
    for secret in secrets:
        assert secret not in verdict.message
