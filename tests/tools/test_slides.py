from __future__ import annotations

from pathlib import Path

import nbformat
import numpy as np
import pytest
from PIL import Image

from tools import slides
from tools.table import COURSE, present

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
FIGURE = """\
from memorylab.plots.style import new_figure

figure = new_figure(2.0)
figure.add_axes((0.1, 0.2, 0.8, 0.6)).plot([1, 3, 2])
figure"""


def write(path: Path, *cells: tuple[str, list[str]]) -> Path:
    """Store a notebook of code cells with tags."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source, metadata={"tags": tags}) for source, tags in cells]
    )
    nbformat.write(notebook, path)
    return path


def test_a_slide_has_the_picture_drawn_anew_in_16_to_9(tmp_path):
    path = write(
        tmp_path / COURSE[5].file,
        ("from memorylab_course import setup\nsetup(seed=0)", []),
        ("print('too much for a slide')", ["picture"]),
        ("1 / 0", []),
    )
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].metadata.update(slide=FIGURE, caption="A picture")
    nbformat.write(notebook, path)
    slide = slides.write_slide(path, tmp_path / "slides")
    assert slide == tmp_path / "slides" / path.with_suffix(".png").name
    image = np.asarray(Image.open(slide))
    assert image.shape == (1080, 1920, 3)
    dark = (image < 128).any(-1)
    for part in (slice(slides.HEAD), slice(-slides.FOOT, None), slice(400, 700)):
        assert dark[part].any()  # the heading, the caption, the picture


@pytest.mark.parametrize("size", [(800, 350), (400, 900), (3000, 2000)])
def test_the_picture_fits_between_heading_and_caption(size):
    picture = Image.new("RGB", size, (255, 0, 0))
    image = np.asarray(slides.compose(picture, "heading", "caption"))
    rows, columns = np.nonzero((image == (255, 0, 0)).all(-1))
    height, width = rows.max() - rows.min() + 1, columns.max() - columns.min() + 1
    assert width / height == pytest.approx(size[0] / size[1], rel=0.01)
    assert rows.min() >= slides.HEAD
    assert rows.max() < slides.HEIGHT - slides.FOOT
    assert columns.min() >= slides.MARGIN
    assert columns.max() < slides.WIDTH - slides.MARGIN


def test_several_pictures_stand_side_by_side():
    red, blue = Image.new("RGB", (4, 2), (255, 0, 0)), Image.new("RGB", (3, 5), (0, 0, 255))
    assert slides.side_by_side([red]).tobytes() == red.tobytes()
    both = slides.side_by_side([red, blue])
    assert both.size == (7, 5)
    assert (both.getpixel((0, 0)), both.getpixel((4, 4))) == ((255, 0, 0), (0, 0, 255))
    assert both.getpixel((0, 4)) == (255, 255, 255)


@pytest.mark.parametrize(("tags", "count"), [([[], []], 0), ([["picture"], ["picture"]], 2)])
def test_one_cell_must_be_tagged(tags, count, tmp_path):
    path = write(tmp_path / COURSE[5].file, *(("1", names) for names in tags))
    with pytest.raises(ValueError, match=f"{count} cells are tagged picture"):
        slides.write_slide(path, tmp_path)


def test_the_tagged_cell_must_show_a_picture(tmp_path, monkeypatch):
    monkeypatch.setattr(slides.execution, "run", lambda *arguments: None)
    path = write(tmp_path / COURSE[5].file, ("print(1)", ["picture"]))
    with pytest.raises(ValueError, match="the cell tagged picture shows no picture"):
        slides.write_slide(path, tmp_path)


def test_wrong_usage(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        slides.main([])
    assert "there are no notebooks here" in capsys.readouterr().err


@pytest.mark.parametrize("row", present(NOTEBOOKS), ids=lambda row: row.number)
def test_each_notebook_has_its_picture_tagged(row):
    cells = nbformat.read(NOTEBOOKS / row.file, as_version=4).cells
    place = slides.picture_place(cells, row.file)
    assert any("image/png" in output.get("data", {}) for output in cells[place].outputs)
