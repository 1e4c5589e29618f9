import copy

import gymnasium as gym
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.connectors.env_to_module import (
    FlattenObservations,
    MeanStdFilter,
    PrevActionsPrevRewards,
)
from ray.rllib.connectors.env_to_module.frame_stacking import FrameStackingEnvToModule
from ray.rllib.connectors.learner.frame_stacking import FrameStackingLearner
from ray.rllib.core.columns import Columns
from ray.rllib.core.rl_module.default_model_config import DefaultModelConfig
from ray.rllib.core.rl_module.rl_module import RLModuleSpec
from ray.rllib.env.single_agent_episode import SingleAgentEpisode
from ray.tune.registry import register_env

from memorylab.environments import ScaleImageObservation
from memorylab.rllib import MemoryRLModule, ScaleImages, learner_batch
from memorylab.rllib.agent import make_runner

pytestmark = pytest.mark.ray

ACTIONS = gym.spaces.Discrete(3)


class Noise(gym.Env):
    """Shows something of a space for five steps, with rewards from 0 to 4/8."""

    action_space = ACTIONS

    def __init__(self, space):
        self.observation_space = space

    def _observe(self):
        return self.observation_space.sample()

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        if seed is not None:
            self.observation_space.seed(seed)
        self.time = 0
        return self._observe(), {}

    def step(self, action):
        self.time += 1
        return self._observe(), (self.time - 1) / 8, self.time == 5, False, {}


IMAGES = gym.spaces.Box(0, 255, (8, 8, 1), np.uint8)
SMALL_CNN = DefaultModelConfig(conv_filters=[[4, 4, 2], [6, 4, 2]])


def configuration(space, connectors=(), model_config=None, wrapper=lambda env: env, **env_runners):
    register_env("Noise", lambda _: wrapper(Noise(space)))
    config = (
        PPOConfig()
        .environment("Noise")
        .env_runners(
            num_env_runners=0,
            env_to_module_connector=lambda env, spaces, device: [make() for make in connectors],
            **env_runners,
        )
        .training(train_batch_size_per_learner=40, minibatch_size=40, num_epochs=1, lr=1e-3)
        .rl_module(model_config=model_config or DefaultModelConfig(fcnet_hiddens=[8]))
        .debugging(seed=0, log_level="ERROR")
    )
    config.validate()
    return config


def run(config):
    """Return a runner and a learner of the same weights, and what was sampled at the second call.

    So there are episodes that were begun in the sample before.
    """
    runner = make_runner(config, num_envs=3)
    learner = config.build_learner(spaces=runner.get_spaces())
    runner.module.set_state(learner.module["default_policy"].get_state())
    runner.sample(num_timesteps=21)
    return runner, learner, runner.sample(num_timesteps=40)


def replay(learner, episodes):
    """Return the logits that were sampled, and those that learning starts from, at real steps."""
    batch = learner_batch(learner, episodes)
    mask = batch[Columns.LOSS_MASK]
    with torch.no_grad():
        output = learner.module["default_policy"].forward_train(batch)
    return batch[Columns.ACTION_DIST_INPUTS][mask], output[Columns.ACTION_DIST_INPUTS][mask]


def assert_learns(learner, episodes):
    """Assert that learning starts where sampling was, and moves every parameter."""
    torch.testing.assert_close(*replay(learner, episodes), rtol=0, atol=1e-6)
    module = learner.module["default_policy"]
    before = {name: parameter.detach().clone() for name, parameter in module.named_parameters()}
    learner.update(episodes=episodes, timesteps={}, minibatch_size=40, num_epochs=1)
    unmoved = [name for name, new in module.named_parameters() if torch.equal(new, before[name])]
    assert unmoved == []


def connect(connector, space, observations):
    """Return what a connector makes of an episode's observations, one after the other."""
    connector = connector()
    connector.input_action_space, connector.input_observation_space = ACTIONS, space
    episode, seen = SingleAgentEpisode(observation_space=space), []
    for observation in observations:
        if seen:
            episode.add_env_step(observation, 0, 0.0)
        else:
            episode.add_env_reset(observation)
        connector(rl_module=None, batch={}, episodes=[episode], explore=True, shared_data={})
        seen.append(episode.get_observations(-1))
        assert connector.observation_space.contains(seen[-1])
    return seen


# --- images -----------------------------------------------------------------------------------


@settings(deadline=None, derandomize=True, max_examples=25)
@given(
    pictures=st.tuples(*[st.integers(1, 5)] * 3).flatmap(
        lambda shape: arrays(np.uint8, (3, *shape))
    )
)
def test_connector_and_wrapper_scale_images_to_the_same_numbers(pictures):
    space = gym.spaces.Box(0, 255, pictures.shape[1:], np.uint8)
    wrapper = ScaleImageObservation(Noise(space))
    seen = connect(ScaleImages, space, pictures)
    for image, picture in zip(seen, pictures, strict=True):
        assert image.dtype == np.float32
        np.testing.assert_array_equal(image, wrapper.observation(picture))


