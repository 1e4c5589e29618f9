"""The tables of ``memory_speed`` and ``ppo_without_ray``."""

from __future__ import annotations

import math
import statistics

from tables import Results, number, table, where


def memory_speed_table(results: Results) -> str:
    """Return the tables of ``memory_speed``: all memories, and the scan beside the loop."""
    sizes = results["sizes"]
    lines = []
    for name, found in results["memories"].items():
        times = found["milliseconds_per_step"]
        cells = [number(1e3 * times[label]["median"]) for label in times]
        lines.append([f"`{name}`", *cells, f"{found['state_bytes']:,}"])
    labels = next(iter(results["memories"].values()))["milliseconds_per_step"]
    text = table(["memory, µs per step", *labels, "bytes of state"], lines)
    text += (
        f"\n\nForward and backward of {sizes['B']} rows of T steps, divided by T; acting is a step "
        f"of one row. {sizes['F']} features, hidden size 64, otherwise the defaults.\n\n"
    )
    scans = [
        [
            f"{row['numbers']}, decay {row['decay']}, B={row['B']}",
            number(row["milliseconds"]["loop"]["median"]),
            number(row["milliseconds"]["scan"]["median"]),
            f"**{row['ratio']:.1f}×**",
        ]
        for row in results["scans"]
    ]
    header = [f"linear recurrence, T={sizes['scan_steps']:,}", "loop, ms", "scan, ms", "ratio"]
    text += table(header, scans)
    text += (
        f"\n\nForward and backward, {sizes['scan_units']} units. All times are the processor's, "
        "medians.\n\n"
    )
    return text + where(results)


def without_ray_table(results: Results) -> str:
    """Return the tables of ``ppo_without_ray``: speed on both stacks, and what they learnt."""
    lines = []
    for row in results["speed"]:
        rates = [found["median"] for found in row["steps_per_second"].values()]
        learnt = [
            _learnt(results, row["environment"], row["memory"], stack)
            for stack in row["steps_per_second"]
        ]
        name = f"{row['environment']}, `{row['memory']}`"
        ratio, peak = f"**{rates[0] / rates[1]:.1f}×**", f"{number(row['peak_megabytes'])} MB"
        lines.append([name, *map(number, rates), ratio, peak, *learnt])
    header = ["environment steps per CPU second", "without Ray", "RLlib", "ratio"]
    header += ["peak memory without Ray", "return without Ray", "return, RLlib"]
    text = table(header, lines)
    text += (
        "\n\nSteps per second of the processor, medians of updates in turn; RLlib's are those of "
        "its env runner and learner, without Ray's other processes. Returns are those "
        f"after {results['steps']:,} steps: **median** (range; seeds), and the steps to a return "
        "of 0.9, median of the seeds.\n\n"
    )
    if beside := results["rllib_own_lstm"]:
        rates = [[f"`{name}`", number(1e6 / found["median"])] for name, found in beside.items()]
        text += table(["RepeatAfterMe in RLlib", "CPU µs per environment step"], rates) + "\n\n"
    return text + where(results)


def _learnt(results: Results, environment: str, memory: str, stack: str) -> str:
    runs = [
        run
        for run in results["runs"]
        if (run["environment"], run["memory"], run["stack"]) == (environment, memory, stack)
    ]
    if not runs:
        return "missing"
    returns = [run["last_return"] for run in runs]
    steps = statistics.median(
        math.inf if run["steps_to_0.9"] is None else run["steps_to_0.9"] for run in runs
    )
    reached = f"{steps / 1000:.0f}k" if math.isfinite(steps) else "not reached"
    spread = f"{min(returns):.2f} to {max(returns):.2f}; {len(runs)}"
    return f"**{statistics.median(returns):.2f}** ({spread}), {reached}"


def sb3_table(results: Results) -> str:
    """Return the table of ``sb3_recurrent``: our LSTM beside sb3-contrib's."""
    by_name: dict[str, list[Results]] = {}
    for run in results["runs"]:
        by_name.setdefault(run["contender"], []).append(run)
    lines = []
    for name, runs in by_name.items():
        steps = [math.inf if run["steps"] is None else run["steps"] for run in runs]
        each = ", ".join(f"{s / 1000:.0f}k" if math.isfinite(s) else "not solved" for s in steps)
        rates = [run["steps_per_second"] for run in runs]
        seconds = statistics.median(run["cpu_seconds"] for run in runs)
        middle = statistics.median(steps)
        median = f"{middle / 1000:.0f}k" if math.isfinite(middle) else "not solved"
        cells = [f"{runs[0]['weights']:,}", number(statistics.median(rates)), number(seconds)]
        lines.append([name, *cells, f"**{median}** ({each})"])
    header = [
        "LSTM",
        "weights",
        "steps per CPU second",
        "CPU seconds",
        f"steps to {results['goal']}",
    ]
    text = table(header, lines)
    text += f"\n\n{results['environment']}, at most {results['most_steps']:,} steps; medians."
    return f"{text} {where(results)}"
