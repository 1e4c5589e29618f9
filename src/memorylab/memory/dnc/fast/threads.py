"""Kernels on the threads of PyTorch.

Python's own threads beside PyTorch's, which spin after each product, took 1.5 to 2 times as long
for sequences of the course's sizes on two cores: longer than one thread alone.
"""

from __future__ import annotations

import ctypes
import functools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

REGION, THREADS, TAKEN, DONE, COUNT, RANGES = range(6)
"""Layout of the int64 array ``team``: the address of ``GOMP_parallel``, threads, ranges begun,
ranges done, number of ranges, then (first, last) of each."""

ALL = -1
"""As the first row: all ranges of the team."""


def run_in_ranges(
    kernel: Callable[..., None], ranges: list[tuple[int, int]], threads: int, *arguments: Any
) -> None:
    """Call ``kernel(first, last, team, *arguments)`` for each range, on several threads.

    An OpenMP thread that has done its part of a matrix product spins for some milliseconds, waiting
    for more. A thread of ours beside it would get half a core, so the kernels run on these very
    threads. Where there is no such pool, threads of Python are made for the call.

    Args:
        kernel: Compiled, free of the interpreter lock, and begins with :func:`share_ranges`.
        ranges: First row and the row after the last one.
        threads: On how many threads at most.
        arguments: What the kernel gets after the range.

    Raises:
        MemoryError: There was no memory left for a kernel.
    """
    threads = min(threads, len(ranges))
    region = _parallel_region() if threads > 1 else 0
    team = np.array([region, threads, 0, 0, len(ranges), *(row for pair in ranges for row in pair)])
    if region:
        kernel(ALL, ALL, team, *arguments)
        if team[DONE] < len(ranges):
            raise MemoryError("There is no memory left for a step of the DNC.")
    elif threads < 2:
        for first, last in ranges:
            kernel(first, last, team, *arguments)
    else:
        # For this call only, so that no thread is left that a fork would not copy.
        with ThreadPoolExecutor(threads) as pool:
            for done in [pool.submit(kernel, *pair, team, *arguments) for pair in ranges]:
                done.result()


@intrinsic
def share_ranges(context, team):
    """Let several threads call the function around this, each for one range after the other.

    The function's first two arguments are the range; the others are the same for all. This is what
    compilers make of ``#pragma omp parallel``: ``GOMP_parallel`` gets a function whose only
    argument is the address of all that it needs. It runs without Python, because waiting for the
    interpreter lock would take as long as a kernel's short step.
    """

    def generate(context, builder, signature, values):
        number, long, address = ir.IntType(32), ir.IntType(64), ir.IntType(8).as_pointer()
        kernel = builder.function  # Its arguments: two of Numba's own, first, last, …
        team = context.make_array(signature.args[0])(context, builder, values[0]).data
        frame = cgutils.pack_struct(builder, [team, *kernel.args])
        place = cgutils.alloca_once_value(builder, frame)

        work_type = ir.FunctionType(ir.VoidType(), [address])
        work = ir.Function(builder.module, work_type, f"{kernel.name}.on_a_thread")
        work.linkage = "internal"
        begin, take, run, end = (
            work.append_basic_block(name) for name in ["begin", "take", "run", "end"]
        )
        inside = ir.IRBuilder(begin)
        frame = inside.load(inside.bitcast(work.args[0], place.type))
        shared, *arguments = cgutils.unpack_tuple(inside, frame)
        inside.branch(take)

        # Dynamic schedule: a shared atomic counter hands out the next range.
        inside.position_at_end(take)
        taken = inside.atomic_rmw("add", inside.gep(shared, [long(TAKEN)]), long(1), "seq_cst")
        count = inside.load(inside.gep(shared, [long(COUNT)]))
        inside.cbranch(inside.icmp_signed("<", taken, count), run, end)

        inside.position_at_end(run)
        pair = inside.gep(shared, [inside.add(inside.mul(taken, long(2)), long(RANGES))])
        arguments[2:4] = inside.load(pair), inside.load(inside.gep(pair, [long(1)]))
        status = inside.call(kernel, arguments)
        # An error can't pass through the library, so a range that fails isn't counted as done.
        done = inside.zext(inside.icmp_signed("<=", status, number(0)), long)
        inside.atomic_rmw("add", inside.gep(shared, [long(DONE)]), done, "seq_cst")
        inside.branch(take)

        inside.position_at_end(end)
        inside.ret_void()

        entry_type = ir.FunctionType(
            ir.VoidType(), [work_type.as_pointer(), address, number, number]
        )
        region, threads = (builder.load(builder.gep(team, [long(i)])) for i in (REGION, THREADS))
        builder.call(
            builder.inttoptr(region, entry_type.as_pointer()),
            [work, builder.bitcast(place, address), builder.trunc(threads, number), number(0)],
        )
        return context.get_dummy_value()

    return types.void(team), generate


@functools.cache
def _parallel_region() -> int:
    """Return the address of ``GOMP_parallel`` in the library that PyTorch has loaded, or 0.

    ``GOMP_parallel(function, data, threads, flags)`` is what compilers call for ``#pragma omp
    parallel``.
    """
    try:
        library = ctypes.CDLL("libgomp.so.1", mode=os.RTLD_NOLOAD)
        return ctypes.cast(library.GOMP_parallel, ctypes.c_void_p).value or 0
    except (AttributeError, OSError):  # Not Linux, or a PyTorch built with another library.
        return 0


def _after_fork() -> None:
    """The child has no thread but its own, and OpenMP would wait for the others."""
    global _parallel_region
    _parallel_region = functools.cache(lambda: 0)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
