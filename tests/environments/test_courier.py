import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab.environments import Courier

SETTINGS = settings(deadline=None, derandomize=True, max_examples=25)
DOORS = st.integers(2, 7)
LENGTHS = st.tuples(st.integers(1, 9), st.integers(1, 9)).map(sorted).map(tuple)
SEEDS = st.integers(0, 1000)


def deliver(courier, choose, seed=None, doors=None):
    """Hear the list, then visit ``choose(doors, index)``; return what was seen, paid and ended."""
    options = None if doors is None else {"doors": doors}
    observation, info = courier.reset(seed=seed, options=options)
    observations, rewards, terminated = [observation], [], False
    length = len(info["doors"])
    while not terminated:
        index = len(rewards) - length
        action = choose(info["doors"], index) if index >= 0 else 0
        observation, reward, terminated, truncated, _ = courier.step(action)
        assert not truncated
        observations.append(observation)
        rewards.append(reward)
    return np.array(observations), rewards, info["doors"]


@SETTINGS
@given(DOORS, LENGTHS, st.booleans(), SEEDS)
def test_who_visits_the_doors_in_the_order_told_earns_one(doors, lengths, strict, seed):
    courier = Courier(doors, lengths, strict)
    observations, rewards, told = deliver(courier, lambda told, index: told[index], seed)
    length = len(told)
    assert lengths[0] <= length <= lengths[1]
    assert rewards[:length] == [0] * length
    assert rewards[length:] == [1 / length] * length
    # Every door is told once, in order, and then the flag alone is seen.
    assert observations[:length].argmax(1).tolist() == told
    assert observations[length:].argmax(1).tolist() == [doors] * (length + 1)
    assert (observations.sum(1) == 1).all()
    assert courier.max_episode_length == 2 * lengths[1]


@SETTINGS
@given(DOORS, LENGTHS, SEEDS)
def test_the_return_is_the_share_of_right_doors(doors, lengths, seed):
    random = np.random.default_rng(seed)
    wrong = {}

    def choose(told, index):
        wrong[index] = bool(random.integers(2))
        return (told[index] + wrong[index]) % doors

    _, rewards, told = deliver(Courier(doors, lengths), choose, seed)
    assert len(rewards) == 2 * len(told)
    assert sum(rewards) == pytest.approx(1 - sum(wrong.values()) / len(told))


@SETTINGS
@given(DOORS, st.lists(st.booleans(), min_size=1, max_size=8), SEEDS)
def test_the_first_wrong_door_ends_a_strict_episode(doors, right, seed):
    courier = Courier(doors, len(right), strict=True)
    _, rewards, _ = deliver(
        courier, lambda told, index: (told[index] + (not right[index])) % doors, seed
    )
    until = right.index(False) if False in right else len(right)
    assert sum(rewards) == pytest.approx(until / len(right))
    assert len(rewards) == min(len(right) + until + 1, 2 * len(right))


@SETTINGS
@given(DOORS, LENGTHS, SEEDS)
def test_actions_change_nothing_that_is_observed(doors, lengths, seed):
    courier, random = Courier(doors, lengths), np.random.default_rng(seed)
    first, _, told = deliver(courier, lambda told, index: 0, seed)
    again, _, same = deliver(courier, lambda told, index: random.integers(doors), seed)
    assert told == same
    np.testing.assert_array_equal(first, again)


@SETTINGS
@given(DOORS, LENGTHS, SEEDS)
def test_what_reset_returned_repeats_the_episode(doors, lengths, seed):
    first, again = Courier(doors, lengths), Courier(doors, lengths)
    observation, info = first.reset(seed=seed)
    repeated, same = again.reset(seed=seed + 1, options=info)
    assert info == same
    np.testing.assert_array_equal(observation, repeated)
    assert first.scene() == again.scene()


