"""The extra losses of a configuration and their decoders, for both API stacks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from numbers import Real
from typing import Any

import gymnasium as gym
import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from memorylab.errors import check_count, reject_unknown_keys
from memorylab.memory import ActorCritic
from memorylab.networks import MlpModel
from memorylab.rllib.demonstrations import Demonstrations
from memorylab.rllib.heads import Plain
from memorylab.rllib.heads.spaces import as_action, as_tensor, choices_of
from memorylab.rllib.losses import functions
from memorylab.rllib.observations import flatten
from memorylab.sequences import sequence_mask

LOSS_NAMES = ("reconstruction", "next_observation", "latent_kl", "l2", "behaviour_cloning")
"""The losses that can be added, by name."""

_EPISODES_PER_BATCH = 16
"""How many demonstrations, drawn at random, join each minibatch."""

Policy = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Maps an expert's observations ``[B, T, F]``, actions and lengths ``[B]`` to the inputs of the
action distribution ``[B, T, A]``."""


class ExtraLosses(nn.Module):
    """Losses that are added to the algorithm's own when it trains an ``ActorCritic``.

    - ``reconstruction``: a decoder predicts the observation from the memory's output.
    - ``next_observation``: a decoder predicts the next observation from that and the action.
    - ``latent_kl``: makes a variational autoencoder of either or both, whose encoder is the memory.
      They decode numbers drawn from a normal distribution, whose mean and variance are read from
      the memory's output, and this loss is its divergence from the standard normal one.
    - ``l2``: the sum of the squares of all weights of the actor and the critic.
    - ``behaviour_cloning``: the negative log-probability of an expert's actions.

    A variational autoencoder of variance 1 (Kingma and Welling 2014) has ``latent_kl`` at c and
    ``reconstruction`` at c F / 2, since that is a mean over F features. With more ``latent_kl`` it
    is a β-VAE (Higgins et al. 2017), which remembers less.

    The observation is what the memory reads: ``"observations"``, if observations describe actions.

    Args:
        networks: The actor and the critic. Only the decoders' sizes come from them.
        observation_size: Number of features F that the memory reads.
        action_space: Action space.
        losses: A coefficient for each loss. With 0 a loss and its decoder are left out.
        demonstrations: File of the expert's episodes: see
            :class:`memorylab.rllib.Demonstrations`. It is read when first needed.
        decoder_sizes: Hidden layers of each decoder, each linear with a leaky ReLU.
        latent_size: How many numbers Z are drawn for the decoders, with ``latent_kl``.
        observation_space: Observation space; by default a Box of shape [F].
        distribution: Class of the action distribution on RLlib's current API stack; by default
            that of the head ``"plain"``.

    Raises:
        ValueError: A loss doesn't exist; a coefficient is negative or not finite;
            ``behaviour_cloning`` lacks its ``demonstrations``, or ``latent_kl`` a decoder.
        TypeError: A coefficient is not a number, or a loss doesn't work with the action space.
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
        latent_size: int = 8,
        observation_space: gym.Space | None = None,
        distribution: Any = None,
    ):
        super().__init__()
        check_coefficients(losses, demonstrations)
        self.coefficients = {name: float(value) for name, value in losses.items() if value}
        self._path, self._generator = demonstrations, np.random.default_rng(0)
        input_sizes, decoded_size = {}, networks.output_size
        if "latent_kl" in self.coefficients:
            decoded_size = check_count(latent_size, "latent_size")
            self.to_latent = nn.Linear(networks.output_size, 2 * decoded_size)
        if "reconstruction" in self.coefficients:
            input_sizes["reconstruction"] = decoded_size
        self.action_space = action_space
        if "next_observation" in self.coefficients:
            encoded = gym.spaces.flatdim(action_space)
            input_sizes["next_observation"] = decoded_size + encoded
        if "behaviour_cloning" in self.coefficients:
            self._demonstrated_actions = _without_tuple(action_space)
            self._distribution = distribution or Plain().distribution_class(action_space)
            self._demonstrated_size = gym.spaces.flatdim(
                observation_space or gym.spaces.Box(-1, 1, (observation_size,))
            )
        self.decoders = nn.ModuleDict()
        for name, size in input_sizes.items():
            self.decoders[name] = MlpModel(size, decoder_sizes, observation_size, nn.LeakyReLU)

    def forward(
        self,
        networks: ActorCritic,
        remembered: Float[Tensor, "B T D"],
        observations: Float[Tensor, "B T F"],
        actions: Any,
        mask: Bool[Tensor, "B T"],
        policy: Policy | None = None,
    ) -> dict[str, Float[Tensor, ""]]:
        """Return each loss, not yet multiplied by its coefficient.

        Args:
            networks: The actor and the critic.
            remembered: The output of the actor's memory for this batch.
            observations: What the memory read.
            actions: The actions that were taken ``[B, T, ...]``, those of a Tuple part by part.
            mask: True at the steps that count.
            policy: Maps the expert's episodes, flat observations from the initial state on, to the
                inputs of the action distribution; by default the forward pass of ``networks``.
        """
        losses, decoded = {}, remembered
        if "latent_kl" in self.coefficients:
            mean, log_variance = self.to_latent(remembered).chunk(2, dim=-1)  # [B, T, Z] each
            losses["latent_kl"] = functions.latent_kl_loss(mean, log_variance, mask)
            noise = torch.as_tensor(self._generator.standard_normal(mean.shape)).to(mean)
            decoded = mean + (log_variance / 2).exp() * noise
        if "reconstruction" in self.coefficients:
            prediction = self.decoders["reconstruction"](decoded)  # [B, T, F]
            losses["reconstruction"] = functions.reconstruction_loss(prediction, observations, mask)
        if "next_observation" in self.coefficients:
            known = torch.cat([decoded, self._encode(actions, mask)], dim=-1)  # [B, T, D + A]
            losses["next_observation"] = functions.next_observation_loss(
                self.decoders["next_observation"](known), observations, mask
            )
        if "l2" in self.coefficients:
            losses["l2"] = functions.l2_loss(networks.parameters())
        if "behaviour_cloning" in self.coefficients:
            losses["behaviour_cloning"] = self._clone(networks, policy)
        return losses

    def weigh(self, losses: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return each loss multiplied by its coefficient."""
        return {name: self.coefficients[name] * loss for name, loss in losses.items()}

    @cached_property
    def demonstrations(self) -> Demonstrations:
        """The expert's episodes, which must have been recorded in the same spaces."""
        assert self._path is not None  # The coefficients were checked.
        demonstrations = Demonstrations.load(self._path)
        demonstrations.check_spaces(self._demonstrated_size, self._demonstrated_actions)
        return demonstrations

    def _clone(self, networks: ActorCritic, policy: Policy | None) -> Tensor:
        device = next(networks.parameters()).device
        episodes = self.demonstrations.draw(_EPISODES_PER_BATCH, self._generator)
        observations, actions, seq_lens = (tensor.to(device) for tensor in episodes)
        if policy is None:
            inputs, _, _ = networks(observations, seq_lens=seq_lens)
        else:
            inputs = policy(observations, actions, seq_lens)  # [B, T, A]
        mask = sequence_mask(seq_lens, observations.shape[1])  # [B, T]
        return functions.behaviour_cloning_loss(inputs, actions, mask, self._distribution)

    def _encode(self, actions: Any, mask: Tensor) -> Float[Tensor, "B T A"]:
        # Encode whole numbers one-hot, and leave others as they are. Write zeros where the mask is
        # false: there may be NaN there, and NaN times 0 is NaN.
        space = self.action_space
        if isinstance(space, gym.spaces.Discrete):
            actions = actions.reshape(mask.shape)  # The old stack has [B, T, 1].
        # The old stack has the parts of an action as one tensor.
        actions = as_action(as_tensor(actions, space), space)
        return flatten(actions, space).masked_fill(~mask.unsqueeze(-1), 0)


