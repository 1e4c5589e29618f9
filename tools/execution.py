"""Notebooks executed from the first cell to the last, stored so that a diff shows what changed."""

from __future__ import annotations

import threading
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient

from memorylab.files import write_atomically
from tools.navigation import with_bar, with_launch_section

_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    # Without the version, which would change with every machine.
    "language_info": {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}


@dataclass(frozen=True)
class Cost:
    """What running a notebook took: wall-clock seconds, and bytes at the worst moment."""

    seconds: float
    peak_bytes: int


WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def execute(path: Path, timeout: int = 600) -> Cost:
    """Execute the notebook at ``path`` in its own folder and store it, outputs and all.

    The stored file has no widgets, no times of execution and no interpreter version, and
    replaces the old one only once every cell has run.

    Args:
        path: The notebook.
        timeout: Seconds that one cell may take.

    Raises:
        nbclient.exceptions.CellExecutionError: A cell failed; the file is as before.
        nbclient.exceptions.CellTimeoutError: A cell took too long; the file is as before.
    """
    notebook = nbformat.read(path, as_version=4)
    cost = run(notebook, path.parent, timeout)
    normalise(notebook)
    store(notebook, path)
    return cost


def run(
    notebook: nbformat.NotebookNode,
    folder: Path,
    timeout: int = 600,
    surroundings: AbstractContextManager | None = None,
) -> Cost:
    """Execute ``notebook`` in place, with ``folder`` as working directory, and measure it.

    Memory is the proportional share of the kernel and of everything it starts, sampled ten times
    a second; systems without proportional shares count what each process holds alone.

    Args:
        notebook: The notebook; its outputs are replaced.
        folder: Working directory of the kernel.
        timeout: Seconds that one cell may take.
        surroundings: Entered while the notebook runs, such as ``binder.one_core()``; measuring
            stays outside.

    Raises:
        nbclient.exceptions.CellExecutionError: A cell failed.
        nbclient.exceptions.CellTimeoutError: A cell took too long.
    """
    client = NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        store_widget_state=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    )
    finished = threading.Event()
    peak = 0
    others = psutil.Process().children()

    def watch() -> None:
        nonlocal peak
        while not finished.wait(0.1):
            peak = max(peak, _memory_of_children(others))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    start = time.perf_counter()
    try:
        with surroundings or nullcontext():
            client.execute()
    finally:
        seconds = time.perf_counter() - start
        finished.set()
        watcher.join()
    return Cost(seconds, peak)


def normalise(notebook: nbformat.NotebookNode) -> None:
    """Take out of ``notebook`` whatever differs from run to run or from machine to machine."""
    notebook.metadata = nbformat.from_dict(_METADATA)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for name in ("collapsed", "scrolled", "trusted"):
            cell.metadata.pop(name, None)
        for output in cell.get("outputs", ()):
            # Names a model that only this kernel had; in its place frontends show the picture.
            output.get("data", {}).pop(WIDGET_VIEW, None)


def update_bar(path: Path) -> bool:
    """Rewrite the navigation bar of the notebook at ``path``; return whether it changed.

    Raises:
        ValueError: The header has no place for it, or the file is not in the course.
    """
    notebook = nbformat.read(path, as_version=4)
    header = notebook.cells[0]
    text = with_bar(header.source, path)
    if text == header.source:
        return False
    header.source = text
    store(notebook, path)
    return True


def update_launch_links(readme: Path) -> bool:
    """Rewrite the launch links of the README at ``readme``; return whether they changed.

    Raises:
        ValueError: The README has no place for them.
    """
    old = readme.read_text(encoding="utf-8")
    new = with_launch_section(old)
    if new == old:
        return False
    with write_atomically(readme) as temporary:
        temporary.write_text(new, encoding="utf-8")
    return True


def store(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Write ``notebook`` to ``path``, whole or not at all."""
    nbformat.validate(notebook)
    with write_atomically(path) as temporary:
        nbformat.write(notebook, temporary)


def _memory_of_children(others: list[psutil.Process]) -> int:
    """Return the bytes of this process's children and theirs, except those of ``others``."""
    total = 0
    for child in set(psutil.Process().children()) - set(others):
        for process in _with_children(child):
            try:
                memory = process.memory_full_info()
            except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
                continue  # it ended, or belongs to the system
            total += getattr(memory, "pss", memory.uss)
    return total


def _with_children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
