"""Checkpoints of a training with its history and its film, each either complete or absent."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from memorylab.training.film import Film
from memorylab.training.history import History

PREFIX = "step-"
"""With this and its number of steps the name of a checkpoint begins."""

_UNFINISHED = ".writing-"
_HISTORY = "history.json"
FILM = "film.npz"
"""The film of the training inside a checkpoint, if it was filmed."""


def save_checkpoint(
    write: Callable[[Path], None],
    history: History,
    folder: str | Path,
    film: Film | None = None,
) -> Path:
    """Let ``write`` fill a folder in ``folder``, add history and film, delete the one before.

    The new one is written under a temporary name and renamed, so there is always a complete one. If
    that fails, OSError says so and the one before stays.
    """
    folder = Path(folder).absolute()
    final = folder / f"{PREFIX}{history.env_steps[-1]:012d}"
    earlier = set(folder.glob(f"{PREFIX}*")) - {final}
    if not final.exists():
        with _clear_error(folder):
            temporary = Path(tempfile.mkdtemp(dir=folder, prefix=_UNFINISHED))
            try:
                write(temporary)
                if film is not None:
                    film.save(temporary / FILM)
                history.save(temporary / _HISTORY)
                temporary.rename(final)
            finally:
                shutil.rmtree(temporary, ignore_errors=True)
    for path in earlier:
        # Rename first: a half-deleted checkpoint must not look complete.
        path.rename(path.with_name(f"{_UNFINISHED}{path.name}"))
    drop_unfinished(folder)
    return final


def drop_unfinished(folder: Path) -> None:
    """Delete what an interrupt has left of checkpoints that were being written or deleted."""
    for path in folder.glob(f"{_UNFINISHED}*"):
        # What can't be deleted now is tried again with the next checkpoint.
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def claimed(folder: str | Path | None) -> Iterator[None]:
    """Make ``folder``, if one is given, and keep other programs out while the block is running.

    Whatever ends the block, nothing half written or half deleted is left.

    OSError says that it can't be made or written, or that another program is using it.
    """
    if folder is None:
        yield
        return
    folder = Path(folder).absolute()
    with _clear_error(folder):
        # Find out before hours of training whether the folder can be written.
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    # The folder itself is locked, so no file is left behind, whatever ends this program.
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OSError(
                f"Another program is writing checkpoints into {folder}. Wait for it, or choose "
                "another folder."
            ) from error
        try:
            yield
        finally:
            drop_unfinished(folder)
    finally:
        os.close(handle)


@contextmanager
def _clear_error(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.__cause__ if isinstance(error.__cause__, OSError) else error
        advice = "Choose a folder you may write to, with room on its disk."
        if saved := find_checkpoint(folder):
            whole = f"The checkpoint before, {saved.name}, is complete"
            advice = f"{whole}: make room, and go on from it with resume=True."
        message = f"Can't write a checkpoint into {folder}: {reason.strerror or reason}. {advice}"
        raise OSError(message) from error


def find_checkpoint(folder: str | Path) -> Path | None:
    """Return the newest complete checkpoint in ``folder``, or None."""
    return max(Path(folder).absolute().glob(f"{PREFIX}*"), default=None)


def check_resumption(checkpoint_path: str | Path | None, resume: bool) -> None:
    """Raise if there is nothing to resume from, or a checkpoint in the way."""
    if resume and checkpoint_path is None:
        raise ValueError("resume=True needs a checkpoint_path to resume from.")
    if not resume and checkpoint_path is not None and find_checkpoint(checkpoint_path):
        raise FileExistsError(
            f"{checkpoint_path} holds a checkpoint of an earlier run. Pass resume=True to go on "
            "from it, or choose another checkpoint_path."
        )


def read_history(checkpoint: Path | None, new: History) -> History:
    """Read a checkpoint's history, or return ``new`` if there is no checkpoint.

    ValueError names every setting in which the checkpoint differs from ``new``.
    """
    if checkpoint is None:
        return new
    history = History.load(checkpoint / _HISTORY)
    if differences := _differences(history.settings, new.settings):
        raise ValueError(
            f"The checkpoint {checkpoint} has other settings: {'; '.join(differences)}. Go on with "
            "the settings it was made with, or choose another checkpoint_path."
        )
    return history


def _differences(saved: dict[str, Any], wanted: dict[str, Any], where: str = "") -> list[str]:
    """Return a phrase for every setting, however deep, that is not the same in both."""
    differences = []
    for key in sorted(saved.keys() | wanted.keys()):
        old, new = saved.get(key, "missing"), wanted.get(key, "missing")
        if isinstance(old, dict) and isinstance(new, dict):
            differences += _differences(old, new, f"{where}{key}.")
        elif old != new:
            differences.append(f"{where}{key} was {old!r} and is now {new!r}")
    return differences


def begin_film(film: Film | None, checkpoint: Path | None) -> None:
    """Take over the film in a checkpoint, or make sure that this one is new.

    Raises:
        ValueError: The film already shows another training, or the checkpoint's another sequence.

    Warns:
        UserWarning: Either the checkpoint or the new training has a film, but not both.
    """
    has_film = checkpoint is not None and (checkpoint / FILM).exists()
    if film is None:
        if has_film:
            warnings.warn(
                f"The checkpoint {checkpoint} has a film, but the training goes on without: the "
                "next checkpoint drops it. Pass film=Film(...) of the same sequence to continue "
                "it.",
                stacklevel=2,
            )
    elif checkpoint is not None and has_film:
        film.resume(Film.load(checkpoint / FILM))
    else:
        film.check_new()
        if checkpoint is not None:
            warnings.warn(
                f"The checkpoint {checkpoint} has no film: this one begins with the checkpoint, "
                "not with step 0.",
                stacklevel=2,
            )
