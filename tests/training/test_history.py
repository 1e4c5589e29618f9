from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memorylab.training import History

FIRST_RELEASE = Path(__file__).with_name("diffnc_history.json")


def example():
    return History(env_steps=[1, 2], mean_return=[0.5, 1.0], settings={"lr": 0.1}, solved=True)


@given(
    names=st.lists(st.sampled_from(["step", "loss", "bit_error", "columns_", "x"]), unique=True),
    length=st.integers(0, 4),
    solved=st.booleans(),
)
def test_a_history_comes_back_as_it_was(tmp_path_factory, names, length, solved):
    columns = {name: [float(step) for step in range(length)] for name in names}
    history = History(settings={"size": [1]}, solved=solved, **columns)
    path = tmp_path_factory.mktemp("history") / "history.json"
    history.save(path)
    for other in (History.load(path), copy.deepcopy(history), pickle.loads(pickle.dumps(history))):
        assert other == history
        assert other != History(settings={"size": [2]}, solved=solved, **columns)
    for name, values in columns.items():
        assert getattr(history, name) == values


def test_rows_are_added_and_the_last_one_is_read():
    history = History(step=[], loss=[])
    assert history.last("step") == 0
    history.append(step=50, loss=0.69)
    assert (history.step, history.loss) == ([50], [0.69])
    assert history.last("loss", default=1.0) == 0.69
    with pytest.raises(ValueError, match=r"must have \['step', 'loss'\], got \['step'\]"):
        history.append(step=100)
    with pytest.raises(AttributeError, match=r"has no bit_error; its columns are \['step', 'loss'"):
        history.last("bit_error")


@pytest.mark.parametrize(
    "text",
    [
        '{"step": [50], "loss": [0.69], "bit_error": [0.5], "seconds": [1.25], "solved": true}',
        '{"env_steps": [9], "mean_return": [NaN], "seconds": [1], "settings": {}, "solved": false}',
    ],
)
def test_files_of_release_0_1_are_read(text, tmp_path):
    path = tmp_path / "history.json"
    path.write_text(text)
    history = History.load(path)
    stored = json.loads(text)
    assert history.columns.keys() == stored.keys() - {"settings", "solved"}
    assert history.seconds == stored["seconds"]
    assert history.solved == stored["solved"]


def test_a_history_of_the_first_release_is_read():
    history = History.load(FIRST_RELEASE)
    assert history.last("env_steps") > 50_000
    assert history.settings["environment"] == "RepeatPreviousEasy"


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no history at"):
        History.load(tmp_path / "none.json")
