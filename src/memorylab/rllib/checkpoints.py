"""Checkpoints that are either whole or not there."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from ray.rllib.algorithms.algorithm import Algorithm

from memorylab.rllib.agent import History

_PREFIX = "step-"
_HISTORY = "history.json"


def save_checkpoint(algorithm: Algorithm, history: History, folder: str | Path) -> Path:
    """Write weights, optimizer and history into ``folder``, then drop the checkpoint before.

    The new checkpoint is written under a temporary name and renamed, so whenever an interrupt
    comes, ``folder`` holds a whole one. Episodes in flight are not saved.

    Raises:
        OSError: The folder can't be written.
    """
    folder = Path(folder).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    earlier = [path for path in folder.iterdir() if path.name.startswith((_PREFIX, ".writing-"))]
    final = folder / f"{_PREFIX}{history.env_steps[-1]:012d}"
    if final in earlier:
        return final
    temporary = Path(tempfile.mkdtemp(dir=folder, prefix=".writing-"))
    try:
        algorithm.save_to_path(temporary)
        history.save(temporary / _HISTORY)
        temporary.rename(final)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    for path in earlier:
        shutil.rmtree(path)
    return final


def find_checkpoint(folder: str | Path) -> Path | None:
    """Return the newest whole checkpoint in ``folder``, or None."""
    return max(Path(folder).absolute().glob(f"{_PREFIX}*"), default=None)


def read_history(checkpoint: Path, settings: dict[str, Any]) -> History:
    """Read a checkpoint's history and make sure that the checkpoint is one of these settings.

    Raises:
        ValueError: It belongs to another environment, model or learning setting; the message
            names every difference.
    """
    history = History.load(checkpoint / _HISTORY)
    differences = _differences(history.settings, settings)
    if differences:
        raise ValueError(
            f"The checkpoint {checkpoint} has other settings: {'; '.join(differences)}. Go on with "
            "the settings it was made with, or choose another checkpoint_path."
        )
    return history


def _differences(saved: dict[str, Any], wanted: dict[str, Any], where: str = "") -> list[str]:
    differences = []
    for key in sorted(saved.keys() | wanted.keys()):
        old, new = saved.get(key, "missing"), wanted.get(key, "missing")
        if isinstance(old, dict) and isinstance(new, dict):
            differences += _differences(old, new, f"{where}{key}.")
        elif old != new:
            differences.append(f"{where}{key} was {old!r} and is now {new!r}")
    return differences
