"""POPGym's Elman, GRU and LSTM."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import gymnasium as gym
import torch
from jaxtyping import Float, Int
from torch import Tensor

from memorylab import memory
from memorylab.rllib.classic.base_model import BaseModel


class _Recurrent(BaseModel):
    """A recurrent network of one layer, as an RLlib model.

    Options besides those of :class:`BaseModel`:

    - ``num_recurrent_layers``: 1; POPGym knows the option, but its state has no room for more.
    - ``benchmark``: has no effect. In POPGym it chooses a slower way to the same numbers.

    Raises:
        ValueError: ``num_recurrent_layers`` is not 1.
    """

    MODEL_CONFIG: ClassVar[dict[str, Any]] = {"num_recurrent_layers": 1, "benchmark": False}
    core_class: ClassVar[type[memory.MemoryModel]]

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
        if self.cfg["num_recurrent_layers"] != 1:
            raise ValueError(
                f"num_recurrent_layers must be 1, but is {self.cfg['num_recurrent_layers']!r}: the "
                "state has no room for more."
            )
        self.core = self.core_class(self.cfg["preprocessor_output_size"], self.cfg["hidden_size"])

    def initial_state(self) -> list[Tensor]:
        """Return zeros ``[1, H]``: the hidden vector, and for the LSTM its cell."""
        return [torch.zeros(1, self.cfg["hidden_size"]) for _ in self.core.initial_state()]

    def forward_memory(
        self,
        z: Float[Tensor, "B T F"],
        state: list[Tensor],
        t_starts: Int[Tensor, "B"],
        seq_lens: Int[Tensor, "B"],
    ) -> tuple[Float[Tensor, "B T D"], list[Tensor]]:
        """Run the network over the real steps."""
        names = self.core.initial_state()
        carried = {key: tensor.squeeze(1) for key, tensor in zip(names, state, strict=True)}
        z, following = self.core(z, carried, t_starts, seq_lens)
        return z, [following[key].unsqueeze(1) for key in names]


class Elman(_Recurrent):
    """The network of :class:`memorylab.memory.Elman` as an RLlib model."""

    core_class = memory.Elman


class GRU(_Recurrent):
    """The network of :class:`memorylab.memory.GRU` as an RLlib model."""

    core_class = memory.GRU


class LSTM(_Recurrent):
    """The network of :class:`memorylab.memory.LSTM` as an RLlib model."""

    core_class = memory.LSTM
