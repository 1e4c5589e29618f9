"""PPO without Ray: advantages, rows, the loss, and an agent that learns."""

import dataclasses

import gymnasium as gym
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file
from torch.distributions import Categorical

from memorylab.memory import GRU, MEMORY_MODELS
from memorylab.memory.model import map_state
from memorylab.ppo import PPO, Agent, evaluate, train_agent
from memorylab.ppo.actions import action_distribution
from memorylab.ppo.ppo import Players, advantages_of, improve
from memorylab.training import Film, History

SMALL = PPO(num_envs=4, num_steps=26, num_minibatches=2, num_epochs=1)
EVERY_MEMORY = pytest.mark.parametrize("memory", sorted(MEMORY_MODELS))


class Clock(gym.Env):
    """Shows the time; each step brings 1. It terminates or is cut off after ``length`` steps."""

    observation_space = gym.spaces.Box(0, 100, (1,), np.float32)
    action_space = gym.spaces.Discrete(2)

    def __init__(self, length=3, terminates=True, reward=1.0):
        self.length, self.terminates, self.reward = length, terminates, reward

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.time = 0
        return self._see(), {}

    def step(self, action):
        self.time += 1
        over = self.time == self.length
        return self._see(), self.reward, over and self.terminates, over and not self.terminates, {}

    def _see(self):
        return np.array([self.time], dtype=np.float32)


def small_agent(environment="TMaze", memory="gru", **options):
    sizes = {"hidden_size": 8}
    if memory == "dnc":
        sizes |= {"num_locations": 4, "word_size": 3}
    sizes |= options.pop("memory_config", {})
    layers = {"encoder_sizes": [8], "actor_sizes": [8], "critic_sizes": [8]}
    return Agent(environment, memory, memory_config=sizes, **layers | options)


def assert_same_weights(one, other):
    for ours, theirs in zip(one.networks.parameters(), other.networks.parameters(), strict=True):
        assert torch.equal(ours, theirs)


@settings(deadline=None, derandomize=True, max_examples=40)
@given(
    ended=st.lists(st.lists(st.booleans(), min_size=2, max_size=2), min_size=1, max_size=7),
    gamma=st.floats(0, 1),
    lambda_=st.floats(0, 1),
    seed=st.integers(0, 99),
)
def test_an_advantage_is_the_discounted_sum_of_later_surprises(ended, gamma, lambda_, seed):
    ended = np.array(ended)
    rewards, values, following = np.random.default_rng(seed).normal(size=(3, *ended.shape))
    found = advantages_of(rewards, values, following, ended, gamma, lambda_)
    for n in range(2):
        for t in range(len(ended)):
            expected, weight = 0.0, 1.0
            for later in range(t, len(ended)):
                surprise = rewards[later, n] + gamma * following[later, n] - values[later, n]
                expected += weight * surprise
                weight *= gamma * lambda_
                if ended[later, n]:
                    break
            assert found[t, n] == pytest.approx(expected)


@EVERY_MEMORY
@pytest.mark.parametrize("longest", [5, 104])
def test_rows_replay_to_what_was_done_before_any_update(memory, longest):
    agent = small_agent(memory=memory)
    players = Players(agent.make_environment, agent.networks, PPO(4, 26, max_seq_len=longest))
    players.play()  # so that episodes are under way
    rows = players.play()
    assert int(rows.seq_lens.sum()) == 4 * 26
    assert rows.seq_lens.max() <= longest
    outputs, _, _ = agent.networks(rows.observations, rows.state, rows.seq_lens)
    again = action_distribution(outputs, agent.action_space).log_prob(rows.actions)
    real = torch.arange(again.shape[1]) < rows.seq_lens.unsqueeze(1)
    assert (again - rows.log_probs)[real].abs().max() <= 1e-6
    assert rows.advantages[real].mean().abs() < 1e-5
    assert rows.advantages[real].std(correction=0) == pytest.approx(1, abs=1e-3)
    # The steps before a row were not forgotten, and those of the episode before were.
    times = rows.state["time"]
    assert (times > 0).any()
    assert (times == 0).any()
    # Some of the rows, shortened to the longest of them, replay alike.
    fewer = rows.take(torch.tensor([1, 0]))
    outputs, _, _ = agent.networks(fewer.observations, fewer.state, fewer.seq_lens)
    again = action_distribution(outputs, agent.action_space).log_prob(fewer.actions)
    for row, seq_len in enumerate(fewer.seq_lens):
        difference = (again - fewer.log_probs)[row, :seq_len]
        assert difference.abs().max() <= 1e-6


