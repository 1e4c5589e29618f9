"""Recurrent networks under the contract: Elman, GRU and LSTM."""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import linear
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from memorylab.errors import check_count
from memorylab.memory.facts import Facts
from memorylab.memory.model import (
    Counts,
    MemoryModel,
    Record,
    State,
    any_parameter,
    map_state,
    run_steps,
)
from memorylab.memory.parallel import after_last_step
from memorylab.memory.trace_classes import ElmanTrace, GRUTrace, LSTMTrace
from memorylab.sequences.masks import mask_checked, values_can_be_read

_SHUT = 1000.0
"""A gate's input that shuts it: the sigmoid of −1000 is 0, and that of 1000 is 1."""


class _Recurrent(MemoryModel):
    """One layer of PyTorch's recurrent networks."""

    network_class: type[nn.RNN | nn.GRU | nn.LSTM]
    parts: tuple[str, ...] = ("hidden",)  # of the state, as PyTorch orders them

    def __init__(self, input_size: int, hidden_size: int = 64):
        super().__init__(input_size)
        self.hidden_size = check_count(hidden_size, "hidden_size")
        self.network = self.network_class(input_size, hidden_size, batch_first=True)

    @property
    def output_size(self) -> int:
        """Number of output features D, equal to ``hidden_size``."""
        return self.hidden_size

    def initial_state(self) -> State:
        """Return zeros ``[H]`` for each part of the state."""
        return {part: any_parameter(self).new_zeros(self.hidden_size) for part in self.parts}

    def forward_memory(
        self, z: Float[Tensor, "B T F"], state: State, t_starts: Counts, seq_lens: Counts
    ) -> tuple[Float[Tensor, "B T D"], State]:
        """Run the network over all steps, and return the state after each row's last real one."""
        if not values_can_be_read():
            # Packing reads the lengths; holding the state of rows that have ended doesn't.
            return run_steps(self._step, z, state, seq_lens)
        if int(seq_lens.min()) == z.shape[1]:
            return self._run(z, state)
        return self._run_padded(z, state, seq_lens)

    def _run_padded(
        self, z: Float[Tensor, "B T F"], state: State, seq_lens: Counts
    ) -> tuple[Float[Tensor, "B T H"], State]:
        """Run the network over the real steps only."""
        # A packed row can't be empty: run one step of padding, then put the given state back.
        packed = pack_padded_sequence(
            z, seq_lens.clamp(min=1).cpu(), batch_first=True, enforce_sorted=False
        )
        y, after = self._run(packed, state)
        y, _ = pad_packed_sequence(y, batch_first=True, total_length=z.shape[1])  # [B, T, H]
        empty = (seq_lens == 0).unsqueeze(-1)  # [B, 1]
        return y, map_state(lambda new, old: torch.where(empty, old, new), after, state)

    def _step(self, x: Float[Tensor, "B F"], state: State) -> tuple[Float[Tensor, "B H"], State]:
        y, after = self._run(x.unsqueeze(1), state)
        return y.squeeze(1), after

    def _run(self, z: Any, state: State) -> tuple[Any, State]:
        # On CUDA, PyTorch's networks want a contiguous state.
        before = tuple(state[part].unsqueeze(0).contiguous() for part in self.parts)
        y, after = self.network(z, before if len(before) > 1 else before[0])
        after = after if len(before) > 1 else (after,)
        return y, {part: x.squeeze(0) for part, x in zip(self.parts, after, strict=True)}

    def _linear(
        self, x: Float[Tensor, "1 F"], hidden: Float[Tensor, "1 H"]
    ) -> tuple[tuple[Float[Tensor, "1 H"], ...], tuple[Float[Tensor, "1 H"], ...]]:
        """Return what the input and the hidden vector add to each gate, in PyTorch's order."""
        network: Any = self.network
        of_input = linear(x, network.weight_ih_l0, network.bias_ih_l0)  # [1, gates · H]
        of_hidden = linear(hidden, network.weight_hh_l0, network.bias_hh_l0)  # [1, gates · H]
        return of_input.split(self.hidden_size, -1), of_hidden.split(self.hidden_size, -1)


class Elman(_Recurrent):
    """The simple recurrent network of Elman, "Finding structure in time" (1990), with tanh.

    Args:
        input_size: Number of input features F.
        hidden_size: Size H of the hidden vector, and the output size.
    """

    network_class = nn.RNN
    trace_class = ElmanTrace
    facts = Facts(
        title="Simple recurrent network",
        paper="Elman 1990",
        keeps="H numbers, all of which each step computes anew",
        cost="F·H + H²",
        depth="T",
    )

    def trace_step(
        self, x: Float[Tensor, "1 F"], state: State, t: Counts, record: Record
    ) -> tuple[Float[Tensor, "1 D"], State]:
        """Run one step by the equations of PyTorch's documentation."""
        (of_input,), (of_hidden,) = self._linear(x, state["hidden"])
        hidden = record("hidden", torch.tanh(of_input + of_hidden))
        return hidden, {"hidden": hidden}


