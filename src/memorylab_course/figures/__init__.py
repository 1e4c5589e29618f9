"""Figures drawn in one notebook each; those of a memory at work are in ``memorylab.plots``."""

from memorylab_course.figures.agents import (
    belief_axes,
    draw_belief,
    draw_window,
    plot_agent_loop,
    window_axes,
)
from memorylab_course.figures.cells import plot_gru, plot_lstm, plot_unrolled
from memorylab_course.figures.choosing import (
    draw_lock,
    draw_menu,
    lock_axes,
    menu_axes,
    plot_side_by_side,
)
from memorylab_course.figures.copying import (
    answer_axes,
    draw_answers,
    plot_damage,
    plot_tasks_and_networks,
    plot_through_training,
)
from memorylab_course.figures.credit import plot_credit
from memorylab_course.figures.delivery import draw_delivery
from memorylab_course.figures.evidence import draw_learning, draw_prices, plot_scores
from memorylab_course.figures.flow import plot_flow
from memorylab_course.figures.joint import plot_joint_probabilities
from memorylab_course.figures.keeping import plot_kept, plot_scan
from memorylab_course.figures.ladder import plot_shape_ladder
from memorylab_course.figures.links import draw_links, draw_read, link_axes, read_axes
from memorylab_course.figures.machine import plot_dnc
from memorylab_course.figures.migration import plot_migration_map
from memorylab_course.figures.recall import plot_delayed_recall
from memorylab_course.figures.recipe import plot_recipe
from memorylab_course.figures.remembering import (
    draw_two_beliefs,
    plot_memory_and_world,
    two_beliefs_axes,
)
from memorylab_course.figures.ribbon import plot_state_ribbon
from memorylab_course.figures.sequences import plot_gradient, plot_padding_mosaic
from memorylab_course.figures.shares import plot_gradient_shares
from memorylab_course.figures.targets import plot_target_lag

__all__ = [
    "answer_axes",
    "belief_axes",
    "draw_answers",
    "draw_belief",
    "draw_delivery",
    "draw_learning",
    "draw_links",
    "draw_lock",
    "draw_menu",
    "draw_prices",
    "draw_read",
    "draw_two_beliefs",
    "draw_window",
    "link_axes",
    "lock_axes",
    "menu_axes",
    "plot_agent_loop",
    "plot_credit",
    "plot_damage",
    "plot_delayed_recall",
    "plot_dnc",
    "plot_flow",
    "plot_gradient",
    "plot_gradient_shares",
    "plot_gru",
    "plot_joint_probabilities",
    "plot_kept",
    "plot_lstm",
    "plot_memory_and_world",
    "plot_migration_map",
    "plot_padding_mosaic",
    "plot_recipe",
    "plot_scan",
    "plot_scores",
    "plot_shape_ladder",
    "plot_side_by_side",
    "plot_state_ribbon",
    "plot_target_lag",
    "plot_tasks_and_networks",
    "plot_through_training",
    "plot_unrolled",
    "read_axes",
    "two_beliefs_axes",
    "window_axes",
]
