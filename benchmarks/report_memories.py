"""The table and the figure of ``popgym_memories``: returns over seeds, with bands.

Interquartile means and stratified bootstrap bands follow Agarwal et al., "Deep reinforcement
learning at the edge of the statistical precipice" (NeurIPS 2021).
"""

from __future__ import annotations

import math
import statistics
from typing import Any

import measuring
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from scipy.stats import trim_mean
from tables import Results, table, where

from memorylab.files import write_atomically
from memorylab.plots import style

RESAMPLES = 2000
LOWEST = {"PositionOnlyCartPoleEasy": 0.0, "NoisyPositionOnlyPendulumEasy": 0.0}
"""The lowest return of an environment, −1 if it isn't here; the highest is 1 in all."""

Returns = dict[str, dict[str, dict[int, float]]]
"""Returns by memory, environment and seed."""


def last_return(run: dict[str, Any]) -> float:
    """Return the mean return over a run's last tenth."""
    returns = run["mean_return"]
    return float(np.mean(returns[-max(1, len(returns) // 10) :]))


def chosen_rate(results: Results, memory: str) -> float | None:
    """Return the learning rate that the search chose; None before it is complete.

    A rate's score in an environment is its place between the worst rate's last return and the best
    rate's; the best sum of scores wins.
    """
    search = next(iter(results.values()))["search"]
    total = np.zeros(len(search["learning_rates"]))
    for name in search["environments"]:
        found = {
            run["learning_rate"]: last_return(run)
            for run in results.get(name, {"runs": []})["runs"]
            if run["memory"] == memory and run["seed"] == search["seed"]
        }
        if not set(search["learning_rates"]) <= set(found):
            return None
        returns = np.array([found[rate] for rate in search["learning_rates"]])
        total += (returns - returns.min()) / max(float(np.ptp(returns)), 1e-9)
    return search["learning_rates"][int(total.argmax())]


def compared_runs(results: Results) -> list[dict[str, Any]]:
    """Return the runs with each memory's chosen learning rate."""
    runs = [run for environment in results.values() for run in environment["runs"]]
    rates = {memory: chosen_rate(results, memory) for memory in {run["memory"] for run in runs}}
    return [run for run in runs if run["learning_rate"] == rates[run["memory"]]]


def returns_of(results: Results) -> Returns:
    """Return the last returns of the compared runs."""
    found: Returns = {}
    for run in compared_runs(results):
        by_seed = found.setdefault(run["memory"], {}).setdefault(run["environment"], {})
        by_seed[run["seed"]] = last_return(run)
    return found


def shared_scores(returns: Returns) -> dict[str, list[np.ndarray]]:
    """Return scores from 0 to 1 by memory, one array of seeds for each environment.

    Only the seeds that all memories have are counted, so that all are compared on the same.
    """
    scores: dict[str, list[np.ndarray]] = {memory: [] for memory in returns}
    for name in sorted({name for by_name in returns.values() for name in by_name}):
        seeds = set.intersection(*(set(by_name.get(name, {})) for by_name in returns.values()))
        low = LOWEST.get(name, -1.0)
        for memory, by_name in returns.items():
            found = np.array([by_name[name][seed] for seed in sorted(seeds)])
            if seeds:
                scores[memory].append((found - low) / (1 - low))
    return scores


def interquartile_mean(strata: list[np.ndarray]) -> tuple[float, float, float]:
    """Return the mean of the middle half of all scores, and the ends of its 95% band.

    The band is that of bootstrap samples in which each stratum, an environment's seeds, is drawn
    anew from itself.
    """
    rng = np.random.default_rng(0)
    drawn = [
        scores[rng.integers(len(scores), size=(RESAMPLES, len(scores)))] for scores in strata
    ]  # [resamples, seeds] each
    low, high = np.percentile(trim_mean(np.concatenate(drawn, 1), 0.25, axis=1), (2.5, 97.5))
    return float(trim_mean(np.concatenate(strata), 0.25)), float(low), float(high)


def memories_table(results: Results) -> str:
    """Return the table of ``popgym_memories``; each number says how many runs it stands on."""
    returns, scores = returns_of(results), shared_scores(returns_of(results))
    names = list(results)
    lines = []
    for memory in _best_first(scores):
        runs = [run for run in compared_runs(results) if run["memory"] == memory]
        cells = [_cell(list(returns[memory].get(name, {}).values())) for name in names]
        lines.append(
            [
                f"`{memory}`",
                str(runs[0]["hidden_size"]),
                f"{statistics.median(run['weights'] for run in runs):,.0f}",
                f"{runs[0]['learning_rate']:g}",
                f"{statistics.median(run['cpu_seconds'] for run in runs):.0f}",
                _band(scores[memory]),
                *cells,
            ]
        )
    header = ["memory", "hidden size", "weights", "learning rate", "CPU seconds", "all", *names]
    any_results = next(iter(results.values()))
    made = sum(len(environment["runs"]) for environment in results.values())
    text = table(header, lines)
    text += (
        f"\n\nPPO without Ray for {any_results['steps']:,} environment steps, all settings alike "
        "but the learning rate. Returns, with sampled actions, are means over the last tenth of "
        "training: the interquartile mean over seeds (number of runs). **All** is that over all "
        "environments, as a share of the way from the lowest return to the highest, with a 95% "
        "stratified bootstrap band from two seeds on (number of runs), over the seeds that all "
        "memories have. "
        f"{made} of {any_results['runs_in_all']} runs are made"
    )
    if made < any_results["runs_in_all"]:
        text += "; python benchmarks/popgym_memories.py makes the rest"
    return f"{text}.\n\n{where(any_results)}"


def _best_first(scores: dict[str, list[np.ndarray]]) -> list[str]:
    return sorted(
        scores,
        key=lambda name: interquartile_mean(scores[name])[0] if scores[name] else 0,
        reverse=True,
    )


def _cell(values: list[float]) -> str:
    return f"{trim_mean(values, 0.25):.2f} ({len(values)})" if values else "–"


def _band(strata: list[np.ndarray]) -> str:
    if not strata:
        return "–"
    mean, low, high = interquartile_mean(strata)
    # A single seed drawn from itself says nothing of others.
    band = f" [{low:.2f}, {high:.2f}]" if min(map(len, strata)) > 1 else ""
    return f"**{mean:.2f}**{band} ({sum(map(len, strata))})"


@style.styled
def draw(results: Results) -> style.Figure:
    """Draw the means with their bands, and each environment's returns by seed."""
    returns, scores = returns_of(results), shared_scores(returns_of(results))
    memories = _best_first(scores)
    rows = math.ceil((1 + len(results)) / 3)
    figure = style.new_figure(rows * (0.7 + 0.16 * len(memories)), 9.0, layout="constrained")
    all_axes = list(figure.subplots(rows, 3, sharey=True, squeeze=False).flat)
    for unused in all_axes[1 + len(results) :]:
        unused.set_axis_off()
    _draw_all(all_axes[0], [scores[memory] for memory in memories])
    for axes, name in zip(all_axes[1:], results, strict=False):
        _draw_seeds(axes, name, [list(returns[m].get(name, {}).values()) for m in memories])
    all_axes[0].set_yticks(range(len(memories)), memories)
    all_axes[0].invert_yaxis()
    for axes in all_axes:
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=8)
        axes.xaxis.set_major_locator(MaxNLocator(5))
    return figure


def _draw_all(axes: Axes, scores: list[list[np.ndarray]]) -> None:
    for row, strata in enumerate(scores):
        if strata:
            mean, low, high = interquartile_mean(strata)
            axes.plot([low, high], [row, row], color=style.COLOURS[0], linewidth=4, alpha=0.4)
            axes.plot(mean, row, "|", color="black", markersize=9, markeredgewidth=2)
    count = sum(map(len, scores[0]))
    axes.set_title(f"all: interquartile mean and\n95% band ({count} runs a memory)", fontsize=9)
    axes.set_xlabel("from the lowest return to the highest", fontsize=8)


def _draw_seeds(axes: Axes, name: str, returns: list[list[float]]) -> None:
    for row, values in enumerate(returns):
        axes.plot(values, [row] * len(values), "o", color=style.COLOURS[0], alpha=0.5, markersize=4)
        if values:
            mean = trim_mean(values, 0.25)
            axes.plot(mean, row, "|", color="black", markersize=9, markeredgewidth=2)
    counts = sorted({len(values) for values in returns})
    seeds = str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    axes.set_title(f"{name}\nseeds: {seeds}", fontsize=9)
    axes.set_xlabel("return (dot: seed)", fontsize=8)


def save_figure(results: Results) -> None:
    """Write ``results/popgym_memories.png``."""
    with write_atomically(measuring.RESULTS / "popgym_memories.png") as temporary:
        draw(results).savefig(temporary, dpi=150)
