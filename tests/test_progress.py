from __future__ import annotations

import base64

import nbformat
import pytest
from nbclient import NotebookClient

from memorylab.progress import live_progress, notice, progress_bar


def test_the_bar_counts_in_a_terminal_and_vanishes(capsys):
    with progress_bar(10, "Copy") as bar:
        bar.update(10)
        bar.refresh()
    written = capsys.readouterr().err
    assert "Copy: 100%" in written
    assert written.endswith("\r")


def test_a_bar_that_is_off_writes_nothing(capsys):
    with progress_bar(10, "Copy", enabled=False) as bar:
        bar.update(10)
    assert capsys.readouterr().err == ""


def test_a_notice_speaks_once_and_only_when_asked(capsys):
    with notice("Compiling"):
        pass
    assert capsys.readouterr().err == ""
    with notice("Compiling") as show:
        show()
        show()
    assert capsys.readouterr().err == "Compiling\n"


def test_a_terminal_has_the_bar_and_no_picture(capsys):
    def draw(*_):
        pytest.fail("drawn")

    with live_progress(10, "Copy", draw=draw) as (bar, show):
        bar.update(10)
        bar.refresh()
        show("history")
    written = capsys.readouterr()
    assert (written.out, "Copy: 100%" in written.err) == ("", True)
    with live_progress(10, "Copy", enabled=False, draw=draw) as (
        _,
        show,
    ):
        show("history")
    assert capsys.readouterr().err == ""


def run_recorded(source):
    """Run one cell; return its outputs as stored, and all that was shown in between."""
    updates = []

    class Recorder(NotebookClient):
        def process_message(self, msg, cell, cell_index):
            if msg["msg_type"] in ("display_data", "update_display_data"):
                updates.append(msg["content"]["data"])
            return super().process_message(msg, cell, cell_index)

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    Recorder(notebook, timeout=60).execute()
    return [output["data"] for output in notebook.cells[0].outputs], updates


@pytest.mark.timeout(120)
def test_a_stored_notebook_keeps_one_empty_output_of_a_bar():
    stored, shown = run_recorded("""
from memorylab.progress import progress_bar
with progress_bar(3, "Copy") as bar:
    for _ in range(3):
        bar.update()
        bar.refresh()
""")
    assert any("Copy: 100%" in data["text/plain"] for data in shown)
    assert stored == [{"text/plain": ""}]


@pytest.mark.timeout(120)
def test_a_stored_notebook_keeps_one_empty_output_of_a_notice():
    stored, shown = run_recorded("""
from memorylab.progress import notice
with notice("Compiling") as show:
    show()
""")
    assert {"text/plain": "Compiling"} in shown
    assert stored == [{"text/plain": ""}]


# A figure that costs ``cost`` seconds to draw, on a clock that the test moves.
PICTURES = """
from memorylab.progress import live_progress
now, drawn = [0.0], []

class Picture:
    def __init__(self, number):
        self.number = number
    def __repr__(self):
        return f"picture {self.number}"
    def _repr_png_(self):
        return b"picture %d" % self.number

def draw(number, cost=0.0):
    drawn.append((round(now[0], 6), number))
    now[0] += cost
    return Picture(number)

def run(steps, seconds, cost=0.0, enabled=True):
    with live_progress(steps, "Copy", enabled, draw, lambda: now[0]) as (bar, show):
        for step in range(steps):
            bar.update()
            show(step, cost)
            now[0] += seconds
"""


def picture(number: int) -> dict[str, str]:
    png = base64.b64encode(b"picture %d" % number).decode()
    return {"image/png": png, "text/plain": f"picture {number}"}


@pytest.mark.timeout(120)
def test_pictures_come_at_most_twice_a_second_and_the_last_one_stays():
    # Eight hundredths and a power of two: sums of these are exact.
    stored, shown = run_recorded(
        PICTURES
        + """
run(17, seconds=0.125)
assert drawn == [(0, 0), (0.5, 4), (1, 8), (1.5, 12), (2, 16)], drawn
"""
    )
    assert stored == [picture(16)]
    assert {data["image/png"] for data in shown if "image/png" in data} <= {
        picture(number)["image/png"] for number in (0, 4, 8, 12, 16)
    }
    beside = [data["text/html"] for data in shown if "text/html" in data]
    assert all("<pre>Copy: " in text and "base64,cGljdHVyZS" in text for text in beside)
    assert beside


@pytest.mark.timeout(120)
def test_pictures_take_a_tenth_of_the_time_and_the_last_waits_for_the_end():
    stored, _ = run_recorded(
        PICTURES
        + """
run(10, seconds=1.0, cost=0.25, enabled=False)
assert drawn == [(0, 0), (3.25, 3), (6.5, 6), (9.75, 9)], drawn
drawn.clear()
run(3, seconds=0.125, enabled=False)
assert [number for _, number in drawn] == [0, 2], drawn
"""
    )
    assert stored == [picture(9), picture(2)]


@pytest.mark.timeout(120)
def test_an_interrupt_leaves_the_last_picture_alone():
    stored, _ = run_recorded(
        PICTURES
        + """
try:
    with live_progress(9, "Copy", True, draw, lambda: now[0]) as (bar, show):
        bar.update()
        show(1)
        show(2)
        raise KeyboardInterrupt
except KeyboardInterrupt:
    pass
"""
    )
    assert stored == [picture(2)]


@pytest.mark.timeout(120)
def test_a_picture_that_cannot_be_drawn_raises_once():
    stored, _ = run_recorded("""
from memorylab.progress import live_progress
tried = []
def draw(history):
    tried.append(history)
    raise ValueError("no such column")
try:
    with live_progress(9, "Copy", draw=draw) as (bar, show):
        show("history")
except ValueError as error:
    assert error.__context__ is None and tried == ["history"]
else:
    raise AssertionError
""")
    assert stored == [{"text/plain": ""}]


@pytest.mark.timeout(120)
def test_training_leaves_one_learning_curve():
    stored, shown = run_recorded("""
import torch
from memorylab.memory import GRU, WithReadout
from memorylab.plots import LiveCurve
from memorylab.tasks import Copy
from memorylab.training import train
task = Copy(word_size=2, max_length=2)
model = WithReadout(GRU(task.input_size, hidden_size=4), task.output_size)
curve = LiveCurve("step", "bit_error")
history = train(model, task, steps=20, evaluate_every=4, stop_below=None, live=curve)
final = curve(history)
class Expected:
    def _repr_mimebundle_(self, **_):
        return {"image/png": final._repr_png_(), "text/plain": repr(final)}
Expected()
""")
    training, expected = stored
    assert training == expected
    assert set(training) == {"image/png", "text/plain"}
    assert any("Copy with GRU" in data.get("text/html", "") for data in shown)
