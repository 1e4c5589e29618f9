"""Recurrent networks under the contract: Elman, GRU and LSTM."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import torch
from jaxtyping import Float, Integer
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from memorylab.errors import check_count
from memorylab.memory.model import MemoryModel, State, any_parameter, map_state, run_steps
from memorylab.sequences.masks import values_can_be_read


class _Recurrent(MemoryModel):
    """One layer of PyTorch's recurrent networks, packed so that padding costs nothing."""

    network_class: type[nn.RNN | nn.GRU | nn.LSTM]

    def __init__(self, input_size: int, hidden_size: int = 64):
        super().__init__(input_size)
        self.hidden_size = check_count(hidden_size, "hidden_size")
        self.network = self.network_class(input_size, hidden_size, batch_first=True)

    @property
    def output_size(self) -> int:
        """Number of output features D, equal to ``hidden_size``."""
        return self.hidden_size

    def initial_state(self) -> State:
        """Return zeros: ``hidden [H]``."""
        return {"hidden": any_parameter(self).new_zeros(self.hidden_size)}

    @abstractmethod
    def _to_torch(self, state: State) -> Tensor | tuple[Tensor, Tensor]:
        """Return the state as the PyTorch network takes it: on CUDA, it must be contiguous."""

    @abstractmethod
    def _from_torch(self, hidden: Any) -> State:
        """Return the PyTorch network's state as a dictionary."""

    def forward_memory(
        self,
        z: Float[Tensor, "B T F"],
        state: State,
        t_starts: Integer[Tensor, "B"],
        seq_lens: Integer[Tensor, "B"],
    ) -> tuple[Float[Tensor, "B T D"], State]:
        """Run the network over the real steps only."""
        max_len = z.shape[1]
        if not values_can_be_read():
            # Packing reads the lengths; holding the state of rows that have ended doesn't.
            return run_steps(self._step, z, state, seq_lens)
        if int(seq_lens.min()) == max_len:
            y, hidden = self.network(z, self._to_torch(state))
            return y, self._from_torch(hidden)
        # A packed row can't be empty: run one step of padding, then put the given state back.
        packed = pack_padded_sequence(
            z, seq_lens.clamp(min=1).cpu(), batch_first=True, enforce_sorted=False
        )
        y, hidden = self.network(packed, self._to_torch(state))
        y, _ = pad_packed_sequence(y, batch_first=True, total_length=max_len)  # [B, T, H]
        empty = (seq_lens == 0).unsqueeze(-1)  # [B, 1]
        after = self._from_torch(hidden)
        return y, map_state(lambda new, old: torch.where(empty, old, new), after, state)

    def _step(self, x: Float[Tensor, "B F"], state: State) -> tuple[Float[Tensor, "B H"], State]:
        y, hidden = self.network(x.unsqueeze(1), self._to_torch(state))
        return y.squeeze(1), self._from_torch(hidden)


class _OneState(_Recurrent):
    """A recurrent network whose state is its hidden vector."""

    def _to_torch(self, state: State) -> Tensor:
        return state["hidden"].unsqueeze(0).contiguous()

    def _from_torch(self, hidden: Tensor) -> State:
        return {"hidden": hidden.squeeze(0)}


class Elman(_OneState):
    """The simple recurrent network of Elman, "Finding structure in time" (1990), with tanh.

    Args:
        input_size: Number of input features F.
        hidden_size: Size H of the hidden vector, and the output size.
    """

    network_class = nn.RNN


class GRU(_OneState):
    """The gated recurrent unit of Cho et al. (2014), in PyTorch's form.

    Args:
        input_size: Number of input features F.
        hidden_size: Size H of the hidden vector, and the output size.
    """

    network_class = nn.GRU


class LSTM(_Recurrent):
    """Long short-term memory: Hochreiter & Schmidhuber (1997), with forget gates.

    Args:
        input_size: Number of input features F.
        hidden_size: Size H of the hidden vector and the cell, and the output size.
    """

    network_class = nn.LSTM

    def initial_state(self) -> State:
        """Return zeros: ``hidden [H]`` and ``cell [H]``."""
        hidden = super().initial_state()["hidden"]
        return {"hidden": hidden, "cell": hidden.clone()}

    def _to_torch(self, state: State) -> tuple[Tensor, Tensor]:
        return state["hidden"].unsqueeze(0).contiguous(), state["cell"].unsqueeze(0).contiguous()

    def _from_torch(self, hidden: tuple[Tensor, Tensor]) -> State:
        return {"hidden": hidden[0].squeeze(0), "cell": hidden[1].squeeze(0)}
