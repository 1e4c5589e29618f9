"""Agents of the lock and of the menu, and the histories that notebook 13 shows of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from memorylab.rllib import Agent
from memorylab_course.structured_agents import AGENTS, agent_config, learn, pair_probabilities

STORED = json.loads(
    (Path(__file__).parents[2] / "notebooks/data/structured_actions.json").read_text("utf-8")
)
RUNS = STORED["runs"]

pytestmark = pytest.mark.ray


def ends(name):
    """Return the mean return of each seed over its last five updates."""
    return np.array([np.mean(run["mean_return"][-5:]) for run in RUNS[name]])


@pytest.mark.parametrize("place", ["lock", "menu"])
def test_rivals_have_as_many_parameters(place):
    sizes = [
        sum(p.numel() for p in Agent(agent_config(name, 0.01, 0)).module.networks.parameters())
        for name in AGENTS
        if name.startswith(place)
    ]
    assert max(sizes) < 1.02 * min(sizes)


def test_an_unknown_agent_is_refused():
    with pytest.raises(ValueError, match=r"no kind of agent 'lock, joint'"):
        agent_config("lock, joint", 0.01, 0)


def test_returns_of_episodes_in_pieces_are_added_up():
    """Before it learns, an agent opens 1 − (15/16)⁸ of the locks, whether cut or not."""
    agent = learn(agent_config("lock, independent", 1e-9, 0), 6000)
    assert agent.history.env_steps[-1] >= 6000
    assert np.mean(agent.history.mean_return) == pytest.approx(1 - (15 / 16) ** 8, abs=0.04)
    pairs = pair_probabilities(agent, shift=1)
    assert pairs.sum() == pytest.approx(1, abs=1e-5)
    assert np.linalg.matrix_rank(pairs, tol=1e-5) == 1


def test_five_seeds_of_each_show_what_the_notebook_says_of_the_lock():
    assert all(len(RUNS[name]) == 5 for name in AGENTS)
    fitting = np.eye(4)[[1, 2, 3, 0]] == 1
    independent, together = RUNS["lock, independent"], RUNS["lock, autoregressive"]
    assert (ends("lock, independent") < 0.5).all()
    assert (ends("lock, autoregressive") > 0.85).all()
    assert (ends("lock, independent with a GRU") > 0.9).all()
    for run in together:
        assert np.array(run["pairs"])[fitting].sum() > 0.95
        assert 0.15 < run["likeliest"] < 0.35
    assert all(np.array(run["pairs"])[fitting].sum() < 0.6 for run in independent)


def test_five_seeds_of_each_show_what_the_notebook_says_of_the_menu():
    both, embeddings = ends("menu, mask and embeddings"), ends("menu, embeddings alone")
    assert both.min() > embeddings.max()
    assert (np.abs(ends("menu, mask alone") - 0.29) < 0.05).all()
    assert (ends("menu, neither") < 0.05).all()
    assert (
        ends("menu, taste told once, GRU").min()
        > 0.7
        > 0.45
        > ends("menu, taste told once, mlp").max()
    )
