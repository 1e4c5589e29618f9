"""The files around the package agree with each other, and its imports with the design."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import versions
from tools.binder import binder_environment

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "memorylab"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

# What each subpackage may import of the others; all may import the modules beside them.
OPEN = {"errors", "files", "progress", "published"}
MAY_IMPORT = {
    "networks": set(),
    "sequences": set(),
    "memory": {"networks", "sequences"},
    "tasks": {"sequences"},
    "environments": set(),
    "training": {"tasks", "memory", "sequences"},
    "plots": {"memory"},
    "player": {"environments", "memory", "networks", "plots", "tasks", "training"},
    "ppo": {"environments", "memory", "networks", "player", "sequences", "training"},
    "rllib": {"environments", "memory", "networks", "player", "ppo", "sequences", "training"},
}
# The three places, and which of the others each may import.
PLACES = {
    "src/memorylab": set(),
    "src/memorylab_course": {"memorylab"},
    "tools": {"memorylab", "memorylab_course"},
}


def requirements(*extras: str) -> list[Requirement]:
    """Return what ``pyproject.toml`` requires with the given extras, itself aside."""
    lines = list(PROJECT["dependencies"])
    for extra in extras:
        lines += PROJECT["optional-dependencies"][extra]
    return [
        requirement
        for requirement in map(Requirement, lines)
        if canonicalize_name(requirement.name) != "memorylab"
    ]


def lock() -> dict[str, str]:
    """Return the version that ``requirements.lock`` or ``torch.lock`` pins for each package."""
    pins = {}
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    for line in [*lines, *(ROOT / "torch.lock").read_text().splitlines()]:
        if line and not line.lstrip().startswith(("#", "--hash=")):
            pin = Requirement(line.rstrip("\\ "))
            name = canonicalize_name(pin.name)
            assert name not in pins, f"{name} is pinned twice: not the same on every Python"
            assert re.fullmatch(r"==[^*]+", str(pin.specifier)), line
            pins[name] = str(pin.specifier).removeprefix("==")
    return pins


def environment(path: str) -> tuple[dict, list[str], list[str]]:
    """Return a conda environment's file, its conda packages and its pip packages."""
    content = yaml.safe_load((ROOT / path).read_text())
    conda = [entry for entry in content["dependencies"] if isinstance(entry, str)]
    (pip,) = [entry["pip"] for entry in content["dependencies"] if isinstance(entry, dict)]
    return content, conda, pip


