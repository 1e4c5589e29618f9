"""Files that are either whole or not there, and the arrays and JSON in them."""

from __future__ import annotations

import json
import math
import os
import re
import reprlib
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

_MOST_ARRAYS = 1_000
_MOST_BYTES = 100_000_000
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


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
        unpacked = sum(array.nbytes for array in arrays.values())
        if unpacked > 0.9 * _most_bytes(temporary.stat().st_size):
            # So little is left of it that load_arrays would refuse to unpack it.
            np.savez(temporary, **arrays)  # type: ignore[arg-type]


def load_arrays(path: str | Path, what: str) -> dict[str, np.ndarray]:
    """Read an npz archive of numbers and texts; nothing in it is executed or unpickled.

    What the archive says of its arrays is checked before any of them is unpacked. It may hold at
    most 1,000, and unpack to at most 100 MB or 50 times its size.

    Args:
        path: A path that ends in ``.npz``.
        what: What the file should hold, for the messages: ``"demonstrations"``.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The path has another ending, the file is damaged or would unpack to more than
            that, or an array holds anything but real numbers.
    """
    path = _npz_path(path)
    if not path.is_file():
        raise FileNotFoundError(f"Found no {what} at {path}.")
    try:
        with zipfile.ZipFile(path) as archive:
            _check_archive(archive, path.stat().st_size)
            return {
                member.filename.removesuffix(".npy"): _read_array(archive, member)
                for member in archive.infolist()
            }
    except Exception as error:  # zip, zlib and numpy each have their own ways to fail.
        raise ValueError(
            f"{path} is damaged, or holds no {what} ({error}). Record and save anew."
        ) from error


def _check_archive(archive: zipfile.ZipFile, size: int) -> None:
    """Raise ValueError if an archive of ``size`` bytes unpacks to more than a file of ours does."""
    members = archive.infolist()
    if len(members) > _MOST_ARRAYS:
        raise ValueError(f"it has {len(members)} arrays, and at most {_MOST_ARRAYS} are read")
    unpacked, most = sum(member.file_size for member in members), _most_bytes(size)
    if unpacked > most:
        raise ValueError(
            f"its {size / 1e6:.1f} MB would unpack to {unpacked / 1e6:.0f} MB, and at most "
            f"{most / 1e6:.0f} MB are read"
        )


def _most_bytes(size: int) -> int:
    """Return how many bytes an archive of ``size`` bytes may unpack to."""
    return max(_MOST_BYTES, 50 * size)


def _read_array(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> np.ndarray:
    """Return one array of an archive, once its header is that of real numbers or of a text."""
    with archive.open(member) as file:
        read_header = _HEADERS[np.lib.format.read_magic(file)]
        shape, _, dtype = read_header(file)
        if dtype.kind not in "biuf" and not (dtype.kind == "U" and shape == ()):
            raise ValueError(f"{member.filename} holds {dtype} instead of real numbers")
        # Otherwise numpy would make room for whatever the header says.
        if math.prod(shape) * dtype.itemsize != member.file_size - file.tell():
            raise ValueError(f"{member.filename} hasn't the size that its header says")
    with archive.open(member) as file:
        return np.lib.format.read_array(file, allow_pickle=False)


def read_json(path: str | Path, what: str) -> dict[str, Any]:
    """Read a JSON object.

    Args:
        path: A file that exists.
        what: What the file should hold, for the message: ``"a training history"``.

    Raises:
        ValueError: The file holds something else.
    """
    try:
        return parse_json(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is not {what}: {error}") from error


def parse_json(text: str) -> dict[str, Any]:
    """Return the JSON object in a text, or raise ValueError."""
    try:
        content = json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(content, dict):
        raise ValueError(f"expected an object, {{...}}, but it holds {reprlib.repr(content)}")
    return content


def _npz_path(path: str | Path) -> Path:
    path = Path(path)
    if path.suffix != ".npz":
        raise ValueError(f"Arrays are stored in a file that ends in .npz, but got {path.name!r}.")
    return path


def printable(text: Any) -> str:
    """Return a text in which U+FFFD stands for lone surrogates, which no file can hold."""
    return re.sub("[\ud800-\udfff]", "\ufffd", str(text))
