"""Numbers in captions, held against the stored arrays that the figures are drawn from."""

import json
import runpy
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch

from memorylab.memory.dnc import DNCTrace
from memorylab.networks import positional_encoding
from tools.table import row_named

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
COPY = DNCTrace.load(NOTEBOOKS / "data" / "copy_trace.npz")
RECALL = DNCTrace.load(NOTEBOOKS / "data" / "associative_recall_trace.npz")
SEEDS = json.loads((NOTEBOOKS / "data" / "dnc_seeds.json").read_text())


def caption(name: str, part: str) -> str:
    """Return the text of the one cell of a notebook that says ``part``, its lines joined."""
    cells = nbformat.read(NOTEBOOKS / row_named(name).file, as_version=4).cells
    texts = [" ".join(cell.source.split()) for cell in cells if cell.cell_type == "markdown"]
    (found,) = [text for text in texts if part in text]
    return found


def runs(name: str) -> list[dict]:
    """Return the stored runs whose names begin with ``name``."""
    return [run for key, run in SEEDS.items() if key.startswith(name)]


def test_each_word_is_read_nine_steps_after_it_was_written():
    caption("start_here", "exactly nine steps after it was written")
    written = COPY.write_weighting[:8].argmax(1)  # [8]
    read = COPY.read_weighting[9:17, 0].argmax(1)  # [8]
    assert (written == read).all()  # words 0 to 7, read at steps 9 to 16
    assert len(set(written)) == 8


def test_what_was_read_may_be_overwritten_and_is_not():
    caption("start_here", "nothing overwrites it")
    rows = COPY.write_weighting[:8].argmax(1)
    assert np.abs(COPY.memory[16, rows] - COPY.memory[8, rows]).max() < 0.002
    assert (COPY.usage[16, rows[:-1]] < COPY.usage[8, rows[:-1]]).all()


def test_items_are_written_with_the_gate_nearly_open():
    text = caption("dnc_train_and_ablate", "nearly open (0.84 to 0.99)")
    gate = RECALL.write_gate.ravel()
    assert [round(float(f(gate[1:8:2])), 2) for f in (np.min, np.max)] == [0.84, 0.99]
    assert "about half open" in text
    assert np.abs(gate[0:7:2] - 0.5).max() < 0.15
    assert (gate[8:10] > 0.7).all()  # the question


def test_recall_finds_its_answer_by_content():
    gallery = runpy.run_path(str(NOTEBOOKS / "data" / "make_gallery.py"))
    assert "found by content" in gallery["associative_recall"].__doc__
    assert RECALL.read_modes[11, 0, 1] > 0.9  # of backward, content, forward


def test_the_lstm_copies_what_it_was_trained_on_and_no_more():
    text = caption("dnc_train_and_ablate", "Where it was trained, the LSTM")
    errors = dict(zip(SEEDS["lengths"], SEEDS["lstm, copy, seed 0"]["lengths"], strict=True))
    assert max(errors[2], errors[4], errors[6]) < 0.002
    assert f"{errors[8]:.0%} at eight" in text
    assert f"{errors[10]:.0%} at ten words, {errors[12]:.0%} at twelve" in text


def test_four_of_five_seeds_copy_24_words_in_a_larger_memory():
    text = caption("dnc_train_and_ablate", "Of the five stored DNCs, four copy 24 words")
    found = np.array(
        [run["lengths, 64 locations"] for run in runs("dnc, copy")]
    )  # [seeds, lengths]
    fails = found.max(1) > 0.01  # [seeds]
    assert fails.tolist().count(True) == 1
    low, high = found[fails][:, 1:].min(), found[fails].max()  # from four words on
    assert f"{low:.0%} to {high:.0%} of the bits wrong from four words on" in text


def test_all_seeds_drop_between_steps_150_and_300():
    caption("dnc_train_and_ablate", "between step 150 and step 300")
    for run in runs("dnc, copy"):
        curve = dict(zip(run["curve"]["step"], run["curve"]["bit_error"], strict=True))
        assert curve[150] > 0.3
        assert run["curve"]["step"][-1] <= 300
        assert run["curve"]["bit_error"][-1] < 0.01


@pytest.mark.parametrize(("task", "harmless"), [("copy", []), ("recall", ["links"])])
def test_ablations_come_out_alike_with_every_seed(task, harmless):
    for run in runs(f"dnc, {task}"):
        whole, *damage = run["damage"]
        assert whole < 0.01
        for part, error in zip(SEEDS["parts"], damage, strict=True):
            assert error < 0.01 if part in harmless else error > 0.2, (task, part)


def test_base_24_sets_neighbours_further_apart():
    caption("time_without_memory", "lie 1.6 times as far apart as with base 10000")
    codes = [positional_encoding(torch.arange(2), 64, base) for base in (24, 10000)]
    first, second = (float((code[1] - code[0]).norm()) for code in codes)
    assert round(first / second, 1) == 1.6
