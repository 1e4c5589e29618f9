"""Every memory over seeds: which runs are made, and what the report makes of them."""

import dataclasses
import subprocess
import sys

import measuring
import numpy as np
import popgym_memories
import pytest
import report_memories
from popgym_memories import Run

SEARCH = {"environments": ["A", "B"], "learning_rates": [0.1, 0.01], "seed": 0}


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """An empty folder of results, and runs of a second."""
    monkeypatch.setattr(measuring, "RESULTS", tmp_path)
    (tmp_path / popgym_memories.NAME).mkdir()
    settings = dataclasses.replace(popgym_memories.SETTINGS, num_envs=2, num_steps=60)
    chosen = {
        "ENVIRONMENTS": ("RepeatPreviousEasy", "RepeatFirstEasy"),
        "SEARCH": {"environments": ["RepeatFirstEasy"], "learning_rates": [1e-3], "seed": 0},
        "MEMORY_MODELS": ["mlp", "gru"],
        "SEEDS": range(2),
        "STEPS": 120,
        "RUNS_IN_ALL": 8,
        "SETTINGS": settings,
    }
    for name, value in chosen.items():
        monkeypatch.setattr(popgym_memories, name, value)
    return tmp_path


def stored(*runs):
    """Return results with runs of one return throughout."""
    results = {}
    for environment, memory, seed, rate, value in runs:
        numbers = {"search": SEARCH, "steps": 9, "runs_in_all": 99, "runs": []}
        found = results.setdefault(environment, numbers | {"machine": measuring.machine()})
        run = Run(environment, memory, seed, rate)._asdict()
        sizes = {"hidden_size": 8, "weights": 10, "cpu_seconds": 1.0}
        found["runs"].append(run | sizes | {"mean_return": [None, value]})
    return results


def test_runs_are_made_once_in_order_and_the_table_is_printed(tiny, capsys):
    # Searches come first, and their runs count.
    first = [(run.environment, run.memory, run.seed) for run in popgym_memories.missing_runs()]
    assert first == [("RepeatFirstEasy", memory, 0) for memory in ("mlp", "gru")]
    popgym_memories.main()
    assert popgym_memories.missing_runs() == []
    for name in popgym_memories.ENVIRONMENTS:
        runs = list(popgym_memories.load(name))
        assert [(run.memory, run.seed) for run in runs] == [
            (memory, seed) for seed in range(2) for memory in ("mlp", "gru")
        ]
    assert "8 of 8 runs are made." in capsys.readouterr().out
    assert (tiny / "popgym_memories.png").exists()
    assert not popgym_memories.make_one((tiny / "lock").open("w"))


def test_names_choose_memories_and_environments(tiny):
    runs = popgym_memories.missing_runs(["gru"])
    assert {run.memory for run in runs} == {"gru"}
    popgym_memories.main(["mlp", "RepeatPreviousEasy"])
    # The search is made in its own environment, whatever is named.
    made = {name: list(popgym_memories.load(name)) for name in popgym_memories.ENVIRONMENTS}
    assert [run.seed for run in made["RepeatFirstEasy"]] == [0]
    assert [(run.memory, run.seed) for run in made["RepeatPreviousEasy"]] == [
        ("mlp", 0),
        ("mlp", 1),
    ]
    with pytest.raises(ValueError, match="gruu"):
        popgym_memories.main(["gruu"])


def test_a_run_that_another_process_claimed_is_left_to_it(tmp_path):
    path = tmp_path / "lock"
    claim = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[1]); import popgym_memories as p\n"
        "with p.claimed(pathlib.Path(sys.argv[2]).open('w'), 7) as ours: print(ours)"
    )
    folder = str(measuring.RESULTS.parent)
    with path.open("w") as file:
        for place, free in ((7, "False"), (8, "True")):
            with popgym_memories.claimed(file, place) as is_ours:
                command = [sys.executable, "-c", claim, folder, str(path)]
                answer = subprocess.run(command, capture_output=True, text=True, check=True)
            assert is_ours
            assert answer.stdout.strip() == free


def test_sizes_give_about_as_many_weights():
    counts = {
        memory: popgym_memories.count_weights(memory, popgym_memories.hidden_size(memory))
        for memory in popgym_memories.MEMORY_MODELS
    }
    assert max(counts.values()) < 1.03 * min(counts.values()), counts
    assert popgym_memories.hidden_size("gru") == 64


def test_the_search_takes_the_rate_with_the_best_sum_and_awaits_all_its_runs():
    runs = [("A", "gru", 0, 0.1, 0.9), ("A", "gru", 0, 0.01, 1.0), ("B", "gru", 0, 0.1, 0.5)]
    assert report_memories.chosen_rate(stored(*runs), "gru") is None
    better = stored(*runs, ("B", "gru", 0, 0.01, 0.6))
    assert report_memories.chosen_rate(better, "gru") == 0.01
    # Other seeds than the search's have no say.
    assert report_memories.chosen_rate(stored(*runs, ("B", "gru", 1, 0.01, 0.6)), "gru") is None


def test_bands_hold_the_mean_and_shrink_with_the_spread():
    strata = [np.array([0.0, 0.1, 0.2, 0.3]), np.array([0.5, 0.6, 0.7, 0.8])]
    mean, low, high = report_memories.interquartile_mean(strata)
    assert mean == pytest.approx(0.4)  # that of 0.2, 0.3, 0.5 and 0.6
    assert low < mean < high
    # Seeds are drawn within environments: without spread there, there is no band.
    assert report_memories.interquartile_mean([np.zeros(3), np.ones(3)]) == pytest.approx(
        (0.5,) * 3
    )


def test_all_memories_are_compared_on_the_same_runs_and_each_number_says_how_many():
    search = [
        (name, memory, 0, rate, 0.0)
        for name in "AB"
        for memory in ("mlp", "gru")
        for rate in SEARCH["learning_rates"]
    ]
    results = stored(*search, ("A", "gru", 1, 0.1, 1.0))
    scores = report_memories.shared_scores(report_memories.returns_of(results))
    assert {memory: [len(part) for part in parts] for memory, parts in scores.items()} == {
        "mlp": [1, 1],
        "gru": [1, 1],
    }
    text = report_memories.memories_table(results)
    assert "| **0.50** (2) | 0.50 (2) | 0.00 (1) |" in text
    assert "9 of 99 runs are made; python benchmarks/popgym_memories.py makes the rest." in text
