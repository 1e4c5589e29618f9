from __future__ import annotations

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab_course.foggy_maze import FORWARD, LOOK, SEEN, FoggyMaze, update_belief

mazes = st.builds(
    FoggyMaze, noise=st.floats(0.01, 0.9), length=st.integers(1, 2), slip=st.floats(0, 0.9)
)
steps = st.lists(
    st.tuples(st.sampled_from([LOOK, FORWARD]), st.integers(0, len(SEEN) - 1)), max_size=4
)


@settings(deadline=None, derandomize=True, max_examples=30)
@given(maze=mazes, steps=steps)
def test_the_belief_is_the_share_of_all_paths_that_end_in_a_state(maze, steps):
    num_states = len(maze.start)
    share = torch.zeros(num_states, dtype=torch.double)
    for path in itertools.product(range(num_states), repeat=len(steps) + 1):
        probability = maze.start[path[0]]
        for (before, after), (action, seen) in zip(itertools.pairwise(path), steps, strict=True):
            probability = probability * maze.transitions[action, before, after]
            probability = probability * maze.likelihoods[after, seen]
        share[path[-1]] += probability
    actions, observations = [a for a, _ in steps], [o for _, o in steps]
    belief = maze.beliefs(actions, observations)[-1] if steps else maze.start
    torch.testing.assert_close(belief, share / share.sum())


@settings(deadline=None, derandomize=True, max_examples=30)
@given(maze=mazes)
def test_probabilities_sum_to_one(maze):
    for table in (maze.start, maze.transitions, maze.likelihoods):
        torch.testing.assert_close(table.sum(-1), torch.ones(table.shape[:-1]).double())


def test_without_fog_the_walker_sees_the_truth_and_more_noise_only_adds_errors():
    actions = [LOOK] + [FORWARD] * 30
    clear = FoggyMaze(noise=0, length=3).walk(actions, sign=1, seed=4)
    assert clear.states[0] == 4
    assert clear.states[-1] == 7
    assert clear.observations == [1 if s == 4 else 3 if s == 7 else 2 for s in clear.states]
    wrong = set()
    for noise in (0.1, 0.3, 0.6, 1):
        foggy = FoggyMaze(noise=noise, length=3).walk(actions, sign=1, seed=4)
        assert foggy.states == clear.states
        pairs = enumerate(zip(foggy.observations, clear.observations, strict=True))
        errors = {t for t, (seen, true) in pairs if seen != true}
        assert wrong < errors
        wrong = errors
    assert len(wrong) == len(actions)


def test_a_walk_moves_as_the_transitions_say():
    maze = FoggyMaze(noise=0.3, length=40, slip=0.25)
    walk = maze.walk([FORWARD] * 30, seed=1)
    moved = sum(b - a for a, b in itertools.pairwise(walk.states)) / 29
    assert 0.6 < moved < 0.9
    errors = sum(maze.truth(s) != o for s, o in zip(walk.states, walk.observations, strict=True))
    assert 0.1 < errors / 30 < 0.5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"noise": 1.2}, "noise must be a probability from 0 to 1, got 1.2"),
        ({"slip": -0.1}, "slip must be a probability"),
        ({"noise": float("nan")}, "noise must be a probability"),
        ({"length": 0}, "length"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        FoggyMaze(**arguments)


def test_what_cannot_be_seen_is_refused():
    maze = FoggyMaze(noise=0, length=2)
    with pytest.raises(ValueError, match="observation 3 has probability 0"):
        update_belief(maze.start, LOOK, 3, maze.transitions, maze.likelihoods)