def test_agents_sample_and_learn_from_scaled_images():
    runner, learner, episodes = run(configuration(IMAGES, [ScaleImages], SMALL_CNN))
    assert runner.module.observation_space == gym.spaces.Box(0, 1, (8, 8, 1), np.float32)
    for episode in episodes:
        # The last one, which only the critic sees, among them.
        images = np.stack(episode.get_observations())
        assert images.dtype == np.float32
        assert 0.5 < images.max() <= 1
    assert_learns(learner, episodes)


def test_without_scaling_rllibs_own_networks_fail():
    with pytest.raises(RuntimeError, match="unsigned char"):
        run(configuration(IMAGES, [], SMALL_CNN))


def test_an_agent_lives_the_same_behind_connector_and_wrapper():
    def play(config):
        return run(config)[2]

    left = play(configuration(IMAGES, [ScaleImages], SMALL_CNN))
    right = play(configuration(IMAGES, [], SMALL_CNN, wrapper=ScaleImageObservation))
    for one, other in zip(left, right, strict=True):
        np.testing.assert_array_equal(one.get_observations(), other.get_observations())
        np.testing.assert_array_equal(one.get_actions(), other.get_actions())


@pytest.mark.parametrize(
    "space",
    [
        gym.spaces.Discrete(3),
        gym.spaces.Box(0, 1, (8, 8, 1), np.float32),
        gym.spaces.Box(0, 255, (8, 8), np.uint8),
        gym.spaces.Tuple([IMAGES, ACTIONS]),
    ],
)
def test_what_is_no_image_is_refused_when_the_runner_is_made(space):
    config = configuration(space, [ScaleImages])
    with pytest.raises(TypeError, match=r"a Box of uint8 of shape \[H, W, C\], but got.*Scale be"):
        make_runner(config, num_envs=1)


def test_images_that_are_scaled_already_are_refused():
    config = configuration(IMAGES, [ScaleImages, ScaleImages])
    with pytest.raises(TypeError, match="leave out what holds floats already"):
        make_runner(config, num_envs=1)


# --- RLlib's own ------------------------------------------------------------------------------

SIZES = st.integers(1, 3)
BOXES = st.lists(SIZES, max_size=2).map(lambda shape: gym.spaces.Box(-5, 5, tuple(shape)))
PARTS = st.one_of(
    BOXES,
    SIZES.map(gym.spaces.Discrete),
    st.lists(SIZES, min_size=1, max_size=3).map(gym.spaces.MultiDiscrete),
)
SPACES = st.recursive(
    PARTS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(gym.spaces.Tuple),
        st.dictionaries(st.sampled_from("zyx"), inner, min_size=1).map(gym.spaces.Dict),
    ),
    max_leaves=4,
)


@settings(deadline=None, derandomize=True, max_examples=40)
@given(space=SPACES, seed=st.integers(0, 99))
def test_flattening_and_one_hot_agree_with_gymnasiums_wrapper(space, seed):
    space.seed(seed)
    wrapper = gym.wrappers.FlattenObservation(Noise(space))
    observations = [space.sample() for _ in range(3)]
    for flat, observation in zip(
        connect(FlattenObservations, space, observations), observations, strict=True
    ):
        assert flat.dtype == np.float32
        np.testing.assert_array_equal(flat, wrapper.observation(observation).astype(np.float32))


def test_agents_sample_and_learn_from_flattened_dictionaries():
    space = gym.spaces.Dict({"b": gym.spaces.Discrete(3), "a": gym.spaces.Box(0, 1, (2,))})
    runner, learner, episodes = run(configuration(space, [FlattenObservations]))
    assert runner.module.observation_space.shape == (5,)
    assert all((np.stack(e.get_observations())[:, 2:].sum(1) == 1).all() for e in episodes)
    assert_learns(learner, episodes)


def test_the_last_action_and_reward_become_part_of_the_observation():
    space = gym.spaces.Box(0, 1, (2,))
    connectors = [PrevActionsPrevRewards, FlattenObservations]
    runner, learner, episodes = run(configuration(space, connectors))
    assert runner.module.observation_space.shape == (2 + 3 + 1,)
    begun_before = 0
    for episode in episodes:
        seen = np.stack(episode.get_observations())  # [T + 1, 6]
        actions = np.eye(3)[episode.get_actions()]
        np.testing.assert_array_equal(seen[1:, 2:5], actions)
        np.testing.assert_array_equal(seen[1:, 5], episode.get_rewards())
        if episode.t_started == 0:
            np.testing.assert_array_equal(seen[0, 2:], 0)
        else:
            assert seen[0, 2:5].sum() == 1
            assert seen[0, 5] == (episode.t_started - 1) / 8
            begun_before += 1
    assert begun_before
    assert_learns(learner, episodes)


def test_the_filter_subtracts_the_mean_so_far_and_divides_by_the_deviation():
    space = gym.spaces.Box(-5, 5, (3,))
    space.seed(0)
    raw = np.stack([space.sample() for _ in range(20)])
    seen = connect(MeanStdFilter, space, raw)
    for t in range(2, 20):
        past = raw[: t + 1].astype(np.float64)
        expected = (raw[t] - past.mean(0)) / past.std(0, ddof=1)
        np.testing.assert_allclose(seen[t], expected, rtol=1e-4, atol=1e-5)


