"""Self-checks of the notebook dnc_links."""

from __future__ import annotations

import functools
import itertools
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from memorylab.memory import DNC
from memorylab.memory.dnc import addressing, cell
from memorylab.memory.dnc.state import (
    Interface,
    MemoryState,
    Weightings,
    empty_memory,
    interface_size,
    split_interface,
)
from memorylab_course.own_step import CARRIED, OwnDNC, check_step
from memorylab_course.verdict import attempt, expect, expect_answer, is_close, self_check


def _links(size: int, *pairs: tuple[int, int], strength: float = 1.0) -> torch.Tensor:
    """Return a link matrix in which ``after`` follows ``before`` for each pair."""
    link = torch.zeros(size, size)
    for before, after in pairs:
        link[after, before] = strength
    return link


def _with_line_limit(student: Callable, num_lines: int = 20_000) -> Callable:
    """Return ``student``, stopped after ``num_lines`` lines: some walks never end."""

    @functools.wraps(student)
    def run(*args):
        lines_left = num_lines

        def count(frame, event, arg):
            nonlocal lines_left
            lines_left -= 1
            if lines_left < 0:
                raise TimeoutError("still walking; what ends the walk if the links form a circle?")
            return count

        before = sys.gettrace()
        sys.settrace(count)
        try:
            return student(*args)
        finally:
            sys.settrace(before)

    return run


@self_check
def chain(student: Callable) -> str:
    """Exercise 1: follow the links forward."""
    if callable(student):
        student = _with_line_limit(student)
    link = _links(5, (2, 0), (0, 4))
    expect(
        list(attempt(student, link, 2)) != [2],
        "a walk that leaves location 2: what do a row and a column of the links mean?",
    )
    expect(list(attempt(student, link, 2)) == [2, 0, 4], "2 → 0 → 4 for the links 2 → 0 and 0 → 4")
    expect(list(attempt(student, link, 3)) == [3], "only the start in a chain without links")
    weak = _links(4, (0, 1)) + _links(4, (1, 2), strength=0.3)
    expect(list(attempt(student, weak, 0)) == [0, 1], "links of 0.5 and less to be ignored")
    for strength, walked in ((0.45, [0]), (0.5, [0]), (0.55, [0, 1])):
        link = _links(4, (0, 1), strength=strength)
        way = f"a link of {strength} to be " + ("followed" if strength > 0.5 else "ignored")
        expect(list(attempt(student, link, 0)) == walked, way)
    circle = _links(3, (0, 1), (1, 2), (2, 0))
    expect(list(attempt(student, circle, 1)) == [1, 2, 0], "each location of a circle once")
    loop = _links(4, (3, 0), (0, 1), (1, 2), (2, 0))
    expect(
        list(attempt(student, loop, 3)) == [3, 0, 1, 2],
        "no location twice: a circle need not lead back to the start",
    )
    return "Right: column j says what was written after location j."


@self_check
def links_left(student: Iterable[tuple[int, int]], *, chain: tuple[int, int, int, int]) -> str:
    """Exercise 2: the links that a second write to the second location of a chain leaves."""
    first, again, third, last = chain
    answer = {tuple(pair) for pair in student}
    expect(
        (first, again) not in answer,
        f"no link {first} → {again}: location {again} holds something else now",
    )
    expect(
        (again, third) not in answer,
        f"no link {again} → {third}: what {third} followed has been overwritten",
    )
    expect((again, last) not in answer, "pairs of (before, after); one of yours is reversed")
    expect(
        len(answer) == 2,
        f"two links, not {len(answer)}: which old one is untouched, and which is new?",
    )
    expect(
        answer == {(third, last), (last, again)},
        "other pairs: where did the precedence point before the write?",
    )
    return f"Right: the chain is now {third} → {last} → {again}, and {first} has no links."


BATCH, HEADS, LOCATIONS, WORD, STEPS = 2, 3, 5, 4, 5
ORDER = (*CARRIED, "read_vectors")
"""The arrays of a step, in the order of computation: the first wrong one is where to look."""


