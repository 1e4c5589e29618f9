"""The table of heads by name, and the choice of a head for given spaces."""

from __future__ import annotations

import gymnasium as gym

from memorylab.errors import reject_unknown_keys
from memorylab.rllib.heads.head import Autoregressive, Beta, Head, Plain, Sequential
from memorylab.rllib.heads.parametric import Embedded, Masked, Parametric
from memorylab.rllib.observations import is_parametric

HEADS: dict[str, type[Head]] = {
    head.name: head
    for head in (Plain, Beta, Autoregressive, Sequential, Embedded, Masked, Parametric)
}
"""The heads by name. ``"masked"`` may be followed by another: ``"masked autoregressive"``."""


def as_head(head: Head | str) -> Head:
    """Return the head of a name, or a head as it is.

    For every head in ``HEADS``, ``as_head(str(head)) == head``.

    Raises:
        ValueError: There is no such head; the message offers the nearest one.
        TypeError: It is neither a head nor a name.
    """
    if isinstance(head, Head):
        return head
    if not isinstance(head, str):
        raise TypeError(f"head must be a Head or a name of one, got {head!r}.")
    first, _, rest = head.partition(" ")
    reject_unknown_keys([first], HEADS, "head")
    if not rest:
        return HEADS[first]()
    if HEADS[first] is not Masked:
        raise ValueError(f"Only the head 'masked' takes another head after it, got {head!r}.")
    return Masked(as_head(rest))


def head_key(head: Head | str) -> Head | str:
    """Return a head's name, for files of settings, or the head if its name doesn't define it."""
    head = as_head(head)
    try:
        return str(head) if as_head(str(head)) == head else head
    except ValueError:
        return head


def choose_head(
    head: Head | str | None, observation_space: gym.Space, action_space: gym.Space
) -> Head:
    """Return the head to act with in these spaces.

    Args:
        head: A head or the name of one. By default ``"parametric"`` if the observation describes
            the actions, otherwise ``"plain"``.
        observation_space: The observation space; a Dict may describe the actions.
        action_space: The action space.

    Raises:
        ValueError: There is no head of this name.
        TypeError: The head doesn't fit the spaces; the message names those that do.
    """
    default = Parametric() if is_parametric(observation_space) else Plain()
    head = default if head is None else as_head(head)
    try:
        return head.fit(observation_space, action_space)
    except TypeError as error:
        fitting = []
        for other in (Plain(), Beta(), Autoregressive(), Sequential(), Parametric()):
            try:
                fitting.append(repr(str(other.fit(observation_space, action_space))))
            except TypeError:
                continue
        advice = f"Heads that fit: {', '.join(fitting)}." if fitting else "No other head fits."
        raise TypeError(f"The head {str(head)!r} doesn't fit: {error} {advice}") from None
