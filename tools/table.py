"""The course: its notebooks, in order, as ``course.toml`` lists them."""

from __future__ import annotations

import tomllib
from argparse import ArgumentParser
from dataclasses import dataclass
from pathlib import Path

from memorylab import __version__

RELEASE = f"v{__version__}"
"""The tag that launch links open, so that a course keeps the release it began with."""


@dataclass(frozen=True)
class Track:
    """A part of the course.

    Attributes:
        key: Its name in ``course.toml``.
        title: Its heading.
        note: A sentence or two on whom it is for.
    """

    key: str
    title: str
    note: str


@dataclass(frozen=True)
class Notebook:
    """One row of the course.

    Attributes:
        stem: The file's name without its ending: two digits, then the name.
        track: The part of the course that it belongs to.
        title: The heading after the number.
        question: The question that it answers.
        objective: What a reader can do after it, to complete "After it you can …".
        needs: The numbers of the notebooks to read before it.
        reading: Minutes to read.
        running: Seconds to run on two cores.
        memory: Peak memory, in GB.
        knows: What else to know before it, a sentence or nothing.
    """

    stem: str
    track: Track
    title: str
    question: str
    objective: str
    needs: tuple[str, ...]
    reading: int
    running: int
    memory: float
    knows: str = ""

    @property
    def number(self) -> str:
        """Two digits; the order of the course."""
        return self.stem[:2]

    @property
    def name(self) -> str:
        """The file's name without its number and ending; it stays when numbers change."""
        return self.stem[3:]

    @property
    def file(self) -> str:
        """The file's name in ``notebooks/``."""
        return f"{self.stem}.ipynb"

    @property
    def heading(self) -> str:
        """Number and title, as in the notebook's first line and in all links to it."""
        return f"{self.number} · {self.title}"


def read_course(text: str) -> tuple[tuple[Track, ...], tuple[Notebook, ...]]:
    """Return the tracks and the notebooks of a text such as ``course.toml``.

    Raises:
        ValueError: A row lacks an entry, has an unknown one, counts wrongly, or needs a
            notebook that comes later.
    """
    content = tomllib.loads(text)
    tracks = tuple(Track(key, **entries) for key, entries in content.pop("tracks").items())
    rows: list[Notebook] = []
    for track in tracks:
        for entries in content.pop(track.key, []):
            stem, needs = entries.pop("file"), tuple(entries.pop("needs", ()))
            try:
                rows.append(Notebook(stem, track, needs=needs, **entries))
            except TypeError as error:
                raise ValueError(f"course.toml, {stem}: {error}") from None
    if content:
        raise ValueError(f"course.toml: {', '.join(content)}: no such track among its [tracks].")
    for place, row in enumerate(rows):
        if row.number != f"{place:02d}":
            raise ValueError(f"course.toml: {row.stem} is row {place}; its number must say so.")
        allowed = {other.number for other in rows[:place]}  # in the core, all of these are core
        if wrong := [number for number in row.needs if number not in allowed]:
            raise ValueError(
                f"course.toml: {row.stem} needs {', '.join(wrong)}, which must come before it."
            )
    return tracks, tuple(rows)


TRACKS, COURSE = read_course(Path(__file__).with_name("course.toml").read_text(encoding="utf-8"))


def present(folder: Path) -> list[Notebook]:
    """Return the notebooks of the course that exist in ``folder``, in order."""
    return [notebook for notebook in COURSE if (folder / notebook.file).is_file()]


def chosen(files: list[Path], parser: ArgumentParser) -> list[Path]:
    """Return the files named on the command line, or else all notebooks in ``notebooks/``.

    Ends the program with a message if there are none, or if one doesn't exist.
    """
    files = files or [Path("notebooks", row.file) for row in present(Path("notebooks"))]
    if not files:
        parser.error("there are no notebooks here; run this where notebooks/ is, or name files")
    for file in files:
        if not file.is_file():
            parser.error(f"{file} does not exist")
    return files


def row_of(path: Path) -> Notebook:
    """Return the row of the course that ``path`` belongs to.

    Raises:
        ValueError: No row has this file name.
    """
    for notebook in COURSE:
        if notebook.file == path.name:
            return notebook
    raise ValueError(
        f"{path.name} is not in the course. Name it as tools/course.toml does, or add "
        f"a row there. Known: {', '.join(notebook.file for notebook in COURSE)}."
    )


def row_named(name: str) -> Notebook:
    """Return the row of the course called ``name``, such as ``"dnc_links"``, whatever its number.

    Raises:
        ValueError: No row has this name.
    """
    for notebook in COURSE:
        if notebook.name == name:
            return notebook
    known = ", ".join(notebook.name for notebook in COURSE)
    raise ValueError(f"the course has no notebook called {name!r}. Known: {known}.")
