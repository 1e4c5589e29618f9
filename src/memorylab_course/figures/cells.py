"""Recurrent cells, drawn with the names of their equations on the arrows."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib.patches import Circle, FancyBboxPatch

from memorylab.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Point = tuple[float, float]
MEMORY, LAYER, OPERATION = style.COLOURS[0], style.COLOURS[1], style.COLOURS[2]
PLAIN, GRADIENT = style.COLOURS[6], style.COLOURS[4]


@style.styled
def plot_unrolled(steps: int = 4) -> Figure:
    """Draw a simple recurrent network, unrolled over ``steps`` steps, and the gradient's way back.

    Raises:
        ValueError: ``steps`` is below 2: there would be no way back.
    """
    if steps < 2:
        raise ValueError(f"steps must be at least 2, so that one follows another, got {steps}.")
    figure, axes = _paper(3.0)
    gap = 6.4 / steps
    for step in range(1, steps + 1):
        x = 0.75 + gap * (step - 0.5)
        _box(axes, (x, 1.3), "tanh", MEMORY)
        _wire(axes, [(x, 0.35), (x, 1.03)], rf"$W x_{{{step}}}$", (0.08, -0.1), "left")
        axes.text(x, 0.2, rf"$x_{{{step}}}$", ha="center", va="center", fontsize=11)
        before = x - gap + 0.34 if step > 1 else 0.55
        _wire(axes, [(before, 1.3), (x - 0.34, 1.3)], rf"$U h_{{{step - 1}}}$", (0, 0.07))
        _wire(axes, [(x, 1.57), (x, 2.0)], rf"$h_{{{step}}}$", (0.08, 0), "left")
        if step > 1:
            back = [(x - 0.2, 1.85), (x - gap + 0.42, 1.85)]
            name = rf"$\partial h_{{{step}}} / \partial h_{{{step - 1}}}$"
            _wire(axes, back, name, (0, 0.08), colour=GRADIENT, dashed=True)
    axes.text(0.3, 1.3, "$h_0$", ha="center", va="center", fontsize=11)
    end = 0.75 + gap * (steps - 0.5)
    _wire(axes, [(end + 0.34, 1.3), (end + 0.85, 1.3)])
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
    figure, axes = _paper(3.6)
    top, row, bottom = 3.0, 1.3, 0.45
    _wire(axes, [(0.75, top), (2.06, top)], colour=MEMORY, wide=True)
    _wire(
        axes, [(2.34, top), (3.96, top)], r"$f_t \odot c_{t-1}$", (0, 0.1), colour=MEMORY, wide=True
    )
    _wire(axes, [(4.24, top), (7.2, top)], colour=MEMORY, wide=True)
    _names(axes, {"$c_{t-1}$": (0.45, top), "$c_t$": (7.5, top)}, MEMORY)
    _names(axes, {"$h_{t-1}$": (0.4, bottom), "$x_t$": (0.9, 0.1), "$h_t$": (7.5, row)}, PLAIN)
    _wire(axes, [(0.68, bottom), (5.6, bottom)], arrow=False)
    _wire(axes, [(1.1, 0.1), (1.4, 0.1), (1.4, bottom)], arrow=False)
    for x, name, function in (
        (2.2, "f", r"$\sigma$"),
        (3.3, "i", r"$\sigma$"),
        (4.1, "g", "tanh"),
        (5.6, "o", r"$\sigma$"),
    ):
        weights = rf"$W_{{{name}}}, U_{{{name}}}$"
        _wire(axes, [(x, bottom), (x, row - 0.27)], weights, (0.07, -0.02), "left", small=True)
        _box(axes, (x, row), function, LAYER)
    _wire(axes, [(2.2, row + 0.27), (2.2, top - 0.14)], "$f_t$", (0.07, 0), "left")
    _wire(axes, [(3.3, row + 0.27), (3.3, 2.15), (3.96, 2.15)], "$i_t$", (-0.45, 0.16), "left")
    _wire(axes, [(4.1, row + 0.27), (4.1, 2.01)], "$g_t$", (0.07, -0.02), "left")
    _wire(axes, [(4.1, 2.29), (4.1, top - 0.14)], r"$i_t \odot g_t$", (0.08, 0), "left")
    _wire(axes, [(5.6, row + 0.27), (5.6, 1.9), (6.36, 1.9)], "$o_t$", (-0.42, 0.16), "left")
    _wire(axes, [(6.5, top), (6.5, 2.69)], arrow=False)
    _box(axes, (6.5, 2.45), "tanh", PLAIN)
    _wire(axes, [(6.5, 2.2), (6.5, 2.04)])
    _wire(
        axes, [(6.5, 1.76), (6.5, row), (7.2, row)], r"$o_t \odot \tanh c_t$", (0.1, -0.4), "left"
    )
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
    figure, axes = _paper(3.6)
    top, row, bottom = 3.0, 1.3, 0.45
    _wire(axes, [(0.75, top), (4.96, top)], colour=MEMORY, wide=True)
    _wire(axes, [(5.24, top), (6.06, top)], colour=MEMORY, wide=True)
    _wire(axes, [(6.34, top), (7.2, top)], colour=MEMORY, wide=True)
    axes.text(5.65, top + 0.18, r"$z_t \odot h_{t-1}$", ha="center", fontsize=9.5, color=MEMORY)
    _names(axes, {"$h_{t-1}$": (0.4, top), "$h_t$": (7.5, top)}, MEMORY)
    _names(axes, {"$x_t$": (0.4, bottom)}, PLAIN)
    _wire(axes, [(0.65, bottom), (4.7, bottom)], arrow=False)
    _wire(axes, [(1.1, top), (1.1, 0.8), (4.5, 0.8)], arrow=False)
    for x, name, function in ((1.7, "r", r"$\sigma$"), (4.5, "z", r"$\sigma$")):
        _wire(
            axes,
            [(x, 0.8), (x, row - 0.27)],
            rf"$W_{{{name}}}, U_{{{name}}}$",
            (0.08, 0),
            "left",
            small=True,
        )
        _wire(axes, [(x - 0.12, bottom), (x - 0.12, row - 0.27)])
        _box(axes, (x, row), function, LAYER)
    _wire(axes, [(2.6, 0.8), (2.6, 1.86)], "$U_n h_{t-1}$", (0.07, -0.1), "left")
    _wire(axes, [(1.7, row + 0.27), (1.7, 2.0), (2.46, 2.0)], "$r_t$", (-0.42, 0.16), "left")
    _wire(axes, [(2.74, 2.0), (3.26, 2.0)])
    _wire(axes, [(3.6, bottom), (3.6, 1.73)], "$W_n x_t$", (0.07, 0.45), "left")
    _box(axes, (3.6, 2.0), "tanh", LAYER)
    _wire(axes, [(3.94, 2.0), (6.06, 2.0)], "$n_t$", (-0.6, 0.09))
    _wire(axes, [(4.5, row + 0.27), (4.5, 1.75), (5.1, 1.75), (5.1, 1.92)], arrow=False)
    _wire(axes, [(5.1, 2.08), (5.1, top - 0.14)], "$z_t$", (0.07, 0.1), "left")
    _wire(axes, [(5.1, 1.75), (6.2, 1.75), (6.2, 1.86)], r"$1 - z_t$", (-0.3, -0.2))
    _wire(axes, [(6.2, 2.14), (6.2, top - 0.14)], r"$(1 - z_t) \odot n_t$", (0.08, 0), "left")
    for place, sign in (((2.6, 2.0), "×"), ((5.1, top), "×"), ((6.2, 2.0), "×"), ((6.2, top), "+")):
        _operation(axes, place, sign)
    return figure


def _paper(height: float) -> tuple[Figure, Axes]:
    """Return a figure whose coordinates are inches from the lower left corner."""
    figure = style.new_figure(height)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, style.WIDTH), ylim=(0, height))
    axes.set_axis_off()
    return figure, axes


def _names(axes: Axes, places: dict[str, Point], colour: str) -> None:
    for name, (x, y) in places.items():
        axes.text(x, y, name, ha="center", va="center", fontsize=12, color=colour)


def _box(axes: Axes, centre: Point, text: str, colour: str) -> None:
    x, y = centre
    shape = FancyBboxPatch(
        (x - 0.3, y - 0.23),
        0.6,
        0.46,
        boxstyle="round,pad=0.03,rounding_size=0.08",
        facecolor=(colour, 0.25),
        edgecolor=colour,
        linewidth=1.2,
    )
    axes.add_patch(shape)
    axes.text(x, y, text, ha="center", va="center", fontsize=10)


def _operation(axes: Axes, centre: Point, sign: str) -> None:
    circle = Circle(centre, 0.14, facecolor="white", edgecolor=OPERATION, linewidth=1.4, zorder=3)
    axes.add_patch(circle)
    axes.text(*centre, sign, ha="center", va="center_baseline", fontsize=11, zorder=4)


def _wire(
    axes: Axes,
    points: Sequence[Point],
    label: str = "",
    offset: Point = (0, 0),
    align: str = "center",
    *,
    colour: str = PLAIN,
    **looks: bool,
) -> None:
    """Draw a line through ``points`` with its label beside the middle of its longest part.

    ``looks`` may hold ``arrow=False``, ``dashed``, ``wide`` and ``small``, for the label.
    """
    width = 2.4 if looks.get("wide") else 1.2
    dashes = (0, (4, 2)) if looks.get("dashed") else "-"
    xs, ys = zip(*points, strict=True)
    line = {"color": colour, "linewidth": width, "linestyle": dashes, "zorder": 1}
    if looks.get("arrow", True):
        head = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, "mutation_scale": 9 + 2 * width}
        axes.annotate("", points[-1], points[-2], arrowprops=head | line)
        xs, ys = xs[:-1], ys[:-1]
    axes.plot(xs, ys, **line)
    if label:
        parts = itertools.pairwise(points)
        (x0, y0), (x1, y1) = max(
            parts, key=lambda p: abs(p[0][0] - p[1][0]) + abs(p[0][1] - p[1][1])
        )
        x, y = (x0 + x1) / 2 + offset[0], (y0 + y1) / 2 + offset[1]
        vertical = "center" if align == "left" else "bottom"
        size = 8 if looks.get("small") else 9.5
        axes.text(x, y, label, ha=align, va=vertical, fontsize=size, color=colour)
