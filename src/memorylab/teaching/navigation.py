"""The bar at the top of each notebook: previous, next, and a badge that launches it."""

from __future__ import annotations

from pathlib import Path

from memorylab.teaching.table import RELEASE, REPOSITORY, Notebook, present, row_of

OPENING, CLOSING = "<!-- nav -->", "<!-- /nav -->"


def navigation_bar(notebook: Notebook, notebooks: list[Notebook]) -> str:
    """Return the bar, markers included, of ``notebook`` among those that exist."""
    index = notebooks.index(notebook)
    parts = []
    if index > 0:
        previous = notebooks[index - 1]
        parts.append(f"[◀ {previous.heading}]({previous.file})")
    parts.append(badge(notebook))
    if index + 1 < len(notebooks):
        following = notebooks[index + 1]
        parts.append(f"[{following.heading} ▶]({following.file})")
    return "\n".join([OPENING, " · ".join(parts), CLOSING])


def badge(notebook: Notebook) -> str:
    """Return the badge that opens ``notebook`` on Binder."""
    address = (
        f"https://mybinder.org/v2/gh/{REPOSITORY}/{RELEASE}?labpath=notebooks%2F{notebook.file}"
    )
    return f"[![Launch on Binder](data/launch_binder.svg)]({address})"


def with_bar(header: str, path: Path) -> str:
    """Return a notebook's first cell with its bar made anew.

    Args:
        header: The first cell's text.
        path: The notebook; its neighbours are those present in the same folder.

    Raises:
        ValueError: The markers are missing, or the file is not in the course.
    """
    before, opening, rest = header.partition(OPENING)
    _, closing, after = rest.partition(CLOSING)
    if not (opening and closing):
        raise ValueError(
            f"{path.name}: the first cell has no place for the navigation bar. "
            f"Put {OPENING}{CLOSING} on a line below the title."
        )
    return before + navigation_bar(row_of(path), present(path.parent)) + after
