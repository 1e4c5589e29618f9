"""A disturbance as text and as a value, and what doesn't fit a run."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab.memory import Disturbance
from memorylab.memory.arrays import Array
from memorylab.memory.disturbance import Edit
from memorylab.memory.dnc.trace import ARRAYS

fixed = settings(deadline=None, derandomize=True, max_examples=200)

SIZES = {"T": 9, "N": 5, "W": 3, "R": 2, "F": 4, "D": 2}


@st.composite
def edits(draw):
    """Draw the arguments of an edit."""
    first = draw(st.integers(0, 20))
    return (
        draw(st.sampled_from(sorted(ARRAYS))),
        draw(st.floats(allow_nan=False, allow_infinity=False)),
        tuple(draw(st.lists(st.integers(0, 300), max_size=3))),
        first,
        draw(st.none() | st.integers(first, 30)),
    )


words = st.integers(1, 5).flatmap(
    lambda size: st.lists(st.text("01", min_size=size, max_size=size), min_size=1, max_size=4)
)
disturbances = st.tuples(
    st.lists(edits(), max_size=4),
    st.none() | st.integers(1, 300),
    st.none() | words.map(tuple),
    st.none() | st.just((("sign", 2), ("distance", 12))),
)


def build(parts, *others):
    # Not within a strategy: the checks of annotations draw random numbers, which Hypothesis minds.
    return Disturbance(tuple(Edit(*part) for part in parts), *others)


# Text.


@fixed
@given(disturbances)
def test_the_text_gives_the_disturbance_back(parts):
    disturbance = build(*parts)
    text = str(disturbance)
    assert Disturbance.parse(text) == disturbance
    assert str(Disturbance.parse(text)) == text
    assert bool(disturbance) == bool(text)


@fixed
@given(disturbances, st.sampled_from([" ", "  ", "\t"]))
def test_spaces_around_the_marks_mean_nothing(parts, space):
    disturbance = build(*parts)
    spaced = re.sub(r"([\[\],@;=])", rf"{space}\1{space}", str(disturbance))
    assert Disturbance.parse(spaced) == disturbance


@pytest.mark.parametrize(
    ("text", "shortest"),
    [
        ("", ""),
        (" ", ""),
        ("write_gate@3=0", "write_gate@3=0"),
        ("memory[3]@5-=-1.50", "memory[3]@5-=-1.5"),
        ("link[2,1]@7-7=+.25", "link[2,1]@7=0.25"),
        ("link@0-=-0", "link=0"),
        ("memory@3-10=1e3", "memory@3-10=1000"),
        ("usage=1; words=10,01; N=64", "N=64;words=10,01;usage=1"),
    ],
)
def test_the_shortest_text(text, shortest):
    assert str(Disturbance.parse(text)) == shortest


def test_what_is_read_already_or_is_nothing():
    disturbance = Disturbance.parse("usage=0")
    assert Disturbance.parse(disturbance) is disturbance
    assert Disturbance.parse(None) == Disturbance.parse("") == Disturbance()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        *(
            (text, rf"'{re.escape(text)}' can't be read\. Write name\[index\]@first-last=value")
            for text in [
                *("usage", "usage=", "=0", "usage=half", "usage=nan", "usage=inf", "usage=0x1"),
                *(
                    "usage=1_0",
                    "usage=٣",
                    "usage[]=0",
                    "usage[-1]=0",
                    "usage[1,]=0",
                    "usage[1 2]=0",
                ),
                *("usage@=0", "usage@-3=0", "usage@1.5=0", "usage@1[2]=0", "us age=0"),
            ]
        ),
        ("usage=0;", r"'' can't be read"),
        ("usage=0;;link=0", r"'' can't be read"),
        ("usage=1e999", "usage must get a finite number, but got inf"),
        ("usage@5-3=0", "The last step for usage must be at least 5, got 3"),
        ("N=", "N must be a number of locations, but is ''"),
        ("N=-3", "N must be a number of locations, but is '-3'"),
        ("N=0", "N must be at least 1, got 0"),
        ("N=3;N=4", "'N=3;N=4' sets N twice"),
        ("words=1;words=1", "sets words twice"),
        ("words=", r"bits of one length, such as 1011,0010, but one is ''"),
        ("words=10,12", "one is '12'"),
        ("words=10,101", "one is '101'"),
    ],
)
def test_texts_that_cannot_be_read(text, message):
    with pytest.raises(ValueError, match=message):
        Disturbance.parse(text)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Disturbance.parse(3), TypeError, "Disturbance or its text, got int"),
        (lambda: Disturbance(num_locations=2.5), TypeError, r"N must be an integer, got 2\.5"),
        (lambda: Disturbance(words="10"), ValueError, "at least one in a tuple, but are '10'"),
        (lambda: Disturbance(words=()), ValueError, r"at least one in a tuple, but are \(\)"),
        (lambda: Disturbance(options=()), ValueError, r"Options must be names .* but are \(\)"),
        (lambda: Disturbance(options=(("", 1),)), ValueError, "Options must be names"),
        (lambda: Edit("usage", 0, (1.0,)), TypeError, "The index of usage must be an integer"),
        (lambda: Edit("usage", 0, (-1,)), ValueError, "index of usage must be at least 0, got -1"),
        (lambda: Edit("usage", 0, first=-1), ValueError, "first step for usage must be at least 0"),
        (lambda: Edit("usage", float("nan")), ValueError, "finite number, but got nan"),
    ],
)
def test_values_that_cannot_be(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_a_text_is_checked_without_torch():
    code = (
        "import sys; from memorylab.memory.disturbance import Disturbance;"
        "from memorylab.memory.dnc.trace import ARRAYS;"
        f"Disturbance.parse('usage=0').check(ARRAYS, {SIZES});"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# Whether it fits a run.


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("usag=0", r"usag=0: no step computes an array 'usag'\. Did you mean 'usage'\? Known: "),
        ("reward=0", "no step computes an array 'reward'"),
        (
            "usage[5]=0",
            r"usage\[5\]=0: the index 5 is out of range: it must be 0 to 4 \(dimension N",
        ),
        ("N=4;usage[4]=0", "the index 4 is out of range: it must be 0 to 3"),
        ("read_modes[1,3]=0", r"must be 0 to 2 \(dimension 3 of read_modes"),
        ("write_gate[0]=0", "at one step write_gate has 0 dimensions, but the index has 1"),
        ("usage@9=0", "step 9 is out of range: the run has the steps 0 to 8"),
        ("usage@9-=0", "step 9 is out of range"),
        ("usage@3-9=0", "step 9 is out of range"),
        (
            "write_gate@1=1.5",
            r"write_gate@1=1\.5: write_gate is a fraction, so its value must be in \[0, 1\], but "
            r"it is 1\.5",
        ),
        ("usage=0;link=-0.1", r"link=-0\.1: link is a links, so its value must be in \[0, 1\]"),
        ("read_strengths[1]=0.5", "is a strength, so its value must be at least 1, but it is 0.5"),
    ],
)
def test_what_does_not_fit(text, message):
    with pytest.raises(ValueError, match=message):
        Disturbance.parse(text).check(ARRAYS, SIZES)


@pytest.mark.parametrize(
    "text",
    [
        *("usage[4]@8=1", "usage@0-8=0", "N=6;usage[5]=0", "memory[4,2]=-1e9", "input[3]=7"),
        *("output[1]@8-=-1", "read_modes[1,2]=1", "write_strength=1", "read_strengths=1e9", "N=1"),
    ],
)
def test_what_fits(text):
    Disturbance.parse(text).check(ARRAYS, SIZES)


def test_other_kinds_of_memory_have_other_arrays():
    table, sizes = {"hidden": Array("T H", "number", "hidden", "hidden units")}, {"T": 4, "H": 8}
    Disturbance.parse("hidden[7]@3=0").check(table, sizes)
    with pytest.raises(ValueError, match="'usage'"):
        Disturbance.parse("usage=0").check(table, sizes)
    with pytest.raises(ValueError, match="N=64: this memory has no locations"):
        Disturbance.parse("N=64").check(table, sizes)


# What it does.


@fixed
@given(
    st.lists(
        st.tuples(
            st.sampled_from([(), (0,), (2,), (1, 0), (2, 1)]),
            st.integers(0, 3),
            st.none() | st.integers(3, 5),
            st.floats(-9, 9),
        ),
        max_size=5,
    ),
    st.integers(0, 6),
)
def test_a_tensor_gets_the_values_of_its_step_and_the_given_one_stays(parts, step):
    made = tuple(Edit("memory", value, index, first, last) for index, first, last, value in parts)
    tensor = torch.arange(12.0, dtype=torch.float64).view(2, 3, 2)
    kept = tensor.clone()
    edited = Disturbance((*made, Edit("link", 1))).apply("memory", tensor, step)
    for i in range(3):
        for j in range(2):
            values = [
                value
                for index, first, last, value in parts
                if first <= step
                and (last is None or step <= last)
                and (i, j)[: len(index)] == index
            ]
            expected = (
                torch.full((2,), values[-1], dtype=torch.float64) if values else kept[:, i, j]
            )
            assert torch.equal(edited[:, i, j], expected)
    assert torch.equal(tensor, kept)
