"""Notebooks as pages of the book."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import ray
from ray.rllib.models import MODEL_DEFAULTS

from memorylab import player
from memorylab.rllib.model_keys import MODEL_KEYS, NOTHING
from tools.exercises import is_folded, is_solution
from tools.navigation import CLOSING, OPENING
from tools.table import TRACKS, present

_LAUNCHER = re.compile(r"\[!\[(?P<what>[^\]]+)\]\([^)]*\)\]\((?P<address>[^)]+)\)")
_FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)
_WHAT_TO_SEE = re.compile(r"\*What to see:\*\s*(?P<text>.*?)(?:\n\n|\Z)", re.DOTALL)
_PLAYER = re.compile(rf"(?:{'|'.join(player.__all__)})\(")
PROMPTS = {"code_prompt_show": "Show the code", "code_prompt_hide": "Hide the code"}
"""For folded cells that solve no exercise."""

_MARKUP = re.compile(r"[*`$]|\]\([^)]*\)|\[(?=[^\]]*\]\()")


def write_page(path: Path, folder: Path, players: list[str]) -> None:
    """Write the notebook at ``path`` into ``folder`` as the book shows it.

    The launch links replace the navigation bar, since the book has its own navigation. Solutions
    and what the notebook folds are folded, players play, and the words below a figure become its
    alternative text.

    Args:
        path: The notebook, executed.
        folder: Where to write it, under the same name.
        players: The HTML that replaces its players, from top to bottom.

    Raises:
        ValueError: The notebook shows more players or fewer.
    """
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].source = with_launch_line(notebook.cells[0].source)
    shown = 0
    for cell, following in zip(notebook.cells, [*notebook.cells[1:], None], strict=True):
        if is_solution(cell):
            cell.metadata["tags"] = [*cell.metadata["tags"], "hide-cell"]
        elif is_folded(cell):
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), "hide-input"]
            cell.metadata["mystnb"] = PROMPTS.copy()
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/png" not in data:
                continue
            if following is not None and (text := what_to_see(following.source)):
                cell.metadata.setdefault("mystnb", {})["image"] = {"alt": text}
            if is_player(output):
                if shown < len(players):
                    data["text/html"] = players[shown]
                shown += 1
    if shown != len(players):
        raise ValueError(
            f"{path.name} shows {shown} players, but the book has runs for {len(players)}. Name "
            "them, from top to bottom, in PLAYERS of book/players.py."
        )
    nbformat.write(notebook, folder / path.name)


def is_player(output: dict) -> bool:
    """Return whether an output is the picture of a player, of any class of memorylab.player."""
    data = output.get("data", {})
    return "image/png" in data and bool(_PLAYER.match(data.get("text/plain", "")))


def with_launch_line(header: str) -> str:
    """Return a notebook's header with launch links, if it has any, in place of its bar.

    The folded part below the bar's links stays.
    """
    before, _, rest = header.partition(OPENING)
    bar, _, after = rest.partition(CLOSING)
    links = [f"[{match['what']}]({match['address']})" for match in _LAUNCHER.finditer(bar)]
    kept = [" · ".join(links)] * bool(links) + _FOLDED.findall(bar)
    return before + "\n\n".join(kept) + (after if kept else after.lstrip("\n"))


def what_to_see(text: str) -> str:
    """Return the *What to see:* sentences of a cell, without markup."""
    found = _WHAT_TO_SEE.search(text)
    return " ".join(_MARKUP.sub("", found["text"]).split()) if found else ""


def course_map(notebooks: Path) -> str:
    """Return tables of the notebooks, track by track, and the contents that Sphinx needs."""
    rows, parts = present(notebooks), []
    for track in TRACKS:
        here = [row for row in rows if row.track is track]
        lines = [
            f"| [{row.heading}](course/{row.file}) | {row.objective} | {row.reading} min |"
            for row in here
        ]
        entries = "\n".join(f"course/{row.stem}" for row in here)
        if here:
            parts += [f"### {track.title}\n\n{track.note}\n"]
            parts += ["| notebook | after it you can | reading |", "|---|---|---|", *lines, ""]
            parts += [f"```{{toctree}}\n:hidden:\n:caption: {track.title}\n\n{entries}\n```\n"]
    return "\n".join(parts)


def model_keys_page() -> str:
    """Return the page on the keys of RLlib's old model configuration."""
    rows = [
        f"| `{key}` | `{MODEL_DEFAULTS[key]!r}` | {row.old} | {_successor(row.now)} |"
        for key, row in MODEL_KEYS.items()
    ]
    idle = sum(row.old == NOTHING for row in MODEL_KEYS.values())
    return "\n".join(
        [
            "# RLlib's model configuration",
            "",
            f"The keys of `MODEL_DEFAULTS` in Ray {ray.__version__}: what each does on the old API "
            "stack, with PyTorch, and its successor on the current one, a field of "
            f"`DefaultModelConfig` where it is a name. {idle} of the {len(rows)} do nothing "
            "on the old stack, which accepts any value for them.",
            "",
            "| key | default | on the old stack | on the current stack |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _successor(now: str) -> str:
    if now.startswith("gone: "):
        return now
    name, comma, remark = now.partition(",")
    return f"`{name}`{comma}{remark}"
