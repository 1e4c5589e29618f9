"""The foggy T-maze as a task for agents."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from memorylab.environments import tmaze_scene
from memorylab.environments.scene import DrawnEnvironment, Scene
from memorylab.errors import check_choice
from memorylab_course.foggy_maze import FORWARD, LOOK, SEEN, FoggyMaze

LEFT, RIGHT = 2, 3
ACTIONS = ("look", "forward", "left", "right")
"""What an agent can do, in the order of the actions' numbers."""

MAZE = FoggyMaze(noise=0.2, length=4, slip=0.2)
"""The maze that all agents walk in."""

MAX_STEPS = 24
"""Steps after which an episode is cut."""

LAMP = len(SEEN) + len(ACTIONS)
"""The place of the lamp among an observation's features, the last."""

FEATURES = LAMP + 1
STEP_COST, BUMP_COST = 0.02, 0.1


class FoggyTMaze(DrawnEnvironment):
    """A :class:`FoggyMaze` to walk in: find out what the sign says, and turn at the junction.

    Actions: 0 look, which stays, 1 forward, 2 left, 3 right. A look or a step costs 0.02. A turn at
    the junction ends the episode and pays 1 where the sign points and −1 where it doesn't. A turn
    anywhere else is a bump: it costs 0.1 and stays. An episode is cut after 24 steps.

    An observation has nine features: one of four for what is seen, which may be wrong; one of four
    for the agent's last action, none at first; and the lamp, 1 or −1 at the first step and 0 from
    then on. The lamp is on or off by chance and means nothing.

    Args:
        shown: ``"observation"`` shows the above; ``"belief"`` the exact belief of all states
            instead, ``"state"`` the state itself, one of ten.
        render_mode: As in every environment of ours.

    Raises:
        ValueError: ``shown`` is none of these.
    """

    action_names = ACTIONS

    def __init__(self, shown: str = "observation", render_mode: str | None = None):
        super().__init__(render_mode)
        check_choice(shown, "shown", ("observation", "belief", "state"))
        self.shown = shown
        size = FEATURES if shown == "observation" else len(MAZE.start)
        self.observation_space = gym.spaces.Box(-1.0, 1.0, (size,), np.float32)
        self.action_space = gym.spaces.Discrete(len(ACTIONS))

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Float[np.ndarray, "F"], dict[str, Any]]:
        """Draw a sign and a lamp; return the first observation, a first look at the sign."""
        super().reset(seed=seed)
        self.time = 0
        self.outcome: str | None = None
        self.state = int(self.np_random.integers(2)) * (MAZE.length + 1)
        self.lamp = 1 - 2 * int(self.np_random.integers(2))
        self.belief = MAZE.start
        return self._look(None), {}

    def step(self, action: int) -> tuple[Float[np.ndarray, "F"], float, bool, bool, dict[str, Any]]:
        """Look, walk or turn."""
        self.time += 1
        sign, place = divmod(self.state, MAZE.length + 1)
        at_junction, turns = place == MAZE.length, action in (LEFT, RIGHT)
        if at_junction and turns:
            self.outcome = ACTIONS[action]
            reward = 1.0 if action == LEFT + sign else -1.0
            return self._look(action), reward, True, False, {}
        if action == FORWARD and not at_junction and self.np_random.random() >= MAZE.slip:
            self.state += 1
        cut = self.time >= MAX_STEPS
        self.outcome = "late" if cut else None
        return self._look(action), -(BUMP_COST if turns else STEP_COST), False, cut, {}

    def scene(self) -> Scene:
        """Return what an onlooker sees."""
        self._check_reset()
        sign, place = divmod(self.state, MAZE.length + 1)
        left = MAZE.length - place
        return tmaze_scene(ACTIONS[LEFT + sign], left, MAZE.length, place == 0, self.outcome)

    def _look(self, action: int | None) -> Float[np.ndarray, "F"]:
        seen = MAZE.truth(self.state)
        if self.np_random.random() < MAZE.noise:
            seen = (seen + int(self.np_random.integers(1, len(SEEN)))) % len(SEEN)
        if self.shown == "belief":
            if self.outcome in (None, "late"):
                did = torch.tensor([LOOK if action is None else action])
                self.belief = following_beliefs(self.belief[None], did, torch.tensor([seen]))[0]
            return self.belief.numpy().astype(np.float32)
        if self.shown == "state":
            return np.eye(len(MAZE.start), dtype=np.float32)[self.state]
        features = np.zeros(FEATURES, np.float32)
        features[seen] = 1
        if action is None:
            features[LAMP] = self.lamp
        else:
            features[len(SEEN) + action] = 1
        return features


def following_beliefs(
    beliefs: Float[Tensor, "B S"], actions: Int[Tensor, "B"], seen: Int[Tensor, "B"]
) -> Float[Tensor, "B S"]:
    """Return exact beliefs after an action and an observation that didn't end the episode.

    As :func:`memorylab_course.foggy_maze.update_belief`, for many at once. A turn tells something,
    too: the episode would have ended at the junction.
    """
    turns = TRANSITIONS[actions]  # [B, S, S]
    joint = torch.einsum("bs,bsn->bn", beliefs, turns) * MAZE.likelihoods.T[seen]  # [B, S]
    return joint / joint.sum(-1, keepdim=True)


def _transitions() -> Float[Tensor, "A S S"]:
    """Return the maze's transitions for all four actions; after a turn that ended it, none."""
    goes_on = torch.ones(2, MAZE.length + 1, dtype=torch.double)
    goes_on[:, -1] = 0
    bump = torch.diag(goes_on.flatten())
    return torch.cat([MAZE.transitions, bump.expand(2, -1, -1)])


TRANSITIONS = _transitions()
