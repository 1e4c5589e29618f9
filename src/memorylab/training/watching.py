"""What goes on beside training: the progress bar, the live picture and the film."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypedDict

from memorylab.progress import Drawing, live_progress
from memorylab.training.film import CanBeTraced, Film
from memorylab.training.history import History


class Watching(TypedDict, total=False):
    """Arguments of ``train`` that change nothing in what is learnt."""

    progress: bool
    """Whether to show a progress bar; by default True."""
    film: Film | None
    """A film that records this training."""
    live: Callable[[History], Drawing] | None
    """Draws the history while training runs in a notebook."""


@contextmanager
def watch(
    model: CanBeTraced | Any,
    history: History,
    steps: int,
    description: str,
    *,
    progress: bool = True,
    film: Film | None = None,
    live: Callable[[History], Drawing] | None = None,
) -> Iterator[Callable[..., None]]:
    """Yield a function to call after each gradient step, with its number.

    If something was measured after the step, the function also gets a note for the bar. The film
    ends with the last of these steps.
    """
    if film is not None:
        film.check_new()
        film.see(0, model)
    latest = 0
    with live_progress(steps, description, progress, live) as (bar, show):
        show(history)

        def see(step: int, note: str | None = None) -> None:
            nonlocal latest
            latest = step
            bar.update()
            if film is not None:
                film.see(step, model)
            if note is not None:
                bar.set_postfix_str(note)
                show(history)

        yield see
    if film is not None:
        film.see(latest, model, last=True)
