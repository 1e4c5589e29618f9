"""Execute notebooks from first cell to last, and store them so that a diff shows what changed."""

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
from tools.navigation import generated_cells

_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    # Without the version, which differs between machines.
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
    """The cost of running a notebook: wall-clock seconds, and the peak memory in bytes."""

    seconds: float
    peak_bytes: int


WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def execute(path: Path, timeout: int = 600) -> Cost:
    """Execute the notebook at ``path`` in its own folder and store it, outputs and all.

    The stored file has no widgets, no times of execution and no interpreter version. It replaces
    the old file only after every cell has run.

    Args:
        path: The notebook.
        timeout: The time limit of one cell, in seconds.

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
    limits: AbstractContextManager | None = None,
) -> Cost:
    """Execute ``notebook`` in place, with ``folder`` as working directory, and measure it.

    Memory is the proportional set size of the kernel and of everything it starts, sampled ten
    times a second. On systems without it, the unique set size counts.

    Args:
        notebook: The notebook; its outputs are replaced.
        folder: Working directory of the kernel.
        timeout: The time limit of one cell, in seconds.
        limits: A context in which the notebook runs, such as ``binder.one_core()``; measuring
            happens outside it.

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
        with limits or nullcontext():
            client.execute()
    finally:
        seconds = time.perf_counter() - start
        finished.set()
        watcher.join()
    return Cost(seconds, peak)


def normalise(notebook: nbformat.NotebookNode) -> None:
    """Remove from ``notebook`` whatever differs between runs or machines."""
    notebook.metadata = nbformat.from_dict(_METADATA)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for name in ("collapsed", "scrolled", "trusted"):
            cell.metadata.pop(name, None)
        for output in cell.get("outputs", ()):
            # The view names a model of a kernel that is gone; without it, front ends show the PNG.
            output.get("data", {}).pop(WIDGET_VIEW, None)


def refresh(path: Path) -> bool:
    """Make the generated parts of the notebook at ``path`` anew; return whether they changed.

    Raises:
        ValueError: The header has no place for the bar, or the file is not in the course.
    """
    notebook = nbformat.read(path, as_version=4)
    sources = generated_cells(notebook.cells, path)
    changed = [cell.source for cell in notebook.cells] != sources
    for cell, source in zip(notebook.cells, sources, strict=True):
        cell.source = source
    if changed:
        store(notebook, path)
    return changed


def store(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Write ``notebook`` to ``path``, whole or not at all."""
    nbformat.validate(notebook)
    with write_atomically(path) as temporary:
        nbformat.write(notebook, temporary)


def _memory_of_children(others: list[psutil.Process]) -> int:
    """Return the bytes of this process's descendants, except of ``others`` and theirs."""
    total, own = 0, psutil.Process()
    for child in set(own.children()) - set(others):
        for process in _with_children(child):
            try:
                if process.cmdline() == own.cmdline():
                    continue  # It is about to start another program, and still holds our memory.
                memory = process.memory_full_info()
            except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
                continue  # The process has ended or belongs to the system.
            total += getattr(memory, "pss", memory.uss)
    return total


def _with_children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
