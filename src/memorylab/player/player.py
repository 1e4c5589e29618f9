"""The player as a Jupyter widget and as a page."""

from __future__ import annotations

import base64
import html
import io
import json
import operator
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from memorylab.files import write_atomically
from memorylab.memory.dnc.trace import DNCTrace
from memorylab.player.packing import pack
from memorylab.plots import film_strip
from memorylab.plots.order import choose_order
from memorylab.plots.style import new_figure

try:
    import anywidget
    import traitlets
except ImportError as error:
    raise ImportError(
        "MemoryPlayer needs anywidget. Install it: pip install 'memorylab[notebooks]'."
    ) from error

SCRIPT = Path(__file__).with_name("player.js")


class MemoryPlayer(anywidget.AnyWidget):
    """Everything a run did, step by step, to scrub through, play and point at.

    Above stands one step: the memory, the links, all weightings, one row per location. Below stands
    the whole run, with the step as a cursor to drag. Pointing at a cell, or reaching it by tab and
    arrow keys, shows its value and marks its locations everywhere.

    The whole run crosses to the browser once, and nothing after that needs the kernel. Where
    widgets don't run (on GitHub, in an untrusted notebook), the player is a film strip.

    Attributes:
        t: The step shown, from 0 to the longest run's last; may be set.
        fps: Steps per second while playing; may be set.

    Args:
        trace: The run.
        t: The step to begin with.
        fps: Steps per second while playing.
        order: ``"slot"``, or ``"first_write"`` for the locations in the order in which ``trace``
            first wrote to them.
        compare: A second run to show beside the first on the same clock. The shorter of the two
            keeps its last step.
        labels: Headings of the two.

    Raises:
        TypeError: ``trace`` or ``compare`` is not a trace, or ``t`` not an integer.
        ValueError: ``t``, ``fps`` or ``order`` is out of range, or ``labels`` are not two.

    Example:
        >>> from memorylab.memory.dnc.trace import DNCTrace
        >>> from memorylab.player import MemoryPlayer
        >>> MemoryPlayer(DNCTrace.load("data/copy_trace.npz"))  # doctest: +SKIP
    """

    _esm = SCRIPT
    header = traitlets.Unicode().tag(sync=True)
    data = traitlets.Bytes().tag(sync=True)
    t = traitlets.Int().tag(sync=True)
    fps = traitlets.Float().tag(sync=True)

    def __init__(
        self,
        trace: DNCTrace,
        t: int = 0,
        fps: float = 10,
        order: str = "slot",
        *,
        compare: DNCTrace | None = None,
        labels: Sequence[str] = ("first", "second"),
    ):
        self._traces = [trace] if compare is None else [trace, compare]
        for run in self._traces:
            if not isinstance(run, DNCTrace):
                raise TypeError(
                    f"MemoryPlayer plays a DNCTrace, but got {type(run).__name__}. Record one with "
                    "DNCTrace.record(model, input), or load one with DNCTrace.load(path)."
                )
        if isinstance(labels, str) or len(labels) != 2:
            raise ValueError(f"labels must be two, one for each run, but are {labels!r}.")
        self._labels = [str(label) for label in labels] if compare is not None else [""]
        self._order = order
        self.num_steps = max(run.num_steps for run in self._traces)
        header, data = pack(self._traces, self._labels, self._orders())
        super().__init__(header=json.dumps(header), data=data, t=operator.index(t), fps=float(fps))

    def _orders(self) -> list[np.ndarray]:
        """Return the order of each run's locations: the first's for both, so that rows match."""
        orders = [choose_order(run, self._order)[0] for run in self._traces]
        return [orders[0] if len(order) == len(orders[0]) else order for order in orders]

    @traitlets.validate("t")
    def _check_step(self, proposal: dict[str, Any]) -> int:
        step = proposal["value"]
        if not 0 <= step < self.num_steps:
            raise ValueError(
                f"t must be a step from 0 to {self.num_steps - 1}, but is {step}: the run has "
                f"{self.num_steps} steps."
            )
        return step

    @traitlets.validate("fps")
    def _check_speed(self, proposal: dict[str, Any]) -> float:
        fps = proposal["value"]
        if not 0 < fps <= 60:
            raise ValueError(f"fps must be above 0 and at most 60 steps per second, but is {fps}.")
        return fps

    def __repr__(self) -> str:
        runs = "; ".join(
            f"{run.num_steps} steps, {run.num_locations} locations of {run.word_size}, "
            f"{run.num_read_heads} read head{'s' if run.num_read_heads > 1 else ''}"
            for run in self._traces
        )
        return f"MemoryPlayer({runs})"

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        bundle = super()._repr_mimebundle_(**options)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        data["text/plain"] = repr(self)
        # Never text/html, which frontends prefer to this picture.
        data["image/png"] = base64.b64encode(self.film_strip()).decode()
        return data, metadata

    def film_strip(self) -> bytes:
        """Return the film strip that stands in for the player, as a PNG."""
        pictures = []
        for trace, label in zip(self._traces, self._labels, strict=True):
            if label:
                heading = new_figure(0.3)
                heading.text(0.01, 0.5, label, va="center", fontsize=11, fontweight="bold")
                pictures.append(heading._repr_png_())
            pictures.append(film_strip(trace, order=self._order)._repr_png_())
        if len(pictures) == 1:
            return pictures[0]
        images = [Image.open(io.BytesIO(picture)).convert("RGB") for picture in pictures]
        size = max(image.width for image in images), sum(image.height for image in images)
        stacked, top = Image.new("RGB", size, "white"), 0
        for image in images:
            stacked.paste(image, (0, top))
            top += image.height
        png = io.BytesIO()
        stacked.save(png, format="PNG", optimize=True)
        return png.getvalue()

    def to_html(self, path: str | Path, title: str = "A memory at work") -> Path:
        """Write the player as one page that needs no kernel, no network and no other file.

        The page begins at the player's step, speed and order. It is written under a temporary name
        and renamed, so an interrupt leaves an older one as it was.

        Args:
            path: A path that ends in ``.html``.
            title: The page's heading.

        Returns:
            The path.

        Raises:
            ValueError: The path has another ending.
            OSError: The folder can't be written.
        """
        path = Path(path)
        if path.suffix != ".html":
            raise ValueError(f"A page is written to a file that ends in .html, not {path.name!r}.")
        page = _PAGE.format(
            title=html.escape(title),
            # What would end the script element must not stand in it.
            header=self.header.replace("<", "\\u003c"),
            data=base64.b64encode(zlib.compress(self.data)).decode(),
            t=self.t,
            fps=self.fps,
            script=SCRIPT.read_text().replace("export default { render };", _START),
        )
        with write_atomically(path) as temporary:
            temporary.write_text(page)
        return path


