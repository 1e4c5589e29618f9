"""The self-checks of time_without_memory: what they let pass, and what they say to mistakes."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from check_examples import answers, assert_refused

from memorylab.networks import positional_encoding
from memorylab_course.checks import time_without_memory as check

EXERCISES = ["wavelengths", "base2", "needs"]


@pytest.mark.parametrize("name", EXERCISES)
def test_solution_passes(name):
    verdict = getattr(check, name)(answers("time_without_memory", "solution")[name])
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("wavelengths", "not yet"),
        ("base2", "not yet"),
        ("needs", "an answer for 'suit'; it is still ..."),
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


def bits(positions, size):
    return ((positions.unsqueeze(-1) >> torch.arange(size)) & 1).float()


def overwriting(positions, size):
    answer = bits(positions, size)
    positions.fill_(0)
    return answer


@pytest.mark.parametrize(
    ("part", "student"),
    [
        pytest.param(
            "lowest bit first", lambda positions, size: bits(positions, size).flip(-1), id="flipped"
        ),
        pytest.param(
            "the binary digits",
            lambda positions, size: (
                (positions.unsqueeze(-1) // 2 ** torch.arange(size)).clamp(0, 1) * 1.0
            ),
            id="no remainder",
        ),
        pytest.param(
            "zeros and ones",
            lambda positions, size: positions.unsqueeze(-1) / 2.0 ** torch.arange(size) % 2,
            id="not rounded down",
        ),
        pytest.param(
            "zeros and ones", lambda positions, size: 2 * bits(positions, size) - 1, id="signed"
        ),
        pytest.param(
            "floating-point", lambda positions, size: bits(positions, size).long(), id="integers"
        ),
        pytest.param(
            "shape [20, 5]",
            lambda positions, size: bits(positions.flatten()[:1], size),
            id="one position",
        ),
        pytest.param(
            "shape [2, 3, 10]",
            lambda positions, size: bits(positions.flatten(), size),
            id="flat",
        ),
        pytest.param("to stay as they are", overwriting, id="overwrites what it was given"),
        pytest.param("not yet", lambda positions, size: None, id="nothing returned"),
    ],
)
def test_wrong_bits(part, student):
    assert_refused(check.base2(student), part)


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        pytest.param("right; 6 are; sign: ", {"sign": "clock"}, id="clock for a sign"),
        pytest.param("right; 6 are; dark: ", {"dark": "memory"}, id="memory for fixed moves"),
        pytest.param("right; 6 are; turns: ", {"turns": "nothing"}, id="nothing for turns"),
        pytest.param("right; 5 are", {"echo": "clock", "red": "clock"}, id="two wrong"),
        pytest.param("not 'time'", {"bell": "time"}, id="unknown word"),
        pytest.param("it is still ...", {"red": ...}, id="one left out"),
    ],
)
def test_wrong_needs(part, changes):
    assert_refused(check.needs(answers("time_without_memory", "solution")["needs"] | changes), part)


def test_needs_without_an_answer():
    needs = answers("time_without_memory", "solution")["needs"]
    del needs["bell"]
    assert_refused(check.needs(needs), "an answer for 'bell'")
