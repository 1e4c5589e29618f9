"""Self-checks of notebook 05."""

from __future__ import annotations

from collections.abc import Callable

import torch

from memorylab.memory.dnc import addressing
from memorylab.teaching.verdict import attempt, expect, self_check

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
    for usage in ([0.0, 0.0, 0.0], [0.5, 0.2, 0.9, 0.2], [1.0, 1.0], [0.3]):
        usage = torch.tensor(usage)
        before = usage.clone()
        answer = torch.as_tensor(attempt(student, usage))
        expect(torch.equal(usage, before), "the usage you were given to stay as it is")
        expect(
            answer.shape == usage.shape,
            f"one number per location, shape {list(usage.shape)}, not {list(answer.shape)}",
        )
        expect(
            torch.isclose(answer.sum(), 1 - usage.prod(), atol=1e-5),
            f"the weighting for usage {usage.tolist()} to sum to 1 − Π u = "
            f"{float(1 - usage.prod()):.3f}, not {float(answer.sum()):.3f}",
        )
        expect(
            torch.allclose(answer, addressing.allocation_weighting(usage), atol=1e-5),
            f"other shares for usage {usage.tolist()}: who comes first, and what is passed on?",
        )
    return "Right: first come the least used, and each passes on as much as it is used."


@self_check
def predicted_usage(student: float) -> str:
    """Exercise 2: usage after a write and a freeing read."""
    expect(0 <= student <= 1, "a usage in [0, 1]")
    expect(
        abs(student - 0.9) > 1e-6, "the free gate to have had a say: what does retention do to 0.9?"
    )
    expect(
        abs(student - 0.91) > 1e-6,
        "the same retention for what was just written: it multiplies the whole bracket",
    )
    expect(abs(student - 0.63) < 1e-6, "another number; do the retention of this location first")
    return "Right: (0.5 + 0.8 − 0.4) · (1 − 0.6 · 0.5)."


@self_check
def edit(student: Callable) -> str:
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
    others = [0, 2, 3]
    expect(
        (after[others] - WORDS[others]).abs().max() < 0.01,
        "all other locations to stay as they are",
    )
    expect((after[1, :2] - WORDS[1, :2]).abs().max() < 0.01, "the key of location 1 to stay")
    value = [round(number, 2) for number in after[1, 2:].tolist()]
    expect(
        (after[1, 2:] - torch.tensor([5.0, 6.0])).abs().max() < 0.05,
        f"the value of location 1 to become (5, 6), not {value}",
    )
    return "Right: found by content, the value alone erased, the new one added."
