"""The week of the syllabus, with nbgrader: each day is handed out, solved by script, and graded."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from submission_examples import PATH, SEED, nbgrader, scores

from tools.editions import write
from tools.syllabus import read_plans
from tools.table import present

pytest.importorskip("nbgrader", reason="comes with memorylab[course]")

ROOT = Path(__file__).parents[2]
FILES = {row.number: ROOT / "notebooks" / row.file for row in present(ROOT / "notebooks")}
WEEK = read_plans((ROOT / "instructor" / "syllabus.toml").read_text(encoding="utf-8"))["week"]


@pytest.mark.parametrize("day", WEEK, ids=lambda day: day.when)
def test_a_day_that_is_solved_gets_full_points(day, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", PATH)
    files = [FILES[number] for number in day.notebooks]
    shutil.copy(ROOT / "instructor" / "nbgrader_config.py", tmp_path)
    write(files, tmp_path / "source" / "day", SEED)
    nbgrader(tmp_path, "generate_assignment", "day")

    shutil.copytree(tmp_path / "release" / "day", tmp_path / "submitted" / "ada" / "day")
    write(files, tmp_path / "submitted" / "ada" / "day", SEED, with_solutions=True)
    nbgrader(tmp_path, "autograde", "day")

    found = scores(tmp_path, "day", "ada")
    assert found.keys() == {file.stem for file in files}
    assert [name for name, points in found.items() if set(points.values()) != {1.0}] == []
