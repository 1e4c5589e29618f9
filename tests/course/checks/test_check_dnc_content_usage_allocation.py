"""The self-checks of DNC I: what they let pass, and what they say to mistakes."""

from __future__ import annotations

import pytest
import torch
from check_examples import answers, assert_refused, published
from torch.nn import functional

from memorylab.memory.dnc import addressing

NAME = "dnc_content_usage_allocation"
check = published(NAME)


EXERCISES = ["allocate", "predicted_usage", "edit", "write"]


@pytest.mark.parametrize("name", EXERCISES)
def test_solution_passes(name):
    verdict = getattr(check, name)(answers(NAME, "solution")[name])
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("allocate", "not yet"),
        ("predicted_usage", "not yet"),
        ("edit", "a value for 'write_strength'; it is still ..."),
        ("write", "not yet"),
    ],
)
def test_stub_is_refused(name, part):
    assert_refused(getattr(check, name)(answers(NAME, "exercise")[name]), part)


def shares(order, pass_on=lambda passed, usage: passed * usage):
    """Return an ``allocate`` that gives shares in the order that ``order`` puts locations in."""

    def student(usage):
        allocation, passed = torch.zeros_like(usage), 1.0
        for location in order(usage):
            allocation[location] = (1 - usage[location]) * passed
            passed = pass_on(passed, usage[location])
        return allocation

    return student


def by_usage(usage):
    return sorted(range(len(usage)), key=lambda i: (float(usage[i]), i))


def overwriting(usage):
    answer = shares(by_usage)(usage)
    usage.fill_(2)
    return answer


@pytest.mark.parametrize(
    ("part", "student"),
    [
        pytest.param("to sum to 1 − Π u", lambda usage: 1 - usage, id="nothing passed on"),
        pytest.param(
            "to sum to 1 − Π u",
            lambda usage: torch.eye(len(usage))[usage.argmin()],
            id="all to the first",
        ),
        pytest.param(
            "to sum to 1 − Π u",
            shares(by_usage, lambda passed, usage: passed * (1 - usage)),
            id="free share passed on",
        ),
        pytest.param("what is passed on", shares(lambda usage: range(len(usage))), id="not sorted"),
        pytest.param(
            "what is passed on",
            shares(lambda usage: by_usage(usage)[::-1]),
            id="most used first",
        ),
        pytest.param(
            "which of two equals comes first",
            shares(lambda usage: sorted(range(len(usage)), key=lambda i: (float(usage[i]), -i))),
            id="ties the other way round",
        ),
        pytest.param(
            "which location gets which",
            lambda usage: shares(by_usage)(usage)[usage.argsort(stable=True)],
            id="left in sorted order",
        ),
        pytest.param("to stay as it is", overwriting, id="overwrites what it was given"),
        pytest.param("shape [4]", lambda usage: usage.sum(), id="one number"),
        pytest.param("stops with TypeError", lambda usage: usage + "", id="error"),
        pytest.param("not yet", lambda usage: None, id="nothing returned"),
        pytest.param("a function", torch.zeros(3), id="no function"),
    ],
)
def test_wrong_allocations(part, student):
    assert_refused(check.allocate(student), part)


@pytest.mark.parametrize("kind", [torch.Tensor.tolist, torch.Tensor.double, list])
def test_right_allocation_of_another_type(kind):
    assert check.allocate(lambda usage: kind(addressing.allocation_weighting(usage))).passed


