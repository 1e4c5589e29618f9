"""The state as a ribbon: a strip with one segment for each tensor of a model's state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from matplotlib.patches import Rectangle

from memorylab.errors import reject_unknown_keys
from memorylab.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# In inches: the left end and the length of the ribbon, its height, and that of a line of text.
START, LENGTH, THICK, LINE = 0.15, style.WIDTH - 0.15 - style.RIGHT, 0.36, 0.2
NUMBER_WIDTH = 0.2  # what the number of a segment needs, so that two don't touch
ABOVE, BELOW = 0.62, 0.55  # room for the title and the numbers, and for the ticks


@style.styled
def plot_state_ribbon(
    state: Mapping[str, np.ndarray], meanings: Mapping[str, str] | None = None
) -> Figure:
    """Draw the tensors of a state end to end, and under each stretch the values that it holds.

    Each tensor is flattened, row by row, and the length of its segment is proportional to its size.
    A list below gives its shape and size. Values are coloured from -1 to 1; values beyond take the
    colour of the nearer end.

    Args:
        state: The tensors by name, in order and without batch dimension; each has at least one
            number.
        meanings: What each of them holds, for the list; those left out get no explanation.

    Raises:
        ValueError: There is no tensor, one is empty, or ``meanings`` names one that isn't there.
    """
    meanings = meanings or {}
    reject_unknown_keys(meanings, state, "tensor of the state")
    arrays = {name: np.asarray(array) for name, array in state.items()}
    for name, array in arrays.items():
        if not array.size:
            raise ValueError(f"{name!r} holds no number, its shape is {list(array.shape)}.")
    if not arrays:
        raise ValueError("state is empty: there is nothing to draw for a model without memory.")
    values = np.concatenate([array.ravel().astype(float) for array in arrays.values()])
    sizes = np.array([array.size for array in arrays.values()])
    height = ABOVE + 2 * THICK + BELOW + LINE * len(arrays) + 0.1
    figure = style.new_figure(height)
    page = figure.add_axes((0, 0, 1, 1))  # in inches
    page.set(xlim=(0, style.WIDTH), ylim=(0, height))
    page.axis("off")
    ends = START + LENGTH * sizes.cumsum() / len(values)
    starts = ends - LENGTH * sizes / len(values)
    low = height - ABOVE - THICK
    numbers = _spread((starts + ends) / 2)
    for index, (name, array) in enumerate(arrays.items()):
        colour = style.COLOURS[index % len(style.COLOURS)]
        page.add_patch(
            Rectangle((starts[index], low), ends[index] - starts[index], THICK, color=colour, lw=0)
        )
        page.plot(
            [numbers[index], (starts[index] + ends[index]) / 2],
            [low + THICK + 0.14, low + THICK],
            color=colour,
            linewidth=1,
        )
        page.text(numbers[index], low + THICK + 0.15, str(index), ha="center", color=colour)
        y = LINE * (len(arrays) - index) - 0.1
        page.add_patch(Rectangle((START, y), 0.12, 0.12, color=colour, lw=0))
        _write_row(page, y, index, name, array, meanings.get(name, ""))
    page.text(START, height - 0.2, f"{len(values):,} numbers in {len(arrays)} tensors")
    _draw_values(figure, values, low - THICK)
    return figure


def _write_row(
    page: Axes, y: float, index: int, name: str, array: np.ndarray, meaning: str
) -> None:
    """Write a tensor's line of the list: its number, name, shape, size and meaning."""
    shape = "×".join(map(str, array.shape)) or "one number"
    for x, text, options in (
        (START + 0.35, str(index), {"ha": "right"}),
        (START + 0.45, name, {"weight": "bold"}),
        (2.0, shape, {}),
        (3.35, f"{array.size:,}", {"ha": "right"}),
        (3.55, meaning, {}),
    ):
        page.text(x, y, text, fontsize=8.5, **options)


def _spread(wanted: Float[np.ndarray, "S"]) -> Float[np.ndarray, "S"]:
    """Return the places moved apart until each has room, none beyond the ribbon's right end."""
    places, room = wanted.copy(), min(NUMBER_WIDTH, LENGTH / len(wanted))
    for index in range(1, len(places)):
        places[index] = max(places[index], places[index - 1] + room)
    places[-1] = min(places[-1], START + LENGTH)
    for index in range(len(places) - 2, -1, -1):
        places[index] = min(places[index], places[index + 1] - room)
    return places


def _draw_values(figure: Figure, values: Float[np.ndarray, "S"], low: float) -> None:
    width, height = figure.get_size_inches()
    axes = figure.add_axes((START / width, low / height, LENGTH / width, THICK / height))
    image = style.heatmap(axes, values[None], style.signed_scale([np.ones(1)]))
    axes.set_yticks([])
    style.integer_ticks(axes.xaxis, 13)
    axes.set_xlabel("place in the flat state", labelpad=2)
    style.colour_bar(image, [axes], "value")
