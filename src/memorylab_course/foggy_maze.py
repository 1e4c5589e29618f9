"""A T-maze in fog, and the exact belief of someone who walks through it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from memorylab.errors import check_count

LOOK, FORWARD = range(2)
SEEN = ("sign left", "sign right", "corridor", "junction")
"""What can be observed, in the order of the observations' numbers."""


@dataclass(frozen=True)
class Walk:
    """One walk: the state before each observation, and the observation, both ``[T]``."""

    states: list[int]
    observations: list[int]


class FoggyMaze:
    """A T-maze whose sign can be misread, and in which a step may fail.

    A state is the sign and the walker's place: state ``sign * (length + 1) + place``, with sign 0
    for left and 1 for right, and places from 0, at the sign, to ``length``, at the junction. There
    are two actions: 0 looks and stays, 1 steps forward.

    Args:
        noise: How often an observation is wrong. It is then one of the three others, each equally
            often.
        length: Steps from the sign to the junction.
        slip: How often a step forward fails.

    Attributes:
        start: Probability of each state at first ``[S]``.
        transitions: Probability of each next state, for each action and state ``[A, S, S]``.
        likelihoods: Probability of each observation, for each state ``[S, O]``.

    Raises:
        ValueError: A probability isn't from 0 to 1, or the length is below 1.
    """

    def __init__(self, noise: float = 0.2, length: int = 4, slip: float = 0.2):
        for name, value in {"noise": noise, "slip": slip}.items():
            if not 0 <= value <= 1:
                raise ValueError(f"{name} must be a probability from 0 to 1, got {value!r}.")
        self.noise, self.slip = noise, slip
        self.length = check_count(length, "length")
        places = length + 1
        self.start = torch.zeros(2, places, dtype=torch.double)
        self.start[:, 0] = 0.5
        self.start = self.start.flatten()  # [S]
        # One step in one half of the states; the sign never changes.
        half = torch.eye(places, dtype=torch.double) * slip  # [places, places]
        half[:-1, 1:] += torch.eye(length, dtype=torch.double) * (1 - slip)
        half[-1, -1] = 1
        stay = torch.eye(2 * places, dtype=torch.double)
        self.transitions = torch.stack([stay, torch.block_diag(half, half)])  # [A, S, S]
        self.likelihoods = torch.full((2 * places, len(SEEN)), noise / 3, dtype=torch.double)
        for state in range(2 * places):
            self.likelihoods[state, self.truth(state)] = 1 - noise

    def truth(self, state: int) -> int:
        """Return what is seen in a state if nothing goes wrong."""
        sign, place = divmod(state, self.length + 1)
        return sign if place == 0 else 3 if place == self.length else 2

    def walk(self, actions: Sequence[int], sign: int = 0, seed: int = 0) -> Walk:
        """Return a walk; with the same seed, more noise only makes more observations wrong."""
        random = np.random.default_rng(seed)
        slips, errors, wrong = random.random((3, len(actions)))
        state, walk = sign * (self.length + 1), Walk([], [])
        for t, action in enumerate(actions):
            at_junction = state % (self.length + 1) == self.length
            if action == FORWARD and not at_junction and slips[t] >= self.slip:
                state += 1
            seen = self.truth(state)
            if errors[t] < self.noise:
                seen = (seen + 1 + int(3 * wrong[t])) % len(SEEN)
            walk.states.append(state)
            walk.observations.append(seen)
        return walk

    def beliefs(self, actions: Sequence[int], observations: Sequence[int]) -> list[Tensor]:
        """Return the belief ``[S]`` after each action and the observation that followed."""
        belief, beliefs = self.start, []
        for action, observation in zip(actions, observations, strict=True):
            belief = update_belief(belief, action, observation, self.transitions, self.likelihoods)
            beliefs.append(belief)
        return beliefs


def update_belief(
    belief: Float[Tensor, "S"],
    action: int,
    observation: int,
    transitions: Float[Tensor, "A S S"],
    likelihoods: Float[Tensor, "S O"],
) -> Float[Tensor, "S"]:
    """Return the belief after an action and an observation, by Bayes' rule.

    Kaelbling, Littman & Cassandra, "Planning and acting in partially observable stochastic
    domains" (1998), section 3.3.

    Raises:
        ValueError: The observation can't happen there.
    """
    predicted = belief @ transitions[action]  # [S]
    joint = predicted * likelihoods[:, observation]  # [S]
    total = joint.sum()
    if not total > 0:
        raise ValueError(f"observation {observation} has probability 0 after this belief.")
    return joint / total
