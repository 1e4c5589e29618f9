"""What environments show of themselves: our own, and POPGym's card games."""

import json

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab.environments import (
    Courier,
    Menu,
    TMaze,
    TwoDials,
    action_names_of,
    check_scene,
    draw_scene,
    make_environment,
    scene_of,
)
from memorylab.environments.cards import SUITS, _card_game

OWN = [TMaze, TwoDials, Menu, Courier]
SETTINGS = settings(deadline=None, derandomize=True, max_examples=20)


def play(environment, look, seed=0, episodes=3):
    """Act at random; return all that came of it."""
    environment.action_space.seed(seed)
    results = []
    for episode in range(episodes):
        observation, info = environment.reset(seed=seed if episode == 0 else None)
        results.append((observation, info))
        ended = False
        while not ended:
            look(environment)
            results.append(environment.step(environment.action_space.sample()))
            ended = results[-1][2] or results[-1][3]
        look(environment)
    return results


@SETTINGS
@given(st.sampled_from(OWN), st.integers(0, 1000))
def test_looking_changes_nothing_that_the_agent_gets(environment, seed):
    def look(seen):
        assert json.loads(json.dumps(check_scene(seen.scene()))) == seen.scene()

    looked_at = play(environment(), look, seed)
    alone = play(environment(), lambda environment: None, seed)
    assert repr(looked_at) == repr(alone)


@pytest.mark.parametrize("environment", OWN)
def test_render_gives_a_picture_of_the_scene_if_asked_to(environment):
    check_env(environment(render_mode="rgb_array"))
    drawn = environment(render_mode="rgb_array")
    with pytest.raises(gym.error.ResetNeeded, match="call reset"):
        drawn.render()
    drawn.reset(seed=0)
    np.testing.assert_array_equal(drawn.render(), draw_scene(drawn.scene()))
    silent = environment()
    silent.reset(seed=0)
    assert silent.render() is None
    with pytest.raises(ValueError, match=r"render_mode must be None or .* got 'human'"):
        environment(render_mode="human")


def shapes(environment, **having):
    return [s for s in environment.scene()["shapes"] if having.items() <= s.items()]


def test_the_maze_shows_the_sign_while_the_agent_sees_it_and_where_it_turned():
    maze = TMaze(2)
    maze.reset(seed=0)
    side = maze.action_names[maze.sign]
    labels = [maze.scene()["label"]]
    for action in (0, 0, maze.sign):
        maze.step(action)
        labels.append(maze.scene()["label"])
    assert labels == [
        f"The agent stands 2 steps before the junction; the sign shows {side}.",
        f"The agent stands 1 step before the junction; the sign showed {side}.",
        f"The agent stands at the junction; the sign showed {side}.",
        f"The agent turned {side}, as the sign showed {side}.",
    ]
    maze.reset()
    for _ in range(8):
        maze.step(1)
    assert maze.scene()["label"].endswith("Its time is up.")
    maze.reset()
    assert "shows" in maze.scene()["label"]


def test_the_lock_shows_its_dials_and_opens():
    lock = TwoDials()
    lock.reset(seed=1)
    assert "Nothing was tried yet; the lock is shut" in lock.scene()["label"]
    solution = (lock.digit, (lock.digit + lock.shift) % 4)
    wrong = (solution[0], (solution[1] + 1) % 4)
    lock.step(wrong)
    assert f"The dials show {wrong[0]} and {wrong[1]}; the lock is shut" in lock.scene()["label"]
    assert shapes(lock, text="7 tries left")
    assert not shapes(lock, fill="good")
    lock.step(np.array(solution))
    assert "the lock is open" in lock.scene()["label"]
    assert shapes(lock, fill="good")


