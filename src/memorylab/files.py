"""Files that are either whole or not there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
    with _clear_error(path):
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


@contextmanager
def _clear_error(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OSError(
            f"cannot write {path}: {error.strerror or error}. Choose a folder you may write to, "
            "with room on its disk."
        ) from error
