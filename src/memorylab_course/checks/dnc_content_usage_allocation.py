"""Self-checks of the notebook dnc_content_usage_allocation."""

from __future__ import annotations

from collections.abc import Callable

import torch

from memorylab.memory.dnc import addressing
from memorylab_course.verdict import attempt, expect, expect_answer, self_check

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
    return "Right: found by content, only the value erased, the new one added."
