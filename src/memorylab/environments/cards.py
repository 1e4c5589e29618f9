"""Scenes of POPGym's card games, and how to ask any environment for its scene."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import gymnasium as gym

from memorylab.environments.scene import Scene, Shape, check_scene, text_shape

SUITS = ("spades", "diamonds", "clubs", "hearts")
"""The suits in POPGym's order: an observed suit and an action are places in it."""

_COLOURS = ("ink", "red", "ink", "red")
_SHOWN = 5
"""How many earlier cards are drawn at most."""

# The suits, about 20 wide and high, around 0: circles (x, y, radius), then the points of polygons.
_STEM = ((-1.5, -2), (1.5, -2), (1.5, 4), (4, 11), (-4, 11), (-1.5, 4))
_SHAPES: tuple[tuple[Any, ...], ...] = (
    ((-4.6, 3, 5), (4.6, 3, 5), ((-8.6, 0), (0, -11), (8.6, 0), (0, 5)), _STEM),
    (((0, -11), (8, 0), (0, 11), (-8, 0)),),
    ((0, -5.5, 4.7), (-5.2, 1.6, 4.7), (5.2, 1.6, 4.7), _STEM),
    ((-4.6, -4.2, 5.2), (4.6, -4.2, 5.2), ((-8.7, -1), (0, -6), (8.7, -1), (0, 10))),
)


class Table(NamedTuple):
    """What lies on the table.

    Attributes:
        faces: All cards dealt so far, the first one first: the place of a suit in ``SUITS``, or a
            rank as text.
        now: Place in ``faces`` of the card that the agent sees; None if it sees none.
        asked: Place of the card that the agent is to name; None if no answer counts.
        task: What the agent is to do.
    """

    faces: Sequence[int | str]
    now: int | None
    asked: int | None
    task: str


def scene_of(env: gym.Env) -> Scene | None:
    """Return what an environment looks like now, or None if it can't say.

    An environment, or a wrapper around it, says so by a method ``scene()``. For POPGym's
    ``RepeatPrevious``, ``RepeatFirst``, ``Autoencode`` and ``HigherLower``, in all sizes, it is the
    cards on the table.

    Raises:
        RuntimeError: ``scene()`` failed or returned something else; the message names the
            environment.
    """
    game = _card_game(env)
    try:
        if env.has_wrapper_attr("scene"):
            return check_scene(env.get_wrapper_attr("scene")())
        return cards_scene(game.table(env.unwrapped)) if game else None
    except Exception as error:
        raise RuntimeError(
            f"The environment {type(env.unwrapped).__name__} can't be drawn: its scene() failed "
            f"({type(error).__name__}: {error}). Mend scene(), or leave it out."
        ) from error


def action_names_of(env: gym.Env) -> tuple[str, ...] | None:
    """Return the names of an environment's actions, or None if it doesn't name them.

    An environment, or a wrapper around it, has them as ``action_names``: one for each action of a
    ``Discrete`` space; in another space, one for each part of an action. The card games above have
    suits, or higher and lower.

    Raises:
        RuntimeError: ``action_names`` is something else; the message names the environment.
    """
    game = _card_game(env)
    if not env.has_wrapper_attr("action_names"):
        return game and game.action_names
    names, space = env.get_wrapper_attr("action_names"), env.action_space
    are_names = isinstance(names, tuple) and all(isinstance(name, str) for name in names)
    if not are_names or (isinstance(space, gym.spaces.Discrete) and len(names) != space.n):
        raise RuntimeError(
            f"The environment {type(env.unwrapped).__name__} must have one name for each action "
            f"of {space} in the tuple action_names, got {names!r}."
        )
    return names


class _Game(NamedTuple):
    table: Callable[[Any], Table]
    action_names: tuple[str, ...]


def _dealt(env: Any) -> list[int]:
    """Return the cards dealt so far, the first one first; POPGym deals from the deck's end."""
    cards = [int(card) for card in env.deck.idx[len(env.deck) :][::-1]]
    if not cards:
        raise gym.error.ResetNeeded("There is nothing to draw yet: call reset() first.")
    return cards


def _suits(env: Any) -> list[int]:
    return [int(env.deck.suits_idx[card]) for card in _dealt(env)]


def _repeat_previous(env: Any) -> Table:
    suits, back = _suits(env), env.k - 1
    now = len(suits) - 1
    which = {0: "seen now", 1: "before this one"}.get(back, f"{back} before this one")
    if now < back:
        return Table(suits, now, None, f"name the card {which}: none yet")
    return Table(suits, now, now - back, f"name the card {which}")


def _repeat_first(env: Any) -> Table:
    suits = _suits(env)
    return Table(suits, len(suits) - 1, 0, "name the first card")


