"""Recurrent cells, drawn with the names of their equations on the arrows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.patches import Circle

from memorylab.plots import style
from memorylab_course.figures.diagram import PLAIN, Point, box, paper, wire

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MEMORY, LAYER, OPERATION = style.COLOURS[0], style.COLOURS[1], style.COLOURS[2]
GRADIENT = style.COLOURS[4]


@style.styled
def plot_unrolled(steps: int = 4) -> Figure:
    """Draw a simple recurrent network, unrolled over ``steps`` steps, and the gradient's way back.

    Raises:
        ValueError: ``steps`` is below 2: there would be no way back.
    """
    if steps < 2:
        raise ValueError(f"steps must be at least 2, so that one follows another, got {steps}.")
    figure, axes = paper(3.0)
    gap = 6.4 / steps
    for step in range(1, steps + 1):
        x = 0.75 + gap * (step - 0.5)
        box(axes, (x, 1.3), "tanh", MEMORY)
        wire(axes, [(x, 0.35), (x, 1.03)], rf"$W x_{{{step}}}$", (0.08, -0.1), "left")
        axes.text(x, 0.2, rf"$x_{{{step}}}$", ha="center", va="center", fontsize=11)
        before = x - gap + 0.34 if step > 1 else 0.55
        wire(axes, [(before, 1.3), (x - 0.34, 1.3)], rf"$U h_{{{step - 1}}}$", (0, 0.07))
        wire(axes, [(x, 1.57), (x, 2.0)], rf"$h_{{{step}}}$", (0.08, 0), "left")
        if step > 1:
            back = [(x - 0.2, 1.85), (x - gap + 0.42, 1.85)]
            name = rf"$\partial h_{{{step}}} / \partial h_{{{step - 1}}}$"
            wire(axes, back, name, (0, 0.08), colour=GRADIENT, dashed=True)
    axes.text(0.3, 1.3, "$h_0$", ha="center", va="center", fontsize=11)
    end = 0.75 + gap * (steps - 0.5)
    wire(axes, [(end + 0.34, 1.3), (end + 0.85, 1.3)])
    axes.text(end, 2.16, "answer", ha="center", fontsize=9)
    axes.text(
        0.3,
        2.72,
        "dashed: the gradient goes back through one factor per step",
        color=GRADIENT,
        fontsize=9,
    )
    return figure


@style.styled
def plot_lstm() -> Figure:
    """Draw one step of an LSTM: the cell's straight line, and the three gates that act on it."""
    figure, axes = paper(3.6)
    top, row, bottom = 3.0, 1.3, 0.45
    wire(axes, [(0.75, top), (2.06, top)], colour=MEMORY, wide=True)
    wire(
        axes, [(2.34, top), (3.96, top)], r"$f_t \odot c_{t-1}$", (0, 0.1), colour=MEMORY, wide=True
    )
    wire(axes, [(4.24, top), (7.2, top)], colour=MEMORY, wide=True)
    _names(axes, {"$c_{t-1}$": (0.45, top), "$c_t$": (7.5, top)}, MEMORY)
    _names(axes, {"$h_{t-1}$": (0.4, bottom), "$x_t$": (0.9, 0.1), "$h_t$": (7.5, row)}, PLAIN)
    wire(axes, [(0.68, bottom), (5.6, bottom)], arrow=False)
    wire(axes, [(1.1, 0.1), (1.4, 0.1), (1.4, bottom)], arrow=False)
    for x, name, function in (
        (2.2, "f", r"$\sigma$"),
        (3.3, "i", r"$\sigma$"),
        (4.1, "g", "tanh"),
        (5.6, "o", r"$\sigma$"),
    ):
        weights = rf"$W_{{{name}}}, U_{{{name}}}$"
        wire(axes, [(x, bottom), (x, row - 0.27)], weights, (0.07, -0.02), "left", small=True)
        box(axes, (x, row), function, LAYER)
    wire(axes, [(2.2, row + 0.27), (2.2, top - 0.14)], "$f_t$", (0.07, 0), "left")
    wire(axes, [(3.3, row + 0.27), (3.3, 2.15), (3.96, 2.15)], "$i_t$", (-0.45, 0.16), "left")
    wire(axes, [(4.1, row + 0.27), (4.1, 2.01)], "$g_t$", (0.07, -0.02), "left")
    wire(axes, [(4.1, 2.29), (4.1, top - 0.14)], r"$i_t \odot g_t$", (0.08, 0), "left")
    wire(axes, [(5.6, row + 0.27), (5.6, 1.9), (6.36, 1.9)], "$o_t$", (-0.42, 0.16), "left")
    wire(axes, [(6.5, top), (6.5, 2.69)], arrow=False)
    box(axes, (6.5, 2.45), "tanh", PLAIN)
    wire(axes, [(6.5, 2.2), (6.5, 2.04)])
    wire(axes, [(6.5, 1.76), (6.5, row), (7.2, row)], r"$o_t \odot \tanh c_t$", (0.1, -0.4), "left")
    for place, sign in (
        ((2.2, top), "×"),
        ((4.1, top), "+"),
        ((4.1, 2.15), "×"),
        ((6.5, 1.9), "×"),
    ):
        _operation(axes, place, sign)
    return figure


