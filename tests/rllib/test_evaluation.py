import gymnasium as gym
import numpy as np
import pytest
import torch

from memorylab.environments import TMaze, TwoDials
from memorylab.environments import make as environments
from memorylab.memory import MEMORY_MODELS
from memorylab.rllib import Agent, evaluate, ppo_config
from memorylab.rllib.agent import make_runner

pytestmark = pytest.mark.ray

SMALL_DNC = {"hidden_size": 8, "num_locations": 6, "word_size": 5, "num_read_heads": 2}


def agent(environment="TMaze", memory="gru", memory_config=None, **options):
    return Agent(ppo_config(environment, memory, memory_config=memory_config, **options))


@pytest.mark.parametrize("share", [True, False], ids=["shared", "separate"])
def test_the_trace_of_an_episode_is_what_the_agent_acted_upon(share):
    player = agent("RepeatPreviousEasy", "dnc", SMALL_DNC, vf_share_layers=share)
    (episode,) = evaluate(player, explore=True)
    trace = episode.trace
    trace.validate()
    assert trace.num_steps == len(episode) == 51
    for name in ("observation", "action", "reward", "value"):
        np.testing.assert_array_equal(trace[name], getattr(episode, name))
    assert trace.observation.shape == (51, 10)
    # The memory's own outputs lead to the recorded values, if it is the critic's memory as well.
    if share:
        output = torch.as_tensor(trace.output).float()
        values = player.module.networks.critic_head(output).squeeze(-1).detach().numpy()
        np.testing.assert_allclose(values, episode.value, atol=1e-5)


def test_an_episode_holds_what_the_environment_showed_and_paid():
    (episode,) = evaluate(agent("RepeatPreviousEasy"), explore=True)
    suits, last_action, first = np.split(episode.observation, [4, 8], axis=1)
    assert (suits.sum(1) == 1).all()
    np.testing.assert_array_equal(first[:, 1], np.arange(51) == 0)
    np.testing.assert_array_equal(last_action[1:].argmax(1), episode.action[:-1])
    # From the fourth card on, the suit before the last three pays, and another one costs.
    right = suits.argmax(1)[:-3] == episode.action[3:]
    np.testing.assert_array_equal(np.sign(episode.reward[3:]), np.where(right, 1, -1))
    assert episode.total_return == pytest.approx(episode.reward.sum())


@pytest.mark.parametrize(
    "name", [name for name, model in MEMORY_MODELS.items() if hasattr(model, "trace")]
)
def test_every_memory_leaves_a_trace_of_the_episode(name):
    (episode,) = evaluate(agent(memory=name, memory_config=SMALL_DNC if name == "dnc" else {}))
    episode.trace.validate()
    assert len(episode.trace) == len(episode)
    np.testing.assert_array_equal(episode.trace.observation, episode.observation)
    assert len(episode.trace.metadata["scenes"]) == len(episode) + 1


def test_episodes_depend_on_the_seed_alone():
    player = agent()
    first = evaluate(player, episodes=3, explore=True, seed=1)
    again = evaluate(player, episodes=3, explore=True, seed=1)
    other = evaluate(player, episodes=3, explore=True, seed=2)
    assert [e.action.tolist() for e in first] == [e.action.tolist() for e in again]
    assert [e.action.tolist() for e in first] != [e.action.tolist() for e in other]


def test_without_exploring_the_likeliest_action_is_taken():
    player = agent()
    with torch.no_grad():
        for parameter in player.module.networks.actor_head.model[-1].parameters():
            parameter.zero_()
        player.module.networks.actor_head.model[-1].bias[1] = 0.1
    (episode,) = evaluate(player)
    assert (episode.action == 1).all()
    (episode,) = evaluate(player, explore=True)
    assert not (episode.action == 1).all()


def test_continuous_and_several_actions_are_recorded():
    assert evaluate(agent("PositionOnlyPendulumEasy"), explore=True)[0].action.shape == (200, 1)
    assert evaluate(agent("MineSweeperEasy"), explore=True)[0].action.shape[1:] == (2,)


