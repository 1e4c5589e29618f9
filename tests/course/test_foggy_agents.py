"""The foggy T-maze as a task, and agents that play it side by side."""

from __future__ import annotations

import gymnasium as gym
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab.memory.model import map_state
from memorylab_course.foggy_agents import KINDS, RIVALS, build, load_agents, numbers_of, play
from memorylab_course.foggy_maze import FORWARD, LOOK
from memorylab_course.foggy_task import (
    LAMP,
    LEFT,
    MAX_STEPS,
    MAZE,
    RIGHT,
    FoggyTMaze,
    following_beliefs,
)

PLACES = MAZE.length + 1
LABELS = [*KINDS, "no memory"]


def returns_by_the_rules(states, actions, real):
    """Add up the rewards of the states and actions of many episodes, one by one."""
    returns = []
    for b in range(len(states)):
        total = 0.0
        for state, action, counts in zip(states[b], actions[b], real[b], strict=True):
            sign, place = divmod(int(state), PLACES)
            if not counts:
                break
            if place == MAZE.length and action in (LEFT, RIGHT):
                total += 1 if int(action) - LEFT == sign else -1
            else:
                total -= 0.1 if action in (LEFT, RIGHT) else 0.02
        returns.append(total)
    return returns


@settings(deadline=None, derandomize=True, max_examples=40)
@given(seed=st.integers(0, 1000), actions=st.lists(st.integers(0, 3), min_size=1, max_size=30))
def test_the_environment_keeps_its_rules(seed, actions):
    env = FoggyTMaze()
    observation, _ = env.reset(seed=seed)
    assert observation[LAMP] in (-1, 1)
    states, rewards, done = [], [], False
    for action in actions:
        before = env.state
        states.append(before)
        observation, reward, terminated, truncated, _ = env.step(action)
        rewards.append(reward)
        assert observation[4:8].argmax() == action
        assert observation[:4].sum() == 1
        assert observation[LAMP] == 0
        assert env.state - before in ((0, 1) if action == FORWARD else (0,))
        assert env.state // PLACES == before // PLACES  # the sign stays
        at_junction = before % PLACES == MAZE.length
        assert terminated == (at_junction and action in (LEFT, RIGHT))
        assert truncated == (not terminated and env.time >= MAX_STEPS)
        if done := terminated or truncated:
            break
    steps = len(rewards)
    assert done or steps == len(actions)
    expected = returns_by_the_rules([states], [actions[:steps]], np.ones((1, steps)))
    assert sum(rewards) == pytest.approx(expected[0])


@settings(deadline=None, derandomize=True, max_examples=20)
@given(
    actions=st.lists(st.sampled_from([LOOK, FORWARD]), min_size=1, max_size=6),
    seen=st.lists(st.integers(0, 3), min_size=6, max_size=6),
)
def test_beliefs_of_many_are_those_of_bayes_rule(actions, seen):
    beliefs = MAZE.start.expand(2, -1)
    for action, one in zip(actions, seen, strict=False):
        beliefs = following_beliefs(beliefs, torch.tensor([action] * 2), torch.tensor([one, 3]))
    single = MAZE.beliefs(actions, seen[: len(actions)])[-1]
    torch.testing.assert_close(beliefs[0], single)


def test_after_a_bump_nobody_believes_in_the_junction():
    belief = MAZE.beliefs([LOOK, *[FORWARD] * 5], [0, 2, 2, 2, 3, 3])[-1]
    assert belief.view(2, -1)[:, -1].sum() > 0.5
    bumped = following_beliefs(belief[None], torch.tensor([LEFT]), torch.tensor([2]))[0]
    assert bumped.view(2, -1)[:, -1].sum() == 0
    looked = MAZE.beliefs([LOOK, *[FORWARD] * 5, LOOK], [0, 2, 2, 2, 3, 3, 2])[-1].view(2, -1)
    rest = looked[:, :-1] / looked[:, :-1].sum()
    torch.testing.assert_close(bumped.view(2, -1)[:, :-1], rest)


