"""What a release consists of: the package alone, and the files that go with it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import memorylab
import memorylab.memory
from memorylab import published
from memorylab.published import install_hint
from tools.table import COURSE, RELEASE

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def run(*command: object, **options) -> subprocess.CompletedProcess:
    result = subprocess.run([*map(str, command)], capture_output=True, text=True, **options)
    assert result.returncode == 0, result.stdout + result.stderr
    return result


# --- the version, in every place that names it ----------------------------------------------------


def test_version_is_the_same_everywhere():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    newest = re.search(r"^## (\d\S*)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[1]
    assert memorylab.__version__ == PROJECT["version"] == citation["version"] == newest
    assert f"v{memorylab.__version__}" == RELEASE


def test_changelog_says_what_changes_for_a_course_at_every_release():
    releases = re.split(r"^## (?=\d)", (ROOT / "CHANGELOG.md").read_text(), flags=re.MULTILINE)[1:]
    for release in releases:
        assert "### What changes for your course\n" in release, release.splitlines()[0]


def test_citation_is_complete():
    """The keys that the Citation File Format 1.2.0 requires, and those people look for."""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert citation["cff-version"] == "1.2.0"
    assert citation["type"] == "software"
    assert all(
        {"name"} == set(author) or "family-names" in author for author in citation["authors"]
    )
    assert citation["license"] == PROJECT["license"]


def test_nothing_names_a_place_where_it_is_not_published():
    """Texts, notebooks and messages get such names from memorylab.published alone."""
    kinds = ("*.md", "*.ipynb", "*.py", "*.cff", "*.toml", "*.yml")
    folders = ("src", "tools", "notebooks", "book", "instructor", "benchmarks", "binder", ".github")
    files = [path for kind in kinds for path in ROOT.glob(kind)]
    files += [path for folder in folders for kind in kinds for path in (ROOT / folder).rglob(kind)]
    files = [
        path
        for path in files
        if not {"node_modules", "_build", ".ipynb_checkpoints"} & set(path.parts)
    ]
    assert len(files) > 300
    ours = re.compile(
        r"github\.com/[\w-]+/memory-?lab\b|mybinder\.org/v2/gh/\w|pip install ['\"]?memorylab\b"
    )
    found = {path.name for path in files if ours.search(path.read_text(encoding="utf-8"))}
    assert not found or published.REPOSITORY, found


def test_code_and_prose_have_their_licences():
    assert "MIT License" in (ROOT / "LICENSE").read_text()
    assert "Creative Commons Attribution 4.0" in (ROOT / "LICENSE-CONTENT").read_text()
    assert PROJECT["license"] == "MIT"
    assert PROJECT["license-files"] == ["LICENSE", "LICENSE-CONTENT"]
    readme = (ROOT / "README.md").read_text()
    for named in ("MIT ([LICENSE](LICENSE))", "CC BY 4.0 ([LICENSE-CONTENT](LICENSE-CONTENT))"):
        assert named in readme


# --- the package ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built in a copy, so that nothing is left behind in the repository."""
    folder = tmp_path_factory.mktemp("release")
    source = folder / "source"
    shutil.copytree(
        ROOT / "src", source / "src", ignore=shutil.ignore_patterns("*.egg-info", "__pycache__")
    )
    for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-CONTENT"):
        shutil.copy2(ROOT / name, source)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    run(*command, "--wheel-dir", folder, source)
    (path,) = folder.glob("*.whl")
    return path