class GRU(_Recurrent):
    """The gated recurrent unit of Cho et al. (2014), in PyTorch's form.

    Args:
        input_size: Number of input features F.
        hidden_size: Size H of the hidden vector, and the output size.
    """

    network_class = nn.GRU
    trace_class = GRUTrace
    facts = Facts(
        title="Gated recurrent unit",
        paper="Cho et al. 2014",
        keeps="H numbers; gates decide what is kept",
        cost="3 F·H + 3 H²",
        depth="T",
    )

    def trace_step(
        self, x: Float[Tensor, "1 F"], state: State, t: Counts, record: Record
    ) -> tuple[Float[Tensor, "1 D"], State]:
        """Run one step by the equations of PyTorch's documentation."""
        (r_x, z_x, n_x), (r_h, z_h, n_h) = self._linear(x, state["hidden"])
        reset = record("reset_gate", torch.sigmoid(r_x + r_h))
        update = record("update_gate", torch.sigmoid(z_x + z_h))
        candidate = record("candidate", torch.tanh(n_x + reset * n_h))
        hidden = record("hidden", (1 - update) * candidate + update * state["hidden"])
        return hidden, {"hidden": hidden}


class LSTM(_Recurrent):
    """Long short-term memory: Hochreiter & Schmidhuber (1997), with forget gates.

    Args:
        input_size: Number of input features F.
        hidden_size: Size H of the hidden vector and the cell, and the output size.
    """

    network_class = nn.LSTM
    parts = ("hidden", "cell")
    trace_class = LSTMTrace
    facts = Facts(
        title="Long short-term memory",
        paper="Hochreiter & Schmidhuber 1997",
        keeps="H numbers that gates protect, and H that are shown",
        cost="4 F·H + 4 H²",
        depth="T",
    )

    def _run_padded(
        self, z: Float[Tensor, "B T F"], state: State, seq_lens: Counts
    ) -> tuple[Float[Tensor, "B T H"], State]:
        """Hold the cell in the padding, by a further input that is 1 there.

        It opens the forget gate and shuts the input gate, both to the last bit. So the network runs
        over the padding too, but on a processor PyTorch's fast LSTM takes no packed sequences.
        """
        if z.device.type != "cpu" or not isinstance(self.network, nn.LSTM):  # but a quantised one
            return super()._run_padded(z, state, seq_lens)
        network: Any = self.network
        padding = ~mask_checked(seq_lens, z.shape[1]).unsqueeze(-1)  # [B, T, 1]
        gates = network.weight_ih_l0.new_tensor([-_SHUT, _SHUT, 0, 0])  # in PyTorch's order
        holding = gates.repeat_interleave(self.hidden_size).unsqueeze(-1)  # [4 · H, 1]
        weights = [
            torch.cat([network.weight_ih_l0, holding], 1),
            network.weight_hh_l0,
            network.bias_ih_l0,
            network.bias_hh_l0,
        ]
        before = [state[part].unsqueeze(0).contiguous() for part in self.parts]
        inputs = torch.cat([z, padding.to(z.dtype)], -1)
        # One layer with biases, no dropout, in one direction, batch first.
        options = (True, 1, 0.0, self.training, False, True)
        y, _, cell = torch.lstm(inputs, before, weights, *options)
        empty = (seq_lens == 0).unsqueeze(-1)  # [B, 1]
        cell = torch.where(empty, state["cell"], cell.squeeze(0).to(state["cell"].dtype))
        return y, {"hidden": after_last_step(y, state["hidden"], seq_lens), "cell": cell}

    def trace_step(
        self, x: Float[Tensor, "1 F"], state: State, t: Counts, record: Record
    ) -> tuple[Float[Tensor, "1 D"], State]:
        """Run one step by the equations of PyTorch's documentation."""
        i, f, g, o = map(torch.add, *self._linear(x, state["hidden"]))
        input_gate = record("input_gate", torch.sigmoid(i))
        forget_gate = record("forget_gate", torch.sigmoid(f))
        candidate = record("cell_candidate", torch.tanh(g))
        output_gate = record("output_gate", torch.sigmoid(o))
        cell = record("cell", forget_gate * state["cell"] + input_gate * candidate)
        hidden = record("hidden", output_gate * torch.tanh(cell))
        return hidden, {"hidden": hidden, "cell": cell}