def test_agents_sample_and_learn_from_filtered_observations():
    space = gym.spaces.Box(90, 110, (3,))
    runner, learner, episodes = run(configuration(space, [MeanStdFilter]))
    seen = np.concatenate([episode.get_observations() for episode in episodes])
    assert abs(seen.mean()) < 0.5
    assert 0.5 < seen.std() < 1.5
    assert_learns(learner, episodes)
    # What was counted is part of a checkpoint.
    state = copy.deepcopy(runner.get_state()["env_to_module_connector"])
    other = make_runner(runner.config, num_envs=3)
    other.set_state({"env_to_module_connector": state})
    np.testing.assert_equal(other.get_state()["env_to_module_connector"], state)


STACKED = {
    "connectors": [ScaleImages, lambda: FrameStackingEnvToModule(num_frames=3)],
    "model_config": SMALL_CNN,
}


def stacking(horizon):
    config = configuration(IMAGES, **STACKED, episode_lookback_horizon=horizon)
    return config.training(
        learner_connector=lambda *spaces: FrameStackingLearner(num_frames=3)
    ).copy(copy_frozen=False)


def test_stacked_frames_are_those_of_gymnasiums_wrapper():
    # The runner stacks what the module sees, the learner once more what it learns from.
    _, learner, episodes = run(stacking(2))
    batch = learner_batch(learner, episodes)
    stacked = iter(batch[Columns.OBS][batch[Columns.LOSS_MASK]].numpy())
    whole = 0
    for episode in episodes:
        frames = np.stack(episode.get_observations())[..., 0]  # [T + 1, H, W]
        past = np.concatenate([np.zeros((2, 8, 8), np.float32), frames])
        for t in range(len(episode)):
            seen = next(stacked)  # [H, W, 3]
            if episode.t_started == 0:
                np.testing.assert_array_equal(seen, past[t : t + 3].transpose(1, 2, 0))
                whole += 1
    assert whole
    assert_learns(learner, episodes)


def test_frames_are_missing_if_the_runner_looks_back_too_little():
    # Two frames before the first one of a sample; RLlib's default keeps one, and fills with zeros.
    _, learner, episodes = run(stacking(1))
    sampled, learned = replay(learner, episodes)
    assert (sampled - learned).abs().max() > 1e-3


# --- built-in models --------------------------------------------------------------------------

VECTORS = gym.spaces.Box(-1, 1, (4,), np.float32)


@pytest.mark.parametrize(
    ("space", "connectors", "model_config", "encoder"),
    [
        (VECTORS, [], DefaultModelConfig(fcnet_hiddens=[8, 7]), "TorchMLPEncoder"),
        (IMAGES, [ScaleImages], SMALL_CNN, "TorchCNNEncoder"),
        (
            VECTORS,
            [],
            DefaultModelConfig(use_lstm=True, lstm_cell_size=7, max_seq_len=4),
            "TorchLSTMEncoder",
        ),
    ],
    ids=["vectors", "images", "lstm"],
)
def test_built_in_models_are_chosen_by_the_space_and_learn(
    space, connectors, model_config, encoder
):
    _, learner, episodes = run(configuration(space, connectors, model_config))
    module = learner.module["default_policy"]
    assert type(module.encoder.encoder).__name__ == encoder
    assert_learns(learner, episodes)


def test_a_memory_module_sees_through_the_same_connectors():
    space = gym.spaces.Dict({"b": gym.spaces.Discrete(3), "a": gym.spaces.Box(0, 1, (2,))})
    config = configuration(space, [PrevActionsPrevRewards, FlattenObservations], {"max_seq_len": 6})
    config = config.copy(copy_frozen=False).rl_module(
        rl_module_spec=RLModuleSpec(module_class=MemoryRLModule)
    )
    _, learner, episodes = run(config)
    assert_learns(learner, episodes)


# --- the learner's batch ----------------------------------------------------------------------


def test_the_batch_is_the_one_that_the_loss_sees_and_episodes_stay_as_they_are(monkeypatch):
    _, learner, episodes = run(configuration(VECTORS))
    lengths = [len(episode) for episode in episodes]
    batch = learner_batch(learner, episodes)
    assert [len(episode) for episode in episodes] == lengths
    seen = {}
    compute = type(learner).compute_loss_for_module

    def spy(self, **kwargs):
        seen.update(kwargs["batch"])
        return compute(self, **kwargs)

    monkeypatch.setattr(type(learner), "compute_loss_for_module", spy)
    learner.update(episodes=episodes, timesteps={}, num_epochs=1)
    torch.testing.assert_close(batch[Columns.OBS], seen[Columns.OBS])
    torch.testing.assert_close(batch["value_targets"], seen["value_targets"])
    assert int(batch[Columns.LOSS_MASK].sum()) == sum(lengths)
