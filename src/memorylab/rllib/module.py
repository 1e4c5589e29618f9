"""Any memory model as an RLModule, for RLlib's current API stack."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import torch
from jaxtyping import Float
from ray.rllib.core.columns import Columns
from ray.rllib.core.distribution.torch.torch_distribution import (
    TorchCategorical,
    TorchDiagGaussian,
    TorchMultiCategorical,
)
from ray.rllib.core.rl_module.apis import ValueFunctionAPI
from ray.rllib.core.rl_module.torch import TorchRLModule
from torch import Tensor

from memorylab.errors import reject_unknown_keys
from memorylab.memory import ActorCritic

DEFAULT_MODEL_CONFIG: dict[str, Any] = {
    "memory": "gru",
    "memory_config": {},
    "encoder_sizes": (64,),
    "actor_sizes": (64,),
    "critic_sizes": (64,),
    # These two are RLlib's own names.
    "vf_share_layers": True,
    "max_seq_len": 20,
}
"""Every key of :class:`MemoryRLModule`'s ``model_config``, with its default."""


class MemoryRLModule(TorchRLModule, ValueFunctionAPI):
    """An actor and a critic that see the world through a memory model.

    The observation passes an encoder, then the memory, then the actor's head and the critic's. The
    state that RLlib carries for it is ``{"memory": the model's state, "time": []}``, where time is
    how many steps of the episode have been seen; the memory gets it as ``t_starts``.

    Keys of ``model_config``:

    - ``memory``: a name in ``memorylab.memory.MEMORY_MODELS``.
    - ``memory_config``: arguments of that model, such as ``{"hidden_size": 32}``.
    - ``encoder_sizes``: layers before the memory, each linear with a leaky ReLU.
    - ``actor_sizes``, ``critic_sizes``: hidden layers of the heads, of the same kind.
    - ``vf_share_layers``: False gives the critic an encoder and a memory of its own; the state is
      then ``{"actor": ..., "critic": ..., "time": []}``.
    - ``max_seq_len``: RLlib cuts episodes into rows of this length.

    Raises:
        ValueError: A key or name in ``model_config`` doesn't exist; the message offers the
            nearest one.
        TypeError: The observation space is not a flat Box, or the action space is not one of
            Discrete, MultiDiscrete and Box.
    """

    def setup(self) -> None:
        """Build the networks; RLlib calls this once."""
        try:
            self._build()
        except AttributeError as error:
            # RLlib takes an AttributeError for a module of an older kind, builds it once more in
            # the older way, and reports that as the failure.
            raise RuntimeError(f"{type(self).__name__} could not be built: {error}") from error

    def _build(self) -> None:
        given = dict(self.model_config or {})
        reject_unknown_keys(given, DEFAULT_MODEL_CONFIG, "key of MemoryRLModule's model_config")
        # RLlib reads max_seq_len from here.
        self.model_config = DEFAULT_MODEL_CONFIG | given
        num_outputs, self.action_dist_cls = self.action_distribution(self.action_space)
        self.networks = self.make_networks(num_outputs)
        # Weights for acting alone would lack the critic's memory, whose state is sampled too.
        self.inference_only = False

    # A subclass changes what it needs of these five.

    @classmethod
    def action_distribution(cls, space: gym.Space) -> tuple[int, type]:
        """Return how many inputs the action distribution needs, and its class."""
        return action_distribution(space)

    def make_networks(self, num_outputs: int) -> ActorCritic:
        """Build all that has weights.

        Args:
            num_outputs: What the head of the actor puts out.
        """
        return ActorCritic(
            self.observation_size,
            num_outputs,
            **{key: value for key, value in self.model_config.items() if key != "max_seq_len"},
        )

    @property
    def observation_size(self) -> int:
        """Number of features that the memory reads."""
        return flat_size(self.observation_space)

    def observations(self, batch: dict[str, Any]) -> Float[Tensor, "B T F"]:
        """Return what the memory reads of a batch."""
        return batch[Columns.OBS].float()

    def action_inputs(self, actor: Tensor, batch: dict[str, Any]) -> Float[Tensor, "B T A"]:
        """Map what the actor sees ``[B, T, D]`` to the inputs of the action distribution."""
        return self.networks.actor_head(actor)

    def get_initial_state(self) -> dict[str, Any]:
        """Return the state at the start of an episode, without batch dimension."""
        return self.networks.initial_state()

    def _forward(self, batch: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Map observations ``[B, T, F]`` to the inputs of the action distribution."""
        actor, critic, state = self._remember(batch)
        return {
            Columns.ACTION_DIST_INPUTS: self.action_inputs(actor, batch),  # [B, T, A]
            Columns.EMBEDDINGS: critic,  # [B, T, D]
            Columns.STATE_OUT: state,
        }

    def _forward_exploration(self, batch: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        output = super()._forward_exploration(batch, **kwargs)
        # What sampling returns is stored with the episode, and nobody asks for this.
        del output[Columns.EMBEDDINGS]
        return output

    def _forward_inference(self, batch: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return self._forward_exploration(batch, **kwargs)

    def compute_values(
        self, batch: dict[str, Any], embeddings: Tensor | None = None
    ) -> Float[Tensor, "B T"]:
        """Return the critic's values.

        Args:
            batch: Observations, state and lengths.
            embeddings: What ``forward_train`` returned for this batch. Without it RLlib wants
                targets to learn from and not something to learn by, so there is no gradient.
        """
        if embeddings is None:
            with torch.no_grad():
                _, critic, _ = self._remember(batch)
                return self.networks.critic_head(critic).squeeze(-1)
        return self.networks.critic_head(embeddings).squeeze(-1)

    def _remember(self, batch: dict[str, Any]) -> tuple[Tensor, Tensor, dict[str, Any]]:
        """Return what the actor and the critic see of a padded batch, and the state after it."""
        # There are no lengths while acting.
        return self.networks.remember(
            self.observations(batch), batch[Columns.STATE_IN], batch.get(Columns.SEQ_LENS)
        )


def flat_size(space: gym.Space) -> int:
    """Return the number of features of a flat Box.

    Raises:
        TypeError: The space is something else.
    """
    if not isinstance(space, gym.spaces.Box) or len(space.shape) != 1:
        raise TypeError(
            f"MemoryRLModule reads flat observations, a Box of shape [F], but the space is "
            f"{space}. RLlib's connector FlattenObservations makes one of any other; ppo_config "
            "puts it in where it is needed."
        )
    return space.shape[0]


def action_distribution(space: gym.Space) -> tuple[int, type]:
    """Return how many numbers an action distribution over ``space`` needs, and its class.

    Raises:
        TypeError: The space is not Discrete from 0, MultiDiscrete from 0 with one dimension, or a
            Box of real numbers with one dimension.
    """
    if isinstance(space, gym.spaces.Discrete) and space.start == 0:
        return int(space.n), TorchCategorical
    if isinstance(space, gym.spaces.MultiDiscrete) and space.nvec.ndim == 1:
        if not space.start.any():
            choices = [int(n) for n in space.nvec]
            distribution = TorchMultiCategorical.get_partial_dist_cls(
                space=space, input_lens=choices
            )
            return sum(choices), distribution
    elif (
        isinstance(space, gym.spaces.Box)
        and len(space.shape) == 1
        and np.issubdtype(space.dtype, np.floating)
    ):
        return 2 * space.shape[0], TorchDiagGaussian  # A mean and a log standard deviation each.
    raise TypeError(
        f"MemoryRLModule has no action distribution for {space}. It knows Discrete and "
        "MultiDiscrete, counted from 0, and Box of shape [A] with real numbers. Wrap the "
        "environment so that it takes one of these."
    )
