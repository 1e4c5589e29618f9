from __future__ import annotations

import pytest

from memorylab.training import History


def test_a_history_comes_back_as_it_was(tmp_path):
    history = History([50], [0.69], [0.5], [1.25], True)
    history.save(tmp_path / "history.json")
    assert History.load(tmp_path / "history.json") == history


@pytest.mark.parametrize("text", ["{", '{"steps": [1]}', "[1]"])
def test_something_else_is_refused(tmp_path, text):
    path = tmp_path / "history.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"history\.json is not a training history"):
        History.load(path)
