"""The players of the notebooks, which store only a film strip where one stands."""

from __future__ import annotations

import base64
import html
import json
import re
import runpy
import zlib
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

HERE = Path(__file__).parent


def write_players(notebooks: Path, folder: Path) -> dict[str, str]:
    """Write the runs' pages, their film strips and the script that plays them into ``folder``.

    Returns:
        For each run, what stands for it in a page of ``course/``.
    """
    folder.mkdir(parents=True)
    gallery = runpy.run_path(str(notebooks / "data" / "make_gallery.py"))
    script = re.sub(r"^export (default .*)?", "", SCRIPT.read_text(), flags=re.MULTILINE)
    # A plain script, since a browser loads no module from a folder of files.
    start = (HERE / "start.js").read_text()
    (folder / "players.js").write_text("\n".join(["(() => {", script, start, "})();"]))
    places = {}
    for run in sorted({run for runs in PLAYERS.values() for run in runs}):
        make = gallery[run]
        player = make()
        player.to_html(folder / f"{run}.html", title=make.__doc__)
        (folder / f"{run}.png").write_bytes(player.film_strip())
        places[run] = _place(player, run, make.__doc__)
    return places


def _place(player: MemoryPlayer, run: str, title: str) -> str:
    """Return the film strip of ``player`` and all that brings it to life."""
    start = {
        "header": player.header,
        "data": base64.b64encode(zlib.compress(player.data)).decode(),
        "t": player.t,
        "fps": player.fps,
    }
    return f"""<div class="player" data-run="{run}">
<div class="player-stage">
<img src="../players/{run}.png" alt="Film strip. {html.escape(title)}">
</div>
<p class="player-note">
Press ▶, or drag the step. Wider, <a href="../players/{run}.html">on a page of its own</a>.
</p>
<script type="application/json">{json.dumps(start).replace("<", chr(92) + "u003c")}</script>
<script defer src="../players/players.js"></script>
</div>"""