@pytest.mark.parametrize("shown", ["belief", "state"])
def test_what_is_hidden_can_be_shown(shown):
    env = FoggyTMaze(shown)
    observation, _ = env.reset(seed=3)
    for action in (LOOK, FORWARD, FORWARD, LEFT, FORWARD):
        if shown == "state":
            assert observation.argmax() == env.state
        np.testing.assert_allclose(observation.sum(), 1, rtol=1e-6)
        observation, *_ = env.step(action)
    assert observation.shape == env.observation_space.shape


def test_a_scene_needs_a_reset_and_shows_the_way():
    env = FoggyTMaze(render_mode="rgb_array")
    with pytest.raises(gym.error.ResetNeeded):
        env.scene()
    env.reset(seed=0)
    assert "shows" in env.scene()["label"]
    assert env.render().ndim == 3


@pytest.mark.parametrize("kind", LABELS)
def test_episodes_side_by_side_keep_the_rules(kind):
    networks = build(kind, seed=1).networks
    found = play(networks, 20, seed=5)
    rules = returns_by_the_rules(found.states, found.actions, found.real)
    np.testing.assert_allclose(found.returns, rules, atol=1e-5)
    # Replayed at once, the observations give the actions that were taken.
    outputs, _, _ = networks(found.observations)
    torch.testing.assert_close(outputs.softmax(-1), found.probabilities, atol=1e-4, rtol=1e-4)
    assert (found.actions == found.probabilities.argmax(-1)).all()
    assert found.memories.shape[:2] == found.real.shape
    # The belief is that of the same looks and steps.
    seen = found.observations[0, :, :4].argmax(-1)
    belief, did = MAZE.start[None], torch.tensor([LOOK])
    for t in range(int(found.real[0].sum())):
        belief = following_beliefs(belief, did, seen[t : t + 1])
        torch.testing.assert_close(belief[0], found.beliefs[0, t])
        did = found.actions[0, t : t + 1]


def test_the_same_seed_hides_the_same_for_every_agent():
    first, second = (play(build(kind, seed=0).networks, 50, seed=2) for kind in ("GRU", "LRU"))
    assert (first.signs[:, 0] == second.signs[:, 0]).all()
    assert (first.observations[:, 0] == second.observations[:, 0]).all()
    assert 0.3 < first.signs[:, 0].float().mean() < 0.7
    assert ((first.observations[:, 0, LAMP] > 0).long() == first.lamps[:, 9]).all()


def test_a_wound_changes_what_is_remembered_and_nothing_before():
    networks = build("GRU", seed=0).networks

    def erase(step, before, after):
        return map_state(torch.zeros_like, after) if step == 2 else after

    whole, hurt = play(networks, 30, seed=1), play(networks, 30, seed=1, wound=erase)
    assert (hurt.memories[:, 2] == 0).all()
    assert (hurt.memories[:, :2] == whole.memories[:, :2]).all()
    assert (hurt.probabilities[:, :3] == whole.probabilities[:, :3]).all()
    assert (hurt.probabilities[:, 3] != whole.probabilities[:, 3]).any()


def test_a_memoryless_agent_has_no_numbers_in_its_memory():
    assert numbers_of({}, 3).shape == (3, 0)


def test_kinds_have_about_as_many_parameters():
    sizes = [
        sum(weight.numel() for weight in build(kind, 0).networks.parameters())
        for kind in [*KINDS, *RIVALS]
    ]
    assert max(sizes) < 1.35 * min(sizes)


def test_bad_input():
    with pytest.raises(ValueError, match="There is no shown 'map'"):
        FoggyTMaze("map")
    with pytest.raises(ValueError, match="There is no kind of agent 'gru'"):
        build("gru", 0)
    with pytest.raises(ValueError, match="episodes"):
        play(build("GRU", 0).networks, 0)
    with pytest.raises(FileNotFoundError):
        load_agents("nowhere.safetensors")