@pytest.mark.parametrize(
    ("part", "student"),
    [
        pytest.param("free gate", 0.5 + 0.8 - 0.4, id="no retention"),
        pytest.param("counts once", (0.5 + 0.8) * 0.7, id="plain sum"),
        pytest.param("whole bracket", 0.5 * 0.7 + 0.8 - 0.4, id="retention of the old alone"),
        pytest.param("whole bracket", 0.35 + 0.8 - 0.35 * 0.8, id="retention before the write"),
        pytest.param("whole bracket", 0.5 + 0.4 * 0.7, id="retention of the new alone"),
        pytest.param("not what is freed", 0.9 * 0.3, id="freed part"),
        pytest.param("on what was read", 0.9 * (1 - 0.6 * 0.8), id="retention by the write"),
        pytest.param("another number", 0.5 * 0.7, id="no write"),
        pytest.param("another number", 0.7, id="retention alone"),
        pytest.param("in [0, 1]", 1.3, id="sum alone"),
        pytest.param("not yet", None, id="nothing"),
        pytest.param("stops with TypeError", "0,63", id="text"),
    ],
)
def test_wrong_usages(part, student):
    secrets = ("0.63",) if student != "0,63" else ()
    assert_refused(check.predicted_usage(student), part, *secrets)


def test_usage_as_a_tensor():
    assert check.predicted_usage(torch.tensor(0.63, dtype=torch.float64)).passed


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        pytest.param("the value of the location", {"erase_vector": [0.0] * 4}, id="erases nothing"),
        pytest.param("the key of the location", {"erase_vector": [1.0] * 4}, id="erases all"),
        pytest.param(
            "the key of the location",
            {"erase_vector": [1.0, 1.0, 0.0, 0.0]},
            id="erases the key",
        ),
        pytest.param(
            "the key of the location",
            {"write_vector": [0.0, 1.0, 5.0, 6.0]},
            id="adds the key again",
        ),
        pytest.param(
            "the value of the location",
            {"write_vector": [0.0, 0.0, 6.0, 5.0]},
            id="value is reversed",
        ),
        pytest.param("goes elsewhere", {"allocation_gate": 1.0}, id="somewhere new"),
        pytest.param("where else does the write go", {"allocation_gate": 0.5}, id="half and half"),
        pytest.param("how sharp is the lookup", {"write_strength": 5.0}, id="lookup too soft"),
        pytest.param("almost nothing is written", {"write_gate": 0.0}, id="no write"),
        pytest.param("the value of the location", {"write_gate": 0.9}, id="write gate ajar"),
        pytest.param("goes elsewhere", {"write_key": [1.0, 0.0, 0.0, 0.0]}, id="other key"),
        pytest.param("at least 1", {"write_strength": 0.0}, id="no strength"),
        pytest.param("in [0, 1]", {"erase_vector": [0.0, 0.0, 2.0, 2.0]}, id="erases too much"),
        pytest.param("in [0, 1]", {"write_gate": 2.0}, id="gate beyond 1"),
        pytest.param("four numbers in 'erase_vector'", {"erase_vector": 1.0}, id="one number"),
        pytest.param("it is still ...", {"write_vector": ...}, id="one left out"),
    ],
)
def test_wrong_edits(part, changes):
    interface = answers(NAME, "solution")["edit"]() | changes
    assert_refused(check.edit(lambda: interface), part)


def test_edit_without_an_entry():
    interface = answers(NAME, "solution")["edit"]()
    del interface["write_gate"]
    assert_refused(check.edit(lambda: interface), "the entry 'write_gate'")


# --- Exercise 4 -----------------------------------------------------------------------------------


def by_package(state, asked):
    kept = addressing.retention(asked.free_gates, state.read_weighting)
    usage = addressing.usage(state.usage, state.write_weighting, kept)
    lookup = addressing.content_weighting(
        state.memory, asked.write_key[None], asked.write_strength[None]
    )
    gates = asked.allocation_gate, asked.write_gate
    allocation = addressing.allocation_weighting(usage)
    weighting = addressing.write_weighting(lookup[0], allocation, *gates)
    memory = addressing.write_memory(
        state.memory, weighting, asked.erase_vector, asked.write_vector
    )
    return usage, weighting, memory


