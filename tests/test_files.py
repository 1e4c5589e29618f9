import os
import stat

import numpy as np
import pytest

from memorylab.files import load_arrays, save_arrays, write_atomically


def test_finished_file_takes_its_place(tmp_path):
    path = tmp_path / "weights.txt"
    with write_atomically(path) as temporary:
        temporary.write_text("new")
        assert not path.exists()
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_older_file_stays_until_the_new_one_is_whole(tmp_path):
    path = tmp_path / "weights.txt"
    path.write_text("old")
    with write_atomically(str(path)) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"


@pytest.mark.skipif(os.name != "posix", reason="an open file can't be replaced elsewhere")
def test_whoever_reads_the_older_file_keeps_it(tmp_path):
    # Writing the new text into the same file would mix the two under the reader's eyes.
    path = tmp_path / "weights.txt"
    path.write_text("old")
    with path.open() as reader:
        with write_atomically(path) as temporary:
            temporary.write_text("new")
        assert reader.read() == "old"
    assert path.read_text() == "new"


@pytest.mark.parametrize("interrupt", [RuntimeError, KeyboardInterrupt])
def test_interrupt_leaves_the_older_file_and_nothing_else(tmp_path, interrupt):
    path = tmp_path / "weights.txt"
    path.write_text("old")

    def write_and_stop():
        with write_atomically(path) as temporary:
            temporary.write_text("ne")
            raise interrupt

    with pytest.raises(interrupt):
        write_and_stop()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_temporary_file_is_beside_and_keeps_the_suffix(tmp_path):
    with write_atomically(tmp_path / "trace.npz") as temporary:
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".npz"
        # numpy appends the suffix to names that lack it, and the rename would miss the file.
        np.savez(temporary, usage=np.arange(3))
    with np.load(tmp_path / "trace.npz") as arrays:
        assert arrays["usage"].tolist() == [0, 1, 2]


def test_missing_folders_are_made(tmp_path):
    path = tmp_path / "a" / "b" / "weights.txt"
    with write_atomically(path) as temporary:
        temporary.write_text("new")
    assert path.read_text() == "new"


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_permissions_are_those_of_any_new_file(tmp_path):
    ordinary = tmp_path / "ordinary"
    ordinary.write_text("")
    with write_atomically(tmp_path / "atomic") as temporary:
        temporary.write_text("")
    assert stat.S_IMODE((tmp_path / "atomic").stat().st_mode) == stat.S_IMODE(
        ordinary.stat().st_mode
    )


def test_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    path = tmp_path / "file" / "weights.txt"
    message = r"cannot write .*file/weights\.txt: .+ Choose a folder"
    with pytest.raises(OSError, match=message), write_atomically(path):
        pytest.fail("the block must not run")


def test_arrays_come_back_as_they_were_and_objects_are_refused(tmp_path):
    arrays = {"usage": np.arange(3.0), "step": np.array([[1]])}
    save_arrays(tmp_path / "a.npz", arrays)
    loaded = load_arrays(tmp_path / "a.npz", "arrays")
    assert loaded.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(loaded[name], array, strict=True)
    with pytest.raises(ValueError, match="usage holds Python objects; only numbers are stored"):
        save_arrays(tmp_path / "b.npz", {"usage": np.array([{}])})
    assert [path.name for path in tmp_path.iterdir()] == ["a.npz"]
