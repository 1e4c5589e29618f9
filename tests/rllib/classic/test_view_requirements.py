"""What a model is shown besides its observation: by views on the old stack, by connectors today."""

import functools
import itertools

import gymnasium as gym
import numpy as np
import pytest
import torch
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.connectors.connector_v2 import ConnectorV2
from ray.rllib.connectors.env_to_module import FlattenObservations, PrevActionsPrevRewards
from ray.rllib.connectors.env_to_module.observation_preprocessor import (
    SingleAgentObservationPreprocessor,
)
from ray.rllib.connectors.learner import AddInfosFromEpisodesToTrainBatch
from ray.rllib.core.columns import Columns
from ray.rllib.env.multi_agent_episode import MultiAgentEpisode
from ray.rllib.env.single_agent_episode import SingleAgentEpisode
from ray.rllib.models.torch.torch_modelv2 import TorchModelV2
from ray.rllib.policy.view_requirement import ViewRequirement
from ray.tune.registry import register_env
from torch import nn

from memorylab.rllib import learner_batch, ppo_config
from memorylab.rllib.agent import make_runner
from memorylab.rllib.classic.worker import make_worker

pytestmark = pytest.mark.ray

STEPS, EPISODES = 20, 4
ACTIONS = gym.spaces.Discrete(3)
TIMES = gym.spaces.Box(0, 5, (1,), np.float32)
ROOM = {"far": ViewRequirement("obs", space=TIMES, shift="-2:0")}
"""A view that reaches further back than one step."""


class Counting(gym.Env):
    """Shows the time, 1 to 5, and rewards with it and with the action; the info has it too."""

    observation_space, action_space = TIMES, ACTIONS

    def reset(self, *, seed=None, options=None):
        self.time = 1
        return np.float32([1]), {"time": 1}

    def step(self, action):
        self.time += 1
        reward = 10.0 * (self.time - 1) + action
        done = self.time == 6
        return np.float32([min(self.time, 5)]), reward, done, False, {"time": self.time}


class Looking(TorchModelV2, nn.Module):
    """Keeps what it is given; reads all of it, or the observation alone."""

    def __init__(self, obs_space, action_space, num_outputs, model_config, name, views, reads=True):
        nn.Module.__init__(self)
        TorchModelV2.__init__(self, obs_space, action_space, num_outputs, model_config, name)
        self.view_requirements.update(views)
        self.logits, self.given, self.reads = nn.Linear(1, num_outputs), [], reads

    def forward(self, input_dict, state, seq_lens):
        self.given.append({key: input_dict[key] for key in list(input_dict) if self.reads})
        logits = self.logits(input_dict["obs_flat"])
        self.values = logits.mean(1)
        return logits, state

    def value_function(self):
        return self.values


def classic_worker(environment="Counting", **model):
    register_env("Counting", lambda _: Counting())
    return make_worker(
        PPOConfig()
        .api_stack(enable_rl_module_and_learner=False, enable_env_runner_and_connector_v2=False)
        .environment(environment)
        .env_runners(num_env_runners=0, num_envs_per_env_runner=1, rollout_fragment_length=STEPS)
        .training(train_batch_size=STEPS, minibatch_size=STEPS, num_epochs=1, model=model)
        .debugging(seed=0, log_level="ERROR")
    )


def look(views, **options):
    """Return what a model with these views was given while it acted, step by step; the batch of
    the same steps, four whole episodes; and what the model was given to learn from it."""
    options = {"views": views, **options}
    worker = classic_worker(custom_model=Looking, custom_model_config=options)
    model = worker.get_policy().model
    model.given.clear()
    batch = worker.sample()["default_policy"]
    acted = model.given[:STEPS]
    worker.get_policy().compute_gradients(batch)
    return acted, batch, model.given[-1]


def columns(acted, key):
    """Return a column as it was seen while acting."""
    return np.concatenate([np.asarray(step[key]) for step in acted])


