"""Each notebook's picture as a slide, 16:9 and to be read from the back of a room.

::

    python -m tools.slides [--out slides] [FILE ...]

The picture is what the notebook's cell tagged ``picture`` draws. The notebook is run up to there,
with larger letters and more pixels than on the page. If a slide has no room for all of it, the
cell's metadata hold under ``"slide"`` the code that draws what fits.
"""

from __future__ import annotations

import argparse
import base64
import inspect
import io
import sys
from pathlib import Path

import matplotlib.figure
import nbformat
import numpy as np
from PIL import Image

from memorylab.files import write_atomically
from memorylab.plots import style
from tools import execution
from tools.exercises import tags
from tools.table import Notebook, present, row_of

PICTURE = "picture"
"""The tag of the cell that draws what one remembers of a notebook."""

WIDTH, HEIGHT = 1920, 1080
MARGIN, HEAD, FOOT = 48, 120, 84  # pixels: around all, and for the lines above and below
DPI = 240
ENLARGED = 1.25


def draw_large() -> None:
    """Draw figures from now on with larger letters and more pixels; for a notebook's kernel."""
    import matplotlib.pyplot  # first: with it, the kernel sets up its own way to show figures
    from IPython import get_ipython

    for name, value in style.STYLE.items():
        if name.endswith("size") and name != "figure.figsize" and "major" not in name:
            style.STYLE[name] = ENLARGED * value

    def png(figure: matplotlib.figure.Figure) -> bytes:
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=DPI)
        return file.getvalue()

    style.Figure._repr_png_ = png
    formatter = get_ipython().display_formatter.formatters["image/png"]
    formatter.for_type(matplotlib.figure.Figure, png)


# A kernel can't import tools, so the function travels as text.
_PRELUDE = f"""\
import io

import matplotlib.figure

from memorylab.plots import style

ENLARGED, DPI = {ENLARGED}, {DPI}
{inspect.getsource(draw_large)}
draw_large()"""


def write_slide(path: Path, out: Path) -> Path:
    """Run the notebook at ``path`` up to its picture, and write the slide to the folder ``out``.

    Raises:
        ValueError: Not exactly one cell is tagged ``picture``, or that cell shows none.
        nbclient.exceptions.CellExecutionError: A cell failed.
    """
    row = row_of(path)
    notebook = nbformat.read(path, as_version=4)
    place = picture_place(notebook.cells, path.name)
    cell = notebook.cells[place]
    cell.source = cell.metadata.get("slide", cell.source)
    notebook.cells = [nbformat.v4.new_code_cell(_PRELUDE), *notebook.cells[:place], cell]
    execution.run(notebook, path.parent)
    pictures = [
        Image.open(io.BytesIO(base64.b64decode(output.data["image/png"]))).convert("RGB")
        for output in notebook.cells[-1].outputs
        if "image/png" in output.get("data", {})
    ]
    if not pictures:
        raise ValueError(f"{path.name}: the cell tagged {PICTURE} shows no picture.")
    slide = out / f"{path.stem}.png"
    with write_atomically(slide) as temporary:
        compose(side_by_side(pictures), row).save(temporary, format="PNG")
    return slide


def picture_place(cells: list, name: str) -> int:
    """Return where the cell tagged ``picture`` is, from 0.

    Raises:
        ValueError: There is none, or more than one.
    """
    places = [place for place, cell in enumerate(cells) if PICTURE in tags(cell)]
    if len(places) != 1:
        raise ValueError(
            f"{name}: {len(places)} cells are tagged {PICTURE}; tag the one that draws what "
            "students should remember."
        )
    return places[0]


def side_by_side(pictures: list[Image.Image]) -> Image.Image:
    """Return one picture of several, of which the cell showed more than one."""
    height = max(picture.height for picture in pictures)
    joined = Image.new("RGB", (sum(picture.width for picture in pictures), height), "white")
    left = 0
    for picture in pictures:
        joined.paste(picture, (left, 0))
        left += picture.width
    return joined


def compose(picture: Image.Image, row: Notebook) -> Image.Image:
    """Return a slide: the notebook's heading, its picture as large as fits, and what it shows."""
    room = WIDTH - 2 * MARGIN, HEIGHT - HEAD - FOOT - MARGIN
    scale = min(room[0] / picture.width, room[1] / picture.height)
    size = round(scale * picture.width), round(scale * picture.height)
    figure = matplotlib.figure.Figure(figsize=(16, 9), dpi=WIDTH / 16, facecolor="white")
    left, top = (WIDTH - size[0]) / 2, HEAD + (room[1] - size[1]) / 2
    resized = np.asarray(picture.resize(size, Image.Resampling.LANCZOS))
    figure.figimage(resized, round(left), round(HEIGHT - top - size[1]))
    text = {"color": "black", "family": "DejaVu Sans", "va": "center"}
    figure.text(MARGIN / WIDTH, 1 - HEAD / 2 / HEIGHT, row.heading, fontsize=32, **text)
    caption = (row.picture[:1].upper() + row.picture[1:]).replace("`", "")
    figure.text(MARGIN / WIDTH, FOOT / 2 / HEIGHT, caption, fontsize=22, **text)
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return Image.open(file).convert("RGB")


def main(arguments: list[str] | None = None) -> int:
    """Write slides; return the exit status: 0 if all went well, 2 on wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m tools.slides")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="default: all")
    parser.add_argument("--out", type=Path, default=Path("slides"), help="default: slides")
    options = parser.parse_intermixed_args(arguments)
    files = options.files or [Path("notebooks", row.file) for row in present(Path("notebooks"))]
    if not files:
        parser.error("there are no notebooks here; run this where notebooks/ is, or name files")
    for file in files:
        try:
            print(write_slide(file, options.out), flush=True)
        except (OSError, ValueError) as error:
            parser.error(str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main())
