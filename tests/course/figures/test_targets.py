from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab_course.figures import plot_target_lag


def lines(figure):
    return {line.get_label(): line for line in figure.axes[0].lines}


def follow(online, tau):
    """The soft update of one number that begins at the first of ``online``."""
    values = [online[0]]
    for value in online[1:]:
        values.append(tau * value + (1 - tau) * values[-1])
    return values


@settings(deadline=None, derandomize=True, max_examples=10)
@given(seed=st.integers(0, 10**6), updates=st.integers(1, 20))
def test_lines_are_what_was_given(seed, updates):
    rng = np.random.default_rng(seed)
    online = rng.standard_normal(updates)
    targets = {tau: follow(online, tau) for tau in (0.02, 0.5)}
    drawn = lines(plot_target_lag(online, targets, "weight"))
    assert len(drawn) == 3
    for name, values in {"network": online, "0.02": targets[0.02], "0.5": targets[0.5]}.items():
        (line,) = [line for label, line in drawn.items() if name in label]
        assert line.get_xdata().tolist() == list(range(1, updates + 1))
        assert line.get_ydata() == pytest.approx(values)


@settings(deadline=None, derandomize=True, max_examples=25)
@given(st.floats(0.002, 0.9))
def test_after_the_half_life_a_target_is_half_way(tau):
    (label,) = [label for label in lines(plot_target_lag([0], {tau: [0]}, "y")) if "τ" in label]
    updates = float(label.split("half-life ")[1].split()[0])
    assert (1 - tau) ** updates == pytest.approx(0.5, abs=0.035)


def test_fastest_target_comes_first_and_all_colours_differ():
    targets = {tau: [0, 1] for tau in (0.005, 0.1, 0.02)}
    figure = plot_target_lag([0, 1], targets, "prediction")
    labels = list(lines(figure))
    assert [label.partition("\n")[0] for label in labels] == [
        "network in training",
        "target, τ = 0.1",
        "target, τ = 0.02",
        "target, τ = 0.005",
    ]
    assert [label.partition("\n")[2] for label in labels[1:]] == [
        "half-life 6.6 updates",
        "half-life 34 updates",
        "half-life 138 updates",
    ]
    assert len({line.get_color() for line in figure.axes[0].lines}) == 4
    assert figure.axes[0].get_ylabel() == "prediction"


def test_a_copy_has_no_half_life():
    assert "target, τ = 1\nhalf-life 0.0 updates" in lines(plot_target_lag([0], {1: [0]}, "y"))


@pytest.mark.parametrize(
    ("online", "targets", "message"),
    [
        ([], {0.5: []}, r"shape \[K\] with K >= 1, got \[0\]"),
        ([[1.0]], {0.5: [1.0]}, r"got \[1, 1\]"),
        ([1.0], {}, "targets is empty"),
        ([1.0, 2.0], {0.5: [1.0]}, r"tau=0.5 must be as long as online, \[2\], got \[1\]"),
        ([1.0], {0.0: [1.0]}, "above 0 and at most 1, got 0.0"),
        ([1.0], {1.5: [1.0]}, "got 1.5"),
        ([1.0], {"soft": [1.0]}, "got 'soft'"),
    ],
)
def test_bad_numbers(online, targets, message):
    with pytest.raises(ValueError, match=message):
        plot_target_lag(online, targets, "y")
