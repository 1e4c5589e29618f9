"""The drawing of the DNC names every equation, and its texts keep clear of each other."""

from __future__ import annotations

import inspect
import itertools

import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import FancyBboxPatch

from memorylab.memory.dnc import addressing
from memorylab_course.figures import plot_dnc
from memorylab_course.figures.machine import FAINT, PARTS

PART_05 = ("content", "usage", "write")
PART_06 = ("links", "read", "controller", "interface")


def texts(figure):
    return [text for text in figure.axes[0].texts if text.get_text()]


def ink(figure):
    return [(text.get_text(), to_hex(text.get_color())) for text in texts(figure)]


def test_every_equation_of_the_package_and_every_symbol_stands_in_the_drawing():
    shown = " ".join(text.get_text() for text in texts(plot_dnc())).replace("\n", " ")
    functions = [
        name.replace("_", " ")
        for name, value in vars(addressing).items()
        if inspect.isfunction(value) and value.__module__ == addressing.__name__
    ]
    assert len(functions) == 13
    for name in functions:
        if name.startswith(("forward", "backward")):  # one box for both
            name = name.removesuffix(" weighting")
        assert name in shown, name
    symbols = ("k_t", r"\beta_t", "f_t", r"\psi_t", "u_t", "a_t", "g_t^a", "g_t^w", "e_t", "v_t")
    symbols += ("w_t^w", "p_{t-1}", "L_t", "b_t", r"\pi_t", "w_t^{r,i}", "M_t", "r_t", "x_t", "y_t")
    for symbol in symbols:
        assert symbol in shown, symbol


def test_no_text_lies_on_another_or_leaves_the_figure():
    figure = plot_dnc()
    figure.draw_without_rendering()
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts(figure)]
    for name, one in boxes:
        assert figure.bbox.containsx(one.x0), name
        assert figure.bbox.containsx(one.x1), name
        assert figure.bbox.containsy(one.y0), name
        assert figure.bbox.containsy(one.y1), name
    for (name, one), (other_name, other) in itertools.combinations(boxes, 2):
        assert not one.overlaps(other), (name, other_name)


def test_labels_keep_clear_of_boxes():
    figure = plot_dnc()
    figure.draw_without_rendering()
    patches = [patch for patch in figure.axes[0].patches if isinstance(patch, FancyBboxPatch)]
    rounded = [p.get_window_extent() for p in patches if p.get_height() < 3]  # not the interface
    labels = [text for text in texts(figure) if "$" in text.get_text()]
    for text, box in itertools.product(labels, rounded):
        assert not text.get_window_extent().overlaps(box), text.get_text()


def test_what_is_not_highlighted_is_grey():
    assert not {colour for _, colour in ink(plot_dnc())} - {to_hex("black")}
    everything = set()
    for parts in (PART_05, PART_06):
        lit = {
            place for place, (_, colour) in enumerate(ink(plot_dnc(parts))) if colour == "#000000"
        }
        assert 0 < len(lit) < len(ink(plot_dnc()))
        everything |= lit
    assert len(everything) == len(ink(plot_dnc()))  # the two notebooks show all of it
    patches = plot_dnc("usage").axes[0].patches
    edges = [to_hex(patch.get_edgecolor()) for patch in patches]
    assert {to_hex(FAINT), to_hex(PARTS["usage"])} <= set(edges)
    assert to_hex(PARTS["write"]) not in edges


def test_an_unknown_part_is_named():
    with pytest.raises(ValueError, match=r"no part 'link'.*links"):
        plot_dnc(("usage", "link"))
