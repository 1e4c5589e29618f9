"""Save the two couriers of notebook 09 here: a DNC's and a GRU's, of the first seed each.

Run it from anywhere; it takes about 20 seconds on one core::

    python notebooks/data/make_courier_agents.py

The DNC is that of ``benchmarks/courier.py``, which stores it. Its rival is trained as there, with
the best of the five settings that were tried for it.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import torch

FOLDER = Path(__file__).parent
BENCHMARKS = FOLDER.parents[1] / "benchmarks"
sys.path.append(str(BENCHMARKS))


def main() -> None:
    """Copy the one, and train the other."""
    import courier  # a script, which only the path above makes known

    torch.set_num_threads(1)
    for name in ("courier_dnc", "courier_gru"):
        shutil.rmtree(FOLDER / name, ignore_errors=True)
    shutil.copytree(BENCHMARKS / "results" / "courier" / "dnc-seed-0", FOLDER / "courier_dnc")
    agent, _ = courier.train("GRU", courier.best_trial(courier.stored_runs(), "GRU"), seed=0)
    agent.save(FOLDER / "courier_gru")
    print("right doors in lists of 6, 24:", *(courier.right_doors(agent, k)[0] for k in (6, 24)))


if __name__ == "__main__":
    main()
