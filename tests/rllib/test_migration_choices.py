"""Arrows of the migration map: what prepares observations, and how a network is chosen.

The test of an arrow is called test_ and its key; tests/rllib/test_migration.py counts them.
"""

import dataclasses

import gymnasium as gym
import numpy as np
import pytest
import torch
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.algorithms.ppo.torch.default_ppo_torch_rl_module import DefaultPPOTorchRLModule
from ray.rllib.connectors.env_to_module import (
    EnvToModulePipeline,
    FlattenObservations,
    MeanStdFilter,
    PrevActionsPrevRewards,
)
from ray.rllib.connectors.env_to_module.frame_stacking import FrameStackingEnvToModule
from ray.rllib.core.rl_module.default_model_config import DefaultModelConfig
from ray.rllib.core.rl_module.rl_module import RLModuleSpec
from ray.rllib.env.single_agent_episode import SingleAgentEpisode
from ray.rllib.models.catalog import MODEL_DEFAULTS, ModelCatalog
from ray.rllib.models.preprocessors import get_preprocessor
from ray.rllib.models.torch.torch_modelv2 import TorchModelV2
from ray.rllib.utils.filter import MeanStdFilter as OldFilter
from torch import nn

from memorylab.environments import ScaleImageObservation
from memorylab.rllib import MemoryRLModule, ScaleImages
from memorylab.rllib.classic import MemoryModelV2
from memorylab.rllib.heads import ClassicBeta

pytestmark = pytest.mark.ray

PARTS = gym.spaces.Dict({"which": gym.spaces.Discrete(3), "where": gym.spaces.Box(-1, 1, (2,))})
IMAGES = gym.spaces.Box(0, 255, (12, 12, 1), np.uint8)
MAZE, TURNS = gym.spaces.Box(0, 1, (4,)), gym.spaces.Discrete(3)


def catalog_model(**options):
    """Return what the old stack builds for the T-maze."""
    return ModelCatalog.get_model_v2(
        MAZE, TURNS, 3, {**MODEL_DEFAULTS, **options}, framework="torch"
    )


def default_module(**options):
    """Return what the current stack builds for the T-maze."""
    config = DefaultModelConfig(**options)
    return DefaultPPOTorchRLModule(observation_space=MAZE, action_space=TURNS, model_config=config)


def connected(space, connectors, steps=6):
    """Return observations drawn from a space, and what connectors make of them."""
    space.seed(0)
    drawn = [space.sample() for _ in range(steps)]
    spaces = {"observation_space": space, "action_space": gym.spaces.Discrete(2)}
    pipeline = EnvToModulePipeline(*spaces.values(), connectors=connectors)
    episode, seen = SingleAgentEpisode(**spaces), []
    for step, observation in enumerate(drawn):
        if step:
            episode.add_env_step(observation, (step - 1) % 2, 0.5)
        else:
            episode.add_env_reset(observation)
        pipeline(rl_module=None, batch={}, episodes=[episode], explore=True, shared_data={})
        seen.append(episode.get_observations(-1))
    return drawn, seen


class Looking(TorchModelV2, nn.Module):
    """Keeps what it is given."""

    def __init__(self, *arguments):
        nn.Module.__init__(self)
        super().__init__(*arguments)

    def forward(self, input_dict, state, seq_lens):
        self.given = input_dict
        return torch.zeros(1, 3), state


def test_obs():
    drawn, plain = connected(PARTS, [])
    _, flat = connected(PARTS, [FlattenObservations()])
    preprocessor = get_preprocessor(PARTS)(PARTS)
    looking = Looking(preprocessor.observation_space, TURNS, 3, MODEL_DEFAULTS, "looking")
    looking({"obs": torch.tensor(preprocessor.transform(drawn[0]))[None]})  # [1, F]
    assert looking.given["obs_flat"][0].tolist() == flat[0].tolist()
    assert looking.given["obs"]["where"][0].tolist() == plain[0]["where"].tolist()
    assert looking.given["obs"]["which"][0].argmax() == plain[0]["which"]


# --- before it: preprocessing ---------------------------------------------------------------------


def test_preprocessor():
    drawn, seen = connected(PARTS, [FlattenObservations()])
    preprocessor = get_preprocessor(PARTS)(PARTS)
    np.testing.assert_array_equal(seen, [preprocessor.transform(o) for o in drawn])


