"""Progress bars, live pictures and notices that leave no text in a stored notebook."""

from __future__ import annotations

import base64
import html
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, runtime_checkable

from tqdm import tqdm

_PICTURE_SECONDS = 0.5
"""The shortest time between two pictures."""


@runtime_checkable
class Drawing(Protocol):
    """A figure that gives itself as PNG, as those of :mod:`memorylab.plots` do."""

    def _repr_png_(self) -> bytes: ...


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
    return _bar(total, description, enabled, _output() if enabled else sys.stderr, unit)


@contextmanager
def live_progress(
    total: int,
    description: str,
    enabled: bool = True,
    draw: Callable[..., Drawing] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[tuple[tqdm, Callable[..., None]]]:
    """Yield a progress bar, and a function that shows ``draw`` of its arguments below the bar.

    A notebook draws at most twice a second, and at most a tenth of the time. The bar and the
    picture share one output, which ends up holding the last picture alone, also after an interrupt.
    Elsewhere nothing is drawn.

    Args:
        total: Number of steps at which the bar is full.
        description: What is going on; shown left of the bar.
        enabled: False shows no bar.
        draw: Returns a figure; None draws none.
        clock: Tells the seconds.
    """
    output = _output() if enabled or draw is not None else sys.stderr
    picture = None
    if draw is not None and isinstance(output, _NotebookOutput):
        picture = _LivePicture(draw, output, clock)
    with _bar(total, description, enabled, output) as bar:
        try:
            yield bar, (lambda *arguments: None) if picture is None else picture.show
        finally:
            if picture is not None:
                picture.finish()


def _bar(total: int, description: str, enabled: bool, output: Any, unit: str = "step") -> tqdm:
    return tqdm(
        total=total,
        desc=description,
        disable=not enabled,
        unit=unit,
        leave=False,
        file=output,
        # A notebook shows every character. For a terminal, tqdm finds out.
        ascii=False if isinstance(output, _NotebookOutput) else None,
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
    """A file for tqdm that shows the last line written to it, and a picture, in one output."""

    def __init__(self) -> None:
        from IPython.display import display

        self._line, self._png, self._name = "", "", ""
        self._handle = display({"text/plain": ""}, raw=True, display_id=True)

    def write(self, text: str) -> None:
        self._line = text.rsplit("\r", 1)[-1].strip("\n").rstrip()
        self._update()

    def flush(self) -> None:
        """Do nothing: every line is shown when it is written."""

    def show_picture(self, figure: Drawing) -> None:
        self._png = base64.b64encode(figure._repr_png_()).decode()
        self._name = repr(figure)
        self._update()

    def _update(self) -> None:
        data = {"text/plain": self._line or self._name}
        if self._png and self._line:
            source = f"data:image/png;base64,{self._png}"
            data["text/html"] = f'<pre>{html.escape(self._line)}</pre><img src="{source}">'
        elif self._png:
            data["image/png"] = self._png
        self._handle.update(data, raw=True)


class _LivePicture:
    """A picture that is drawn anew whenever there is time for it."""

    def __init__(
        self, draw: Callable[..., Drawing], output: _NotebookOutput, clock: Callable[[], float]
    ):
        self._draw, self._output, self._clock = draw, output, clock
        self._due = clock()
        self._waiting: tuple[Any, ...] | None = None

    def show(self, *arguments: Any) -> None:
        """Draw now, if the last time was long enough ago; otherwise at the next occasion."""
        self._waiting = arguments
        if self._clock() >= self._due:
            self.finish()

    def finish(self) -> None:
        """Draw what is waiting, if anything is."""
        if self._waiting is None:
            return
        # First, so that a picture that can't be drawn isn't tried again on the way out.
        arguments, self._waiting = self._waiting, None
        start = self._clock()
        self._output.show_picture(self._draw(*arguments))
        now = self._clock()
        self._due = max(start + _PICTURE_SECONDS, now + 9 * (now - start))


def _output() -> Any:
    # Through sys.modules, because importing IPython takes time where it isn't used.
    ipython: Any = sys.modules.get("IPython")
    in_notebook = ipython is not None and hasattr(ipython.get_ipython(), "kernel")
    return _NotebookOutput() if in_notebook else sys.stderr
