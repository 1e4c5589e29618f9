"""What an environment tells of actions that vary from step to step."""

from __future__ import annotations

from collections.abc import Mapping

import gymnasium as gym
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from memorylab.rllib.actions.distributions import choices_of
from memorylab.rllib.actions.masking import mask_logits, match_embeddings

OBSERVATIONS, ACTION_MASK, AVAILABLE_ACTIONS = PARTS = (
    "observations",
    "action_mask",
    "available_actions",
)
"""The keys of such an observation; the first two are those of RLlib's own examples."""


def is_parametric(space: gym.Space) -> bool:
    """Return whether an observation space describes actions."""
    return isinstance(space, gym.spaces.Dict) and not {ACTION_MASK, AVAILABLE_ACTIONS}.isdisjoint(
        space.spaces
    )


class ParametricActions:
    """Actions that are described by the observation.

    The observation is a dictionary of ``"observations"`` ``[F]``, what is seen otherwise, and one
    or both of

    - ``"action_mask"``: 1 for an action that can be taken, 0 for one that can't; ``[A]`` for a
      Discrete action space, ``[A₁, A₂, …]``, joint, for a MultiDiscrete one;
    - ``"available_actions"`` ``[A, E]``: an embedding of each action, for a Discrete action space.

    Args:
        observation_space: A Dict of Boxes with these keys.
        action_space: The action space.

    Raises:
        TypeError: A key is missing or unknown, or a shape doesn't fit the action space.
    """

    def __init__(self, observation_space: gym.Space, action_space: gym.Space):
        if not is_parametric(observation_space):
            raise TypeError(
                f"The observation space must be a Dict with {OBSERVATIONS!r} and one or both of "
                f"{ACTION_MASK!r} and {AVAILABLE_ACTIONS!r}, but is {observation_space}."
            )
        shapes = {}
        for key, space in observation_space.spaces.items():
            if key not in PARTS or not isinstance(space, gym.spaces.Box):
                raise TypeError(
                    f"An observation that describes actions holds Boxes under the keys "
                    f"{', '.join(PARTS)}, but has {space} under {key!r}. Put all that is seen "
                    f"otherwise into {OBSERVATIONS!r}, flat."
                )
            shapes[key] = space.shape
        if len(shapes.get(OBSERVATIONS, ())) != 1:
            raise TypeError(
                f"{OBSERVATIONS!r} must be a Box of shape [F], but the observation space is "
                f"{observation_space}."
            )
        self.joint = not isinstance(action_space, gym.spaces.Discrete)
        choices = choices_of(action_space) if self.joint else (int(action_space.n),)
        if shapes.get(ACTION_MASK, choices) != choices:
            raise TypeError(
                f"{ACTION_MASK!r} must be of shape {list(choices)}, one entry for each action of "
                f"{action_space}, but is of shape {list(shapes[ACTION_MASK])}."
            )
        embeddings = shapes.get(AVAILABLE_ACTIONS)
        if embeddings is not None and (
            self.joint or len(embeddings) != 2 or embeddings[0] != choices[0]
        ):
            raise TypeError(
                f"{AVAILABLE_ACTIONS!r} must be of shape [A, E] for a Discrete action space of A "
                f"actions, but is of shape {list(embeddings)} for {action_space}."
            )
        self.observation_size: int = shapes[OBSERVATIONS][0]
        self.masked = ACTION_MASK in shapes
        self.embedding_size: int | None = embeddings[1] if embeddings else None
        """Number of features E of an action's embedding; None if there are none."""

    def inputs(
        self,
        outputs: Float[Tensor, "B T D"],
        observation: Mapping[str, Tensor],
        real: Bool[Tensor, "B T"],
    ) -> Float[Tensor, "B T A"]:
        """Return the inputs of the action distribution.

        Args:
            outputs: What the actor's head puts out: an intent ``[B, T, E]`` if there are
                embeddings, otherwise logits.
            observation: The parts of the observation, each ``[B, T, ...]``.
            real: Which steps are real. At others nothing is checked, all logits are 0 if there is
                a mask, and there is no gradient.

        Raises:
            ValueError: A mask at a real step allows no action; the message names row and step.
        """
        mask = self._table_mask(observation[ACTION_MASK].float()) if self.masked else None
        if self.embedding_size is not None:
            embeddings = self._embeddings(observation, real)
            outputs = match_embeddings(outputs, embeddings)  # [B, T, A]
        return outputs if mask is None else mask_logits(outputs, mask, real)

    def _embeddings(
        self, observation: Mapping[str, Tensor], real: Bool[Tensor, "B T"]
    ) -> Float[Tensor, "B T A E"]:
        embeddings = observation[AVAILABLE_ACTIONS].float()
        used = real.unsqueeze(-1).expand(embeddings.shape[:-1])  # [B, T, A]
        if self.masked:
            used = used & (observation[ACTION_MASK] != 0)
        # A logit that is masked later has gradient 0, but 0 times NaN is NaN.
        embeddings = embeddings.masked_fill(~used.unsqueeze(-1), 0)
        wrong = ~embeddings.isfinite().all(-1)  # [B, T, A]
        if wrong.any():
            row, step, action = wrong.nonzero()[0].tolist()
            raise ValueError(
                f"{AVAILABLE_ACTIONS!r} holds NaN or infinity at row {row}, step {step}, action "
                f"{action}, which is available."
            )
        return embeddings

    def _table_mask(self, mask: Tensor) -> Float[Tensor, "B T A"]:
        """Return a mask for all logits: for joint actions, of every conditional.

        A part can be chosen if anything can be chosen with it.
        """
        if not self.joint:
            return mask
        levels = [mask]
        while levels[0].dim() > 3:
            levels.insert(0, levels[0].amax(-1))
        return torch.cat([level.flatten(2) for level in levels], -1)
