"""Parts of texts made from ``course.toml``: headers, tables, objectives."""

from __future__ import annotations

from pathlib import Path

from tools.glossary import linked, pages
from tools.launch import badges, citation, colab_lines, launch_section
from tools.memories import memory_table
from tools.syllabus import plan_table, read_plans
from tools.table import TRACKS, Notebook, present, row_of

OPENING, CLOSING = "<!-- nav -->", "<!-- /nav -->"
"""What encloses the navigation bar."""


def header(row: Notebook, rows: list[Notebook]) -> str:
    """Return the first cell of a notebook: title, question, bar, objective, needs and costs.

    Args:
        row: The notebook.
        rows: The notebooks that exist. What is missing is left out of the needs.
    """
    return "\n\n".join(
        [
            f"# {row.heading}",
            f"**{row.question}**",
            f"{OPENING}\n{navigation_bar(row, rows)}\n{CLOSING}",
            f"**You will be able to** {row.objective}.",
            f"**You need first** {needs(row, rows)}",
            f"**Reading** {row.reading} min · **Running** {row.running} s on two cores · "
            f"**Peak memory** {row.memory} GB",
        ]
    )


def needs(row: Notebook, rows: list[Notebook]) -> str:
    """Return what to read and to know before a notebook, as a sentence or two."""
    links = [f"[{other.number}]({other.file})" for other in rows if other.number in row.needs]
    if not links:
        return row.knows or "nothing."
    listed = " and ".join([", ".join(links[:-1])] * (len(links) > 1) + links[-1:])
    sentence = f"notebook{'s' * (len(links) > 1)} {listed}."
    return f"{sentence} {row.knows}".rstrip()


def navigation_bar(notebook: Notebook, notebooks: list[Notebook]) -> str:
    """Return the bar of ``notebook`` among those that exist, without markers."""
    index = notebooks.index(notebook)
    parts = []
    if index > 0:
        previous = notebooks[index - 1]
        parts.append(f"[◀ {previous.heading}]({previous.file})")
    if launchers := badges(notebook, "data"):
        parts.append(launchers)
    if index + 1 < len(notebooks):
        following = notebooks[index + 1]
        parts.append(f"[{following.heading} ▶]({following.file})")
    bar = " · ".join(parts)
    if lines := colab_lines():
        # Without empty lines: one would end the piece of HTML for Markdown.
        bar += (
            f"\n\n<details><summary>On Colab, run this in a cell of its own first</summary><pre>\n"
            f"{lines}\n</pre></details>"
        )
    return bar


def course_table(folder: Path, links_to: str) -> str:
    """Return a table of the notebooks in ``folder``, track by track, without markers.

    Args:
        folder: Where the notebooks are.
        links_to: The path of that folder in the links, such as ``"notebooks/"``.
    """
    rows, parts = present(folder), []
    for track in TRACKS:
        lines = [
            f"| {row.number} | [{row.title}]({links_to}{row.file}) | {row.objective} |"
            for row in rows
            if row.track is track
        ]
        if lines:
            head = f"**{track.title}.** {track.note}\n"
            parts += [head, "| | notebook | after it you can |", "|---|---|---|", *lines, ""]
    return "\n".join(parts[:-1])


def generated_cells(cells: list, path: Path) -> list[str]:
    """Return the texts of a notebook's cells with the generated parts made anew.

    These are the first cell, the table of the course wherever a cell has its marker, and in core
    notebooks the links from a term's first use to the glossary.

    Args:
        cells: The notebook's cells.
        path: The notebook; its neighbours are those present in the same folder.

    Raises:
        ValueError: The first cell isn't Markdown, or the file is not in the course.
    """
    row = row_of(path)
    if not cells or cells[0].cell_type != "markdown":
        raise ValueError(f"{path.name}: the first cell must be Markdown; it becomes the header.")
    sources = [header(row, present(path.parent)), *(cell.source for cell in cells[1:])]
    if row.track is TRACKS[0]:
        places = [place for place, cell in enumerate(cells) if cell.cell_type == "markdown"][1:]
        texts = linked([sources[place] for place in places], row.name)
        for place, text in zip(places, texts, strict=True):
            sources[place] = text
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
    """Return all texts beside the notebooks that have generated parts, with these made anew.

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
    cited = root / "CITATION.cff"
    if cited.is_file():
        texts[cited] = citation(cited.read_text(encoding="utf-8"))
    for name, text in pages(notebooks).items():
        if (notebooks / name).is_file():
            texts[notebooks / name] = text
    for row in present(notebooks):
        page = root / "instructor" / f"{row.stem}.md"
        if page.is_file():
            line = f"**Objectives.** After it you can {row.objective}."
            _, _, rest = page.read_text(encoding="utf-8").partition("\n")
            texts[page] = replaced(f"# {row.heading}\n{rest}", "objective", line, page.name)
    index = root / "instructor" / "README.md"
    if index.is_file():
        links = [f"[{page.stem[:2]}]({page.name})" for page in texts if page.parent == index.parent]
        text = index.read_text(encoding="utf-8")
        texts[index] = replaced(text, "pages", ", ".join(links) + ".", index.name)
    plans, syllabus = index.with_name("syllabus.toml"), index.with_name("SYLLABUS.md")
    if syllabus.is_file():
        text = syllabus.read_text(encoding="utf-8")
        for plan, sessions in read_plans(plans.read_text(encoding="utf-8")).items():
            text = replaced(text, plan, plan_table(sessions, root), syllabus.name)
        texts[syllabus] = text
    return texts
