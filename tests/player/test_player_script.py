"""The player's script, run by Node."""

import numpy as np
import pytest
from player_examples import NODE, as_array, record, record_other, run_script

from memorylab.player import MemoryPlayer

pytestmark = pytest.mark.skipif(NODE is None, reason="needs Node.js (`node`) in the PATH")


AT = """
(step) => Object.fromEntries(
  Object.keys(runs[0].arrays).map((name) => [name, runs[0].at(name, step)]))
"""


@pytest.mark.parametrize("heads", [1, 8])
def test_what_the_browser_recomputes_is_what_was_recorded(heads, tmp_path):
    trace = record(num_steps=50, num_locations=12, word_size=6, num_read_heads=heads)
    player = MemoryPlayer(trace)
    assert player.header["runs"][0]["follows"] == "controller"
    steps = [0, 1, 2, 49, 48, 33, 5]
    found = run_script(tmp_path, player, f"return {steps}.map({AT})")
    for step, arrays in zip(steps, found, strict=True):
        assert set(arrays) == set(trace.arrays)
        for name, values in arrays.items():
            digits = 1e-6 if name in ("input", "output") else 1e-12
            expected = trace[name][step].ravel()
            np.testing.assert_allclose(as_array(values), expected, atol=digits, err_msg=name)


def test_a_run_that_does_not_follow_is_the_recorded_one(tmp_path):
    trace = record(num_steps=1, num_locations=1, word_size=1, num_read_heads=1)
    trace = trace.with_arrays(memory=trace.memory + 1)
    (found,) = run_script(tmp_path, MemoryPlayer(trace), f"return [0].map({AT})")
    assert set(found) == set(trace.arrays)
    for name, values in found.items():
        expected = trace[name][0].astype(np.float32).ravel()
        np.testing.assert_array_equal(np.array(values, dtype=np.float32), expected)


def one_hot(*locations, size=8):
    return np.stack([np.eye(size)[i] if i is not None else np.zeros(size) for i in locations])


def story(**arrays):
    """Return a trace of two steps with one head whose weightings are set by hand."""
    trace = record(num_steps=2, num_read_heads=1)
    quiet = {
        "write_weighting": one_hot(5, 5),
        "allocation_weighting": one_hot(5, 5),
        "write_content_weighting": one_hot(2, 2),
        "allocation_gate": np.ones(2),
        "free_gates": np.zeros((2, 1)),
        "read_weighting": one_hot(2, 3)[:, None],
        "read_content_weighting": one_hot(2, 2)[:, None],
        "forward_weighting": one_hot(None, 3)[:, None],
        "backward_weighting": one_hot(None, 7)[:, None],
        "read_modes": np.array([[[0.0, 1, 0]], [[0.0, 0, 1]]]),
    }
    return trace.with_arrays(**(quiet | arrays))


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        (
            {},
            "Writes to location 5 (1.00), newly allocated. "
            "Head 0 reads 3 (1.00), following the link from 2.",
        ),
        (
            {"allocation_gate": np.zeros(2), "write_weighting": one_hot(5, 2) * 0.8},
            "Writes to location 2 (0.80), found by content. Head 0 reads 3",
        ),
        ({"write_weighting": one_hot(5, 5) * 0.05}, "Writes next to nothing (0.05)."),
        ({"free_gates": np.ones((2, 1))}, "newly allocated. Frees location 2. Head 0"),
        (
            {"write_weighting": np.full((2, 8), 0.1) + 0.05 * one_hot(1, 6)},
            "Spreads its write, most of it to location 6 (0.15)",
        ),
        (
            {
                "read_weighting": one_hot(2, 7)[:, None],
                "read_modes": np.array([[[0.0, 1, 0]], [[1.0, 0, 0]]]),
            },
            "Head 0 reads 7 (1.00), following the link backward from 2.",
        ),
        ({"read_weighting": one_hot(2, None)[:, None]}, "Head 0 reads next to nothing (0.00)."),
        ({"write_weighting": np.full((2, 8), np.nan)}, "Its write is not a number."),
        ({"read_weighting": np.full((2, 1, 8), np.nan)}, "Head 0's read is not a number."),
    ],
)
def test_a_step_is_told_in_words(arrays, words, tmp_path):
    player = MemoryPlayer(story(**arrays))
    assert words in run_script(tmp_path, player, "return script.tellStep(runs[0], 1)")


