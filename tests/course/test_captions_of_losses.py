"""What the captions of extra_losses say, held against the stored runs."""

from __future__ import annotations

import json
import statistics
from pathlib import Path

import nbformat
import numpy as np
import pytest

from tools.table import row_named

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
STORED = json.loads((NOTEBOOKS / "data" / "extra_losses.json").read_text())
TAUGHT = STORED["alone"] | {"reward": STORED["short"]["reward"]}


def caption(part: str) -> str:
    """Return the notebook's text cell that says ``part``, on one line."""
    path = NOTEBOOKS / row_named("extra_losses").file
    cells = nbformat.read(path, as_version=4).cells
    texts = [" ".join(cell.source.split()) for cell in cells if cell.cell_type == "markdown"]
    (found,) = [text for text in texts if part in text]
    return found


def read(name, label):
    """Return how often a label is read at each step, from five memories ``[5, 7]``."""
    assert sorted(TAUGHT[name]) == ["0", "1", "2", "3", "4"]
    return np.array([run["read"][label] for run in TAUGHT[name].values()])


def solved(maze, name):
    """Return after how many steps each agent reached 0.9; infinity for one that didn't."""
    return [
        next(
            (
                step
                for step, reached in zip(run["env_steps"], run["mean_return"], strict=True)
                if reached >= 0.9
            ),
            float("inf"),
        )
        for run in STORED[maze][name].values()
    ]


def test_memories_hold_what_their_loss_asks_for():
    text = caption("memories hold what the arrows point at")
    for name in ("behaviour_cloning", "reward"):
        assert read(name, "sign")[:, 6].min() == 1
    for name in ("untrained", "l2", "reconstruction", "next_observation"):
        assert read(name, "sign")[:, 6].max() < 0.6
    assert read("next_observation", "picture before")[:, 6].min() == 1
    assert 0.27 < read("behaviour_cloning", "picture before")[:, 6].mean() < 0.37
    assert read("l2", "picture")[:, 6].max() < 0.27
    assert min(read(name, "picture")[:, 6].min() for name in TAUGHT if name != "l2") > 0.85
    lingers = read("reconstruction", "picture before")[:, 6]
    assert f"{lingers.min():.0%} to {lingers.max():.0%}" in text


def test_a_memory_keeps_what_it_is_asked_for_about_as_long_as_it_is_asked():
    caption("about as long as it is asked")
    middle = {
        name: np.median(read(name, "sign"), 0)
        for name in ("untrained", "reconstruction", "earlier_1", "earlier_2", "earlier_4")
    }
    assert max(middle["reconstruction"][3], middle["earlier_1"][4], middle["earlier_2"][6]) < 0.55
    assert middle["untrained"][3] > 0.8
    for delay in (1, 2, 4):
        assert read(f"earlier_{delay}", "sign")[:, : delay + 1].min() > 0.99
    last = sorted(read("earlier_4", "sign")[:, 6])
    assert last[0] < 0.9
    assert last[1] > 0.99
    before = [
        np.median(read(f"earlier_{delay}", "picture before")[:, 6]) for delay in (1, 2, 4, 6, 8)
    ]
    assert before == sorted(before, reverse=True)
    assert before[-1] < 0.7


def test_a_distance_is_not_information():
    caption("six times as far apart as an untrained memory")
    apart = {
        name: statistics.median(run["distance"] for run in TAUGHT[name].values())
        for name in ("untrained", "next_observation")
    }
    assert round(apart["next_observation"] / apart["untrained"]) == 6


def test_which_losses_help_an_agent():
    caption("all five seeds are there within 24,000 steps")
    assert max(solved("short", "earlier_8")) < 24_000
    alone = solved("short", "reward")
    assert (round(min(alone), -3), round(max(alone), -3)) == (20_000, 45_000)
    for name in ("reconstruction", "next_observation", "l2"):
        found = solved("short", name)
        assert min(found) > min(alone)
        assert max(found) < 50_000
    cloned = sorted(solved("short", "behaviour_cloning"))
    assert round(cloned[0], -3) == 38_000
    assert sum(one == float("inf") for one in cloned) == 1
    spans = [solved("long", name) for name in ("behaviour_cloning", "reward")]
    rounded = [tuple(round(end(one) / 1000) for end in (min, max)) for one in spans]
    assert rounded == [(32, 43), (35, 50)]
    middle = [
        statistics.median(solved("long", name))
        for name in ("behaviour_cloning", "earlier_8", "reward")
    ]
    assert middle == sorted(middle)


@pytest.mark.parametrize("maze", ["short", "long"])
def test_coefficients_were_chosen_with_other_seeds(maze):
    for name, runs in STORED[f"search {maze}"].items():
        assert set(runs) == {"100", "101"}, name
    assert len(STORED[f"search {maze}"]) == 2 * (len(STORED[maze]) - 1)
