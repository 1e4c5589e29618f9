"""The self-checks of time_without_memory: what they let pass, and what they say to mistakes."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from check_examples import answers, assert_refused

from memorylab.networks import positional_encoding
from memorylab_course.checks import time_without_memory as check

EXERCISES = ["wavelengths", "clocked", "pairs"]


@pytest.mark.parametrize("name", EXERCISES)
def test_solution_passes(name):
    verdict = getattr(check, name)(answers("time_without_memory", "solution")[name])
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("wavelengths", "not yet"),
        ("clocked", "not yet"),
        ("pairs", "an answer for 'suit'; it is still ..."),
    ],
)
def test_stub_is_refused(name, part):
    assert_refused(getattr(check, name)(answers("time_without_memory", "exercise")[name]), part)


def turns(size, base, count=None):
    """Return the right wavelengths, for the first ``count`` sines."""
    count = (size + 1) // 2 if count is None else count
    return [2 * math.pi * base ** (2 * i / size) for i in range(count)]


@pytest.mark.parametrize("kind", [list, tuple, torch.tensor, np.array])
def test_right_wavelengths_of_another_type(kind):
    assert check.wavelengths(lambda size, base: kind(turns(size, base))).passed


def test_the_encoding_comes_round_after_the_wavelengths_that_pass():
    for index, wavelength in enumerate(turns(4, 100)):
        start = torch.tensor([3.0, 3.0 + wavelength], dtype=torch.float64)
        first, later = positional_encoding(start, 4, base=100)[:, 2 * index]
        assert first == pytest.approx(later)


@pytest.mark.parametrize(
    ("part", "student"),
    [
        pytest.param(
            "a sine and the cosine",
            lambda size, base: turns(size, base, size),
            id="one for each feature",
        ),
        pytest.param(
            "one wavelength for each sine, not 2",
            lambda size, base: turns(size, base, size // 2),
            id="last sine of an odd size left out",
        ),
        pytest.param(
            "does not complete a turn",
            lambda size, base: [wave / (2 * math.pi) for wave in turns(size, base)],
            id="without the full turn",
        ),
        pytest.param(
            "fastest first", lambda size, base: turns(size, base)[::-1], id="slowest first"
        ),
        pytest.param(
            "longer waves after shorter ones",
            lambda size, base: [2 * math.pi * base ** (-i / size) for i in range(0, size, 2)],
            id="inverted",
        ),
        pytest.param(
            "other wavelengths",
            lambda size, base: [2 * math.pi * base ** (i / size) for i in range((size + 1) // 2)],
            id="half the exponent",
        ),
        pytest.param(
            "other wavelengths",
            lambda size, base: torch.linspace(2 * math.pi, 2 * math.pi * base, (size + 1) // 2),
            id="evenly spaced",
        ),
        pytest.param("stops with TypeError", lambda size: [], id="error"),
        pytest.param("not yet", lambda size, base: None, id="nothing returned"),
        pytest.param("a function", [6.28, 62.8], id="no function"),
    ],
)
def test_wrong_wavelengths(part, student):
    assert_refused(check.wavelengths(student), part)


def clocked(z, t_starts, base, strength, first=0):
    """Mix as the text says."""
    steps = t_starts.unsqueeze(1) + torch.arange(z.shape[1]) + first
    return (1 - strength) * z + strength * positional_encoding(steps, z.shape[-1], base)


def by_loops(z, t_starts, base, strength):
    """The same, number by number."""
    answer = torch.empty_like(z)
    for row, step, i in np.ndindex(*z.shape):
        angle = (int(t_starts[row]) + step) / base ** (2 * (i // 2) / z.shape[-1])
        wave = math.cos(angle) if i % 2 else math.sin(angle)
        answer[row, step, i] = (1 - strength) * z[row, step, i] + strength * wave
    return answer


def by_phase(z, t_starts, base, strength):
    """The same, with each cosine as a sine a quarter of a wave ahead."""
    i = torch.arange(z.shape[-1])
    steps = t_starts[:, None, None] + torch.arange(z.shape[1])[:, None]
    angles = steps.double() * base ** (-2.0 * (i // 2).double() / len(i)) + i % 2 * math.pi / 2
    return torch.lerp(z.double(), angles.sin(), strength)


@pytest.mark.parametrize("student", [clocked, by_loops, by_phase])
def test_a_right_clock_written_otherwise(student):
    assert check.clocked(student).passed


def in_halves(z, t_starts, base, strength):
    steps = t_starts.unsqueeze(1) + torch.arange(z.shape[1])
    code = positional_encoding(steps, z.shape[-1], base)
    code = torch.cat([code[..., 0::2], code[..., 1::2]], dim=-1)
    return (1 - strength) * z + strength * code


def overwriting(z, t_starts, base, strength):
    return z.copy_(clocked(z, t_starts, base, strength))


def unmoved(z, t_starts, base, strength):
    return clocked(z, t_starts * 0, base, strength)


@pytest.mark.parametrize(
    ("part", "student"),
    [
        pytest.param("begin at its own step", unmoved, id="t_starts ignored"),
        pytest.param("not one later", lambda *args: clocked(*args, first=1), id="from 1"),
        pytest.param("sines and cosines in turn", in_halves, id="sines, then cosines"),
        pytest.param(
            "a mixture", lambda z, t, b, s: z + clocked(0 * z, t, b, s), id="added, not mixed"
        ),
        pytest.param("a mixture", lambda z, t, b, s: clocked(z, t, b, 1 - s), id="swapped"),
        pytest.param("(1 − s) z", lambda z, t, b, s: clocked(z, t, 10000, s), id="fixed base"),
        pytest.param("to stay as they are", overwriting, id="overwrites its input"),
        pytest.param("shape [2, 3, 6]", lambda z, t, b, s: z[:1], id="one row"),
        pytest.param("not yet", lambda z, t, b, s: None, id="nothing returned"),
    ],
)
def test_wrong_clocks(part, student):
    assert_refused(check.clocked(student), part)


def solution():
    return answers("time_without_memory", "solution")["pairs"]


@pytest.mark.parametrize(
    "changes",
    [
        {"echo": ("SHHHD", "SCHHD"), "red": ["SS", "HS"]},
        {"bell": ("S" * 13, "S"), "count": ["H", "SSH"], "again": ("SHS", "HHS")},
        {"turns": ("SSHH", "SSH")},
    ],
)
def test_other_proofs(changes):
    assert check.pairs(solution() | changes).passed


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        pytest.param("with different right answers", {"suit": ("SH", "DH")}, id="none exists"),
        pytest.param("so a clock tells", {"red": ("S", "HS")}, id="a clock is enough"),
        pytest.param("so a clock tells", {"again": ("S", "SS")}, id="a clock is enough again"),
        pytest.param("the same card in sight", {"echo": ("SHHH", "SHHD")}, id="in sight"),
        pytest.param("the same is right", {"echo": ("SHHHD", "CHHHD")}, id="no difference"),
        pytest.param("the same is right", {"bell": ("S", "SS")}, id="neither rings"),
        pytest.param("two histories for 'red'", {"red": ("SS",)}, id="one history"),
        pytest.param("two histories for 'red'", {"red": "memory"}, id="a word"),
        pytest.param("two histories for 'red'", {"red": ("", "S")}, id="empty history"),
        pytest.param("a pair for 2 of", {"bell": None, "again": None}, id="two without"),
        pytest.param("it is still ...", {"red": ...}, id="one left out"),
    ],
)
def test_wrong_pairs(part, changes):
    assert_refused(check.pairs(solution() | changes), part)


def test_pairs_without_an_answer():
    pairs = solution()
    del pairs["bell"]
    assert_refused(check.pairs(pairs), "an answer for 'bell'")


@pytest.mark.parametrize("task", sorted({*check.TASKS} - {*check.MEMORY}))
def test_a_clock_and_the_card_in_sight_are_enough_for(task):
    right = {}
    for length in range(1, 7):
        for cards in map("".join, itertools.product("SHDC", repeat=length)):
            answer = check.TASKS[task](cards)
            assert right.setdefault((length, cards[-1]), answer) == answer
