"""The self-checks of dnc_links: what they let pass, and what they say to mistakes."""

from __future__ import annotations

import sys

import pytest
import torch
from check_examples import answers, assert_refused, published

check = published("dnc_links")


EXERCISES = ["chain", "links_left", "modes"]


@pytest.mark.parametrize("name", EXERCISES)
def test_solution_passes(name):
    verdict = getattr(check, name)(answers("dnc_links", "solution")[name])
    assert verdict.passed, verdict.message


@pytest.mark.parametrize("name", EXERCISES)
def test_stub_is_refused(name):
    assert_refused(getattr(check, name)(answers("dnc_links", "exercise")[name]), "not yet")


def walk(*, column=True, threshold=0.5, stop=lambda following, visited: following in visited):
    """Return a ``chain`` with a choice of mistakes."""

    def student(link, start):
        visited = [start]
        while True:
            links = link[:, visited[-1]] if column else link[visited[-1]]
            strength, following = links.max(0)
            if strength <= threshold or stop(int(following), visited):
                return visited
            visited.append(int(following))

    return student


@pytest.mark.parametrize(
    ("part", "student"),
    [
        pytest.param("a column of the links mean", walk(column=False), id="rows"),
        pytest.param("links of 0.5 and less", walk(threshold=0.0), id="weak links too"),
        pytest.param("only the start", walk(threshold=-1.0), id="links of 0 too"),
        pytest.param("a link of 0.45 to be ignored", walk(threshold=0.31), id="above 0.31"),
        pytest.param("a link of 0.5 to be ignored", walk(threshold=0.4999), id="0.5 and more"),
        pytest.param("a link of 0.55 to be followed", walk(threshold=0.6), id="above 0.6"),
        pytest.param(
            "what ends the walk if the links form a circle",
            walk(stop=lambda *_: False),
            id="never stops",
        ),
        pytest.param(
            "what ends the walk if the links form a circle",
            walk(stop=lambda following, visited: following == visited[0]),
            id="stops at the only the start",
        ),
        pytest.param(
            "each location of a circle once",
            lambda link, start: (
                [*(found := walk()(link, start)), *found[:1]]
                if link.shape == (3, 3)
                else walk()(link, start)
            ),
            id="start twice",
        ),
        pytest.param("2 → 0 → 4", lambda link, start: walk()(link, start)[1:], id="without start"),
        pytest.param("2 → 0 → 4", lambda link, start: walk()(link, start)[:2], id="one link only"),
        pytest.param("stops with TypeError", lambda link, start: len(link), id="a number"),
        pytest.param("a function", [2, 0, 4], id="no function"),
    ],
)
def test_wrong_chains(part, student):
    assert_refused(check.chain(student), part)


@pytest.mark.parametrize("kind", [tuple, torch.tensor])
def test_right_chain_of_another_type(kind):
    assert check.chain(lambda link, start: kind(walk()(link, start))).passed


def test_tracing_is_left_as_it_was():
    before = sys.gettrace()
    check.chain(walk(stop=lambda *_: False))
    assert sys.gettrace() is before


@pytest.mark.parametrize(
    ("part", "student"),
    [
        pytest.param("no link 0 → 1", {(0, 1), (1, 2), (2, 3), (3, 1)}, id="nothing forgotten"),
        pytest.param("no link 1 → 2", {(1, 2), (2, 3), (3, 1)}, id="forgotten on one side"),
        pytest.param("is reversed", {(2, 3), (1, 3)}, id="newest is reversed"),
        pytest.param("which is new", {(2, 3)}, id="nothing new"),
        pytest.param("which old one", {(3, 1)}, id="all old ones forgotten"),
        pytest.param("two links, not 3", {(2, 3), (3, 1), (0, 2)}, id="mended over the gap"),
        pytest.param("precedence", {(0, 2), (2, 3)}, id="mended, nothing new"),
        pytest.param("precedence", {(3, 2), (3, 1)}, id="oldest is reversed"),
        pytest.param("two links, not 0", set(), id="none"),
        pytest.param("stops with TypeError", {2, 3}, id="no pairs"),
    ],
)
def test_wrong_links(part, student):
    assert_refused(check.links_left(student), part, "3 → 1", "(3, 1)", "2 → 3", "(2, 3)")


@pytest.mark.parametrize("kind", [list, tuple, lambda pairs: [list(pair) for pair in pairs]])
def test_right_links_of_another_type(kind):
    assert check.links_left(kind([(3, 1), (2, 3)])).passed


@pytest.mark.parametrize(
    ("part", "student"),
    [
        pytest.param("does not reach 2", [0.0, 0.0, 1.0], id="forward"),
        pytest.param("does not reach 2", [0.0, 1.0, 0.0], id="content"),
        pytest.param("does not reach 2", [1 / 3] * 3, id="a bit of all"),
        pytest.param("does not reach 1", [0.7, 0.0, 0.3], id="not quite backward"),
        pytest.param("three modes, not 2", [1.0, 0.0], id="two modes"),
        pytest.param("sum to 1, not to 2", [1.0, 0.0, 1.0], id="sum of 2"),
        pytest.param("no negative mode", [1.5, 0.0, -0.5], id="negative"),
        pytest.param("stops with ValueError", ["backward", 0, 0], id="text"),
    ],
)
def test_wrong_modes(part, student):
    assert_refused(check.modes(lambda: student), part, "1.0, 0.0, 0.0", "backward, then")


def test_modes_as_a_tensor():
    assert check.modes(lambda: torch.tensor([1.0, 0.0, 0.0])).passed
