"""What every core notebook should have, and how it is counted."""

from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from tools import counts, course

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
NOT_YET: dict[str, set[str]] = {}
"""What notebooks that aren't revised yet lack; the list is to become empty."""

HIDDEN = {"jupyter": {"source_hidden": True}}
PICTURE = new_output("display_data", data={"image/png": "aGk="})


@pytest.mark.parametrize("row", counts.core(NOTEBOOKS), ids=lambda row: row.name)
def test_core_notebooks_have_what_they_should(row):
    assert counts.count(row, NOTEBOOKS).missing == NOT_YET.get(row.name, set())


def test_the_core_is_about_memory_and_learning():
    found = [counts.count(row, NOTEBOOKS).words for row in counts.core(NOTEBOOKS)]
    learning, libraries, total = map(sum, zip(*found, strict=True))
    assert learning >= counts.LEARNING_SHARE * total
    assert libraries <= counts.LIBRARY_SHARE * total


@pytest.mark.parametrize(
    ("source", "has"),
    [
        ("explore(draw, k=Slider(1, 4))", True),
        ("MemoryPlayer(model, sequence)", True),
        ("agent.player(options={})", True),
        ("MemoryPlayer(trace)", False),
        ("explored = 3", False),
    ],
)
def test_controls_change_a_number(source, has):
    assert counts.has_control(source) is has


@pytest.mark.parametrize(
    ("source", "only"),
    [
        ("assert a == b", True),
        ("c = a + b\nassert c == 3", True),
        ("for a in b:\n    assert a\n    torch.testing.assert_close(a, b)", True),
        ("print(a)\nassert a", False),
        ("a = 3", False),
        ("def f():\n    return 1\n\n\nassert f()", False),
    ],
)
def test_cells_that_only_assert(source, only):
    assert counts.only_asserts(source) is only


HEADER, SETUP = new_markdown_cell("# 00"), new_code_cell("setup(seed=0)", metadata=HIDDEN)


@pytest.mark.parametrize(
    ("cells", "opens"),
    [
        ([new_code_cell("plot()", outputs=[PICTURE])], True),
        ([new_markdown_cell("![A maze](maze.svg)")], True),
        ([new_markdown_cell("Few words."), new_code_cell("plot()", outputs=[PICTURE])], True),
        ([new_code_cell("a = 1\n" * 9, outputs=[PICTURE], metadata=HIDDEN)], True),
        ([new_code_cell("a = 1\n" * 9, outputs=[PICTURE])], False),
        ([new_code_cell("a = 1"), new_code_cell("plot()", outputs=[PICTURE])], False),
        ([new_markdown_cell("word " * 80), new_code_cell("plot()", outputs=[PICTURE])], False),
        ([new_markdown_cell("No picture.")], False),
    ],
)
def test_the_first_screen_has_a_picture(cells, opens):
    assert counts.opens_with_picture([HEADER, SETUP, *cells]) is opens


def test_words_are_counted_by_sentence():
    text = "A gate keeps it. RLlib wants the state as a dict. Nothing else here."
    cells = [HEADER, new_markdown_cell(text), new_markdown_cell("<!-- course -->\ngate")]
    assert counts.words(cells) == (4, 7, 14)


def test_command_prints_a_row_for_each_core_notebook(capsys):
    rows = counts.core(NOTEBOOKS)
    assert course.main(["count", str(NOTEBOOKS / rows[0].file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" | ")[0] for line in lines[2:-1]] == [f"| {row.stem}" for row in rows]
