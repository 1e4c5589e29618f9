"""The figures of copying: tasks and networks, training, answers, damage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from matplotlib.patches import Rectangle

from memorylab.memory import DNC, LSTM, WithReadout
from memorylab.tasks import Copy
from memorylab.training import Film
from memorylab_course.figures import (
    answer_axes,
    draw_answers,
    plot_damage,
    plot_tasks_and_networks,
    plot_through_training,
)

FILM = Film.load(Path(__file__).parents[3] / "notebooks" / "data" / "copy_film.npz")


def test_each_number_of_a_state_is_a_square():
    lstm = WithReadout(LSTM(9, hidden_size=79), 8)
    dnc = DNC(9, 8, num_locations=5, word_size=3, num_read_heads=2, hidden_size=7)
    figure = plot_tasks_and_networks({"LSTM": lstm, "DNC": dnc})
    (axes,) = figure.axes
    squares = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    numbers = [patch for patch in squares if patch.get_width() < 0.1]
    # Two vectors of 79; two of 7, M, usage, precedence, write weighting, L, two read weightings
    # and two read vectors.
    assert len(numbers) == 2 * 79 + 2 * 7 + 15 + 3 * 5 + 25 + 10 + 6
    texts = [text.get_text() for text in axes.texts]
    assert "29,080 parameters" in texts
    assert f"{sum(p.numel() for p in dnc.parameters()):,} parameters" in texts


def test_a_column_shows_a_frame_in_its_own_order():
    figure = plot_through_training(FILM, [0, 250])
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert "update 250:\n0 bits wrong" in titles
    first = figure.axes[0].images[0].get_array()
    last = figure.axes[1].images[0].get_array()  # [N, T]
    # Each word goes to the next row, which is bright only in the end.
    assert (np.argmax(last[:, :8], axis=0) == np.arange(8)).all()
    assert first.max() < 0.6 < last[:, :8].max(0).min()


def test_a_step_that_was_not_filmed_is_refused():
    with pytest.raises(ValueError, match="no frame of step 3"):
        plot_through_training(FILM, [0, 3])


def test_wrong_bits_are_marked_and_counted():
    batch = Copy(word_size=4).make(["1010", "0011"])
    right = batch.target * 2 - 1  # [1, 5, 4]
    wrong = right.clone()
    wrong[0, 3, 0] *= -1  # a bit of the first word; steps 3 and 4 are asked
    _, axes = answer_axes(8)
    text = draw_answers(axes, batch, {"one": right, "two": wrong})
    assert text == "2 words. one: 0% of the bits wrong; two: 12% of the bits wrong."
    assert axes[2].get_title(loc="left") == (
        "two: 12% of the bits wrong in 1 lists, one of them shown"
    )
    heard, good, bad = (one.images[0].get_array() for one in axes)  # [bits, words]
    assert (heard == torch.tensor([[1, 0], [0, 0], [1, 1], [0, 1]]).numpy()).all()
    assert (good == heard).all()
    assert np.argwhere(bad == 2).tolist() == [[0, 0]]
    assert (bad != heard).sum() == 1


def test_damage_shows_the_median_and_every_seed():
    stored = {"copy": [[0.0, 0.4], [0.0, 0.2], [0.1, 0.3]]}
    figure = plot_damage(["links"], stored, {"copy": [0.0, 0.25]})
    (axes,) = figure.axes
    assert [bar.get_height() for bar in axes.patches] == [0.0, 0.3]
    points = [tuple(line.get_ydata()) for line in axes.lines]
    assert {(0.0, 0.4), (0.0, 0.2), (0.1, 0.3), (0.0, 0.25)} <= set(points)
