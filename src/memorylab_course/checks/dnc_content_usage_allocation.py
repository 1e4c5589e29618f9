"""Self-checks of the notebook dnc_content_usage_allocation."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor

from memorylab.memory.dnc import addressing
from memorylab_course.verdict import (
    attempt,
    expect,
    expect_answer,
    expect_tensor,
    is_close,
    self_check,
)

WORDS = torch.tensor(
    [
        [1.0, 0.0, 0.3, 0.2],
        [0.0, 1.0, 0.4, -0.2],
        [-1.0, 0.0, 0.1, 0.5],
        [0.0, 0.0, 0.0, 0.0],
    ]
)
"""A memory of ``[key | value]`` words for exercise 3, [N, W]; location 1 has the key (0, 1)."""


@self_check
def allocate(student: Callable) -> str:
    """Exercise 1: the allocation weighting without a sort."""
    for usage in ([0.5, 0.2, 0.9, 0.4], [0.0, 0.0, 0.0], [0.5, 0.2, 0.9, 0.2], [1.0, 1.0], [0.3]):
        shown, usage = usage, torch.tensor(usage)
        before = usage.clone()
        answer = torch.as_tensor(attempt(student, usage), dtype=torch.float)
        expect(torch.equal(usage, before), "the usage you were given to stay as it is")
        expect(
            answer.shape == usage.shape,
            f"one number per location, shape {list(usage.shape)}, not {list(answer.shape)}",
        )
        expect(
            torch.isclose(answer.sum(), 1 - usage.prod(), atol=1e-5),
            f"the weighting for usage {shown} to sum to 1 − Π u = "
            f"{float(1 - usage.prod()):.3f}, not {float(answer.sum()):.3f}",
        )
        right = addressing.allocation_weighting(usage)
        ties = len(set(shown)) < len(shown)
        expect(
            torch.allclose(answer, right, atol=1e-5)
            or not torch.allclose(answer.sort().values, right.sort().values, atol=1e-5),
            f"the same shares at other locations for usage {shown}: "
            + ("which of two equals comes first?" if ties else "which location gets which?"),
        )
        expect(
            torch.allclose(answer, right, atol=1e-5),
            f"other shares for usage {shown}: which location comes first, and what is passed on?",
        )
    return "Right: the least used come first, and each passes on as much as it is used."


@self_check
def predicted_usage(
    student: float, *, usage: float, written: float, read: float, free_gate: float
) -> str:
    """Exercise 2: usage after a write and a freeing read."""
    both, freed = usage * written, free_gate * read
    bracket, retention = usage + written - both, 1 - freed
    expect(0 <= student <= 1, "a usage in [0, 1]")
    expect_answer(
        student,
        bracket * retention,
        {
            f"the free gate to matter: what does retention do to {bracket:g}?": bracket,
            "less: what was in use and is written again counts once, not twice": (
                (usage + written) * retention
            ),
            "the same retention for old and new: it multiplies the whole bracket": (
                usage * retention + written - both,
                usage + (written - both) * retention,
                usage * retention + written - both * retention,
            ),
            "what is kept, not what is freed": bracket * freed,
            "retention to depend on what was read, not on what was written": (
                bracket * (1 - free_gate * written)
            ),
        },
        "another number: one bracket, and one retention that multiplies it",
    )
    return f"Right: ({usage} + {written} − {both:g}) · (1 − {free_gate} · {read})."


@self_check
def edit(student: Callable, *, value: tuple[float, float]) -> str:
    """Exercise 3: replace one value by one write."""
    interface = attempt(student)
    names = ("write_key", "write_strength", "allocation_gate", "write_gate")
    vectors = ("erase_vector", "write_vector")
    for name in (*names, *vectors):
        expect(name in interface, f"the entry {name!r}")
        expect(interface[name] is not ..., f"a value for {name!r}; it is still ...")
    parts = {name: torch.as_tensor(interface[name], dtype=torch.float) for name in interface}
    for name in ("write_key", *vectors):
        expect(parts[name].shape == (4,), f"four numbers in {name!r}")
    for name in ("allocation_gate", "write_gate", "erase_vector"):
        inside = ((parts[name] >= 0) & (parts[name] <= 1)).all()
        expect(inside, f"{name!r} to lie in [0, 1]")
    expect(parts["write_strength"] >= 1, "a strength of at least 1")
    content = addressing.content_weighting(
        WORDS, parts["write_key"].unsqueeze(0), parts["write_strength"].reshape(1)
    )[0]
    allocation = torch.tensor([0.0, 0.0, 0.0, 1.0])
    weighting = addressing.write_weighting(
        content, allocation, parts["allocation_gate"], parts["write_gate"]
    )
    after = addressing.write_memory(WORDS, weighting, parts["erase_vector"], parts["write_vector"])
    expect(weighting.sum() > 0.5, "a write; with these gates almost nothing is written")
    expect(
        weighting[1] == weighting.max(),
        "the write to go where the key matches; most of it goes elsewhere",
    )
    others = [0, 2, 3]
    expect(
        (after[others] - WORDS[others]).abs().max() < 0.01,
        "all other locations to keep their words: where else does the write go, and how sharp is "
        "the lookup?",
    )
    expect(
        (after[1, :2] - WORDS[1, :2]).abs().max() < 0.01,
        "the key of the location to stay as it is: what is erased from it, and what is added?",
    )
    found = [round(number, 2) for number in after[1, 2:].tolist()]
    expect(
        (after[1, 2:] - torch.tensor(value)).abs().max() < 0.05,
        f"the value of the location to become {value}, not {found}",
    )
    return "Right: the value is new, and all else is as it was."


@self_check
def write(student: Callable) -> str:
    """Exercise 4: one whole write, from the usage to the memory."""
    state, asked = _step()
    usage, weighting, memory = _outcome(student, state, asked)
    right = _right(state, asked)
    if is_close(usage, right.weighting) and is_close(weighting, right.usage):
        expect(False, "usage, write weighting and memory, in this order; two of yours are swapped")
    mistakes = _wrong_usages(state, asked, right)
    expect_answer(usage, right.usage, mistakes, "another usage: start with the retention")
    mistakes = _wrong_weightings(state, asked, right)
    otherwise = "another write weighting; your usage is right, so look at lookup, allocation, gates"
    expect_answer(weighting, right.weighting, mistakes, otherwise)
    mistakes = _wrong_memories(state, asked, right.weighting)
    expect_answer(memory, right.memory, mistakes, "another memory; your write weighting is right")

    state.memory[2] = 0
    _, weighting, _ = _outcome(student, state, asked)
    empty = "a similarity of 0 for an empty location: its length is 0, so the cosine is 0/0 there"
    expect(is_close(weighting, _right(state, asked).weighting), empty)
    return "Right: equal to the package's write to 1e-6."


def _right(state: Any, asked: Any) -> SimpleNamespace:
    """Return what the package makes of a step, with what comes in between."""
    kept = addressing.retention(asked.free_gates, state.read_weighting)  # [N]
    usage = addressing.usage(state.usage, state.write_weighting, kept)  # [N]
    content = addressing.content_weighting(
        state.memory, asked.write_key[None], asked.write_strength[None]
    )[0]  # [N]
    allocation = addressing.allocation_weighting(usage)  # [N]
    weighting = addressing.write_weighting(
        content, allocation, asked.allocation_gate, asked.write_gate
    )  # [N]
    memory = addressing.write_memory(
        state.memory, weighting, asked.erase_vector, asked.write_vector
    )  # [N, W]
    return SimpleNamespace(
        kept=kept,
        usage=usage,
        content=content,
        allocation=allocation,
        weighting=weighting,
        memory=memory,
    )


def _step() -> tuple[SimpleNamespace, SimpleNamespace]:
    """Return a state and an interface in double precision, the same whatever the seed.

    Five locations of three numbers, two read heads. No two known mistakes look alike.
    """
    draw = torch.Generator().manual_seed(5)

    def fraction(*shape: int) -> Tensor:
        return 0.1 + 0.8 * torch.rand(*shape, generator=draw, dtype=torch.double)

    def number(*shape: int) -> Tensor:
        return 4 * torch.randn(*shape, generator=draw, dtype=torch.double)

    reads, written = fraction(2, 5), fraction(5)
    state = SimpleNamespace(
        memory=number(5, 3),
        usage=fraction(5),
        write_weighting=0.8 * written / written.sum(),
        read_weighting=reads / reads.sum(-1, keepdim=True),
    )
    asked = SimpleNamespace(
        free_gates=torch.tensor([0.9, 0.6], dtype=torch.double),
        write_key=number(3),
        write_strength=torch.tensor(1.7, dtype=torch.double),
        allocation_gate=torch.tensor(0.4, dtype=torch.double),
        write_gate=torch.tensor(0.7, dtype=torch.double),
        erase_vector=fraction(3),
        write_vector=number(3),
    )
    return state, asked


def _outcome(student: Callable, state: SimpleNamespace, asked: SimpleNamespace) -> list[Tensor]:
    """Return what the student's function makes of copies of a state and an interface."""
    given = [SimpleNamespace(**{n: v.clone() for n, v in vars(p).items()}) for p in (state, asked)]
    answer: Any = attempt(student, *given)
    expect(
        isinstance(answer, tuple | list) and len(answer) == 3,
        "three tensors: usage, write weighting and memory",
    )
    for before, after in zip((state, asked), given, strict=True):
        for name, value in vars(before).items():
            expect(torch.equal(getattr(after, name), value), f"{name!r} to stay as it was given")
    names = ("a usage", "a write weighting", "a memory")
    shapes = ([5], [5], [5, 3])
    return [
        expect_tensor(part, shape, name)
        for part, shape, name in zip(answer, shapes, names, strict=True)
    ]


