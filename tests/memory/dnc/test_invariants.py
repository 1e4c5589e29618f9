"""What is found wrong with the numbers of a DNC, and where."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from dnc_examples import make_dnc, seeds, sizes
from hypothesis import given, settings

from memorylab.memory.dnc.invariants import find_violation
from memorylab.memory.dnc.trace import SHAPES

UNIT_INTERVAL = [
    "usage",
    "link",
    "erase_vector",
    "free_gates",
    "allocation_gate",
    "write_gate",
]
WEIGHTINGS = [
    "allocation_weighting",
    "write_content_weighting",
    "write_weighting",
    "precedence",
    "read_content_weighting",
    "forward_weighting",
    "backward_weighting",
    "read_weighting",
    "read_modes",
]

fixed = settings(deadline=None, derandomize=True, max_examples=25)


def arrays_of(size=(4, 3, 2), seed=0):
    model = make_dnc(*size, seed=seed)
    inputs = torch.randn(5, 3, generator=torch.Generator().manual_seed(seed)).double()
    return model.trace_arrays(inputs)


@fixed
@given(sizes, seeds)
def test_nothing_is_wrong_with_what_a_dnc_does(size, seed):
    assert find_violation(arrays_of(size, seed), 1e-12) is None


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_numbers_that_are_not_finite(name, bad):
    arrays = arrays_of()
    index = (2, *[0] * (arrays[name].ndim - 1))
    arrays[name][index] = bad
    assert find_violation(arrays) == f"{name} at {list(index)} is not finite."


@pytest.mark.parametrize("name", [*UNIT_INTERVAL, *WEIGHTINGS])
@pytest.mark.parametrize("bad", [-0.01, 1.01])
def test_numbers_outside_of_0_to_1(name, bad):
    arrays = arrays_of()
    index = (3, *[1] * (arrays[name].ndim - 1))
    arrays[name][index] = bad
    assert find_violation(arrays) == f"{name} at {list(index)} is not in [0, 1] ({bad})."


@pytest.mark.parametrize("name", WEIGHTINGS)
def test_weightings_that_sum_to_more_than_1(name):
    arrays = arrays_of()
    index = (3, *[1] * (arrays[name].ndim - 2))
    arrays[name][index] = 0.5
    found = find_violation(arrays)
    total = 0.5 * arrays[name].shape[-1]
    assert found == f"{name} at {list(index)} sums to more than 1 ({total:g})."


def test_rows_and_columns_of_links():
    arrays = arrays_of()
    arrays["link"][1] = 0
    arrays["link"][1, 2, [0, 1]] = 0.6
    assert find_violation(arrays) == ("link at [1, 2] has a row that sums to more than 1 (1.2).")
    arrays["link"][1] = arrays["link"][1].T.copy()
    assert find_violation(arrays) == ("link at [1, 2] has a column that sums to more than 1 (1.2).")


def test_location_linked_to_itself():
    arrays = arrays_of()
    arrays["link"][1] = 0
    arrays["link"][1, 2, 2] = 0.5
    assert find_violation(arrays) == "link at [1, 2] links a location to itself."


def test_read_modes_that_sum_to_less_than_1():
    arrays = arrays_of()
    arrays["read_modes"][2, 1] = [0.2, 0.3, 0.4]
    assert find_violation(arrays) == "read_modes at [2, 1] does not sum to 1 (0.9)."


@pytest.mark.parametrize("name", ["write_strength", "read_strengths"])
def test_strengths_below_1(name):
    arrays = arrays_of()
    index = (2, *[1] * (arrays[name].ndim - 1))
    arrays[name][index] = 0.5
    assert find_violation(arrays) == f"{name} at {list(index)} is below 1 (0.5)."


def test_rounding_is_tolerated_and_no_more():
    arrays = arrays_of()
    arrays["usage"][0, 0] = 1 + 5e-5
    assert find_violation(arrays) is None
    assert find_violation(arrays, tolerance=1e-5) == "usage at [0, 0] is not in [0, 1] (1.00005)."


def test_arrays_that_are_not_there_are_not_missed():
    assert find_violation({}) is None
    assert find_violation({"usage": np.array([[0.5]])}) is None
    assert find_violation({"reward": np.array([np.nan])}) == "reward at [0] is not finite."