def later(values, episode_length=5):
    """Move values one step later in each episode, with a zero first."""
    rows = values.reshape(-1, episode_length, *values.shape[1:])
    return np.concatenate([0 * rows[:, :1], rows[:, :-1]], 1).reshape(values.shape)


# --- the old stack --------------------------------------------------------------------------------


def test_what_a_model_is_given_without_asking():
    acted, batch, learned = look({})
    given = {"obs", "obs_flat", "prev_actions", "prev_rewards", "eps_id", "agent_index", "t"}
    for step in [*acted, learned]:
        assert given <= step.keys()
        assert "agent_id" not in step
    assert not any("infos" in step for step in acted)
    assert all((step["agent_index"] == 0).all() for step in [*acted, learned])
    np.testing.assert_array_equal(learned["prev_actions"], later(batch["actions"]))
    np.testing.assert_array_equal(learned["prev_rewards"], later(batch["rewards"]))
    for key in ("prev_actions", "prev_rewards"):
        np.testing.assert_array_equal(columns(acted, key), batch[key])


def test_what_a_model_does_not_read_when_the_policy_is_built_is_never_collected():
    _, batch, _ = look(ROOM, reads=False)
    assert batch.keys().isdisjoint({"prev_actions", "prev_rewards"})


def test_there_is_no_agent_id():
    with pytest.raises(IndexError):
        look({"agent_id": ViewRequirement()})


def test_infos_come_to_those_who_ask():
    """With RLlib's fault: the first of every later episode is nested in two more dictionaries."""
    acted, _, learned = look({"infos": ViewRequirement()})
    expected = [{"time": time} for time in (1, 2, 3, 4, 5)] * EPISODES
    for first in range(5, STEPS, 5):
        expected[first] = {0: {"agent0": expected[first]}}
    for infos in (columns(acted, "infos"), learned["infos"]):
        assert infos.tolist() == expected


def test_time_is_one_behind_while_acting():
    """RLlib's fault: a model that reads ``t`` learns from other numbers than it acted on."""
    acted, _, learned = look({"t": ViewRequirement()})
    assert learned["t"].tolist() == [0, 1, 2, 3, 4] * EPISODES
    assert columns(acted, "t").tolist() == [-1, 0, 1, 2, 3] * EPISODES


def test_an_episodes_number_is_that_of_the_environment_while_acting():
    """RLlib's fault again: only the batch knows the episodes apart."""
    acted, _, learned = look({"eps_id": ViewRequirement()})
    assert len(set(learned["eps_id"].tolist())) == EPISODES
    assert set(columns(acted, "eps_id").tolist()) == {0}


def test_the_last_observations_by_a_range():
    acted, _, learned = look(ROOM)
    # Before the episode there is its first observation again; a connector has zeros there.
    expected = [[1, 1, 1], [1, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5]] * EPISODES
    for seen in (columns(acted, "far"), learned["far"]):
        assert seen[..., 0].tolist() == expected


def test_what_comes_next_can_be_learned_from_but_not_acted_upon():
    view = {"data_col": "obs", "space": TIMES, "shift": 1}
    acted, _, learned = look({"next": ViewRequirement(**view, used_for_compute_actions=False)})
    assert learned["next"].flatten().tolist() == [2, 3, 4, 5, 5] * EPISODES
    assert not any("next" in step for step in acted)
    with pytest.raises(ValueError, match="only use past observations to respect causality"):
        look({"next": ViewRequirement(**view)})


RANGE = {"last": ViewRequirement("rewards", shift="-3:-1")}


def test_beside_a_view_that_reaches_back_actions_and_rewards_come_late_while_acting():
    """RLlib's fault: any such view, attention's own too, shifts them by one step."""
    acted, _, learned = look(ROOM)
    for key in ("prev_actions", "prev_rewards"):
        right = np.asarray(learned[key])
        assert right.any()
        np.testing.assert_array_equal(columns(acted, key), later(right))
    farther = {"farther": ViewRequirement("obs", space=TIMES, shift="-4:0")}
    acted, batch, learned = look(RANGE | farther)
    right = np.asarray(learned["last"])
    past = [0, 0, 0, *batch["rewards"][:4]]
    np.testing.assert_array_equal(right[:5], [past[t : t + 3] for t in range(5)])
    np.testing.assert_array_equal(columns(acted, "last"), later(right))