@self_check
def memory_step(student: Callable) -> str:
    """Exercise 3: a whole memory step, compared with the package's."""
    generator = torch.Generator().manual_seed(6)
    empty = empty_memory(LOCATIONS, WORD, HEADS, torch.zeros(1))
    state = MemoryState(*(array.repeat(BATCH, *[1] * array.dim()) for array in empty))
    for step in range(STEPS):
        interface = _random_interface(generator)
        right, ways = cell.memory_step(state, interface)
        # In an empty memory many mistakes look alike: let the package take the first steps. Each
        # step begins with the right state, so that an error of the last one doesn't count.
        if step < 2:
            state = right
            continue
        given = {name: getattr(state, name).clone() for name in CARRIED}
        result = attempt(student, interface, dict(given))
        answer = _named(attempt(check_step, result, interface, given))
        for name in CARRIED:
            kept = torch.equal(given[name], getattr(state, name))
            expect(kept, f"state[{name!r}] to stay as it was: compute a new tensor instead")
        mistakes = _Mistakes(state, interface, right, ways, answer)
        for name in ORDER:
            where = f"in {name}, the first array that differs: "
            hints = {where + hint: wrong for hint, wrong in getattr(mistakes, name)().items()}
            otherwise = f"another {name}; the arrays before it are right"
            expect_answer(answer[name], getattr(right, name), hints, otherwise)
        state = right
    _expect_gradients(student)
    return "Right: read vectors, state and gradients equal the package's to 1e-6. It is a DNC."


def _named(result: tuple[Tensor, dict[str, Tensor]]) -> dict[str, Tensor]:
    read_vectors, after = result
    return {**after, "read_vectors": read_vectors}


def _random_interface(generator: torch.Generator) -> Interface:
    """Return an interface in whose steps no two mistakes look alike, [B, ...] each."""
    vector = torch.randn(BATCH, interface_size(WORD, HEADS), generator=generator)
    return split_interface(vector, WORD, HEADS)