def test_lists_are_drawn_anew_of_every_door_and_length():
    courier = Courier(3, (1, 2))
    courier.reset(seed=0)
    drawn = {tuple(courier.reset()[1]["doors"]) for _ in range(200)}
    assert len(drawn) == 3 + 9


def test_a_right_door_may_pay_the_same_in_every_list():
    courier = Courier(4, 3, reward_per_door=2.0)
    _, rewards, _ = deliver(courier, lambda told, index: (1, 2, 2)[index], doors=[1, 2, 3])
    assert rewards == [0, 0, 0, 2, 2, 0]


def test_the_scene_tells_the_door_while_it_is_in_sight_and_marks_what_was_visited():
    courier = Courier(4, 2)
    courier.reset(options={"doors": [3, 1]})

    def shown(**having):
        return [s for s in courier.scene()["shapes"] if having.items() <= s.items()]

    labels, signs, rings, places = [], [], [], []
    doors = {door: shown(kind="text", text=str(door), y=112)[0]["x"] for door in range(4)}
    for action in (0, 0, 3, 2, None):
        labels.append(courier.scene()["label"])
        signs.append(len(shown(fill="sign")))
        rings.append([ring["x"] for ring in shown(kind="circle", dashed=True)])
        places.append(shown(fill="agent")[0]["x"])
        if action is not None:
            courier.step(action)
    assert labels == [
        "The courier is told door 3, 1 of 2.",
        "The courier is told door 1, 2 of 2.",
        "The courier has visited 0 of 2 doors, 0 of them right. Next is door 3.",
        "The courier has visited 1 of 2 doors, 1 of them right. Next is door 1.",
        "The courier has visited 2 of 2 doors, 1 of them right.",
    ]
    assert signs == [1, 1, 0, 0, 0]
    assert rings == [[], [], [doors[3]], [doors[1]], []]  # around the next door
    assert places[:3] == [24] * 3
    assert places[3:] == [doors[3], doors[2]]  # before the last door visited
    assert len(shown(fill="good")) == len(shown(fill="bad")) == 1


def test_gymnasium_finds_nothing_wrong():
    check_env(Courier(), skip_render_check=True)


@pytest.mark.parametrize("lengths", [0, (0, 3), (4, 3), (3,), (1.5, 3), 2.5, "12"])
def test_impossible_lists_are_refused(lengths):
    with pytest.raises(ValueError, match="list_length must be a whole number of at least 1, or"):
        Courier(list_length=lengths)


def test_one_door_is_refused():
    with pytest.raises(ValueError, match="num_doors must be at least 2, got 1"):
        Courier(1)


@pytest.mark.parametrize("action", [4, -1, 0.5, None])
def test_an_unknown_door_is_refused(action):
    courier = Courier()
    courier.reset()
    with pytest.raises(ValueError, match=f"action must be a door, from 0 to 3, got {action}"):
        courier.step(action)


@pytest.mark.parametrize("strict", [False, True])
def test_a_step_after_the_end_is_refused(strict):
    courier = Courier(2, 2, strict)
    deliver(courier, lambda told, index: 1 - told[index])
    with pytest.raises(gym.error.ResetNeeded, match=r"This delivery is over: call reset"):
        courier.step(0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"door": [1]}, "'door' is not a known option of the courier's reset. Did you mean"),
        ({"doors": [4]}, r"doors must be a list of 1 to 6 doors, .* from 0 to 3, got \[4\]"),
        ({"doors": [0.5]}, r"doors must be a list .* got \[0.5\]"),
        ({"doors": []}, r"doors must be a list .* got \[\]"),
        ({"doors": [0] * 7}, "doors must be a list of 1 to 6 doors, the list_length of this"),
        ({"doors": 3}, "doors must be a list of 1 to 6 doors, .* got 3"),
        ({"doors": "12"}, "doors must be a list .* got '12'"),
    ],
)
def test_a_reset_to_what_cannot_be_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Courier().reset(options=options)
