"""``Courier``: be told a list of doors, then visit them in that order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np
from jaxtyping import Float

from memorylab.environments.scene import DrawnEnvironment, Scene, Shape, text_shape
from memorylab.errors import check_count, check_range, reject_unknown_keys


class Courier(DrawnEnvironment):
    """A courier who is told a list of doors, one a step, and then must visit them in this order.

    A list of k doors takes 2k steps. During the first k the courier is told one door a step, drawn
    anew each time from all, and its actions change nothing. During the last k it sees only that it
    must deliver, and each action is a door. Actions never change what is observed.

    Observation ``[num_doors + 1]``: the door that is told, one-hot, and a 1 while delivering.
    Action: a door.

    Rewards: ``1 / k`` for the right door, or ``reward_per_door``, otherwise 0. So perfect play
    returns 1, and the return is the share of right doors. An agent without memory can't expect more
    than ``1 / num_doors``.

    A list longer than any in training tells a memory that has learnt to write and read in order
    from one that has learnt short lists: ``benchmarks/courier.py`` compares them. Trained by PPO on
    lists of up to 6, a DNC got all of 500 lists of 24 doors right in four of five seeds (0.84 of
    the doors in the fifth); a GRU and an LSTM of its size got 0.37 and 0.30 of the doors there.

    Args:
        num_doors: Number of doors A, at least 2.
        list_length: Shortest and longest list, or one number for both. Each length k from one to
            the other is equally likely.
        strict: Whether the first wrong door ends the episode.
        reward_per_door: What a right door pays, whatever the length of the list.
        render_mode: ``"rgb_array"`` makes ``render()`` return a picture.

    Raises:
        TypeError: ``num_doors`` is not an integer.
        ValueError: A number is too small, the shortest list is longer than the longest, or there is
            no such render mode.
    """

    def __init__(
        self,
        num_doors: int = 4,
        list_length: tuple[int, int] | int = (1, 6),
        strict: bool = False,
        reward_per_door: float | None = None,
        render_mode: str | None = None,
    ):
        super().__init__(render_mode)
        self.num_doors = check_count(num_doors, "num_doors", minimum=2)
        self.shortest, self.longest = check_range(list_length, "list_length")
        self.strict = strict
        self.reward_per_door = reward_per_door
        self.max_episode_length = 2 * self.longest
        self.observation_space = gym.spaces.Box(0.0, 1.0, (num_doors + 1,), np.float32)
        self.action_space = gym.spaces.Discrete(num_doors)
        self.action_names = tuple(f"door {door}" for door in range(num_doors))

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Float[np.ndarray, "A+1"], dict[str, Any]]:
        """Draw a list of doors; return the first observation.

        Args:
            seed: Seed of this and of later draws.
            options: ``"doors"``, the list, if it is not to be drawn. So what ``reset`` returns as
                its second value repeats an episode.

        Raises:
            ValueError: There is no such option, or there can't be such a list.
        """
        super().reset(seed=seed)
        length = self.np_random.integers(self.shortest, self.longest, endpoint=True)
        drawn = {"doors": self.np_random.integers(self.num_doors, size=length).tolist()}
        reject_unknown_keys(options or {}, drawn, "option of the courier's reset")
        self.doors = self._check_doors((drawn | (options or {}))["doors"])
        self.visited: list[int] = []
        self.time = 0
        return self._observe(), {"doors": self.doors}

    def step(
        self, action: int
    ) -> tuple[Float[np.ndarray, "A+1"], float, bool, bool, dict[str, Any]]:
        """Hear the next door, or visit one.

        Raises:
            ValueError: The action is not a door.
            gymnasium.error.ResetNeeded: The episode is over.
        """
        if not self.action_space.contains(action):
            raise ValueError(
                f"action must be a door, from 0 to {self.num_doors - 1}, got {action!r}."
            )
        reward, failed = 0.0, False
        if self._delivers():
            if self._next() is None:
                raise gym.error.ResetNeeded("This delivery is over: call reset() first.")
            right = int(action) == self._next()
            self.visited.append(int(action))
            pay = 1 / len(self.doors) if self.reward_per_door is None else self.reward_per_door
            reward, failed = pay * right, self.strict and not right
        self.time += 1
        terminated = failed or len(self.visited) == len(self.doors)
        return self._observe(), reward, terminated, False, {"doors": self.doors}

    def scene(self) -> Scene:
        """Return what an onlooker sees: also the doors that the courier isn't told now."""
        self._check_reset()
        told = None if self._delivers() else self.time
        shapes = _list_shapes(self.doors, self.visited, told)
        shapes += _street_shapes(self.num_doors, self.visited, self._next())
        return {"width": 480, "height": 160, "label": self._sentence(), "shapes": shapes}

    def _sentence(self) -> str:
        length, count = len(self.doors), len(self.visited)
        if not self._delivers():
            return f"The courier is told door {self.doors[self.time]}, {self.time + 1} of {length}."
        right = sum(map(int.__eq__, self.visited, self.doors))
        label = f"The courier has visited {count} of {length} doors, {right} of them right."
        following = self._next()
        return label if following is None else f"{label} Next is door {following}."

    def _next(self) -> int | None:
        """Return the door to visit now; None before the delivery, and after it."""
        count = len(self.visited)
        if not self._delivers() or count == len(self.doors):
            return None
        failed = self.strict and self.visited != self.doors[:count]
        return None if failed else self.doors[count]

    def _check_doors(self, doors: Any) -> list[int]:
        known = range(self.num_doors)
        if (
            not isinstance(doors, Sequence | np.ndarray)
            or len(doors) not in range(self.shortest, self.longest + 1)
            or not all(isinstance(door, int | np.integer) and door in known for door in doors)
        ):
            raise ValueError(
                f"doors must be a list of {self.shortest} to {self.longest} doors, the list_length "
                f"of this courier, each from 0 to {self.num_doors - 1}, got {doors!r}."
            )
        return [int(door) for door in doors]

    def _delivers(self) -> bool:
        return self.time >= len(self.doors)

    def _observe(self) -> Float[np.ndarray, "A+1"]:
        shown = self.num_doors if self._delivers() else self.doors[self.time]
        return np.eye(self.num_doors + 1, dtype=np.float32)[shown]


