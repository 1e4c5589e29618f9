"""Binder's environment file, and its limits on time and processors."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

NOTE = """\
# Made from ../environment.yml by `make environment`, without the package itself: postBuild installs
# that, so that a change to a notebook does not build the whole environment anew.
"""

MAX_SECONDS = 3600
"""The most that all notebooks together may take on one core: a session has one CPU-hour."""


def binder_environment(environment: str) -> str:
    """Return the text of ``binder/environment.yml``, made from that of ``environment.yml``.

    Raises:
        ValueError: The package is not the one line ``- -e .``, so it can't be left out.
    """
    lines = environment.splitlines(keepends=True)
    kept = [line for line in lines if line.strip() != "- -e ."]
    if len(kept) != len(lines) - 1:
        raise ValueError("environment.yml must install the package by one line '- -e .' under pip.")
    return NOTE + "".join(line for line in kept if not line.startswith("#"))


@contextmanager
def one_core() -> Iterator[None]:
    """Limit this thread and all it starts to one processor, with ``CPU_LIMIT`` set as on Binder.

    Raises:
        RuntimeError: The system can't do that (Linux can).
    """
    if not hasattr(os, "sched_setaffinity"):
        raise RuntimeError("This system can't hold a program to one processor; Linux can.")
    allowed, limit = os.sched_getaffinity(0), os.environ.get("CPU_LIMIT")
    os.sched_setaffinity(0, {max(allowed)})
    os.environ["CPU_LIMIT"] = "1"
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)
        if limit is None:
            del os.environ["CPU_LIMIT"]
        else:
            os.environ["CPU_LIMIT"] = limit