def _wrong_usages(state: Any, asked: Any, right: Any) -> dict[str, Any]:
    u, w, kept = state.usage, state.write_weighting, right.kept
    gates = asked.allocation_gate, asked.write_gate
    early = addressing.write_weighting(right.content, _allocation(u), *gates)  # [N]
    both = u + w - u * w
    freed = asked.free_gates[:, None] * state.read_weighting  # [R, N]
    return {
        "the free gates to matter: the retention is missing": both,
        "the product over the read heads in the retention": (
            both * (1 - freed.sum(0)),
            both * (1 - freed.mean(0)),
            both * (1 - freed.prod(0)),
            both * (1 - freed[0]),
        ),
        "the write of the step before to count as used": u * kept,
        "what was in use and is written again to count once, not twice": (u + w) * kept,
        "the retention to multiply the whole bracket": (
            u * kept + w - u * w,
            u * kept + w - u * kept * w,
            u + (w - u * w) * kept,
        ),
        "what is kept, not what is freed": (both * (1 - kept), both * freed.prod(0)),
        "usage first, from the write of the step *before*; this step's write counts in the next": (
            (u + early - u * early) * kept,
            u + early - u * early,
        ),
    }


def _wrong_weightings(state: Any, asked: Any, right: Any) -> dict[str, Any]:
    usage, content, allocation = right.usage, right.content, right.allocation
    ga, gw = asked.allocation_gate, asked.write_gate
    ascending, order = usage.sort()
    itself = torch.zeros_like(usage).scatter(0, order, (1 - ascending) * ascending.cumprod(0))

    def mixed(a: Tensor, c: Tensor = content) -> Tensor:
        return gw * (ga * a + (1 - ga) * c)

    products = state.memory @ asked.write_key  # [N]
    cosine = products / (state.memory.norm(dim=-1) * asked.write_key.norm())
    return {
        "the allocation to follow from this step's usage, not from that of the step before": mixed(
            _allocation(state.usage)
        ),
        "the product over the locations *before* it in the free list; yours includes itself": mixed(
            itself
        ),
        "each share at its own location, not in the order of the free list": mixed(
            allocation[order]
        ),
        "the least used location first in the free list": mixed(
            _allocation(usage, descending=True)
        ),
        "the free list in the allocation: a location gets what those before it leave": (
            mixed(1 - usage),
            mixed((1 - usage) / (1 - usage).sum()),
            mixed((1 - usage).softmax(0)),
        ),
        "the cosine in the lookup, not the plain product": (
            mixed(allocation, (asked.write_strength * products).softmax(0)),
            mixed(allocation, products.softmax(0)),
        ),
        "the strength in the lookup": mixed(allocation, cosine.softmax(0)),
        "the softmax in the lookup": (
            mixed(allocation, asked.write_strength * cosine),
            mixed(allocation, cosine),
        ),
        "(1 − allocation gate) in front of the lookup": gw * (ga * allocation + content),
        "the allocation gate to choose the allocation; yours chooses the lookup": (
            gw * ((1 - ga) * allocation + ga * content)
        ),
        "the write gate in front of both": (
            gw * ga * allocation + (1 - ga) * content,
            ga * allocation + gw * (1 - ga) * content,
        ),
        "the write gate to matter": ga * allocation + (1 - ga) * content,
        "the gates swapped back: the write gate stands outside the bracket": ga
        * (gw * allocation + (1 - gw) * content),
    }