def run_python(code: str) -> subprocess.CompletedProcess:
    """Run ``code`` in a Python of its own."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)


# --- versions -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "requirement", requirements("rllib", "notebooks", "course", "book", "dev"), ids=str
)
def test_lock_satisfies_pyproject(requirement):
    assert requirement.specifier.contains(lock()[canonicalize_name(requirement.name)])


def test_what_breaks_most_has_a_range_with_two_ends():
    operators = {
        canonicalize_name(line.name): {one.operator for one in line.specifier}
        for line in requirements()
    }
    for name in ("gymnasium", "numpy", "torch"):
        assert operators[name] == {">=", "<"}, name
    assert operators["popgym"] == {"=="}
    ends = {canonicalize_name(Requirement(line).name) for line in versions.requirements()}
    assert ends >= {canonicalize_name(line.name) for line in requirements()} | set(versions.HELPERS)


def test_versions_refuses_an_end_that_does_not_exist(capsys):
    with pytest.raises(SystemExit):
        versions.main(["middle"])
    assert "middle: no such end; there are lowest and highest" in capsys.readouterr().err


def test_lock_has_a_hash_for_all_but_torch_whose_builds_differ():
    text = (ROOT / "requirements.lock").read_text()
    entries = re.split(r"^(?=[a-zA-Z])", re.sub(r"^ *#.*\n", "", text, flags=re.M), flags=re.M)[1:]
    assert len(entries) == len(lock()) - 1
    assert not [entry for entry in entries if "--hash=sha256:" not in entry]
    assert "torch" in lock()
    assert not re.search("^torch==", text, re.MULTILINE)


def test_lock_forces_no_cuda_and_names_no_address():
    text = (ROOT / "requirements.lock").read_text()
    assert not [name for name in lock() if re.match(r"nvidia-|cuda-|triton$", name)]
    assert not re.search(r"://|--(?:extra-)?index|^\s*/|@ file", text, re.MULTILINE)


def test_environments_are_equal_the_package_aside():
    content, _, pip = environment("environment.yml")
    binder = environment("binder/environment.yml")[0]
    assert pip[-1] == "-e ."
    pip.pop()
    assert content == binder


def test_binders_environment_is_made_from_the_one_at_the_root():
    made = binder_environment((ROOT / "environment.yml").read_text())
    assert (ROOT / "binder" / "environment.yml").read_text() == made, "run `make environment`"


def test_environment_is_one_that_binder_understands():
    content, conda, _ = environment("environment.yml")
    assert content["name"] == "memorylab"
    assert "python=3.11" in conda
    assert "pip" in conda
    assert any(entry.startswith("pytorch-cpu=") for entry in conda)


def test_environment_has_all_a_student_needs_in_the_locked_versions():
    _, conda, pip = environment("environment.yml")
    pins = {}
    for entry in conda:
        name, _, version = entry.partition("=")
        pins["torch" if name == "pytorch-cpu" else name] = version
    for entry in pip[:-1]:
        requirement = Requirement(entry)
        pins[canonicalize_name(requirement.name)] = str(requirement.specifier).removeprefix("==")
    for requirement in requirements("rllib", "notebooks"):
        name = canonicalize_name(requirement.name)
        locked = lock()[name]
        assert (locked + ".").startswith(pins[name] + "."), name
    assert set(pins) - {"python", "pip"} <= set(lock())


# --- Binder ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["postBuild", "start"])
def test_binder_scripts_can_be_executed(name):
    path = ROOT / "binder" / name
    assert os.access(path, os.X_OK)
    assert path.read_text().startswith("#!/bin/bash\n")


def test_post_build_installs_the_package_alone_and_stops_at_the_first_error():
    lines = (ROOT / "binder" / "postBuild").read_text().splitlines()
    assert "set -e" in lines
    assert any("pip install" in line and line.endswith("--no-deps -e .") for line in lines)


@pytest.mark.parametrize(
    ("limit", "threads"), [(None, "1"), ("0.5", "1"), ("2.7", "2"), ("8", "8"), ("many", "1")]
)
def test_start_sets_threads_and_hands_over(limit, threads):
    environ = {name: value for name, value in os.environ.items() if name != "CPU_LIMIT"}
    if limit:
        environ["CPU_LIMIT"] = limit
    command = [ROOT / "binder" / "start", "sh", "-c", 'echo "$OMP_NUM_THREADS"; exit 3']
    result = subprocess.run(command, env=environ, capture_output=True, text=True)
    assert (result.stdout, result.returncode) == (f"{threads}\n", 3)


# --- the Makefile ---------------------------------------------------------------------------------

FAKE_PYTHON = """#!/bin/sh
case "$*" in
*"sys.version_info"*) exit {usable} ;;
*"-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
*"-m pip"*) echo "installing"; exit {pip} ;;
*"--version"*) echo "Python 3.12.0" ;;
esac
"""


def make(folder: Path, usable: int = 0, pip: int = 0) -> subprocess.CompletedProcess:
    """Make the environment in ``folder`` with a Python that only pretends."""
    for name in ("Makefile", "requirements.lock", "torch.lock", "pyproject.toml"):
        if not (folder / name).exists():
            shutil.copy2(ROOT / name, folder)
    fake = folder / "fake-python"
    fake.write_text(FAKE_PYTHON.format(usable=usable, pip=pip))
    fake.chmod(0o755)
    if (folder / ".venv/bin/python").exists():
        shutil.copy2(fake, folder / ".venv/bin/python")
    # The tests themselves may run under a make, whose variables would be taken over.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", f"PYTHON={fake}", ".venv/.stamp"]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True)


def test_make_builds_the_environment_once(tmp_path):
    first = make(tmp_path)
    assert (first.returncode, "Ready." in first.stdout) == (0, True)
    assert "installing" not in make(tmp_path).stdout
    os.utime(tmp_path / "requirements.lock")
    assert "installing" in make(tmp_path).stdout


def test_make_takes_up_an_interrupted_installation(tmp_path):
    assert make(tmp_path, pip=1).returncode != 0
    assert not (tmp_path / ".venv/.stamp").exists()
    assert "installing" in make(tmp_path).stdout
    assert (tmp_path / ".venv/.stamp").exists()


def test_make_says_what_to_do_without_a_usable_python(tmp_path):
    result = make(tmp_path, usable=1)
    assert result.returncode != 0
    assert "Memory Lab needs Python 3.11, 3.12 or 3.13" in result.stderr
    assert "make PYTHON=" in result.stderr


# --- imports --------------------------------------------------------------------------------------


def modules() -> list[str]:
    """Return the names of all modules of the package."""
    return [
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
        for path in sorted(PACKAGE.rglob("*.py"))
    ]


def test_nothing_outside_rllib_imports_ray():
    names = [name for name in modules() if not name.startswith("memorylab.rllib")]
    assert "memorylab.memory.dnc.trace" in names
    code = f"""
