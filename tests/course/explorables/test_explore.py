"""Figures with controls: what moves, what stays, and what is refused."""

from __future__ import annotations

import base64
import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from memorylab_course.explorables import Buttons, Choice, Slider, Switch, explore


def powers(**controls):
    """Return an explorer of powers, with a line that stays."""
    figure, axes = plt.subplots(figsize=(4, 2))
    axes.axhline(0.5)

    def draw(base, marked=False):
        axes.plot(base ** np.arange(10), label="power", marker="o" if marked else None)
        axes.legend()
        return f"After 9 steps: {base**9:.3f}"

    return explore(figure, draw, base=Slider("base", [0.5, 0.8, 1.0], start=0.8), **controls)


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


@settings(deadline=None, derandomize=True, max_examples=6)
@given(st.lists(st.tuples(st.sampled_from([0.5, 0.8, 1.0]), st.booleans()), max_size=4))
def test_a_picture_depends_on_the_values_alone(path):
    explorer = powers(marked=Switch("marks"))
    first = explorer.picture()
    for base, marked in path:
        explorer.move(base=base, marked=marked)
        moved = explorer.widget.picture
        assert (moved == first) == ((base, marked) == (0.8, False))
        assert explorer.text == f"After 9 steps: {base**9:.3f}"
    explorer.move(base=0.8, marked=False)
    assert explorer.widget.picture == first


def test_output_without_a_kernel_is_the_first_picture_and_its_text():
    explorer = powers(marked=Switch("marks"))
    data, _ = explorer._repr_mimebundle_()
    stored = pixels(base64.b64decode(data["image/png"]))
    assert stored.shape == (200, 400, 3)  # the figure's full size
    assert (stored == pixels(explorer.widget.picture)).all()
    assert data["text/plain"] == "base: 0.8\nmarks: off\nAfter 9 steps: 0.134"
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "text/html" not in data  # it would outrank the picture


def test_the_page_moves_a_control_by_its_place():
    explorer = powers()
    explorer.widget.set_state({"places": [2]})
    assert explorer.values == {"base": 1.0}
    assert explorer.widget.drawn == [2]
    assert explorer.widget.text == "After 9 steps: 1.000"


def test_axes_stay_where_they_are_and_what_was_drawn_before_is_kept():
    figure, axes = plt.subplots(layout="constrained")
    axes.plot([0, 1], [0, 1])

    def draw(scale):
        image = axes.imshow(np.full((2, 2), scale))
        figure.colorbar(image)
        figure.text(0.1, 0.1, "note")

    explorer = explore(figure, draw, scale=Slider("scale", [1, 10_000], start=1))
    place = axes.get_position().bounds
    explorer.move(scale=10_000)
    assert axes.get_position().bounds == pytest.approx(place)
    assert len(axes.lines) == len(axes.images) == len(figure.texts) == 1
    assert len(figure.axes) == 2


def test_a_legend_lists_the_bars_of_the_last_call_and_those_that_stay():
    figure, axes = plt.subplots()
    axes.bar([3], [1], label="stays")

    def draw(height):
        axes.bar([0], [height], label=f"height {height}")
        axes.legend()

    explorer = explore(figure, draw, height=Slider("height", [1, 2, 3], start=1))
    for height in (2, 3, 1):
        explorer.move(height=height)
        labels = [text.get_text() for text in axes.get_legend().get_texts()]
        assert labels == ["stays", f"height {height}"]


def test_a_name_used_again_later_does_not_move_the_drawing_elsewhere():
    names = {"plt": plt, "explore": explore, "Slider": Slider}
    cell = """
figure, axes = plt.subplots()
def draw(x):
    axes.plot([0, x])
{0} = explore(figure, draw, x=Slider("x", [1, 2], start=1))
"""
    exec(cell.replace("{0}", "one"), names)
    exec(cell.replace("{0}", "other"), names)
    before = names["one"].picture(), names["other"].picture()
    names["one"].move(x=2)
    assert names["one"].picture() != before[0]
    assert names["other"].picture() == before[1]


def test_limits_follow_the_values_unless_they_are_set():
    figure, (free, fixed) = plt.subplots(1, 2)
    fixed.set_ylim(0, 3)

    def draw(height):
        free.plot([0, height])
        fixed.plot([0, height])

    explorer = explore(figure, draw, height=Slider("height", [1, 10], start=10))
    explorer.move(height=1)
    assert free.get_ylim()[1] == pytest.approx(1.05)
    assert fixed.get_ylim() == (0, 3)


def test_pyplot_does_not_show_the_figure_again():
    powers()
    assert plt.get_fignums() == []


