"""The course: its notebooks, in order."""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import dataclass
from pathlib import Path

from memorylab import __version__

REPOSITORY = "memory-lab/memory-lab"
"""Owner and name of the public repository, for launch links."""

RELEASE = f"v{__version__}"
"""The tag that launch links open, so that a course keeps the release it began with."""


@dataclass(frozen=True)
class Notebook:
    """One row of the course.

    Attributes:
        number: Two digits; the order of the course.
        name: The file's name without its number and ending.
        title: The heading after the number.
    """

    number: str
    name: str
    title: str

    @property
    def file(self) -> str:
        """The file's name in ``notebooks/``."""
        return f"{self.number}_{self.name}.ipynb"

    @property
    def heading(self) -> str:
        """Number and title, as in the notebook's first line and in all links to it."""
        return f"{self.number} · {self.title}"


COURSE = (
    Notebook("00", "start_here", "Start here"),
    Notebook("01", "networks_without_memory", "Networks without memory"),
    Notebook("02", "leading_dims_and_targets", "Leading dims, target networks, scaled gradients"),
    Notebook("03", "padded_sequences", "Padded sequences"),
    Notebook("04", "time_without_memory", "Telling time without memory"),
    Notebook("05", "dnc_content_usage_allocation", "DNC I: content, usage, allocation"),
    Notebook("06", "dnc_links", "DNC II: temporal links"),
    Notebook("07", "dnc_train_and_ablate", "DNC III: train it, watch it, ablate it"),
    Notebook("08", "memory_in_rllib", "A memory as RLlib sees it"),
    Notebook("09", "classic_rllib_models", "Classic RLlib models"),
    Notebook("10", "extra_losses", "Extra losses"),
    Notebook("11", "structured_actions", "Actions with structure"),
    Notebook("12", "rllib_today", "RLlib today"),
    Notebook("13", "does_memory_pay", "Does memory pay?"),
    Notebook("14", "past_one_machine", "Past one machine"),
)


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
        f"{path.name} is not in the course. Name it as tools/table.py does, or add "
        f"a row there. Known: {', '.join(notebook.file for notebook in COURSE)}."
    )
