import subprocess
import sys

import gymnasium as gym
import pytest

from memorylab.environments import TMaze, environment_names, make_environment


@pytest.mark.parametrize("name", environment_names())
def test_every_environment_resets_and_steps_within_its_spaces(name):
    environment = make_environment(name)
    observation, _ = environment.reset(seed=0)
    assert gym.spaces.flatten(environment.observation_space, observation).ndim == 1
    environment.action_space.seed(0)
    for _ in range(3):
        observation, _, terminated, truncated, _ = environment.step(
            environment.action_space.sample()
        )
        assert gym.spaces.flatten(environment.observation_space, observation).ndim == 1
        if terminated or truncated:
            break


def test_popgym_observations_carry_the_last_action_and_the_first_step_flag():
    environment = make_environment("RepeatPreviousEasy")
    (_, _, first), _ = environment.reset(seed=0)
    (_, last_action, flag), *_ = environment.step(3)
    assert (first, last_action, flag) == (1, 3, 0)


@pytest.mark.parametrize("name", ["RepeatFirst", "RepeatFirstEasy", "RepeatFirstHard"])
def test_repeat_first_does_not_show_the_last_action_which_is_the_answer(name):
    environment = make_environment(name)
    assert environment.observation_space == gym.spaces.Tuple(
        [environment.action_space, gym.spaces.Discrete(2)]
    )


def test_config_reaches_the_constructor():
    assert make_environment("TMaze", corridor_length=3).longest == 3
    assert make_environment("RepeatPrevious", k=2).unwrapped.k == 2


def test_tmaze_comes_without_wrappers():
    assert type(make_environment("TMaze")) is TMaze


def test_an_unknown_name_offers_the_nearest():
    with pytest.raises(ValueError, match=r"RepeatPreviousEsy.*'RepeatPreviousEasy'"):
        make_environment("RepeatPreviousEsy")
    with pytest.raises(ValueError, match="Did you mean 'TMaze'"):
        make_environment("Tmaze")


def test_an_unknown_option_offers_the_nearest():
    with pytest.raises(ValueError, match=r"'corridor_lenght'.*Did you mean 'corridor_length'"):
        make_environment("TMaze", corridor_lenght=3)
    with pytest.raises(ValueError, match=r"'decks'.*num_decks"):
        make_environment("RepeatPrevious", decks=2)


def test_the_room_imports_without_ray():
    code = (
        "import sys, memorylab.environments as e; e.make_environment('RepeatPreviousEasy'); "
        "assert 'ray' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
