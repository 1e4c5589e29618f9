"""Shared by the benchmarks: the machine's description, summaries of samples, results as JSON."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import torch

from memorylab.files import write_atomically

RESULTS = Path(__file__).parent / "results"


def machine() -> dict[str, Any]:
    """Return the machine, the versions and the date: what else the numbers depend on."""
    return {
        "cpu": _cpu_model(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "python": platform.python_version(),
        "date": date.today().isoformat(),
    }


def _cpu_model() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def summarise(samples: Iterable[float]) -> dict[str, Any]:
    """Return the samples' median, quartiles and number."""
    samples = list(samples)
    low, median, high = (rounded(value) for value in np.percentile(samples, (25, 50, 75)))
    return {"median": median, "quartiles": [low, high], "samples": len(samples)}


def rounded(value: float) -> float:
    """Return ``value`` with four digits; more would be noise."""
    return float(f"{value:.4g}")


def save(name: str, numbers: dict[str, Any]) -> dict[str, Any]:
    """Write a benchmark's numbers and the machine to ``results/<name>.json``, and return them."""
    results = {"machine": machine(), **numbers}
    text = json.dumps(results, indent=2)
    # A list of numbers or nulls goes on one line; no text in JSON holds a new line.
    text = re.sub(r"\[\n(?:[-\s\d.e,]|null)*\]", lambda found: _on_one_line(found[0]), text)
    with write_atomically(RESULTS / f"{name}.json") as temporary:
        temporary.write_text(text + "\n")
    return results


def _on_one_line(text: str) -> str:
    return " ".join(text.split()).replace("[ ", "[").replace(" ]", "]")


def load(name: str) -> dict[str, Any] | None:
    """Return what :func:`save` wrote, or None if the benchmark has not been run.

    If it wrote ``<name>/<part>.json``, that is by part.
    """
    path = RESULTS / f"{name}.json"
    if path.exists():
        return json.loads(path.read_text())
    parts = sorted((RESULTS / name).glob("*.json"))
    return {part.stem: json.loads(part.read_text()) for part in parts} or None
