"""What a step costs with each memory, in training and in acting, and how fast the scan is.

    make bench  (or: python benchmarks/memory_speed.py)

Each memory of the registry has 64 features and the hidden size 64, and otherwise its defaults.
Training is a batch of whole rows, forward and backward; acting is one step of one row without
gradients, its state carried. The scan of linear recurrences is compared with a loop over steps,
with gradients, where a decay differs from step to step and where it is the same.

Times are the processor's, of one thread, so that other programs disturb them less; what is compared
is measured in turn.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any

import measuring
import report_speed
import torch
from torch import Tensor

from memorylab.memory import MEMORY_MODELS, make_memory
from memorylab.memory.model import MemoryModel, State, map_state
from memorylab.memory.scan import scan
from memorylab.progress import progress_bar

NAME = "memory_speed"
THREADS = 1
SAMPLES = 7
FEATURES = 64
BATCH_SIZE = 8
LENGTHS = (64, 1024)
SCAN_STEPS = 1024
SCAN_UNITS = 64
SCANS = [
    (dtype, shared, batch_size)
    for dtype in (torch.float32, torch.complex64)
    for shared in (True, False)
    for batch_size in (1, 8)
]


def cpu_milliseconds(function: Callable[[], Any], repeats: int = 1) -> float:
    """Return the processor's milliseconds of a call."""
    start = time.process_time()
    for _ in range(repeats):
        function()
    return 1e3 * (time.process_time() - start) / repeats


def train(model: MemoryModel, length: int) -> None:
    """Run a batch forward and backward."""
    z = torch.randn(BATCH_SIZE, length, FEATURES, requires_grad=True)
    outputs, _ = model(z)
    outputs.sum().backward()


@torch.no_grad()
def act(model: MemoryModel, steps: int) -> None:
    """Take steps one by one."""
    z, state = torch.randn(1, 1, FEATURES), model.batch_initial_state(1)
    for _ in range(steps):
        _, state = model(z, state)


def state_bytes(model: MemoryModel) -> int:
    """Return the bytes of a row's state."""
    sizes: list[int] = []

    def add(tensor: Tensor) -> Tensor:
        sizes.append(tensor.numel() * tensor.element_size())
        return tensor

    state: State = model.initial_state()
    map_state(add, state)
    return sum(sizes)


def measure_memories(samples: int, tick: Callable[[], Any]) -> dict[str, dict[str, Any]]:
    """Return each memory's milliseconds, by step, and its state's bytes."""
    models = {name: make_memory(name, FEATURES) for name in MEMORY_MODELS}
    taken: dict[str, dict[str, list[float]]] = {name: {} for name in models}
    for sample in range(1 + samples):
        for name, model in models.items():
            found = {
                f"T={length}": cpu_milliseconds(functools.partial(train, model, length)) / length
                for length in LENGTHS
            }
            found["acting"] = cpu_milliseconds(functools.partial(act, model, 100)) / 100
            for label, value in found.items():
                # The first is a warm-up.
                if sample > 0:
                    taken[name].setdefault(label, []).append(value)
            tick()
    return {
        name: {
            "state_bytes": state_bytes(models[name]),
            "milliseconds_per_step": {
                label: measuring.summarise(values) for label, values in by_label.items()
            },
        }
        for name, by_label in taken.items()
    }


def loop(decay: Tensor, update: Tensor, state: Tensor) -> Tensor:
    """Return what the scan returns, step after step."""
    hidden = [state]
    decays = decay.expand(-1, update.shape[1], -1)
    for a, b in zip(decays.unbind(1), update.unbind(1), strict=True):
        hidden.append(torch.addcmul(b.unsqueeze(1), a.unsqueeze(1), hidden[-1]))
    return torch.cat(hidden[1:], 1)


def recurrence(dtype: torch.dtype, shared: bool, batch_size: int, steps: int) -> list[Tensor]:
    """Return decays of radius 0.9 to 1, updates and a state, all with gradients."""
    rows, times = (1, 1) if shared else (batch_size, steps)
    decay = 0.9 + 0.1 * torch.rand(rows, times, SCAN_UNITS)
    if dtype.is_complex:
        decay = torch.polar(decay, torch.rand(decay.shape))
    update, state = (torch.randn(batch_size, n, SCAN_UNITS, dtype=dtype) for n in (steps, 1))
    return [array.requires_grad_() for array in (decay, update, state)]


def with_gradients(function: Callable[..., Tensor], arrays: list[Tensor]) -> tuple[Tensor, ...]:
    """Run a recurrence forward and backward; return its output and the gradients."""
    hidden = function(*arrays)
    return hidden, *torch.autograd.grad(hidden, arrays, torch.ones_like(hidden))


def measure_scans(samples: int, tick: Callable[[], Any]) -> list[dict[str, Any]]:
    """Return the milliseconds of loop and scan, forward and backward."""
    rows = []
    for dtype, shared, batch_size in SCANS:
        arrays = recurrence(dtype, shared, batch_size, SCAN_STEPS)
        taken: dict[str, list[float]] = {"loop": [], "scan": []}
        for sample in range(1 + samples):
            for name, function, repeats in (("loop", loop, 1), ("scan", scan, 4)):
                run = functools.partial(with_gradients, function, arrays)
                spent = cpu_milliseconds(run, repeats)
                if sample > 0:
                    taken[name].append(spent)
            tick()
        summaries = {name: measuring.summarise(values) for name, values in taken.items()}
        ratio = summaries["loop"]["median"] / summaries["scan"]["median"]
        rows.append(
            {
                "numbers": "complex" if dtype.is_complex else "real",
                "decay": "the same at all steps" if shared else "differs",
                "B": batch_size,
                "milliseconds": summaries,
                "ratio": measuring.rounded(ratio),
            }
        )
    return rows


def main() -> None:
    """Measure everything, save it, and print the tables."""
    torch.set_num_threads(THREADS)
    torch.manual_seed(0)
    rounds = (len(MEMORY_MODELS) + len(SCANS)) * (1 + SAMPLES)
    with progress_bar(rounds, "Memories", unit="round") as bar:
        scans = measure_scans(SAMPLES, bar.update)
        memories = measure_memories(SAMPLES, bar.update)
    sizes = {"B": BATCH_SIZE, "F": FEATURES, "scan_steps": SCAN_STEPS, "scan_units": SCAN_UNITS}
    results = measuring.save(NAME, {"sizes": sizes, "memories": memories, "scans": scans})
    print(report_speed.memory_speed_table(results))


if __name__ == "__main__":
    main()
