from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from trace_examples import ORDER, filled, run_copy

from memorylab.plots import first_write_order


def trace_of(weighting):
    weighting = np.asarray(weighting, dtype=float)
    return filled(*weighting.shape, write_weighting=weighting)


@settings(deadline=None, derandomize=True, max_examples=25)
@given(order=st.permutations(range(7)), num_words=st.integers(1, 7))
def test_follows_the_writes_of_a_dnc_and_puts_unwritten_locations_last(order, num_words):
    trace = run_copy(num_words=num_words, num_locations=7, order=order)
    expected = list(order[:num_words]) + sorted(order[num_words:])
    assert first_write_order(trace).tolist() == expected


@settings(deadline=None, derandomize=True, max_examples=25)
@given(seed=st.integers(0, 10**6), steps=st.integers(1, 9), locations=st.integers(1, 9))
def test_is_a_permutation_of_whatever_was_written(seed, steps, locations):
    weighting = np.random.default_rng(seed).random((steps, locations)) / locations
    assert sorted(first_write_order(trace_of(weighting))) == list(range(locations))


def test_a_faint_touch_before_the_real_write_does_not_count():
    assert first_write_order(trace_of([[0.2, 0.8], [0.9, 0.1]])).tolist() == [1, 0]


def test_a_second_stronger_write_does_not_move_a_location():
    assert first_write_order(trace_of([[0.6, 0], [0, 0.9], [1, 0]])).tolist() == [0, 1]


def test_ties_keep_the_order_of_slots_and_nan_counts_as_nothing():
    assert first_write_order(trace_of([[0.05, 0.5, 0.5, np.nan]])).tolist() == [1, 2, 0, 3]


def test_known_order_of_the_fixture(trace):
    assert first_write_order(trace)[:6].tolist() == list(ORDER[:6])
