"""Self-checks of the notebook dnc_links."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable, Sequence

import torch

from memorylab_course.verdict import attempt, expect, self_check


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


@self_check
def modes(student: Callable) -> str:
    """Exercise 3: read modes that go back in time."""
    answer: Sequence[float] = [float(mode) for mode in attempt(student)]
    expect(len(answer) == 3, f"three modes, not {len(answer)}")
    expect(min(answer) >= 0, "no negative mode")
    expect(abs(sum(answer) - 1) < 1e-6, f"modes that sum to 1, not to {sum(answer):g}")
    link = _links(4, (0, 1), (1, 2), (2, 3))
    read = torch.eye(4)[3]
    for location in (2, 1, 0):
        read = answer[0] * link.T @ read + answer[1] * 0.25 + answer[2] * link @ read
        expect(
            read[location] > 0.5,
            "the head to go from location 3, written last, to 2, 1 and 0; it does not reach "
            f"{location}",
        )
    return "Right: backward, then backward, then backward."
