"""What becomes of a notebook before Sphinx gets it."""

import base64
import io
from pathlib import Path

import nbformat
import numpy as np
import pytest
from pages import course_map, is_player, what_to_see, with_launch_line, write_page
from PIL import Image
from players import PLAYERS
from reference import homes

from memorylab import published
from tools.exercises import is_solution
from tools.navigation import header
from tools.table import COURSE, present

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def read(path):
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize("repository", ["", "somebody/elsewhere"])
def test_of_the_bar_only_the_launch_links_stay(repository, monkeypatch):
    monkeypatch.setattr(published, "REPOSITORY", repository)
    row = COURSE[5]
    text = header(row, present(NOTEBOOKS))
    assert ("![" in text) == bool(repository)
    left = with_launch_line(text)
    head = f"# {row.heading}\n\n**{row.question}**\n\n"
    assert left.startswith(head + "[Launch on Binder](https://mybinder.org/" * bool(repository))
    assert "\n\n\n" not in left
    assert left.endswith(text.partition("<!-- /nav -->")[2])
    assert not [trace for trace in ("![", "◀", "▶", "<!--", "](04") if trace in left]


def test_what_to_see_is_plain_and_ends_with_its_paragraph():
    text = "*What to see:* the **red** `bar`, as in\n[notebook 05](05.ipynb), is\nlonger.\n\nMore."
    assert what_to_see(text) == "the red bar, as in notebook 05, is longer."
    assert what_to_see("Nothing of the kind.") == ""


def test_solutions_are_closed_and_figures_have_words(tmp_path):
    path = NOTEBOOKS / COURSE[5].file
    write_page(path, tmp_path, [])
    cells = read(tmp_path / path.name).cells
    closed = [cell for cell in cells if "hide-cell" in cell.metadata.get("tags", [])]
    assert closed == [cell for cell in cells if is_solution(cell)]
    assert len(closed) >= 2
    for cell in cells:
        if any("image/png" in output.get("data", {}) for output in cell.get("outputs", [])):
            assert len(cell.metadata["mystnb"]["image"]["alt"]) > 40


@pytest.mark.parametrize("count", [0, 2])
def test_a_player_too_many_or_too_few_is_refused(tmp_path, count):
    path = NOTEBOOKS / "06_dnc_links.ipynb"
    with pytest.raises(ValueError, match=f"06_dnc_links.ipynb shows 1 players, .* for {count}"):
        write_page(path, tmp_path, ["<p>player</p>"] * count)


def test_the_course_map_has_a_row_and_an_entry_for_each_notebook():
    text = course_map(NOTEBOOKS)
    for row in present(NOTEBOOKS):
        assert f"| [{row.heading}](course/{row.file}) |" in text
        contents = text.split(f":caption: {row.track.title}\n")[1].split("```")[0]
        assert f"\ncourse/{row.stem}\n" in contents


def test_each_public_name_is_documented_once():
    found = [name for names in homes().values() for name in names]
    assert {"DNC", "MemoryPlayer", "train_agent", "masked_loss"} <= set(found)
    assert homes()["memorylab.memory"].count("DNC") == 1
    assert "DNC" not in homes()["memorylab.memory.dnc"]


@pytest.mark.ray
def test_the_players_are_those_of_the_notebooks(site):
    """The run that plays is the one whose film strip the notebook stores."""

    def pixels(png):
        return np.asarray(Image.open(png).convert("RGB"), dtype=float)

    strips = {path.stem: pixels(path) for path in (site / "players").glob("*.png")}
    for row in present(NOTEBOOKS):
        cells = read(NOTEBOOKS / row.file).cells
        stored = [
            pixels(io.BytesIO(base64.b64decode(output.data["image/png"])))
            for cell in cells
            for output in cell.get("outputs", [])
            if is_player(output)
        ]
        for strip, run in zip(stored, PLAYERS.get(row.name, []), strict=True):
            distances = {
                name: abs(strip - other).mean()
                for name, other in strips.items()
                if other.shape == strip.shape
            }
            # Some runs differ only in what the page shows at first.
            assert distances[run] == min(distances.values()) < 3
