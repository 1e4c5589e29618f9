"""Collect what notebook 09 shows of the benchmarks ``popgym_memories`` and ``courier``.

Both benchmarks store their runs, and go on with those that are missing. So, from the root::

    NAMES="mlp frame_stack gru lstm dnc RepeatPreviousEasy PositionOnlyCartPoleEasy HigherLowerEasy"
    python benchmarks/popgym_memories.py $NAMES
    python benchmarks/courier.py MLP GRU LSTM DNC
    python notebooks/data/make_memory_pays.py

The first takes about half an hour of one core, the second five minutes. A memory that hasn't all
its seeds in an environment is left out of it, and its name is printed.
"""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path
from typing import Any

from memorylab.files import write_atomically
from memorylab_course.evidence import COURIER, LOWEST

FOLDER = Path(__file__).parent
sys.path.append(str(FOLDER.parents[1] / "benchmarks"))

MEMORIES = ("mlp", "frame_stack", "gru", "lstm", "dnc")


def popgym_runs() -> dict[str, dict[str, Any]]:
    """Return the compared runs by environment and memory."""
    import measuring  # scripts, which only the path above makes known
    import popgym_memories
    import report_memories

    compared = report_memories.compared_runs(measuring.load(popgym_memories.NAME) or {})
    found: dict[str, dict[str, Any]] = {environment: {} for environment in LOWEST}
    for environment in LOWEST:
        for memory in MEMORIES:
            runs = [r for r in compared if (r["environment"], r["memory"]) == (environment, memory)]
            if {run["seed"] for run in runs} != set(popgym_memories.SEEDS):
                print(f"{memory} has {len(runs)} of 5 seeds in {environment} and is left out.")
                continue
            runs.sort(key=lambda run: run["seed"])
            found[environment][memory] = {
                **{key: runs[0][key] for key in ("learning_rate", "hidden_size", "weights")},
                "cpu_seconds": statistics.median(run["cpu_seconds"] for run in runs),
                "curves": [[rounded(value) for value in run["mean_return"]] for run in runs],
            }
    return found


def courier_runs() -> dict[str, dict[str, Any]]:
    """Return the share of right doors by memory and length of the list, for all seeds."""
    import measuring
    import report_courier

    by_name = report_courier.runs_by_contender(measuring.load("courier") or {})
    return {
        name: {
            **{key: by_name[name][0][key] for key in ("learning_rate", "weights")},
            "cpu_seconds": statistics.median(run["cpu_seconds"] for run in by_name[name]),
            "right": {
                length: [rounded(run["right"][length]) for run in by_name[name]]
                for length in by_name[name][0]["right"]
            },
        }
        for name in COURIER.values()
    }


def rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def main() -> None:
    """Write the file."""
    evidence = {"steps": 100_000, "popgym": popgym_runs(), "courier": courier_runs()}
    with write_atomically(FOLDER / "memory_pays.json") as temporary:
        temporary.write_text(json.dumps(evidence) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