@pytest.mark.parametrize("terminates", [True, False])
def test_only_an_episode_that_was_cut_off_has_more_to_come(terminates):
    agent = small_agent(Clock, "gru", environment_config={"terminates": terminates})
    # λ = 0: a target is the reward and the value of what comes next.
    players = Players(agent.make_environment, agent.networks, PPO(2, 7, lambda_=0.0, gamma=0.5))
    rows = players.play()
    # A whole episode shows what the critic expects at 0, 1, 2 and, after the end, at 3.
    seen = torch.arange(4.0).view(1, 4, 1)
    _, values, _ = agent.networks(seen)
    expected = 1 + 0.5 * values[0, 1:]
    if terminates:
        expected[2] = 1
    assert rows.seq_lens.tolist() == [3, 3, 1] * 2
    torch.testing.assert_close(rows.targets[0], expected)
    # The last row was cut off by the end of play, and goes on.
    torch.testing.assert_close(rows.targets[2, 0], expected[0])
    assert list(players.returns) == [3.0] * 4


def test_an_update_changes_every_weight_and_makes_what_went_well_likelier():
    agent = small_agent()
    before = map_state(torch.clone, dict(agent.networks.named_parameters()))
    players = Players(agent.make_environment, agent.networks, SMALL)
    rows = players.play()
    optimizer = torch.optim.Adam(agent.networks.parameters(), lr=1e-3)
    clipped = dataclasses.replace(SMALL, clip_norm=1e-3)
    improve(agent.networks, optimizer, rows, agent.action_space, clipped)
    for name, parameter in agent.networks.named_parameters():
        assert not torch.equal(parameter, before[name]), name
    outputs, _, _ = agent.networks(rows.observations, rows.state, rows.seq_lens)
    change = Categorical(logits=outputs).log_prob(rows.actions) - rows.log_probs
    assert (change * rows.advantages).sum() > 0
    gradients = [part.grad for part in agent.networks.parameters()]
    assert torch.nn.utils.get_total_norm(gradients) <= clipped.clip_norm * (1 + 1e-5)


def test_an_agent_learns_the_t_maze_and_shows_its_memory(tmp_path):
    agent = Agent("TMaze", "gru", memory_config={"hidden_size": 32})
    film = Film(evaluate(agent)[0].observation, at=[0])
    history = train_agent(agent, progress=False, film=film)
    assert history.solved
    assert history is agent.history
    assert history.mean_return[-1] >= 0.9
    assert len(film) == 2  # before and after
    for episode in evaluate(agent, episodes=4, seed=3):
        assert episode.total_return == 1
        np.testing.assert_allclose(episode.action_probabilities.sum(-1), 1, atol=1e-6)
        assert {"hidden", "reward", "value"} <= episode.trace.arrays.keys()
        assert len(episode.trace.metadata["scenes"]) == len(episode) + 1
    agent.save(tmp_path / "agent")
    again = Agent.load(tmp_path / "agent")
    assert again.history == history
    for ours, theirs in zip(evaluate(again, seed=3), evaluate(agent, seed=3), strict=True):
        np.testing.assert_array_equal(ours.trace["hidden"], theirs.trace["hidden"])


class Numbered(Clock):
    """A clock whose actions are counted from 5, or in a box from −2 to 6; it checks them."""

    def __init__(self, space):
        super().__init__()
        self.action_space = space

    def step(self, action):
        assert self.action_space.contains(action), action
        return super().step(action)


@pytest.mark.parametrize(
    "space",
    [
        gym.spaces.Discrete(3, start=5),
        gym.spaces.MultiDiscrete([2, 3], start=[5, -1]),
        gym.spaces.Box(np.float32([-2, 0]), np.float32([6, 1])),
    ],
    ids=["Discrete", "MultiDiscrete", "Box"],
)
def test_every_action_is_one_of_the_space(space):
    agent = small_agent(Numbered, "gru", environment_config={"space": space})
    train_agent(agent, SMALL, max_steps=200, progress=False)
    evaluate(agent, explore=True)
    action, state = agent.act(np.zeros(1, np.float32))
    assert space.contains(action)
    assert state["time"] == 1


