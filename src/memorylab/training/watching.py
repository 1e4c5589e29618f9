"""What goes on beside training: the progress bar, the live picture and the film."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypedDict

from memorylab.errors import reject_unknown_keys
from memorylab.memory.model import MemoryModel
from memorylab.progress import Drawing, live_progress
from memorylab.tasks import Task
from memorylab.training.film import Film
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
    model: MemoryModel, task: Task, history: History, steps: int, watching: Watching
) -> Iterator[Callable[[int], None]]:
    """Yield a function to call after each gradient step, with its number.

    If the step was measured, its row already stands in ``history``. The film ends with the last of
    these steps; after an interrupt it has what it recorded by then.

    Raises:
        ValueError: An argument in ``watching`` doesn't exist, or the film already shows another
            training.
    """
    reject_unknown_keys(watching, Watching.__annotations__, "argument of train")
    film, latest = watching.get("film"), 0
    if film is not None:
        film.check_new()
        film.see(0, model)
    description = f"{type(task).__name__} with {type(getattr(model, 'memory', model)).__name__}"
    progress, live = watching.get("progress", True), watching.get("live")
    with live_progress(steps, description, progress, live) as (bar, show):
        show(history)

        def see(step: int) -> None:
            nonlocal latest
            latest = step
            bar.update()
            if film is not None:
                film.see(step, model)
            if history.last("step") == step:
                bar.set_postfix_str(f"bit error {history.last('bit_error'):.2%}")
                show(history)

        yield see
    if film is not None:
        film.see(latest, model, last=True)
