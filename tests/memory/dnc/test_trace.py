"""A trace keeps what happened, comes back from disk unchanged, and refuses what it can't be."""

from __future__ import annotations

import copy
import json
import pickle
import re
import subprocess
import sys
import zipfile

import numpy as np
import pytest
import torch
from dnc_examples import make_dnc, seeds, sizes
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab.memory.arrays import Array
from memorylab.memory.dnc import DNCTrace
from memorylab.memory.dnc.state import Interface, MemoryState, Weightings
from memorylab.memory.dnc.trace import ARRAYS

fixed = settings(deadline=None, derandomize=True, max_examples=25)

T, N, W, R = 4, 3, 2, 2
REQUIRED = DNCTrace.required()
OPTIONAL = [name for name in ARRAYS if name not in REQUIRED]


def random_sequence(length=T):
    return torch.randn(length, 3, generator=torch.Generator().manual_seed(0)).double()


@pytest.fixture
def trace():
    return DNCTrace.record(
        make_dnc(N, W, R), random_sequence(), np.eye(T, 2), task="copy", sizes={"words": [1, 2]}
    )


def same(first, second):
    return (
        first.arrays.keys() == second.arrays.keys()
        and first.metadata == second.metadata
        and all(
            np.array_equal(first[name], second[name]) and first[name].dtype == second[name].dtype
            for name in first.arrays
        )
    )


def archive_with(path, **members):
    """Write an archive of the given arrays, a sound header among them unless one is given."""
    header = {"header": np.array(json.dumps({"format_version": 1, "metadata": {}}))}
    np.savez(path, **header | members)
    return path


# What a trace holds.


def test_record_keeps_everything(trace):
    assert trace.arrays.keys() == {*REQUIRED, "target"}
    lengths = {"T": T, "N": N, "W": W, "R": R, "3": 3, "F": 3, "D": 2}
    for name in REQUIRED:
        assert trace[name].shape == tuple(lengths[d] for d in ARRAYS[name].dimensions), name
    assert (trace.num_steps, trace.num_locations) == (T, N)
    assert (trace.word_size, trace.num_read_heads) == (W, R)
    assert len(trace) == T
    assert trace.metadata == {"ablated": [], "task": "copy", "sizes": {"words": [1, 2]}}
    assert np.array_equal(trace.target, np.eye(T, 2))
    assert repr(trace) == ("DNCTrace(num_steps=4, num_locations=3, word_size=2, num_read_heads=2)")


def test_record_runs_the_model():
    model = make_dnc(N, W, R)
    trace = DNCTrace.record(model, random_sequence())
    y, _ = model(random_sequence().unsqueeze(0))
    assert np.allclose(trace.output, y[0].detach(), rtol=0, atol=1e-12)
    assert "target" not in trace
    later = DNCTrace.record(model, random_sequence(), state=state_after(model))
    assert not np.allclose(later.output, trace.output)


def state_after(model):
    _, state = model(random_sequence().unsqueeze(0))
    state["controller"] = {key: tensor[0] for key, tensor in state["controller"].items()}
    return {key: value if key == "controller" else value[0] for key, value in state.items()}


def test_an_attribute_and_an_item_for_each_array(trace):
    for name in trace.arrays:
        assert getattr(trace, name) is trace[name] is trace.arrays[name]
        assert name in trace
    assert "reward" not in trace


def test_names_that_are_not_there(trace):
    with pytest.raises(AttributeError, match=r"A trace has no 'usag'\. Did you mean 'usage'\?"):
        _ = trace.usag
    with pytest.raises(KeyError, match=r"A trace has no 'usag'\. Did you mean 'usage'\?"):
        _ = trace["usag"]
    with pytest.raises(AttributeError, match="no 'reward': it was recorded without one"):
        _ = trace.reward
    with pytest.raises(KeyError, match="no 'reward': it was recorded without one"):
        _ = trace["reward"]
    # What is not an array is no item.
    with pytest.raises(KeyError, match="A trace has no 'save'"):
        _ = trace["save"]


