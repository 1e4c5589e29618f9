"""``Menu``: choose among changing dishes for a guest who told a taste at the start."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import gymnasium as gym
import numpy as np
from jaxtyping import Float

from memorylab.errors import check_count, reject_unknown_keys

_HIDEABLE = ("action_mask", "available_actions")


class Menu(gym.Env):
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

    Raises:
        TypeError: A number is not an integer.
        ValueError: A number is too small, or a hidden part doesn't exist.
    """

    def __init__(
        self,
        num_slots: int = 6,
        num_flavours: int = 2,
        length: int = 10,
        remember: bool = True,
        hidden: Collection[str] = (),
    ):
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

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Draw a taste and the first menu; return the first observation."""
        super().reset(seed=seed)
        self.time = 0
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
        reward = 0.0
        if not self.mask[action]:
            reward = -1 / self.max_episode_length
        elif action == self.best:
            reward = 1 / self.max_episode_length
        self.time += 1
        self._draw_menu()
        terminated = self.time == self.max_episode_length
        return self._observe(), reward, terminated, False, {"best": self.best}

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
