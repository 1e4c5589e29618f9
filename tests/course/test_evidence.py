"""Scores over seeds, and what is resampled from them."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import trim_mean

from memorylab_course.evidence import (
    compare_scores,
    interquartile_mean,
    interval,
    resample,
    scores_of,
)

STORED = Path(__file__).parents[2] / "notebooks" / "data" / "memory_pays.json"

values = st.lists(st.floats(-1, 1), min_size=1, max_size=12).map(np.array)


@given(values)
def test_the_mean_of_the_middle_is_scipys_and_has_no_order(found):
    assert interquartile_mean(found) == pytest.approx(float(trim_mean(found, 0.25)))
    assert interquartile_mean(found[::-1]) == pytest.approx(float(interquartile_mean(found)))


@given(values)
def test_samples_stay_within_the_values(found):
    samples = resample(found, resamples=50)
    assert samples.shape == (50,)
    low, high = interval(samples)
    assert found.min() - 1e-9 <= low <= high <= found.max() + 1e-9


def test_an_interval_holds_the_mean_and_shrinks_with_the_spread():
    found = np.array([0.1, 0.4, 0.5, 0.6, 0.9])
    low, high = interval(resample(found))
    narrow = interval(resample(0.5 + 0.1 * (found - 0.5)))
    assert low < interquartile_mean(found) < high
    assert narrow[1] - narrow[0] == pytest.approx(0.1 * (high - low))


def test_a_difference_is_shifted_with_the_scores_and_holds_0_between_equals():
    found = np.array([0.1, 0.4, 0.5, 0.6, 0.9])
    differences, (low, high) = compare_scores(found, found)
    assert differences.std() > 0.1  # drawn apart from each other
    assert low < 0 < high
    shifted, ends = compare_scores(found + 2, found)
    assert shifted == pytest.approx(differences + 2)
    assert ends == pytest.approx((low + 2, high + 2))


def test_a_score_is_the_place_between_the_lowest_and_the_highest_return():
    curves = [[None] * 9 + [-1.0], [0.0] * 9 + [1.0]]  # the last tenth counts
    run = {"curves": curves}
    evidence = {
        "popgym": {"RepeatPreviousEasy": {"gru": run}, "PositionOnlyCartPoleEasy": {"gru": run}},
        "courier": {
            name: {"right": {"6": [0.5], "24": [0.25]}} for name in ("MLP", "GRU", "LSTM", "DNC")
        },
    }
    scores = scores_of(evidence)
    assert scores["RepeatPreviousEasy"]["gru"].tolist() == [0, 1]
    assert scores["PositionOnlyCartPoleEasy"]["gru"].tolist() == [-1, 1]
    assert scores["Courier, lists of 24"]["dnc"].tolist() == [0.25]


def test_what_is_stored_has_five_seeds_of_everything():
    scores = scores_of(json.loads(STORED.read_text()))
    assert {len(seeds) for task in scores.values() for seeds in task.values()} == {5}
    for task, memories in scores.items():
        wanted = {"mlp", "gru", "lstm", "dnc"} | (set() if "Courier" in task else {"frame_stack"})
        assert set(memories) == wanted