def test_a_memory_that_depends_on_how_it_is_called_is_found_out(monkeypatch):
    class Inconsistent(MEMORY_MODELS["gru"]):
        def forward_memory(self, z, state, t_starts, seq_lens):
            y, state = super().forward_memory(z, state, t_starts, seq_lens)
            return y * z.shape[1], state

        def __init__(self, input_size, hidden_size=8):
            super().__init__(input_size, hidden_size)

    monkeypatch.setitem(MEMORY_MODELS, "gru", Inconsistent)
    with pytest.raises(RuntimeError, match="at once or step by step"):
        evaluate(agent())


def test_at_least_one_episode():
    with pytest.raises(ValueError, match="episodes must be at least 1, got 0"):
        evaluate(agent(), episodes=0)


# --- the world ------------------------------------------------------------------------------------


def test_a_trace_holds_the_scenes_of_its_episode_on_the_clock_of_its_arrays():
    played = evaluate(agent(memory="dnc", memory_config=SMALL_DNC), episodes=3, explore=True)
    for episode in played:
        trace, side = episode.trace, ("left", "right")[int(episode.observation[0, 1])]
        assert trace.metadata["action_names"] == ["forward", "left", "right"]
        labels = [scene["label"] for scene in trace.metadata["scenes"]]
        assert len(labels) == len(episode) + 1
        assert f"the sign shows {side}" in labels[0]
        assert all(f"the sign showed {side}" in label for label in labels[1:])
        at_junction = ["at the junction" in label for label in labels[:-1]]
        np.testing.assert_array_equal(at_junction, episode.observation[:, 3])
        if episode.reward[-1] == 1:
            assert labels[-1] == f"The agent turned {side}, as the sign showed {side}."
    assert {float(episode.reward[-1]) for episode in played} & {-1.0, 1.0}


def test_scenes_survive_being_saved(tmp_path):
    (episode,) = evaluate(agent("RepeatFirstEasy", "dnc", SMALL_DNC))
    episode.trace.save(tmp_path / "trace.npz")
    loaded = type(episode.trace).load(tmp_path / "trace.npz")
    assert loaded.metadata == episode.trace.metadata


def test_looking_on_changes_nothing_that_is_played():
    player = agent(memory="dnc", memory_config=SMALL_DNC)
    runner = make_runner(player.config, num_envs=1, seed=3)
    runner.module.load_state_dict(player.module.state_dict())
    alone = runner.sample(num_episodes=3, explore=True)
    runner.stop()
    watched = evaluate(player, episodes=3, explore=True, seed=3)
    for one, other in zip(alone, watched, strict=True):
        np.testing.assert_array_equal(one.get_actions(), other.action)
        np.testing.assert_array_equal(np.float32(one.get_rewards()), other.reward)
        np.testing.assert_array_equal(one.get_observations(slice(0, len(one))), other.observation)


def test_an_onlooker_of_the_users_own_stays():
    created = []
    player = agent()
    player.config.callbacks(on_environment_created=lambda **arguments: created.append(1))
    evaluate(player)
    assert created == [1]


@pytest.mark.parametrize("environment", ["TMaze", "Menu", "RepeatPreviousEasy"])
def test_action_probabilities_are_those_that_the_actions_were_drawn_from(environment):
    player = agent(environment, "dnc", SMALL_DNC)
    (greedy,) = evaluate(player)
    (drawn,) = evaluate(player, explore=True)
    for episode in (greedy, drawn):
        probabilities = episode.action_probabilities
        np.testing.assert_allclose(probabilities.sum(1), 1, atol=1e-6)
        np.testing.assert_array_equal(probabilities, episode.trace.action_probabilities)
        assert (probabilities[np.arange(len(episode)), episode.action] > 0).all()
    np.testing.assert_array_equal(greedy.action_probabilities.argmax(1), greedy.action)
    if environment == "Menu":  # an empty slot can't be chosen
        assert (greedy.action_probabilities == 0).any()


