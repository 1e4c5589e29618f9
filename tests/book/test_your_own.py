"""The page for practitioners: its programs run as they stand there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "YOUR_OWN.md").read_text()
PROGRAMS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def test_the_page_takes_about_thirty_lines():
    lines = [line for program in PROGRAMS for line in program.splitlines() if line.strip()]
    assert len(lines) + 1 <= 30  # and one to install


# After serve.py: whatever room it is told, the agent names that one.
CHECK = """
for told in range(4):
    player.reset()
    player.act(np.eye(4, dtype=np.float32)[told])
    rooms = [player.act(np.zeros(4, np.float32)) for _ in range(3)]
    assert rooms[-1] == told, (told, rooms)
"""


@pytest.mark.ray
def test_the_programs_train_save_and_serve(tmp_path):
    train, serve = PROGRAMS
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    for name, program in (("train.py", train), ("serve.py", serve + CHECK)):
        (tmp_path / name).write_text(program)
        command = [sys.executable, name]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=240
        )
        assert done.returncode == 0, done.stderr
    assert done.stdout == "The agent names room 2\n"
    assert "write_weighting" in (tmp_path / "errand.html").read_text()