def by_torch(state, asked):
    """PyTorch's own cosine, and complements: what is left free, what is left to offer."""
    left = (1 - state.usage) * (1 - state.write_weighting)
    usage = (1 - left) * (1 - asked.free_gates @ state.read_weighting)
    usage = usage + (1 - left) * (asked.free_gates[:, None] * state.read_weighting).prod(0)
    cosine = functional.cosine_similarity(state.memory, asked.write_key, dim=-1)
    content = torch.softmax(asked.write_strength * cosine, -1)
    ordered, order = usage.sort()
    left = torch.cat([torch.ones(1), ordered.cumprod(0)])  # before each, and after the last
    allocation = torch.empty_like(usage)
    allocation[order] = left[:-1] - left[1:]
    mixed = torch.lerp(content, allocation, asked.allocation_gate)
    weighting = (asked.write_gate * mixed)[:, None]
    return (
        usage,
        weighting[:, 0],
        state.memory + weighting * (asked.write_vector - asked.erase_vector * state.memory),
    )


def by_loops(state, asked):
    """One number after the other, in plain Python."""
    memory, key = state.memory.tolist(), asked.write_key.tolist()
    usage = []
    for location, (u, w) in enumerate(zip(state.usage, state.write_weighting, strict=True)):
        kept = 1.0
        for gate, head in zip(asked.free_gates, state.read_weighting, strict=True):
            kept *= 1 - float(gate * head[location])
        usage.append(float(u + w - u * w) * kept)
    length = sum(k * k for k in key) ** 0.5
    scores = []
    for row in memory:
        of_row = sum(m * m for m in row) ** 0.5
        cosine = sum(k * m for k, m in zip(key, row, strict=True)) / (length * of_row or 1)
        scores.append(2.718281828459045 ** (float(asked.write_strength) * cosine))
    offered = shares(by_usage)(torch.tensor(usage, dtype=torch.double)).tolist()
    g, gate = float(asked.write_gate), float(asked.allocation_gate)
    weighting = [
        g * (gate * a + (1 - gate) * s / sum(scores)) for a, s in zip(offered, scores, strict=True)
    ]
    after = [
        [
            m * (1 - w * e) + w * v
            for m, e, v in zip(
                row, asked.erase_vector.tolist(), asked.write_vector.tolist(), strict=True
            )
        ]
        for row, w in zip(memory, weighting, strict=True)
    ]
    return torch.tensor(usage), torch.tensor(weighting), torch.tensor(after)


@pytest.mark.parametrize("student", [by_package, by_torch, by_loops])
def test_right_writes_written_otherwise(student):
    verdict = check.write(student)
    assert verdict.passed, verdict.message


def writing(retention="prod", early=False, usage=None, allocation=None, content=None, **changes):
    """Return a write with a choice of mistakes."""

    def student(state, asked):
        freed = asked.free_gates[:, None] * state.read_weighting
        kept = (1 - freed).prod(0) if retention == "prod" else 1 - freed.sum(0)
        u, w = state.usage, state.write_weighting
        now = usage(u, w, kept) if usage else (u + w - u * w) * kept
        cosine = functional.cosine_similarity(state.memory, asked.write_key, dim=-1)
        found = (asked.write_strength * cosine).softmax(0)
        if content:
            found = content(state.memory, asked.write_key, asked.write_strength)
        offered = (allocation or addressing.allocation_weighting)(u if early else now)
        mix = changes.get("mix", lambda g, ga, a, c: g * (ga * a + (1 - ga) * c))
        weighting = mix(asked.write_gate, asked.allocation_gate, offered, found)
        M, e, v = (
            state.memory,
            *(torch.outer(weighting, x) for x in (asked.erase_vector, asked.write_vector)),
        )
        after = changes.get("write", lambda M, e, v, w: M * (1 - e) + v)(
            M, e, v, weighting[:, None]
        )
        return now, weighting, after

    return student


def overwriting_the_state(state, asked):
    answer = by_package(state, asked)
    state.usage.copy_(answer[0])
    return answer


