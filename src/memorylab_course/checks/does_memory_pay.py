"""Self-checks of the notebook does_memory_pay."""

from __future__ import annotations

import math
from collections.abc import Callable

from memorylab.environments import make_environment
from memorylab_course.verdict import attempt, expect, expect_answer, self_check


@self_check
def guessing(student: float, *, suits: int) -> str:
    """Exercise 1: the return of guessing."""
    expect(-1 <= student <= 1, "a return between −1 (all answers wrong) and 1 (all answers right)")
    right, wrong = 1 / suits, (suits - 1) / suits
    expect_answer(
        student,
        right - wrong,
        {
            "wrong answers to cost something, too": right,
            "right answers to earn something, too": -wrong,
        },
        "another number: which share of the answers is right, which is wrong?",
        tolerance=1e-9,
    )
    return f"Right: 1/{suits} of the answers earn, {suits - 1}/{suits} cost."


@self_check
def make_player(student: Callable) -> str:
    """Exercise 2: play RepeatPreviousEasy with a list."""
    for seed in range(3):
        environment = make_environment("RepeatPreviousEasy")
        player = attempt(student)
        observation, _ = environment.reset(seed=seed)
        total, done = 0.0, False
        while not done:
            suit = attempt(player, int(observation[0]))
            expect(suit in range(4), f"a suit from 0 to 3, not {suit!r}")
            observation, reward, terminated, truncated, _ = environment.step(int(suit))
            total, done = total + reward, terminated or truncated
        expect(
            total > 0.99,
            f"a return of 1; this player gets {total:.2f}. The card in sight counts as the first",
        )
    return "Right: a perfect player in five lines, because you knew what to remember."


@self_check
def bits(maze: float, cards: float, *, signs: int, suits: int, before: int) -> str:
    """Exercise 3: the least number of bits to remember."""
    card = math.log2(suits)
    expect_answer(
        maze,
        math.log2(signs),
        {},
        "another number for the maze: how many different signs are there?",
    )
    expect_answer(
        cards,
        before * card,
        {
            "fewer for the cards: the one in sight need not be remembered": (before + 1) * card,
            "more for the cards: a suit that isn't needed now is needed later": card,
        },
        "another number for the cards",
    )
    return (
        "Right. The GRU has 64 numbers for these few bits, and still has to learn which they are."
    )
