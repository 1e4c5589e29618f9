import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from player_examples import OTHER_MEMORIES, record, record_other

from memorylab.memory import DNC
from memorylab.memory.arrays import Array
from memorylab.memory.dnc.ablation import PARTS, ablate
from memorylab.memory.dnc.replay import FROM_INTERFACE
from memorylab.memory.dnc.state import Interface
from memorylab.memory.dnc.trace import DNCTrace
from memorylab.player import packing


def pack_one(trace):
    header, data = packing.pack([trace], [""], [np.arange(trace.sizes.get("N", 0))])
    return header["runs"][0], data


def unpack(entry, data):
    count = math.prod(entry["shape"])
    values = np.frombuffer(data, "<" + entry["type"], count, offset=entry["offset"])
    return values.reshape(entry["shape"])


def sent(run):
    return {name for name, entry in run["arrays"].items() if "offset" in entry}


@settings(deadline=None, derandomize=True, max_examples=10)
@given(st.integers(1, 6), st.integers(1, 7), st.integers(1, 4), st.integers(1, 3))
def test_a_run_crosses_as_what_its_controller_asked_for(steps, locations, word, heads):
    trace = record(steps, locations, word, heads)
    run, data = pack_one(trace)
    assert run["follows"] == "controller"
    assert sent(run) == set(trace.arrays) - set(FROM_INTERFACE)
    for name, entry in run["arrays"].items():
        assert entry["shape"] == list(trace[name].shape)
        if name in Interface._fields:
            assert np.array_equal(unpack(entry, data), trace[name])
        elif name in sent(run):
            assert np.array_equal(unpack(entry, data), trace[name].astype(np.float32))


@pytest.mark.parametrize("name", FROM_INTERFACE)
@pytest.mark.parametrize("change", [1e-8, np.nan])
def test_a_run_that_does_not_follow_the_equations_crosses_whole(name, change):
    trace = record()
    wrong = trace[name].copy()
    wrong[-1].flat[1] += change
    trace = trace.with_arrays(**{name: wrong})
    run, data = pack_one(trace)
    assert "follows" not in run
    assert sent(run) == set(trace.arrays)
    for other, entry in run["arrays"].items():
        received = unpack(entry, data)
        assert np.array_equal(received, trace[other].astype(np.float32), equal_nan=True)


@pytest.mark.parametrize("parts", [("links",), ("usage", "content")])
def test_a_memory_without_a_part_crosses_with_the_disturbance_that_takes_it(parts):
    model = ablate(DNC(4, hidden_size=16, num_locations=8, word_size=5), *parts)
    z = np.ones((6, 4), dtype=np.float32)
    run, _ = pack_one(DNCTrace.record(model, z, disturbance="write_gate@3=0.5"))
    assert run["follows"] == "controller"
    taken = [PARTS[part] for part in sorted(parts)]
    assert run["disturbance"] == ";".join([*taken, "write_gate@3=0.5"])


def test_metadata_of_ones_own_make_a_run_cross_whole():
    trace = DNCTrace(record().arrays, {"disturbance": "a storm"})
    assert "follows" not in pack_one(trace)[0]


@pytest.mark.parametrize("name", OTHER_MEMORIES)
def test_a_memory_without_locations_crosses_whole(name):
    trace = record_other(name)
    run, data = pack_one(trace)
    assert (run["kind"], run["about"]) == (trace.kind, trace.about)
    assert (run["locations"], run["word"], run["heads"], run["order"]) == (0, 0, 0, [])
    assert list(run["arrays"]) == trace.required()
    for key, entry in run["arrays"].items():
        assert np.array_equal(unpack(entry, data), trace[key].astype(np.float32))


def test_the_header_has_the_rows_of_the_table_and_a_row_more_if_there_is_one():
    class Extended(DNCTrace):
        table = DNCTrace.table | {"surprise": Array("T R N", "fraction", "surprise", "how odd")}

    trace = Extended(record().arrays | {"surprise": np.full((12, 2, 8), 0.25)})
    run, data = pack_one(trace)
    for name, entry in run["arrays"].items():
        row = trace.table[name]
        assert (entry["axes"], entry["kind"], entry["label"]) == (row.shape, row.kind, row.label)
    entry = run["arrays"]["surprise"]
    assert (entry["low"], entry["high"], unpack(entry, data)[0, 0, 0]) == (0.25, 0.25, 0.25)
    assert run["arrays"]["read_modes"]["columns"] == ("backward", "content", "forward")


def test_numbers_that_32_bits_hold_take_32_bits():
    block = packing.Block()
    entries = [
        block.add(np.array([0.5, 1.0, 2.0]), exact=True),
        block.add(np.array([0.1]), exact=True),
        block.add(np.array([0.1])),
    ]
    assert [(entry["type"], entry["offset"]) for entry in entries] == [
        ("f4", 0),
        ("f8", 16),
        ("f4", 24),
    ]
    assert unpack(entries[1], block.tobytes()) == 0.1


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