def test_arrays_of_an_episode(trace, tmp_path):
    episode = {
        "observation": np.zeros((T, 2, 2), dtype=np.uint8),
        "frame": np.zeros((T, 3, 5, 3), dtype=np.uint8),
        "action": np.arange(T),
        "action_probabilities": np.full((T, 7), 1 / 7),
        "reward": np.ones(T),
        "value": np.ones(T, dtype=np.float32),
        "mask": np.array([True, False, True, True]),
    }
    played = DNCTrace(trace.arrays | episode)
    assert {*episode, "target"} == {*OPTIONAL}
    played.validate()
    played.save(tmp_path / "episode.npz")
    loaded = DNCTrace.load(tmp_path / "episode.npz")
    assert same(loaded, played)
    assert loaded.reward.tolist() == [1.0] * T
    assert loaded.metadata == {}


# The table.


@pytest.mark.parametrize("named", [MemoryState, Interface, Weightings], ids=lambda n: n.__name__)
def test_what_a_step_carries_has_the_shapes_of_the_table(named):
    for name, annotation in named.__annotations__.items():
        dimensions = re.search("'B(.*)'", str(annotation)).group(1).split()
        assert ["T", *dimensions] == ARRAYS[name].dimensions, name


made_up = st.builds(
    Array,
    st.sampled_from(["T", "T N", "T R N", "T R W", "T N 2", "T ..."]),
    st.sampled_from(["number", "fraction", "strength"]),
    label=st.text(max_size=5),
    meaning=st.text(max_size=5),
    columns=st.just(()),
    optional=st.just(False),
)


@fixed
@given(made_up, seeds)
def test_an_array_more_is_a_row_more(tmp_path_factory, row, seed):
    class Extended(DNCTrace):
        table = DNCTrace.table | {"surprise": row}

    path = tmp_path_factory.mktemp("trace") / "trace.npz"
    trace = DNCTrace.record(make_dnc(N, W, R), random_sequence())
    shape = row.step_shape(trace.sizes | {"...": 2})
    array = 1 + 0 * np.random.default_rng(seed).random((T, *shape))
    with pytest.raises(ValueError, match="A trace has no array 'surprise'"):
        trace.with_arrays(surprise=array)
    with pytest.raises(ValueError, match="The trace lacks surprise"):
        Extended(trace.arrays)
    extended = Extended(trace.arrays | {"surprise": array})
    extended.save(path)
    assert same(Extended.load(path), extended)
    extended.validate()
    extended.surprise[1] = np.nan
    with pytest.raises(ValueError, match=r"surprise at .* is not finite"):
        extended.validate()
    with pytest.raises(ValueError, match="surprise must have the shape"):
        Extended(trace.arrays | {"surprise": array[1:]})


# Copies.


def test_copies_are_traces(trace):
    for other in (copy.deepcopy(trace), pickle.loads(pickle.dumps(trace))):
        assert same(other, trace)
        other.usage[0, 0] = 0.25
        other.metadata["sizes"]["words"].append(3)
        assert trace.usage[0, 0] != 0.25
        assert trace.metadata["sizes"] == {"words": [1, 2]}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_saved_trace_comes_back_unchanged(dtype, tmp_path):
    model = make_dnc(N, W, R).to(dtype)
    trace = DNCTrace.record(model, random_sequence().to(dtype), name="Übung ∂", seed=3)
    trace.save(str(tmp_path / "new" / "trace.npz"))
    loaded = DNCTrace.load(str(tmp_path / "new" / "trace.npz"))
    assert same(loaded, trace)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["trace.npz"]
    loaded.validate()


def test_file_is_an_ordinary_archive(trace, tmp_path):
    trace.save(tmp_path / "trace.npz")
    with np.load(tmp_path / "trace.npz", allow_pickle=False) as archive:
        assert {*archive.files} == {*trace.arrays, "header"}
        assert json.loads(str(archive["header"])) == {
            "format_version": 1,
            "kind": "dnc",
            "metadata": trace.metadata,
        }


