"""The whole DNC in one drawing, with the names of its equations on boxes and arrows."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from matplotlib.patches import Circle, FancyBboxPatch, Rectangle

from memorylab.errors import suggest
from memorylab.plots import style
from memorylab_course.figures.diagram import PLAIN, Point, box, paper, wire

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PARTS = {
    "controller": PLAIN,
    "interface": PLAIN,
    "content": style.COLOURS[3],
    "usage": style.COLOURS[2],
    "write": style.COLOURS[0],
    "links": style.COLOURS[4],
    "read": style.COLOURS[1],
}
"""The parts of the machine that can be highlighted, and their colours."""

HEIGHT = 6.55
FAINT, FAINT_INK = "#d9d9d9", "#8f8f8f"
ROWS, COLUMNS = 8, 5  # of the memory drawn


class _Box(NamedTuple):
    parts: str  # the first gives the colour; the box is lit if one of them is
    centre: Point
    text: str
    size: Point = (0.86, 0.46)


class _Wire(NamedTuple):
    parts: str
    points: list[Point]
    label: str = ""
    place: Point = (0, 0)  # centre of the label
    dashed: bool = False


# Columns (x) and rows (y) of the drawing, in inches from the lower left corner.
LEFT, STRIP, C, D, E, F = 0.75, 2.05, 3.4, 4.7, 6.0, 7.4
ERASE, USAGE, WRITE, GATES, WRITTEN = 5.95, 5.1, 4.12, 3.48, 3.1
LINK, READ, MODES, OUT = 2.52, 1.72, 1.0, 0.3
GRID = (1.75, 3.35)  # lower and upper edge of the memory
END, SIDE, RISE = STRIP + 0.48, 0.46, 0.26  # where wires leave the strip, and a box's centre

BOXES = (
    _Box("controller", (LEFT, 2.95), "controller\n(LSTM)", (0.84, 2.4)),
    _Box("controller", (LEFT, 5.4), "output", (0.84, 0.46)),
    _Box("usage", (C, USAGE), "retention"),
    _Box("usage", (D, USAGE), "usage"),
    _Box("usage", (E, USAGE), "allocation\nweighting"),
    _Box("content write", (C, WRITE), "content\nweighting"),
    _Box("write", (E, WRITE), "write\nweighting"),
    _Box("write", (F, WRITE), "write\nmemory"),
    _Box("links", (D, LINK), "precedence"),
    _Box("links", (E, LINK), "temporal\nlink"),
    _Box("content read", (C, READ), "content\nweighting"),
    _Box("read", (D, READ), "read\nweighting"),
    _Box("links", (E, READ), "forward,\nbackward"),
    _Box("read", (F, MODES), "read\nvectors"),
)

SLOTS = (  # part, height in the strip, symbol, and the function that keeps it in its range
    ("write", 6.08, "$v_t$", ""),
    ("write", 5.82, "$e_t$", "sigmoid"),
    ("usage", USAGE, "$f_t^{\\,i}$", "sigmoid"),
    ("content write", WRITE + 0.13, "$k_t^w$", ""),
    ("content write", WRITE - 0.13, r"$\beta_t^w$", "oneplus"),
    ("write", GATES + 0.13, "$g_t^a$", "sigmoid"),
    ("write", GATES - 0.13, "$g_t^w$", "sigmoid"),
    ("content read", READ + 0.13, "$k_t^{r,i}$", ""),
    ("content read", READ - 0.13, r"$\beta_t^{r,i}$", "oneplus"),
    ("read", MODES, r"$\pi_t^{\,i}$", "softmax"),
)

STUB = 0.36  # length of an arrow that comes from the step before
DASHED = True
WIRES = (
    # Into the controller and out of it.
    _Wire("controller", [(0.98, 1.2), (0.98, 1.72)], "$x_t$", (0.98, 1.08)),
    _Wire("controller read", [(0.5, OUT), (0.5, 1.72)], "$r_{t-1}^{\\,i}$", (0.72, 0.75), DASHED),
    _Wire("controller", [(LEFT, 4.18), (LEFT, 5.14)], "$W_y h_t$", (1.06, 4.66)),
    _Wire("controller", [(LEFT, 5.66), (LEFT, 6.0)], "$y_t$", (LEFT, 6.13)),
    _Wire("controller interface", [(1.2, 2.95), (1.55, 2.95)], "$h_t$", (1.35, 3.1)),
    # Usage.
    _Wire("usage", [(END, USAGE), (C - SIDE, USAGE)]),
    _Wire(
        "usage",
        [(C, USAGE + RISE + STUB), (C, USAGE + RISE)],
        "$w_{t-1}^{r,i}$",
        (3.66, 5.55),
        DASHED,
    ),
    _Wire("usage", [(C + SIDE, USAGE), (D - SIDE, USAGE)], r"$\psi_t$", (4.03, 5.23)),
    _Wire(
        "usage",
        [(D, USAGE + RISE + STUB), (D, USAGE + RISE)],
        "$u_{t-1}, w_{t-1}^w$",
        (5.15, 5.55),
        DASHED,
    ),
    _Wire("usage", [(D + SIDE, USAGE), (E - SIDE, USAGE)], "$u_t$", (5.33, 5.23)),
    _Wire("usage", [(E, USAGE - RISE), (E, WRITE + RISE)], "$a_t$", (6.14, 4.62)),
    # The write.
    _Wire("content write", [(END, WRITE), (C - SIDE, WRITE)]),
    _Wire(
        "content write",
        [(C, WRITE + RISE + STUB), (C, WRITE + RISE)],
        "$M_{t-1}$",
        (3.64, 4.6),
        DASHED,
    ),
    _Wire("content write", [(C + SIDE, WRITE), (E - SIDE, WRITE)], "$c_t^w$", (D, WRITE + 0.14)),
    _Wire(
        "write",
        [(END, GATES), (E, GATES), (E, WRITE - RISE)],
        "$g_t^a,\\ g_t^w$",
        (D, GATES + 0.14),
    ),
    _Wire("write", [(E + SIDE, WRITE), (F - SIDE, WRITE)], "$w_t^w$", (6.71, WRITE + 0.15)),
    _Wire(
        "write", [(END, ERASE), (F, ERASE), (F, WRITE + RISE)], "$e_t,\\ v_t$", (D, ERASE + 0.13)
    ),
    _Wire(
        "write",
        [(7.12, WRITE + RISE + STUB), (7.12, WRITE + RISE)],
        "$M_{t-1}$",
        (6.85, 4.62),
        DASHED,
    ),
    _Wire("write", [(F, WRITE - RISE), (F, GRID[1] + 0.05)], "$M_t$", (7.58, 3.62)),
    # Links.
    _Wire(
        "links",
        [(6.75, WRITE), (6.75, WRITTEN), (D, WRITTEN), (D, LINK + RISE)],
        "$w_t^w$",
        (5.35, WRITTEN + 0.14),
    ),
    _Wire("links", [(E, WRITTEN), (E, LINK + RISE)]),
    _Wire(
        "links",
        [(D - SIDE - STUB, LINK), (D - SIDE, LINK)],
        "$p_{t-1}$",
        (4.0, LINK + 0.14),
        DASHED,
    ),
    _Wire("links", [(D + SIDE, LINK), (E - SIDE, LINK)], "$p_{t-1}$", (5.34, LINK + 0.14), DASHED),
    _Wire(
        "links",
        [(E + SIDE + STUB, LINK), (E + SIDE, LINK)],
        "$L_{t-1}$",
        (6.68, LINK + 0.14),
        DASHED,
    ),
    _Wire("links", [(E, LINK - RISE), (E, READ + RISE)], "$L_t$", (6.15, (LINK + READ) / 2)),
    _Wire(
        "links",
        [(E + SIDE + STUB, READ), (E + SIDE, READ)],
        "$w_{t-1}^{r,i}$",
        (6.7, READ + 0.15),
        DASHED,
    ),
    _Wire(
        "links", [(E - SIDE, READ), (D + SIDE, READ)], "$f_t^{\\,i}$\n$b_t^{\\,i}$", (5.36, READ)
    ),
    # The read.
    _Wire("content read", [(END, READ), (C - SIDE, READ)]),
    _Wire("content read", [(C, READ + RISE + STUB), (C, READ + RISE)], "$M_t$", (3.57, 2.2)),
    _Wire("content read", [(C + SIDE, READ), (D - SIDE, READ)], "$c_t^{r,i}$", (4.04, READ + 0.15)),
    _Wire("read", [(END, MODES), (D - 0.15, MODES), (D - 0.15, READ - RISE)]),
    _Wire(
        "read",
        [(D + 0.15, READ - RISE), (D + 0.15, MODES), (F - SIDE, MODES)],
        "$w_t^{r,i}$",
        (5.9, MODES + 0.15),
    ),
    _Wire("read", [(F, GRID[0] - 0.05), (F, MODES + RISE)], "$M_t$", (7.58, 1.51)),
    _Wire(
        "read",
        [(F, MODES - RISE), (F, OUT), (0.14, OUT), (0.14, 5.4), (LEFT - 0.45, 5.4)],
        "$r_t^{\\,i}$",
        (D, OUT + 0.14),
    ),
    _Wire("read", [(0.14, 5.4), (0.14, 5.4)], "$W_r r_t$", (0.4, 4.98)),
)
JOINTS = {"links": [(6.75, WRITE), (E, WRITTEN)], "controller read": [(0.5, OUT)]}


@style.styled
def plot_dnc(highlight: str | Iterable[str] = ()) -> Figure:
    """Draw one step of a DNC: what flows from the input to the output, and by which equation.

    Boxes bear the names of the functions in ``memorylab.memory.dnc.addressing``, arrows the
    symbols of Graves et al. (2016). Dashed arrows come from the step before.

    Args:
        highlight: A part to show in colour, or several, while the others are grey:
            ``"controller"``, ``"interface"``, ``"content"``, ``"usage"``, ``"write"``, ``"links"``
            or ``"read"``. By default all are in colour.

    Raises:
        ValueError: There is no such part.
    """
    lit = {highlight} if isinstance(highlight, str) else set(highlight)
    for part in sorted(lit - PARTS.keys()):
        raise ValueError(f"The machine has no part {part!r}.{suggest(part, PARTS)}")

    def colours(parts: str) -> tuple[str, str]:
        """Return the colour of lines, and that of text."""
        names = parts.split()
        shown = not lit or not lit.isdisjoint(names)
        return (PARTS[names[0]], "black") if shown else (FAINT, FAINT_INK)

    figure, axes = paper(HEIGHT)
    for parts, points, label, place, dashed in WIRES:
        colour, ink = colours(parts)
        wire(axes, points, colour=colour, dashed=dashed)
        axes.text(*place, label, ha="center", va="center", fontsize=10, color=ink)
    for parts, places in JOINTS.items():
        for place in places:
            axes.add_patch(Circle(place, 0.035, color=colours(parts)[0], zorder=3))
    for parts, centre, text, size in BOXES:
        colour, ink = colours(parts)
        box(axes, centre, text, colour, size, fontsize=9, ink=ink)
    _draw_interface(axes, colours)
    _draw_memory(axes, colours("write read")[0])
    note = "dashed: from the step before;  $i$: number of the read head"
    axes.text(7.86, HEIGHT - 0.17, note, ha="right", va="center", fontsize=8.5)
    return figure


def _draw_interface(axes: Axes, colours: Callable[[str], tuple[str, str]]) -> None:
    """Draw the vector that the controller emits, one slot for each thing it asks for."""
    colour, ink = colours("interface controller")
    low, high = MODES - 0.22, SLOTS[0][1] + 0.22
    shape = FancyBboxPatch(
        (STRIP - 0.52, low),
        1.04,
        high - low,
        boxstyle="round,pad=0,rounding_size=0.08",
        facecolor="none",
        edgecolor=colour,
    )
    axes.add_patch(shape)
    axes.text(STRIP, high + 0.14, r"interface $\xi_t$", ha="center", va="center", fontsize=9)
    for parts, y, symbol, function in SLOTS:
        colour, ink = colours(parts)
        edges = {"facecolor": (colour, 0.25), "edgecolor": colour}
        axes.add_patch(Rectangle((STRIP - 0.45, y - 0.13), 0.9, 0.26, linewidth=1, **edges))
        axes.text(STRIP - 0.27, y, symbol, ha="center", va="center", fontsize=10, color=ink)
        axes.text(STRIP + 0.16, y, function, ha="center", va="center", fontsize=7.5, color=ink)


def _draw_memory(axes: Axes, colour: str) -> None:
    """Draw the memory as a grid, one row for each location."""
    low, high = GRID
    width, height = 0.14, (high - low) / ROWS
    for row, column in itertools.product(range(ROWS), range(COLUMNS)):
        corner = (F + width * (column - COLUMNS / 2), high - height * (row + 1))
        strength = 0.5 * math.sin(5 * row + 8 * column + row * column) ** 2 if row < ROWS - 3 else 0
        cell = {"facecolor": (colour, strength), "edgecolor": colour, "linewidth": 0.6}
        axes.add_patch(Rectangle(corner, width, height, **cell))
    axes.text(
        F + 0.47, (low + high) / 2, "memory", rotation=90, ha="center", va="center", fontsize=9
    )