def test_the_same_seed_gives_the_same_training_and_leaves_random_numbers_alone():
    runs = []
    for noise, seed in enumerate((0, 0, 1)):
        torch.manual_seed(noise)
        agent = small_agent()
        train_agent(agent, dataclasses.replace(SMALL, seed=seed), max_steps=300, progress=False)
        runs.append(agent.networks.state_dict()["actor_head.model.0.weight"])
    assert torch.equal(runs[0], runs[1])
    assert not torch.equal(runs[0], runs[2])
    after = torch.rand(1)
    torch.manual_seed(noise)
    assert torch.equal(torch.rand(1), after)


def test_a_training_goes_on_from_its_checkpoint(tmp_path):
    options = {"checkpoint_path": tmp_path, "progress": False, "stop_return": None}
    first = small_agent()
    train_agent(first, SMALL, max_steps=200, **options)
    with pytest.raises(FileExistsError, match="resume=True"):
        train_agent(small_agent(), SMALL, **options)
    second = small_agent()
    history = train_agent(second, SMALL, max_steps=400, resume=True, **options)
    assert history.env_steps == [104, 208, 312, 416]
    assert history.mean_return[:2] == first.history.mean_return
    (checkpoint,) = tmp_path.iterdir()
    assert not any(path.suffix in (".pkl", ".pt") for path in checkpoint.iterdir())
    # Adam went on, too: two gradient steps in each of four updates.
    assert load_file(checkpoint / "optimizer.safetensors")["0.step"] == 8
    saved = Agent.load(checkpoint)
    assert_same_weights(saved, second)
    # Nothing is left to do: the agent is the one that was saved.
    third = small_agent()
    assert train_agent(third, SMALL, max_steps=400, resume=True, **options) == history
    assert_same_weights(third, second)
    other = dataclasses.replace(SMALL, learning_rate=1e-4)
    with pytest.raises(ValueError, match=r"ppo\.learning_rate was 0\.003 and is now 0\.0001"):
        train_agent(small_agent(), other, resume=True, **options)


class OwnMemory(GRU):
    """A memory of one's own."""


def test_a_memory_of_ones_own_is_trained_kept_and_given_when_loading(tmp_path):
    agent = small_agent(memory=OwnMemory, encoder_nonlinearity="Tanh")
    train_agent(agent, SMALL, max_steps=1, progress=False)
    agent.save(tmp_path / "agent")
    with pytest.raises(ValueError, match=r"is test_ppo:OwnMemory.*memory=\.\.\."):
        Agent.load(tmp_path / "agent")
    again = Agent.load(tmp_path / "agent", memory=OwnMemory)
    assert isinstance(again.networks.memory, OwnMemory)
    assert isinstance(again.networks.encoder.model[1], torch.nn.Tanh)
    assert_same_weights(again, agent)


class Inconsistent(GRU):
    """A memory that says something else over a sequence than step by step."""

    def forward_memory(self, z, state, t_starts, seq_lens):
        y, state = super().forward_memory(z, state, t_starts, seq_lens)
        return y + (z.shape[1] > 1), state


def test_a_memory_that_replays_otherwise_than_it_played_is_named():
    with pytest.raises(RuntimeError, match="Replayed at once, the episode gives action distr"):
        evaluate(small_agent(memory=Inconsistent))


class Interrupting(Clock):
    """A clock at which somebody presses Ctrl-C."""

    def step(self, action):
        if self.time == 2:
            raise KeyboardInterrupt
        return super().step(action)


def test_an_interrupt_reaches_the_user_and_leaves_the_agent_whole():
    agent = small_agent(Interrupting)
    threads = torch.get_num_threads()
    with pytest.raises(KeyboardInterrupt):
        train_agent(agent, SMALL, progress=False)
    assert torch.get_num_threads() == threads
    assert agent.history == History(
        env_steps=[], mean_return=[], seconds=[], settings=agent.history.settings
    )


