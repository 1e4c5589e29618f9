"""A disturbed run of the DNC: what was edited stands there, and nothing before it changes."""

from __future__ import annotations

import functools
from itertools import combinations

import numpy as np
import oracle
import pytest
import torch
from dnc_examples import make_dnc, random_interface, row_of, seeds, warm_state
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab.memory import Disturbance
from memorylab.memory.arrays import KINDS
from memorylab.memory.disturbance import Edit
from memorylab.memory.dnc import DNCTrace, ablate, memory_step
from memorylab.memory.dnc.ablation import PARTS
from memorylab.memory.dnc.state import Interface
from memorylab.memory.dnc.trace import ARRAYS
from memorylab.tasks import Copy

fixed = settings(deadline=None, derandomize=True, max_examples=60)

T, N, W, R = 5, 4, 3, 2
SIZES = {"T": T, "N": N, "W": W, "R": R, "F": 3, "D": 2}
SHAPES = {name: ARRAYS[name].step_shape(SIZES) for name in DNCTrace.required()}
# In the order in which a step computes them.
ORDER = [
    "input",
    *Interface._fields,
    "usage",
    "allocation_weighting",
    "write_content_weighting",
    "write_weighting",
    "memory",
    "link",
    "precedence",
    "forward_weighting",
    "backward_weighting",
    "read_content_weighting",
    "read_weighting",
    "read_vectors",
    "output",
]


def sequence(seed=0, length=T):
    return torch.randn(length, 3, generator=torch.Generator().manual_seed(seed)).double()


def run(disturbance=None, seed=0, **config):
    return make_dnc(N, W, R, seed=seed, **config).trace(sequence(seed), disturbance=disturbance)


def same(first, second, steps=slice(None)):
    return all(np.array_equal(first[name][steps], second[name][steps]) for name in ORDER)


@st.composite
def edits(draw):
    """Draw the arguments of an edit that fits."""
    name = draw(st.sampled_from(ORDER))
    shape = SHAPES[name]
    depth = draw(st.integers(0, len(shape)))
    low, high = KINDS[ARRAYS[name].kind]
    first = draw(st.integers(0, T - 1))
    return (
        name,
        draw(st.floats(max(low, -9), min(high, 9))),
        tuple(draw(st.integers(0, size - 1)) for size in shape[:depth]),
        first,
        draw(st.none() | st.integers(first, T - 1)),
    )


def test_the_order_has_all_that_a_step_computes():
    assert {*ORDER} == {*DNCTrace.required()}


@given(seeds, st.sampled_from([None, "", Disturbance()]))
@fixed
def test_nothing_changes_nothing(seed, nothing):
    undisturbed, disturbed = run(seed=seed), run(nothing, seed)
    assert same(disturbed, undisturbed)
    assert disturbed.metadata == undisturbed.metadata == {"ablated": []}


@given(st.lists(edits(), min_size=1, max_size=3), seeds, st.sampled_from(["lstm", "feedforward"]))
@fixed
def test_each_edited_number_is_there_and_the_steps_before_are_as_they_were(parts, seed, controller):
    disturbance = Disturbance(tuple(Edit(*part) for part in parts))
    undisturbed = run(seed=seed, controller=controller)
    disturbed = run(str(disturbance), seed, controller=controller)
    assert disturbed.metadata["disturbance"] == str(disturbance)
    first = min(edit.first for edit in disturbance.edits)
    assert same(disturbed, undisturbed, slice(first))
    # Within the first step, also what is computed before the first edited array.
    edited = {edit.name for edit in disturbance.edits if edit.first == first}
    for name in ORDER[: min(map(ORDER.index, edited))]:
        assert np.array_equal(disturbed[name][first], undisturbed[name][first]), name
    for t in range(T):
        expected = {}
        for edit in disturbance.edits:
            if edit.first <= t <= (T if edit.last is None else edit.last):
                expected.setdefault(edit.name, np.array(disturbed[edit.name][t]))
                expected[edit.name][edit.index] = edit.value
        for name, array in expected.items():
            assert np.array_equal(disturbed[name][t], array), name


# For each array, some that are computed from it in the same step or in the next one.
SEEN_BY = {
    "input": [(0, "write_gate")],
    "read_keys": [(0, "read_content_weighting")],
    "read_strengths": [(0, "read_content_weighting")],
    "write_key": [(0, "write_content_weighting")],
    "write_strength": [(0, "write_content_weighting")],
    "erase_vector": [(0, "memory")],
    "write_vector": [(0, "memory")],
    "free_gates": [(0, "usage")],
    "allocation_gate": [(0, "write_weighting")],
    "write_gate": [(0, "write_weighting")],
    "read_modes": [(0, "read_weighting")],
    "usage": [(0, "allocation_weighting"), (1, "usage")],
    "allocation_weighting": [(0, "write_weighting")],
    "write_content_weighting": [(0, "write_weighting")],
    "write_weighting": [(0, "memory"), (0, "link"), (0, "precedence"), (1, "usage")],
    "memory": [(0, "read_content_weighting"), (0, "read_vectors"), (1, "write_content_weighting")],
    "link": [(0, "forward_weighting"), (0, "backward_weighting"), (1, "link")],
    "precedence": [(1, "link"), (1, "precedence")],
    "forward_weighting": [(0, "read_weighting")],
    "backward_weighting": [(0, "read_weighting")],
    "read_content_weighting": [(0, "read_weighting")],
    "read_weighting": [(0, "read_vectors"), (1, "usage"), (1, "forward_weighting")],
    "read_vectors": [(0, "output"), (1, "write_gate")],
    "output": [],
}


