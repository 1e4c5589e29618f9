"""Sample submissions of notebook 05 and what they should score; and nbgrader's commands."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat

from tools.editions import write
from tools.exercises import exercises

FILE = Path(__file__).parents[2] / "notebooks" / "05_dnc_content_usage_allocation.ipynb"
SEED = 2027
# nbgrader calls a command of its environment by name, as if that had been activated.
PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
PUBLISHED = 'numbers_2 = {"usage": 0.5, "written": 0.8, "read": 0.5, "free_gate": 0.6}'
WRONG = "predicted_usage = 0.63"  # right for the published numbers, not for the seed's

SCORES = {
    "hypatia": {
        "exercise-1-allocate": 1.0,
        "exercise-2-predicted_usage": 1.0,
        "exercise-3-edit": 1.0,
        "exercise-4-write": 1.0,
    },
    "icarus": {
        "exercise-1-allocate": 0.0,
        "exercise-2-predicted_usage": 0.0,
        "exercise-3-edit": 1.0,
        "exercise-4-write": 1.0,
    },
}
"""Hypatia solves all; Icarus leaves the first exercise out and gets the second wrong."""


def hand_in(student: str, folder: Path, released: Path) -> Path:
    """Write a student's submission into ``folder`` and return it.

    Args:
        student: ``"hypatia"`` or ``"icarus"``.
        folder: Where to write it.
        released: The notebook as it was handed out, with stubs.
    """
    (path,) = write([FILE], folder, SEED, with_solutions=True)
    if student == "icarus":
        notebook = nbformat.read(path, as_version=4)
        unsolved, wrong, *_ = exercises(notebook.cells)
        stub, *_ = exercises(nbformat.read(released, as_version=4).cells)[0].stubs
        unsolved.stubs[0].source = stub.source
        wrong.stubs[0].source = WRONG
        # A grader puts its own cells back.
        wrong.checks[0].source = "print('all right')"
        wrong.parameters[0].source = PUBLISHED
        nbformat.write(notebook, path)
    return path


def nbgrader(course: Path, *arguments: str) -> str:
    """Run one of nbgrader's commands in the folder of a course; return what it printed."""
    command = [sys.executable, "-m", "nbgrader", *arguments]
    environ = os.environ | {"PATH": PATH}
    result = subprocess.run(command, cwd=course, env=environ, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout + result.stderr


def scores(course: Path, assignment: str, student: str) -> dict[str, dict[str, float]]:
    """Return what a student scored in each self-check of each notebook."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course}/gradebook.db", "memory-lab") as gradebook:
        submission = gradebook.find_submission(assignment, student)
        return {
            notebook.name: {grade.name: grade.score for grade in notebook.grades}
            for notebook in submission.notebooks
        }
