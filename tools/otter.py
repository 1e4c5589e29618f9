"""Assignments for otter-grader, made from the student's edition: ``make otter``.

Beside each notebook stands what ``otter generate`` makes an autograder of: a test for each
self-check, a configuration and the requirements. Otter itself isn't needed for that.
"""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from memorylab import published
from tools.exercises import Exercise, exercises
from tools.table import RELEASE, row_of

# Checks and numbers of the task come from here, whatever the notebook made of them. What the
# answer prints isn't compared. The other names in the call are the student's.
_TEST = '''\
OK_FORMAT = True

code = """
>>> import contextlib, io
>>> from memorylab_course.checks import {module} as check
{numbers}>>> with contextlib.redirect_stdout(io.StringIO()):
...     verdict = {call}
>>> print("passed" if verdict else verdict)
passed
"""
case = {{"code": code, "hidden": False, "locked": False}}
suite = {{"type": "doctest", "cases": [case], "scored": True, "setup": "", "teardown": ""}}
test = {{"name": "{name}", "points": {points}, "suites": [suite]}}
'''


def requirements() -> str:
    """Return the text of the file that says what the autograder installs besides otter-grader."""
    if published.INDEX_NAME:
        return f"{published.INDEX_NAME}[rllib]=={RELEASE.removeprefix('v')}\n"
    if published.REPOSITORY:
        return f"memorylab[rllib] @ git+https://github.com/{published.REPOSITORY}@{RELEASE}\n"
    return (
        "# The autograder needs memorylab[rllib], which isn't published. Name here where it can\n"
        "# install the wheel from; `pip wheel --no-deps .` in the checkout builds it.\n"
    )


def add_tests(file: Path) -> Path:
    """Add otter's tests, configuration and requirements to a student's notebook, and return it.

    Args:
        file: The notebook, alone in its folder with its data. Its self-checks get otter's metadata.
    """
    folder, notebook = file.parent, nbformat.read(file, as_version=4)
    (folder / "tests").mkdir(exist_ok=True)
    for exercise in exercises(notebook.cells):
        for cell in exercise.checks:
            name = cell.metadata["nbgrader"]["grade_id"].replace("-", "_")
            text = ok_test(name, cell, exercise, row_of(file).name)
            (folder / "tests" / f"{name}.py").write_text(text, encoding="utf-8")
            cell.metadata["otter"] = {"tests": [name]}  # run right after this cell
    (folder / "requirements.txt").write_text(requirements(), encoding="utf-8")
    (folder / "otter_config.json").write_text(json.dumps({"lang": "python"}), encoding="utf-8")
    nbformat.write(notebook, file)
    return file


def ok_test(name: str, cell: NotebookNode, exercise: Exercise, module: str) -> str:
    """Return the text of a test file, in otter's OK format, that runs a self-check.

    Args:
        name: The test's name.
        cell: The self-check, with nbgrader's metadata.
        exercise: The exercise that it belongs to.
        module: The module of self-checks in ``memorylab_course.checks``.
    """
    numbers = "".join(f">>> {parameters.source}\n" for parameters in exercise.parameters)
    points = cell.metadata["nbgrader"]["points"]
    return _TEST.format(name=name, module=module, numbers=numbers, call=cell.source, points=points)
