"""Figures of what a memory does and how it learns.

Every function returns a figure and shows nothing: as a cell's last line it appears once. Figures
know traces and plain arrays; they never load a model.
"""

from memorylab.plots.curves import plot_learning_curves
from memorylab.plots.film import film_strip
from memorylab.plots.flow import plot_flow
from memorylab.plots.gates import plot_gates
from memorylab.plots.heatmaps import (
    plot_input_output,
    plot_memory,
    plot_overview,
    plot_weighting,
)
from memorylab.plots.joint import plot_joint_probabilities
from memorylab.plots.ladder import plot_shape_ladder
from memorylab.plots.links import plot_links
from memorylab.plots.migration import plot_migration_map
from memorylab.plots.order import first_write_order
from memorylab.plots.ribbon import plot_state_ribbon
from memorylab.plots.sequences import plot_gradient, plot_padding_mosaic
from memorylab.plots.shares import plot_gradient_shares
from memorylab.plots.targets import plot_target_lag

__all__ = [
    "film_strip",
    "first_write_order",
    "plot_flow",
    "plot_gates",
    "plot_gradient",
    "plot_gradient_shares",
    "plot_input_output",
    "plot_joint_probabilities",
    "plot_learning_curves",
    "plot_links",
    "plot_memory",
    "plot_migration_map",
    "plot_overview",
    "plot_padding_mosaic",
    "plot_shape_ladder",
    "plot_state_ribbon",
    "plot_target_lag",
    "plot_weighting",
]