def test_custom_preprocessor():
    old = PPOConfig().api_stack(
        enable_rl_module_and_learner=False, enable_env_runner_and_connector_v2=False
    )
    old.training(model={"custom_preprocessor": "mine"}).environment("CartPole-v1")
    with pytest.raises(ValueError, match=r"custom_preprocessor.*deprecated"):
        old.validate()
    drawn, seen = connected(IMAGES, [ScaleImages()])
    wrapper = ScaleImageObservation(
        gym.wrappers.TransformObservation(gym.make("CartPole-v1"), lambda o: o, IMAGES)
    )
    np.testing.assert_array_equal(seen, [wrapper.observation(o) for o in drawn])


def test_observation_filter():
    space, old = gym.spaces.Box(-5, 5, (4,)), OldFilter((4,))
    drawn, seen = connected(space, [MeanStdFilter()], steps=50)
    np.testing.assert_array_equal(seen, np.float32([old(o) for o in drawn]))


def test_prev_action():
    plain = default_module(use_lstm=True)
    ignored = default_module(use_lstm=True, lstm_use_prev_action=True, lstm_use_prev_reward=True)
    assert plain.encoder.encoder.lstm.input_size == ignored.encoder.encoder.lstm.input_size == 256
    assert catalog_model(use_lstm=True, lstm_use_prev_reward=True).lstm.input_size == 257
    with pytest.raises(TypeError, match="input_size should be of type int"):
        catalog_model(use_lstm=True, lstm_use_prev_action=True)
    _, seen = connected(PARTS, [PrevActionsPrevRewards(), FlattenObservations()], steps=3)
    assert [o[5:].tolist() for o in seen] == [[0, 0, 0], [1, 0, 0.5], [0, 1, 0.5]]


def test_framestack():
    # tests/rllib/test_connectors.py compares the numbers, and shows what a short lookback costs.
    assert MODEL_DEFAULTS["framestack"]
    stacking = [ScaleImages(), FrameStackingEnvToModule(num_frames=3)]
    pipeline = EnvToModulePipeline(IMAGES, gym.spaces.Discrete(2), connectors=stacking)
    assert pipeline.observation_space.shape == (12, 12, 3)


# --- choosing it ----------------------------------------------------------------------------------


def test_register():
    ModelCatalog.register_custom_model("a memory", MemoryModelV2)
    assert isinstance(catalog_model(custom_model="a memory"), MemoryModelV2)
    spec = RLModuleSpec(module_class=MemoryRLModule, observation_space=MAZE, action_space=TURNS)
    assert isinstance(spec.build(), MemoryRLModule)


def test_model_config():
    options = {"memory": "dnc", "memory_config": {"num_locations": 5}}
    old = catalog_model(custom_model=MemoryModelV2, custom_model_config=options)
    spec = {"observation_space": MAZE, "action_space": TURNS, "model_config": options}
    new = RLModuleSpec(module_class=MemoryRLModule, **spec).build()
    assert type(old.networks.memory) is type(new.networks.memory)
    assert new.get_initial_state()["memory"]["memory"].shape[0] == 5


def test_defaults():
    new = dataclasses.asdict(DefaultModelConfig())
    for name in ("fcnet_hiddens", "fcnet_activation", "vf_share_layers", "max_seq_len"):
        assert MODEL_DEFAULTS[name] == new[name]
    assert PPOConfig().model_config == {"vf_share_layers": False}
    given = PPOConfig().rl_module(model_config=DefaultModelConfig())
    assert given.model_config["vf_share_layers"]


def test_use_lstm():
    old = catalog_model(use_lstm=True).get_initial_state()
    new = default_module(use_lstm=True).get_initial_state()
    assert [h.numel() for h in old] == [h.numel() for h in new.values()]
    assert set(new) == {"h", "c"}


def test_use_attention():
    assert "Attention" in type(catalog_model(use_attention=True)).__name__
    with pytest.raises(TypeError, match="unexpected keyword argument 'use_attention'"):
        DefaultModelConfig(use_attention=True)


def test_action_dist():
    box = gym.spaces.Box(-1, 1, (2,))
    ModelCatalog.register_custom_action_dist("beta", ClassicBeta)
    options = {**MODEL_DEFAULTS, "custom_action_dist": "beta"}
    old, size = ModelCatalog.get_action_dist(box, options, framework="torch")
    new = MemoryRLModule(observation_space=MAZE, action_space=box, model_config={"head": "beta"})
    numbers, action = torch.randn(6, size), torch.rand(6, 2)
    distribution = new.get_train_action_dist_cls().from_logits(numbers)
    assert torch.equal(old(numbers, new).logp(action), distribution.logp(action))
    assert new.get_exploration_action_dist_cls() is new.action_dist_cls
