"""Module classes, configurations and search spaces that a user brings."""

from __future__ import annotations

import warnings

import pytest
from ray import tune
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.core.rl_module.default_model_config import DefaultModelConfig
from ray.rllib.core.rl_module.rl_module import RLModuleSpec

from memorylab.rllib import Agent, MemoryRLModule, add_losses, ppo_config, sweep_ppo, train_ppo
from memorylab.rllib.agent import make_runner

pytestmark = pytest.mark.ray


class Noisy(MemoryRLModule):
    """Has a key of its own."""

    default_model_config = MemoryRLModule.default_model_config | {"noise": 0.1}


def ours(**options):
    return ppo_config("TMaze", memory_config={"hidden_size": 8}, **options)


def plain(of_spec, beside=None):
    """A configuration without ppo_config."""
    spec = RLModuleSpec(module_class=MemoryRLModule, model_config=of_spec)
    config = PPOConfig().environment("TMaze").rl_module(rl_module_spec=spec)
    return config if beside is None else config.rl_module(model_config=beside)


def test_a_module_class_may_have_keys_of_its_own():
    assert Agent(ours(module_class=Noisy)).module.model_config["noise"] == 0.1
    agent = Agent(ours(module_class=Noisy, noise=0.3, losses={"l2": 0.1}))
    assert agent.module.model_config["noise"] == 0.3
    assert agent.history.settings["model_config"]["noise"] == 0.3
    message = r"'noises' is not a known key of Noisy's model_config\. Did you mean 'noise'"
    with pytest.raises(ValueError, match=message):
        ours(module_class=Noisy, noises=0.3)
    with pytest.raises(ValueError, match="'noise' is not a known key of MemoryRLModule's"):
        ours(noise=0.3)


@pytest.mark.parametrize("build", [Agent, lambda config: make_runner(add_losses(config, l2=1), 1)])
def test_the_default_model_config_of_rllib_is_refused_by_name(build):
    message = "'fcnet_hiddens' is a key of RLlib's DefaultModelConfig.*called 'encoder_sizes' here"
    with pytest.raises(ValueError, match=message):
        build(plain(DefaultModelConfig()))
    with pytest.raises(ValueError, match=message):
        build(plain(None, DefaultModelConfig(use_lstm=True)))


def test_the_model_may_be_described_beside_the_spec():
    config = plain(None, {"memory": "lstm", "vf_share_layers": True})
    agent = Agent(config)
    assert agent.history.settings["model_config"] == {"memory": "lstm", "vf_share_layers": True}
    assert type(agent.module.networks.memory).__name__ == "LSTM"


def test_one_memory_is_the_default_and_who_gets_two_is_told():
    parts = {"observation_space": Agent(ours()).spaces[0], "action_space": Agent(ours()).spaces[1]}
    modules = [MemoryRLModule(**parts, model_config={}), Agent(ours()).module]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        modules.append(Agent(plain({"vf_share_layers": True})).module)
        two = Agent(plain({"vf_share_layers": False})).module
    for module in modules:
        assert module.get_initial_state().keys() == {"memory", "time"}
    assert two.get_initial_state().keys() == {"actor", "critic", "time"}
    with pytest.warns(UserWarning, match=r"PPOConfig gives the critic a memory of its own where"):
        assert Agent(plain({})).module.get_initial_state().keys() == {"actor", "critic", "time"}


@pytest.mark.parametrize("space", [tune.grid_search([1e-3, 1e-4]), tune.loguniform(1e-4, 1e-2)])
def test_search_spaces_are_refused_where_one_configuration_is_trained(space, tmp_path):
    options = {"max_steps": 1, "progress": False}
    for config in (ours().training(lr=space), ours().environment(env_config={"a": {"b": space}})):
        message = r"config\['(lr|env_config'\]\['a'\]\['b)'\] is a search space.*tune.Tuner\('PPO'"
        with pytest.raises(ValueError, match=message):
            train_ppo(config, **options)
        with pytest.raises(ValueError, match=message):
            sweep_ppo({"gru": config}, tmp_path, **options)
        with pytest.raises(ValueError, match=message):
            Agent(config)
    message = r"model_config\['memory_config'\]\['hidden_size'\] is a search space.*doesn't look"
    with pytest.raises(ValueError, match=message):
        Agent(ppo_config("TMaze", memory_config={"hidden_size": space}))
