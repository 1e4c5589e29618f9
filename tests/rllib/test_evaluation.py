import numpy as np
import pytest
import torch

from memorylab.memory import MEMORY_MODELS
from memorylab.rllib import Agent, evaluate, ppo_config

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


def test_other_memories_leave_no_trace():
    assert evaluate(agent())[0].trace is None


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