def test_an_error_while_moving_is_shown_and_the_next_move_works():
    figure, axes = plt.subplots()
    explorer = explore(
        figure, lambda x: axes.plot([1 / x]) and None, x=Slider("x", [0, 1, 2], start=1)
    )
    first = explorer.widget.picture
    with pytest.raises(RuntimeError, match="draw failed with ZeroDivisionError: division by zero"):
        explorer.move(x=0)
    assert explorer.widget.picture == first
    explorer.widget.set_state({"places": [2]})
    assert explorer.widget.problem == ""
    assert explorer.widget.picture != first


@pytest.mark.parametrize(
    "values",
    [np.arange(0.5, 1.02, 0.05), torch.linspace(0.5, 1, 11, dtype=torch.float64), [0.5, 0.95]],
)
def test_sliders_find_their_start_up_to_rounding(values):
    slider = Slider("radius", values, start=0.95)
    chosen = slider.values[slider.place]
    assert type(chosen) is float
    assert slider.show(chosen) == "0.95"


def test_choices_may_be_anything():
    choice = Choice("cell", ["LSTM", None, 1, True], start=True)
    assert choice.place == 3
    assert choice.place_of(1) == 2
    assert choice.header()["texts"] == ["LSTM", "None", "1", "on"]


def test_buttons_give_what_was_pressed_in_order():
    figure, axes = plt.subplots()

    def draw(pressed):
        axes.plot(pressed)
        return f"pressed: {pressed}"

    buttons = Buttons("write to", np.arange(3), start=[2, 0], most=4)
    explorer = explore(figure, draw, pressed=buttons)
    assert repr(explorer) == "write to: 2, 0\npressed: (2, 0)"
    assert buttons.header()["texts"] == ["0", "1", "2"]
    explorer.widget.set_state({"places": [[2, 0, 2]]})  # as the page does
    assert explorer.values == {"pressed": (2, 0, 2)}
    explorer.move(pressed=[])
    assert repr(explorer) == "write to: none\npressed: ()"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Slider("", [1, 2], 1), "a control needs a label, such as 'forget gate', not ''"),
        (lambda: Slider("x", [1], 1), r"'x' needs at least two values .* got \(1,\)"),
        (lambda: Slider("x", 5, 5), r"'x': values must be a list, such as \[1, 2\], not 5"),
        (lambda: Slider("x", range(20), 20), "'x' can't be 20. Its values: 0, 1, .* 7, …"),
        (lambda: Slider("x", [1, "two"], 1), "a slider's values must be numbers, not 'two'"),
        (lambda: Slider("x", [1, float("inf")], 1), "values must be numbers, not inf"),
        (lambda: Choice("cell", "LSTM", "L"), "'cell': values must be a list, .* not 'LSTM'"),
        (lambda: Choice("cell", ["GRU", "LSTM"], "RNN"), "can't be 'RNN'. Its values: GRU, LSTM"),
        (lambda: Switch("clip", 1), "'clip' can't be 1. Its values: off, on"),
        (lambda: Buttons("write", range(3), most=0), "most must be at least 1, got 0"),
        (lambda: Buttons("write", range(3), [1, 3]), "'write' can't be 3. Its values: 0, 1, 2"),
        (lambda: Buttons("write", range(3), [0] * 13), "'write' takes 12 presses, not 13"),
        (lambda: Buttons("write", range(3), 1), "'write' takes a list of what to press, not 1"),
        (lambda: powers().move(bose=1.0), "'bose' is not a known control. Did you mean 'base'"),
        (lambda: powers().move(base=0.7), "'base' can't be 0.7. Its values: 0.5, 0.8, 1"),
        (lambda: explore(plt.figure(), print), "explore needs a control for each argument of draw"),
    ],
)
def test_what_can_not_be_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
    plt.close("all")


@pytest.mark.parametrize(
    ("figure", "draw", "control", "message"),
    [
        (None, print, Switch("x"), "figure must be a matplotlib figure, not None"),
        (plt.Figure(), 5, Switch("x"), "draw must be a function, not 5"),
        (
            plt.Figure(),
            print,
            (0, 1),
            r"x must be a Slider, Choice, Switch or Buttons, not \(0, 1\)",
        ),
        (plt.Figure(), lambda y: None, Switch("x"), "unexpected keyword argument 'x'"),
        (plt.Figure(), lambda x: 3, Switch("x"), r"must return a sentence or nothing, not 3 \(int"),
    ],
)
def test_what_has_the_wrong_type_is_refused(figure, draw, control, message):
    with pytest.raises(TypeError, match=message):
        explore(figure, draw, x=control)
