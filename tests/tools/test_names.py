from __future__ import annotations

from pathlib import Path

import pytest

from tools import course, names
from tools.names import NAMES, Name, Section, heading, page, read_tests, sections
from tools.table import COURSE

ROOT = Path(__file__).parents[2]
SECTIONS = sections(ROOT / "notebooks")
TESTS = read_tests(ROOT / "tests")


@pytest.mark.parametrize("name", NAMES, ids=lambda name: name.name)
def test_every_name_is_taught_and_tested(name):
    assert heading(name, SECTIONS) is not None, "no section of its notebooks says it"
    assert names.covering(name, TESTS) is not None, "no test in its folder says it"
    assert name.became


def test_no_name_of_a_document_comes_twice():
    assert len({(name.document, name.name) for name in NAMES}) == len(NAMES) > 50


def example(word: str = "") -> Name:
    return Name("A document", "Model.part", "gone", ("15",), "tests/rllib", word)


def test_the_section_that_says_a_name_most_often_is_taken_from_its_notebooks_only():
    texts = {"15": ["part", "part part", "part part"], "16": ["part " * 5], "17": ["parts"]}
    rows = {row.number: row for row in COURSE}
    parts = [
        Section(rows[number], f"{number} {place}", "", text)
        for number, all_texts in texts.items()
        for place, text in enumerate(all_texts)
    ]
    assert heading(example(), parts).heading == "15 1"
    assert heading(example("other"), parts) is None


def test_a_heading_that_says_the_name_comes_before_text_that_says_it_often():
    row = next(row for row in COURSE if row.number == "15")
    titles = {"Exercise 1: a part": "", "Other": "part " * 5, "part": "", "part again": "part"}
    parts = [Section(row, title, "", text) for title, text in titles.items()]
    assert heading(example(), parts).heading == "part"


def test_tests_are_looked_for_in_their_folder_and_by_what_they_use(tmp_path):
    folder = tmp_path / "tests"
    (folder / "rllib").mkdir(parents=True)
    (folder / "test_far.py").write_text("def test_far():\n    part, part\n")
    (folder / "rllib" / "test_near.py").write_text(
        "class Own:\n    part = 1\n\n\ndef test_own():\n    Own()\n\n\ndef test_none():\n    2\n"
    )
    assert names.covering(example(), read_tests(folder)).name == "test_own"
    (folder / "rllib" / "test_nearer.py").write_text("@mark(part)\ndef test_marked():\n    1\n")
    read_tests.cache_clear()
    assert names.covering(example(), read_tests(folder)).name == "test_marked"
    assert names.covering(example("nothing"), read_tests(folder)) is None


def test_the_books_page_links_every_name_and_the_command_lists_it(monkeypatch, capsys):
    text = page(ROOT / "notebooks")
    monkeypatch.chdir(ROOT)
    assert course.main(["names"]) == 0
    listed = capsys.readouterr().out
    for name in NAMES:
        (row,) = [line for line in text.splitlines() if line.startswith(f"| `{name.name}` |")][:1]
        assert ".ipynb#" in row
        assert f"| `{name.name}` |" in listed
    assert "NOWHERE" not in listed
    assert "NOTHING" not in listed
