"""Speed of the DNC, compared with its own reference, the ``dnc`` package and the machine's limits.

    pip install -e ".[bench]"
    make bench  (or: python benchmarks/dnc_speed.py)

The first line installs the package ``dnc`` 1.1.0, which POPGym uses; without it, its columns are
left out. Samples are taken in turn, one of each implementation, so other programs on the machine
slow all of them alike. The medians are compared. All this takes some minutes.

All have the same sizes and the same output layer. Within a sequence, the controller of the ``dnc``
package receives the read vectors from before the sequence, not those of the previous step. The
number of multiplications is the same.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import measuring
import report
import torch
from torch import Tensor, nn

from memorylab.memory import DNC
from memorylab.progress import progress_bar

try:
    from dnc import DNC as PeerDNC
except ImportError:
    PeerDNC = None

THREADS = 2
SAMPLES = 21
REFERENCE_EVERY = 3
"""The reference is slow: it is sampled in one round out of so many."""
BLOCK = 20
"""Successive steps in one sample of acting."""
ACTORS = 16
"""Rows of such a step, for every size."""


class Size(NamedTuple):
    """Rows B, steps T, inputs F, hidden units H, locations N of W numbers each, read heads R."""

    B: int
    T: int
    F: int
    H: int
    N: int
    W: int
    R: int


SIZES = [
    Size(B=8, T=64, F=128, H=256, N=16, W=16, R=4),  # POPGym's DiffNC
    *(Size(B=16, T=64, F=16, H=64, N=locations, W=32, R=4) for locations in (64, 128, 256)),
    Size(B=4, T=32, F=16, H=64, N=1024, W=64, R=4),
]
LARGEST = SIZES[-1]
SMALLEST = Size(B=1, T=1, F=1, H=1, N=2, W=1, R=1)


# --- the implementations --------------------------------------------------------------------------


class Contender(NamedTuple):
    """A DNC, and how it is called."""

    model: nn.Module
    run: Callable[[Tensor, Any], tuple[Tensor, Any]]
    """Maps an input ``[B, T, F]`` and a state, None at the beginning, to output and next state."""


def ours(size: Size, implementation: str) -> Contender:
    """Return memorylab's DNC."""
    sizes = {"num_locations": size.N, "word_size": size.W, "num_read_heads": size.R}
    model = DNC(size.F, size.F, hidden_size=size.H, implementation=implementation, **sizes)
    return Contender(model, model)


def theirs(size: Size) -> Contender:
    """Return the ``dnc`` package's DNC."""
    model = PeerDNC(
        input_size=size.F,
        hidden_size=size.H,
        rnn_type="lstm",
        num_layers=1,
        num_hidden_layers=1,
        nr_cells=size.N,
        cell_size=size.W,
        read_heads=size.R,
        batch_first=True,
        gpu_id=-1,
    )

    def run(z: Tensor, state: Any) -> tuple[Tensor, Any]:
        return model(z, state or (None, None, None), reset_experience=state is None)

    return Contender(model, run)


CONTENDERS: dict[str, Callable[[Size], Contender]] = {
    "fast": partial(ours, implementation="fast"),
    "reference": partial(ours, implementation="reference"),
}
if PeerDNC is not None:
    CONTENDERS["dnc"] = theirs


# --- seconds per step -----------------------------------------------------------------------------


def train(contender: Contender, size: Size) -> float:
    """Return the seconds per step for a batch, forward and backward."""
    z = torch.randn(size.B, size.T, size.F)
    contender.model.zero_grad(set_to_none=True)
    start = time.perf_counter()
    y, _ = contender.run(z, None)  # [B, T, F]
    y.square().mean().backward()
    return (time.perf_counter() - start) / size.T


@torch.no_grad()
def predict(contender: Contender, size: Size) -> float:
    """Return the seconds per step for a batch, forward only."""
    z = torch.randn(size.B, size.T, size.F)
    start = time.perf_counter()
    contender.run(z, None)
    return (time.perf_counter() - start) / size.T


@torch.no_grad()
def act(contender: Contender, size: Size) -> float:
    """Return the seconds for one step from state to state, as an env runner takes it."""
    z = torch.randn(1 + BLOCK, ACTORS, 1, size.F)
    _, state = contender.run(z[0], None)
    start = time.perf_counter()
    for step in z[1:]:
        _, state = contender.run(step, state)
    return (time.perf_counter() - start) / BLOCK


MEASURES = {"forward and backward": train, "forward": predict, f"one step of {ACTORS} rows": act}


def measure(size: Size, samples: int, tick: Callable[[], Any]) -> dict[str, dict[str, Any]]:
    """Return for each measure the milliseconds per step of each implementation.

    Args:
        size: The sizes of the DNC.
        samples: Number of samples; the reference gets one in ``REFERENCE_EVERY``.
        tick: Called after each round of samples.
    """
    torch.manual_seed(0)
    contenders = {name: make(size) for name, make in CONTENDERS.items()}
    found = {}
    for label, seconds in MEASURES.items():
        times: dict[str, list[float]] = {name: [] for name in contenders}
        for contender in contenders.values():
            seconds(contender, size)  # The first call of each also allocates, and compiles.
        for sample in range(samples):
            for name, contender in contenders.items():
                if name != "reference" or sample % REFERENCE_EVERY == 0:
                    times[name].append(1e3 * seconds(contender, size))
            tick()
        found[label] = {name: measuring.summarise(taken) for name, taken in times.items()}
    return found


