"""Distributions of actions: what an actor's outputs mean."""

from __future__ import annotations

import gymnasium as gym
import numpy as np
import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor
from torch.distributions import Categorical, Distribution, Independent, Normal


class Choices:
    """The distribution of several independent choices, together one action ``[..., N]``.

    Args:
        logits: The logits of all choices, one after the other.
        sizes: How many options each has.
    """

    def __init__(self, logits: Float[Tensor, "... A"], sizes: list[int]):
        self.parts = [
            Categorical(logits=part, validate_args=False) for part in logits.split(sizes, -1)
        ]

    @property
    def mode(self) -> Int[Tensor, "... N"]:
        """The likeliest action."""
        return torch.stack([part.mode for part in self.parts], -1)

    def sample(self) -> Int[Tensor, "... N"]:
        """Draw an action."""
        return torch.stack([part.sample() for part in self.parts], -1)

    def log_prob(self, value: Int[Tensor, "... N"]) -> Float[Tensor, "..."]:
        """Return the logarithm of an action's probability."""
        pairs = zip(self.parts, value.unbind(-1), strict=True)
        return torch.stack([part.log_prob(one) for part, one in pairs]).sum(0)

    def entropy(self) -> Float[Tensor, "..."]:
        """Return the entropy in nats."""
        return torch.stack([part.entropy() for part in self.parts]).sum(0)


def num_outputs(space: gym.Space) -> int:
    """Return how many outputs A an actor needs for the actions of a space.

    Raises:
        TypeError: The space is none of Discrete, MultiDiscrete ``[N]``, and bounded Box ``[N]`` of
            real numbers.
    """
    if isinstance(space, gym.spaces.Discrete):
        return int(space.n)
    if isinstance(space, gym.spaces.MultiDiscrete) and space.nvec.ndim == 1:
        return int(space.nvec.sum())
    is_real = isinstance(space, gym.spaces.Box) and np.issubdtype(space.dtype, np.floating)
    if is_real and len(space.shape) == 1 and space.is_bounded():
        return 2 * space.shape[0]
    raise TypeError(
        f"Here actions are Discrete, MultiDiscrete [N] or a bounded Box [N] of real numbers, but "
        f"the action space is {space}. memorylab.rllib has heads for more."
    )


def action_distribution(
    outputs: Float[Tensor, "... A"], space: gym.Space
) -> Distribution | Choices:
    """Return the distribution of actions counted from 0; in a Box, of actions from −1 to 1.

    The Gaussian of a Box reaches beyond its bounds: see :func:`for_environment`.
    """
    if isinstance(space, gym.spaces.Discrete):
        return Categorical(logits=outputs, validate_args=False)
    if isinstance(space, gym.spaces.MultiDiscrete):
        return Choices(outputs, [int(n) for n in space.nvec])
    mean, log_std = outputs.chunk(2, -1)
    return Independent(Normal(mean, log_std.exp(), validate_args=False), 1, validate_args=False)


def for_environment(
    action: Shaped[np.ndarray, "..."], space: gym.Space
) -> Shaped[np.ndarray, "..."]:
    """Return drawn actions as the environment takes them.

    Choices are counted from the space's start. In a Box, −1 to 1 becomes its bounds, and what lies
    beyond them becomes the nearer bound, as in RLlib.
    """
    if isinstance(space, gym.spaces.Discrete | gym.spaces.MultiDiscrete):
        return action + space.start
    low, high = space.low, space.high
    return (low + (np.clip(action, -1, 1) + 1) / 2 * (high - low)).astype(space.dtype)