def _expect_gradients(student: Callable) -> None:
    """End the check unless gradients flow through the step as through the package's."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        sizes = {"hidden_size": 6, "num_locations": LOCATIONS, "word_size": WORD}
        own = OwnDNC(student, 3, 2, num_read_heads=HEADS, **sizes)
        dnc = DNC(3, 2, num_read_heads=HEADS, implementation="reference", **sizes)
        z = 3 * torch.randn(BATCH, STEPS, 3)  # [B, T, F]
    dnc.load_state_dict(own.state_dict())
    grads = []
    for model in (own, dnc):
        y, _ = model(z)
        y.square().mean().backward()
        grads.append([parameter.grad for parameter in model.parameters()])
    expect(
        all(one is not None and is_close(one, other) for one, other in zip(*grads, strict=True)),
        "the package's gradients, too: something cuts them, such as .detach(), .item() or a copy "
        "made by torch.tensor",
    )


@dataclass(frozen=True)
class _Mistakes:
    """What known mistakes give for each array of a step: a hint, and the wrong result."""

    before: MemoryState
    interface: Interface
    right: MemoryState
    ways: Weightings
    answer: dict[str, Tensor]

    def memory(self) -> Mapping[str, Any]:
        old, ask = self.before.memory, self.interface
        w = self.right.write_weighting.unsqueeze(-1)  # [B, N, 1]
        erase, write = ask.erase_vector.unsqueeze(-2), ask.write_vector.unsqueeze(-2)  # [B, 1, W]
        earlier = self.before.write_weighting
        return {
            "the old content erased where something is written": old + w * write,
            "erasing first, then adding": (old + w * write) * (1 - w * erase),
            "a location erased only as far as it is written": old * (1 - erase) + w * write,
            "the write weighting of this step": addressing.write_memory(
                old, earlier, ask.erase_vector, ask.write_vector
            ),
        }

    def usage(self) -> Mapping[str, Any]:
        u, w, reads = self.before.usage, self.before.write_weighting, self.before.read_weighting
        free = self.interface.free_gates.unsqueeze(-1)  # [B, R, 1]
        kept = addressing.retention(self.interface.free_gates, reads)
        now, read_now = self.answer["write_weighting"], self.answer["read_weighting"]
        return {
            "the write weighting of the step before, not this step's": (u + now - u * now) * kept,
            "the read weighting of the step before": (u + w - u * w)
            * (1 - free * read_now).prod(-2),
            "what has been read to be freed: the retention is missing": u + w - u * w,
            "the product over all heads, not their sum": (u + w - u * w)
            * (1 - (free * reads).sum(-2)),
            "u + w - u w in the bracket: the product is missing": (u + w) * kept,
            "the retention times the whole bracket": u * kept + w - u * w,
            "1 minus the gates times what was read": (u + w - u * w) * (free * reads).prod(-2),
        }

    def write_weighting(self) -> Mapping[str, Any]:
        ask, content = self.interface, self.ways.write_content_weighting
        allocation, stale = (
            self.ways.allocation_weighting,
            addressing.allocation_weighting(self.before.usage),
        )
        g_a, g_w = ask.allocation_gate.unsqueeze(-1), ask.write_gate.unsqueeze(-1)  # [B, 1]
        return {
            "allocation from the usage of this step, not the old one": g_w
            * (g_a * stale + (1 - g_a) * content),
            "allocation where the allocation gate is open; yours is the other way round": g_w
            * (g_a * content + (1 - g_a) * allocation),
            "the write gate, too": g_a * allocation + (1 - g_a) * content,
            "the lookup by content, too": g_w * g_a * allocation,
            "allocation, too": g_w * (1 - g_a) * content,
        }

    def link(self) -> Mapping[str, Any]:
        old, p = self.before.link, self.before.precedence.unsqueeze(-2)  # [B, 1, N]
        w = self.right.write_weighting.unsqueeze(-1)  # [B, N, 1]
        kept, off = (1 - w - w.mT) * old, 1 - torch.eye(LOCATIONS)
        now = self.right.precedence.unsqueeze(-2)  # [B, 1, N]
        return {
            "the diagonal to be 0": kept + w * p,
            "the precedence of the step before: update the links first": (kept + w * now) * off,
            "the row i to be the location written now; yours is the column": (
                (kept + w.mT * p.mT) * off,
                kept + w.mT * p.mT,
            ),
            "old links of a location written now to be forgotten": ((old + w * p) * off, old),
            "old links of a location to be forgotten in its row and in its column": (
                ((1 - w) * old + w * p) * off,
                ((1 - w.mT) * old + w * p) * off,
            ),
            "new links times what is written now, w": (kept + p) * off,
        }

    def precedence(self) -> Mapping[str, Any]:
        old, w = self.before.precedence, self.right.write_weighting
        return {
            "the old precedence to fade by the sum of the write weighting, the same for every "
            "location": (1 - w) * old + w,
            "the old precedence to fade": old + w,
            "the old precedence, too: a weak write hardly changes it": w,
        }

    def read_weighting(self) -> Mapping[str, Any]:
        before, ways = self.before.read_weighting, self.ways
        modes, keys = self.interface.read_modes, self.interface.read_keys
        parts = (ways.backward_weighting, ways.read_content_weighting, ways.forward_weighting)
        old_content = addressing.content_weighting(
            self.before.memory, keys, self.interface.read_strengths
        )
        old_link = self.before.link
        stale = (before @ old_link, parts[1], before @ old_link.mT)
        _, *others, swapped = (modes[..., order] for order in itertools.permutations(range(3)))

        def mixed(weightings: tuple[Tensor, Tensor, Tensor], modes: Tensor = modes) -> Tensor:
            return addressing.read_weighting(*weightings, modes)

        return {
            "forward and backward the other way round": mixed(parts, swapped),
            "the modes in the order backward, content, forward": tuple(
                mixed(parts, order) for order in others
            ),
            "the lookup in the memory after this step's write": mixed(
                (parts[0], old_content, parts[2])
            ),
            "the links after this step's write": (
                mixed(stale),
                mixed((stale[0], old_content, stale[2])),
            ),
            "all three ways to read, each times its mode": (
                parts[1],
                parts[0] + parts[1] + parts[2],
            ),
        }

    def read_vectors(self) -> Mapping[str, Any]:
        now, old = self.right, self.before
        return {
            "a read after the write: this is the old memory": now.read_weighting @ old.memory,
            "the read weighting of this step": old.read_weighting @ now.memory,
        }
