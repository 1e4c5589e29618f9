"""A pytest plugin that executes annotations; ``make test`` runs the core's tests with it.

jaxtyping's import hook checks each call of a function of ``memorylab`` against its annotations,
shapes included, and beartype does the checking.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from beartype import BeartypeConf, beartype
from jaxtyping import config, install_import_hook

# An integer is welcome where a float is asked for, as for any type checker.
check = beartype(conf=BeartypeConf(is_pep484_tower=True))

# Numba compiles these modules' functions and can't compile the checks.
COMPILED = {"kernels", "threads"}


def modules() -> list[str]:
    """Return the names of all modules of ``memorylab`` that aren't compiled, importing none."""
    (package,) = map(Path, importlib.util.find_spec("memorylab").submodule_search_locations)
    paths = (path for path in package.rglob("*.py") if path.stem not in {"__init__", *COMPILED})
    return [".".join(path.relative_to(package.parent).with_suffix("").parts) for path in paths]


install_import_hook(modules(), "tests.shapes.check")


def pytest_configure() -> None:
    """Let tests contradict annotations where they expect an error: that is what they test."""
    enter, leave = pytest.RaisesExc.__enter__, pytest.RaisesExc.__exit__

    def pause(block: pytest.RaisesExc) -> pytest.ExceptionInfo:
        config.update("jaxtyping_disable", True)
        return enter(block)

    def resume(block: pytest.RaisesExc, *error: object) -> bool:
        config.update("jaxtyping_disable", False)
        return leave(block, *error)

    pytest.RaisesExc.__enter__, pytest.RaisesExc.__exit__ = pause, resume
