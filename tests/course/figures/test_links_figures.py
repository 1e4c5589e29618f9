"""Figures of links and reading: the numbers shown are those given."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab.memory.dnc import addressing
from memorylab_course.figures import draw_links, draw_read, link_axes, read_axes


def shown(axes):
    """Return the image of each axes as a list of rows."""
    return [one.images[0].get_array().tolist() for one in axes if one.images]


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(0, 3), max_size=6), st.sampled_from([0.5, 1.0]))
def test_links_are_shown_as_numbers_and_as_arrows(locations, gate):
    link, precedence = torch.zeros(4, 4), torch.zeros(4)
    writes = gate * torch.eye(4)[locations]  # [T, N]
    for write in writes:
        link = addressing.temporal_link(link, precedence, write)
        precedence = addressing.precedence(precedence, write)
    figure, axes = link_axes(num_locations=4, num_steps=6)
    draw_links(axes, writes, precedence, link)
    first, second, third = shown(axes)
    assert torch.equal(torch.tensor(first)[:, : len(writes)], writes.T)
    assert torch.equal(torch.tensor(second).squeeze(1), precedence)
    assert torch.equal(torch.tensor(third), link)
    assert len(axes[3].patches) == len(link.nonzero())
    large = (link >= 0.005).sum() + (precedence >= 0.005).sum()
    assert sum(len(one.texts) for one in axes) == large + 4  # and the names of the locations
    figure.draw_without_rendering()


def test_weightings_and_memory_are_shown():
    memory = torch.tensor([[1.0, -0.5], [0.0, 2.0], [0.25, 0.0]])
    weightings = torch.tensor([[1.0, 0.0, 0.0], [0.2, 0.5, 0.3]])
    _, axes = read_axes(["read before", "read now"], 3, 2)
    draw_read(axes, weightings, memory)
    assert [one.get_title(loc="left") for one in axes] == ["read before", "read now", "memory"]
    assert torch.equal(torch.tensor(shown(axes)[:2]).squeeze(2), weightings)
    texts = [text.get_text() for text in axes[1].texts]
    assert texts == [".20", ".50", ".30"]
    assert [text.get_text() for text in axes[2].texts] == ["1", "-0.5", "0", "2", "0.25", "0"]
    assert [text.get_text() for text in axes[0].texts] == ["1"]