def test_rewards_that_are_not_finite_are_named_and_change_no_weight():
    agent = small_agent(Clock, environment_config={"reward": float("nan")})
    before = map_state(torch.clone, dict(agent.networks.named_parameters()))
    with pytest.raises(FloatingPointError, match="rewards or observations that are not finite"):
        train_agent(agent, SMALL, progress=False)
    for name, parameter in agent.networks.named_parameters():
        assert torch.equal(parameter, before[name])


class TwoParts(Clock):
    action_space = gym.spaces.Dict({"a": gym.spaces.Discrete(2)})


def test_what_does_not_fit_is_named(tmp_path):
    with pytest.raises(TypeError, match=r"action space is Dict.*memorylab.rllib has heads"):
        small_agent(TwoParts)
    with pytest.raises(TypeError, match=r"describe the actions.*action_mask.*memorylab.rllib"):
        small_agent("Menu")
    with pytest.raises(ValueError, match="max_steps"):
        train_agent(small_agent(), max_steps=0)
    for name, value in [("num_envs", 0), ("max_seq_len", 0), ("gamma", 1.1), ("lambda_", -0.1)]:
        with pytest.raises(ValueError, match=name):
            train_agent(small_agent(), dataclasses.replace(SMALL, **{name: value}), progress=False)
    with pytest.raises(FileNotFoundError, match="There is no agent"):
        Agent.load(tmp_path)
    small_agent(Clock).save(tmp_path / "clock")
    with pytest.raises(ValueError, match=r"test_ppo:Clock, which is not in the file.*environment="):
        Agent.load(tmp_path / "clock")
    with pytest.raises(ValueError, match="test_ppo:Clock, but TMaze was given"):
        Agent.load(tmp_path / "clock", "TMaze")
    assert Agent.load(tmp_path / "clock", Clock).settings["memory"] == "gru"


def test_each_update_may_draw_another_number_of_locations():
    sizes = PPO(4, 10, num_locations=(3, 5, 9), num_minibatches=1, num_epochs=1)
    agent = small_agent(memory="dnc")
    seen = []
    forward = agent.networks.memory.forward_memory

    def note(z, state, *others):
        seen.append(state["memory"].shape[1])
        return forward(z, state, *others)

    agent.networks.memory.forward_memory = note
    train_agent(agent, sizes, max_steps=400, stop_return=None, progress=False)
    assert set(seen) == {3, 5, 9}
    del agent.networks.memory.forward_memory
    assert evaluate(agent)[0].trace["memory"].shape[1] == 4  # its own, as before
    with pytest.raises(ValueError, match="GRU has no locations"):
        train_agent(small_agent(), sizes, progress=False)


def test_the_learning_rate_falls_in_a_straight_line():
    agent = small_agent()
    falling = dataclasses.replace(SMALL, learning_rate=1e-3, final_learning_rate=0.0)
    rates, step = [], torch.optim.Adam.step

    def note(optimizer, *others):
        rates.append(optimizer.param_groups[0]["lr"])
        return step(optimizer, *others)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.optim.Adam, "step", note)
        train_agent(agent, falling, max_steps=4 * 104, stop_return=None, progress=False)
    assert sorted(set(rates), reverse=True) == pytest.approx([1e-3, 7.5e-4, 5e-4, 2.5e-4])


def test_an_agent_that_is_good_enough_stays_as_it_was_measured():
    agent, untrained = small_agent(), small_agent()
    history = train_agent(agent, SMALL, max_steps=300, stop_return=-1e9, progress=False)
    assert history.solved
    assert history.env_steps == [104]
    assert_same_weights(agent, untrained)


def test_another_estimate_of_advantages_takes_the_place_of_gae():
    agent = small_agent()
    players = Players(agent.make_environment, agent.networks, SMALL)
    seen = []

    def first_step_only(rewards, *others):
        seen.append(others)
        return np.eye(*rewards.shape, dtype=np.float32)

    players.estimate = first_step_only
    rows = players.play()
    assert seen[0][-2:] == (SMALL.gamma, SMALL.lambda_)
    # Standardised, they have two values, and the larger one is where the estimate says 1.
    larger = rows.advantages > 0
    assert int(larger.sum()) == min(SMALL.num_steps, SMALL.num_envs)
