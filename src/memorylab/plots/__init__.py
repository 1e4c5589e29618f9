"""Figures of what a memory does and how it learns.

Every function returns a figure and shows nothing: as a cell's last line it appears once. The
functions take traces and plain arrays, never a model.
"""

from memorylab.plots.choices import first_write_order
from memorylab.plots.curves import LiveCurve, plot_learning_curves
from memorylab.plots.over_time import (
    plot_arrays,
    plot_gates,
    plot_input_output,
    plot_overview,
    plot_weighting,
)
from memorylab.plots.steps import film_strip, plot_links, plot_memory

__all__ = [
    "LiveCurve",
    "film_strip",
    "first_write_order",
    "plot_arrays",
    "plot_gates",
    "plot_input_output",
    "plot_learning_curves",
    "plot_links",
    "plot_memory",
    "plot_overview",
    "plot_weighting",
]
