"""The self-checks of memory_in_rllib: what they let pass, and what they say to mistakes."""

from __future__ import annotations

import pytest
import torch
from check_examples import answers, assert_refused

from memorylab_course.checks import memory_in_rllib as check

pytestmark = pytest.mark.ray


@pytest.fixture(scope="module")
def solution():
    return answers("memory_in_rllib", "solution")


def test_solutions_pass(solution):
    for verdict in (
        check.packing(solution["pack"], solution["unpack"]),
        check.left_out(solution["left_out"]),
    ):
        assert verdict.passed, verdict.message


def test_stubs_are_refused():
    stub = answers("memory_in_rllib", "exercise")
    assert_refused(check.packing(stub["pack"], stub["unpack"]), "not yet")
    assert_refused(check.left_out(stub["left_out"]), "not yet")


def packed(state):
    return [state["memory"]["hidden"].unsqueeze(1), state["time"].unsqueeze(1)]


def unpacked(tensors):
    hidden, time = tensors
    return {"memory": {"hidden": hidden.squeeze(1)}, "time": time.squeeze(1)}


def test_a_tuple_and_views_will_do():
    assert check.packing(lambda state: tuple(packed(state)), unpacked).passed
    assert check.packing(
        packed, lambda tensors: {"time": tensors[1][:, 0], "memory": {"hidden": tensors[0][:, 0]}}
    ).passed


@pytest.mark.parametrize(
    ("part", "pack", "unpack"),
    [
        pytest.param(
            "hidden of shape [1, 4] from unpack for a batch of 1",
            packed,
            lambda tensors: {"memory": {"hidden": tensors[0].squeeze()}, "time": tensors[1][:, 0]},
            id="squeezes every axis",
        ),
        pytest.param(
            "time of shape [1] from unpack",
            packed,
            lambda tensors: {"memory": {"hidden": tensors[0][:, 0]}, "time": tensors[1].squeeze()},
            id="squeezes every axis of the time",
        ),
        pytest.param(
            "hidden of shape [3, 1, 5] from pack",
            lambda state: [state["memory"]["hidden"].unsqueeze(0), state["time"].unsqueeze(1)],
            unpacked,
            id="layers first",
        ),
        pytest.param(
            "hidden of shape",
            lambda state: packed(state)[::-1],
            lambda tensors: unpacked(tensors[::-1]),
            id="time first",
        ),
        pytest.param("two tensors", lambda state: packed(state)[:1], unpacked, id="no time"),
        pytest.param("a list from pack", lambda state: state, unpacked, id="packs nothing"),
        pytest.param("the keys 'memory'", packed, lambda tensors: {"hidden": 0}, id="flat"),
        pytest.param("a dict from unpack", packed, lambda tensors: tensors, id="unpacks nothing"),
        pytest.param(
            "pack to leave the numbers",
            lambda state: [torch.zeros_like(tensor) for tensor in packed(state)],
            unpacked,
            id="zeros",
        ),
        pytest.param("not yet", packed, ..., id="one of two"),
        pytest.param("not yet", packed, lambda tensors: None, id="one of two returns nothing"),
    ],
)
def test_wrong_packing(part, pack, unpack):
    assert_refused(check.packing(pack, unpack), part)


def by_value(model, optimizer):
    held = [p for group in optimizer.param_groups for p in group["params"]]
    return [
        name
        for name, p in model.named_parameters()
        if p.requires_grad and not any(p.shape == q.shape and torch.equal(p, q) for q in held)
    ]


def by_identity(groups, wanted=lambda p: p.requires_grad):
    def student(model, optimizer):
        held = {id(p) for group in groups(optimizer.param_groups) for p in group["params"]}
        return [n for n, p in model.named_parameters() if wanted(p) and id(p) not in held]

    return student


def test_indexing_and_reshaping_will_do_too():
    def pack(state):
        hidden, time = state["memory"]["hidden"], state["time"]
        return [hidden[:, None], time.reshape(-1, 1)]

    def unpack(tensors):
        hidden, time = (tensor.flatten(0, 1) for tensor in tensors)
        return {"memory": {"hidden": hidden}, "time": time}

    assert check.packing(pack, unpack).passed


@pytest.mark.parametrize("kind", [list, tuple, set])
def test_right_names_in_another_container(kind):
    student = by_identity(lambda groups: groups)
    assert check.left_out(lambda model, optimizer: kind(student(model, optimizer))).passed


@pytest.mark.parametrize(
    ("part", "student"),
    [
        pytest.param("same numbers", by_value, id="compares numbers"),
        pytest.param("second group", by_identity(lambda groups: groups[:1]), id="first group only"),
        pytest.param(
            "needs no gradient",
            by_identity(lambda groups: groups, wanted=lambda p: True),
            id="frozen ones too",
        ),
        pytest.param(
            "the optimizer holds",
            lambda model, optimizer: [n for n, p in model.named_parameters() if p.requires_grad],
            id="all of them",
        ),
        pytest.param("more names", lambda model, optimizer: [], id="none"),
        pytest.param(
            "it has none called ['core.scale']",
            lambda model, optimizer: [
                *by_identity(lambda groups: groups)(model, optimizer),
                "core.scale",
            ],
            id="an invented one",
        ),
        pytest.param(
            "more names than ['core.weight']",
            lambda model, optimizer: ["core.weight"],
            id="first one only",
        ),
        pytest.param("list of names", lambda model, optimizer: "core.weight", id="one name"),
        pytest.param(
            "list of names",
            lambda model, optimizer: list(model.core.parameters()),
            id="parameters in place of names",
        ),
        pytest.param("not yet", lambda model, optimizer: None, id="nothing returned"),
    ],
)
def test_wrong_names(part, student):
    assert_refused(check.left_out(student), part)
