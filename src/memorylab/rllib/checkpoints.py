"""Checkpoints of an algorithm, its history and its film, each either complete or absent.

RLlib's ``save_to_path`` writes file by file into the folder it is given. An interrupt leaves half a
checkpoint there, and a learner in another process that can't write is not noticed.
"""

from __future__ import annotations

import fcntl
import json
import os
import pickle
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ray.rllib.algorithms.algorithm import Algorithm

from memorylab.rllib.connector_states import ConnectorStates, read_algorithm
from memorylab.rllib.encoding import decode, encode, find_by_name
from memorylab.training import Film, History

_PREFIX = "step-"
_UNFINISHED = ".writing-"
_HISTORY = "history.json"
_CONNECTORS = "connectors.json"
FILM = "film.npz"
"""The film of the training inside a checkpoint, if it was filmed."""

_LEARNER = Path("learner_group", "learner")
MODULE = _LEARNER / "rl_module" / "default_policy"
"""Where RLlib puts the networks inside a checkpoint."""


def save_checkpoint(
    algorithm: Algorithm, history: History, folder: str | Path, film: Film | None = None
) -> Path:
    """Write weights, optimizer, history and film into ``folder``, then delete the one before.

    The new one is written under a temporary name and renamed, so there is always a complete one. If
    that fails, OSError says so and the one before stays. Unfinished episodes are not saved.
    """
    folder = Path(folder).absolute()
    final = folder / f"{_PREFIX}{history.env_steps[-1]:012d}"
    earlier = set(folder.glob(f"{_PREFIX}*")) - {final}
    if not final.exists():
        with _clear_error(folder):
            temporary = Path(tempfile.mkdtemp(dir=folder, prefix=_UNFINISHED))
            try:
                write_checkpoint(algorithm, history, temporary, film)
                temporary.rename(final)
            finally:
                shutil.rmtree(temporary, ignore_errors=True)
    for path in earlier:
        # Rename first: a half-deleted checkpoint must not look complete.
        path.rename(path.with_name(f"{_UNFINISHED}{path.name}"))
    drop_unfinished(folder)
    return final


def write_checkpoint(
    algorithm: Algorithm, history: History, folder: Path, film: Film | None = None
) -> None:
    """Write weights, optimizer, history and film into an empty folder, or raise OSError."""
    algorithm.save_to_path(folder)
    if algorithm.config.num_learners:
        # A learner in another process writes its part itself, and RLlib ignores its errors.
        for path in (_LEARNER / "state.pkl", MODULE / "module_state.pkl"):
            try:
                pickle.loads((folder / path).read_bytes())
            except (OSError, EOFError, pickle.UnpicklingError):
                raise OSError(f"the learner could not write {path}") from None
    if film is not None:
        film.save(folder / FILM)
    # RLlib has them too, but in pickles.
    states = encode(read_algorithm(algorithm), "connectors")
    (folder / _CONNECTORS).write_text(json.dumps(states))
    history.save(folder / _HISTORY)


def drop_unfinished(folder: Path) -> None:
    """Delete what an interrupt has left of checkpoints that were being written or deleted."""
    for path in folder.glob(f"{_UNFINISHED}*"):
        # What can't be deleted now is tried again with the next checkpoint.
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def claimed(folder: str | Path | None) -> Iterator[None]:
    """Make ``folder``, if one is given, and keep other programs out while the block is running.

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
        yield
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
    return max(Path(folder).absolute().glob(f"{_PREFIX}*"), default=None)


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


def read_connectors(checkpoint: Path) -> ConnectorStates | None:
    """Read what connectors have learnt, or return None if an older version wrote the checkpoint."""
    path = checkpoint / _CONNECTORS
    return decode(json.loads(path.read_text()), find_by_name) if path.exists() else None


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
