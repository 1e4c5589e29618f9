"""The benchmarks' results as tables in Markdown and as figures.

    make bench  (or: python benchmarks/report.py)

Reads ``results/*.json``, prints the tables, and draws ``results/speed.png``,
``results/popgym_memories.png`` and ``results/courier.png``. Benchmarks without results are left
out.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from typing import Any

import measuring
import numpy as np
import report_courier
import report_memories
import report_speed
from matplotlib.axes import Axes
from tables import Results, number, table, threads, where

from memorylab.files import write_atomically
from memorylab.plots import style

PACKAGE = "the `dnc` package 1.1.0"


# --- tables ---------------------------------------------------------------------------------------


def _sizes(size: dict[str, int]) -> str:
    return ", ".join(f"{name}={value}" for name, value in size.items())


def speed_table(results: Results) -> str:
    """Return the table of ``dnc_speed``."""
    rows, limits = results["sizes"], results["limits"]
    labels = list(rows[0]["milliseconds"])
    lines = []
    for row in rows:
        cells = []
        for label in labels:
            times = {
                name: summary["median"] for name, summary in row["milliseconds"][label].items()
            }
            cell = f"{number(times.pop('fast'))} ms"
            beside = ", ".join(f"{name} {number(value)}" for name, value in times.items())
            if label in row["ratio_to_dnc"]:
                cell = f"**{row['ratio_to_dnc'][label]['fast']:.1f}×**, {cell}"
            cells.append(f"{cell} ({beside})")
        lines.append([_sizes(row["size"]), *cells])
    text = table(["DNC, ms per step", *labels], lines)

    added = results["memory"]["added_megabytes"]
    text += f"\n\nMemory that a batch forward and backward takes, {_sizes(rows[-1]['size'])}: "
    text += ", ".join(f"{name} {number(value)} MB" for name, value in added.items())
    if "dnc" in added:
        text += f"; {added['fast'] / added['dnc']:.0%} of {PACKAGE}"
    text += (
        f".\n\nThe machine multiplies matrices at {limits['gemm_gigaflop_per_second']:.0f} "
        f"GFLOP/s and copies {limits['copy_gigabytes_per_second']:.0f} GB/s. Forward and backward, "
        f"a batch of the first size is {rows[0]['gigaflop']:.2g} GFLOP, done at "
        f"{rows[0]['share_of_gemm_rate']:.0%} of that rate; one of the last moves "
        f"{rows[-1]['link_gigabytes']:.2g} GB of links, at {rows[-1]['share_of_bandwidth']:.0%} of "
        "the speed of copying."
    )
    return f"{text}\n\n{where(results)}"


def throughput_table(results: Results) -> str:
    """Return the table of ``ppo_throughput``."""
    ratios = results.get("ratio_to_popgym", {})
    lines = []
    for name, rate in results["env_steps_per_second"].items():
        ratio = f"{ratios[name]:.1f}×" if name in ratios else "–"
        lines.append([name, f"{rate['median']:,.0f}", ratio])
    header = ["memory", f"env steps/s, PPO on {results['environment']}", "to POPGym's DiffNC"]
    return f"{table(header, lines)}\n\n{where(results)}"


def solving_table(results: Results) -> str:
    """Return the table of ``time_to_solve``."""
    lines = []
    for name, task in results["tasks"].items():
        seeds = ", ".join("not solved" if s is None else f"{s:.1f}" for s in task["seconds"])
        median = task["median"]
        lines.append([name, "–" if median is None else f"**{median:.1f} s**", seeds])
    header = ["task", "median until 1% bit error", "each seed, s"]
    return f"{table(header, lines)}\n\n{where(results)}"


def examples_table(results: Results) -> str:
    """Return the table of ``rllib_examples``, and where ours need more steps than ``use_lstm``."""
    found: dict[str, dict[str, list[float]]] = {}
    for run in results["runs"]:
        # A run that did not solve its environment counts as infinitely long.
        steps = math.inf if run["steps"] is None else run["steps"]
        found.setdefault(run["environment"], {}).setdefault(run["memory"], []).append(steps)

    memories, seeds = results["memories"], results["seeds"]
    lines, slower = [], []
    for name, recipe in results["settings"]["environments"].items():
        by_memory = found.get(name, {})
        cells = [_steps_cell(by_memory.get(memory, []), seeds) for memory in memories]
        lines.append([f"{name}, {recipe['stop_return']:g}", *cells])
        # Less than half an update is no difference: its steps vary with the episode under way.
        batch = recipe["training"]["train_batch_size_per_learner"]
        medians = {
            memory: statistics.median(steps)
            for memory, steps in by_memory.items()
            if len(steps) == seeds
        }
        if "use_lstm" not in medians:
            continue
        slower += [
            f"{memory} on {name} ({_thousands(median)} to {_thousands(medians['use_lstm'])})"
            for memory, median in medians.items()
            if median > medians["use_lstm"] + batch / 2
        ]

    text = table(["RLlib's example, stop at a return of", *memories], lines)
    text += "\n\nEnvironment steps until then: **median** (each seed). "
    text += (
        "More than RLlib's use_lstm, in medians of all seeds: "
        + (", ".join(slower) or "none")
        + "."
    )
    num_missing = len(lines) * len(memories) * seeds - len(results["runs"])
    if num_missing:
        text += f" Missing are {num_missing} runs: python benchmarks/rllib_examples.py makes them."
    return f"{text}\n\n{where(results)}"


def algorithms_table(results: Results) -> str:
    """Return the table of ``algorithms``: steps until solved, and the return when playing."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for run in results["runs"]:
        found.setdefault(run["algorithm"], {}).setdefault(run["memory"], []).append(run)
    memories = sorted({memory for runs in found.values() for memory in runs}, reverse=True)
    lines = []
    for name, by_memory in found.items():
        cells = []
        for memory in memories:
            runs = by_memory.get(memory, [])
            steps = [math.inf if run["steps"] is None else run["steps"] for run in runs]
            cells.append(_steps_cell(steps, results["seeds"]))
            played = [run["played"] for run in runs]
            cells.append(f"{statistics.median(played):.2f}" if played else "missing")
        task = results["settings"]["algorithms"][name]
        environment = task["environment"].split(":")[-1]
        lines.append([f"{name}, {environment}, {task['stop_return']}", *cells])
    header = ["algorithm, environment, stop at a return of"]
    for memory in memories:
        header += [f"{memory.upper()}, steps", "played"]
    text = table(header, lines)
    text += (
        "\n\nEnvironment steps until then, exploration included: **median** (each seed). Played "
    )
    text += "is the return of 20 episodes without exploration, median of the seeds."
    num_runs = len(results["settings"]["algorithms"]) * len(results["settings"]["memories"])
    num_missing = num_runs * results["seeds"] - len(results["runs"])
    if num_missing:
        text += f" Missing are {num_missing} runs: python benchmarks/algorithms.py makes them."
    return f"{text}\n\n{where(results)}"


