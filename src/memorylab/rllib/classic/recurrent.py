"""POPGym's Elman, GRU and LSTM."""

from __future__ import annotations

from typing import Any, ClassVar

from torch import Tensor

from memorylab import memory
from memorylab.memory import MemoryModel, State
from memorylab.rllib.classic.base_model import BaseModel


class _Recurrent(BaseModel):
    """A recurrent network of one layer, as an RLlib model.

    The memory's state is one tensor ``[1, H]``, the hidden vector; the LSTM's cell is a second.
    Options besides those of :class:`BaseModel`:

    - ``num_recurrent_layers``: 1; POPGym knows the option, but its state has no room for more.
    - ``benchmark``: has no effect. In POPGym it chooses a slower way to the same numbers.

    Raises:
        ValueError: ``num_recurrent_layers`` is not 1.
    """

    MODEL_CONFIG: ClassVar[dict[str, Any]] = {"num_recurrent_layers": 1, "benchmark": False}
    core_class: ClassVar[type[MemoryModel]]

    def make_core(self) -> MemoryModel:
        if self.cfg["num_recurrent_layers"] != 1:
            raise ValueError(
                f"num_recurrent_layers must be 1, but is {self.cfg['num_recurrent_layers']!r}: the "
                "state has no room for more."
            )
        return self.core_class(self.cfg["preprocessor_output_size"], self.cfg["hidden_size"])

    def _to_core(self, state: list[Tensor]) -> State:
        return super()._to_core([tensor.squeeze(1) for tensor in state])

    def _to_list(self, state: State) -> list[Tensor]:
        return [tensor.unsqueeze(1) for tensor in super()._to_list(state)]


class Elman(_Recurrent):
    """The network of :class:`memorylab.memory.Elman` as an RLlib model."""

    core_class = memory.Elman


class GRU(_Recurrent):
    """The network of :class:`memorylab.memory.GRU` as an RLlib model."""

    core_class = memory.GRU


class LSTM(_Recurrent):
    """The network of :class:`memorylab.memory.LSTM` as an RLlib model."""

    core_class = memory.LSTM
