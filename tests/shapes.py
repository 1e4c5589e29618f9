"""A pytest plugin that executes annotations; ``make test`` runs the core's tests with it.

jaxtyping's import hook checks each call of a function of ``memorylab`` against its annotations,
shapes included, and beartype does the checking.
"""

from __future__ import annotations

import pytest
from beartype import BeartypeConf, beartype
from jaxtyping import config

# An integer is welcome where a float is asked for, as for any type checker.
check = beartype(conf=BeartypeConf(is_pep484_tower=True))


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
