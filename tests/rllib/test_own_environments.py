"""Environments that a user brings, in each form, and what is said when they fail."""

from __future__ import annotations

import functools
import pickle
import subprocess
import sys

import gymnasium as gym
import numpy as np
import pytest
import torch
from failing_environments import FAULTS, Corridor
from gymnasium.wrappers import TimeLimit
from hypothesis import given
from hypothesis import strategies as st
from ray.exceptions import RayTaskError
from ray.rllib.algorithms.ppo.torch.ppo_torch_learner import PPOTorchLearner
from ray.tune.registry import ENV_CREATOR, _global_registry, register_env

from memorylab.environments import make_environment
from memorylab.environments.make import environment_name
from memorylab.rllib import Agent, evaluate, ppo_config, train_ppo
from memorylab.rllib.agent import make_runner, settings_of
from memorylab.rllib.failures import (
    CheckedEnvironment,
    EnvironmentFailure,
    RunnerFailures,
    check_observation,
)

pytestmark = pytest.mark.ray


class TakesConfig(Corridor):
    """Takes one dictionary, as RLlib's examples do."""

    def __init__(self, config):
        self.worker_index = config.worker_index if hasattr(config, "worker_index") else None
        super().__init__(**config)


def make_corridor(config):
    return Corridor(**config)


def short(environment, **options):
    config = ppo_config(environment, memory_config={"hidden_size": 8}, **options)
    config.env_runners(num_envs_per_env_runner=2)
    return config.training(train_batch_size_per_learner=32, minibatch_size=32, num_epochs=1)


def train(config, **options):
    options = {"max_steps": 32, "stop_return": None, "progress": False, **options}
    return train_ppo(config, **options)


FORMS = {
    "class": (Corridor, "failing_environments:Corridor"),
    "class of a config": (TakesConfig, "test_own_environments:TakesConfig"),
    "function": (make_corridor, "test_own_environments:make_corridor"),
    "lambda": (lambda config: Corridor(**config), "test_own_environments:<lambda>"),
    "partial": (
        functools.partial(Corridor, fault=None),
        "failing_environments:Corridor(fault=None)",
    ),
    "id": ("CartPole-v1", "CartPole-v1"),
    "id of a module": ("gymnasium:CartPole-v1", "gymnasium:CartPole-v1"),
    "ours": ("TMaze", "TMaze"),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_an_environment_plays_and_has_a_name(form):
    source, name = FORMS[form]
    if form == "partial":
        source = functools.partial(make_corridor)
        name = "test_own_environments:make_corridor()"
    agent = Agent(short(source))
    assert agent.history.settings["environment"].partition("#")[0] == name
    (episode,) = evaluate(agent)
    assert len(episode) >= 4
    assert make_environment(source).action_space.n >= 2


def test_a_configuration_with_any_environment_can_be_sent_to_another_process():
    config = short(lambda config: Corridor(**config))
    from ray import cloudpickle

    again = pickle.loads(cloudpickle.dumps(config.copy(copy_frozen=False)))
    assert settings_of(again) == settings_of(config)
    assert len(make_runner(again, num_envs=1).sample(num_episodes=1)[0]) == 4


def test_a_saved_agent_has_its_environment_again(tmp_path):
    agent, name = Agent(short(Corridor)), "failing_environments:Corridor"
    agent.save(tmp_path / "kept")
    with pytest.raises(ValueError, match=f"needs {name}"):
        Agent.load(tmp_path / "kept")
    loaded = Agent.load(tmp_path / "kept", {name: Corridor})
    assert settings_of(loaded.config) == settings_of(agent.config)
    assert evaluate(loaded)[0].action.tolist() == evaluate(agent)[0].action.tolist()
    player = Agent.load(tmp_path / "kept", {name: None}).start()
    assert player.act(np.zeros(2, np.float32)) in (0, 1)


def test_a_class_gets_keywords_or_one_dictionary_with_the_worker_in_it():
    runner = make_runner(short(TakesConfig, environment_config={"fault": None}), num_envs=1)
    assert runner.env.unwrapped.envs[0].unwrapped.worker_index == 0
    with pytest.raises(ValueError, match=r"'falt' is not a known option.*Did you mean 'fault'"):
        make_environment(Corridor, falt=None)


def test_a_name_of_ray_is_remembered_when_ray_has_forgotten_it(monkeypatch):
    register_env("Hall", lambda config: Corridor())
    config = short("Hall")
    monkeypatch.setattr(type(_global_registry), "contains", lambda *_: False)
    assert _global_registry.contains(ENV_CREATOR, "Hall") is False
    assert len(evaluate(Agent(config))[0]) == 4
    with pytest.raises(ValueError, match=r"no environment 'Hall'.*Ray it forgets when it stops"):
        ppo_config("Hall")


def test_what_is_only_registered_in_this_process_goes_to_the_workers_whole(monkeypatch):
    monkeypatch.setitem(gym.registry, "Own-v0", gym.envs.registration.EnvSpec("Own-v0", Corridor))
    config = short("Own-v0")
    monkeypatch.delitem(gym.registry, "Own-v0")
    assert len(evaluate(Agent(config))[0]) == 4


@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        ("CartPole-v7", ValueError, "no environment 'CartPole-v7'. Gymnasium has 'CartPole-v1'"),
        ("no_such_module:Maze-v0", ValueError, "module 'no_such_module' can't be imported"),
        (Corridor(), TypeError, "is an environment already.*give its class Corridor"),
        (lambda config: None, TypeError, "must make a gymnasium.Env, but made None"),
        (lambda: Corridor(), TypeError, "must take one argument, the environment's configuration"),
        (3, TypeError, "a name, a class or a function, not by 3"),
    ],
)
def test_what_is_no_environment_is_refused(source, error, message):
    with pytest.raises(error, match=message):
        make_environment(source)
    with pytest.raises((error, EnvironmentFailure), match=message):
        ppo_config(source)


