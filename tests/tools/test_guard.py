"""The notebooks of the course keep the rules, and the guard finds each way to break one."""

from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import guard
from tools.navigation import header
from tools.table import COURSE, present

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
ROW = COURSE[5]


@pytest.mark.parametrize("row", present(NOTEBOOKS), ids=lambda row: row.number)
def test_notebook_keeps_the_rules(row):
    assert guard.faults(NOTEBOOKS / row.file) == []


def test_every_notebook_is_in_the_course():
    assert sorted(path.name for path in NOTEBOOKS.glob("*.ipynb")) == [
        row.file for row in present(NOTEBOOKS)
    ]


def test_skips_are_listed():
    """Shown with ``pytest -s``; the list itself is held by the guard to have reasons."""
    lines = [line for row in present(NOTEBOOKS) for line in guard.skips(NOTEBOOKS / row.file)]
    print("\n".join(lines))
    assert not any("no reason given" in line for line in lines)


def result(text: str, **data: str):
    """Return what the last expression of a cell shows."""
    return new_output("execute_result", data={"text/plain": text, **data}, execution_count=1)


def exercise(number: int) -> list:
    """Return the three cells of an exercise."""
    text = f"### Exercise {number}: say it\n\n*5 min · difficulty 1 of 3.* Say it.\n\n"
    text += "<details><summary>Hint</summary>…</details>"
    return [
        new_markdown_cell(text),
        new_code_cell(f"answer_{number} = ...", metadata={"tags": ["exercise"]}),
        new_code_cell(
            f"check.say_{number}(answer_{number})",
            metadata={"tags": ["self-check"]},
            outputs=[result("✗ not yet")],
        ),
    ]


def solution(number: int):
    """Return the closed cell that solves an exercise."""
    return new_code_cell(
        f"answer_{number} = 1\ncheck.say_{number}(answer_{number})",
        metadata={"tags": ["solution"], "jupyter": {"source_hidden": True}},
        outputs=[result("✓ Right.")],
    )


SETUP, PLOT, STUB, CHECK, SOLUTION = 1, 2, 5, 6, 11  # places of cells in a good notebook


@pytest.fixture
def good():
    """A notebook without a fault."""
    notebook = new_notebook(
        cells=[
            new_markdown_cell(header(ROW, [ROW])),
            new_code_cell("from memorylab_course import setup\n\nsetup(seed=0)"),
            new_code_cell("plot()", outputs=[result("<Figure>", **{"image/png": "aGk="})]),
            new_markdown_cell("*What to see:* nothing yet."),
            *exercise(1),
            *exercise(2),
            new_markdown_cell("## Solutions", metadata={"tags": ["solution"]}),
            solution(1),
            solution(2),
        ]
    )
    for count, cell in enumerate((c for c in notebook.cells if c.cell_type == "code"), start=1):
        cell.execution_count = count
    return notebook


@pytest.fixture
def faults(tmp_path):
    """Return a function that stores a notebook and asks the guard about it."""

    def ask(notebook):
        path = tmp_path / ROW.file
        nbformat.write(notebook, path)
        return guard.faults(path)

    return ask


def test_good_notebook_has_no_fault(good, faults):
    assert faults(good) == []


def break_source(place, source):
    """Return a change to a notebook: new text for the cell at ``place``."""

    def change(notebook):
        notebook.cells[place].source = source

    return change


def break_output(place, *outputs):
    """Return a change to a notebook: other outputs for the cell at ``place``."""

    def change(notebook):
        notebook.cells[place].outputs = list(outputs)

    return change


def break_metadata(place, **metadata):
    """Return a change to a notebook: other metadata for the cell at ``place``."""

    def change(notebook):
        notebook.cells[place].metadata = nbformat.from_dict(metadata)

    return change


def set_count(place, count):
    """Return a change to a notebook: another execution count."""

    def change(notebook):
        notebook.cells[place].execution_count = count

    return change


def save_widgets(notebook):
    notebook.metadata.widgets = {"application/vnd.jupyter.widget-state+json": {"state": {}}}


def save_widget_view(notebook):
    (output,) = notebook.cells[PLOT].outputs
    output["data"]["application/vnd.jupyter.widget-view+json"] = {"model_id": "1f"}


def drop_solution(notebook):
    del notebook.cells[SOLUTION]
    for count, cell in enumerate((c for c in notebook.cells if c.cell_type == "code"), start=1):
        cell.execution_count = count


def add_numbers(source):
    """Return a change to a notebook: a cell tagged parameters above the first stub."""

    def change(notebook):
        cell = new_code_cell(source, metadata={"tags": ["parameters"]})
        notebook.cells.insert(STUB, cell)

    return change


def drop_text_below_figure(notebook):
    del notebook.cells[PLOT + 1]


def move_solutions_up(notebook):
    notebook.cells.append(notebook.cells.pop(SOLUTION - 1))


