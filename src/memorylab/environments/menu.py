"""``Menu``: choose among changing dishes for a guest who told a taste at the start."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import gymnasium as gym
import numpy as np
from jaxtyping import Float

from memorylab.environments.scene import DrawnEnvironment, Scene, Shape, text_shape
from memorylab.errors import check_count, reject_unknown_keys

_HIDEABLE = ("action_mask", "available_actions")


class Menu(DrawnEnvironment):
    """A choice among dishes; the dishes and their number change at every step.

    At the start a guest tells a taste: a direction in a space of flavours. Then follows one menu
    after another. A menu has ``num_slots`` slots, and two or more of them hold a dish: again a
    direction, drawn anew. The action is the number of a slot, so its meaning depends on the menu,
    and the numbers of empty slots have none.

    The observation is a dictionary:

    - ``"observations"`` ``[E + 1]``: the taste and a 1 at the first step, zeros at all others.
      With ``remember=False`` every step shows the taste and the 1.
    - ``"action_mask"`` ``[A]``: 1 if the slot holds a dish, 0 if it is empty.
    - ``"available_actions"`` ``[A, E]``: the dish in each slot, zeros if it is empty.

    Rewards: ``1 / length`` for the dish nearest to the taste, ``−1 / length`` for an empty slot, 0
    for any other dish. So perfect play returns 1. After ``length`` menus the episode ends.

    Args:
        num_slots: Number of slots A, at least 2.
        num_flavours: Number of flavours E, at least 2.
        length: Number of menus in an episode.
        remember: Whether only the first step shows the taste.
        hidden: Parts of the observation to leave out: ``"action_mask"``, ``"available_actions"``
            or both. A comparison shows what they are good for.
        render_mode: ``"rgb_array"`` makes ``render()`` return a picture.

    Raises:
        TypeError: A number is not an integer.
        ValueError: A number is too small, or a hidden part or the render mode doesn't exist.
    """

    def __init__(
        self,
        num_slots: int = 6,
        num_flavours: int = 2,
        length: int = 10,
        remember: bool = True,
        hidden: Collection[str] = (),
        render_mode: str | None = None,
    ):
        super().__init__(render_mode)
        self.num_slots = check_count(num_slots, "num_slots", minimum=2)
        self.num_flavours = check_count(num_flavours, "num_flavours", minimum=2)
        self.max_episode_length = check_count(length, "length")
        self.remember = remember
        hidden = (hidden,) if isinstance(hidden, str) else tuple(hidden)
        reject_unknown_keys(hidden, _HIDEABLE, "part of the menu that can be hidden")
        self.hidden = hidden
        parts = {
            "observations": gym.spaces.Box(-1.0, 1.0, (num_flavours + 1,), np.float32),
            "action_mask": gym.spaces.Box(0.0, 1.0, (num_slots,), np.float32),
            "available_actions": gym.spaces.Box(-1.0, 1.0, (num_slots, num_flavours), np.float32),
        }
        self.observation_space = gym.spaces.Dict(self._visible(parts))
        self.action_space = gym.spaces.Discrete(num_slots)
        self.action_names = tuple(f"slot {slot}" for slot in range(num_slots))

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Draw a taste and the first menu; return the first observation."""
        super().reset(seed=seed)
        self.time = 0
        self.served: str | None = None
        self.taste = self._directions(1)[0]  # [E]
        self._draw_menu()
        return self._observe(), {"best": self.best}

    def step(self, action: int) -> tuple[dict[str, np.ndarray], float, bool, bool, dict[str, Any]]:
        """Serve the dish in a slot.

        Raises:
            ValueError: The action is not the number of a slot.
        """
        if not self.action_space.contains(action):
            raise ValueError(
                f"action must be a slot, from 0 to {self.num_slots - 1}, got {action!r}."
            )
        reward, self.served = 0.0, "another dish"
        if not self.mask[action]:
            reward, self.served = -1 / self.max_episode_length, "an empty slot"
        elif action == self.best:
            reward, self.served = 1 / self.max_episode_length, "the best dish"
        self.time += 1
        self._draw_menu()
        terminated = self.time == self.max_episode_length
        return self._observe(), reward, terminated, False, {"best": self.best}

    def scene(self) -> Scene:
        """Return what an onlooker sees: also the taste when the agent is told it no more."""
        self._check_reset()
        told = self.time == 0 or not self.remember
        shapes = [*_plate(46, 30, self.taste, "sign", told)]
        shapes += [
            text_shape(46, 112, "taste", 11, "quiet"),
            text_shape(46, 126, "in sight" if told else "out of sight", 11, "quiet"),
        ]
        step = min(60, 364 / self.num_slots)
        for slot, dish in enumerate(self.dishes):
            x = round(104 + step * (slot + 0.5), 2)
            radius = round(0.42 * step, 2)
            shapes += _plate(x, radius, dish if self.mask[slot] else None, "agent", True)
            shapes.append(text_shape(x, 126, str(slot), 11, "quiet"))
            if slot == self.best:
                ring = {"radius": round(0.48 * step, 2), "stroke": "quiet", "dashed": True}
                shapes.append({"kind": "circle", "x": x, "y": 68, **ring})
        if self.served:
            colour = {"the best dish": "good", "another dish": "quiet"}.get(self.served, "bad")
            shapes.append(text_shape(284, 148, f"served: {self.served}", 12, colour))
        label = (
            f"The menu has dishes in the slots {', '.join(map(str, np.flatnonzero(self.mask)))}; "
            f"slot {self.best} is the best."
        )
        if self.served:
            label += f" Last the agent served {self.served}."
        return {"width": 480, "height": 160, "label": label, "shapes": shapes}

    def _draw_menu(self) -> None:
        available = self.np_random.integers(2, self.num_slots, endpoint=True)
        slots = self.np_random.permutation(self.num_slots)[:available]
        self.mask = np.zeros(self.num_slots, np.float32)
        self.mask[slots] = 1
        dishes = self._directions(self.num_slots)
        self.dishes = np.where(self.mask[:, None], dishes, np.float32(0))  # [A, E]
        self.best = int(np.where(self.mask, self.dishes @ self.taste, -np.inf).argmax())

    def _directions(self, count: int) -> Float[np.ndarray, "{count} E"]:
        vectors = self.np_random.normal(size=(count, self.num_flavours))
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)

    def _observe(self) -> dict[str, np.ndarray]:
        told = np.zeros(self.num_flavours + 1, np.float32)
        if self.time == 0 or not self.remember:
            told[:-1], told[-1] = self.taste, 1
        mask, dishes = self.mask.copy(), self.dishes.copy()
        parts = {"observations": told, "action_mask": mask, "available_actions": dishes}
        return self._visible(parts)

    def _visible(self, parts: dict[str, Any]) -> dict[str, Any]:
        return {name: part for name, part in parts.items() if name not in self.hidden}


