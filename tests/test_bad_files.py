"""Files that were damaged, or made to do harm: each is refused by a clear ValueError.

Changes are made to whole files; each names the file and what was expected.
"""

import io
import json
import tracemalloc
import zipfile

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from memorylab.files import load_arrays, save_arrays
from memorylab.memory import DNC, GRU, MemoryTrace
from memorylab.memory.dnc import DNCTrace
from memorylab.ppo import Agent
from memorylab.training import Film, History, load_weights, save_weights

DEEP = "[" * 100_000


def packed(array, shape=None):
    """An array in numpy's format, whose header may name another shape."""
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    text = file.getvalue()
    return text if shape is None else text.replace(repr(array.shape).encode(), shape)


def write_archive(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)


def test_a_small_archive_that_unpacks_to_much_is_not_unpacked(tmp_path):
    path = tmp_path / "bomb.npz"
    write_archive(path, zeros=packed(np.zeros(300_000_000, np.uint8)))
    assert path.stat().st_size < 1_000_000
    tracemalloc.start()
    with pytest.raises(ValueError, match=r"bomb\.npz .* would unpack to 300 MB"):
        load_arrays(path, "trace")
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


def test_what_is_saved_is_read_however_little_is_left_of_it(tmp_path, monkeypatch):
    monkeypatch.setattr("memorylab.files._MOST_BYTES", 100_000)
    path, zeros = tmp_path / "zeros.npz", np.zeros((3, 50_000))
    save_arrays(path, {"zeros": zeros})
    assert np.array_equal(load_arrays(path, "trace")["zeros"], zeros)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (packed(np.zeros(3, complex)), "holds complex128 instead of real numbers"),
        (packed(np.array(["a", "b"])), "holds <U1 instead of real numbers"),
        (packed(np.array([{}])), "holds object instead of real numbers"),
        (packed(np.zeros(2, [("a", float)])), r"instead of real numbers"),
        (packed(np.zeros(30), b"(30000000000,)"), "hasn't the size that its header says"),
        (packed(np.zeros(3))[:-1], "hasn't the size that its header says"),
        (b"\x93NUMPY\x01\x00\xff\xff{", "is damaged"),
        (b"no array", "is damaged"),
    ],
)
def test_arrays_are_real_numbers_of_the_size_they_say(content, message, tmp_path):
    path = tmp_path / "odd.npz"
    write_archive(path, a=content)
    with pytest.raises(ValueError, match=rf"odd\.npz .*{message}"):
        load_arrays(path, "trace")


def test_an_archive_of_very_many_arrays_is_refused(tmp_path):
    path = tmp_path / "many.npz"
    write_archive(path, **{f"a{number}": b"" for number in range(1_001)})
    with pytest.raises(ValueError, match="it has 1001 arrays, and at most 1000 are read"):
        load_arrays(path, "trace")


@pytest.fixture(scope="module")
def trace():
    torch.manual_seed(0)
    return DNC(3, 2, num_locations=4, word_size=3).trace(torch.zeros(2, 3))


def with_header(path, change):
    """Replace the header of a trace or film by what ``change`` makes of it."""
    with np.load(path) as archive:
        arrays = dict(archive)
    (name,) = [name for name, array in arrays.items() if array.dtype.kind == "U"]
    header = change(json.loads(str(arrays[name])))
    text = header if isinstance(header, str) else json.dumps(header)
    np.savez(path, **arrays | {name: np.array(text)})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda header: header | {"format_version": "1"}, "has format version '1', but"),
        (lambda header: header | {"format_version": [1]}, r"has format version \[1\], but"),
        (lambda header: header | {"metadata": [1]}, r"metadata must be an object, but is \[1\]"),
        (lambda header: header | {"kind": {}}, "holds a trace of the kind"),
        (lambda header: [header], "header is missing or damaged"),
        (lambda header: DEEP, "header is missing or damaged"),
        (lambda header: "null", "header is missing or damaged"),
    ],
)
def test_headers_of_traces(change, message, trace, tmp_path):
    path = tmp_path / "trace.npz"
    trace.save(path)
    with_header(path, change)
    with pytest.raises(ValueError, match=rf"trace\.npz .*{message}"):
        MemoryTrace.load(path)