def test_every_training_of_a_process_finds_the_environment(ray):
    agents = [train(short(source)) for source in (Corridor, Corridor, make_corridor)]
    assert [agent.history.last("mean_return") for agent in agents] == [4, 4, 4]
    agent = train(short("CartPole-v1"))
    assert len(evaluate(agent)[0]) == evaluate(agent)[0].total_return


TWICE = """
import gymnasium as gym
import numpy as np
import ray
from memorylab.rllib import evaluate, ppo_config, train_ppo

class Hall(gym.Env):
    observation_space = gym.spaces.Box(-1, 1, (2,), np.float32)
    action_space = gym.spaces.Discrete(2)

    def reset(self, *, seed=None, options=None):
        self.steps = 0
        return np.zeros(2, np.float32), {}

    def step(self, action):
        self.steps += 1
        return np.zeros(2, np.float32), 1.0, self.steps == 4, False, {}

config = ppo_config(Hall).training(train_batch_size_per_learner=64, minibatch_size=64)
for runners in (1, 0):
    config.env_runners(num_env_runners=runners)
    agent = train_ppo(config, max_steps=64, stop_return=None, progress=False)
    assert not ray.is_initialized()
    print(agent.history.settings["environment"], agent.history.last("mean_return"))
print(evaluate(agent)[0].total_return)
"""