def _plate(
    x: float, radius: float, flavours: np.ndarray | None, role: str, visible: bool
) -> list[Shape]:
    """Draw a plate with its flavours: an arrow for two of them, otherwise a bar for each."""
    y = 68
    plate = {"kind": "circle", "x": x, "y": y, "radius": radius, "stroke": "wall"}
    if flavours is None:
        return [plate | {"stroke": "quiet", "stroke_width": 0.7}]
    fill = role if visible else "quiet"
    plate |= {"fill": "floor"} if visible else {"stroke": "quiet", "dashed": True}
    if len(flavours) > 2:
        wide = 1.3 * radius / len(flavours)
        shapes = [plate]
        for index, value in enumerate(map(float, flavours)):
            left, high = x + wide * (index - len(flavours) / 2), 0.7 * radius * value
            bar = {"x": left, "y": y - max(high, 0), "width": 0.8 * wide, "height": abs(high) + 0.1}
            shapes.append({"kind": "rect", "fill": fill} | {k: round(v, 2) for k, v in bar.items()})
        return shapes
    along = np.array([flavours[0], -flavours[1]], float)  # y points down
    across = np.array([-along[1], along[0]])
    half = [(-0.7, 0.1), (0.1, 0.1), (0.1, 0.35), (0.8, 0)]
    corners = half + [(a, -b) for a, b in half[-2::-1]]
    points = [np.array([x, y]) + radius * (a * along + b * across) for a, b in corners]
    arrow = [[round(float(value), 2) for value in point] for point in points]
    return [plate, {"kind": "polygon", "points": arrow, "fill": fill}]
