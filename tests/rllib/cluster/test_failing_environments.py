"""Environments and models that fail in a process of their own."""

from __future__ import annotations

import sys

import failing_environments
import pytest
from failing_environments import FAULTS, Corridor
from ray import cloudpickle

from memorylab.memory import MEMORY_MODELS
from memorylab.rllib import ppo_config, ray_session, train_ppo
from memorylab.rllib.failures import EnvironmentFailure

pytestmark = [pytest.mark.ray, pytest.mark.cluster, pytest.mark.timeout(120)]


@pytest.fixture(scope="module", autouse=True)
def local_ray():
    # As what a notebook defines: workers can't import the tests.
    modules = [failing_environments, sys.modules[__name__]]
    for module in modules:
        cloudpickle.register_pickle_by_value(module)
    with ray_session(num_cpus=2):
        yield
    for module in modules:
        cloudpickle.unregister_pickle_by_value(module)


class FailsInWorkers(Corridor):
    """Sound in the process that makes the configuration, and not where it is trained."""

    def __init__(self, config):
        super().__init__(config.get("fault") if getattr(config, "worker_index", 0) else None)


def short(environment=Corridor, memory="gru", **options):
    config = ppo_config(environment, memory, memory_config={"hidden_size": 8}, **options)
    config.env_runners(num_env_runners=1, num_envs_per_env_runner=2)
    return config.training(train_batch_size_per_learner=32, minibatch_size=32, num_epochs=1)


def train(config):
    return train_ppo(config, max_steps=200, stop_return=None, progress=False)


@pytest.mark.parametrize("fault", ["constructor", "reset", "step", "shape", "NaN reward"])
def test_the_environments_own_error_comes_from_a_remote_env_runner(fault):
    config = short(FailsInWorkers, environment_config={"fault": fault})
    with pytest.raises(EnvironmentFailure, match=FAULTS[fault].format("env runner 1")):
        train(config)


def test_an_environment_that_hangs_is_named():
    config = short(FailsInWorkers, environment_config={"fault": "hang in step"})
    config.env_runners(sample_timeout_s=2)
    with pytest.raises(TimeoutError, match=r"within 2 seconds: the environment .*FailsInWorkers"):
        train(config)


def test_a_failure_now_and_then_does_not_end_training(tmp_path):
    class OnceBroken(Corridor):
        def reset(self, *, seed=None, options=None):
            broken = tmp_path / "broken"
            if not broken.exists():
                broken.touch()
                raise OSError("the door is stuck, once")
            return super().reset(seed=seed, options=options)

    assert train(short(OnceBroken)).history.last("env_steps") >= 200


def test_a_memory_model_that_only_this_process_knows_is_named(monkeypatch):
    monkeypatch.setitem(MEMORY_MODELS, "mine", MEMORY_MODELS["gru"])
    with pytest.raises(ValueError, match="There is no memory model 'mine'"):
        train(short(memory="mine"))