def test_a_small_trace_cannot_ask_for_more_links_than_there_is_memory_for(trace, tmp_path):
    path = tmp_path / "trace.npz"
    long = DNC(3, 2, num_locations=128, word_size=32).trace(torch.zeros(20, 3))
    long.save(path)
    with np.load(path) as archive:
        arrays = dict(archive)
    assert "memory" not in arrays  # It follows from the rest.
    np.savez(path, **arrays | {"usage": np.zeros((20, 40_000))})
    with pytest.raises(ValueError, match=r"40000 locations would take 256\.0 GB"):
        DNCTrace.load(path)


def test_a_run_with_more_links_than_are_computed_again_is_stored_whole(tmp_path, monkeypatch):
    path = tmp_path / "trace.npz"
    run = DNC(3, 2, num_locations=128, word_size=32).trace(torch.zeros(20, 3))
    monkeypatch.setattr("memorylab.memory.dnc.trace.MOST_BYTES", 1_000_000)
    run.save(path)
    assert np.array_equal(DNCTrace.load(path).link, run.link)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda header: header | {"format_version": "1"}, "has format version '1'"),
        (lambda header: header | {"kind": []}, r"traces of the kind \[\]"),
        (lambda header: header | {"steps": 3}, "is not a film, or is damaged"),
        (lambda header: header | {"steps": [0, "b"]}, "is not a film, or is damaged"),
        (lambda header: header | {"metadata": [3, 4]}, "is not a film, or is damaged"),
        (lambda header: header | {"shared": None}, "is not a film, or is damaged"),
        (lambda header: header | {"every": "soon"}, "is not a film, or is damaged"),
        (lambda header: DEEP, "header is missing or damaged"),
    ],
)
def test_headers_of_films(change, message, tmp_path):
    path, film = tmp_path / "film.npz", Film(np.zeros((2, 3), np.float32))
    for step in (0, 1):
        film.see(step, GRU(3, 4))
    film.save(path)
    with_header(path, change)
    with pytest.raises(ValueError, match=rf"film\.npz .*{message}"):
        Film.load(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1]", r"expected an object, \{...\}, but it holds \[1\]"),
        ('{"step": 1}', "'step' must be a list of numbers, but is 1"),
        ('{"step": ["a"]}', "'step' must be a list of numbers"),
        ('{"step": [true]}', "'step' must be a list of numbers"),
        ('{"step": [1], "loss": []}', "equally long"),
        ('{"step": [], "settings": 3}', "settings must be an object"),
        ('{"step": [], "solved": "no"}', "solved true or false"),
        (DEEP, "nested too deeply"),
        ("\x00", "Expecting value"),
    ],
)
def test_histories(text, message, tmp_path):
    path = tmp_path / "history.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=rf"history\.json is not a training history: .*{message}"):
        History.load(path)


def test_text_that_is_not_utf8_is_refused(tmp_path):
    path = tmp_path / "history.json"
    path.write_bytes(b'{"\xff": []}')
    with pytest.raises(ValueError, match=r"history\.json is not a training history: .*utf-8"):
        History.load(path)


def test_a_flipped_bit_in_weights_is_noticed(tmp_path):
    path, model = tmp_path / "gru.safetensors", GRU(3, 4)
    save_weights(model, path)
    content = bytearray(path.read_bytes())
    content[-3] ^= 4
    path.write_bytes(content)
    before = model.state_dict()["network.weight_ih_l0"].clone()
    with pytest.raises(ValueError, match=r"gru\.safetensors is damaged: its numbers are not those"):
        load_weights(model, path)
    assert torch.equal(model.state_dict()["network.weight_ih_l0"], before)


def test_weights_without_a_checksum_are_read(tmp_path):
    path, model = tmp_path / "gru.safetensors", GRU(3, 4)
    save_file(GRU(3, 4).state_dict(), path)
    load_weights(model, path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda agent: [agent], "expected an object"),
        (lambda agent: agent | {"memory": 3}, "the name of the memory is 3"),
        (lambda agent: agent | {"memory": None}, "the name of the memory is None"),
        (lambda agent: agent | {"speed": 3}, "unexpected keyword argument 'speed'"),
    ],
)
def test_agents(change, message, tmp_path):
    folder = tmp_path / "agent"
    Agent("TMaze", "gru", memory_config={"hidden_size": 4}).save(folder)
    path = folder / "agent.json"
    path.write_text(json.dumps(change(json.loads(path.read_text(encoding="utf-8")))))
    with pytest.raises(ValueError, match=rf"agent\.json is not an agent: .*{message}"):
        Agent.load(folder)
