"""A run follows from what its controller asked for, and the file of a large run holds no more."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from dnc_examples import make_dnc, seeds, sizes, warm_state
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab.memory.dnc import DNCTrace, ablate, trace
from memorylab.memory.dnc.ablation import PARTS
from memorylab.memory.dnc.replay import FROM_INTERFACE, NOT_STORED, replay
from memorylab.memory.dnc.state import Interface

fixed = settings(deadline=None, derandomize=True, max_examples=25)

T, N, W, R = 6, 4, 3, 2
DISTURBANCES = [None, "memory[0]@2-=0;write_gate@1=1", "N=7;usage[6]@3=1;input=0", "output@4=2"]


def sequence(seed=0):
    return torch.randn(T, 3, generator=torch.Generator().manual_seed(seed)).double()


def record(disturbance=None, **config):
    return DNCTrace.record(make_dnc(N, W, R, **config), sequence(), disturbance=disturbance)


@pytest.fixture
def all_are_large(monkeypatch):
    monkeypatch.setattr(trace, "WHOLE_BYTES", 0)


def stored(path):
    """Return the names of the arrays in a file, and the version of its format."""
    with np.load(path) as archive:
        return {*archive.files} - {"header"}, json.loads(str(archive["header"]))["format_version"]


def assert_same(first, second):
    assert first.arrays.keys() == second.arrays.keys()
    assert first.metadata == second.metadata
    for name, array in first.arrays.items():
        assert np.array_equal(array, second[name]), name
        assert array.dtype == second[name].dtype, name


@fixed
@given(
    sizes,
    seeds,
    st.sampled_from(["lstm", "feedforward"]),
    st.sets(st.sampled_from(sorted(PARTS))),
    st.sampled_from(["", "usage[0]@2=1", "N=7;memory@1-3=0.5", "write_gate=1;link@3=0"]),
)
def test_a_large_run_comes_back(tmp_path_factory, size, seed, controller, parts, disturbance):
    model = ablate(make_dnc(*size, seed=seed, controller=controller), *parts)
    recorded = DNCTrace.record(model, sequence(seed), np.eye(T, 2), disturbance=disturbance)
    path = tmp_path_factory.mktemp("trace") / "trace.npz"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trace, "WHOLE_BYTES", 0)
        recorded.save(path)
    assert stored(path) == ({*recorded.arrays} - {*NOT_STORED}, 2)
    assert_same(DNCTrace.load(path), recorded)


def test_the_file_of_a_large_run_is_small(tmp_path):
    recorded = DNCTrace.record(make_dnc(96, W, R), torch.randn(40, 3).double())
    num_bytes = sum(array.nbytes for array in recorded.arrays.values())
    assert num_bytes > trace.WHOLE_BYTES
    recorded.save(tmp_path / "trace.npz")
    assert (tmp_path / "trace.npz").stat().st_size < num_bytes / 50
    assert_same(DNCTrace.load(tmp_path / "trace.npz"), recorded)


def test_a_small_run_is_stored_whole(tmp_path):
    record("usage=0").save(tmp_path / "trace.npz")
    assert stored(tmp_path / "trace.npz") == ({*DNCTrace.required()}, 1)


def changed(name, by):
    run = record()
    return run.with_arrays(**{name: run[name] + by})


def from_the_middle():
    model = make_dnc(N, W, R)
    state = warm_state(1, N, W, R, torch.Generator().manual_seed(0))._asdict()
    state = model.initial_state() | {name: tensor[0] for name, tensor in state.items()}
    return DNCTrace.record(model, sequence(), state=state)


@pytest.mark.parametrize(
    "make",
    [
        from_the_middle,
        lambda: changed("memory", 1e-9),
        lambda: changed("link", np.nan),
        lambda: changed("write_vector", 1e-6),
        lambda: DNCTrace({name: a.astype(np.float32) for name, a in record().arrays.items()}),
        lambda: record("link=0").with_arrays(link=np.zeros((T, N, N), dtype=np.float32)),
        lambda: DNCTrace(record("memory@2=0").arrays),
        lambda: DNCTrace(record().arrays, {"disturbance": "link=0"}),
        lambda: DNCTrace(record().arrays, {"disturbance": "a cold"}),
        lambda: DNCTrace(record().arrays, {"disturbance": 3}),
        lambda: DNCTrace(record().arrays, {"ablated": ["legs"]}),
    ],
    ids=[
        *(
            "from the middle",
            "memory changed",
            "not a number",
            "interface changed",
            "single",
            "one in single",
        ),
        *("disturbed in secret", "not disturbed", "no text", "no string", "no part"),
    ],
)
def test_a_run_that_does_not_follow_is_stored_whole(make, tmp_path, all_are_large):
    run = make()
    run.save(tmp_path / "trace.npz")
    assert stored(tmp_path / "trace.npz") == ({*run.arrays}, 1)
    loaded = DNCTrace.load(tmp_path / "trace.npz")
    for name, array in run.arrays.items():
        assert np.array_equal(loaded[name], array, equal_nan=True)


def test_a_row_more_in_the_table_is_stored_and_comes_back(tmp_path, all_are_large):
    class Extended(DNCTrace):
        table = DNCTrace.table | {"surprise": DNCTrace.table["usage"]}

    run = Extended(record().arrays | {"surprise": np.full((T, N), 0.25)})
    run.save(tmp_path / "trace.npz")
    assert stored(tmp_path / "trace.npz") == ({*run.arrays} - {*NOT_STORED}, 2)
    assert_same(Extended.load(tmp_path / "trace.npz"), run)


# Replaying.


@pytest.mark.parametrize("disturbance", DISTURBANCES)
def test_the_interface_is_enough(disturbance):
    run = record(disturbance)
    asked = {name: run[name] for name in Interface._fields}
    again = replay(asked, run.num_locations, disturbance)
    assert again.keys() == {*FROM_INTERFACE}
    for name in FROM_INTERFACE:
        assert np.array_equal(again[name], run[name]), name


def test_a_given_usage_decides_where_is_free():
    run = record()
    usage = np.tile([0.5, 0.5 - 1e-9, 0.9, 0.9], (T, 1))
    again = replay(run.arrays | {"usage": usage}, N)
    assert np.array_equal(again["usage"], usage)
    assert (again["allocation_weighting"].argmax(-1) == 1).all()


# Files and machines that can't.


def archive(path, run, header=None, **members):
    """Write a file of version 2."""
    text = json.dumps({"format_version": 2, "metadata": run.metadata} | (header or {}))
    arrays = {name: run[name] for name in run.arrays if name not in NOT_STORED} | members
    arrays = {name: array for name, array in arrays.items() if array is not None}
    np.savez(path, header=np.array(text), **arrays)
    return path


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"usage": None}, "The trace lacks usage"),
        ({"write_key": None, "input": None}, "The trace lacks input, write_key"),
        ({"usage": np.zeros(T)}, "usage must have the shape"),
        ({"read_keys": np.zeros((T, R, W + 1))}, "read_keys must have the shape"),
        ({"memory": np.zeros((T, N, W))}, "A trace has no array 'memory'"),
        ({"header": {"metadata": {"disturbance": "usage[9]=0"}}}, "the index 9 is out of range"),
        ({"header": {"metadata": {"disturbance": "usage"}}}, "'usage' can't be read"),
        ({"header": {"metadata": {"ablated": ["legs"]}}}, "no part 'legs' to take away"),
    ],
)
def test_files_that_nothing_follows_from(tmp_path, changes, message):
    assert_same(DNCTrace.load(archive(tmp_path / "sound.npz", record())), record())
    with pytest.raises(ValueError, match=message):
        DNCTrace.load(archive(tmp_path / "trace.npz", record(), **changes))


def test_without_torch(tmp_path):
    """A large run is stored whole, and one that isn't says what it lacks."""
    record().save(tmp_path / "whole.npz")
    archive(tmp_path / "compact.npz", record())
    code = f"""
import sys
sys.modules["torch"] = None  # any import of it fails
from memorylab.memory.dnc import trace
trace.WHOLE_BYTES = 0
trace.DNCTrace.load({str(tmp_path / "whole.npz")!r}).save({str(tmp_path / "again.npz")!r})
try:
    trace.DNCTrace.load({str(tmp_path / "compact.npz")!r})
except ImportError as error:
    print(error)
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "computing that needs PyTorch: pip install torch" in result.stdout, result.stderr
    assert stored(tmp_path / "again.npz") == ({*DNCTrace.required()}, 1)
