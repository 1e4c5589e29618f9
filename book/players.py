"""The players of the notebooks, which store only a film strip where one stands."""

from __future__ import annotations

import html
import runpy
from pathlib import Path

from memorylab.player import MemoryPlayer
from memorylab.player.player import SCRIPT

PLAYERS = {
    "00_start_here.ipynb": ["copy"],
    "06_dnc_links.ipynb": ["copy"],
    "07_dnc_train_and_ablate.ipynb": ["copy_without_links"],
    "13_does_memory_pay.ipynb": ["tmaze"],
}
"""Which runs of ``notebooks/data/make_gallery.py`` a notebook shows, from top to bottom."""


def write_players(notebooks: Path, folder: Path) -> dict[str, str]:
    """Write each run's page and film strip into ``folder``.

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
        (folder / f"{run}.png").write_bytes(player.film_strip())
        places[run] = _place(player, run, make.__doc__)
    return places


def _place(player: MemoryPlayer, run: str, title: str) -> str:
    """Return the film strip of ``player`` and all that brings it to life.

    The script stands in the page itself, since a browser loads no module from a folder of files;
    the player is in a shadow root, so that its styles and the book's leave each other alone.
    """
    return f"""<div class="player">
<div class="player-stage" id="player-{run}">
<img src="../players/{run}.png" alt="Film strip. {html.escape(title)}">
</div>
<p class="player-note">
Press ▶, or drag the step. Wider, <a href="../players/{run}.html">on a page of its own</a>.
</p>
<script type="application/json" id="start-{run}">{player.start()}</script>
<script type="module">
{SCRIPT.read_text()}
const stage = document.getElementById("player-{run}").attachShadow({{ mode: "open" }});
mount(stage, JSON.parse(document.getElementById("start-{run}").textContent));
</script>
</div>"""