import importlib, sys
for name in {names}:
    importlib.import_module(name)
    assert "ray" not in sys.modules, name + " imports Ray"
"""
    result = run_python(code)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    "name",
    [
        "memorylab.plots",
        "memorylab.player",
        "memorylab.memory.dnc.trace",
        "memorylab.training.film",
    ],
)
def test_traces_and_pictures_need_no_torch(name):
    code = f"""
import importlib, sys
sys.modules["torch"] = None  # any import of it fails
module = importlib.import_module("{name}")
for public in getattr(module, "__all__", []):
    getattr(module, public)
"""
    result = run_python(code)
    assert result.returncode == 0, result.stderr


def imported(folder: Path) -> set[str]:
    """Return the dotted names of all that the Python files below ``folder`` import."""
    names = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module:
                names |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
            elif isinstance(node, ast.Import):
                names |= {name.name for name in node.names}
    return names


@pytest.mark.parametrize("subpackage", sorted(MAY_IMPORT))
def test_subpackages_import_only_what_they_may(subpackage):
    names = imported(PACKAGE / subpackage)
    entered = {name.split(".")[1] for name in names if name.startswith("memorylab.")}
    assert entered - OPEN - {subpackage} <= MAY_IMPORT[subpackage]


def test_every_subpackage_is_listed():
    subpackages = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert subpackages - set(MAY_IMPORT) == {"teaching"}


@pytest.mark.parametrize("place", PLACES)
def test_no_place_imports_from_one_above_it(place):
    if place == "src/memorylab":  # whose alias ``teaching`` points at the course for one release
        names = set().union(*(imported(PACKAGE / subpackage) for subpackage in MAY_IMPORT))
    else:
        names = imported(ROOT / place)
    others = {Path(other).name for other in PLACES} - {Path(place).name}
    assert {name.split(".")[0] for name in names} & others <= PLACES[place]


# --- sizes ----------------------------------------------------------------------------------------

# The only file, and in it the only two functions, that may be larger: the DNC's compiled kernels.
KERNELS = "src/memorylab/memory/dnc/fast/kernels.py"
KERNEL_BODIES = {f"{KERNELS}: forward", f"{KERNELS}: backward"}


def sizes() -> dict[str, dict[str, int]]:
    """Return the lines of each file, and the lines and parameters of each function.

    ``self`` is no parameter. Functions of one file that share a name share an entry: the larger.
    """
    files, lines, parameters = {}, {}, {}
    for path in [*(ROOT / "src").rglob("*.py"), *(ROOT / "tools").rglob("*.py")]:
        text, file = path.read_text(), path.relative_to(ROOT).as_posix()
        files[file] = len(text.splitlines())
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                name, given = f"{file}: {node.name}", node.args
                named = [
                    *given.posonlyargs,
                    *given.args,
                    given.vararg,
                    *given.kwonlyargs,
                    given.kwarg,
                ]
                count = sum(one is not None and one.arg not in ("self", "cls") for one in named)
                lines[name] = max(node.end_lineno - node.lineno + 1, lines.get(name, 0))
                parameters[name] = max(count, parameters.get(name, 0))
    return {"files": files, "lines": lines, "parameters": parameters}


@pytest.mark.parametrize(
    ("what", "most", "excepted"),
    [
        ("files", 400, {KERNELS}),
        ("lines", 60, KERNEL_BODIES),
        ("parameters", 10, KERNEL_BODIES),
    ],
)
def test_files_and_functions_stay_small(what, most, excepted):
    found = sizes()[what]
    assert excepted <= set(found)
    larger = {name: size for name, size in found.items() if size > most and name not in excepted}
    assert not larger, "\n".join(f"{name} has {size}" for name, size in larger.items())


def test_the_old_name_of_the_course_says_where_it_went():
    code = """
import warnings
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    from memorylab.teaching import setup
    from memorylab.teaching.checks import dnc_links
assert "from memorylab_course import setup" in str(caught[0].message), caught
import memorylab_course.checks.dnc_links
assert dnc_links is memorylab_course.checks.dnc_links
"""
    result = run_python(code)
    assert result.returncode == 0, result.stderr
