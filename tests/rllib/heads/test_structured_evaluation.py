"""Agents whose actions have structure, watched while they play."""

import numpy as np
import pytest
from action_examples import small_config

from memorylab.environments import Menu
from memorylab.rllib import Agent, evaluate

pytestmark = [pytest.mark.ray, pytest.mark.usefixtures("more_environments")]


@pytest.mark.parametrize("explore", [True, False])
@pytest.mark.parametrize(
    ("environment", "head", "shape"),
    [
        ("Menu", None, ()),
        ("TwoDials", "autoregressive", (2,)),
        ("TupleDials", "autoregressive", (2,)),
        ("TupleDials", "sequential", (2,)),
        ("PositionOnlyPendulumEasy", "beta", (1,)),
    ],
)
def test_episodes_replay_and_hold_the_actions(environment, head, shape, explore):
    agent = Agent(small_config(environment, head=head))
    (episode,) = evaluate(agent, explore=explore)
    assert episode.action.shape == (len(episode), *shape)
    assert len(episode) > 1


def test_a_trace_of_a_dnc_that_reads_menus():
    config = small_config("Menu", "dnc")
    config.rl_module_spec.model_config["memory_config"] = {"hidden_size": 8, "num_locations": 4}
    (episode,) = evaluate(Agent(config), explore=True, seed=5)
    assert episode.observation.shape == (10, 3)
    assert (episode.observation[0] != 0).all()
    assert (episode.observation[1:] == 0).all()
    np.testing.assert_array_equal(episode.trace["observation"], episode.observation)
    # No empty slot was ever served, which would have cost something.
    assert (episode.reward >= 0).all()
    assert Menu().max_episode_length == len(episode)