@pytest.mark.parametrize("name", ORDER)
def test_what_is_computed_from_it_sees_the_edit(name):
    value = {"strength": 7}.get(ARRAYS[name].kind, 0.375)
    undisturbed, disturbed = run(), run(f"{name}@2={value}")
    for later, other in SEEN_BY[name]:
        assert not np.array_equal(disturbed[other][2 + later], undisturbed[other][2 + later]), other
    assert (disturbed[name][2] == value).all()
    # The output goes nowhere.
    assert same(disturbed, undisturbed, slice(3, None)) == (name == "output")


@given(seeds, st.data())
@fixed
def test_an_edited_step_is_the_papers_but_for_what_was_edited(seed, data):
    """Edits of the interface are another interface; the oracle, which knows no edits, agrees."""
    generator = torch.Generator().manual_seed(seed)
    state, interface = warm_state(1, N, W, R, generator), random_interface(1, W, R, generator)
    gate = data.draw(st.floats(0, 1))
    edit = functools.partial(Disturbance.parse(f"link[1,2]={gate}").apply, step=0)
    after, weightings = memory_step(state, interface, edit)
    before, asked = row_of(state), row_of(interface)
    expected = oracle.memory_step(before, asked)
    link = expected["link"].copy()
    link[1, 2] = gate
    assert np.allclose(row_of(after)["link"], link, rtol=0, atol=1e-12)
    for name, array in (("forward", link), ("backward", link.T)):
        assert np.allclose(
            row_of(weightings)[f"{name}_weighting"],
            before["read_weighting"] @ array.T,
            rtol=0,
            atol=1e-12,
        )


@pytest.mark.parametrize("controller", ["lstm", "feedforward"])
@pytest.mark.parametrize(
    "parts", [parts for size in range(4) for parts in combinations(sorted(PARTS), size)], ids=str
)
def test_parts_taken_away_are_edits(parts, controller):
    model = make_dnc(N, W, R, controller=controller)
    ablated = ablate(model, *parts).trace(sequence())
    assert same(model.trace(sequence(), disturbance=";".join(map(PARTS.get, parts))), ablated)
    # An edit comes after what was taken away.
    both = ablate(model, *parts).trace(sequence(), disturbance="link[1,0]@3=0.5;usage[2]=1")
    assert (both.link[3, 1, 0], *both.usage[:, 2]) == (0.5, *[1] * T)
    assert same(both, ablated, slice(3)) == (
        "usage" not in parts and (ablated.usage[:, 2] == 1).all()
    )


# The number of locations.


@pytest.mark.parametrize("locations", [1, N, 9])
def test_the_same_weights_run_with_another_number_of_locations(locations):
    model, other = make_dnc(N, W, R), make_dnc(locations, W, R)
    disturbed = model.trace(sequence(), disturbance=f"N={locations}")
    assert same(disturbed, other.trace(sequence()))
    assert disturbed.metadata["disturbance"] == f"N={locations}"
    assert model.cell.num_locations == N
    assert same(model.trace(sequence()), run())


def test_a_state_must_have_the_number_of_locations():
    model, other = make_dnc(N, W, R), make_dnc(9, W, R)
    # After this call, the model has the shapes of its own state in mind.
    model(sequence().unsqueeze(0), model.batch_initial_state(1))
    model.trace(sequence(), other.initial_state(), disturbance="N=9")
    with pytest.raises(ValueError, match=r"state\['memory'\] must have the shape \[1, 9, 3\]"):
        model.trace(sequence(), model.initial_state(), disturbance="N=9")


# Words, and recording.


def test_words_take_the_place_of_input_and_target():
    torch.manual_seed(0)
    task = Copy(word_size=2)
    model = make_dnc(N, W, R)
    batch = task.make(["10", "11"])
    trace = DNCTrace.record(
        model, sequence(), disturbance="words=10,11;write_gate@4=0", make=task.make, name="words"
    )
    assert np.array_equal(trace.input, batch.input[0])
    assert np.array_equal(trace.target, batch.target[0])
    assert np.array_equal(trace.mask, batch.mask[0])
    assert trace.write_gate[4] == 0
    assert trace.metadata == {
        "ablated": [], "disturbance": "words=10,11;write_gate@4=0", "name": "words",
    }  # fmt: skip
    # Without words, the input stays.
    kept = DNCTrace.record(model, sequence(), disturbance="usage=0", make=task.make)
    assert np.array_equal(kept.input, sequence())


def test_words_without_a_task():
    for trace in (make_dnc().trace, functools.partial(DNCTrace.record, make_dnc())):
        with pytest.raises(ValueError, match=r"Use MemoryTrace\.record\(.*make=task\.make\)"):
            trace(sequence(), disturbance="words=10,11")


def test_a_record_is_the_models_trace():
    model, text = make_dnc(N, W, R), "memory[3]@2-=0;input[1]@1=2"
    for disturbance in (text, Disturbance.parse(text)):
        trace = DNCTrace.record(model, sequence(), np.eye(T, 2), disturbance=disturbance)
        assert same(trace, model.trace(sequence(), disturbance=text))
        assert trace.metadata == {"ablated": [], "disturbance": text}


def test_disturbances_that_do_not_fit_the_run():
    with pytest.raises(ValueError, match="step 5 is out of range: the run has the steps 0 to 4"):
        run("memory@5=0")
    with pytest.raises(ValueError, match="the index 4 is out of range: it must be 0 to 3"):
        run("usage[4]=0")
    with pytest.raises(ValueError, match="'usage' can't be read"):
        run("usage")


def test_a_run_that_is_driven_to_infinity():
    message = r"The disturbance drives output to NaN or infinity at step 2\. Use smaller values"
    with pytest.raises(ValueError, match=message):
        run("read_vectors@2=1.7e308")
