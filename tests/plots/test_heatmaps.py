from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trace_examples import filled, images_of, title_of, without_target

from memorylab.memory.dnc.trace import ARRAYS
from memorylab.memory.trace_classes import LSTMTrace, MemorylessTrace
from memorylab.plots import (
    first_write_order,
    plot_arrays,
    plot_input_output,
    plot_memory,
    plot_overview,
    plot_weighting,
)


@settings(deadline=None, derandomize=True, max_examples=10)
@given(seed=st.integers(0, 10**6), steps=st.integers(1, 30), locations=st.integers(1, 30))
def test_draws_exactly_what_the_trace_holds(seed, steps, locations):
    usage = np.random.default_rng(seed).random((steps, locations))
    (image,) = images_of(plot_weighting(filled(steps, locations, usage=usage), "usage"))
    assert (image.get_array() == usage.T).all()
    assert (image.norm.vmin, image.norm.vmax) == (0, 1)
    assert list(image.get_extent()) == [-0.5, steps - 0.5, locations - 0.5, -0.5]


def test_a_weighting_of_heads_is_drawn_for_each(two_heads):
    images = images_of(plot_weighting(two_heads, "forward_weighting"))
    assert len(images) == 2
    for head, image in enumerate(images):
        assert (image.get_array() == two_heads.forward_weighting[:, head].T).all()
        assert f"head {head}" in title_of(image)


@pytest.mark.parametrize(
    "name", [name for name, row in ARRAYS.items() if row.shape in ("T N", "T R N")]
)
def test_every_weighting_can_be_drawn(trace, name):
    (image,) = images_of(plot_weighting(trace, name))
    assert (image.get_array() == trace[name].reshape(12, 10).T).all()


def test_overview_shares_time_and_colours(two_heads):
    figure = plot_overview(two_heads)
    images = images_of(figure)
    expected = [
        two_heads.usage,
        two_heads.allocation_weighting,
        two_heads.write_weighting,
        two_heads.read_weighting[:, 0],
        two_heads.read_weighting[:, 1],
    ]
    assert len(images) == len(expected)
    for image, array in zip(images, expected, strict=True):
        assert (image.get_array() == array.T).all()
        assert (image.norm.vmin, image.norm.vmax) == (0, 1)
        assert image.cmap.name == "cividis"
    assert len({image.axes.get_xlim() for image in images}) == 1
    assert sum(image.colorbar is not None for image in images) == 1
    assert [image.axes.get_xlabel() for image in images] == [""] * 4 + ["step"]


def test_memory_is_signed_and_shares_its_scale_over_the_whole_run(trace):
    memory = trace.memory.copy()
    memory[7] *= 3  # a step that isn't shown
    images = images_of(plot_memory(trace.with_arrays(memory=memory), steps=[0, 5]))
    assert [title_of(image) for image in images] == ["after step 0", "after step 5"]
    for image, step in zip(images, (0, 5), strict=True):
        assert (image.get_array() == memory[step]).all()
        assert image.norm.vmax == -image.norm.vmin == pytest.approx(np.abs(memory).max())
        assert image.cmap.name == "RdBu_r"


def test_memory_in_the_order_of_writing(trace):
    image = images_of(plot_memory(trace, steps=[5], order="first_write"))[0]
    assert (image.get_array() == trace.memory[5][first_write_order(trace)]).all()
    assert [t.get_text() for t in image.axes.get_yticklabels() if t.get_text()] == [
        str(location) for location in first_write_order(trace)
    ]


def test_an_empty_memory_is_white(trace):
    image = images_of(plot_memory(trace.with_arrays(memory=trace.memory * 0), steps=[0]))[0]
    assert (image.norm.vmin, image.norm.vmax) == (-1, 1)


def test_default_steps_run_from_the_first_to_the_last(trace):
    titles = [title_of(image) for image in images_of(plot_memory(trace))]
    assert titles == ["after step 0", "after step 4", "after step 7", "after step 11"]


def test_input_target_and_output_above_each_other(trace):
    images = images_of(plot_input_output(trace))
    assert [title_of(image) for image in images] == ["input", "target", "output"]
    for image, array in zip(images, (trace.input, trace.target, trace.output), strict=True):
        assert (image.get_array() == array.T).all()
        assert (image.norm.vmin, image.norm.vmax) == (0, 1)


