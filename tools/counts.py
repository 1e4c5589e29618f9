"""What every core notebook should have, counted: ``python -m tools.course count``.

Two things can't be seen from the code, so their author tags them in the cell's metadata: the cell
that draws an architecture, an environment or a mechanism carries the tag ``drawing``, and the stub
of an exercise that writes a piece of a model carries ``build`` besides ``exercise``.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools.exercises import is_folded, tags
from tools.glossary import first_faults
from tools.table import TRACKS, Notebook, present

SHORT = 4
"""The most lines of an open cell that draws the first screen's picture."""

LEAD = 70
"""The most words between the header and that picture."""

LEARNING_SHARE, LIBRARY_SHARE = 0.6, 0.25
"""At least, and at most, of the words of the core as a whole."""

_LIBRARIES = re.compile(
    r"\b(?:RLlib\w*|rlpyt\w*|Ray|POPGym\w*|PyTorch\w*|NumPy|Gymnasium|API|stack|configuration|config"
    r"|connectors?|learner|runners?|checkpoints?|process(?:es)?|import\w*|package|module|class|subclass"
    r"|argument|keyword|install\w*|version|dtype|state dict)\b"
)
_LEARNING = re.compile(
    r"\b(?:memor\w*|remember\w*|forg[eo]t\w*|recall\w*|stor(?:e|es|ed|ing)|writ(?:e|es|ing|ten)|wrote"
    r"|reads?|reading|content|usage|links?|linked|locations?|weightings?|keys?|gates?|gated|state|past"
    r"|history|sequences?|steps?|delay|lag|time|clock|learn\w*|train\w*|gradients?|loss\w*|rewards?"
    r"|returns?|polic(?:y|ies)|values?|advantages?|agents?|actions?|observ\w*|belief\w*|maze|episodes?"
    r"|attention|recurr\w*|hidden|LSTM|GRU|RNN|DNC|PPO|GAE|network\w*|weights?|padding|padded|mask\w*"
    r"|guess\w*|predict\w*|errors?|seeds?|copy|copies|words?|bits?|answers?|controller|heads?)\b",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"\$\$.*?\$\$|\$[^$]*\$|<[^>]*>|\]\([^)]*\)|[|*_#\[\]]|---+", re.DOTALL)


@dataclass(frozen=True)
class Count:
    """What one notebook has.

    Attributes:
        controls: Cells with something to move that changes a number.
        drawings: Cells tagged ``drawing`` that show a picture.
        builds: Stubs tagged ``build``.
        opens_with_picture: Whether a picture follows the question on the first screen.
        early_terms: Terms of the glossary used before they are defined.
        open_asserts: Places of open cells that only assert.
        words: Words about memory and learning, about libraries, and all words.
    """

    controls: int
    drawings: int
    builds: int
    opens_with_picture: bool
    early_terms: list[str]
    open_asserts: list[int]
    words: tuple[int, int, int]

    @property
    def missing(self) -> set[str]:
        """The names of the requirements that don't hold."""
        holds = {
            "control": self.controls > 0,
            "drawing": self.drawings > 0,
            "build": self.builds > 0,
            "first screen": self.opens_with_picture,
            "terms": not self.early_terms,
            "asserts": not self.open_asserts,
        }
        return {name for name, true in holds.items() if not true}


def count(row: Notebook, folder: Path) -> Count:
    """Return what the notebook of ``row`` in ``folder`` has."""
    cells = nbformat.read(folder / row.file, as_version=4).cells
    code = [(place, cell) for place, cell in enumerate(cells) if cell.cell_type == "code"]
    return Count(
        controls=sum(has_control(cell.source) for _, cell in code),
        drawings=sum("drawing" in tags(cell) and shows_picture(cell) for cell in cells),
        builds=sum({"exercise", "build"} <= set(tags(cell)) for _, cell in code),
        opens_with_picture=opens_with_picture(cells),
        early_terms=first_faults(folder).get(row.name, []),
        open_asserts=[
            place for place, cell in code if not is_folded(cell) and only_asserts(cell.source)
        ],
        words=words(cells),
    )


