from functools import partial

import gymnasium as gym
import numpy as np
import pytest
import torch
from ray.rllib.connectors.connector_v2 import ConnectorV2
from ray.rllib.connectors.env_to_module import MeanStdFilter
from ray.rllib.connectors.env_to_module.frame_stacking import FrameStackingEnvToModule

from memorylab.environments import make as environments
from memorylab.rllib import Agent, MemoryRLModule, connector_states, evaluate, ppo_config, train_ppo
from memorylab.rllib.agent import make_runner
from memorylab.rllib.checkpoints import read_connectors
from memorylab.rllib.connector_states import pipelines_of, read_states
from memorylab.training.checkpoints import find_checkpoint

pytestmark = pytest.mark.ray


class Offset(gym.Env):
    """Five steps; the observation tells the right action only relative to its mean, 100."""

    observation_space = gym.spaces.Box(0, 200, (1,), np.float32)
    action_space = gym.spaces.Discrete(2)
    max_episode_length = 5

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.left = self.max_episode_length
        return self._look(), {}

    def step(self, action):
        reward, self.left = float(action == self.right) / 5, self.left - 1
        return self._look(), reward, self.left == 0, False, {}

    def _look(self):
        self.right = int(self.np_random.integers(2))
        return np.array([100 + 0.5 * (2 * self.right - 1)], np.float32)


class Picture(Offset):
    """The same as a picture of one row and one channel."""

    observation_space = gym.spaces.Box(-200, 200, (1, 2, 1), np.float32)

    def _look(self):
        return np.full((1, 2, 1), super()._look()[0] - 100, np.float32)


def mean_std(env=None, spaces=None, device=None):
    return MeanStdFilter()


@pytest.fixture(autouse=True)
def worlds(monkeypatch):
    others = {"Offset": Offset, "Picture": Picture}
    monkeypatch.setattr(environments, "_OWN", environments._OWN | others)


def config(connector=mean_std, environment="Offset", **options):
    made = ppo_config(environment, "gru", memory_config={"hidden_size": 8}, **options)
    made.training(train_batch_size_per_learner=320, minibatch_size=80)
    return made.env_runners(env_to_module_connector=connector)


def filter_of(states):
    return repr(states["env_to_module"]["0 MeanStdFilter"])


@pytest.mark.timeout(300)
def test_an_agent_plays_with_the_filter_it_was_trained_with(ray, tmp_path):
    made = config().evaluation(
        evaluation_interval=1, evaluation_duration=10, evaluation_config={"explore": False}
    )
    agent = train_ppo(
        made, max_steps=8_000, stop_return=0.98, progress=False, checkpoint_path=tmp_path
    )
    trained = agent.history.last("mean_return")
    assert trained > 0.9
    # The env runners of RLlib's own evaluation have the filter too, and add nothing to it.
    assert agent.history.last("evaluation_return") > trained - 0.1
    (statistics,) = agent.connectors["env_to_module"]["0 MeanStdFilter"][None]["running_stats"]
    assert statistics["num_pushes"] < 1.5 * agent.history.last("env_steps")
    before = filter_of(agent.connectors)
    played = evaluate(agent, episodes=10)
    assert np.mean([episode.total_return for episode in played]) > trained - 0.1
    assert filter_of(agent.connectors) == before
    # What the module saw is normalised, by the same numbers from the first step on.
    seen = np.concatenate([episode.observation for episode in played])
    assert len(np.unique(seen.round(4))) == 2
    assert np.abs(np.abs(seen) - 1).max() < 0.2

    assert filter_of(read_connectors(find_checkpoint(tmp_path))) == before
    resumed = train_ppo(
        made, max_steps=1, stop_return=None, progress=False, checkpoint_path=tmp_path, resume=True
    )
    assert filter_of(resumed.connectors) == before
    # Without what it learnt, it would play at random.
    agent.connectors = None
    with pytest.raises(ValueError, match=r"'0 MeanStdFilter'.* learn in training, but the agent"):
        evaluate(agent)


def test_what_env_runners_in_other_processes_learn_comes_with_the_agent(ray):
    # A function without a name of its own travels to them whole.
    made = config(lambda env, spaces, device: MeanStdFilter(), "TMaze")
    made.env_runners(num_env_runners=1)
    agent = train_ppo(made, max_steps=1, stop_return=None, progress=False)
    (statistics,) = agent.connectors["env_to_module"]["0 MeanStdFilter"][None]["running_stats"]
    assert statistics["num_pushes"] >= 320
    before = filter_of(agent.connectors)
    evaluate(agent)
    assert filter_of(agent.connectors) == before


class SeesPictures(MemoryRLModule):
    """Reads a picture as a row of numbers."""

    @property
    def observation_size(self):
        return int(np.prod(self.observation_space.shape))

    def observations(self, batch):
        return batch["obs"].flatten(2)


def test_the_replay_sees_stacked_frames():
    # RLlib puts them together in the batch only, not in the episode.
    stacked = partial(FrameStackingEnvToModule, num_frames=3)
    made = config(lambda *_: stacked(), "Picture", module_class=SeesPictures)
    (episode,) = evaluate(Agent(made), explore=True)
    assert episode.observation.shape == (5, 6)
    stack = episode.observation.reshape(5, 2, 3)
    np.testing.assert_array_equal(stack[0, :, :2], 0)
    np.testing.assert_array_equal(stack[1:, :, 1], stack[:-1, :, 2])


class Counter(ConnectorV2):
    """Counts its calls, whoever asks it not to."""

    calls = 0

    def __call__(self, *, batch, **kwargs):
        self.calls += 1
        return batch

    def get_state(self, *args, **kwargs):
        return {"calls": self.calls}

    def set_state(self, state):
        self.calls = state["calls"]


def test_a_connector_that_learns_while_playing_is_named():
    with pytest.warns(UserWarning, match=r"\['0 Counter'\] changed their states while the agent"):
        evaluate(Agent(config(lambda *_: Counter())))


def test_other_connectors_than_in_training_are_named():
    agent = Agent(config(lambda *_: Counter()))
    agent.config = config()
    with pytest.raises(ValueError, match=r"trained with .*'0 Counter'.* has .*'0 MeanStdFilter'"):
        evaluate(agent)


def test_states_are_copies():
    runner = make_runner(config(), num_envs=1)
    before = read_states(pipelines_of(runner))
    text = repr(before)
    runner.sample(num_episodes=2)
    assert repr(before) == text
    assert repr(read_states(pipelines_of(runner))) != text
    assert torch.isfinite(next(iter(runner.module.parameters()))).all()


def test_a_change_within_a_long_array_is_noticed():
    long = np.zeros(5000)
    changed = long.copy()
    changed[2500] = 1e-12
    assert connector_states._equal({"a": long}, {"a": long.copy()})
    assert not connector_states._equal({"a": long}, {"a": changed})
