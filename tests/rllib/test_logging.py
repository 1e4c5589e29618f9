"""The page on evaluating and logging: its code runs, and what it writes can be read."""

from __future__ import annotations

import csv
import json
import math
import re
import struct
import time
from pathlib import Path

import pytest
from tensorboardX.proto.event_pb2 import Event

from memorylab.rllib import evaluate, ppo_config, train_ppo

pytestmark = pytest.mark.ray

PAGE = Path(__file__).parents[2] / "LOGGING.md"
*TRAINING, TUNE = re.findall(r"^```python\n(.*?)```", PAGE.read_text(), re.M | re.S)


def read_events(folder: Path) -> dict[str, dict[int, float]]:
    """Read TensorBoard's scalars: records of a length, a checksum, an event and another."""
    found: dict[str, dict[int, float]] = {}
    for path in folder.glob("events.out.tfevents.*"):
        data = path.read_bytes()
        # The last record may still be on its way.
        while len(data) >= 8 and len(data) >= 16 + (length := struct.unpack("<Q", data[:8])[0]):
            event = Event.FromString(data[12 : 12 + length])
            for value in event.summary.value:
                found.setdefault(value.tag, {})[event.step] = value.simple_value
            data = data[16 + length :]
    return found


@pytest.mark.timeout(120)
def test_a_training_is_evaluated_and_logged_as_the_page_shows(ray, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    for block in TRAINING:
        exec(block, names)
    history = names["agent"].history
    for _ in range(100):  # TensorBoard's writer is a thread of its own.
        logged = read_events(tmp_path / "runs" / "seed-0").get("return", {})
        if len(logged) == 3:
            break
        time.sleep(0.1)
    assert list(logged) == history.env_steps
    assert list(logged.values()) == pytest.approx(history.mean_return)
    lines = (tmp_path / "runs/seed-0/results.jsonl").read_text().splitlines()
    results = [json.loads(line) for line in lines]
    assert [result["training_iteration"] for result in results] == [1, 2, 3]
    # The second update is the first that is evaluated, and its return stands until the next.
    first, second, third = history.evaluation_return
    assert math.isnan(first)
    assert second == third == float(results[1]["evaluation"]["env_runners"]["episode_return_mean"])
    assert capsys.readouterr().out.strip() == str(history.evaluation_return)
    # The callback hears of no update while the agent plays.
    assert evaluate(names["agent"])
    assert len((tmp_path / "runs/seed-0/results.jsonl").read_text().splitlines()) == 3


def test_evaluation_counts_as_workers(ray):
    config = ppo_config("TMaze").env_runners(num_env_runners=1)
    config.evaluation(evaluation_interval=1, evaluation_num_env_runners=2)
    message = "1 env runners and 0 learners and 2 env runners for evaluation need 3 workers"
    with pytest.raises(ValueError, match=message):
        train_ppo(config, progress=False)


@pytest.mark.cluster
@pytest.mark.timeout(200)
def test_tune_searches_and_logs_as_the_page_shows(ray, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    exec(TUNE, names)
    results = names["results"]
    assert [result.error for result in results] == [None, None]
    assert sorted(result.config["lr"] for result in results) == [1e-3, 3e-3]
    for result in results:
        folder = Path(result.path)
        assert folder.is_relative_to(tmp_path)
        (row, *_) = csv.DictReader((folder / "progress.csv").open())
        json_row = json.loads((folder / "result.json").read_text().splitlines()[0])
        events = read_events(folder)["ray/tune/env_runners/episode_return_mean"]
        first = next(iter(events.values()))
        assert first == pytest.approx(float(row["env_runners/episode_return_mean"]))
        assert first == pytest.approx(json_row["env_runners"]["episode_return_mean"])
