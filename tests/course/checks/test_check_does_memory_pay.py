from __future__ import annotations

import pytest
from check_examples import published

check = published("does_memory_pay")


def player_with(delay, first=None):
    def make_player():
        seen = []

        def player(suit):
            seen.append(suit)
            return seen[-delay] if len(seen) >= delay else (suit if first is None else first)

        return player

    return make_player


def test_the_solutions_pass():
    assert check.guessing(-0.5)
    assert check.make_player(player_with(4))
    assert check.bits(1, 6)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (..., "not yet"),
        (0.25, "wrong answers to cost"),
        (-0.75, "right answers to earn"),
        (0.5, "another number"),
        (-24, "between"),
    ],
)
def test_wrong_guesses(answer, message):
    verdict = check.guessing(answer)
    assert not verdict
    assert message in verdict.message


@pytest.mark.parametrize(
    ("make_player", "message"),
    [
        (lambda: None, "not yet"),
        (lambda: lambda suit: None, "not yet"),
        (lambda: lambda suit: suit, "a return of 1"),
        (player_with(5), "a return of 1"),
        (player_with(3), "a return of 1"),
        (player_with(4, first=7), "a suit from 0 to 3"),
    ],
    ids=["stub", "inner stub", "no memory", "one too far", "one too near", "no suit"],
)
def test_wrong_players(make_player, message):
    verdict = check.make_player(make_player)
    assert not verdict
    assert message in verdict.message


@pytest.mark.parametrize(
    ("maze", "cards", "message"),
    [
        (..., ..., "not yet"),
        (2, 6, "how many different signs"),
        (1, 8, "the one in sight"),
        (1, 2, "more for the cards"),
        (1, 7, "another number for the cards"),
    ],
)
def test_wrong_bits(maze, cards, message):
    verdict = check.bits(maze, cards)
    assert not verdict
    assert message in verdict.message
