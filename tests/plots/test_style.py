"""What every figure promises: labels, sizes, fonts, a white face, and no part in pyplot."""

from __future__ import annotations

import subprocess
import sys

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.text import Text
from nbclient import NotebookClient
from trace_examples import ORDER, run_copy

from memorylab import plots
from memorylab.plots.style import integer_ticks
from memorylab_course import figures

CURVES = {"GRU": [([0, 10, 20], [0.5, 0.2, 0.0]), ([0, 10, 30], [0.5, 0.3, 0.1])]}
FIGURES = {
    "usage": lambda t: plots.plot_weighting(t, "usage"),
    "read": lambda t: plots.plot_weighting(t, "read_weighting"),
    "overview": plots.plot_overview,
    "links": plots.plot_links,
    "links in order": lambda t: plots.plot_links(t, order="first_write"),
    "memory": plots.plot_memory,
    "faint memory": lambda t: plots.plot_memory(t.with_arrays(memory=t.memory * 0.1234)),
    "fainter memory": lambda t: plots.film_strip(t.with_arrays(memory=t.memory * 1.234e-5)),
    "loud memory": lambda t: plots.plot_memory(t.with_arrays(memory=t.memory * 1234.5)),
    "film": plots.film_strip,
    "film in order": lambda t: plots.film_strip(t, order="first_write"),
    "input and output": plots.plot_input_output,
    "gates": plots.plot_gates,
    "curves": lambda t: plots.plot_learning_curves(CURVES, x="step", y="bit error", target=0.0),
    "mosaic": lambda t: figures.plot_padding_mosaic([4, 2], [0, 0], [0, 4]),
    "gradient": lambda t: figures.plot_gradient(np.eye(3), np.eye(3) > 0),
}
SIZES = {
    "usual": {"order": ORDER},
    "one of each": {"num_words": 1, "num_locations": 1, "word_size": 1},
    "eight heads": {"num_words": 12, "num_locations": 64, "num_read_heads": 8},
}


def shown_texts(figure):
    """All texts that a reader sees; ticks beyond an axis's limits have labels but aren't drawn."""
    figure.draw_without_rendering()
    texts = set(figure.findobj(Text))
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        low, high = sorted(axis.get_view_interval())
        ticks = axis.get_major_ticks()
        seen = {tick.label1 for tick in ticks if low <= tick.get_loc() <= high}
        texts -= {label for tick in axis.majorTicks + ticks for label in (tick.label1, tick.label2)}
        texts |= {label for label in seen if label.get_visible()}
    return [text for text in texts if text.get_visible() and text.get_text().strip()]


@settings(deadline=None, derandomize=True, max_examples=25)
@given(count=st.integers(1, 10**6), at_most=st.integers(1, 30))
def test_integer_ticks_are_even_whole_numbers_in_range(count, at_most):
    axis = Figure().subplots(subplot_kw={"xlim": (-0.5, count - 0.5)}).xaxis
    integer_ticks(axis, at_most)
    ticks = [tick for tick in axis.get_majorticklocs() if 0 <= tick < count]
    assert ticks[0] == 0
    assert len(ticks) <= at_most
    assert len(set(np.diff(ticks))) <= 1
    assert all(tick == round(tick) for tick in ticks)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", FIGURES)
def test_figure_is_labelled_and_all_its_text_legible(name, size):
    figure = FIGURES[name](run_copy(**SIZES[size]))
    assert isinstance(figure, Figure)
    assert plt.get_fignums() == []
    assert figure.get_facecolor() == (1, 1, 1, 1)
    labels = [a.get_xlabel() for a in figure.axes] + [figure.get_supxlabel()]
    assert any(labels), "no label along x"
    labels = [a.get_ylabel() for a in figure.axes] + [figure.get_supylabel()]
    assert any(labels), "no label along y"
    texts = shown_texts(figure)
    assert min(text.get_fontsize() for text in texts) >= 8
    boxes = [text.get_window_extent().padded(-0.5) for text in texts]
    width, height = figure.bbox.size
    for index, (text, box) in enumerate(zip(texts, boxes, strict=True)):
        inside = min(box.x0, box.y0, width - box.x1, height - box.y1) >= -0.5
        assert inside, f"{text} is cropped"
        for other in range(index):
            assert not box.overlaps(boxes[other]), f"{text} lies on {texts[other]}"


