"""Self-checks of notebook 13."""

from __future__ import annotations

import math
from collections.abc import Callable

from memorylab.environments import make_environment
from memorylab_course.numerals import CARDINALS, part
from memorylab_course.verdict import attempt, expect, self_check


@self_check
def guessing(student: float, suits: int = 4) -> str:
    """Exercise 1: the return of guessing."""
    expect(-1 <= student <= 1, "a return between that of all wrong, −1, and that of all right, 1")
    right, wrong = 1 / suits, (suits - 1) / suits
    expect(abs(student - right) > 1e-9, "wrong answers to cost something, too")
    expect(abs(student + wrong) > 1e-9, "right answers to earn something, too")
    expect(
        abs(student - (right - wrong)) < 1e-9,
        "another number: which share is right, which is wrong?",
    )
    return f"Right: a {part(suits)} earned, {CARDINALS[suits - 1]} {part(suits)}s paid."


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
            total > 0.99, f"a return of 1; this player gets {total:.2f}. Count: this card is one"
        )
    return "Right: a perfect player in five lines, because you knew what to remember."


@self_check
def bits(maze: int, cards: int, signs: int = 2, suits: int = 4, before: int = 3) -> str:
    """Exercise 3: how much must be remembered."""
    card = math.log2(suits)
    expect(
        maze == math.log2(signs), "another number for the maze: how many different signs are there?"
    )
    expect(
        cards != (before + 1) * card, "fewer for the cards: the one in sight need not be remembered"
    )
    expect(cards != card, "more for the cards: what is needed now is not all that will be needed")
    expect(cards == before * card, "another number for the cards")
    return (
        "Right. The GRU has 64 numbers for these few bits, and still has to learn which they are."
    )
