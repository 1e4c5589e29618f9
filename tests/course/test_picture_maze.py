"""The T-maze with pictures: what is seen there, and what could be kept of it."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab_course.picture_maze import FORWARD, REPEATS, PictureMaze, make_expert, walk


@settings(max_examples=20)
@given(st.integers(0, 1000), st.lists(st.sampled_from([0, 0, 0, 1, 2]), min_size=1, max_size=30))
def test_a_place_keeps_its_picture_whatever_the_agent_does(seed, actions):
    maze = PictureMaze()
    observation, info = maze.reset(seed=seed)
    pictures = list(maze.pictures)
    for action in actions:
        assert maze.observation_space.contains(observation)
        assert observation[4:].argmax() == pictures[info["distance"] - maze.distance]
        observation, _, ended, cut, _ = maze.step(action)
        if ended or cut:
            break
    again, other = PictureMaze(), PictureMaze()
    again.reset(seed=seed)
    other.reset(seed=seed + 1)
    assert again.pictures == pictures
    assert other.pictures != pictures


def test_the_expert_plays_perfectly_and_keeps_nothing_from_one_episode_to_the_next():
    maze = PictureMaze()
    for seed in range(20):
        observation, _ = maze.reset(seed=seed)
        expert, total, ended = make_expert(), 0.0, False
        while not ended:
            observation, reward, ended, _, _ = maze.step(expert(observation))
            total += reward
        assert total == 1
    assert make_expert()([0, 0, 1, 0]) == FORWARD


def test_walks_show_what_their_labels_say():
    walks = walk(400, seed=3)
    labels, lengths = walks.labels, walks.real.sum(1)
    assert (lengths.min(), lengths.max()) == (7, 11)
    assert walks.observations[range(400), lengths - 1, 3].all()  # the junction
    sign = labels["sign"][:, 0]
    assert walks.observations[range(400), 0, sign].all()
    assert (labels["sign"] == sign[:, None]).all()
    assert not walks.observations[:, 1:, :2].any()  # the sign shows once
    assert torch.equal(labels["picture before"][:, 1:], labels["picture"][:, :-1])
    assert not walks.observations[~walks.real].any()


def test_the_picture_before_tells_the_next_one_and_this_one_does_not():
    labels = walk(1000, seed=4).labels
    now, before, following = (
        labels["picture"][:, 2:6],
        labels["picture before"][:, 2:6],
        labels["picture"][:, 3:7],
    )
    assert abs((before == following).double().mean() - REPEATS) < 0.02
    assert abs((now == following).double().mean() - 0.25) < 0.03


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="episodes"):
        walk(0)
    with pytest.raises(ValueError, match="corridor_length"):
        PictureMaze(corridor_length=(4, 2))
