"""``TwoDials``: a lock that opens only if both dials are right at once."""

from __future__ import annotations

import math
from typing import Any

import gymnasium as gym
import numpy as np
from jaxtyping import Float

from memorylab.environments.scene import DrawnEnvironment, Scene, Shape, text_shape
from memorylab.errors import check_count


class TwoDials(DrawnEnvironment):
    """A lock with two dials and a secret digit; the agent opens it by trying.

    The first dial must show the secret digit, the second that digit plus a shift, modulo
    ``num_digits``. The agent always sees the shift and never the digit, so it can only try. Pairs
    with the right shift between them are worth a try, all of them equally.

    The observation doesn't tell earlier tries. An agent without memory can't work through the
    digits in turn. It has to draw one each time **and draw both dials together**: two that are
    drawn independently rarely fit each other.

    Observation ``[num_digits]``: the shift, one-hot. Action: the two dials.

    Rewards: 1 for opening the lock, which ends the episode, otherwise 0. The episode is truncated
    after ``tries`` steps.

    Args:
        num_digits: Digits on each dial, at least 2.
        tries: Number of tries in an episode.
        render_mode: ``"rgb_array"`` makes ``render()`` return a picture.

    Raises:
        TypeError: A number is not an integer.
        ValueError: A number is too small, or there is no such render mode.
    """

    action_names = ("first dial", "second dial")

    def __init__(self, num_digits: int = 4, tries: int = 8, render_mode: str | None = None):
        super().__init__(render_mode)
        self.num_digits = check_count(num_digits, "num_digits", minimum=2)
        self.max_episode_length = check_count(tries, "tries")
        self.observation_space = gym.spaces.Box(0.0, 1.0, (num_digits,), np.float32)
        self.action_space = gym.spaces.MultiDiscrete([num_digits, num_digits])

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Float[np.ndarray, "D"], dict[str, Any]]:
        """Draw a secret digit and a shift; return the shift."""
        super().reset(seed=seed)
        self.digit, self.shift = (int(n) for n in self.np_random.integers(self.num_digits, size=2))
        self.time = 0
        self.tried: tuple[int, int] | None = None
        return self._observe(), {"digit": self.digit, "shift": self.shift}

    def step(self, action: Any) -> tuple[Float[np.ndarray, "D"], float, bool, bool, dict[str, Any]]:
        """Set the dials and try.

        Raises:
            ValueError: The action is not a pair of digits.
        """
        pair = np.asarray(action)
        if (
            pair.shape != (2,)
            or not np.issubdtype(pair.dtype, np.integer)
            or not ((pair >= 0) & (pair < self.num_digits)).all()
        ):
            raise ValueError(
                f"action must be two digits, each from 0 to {self.num_digits - 1}, got {action!r}."
            )
        solution = (self.digit, (self.digit + self.shift) % self.num_digits)
        self.time += 1
        self.tried = (int(pair[0]), int(pair[1]))
        opened = tuple(pair) == solution
        truncated = not opened and self.time >= self.max_episode_length
        info = {"digit": self.digit, "shift": self.shift}
        return self._observe(), float(opened), opened, truncated, info

    def scene(self) -> Scene:
        """Return what an onlooker sees: also the digits that open the lock."""
        self._check_reset()
        solution = (self.digit, (self.digit + self.shift) % self.num_digits)
        opened = self.tried == solution
        left = self.max_episode_length - self.time
        shapes = [
            *_dial(72, self.num_digits, solution[0], self.tried and self.tried[0]),
            *_dial(260, self.num_digits, solution[1], self.tried and self.tried[1]),
            text_shape(166, 66, f"+ {self.shift}", 20, "text"),
            text_shape(166, 90, "shift", 11, "quiet"),
            text_shape(166, 104, "in sight", 11, "quiet"),
            *_padlock(390, opened),
            text_shape(390, 140, f"{left} {'try' if left == 1 else 'tries'} left", 13, "text"),
        ]
        dials = "Nothing was tried yet" if self.tried is None else "The dials show {} and {}"
        label = (
            f"{dials.format(*self.tried or ())}; the lock is {'open' if opened else 'shut'}. "
            f"The shift is {self.shift}, and {solution[0]} and {solution[1]} open it."
        )
        return {"width": 480, "height": 160, "label": label, "shapes": shapes}

    def _observe(self) -> Float[np.ndarray, "D"]:
        return np.eye(self.num_digits, dtype=np.float32)[self.shift]


def _dial(x: int, digits: int, secret: int, shown: int | None) -> list[Shape]:
    """Draw a dial whose hand points at ``shown``, with a dashed ring around the secret digit."""
    y, radius = 80, 66
    size = min(16, round(190 / digits, 1))
    disc = {"kind": "circle", "x": x, "y": y, "radius": radius, "fill": "floor", "stroke": "wall"}
    shapes: list[Shape] = [disc]
    places: list[tuple[float, float]] = []
    for digit in range(digits):
        angle = 2 * math.pi * digit / digits
        sine, cosine = math.sin(angle), math.cos(angle)
        place = (round(x + 52 * sine, 2), round(y - 52 * cosine, 2))
        places.append(place)
        fill = "agent" if digit == shown else "text"
        shapes.append(text_shape(*place, str(digit), size, fill))
    ring = dict(zip("xy", places[secret], strict=True))
    ring["radius"] = min(13, round(160 / digits, 1))
    shapes.append({"kind": "circle", **ring, "stroke": "quiet", "dashed": True})
    if shown is not None:
        across, down = places[shown]
        end = [round(x + 0.65 * (across - x), 2), round(y + 0.65 * (down - y), 2)]
        hand = {"kind": "line", "points": [[x, y], end], "stroke": "agent", "stroke_width": 5}
        shapes.append(hand)
    return [*shapes, {"kind": "circle", "x": x, "y": y, "radius": 7, "fill": "agent"}]


def _padlock(x: int, opened: bool) -> list[Shape]:
    lift = 14 if opened else 0
    colour = "good" if opened else "quiet"
    shackle = [[x - 18, 72 - lift], [x - 18, 48 - lift], [x - 10, 36 - lift], [x + 10, 36 - lift]]
    shackle += [[x + 18, 48 - lift], [x + 18, 54 - lift if opened else 72]]
    return [
        {"kind": "line", "points": shackle, "stroke": colour, "stroke_width": 7},
        {"kind": "rect", "x": x - 30, "y": 66, "width": 60, "height": 50, "radius": 7}
        | {"fill": colour},
        {"kind": "circle", "x": x, "y": 86, "radius": 6, "fill": "ground"},
        {"kind": "line", "points": [[x, 88], [x, 102]], "stroke": "ground", "stroke_width": 4},
    ]
