"""Environments and other parts of a user's own that fail, or work, in another process."""

from __future__ import annotations

import sys

import failing_environments
import pytest
from failing_environments import FAULTS, Corridor
from ray import cloudpickle
from ray.exceptions import RayTaskError
from ray.rllib.callbacks.callbacks import RLlibCallback
from ray.rllib.connectors.connector_v2 import ConnectorV2

from memorylab.memory import GRU, MEMORY_MODELS
from memorylab.rllib import MemoryRLModule, ppo_config, ray_session, train_ppo
from memorylab.rllib.failures import EnvironmentFailure
from memorylab.rllib.losses import PPOLearnerWithLosses

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


def train(config, **options):
    return train_ppo(config, max_steps=200, stop_return=None, progress=False, **options)


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


class Mine(GRU):
    """A memory that workers can't import."""


def test_a_memory_model_that_only_this_process_knows_is_sent_along(monkeypatch, tmp_path):
    monkeypatch.setitem(MEMORY_MODELS, "mine", Mine)
    config = short(memory="mine")
    agent = train(config, checkpoint_path=tmp_path)
    assert type(agent.module.networks.memory) is Mine
    assert agent.history.settings["model_config"]["memory"] == f"{__name__}:Mine"
    resumed = train(config, checkpoint_path=tmp_path, resume=True)
    assert resumed.history == agent.history
    config.rl_module_spec.model_config["memory"] = "mine"
    with pytest.raises(ValueError, match="There is no memory model 'mine'"):
        train(config)


class Broken(MemoryRLModule):
    def _forward_exploration(self, batch, **kwargs):
        raise KeyError("the part is missing")


class BrokenCallback(RLlibCallback):
    def on_episode_step(self, **kwargs):
        raise KeyError("the part is missing")


class BrokenConnector(ConnectorV2):
    def __call__(self, **kwargs):
        raise KeyError("the part is missing")


class BrokenLearner(PPOLearnerWithLosses):
    def compute_loss_for_module(self, **kwargs):
        raise KeyError("the part is missing")


@pytest.mark.parametrize("part", ["module", "callback", "connector", "learner"])
def test_the_own_error_of_any_part_comes_from_another_process(part):
    config = short(module_class=Broken if part == "module" else MemoryRLModule)
    if part == "callback":
        config.callbacks(BrokenCallback)
    if part == "connector":
        config.env_runners(env_to_module_connector=lambda *_: BrokenConnector())
    if part == "learner":
        config.env_runners(num_env_runners=0).learners(learner_class=BrokenLearner, num_learners=1)
    with pytest.raises(KeyError, match="the part is missing") as caught:
        train(config)
    assert isinstance(caught.value.__cause__, RayTaskError)
