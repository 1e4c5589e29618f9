"""The self-checks of DNC I: what they let pass, and what they say to mistakes."""

from __future__ import annotations

import pytest
import torch
from check_examples import answers, assert_refused, published

from memorylab.memory.dnc import addressing

NAME = "dnc_content_usage_allocation"
check = published(NAME)


EXERCISES = ["allocate", "predicted_usage", "edit"]


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
