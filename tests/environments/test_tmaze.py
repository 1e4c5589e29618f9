import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab.environments import TMaze
from memorylab.environments.tmaze import FORWARD, LEFT, RIGHT

SETTINGS = settings(deadline=None, derandomize=True, max_examples=25)
LENGTHS = st.tuples(st.integers(1, 12), st.integers(1, 12)).map(sorted).map(tuple)
SEEDS = st.integers(0, 1000)


def walk(environment, action_at_junction, seed=None):
    """Walk straight on, then turn; return observations, rewards and how it ended."""
    observation, info = environment.reset(seed=seed)
    observations, rewards, terminated, truncated = [observation], [], False, False
    while not (terminated or truncated):
        action = action_at_junction(info["sign"]) if observation[3] else FORWARD
        observation, reward, terminated, truncated, _ = environment.step(action)
        observations.append(observation)
        rewards.append(reward)
    return np.array(observations), rewards, terminated, truncated


@SETTINGS
@given(LENGTHS, SEEDS)
def test_perfect_play_returns_one_after_the_corridor_and_one_turn(lengths, seed):
    observations, rewards, terminated, truncated = walk(TMaze(lengths), lambda sign: sign, seed)
    assert terminated
    assert not truncated
    assert sum(rewards) == 1
    assert lengths[0] <= len(rewards) - 1 <= lengths[1]
    assert (observations[:, 2] + observations[:, 3] == 1).all()


@SETTINGS
@given(LENGTHS, SEEDS)
def test_the_sign_is_shown_at_the_first_step_only_whatever_the_agent_does(lengths, seed):
    environment = TMaze(lengths)
    observation, info = environment.reset(seed=seed)
    assert observation[:2].tolist() == [info["sign"] == LEFT, info["sign"] == RIGHT]
    random = np.random.default_rng(seed)
    terminated = truncated = False
    while not (terminated or truncated):
        observation, _, terminated, truncated, _ = environment.step(int(random.integers(3)))
        assert (observation[:2] == 0).all()


@SETTINGS
@given(LENGTHS, SEEDS)
def test_the_same_seed_gives_the_same_maze(lengths, seed):
    first, second = TMaze(lengths).reset(seed=seed), TMaze(lengths).reset(seed=seed)
    assert first[1] == second[1]
    np.testing.assert_array_equal(first[0], second[0])


def test_without_memory_of_the_sign_turning_is_a_coin_toss():
    environment = TMaze()
    environment.reset(seed=0)
    returns = [sum(walk(environment, lambda sign: LEFT)[1]) for _ in range(400)]
    assert abs(np.mean(returns)) < 0.15
    assert set(returns) == {-1, 1}


def test_every_length_of_the_corridor_occurs():
    environment = TMaze((2, 4))
    environment.reset(seed=0)
    assert {environment.reset()[1]["distance"] for _ in range(100)} == {2, 3, 4}


def test_the_wrong_turn_returns_minus_one():
    _, rewards, terminated, _ = walk(TMaze(3), lambda sign: LEFT + RIGHT - sign)
    assert terminated
    assert rewards == [0, 0, 0, -1]


def test_walls_cost_and_the_time_limit_truncates():
    environment = TMaze(2)
    environment.reset(seed=0)
    for step in range(1, 9):
        _, reward, terminated, truncated, info = environment.step(LEFT)
        assert (reward, terminated, truncated) == (-0.1, False, step == 8)
        assert info["distance"] == 2
    assert environment.max_episode_length == 8


def test_gymnasium_finds_nothing_wrong():
    check_env(TMaze(), skip_render_check=True)


@pytest.mark.parametrize("lengths", [0, (0, 3), (4, 3), (3,), (1.5, 3), 2.5, "ab"])
def test_impossible_corridors_are_refused(lengths):
    with pytest.raises(ValueError, match="corridor_length must be a whole number"):
        TMaze(lengths)


def test_an_unknown_action_is_refused():
    environment = TMaze()
    environment.reset()
    with pytest.raises(ValueError, match=r"0 .forward., 1 .left. or 2 .right., got 3"):
        environment.step(3)


@SETTINGS
@given(LENGTHS, SEEDS)
def test_what_reset_returned_repeats_the_episode(lengths, seed):
    first, again = TMaze(lengths), TMaze(lengths)
    observation, info = first.reset(seed=seed)
    repeated, same = again.reset(seed=seed + 1, options=info)
    assert info == same
    np.testing.assert_array_equal(observation, repeated)
    assert first.scene() == again.scene()


def test_options_of_a_reset_change_no_later_draw():
    plain, told = TMaze(), TMaze()
    plain.reset(seed=3)
    told.reset(seed=3, options={"sign": LEFT, "distance": 6})
    assert [plain.reset()[1] for _ in range(5)] == [told.reset()[1] for _ in range(5)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sgn": 1}, "'sgn' is not a known option of the T-maze's reset. Did you mean 'sign'"),
        ({"sign": "left"}, r"sign must be 1 \(left\) or 2 \(right\), got 'left'"),
        ({"distance": 11}, "distance must be a whole number from 6 to 10, .* got 11"),
        ({"distance": 6.5}, "distance must be a whole number from 6 to 10, .* got 6.5"),
    ],
)
def test_a_reset_to_what_cannot_be_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        TMaze().reset(options=options)
