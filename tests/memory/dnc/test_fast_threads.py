"""Ranges of rows on several threads: each once, and no error is lost."""

from __future__ import annotations

import ctypes
import multiprocessing
import subprocess
import sys

import numba
import numpy as np
import pytest
import torch

from memorylab.memory.dnc.fast import threads
from memorylab.memory.dnc.fast.threads import run_in_ranges, share_ranges

RANGES = [(first, first + 2) for first in range(0, 20, 2)]
WAITS = 10**7
"""How often a kernel looks for another, before it gives up: some seconds."""

if sys.platform == "linux":
    sched_yield = ctypes.CDLL(None).sched_yield
    sched_yield.argtypes, sched_yield.restype = (), ctypes.c_int


@numba.njit(nogil=True)
def count(first, last, team, counts):
    """Count how often each row is worked on."""
    if first < 0:
        share_ranges(team)
        return
    counts[first:last] += 1


@numba.njit(nogil=True)
def meet(first, last, team, arrived, met):
    """Wait until the kernels of all ranges are there."""
    if first < 0:
        share_ranges(team)
        return
    arrived[first // 2] = True
    for _ in range(WAITS):
        if arrived.all():
            met[first // 2] = True
            return
        sched_yield()


@numba.njit(nogil=True)
def run_out_of_memory(first, last, team, counts):
    if first < 0:
        share_ranges(team)
        return
    if first == 4:
        raise MemoryError("row 4")
    counts[first:last] += 1


@pytest.fixture(params=["of PyTorch", "of Python"])
def pool(request, monkeypatch):
    if request.param == "of Python":
        monkeypatch.setattr(threads, "_parallel_region", lambda: 0)
    elif not threads._parallel_region():
        pytest.skip("this PyTorch has no OpenMP library that we know")
    return request.param


@pytest.mark.parametrize("number", [1, 2, 3, 50])
def test_each_range_is_run_once(pool, number):
    counts = np.zeros(22, np.int64)
    run_in_ranges(count, RANGES, number, counts)
    assert counts.tolist() == [1] * 20 + [0] * 2


@pytest.mark.skipif(sys.platform != "linux", reason="waits with a call of Linux's")
def test_several_threads_run_at_once(pool):
    arrived, met = np.zeros((2, 2), bool)
    run_in_ranges(meet, RANGES[:2], 2, arrived, met)
    assert met.all()


def test_errors_come_back_and_others_go_on(pool):
    counts = np.zeros(20, np.int64)
    with pytest.raises(MemoryError):
        run_in_ranges(run_out_of_memory, RANGES, 2, counts)
    assert counts.tolist() == [1] * 4 + [0] * 2 + [1] * 14
    test_each_range_is_run_once(pool, 2)


def test_nothing_to_run(pool):
    counts = np.zeros(20, np.int64)
    run_in_ranges(count, [], 2, counts)
    assert not counts.any()


def in_child(queue):
    counts = np.zeros(20, np.int64)
    run_in_ranges(count, RANGES, 2, counts)
    queue.put(counts.tolist())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks safely")
def test_after_a_fork_other_threads_are_made():
    torch.mm(torch.ones(500, 500), torch.ones(500, 500))  # PyTorch's pool is awake.
    run_in_ranges(count, RANGES, 2, np.zeros(20, np.int64))
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    child = context.Process(target=in_child, args=(queue,))
    child.start()
    child.join(60)
    assert child.exitcode == 0
    assert queue.get() == [1] * 20


@pytest.mark.skipif(sys.platform != "linux", reason="libgomp is Linux's")
def test_pool_is_that_of_pytorch():
    """No second library: its threads and PyTorch's would wait for the same cores."""
    code = (
        "import numpy as np, torch\n"
        "from memorylab.memory.dnc.fast import kernels, threads\n"
        "gradient, d, seen = (np.ones((2, 2), np.float32) for _ in range(3))\n"
        "kernel = kernels.add_weight_gradient\n"
        "threads.run_in_ranges(kernel, [(0, 1), (1, 2)], 2, gradient, d, seen)\n"
        "assert (gradient == 3).all()\n"
        "maps = open('/proc/self/maps').read().split()\n"
        "found = {name for name in maps if 'libgomp' in name or 'libomp' in name}\n"
        "assert len(found) <= 1, found\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
