import json

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab.environments import SpeakerListener, check_scene

SETTINGS = settings(deadline=None, derandomize=True, max_examples=25)
SIZES = st.tuples(st.integers(2, 6), st.integers(1, 4))


def play(environment, speak, choose, **reset):
    """Let both act perfectly or not, and return all that came of it."""
    observations, infos = environment.reset(**reset)
    signs = environment.num_signs
    results, seen, heard = [(observations, infos)], None, None
    while environment.agents:
        assert json.loads(json.dumps(check_scene(environment.scene()))) == environment.scene()
        actions = dict.fromkeys(environment.agents, 0)
        speaker, listener = (observations[agent] for agent in environment.possible_agents)
        if speaker[:signs].any():
            seen = int(speaker[:signs].argmax())
        if listener[:signs].any():
            heard = int(listener[:signs].argmax())
        if speaker[signs]:
            actions["speaker"] = speak(seen)
        if listener[signs + 1]:
            actions["listener"] = choose(heard)
        results.append(environment.step(actions))
        observations = results[-1][0]
    return results


@SETTINGS
@given(SIZES, st.randoms(), st.integers(0, 1000))
def test_who_remembers_and_agrees_on_the_symbols_finds_the_door(sizes, random, seed):
    environment = SpeakerListener(*sizes)
    symbols = random.sample(range(sizes[0]), sizes[0])  # the meaning that they agreed on
    for _ in range(2):
        results = play(environment, symbols.__getitem__, symbols.index, seed=seed)
        assert len(results) == environment.max_episode_length + 1
        assert [sum(result[1].values()) for result in results[1:]] == [0] * (len(results) - 2) + [1]
        assert results[-1][2] == {"speaker": True, "listener": True}


@SETTINGS
@given(SIZES, st.integers(0, 5), st.integers(0, 5))
def test_nothing_but_the_symbol_passes_from_one_to_the_other(sizes, sign, symbol):
    sign, symbol = sign % sizes[0], symbol % sizes[0]
    seen = [
        [result[0]["listener"].tolist() for result in results]
        for results in (
            play(SpeakerListener(*sizes), lambda _: symbol, lambda _: 0, options={"sign": one})
            for one in (0, sign)
        )
    ]
    assert seen[0] == seen[1]


@SETTINGS
@given(SIZES, st.integers(0, 1000))
def test_the_same_seed_gives_the_same_signs(sizes, seed):
    def signs():
        environment = SpeakerListener(*sizes)
        return [environment.reset(seed=seed if n == 0 else None)[1] for n in range(5)]

    assert signs() == signs()


def test_every_sign_occurs():
    environment = SpeakerListener(6)
    environment.reset(seed=0)
    assert {environment.reset()[1]["speaker"]["sign"] for _ in range(100)} == set(range(6))


def test_observations_and_actions_are_in_their_spaces():
    environment = SpeakerListener(3)
    for observations, *_ in play(environment, lambda _: 2, lambda _: 1, seed=0):
        for agent, observation in observations.items():
            assert environment.observation_space(agent).contains(observation)
    assert environment.action_space("listener") == gym.spaces.Discrete(3)


def test_the_scene_tells_what_happened_and_render_draws_it():
    environment = SpeakerListener(render_mode="rgb_array")
    play(environment, lambda _: 0, lambda _: 0, options={"sign": 1})
    said = "The sign showed B; the speaker said A; the listener chose door A, the wrong one."
    assert environment.scene()["label"] == said
    assert environment.render().shape == (160, 480, 3)
    assert SpeakerListener().render() is None


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"num_signs": 1}, ValueError, "num_signs must be at least 2, got 1"),
        ({"num_signs": 7}, ValueError, "num_signs must be at most 6, got 7"),
        ({"delay": 0}, ValueError, "delay must be at least 1, got 0"),
        ({"delay": 1.0}, TypeError, "delay must be an integer"),
        ({"render_mode": "human"}, ValueError, "render_mode must be None or"),
    ],
)
def test_impossible_games_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        SpeakerListener(**options)


def test_what_is_none_of_its_actions_or_options_is_refused():
    environment = SpeakerListener()
    with pytest.raises(gym.error.ResetNeeded):
        environment.scene()
    with pytest.raises(gym.error.ResetNeeded):
        environment.step({})
    with pytest.raises(ValueError, match="sign must be from 0 to 1, got 2"):
        environment.reset(options={"sign": 2})
    with pytest.raises(ValueError, match=r"'sing'.*Did you mean 'sign'"):
        environment.reset(options={"sing": 1})
    environment.reset()
    for actions in ({}, {"speaker": 0}, {"speaker": 0, "listener": 2}, {"speaker": 0, "other": 0}):
        with pytest.raises(ValueError, match="a number from 0 to 1 for each of"):
            environment.step(actions)
    assert np.isfinite(environment.step({"speaker": 0, "listener": 1})[1]["speaker"])
