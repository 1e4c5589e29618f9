"""Checks of names and counts whose messages say what was given and what was expected."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
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