def test_heat_maps_have_a_colour_bar_with_a_label(trace):
    for name in ("usage", "overview", "links", "memory", "film", "input and output", "gradient"):
        figure = FIGURES[name](trace)
        bars = [image.colorbar for a in figure.axes for image in a.images if image.colorbar]
        assert bars, name
        assert all(bar.ax.get_ylabel() for bar in bars)


def test_same_kind_of_figure_has_the_same_size(trace):
    sizes = {
        tuple(plots.plot_links(trace, steps=steps).get_size_inches())
        for steps in ([0, 1], [5, 11], [2, 10])
    }
    assert len(sizes) == 1
    figure = plots.plot_weighting(trace, "usage")
    assert (figure.get_tightbbox().size == figure.get_size_inches()).all()


def test_time_axes_of_different_figures_stand_at_the_same_place(trace):
    spans = [
        (box.x0, box.x1)
        for figure in (
            plots.plot_overview(trace),
            plots.plot_gates(trace),
            plots.plot_input_output(trace),
        )
        for box in [figure.axes[0].get_position()]
    ]
    assert np.ptp(spans, axis=0) == pytest.approx(0)


def test_a_users_dark_style_changes_neither_figure_nor_file(trace, tmp_path):
    plain = plots.plot_overview(trace)
    with plt.style.context("dark_background"):
        dark = plots.plot_overview(trace)
        dark.savefig(tmp_path / "dark.png")
    plain.savefig(tmp_path / "plain.png")
    assert (plt.imread(tmp_path / "dark.png") == plt.imread(tmp_path / "plain.png")).all()
    assert (plt.imread(tmp_path / "plain.png")[..., 3] == 1).all(), "not opaque"


def test_drawing_leaves_the_users_style_as_it_was(trace):
    with plt.rc_context({"font.size": 23}):
        plots.plot_gates(trace)
        assert plt.rcParams["font.size"] == 23


def test_not_a_number_is_marked_apart_from_every_colour(trace):
    usage = trace.usage.copy()
    usage[3, 2] = np.nan
    figure = plots.plot_weighting(trace.with_arrays(usage=usage), "usage")
    axes = figure.axes[0]
    assert axes.images[0].cmap.get_bad()[3] == 0
    assert axes.patch.get_hatch()
    assert [text.get_text() for text in figure.texts] == ["hatched:\nnot a number"]
    assert not plots.plot_weighting(trace, "usage").axes[0].patch.get_hatch()
    pixels = np.asarray(_rgba(figure))[..., :3]
    pink = (pixels == (255, 92, 255)).all(axis=-1)
    assert pink.any()


def _rgba(figure):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return canvas.buffer_rgba()


def test_values_beyond_the_scale_are_announced(trace):
    too_much = plots.plot_weighting(trace.with_arrays(usage=trace.usage * 1.5), "usage")
    assert too_much.axes[0].images[0].colorbar.extend == "max"
    rounding = plots.plot_weighting(trace.with_arrays(usage=trace.usage * (1 + 1e-6)), "usage")
    assert rounding.axes[0].images[0].colorbar.extend == "neither"


def test_import_loads_neither_torch_nor_pyplot_nor_ray():
    script = (
        "import sys, memorylab.plots; "
        "print([m for m in ('torch', 'ray', 'matplotlib.pyplot') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert result.stdout.strip() == "[]", result.stderr


def test_notebook_shows_a_returned_figure_once_with_and_without_pyplot():
    draw = (
        "from memorylab.plots import plot_learning_curves\n"
        "plot_learning_curves({'GRU': [([0, 1], [1, 0])]}, x='step', y='error')"
    )
    cells = [draw, "import matplotlib.pyplot as plt\nplt.rcParams['font.size'] = 10", draw, "1;"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    pictures = [
        [output for output in cell.outputs if "image/png" in output.get("data", {})]
        for cell in notebook.cells
    ]
    assert [len(found) for found in pictures] == [1, 0, 1, 0]
    assert [len(cell.outputs) for cell in notebook.cells] == [1, 0, 1, 0]
    for found in (pictures[0], pictures[2]):
        assert found[0].data["text/plain"] == "<Figure size 800x380 with 1 Axes>"
