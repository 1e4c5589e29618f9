"""Speeds of memories, scans and stacks: what is measured, and what a table shows of it."""

import measuring
import memory_speed
import pytest
import report_speed
import torch

from memorylab.memory.scan import scan


@pytest.fixture
def results(tmp_path, monkeypatch):
    """An empty folder in place of that with the real results."""
    monkeypatch.setattr(measuring, "RESULTS", tmp_path)
    return tmp_path


@pytest.mark.parametrize(("dtype", "shared", "batch_size"), memory_speed.SCANS)
def test_the_loop_beside_the_scan_computes_the_same(dtype, shared, batch_size):
    arrays = memory_speed.recurrence(dtype, shared, batch_size, 50)
    ours = memory_speed.with_gradients(scan, arrays)
    theirs = memory_speed.with_gradients(memory_speed.loop, arrays)
    for found, expected in zip(ours, theirs, strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


def test_every_memory_is_measured_and_every_scan_shown(results, monkeypatch, capsys):
    monkeypatch.setattr(memory_speed, "SAMPLES", 1)
    monkeypatch.setattr(memory_speed, "LENGTHS", (2, 3))
    monkeypatch.setattr(memory_speed, "SCAN_STEPS", 3)
    memory_speed.main()
    printed = capsys.readouterr().out
    for name in memory_speed.MEMORY_MODELS:
        assert f"| `{name}` |" in printed
    assert printed.count("×") == len(memory_speed.SCANS)
    found = measuring.load(memory_speed.NAME)["memories"]
    assert found["mlp"]["state_bytes"] == 0
    assert found["lstm"]["state_bytes"] == 2 * 64 * 4


def summary(value):
    return measuring.summarise([value])


def test_stacks_are_compared_by_their_medians_and_missing_runs_are_named():
    run = {"environment": "TMaze", "memory": "gru", "stack": "RLlib", "steps_to_0.9": None}
    row = {"environment": "TMaze", "memory": "gru", "peak_megabytes": 300.0}
    rates = {"without Ray": summary(6000.0), "RLlib": summary(1500.0)}
    text = report_speed.without_ray_table(
        {
            "machine": measuring.machine(),
            "steps": 9,
            "speed": [row | {"steps_per_second": rates}],
            "rllib_own_lstm": {"use_lstm": summary(2000.0)},
            "runs": [run | {"last_return": value} for value in (0.2, 0.8, 0.5)],
        }
    )
    cells = (
        "| 6,000 | 1,500 | **4.0×** | 300 MB | missing | **0.50** (0.20 to 0.80; 3), not reached |"
    )
    assert f"| TMaze, `gru` {cells}" in text
    assert "| `use_lstm` | 500 |" in text


def test_an_lstm_that_did_not_solve_its_task_counts_as_endless():
    run = {"contender": "theirs", "weights": 5, "steps_per_second": 10.0, "cpu_seconds": 2.0}
    text = report_speed.sb3_table(
        {
            "machine": measuring.machine(),
            "environment": "TMaze",
            "goal": 0.9,
            "most_steps": 9000,
            "runs": [run | {"steps": steps} for steps in (None, 2000, None)],
        }
    )
    assert "| **not solved** (not solved, 2k, not solved) |" in text