def has_control(source: str) -> bool:
    """Tell whether a cell shows something to move: an explorable, or a memory that runs live."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            # With an input beside it, a player runs the model itself; else it replays a trace.
            runs = name == "MemoryPlayer" and len(node.args) > 1
            if runs or name in ("explore", "interact", "player"):
                return True
    return False


def only_asserts(source: str) -> bool:
    """Tell whether a cell does nothing but hold values against each other."""
    lines = ast.parse(source).body

    def is_check(line: ast.stmt) -> bool:
        if isinstance(line, ast.For | ast.With | ast.If):
            return all(map(is_check, line.body))
        called = isinstance(line, ast.Expr) and ast.unparse(line).startswith(
            ("torch.testing.", "np.testing.")
        )
        return isinstance(line, ast.Assert) or called

    # Values that are computed only to be held against others count too.
    checks = [is_check(line) for line in lines]
    others = [line for line, check in zip(lines, checks, strict=True) if not check]
    return bool(lines) and checks[-1] and all(isinstance(line, ast.Assign) for line in others)


def shows_picture(cell: NotebookNode) -> bool:
    """Tell whether a cell shows a picture: an output, or an image in its text."""
    if cell.cell_type == "markdown":
        return "![" in cell.source or "<img" in cell.source or "<svg" in cell.source
    return any("image/png" in output.get("data", {}) for output in cell.outputs)


def opens_with_picture(cells: list[NotebookNode]) -> bool:
    """Tell whether nothing tall stands between the header and the first picture."""
    lead = 0
    for cell in cells[1:]:
        if shows_picture(cell):
            lines = len(cell.source.splitlines())
            return cell.cell_type == "markdown" or is_folded(cell) or lines <= SHORT
        if cell.cell_type == "code" and not is_folded(cell):
            return False
        if cell.cell_type == "markdown":
            lead += len(cell.source.split())
        if lead > LEAD:
            return False
    return False


def words(cells: list[NotebookNode]) -> tuple[int, int, int]:
    """Return how many words are about memory and learning, about libraries, and all of them.

    A sentence that names anything of a library counts for libraries as a whole, and any other with
    a word of the field for memory and learning. The header and the table of the course don't count.
    """
    learning = libraries = total = 0
    for cell in cells[1:]:
        if cell.cell_type != "markdown" or "<!-- course -->" in cell.source:
            continue
        for sentence in re.split(r"(?<=[.?!:])\s+|\n\n+|\n[-|]", cell.source):
            length = len(_MARKUP.sub(" ", sentence).split())
            total += length
            if _LIBRARIES.search(sentence):
                libraries += length
            elif _LEARNING.search(sentence):
                learning += length
    return learning, libraries, total


def table(folder: Path) -> str:
    """Return the counts of the core notebooks in ``folder`` as a Markdown table."""
    lines = [
        "| notebook | controls | drawings | builds | picture first | terms too early "
        "| open asserts | on memory and learning | on libraries |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    sums = [0, 0, 0]
    for row in core(folder):
        found = count(row, folder)
        sums = [a + b for a, b in zip(sums, found.words, strict=True)]
        cells = [row.stem, found.controls, found.drawings, found.builds]
        cells += ["yes" if found.opens_with_picture else "no"]
        cells += [", ".join(found.early_terms) or "none", len(found.open_asserts)]
        lines.append(f"| {' | '.join(map(str, [*cells, *shares(found.words)]))} |")
    lines.append(f"| together | | | | | | | {' | '.join(shares(sums))} |")
    return "\n".join(lines)


def core(folder: Path) -> list[Notebook]:
    """Return the core notebooks that exist in ``folder``."""
    return [row for row in present(folder) if row.track is TRACKS[0]]


def shares(found: tuple[int, int, int] | list[int]) -> list[str]:
    """Return the two shares of the words as text."""
    learning, libraries, total = found
    return [f"{learning / max(total, 1):.0%}", f"{libraries / max(total, 1):.0%}"]