def after_this_write(state, asked):
    """Usage last, from the write of this step."""
    gates = asked.allocation_gate, asked.write_gate
    lookup = asked.write_key[None], asked.write_strength[None]
    content = addressing.content_weighting(state.memory, *lookup)[0]
    offered = addressing.allocation_weighting(state.usage)
    weighting = addressing.write_weighting(content, offered, *gates)
    kept = addressing.retention(asked.free_gates, state.read_weighting)
    memory = addressing.write_memory(
        state.memory, weighting, asked.erase_vector, asked.write_vector
    )
    return addressing.usage(state.usage, weighting, kept), weighting, memory


def plain_cosine(memory, key, strength):
    return (strength * (memory @ key) / (memory.norm(dim=1) * key.norm())).softmax(0)


def including_itself(usage):
    ordered, order = usage.sort()
    return torch.zeros_like(usage).scatter(0, order, (1 - ordered) * ordered.cumprod(0))


@pytest.mark.parametrize(
    ("part", "student"),
    [
        pytest.param("product over the read heads", writing(retention="sum"), id="sum of heads"),
        pytest.param(
            "retention is missing", writing(usage=lambda u, w, k: u + w - u * w), id="kept"
        ),
        pytest.param("counts in the next", after_this_write, id="usage after the write"),
        pytest.param("count once", writing(usage=lambda u, w, k: (u + w) * k), id="plain sum"),
        pytest.param(
            "whole bracket", writing(usage=lambda u, w, k: u * k + w - u * w), id="bracket"
        ),
        pytest.param("another usage", writing(usage=lambda u, w, k: w), id="no usage"),
        pytest.param("from this step's usage", writing(early=True), id="usage before"),
        pytest.param("yours includes itself", writing(allocation=including_itself), id="itself"),
        pytest.param("those before it leave", writing(allocation=lambda u: 1 - u), id="no list"),
        pytest.param(
            "not in the order",
            writing(allocation=lambda u: addressing.allocation_weighting(u)[u.argsort()]),
            id="left sorted",
        ),
        pytest.param(
            "not the plain product",
            writing(content=lambda M, k, beta: (beta * (M @ k)).softmax(0)),
            id="no cosine",
        ),
        pytest.param(
            "strength",
            writing(
                content=lambda M, k, beta: functional.cosine_similarity(M, k, dim=-1).softmax(0)
            ),
            id="no strength",
        ),
        pytest.param(
            "(1 − allocation gate)", writing(mix=lambda g, ga, a, c: g * (ga * a + c)), id="mix"
        ),
        pytest.param(
            "yours chooses the lookup",
            writing(mix=lambda g, ga, a, c: g * (ga * c + (1 - ga) * a)),
            id="gate the other way",
        ),
        pytest.param(
            "in front of both",
            writing(mix=lambda g, ga, a, c: g * ga * a + (1 - ga) * c),
            id="bracket of the gates",
        ),
        pytest.param(
            "what it has just added",
            writing(write=lambda M, e, v, w: (M + v) * (1 - e)),
            id="erase after add",
        ),
        pytest.param("to be erased", writing(write=lambda M, e, v, w: M + v), id="no erase"),
        pytest.param("swapped", writing(write=lambda M, e, v, w: M * (1 - v) + e), id="swapped"),
        pytest.param(
            "the erase vector in", writing(write=lambda M, e, v, w: M * (1 - w) + v), id="no e"
        ),
        pytest.param("another memory", writing(write=lambda M, e, v, w: M), id="nothing written"),
        pytest.param("for an empty location", writing(content=plain_cosine), id="0/0"),
        pytest.param("stay as it was given", overwriting_the_state, id="changes the state"),
        pytest.param(
            "in this order", lambda s, a: by_package(s, a)[1::-1] + by_package(s, a)[2:], id="order"
        ),
        pytest.param("three tensors", lambda s, a: by_package(s, a)[2], id="memory alone"),
        pytest.param("shape [5]", lambda s, a: by_package(s, a)[::-1], id="reversed"),
        pytest.param("stops with", lambda s, a: s.nothing, id="error"),
    ],
)
def test_wrong_writes(part, student):
    assert_refused(check.write(student), part)
