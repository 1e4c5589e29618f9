"""A T-maze to play oneself, as a Jupyter widget and as a page."""

from __future__ import annotations

import functools
import io
from pathlib import Path
from typing import Any

from PIL import Image

from memorylab.environments import TMaze
from memorylab.environments.scene import draw_scene
from memorylab.environments.tmaze import tmaze_scene
from memorylab.errors import check_count, reject_unknown_keys
from memorylab.player.page import mimebundle, start_of_page, write_page
from memorylab.player.player import SCRIPT
from memorylab.published import install_hint

SIGHTS = ("start", "always", "never")


class TMazeGame:
    """The T-maze to play by arrow keys, with and without the sign in sight.

    Right arrow walks forward, up arrow turns left and down arrow turns right; Enter begins a new
    round. The sign can be seen at the start, as agents see it, all the time or never; the reader
    can change that, and each of the three has a score of its own. Where widgets don't run, a
    picture stands in for the game.

    Attributes:
        header: What the browser needs to know.

    Args:
        sign: When the sign is in sight at first: ``"start"``, ``"always"`` or ``"never"``.
        corridor_length: Shortest and longest corridor, or one number: as of
            :class:`memorylab.environments.TMaze`.
        seed: Seed of the mazes; by default they are others each time.

    Raises:
        TypeError: ``seed`` is not an integer.
        ValueError: ``sign``, ``corridor_length`` or ``seed`` can't be.
    """

    def __init__(
        self,
        sign: str = "start",
        corridor_length: tuple[int, int] | int = (6, 10),
        seed: int | None = None,
    ):
        reject_unknown_keys([sign], SIGHTS, "time to see the sign")
        self._maze = TMaze(corridor_length)
        self.header: dict[str, Any] = {
            "game": {
                "sign": sign,
                "corridor_length": [self._maze.shortest, self._maze.longest],
                "seed": None if seed is None else check_count(seed, "seed", minimum=0),
            }
        }

    @property
    def scores(self) -> dict[str, tuple[int, int]]:
        """Correct turns and rounds played, for each time to see the sign."""
        return {sight: tuple(score) for sight, score in self.widget.scores.items()}

    @functools.cached_property
    def widget(self) -> Any:
        """The Jupyter widget, made when it is first asked for.

        Raises:
            ImportError: anywidget isn't installed.
        """
        try:
            import anywidget
            import traitlets
        except ImportError as error:
            raise ImportError(
                f"TMazeGame needs anywidget to be shown in a notebook. Install it: "
                f"{install_hint('notebooks')}. Its to_html works without."
            ) from error

        class GameWidget(anywidget.AnyWidget):
            _esm = SCRIPT
            header = traitlets.Dict().tag(sync=True)
            scores = traitlets.Dict().tag(sync=True)

        return GameWidget(header=self.header, scores={sight: [0, 0] for sight in SIGHTS})

    def __repr__(self) -> str:
        game = self.header["game"]
        corridor_length = tuple(game["corridor_length"])
        seed = "" if game["seed"] is None else f", seed={game['seed']}"
        return f"TMazeGame({game['sign']!r}, corridor_length={corridor_length}{seed})"

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return mimebundle(self.widget, repr(self), self.picture(), **options)

    def picture(self) -> bytes:
        """Return the picture that stands in for the game, as a PNG: the start of a round."""
        longest = self._maze.longest
        visible = self.header["game"]["sign"] != "never"
        sign = "left" if visible else None
        png = io.BytesIO()
        Image.fromarray(draw_scene(tmaze_scene(sign, longest, longest, visible))).save(png, "PNG")
        return png.getvalue()

    def start(self) -> str:
        """Return what the script's ``mount`` needs, as JSON that may stand in a script element."""
        return start_of_page(self.header, b"")

    def to_html(self, path: str | Path, title: str = "A T-maze to play") -> Path:
        """Write the game as one page that needs no kernel, no network and no other file.

        Args:
            path: A path that ends in ``.html``; it is returned.
            title: The page's heading.

        Raises:
            ValueError: The path has another ending.
            OSError: The folder can't be written.
        """
        return write_page(path, title, self.start(), SCRIPT)
