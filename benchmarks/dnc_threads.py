"""How much the kernels gain from running on PyTorch's own threads.

Measures whole sequences, forward and backward, and single steps without gradients, with one thread
and with two; on PyTorch's OpenMP threads and on threads of Python. Samples are taken in turn, so
that whatever else the machine does meets all alike. Run it on a quiet machine::

    python benchmarks/dnc_threads.py
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import torch

from memorylab.memory import DNC
from memorylab.memory.dnc.fast import threads

SAMPLES = 30

SIZES = {
    "copy task (B 16, T 20, N 16)": (16, 20, 64, 16, 16, 1),
    "long copy (B 16, T 40, N 64)": (16, 40, 64, 64, 16, 1),
    "agent (B 32, T 32, N 8, R 2)": (32, 32, 64, 8, 8, 2),
    "large (B 16, T 64, N 64, R 4)": (16, 64, 64, 64, 32, 4),
}
"""The course's sizes and one from the README: B, T, H, N, W, R."""


def contenders(size: tuple[int, ...]) -> dict[str, Callable[[], None]]:
    """Return the two things to measure for a size."""
    batch_size, num_steps, hidden_size, num_locations, word_size, heads = size
    model = DNC(
        16,
        hidden_size=hidden_size,
        num_locations=num_locations,
        word_size=word_size,
        num_read_heads=heads,
    )
    z = torch.randn(batch_size, num_steps, 16)
    state = model.batch_initial_state(batch_size)

    def sequence() -> None:
        model(z)[0].sum().backward()

    @torch.no_grad()
    def step() -> None:
        model(z[:, :1], state)

    return {"sequence": sequence, "step": step}


def sample(function: Callable[[], None], num_threads: int, region: Callable[[], int]) -> float:
    """Return the milliseconds of one call."""
    torch.set_num_threads(num_threads)
    threads._parallel_region = region
    function()
    start = time.perf_counter()
    function()
    return 1000 * (time.perf_counter() - start)


def main() -> None:
    """Print a table of medians, and the ratio of threads of Python to threads of PyTorch."""
    openmp = threads._parallel_region
    print(f"{'':32}{'threads':>8}{'PyTorch ms':>12}{'Python ms':>12}{'ratio':>8}")
    for name, size in SIZES.items():
        for part, function in contenders(size).items():
            times: dict[tuple[int, bool], list[float]] = {}
            for _ in range(SAMPLES):
                for num_threads in (1, 2):
                    for region in (openmp, lambda: 0):
                        key = (num_threads, region is openmp)
                        times.setdefault(key, []).append(sample(function, num_threads, region))
            for num_threads in (1, 2):
                ours = statistics.median(times[num_threads, True])
                pool = statistics.median(times[num_threads, False])
                print(f"{name:32}", end="") if part == "sequence" else print(f"{part:>32}", end="")
                print(f"{num_threads:8}{ours:12.3f}{pool:12.3f}{pool / ours:8.2f}", flush=True)


if __name__ == "__main__":
    main()