error = new_output("error", ename="ValueError", evalue="no", traceback=["ValueError: no"])
traceback = new_output(
    "error", ename="E", evalue="", traceback=["File \x1b[32m/home/ada/course/model.py\x1b[0m"]
)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (set_count(PLOT, None), "cell 2: was never executed"),
        (set_count(PLOT, 7), "cell 2: ran as number 7, not 2"),
        (save_widgets, "saved widget state"),
        (save_widget_view, "cell 2: has a stored widget"),
        (break_source(PLOT, "load('/home/ada/trace.npz')"), "path of one machine: /home/ada/trace"),
        (break_source(PLOT, r"load('C:\trace.npz')"), r"path of one machine: C:\trace.npz"),
        (break_output(PLOT, new_output("stream", text="in /tmp/x1")), "machine: /tmp/x1"),
        (break_output(PLOT, traceback), "machine: /home/ada/course/model.py"),
        (break_output(PLOT, result("lib/site-packages/ray")), "machine: site-packages/"),
        (break_output(PLOT, result("<function f at 0x7f3e47872160>")), "memory address"),
        (break_source(PLOT, "a = 1\n" * 31), "cell 2: has 31 lines"),
        (break_source(PLOT, "%pip install dnc"), "'%pip' does not belong"),
        (break_source(PLOT, "import sys\nsys.path.append('..')"), "'sys.path' does not belong"),
        (break_source(SETUP, "import torch"), "does not call setup"),
        (break_source(PLOT, "a = 1  # NBVAL_SKIP"), "comment # NBVAL_SKIP"),
        (break_metadata(PLOT, tags=["nbval-skip"]), "cell 2: is tagged nbval-skip; say why"),
        (break_metadata(PLOT, tags=["nbval-skip"], reason=" "), "is tagged nbval-skip; say why"),
        (break_output(PLOT, result("x" * 2_100_000)), "is 2.1 MB"),
        (break_source(0, f"# {ROW.heading}"), "cell 0: its generated part is out of date"),
        (
            break_source(4, "[05](05_dnc.ipynb)"),
            "cell 4: links to 05_dnc.ipynb, which doesn't exist",
        ),
        (
            break_source(4, "A [seed](glossary.md#sed)."),
            "the glossary has no term 'sed' to link to",
        ),
        (break_source(4, f"[notebook 06]({ROW.file})"), f"the link to {ROW.file} says 06"),
        (drop_text_below_figure, "cell 2: draws a figure"),
        (break_source(PLOT + 1, "A picture."), "cell 2: draws a figure"),
        (break_metadata(STUB, tags=[]), "exercise 1 (cell 4): has no stub"),
        (break_metadata(CHECK, tags=[]), "exercise 1 (cell 4): has no code cell tagged self-check"),
        (break_output(CHECK, result("✓ Right.")), "must show ✗ on the stub, not '✓ Right.'"),
        (break_output(CHECK), "must show ✗ on the stub, not ''"),
        (break_source(4, "### Exercise 1: say it"), "exercise 1 (cell 4): has no <details>"),
        (
            break_source(4, "### Exercise 1: say it\n\n5 min"),
            "begin with its effort, such as '*20 min ·",
        ),
        (break_source(4, "Just so."), "has 1 exercises"),
        (drop_solution, "exercise 1 (cell 4): no cell tagged solution ends by calling check.say_1"),
        (break_source(SOLUTION, "answer_1 = 1"), "ends by calling check.say_1"),
        (break_metadata(SOLUTION, tags=["solution"]), "cell 11: is an open solution"),
        (break_output(SOLUTION, result("✗ no")), "cell 11: its solution must show ✓, not '✗ no'"),
        (move_solutions_up, "is a solution above the heading"),
        (break_metadata(SOLUTION - 1), "cell 10: must be tagged solution"),
        (add_numbers("numbers_1 = 1"), "must be one assignment such as"),
        (add_numbers('numbers_1 = {"a": 1}'), "must end with ', **numbers_1)'"),
    ],
)
def test_guard_finds(good, faults, change, says):
    change(good)
    assert says in "\n".join(faults(good))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"memory": 1.5}, "needs 1.5 GB; keep it below 1.5"),
        ({"running": 121}, "runs for 121 s; keep it to 120"),
    ],
)
def test_guard_finds_notebooks_too_large_for_binder(good, faults, monkeypatch, change, says):
    monkeypatch.setattr(guard, "row_of", lambda path: replace(ROW, **change))
    assert says in "\n".join(faults(good))


def test_guard_finds_a_header_that_is_no_text(good, faults):
    good.cells[0] = new_code_cell("1", execution_count=1)
    assert any("the first cell must be Markdown" in fault for fault in faults(good))


def test_guard_finds_a_name_that_is_not_in_the_course(good, tmp_path):
    path = tmp_path / "05_dnc.ipynb"
    nbformat.write(good, path)
    assert any("is not in the course" in fault for fault in guard.faults(path))


@pytest.mark.parametrize("text", ["{}", "no notebook", '{"cells": [{}], "nbformat": 4}'])
def test_guard_finds_a_file_that_is_no_notebook(tmp_path, text):
    path = tmp_path / ROW.file
    path.write_text(text)
    assert "is no valid notebook" in guard.faults(path)[0]


@pytest.mark.parametrize(
    ("place", "metadata", "change"),
    [
        (PLOT, {"tags": ["raises-exception"]}, break_output(PLOT, error)),
        (PLOT, {"tags": ["nbval-skip"], "reason": "draws the time of day"}, lambda notebook: None),
    ],
)
def test_guard_accepts_what_is_meant(good, faults, place, metadata, change):
    good.cells[place].metadata = nbformat.from_dict(metadata)
    change(good)
    assert faults(good) == []


def test_cell_that_is_not_run_needs_no_count(good, faults, tmp_path):
    skipped = new_code_cell(
        "ray.init('auto')", metadata={"tags": ["skip-execution"], "reason": "needs a cluster"}
    )
    good.cells.insert(PLOT, skipped)
    assert faults(good) == []
    assert guard.skips(tmp_path / ROW.file) == [
        f"{ROW.file}: cell 2: skip-execution: needs a cluster"
    ]
