import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from player_examples import OTHER_MEMORIES, record, record_other

from memorylab.memory import DNC
from memorylab.memory.dnc.ablation import ablate
from memorylab.memory.dnc.trace import DNCTrace
from memorylab.memory.trace import Array
from memorylab.player import packing


def pack_one(trace):
    header, data = packing.pack([trace], [""], [np.arange(trace.sizes.get("N", 0))])
    return header["runs"][0], np.frombuffer(data, dtype="<f4")


@settings(deadline=None, derandomize=True, max_examples=10)
@given(st.integers(1, 6), st.integers(1, 7), st.integers(1, 4), st.integers(1, 3))
def test_a_small_run_crosses_whole(steps, locations, word, heads):
    trace = record(steps, locations, word, heads)
    run, block = pack_one(trace)
    assert set(run["arrays"]) == set(trace.arrays)
    for name, array in trace.arrays.items():
        entry = run["arrays"][name]
        assert (entry["shape"], entry["sent"]) == (list(array.shape), steps)
        sent = block[entry["offset"] : entry["offset"] + array.size].reshape(array.shape)
        assert np.array_equal(sent, array.astype(np.float32))


@pytest.mark.parametrize("name", OTHER_MEMORIES)
def test_a_memory_without_locations_crosses_whole_whatever_its_size(name, monkeypatch):
    monkeypatch.setattr(packing, "WHOLE_BYTES", 0)
    trace = record_other(name)
    run, block = pack_one(trace)
    assert (run["kind"], run["about"]) == (trace.kind, trace.about)
    assert (run["locations"], run["word"], run["heads"], run["order"]) == (0, 0, 0, [])
    assert list(run["arrays"]) == trace.required()
    assert all(entry["sent"] == 12 for entry in run["arrays"].values())
    sent = np.concatenate([trace[key].ravel() for key in run["arrays"]])
    assert np.array_equal(block, sent.astype(np.float32))


def test_the_header_has_the_rows_of_the_table_and_a_row_more_if_there_is_one():
    class Extended(DNCTrace):
        table = DNCTrace.table | {"surprise": Array("T R N", "fraction", "surprise", "how odd")}

    trace = Extended(record().arrays | {"surprise": np.full((12, 2, 8), 0.25)})
    run, block = pack_one(trace)
    for name, entry in run["arrays"].items():
        row = trace.table[name]
        assert (entry["axes"], entry["kind"], entry["label"]) == (row.shape, row.kind, row.label)
    entry = run["arrays"]["surprise"]
    assert (entry["low"], entry["high"], block[entry["offset"]]) == (0.25, 0.25, 0.25)
    assert run["arrays"]["read_modes"]["columns"] == ("backward", "content", "forward")


def sent(trace):
    """Return the names of the arrays of which the browser gets the first step alone."""
    arrays = pack_one(trace)[0]["arrays"]
    return {name for name, entry in arrays.items() if entry["sent"] < trace.num_steps}


def test_a_large_run_crosses_without_what_follows_from_the_rest(monkeypatch):
    trace = record()
    monkeypatch.setattr(packing, "WHOLE_BYTES", 0)
    run, block = pack_one(trace)
    assert sent(trace) == set(packing.RECOMPUTED)
    assert run["arrays"]["link"]["shape"] == [12, 8, 8]
    assert len(block) < sum(array.size for array in trace.arrays.values()) / 2


@pytest.mark.parametrize("name", packing.RECOMPUTED)
def test_a_run_that_does_not_follow_the_equations_crosses_whole(name, monkeypatch):
    monkeypatch.setattr(packing, "WHOLE_BYTES", 0)
    trace = record()
    wrong = trace[name].copy()
    wrong[-1].flat[1] += 1e-3
    assert sent(trace.with_arrays(**{name: wrong})) == set()
    wrong[-1].flat[1] = np.nan
    assert sent(trace.with_arrays(**{name: wrong})) == set()


def test_a_memory_without_links_crosses_whole(monkeypatch):
    monkeypatch.setattr(packing, "WHOLE_BYTES", 0)
    model = ablate(DNC(4, hidden_size=16, num_locations=8, word_size=5), "links")
    assert sent(DNCTrace.record(model, np.ones((6, 4), dtype=np.float32))) == set()


def test_ranges_are_those_of_all_runs_and_leave_out_what_is_no_number():
    first, second = record(seed=1), record(seed=2)
    memory = second.memory.copy()
    memory[0, 0] = [np.nan, np.inf, -np.inf, 50, -60]
    runs = [first, second.with_arrays(memory=memory)]
    header, _ = packing.pack(runs, ["", ""], [np.arange(8)] * 2)
    entries = [run["arrays"]["memory"] for run in header["runs"]]
    assert [(entry["low"], entry["high"]) for entry in entries] == [(-60.0, 50.0)] * 2


@pytest.mark.parametrize(
    ("shape", "frame"),
    [
        ((3, 4, 5), {"height": 4, "width": 5, "channels": 1}),
        ((3, 4, 5, 3), {"height": 4, "width": 5, "channels": 3}),
        ((3, 4, 5, 7), None),
        ((3, 4), None),
    ],
)
def test_observations_that_are_pictures_have_a_frame(shape, frame):
    trace = record(3).with_arrays(observation=np.arange(np.prod(shape)).reshape(shape))
    found = pack_one(trace)[0]["frame"]
    assert (found and {key: found[key] for key in ("height", "width", "channels")}) == frame
