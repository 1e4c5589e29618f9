"""POPGym's models without memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import gymnasium as gym
from jaxtyping import Float, Int
from torch import Tensor

from memorylab.memory import FeedForward
from memorylab.rllib.classic.base_model import BaseModel


class MLP(BaseModel):
    """Two layers that remember nothing, but are told the time: what the clock alone can do.

    The embedding is ``"sine"`` unless another is asked for. Options and arguments are those of
    :class:`BaseModel`.
    """

    MODEL_CONFIG: ClassVar[dict[str, Any]] = {"embedding": "sine"}

    def __init__(
        self,
        obs_space: gym.Space,
        action_space: gym.Space,
        num_outputs: int,
        model_config: Mapping[str, Any],
        name: str,
        **custom_model_kwargs: Any,
    ):
        super().__init__(
            obs_space, action_space, num_outputs, model_config, name, **custom_model_kwargs
        )
        self.core = FeedForward(self.cfg["preprocessor_output_size"], self.cfg["hidden_size"])

    def initial_state(self) -> list[Tensor]:
        """Return ``[]``: there is nothing to remember."""
        return []

    def forward_memory(
        self,
        z: Float[Tensor, "B T F"],
        state: list[Tensor],
        t_starts: Int[Tensor, "B"],
        seq_lens: Int[Tensor, "B"],
    ) -> tuple[Float[Tensor, "B T D"], list[Tensor]]:
        """Apply the same layers to every step."""
        z, _ = self.core(z, {}, t_starts, seq_lens)
        return z, []


class BasicMLP(MLP):
    """Two layers that see nothing but the present step; what they can't learn needs a memory."""

    MODEL_CONFIG: ClassVar[dict[str, Any]] = {"embedding": None}
