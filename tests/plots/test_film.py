from __future__ import annotations

import numpy as np
import pytest
from trace_examples import images_of

from memorylab.memory.dnc.trace import DNCTrace
from memorylab.plots import film_strip, first_write_order


def frames(figure, columns):
    return np.array(images_of(figure), dtype=object).reshape(3, columns)


@pytest.mark.parametrize("order", ["slot", "first_write"])
def test_frames_show_memory_links_and_weightings_of_their_step(two_heads, order):
    steps = [0, 3, 8]
    grid = frames(film_strip(two_heads, steps, order), 3)
    locations = np.arange(10) if order == "slot" else first_write_order(two_heads)
    for (memory, link, pointers), step in zip(grid.T, steps, strict=True):
        assert (memory.get_array() == two_heads.memory[step][locations]).all()
        assert (link.get_array() == two_heads.link[step][np.ix_(locations, locations)]).all()
        usage, _, write, _, first, second = np.asarray(pointers.get_array()).T
        assert (usage == two_heads.usage[step][locations]).all()
        assert (write == two_heads.write_weighting[step][locations]).all()
        assert (first == two_heads.read_weighting[step, 0][locations]).all()
        assert (second == two_heads.read_weighting[step, 1][locations]).all()
        assert memory.axes.get_title() == f"step {step}"


def test_scales_are_shared_over_the_run(trace):
    grid = frames(film_strip(trace, [0, 1]), 2)
    assert {(i.norm.vmin, i.norm.vmax) for i in grid[1:].flat} == {(0, 1)}
    limit = np.abs(trace.memory).max()
    assert [i.norm.vmax for i in grid[0]] == pytest.approx([limit, limit])


def test_default_frames_span_the_run_and_short_runs_repeat_none(trace):
    titles = [image.axes.get_title() for image in frames(film_strip(trace), 6)[0]]
    assert titles == [f"step {step}" for step in (0, 2, 4, 7, 9, 11)]
    short = DNCTrace({name: array[:2] for name, array in trace.arrays.items()})
    titles = [image.axes.get_title() for image in frames(film_strip(short), 2)[0]]
    assert titles == ["step 0", "step 1"]


def test_bad_steps(trace):
    with pytest.raises(ValueError, match="step 40 is out of range"):
        film_strip(trace, [0, 40])
    with pytest.raises(ValueError, match="between 1 and 8 steps fit"):
        film_strip(trace, range(9))