def _wrong_memories(state: Any, asked: Any, weighting: Tensor) -> dict[str, Any]:
    erased, added = (torch.outer(weighting, v) for v in (asked.erase_vector, asked.write_vector))
    M = state.memory
    return {
        "to erase first and then add; yours erases what it has just added": (M + added)
        * (1 - erased),
        "the old words to be erased, where the erase vector says so": M + added,
        "the erase vector in the first bracket": M * (1 - weighting[:, None]) + added,
        "the write weighting in the first bracket": M * (1 - asked.erase_vector) + added,
        "the erased to be 1 − w eᵀ, a factor; yours is taken away": M - erased + added,
        "the old words, too: what isn't erased stays": (added, M * erased + added),
        "the new word to be added": M * (1 - erased),
        "the erase vector to erase and the write vector to add; yours are swapped": (
            M * (1 - added) + erased
        ),
        "the new word only as far as the write weighting says": (
            M * (1 - erased) + asked.write_vector
        ),
    }


def _allocation(usage: Tensor, descending: bool = False) -> Tensor:
    """Return the allocation weighting, or what it would be with the most used first."""
    ordered, order = usage.sort(descending=descending)
    before = torch.cat([ordered.new_ones(1), ordered[:-1].cumprod(0)])
    return torch.zeros_like(usage).scatter(0, order, (1 - ordered) * before)
