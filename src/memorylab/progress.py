"""Progress bars and notices that leave no text in a stored notebook."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tqdm import tqdm


def progress_bar(total: int, description: str, enabled: bool = True, unit: str = "step") -> tqdm:
    """Return a tqdm bar that vanishes when it is closed; use it in a ``with`` statement.

    In a notebook it is drawn as plain text in one output that ends up empty: stored notebooks
    stay the same from run to run, and need no widgets to be read. In a terminal it is tqdm's own.

    Args:
        total: Number of steps at which the bar is full.
        description: What is going on; shown left of the bar.
        enabled: False draws nothing.
        unit: What a step is called.
    """
    file = _output() if enabled else sys.stderr
    return tqdm(
        total=total,
        desc=description,
        disable=not enabled,
        unit=unit,
        leave=False,
        file=file,
        # A notebook shows every character. For a terminal, tqdm finds out.
        ascii=False if isinstance(file, _NotebookOutput) else None,
        ncols=100,
        miniters=1,
        mininterval=0.2,
    )


@contextmanager
def notice(text: str) -> Iterator[Callable[[], None]]:
    """Yield a function that shows ``text``, once; it vanishes from a notebook after the block."""
    file: Any = None

    def show() -> None:
        nonlocal file
        if file is None:
            file = _output()
            file.write(f"{text}\n")

    try:
        yield show
    finally:
        if isinstance(file, _NotebookOutput):
            file.write("")


class _NotebookOutput:
    """A file for tqdm that shows the last line written to it in one output of a notebook."""

    def __init__(self) -> None:
        from IPython.display import display

        self._handle = display({"text/plain": ""}, raw=True, display_id=True)

    def write(self, text: str) -> None:
        line = text.rsplit("\r", 1)[-1].strip("\n").rstrip()
        self._handle.update({"text/plain": line}, raw=True)

    def flush(self) -> None:
        """Do nothing: every line is shown when it is written."""


def _output() -> Any:
    # Through sys.modules, because importing IPython takes time where it isn't used.
    ipython: Any = sys.modules.get("IPython")
    in_notebook = ipython is not None and hasattr(ipython.get_ipython(), "kernel")
    return _NotebookOutput() if in_notebook else sys.stderr
