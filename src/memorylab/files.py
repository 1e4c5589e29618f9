"""Files that are either whole or not there, and arrays in them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np


@contextmanager
def write_atomically(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``, and rename it to ``path`` once the block succeeds.

    An interrupt or an error inside the block removes the temporary file and leaves an older file
    at ``path`` as it was.

    Args:
        path: Where the finished file belongs; its folder is created if missing.

    Raises:
        OSError: The folder can't be written, or its disk is full; the message names the file.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Same folder, so that the rename stays on one file system and is atomic; same suffix,
        # because numpy appends one to names that lack it.
        handle, name = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix
        )
        os.close(handle)
        temporary = Path(name)
        try:
            yield temporary
            # mkstemp makes files private; a saved file should have the permissions of any new file.
            umask = os.umask(0)
            os.umask(umask)
            temporary.chmod(0o666 & ~umask)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise OSError(
            f"cannot write {path}: {error.strerror or error}. Choose a folder you may write to, "
            "with room on its disk."
        ) from error


@contextmanager
def new_folder(path: str | Path) -> Iterator[Path]:
    """Yield a temporary folder beside ``path``, and rename it to ``path`` once the block succeeds.

    An interrupt or an error inside the block removes the temporary folder.

    Args:
        path: Where the finished folder belongs; nothing may be there yet.

    Raises:
        FileExistsError: There is something at ``path``, and it is not an empty folder.
        OSError: The folder can't be written, or its disk is full; the message names the folder.
    """
    path = Path(path).absolute()
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        raise FileExistsError(f"There is something at {path} already. Choose another folder.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}-"))
        try:
            yield temporary
            umask = os.umask(0)
            os.umask(umask)
            temporary.chmod(0o777 & ~umask)
            temporary.rename(path)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    except OSError as error:
        raise OSError(
            f"cannot write {path}: {error.strerror or error}. Choose a folder you may write to, "
            "with room on its disk."
        ) from error


def save_arrays(path: str | Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write named arrays as a compressed npz archive; an interrupt leaves an older one as it was.

    Raises:
        ValueError: The path doesn't end in ``.npz``, or an array holds Python objects.
        OSError: The folder can't be written, or its disk is full; the message names the file.
    """
    path = _npz_path(path)
    for name, array in arrays.items():
        if array.dtype.hasobject:
            raise ValueError(f"{name} holds Python objects; only numbers are stored.")
    with write_atomically(path) as temporary:
        # To mypy, an array might be the argument allow_pickle.
        np.savez_compressed(temporary, **arrays)  # type: ignore[arg-type]


def load_arrays(path: str | Path, what: str) -> dict[str, np.ndarray]:
    """Read an npz archive; nothing in it is executed or unpickled.

    Args:
        path: A path that ends in ``.npz``.
        what: What the file should hold, for the messages: ``"demonstrations"``.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The path has another ending, or the file is damaged.
    """
    path = _npz_path(path)
    if not path.is_file():
        raise FileNotFoundError(f"Found no {what} at {path}.")
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except Exception as error:  # zip, zlib and numpy each have their own ways to fail.
        raise ValueError(
            f"{path} is damaged, or holds no {what} ({error}). Record and save anew."
        ) from error


def _npz_path(path: str | Path) -> Path:
    path = Path(path)
    if path.suffix != ".npz":
        raise ValueError(f"Arrays are stored in a file that ends in .npz, but got {path.name!r}.")
    return path
