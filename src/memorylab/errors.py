"""Checks of names and counts whose messages say what was given and what was expected."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from numbers import Integral


def reject_unknown_keys(given: Iterable[str], known: Iterable[str], what: str) -> None:
    """Raise if ``given`` names anything that is not in ``known``.

    Args:
        given: The names a user passed.
        known: The names that exist.
        what: What the names stand for, in the message: ``"option of the memory model 'gru'"``.

    Raises:
        ValueError: Names the first unknown key, the nearest known one and all that exist.
    """
    known = sorted(known)
    for key in given:
        if key not in known:
            raise ValueError(f"{key!r} is not a known {what}.{suggest(key, known)}")


def suggest(name: str, known: Iterable[str]) -> str:
    """Return a hint for a message: the nearest known name, then all of them."""
    known = sorted(known)
    nearest = difflib.get_close_matches(str(name), known, n=1, cutoff=0.5)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    return f"{hint} Known: {', '.join(known) or 'none'}."


def check_choice(value: str, what: str, known: Iterable[str]) -> str:
    """Return ``value`` if it is one of the names in ``known``.

    Raises:
        ValueError: It is not; the message offers the nearest one.
    """
    known = list(known)
    if value not in known:
        raise ValueError(f"There is no {what} {value!r}.{suggest(value, known)}")
    return value


def check_count(value: int, what: str, minimum: int = 1) -> int:
    """Return ``value`` if it is an integer of at least ``minimum``.

    Raises:
        TypeError: ``value`` is not an integer; a bool doesn't count as one.
        ValueError: ``value`` is below ``minimum``.
    """
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{what} must be an integer, got {value!r} ({type(value).__name__}).")
    if value < minimum:
        raise ValueError(f"{what} must be at least {minimum}, got {value}.")
    return value


def check_range(value: int | tuple[int, int], what: str) -> tuple[int, int]:
    """Return the pair (shortest, longest), which ``value`` is or has one number for.

    Raises:
        ValueError: ``value`` is neither a whole number of at least 1 nor such a pair of them.
    """
    pair = (value, value) if isinstance(value, Integral) else value
    # A text has a length too, but no whole numbers in it.
    if (
        not isinstance(pair, Sequence)
        or len(pair) != 2
        or not all(isinstance(length, Integral) for length in pair)
        or not 1 <= pair[0] <= pair[1]
    ):
        raise ValueError(
            f"{what} must be a whole number of at least 1, or a pair (shortest, longest) of them, "
            f"got {value!r}."
        )
    return int(pair[0]), int(pair[1])