@pytest.mark.parametrize("environment", ["TwoDials", "PositionOnlyPendulumEasy"])
def test_other_actions_have_no_table_of_probabilities(environment):
    (episode,) = evaluate(agent(environment, "dnc", SMALL_DNC), explore=True)
    assert episode.action_probabilities is None
    assert "action_probabilities" not in episode.trace
    assert ("scenes" in episode.trace.metadata) == (environment == "TwoDials")


class Blinker(gym.Env):
    """Five steps; renders a frame whose brightness is the time."""

    observation_space = gym.spaces.Box(0, 9, (1,))
    action_space = gym.spaces.Discrete(2)
    metadata = {"render_modes": ["rgb_array"], "render_fps": 1}  # noqa: RUF012
    dtype = np.uint8

    def __init__(self, render_mode=None):
        self.render_mode = render_mode
        self.picture = np.zeros((4, 6, 3), self.dtype)

    def reset(self, **kwargs):
        super().reset(**kwargs)
        self.picture[:] = 0
        return np.zeros(1, np.float32), {}

    def step(self, action):
        self.picture += 1  # the same array each time
        return self.picture[0, 0, :1].astype(np.float32), 0.0, self.picture.max() == 5, False, {}

    def render(self):
        return self.picture


class FloatBlinker(Blinker):
    dtype = np.float32


class BlackBlinker(Blinker):
    def render(self):
        raise OSError("no display")


class OneScene(TMaze):
    """A maze that changes one and the same scene at each step."""

    kept: dict = {}  # noqa: RUF012

    def scene(self):
        self.kept.update(super().scene())
        return self.kept


class NoScene(TMaze):
    def scene(self):
        return {"shapes": []}


class Misnamed(TwoDials):
    action_names = "dials"


@pytest.fixture
def worlds(monkeypatch):
    others = {
        cls.__name__: cls
        for cls in (Blinker, FloatBlinker, BlackBlinker, OneScene, NoScene, Misnamed)
    }
    monkeypatch.setattr(environments, "_OWN", environments._OWN | others)


def test_an_environment_without_scenes_gives_frames_if_it_renders(worlds):
    rendered = agent("Blinker", "dnc", SMALL_DNC, environment_config={"render_mode": "rgb_array"})
    for episode in evaluate(rendered, episodes=2):
        assert episode.trace.frame.shape == (5, 4, 6, 3)
        assert episode.trace.frame.dtype == np.uint8
        np.testing.assert_array_equal(episode.trace.frame[:, 0, 0, 0], range(5))
        np.testing.assert_array_equal(episode.observation[:, 0], range(5))
        assert not {"scenes", "action_names"} & set(episode.trace.metadata)
    (silent,) = evaluate(agent("Blinker", "dnc", SMALL_DNC))
    assert "frame" not in silent.trace


def test_a_scene_that_the_environment_goes_on_to_change_is_kept_as_it_was(worlds):
    (episode,) = evaluate(agent("OneScene", "dnc", SMALL_DNC), explore=True)
    labels = [scene["label"] for scene in episode.trace.metadata["scenes"]]
    assert "shows" in labels[0]
    assert "showed" in labels[-1]


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize(
    ("environment", "config", "message"),
    [
        ("NoScene", {}, "The environment NoScene can't be drawn.*lacks width, height"),
        ("Misnamed", {}, "The environment Misnamed must have one name .* got 'dials'"),
        ("FloatBlinker", {"render_mode": "rgb_array"}, "FloatBlinker must render.*got float32"),
        ("BlackBlinker", {"render_mode": "rgb_array"}, "BlackBlinker can't be drawn: no display"),
    ],
)
def test_an_environment_that_draws_nonsense_is_named(worlds, environment, config, message, restart):
    player = agent(environment, environment_config=config)
    player.config.fault_tolerance(restart_failed_sub_environments=restart)
    with pytest.raises(RuntimeError, match=message):
        evaluate(player)
