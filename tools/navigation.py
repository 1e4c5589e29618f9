"""Generated parts of texts: navigation bars, launch links, tables, objectives."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat

from tools.memories import memory_table
from tools.table import COURSE, RELEASE, REPOSITORY, Notebook, present, row_of

OPENING, CLOSING = "<!-- nav -->", "<!-- /nav -->"
"""What encloses the navigation bar."""

# Colab opens only the notebook, so this fetches the files beside it and installs the package. The
# extra ``notebooks`` would replace Colab's own widgets, so it is left out.
COLAB_LINES = f"""\
!git clone --quiet --depth 1 --branch {RELEASE} https://github.com/{REPOSITORY} memory-lab
%pip install --quiet "./memory-lab[rllib]" anywidget
%cd memory-lab/notebooks"""

_OBJECTIVE = re.compile(r"\*\*You will be able to\*\*\s+(?P<text>.*?)\.?(?:\n\n|\Z)", re.DOTALL)


def objective_of(path: Path) -> str:
    """Return the objective in the header of the notebook at ``path``, without the final period.

    Raises:
        ValueError: The header has no line ``**You will be able to** …``.
    """
    header = nbformat.read(path, as_version=4).cells[0].source
    found = _OBJECTIVE.search(header)
    if not found:
        raise ValueError(f"{path.name}: the header needs a line **You will be able to** ….")
    return " ".join(found["text"].split())


def navigation_bar(notebook: Notebook, notebooks: list[Notebook]) -> str:
    """Return the bar of ``notebook`` among those that exist, without markers."""
    index = notebooks.index(notebook)
    parts = []
    if index > 0:
        previous = notebooks[index - 1]
        parts.append(f"[◀ {previous.heading}]({previous.file})")
    parts.append(badges(notebook, "data"))
    if index + 1 < len(notebooks):
        following = notebooks[index + 1]
        parts.append(f"[{following.heading} ▶]({following.file})")
    # Without empty lines: one would end the piece of HTML for Markdown.
    colab = (
        f"<details><summary>On Colab, run this in a cell of its own first</summary><pre>\n"
        f"{COLAB_LINES}\n</pre></details>"
    )
    return "\n".join([" · ".join(parts), "", colab])


def badges(notebook: Notebook, folder: str) -> str:
    """Return the badges, stored in ``folder``, that open ``notebook`` on Binder and on Colab."""
    binder = (
        f"https://mybinder.org/v2/gh/{REPOSITORY}/{RELEASE}?labpath=notebooks%2F{notebook.file}"
    )
    colab = (
        f"https://colab.research.google.com/github/{REPOSITORY}/blob/{RELEASE}/notebooks/"
        f"{notebook.file}"
    )
    return (
        f"[![Launch on Binder]({folder}/launch_binder.svg)]({binder}) "
        f"[![Open in Colab]({folder}/launch_colab.svg)]({colab})"
    )


def launch_section() -> str:
    """Return the README's links that open the course without installing it, without markers."""
    return "\n".join(
        [
            badges(COURSE[0], "notebooks/data"),
            "",
            "On Colab, run this in a cell of its own first:",
            "",
            f"```\n{COLAB_LINES}\n```",
        ]
    )


def course_table(folder: Path, links_to: str) -> str:
    """Return a table of the notebooks in ``folder`` with their objectives, without markers.

    Args:
        folder: Where the notebooks are.
        links_to: The path of that folder in the links, such as ``"notebooks/"``.
    """
    lines = ["| | notebook | after it you can |", "|---|---|---|"]
    for row in present(folder):
        objective = objective_of(folder / row.file)
        lines.append(f"| {row.number} | [{row.title}]({links_to}{row.file}) | {objective} |")
    return "\n".join(lines)


def generated_cells(cells: list, path: Path) -> list[str]:
    """Return the texts of a notebook's cells with the generated parts made anew.

    These are the navigation bar in the first cell, and the table of the course wherever a cell has
    its marker.

    Args:
        cells: The notebook's cells.
        path: The notebook; its neighbours are those present in the same folder.

    Raises:
        ValueError: The first cell has no place for the bar, or the file is not in the course.
    """
    sources = [cell.source for cell in cells]
    bar = navigation_bar(row_of(path), present(path.parent))
    sources[0] = replaced(sources[0], "nav", bar, f"{path.name}: the first cell")
    for place, source in enumerate(sources):
        if "<!-- course -->" in source:
            name = f"{path.name}: cell {place}"
            sources[place] = replaced(source, "course", course_table(path.parent, ""), name)
    return sources


def replaced(text: str, marker: str, new: str, name: str) -> str:
    """Return ``text`` with ``new`` between ``<!-- marker -->`` and ``<!-- /marker -->``.

    Args:
        text: The whole text.
        marker: The word in the two comments.
        new: The lines to put between them.
        name: The file's name, for the message.

    Raises:
        ValueError: The markers are missing.
    """
    opening, closing = f"<!-- {marker} -->", f"<!-- /{marker} -->"
    before, found, rest = text.partition(opening)
    _, ended, after = rest.partition(closing)
    if not (found and ended):
        raise ValueError(f"{name} needs a line {opening}{closing} for generated text.")
    return f"{before}{opening}\n{new}\n{closing}{after}"


def generated_texts(root: Path) -> dict[Path, str]:
    """Return the README and the instructor's pages with all generated parts made anew, by path.

    Args:
        root: The folder with ``README.md``, ``notebooks/`` and ``instructor/``. Files that it lacks
            are left out.

    Raises:
        ValueError: A file has no place for its generated part.
    """
    notebooks, texts = root / "notebooks", {}
    readme = root / "README.md"
    if readme.is_file():
        text = replaced(readme.read_text(encoding="utf-8"), "launch", launch_section(), readme.name)
        table = course_table(notebooks, "notebooks/")
        text = replaced(text, "course", table, readme.name)
        texts[readme] = replaced(text, "memories", memory_table(), readme.name)
    for row in present(notebooks):
        page = root / "instructor" / f"{row.number}.md"
        if page.is_file():
            line = f"**Objectives.** After it you can {objective_of(notebooks / row.file)}."
            texts[page] = replaced(page.read_text(encoding="utf-8"), "objective", line, page.name)
    return texts
