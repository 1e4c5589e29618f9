"""Run the core's tests with the lowest and the highest versions that ``pyproject.toml`` allows.

::

    make test-versions  (or: python tools/versions.py [--uv=PATH] [lowest] [highest])

Each end gets an environment of its own in a temporary folder, without Ray, which allows one version
of Gymnasium only. It needs uv. On Linux PyTorch's CUDA build takes several GB, unless the variable
``UV_TORCH_BACKEND`` is ``cpu``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RESOLUTIONS = {"lowest": "lowest-direct", "highest": "highest"}
TESTED = ("environments", "networks", "sequences", "tasks", "training", "memory")
"""Folders in ``tests/``."""

# What these tests import besides the package's requirements. POPGym's models need SciPy.
HELPERS = (
    *("beartype", "einops", "hypothesis", "onnxruntime", "onnxscript", "opt-einsum", "packaging"),
    *("pillow", "pytest", "pytest-timeout", "pyyaml", "scipy"),
)


def requirements() -> list[str]:
    """Return the package's requirements, and the helpers as the extras ask for them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [line for extra in project["optional-dependencies"].values() for line in extra]
    helpers = [line for line in extras if line.partition(">")[0] in HELPERS]
    return [*project["dependencies"], *helpers, "scipy>=1.14"]


def test_end(end: str, uv: str, folder: Path) -> int:
    """Install one end of the ranges into ``folder``, test it, and print its versions.

    Returns:
        The exit status of the tests, or of the first command that failed.
    """
    python = folder / "bin" / "python"
    install = [uv, "pip", "install", "--quiet", f"--python={python}", *requirements()]
    commands = (
        [uv, "venv", "--quiet", f"--python={sys.version_info[0]}.{sys.version_info[1]}", folder],
        [*install, f"--resolution={RESOLUTIONS[end]}"],
        [uv, "pip", "list", f"--python={python}"],
        [python, "-m", "pytest", *(f"tests/{name}" for name in TESTED)],
    )
    environ = os.environ | {
        "PYTHONPATH": str(ROOT / "src"),
        "NUMBA_CACHE_DIR": str(folder / "numba"),
    }
    for command in commands:
        print(f"== {end}: {' '.join(map(str, command))}", flush=True)
        status = subprocess.run([*map(str, command)], cwd=ROOT, env=environ).returncode
        if status:
            return status
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Test the ends named, or both; return 0 if all passed."""
    parser = argparse.ArgumentParser(prog="python tools/versions.py")
    parser.add_argument("ends", nargs="*", metavar="END", help="lowest, highest; default: both")
    parser.add_argument("--uv", default="uv", help="the program uv")
    options = parser.parse_args(arguments)
    if unknown := set(options.ends) - set(RESOLUTIONS):
        parser.error(f"{', '.join(sorted(unknown))}: no such end; there are lowest and highest")
    failed = 0
    for end in options.ends or RESOLUTIONS:
        with tempfile.TemporaryDirectory(prefix=f"memorylab-{end}-") as folder:
            status = test_end(end, options.uv, Path(folder))
        print(f"== {end}: {'passed' if status == 0 else f'failed with status {status}'}")
        failed |= status != 0
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
