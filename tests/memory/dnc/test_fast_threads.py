"""Ranges of rows on several threads: each once, and no error is lost."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
import threading

import pytest
import torch

from memorylab.memory.dnc.fast import threads

RANGES = [(first, first + 2) for first in range(0, 20, 2)]


@pytest.fixture(params=["of PyTorch", "of Python"])
def pool(request, monkeypatch):
    if request.param == "of Python":
        monkeypatch.setattr(threads, "_parallel_region", lambda: None)
    elif threads._parallel_region() is None:
        pytest.skip("this PyTorch has no OpenMP library that we know")
    return request.param


@pytest.mark.parametrize("number", [1, 2, 3, 50])
def test_each_range_is_run_once(pool, number):
    found, lock = [], threading.Lock()

    def kernel(first, last, more):
        with lock:
            found.append((first, last, more))

    threads.run_in_ranges(kernel, RANGES, number, "more")
    assert sorted(found) == [(first, last, "more") for first, last in RANGES]


def test_several_threads_run_at_once(pool):
    meeting = threading.Barrier(2, timeout=30)
    threads.run_in_ranges(lambda first, last: meeting.wait(), RANGES[:2], 2)
    assert not meeting.broken


@pytest.mark.parametrize("error", [ValueError("row 4"), KeyboardInterrupt()], ids=repr)
def test_errors_come_back(pool, error):
    def kernel(first, last):
        if first == 4:
            raise error

    with pytest.raises(type(error)) as found:
        threads.run_in_ranges(kernel, RANGES, 2)
    assert found.value is error
    test_each_range_is_run_once(pool, 2)


def test_nothing_to_run(pool):
    threads.run_in_ranges(lambda first, last: pytest.fail("was called"), [], 2)


def in_child(queue):
    found = []
    threads.run_in_ranges(lambda first, last: found.append(first), RANGES, 2)
    queue.put(sorted(found))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks safely")
def test_after_a_fork_other_threads_are_made():
    torch.mm(torch.ones(500, 500), torch.ones(500, 500))  # PyTorch's pool is awake.
    threads.run_in_ranges(lambda first, last: None, RANGES, 2)
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    child = context.Process(target=in_child, args=(queue,))
    child.start()
    child.join(60)
    assert child.exitcode == 0
    assert queue.get() == [first for first, _ in RANGES]


@pytest.mark.skipif(sys.platform != "linux", reason="libgomp is Linux's")
def test_pool_is_that_of_pytorch():
    """No second library: its threads and PyTorch's would wait for the same cores."""
    code = (
        "import torch\n"
        "from memorylab.memory.dnc.fast import threads\n"
        "threads.run_in_ranges(lambda first, last: None, [(0, 1), (1, 2)], 2)\n"
        "maps = open('/proc/self/maps').read().split()\n"
        "found = {name for name in maps if 'libgomp' in name or 'libomp' in name}\n"
        "assert len(found) <= 1, found\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
