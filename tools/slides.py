"""Each notebook's picture as a 16:9 slide, legible from the back of a classroom.

::

    python -m tools.slides [--out slides] [FILE ...]

The picture is the figure that the cell tagged ``picture`` draws. The notebook runs up to that cell,
with more pixels than on the page. The cell's metadata hold the ``"caption"`` of the slide and, if
the figure is too large for one, the code for a smaller figure as ``"slide"``.
"""

from __future__ import annotations

import argparse
import base64
import io
import sys
from pathlib import Path

import matplotlib.figure
import nbformat
import numpy as np
from PIL import Image

from memorylab.files import write_atomically
from tools import execution
from tools.exercises import tags
from tools.table import chosen, row_of

PICTURE = "picture"
"""The tag of the cell that draws what students should remember of a notebook."""

WIDTH, HEIGHT = 1920, 1080
MARGIN, HEAD, FOOT = 48, 120, 84  # pixels: around everything, and for the lines above and below

# Runs first in the kernel: figures then have twice as many pixels as on the page.
_SETUP = "%matplotlib inline\n%config InlineBackend.figure_formats = ['retina']"


def write_slide(path: Path, out: Path) -> Path:
    """Run the notebook at ``path`` up to its picture, and write the slide to the folder ``out``.

    Raises:
        ValueError: Not exactly one cell is tagged ``picture``, or that cell shows none.
        nbclient.exceptions.CellExecutionError: A cell failed.
    """
    notebook = nbformat.read(path, as_version=4)
    place = picture_place(notebook.cells, path.name)
    cell = notebook.cells[place]
    cell.source = cell.metadata.get("slide", cell.source)
    notebook.cells = [nbformat.v4.new_code_cell(_SETUP), *notebook.cells[:place], cell]
    execution.run(notebook, path.parent)
    pictures = [
        Image.open(io.BytesIO(base64.b64decode(output.data["image/png"]))).convert("RGB")
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    ]
    if not pictures:
        raise ValueError(f"{path.name}: the cell tagged {PICTURE} shows no picture.")
    slide = out / f"{path.stem}.png"
    image = compose(side_by_side(pictures), row_of(path).heading, cell.metadata.get("caption", ""))
    with write_atomically(slide) as temporary:
        image.save(temporary, format="PNG")
    return slide


def picture_place(cells: list, name: str) -> int:
    """Return the place of the cell tagged ``picture``, from 0.

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
    """Return one picture made of all that the cell showed, from left to right."""
    height = max(picture.height for picture in pictures)
    joined = Image.new("RGB", (sum(picture.width for picture in pictures), height), "white")
    left = 0
    for picture in pictures:
        joined.paste(picture, (left, 0))
        left += picture.width
    return joined


def compose(picture: Image.Image, heading: str, caption: str) -> Image.Image:
    """Return a slide with a heading, the picture as large as fits, and a caption."""
    free = WIDTH - 2 * MARGIN, HEIGHT - HEAD - FOOT - MARGIN
    scale = min(free[0] / picture.width, free[1] / picture.height)
    size = round(scale * picture.width), round(scale * picture.height)
    figure = matplotlib.figure.Figure(figsize=(16, 9), dpi=WIDTH / 16, facecolor="white")
    left, top = (WIDTH - size[0]) / 2, HEAD + (free[1] - size[1]) / 2
    resized = np.asarray(picture.resize(size, Image.Resampling.LANCZOS))
    figure.figimage(resized, round(left), round(HEIGHT - top - size[1]))
    text = {"color": "black", "family": "DejaVu Sans", "va": "center"}
    figure.text(MARGIN / WIDTH, 1 - HEAD / 2 / HEIGHT, heading, fontsize=32, **text)
    figure.text(MARGIN / WIDTH, FOOT / 2 / HEIGHT, caption, fontsize=22, **text)
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return Image.open(file).convert("RGB")


def main(arguments: list[str] | None = None) -> int:
    """Write slides; return the exit status: 0 on success, 2 on wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m tools.slides")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="default: all")
    parser.add_argument("--out", type=Path, default=Path("slides"), help="default: slides")
    options = parser.parse_intermixed_args(arguments)
    for file in chosen(options.files, parser):
        try:
            print(write_slide(file, options.out), flush=True)
        except (OSError, ValueError) as error:
            parser.error(str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main())
