from __future__ import annotations

import numpy as np
import pytest
from trace_examples import title_of

from memorylab.plots import plot_gates


def outlines(axes):
    return [patch.get_data() for patch in axes.patches]


def test_gates_and_modes_are_the_traces(two_heads):
    figure = plot_gates(two_heads)
    titles = [title_of(axes) for axes in figure.axes]
    assert titles == [
        "write gate",
        "allocation gate",
        "free gate 0",
        "free gate 1",
        "read modes 0",
        "read modes 1",
    ]
    expected = [
        two_heads.write_gate,
        two_heads.allocation_gate,
        two_heads.free_gates[:, 0],
        two_heads.free_gates[:, 1],
    ]
    for axes, values in zip(figure.axes, expected, strict=False):
        assert (outlines(axes)[0].values == values).all()
    for head, axes in enumerate(figure.axes[4:]):
        for mode, area in enumerate(outlines(axes)):
            height = area.values - area.baseline
            assert height == pytest.approx(two_heads.read_modes[:, head, mode])
        assert area.values == pytest.approx(np.ones(12))


def test_legend_names_the_modes_in_the_order_of_the_trace(trace):
    axes = plot_gates(trace).axes[-1]
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    assert names == ["backward", "content", "forward"]
    colours = [patch.get_facecolor() for patch in axes.patches]
    assert len(set(colours)) == 3


def test_not_a_number_is_hatched(trace):
    gate = trace.write_gate.copy()
    gate[2] = np.nan
    figure = plot_gates(trace.with_arrays(write_gate=gate))
    assert [p.get_x() for p in figure.axes[0].patches if p.get_hatch()] == [1.5]
    assert not any(p.get_hatch() for p in figure.axes[1].patches)