def test_a_range_of_rewards_alone_is_turned_around_while_acting():
    """The same fault, where nothing else reaches back: the newest reward stands first."""
    acted, _, learned = look(RANGE)
    right = np.asarray(learned["last"])
    assert right[1:5, -1].all()
    np.testing.assert_array_equal(columns(acted, "last"), np.roll(right, 1, axis=-1))


@pytest.mark.parametrize("kind", ["actions", "rewards"])
def test_attention_acts_upon_late_actions_and_rewards(kind):
    options = {"attention_memory_inference": 6, "attention_memory_training": 6}
    options[f"attention_use_n_prev_{kind}"] = 2
    worker = classic_worker(use_attention=True, **options)
    model, acted = worker.get_policy().model, []
    forward = model.forward

    def look(input_dict, state, seq_lens):
        acted.append({key: np.asarray(input_dict[key]) for key in [f"prev_{kind}"]})
        return forward(input_dict, state, seq_lens)

    model.forward = look
    batch = worker.sample()["default_policy"]
    right = batch[f"prev_{kind}"]
    assert right.any()
    np.testing.assert_array_equal(columns(acted[:STEPS], f"prev_{kind}"), later(right))


# --- the current stack ----------------------------------------------------------------------------


PAST = 3
"""Steps that the connectors below look back."""


class ShowPast(SingleAgentObservationPreprocessor):
    """What the views above show: the past of everything, the time, and the info's time."""

    def recompute_output_observation_space(self, input_observation_space, input_action_space):
        return gym.spaces.Box(-np.inf, np.inf, (3 + 5 * PAST,), np.float32)

    def preprocess(self, observation, episode):
        past = {"indices": slice(-PAST, None), "fill": 0.0}
        # In the episode, earlier observations are those that this connector returned.
        before = episode.get_observations(slice(-PAST - 1, -1), fill=0.0)
        parts = [
            [*observation, episode.t, episode.get_infos(-1)["time"]],
            [seen[0] for seen in before],
            *episode.get_actions(**past, one_hot_discrete=True),
            episode.get_rewards(**past),
        ]
        return np.concatenate(parts, dtype=np.float32)


class AddEpisode(ConnectorV2):
    """Numbers the episodes of a batch; a name, such as an episode's, can't be in a tensor."""

    def __call__(self, *, batch, episodes, **kwargs):
        for number, episode in enumerate(self.single_agent_episode_iterator(episodes, False)):
            numbers = np.full(len(episode), number)
            self.add_n_batch_items(batch, "eps_id", numbers, len(episode), episode)
        return batch


def replay(connectors, **env_runners):
    """Return episodes, some begun in the sample before, their batch, and by how much the logits of
    the training pass differ from those sampled."""
    config = ppo_config(Counting, "mlp", encoder_sizes=(8,), max_seq_len=5)
    config.env_runners(env_to_module_connector=lambda *_: [make() for make in connectors])
    config.env_runners(**env_runners)
    config.training(learner_connector=lambda *_: [AddEpisode(), AddInfosFromEpisodesToTrainBatch()])
    runner = make_runner(config, num_envs=1)
    learner = config.build_learner(spaces=runner.get_spaces())
    module = learner.module["default_policy"]
    runner.module.set_state(module.get_state())
    runner.sample(num_timesteps=7)
    episodes = runner.sample(num_timesteps=21)
    batch = learner_batch(learner, episodes)
    with torch.no_grad():
        logits = module.forward_train(batch)[Columns.ACTION_DIST_INPUTS]
    difference = (logits - batch[Columns.ACTION_DIST_INPUTS])[batch[Columns.LOSS_MASK]]
    return episodes, batch, difference.abs().max()


