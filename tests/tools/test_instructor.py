"""The instructor's pages keep to their form, and say what is true of the course."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.table import present
from tools.variants import VARIANTS

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "instructor"
ROWS = present(ROOT / "notebooks")
SECTIONS = ["Timing", "Common mistakes", "Questions to ask", "Exercises"]

each = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.number)


@each
def test_a_page_for_each_notebook(row):
    text = (PAGES / f"{row.number}.md").read_text()
    assert text.startswith(f"# {row.heading}\n\n**Objectives.** ")
    assert "\n**Before it.** " in text
    assert [title.split(" (")[0] for title in re.findall(r"^## (.*)$", text, re.M)] == SECTIONS
    assert 35 <= len(text.splitlines()) <= 60
    assert max(map(len, text.splitlines())) <= 120
    questions = text.split("## Questions to ask")[1].split("## Exercises")[0]
    assert 5 <= len(re.findall(r"^- \*.*?\*", questions, re.M | re.S)) <= 8


@each
def test_the_minutes_add_up(row):
    timing = (PAGES / f"{row.number}.md").read_text().split("## Timing (")[1]
    total = int(re.match(r"(\d+) minutes", timing)[1])
    assert sum(map(int, re.findall(r"^\| (\d+) \|", timing, re.M))) == total


@each
def test_pages_say_which_exercises_have_variants(row):
    text = (PAGES / f"{row.number}.md").read_text().split("## Exercises")[1]
    exercises = re.split(r"^(\d)\. ", text, flags=re.M)[1:]
    told = [
        int(n)
        for n, what in zip(exercises[::2], exercises[1::2], strict=True)
        if re.search(r"[Ww]ith\s+a\s+seed|has a variant", what)
    ]
    assert told == [variant.exercise for variant in VARIANTS.get(row.number, ())]


def test_the_readme_lists_all_pages_and_all_variants():
    text = (PAGES / "README.md").read_text()
    for row in ROWS:
        assert f"[{row.number}]({row.number}.md)" in text
    listed = re.findall(r"^\| (\d\d) \| (\d) \|", text, re.M)
    assert listed == [(n, str(v.exercise)) for n, variants in VARIANTS.items() for v in variants]