def agents_table(results: Results) -> str:
    """Return the table of ``two_agents``: by case the computed chance and the measured returns."""
    settings, lines = results["settings"], []
    for case, memories in settings["memories"].items():
        runs = [run for run in results["runs"] if run["case"] == case]
        steps = [math.inf if run["steps"] is None else run["steps"] for run in runs]
        returns = [run["return"] for run in runs]
        each = ", ".join(f"{value:.2f}" for value in returns)
        cell = f"**{statistics.median(returns):.2f}** ({each})" if runs else "missing"
        best = f"{results['chance'][case]:g}"
        lines.append([case, *memories, best, cell, _steps_cell(steps, settings["seeds"])])
    header = ["case", "speaker", "listener", "best possible", "return", "steps"]
    text = table(header, lines)
    text += (
        f"\n\nSpeakerListener with {settings['num_signs']} signs and a delay of "
        f"{settings['delay']}: **median** (each seed). The best possible return is computed by "
        f"playing every pair; steps are those until a mean return of {settings['solved']:g}."
    )
    return f"{text}\n\n{where(results)}"


def _steps_cell(steps: list[float], seeds: int) -> str:
    if not steps:
        return "missing"
    each = ", ".join(_thousands(value) for value in steps)
    cell = f"**{_thousands(statistics.median(steps))}** ({each})"
    return cell if len(steps) == seeds else f"{cell}; {seeds - len(steps)} missing"


def _thousands(steps: float) -> str:
    return f"{steps / 1000:.0f}k" if math.isfinite(steps) else "not solved"


TABLES: dict[str, Callable[[Results], str]] = {
    "dnc_speed": speed_table,
    "ppo_throughput": throughput_table,
    "time_to_solve": solving_table,
    "rllib_examples": examples_table,
    "two_agents": agents_table,
    "algorithms": algorithms_table,
    "courier": report_courier.courier_table,
    "popgym_memories": report_memories.memories_table,
    "memory_speed": report_speed.memory_speed_table,
    "ppo_without_ray": report_speed.without_ray_table,
    "sb3_recurrent": report_speed.sb3_table,
}


# --- the figure -----------------------------------------------------------------------------------


