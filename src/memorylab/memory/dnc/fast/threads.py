"""Kernels on the threads of PyTorch."""

from __future__ import annotations

import ctypes
import functools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

_Body = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


def run_in_ranges(
    kernel: Callable[..., None], ranges: list[tuple[int, int]], threads: int, *arguments: Any
) -> None:
    """Call ``kernel(first, last, *arguments)`` for each range, on several threads.

    An OpenMP thread that has done its part of a matrix product keeps its core busy for some
    milliseconds, waiting for more. A thread of ours beside it would get half a core; so kernels run
    on these very threads, which are awake. Where there is no such pool, threads are made.

    Args:
        kernel: Compiled, and free of the interpreter lock.
        ranges: First row and the row after the last one.
        threads: On how many threads at most.
        arguments: What the kernel gets after the range.
    """
    threads = min(threads, len(ranges))
    waiting = iter(ranges)

    def work() -> None:
        for first, last in waiting:  # One iterator for all: who is done takes the next range.
            kernel(first, last, *arguments)

    if threads < 2:
        work()
        return
    parallel = _parallel_region()
    if parallel is None:
        # For this call only: nothing is left over that a fork could not carry along.
        with ThreadPoolExecutor(threads) as pool:
            for done in [pool.submit(work) for _ in range(threads)]:
                done.result()
        return

    errors: list[BaseException] = []

    def body(_: Any) -> None:
        try:
            work()
        except BaseException as error:  # An interrupt, too: nothing may fly through the library.
            errors.append(error)

    parallel(_Body(body), None, threads, 0)
    if errors:
        raise errors[0]


@functools.cache
def _parallel_region() -> Callable[..., None] | None:
    """Return the entry of the OpenMP library that PyTorch has loaded, or None.

    ``GOMP_parallel(function, data, threads, flags)`` is what compilers call for ``#pragma omp
    parallel``.
    """
    try:
        library = ctypes.CDLL("libgomp.so.1", mode=os.RTLD_NOLOAD)
        return library.GOMP_parallel
    except (AttributeError, OSError):  # Not Linux, or a PyTorch built with another library.
        return None


def _after_fork() -> None:
    """The child has no thread but its own, and OpenMP would wait for the others."""
    global _parallel_region
    _parallel_region = lambda: None  # noqa: E731


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
