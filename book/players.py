"""The players of the notebooks, which store only a picture where one stands."""

from __future__ import annotations

import base64
import html
import re
import runpy
from pathlib import Path

from memorylab.player import MemoryPlayer, TMazeGame
from memorylab.player.player import SCRIPT

PLAYERS = {
    "start_here": ["tmaze_to_play", "copy_live"],  # also on the first page
    "dnc_links": ["copy_links"],
    "dnc_train_and_ablate": ["copy_in_training", "copy_without_links", "copy_wiped"],
    "does_memory_pay": ["courier"],
    "what_does_it_remember": ["tmaze_wiped"],
}
"""Which runs of ``notebooks/data/make_gallery.py`` a notebook shows, from top to bottom."""

NOTES = {
    "game": "Click into the picture and use the arrow keys.",
    "film": "Drag the second slider to move through the training.",
    "agent": "Press ▶, or give the agent another maze.",
    "model": "Press ▶, or change something: the memory runs here.",
    "runs": "Press ▶, or drag the step.",
}
"""What a player invites to. The first of these that its header has describes it."""


def write_players(notebooks: Path, folder: Path) -> dict[str, str]:
    """Write each run's page and picture into ``folder``.

    Returns:
        For each run, what stands for it in a page of ``course/``.
    """
    folder.mkdir(parents=True)
    gallery = runpy.run_path(str(notebooks / "data" / "make_gallery.py"))
    places = {}
    for run in sorted({run for runs in PLAYERS.values() for run in runs}):
        make = gallery[run]
        player = make()
        player.to_html(folder / f"{run}.html", title=make.__doc__)
        picture = player._repr_mimebundle_()[0]["image/png"]  # the one that a notebook stores
        (folder / f"{run}.png").write_bytes(base64.b64decode(picture))
        places[run] = place(player, run, make.__doc__)
    return places


def place(player: MemoryPlayer | TMazeGame, run: str, title: str) -> str:
    """Return the picture of ``player``, and the numbers that bring it to life."""
    note = next(note for part, note in NOTES.items() if part in player.header)
    return f"""<div class="player">
<div class="player-stage" id="player-{run}">
<img src="../players/{run}.png" alt="Picture of a player. {html.escape(title)}">
</div>
<p class="player-note">
{note} Wider, <a href="../players/{run}.html">on a page of its own</a>.
</p>
<script type="application/json" id="start-{run}">{player.start()}</script>
</div>"""


def alive(places: list[str]) -> list[str]:
    """Return the players of one page, with the script that starts them all.

    The script stands in the page itself, since a browser loads no module from a folder of files.
    Each player is in a shadow root, so that its styles and the book's leave each other alone.
    """
    if not places:
        return []
    script = f"""<script type="module">
{SCRIPT.read_text()}
for (const stage of document.querySelectorAll(".player-stage")) {{
  const start = document.getElementById(stage.id.replace("player-", "start-"));
  mount(stage.attachShadow({{ mode: "open" }}), JSON.parse(start.textContent));
}}
</script>"""
    return [*places[:-1], places[-1] + script]


def with_players(page: str, places: dict[str, str]) -> str:
    """Return a page beside ``course/`` with the players that its comments name in their places.

    Args:
        page: Markdown with comments such as ``<!-- player copy_live -->``.
        places: What :func:`write_players` returned.
    """
    comment = re.compile(r"<!-- player (\w+) -->")
    players = iter(alive([places[run] for run in comment.findall(page)]))
    return comment.sub(
        lambda _: f"```{{raw}} html\n{next(players).replace('../players/', 'players/')}\n```", page
    )
