"""Taking a part away from a trained DNC, to see what it was good for."""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterable
from typing import Any, TypeVar

from torch import nn

from memorylab.errors import suggest
from memorylab.memory.disturbance import Disturbance

Model = TypeVar("Model", bound=nn.Module)

PARTS = {
    "links": "link=0",
    "usage": "usage=0",
    "content": "write_content_weighting=0;read_content_weighting=0",
}
"""What can be taken away, and the disturbance that does it."""


def check_parts(parts: Iterable[str]) -> frozenset[str]:
    """Return ``parts`` as a set; raise ValueError if one of them doesn't exist."""
    parts = frozenset((parts,) if isinstance(parts, str) else parts)
    for part in sorted(parts - PARTS.keys(), key=str):
        raise ValueError(f"A DNC has no part {part!r} to take away.{suggest(part, PARTS)}")
    return parts


@functools.cache
def disturbance_without(parts: frozenset[str]) -> Disturbance:
    """Return the disturbance that takes ``parts`` away for a whole run."""
    return Disturbance.parse(";".join(PARTS[part] for part in sorted(parts)))


def ablate(model: Model, *parts: str) -> Model:
    """Return a copy of a DNC with the same weights and some parts taken away.

    Args:
        model: A DNC, left as it is.
        *parts: ``"links"``: the link matrix stays zero, so that reading forward or backward in
            time finds nothing. ``"usage"``: every location looks unused, so that allocation
            always offers the first one. ``"content"``: looking up by content finds nothing.

    Raises:
        ValueError: A part doesn't exist.
    """
    copied: Any = copy.deepcopy(model)
    copied.cell.ablated |= check_parts(parts)
    return copied
