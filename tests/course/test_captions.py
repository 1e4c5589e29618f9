"""Numbers in captions, held against the stored arrays that the figures are drawn from."""

import json
import runpy
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch

from memorylab.memory import DNC, LSTM, WithReadout
from memorylab.memory.dnc import DNCTrace
from memorylab.networks import positional_encoding
from memorylab.rllib.classic.embeddings import EMBEDDINGS
from memorylab.tasks import Copy
from memorylab.training import Film, load_weights
from memorylab_course.clocks import lessons
from tools.table import row_named

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
COPY = DNCTrace.load(NOTEBOOKS / "data" / "copy_trace.npz")
RECALL = DNCTrace.load(NOTEBOOKS / "data" / "associative_recall_trace.npz")
RATES = ("lstm, copy, seed 0", "lstm, learning rate 0.001", "lstm, learning rate 0.01")
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
    assert abs(RECALL.allocation_gate.ravel()[1] - 0.5) < 0.1  # the first item
    assert np.abs(gate[0:7:2] - 0.5).max() < 0.15
    assert (gate[8:10] > 0.7).all()  # the question


def test_recall_finds_its_answer_by_content():
    gallery = runpy.run_path(str(NOTEBOOKS / "data" / "make_gallery.py"))
    assert "found by content" in gallery["associative_recall"].__doc__
    assert RECALL.read_modes[11, 0, 1] > 0.9  # of backward, content, forward


def lengths_of(name: str, key: str = "lengths") -> dict[int, np.ndarray]:
    """Return for each length the bit errors of the stored seeds."""
    found = np.array([run[key] for run in runs(name)])  # [seeds, lengths]
    assert len(found) == 5
    return dict(zip(SEEDS["lengths"], found.T, strict=True))


def test_the_lstm_copies_what_it_was_trained_on_and_no_more():
    text = caption("dnc_train_and_ablate", "Where it was trained, the LSTM")
    errors = lengths_of("lstm, copy, seed")
    worst = max(errors[length].max() for length in (2, 4, 6))
    assert f"at most {worst:.1%} of the bits are wrong up to six words" in text
    assert f"{errors[8].min():.1%} to {errors[8].max():.1%} at eight" in text
    assert f"{errors[10].min():.0%} to {errors[10].max():.0%} at ten words" in text
    assert f"{errors[12].min():.0%} to {errors[12].max():.0%} at twelve" in text
    dnc = lengths_of("dnc, copy")
    assert f"at most {dnc[12].max():.0%} wrong at twelve words" in text
    large = lengths_of("dnc, copy", "lengths, 64 locations")
    assert "the median of the same weights with 64 locations stays below 0.2% to the end" in text
    assert max(np.median(errors) for errors in large.values()) < 0.002


def first_below(name: str, limit: float, batch: int) -> list[int]:
    """Return how many lists each stored run had heard when its error was first below ``limit``."""
    return [
        batch
        * next(
            step
            for step, error in zip(run["curve"]["step"], run["curve"]["bit_error"], strict=True)
            if error < limit
        )
        for run in runs(name)
    ]


