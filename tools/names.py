"""Where the course teaches, and the tests cover, each name of the documents in ``names.toml``."""

from __future__ import annotations

import ast
import functools
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import nbformat

from tools.table import TRACKS, Notebook, present

T = TypeVar("T")

PAGE = "names.md"
"""The index's file, among the pages of the course."""


@dataclass(frozen=True)
class Name:
    """A class or function that a document names.

    Attributes:
        document: The document's title.
        name: As it is written there; a method after its class and a dot.
        became: What became of it here, and today.
        notebooks: The numbers of the notebooks that the document's subject belongs to.
        tests: The folder of the tests that it belongs to.
        word: A pattern for what stands for it; by default the last part of the name.
    """

    document: str
    name: str
    became: str
    notebooks: tuple[str, ...]
    tests: str
    word: str = ""

    @property
    def pattern(self) -> re.Pattern[str]:
        """Finds it as a whole word."""
        return re.compile(rf"\b(?:{self.word or self.name.rpartition('.')[2]})\b")


@dataclass(frozen=True)
class Section:
    """A part of a notebook under one heading, with its code and the prose that names code.

    Attributes:
        row: The notebook.
        heading: The heading, as Markdown.
        anchor: The place that the book gives the heading in its page.
        text: The code and the names.
    """

    row: Notebook
    heading: str
    anchor: str
    text: str


@dataclass(frozen=True)
class Case:
    """A test function, its text, and the texts of what it uses of its own module."""

    path: str
    name: str
    text: str
    helpers: tuple[str, ...]


def _read() -> tuple[Name, ...]:
    content = tomllib.loads(Path(__file__).with_name("names.toml").read_text(encoding="utf-8"))
    return tuple(
        Name(part["title"], name, became, tuple(part["notebooks"]), part["tests"], *word)
        for part in content["document"]
        for name, became, *word in part["names"]
    )


NAMES = _read()


def heading(name: Name, sections: Iterable[Section]) -> Section | None:
    """Return the section whose heading says a name, or else that says it most often.

    The earliest of several. An exercise is not taken for its heading.
    """
    among = [part for part in sections if part.row.number in name.notebooks]
    lessons = [part for part in among if not part.heading.startswith("Exercise")]
    titled = _most(name.pattern, [(part.heading, part) for part in lessons])
    return titled or _most(name.pattern, [(part.text, part) for part in among])


def covering(name: Name, tests: Iterable[Case]) -> Case | None:
    """Return the test that says a name most often, the earliest of several.

    If none does, a class or function beside a test may say it, such as the model that it trains.
    """
    among = [test for test in tests if test.path.startswith(name.tests)]
    found = _most(name.pattern, [(test.text, test) for test in among])
    return found or _most(name.pattern, [("\n".join(test.helpers), test) for test in among])


def _most(pattern: re.Pattern[str], texts: list[tuple[str, T]]) -> T | None:
    counts = [(len(pattern.findall(text)), -place) for place, (text, _) in enumerate(texts)]
    most, place = max(counts, default=(0, 0))
    return texts[-place][1] if most else None


def sections(notebooks: Path) -> list[Section]:
    """Return the sections of the electives and the reference, the reference first."""
    rows = [row for row in present(notebooks) if row.track is not TRACKS[0]]
    found = []
    for row in sorted(rows, key=lambda row: row.track is not TRACKS[-1]):
        parts: list[tuple[str, list[str]]] = []
        for cell in nbformat.read(notebooks / row.file, as_version=4).cells:
            if cell.cell_type == "markdown" and (title := re.match(r"#{1,3} (.*)", cell.source)):
                parts.append((title[1], []))
            # In prose a name stands in code type; a word that happens to be the same doesn't.
            is_code = cell.cell_type == "code"
            parts[-1][1].extend([cell.source] if is_code else re.findall(r"`[^`]+`", cell.source))
        slugs: list[str] = []
        for title, texts in parts:
            slug = re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-")
            again = slugs.count(slug)
            anchor = f"{slug}-{again}" if again else slug
            slugs.append(slug)
            if title not in (row.heading, "Solutions"):
                found.append(Section(row, title, anchor, "\n".join(texts)))
    return found


@functools.cache
def read_tests(folder: Path) -> tuple[Case, ...]:
    """Return the tests in ``folder``, decorators included."""
    found = []
    for file in sorted(folder.rglob("test_*.py")):
        source = file.read_text(encoding="utf-8")
        lines, parts = source.splitlines(), {}
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                first = min([node.lineno, *(part.lineno for part in node.decorator_list)])
                parts[node.name] = "\n".join(lines[first - 1 : node.end_lineno])
        path = file.relative_to(folder.parent).as_posix()
        for name, text in parts.items():
            if name.startswith("test_"):
                used = set(re.findall(r"\w+", text)) & parts.keys() - {name}
                found.append(Case(path, name, text, tuple(parts[other] for other in sorted(used))))
    return tuple(found)


def table(root: Path) -> str:
    """Return a Markdown table of all names: what became of each, where it is taught and tested."""
    lines = ["| name | what became of it | taught in | tested by |", "|---|---|---|---|"]
    parts, covered = sections(root / "notebooks"), read_tests(root / "tests")
    for name in NAMES:
        part = heading(name, parts)
        where = f"{part.row.number}, {part.heading}" if part else "NOWHERE"
        by = covering(name, covered)
        line = f"| `{name.name}` | {name.became} | {where} | "
        lines.append(line + (f"`{by.path}::{by.name}` |" if by else "NOTHING |"))
    return "\n".join(lines)


def page(notebooks: Path) -> str:
    """Return the book's index of names, whose links lead to the headings."""
    text = ["# Index of names", ""]
    text += [
        "What five documents of rlpyt, POPGym and RLlib name, and where the course teaches it."
    ]
    parts, document = sections(notebooks), ""
    for name in NAMES:
        if name.document != document:
            document = name.document
            text += ["", f"## {document}", "", "| name | what became of it | taught in |"]
            text += ["|---|---|---|"]
        part = heading(name, parts)
        link = (
            f"[{part.row.number} · {part.heading}]({part.row.file}#{part.anchor})" if part else ""
        )
        text.append(f"| `{name.name}` | {name.became} | {link} |")
    return "\n".join([*text, ""])