_START = """
const read = (id) => document.getElementById(id).textContent.trim();
const packed = Uint8Array.from(atob(read("data")), (letter) => letter.charCodeAt(0));
const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
const data = new DataView(await new Response(unpacked).arrayBuffer());
const state = { header: read("header"), data, ...JSON.parse(read("start")) };
const model = {
  get: (key) => state[key],
  set: (key, value) => { state[key] = value; },
  save_changes: () => {}, on: () => {}, off: () => {},
};
const dark = matchMedia("(prefers-color-scheme: dark)");
const paint = () => {
  document.documentElement.dataset.theme = dark.matches ? "dark" : "light";
  document.querySelector(".memory-player").dataset.theme = document.documentElement.dataset.theme;
};
render({ model, el: document.getElementById("player") });
dark.addEventListener("change", paint);
paint();
"""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
  body {{ margin: 0 auto; max-width: 1500px; padding: 8px; background: #fff; color: #1b1b1b;
    font-family: system-ui, sans-serif; }}
  h1 {{ font-size: 18px; margin: 8px; }}
  [data-theme=dark] body {{ background: #121417; color: #e8e8e8; }}
</style>
</head>
<body>
<h1>{title}</h1>
<main id="player"></main>
<script type="application/json" id="header">{header}</script>
<script type="application/json" id="start">{{"t": {t}, "fps": {fps}}}</script>
<script type="application/octet-stream;base64" id="data">{data}</script>
<script type="module">
{script}
</script>
</body>
</html>
"""