# --- the scene ------------------------------------------------------------------------------------

_LEFT, _WIDE = 78, 396  # where lists and doors begin, and how much room there is
_TOLD, _VISITED, _DOORS, _ROAD = 24, 60, 112, 148  # y of the two lists, the doors and the courier


def _list_shapes(doors: list[int], visited: list[int], told: int | None) -> list[Shape]:
    """Draw the doors that are told, dashed unless in sight, and below them those visited."""
    pitch = min(36, _WIDE / len(doors))
    side, size = round(0.84 * pitch, 2), round(min(15, 0.5 * pitch), 2)
    caption = "out of sight" if told is None else "in sight"
    shapes = [
        text_shape(6, _TOLD - 7, "told", 11, "quiet", "start"),
        text_shape(6, _TOLD + 7, caption, 11, "quiet", "start"),
        text_shape(6, _VISITED, "visited", 11, "quiet", "start"),
    ]
    for index, door in enumerate(doors):
        x = round(_LEFT + pitch * (index + 0.5), 2)
        card = {"kind": "rect", "x": round(x - side / 2, 2), "width": side, "height": side}
        if index == told:
            card |= {"fill": "sign", "stroke": "wall"}
        else:
            card |= {"fill": "ground", "stroke": "quiet", "dashed": True}
        shapes.append(card | {"y": round(_TOLD - side / 2, 2)})
        shapes.append(text_shape(x, _TOLD, str(door), size, "ink" if index == told else "quiet"))
        if index < len(visited):
            colour = "good" if visited[index] == door else "bad"
            shapes.append(card | {"y": round(_VISITED - side / 2, 2)} | _BADGE | {"fill": colour})
            shapes.append(text_shape(x, _VISITED, str(visited[index]), size, "ground"))
    return shapes


_BADGE = {"stroke": "wall", "dashed": False}


def _street_shapes(num_doors: int, visited: list[int], following: int | None) -> list[Shape]:
    """Draw all doors, the courier before the last one visited, and a ring at the next one."""
    pitch = min(56, _WIDE / num_doors)
    places = [round(_LEFT + pitch * (door + 0.5), 2) for door in range(num_doors)]
    wide, size = round(0.6 * pitch, 2), round(min(15, 0.4 * pitch), 2)
    road = [[6, _ROAD], [_LEFT + _WIDE, _ROAD]]
    shapes: list[Shape] = [{"kind": "line", "points": road, "stroke": "floor", "stroke_width": 14}]
    for door, x in enumerate(places):
        left = round(x - wide / 2, 2)
        panel = {"kind": "rect", "x": left, "y": _DOORS - 24, "width": wide, "height": 52}
        shapes.append(panel | {"radius": 3, "fill": "floor", "stroke": "wall"})
        shapes.append(text_shape(x, _DOORS, str(door), size, "text"))
    if following is not None:
        ring = {"x": places[following], "y": _DOORS, "radius": round(0.3 * pitch, 2)}
        shapes.append({"kind": "circle", **ring, "stroke": "quiet", "dashed": True})
    here = places[visited[-1]] if visited else 24
    return [*shapes, {"kind": "circle", "x": here, "y": _ROAD, "radius": 9, "fill": "agent"}]
