"""Padded batches: which steps are real, and what the padding does to a gradient."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import matplotlib
import numpy as np
from jaxtyping import Bool, Float, Int
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch

from memorylab.plots import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PADDING = {"facecolor": "#e4e4e4", "edgecolor": "#8c8c8c", "hatch": "////"}


@style.styled
def plot_padding_mosaic(
    seq_lens: Int[np.ndarray, "C"],
    episode_index: Int[np.ndarray, "C"],
    t_starts: Int[np.ndarray, "C"] | None = None,
    max_seq_len: int | None = None,
) -> Figure:
    """Draw a padded batch: a row per chunk, a column per time step, a colour per episode.

    Args:
        seq_lens: How many steps of each row are real; the rest is padding.
        episode_index: The episode that each row comes from.
        t_starts: How far into its episode each row begins; each real step is then numbered with
            its time in the episode, room permitting.
        max_seq_len: The number of columns; by default that of the longest row.

    Raises:
        ValueError: The arrays are empty, negative or not of one length, or a row is longer than
            ``max_seq_len``.
    """
    given = {"seq_lens": seq_lens, "episode_index": episode_index, "t_starts": t_starts}
    lengths, episodes, *starts = _check_arrays(given)
    num_rows, width = len(lengths), int(lengths.max() if max_seq_len is None else max_seq_len)
    if width < max(lengths.max(), 1):
        raise ValueError(
            f"max_seq_len must be at least 1 and that of the longest row, {lengths.max()}, "
            f"got {width}."
        )
    colours = [style.COLOURS[episode % len(style.COLOURS)] for episode in episodes]
    row_height = min(0.3, 6.0 / num_rows)
    figure = style.new_figure(row_height * num_rows + 1.0, layout="constrained")
    axes = figure.subplots()
    rows = np.arange(num_rows)
    axes.barh(rows, width - lengths, left=lengths - 0.5, height=1, linewidth=0, **PADDING)
    axes.barh(rows, lengths, left=-0.5, height=1, color=colours)
    axes.vlines(np.arange(1, width) - 0.5, -0.5, num_rows - 0.5, color="white", linewidth=0.8)
    axes.hlines(rows[1:] - 0.5, -0.5, width - 0.5, color="white", linewidth=2)
    numbered = t_starts is not None and width <= 24 and row_height >= 0.2
    for row, step in np.argwhere(np.arange(width) < lengths[:, None]) if numbered else ():
        ink = "white" if _luminance(colours[row]) < 0.35 else "black"
        number = str(starts[0][row] + step)
        axes.text(step, row, number, ha="center", va="center", color=ink, fontsize=8.5)
    axes.set(xlim=(-0.5, width - 0.5), ylim=(num_rows - 0.5, -0.5))
    axes.set_xlabel("time step of the chunk")
    axes.set_ylabel("row of the batch", labelpad=8)
    style.integer_ticks(axes.xaxis, 24)
    names = [f"{row}: episode {episode}" for row, episode in enumerate(episodes)]
    style.integer_ticks(axes.yaxis, int(row_height * num_rows / 0.17), names)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    real = "real step, coloured by episode"
    if numbered:
        real += " (numbers: time step of the episode)"
    patches = [
        Patch(facecolor=style.COLOURS[0], label=real),
        Patch(**PADDING, linewidth=0, label="padding"),
    ]
    figure.legend(handles=patches, loc="outside upper left", ncols=2)
    return figure


@style.styled
def plot_gradient(
    gradient: Float[np.ndarray, "B T"],
    mask: Bool[np.ndarray, "B T"],
    largest: float | None = None,
) -> Figure:
    """Draw the gradient that reached each step of a padded batch, with the padding outlined.

    White is exactly 0; sizes, which are never negative, get a scale of their own. The title gives
    the largest gradient in the padding.

    Args:
        gradient: The gradient with respect to each step; sum over features, or take their norm.
        mask: True at real steps.
        largest: Where the colours end, so that two figures can be compared; by default at the
            largest gradient.

    Raises:
        ValueError: Not two axes, not the same shape, or empty.
        TypeError: ``mask`` is not boolean.
    """
    gradient, mask = np.asarray(gradient), np.asarray(mask)
    if gradient.ndim != 2 or gradient.shape != mask.shape or gradient.size == 0:
        raise ValueError(
            "gradient and mask must both have the shape [B, T] with at least one entry, "
            f"got {list(gradient.shape)} and {list(mask.shape)}. "
            "Sum a gradient [B, T, F] over its features, or take their norm."
        )
    if mask.dtype != bool:
        raise TypeError(f"mask must be boolean, True at real steps, got {mask.dtype}.")
    num_rows, _ = gradient.shape
    figure, grid = style.frame_grid([min(max(0.25 * num_rows, 0.95), 5.0)])
    axes = grid[0, 0]
    if mask.all():
        title = "no padding"
    else:
        leaked = np.abs(gradient[~mask]).max()
        title = f"largest gradient in the padding: {leaked:.2g}".replace("nan", "not a number")
        handles = [Patch(facecolor="white", edgecolor="black", linewidth=1.4, label="padding")]
        axes.legend(handles=handles, loc="lower right", bbox_to_anchor=(1.01, 1), borderpad=0)
    scale = style.signed_scale([gradient if largest is None else np.array([largest])])
    if not (gradient < 0).any():
        scale |= {"cmap": matplotlib.colormaps["Reds"], "vmin": 0}
    image = style.heatmap(axes, gradient, scale, title)
    axes.add_collection(
        LineCollection(_outline(~mask), colors="black", linewidths=1.4, clip_on=False, zorder=4)
    )
    style.label_time(grid)
    style.integer_ticks(axes.yaxis, 20)
    axes.set_ylabel("row of the batch")
    style.colour_bar(image, [axes], "gradient")
    return figure


def _check_arrays(given: Mapping[str, np.ndarray | None]) -> list[Int[np.ndarray, "C"]]:
    """Return the arrays that aren't None, if they count something for each of the same rows."""
    arrays = {name: np.asarray(values) for name, values in given.items() if values is not None}
    for name, array in arrays.items():
        if array.ndim != 1 or array.size == 0 or array.dtype.kind not in "iu" or (array < 0).any():
            raise ValueError(
                f"{name} must be a non-empty array of whole numbers [C], none negative, got "
                f"{given[name]!r}."
            )
    if len({len(array) for array in arrays.values()}) != 1:
        shapes = ", ".join(f"{name} {list(array.shape)}" for name, array in arrays.items())
        raise ValueError(f"all arrays must have one entry per row, got {shapes}.")
    return [array.astype(int) for array in arrays.values()]


def _outline(cells: Bool[np.ndarray, "B T"]) -> list[list[tuple[float, float]]]:
    """Return the edges between the cells that are in and those that are out, as line segments."""
    framed = np.pad(cells, 1)
    upright = [
        [(x - 0.5, y - 1.5), (x - 0.5, y - 0.5)]
        for y, x in np.argwhere(framed[:, :-1] != framed[:, 1:])
    ]
    level = [
        [(x - 1.5, y - 0.5), (x - 0.5, y - 0.5)] for y, x in np.argwhere(framed[:-1] != framed[1:])
    ]
    return upright + level


def _luminance(colour: str) -> float:
    """Return how light a colour is to the eye, 0 to 1 (weights of ITU-R BT.709)."""
    linear = [c / 12.92 if c <= 0.04 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return float(np.dot((0.2126, 0.7152, 0.0722), linear))
