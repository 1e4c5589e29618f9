from __future__ import annotations

import pytest
from trace_examples import ORDER, run_copy


@pytest.fixture(scope="session")
def trace():
    return run_copy(order=ORDER)


@pytest.fixture(scope="session")
def two_heads():
    return run_copy(order=ORDER, num_read_heads=2)
