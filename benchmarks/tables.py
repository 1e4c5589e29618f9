"""Shared by the reports: tables in Markdown, and what is written below them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Results = dict[str, Any]


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table in Markdown."""
    header = list(header)
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def where(results: Results) -> str:
    """Return a sentence on the machine, the versions and the date."""
    machine = results["machine"]
    return (
        f"{machine['cpu']}, {threads(results)}, PyTorch {machine['torch']}, "
        f"Python {machine['python']}, {machine['date']}."
    )


def threads(results: Results) -> str:
    """Return how many threads PyTorch had."""
    count = results["machine"]["threads"]
    return "one thread" if count == 1 else f"{count} threads"


def number(value: float) -> str:
    """Return a number with three digits, or more before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