def test_reading_a_trace_needs_no_torch(trace, tmp_path):
    trace.save(tmp_path / "trace.npz")
    code = (
        "import sys; from memorylab.memory.dnc.trace import DNCTrace;"
        f"DNCTrace.load({str(tmp_path / 'trace.npz')!r}).validate();"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# Saving.


def test_interrupted_save_leaves_the_older_file(trace, tmp_path, monkeypatch):
    path = tmp_path / "trace.npz"
    trace.save(path)
    old = path.read_bytes()

    def write_half(file, **arrays):
        with open(file, "wb") as half:  # noqa: PTH123
            half.write(old[: len(old) // 2])
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez_compressed", write_half)
    other = DNCTrace(trace.arrays, {"task": "another"})
    with pytest.raises(KeyboardInterrupt):
        other.save(path)
    assert path.read_bytes() == old
    assert list(tmp_path.iterdir()) == [path]
    assert same(DNCTrace.load(path), trace)


def test_failed_save_leaves_the_older_file(trace, tmp_path):
    path = tmp_path / "trace.npz"
    trace.save(path)
    trace.metadata["when"] = object()
    with pytest.raises(TypeError, match="not JSON serializable"):
        trace.save(path)
    assert DNCTrace.load(path).metadata["task"] == "copy"


def test_objects_are_not_stored(trace, tmp_path):
    objects = DNCTrace(trace.arrays | {"action": np.array([{}] * T)})
    with pytest.raises(ValueError, match="action holds Python objects; only numbers"):
        objects.save(tmp_path / "trace.npz")
    assert list(tmp_path.iterdir()) == []


def test_folder_that_cannot_be_written(trace, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match=r"cannot write .*trace\.npz: .*Choose a folder you may"):
        trace.save(tmp_path / "file" / "trace.npz")

    # Permissions don't hold back an administrator, so the refusal is played.
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    with pytest.raises(OSError, match=r"cannot write .*trace\.npz: Permission denied\. Choose"):
        trace.save(tmp_path / "trace.npz")


@pytest.mark.parametrize("name", ["trace", "trace.json", "trace.npz.gz"])
def test_other_endings(trace, tmp_path, name):
    with pytest.raises(ValueError, match=rf"ends in \.npz, but got '{name}'"):
        trace.save(tmp_path / name)
    with pytest.raises(ValueError, match=rf"ends in \.npz, but got '{name}'"):
        DNCTrace.load(tmp_path / name)


# Loading.


def test_no_such_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"Found no trace at .*gone\.npz"):
        DNCTrace.load(tmp_path / "gone.npz")
    (tmp_path / "folder.npz").mkdir()
    with pytest.raises(FileNotFoundError, match=r"Found no trace at .*folder\.npz"):
        DNCTrace.load(tmp_path / "folder.npz")


class Bomb:
    """Creates a file when unpickled."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return open, (self.path, "w")


@pytest.mark.parametrize("member", ["usage", "header", "action"])
def test_nothing_is_unpickled(trace, tmp_path, member):
    bomb = np.array([Bomb(tmp_path / "executed")] * T, dtype=object)
    path = archive_with(tmp_path / "trace.npz", **trace.arrays | {member: bomb})
    with pytest.raises(ValueError, match=f"or holds no trace .{member}.npy holds object instead"):
        DNCTrace.load(path)
    assert not (tmp_path / "executed").exists()


@fixed
@given(st.data())
def test_damaged_files_are_called_damaged(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("damaged")
    trace = DNCTrace.record(make_dnc(N, W, R), random_sequence())
    trace.save(folder / "trace.npz")
    whole = (folder / "trace.npz").read_bytes()
    cut = data.draw(st.integers(0, len(whole) - 1))
    (folder / "trace.npz").write_bytes(whole[:cut])
    with pytest.raises(ValueError, match="is damaged, or holds no trace"):
        DNCTrace.load(folder / "trace.npz")
    broken = bytearray(whole)
    for at in data.draw(st.lists(st.integers(0, len(whole) - 1), min_size=1, max_size=9)):
        broken[at] ^= 0x55
    (folder / "trace.npz").write_bytes(broken)
    try:
        loaded = DNCTrace.load(folder / "trace.npz")
    except ValueError:
        return
    # Some bytes of an archive mean nothing; then the numbers are still those that were saved.
    assert all(np.array_equal(loaded[name], trace[name]) for name in trace.arrays)


def test_every_kind_of_damage_is_a_value_error(trace, tmp_path):
    """Each byte in turn, in the part of the file that is compressed and in its directory."""
    path = tmp_path / "trace.npz"
    trace.save(path)
    whole = path.read_bytes()
    refused = 0
    for at in {*range(0, len(whole), 7), *range(len(whole) - 60, len(whole))}:
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            loaded = DNCTrace.load(path)
        except ValueError:
            refused += 1
        else:
            assert all(np.array_equal(loaded[name], trace[name]) for name in trace.arrays)
    assert refused > len(whole) / 14


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x05\x06" + bytes(18)])
def test_other_files(tmp_path, content):
    (tmp_path / "trace.npz").write_bytes(content)
    with pytest.raises(ValueError, match=r"trace\.npz is (damaged|not a trace)"):
        DNCTrace.load(tmp_path / "trace.npz")


@pytest.mark.parametrize("header", ["not JSON", "[]", "{}", "3", '"format_version"'])
def test_other_headers(trace, tmp_path, header):
    path = archive_with(tmp_path / "trace.npz", header=np.array(header), **trace.arrays)
    with pytest.raises(ValueError, match="is not a trace: its header is missing or damaged"):
        DNCTrace.load(path)


def test_archive_of_other_arrays(tmp_path):
    np.savez(tmp_path / "other.npz", weights=np.zeros(3))
    with pytest.raises(ValueError, match="is not a trace: its header is missing or damaged"):
        DNCTrace.load(tmp_path / "other.npz")


@pytest.mark.parametrize("version", [0, 3, "1", None])
def test_other_versions(trace, tmp_path, version):
    header = np.array(json.dumps({"format_version": version, "metadata": {}}))
    path = archive_with(tmp_path / "trace.npz", header=header, **trace.arrays)
    with pytest.raises(
        ValueError, match=f"has format version {version!r}, but this .* versions 1 to 2"
    ):
        DNCTrace.load(path)


def test_loaded_arrays_are_checked(trace, tmp_path):
    path = archive_with(tmp_path / "trace.npz", **trace.arrays | {"usage": np.zeros((T, N + 1))})
    with pytest.raises(ValueError, match="usage must have the shape"):
        DNCTrace.load(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("notes.txt", "hello")
    with pytest.raises(ValueError, match="is damaged, or holds no trace"):
        DNCTrace.load(path)


# Arrays that don't fit.


@pytest.mark.parametrize("name", REQUIRED)
def test_missing_arrays(trace, name):
    with pytest.raises(ValueError, match=f"The trace lacks {name}"):
        DNCTrace({key: array for key, array in trace.arrays.items() if key != name})


def test_all_missing_arrays_are_named(trace):
    with pytest.raises(ValueError, match="The trace lacks input, output, memory, "):
        DNCTrace({})


def test_unknown_arrays(trace):
    with pytest.raises(ValueError, match=r"no array 'useage'\. Did you mean 'usage'\? Known: "):
        DNCTrace(trace.arrays | {"useage": trace.usage})


@pytest.mark.parametrize("name", [name for name in REQUIRED if name not in ("input", "output")])
def test_wrong_shapes(trace, name):
    array = trace[name]
    for wrong in (array[:-1], np.concatenate([array, array], -1), array[..., None], array[0]):
        with pytest.raises(
            ValueError, match=r"must have the shape \[T, |must have the shape \[T\]"
        ):
            DNCTrace(trace.arrays | {name: wrong})


@pytest.mark.parametrize("name", ["input", "output"])
def test_input_and_output_may_have_any_width(trace, name):
    DNCTrace(trace.arrays | {name: np.zeros((T, 9))}).validate()
    for wrong in (np.zeros(T), np.zeros((T, 2, 2)), np.zeros((T + 1, 2))):
        with pytest.raises(ValueError, match="must have the shape"):
            DNCTrace(trace.arrays | {name: wrong})


@pytest.mark.parametrize("name", OPTIONAL)
def test_wrong_shapes_of_optional_arrays(trace, name):
    for wrong in (np.zeros(()), np.zeros(T + 1)):
        with pytest.raises(ValueError, match=rf"{name} must have the shape \[T"):
            DNCTrace(trace.arrays | {name: wrong})
    if ARRAYS[name].dimensions == ["T"]:
        with pytest.raises(ValueError, match=rf"{name} must have the shape \[T\]"):
            DNCTrace(trace.arrays | {name: np.zeros((T, 2))})


def test_message_tells_the_sizes_it_goes_by(trace):
    with pytest.raises(
        ValueError,
        match=r"usage must have the shape \[T, N\], but has \[4, 5\] "
        r"\(T = 4, F = 3, D = 2, N = 3, W = 2 by the arrays before it\)",
    ):
        DNCTrace(trace.arrays | {"usage": np.zeros((T, 5))})


def test_no_steps(trace):
    with pytest.raises(ValueError, match="at least one step, but this one has none"):
        DNCTrace({name: array[:0] for name, array in trace.arrays.items()})


# Numbers that can't be.


UNIT = ["fraction", "weighting", "distribution", "links"]


def rows_of(*kinds):
    return [name for name, row in ARRAYS.items() if row.kind in kinds and not row.optional]


@fixed
@given(sizes, seeds)
def test_nothing_is_wrong_with_what_a_dnc_does(size, seed):
    DNCTrace.record(make_dnc(*size, seed=seed), random_sequence()).validate(1e-12)


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        *((name, np.nan, "is not finite (nan)") for name in REQUIRED),
        *((name, -0.01, "is not in [0, 1] (-0.01)") for name in rows_of(*UNIT)),
        *((name, 1.01, "is not in [0, 1] (1.01)") for name in rows_of(*UNIT)),
        *((name, 0.5, "is below 1 (0.5)") for name in rows_of("strength")),
        *((name, [0.6, 0.5, 0], "sums to more than 1 (1.1)") for name in rows_of("weighting")),
        ("read_modes", [0.2, 0.3, 0.4], "does not sum to 1 (0.9)"),
        ("link", [[0, 0, 0], [0, 0, 0], [0, 0, 0.5]], "links a location to itself (0.5)"),
        ("link", [[0, 0, 0], [0, 0, 0], [0.6, 0.6, 0]], "has a row that sums to more than 1 (1.2)"),
        ("link", [[0, 0, 0], [0.6, 0, 0], [0.6, 0, 0]], "has a column that sums to more than 1"),
        ("target", np.inf, "is not finite (inf)"),
    ],
)
def test_validate_names_what_is_wrong(trace, name, values, message):
    trace.validate()
    trace[name][2] = values
    expected = rf"This is not a valid DNCTrace: {name} at \[2.*\] {re.escape(message)}"
    with pytest.raises(ValueError, match=expected):
        trace.validate()


def test_validate_tolerates_rounding_and_no_more(trace):
    trace.usage[0, 0] = 1 + 1e-5
    trace.validate()
    with pytest.raises(ValueError, match="usage"):
        trace.validate(tolerance=1e-6)


def test_arrays_of_a_state_can_be_checked_alone():
    assert DNCTrace.find_violation({}) is None
    assert DNCTrace.find_violation({"usage": np.array([[0.5]])}) is None
    found = DNCTrace.find_violation({"reward": np.array([np.nan])})
    assert found == "reward at [0] is not finite (nan)."