@style.styled
def plot_gru() -> Figure:
    """Draw one step of a GRU in PyTorch's form: one line, and two gates."""
    figure, axes = paper(3.6)
    top, row, bottom = 3.0, 1.3, 0.45
    wire(axes, [(0.75, top), (4.96, top)], colour=MEMORY, wide=True)
    wire(axes, [(5.24, top), (6.06, top)], colour=MEMORY, wide=True)
    wire(axes, [(6.34, top), (7.2, top)], colour=MEMORY, wide=True)
    axes.text(5.65, top + 0.18, r"$z_t \odot h_{t-1}$", ha="center", fontsize=9.5, color=MEMORY)
    _names(axes, {"$h_{t-1}$": (0.4, top), "$h_t$": (7.5, top)}, MEMORY)
    _names(axes, {"$x_t$": (0.4, bottom)}, PLAIN)
    wire(axes, [(0.65, bottom), (4.7, bottom)], arrow=False)
    wire(axes, [(1.1, top), (1.1, 0.8), (4.5, 0.8)], arrow=False)
    for x, name, function in ((1.7, "r", r"$\sigma$"), (4.5, "z", r"$\sigma$")):
        wire(
            axes,
            [(x, 0.8), (x, row - 0.27)],
            rf"$W_{{{name}}}, U_{{{name}}}$",
            (0.08, 0),
            "left",
            small=True,
        )
        wire(axes, [(x - 0.12, bottom), (x - 0.12, row - 0.27)])
        box(axes, (x, row), function, LAYER)
    wire(axes, [(2.6, 0.8), (2.6, 1.86)], "$U_n h_{t-1}$", (0.07, -0.1), "left")
    wire(axes, [(1.7, row + 0.27), (1.7, 2.0), (2.46, 2.0)], "$r_t$", (-0.42, 0.16), "left")
    wire(axes, [(2.74, 2.0), (3.26, 2.0)])
    wire(axes, [(3.6, bottom), (3.6, 1.73)], "$W_n x_t$", (0.07, 0.45), "left")
    box(axes, (3.6, 2.0), "tanh", LAYER)
    wire(axes, [(3.94, 2.0), (6.06, 2.0)], "$n_t$", (-0.6, 0.09))
    wire(axes, [(4.5, row + 0.27), (4.5, 1.75), (5.1, 1.75), (5.1, 1.92)], arrow=False)
    wire(axes, [(5.1, 2.08), (5.1, top - 0.14)], "$z_t$", (0.07, 0.1), "left")
    wire(axes, [(5.1, 1.75), (6.2, 1.75), (6.2, 1.86)], r"$1 - z_t$", (-0.3, -0.2))
    wire(axes, [(6.2, 2.14), (6.2, top - 0.14)], r"$(1 - z_t) \odot n_t$", (0.08, 0), "left")
    for place, sign in (((2.6, 2.0), "×"), ((5.1, top), "×"), ((6.2, 2.0), "×"), ((6.2, top), "+")):
        _operation(axes, place, sign)
    return figure


def _names(axes: Axes, places: dict[str, Point], colour: str) -> None:
    for name, (x, y) in places.items():
        axes.text(x, y, name, ha="center", va="center", fontsize=12, color=colour)


def _operation(axes: Axes, centre: Point, sign: str) -> None:
    circle = Circle(centre, 0.14, facecolor="white", edgecolor=OPERATION, linewidth=1.4, zorder=3)
    axes.add_patch(circle)
    axes.text(*centre, sign, ha="center", va="center_baseline", fontsize=11, zorder=4)
