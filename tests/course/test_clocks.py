"""The tasks of the notebook on clocks, what is learnt of single steps, and its figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab_course.clocks import KINDS, NETWORKS, ClockTask, clock_model, learn, lessons
from memorylab_course.figures import clocks as figures

STORED = json.loads((Path(__file__).parents[2] / "notebooks" / "data" / "clocks.json").read_text())


@settings(deadline=None, derandomize=True, max_examples=20)
@given(kind=st.sampled_from(KINDS), length=st.integers(2, 30), seed=st.integers(0, 99))
def test_what_is_asked_for_follows_from_what_was_seen_and_the_schedule(kind, length, seed):
    task = ClockTask(kind, length)
    z, target, mask, seq_lens = task.sample(3, torch.Generator().manual_seed(seed))
    assert z.shape == (3, length, task.input_size)
    assert set(z.unique().tolist()) <= {0, 1}
    assert (seq_lens == length).all()
    assert task.schedule.sum() == length // 2
    for row in range(3):
        for step in range(length):
            first, now = z[row, 0, 0], z[row, step, 0]
            lit = task.schedule[step]
            right = {"lamp": lit, "flip": 1 - now if lit else now, "first": first}[kind]
            assert target[row, step] == right
    assert mask[:, 1:].all()
    assert mask[:, 0].all() == (kind != "first")


def test_a_task_or_a_network_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match=r"'lamb' is not a known kind of task.*'lamp'"):
        ClockTask("lamb")
    with pytest.raises(ValueError, match="length must be"):
        ClockTask(length=1)
    with pytest.raises(ValueError, match=r"'gruu' is not a known network.*'gru'"):
        clock_model("gruu", ClockTask())


def test_networks_have_about_equally_many_parameters():
    counts = [
        sum(one.numel() for one in clock_model(name, ClockTask()).memory.parameters())
        for name in NETWORKS
    ]
    assert 2100 <= min(counts) <= max(counts) <= 2210


def test_a_lesson_is_learnt_from_what_is_shown_alone():
    lesson = lessons()["beyond"]
    one_hot = torch.zeros(1, 150, 64)
    one_hot[0, :, :2] = torch.stack([lesson.target, 1 - lesson.target], dim=-1)
    answers, known = learn(lambda steps: one_hot, lesson, 50)
    assert known is not None
    assert torch.equal(answers, lesson.target)
    flipped = lesson._replace(target=torch.where(lesson.asked, 1 - lesson.target, lesson.target))
    again, _ = learn(lambda steps: one_hot, flipped, 50)
    assert torch.equal(again, answers)  # what is asked is never trained on


def test_an_embedding_learns_with_the_network_and_a_constant_code_teaches_nothing():
    lesson = lessons()["by heart"]
    table = torch.nn.Embedding(150, 64)
    before = table.weight.clone()
    _, known = learn(table, lesson, 20)
    assert known is not None
    assert not torch.equal(table.weight, before)
    _, known = learn(lambda steps: torch.ones(1, 150, 64), lesson, 20)
    assert known is None


def test_figures_show_what_is_stored():
    seeds = [STORED["clocks"][f"base 2/{seed}"] for seed in range(8)]
    figure = figures.base_axes({"base 2": seeds})
    assert figures.draw_base(figure.axes, {"base 2": seeds}, 2) == (
        "Neighbours are 4.1 apart. Learnt by heart after 18 updates; of the steps between, 82.3% "
        "are right."
    )
    figure = figures.beyond_axes()
    said = figures.draw_beyond(figure.axes[0], seeds)
    assert said == "Up to the line 100% of the answers are right, beyond it 42% (32% to 50%)."
    assert figures.measured(seeds) == "18 | 82.3% (80%–86%) | 41.5% (32%–50%)"
    assert figures.measured([{**seeds[0], "by_heart": None}]).startswith("not in 1,000 | ")
    axes = figures.plot_clock_learning(STORED["runs"]).axes
    assert [one.get_title(loc="left") for one in axes] == list(KINDS)
    lines = {line.get_label(): line for line in axes[2].get_lines()}
    assert min(lines["gru"].get_ydata()[3:]) > 0.99
    assert max(lines["clocked_mlp"].get_ydata()) < 0.55
    assert len(figures.plot_clock_tasks(seed=3).axes) == 4