def test_the_lstm_needs_sixty_times_as_many_lists():
    text = caption("dnc_train_and_ablate", "every seed is below 2% before it has heard 5,000")
    assert max(first_below("dnc, copy", 0.02, 16)) < 5000
    ends = [run["curve"]["bit_error"][-1] for run in runs("lstm, copy, seed")]
    assert f"{min(ends):.1%} to {max(ends):.1%} of the bits are wrong" in text
    code = nbformat.read(NOTEBOOKS / row_named("dnc_train_and_ablate").file, as_version=4).cells
    assert any("To get below 2%, the LSTM needs about 60 times as many." in c.source for c in code)
    both = [first_below(*one) for one in (("lstm, copy, seed", 0.02, 64), ("dnc, copy", 0.02, 16))]
    low, high = (f(both[0]) // 64 for f in (min, max))
    assert f"after {low:,} to {high:,} updates" in text
    assert 55 < np.median(both[0]) / np.median(both[1]) < 65


def test_the_other_learning_rates_are_no_better():
    caption("dnc_train_and_ablate", "a rate of 0.01 does as well as 0.003, and 0.001 worse")
    ends = [np.mean(runs(name)[0]["curve"]["bit_error"][-5:]) for name in RATES]
    assert ends[0] < ends[2] < 1.1 * ends[0]
    assert ends[1] > 3 * ends[0]


def test_a_full_memory_guesses_and_a_larger_one_copies_the_list():
    caption("dnc_train_and_ablate", "sixteen words of this list right and then guesses")
    task = Copy()
    dnc = DNC(task.input_size, task.output_size)
    load_weights(dnc, NOTEBOOKS / "data" / "copy_weights.safetensors")
    for words, locations, right in ((20, 16, 16), (20, 24, 20), (32, 64, 32)):
        lists = Copy(min_length=words, max_length=words)
        batch = lists.sample(32, torch.Generator().manual_seed(1))
        dnc.set_locations(locations)
        with torch.no_grad():
            said = dnc(batch.input)[0] > 0  # [B, T, bits]
        wrong = (said != (batch.target > 0.5))[:, words + 1 :].sum(-1)  # [B, words]
        assert not wrong[0, :right].any()
        assert (wrong[0, right:] > 2).all()
        if locations == 16:
            assert 12 <= (wrong[:, :right] > 0).any(-1).sum() <= 20  # of 32


def test_an_lstm_with_the_state_of_the_dnc_has_19_times_the_parameters():
    text = caption("dnc_train_and_ablate", "An LSTM that carries 720 numbers")
    assert "19 times the parameters" in text
    task = Copy()
    dnc = DNC(task.input_size, task.output_size, num_locations=16, word_size=16)
    state = dnc.initial_state()
    arrays = [*state.pop("controller").values(), *state.values()]
    assert sum(array.numel() for array in arrays) == 720
    large = WithReadout(LSTM(task.input_size, hidden_size=360), task.output_size)
    sizes = [sum(p.numel() for p in model.parameters()) for model in (large, dnc)]
    assert round(sizes[0] / sizes[1]) == 19


def test_the_film_sharpens_its_writes_before_it_reads_in_order():
    text = caption("dnc_train_and_ablate", "By update 180 each word has a location to itself")
    film = Film.load(NOTEBOOKS / "data" / "copy_film.npz")
    traces = dict(zip(film.steps, film.traces, strict=True))
    written = traces[180].write_weighting[:8]  # [8, N]
    assert written.max(1).mean() > 0.85
    assert len(set(written.argmax(1))) == 8
    wrong = ((traces[180].output > 0) != (traces[180].target > 0.5))[9:].sum()
    assert f"{wrong} of the 64 bits are still wrong" in text
    read = traces[190].read_weighting[9:, 0].argmax(1)
    assert (read == traces[190].write_weighting[:8].argmax(1)).all()
    assert not ((traces[250].output > 0) != (traces[250].target > 0.5))[9:].any()


def test_all_runs_learn_to_write_before_they_read_and_answer():
    text = caption("dnc_train_and_ablate", "In the five stored runs")
    written, read, right = np.array([run["milestones"] for run in runs("dnc, copy")]).T
    assert (written <= read).all()
    assert (read < right).all()
    assert f"between update {written.min()} and {written.max()}" in text
    assert f"at most {(read - written).max()} updates later" in text
    assert f"{(right - read).min()} to {(right - read).max()} updates after that" in text


def test_the_rows_of_all_seeds_hold_two_items():
    text = caption("dnc_train_and_ablate", "It does hold something of both")
    itself, before, after = np.array([run["probe"] for run in runs("dnc, recall")]).T
    assert SEEDS["probed"] == [0, -2, 2]
    assert itself.min() > 0.99
    assert f"{before.min():.0%} to {before.max():.0%}" in text
    assert f"at most {after.max():.0%}" in text


def test_four_of_five_seeds_copy_24_words_in_a_larger_memory():
    text = caption("dnc_train_and_ablate", "Of the five stored DNCs, four copy 24 words")
    found = np.array(
        [run["lengths, 64 locations"] for run in runs("dnc, copy")]
    )  # [seeds, lengths]
    fails = found.max(1) > 0.01  # [seeds]
    assert fails.tolist().count(True) == 1
    low, high = found[fails][:, 1:].min(), found[fails].max()  # from four words on
    assert f"{low:.0%} to {high:.0%} of the bits wrong from four words on" in text
    assert "two of the five break down early, one at 14 words and one at 16: about 39%" in text
    small = np.array([run["lengths"] for run in runs("dnc, copy")])  # [seeds, lengths]
    early = small[small[:, SEEDS["lengths"].index(16)] > 0.05]
    at = sorted(SEEDS["lengths"][int(np.argmax(one > 0.3))] for one in early)
    assert at == [14, 16]
    assert {round(float(one[np.argmax(one > 0.3)]), 2) for one in early} == {0.39}


def test_all_seeds_drop_within_150_updates_after_update_150():
    text = caption("dnc_train_and_ablate", "to about a third at update 150")
    assert "almost nothing within 150 updates" in text
    for run in runs("dnc, copy"):
        curve = dict(zip(run["curve"]["step"], run["curve"]["bit_error"], strict=True))
        assert 0.3 < curve[150] < 0.36
        assert run["curve"]["step"][-1] <= 300
        assert run["curve"]["bit_error"][-1] < 0.01


@pytest.mark.parametrize(("task", "harmless"), [("copy", []), ("recall", ["links"])])
def test_ablations_come_out_alike_with_every_seed(task, harmless):
    for run in runs(f"dnc, {task}"):
        whole, *damage = run["damage"]
        assert whole < 0.01
        for part, error in zip(SEEDS["parts"], damage, strict=True):
            assert error < 0.01 if part in harmless else error > 0.2, (task, part)


CLOCKS = json.loads((NOTEBOOKS / "data" / "clocks.json").read_text())


def clocks(name: str, key: str) -> list:
    """Return what was measured with each of eight seeds of a code of time."""
    found = [run[key] for place, run in CLOCKS["clocks"].items() if place.startswith(f"{name}/")]
    assert len(found) == 8
    return found


def beyond(name: str) -> np.ndarray:
    """Return which share of the answers past the last shown step is right, for each seed."""
    target, _, asked = (part.numpy() for part in lessons()["beyond"])
    answers = np.array([[int(bit) for bit in one] for one in clocks(name, "answers")])  # [S, T]
    return (answers == target)[:, asked].mean(1)


def test_a_small_base_sets_neighbours_apart_and_carries_over_badly():
    text = caption("time_without_memory", "4.1 with base 2, 1.5 with base 10000")
    codes = [positional_encoding(torch.arange(2), 64, base) for base in (2, 10000)]
    assert [round(float((code[1] - code[0]).norm()), 1) for code in codes] == [4.1, 1.5]
    assert "in 18 updates with base 2, in 102 with base 10000" in text
    bases = {base: f"base {base}" for base in (2, 4, 10, 32, 100, 1000, 10000)}
    heart = [float(np.median(clocks(name, "by_heart"))) for name in bases.values()]
    assert (heart[0], heart[-1]) == (18, 101.5)
    assert heart == sorted(heart)
    assert "with base 2, 82% of the steps between" in text
    assert round(np.mean(clocks("base 2", "between")), 2) == 0.82
    for base in (32, 100, 1000, 10000):
        assert np.mean(clocks(bases[base], "between")) == pytest.approx(0.925, abs=0.01)
    assert "for 12 of the 80" in text
    target, _, asked = lessons()["between"]
    last, following = (torch.arange(100) // 5 * 5).tolist(), target[:100].tolist()
    unsure = [
        step
        for step in range(96)
        if asked[step] and following[last[step]] != following[last[step] + 5]
    ]
    assert (len(unsure), int(asked.sum())) == (12, 80)


def test_each_kind_of_clock_fails_in_its_own_way():
    text = caption("time_without_memory", "Each kind fails in its own way")
    heart = {name: clocks(name, "by_heart") for name in EMBEDDINGS}
    assert set(heart["simple_scaled"]) == {None}
    tables = ("learned", "fixed")
    known = {name: max(seeds) for name, seeds in heart.items() if name != "simple_scaled"}
    assert sorted(known, key=known.get)[:2] == sorted(tables, key=known.get)
    for name in tables:
        assert abs(np.mean(clocks(name, "between")) - 0.5) < 0.05
    assert np.mean(clocks("base2", "between")) < 0.7
    assert "they do best, and not reliably" in text
    ranked = sorted(EMBEDDINGS, key=lambda name: -beyond(name).mean())
    assert set(ranked[:2]) == {"perceptron", "time2vec"}
    assert all(beyond(name).min() < 0.7 for name in ranked[:2])
    seen = caption("time_without_memory", "more often wrong than right")
    assert beyond("sine").max() < 0.5
    assert "the answer stays what it was" in seen
    for name in (*tables, "simple_scaled"):
        assert all(len(set(answers[99:])) == 1 for answers in clocks(name, "answers"))
    assert "gets almost everything wrong" in seen
    assert beyond("base2").max() < 0.15


def test_what_three_networks_learn_of_three_tasks():
    text = caption("time_without_memory", "the `clocked_mlp` (orange, dashed) in **first**")
    right = {
        place: dict(zip(run["step"], 1 - np.array(run["bit_error"]), strict=True))
        for place, run in CLOCKS["runs"].items()
    }
    assert len(right) == 45
    for place, curve in right.items():
        if "/mlp/" in place or place.startswith("first/clocked_mlp"):
            assert max(curve.values()) < 0.55, place
        elif "clocked" in place:
            assert curve[60] > 0.99, place
        elif place.startswith("first/gru"):
            assert curve[80] > 0.99, place
    assert "two of five seeds are not there after 600 updates" in text
    ends = [right[f"flip/gru/{seed}"][600] for seed in range(5)]
    assert sum(end < 0.99 for end in ends) == 2


def test_without_its_first_location_the_list_is_said_one_word_too_early():
    caption("dnc_train_and_ablate", "the right words one step too early, up to a bit")
    task = Copy()
    dnc = DNC(task.input_size, task.output_size)
    load_weights(dnc, NOTEBOOKS / "data" / "copy_weights.safetensors")
    batch = Copy(min_length=8).sample(1, torch.Generator().manual_seed(5))
    first = int(dnc(batch.input[:, :1])[1]["write_weighting"].argmax())
    _, state = dnc(batch.input[:, :9])
    state["memory"] = state["memory"].index_fill(1, torch.tensor(first), 0.0)
    said = dnc(batch.input[:, 9:], state)[0][0] > 0  # [8, bits]
    words = batch.target[0, 9:] > 0.5
    assert (said != words).any(dim=1).all()  # all eight are wrong
    assert (said[:-1] != words[1:]).sum() == 1