@style.styled
def draw(results: dict[str, Results]) -> style.Figure:
    """Draw ratios to the ``dnc`` package, environment steps per second, and seconds to solve.

    Args:
        results: By benchmark; the panel of a missing one stays empty.
    """
    figure = style.new_figure(5.6, 9.0, layout="constrained")
    upper, lower = figure.subfigures(2, height_ratios=(1.25, 1))
    left, right = lower.subfigures(1, 2, width_ratios=(1.15, 1))
    places = dict(zip(PANELS, (upper, left, right), strict=True))
    for name, found in results.items():
        PANELS[name](places[name].subplots(), found)
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def _draw_speed(axes: Axes, results: Results) -> None:
    axes.set_title(
        f"DNC: how many times as fast as the dnc package 1.1.0, {threads(results)} of "
        f"{results['machine']['cpu']}"
    )
    rows = [row for row in results["sizes"] if row["ratio_to_dnc"]]
    if not rows:
        axes.text(0.5, 0.5, "measured without the dnc package", ha="center", va="center")
        return
    labels = list(rows[0]["ratio_to_dnc"])
    at, width = np.arange(len(rows)), 0.84 / len(labels)
    for index, label in enumerate(labels):
        ratios = [row["ratio_to_dnc"][label]["fast"] for row in rows]
        shift = (index - (len(labels) - 1) / 2) * width
        bars = axes.bar(at + shift, ratios, 0.94 * width, label=label, color=style.COLOURS[index])
        axes.bar_label(bars, [f"{ratio:.1f}×" for ratio in ratios], padding=1, fontsize=8)
    axes.axhline(1, color="black", linewidth=1, label="the dnc package")
    name = "N={N}, W={W}, R={R}\nB={B}, T={T}\nF={F}, H={H}"
    axes.set_xticks(at, [name.format(**row["size"]) for row in rows])
    axes.set(ylabel="ratio of medians", xlim=(-0.55, len(rows) - 0.45))
    axes.set_ylim(top=1.25 * axes.dataLim.y1)  # Room for the legend.
    axes.legend(ncols=4, loc="upper center")


def _draw_throughput(axes: Axes, results: Results) -> None:
    rates = {name: rate["median"] for name, rate in results["env_steps_per_second"].items()}
    colours = [style.COLOURS[1 if name.startswith("POPGym") else 0] for name in rates]
    bars = axes.barh(range(len(rates)), rates.values(), color=colours)
    axes.bar_label(bars, [f"{rate:,.0f}" for rate in rates.values()], padding=3, fontsize=8.5)
    axes.set_yticks(range(len(rates)), rates)
    axes.invert_yaxis()
    axes.margins(x=0.16)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set(title=f"PPO on {results['environment']}", xlabel="environment steps per second")


def _draw_solving(axes: Axes, results: Results) -> None:
    for row, task in enumerate(results["tasks"].values()):
        solved = [seconds for seconds in task["seconds"] if seconds is not None]
        axes.plot(solved, [row] * len(solved), "o", color=style.COLOURS[0], alpha=0.6)
        if task["median"] is not None:
            axes.plot([task["median"]] * 2, [row - 0.25, row + 0.25], color="black", linewidth=2)
            median = f"{task['median']:.1f} s"
            axes.text(task["median"], row - 0.3, median, ha="center", va="bottom", fontsize=8.5)
    axes.set_yticks(range(len(results["tasks"])), results["tasks"])
    axes.set_ylim(len(results["tasks"]) - 0.5, -0.75)
    axes.set_xlim(0, 1.08 * axes.dataLim.x1)
    axes.set(title="DNC: training until 1% bit error", xlabel="seconds (dot: seed, line: median)")


PANELS: dict[str, Callable[[Axes, Results], None]] = {
    "dnc_speed": _draw_speed,
    "ppo_throughput": _draw_throughput,
    "time_to_solve": _draw_solving,
}


def main() -> None:
    """Print the tables of all benchmarks with results, and draw the figures."""
    results = {name: measuring.load(name) for name in TABLES}
    for name in [name for name, found in results.items() if found is None]:
        print(f"There is no results/{name}.json: run python benchmarks/{name}.py")
        del results[name]
    print("\n\n".join(TABLES[name](found) for name, found in results.items()))
    if "popgym_memories" in results:
        report_memories.save_figure(results["popgym_memories"])
    if "courier" in results:
        report_courier.save_figure(results["courier"])
    drawn = {name: found for name, found in results.items() if name in PANELS}
    if drawn:
        with write_atomically(measuring.RESULTS / "speed.png") as temporary:
            draw(drawn).savefig(temporary, dpi=200)  # Two pixels for one, at a README's width.


if __name__ == "__main__":
    main()
