"""Numbers in words, for sentences in which a digit would read badly."""

from __future__ import annotations

CARDINALS = (
    *("zero", "one", "two", "three", "four", "five"),
    *("six", "seven", "eight", "nine", "ten"),
)
ORDINALS = (
    *("zeroth", "first", "second", "third", "fourth", "fifth"),
    *("sixth", "seventh", "eighth", "ninth", "tenth"),
)


def part(number: int) -> str:
    """Return what one of ``number`` equal parts is called, from a third to a tenth.

    Raises:
        ValueError: ``number`` is less than 3 or more than 10.
    """
    if not 3 <= number <= 10:
        raise ValueError(f"number must lie between 3 and 10, not {number}.")
    return "quarter" if number == 4 else ORDINALS[number]
