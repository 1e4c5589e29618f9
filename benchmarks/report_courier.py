"""The tables and the figure of ``courier``: right doors by the length of the list, over seeds."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from typing import Any

import measuring
import numpy as np
from tables import Results, table, where

from memorylab.files import write_atomically
from memorylab.plots import style

DRAWN = ("DNC", "GRU", "LSTM", "GRU, three times as large", "LSTM, three times as large")

Run = dict[str, Any]


def courier_table(results: Results) -> str:
    """Return the table of ``courier``: the share of right doors, and what DNCs do."""
    lengths = list(results["runs"][0]["right"])
    lines, habits = [], []
    for name, runs in runs_by_contender(results).items():
        # Where the first wrong door ends the episode, what comes after it doesn't count.
        measured = "until_wrong" if name.endswith("strict") else "right"
        cells = [_range(run[measured][length] for run in runs) for length in lengths]
        seconds = statistics.median(run["cpu_seconds"] for run in runs)
        weights, seeds = f"{runs[0]['weights']:,}", str(len(runs))
        trial = f"{runs[0]['learning_rate']:g}, {runs[0]['entropy_coefficient']:g}"
        lines.append([name, weights, trial, seeds, f"{seconds:.0f}", *cells])
        for part in runs[0]["without"]:
            cells = [_range(run["without"][part][length] for run in runs) for length in lengths]
            lines.append([f"{name}, without {part}", weights, "", seeds, "", *cells])
        if "habits" in runs[0]:
            found = [_range(run["habits"][habit] for run in runs) for habit in runs[0]["habits"]]
            habits.append([name, *found])
    header = ["memory", "weights", "learning rate, entropy", "seeds", "CPU seconds"]
    text = table([*header, *(f"lists of {length}" for length in lengths)], lines)
    text += (
        f"\n\nShare of right doors in {results['lists']} fresh lists, played greedily after "
        f"{results['steps']:,} steps on lists of up to 6: **median** (range over seeds). Chance is "
        "0.25. Strict: share of doors before the first wrong one. Without matrix: nothing is read."
    )
    if habits:
        header = ["lists of 12", "fresh locations", "weight of a write", "walked", "forward mode"]
        text += "\n\n" + table([*header, "first read weight", "last read weight"], habits)
    return f"{text}\n\n{where(results)}"


def runs_by_contender(results: Results) -> dict[str, list[Run]]:
    """Return for each contender the runs of its best trial.

    That is the one with the most seeds, since only the best of a search has all; among equals, the
    best on lists of 6.
    """
    found: dict[str, dict[tuple[float, float], list[Run]]] = {}
    for run in results["runs"]:
        trial = (run["learning_rate"], run["entropy_coefficient"])
        found.setdefault(run["contender"], {}).setdefault(trial, []).append(run)

    def rank(runs: list[Run]) -> tuple[int, float]:
        return len(runs), statistics.mean(run["right"]["6"] for run in runs)

    return {name: max(by_trial.values(), key=rank) for name, by_trial in found.items()}


def _range(values: Iterable[float]) -> str:
    values = list(values)
    return f"**{statistics.median(values):.2f}** ({min(values):.2f} to {max(values):.2f})"


@style.styled
def draw(results: Results) -> style.Figure:
    """Draw the share of right doors over the length of the list: median and range over seeds."""
    figure = style.new_figure(4.2, 6.4, layout="constrained")
    axes = figure.subplots()
    runs = runs_by_contender(results)
    for index, name in enumerate(name for name in DRAWN if name in runs):
        colour = style.COLOURS[index]
        lengths = [int(length) for length in runs[name][0]["right"]]
        shares = np.array([[*run["right"].values()] for run in runs[name]])  # [seeds, lengths]
        axes.plot(lengths, np.median(shares, 0), "o-", color=colour, label=name)
        axes.fill_between(lengths, shares.min(0), shares.max(0), color=colour, alpha=0.2)
    axes.axhline(0.25, color="black", linewidth=1, linestyle=":", label="chance")
    axes.axvline(6, color="black", linewidth=1, linestyle="--", label="longest list in training")
    axes.set(xlabel="doors in the list", ylabel="share of right doors", ylim=(0, 1.03))
    axes.set_xticks(lengths)
    axes.legend(fontsize=8, loc="center right", bbox_to_anchor=(1, 0.62))
    return figure


def save_figure(results: Results) -> None:
    """Write ``results/courier.png``."""
    with write_atomically(measuring.RESULTS / "courier.png") as temporary:
        draw(results).savefig(temporary, dpi=200)
