"""What Binder makes of the repository, and what the course needs of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import binder, course, guard

ROOT = Path(__file__).parents[1]
linux_only = pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="only Linux holds a program to one processor"
)


# --- the image ------------------------------------------------------------------------------------


def test_image_has_our_python_environment_package_and_start():
    """repo2docker says how it would build the image; that needs no Docker."""
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug"]
    command += ["--user-id", "1000", "--user-name", "jovyan", str(ROOT)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    assert "Building conda environment for python=3.11\n" in result.stderr
    dockerfile, place = result.stdout, 0
    for step in (
        # The environment comes before the repository: its layer outlives a change to a notebook.
        r"^COPY .*src/binder/environment\.yml \$\{REPO_DIR\}/binder/environment\.yml$",
        r"env update -p \$\{NB_PYTHON_PREFIX\} --file \"binder/environment\.yml\"",
        r"^COPY .* src/ \$\{REPO_DIR\}/$",
        r"^USER \$\{NB_USER\}$",
        r"^RUN \./binder/postBuild$",
        r"^ENV R2D_ENTRYPOINT=\"\$\{REPO_DIR\}/binder/start\"$",
        r"^ENTRYPOINT .*repo2docker-entrypoint",
    ):
        found = re.compile(step, re.MULTILINE).search(dockerfile, place)
        assert found, f"{step} is missing below:\n{dockerfile[:place]}"
        place = found.end()
    # repo2docker installs from these of itself if it takes the repository for something else.
    assert "requirements" not in dockerfile
    assert "pip install" not in dockerfile


def test_environment_is_made_from_the_one_at_the_root(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("environment.yml").write_text(
        "# A comment.\nname: memorylab\ndependencies:\n  - pip:\n      - numpy\n      - -e .\n"
    )
    assert course.main(["environment"]) == 0
    made = Path("binder", "environment.yml").read_text()
    assert made == binder.NOTE + "name: memorylab\ndependencies:\n  - pip:\n      - numpy\n"


@pytest.mark.parametrize("text", ["name: memorylab\n", "- -e .\n- -e .\n", "# - -e .\n"])
def test_environment_without_the_package_in_one_line_is_refused(text):
    with pytest.raises(ValueError, match=r"must install the package by one line '- -e \.'"):
        binder.binder_environment(text)


def test_post_build_installs_the_package_and_compiles_for_both_precisions(tmp_path):
    """With stand-ins for pip and jupyter; the rest is run."""
    stand_in = f"""#!/bin/sh
case "$0 $*" in
*/jupyter*|*"-m pip"*) echo "called: $(basename "$0") $*" ;;
*) exec "{sys.executable}" "$@" ;;
esac
"""
    for name in ("python", "jupyter"):
        (tmp_path / name).write_text(stand_in)
        (tmp_path / name).chmod(0o755)
    environ = os.environ | {
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "NUMBA_DEBUG_CACHE": "1",
    }
    command = [ROOT / "binder" / "postBuild"]
    result = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    calls = [line for line in result.stdout.splitlines() if line.startswith("called: ")]
    assert calls[0] == "called: python -m pip install --no-cache-dir --no-deps -e ."
    assert calls[1].startswith("called: jupyter labextension disable --level=sys_prefix ")
    assert len(calls) == 2
    kept = r"data (?:saved to|loaded from) '\S*kernels\.{}-\d+\.py\d+\.(\d+)\.nbc'"
    for kernel in ("forward", "backward"):
        assert len(set(re.findall(kept.format(kernel), result.stdout))) == 2, kernel


# --- what it gives --------------------------------------------------------------------------------


def notebook(*cells: str) -> nbformat.NotebookNode:
    return new_notebook(cells=[new_markdown_cell("# Title"), *map(new_code_cell, cells)])


def store(path: Path, *cells: str) -> str:
    nbformat.write(notebook(*cells), path)
    return str(path)


@linux_only
def test_notebook_and_all_it_starts_get_one_core_and_we_get_ours_back(tmp_path, monkeypatch):
    monkeypatch.setenv("CPU_LIMIT", "3.5")
    before = os.sched_getaffinity(0)
    alone = "import os; assert len(os.sched_getaffinity(0)) == int(os.environ['CPU_LIMIT']) == 1"
    page = store(
        tmp_path / "page.ipynb",
        alone,
        f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {alone!r}], check=True)",
        "import torch\n"
        "from memorylab_course import setup\n"
        "setup()\n"
        "assert torch.get_num_threads() == 1",
    )
    # A program of its own: here a browser's event loop may run, and kernels then start elsewhere.
    command = [sys.executable, "-m", "tools.course", "binder", page]
    process = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert process.returncode == 0, process.stdout
    with binder.one_core():
        assert len(os.sched_getaffinity(0)) == 1
        assert os.environ["CPU_LIMIT"] == "1"
    assert os.sched_getaffinity(0) == before
    assert os.environ["CPU_LIMIT"] == "3.5"
    monkeypatch.delenv("CPU_LIMIT")
    with binder.one_core():
        assert os.environ["CPU_LIMIT"] == "1"
    assert "CPU_LIMIT" not in os.environ


def test_system_that_cannot_hold_a_program_to_one_core(monkeypatch):
    monkeypatch.delattr(os, "sched_setaffinity", raising=False)
    with pytest.raises(RuntimeError, match="can't hold a program to one processor"):
        binder.one_core().__enter__()


@linux_only
def test_binder_command_measures_everything_started_and_fails_above_the_limits(
    tmp_path, monkeypatch, capsys
):
    block = "import time; block = bytearray(300_000_000); time.sleep(1)"
    small = store(tmp_path / "small.ipynb", "6 * 7")
    large = store(
        tmp_path / "large.ipynb",
        f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {block!r}])",
    )
    broken = store(tmp_path / "broken.ipynb", "1 / 0")
    kept = Path(large).read_bytes()
    monkeypatch.setattr(guard, "MAX_GIGABYTES", 0.3)
    other = subprocess.Popen([sys.executable, "-c", block.replace("sleep(1)", "sleep(60)")])
    try:  # What runs beside the notebook isn't counted.
        assert course.main(["binder", small]) == 0
    finally:
        other.kill()
        other.wait()
    assert "| small.ipynb | " in capsys.readouterr().out
    assert course.main(["binder", broken, small, large]) == 1
    out = capsys.readouterr().out
    assert re.search(r"^\| small\.ipynb \| \d+ \| 0\.\d\d \|$", out, re.MULTILINE)
    assert re.search(r"^\| together \| \d+ \| 0\.[34]\d \|$", out, re.MULTILINE)
    assert re.search(r"^broken\.ipynb failed:\n.*ZeroDivisionError", out, re.MULTILINE | re.DOTALL)
    assert re.search(r"^large\.ipynb needs 0\.[34]\d GB; keep it below 0\.3 GB", out, re.MULTILINE)
    assert "small.ipynb needs" not in out
    assert Path(large).read_bytes() == kept
    monkeypatch.setattr(binder, "MAX_SECONDS", 0)
    assert course.main(["binder", small]) == 1
    assert "Binder stops it after 0 s" in capsys.readouterr().out
