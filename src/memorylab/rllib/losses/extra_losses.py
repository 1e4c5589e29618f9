"""The losses that a configuration asks for, and the decoders that they need, for both stacks."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import cached_property
from numbers import Real
from typing import Any

import gymnasium as gym
import numpy as np
import torch
from jaxtyping import Bool, Float, Shaped
from torch import Tensor, nn

from memorylab.errors import reject_unknown_keys
from memorylab.memory import ActorCritic
from memorylab.networks import MlpModel
from memorylab.rllib.demonstrations import Demonstrations
from memorylab.rllib.losses import functions
from memorylab.rllib.module import action_distribution
from memorylab.sequences import sequence_mask

LOSS_NAMES = ("reconstruction", "next_observation", "l2", "behaviour_cloning")
"""The losses that can be added, by name."""

DEFAULT_LOSS_CONFIG: dict[str, Any] = {
    "losses": {},
    "demonstrations": None,
    "decoder_sizes": (64,),
}
"""Every key that :class:`ExtraLosses` adds to a model's configuration, with its default."""

EPISODES_PER_BATCH = 16
"""How many demonstrations, drawn at random, are learned from together with each minibatch."""


class ExtraLosses(nn.Module):
    """Losses of an ``ActorCritic`` besides the one of its algorithm.

    - ``reconstruction``: a decoder must tell the observation from what the memory puts out.
    - ``next_observation``: a decoder must tell the next observation from that and the action.
    - ``l2``: the sum of the squares of all weights of the actor and the critic.
    - ``behaviour_cloning``: the actor must find likely what an expert did.

    Args:
        networks: Whose losses they are. The decoders are sized after it; it is not kept.
        observation_size: Number of observation features F.
        action_space: What the actor acts in.
        losses: A coefficient for each loss. One of 0 leaves the loss out, its decoder too.
        demonstrations: File of the expert's episodes: see
            :class:`memorylab.rllib.Demonstrations`. It is read when first needed.
        decoder_sizes: Hidden layers of each decoder, each linear with a leaky ReLU.

    Raises:
        ValueError: A loss doesn't exist; a coefficient is negative or not finite;
            ``behaviour_cloning`` lacks its ``demonstrations``.
        TypeError: A coefficient is not a number.
    """

    def __init__(
        self,
        networks: ActorCritic,
        observation_size: int,
        action_space: gym.Space,
        *,
        losses: Mapping[str, float],
        demonstrations: str | None = None,
        decoder_sizes: tuple[int, ...] = (64,),
    ):
        super().__init__()
        check_coefficients(losses, demonstrations)
        self.coefficients = {name: float(value) for name, value in losses.items() if value}
        self.observation_size, self.action_space = observation_size, action_space
        self._path, self._generator = demonstrations, np.random.default_rng(0)
        _, self._distribution = action_distribution(action_space)
        input_sizes = {
            "reconstruction": networks.memory.output_size,
            "next_observation": networks.memory.output_size + gym.spaces.flatdim(action_space),
        }
        self.decoders = nn.ModuleDict(
            {
                name: MlpModel(size, decoder_sizes, observation_size, nn.LeakyReLU)
                for name, size in input_sizes.items()
                if name in self.coefficients
            }
        )

    def forward(
        self,
        networks: ActorCritic,
        remembered: Float[Tensor, "B T D"],
        observations: Float[Tensor, "B T F"],
        actions: Shaped[Tensor, "B T ..."],
        mask: Bool[Tensor, "B T"],
    ) -> dict[str, Float[Tensor, ""]]:
        """Return each loss, not yet multiplied by its coefficient.

        Args:
            networks: The actor and the critic.
            remembered: What the actor's memory put out for this batch.
            observations: What was observed.
            actions: What was done.
            mask: True at the steps that count.
        """
        losses = {}
        if "reconstruction" in self.coefficients:
            prediction = self.decoders["reconstruction"](remembered)  # [B, T, F]
            losses["reconstruction"] = functions.reconstruction_loss(prediction, observations, mask)
        if "next_observation" in self.coefficients:
            known = torch.cat([remembered, self._encode(actions, mask)], dim=-1)  # [B, T, D + A]
            losses["next_observation"] = functions.next_observation_loss(
                self.decoders["next_observation"](known), observations, mask
            )
        if "l2" in self.coefficients:
            losses["l2"] = functions.l2_loss(networks.parameters())
        if "behaviour_cloning" in self.coefficients:
            losses["behaviour_cloning"] = self._clone(networks)
        return losses

    def weigh(self, losses: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return each loss multiplied by its coefficient."""
        return {name: self.coefficients[name] * loss for name, loss in losses.items()}

    @cached_property
    def demonstrations(self) -> Demonstrations:
        """The expert's episodes.

        Raises:
            FileNotFoundError: There is no such file.
            ValueError: The file is damaged, or its episodes are of other spaces.
        """
        demonstrations = Demonstrations.load(self._path)
        demonstrations.check_spaces(self.observation_size, self.action_space)
        return demonstrations

    def _clone(self, networks: ActorCritic) -> Tensor:
        device = next(networks.parameters()).device
        observations, actions, seq_lens = (
            tensor.to(device)
            for tensor in self.demonstrations.draw(EPISODES_PER_BATCH, self._generator)
        )
        # From their first step on, so the memory begins with its initial state.
        logits, _, _ = networks(observations, seq_lens=seq_lens)  # [B, T, A]
        mask = sequence_mask(seq_lens, observations.shape[1])  # [B, T]
        return functions.behaviour_cloning_loss(logits, actions, mask, self._distribution)

    def _encode(self, actions: Tensor, mask: Tensor) -> Float[Tensor, "B T A"]:
        """Return discrete actions one-hot, others as they are; zero wherever ``mask`` is false."""
        space = self.action_space
        actions = actions.reshape(*mask.shape, -1).masked_fill(~mask.unsqueeze(-1), 0)  # [B, T, K]
        if isinstance(space, gym.spaces.Box):
            return actions.float()
        counts = [space.n] if isinstance(space, gym.spaces.Discrete) else space.nvec
        return torch.cat(
            [
                nn.functional.one_hot(actions[..., index].long(), int(count))
                for index, count in enumerate(counts)
            ],
            dim=-1,
        ).float()


def shared_parameters(networks: ActorCritic) -> Iterator[nn.Parameter]:
    """Yield the parameters that all losses pull at: the actor's encoder and memory."""
    yield from networks.encoder.parameters()
    yield from networks.memory.parameters()


def check_coefficients(losses: Mapping[str, float], demonstrations: Any) -> None:
    """Refuse losses that don't exist, or coefficients that make no sense.

    Raises:
        ValueError: A loss doesn't exist; a coefficient is negative or not finite;
            ``behaviour_cloning`` lacks its ``demonstrations``.
        TypeError: A coefficient is not a number.
    """
    reject_unknown_keys(losses, LOSS_NAMES, "loss")
    for name, value in losses.items():
        if isinstance(value, bool) or not isinstance(value, Real):
            raise TypeError(
                f"The coefficient of {name} must be a number, got {value!r} "
                f"({type(value).__name__})."
            )
        if not 0 <= value < math.inf:
            raise ValueError(
                f"The coefficient of {name} must be a finite number of at least 0, but is {value}."
            )
    if losses.get("behaviour_cloning") and demonstrations is None:
        raise ValueError(
            "behaviour_cloning needs episodes to learn from: pass demonstrations=, the path of a "
            "file that Demonstrations.save wrote."
        )