def test_without_a_target_its_panel_is_left_out(trace):
    images = images_of(plot_input_output(without_target(trace)))
    assert [title_of(image) for image in images] == ["input", "output"]


def test_signed_output_shares_a_symmetric_scale_with_the_target_alone(trace):
    given, target, output = images_of(plot_input_output(trace.with_arrays(output=trace.output - 5)))
    assert given.cmap.name == "cividis"
    assert target.cmap.name == output.cmap.name == "RdBu_r"
    limit = np.abs(trace.output - 5).max()
    assert target.norm.vmax == output.norm.vmax == -output.norm.vmin == pytest.approx(limit)


def test_logits_are_drawn_as_probabilities_without_overflow(trace):
    logits = np.where(trace.output > 0.5, 1e4, -1e4)
    output = images_of(plot_input_output(trace.with_arrays(output=logits), output_is_logits=True))[
        -1
    ]
    assert (output.get_array() == (trace.output.T > 0.5)).all()
    assert "probability" in title_of(output)


def test_class_targets_are_one_row(trace):
    target = np.arange(12) % 2
    image = images_of(plot_input_output(trace.with_arrays(target=target)))[1]
    assert image.get_array().shape == (1, 12)


def test_unknown_weighting_suggests_the_nearest(trace):
    with pytest.raises(ValueError, match=r"'usagge' is not .*Did you mean 'usage'"):
        plot_weighting(trace, "usagge")
    with pytest.raises(ValueError, match=r"is not .*Known: .*write_weighting"):
        plot_weighting(trace, "memory")


@pytest.mark.parametrize("steps", [[12], [-1], [0, 99]])
def test_step_out_of_range(trace, steps):
    with pytest.raises(ValueError, match="out of range: the trace has 12 steps, 0 to 11"):
        plot_memory(trace, steps=steps)


def test_steps_of_the_wrong_kind_or_number(trace):
    with pytest.raises(TypeError, match=r"steps must be a list of integers such as \[0, 4\]"):
        plot_memory(trace, steps=3)
    with pytest.raises(TypeError, match="steps must be a list of integers"):
        plot_memory(trace, steps=[0.5])
    with pytest.raises(ValueError, match="between 1 and 12 steps fit into the figure, got 0"):
        plot_memory(trace, steps=[])
    with pytest.raises(ValueError, match="between 1 and 12 steps fit into the figure, got 13"):
        plot_memory(trace, steps=[0] * 13)


def test_arrays_of_a_network_in_colours_of_their_kind():
    rng = np.random.default_rng(0)
    table = LSTMTrace.table
    arrays = {
        name: rng.uniform(0.1, 0.9, (6, 3)) for name in LSTMTrace.required() if name != "input"
    }
    arrays["input"] = rng.uniform(-7, 7, (6, 2))
    trace = LSTMTrace(arrays | {"reward": np.ones(6)})
    figure = plot_arrays(trace)
    images = [image for image in images_of(figure) if image.get_array().shape[1] == 6]
    names = [name for name in LSTMTrace.required() if name not in ("input", "output")]
    assert len(images) == len(names) + 2
    for image, name in zip(images, ["input", *names, "output"], strict=True):
        assert (image.get_array() == trace[name].T).all()
        assert title_of(image) == f"{table[name].label}: {table[name].meaning}"
        extent = {"fraction": (0, 1), "activation": (-1, 1), "number": (0, 1)}[table[name].kind]
        if name == "input":
            extent = (-np.abs(trace.input).max(), np.abs(trace.input).max())
        assert (image.norm.vmin, image.norm.vmax) == extent, name
    assert trace.about in [text.get_text() for text in figure.texts]


def test_a_model_that_remembers_nothing_is_drawn_and_says_so():
    figure = plot_arrays(MemorylessTrace({"input": np.ones((1, 1)), "output": np.ones((1, 70))}))
    assert "remembers nothing" in figure.texts[0].get_text()
    assert figure.get_size_inches()[1] < 4