def test_wheel_holds_the_package_and_nothing_else(wheel):
    assert wheel.name == f"memorylab-{memorylab.__version__}-py3-none-any.whl"
    names = set(zipfile.ZipFile(wheel).namelist())
    modules = {path.relative_to(ROOT / "src").as_posix() for path in (ROOT / "src").rglob("*.py")}
    about = {name for name in names if ".dist-info/" in name}
    data = {
        "memorylab/player/player.js",
        "memorylab/player/page.html",
        "memorylab/plots/memorylab.mplstyle",
        "memorylab/memory/dnc/fast/DERIVATION.md",
        "memorylab/py.typed",
        "memorylab_course/explorables/explorables.css",
        "memorylab_course/explorables/explorables.js",
        "memorylab_course/py.typed",
    }
    assert names - about == modules | data
    assert {"LICENSE", "LICENSE-CONTENT"} <= {name.rpartition("/")[2] for name in about}
    assert sum(file.file_size for file in zipfile.ZipFile(wheel).infolist()) < 2e6


def distributions(*extras: str) -> set[str]:
    """Return the names that ``pyproject.toml`` requires with the given extras, itself aside."""
    lines = list(PROJECT["dependencies"]) if not extras else []
    for extra in extras:
        lines += PROJECT["optional-dependencies"][extra]
    return {canonicalize_name(Requirement(line).name) for line in lines} - {"memorylab"}


def test_models_train_from_the_wheel_without_jupyter_and_ray(wheel, tmp_path):
    """Whatever the extras bring, any import of it fails."""
    run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", tmp_path, wheel)
    code = f"""
import importlib, sys

for name in ("ray", "psutil", "anywidget", "ipywidgets", "IPython", "traitlets", "jupyterlab",
             "nbclient", "nbformat", "notebook", "jupyter_client", "ipykernel", "yaml"):
    sys.modules[name] = None
sys.path.insert(0, {str(tmp_path)!r})
import memorylab.memory
assert memorylab.__file__.startswith({str(tmp_path)!r}), memorylab.__file__
for room in ("networks", "sequences", "memory", "tasks", "environments", "training", "plots"):
    module = importlib.import_module("memorylab." + room)
    for public in module.__all__:
        getattr(module, public)

import torch
from memorylab.memory import MEMORY_MODELS, make_memory
for name in MEMORY_MODELS:
    # Compiling the DNC anew, beside the installed package, would take half a minute.
    options = {{"implementation": "reference"}} if name == "dnc" else {{}}
    model = make_memory(name, 3, hidden_size=4, **options)
    y, state = model(torch.randn(2, 5, 3))
    y.sum().backward()
    print(name, tuple(y.shape))

from memorylab.memory.dnc import DNC, DNCTrace
from memorylab.player import MemoryPlayer
trace = DNCTrace.record(DNC(9, 8), torch.randn(20, 9))
player = MemoryPlayer(trace, order="first_write")
print("page of", player.to_html("run.html").stat().st_size // 10_000, "0 kB")

for need in (lambda: importlib.import_module("memorylab.rllib").ppo_config, lambda: player.widget):
    try:
        need()
    except ImportError as error:
        print(error)
"""
    result = run(sys.executable, "-I", "-c", code, cwd=tmp_path)
    assert result.stdout.count("(2, 5, 4)") == len(memorylab.memory.MEMORY_MODELS)
    assert f"memorylab.rllib needs Ray. Install it: {install_hint('rllib')}" in result.stdout
    assert "page of " in result.stdout
    assert "needs anywidget to be shown in a notebook. Install it: pip install" in result.stdout
    assert result.stderr == ""


def test_readmes_snippet_runs_from_the_wheel_alone(wheel, tmp_path):
    """Without Ray and anywidget, and far from ``tools/``."""
    run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", tmp_path, wheel)
    (snippet,) = re.findall(r"^```python\n(.*?)```", (ROOT / "README.md").read_text(), re.M | re.S)
    prelude = f"""
import importlib.util, sys
sys.modules["ray"] = sys.modules["anywidget"] = None
sys.path.insert(0, {str(tmp_path)!r})
assert importlib.util.find_spec("tools") is None
"""
    run(sys.executable, "-I", "-c", prelude + snippet, cwd=tmp_path)
    assert (tmp_path / "run.html").stat().st_size > 10_000