# --- memory ---------------------------------------------------------------------------------------


def added_megabytes(name: str, size: Size) -> float:
    """Return how far one batch, forward and backward, raises this process's peak memory."""
    torch.set_num_threads(THREADS)
    train(CONTENDERS[name](SMALLEST), SMALLEST)  # Importing and compiling don't count.
    contender = CONTENDERS[name](size)
    before = peak_bytes()
    train(contender, size)
    return (peak_bytes() - before) / 1e6


def peak_bytes() -> int:
    """Return this process's peak memory."""
    status = Path("/proc/self/status")
    if status.exists():
        # Not ru_maxrss: on Linux it starts from the memory of the parent process.
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def peak_memory(size: Size) -> dict[str, float]:
    """Return :func:`added_megabytes` of each implementation, each in a process of its own."""
    found = {}
    for name in CONTENDERS:
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
            added = process.submit(added_megabytes, name, size).result()
        found[name] = measuring.rounded(added)
    return found


# --- the machine's limits -------------------------------------------------------------------------


def product_rate(width: int = 2048, samples: int = SAMPLES) -> float:
    """Return the GFLOP/s for a product of two square matrices in single precision."""
    a, b = torch.randn(2, width, width)
    return 2e-9 * width**3 / _fastest(lambda: a @ b, samples)


def copy_rate(megabytes: int = 256, samples: int = SAMPLES) -> float:
    """Return the GB/s that a copy, too large for any cache, reads and writes."""
    source = torch.randn(megabytes * 250_000)
    target = torch.empty_like(source)
    return 2e-3 * megabytes / _fastest(lambda: target.copy_(source), samples)


def _fastest(function: Callable[[], Any], samples: int) -> float:
    """Return the seconds of the fastest call: a limit is the best that can be reached."""
    times = []
    for _ in range(samples):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def gigaflop(size: Size) -> float:
    """Return the arithmetic for a batch, forward and backward; a product and a sum count as two.

    On the way back, each product of matrices becomes two, one for each factor's gradient.
    """
    _, _, f, h, n, w, r = size
    controller = 4 * h * (f + h + r * w)
    interface = h * (r * w + 3 * w + 5 * r + 3)
    memory = (r + 1) * n * w + r * n * w + 2 * n * w  # look up, read; erase and write
    links = 2 * r * n**2 + 2 * n**2  # follow forward and backward; link
    output = (h + r * w) * f
    products = controller + interface + memory + links + output
    return 3 * 2e-9 * size.B * size.T * products


def link_gigabytes(size: Size) -> float:
    """Return the GB of links that a batch, forward and backward, moves to and from memory.

    Forward, each step reads the link matrix and writes it. Backward, it reads the matrix, and reads
    and writes the gradient. Links that are recomputed add to this; links in a cache subtract.
    """
    return 5 * 4e-9 * size.B * size.T * size.N**2


def compare(
    size: Size, milliseconds: dict[str, dict[str, Any]], limits: dict[str, float]
) -> dict[str, Any]:
    """Return a size's measurements, their ratios, and their shares of the machine's limits."""
    medians = {
        label: {name: summary["median"] for name, summary in summaries.items()}
        for label, summaries in milliseconds.items()
    }
    batch_seconds = 1e-3 * medians["forward and backward"]["fast"] * size.T
    return {
        "size": size._asdict(),
        "milliseconds": milliseconds,
        "ratio_to_dnc": {
            label: {
                name: measuring.rounded(median["dnc"] / median[name])
                for name in ("fast", "reference")
            }
            for label, median in medians.items()
            if "dnc" in median
        },
        "gigaflop": measuring.rounded(gigaflop(size)),
        "share_of_gemm_rate": measuring.rounded(
            gigaflop(size) / batch_seconds / limits["gemm_gigaflop_per_second"]
        ),
        "link_gigabytes": measuring.rounded(link_gigabytes(size)),
        "share_of_bandwidth": measuring.rounded(
            link_gigabytes(size) / batch_seconds / limits["copy_gigabytes_per_second"]
        ),
    }


def main() -> None:
    """Measure everything, save it, and print the table."""
    torch.set_num_threads(THREADS)
    if PeerDNC is None:
        print('Without the package dnc, its columns are left out: pip install -e ".[bench]"')
    limits = {
        "gemm_gigaflop_per_second": measuring.rounded(product_rate()),
        "copy_gigabytes_per_second": measuring.rounded(copy_rate()),
    }
    rounds = len(SIZES) * len(MEASURES) * SAMPLES
    with progress_bar(rounds, "DNC", unit="round") as bar:
        taken = [measure(size, SAMPLES, bar.update) for size in SIZES]
    rows = [compare(*pair, limits) for pair in zip(SIZES, taken, strict=True)]
    memory = {"size": LARGEST._asdict(), "added_megabytes": peak_memory(LARGEST)}
    results = measuring.save("dnc_speed", {"limits": limits, "sizes": rows, "memory": memory})
    print(report.speed_table(results))


if __name__ == "__main__":
    main()