@pytest.mark.cluster
@pytest.mark.timeout(200)
def test_a_class_of_a_script_is_trained_twice_though_ray_stops_between():
    result = subprocess.run([sys.executable, "-c", TWICE], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == ["__main__:Hall 4.0"] * 2 + ["4.0"]


def lambdas(length):
    return [
        lambda config: Corridor(),
        lambda config: Corridor(fault=None),
        lambda config: TimeLimit(Corridor(), length),
        lambda config, length=length: TimeLimit(Corridor(), length),
        lambda config: next(Corridor() for _ in range(3)),
    ]


def test_two_lambdas_of_one_module_have_two_names():
    names = [environment_name(source) for length in (2, 3) for source in lambdas(length)]
    assert names[:5] == [environment_name(source) for source in lambdas(2)]
    assert [a == b for a, b in zip(names[:5], names[5:], strict=True)] == [
        True,
        True,
        False,
        False,
        True,
    ]
    assert len(set(names)) == 7
    assert all(name.startswith(f"{__name__}:lambdas.<locals>.<lambda>#") for name in names)

    def make(config):
        return make if config else Corridor()  # closes over itself

    assert environment_name(make).startswith(f"{__name__}:test_two_")


def test_a_training_resumes_with_a_class_of_the_same_name_only(ray, tmp_path):
    train(short(Corridor), checkpoint_path=tmp_path)
    train(short(Corridor), checkpoint_path=tmp_path, resume=True)
    with pytest.raises(ValueError, match="environment was 'failing_environments:Corridor' and is"):
        train(short(make_corridor), checkpoint_path=tmp_path, resume=True)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_failure_names_the_environment_the_call_and_the_process(fault):
    # What ppo_config makes itself is whole, so that the failure happens in the env runner.
    config = short(Corridor).environment(env_config={"fault": fault})
    with pytest.raises(EnvironmentFailure, match=FAULTS[fault].format("this process")) as caught:
        make_runner(config, num_envs=2).sample(num_episodes=2)
    assert str(caught.value).startswith("The environment failing_environments:Corridor failed")
    assert isinstance(caught.value.__cause__, OSError | ValueError)


def test_a_constructor_that_fails_is_named_before_anything_starts():
    with pytest.raises(EnvironmentFailure, match=FAULTS["constructor"].format("this process")):
        ppo_config(Corridor, environment_config={"fault": "constructor"})


@pytest.mark.parametrize("fault", ["reset", "step", "NaN reward"])
def test_training_in_this_process_ends_with_the_environments_own_error(ray, fault):
    config = short(Corridor).environment(env_config={"fault": fault})
    with pytest.raises(EnvironmentFailure, match=FAULTS[fault].format("this process")):
        train(config)


@pytest.mark.parametrize("fault", ["reset", "step"])
def test_an_environment_is_restarted_as_often_as_the_settings_allow(fault):
    made = []

    class Counted(Corridor):
        def __init__(self, fault=None):
            made.append(self)
            super().__init__(fault)

    config = short(Counted).environment(env_config={"fault": fault})
    config.fault_tolerance(
        restart_failed_sub_environments=True, num_consecutive_env_runner_failures_tolerance=3
    )
    runner = make_runner(config, num_envs=1)
    made.clear()
    with pytest.raises(EnvironmentFailure, match=f"the door of the {fault} is stuck"):
        runner.sample(num_episodes=1)
    assert len(made) == 3


class OwnLearner(PPOTorchLearner):
    """A learner of a user's own; it need know nothing of ours."""


@pytest.mark.parametrize("learner", [PPOTorchLearner, OwnLearner])
def test_an_update_that_rllib_would_skip_is_an_error(ray, monkeypatch, learner):
    config = short(Corridor).learners(learner_class=learner)
    # So large that the gradients' norm overflows, though each reward is finite.
    monkeypatch.setattr(
        Corridor, "step", lambda self, action: (np.zeros(2, np.float32), 1e30, True, False, {})
    )
    config.training(vf_clip_param=float("inf"))
    with pytest.raises(FloatingPointError, match=r"not finite.*would change nothing"):
        train(config)


class Bounded(gym.Env):
    """Shows what it is told to."""

    def __init__(self, space, shown):
        self.observation_space, self.action_space, self.shown = space, gym.spaces.Discrete(2), shown

    def reset(self, **_):
        return self.shown, {}


NESTED = gym.spaces.Dict(
    {
        "image": gym.spaces.Box(0, 255, (2, 3, 1), np.uint8),
        "parts": gym.spaces.Tuple(
            [gym.spaces.Discrete(3, start=5), gym.spaces.MultiBinary(4), gym.spaces.Box(-1, 1)]
        ),
        "numbers": gym.spaces.MultiDiscrete([2, 3], start=[1, -1]),
    }
)


@given(seed=st.integers(0, 2**31 - 1))
def test_whatever_a_space_holds_passes_unchanged(seed):
    NESTED.seed(seed)
    shown = NESTED.sample()
    environment = CheckedEnvironment(Bounded(NESTED, shown), "Bounded", "this process")
    assert environment.reset()[0] is shown
    check_observation(shown["parts"][2].astype(np.float64) * (1 + 1e-7), NESTED["parts"][2])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"numbers": np.array([0, 0])}, r"observation\['numbers'\] is not in its space"),
        ({"image": np.zeros((2, 3), np.uint8)}, r"\['image'\] must be of shape \[2, 3, 1\]"),
        ({"parts": (5, np.zeros(4, np.int8))}, r"\['parts'\] must have 3 parts"),
        (
            {"parts": (4, np.zeros(4, np.int8), np.zeros(1))},
            r"\['parts'\]\[0\] is not in its space Discrete\(3, start=5\), but 4",
        ),
        ({"more": 3}, r"must have the keys \['image', 'numbers', 'parts'\]"),
    ],
)
def test_a_part_outside_its_space_is_named(change, message):
    NESTED.seed(0)
    shown = NESTED.sample() | change
    with pytest.raises(EnvironmentFailure, match=f"Bounded failed in its reset.*{message}"):
        CheckedEnvironment(Bounded(NESTED, shown), "Bounded", "this process").reset()


def test_rounds_in_which_all_env_runners_hang_are_an_error():
    config = short(Corridor).env_runners(num_env_runners=1, sample_timeout_s=5)
    failures = RunnerFailures([], config)
    for _ in range(2):
        failures.after_round(num_steps=0, seconds=6)
        failures.after_round(num_steps=0, seconds=6)
        failures.after_round(num_steps=10, seconds=6)
    failures.after_round(num_steps=0, seconds=6)
    failures.after_round(num_steps=0, seconds=6)
    with pytest.raises(TimeoutError, match=r"within 5 seconds: the environment failing_.*hangs"):
        failures.after_round(num_steps=0, seconds=6)


def test_a_runner_that_fails_whenever_it_is_called_is_an_error_though_others_dont():
    # As one that evaluates after every second update, or one of several that sample on their own.
    config = short(Corridor).environment(env_config={"fault": "step"})
    runner = make_runner(config, num_envs=1)
    errors = []
    failures = RunnerFailures(errors, short(Corridor).env_runners(num_env_runners=1))

    def call_and_two_rounds():
        with pytest.raises(EnvironmentFailure) as caught:
            runner.apply(lambda runner: runner.sample(num_episodes=1))
        sent = pickle.loads(pickle.dumps(caught.value))
        errors.append(RayTaskError("apply", "the traceback", sent))
        failures.after_round(num_steps=10, seconds=1)
        failures.after_round(num_steps=10, seconds=1)

    call_and_two_rounds()
    call_and_two_rounds()
    with pytest.raises(EnvironmentFailure, match="the door of the step is stuck"):
        call_and_two_rounds()


def test_no_weight_is_nan_after_training(ray):
    agent = train(short(Corridor))
    assert all(torch.isfinite(weight).all() for weight in agent.module.parameters())
