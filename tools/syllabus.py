"""Plans for a day, a week and a term: ``syllabus.toml`` as the tables of ``SYLLABUS.md``."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tools.table import Notebook, present


@dataclass(frozen=True)
class Session:
    """One session: its name, the numbers of its notebooks, and what matters in it."""

    when: str
    notebooks: tuple[str, ...]
    focus: str


def read_plans(text: str) -> dict[str, list[Session]]:
    """Return the sessions of each plan of a text such as ``syllabus.toml``.

    Raises:
        ValueError: A session lacks an entry or has an unknown one.
    """
    plans: dict[str, list[Session]] = {}
    for plan, entries in tomllib.loads(text).items():
        for entry in entries:
            if entry.keys() != {"when", "notebooks", "focus"}:
                raise ValueError(
                    f"syllabus.toml, {plan}: a session needs when, notebooks and focus, "
                    f"not {', '.join(entry)}."
                )
            session = Session(entry["when"], tuple(entry["notebooks"]), entry["focus"])
            plans.setdefault(plan, []).append(session)
    return plans


def plan_table(sessions: list[Session], root: Path) -> str:
    """Return a plan as a table with its minutes, and their sums below.

    A session whose notebooks don't exist yet is left out.

    Args:
        sessions: The plan.
        root: The folder with ``notebooks/`` and ``instructor/``.

    Raises:
        ValueError: A notebook comes before one that it needs, or its page has no timing.
    """
    existing = {row.number: row for row in present(root / "notebooks")}
    done: set[str] = set()
    lines, in_class, reading = [], 0, 0
    for session in sessions:
        rows = [existing[number] for number in session.notebooks if number in existing]
        if session.notebooks and not rows:
            continue
        for row in rows:
            if missing := sorted(set(row.needs) - done):
                raise ValueError(
                    f"syllabus.toml, {session.when}: notebook {row.number} needs "
                    f"{', '.join(missing)} before it."
                )
            done.add(row.number)
        minutes = sum(class_minutes(row, root) for row in rows)
        to_read = sum(row.reading for row in rows)
        links = "<br>".join(f"[{row.heading}](../notebooks/{row.file})" for row in rows)
        times = f"{minutes} min | {to_read} min" if rows else " | "
        lines.append(f"| {session.when} | {links} | {times} | {session.focus} |")
        in_class, reading = in_class + minutes, reading + to_read
    head = "| | notebooks | in class | reading | what matters |\n|---|---|---|---|---|"
    total = f"The notebooks take {_hours(in_class)} in class and {_hours(reading)} of reading."
    return "\n".join([head, *lines, "", total])


def class_minutes(row: Notebook, root: Path) -> int:
    """Return the minutes in class that a notebook's page in ``instructor/`` plans for it.

    Raises:
        ValueError: The page doesn't exist, or its heading "Timing" has no minutes.
    """
    page = root / "instructor" / f"{row.stem}.md"
    text = page.read_text(encoding="utf-8") if page.is_file() else ""
    if not (found := re.search(r"^## Timing \((\d+) minutes", text, re.MULTILINE)):
        raise ValueError(f"{page.name}: needs a heading such as '## Timing (90 minutes)'.")
    return int(found[1])


def _hours(minutes: int) -> str:
    return f"{minutes // 60} h {minutes % 60} min"
