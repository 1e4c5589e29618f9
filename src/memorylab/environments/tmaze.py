"""``TMaze``: see a sign, walk down a corridor, turn where the sign pointed."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
from jaxtyping import Float

from memorylab.environments.scene import DrawnEnvironment, Scene, Shape, text_shape
from memorylab.errors import check_range, reject_unknown_keys

FORWARD, LEFT, RIGHT = range(3)
_BUMP_REWARD = -0.1
_SIDES = {LEFT: "left", RIGHT: "right"}


class TMaze(DrawnEnvironment):
    """A corridor with a sign at its start and a junction at its end.

    The sign is visible at the first step only; at the junction the agent must turn where it
    pointed. The task is Bakker's ("Reinforcement learning with long short-term memory", NIPS 2001)
    with other rewards; the length of the corridor varies, so counting steps does not help.

    The observation is four numbers, 0 or 1: the sign points left, the sign points right, the agent
    is in the corridor, it is at the junction. Actions: 0 forward, 1 left, 2 right.

    Rewards: 1 for the right turn at the junction and −1 for the wrong one; both end the episode. A
    step into a wall costs 0.1 and changes nothing else. A step forward gives 0. So perfect play
    returns 1, and no agent without memory can expect more than 0. The episode is truncated after
    ``max_episode_length`` steps, four times the longest corridor.

    Args:
        corridor_length: Shortest and longest corridor, in steps from the sign to the junction, or
            one number for both. Each length from one to the other is equally likely.
        render_mode: ``"rgb_array"`` makes ``render()`` return a picture.

    Raises:
        ValueError: A length is below 1, the shortest is longer than the longest, or there is no
            such render mode.
    """

    action_names = ("forward", "left", "right")

    def __init__(
        self, corridor_length: tuple[int, int] | int = (6, 10), render_mode: str | None = None
    ):
        super().__init__(render_mode)
        self.shortest, self.longest = check_range(corridor_length, "corridor_length")
        self.max_episode_length = 4 * self.longest
        self.observation_space = gym.spaces.Box(0.0, 1.0, (4,), np.float32)
        self.action_space = gym.spaces.Discrete(3)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Float[np.ndarray, "4"], dict[str, Any]]:
        """Draw a sign and a corridor; return the first observation.

        Args:
            seed: Seed of this and of later draws.
            options: What is not to be drawn: ``"sign"``, 1 for left and 2 for right, and
                ``"distance"``, the length of the corridor. So what ``reset`` returns as its second
                value repeats an episode.

        Raises:
            ValueError: There is no such option, sign or corridor.
        """
        super().reset(seed=seed)
        drawn = {
            "sign": int(self.np_random.choice([LEFT, RIGHT])),
            "distance": int(self.np_random.integers(self.shortest, self.longest, endpoint=True)),
        }
        reject_unknown_keys(options or {}, drawn, "option of the T-maze's reset")
        drawn |= options or {}
        self.sign, self.distance = drawn["sign"], drawn["distance"]
        if self.sign not in (LEFT, RIGHT):
            raise ValueError(f"sign must be 1 (left) or 2 (right), got {self.sign!r}.")
        if self.distance not in range(self.shortest, self.longest + 1):
            raise ValueError(
                f"distance must be a whole number from {self.shortest} to {self.longest}, the "
                f"corridor_length of this T-maze, got {self.distance!r}."
            )
        self.time, self.length = 0, self.distance
        self.outcome: str | None = None
        return self._observe(), {"sign": self.sign, "distance": self.distance}

    def step(self, action: int) -> tuple[Float[np.ndarray, "4"], float, bool, bool, dict[str, Any]]:
        """Walk or turn.

        Raises:
            ValueError: The action is not 0, 1 or 2.
        """
        if not self.action_space.contains(action):
            raise ValueError(f"action must be 0 (forward), 1 (left) or 2 (right), got {action!r}.")
        self.time += 1
        at_junction = self.distance == 0
        terminated = at_junction and action != FORWARD
        if terminated:
            reward = 1.0 if action == self.sign else -1.0
            self.outcome = _SIDES[int(action)]
        elif not at_junction and action == FORWARD:
            self.distance -= 1
            reward = 0.0
        else:
            reward = _BUMP_REWARD
        truncated = not terminated and self.time >= self.max_episode_length
        if truncated:
            self.outcome = "late"
        info = {"sign": self.sign, "distance": self.distance}
        return self._observe(), reward, terminated, truncated, info

    def scene(self) -> Scene:
        """Return what an onlooker sees: also the sign when the agent sees it no more."""
        self._check_reset()
        sign, visible = _SIDES[self.sign], self.time == 0
        return tmaze_scene(sign, self.distance, self.length, visible, self.outcome)

    def _observe(self) -> Float[np.ndarray, "4"]:
        sign = self.sign if self.time == 0 else None  # visible at the first step only
        at_junction = self.distance == 0
        return np.array([sign == LEFT, sign == RIGHT, not at_junction, at_junction], np.float32)


# --- the scene ------------------------------------------------------------------------------------
# Whole numbers alone, so that a page computes the very same scene.

_START, _MIDDLE, _HALF = 44, 80, 18  # the sign's x; the corridor's y and half its width
_LONGEST, _STEP = 336, 48  # of the corridor in the scene, and of one step
_TOP, _BOTTOM, _ENDS = 8, 152, {"left": 30, "right": 130}  # of the arms
_ARROW = [[0, -12], [10, 0], [4, 0], [4, 12], [-4, 12], [-4, 0], [-10, 0]]  # points up
_STAR = [[0, -10], [3, -3], [10, -3], [4, 1], [6, 9], [0, 4], [-6, 9], [-4, 1], [-10, -3], [-3, -3]]
_CHECK = [[-5, 0], [-1, 4], [5, -4]]
_CROSS = [[[-4, -4], [4, 4]], [[-4, 4], [4, -4]]]


def tmaze_scene(
    sign: str | None, distance: int, length: int, visible: bool, outcome: str | None = None
) -> Scene:
    """Return the scene of a T-maze, 480 wide and 160 high, seen from above.

    The agent walks to the right, so its left arm is the upper one. The sign stays at the left edge.
    A step is 48 units, or less where the corridor would be longer than 336: the place ``k`` steps
    from the start is at x = 44 + ⌊min(336, 48 · length) · k / length⌋.

    Args:
        sign: ``"left"`` or ``"right"``; None draws a question mark and no goal, for a player who
            isn't to know.
        distance: Steps from the agent to the junction, 0 to ``length``.
        length: Steps from the sign to the junction, at least 1.
        visible: Whether the agent sees the sign. Otherwise it is dashed and grey.
        outcome: Where the agent turned, ``"left"`` or ``"right"``; ``"late"`` if its time was up
            before; None while it is under way.

    Raises:
        ValueError: An argument is none of these.
    """
    if sign not in (None, *_ENDS) or outcome not in (None, "late", *_ENDS):
        raise ValueError(
            'sign must be "left", "right" or None, and outcome one of these or "late", got '
            f"{sign!r} and {outcome!r}."
        )
    if not 0 <= distance <= length or length < 1:
        raise ValueError(
            "length must be at least 1 and distance from 0 to length, got "
            f"distance {distance} and length {length}."
        )
    places = [_START + min(_LONGEST, _STEP * length) * k // length for k in range(length + 1)]
    junction, here = places[-1], places[length - distance]
    y = _ENDS.get(str(outcome), _MIDDLE)
    top, bottom = _MIDDLE - _HALF, _MIDDLE + _HALF
    start, left, right = _START - _HALF - 4, junction - _HALF, junction + _HALF
    corridor = [[start, top], [left, top], [left, _TOP], [right, _TOP]]
    corridor += [[right, _BOTTOM], [left, _BOTTOM], [left, bottom], [start, bottom]]
    shapes: list[Shape] = [
        {"kind": "polygon", "points": corridor, "fill": "floor", "stroke": "wall"}
    ]
    for place in places:
        shapes.append({"kind": "circle", "x": place, "y": _MIDDLE, "radius": 2, "fill": "quiet"})
    shapes += _sign_shapes(sign, visible)
    for side, end in _ENDS.items():
        shapes.append(text_shape(right + 8, end, side, 14, "text", "start"))
        if side == sign != outcome:
            shapes.append({"kind": "polygon", "points": _at(junction, end, _STAR), "fill": "goal"})
    trail = [[_START, _MIDDLE], [here, _MIDDLE], [here, y]]
    shapes.append({"kind": "line", "points": trail, "stroke": "agent", "stroke_width": 3})
    shapes.append({"kind": "circle", "x": here, "y": y, "radius": 12, "fill": "agent"})
    shapes.append({"kind": "polygon", "points": _nose(here, y, outcome), "fill": "ground"})
    shapes += _outcome_shapes(sign, outcome, right)
    label = _sentence(sign, distance, visible, outcome)
    return {"width": 480, "height": 160, "label": label, "shapes": shapes}


def _at(x: int, y: int, points: list[list[int]], up: int = 1) -> list[list[int]]:
    return [[x + dx, y + up * dy] for dx, dy in points]


def _nose(x: int, y: int, outcome: str | None) -> list[list[int]]:
    """Return the triangle that shows where the agent looks: along the corridor, or up or down."""
    if outcome in _ENDS:
        return _at(x, y, [[0, -8], [6, 4], [-6, 4]], 1 if outcome == "left" else -1)
    return [[x + 8, y], [x - 4, y - 6], [x - 4, y + 6]]


def _sign_shapes(sign: str | None, visible: bool) -> list[Shape]:
    post = [[_START, 46], [_START, _MIDDLE - _HALF]]
    board = {"kind": "rect", "x": _START - 22, "y": 8, "width": 44, "height": 38, "radius": 5}
    if visible:
        board |= {"fill": "sign", "stroke": "wall"}
    else:
        board |= {"fill": "ground", "stroke": "quiet", "dashed": True}
    ink = "ink" if visible else "quiet"
    if sign is None:
        mark = text_shape(_START, 27, "?", 24, ink)
    else:
        arrow = _at(_START, 27, _ARROW, 1 if sign == "left" else -1)
        mark = {"kind": "polygon", "points": arrow, "fill": ink}
    caption = "in sight" if visible else "out of sight"
    return [
        {"kind": "line", "points": post, "stroke": "wall", "stroke_width": 3},
        board,
        mark,
        text_shape(6, 112, "sign", 11, "quiet", "start"),
        text_shape(6, 126, caption, 11, "quiet", "start"),
    ]


def _outcome_shapes(sign: str | None, outcome: str | None, right: int) -> list[Shape]:
    if outcome == "late":
        return [text_shape(right + 8, _MIDDLE, "too late", 14, "bad", "start")]
    if sign is None or outcome is None:
        return []
    x, y, good = right + 64, _ENDS[outcome], outcome == sign
    marks = [_CHECK] if good else _CROSS
    badge = {"kind": "circle", "x": x, "y": y, "radius": 11, "fill": "good" if good else "bad"}
    stroke = {"stroke": "ground", "stroke_width": 3}
    return [badge] + [{"kind": "line", "points": _at(x, y, mark)} | stroke for mark in marks]


def _sentence(sign: str | None, distance: int, visible: bool, outcome: str | None) -> str:
    place = {0: "at the junction", 1: "1 step before the junction"}.get(
        distance, f"{distance} steps before the junction"
    )
    if sign is None:
        shown = "the sign is not known"
    elif outcome in _ENDS:
        shown = f"{'as' if outcome == sign else 'but'} the sign showed {sign}"
    else:
        shown = f"the sign {'shows' if visible else 'showed'} {sign}"
    if outcome in _ENDS:
        return f"The agent turned {outcome}, {shown}."
    late = " Its time is up." if outcome == "late" else ""
    return f"The agent stands {place}; {shown}.{late}"
