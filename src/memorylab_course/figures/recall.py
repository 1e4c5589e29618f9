"""A sequence of the delayed recall task: what is heard, and what is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from memorylab.plots import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from memorylab_course.delayed_recall import DelayedRecall


@style.styled
def plot_delayed_recall(task: DelayedRecall, seed: int = 0) -> Figure:
    """Draw one sequence: the input, the right answer, and the lag between word and question.

    Args:
        task: The task.
        seed: Seed of the sequence.
    """
    batch = task.sample(1, torch.Generator().manual_seed(seed))
    rows = batch.input[0].T.numpy()  # [F, T]
    target = batch.target[0].T.numpy() * 2 - 1  # [W, T], as the input shows bits
    target[:, ~batch.mask[0].numpy()] = 0
    words = [f"bit {bit + 1}" for bit in range(task.word_size)]
    figure = style.new_figure(2.7)
    scale = style.signed_scale([rows])
    panels = (
        ((0.13, 0.48, 0.82, 0.42), rows, [*words, "remember", "answer"], "what the network hears"),
        ((0.13, 0.16, 0.82, 0.21), target, words, "what it should say"),
    )
    for place, values, names, title in panels:
        axes = figure.add_axes(place)
        style.heatmap(axes, values, scale, title)
        axes.set_yticks(range(len(names)), names)
        style.integer_ticks(axes.xaxis, 11)
        # White lines between the cells, so that single steps can be counted.
        axes.set_xticks([step - 0.5 for step in range(task.lag + 2)], minor=True)
        axes.set_yticks([row - 0.5 for row in range(len(names) + 1)], minor=True)
        axes.grid(which="minor", color="#cccccc", linewidth=0.6)
        axes.tick_params(which="minor", length=0)
    upper, lower = figure.axes
    upper.tick_params(labelbottom=False)
    lower.set_xlabel("step")
    # In the rows where nothing is asked, from the word to the answer.
    middle = (task.word_size - 1) / 2
    lag = {"arrowstyle": "-|>", "color": style.COLOURS[4], "linewidth": 1.4}
    lower.annotate("", (task.lag - 0.5, middle), (0, middle), arrowprops=lag)
    text = {"ha": "center", "va": "center", "color": style.COLOURS[4], "backgroundcolor": "white"}
    lower.text(task.lag / 2, middle, f"lag: {task.lag} steps", **text)
    return figure