@pytest.mark.parametrize(("flavours", "kind"), [(2, "polygon"), (3, "rect")])
def test_the_menu_shows_the_taste_and_what_was_served(flavours, kind):
    menu = Menu(num_flavours=flavours, length=100)
    menu.reset(seed=0)
    assert shapes(menu, kind=kind, fill="sign")
    shapes_of_a_dish = 1 if kind == "polygon" else flavours
    assert len(shapes(menu, kind=kind, fill="agent")) == menu.mask.sum() * shapes_of_a_dish
    served = {"the best dish": "good", "another dish": "quiet", "an empty slot": "bad"}
    for name, colour in served.items():
        while not (chosen := slots(menu)[name]).any():
            menu.step(menu.best)
        menu.step(int(chosen.argmax()))
        assert shapes(menu, text=f"served: {name}", fill=colour)
        assert not shapes(menu, kind=kind, fill="sign")


def slots(menu):
    best = np.arange(menu.num_slots) == menu.best
    other = (menu.mask == 1) & ~best
    return {"the best dish": best, "another dish": other, "an empty slot": menu.mask == 0}


# --- POPGym's cards -------------------------------------------------------------------------------

CARD_GAMES = [
    *(f"RepeatPrevious{size}" for size in ("Easy", "Medium", "Hard")),
    *(f"RepeatFirst{size}" for size in ("Easy", "Medium", "Hard")),
    *(f"Autoencode{size}" for size in ("Easy", "Medium", "Hard")),
]


@pytest.mark.parametrize("name", CARD_GAMES)
def test_the_card_that_is_asked_for_is_the_answer_that_pays(name):
    environment = make_environment(name)
    assert action_names_of(environment) == SUITS
    (observed, *_), _ = environment.reset(seed=3)
    ended = False
    while not ended:
        table = _card_game(environment).table(environment.unwrapped)
        drawn = check_scene(scene_of(environment))
        if name.startswith("Autoencode"):
            assert (table.asked is None) == (environment.unwrapped.mode.name == "WATCH")
        if table.now is not None and not name.startswith("Autoencode"):
            assert table.faces[table.now] == observed
            assert f"The agent sees {SUITS[observed]}" in drawn["label"]
        marked = [s for s in drawn["shapes"] if s.get("stroke") == "goal"]
        assert len(marked) == (table.asked is not None)
        answer = 0 if table.asked is None else int(table.faces[table.asked])
        (observed, *_), reward, ended, *_ = environment.step(answer)
        assert (reward > 0) == (table.asked is not None)
        assert reward >= 0


def test_higher_lower_shows_the_rank_in_sight():
    environment = make_environment("HigherLowerEasy")
    assert action_names_of(environment) == ("higher", "lower")
    (observed, *_), _ = environment.reset(seed=0)
    for _ in range(10):
        rank = environment.unwrapped.deck.ranks[4 * int(observed)].upper()
        assert f"The agent sees {rank}." in scene_of(environment)["label"]
        (observed, *_), *_ = environment.step(0)


def test_environments_that_say_nothing_have_neither_scene_nor_names():
    environment = make_environment("PositionOnlyPendulumEasy")
    environment.reset()
    assert scene_of(environment) is None
    assert action_names_of(environment) is None


def test_a_wrapper_may_draw_instead():
    class Other(gym.Wrapper):
        action_names = ("a", "b", "c")

        def scene(self):
            return {"width": 1, "height": 1, "label": "Another.", "shapes": []}

    environment = gym.wrappers.TimeLimit(Other(TMaze()), 3)
    assert scene_of(environment)["label"] == "Another."
    assert action_names_of(environment) == ("a", "b", "c")


class Broken(TMaze):
    def scene(self):
        return {"width": 0}


def test_a_failure_to_draw_names_the_environment():
    with pytest.raises(RuntimeError, match=r"The environment Broken can't be drawn.*lacks height"):
        scene_of(Broken())
    with pytest.raises(RuntimeError, match=r"RepeatFirst can't be drawn.*call reset"):
        scene_of(make_environment("RepeatFirst"))


@pytest.mark.parametrize("names", [("forward", "left"), ["forward", "left", "right"], (0, 1, 2)])
def test_names_that_are_not_one_for_each_action_are_refused(names):
    environment = TMaze()
    environment.action_names = names
    with pytest.raises(RuntimeError, match="The environment TMaze must have one name for each act"):
        action_names_of(environment)
