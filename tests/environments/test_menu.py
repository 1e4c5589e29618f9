import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab.environments import Menu, make_environment

SETTINGS = settings(deadline=None, derandomize=True, max_examples=25)
SEEDS = st.integers(0, 1000)


def play(environment, choose, seed=0):
    """Serve what ``choose`` makes of the observation; return observations and rewards."""
    observation, _ = environment.reset(seed=seed)
    observations, rewards, done = [observation], [], False
    while not done:
        observation, reward, done, truncated, _ = environment.step(choose(observation))
        assert not truncated
        observations.append(observation)
        rewards.append(reward)
    return observations, rewards


def nearest(observation, taste):
    match = observation["available_actions"] @ taste
    return int(np.where(observation["action_mask"], match, -9).argmax())


@SETTINGS
@given(SEEDS, st.integers(2, 8), st.integers(2, 4), st.integers(1, 6))
def test_who_remembers_the_taste_and_serves_the_nearest_dish_returns_one(
    seed, slots, flavours, length
):
    environment = Menu(slots, flavours, length)
    taste = []

    def choose(observation):
        if observation["observations"][-1]:
            taste.append(observation["observations"][:-1])
        return nearest(observation, taste[0])

    observations, rewards = play(environment, choose, seed)
    assert len(rewards) == length
    assert sum(rewards) == pytest.approx(1)
    assert len(taste) == 1
    for observation in observations:
        assert environment.observation_space.contains(observation)
        mask, dishes = observation["action_mask"], observation["available_actions"]
        assert 2 <= mask.sum() <= slots
        assert (dishes[mask == 0] == 0).all()
        np.testing.assert_allclose(np.linalg.norm(dishes[mask == 1], axis=1), 1, rtol=1e-5)
    assert all((o["observations"] == 0).all() for o in observations[1:])


@SETTINGS
@given(SEEDS)
def test_the_same_seed_gives_the_same_menus(seed):
    first, second = (play(Menu(), lambda o: 0, seed) for _ in range(2))
    assert first[1] == second[1]
    for one, other in zip(first[0], second[0], strict=True):
        for key in one:
            np.testing.assert_array_equal(one[key], other[key])


def test_empty_slots_cost_and_other_dishes_return_nothing():
    environment = Menu()
    observation, info = environment.reset(seed=3)
    empty = int(observation["action_mask"].argmin())
    assert environment.step(empty)[1] == pytest.approx(-0.1)
    mask, best = environment.mask, environment.best
    other = next(slot for slot in range(6) if mask[slot] and slot != best)
    assert environment.step(other)[1] == 0
    assert environment.step(environment.best)[1] == pytest.approx(0.1)
    assert info["best"] != empty


def test_dishes_and_their_number_change_from_menu_to_menu():
    observations, _ = play(Menu(length=60), lambda o: 0)
    assert {int(o["action_mask"].sum()) for o in observations} == {2, 3, 4, 5, 6}
    assert not np.array_equal(
        observations[0]["available_actions"], observations[1]["available_actions"]
    )


def test_the_taste_may_stay_in_sight():
    observations, _ = play(Menu(remember=False), lambda o: 0)
    told = np.stack([o["observations"] for o in observations])
    assert (told == told[0]).all()
    assert told[0, -1] == 1


def test_parts_can_be_hidden():
    names = {"observations", "action_mask", "available_actions"}
    for hidden in ((), "action_mask", ["available_actions"], ("action_mask", "available_actions")):
        environment = make_environment("Menu", hidden=hidden)
        observation, _ = environment.reset(seed=0)
        left = names - ({hidden} if isinstance(hidden, str) else set(hidden))
        assert set(observation) == set(environment.observation_space.spaces) == left


def test_gymnasium_finds_nothing_wrong():
    check_env(Menu(), skip_render_check=True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_slots": 1}, "num_slots must be at least 2, got 1"),
        ({"num_flavours": 1}, "num_flavours must be at least 2, got 1"),
        ({"length": 0}, "length must be at least 1, got 0"),
        ({"hidden": ["mask"]}, "'mask' is not a known part.*Did you mean 'action_mask'"),
    ],
)
def test_impossible_menus_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Menu(**options)


def test_an_unknown_slot_is_refused():
    environment = Menu()
    environment.reset()
    with pytest.raises(ValueError, match="a slot, from 0 to 5, got 6"):
        environment.step(6)
