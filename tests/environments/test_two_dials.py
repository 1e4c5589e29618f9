import itertools

import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab.environments import TwoDials

SETTINGS = settings(deadline=None, derandomize=True, max_examples=25)
SEEDS = st.integers(0, 1000)
DIGITS = st.integers(2, 6)


@SETTINGS
@given(DIGITS, SEEDS)
def test_exactly_one_pair_opens_the_lock_and_it_has_the_shift_in_sight(digits, seed):
    opening = []
    for pair in itertools.product(range(digits), repeat=2):
        environment = TwoDials(digits)
        observation, _ = environment.reset(seed=seed)
        after, reward, terminated, truncated, _ = environment.step(np.array(pair))
        assert not truncated
        assert terminated == (reward == 1)
        np.testing.assert_array_equal(observation, after)
        if terminated:
            opening.append((pair, int(observation.argmax())))
    (((first, second), shift),) = opening
    assert (second - first) % digits == shift


@SETTINGS
@given(DIGITS, SEEDS)
def test_who_works_through_the_digits_in_turn_opens_it(digits, seed):
    environment = TwoDials(digits, tries=digits)
    observation, _ = environment.reset(seed=seed)
    shift, rewards = int(observation.argmax()), []
    for digit in range(digits):
        _, reward, terminated, _, _ = environment.step((digit, (digit + shift) % digits))
        rewards.append(reward)
        if terminated:
            break
    assert sum(rewards) == 1


@SETTINGS
@given(DIGITS, SEEDS)
def test_the_same_seed_gives_the_same_lock(digits, seed):
    first, second = (TwoDials(digits).reset(seed=seed)[1] for _ in range(2))
    assert first == second


def test_every_digit_and_shift_occurs():
    environment = TwoDials(3)
    environment.reset(seed=0)
    drawn = [environment.reset()[1] for _ in range(100)]
    assert {(info["digit"], info["shift"]) for info in drawn} == set(
        itertools.product(range(3), repeat=2)
    )


def test_after_the_last_try_the_episode_is_truncated():
    environment = TwoDials(4, tries=3)
    _, info = environment.reset(seed=0)
    wrong = ((info["digit"] + 1) % 4, 0)
    results = [environment.step(wrong)[1:4] for _ in range(3)]
    assert results == [(0, False, False), (0, False, False), (0, False, True)]


def test_gymnasium_finds_nothing_wrong():
    check_env(TwoDials(), skip_render_check=True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_digits": 1}, "num_digits must be at least 2, got 1"),
        ({"tries": 0}, "tries must be at least 1, got 0"),
    ],
)
def test_impossible_locks_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        TwoDials(**options)


@pytest.mark.parametrize("action", [3, (1,), (1, 4), (-1, 0), (0.5, 1.0)])
def test_an_unknown_setting_is_refused(action):
    environment = TwoDials()
    environment.reset()
    with pytest.raises(ValueError, match="two digits, each from 0 to 3, got"):
        environment.step(action)
