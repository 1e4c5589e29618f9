from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trace_examples import ORDER, images_of, run_copy, title_of

from memorylab.plots import first_write_order, plot_links


@settings(deadline=None, derandomize=True, max_examples=8)
@given(order=st.permutations(range(8)))
def test_order_of_writing_is_a_line_one_below_the_diagonal(order):
    trace = run_copy(num_words=8, num_locations=8, order=order)
    image = images_of(plot_links(trace, steps=[7], order="first_write"))[0]
    assert np.asarray(image.get_array()) == pytest.approx(np.eye(8, k=-1), abs=0.02)
    assert image.origin == "upper"  # so that row 0 is on top and "below" is below


def test_by_slot_what_is_drawn_is_the_trace(trace):
    images = images_of(plot_links(trace, steps=[2, 5, 11]))
    for image, step in zip(images, (2, 5, 11), strict=True):
        assert (image.get_array() == trace.link[step]).all()
        assert (image.norm.vmin, image.norm.vmax) == (0, 1)
        assert title_of(image) == f"after step {step}"


def test_row_is_written_after_column(trace):
    """The fixture writes location 7 right after location 4: a cell in row 7, column 4."""
    figure = plot_links(trace, steps=[5])
    drawn_link = images_of(figure)[0].get_array()
    assert ORDER[:2] == (4, 7)
    assert drawn_link[7, 4] > 0.9 > 0.1 > drawn_link[4, 7]
    assert figure.get_supylabel() == "location i, written after"
    assert figure.get_supxlabel() == "location j, written before"


def test_ticks_name_the_locations_in_the_order_images_of(trace):
    figure = plot_links(trace, steps=[5], order="first_write")
    axes = figure.axes[0]
    expected = [str(location) for location in first_write_order(trace)]
    assert [tick.get_text() for tick in axes.get_xticklabels() if tick.get_text()] == expected
    assert [tick.get_text() for tick in axes.get_yticklabels() if tick.get_text()] == expected
    assert "in order of first write" in figure.get_supxlabel()


def test_many_steps_wrap_into_rows(trace):
    figure = plot_links(trace, steps=range(6))
    assert [title_of(image) for image in images_of(figure)] == [
        f"after step {step}" for step in range(6)
    ]
    assert len({round(image.axes.get_position().y0, 6) for image in images_of(figure)}) == 2


def test_unknown_order_and_step_out_of_range(trace):
    with pytest.raises(ValueError, match=r"'first_writes' is not .*Did you mean 'first_write'"):
        plot_links(trace, order="first_writes")
    with pytest.raises(ValueError, match="step 12 is out of range"):
        plot_links(trace, steps=[12])
