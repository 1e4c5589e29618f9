from __future__ import annotations

import nbformat
import pytest
from nbclient import NotebookClient

from memorylab.progress import notice, progress_bar


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


def run_recorded(source):
    """Run one cell; return its outputs as stored, and all that was shown in between."""
    updates = []

    class Recorder(NotebookClient):
        def process_message(self, msg, cell, cell_index):
            if msg["msg_type"] in ("display_data", "update_display_data"):
                updates.append(msg["content"]["data"]["text/plain"])
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
    assert any("Copy: 100%" in text for text in shown)
    assert stored == [{"text/plain": ""}]


@pytest.mark.timeout(120)
def test_a_stored_notebook_keeps_one_empty_output_of_a_notice():
    stored, shown = run_recorded("""
from memorylab.progress import notice
with notice("Compiling") as show:
    show()
""")
    assert "Compiling" in shown
    assert stored == [{"text/plain": ""}]