SIMPLY = "return script.tellSimply(runs[0], 1, (location) => location + 100)"


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        (
            {},
            "Writes to location 105, which was free. "
            "Reads location 103, which was written right after location 102.",
        ),
        (
            {"allocation_gate": np.zeros(2), "write_weighting": one_hot(5, 2) * 0.4},
            "Writes faintly to location 102, because it resembles what the model looks for.",
        ),
        (
            {"usage": np.where(one_hot(5, 5), 0.45, 0.9)},
            "Writes to location 105, which was the least used.",
        ),
        (
            {"usage": np.where(one_hot(5, 5), 0.45, 0.2)},
            "Writes to location 105, which was allocated.",
        ),
        ({"write_weighting": one_hot(5, 5) * 0.05}, "Writes next to nothing."),
        (
            {"write_weighting": np.full((2, 8), 0.1) + 0.05 * one_hot(1, 6)},
            "Spreads its write over several locations, most of it to location 106.",
        ),
        (
            {"read_modes": np.array([[[0.0, 1, 0]], [[1.0, 0, 0]]])}
            | {"read_weighting": one_hot(2, 7)[:, None]},
            "Reads location 107, which was written right before location 102.",
        ),
        (
            {"read_modes": np.array([[[0.0, 1, 0]], [[0.0, 1, 0]]])}
            | {"read_weighting": one_hot(2, 2)[:, None]},
            "Reads location 102, because it resembles what the model looks for.",
        ),
        ({"read_weighting": one_hot(2, None)[:, None]}, "Reads next to nothing."),
        ({"read_weighting": np.full((2, 1, 8), 0.09)}, "Reads a little of many locations."),
        ({"write_weighting": np.full((2, 8), np.nan)}, "What it writes is not a number."),
        ({"read_weighting": np.full((2, 1, 8), np.nan)}, "Reads something that is not a number."),
        ({"target": np.ones((2, 16)), "output": np.ones((2, 16))}, "All 16 bits of its answer"),
        (
            {"target": np.ones((2, 16)), "output": np.where(np.arange(32) < 31, 1, np.nan)},
            "1 of the 16 bits of its answer is wrong.",
        ),
    ],
)
def test_a_step_is_told_in_plain_words(arrays, words, tmp_path):
    arrays = {
        name: np.reshape(array, (2, -1)) if name == "output" else array
        for name, array in arrays.items()
    }
    assert words in run_script(tmp_path, MemoryPlayer(story(**arrays)), SIMPLY)


def test_heads_that_read_alike_are_told_together(tmp_path):
    trace = record(num_steps=2, num_read_heads=3)
    reads = np.zeros((2, 3, 8))
    reads[1, 1, 4] = 1
    said = run_script(tmp_path, MemoryPlayer(trace.with_arrays(read_weighting=reads)), SIMPLY)
    assert "Heads 1 and 3 read next to nothing." in said
    assert "Head 2 reads location 104" in said


def test_a_step_of_a_recurrent_network_is_told_by_its_units(tmp_path):
    trace = record_other("gru")
    hidden = np.zeros((12, 5))
    hidden[1] = [0.1, -0.75, 0.05, 0, 0.3]
    said = run_script(tmp_path, MemoryPlayer(trace.with_arrays(hidden=hidden)), SIMPLY)
    assert said == "3 of 5 units change by 0.1 or more; unit 2 changes most, from 0.00 to −0.75."
    said = run_script(tmp_path, MemoryPlayer(record_other("mlp")), SIMPLY)
    assert said == "Remembers nothing of the steps before."


def test_behind_its_end_a_run_says_so(tmp_path):
    said = run_script(tmp_path, MemoryPlayer(story()), "return script.tellStep(runs[0], 2)")
    assert said == "This run ended with step 1."