def _autoencode(env: Any) -> Table:
    suits, left, all_cards = _suits(env), len(env.deck["system"]), env.deck.num_cards
    if env.mode == env.mode.WATCH:
        return Table(suits, left - 1, None, f"watch: card {left} of {all_cards}")
    # The last card is still in sight when the first answer is due.
    now = left - 1 if left == all_cards else None
    return Table(suits, now, left - 1 if left else None, f"name them backwards: {left} to go")


def _higher_lower(env: Any) -> Table:
    ranks = [str(env.deck.ranks[card]).upper() for card in _dealt(env)]
    return Table(ranks, len(ranks) - 1, None, "say if the next card is higher or lower")


_GAMES = {
    "RepeatPrevious": _Game(_repeat_previous, SUITS),
    "RepeatFirst": _Game(_repeat_first, SUITS),
    "Autoencode": _Game(_autoencode, SUITS),
    "HigherLower": _Game(_higher_lower, ("higher", "lower")),
}


def _card_game(env: gym.Env) -> _Game | None:
    # By name, so that only who has such an environment has imported POPGym.
    for cls in type(env.unwrapped).__mro__:
        if cls.__module__.startswith("popgym.envs.") and cls.__name__ in _GAMES:
            return _GAMES[cls.__name__]
    return None


# --- the scene ------------------------------------------------------------------------------------


def cards_scene(table: Table) -> Scene:
    """Return the scene of a card game, 480 wide and 160 high.

    The card in sight is the large one. Earlier cards are dashed, and the one asked for is marked.
    """
    shapes = [text_shape(24, 22, table.task, 13, "text", "start")]
    for place, index in enumerate(_earlier(table)):
        x = 24 + 58 * place
        if index is None:
            shapes.append(text_shape(x + 24, 80, "…", 18, "quiet"))
        else:
            shapes += _small_card(x, table.faces[index], index == table.asked)
    shapes += _large_card(table)
    label = f"Task: {table.task}. The agent sees {_name(table, table.now)}"
    if table.asked is not None:
        label += f"; the answer is {_name(table, table.asked)}"
    return {"width": 480, "height": 160, "label": f"{label}.", "shapes": shapes}


def _earlier(table: Table) -> list[int | None]:
    """Return which earlier cards to draw; None stands for those left out."""
    end = table.now
    if end is None:
        end = 0 if table.asked is None else table.asked + 1
    shown: list[int | None] = list(range(max(0, end - _SHOWN), end))
    if shown and shown[0]:
        shown[0] = None
        if table.asked is not None and table.asked < end - _SHOWN + 1:
            shown[:2] = [table.asked, None]
    return shown


def _name(table: Table, index: int | None) -> str:
    if index is None:
        return "no card"
    face = table.faces[index]
    return face if isinstance(face, str) else SUITS[face]


def _face(x: int, y: int, scale: int, face: int | str, fill: str | None) -> list[Shape]:
    """Draw a suit or a rank around a point, by default in its own colour on paper."""
    if isinstance(face, str):
        return [text_shape(x, y, face, 20 * scale, fill or "ink")]
    colour = {"fill": fill or _COLOURS[face]}
    shapes: list[Shape] = []
    for part in _SHAPES[face]:
        if isinstance(part[0], tuple):
            points = [[round(x + scale * dx, 1), round(y + scale * dy, 1)] for dx, dy in part]
            shapes.append({"kind": "polygon", "points": points} | colour)
        else:
            place = (x + scale * part[0], y + scale * part[1], scale * part[2])
            numbers = (round(number, 1) for number in place)
            shapes.append(
                {"kind": "circle"} | dict(zip(("x", "y", "radius"), numbers, strict=True)) | colour
            )
    return shapes


def _small_card(x: int, face: int | str, asked: bool) -> list[Shape]:
    card = {"kind": "rect", "x": x, "y": 46, "width": 48, "height": 68, "radius": 5}
    stroke = {"stroke": "goal", "stroke_width": 3} if asked else {"stroke": "quiet"}
    shapes = [
        card | {"fill": "ground", "dashed": True} | stroke,
        *_face(x + 24, 80, 1, face, "text" if asked else "quiet"),
    ]
    return [*shapes, text_shape(x + 24, 128, "asked for", 11, "text")] if asked else shapes


def _large_card(table: Table) -> list[Shape]:
    x, y, asked = 360, 12, table.now is not None and table.now == table.asked
    card = {"kind": "rect", "x": x, "y": y, "width": 84, "height": 118, "radius": 8}
    if table.now is None:
        question = text_shape(x + 42, y + 59, "?", 40, "quiet")
        return [card | {"fill": "floor", "stroke": "wall"}, question]
    stroke = {"stroke": "goal", "stroke_width": 4} if asked else {"stroke": "wall"}
    caption = "in sight, asked for" if asked else "in sight"
    return [
        card | {"fill": "card"} | stroke,
        *_face(x + 42, y + 59, 3, table.faces[table.now], None),
        text_shape(x + 42, 146, caption, 11, "quiet"),
    ]
