import re
import subprocess
import sys
from pathlib import Path

import gymnasium as gym
import popgym.baselines
import pytest
import torch
from ray import tune
from ray.rllib.algorithms.ppo import PPOConfig

from memorylab.rllib import register_environments
from memorylab.rllib.classic import GRU, ClassicPPO, DiffNC, register_ppo
from memorylab.rllib.classic.worker import make_worker, update

pytestmark = pytest.mark.ray


def popgyms_configuration(model: str, monkeypatch) -> dict:
    """Run POPGym's own ppo.py, with other imports only, up to its call of Tune."""
    source = (Path(popgym.baselines.__file__).parent / "ppo.py").read_text()
    models = r"from popgym\.baselines\.ray_models\.\w+ import (\([^)]*\)|[^#\n]*)"

    def ours(match):
        names = re.findall(r"\w+", match[1])
        # What is not in our family is called by the name of MLP; POPGYM_MODELS leaves it out.
        known = {"MLP", "BasicMLP", "Elman", "GRU", "LSTM", "DiffNC"}
        imports = [name if name in known else f"MLP as {name}" for name in names]
        return f"from memorylab.rllib.classic import {', '.join(imports)}"

    source, changed = re.subn(models, ours, source)
    assert changed > 5
    settings = {
        "EXPERIMENT": "CountRecallEasy",
        "MODELS": model,
        "PROJECT": "",
        "GPU": "0",
        "STEPS": "100",
        "BPTT_CUTOFF": "64",
        "WORKERS": "0",
        "MINIBATCH": "1",
        "ENVS_PER_WORKER": "2",
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"POPGYM_{name}", value)
    calls = []
    with monkeypatch.context() as patch:
        patch.setattr("ray.init", lambda: None)
        patch.setattr("ray.tune.run", lambda *args, **kwargs: calls.append((args, kwargs)))
        exec(compile(source, "ppo.py", "exec"), {"__name__": "__main__"})
    ((args, kwargs),) = calls
    assert args == ("PPO",)
    return kwargs


def test_popgyms_own_configuration_trains_through_tune(ray, monkeypatch, tmp_path):
    register_ppo()
    call = popgyms_configuration("GRU", monkeypatch)
    config = call["config"]
    assert {"num_envs_per_worker", "sgd_minibatch_size", "horizon"} < set(config)
    # Only to save time: the default is 30.
    config["num_sgd_iter"] = 2
    results = tune.run("PPO", config=config, stop=call["stop"], storage_path=tmp_path, verbose=0)
    (trial,) = results.trials
    assert trial.status == "TERMINATED"
    assert trial.last_result["timesteps_total"] >= 100
    learner = trial.last_result["info"]["learner"]["default_policy"]
    # At least two minibatches of 64 in each of two epochs.
    assert learner["num_grad_updates_lifetime"] > 1
    assert learner["learner_stats"]["grad_gnorm"] > 0


def test_popgyms_own_configuration_trains_diffnc(monkeypatch):
    config = popgyms_configuration("DiffNC", monkeypatch)["config"]
    for values in (config, config["model"]):
        for key, value in values.items():
            if isinstance(value, dict) and set(value) == {"grid_search"}:
                (values[key],) = value["grid_search"]
    register_environments()
    worker = make_worker(read(**config | {"env": "CountRecallEasy", "num_sgd_iter": 1}))
    model = worker.get_policy().model
    assert (type(model), model.cfg["nr_cells"]) == (DiffNC, 16)
    before = {name: parameter.clone() for name, parameter in model.named_parameters()}
    update(worker, worker.sample())
    after = dict(model.named_parameters())
    assert [name for name in before if torch.equal(before[name], after[name])] == []


def read(**config):
    return ClassicPPO.get_default_config().update_from_dict(config)


def test_old_keys_mean_what_they_meant():
    config = read(num_workers=3, num_envs_per_worker=5, sgd_minibatch_size=77, num_sgd_iter=9)
    assert (config.num_env_runners, config.num_envs_per_env_runner) == (3, 5)
    assert (config.minibatch_size, config.num_epochs) == (77, 9)
    assert config.enable_rl_module_and_learner
    classic = read(model={"custom_model": GRU})
    assert not classic.enable_rl_module_and_learner
    assert not classic.enable_env_runner_and_connector_v2
    classic.validate()


def test_without_old_keys_it_is_rllibs_ppo():
    written = (
        PPOConfig()
        .environment("CartPole-v1")
        .training(minibatch_size=33, num_epochs=2, model={"fcnet_hiddens": [5]})
        .env_runners(num_envs_per_env_runner=3)
        .to_dict()
    )
    ours, rllibs = read(**written).to_dict(), PPOConfig().update_from_dict(written).to_dict()
    assert ours == rllibs


def test_a_key_by_both_of_its_names_is_refused():
    with pytest.raises(ValueError, match="holds minibatch_size and its old name sgd_minibatch"):
        read(minibatch_size=4, sgd_minibatch_size=5)


@pytest.mark.parametrize(("horizon", "length"), [(7, 7), (None, 51)])
def test_horizon_ends_episodes(horizon, length):
    register_environments()
    config = read(env="CountRecallEasy", horizon=horizon)
    _, create = ClassicPPO._get_env_id_and_creator("CountRecallEasy", config)
    environment = create({})
    assert isinstance(environment, gym.wrappers.TimeLimit) == (horizon is not None)
    environment.reset(seed=0)
    steps, over = 0, False
    while not over:
        *_, terminated, truncated, _ = environment.step(environment.action_space.sample())
        steps, over = steps + 1, terminated or truncated
    assert steps == length
    assert truncated == (horizon is not None)


def test_importing_registers_nothing_and_one_call_registers_ppo():
    code = """
import importlib, pkgutil
from ray.rllib.algorithms.ppo import PPO
from ray.tune.registry import _global_registry, get_trainable_cls
assert get_trainable_cls("PPO") is PPO  # Fills the registry.
before = dict(_global_registry._to_flush)
import memorylab.rllib.classic as classic
for module in pkgutil.iter_modules(classic.__path__):
    importlib.import_module(f"{classic.__name__}.{module.name}")
from memorylab.rllib.actions import ClassicBeta
assert _global_registry._to_flush == before
classic.register_ppo()
assert get_trainable_cls("PPO") is classic.ClassicPPO
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
