"""The player's script, run by Node."""

import numpy as np
import pytest
from player_examples import NODE, as_array, record, run_script

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


def test_behind_its_end_a_run_says_so(tmp_path):
    said = run_script(tmp_path, MemoryPlayer(story()), "return script.tellStep(runs[0], 2)")
    assert said == "This run ended with step 1."