def _without_tuple(space: gym.Space) -> gym.Space:
    """Return a Tuple of Discrete as the MultiDiscrete with the same choices; others as they are."""
    if isinstance(space, gym.spaces.Box | gym.spaces.Discrete | gym.spaces.MultiDiscrete):
        return space
    is_tuple = isinstance(space, gym.spaces.Tuple)
    if is_tuple and all(isinstance(part, gym.spaces.Discrete) for part in space):
        return gym.spaces.MultiDiscrete(choices_of(space), start=[part.start for part in space])
    raise TypeError(
        "behaviour_cloning works with Discrete, MultiDiscrete, Box and a Tuple of Discrete, but "
        f"the action space is {space}. Leave this loss out."
    )


def shared_parameters(networks: ActorCritic) -> Iterator[nn.Parameter]:
    """Yield the parameters that all losses share, as notebook 12 shows it."""
    return networks.shared_parameters()


def check_coefficients(losses: Mapping[str, float], demonstrations: Any) -> None:
    """Raise the errors that :class:`ExtraLosses` names for its losses and demonstrations."""
    reject_unknown_keys(losses, LOSS_NAMES, "loss")
    for name, value in losses.items():
        if isinstance(value, bool) or not isinstance(value, Real):
            raise TypeError(f"The coefficient of {name} must be a number, got {value!r}.")
        if not 0 <= value < math.inf:
            raise ValueError(
                f"The coefficient of {name} must be a finite number of at least 0, but is {value}."
            )
    if losses.get("latent_kl") and not any(map(losses.get, ("reconstruction", "next_observation"))):
        raise ValueError(
            "latent_kl is about what decoders are given, and there is none: add reconstruction or "
            "next_observation."
        )
    if losses.get("behaviour_cloning") and demonstrations is None:
        raise ValueError(
            "behaviour_cloning needs episodes to learn from: pass demonstrations=, the path of a "
            "file that Demonstrations.save wrote."
        )
