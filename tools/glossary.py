"""The glossary: its pages, the links to it, and whether terms are defined before they are used."""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import nbformat

from tools.table import TRACKS, present, row_named

PAGE, READING = "glossary.md", "further_reading.md"
"""The generated pages, in ``notebooks/``."""

_LINK = re.compile(rf"\[([^\]]+)\]\({re.escape(PAGE)}#[^)]*\)")
# Where a term is no prose: code, formulas, links, pictures, HTML, headings, and text in bold.
_APART = re.compile(
    r"<code>.*?</code>|```.*?```|`[^`]*`"
    r"|\$\$.*?\$\$|\$[^$]*\$|!?\[[^\]]*\]\([^)]*\)|<[^>]*>|^#.*?$|\*\*.*?\*\*",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Term:
    """An entry of the glossary.

    Attributes:
        term: As the page heads it.
        where: The name of the notebook that defines it.
        definition: One to three sentences.
        forms: Other ways to write it.
        find: A pattern for all of them, where the words have other meanings as well.
    """

    term: str
    where: str
    definition: str
    forms: tuple[str, ...] = ()
    find: str = ""

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return self.term.lower().replace(" ", "-")

    @property
    def spelling(self) -> str:
        """A pattern for all its forms, with a capital letter or as a plural."""
        forms = "|".join(
            re.escape(form) if form.isupper() else f"(?i:{re.escape(form)})"
            for form in (self.term, *self.forms)
        )
        # A hyphen makes another word of it.
        return rf"(?<![\w-])(?:{forms})s?(?![\w-])".replace(r"\ ", r"\s+")

    @functools.cached_property
    def pattern(self) -> re.Pattern[str]:
        """Finds it in a text."""
        return re.compile(self.find or self.spelling)

    @functools.cached_property
    def definition_pattern(self) -> re.Pattern[str]:
        """Finds the place that defines it: the term in bold type."""
        return re.compile(rf"\*\*[^*]*{self.spelling}[^*]*\*\*")


def _read() -> tuple[tuple[Term, ...], list[dict[str, str]]]:
    text = Path(__file__).with_name("glossary.toml").read_text(encoding="utf-8")
    content = tomllib.loads(text)
    terms = [Term(**entry | {"forms": tuple(entry.get("forms", ()))}) for entry in content["term"]]
    return tuple(terms), content["source"]


TERMS, SOURCES = _read()


def pages(folder: Path) -> dict[str, str]:
    """Return the texts of the glossary and of the further reading, by file name.

    Args:
        folder: Where the notebooks are; only those that exist are linked.
    """
    existing, parts = present(folder), ["# Glossary\n"]
    for term in sorted(TERMS, key=lambda term: term.term.lower()):
        row = row_named(term.where)
        defined = f" Defined in [{row.heading}]({row.file})." if row in existing else ""
        also = f" Also: {', '.join(term.forms)}." if term.forms else ""
        parts.append(f"## {term.term}\n\n{term.definition}{also}{defined}\n")
    reading = ["# Further reading\n"]
    reading += [f"**[{s['title']}]({s['link']}).** {s['text']}\n" for s in SOURCES]
    return {PAGE: "\n".join(parts), READING: "\n".join(reading)}


def linked(texts: list[str], name: str) -> list[str]:
    """Return a notebook's Markdown texts with the first use of each term linked to the glossary.

    Terms that this notebook defines stay as they are, and so do those that it says again in bold
    type by then.

    Args:
        texts: The texts of the Markdown cells, in order. Old links are replaced.
        name: The notebook's name.
    """
    texts = [_LINK.sub(r"\1", text) for text in texts]
    for term in TERMS:
        if term.where == name:
            continue
        for place, text in enumerate(texts):
            if term.definition_pattern.search(text):
                break
            if found := _first(term, text):
                start, end = found
                link = f"[{text[start:end]}]({PAGE}#{term.anchor})"
                texts[place] = text[:start] + link + text[end:]
                break
    return texts


def _first(term: Term, text: str) -> tuple[int, int] | None:
    """Return where the first use of ``term`` in the prose of ``text`` begins and ends."""
    return next((match.span() for match in term.pattern.finditer(_prose(text))), None)


def _prose(text: str) -> str:
    """Return ``text`` with spaces for all that is no prose, so that places stay the same."""
    if "<!-- course -->" in text:
        return " " * len(text)
    return _APART.sub(lambda match: " " * len(match[0]), text)


def first_faults(folder: Path) -> dict[str, list[str]]:
    """Return, for each core notebook, the terms that it uses before any notebook defines them.

    A term whose notebook exists and doesn't define it counts for that notebook.
    """
    faults: dict[str, list[str]] = {}
    rows = [row for row in present(folder) if row.track is TRACKS[0]]
    cells = [
        (row.name, _LINK.sub(r"\1", cell.source))
        for row in rows
        for cell in nbformat.read(folder / row.file, as_version=4).cells[1:]
        if cell.cell_type == "markdown"
    ]
    for term in TERMS:
        home = row_named(term.where)
        # A missing notebook defines its terms all the same: what comes before must not use them.
        defined = [
            place
            for place, (name, text) in enumerate(cells)
            if term.definition_pattern.search(text) or row_named(name).number > home.number
        ]
        used = [place for place, (_, text) in enumerate(cells) if _first(term, text)]
        bold = any(
            name == home.name and term.definition_pattern.search(text) for name, text in cells
        )
        if home in rows and not bold:
            faults.setdefault(home.name, []).append(f"{term.term} (never)")
        if used and (not defined or used[0] < defined[0]):
            faults.setdefault(cells[used[0]][0], []).append(term.term)
    return faults