def test_another_ray_is_named_at_import_with_the_one_that_works():
    code = """
import importlib.metadata, warnings
version = importlib.metadata.version
importlib.metadata.version = lambda name: "2.61.1" if name == "ray" else version(name)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    import memorylab.rllib
for warning in caught:
    print(warning.message)
"""
    said = run(sys.executable, "-c", code).stdout
    assert "made for Ray 2.60" in said
    assert "Ray 2.61.1 is installed" in said
    assert "pip install 'ray[rllib]==2.60.*'" in said
    (line,) = PROJECT["optional-dependencies"]["rllib"][:1]
    assert Requirement(line).specifier == SpecifierSet("==2.60.*")


def test_kernels_cannot_import_the_tools():
    code = "import importlib.util; print(importlib.util.find_spec('tools'))"
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    result = run(sys.executable, "-c", code, cwd=ROOT / "notebooks", env=environ)
    assert result.stdout == "None\n"


def test_extras_are_those_that_are_promised():
    extras = PROJECT["optional-dependencies"]
    assert {"rllib", "notebooks", "course", "tensorflow", "dev"} <= set(extras)
    jupyter = {"jupyterlab", "ipywidgets", "anywidget", "nbclient", "nbformat", "notebook"}
    assert not distributions() & (jupyter | {"ray", "tensorflow", "tensorflow-cpu"})
    assert {"jupyterlab", "anywidget"} <= distributions("notebooks")
    assert "ray" in distributions("rllib")


# --- what guards a change -------------------------------------------------------------------------


def test_workflow_runs_make_test_with_our_pythons_and_weekly_against_the_newest_ray():
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text())
    triggers = workflow[True]  # YAML 1.1 takes the key `on` for a truth value
    assert {"push", "pull_request", "schedule"} <= set(triggers)
    ((_, job),) = workflow["jobs"].items()
    python = next(step["with"] for step in job["steps"] if "setup-python" in step.get("uses", ""))
    assert python["python-version"] == "${{ matrix.python }}"
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]
    pins = [step["uses"] for step in job["steps"] if "uses" in step]
    assert all(re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", pin) for pin in pins), pins
    scripts = [step.get("run", "") for step in job["steps"]]
    assert scripts[-3:] == ["make test", "make test-cluster", "make test-tensorflow"]
    (upgrade,) = [step for step in job["steps"] if '--upgrade "ray[rllib]"' in step.get("run", "")]
    assert upgrade["if"] == "env.NEWEST_RAY == 'true'"
    assert "schedule" in workflow["env"]["NEWEST_RAY"]
    # Installed after the environment was made, which `make test` then leaves as it is.
    assert scripts.index("make PYTHON=python .venv/.stamp") < job["steps"].index(upgrade)


HOOKS = {
    hook["id"]: hook
    for repository in yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    for hook in repository["hooks"]
}


@pytest.mark.parametrize(
    ("hook", "file", "good", "bad"),
    [
        ("ruff-check", "one.py", '"""One."""\n', "import os\n"),
        ("ruff-format", "one.py", "x = 1\n", "x=1\n"),
        ("notebooks", f"notebooks/{COURSE[3].file}", None, "{}"),
    ],
)
def test_commit_hooks_let_good_files_pass_and_stop_bad_ones(hook, file, good, bad, tmp_path):
    """With the tools of this environment, as the hooks use those of `.venv`."""
    program, *arguments = HOOKS[hook]["entry"].split()
    assert program == ".venv/bin/python"
    assert HOOKS[hook]["language"] == "system"
    if pattern := HOOKS[hook].get("files"):
        assert re.search(pattern, file)
        assert not re.search(pattern, "README.md")
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    shutil.copy2(ROOT / "pyproject.toml", tmp_path)
    for text, passes in ((good, True), (bad, False)):
        if text is None:
            continue
        path.write_text(text)
        command = [sys.executable, *arguments, file]
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert (result.returncode == 0) == passes, result.stdout + result.stderr
