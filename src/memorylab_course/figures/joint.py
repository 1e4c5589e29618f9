"""Actions of two parts: how likely each pair is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float

from memorylab.plots import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@style.styled
def plot_joint_probabilities(
    panels: Mapping[str, Float[np.ndarray, "A B"]],
    mask: Bool[np.ndarray, "A B"] | None = None,
    parts: tuple[str, str] = ("first part", "second part"),
) -> Figure:
    """Draw the probabilities of all pairs as grids beside each other, each cell with its number.

    Colours reach from 0 to the highest probability in any panel. A pair that must not be chosen has
    a cross, and its number only if that is not exactly 0.

    Args:
        panels: By title, the probability of each pair; up to four of one shape.
        mask: True for the pairs that may be chosen; by default all.
        parts: What the rows and the columns are.

    Raises:
        ValueError: There is no panel or more than four, the shapes differ, or the numbers of a
            panel are no probabilities: not in [0, 1], or without the sum 1.
    """
    if not 1 <= len(panels) <= 4:
        raise ValueError(f"between 1 and 4 panels fit into the figure, got {len(panels)}.")
    grids = {title: np.asarray(grid, dtype=float) for title, grid in panels.items()}
    shapes = {title: list(grid.shape) for title, grid in grids.items()}
    shape = next(iter(grids.values())).shape
    if len(shape) != 2 or any(grid.shape != shape for grid in grids.values()):
        raise ValueError(f"all panels must have one shape [A, B], got {shapes}.")
    for title, grid in grids.items():
        if not ((grid >= 0) & (grid <= 1)).all() or abs(grid.sum() - 1) > 1e-3:
            raise ValueError(
                f"the panel {title!r} must hold probabilities, in [0, 1] and with the sum 1, but "
                f"they go from {grid.min():.3g} to {grid.max():.3g} and sum to {grid.sum():.3g}."
            )
    mask = np.ones(shape, dtype=bool) if mask is None else np.asarray(mask, dtype=bool)
    if mask.shape != shape:
        raise ValueError(f"mask {list(mask.shape)} must have the shape of the panels {shape}.")

    width = style.column_width(len(grids), widest=2.4)
    height = min(width * shape[0] / shape[1], 4.0)
    figure, axes_grid = style.frame_grid([height], width, len(grids), bottom=0.55)
    scale = style.unit_scale() | {"vmax": max(grid.max() for grid in grids.values())}
    for axes, (title, grid) in zip(axes_grid[0], grids.items(), strict=True):
        image = style.heatmap(axes, grid, scale, title)
        axes.set_xticks(range(shape[1]))
        axes.set_yticks(range(shape[0]))
        axes.tick_params(length=0, labelleft=axes is axes_grid[0, 0])
        for (row, column), probability in np.ndenumerate(grid):
            ink = "black" if probability > 0.6 * scale["vmax"] else "white"
            label = f"{probability:.2f}" if mask[row, column] or probability else ""
            label += "" if mask[row, column] else " ×"
            axes.text(column, row, label.strip(), ha="center", va="center", color=ink)
    style.label_grid(axes_grid, parts[1], parts[0])
    style.colour_bar(image, axes_grid[0], "probability")
    return figure
