"""Self-checks of notebook 13."""

from __future__ import annotations

from collections.abc import Callable

from memorylab.environments import make_environment
from memorylab.teaching.verdict import attempt, expect, self_check


@self_check
def guessing(student: float) -> str:
    """Exercise 1: the return of guessing."""
    expect(-1 <= student <= 1, "a return between that of all wrong, −1, and that of all right, 1")
    expect(abs(student - 0.25) > 1e-9, "wrong answers to cost something, too")
    expect(abs(student + 0.75) > 1e-9, "right answers to earn something, too")
    expect(abs(student + 0.5) < 1e-9, "another number: which share is right, which is wrong?")
    return "Right: a quarter earned, three quarters paid."


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
def bits(maze: int, cards: int) -> str:
    """Exercise 3: how much must be remembered."""
    expect(maze == 1, "another number for the maze: how many different signs are there?")
    expect(cards != 8, "fewer for the cards: the one in sight need not be remembered")
    expect(cards != 2, "more for the cards: what is needed now is not all that will be needed")
    expect(cards == 6, "another number for the cards")
    return (
        "Right. The GRU has 64 numbers for these few bits, and still has to learn which they are."
    )