def past_of(episode):
    """Return the observations, actions and rewards of PAST steps before each one of an episode."""
    whole = slice(-episode.t_started, len(episode)), {"neg_index_as_lookback": True}
    actions = np.eye(3)[episode.get_actions(whole[0], **whole[1])]
    rewards = np.reshape(episode.get_rewards(whole[0], **whole[1]), (-1, 1))
    times = np.arange(1, 1 + len(rewards)).reshape(-1, 1)
    for t in range(episode.t_started, episode.t):
        yield [
            np.concatenate([np.zeros((PAST, part.shape[1])), part])[t : t + PAST].flatten()
            for part in (times, actions, rewards)
        ]


def test_a_connector_shows_all_of_it_and_the_learner_learns_from_the_same():
    episodes, batch, difference = replay([ShowPast], episode_lookback_horizon=PAST - 1)
    assert difference < 1e-6
    assert episodes[0].t_started == 2
    rows = iter(batch[Columns.OBS][batch[Columns.LOSS_MASK]].numpy())
    for episode in episodes:
        for t, past in enumerate(past_of(episode), start=episode.t_started):
            np.testing.assert_array_equal(next(rows), [t + 1, t, t + 1, *np.concatenate(past)])
    assert next(rows, None) is None
    # Learner connectors add the infos, unpadded and with the step that RLlib appends, and the
    # number of the episode.
    assert batch[Columns.INFOS] == [info for episode in episodes for info in episode.get_infos()]
    numbers = batch["eps_id"][batch[Columns.LOSS_MASK]]
    assert numbers.bincount().tolist() == [len(episode) for episode in episodes]


def test_the_past_begins_with_the_sample_if_the_runner_looks_back_too_little():
    """RLlib's default is one step; it writes zeros for what it has forgotten, without a word."""
    _, batch, difference = replay([ShowPast])
    assert difference < 1e-6  # It was acted upon like this too.
    assert batch[Columns.OBS][0, :2, 3:6].tolist() == [[0, 1, 2], [0, 2, 3]]


def test_rllibs_own_connector_shows_past_actions_and_rewards():
    make = functools.partial(PrevActionsPrevRewards, n_prev_actions=PAST, n_prev_rewards=PAST)
    settings = {"episode_lookback_horizon": PAST - 1}
    episodes, batch, difference = replay([make, FlattenObservations], **settings)
    assert difference < 1e-6
    rows = iter(batch[Columns.OBS][batch[Columns.LOSS_MASK]].numpy())
    for _, actions, rewards in itertools.chain(*map(past_of, episodes)):
        np.testing.assert_array_equal(next(rows)[1:], [*actions, *rewards])


def test_it_knows_discrete_actions_alone():
    connector = PrevActionsPrevRewards()
    connector.input_action_space = TIMES
    with pytest.raises(AttributeError, match="has no attribute 'n'"):
        connector.input_observation_space = TIMES
    # One's own knows them all.
    episode = SingleAgentEpisode(observation_space=TIMES, action_space=TIMES)
    episode.add_env_reset(np.float32([1]))
    episode.add_env_step(np.float32([2]), np.float32([3]), 4.0)
    assert episode.get_actions(slice(-2, None), fill=0.0) == [[0], [3]]


def test_the_agents_name_is_the_episodes():
    seen = []

    class ShowAgent(SingleAgentObservationPreprocessor):
        def preprocess(self, observation, episode):
            seen.append(episode.agent_id)
            return observation

    spaces = {"a": TIMES, "b": TIMES}, {"a": ACTIONS, "b": ACTIONS}
    episode = MultiAgentEpisode(observation_space=spaces[0], action_space=spaces[1])
    episode.add_env_reset(observations={"a": np.float32([1]), "b": np.float32([2])})
    ShowAgent()(rl_module=None, batch={}, episodes=[episode], explore=True)
    assert sorted(seen) == ["a", "b"]
