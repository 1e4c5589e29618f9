from dataclasses import replace
from pathlib import Path

import pytest

from tools.syllabus import Session, class_minutes, plan_table, read_plans
from tools.table import COURSE, TRACKS

ROOT = Path(__file__).parents[2]
PLANS = read_plans((ROOT / "instructor" / "syllabus.toml").read_text(encoding="utf-8"))


@pytest.fixture
def root(tmp_path):
    """A course of the notebooks 05 and 06, which needs 05, with their pages for teachers."""
    for folder, end, text in (
        ("notebooks", "ipynb", ""),
        ("instructor", "md", "## Timing (80 minu"),
    ):
        (tmp_path / folder).mkdir()
        for row in COURSE[5:7]:
            (tmp_path / folder / f"{row.stem}.{end}").write_text(f"# Page\n\n{text}tes, or two)\n")
    return tmp_path


def test_a_plan_becomes_a_table_with_minutes_and_their_sums(root):
    both = Session("Monday", ("05", "06"), "All of it.")
    table = plan_table([both, Session("Tuesday", (), "Project.")], root)
    reading = COURSE[5].reading + COURSE[6].reading
    hours = f"{reading // 60} h {reading % 60} min"
    (line,) = [line for line in table.splitlines() if line.startswith("| Monday")]
    links = [f"[{row.heading}](../notebooks/{row.file})" for row in COURSE[5:7]]
    assert line == f"| Monday | {'<br>'.join(links)} | 160 min | {reading} min | All of it. |"
    assert "\n| Tuesday |  |  |  | Project. |\n" in table
    assert table.endswith(f"\nThe notebooks take 2 h 40 min in class and {hours} of reading.")


def test_a_session_without_its_notebooks_is_left_out_until_they_exist(root):
    table = plan_table([Session("Monday", ("05",), ""), Session("Tuesday", ("07",), "")], root)
    assert "Monday" in table
    assert "Tuesday" not in table


def test_a_notebook_before_one_that_it_needs_is_refused(root):
    with pytest.raises(ValueError, match=r"Monday: notebook 06 needs 05 before it"):
        plan_table([Session("Monday", ("06",), "")], root)


def test_a_page_without_timing_is_refused(root):
    assert class_minutes(COURSE[5], root) == 80
    for row, text in ((COURSE[5], "## Timing\n"), (replace(COURSE[5], stem="05_no"), None)):
        if text:
            (root / "instructor" / f"{row.stem}.md").write_text(text)
        with pytest.raises(
            ValueError, match=rf"{row.stem}\.md: needs a heading such as '## Timing"
        ):
            class_minutes(row, root)


def test_an_unknown_entry_is_refused():
    with pytest.raises(
        ValueError, match=r"syllabus\.toml, day: a session needs when, .* not when, hour"
    ):
        read_plans('[[day]]\nwhen = "Now"\nhour = 9\n')


def test_week_and_term_have_every_core_notebook_once():
    core = [row.number for row in COURSE if row.track is TRACKS[0]]
    week, term = (
        [number for session in PLANS[plan] for number in session.notebooks]
        for plan in ("week", "term")
    )
    assert term == sorted(week) == core
