"""The stored runs of notebook attention_and_linear_recurrence, and what it says of them."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from memorylab.memory import make_memory
from memorylab_course.keeping import WIDTH, price

SCRIPT = Path(__file__).parents[2] / "notebooks" / "data" / "make_memory_plane.py"
spec = importlib.util.spec_from_file_location("make_memory_plane", SCRIPT)
script = importlib.util.module_from_spec(spec)
spec.loader.exec_module(script)
PLANE = script.load()


def kept(name: str, pairs: int) -> np.ndarray:
    """Return the median over the seeds of what a memory keeps at each lag."""
    runs = [run for run in PLANE[name]["runs"] if run["seed"] in script.SEEDS]
    return np.median([run["kept"][str(pairs)] for run in runs], 0)


@pytest.mark.parametrize("label", script.MEMORIES)
def test_five_seeds_have_the_rate_that_the_search_found_and_the_sizes_of_the_script(label):
    name, sizes = script.MEMORIES[label]
    stored = PLANE[label]
    assert stored | price(make_memory(name, WIDTH, **sizes)) == stored
    assert (stored["memory"], stored["sizes"]) == (name, sizes)
    search = [run for run in stored["runs"] if run["seed"] == script.SEARCH_SEED]
    assert sorted(run["rate"] for run in search) == sorted(script.RATES)
    best = min(search, key=lambda run: (run["bit_error"][-1], run["step"][-1]))["rate"]
    runs = [run for run in stored["runs"] if run["seed"] != script.SEARCH_SEED]
    assert [(run["seed"], run["rate"]) for run in runs] == [(seed, best) for seed in script.SEEDS]


def test_a_window_keeps_all_within_and_nothing_beyond():
    assert (kept("window of 6", 6)[:5] > 0.95).all()
    assert (kept("window of 6", 6)[5:] < 0.2).all()
    assert (kept("frame stack of 6", 6)[5:] < 0.2).all()
    assert (kept("window of 12", 6) > 0.9).all()


def test_a_matrix_learns_it_and_a_vector_does_not_in_this_time():
    for name in ("linear attention", "gated delta rule"):
        assert kept(name, 6).min() > 0.95
    for name in ("LRU", "minGRU", "LSTM"):
        assert 0.2 < kept(name, 6).mean() < 0.4


def test_some_of_the_dncs_have_found_the_way_and_others_have_not():
    runs = [run for run in PLANE["DNC"]["runs"] if run["seed"] in script.SEEDS]
    means = sorted(np.mean(run["kept"]["6"]) for run in runs)
    assert means[2] < 0.4
    assert means[3] > 0.9
