"""One step of the DNC, in the order of the paper."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from memorylab.errors import check_count
from memorylab.memory.dnc import addressing
from memorylab.memory.dnc.ablation import CONTENT, LINKS, USAGE, check_parts
from memorylab.memory.dnc.state import (
    Interface,
    MemoryState,
    Weightings,
    empty_memory,
    interface_size,
    split_interface,
)
from memorylab.memory.model import State, any_parameter


def memory_step(
    state: MemoryState, interface: Interface, ablated: frozenset[str] = frozenset()
) -> tuple[MemoryState, Weightings]:
    """Write to the memory, link the write to the one before, and read.

    Args:
        state: Memory after the step before.
        interface: What the controller asks for in this step.
        ablated: Parts to take away: see :func:`memorylab.memory.dnc.ablate`.

    Returns:
        The memory after this step, and the weightings on the way.
    """
    # Where to write: the locations the read heads free and the least used ones, or by content.
    kept = addressing.retention(interface.free_gates, state.read_weighting)  # [B, N]
    usage = addressing.usage(state.usage, state.write_weighting, kept)  # [B, N]
    if USAGE in ablated:
        usage = torch.zeros_like(usage)
    allocation = addressing.allocation_weighting(usage)  # [B, N]
    write_content = addressing.content_weighting(
        state.memory, interface.write_key.unsqueeze(-2), interface.write_strength.unsqueeze(-1)
    ).squeeze(-2)  # [B, N]
    if CONTENT in ablated:
        write_content = torch.zeros_like(write_content)
    write_weighting = addressing.write_weighting(
        write_content, allocation, interface.allocation_gate, interface.write_gate
    )  # [B, N]
    memory = addressing.write_memory(
        state.memory, write_weighting, interface.erase_vector, interface.write_vector
    )  # [B, N, W]

    # The order of writing: the link uses the precedence of the step before.
    link = addressing.temporal_link(state.link, state.precedence, write_weighting)  # [B, N, N]
    if LINKS in ablated:
        link = torch.zeros_like(link)
    precedence = addressing.precedence(state.precedence, write_weighting)  # [B, N]

    # Where to read: along the links from what was read before, or by content.
    forward = addressing.forward_weighting(link, state.read_weighting)  # [B, R, N]
    backward = addressing.backward_weighting(link, state.read_weighting)  # [B, R, N]
    read_content = addressing.content_weighting(
        memory, interface.read_keys, interface.read_strengths
    )  # [B, R, N]
    if CONTENT in ablated:
        read_content = torch.zeros_like(read_content)
    read_weighting = addressing.read_weighting(
        backward, read_content, forward, interface.read_modes
    )  # [B, R, N]
    read_vectors = addressing.read_vectors(memory, read_weighting)  # [B, R, W]

    return (
        MemoryState(memory, usage, precedence, link, write_weighting, read_weighting, read_vectors),
        Weightings(allocation, write_content, read_content, forward, backward),
    )


class _StackedLSTMCell(nn.Module):
    """L LSTM cells on top of each other for one step, each fed with the output of the one below."""

    def __init__(self, input_size: int, hidden_size: int, num_layers: int):
        super().__init__()
        sizes = [input_size] + [hidden_size] * (num_layers - 1)
        self.layers = nn.ModuleList(nn.LSTMCell(size, hidden_size) for size in sizes)

    def forward(
        self, x: Float[Tensor, "B F"], carried: tuple[Float[Tensor, "B L H"], ...]
    ) -> tuple[Float[Tensor, "B L H"], Float[Tensor, "B L H"]]:
        """Return the hidden vectors and the cells of all layers."""
        after = []
        for layer, *before in zip(self.layers, *(part.unbind(1) for part in carried), strict=True):
            # Contiguous, so that the strides of the state don't change the last bits.
            x, cell = layer(x, tuple(part.contiguous() for part in before))  # [B, H]
            after.append((x, cell))
        hidden, cell = (torch.stack(part, dim=1) for part in zip(*after, strict=True))
        return hidden, cell


class DNCCell(nn.Module):
    """The controller and the memory it steers, for one step.

    The arguments are those of :class:`memorylab.memory.dnc.DNC`; L is the number of layers.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_locations: int,
        word_size: int,
        num_read_heads: int,
        controller: str = "lstm",
        ablated: str | Iterable[str] = frozenset(),
        num_controller_layers: int = 1,
    ):
        super().__init__()
        self.num_locations = check_count(num_locations, "num_locations")
        self.word_size = check_count(word_size, "word_size")
        self.num_read_heads = check_count(num_read_heads, "num_read_heads")
        self.hidden_size = check_count(hidden_size, "hidden_size")
        self.ablated = check_parts(ablated)
        # Kept apart from the controller, which may be replaced, for example by a quantised one.
        self.num_lstm_layers = num_controller_layers if controller == "lstm" else 0
        controller_input_size = input_size + num_read_heads * word_size
        self.controller: nn.Module
        if check_count(num_controller_layers, "num_controller_layers") > 1:
            if controller != "lstm":
                raise ValueError(
                    f"num_controller_layers must be 1 for the controller {controller!r}, but is "
                    f"{num_controller_layers}: only an LSTM can have more."
                )
            self.controller = _StackedLSTMCell(
                controller_input_size, hidden_size, num_controller_layers
            )
        elif controller == "lstm":
            self.controller = nn.LSTMCell(controller_input_size, hidden_size)
        elif controller == "feedforward":
            self.controller = nn.Sequential(
                nn.Linear(controller_input_size, hidden_size), nn.Tanh()
            )
        else:
            raise ValueError(f"controller must be 'lstm' or 'feedforward', but is {controller!r}.")
        self.interface = nn.Linear(hidden_size, interface_size(word_size, num_read_heads))

    def initial_state(self) -> State:
        """Return zeros: the memory and, for the LSTM controller, its hidden vector and cell.

        These two are ``[H]``, or ``[L, H]`` if the LSTM has several layers.
        """
        like = any_parameter(self)
        memory = empty_memory(self.num_locations, self.word_size, self.num_read_heads, like)
        state: State = memory._asdict()
        if self.num_lstm_layers:
            layers = (self.num_lstm_layers,) if self.num_lstm_layers > 1 else ()
            state["controller"] = {
                name: like.new_zeros(*layers, self.hidden_size) for name in ("hidden", "cell")
            }
        return state

    def forward(
        self, x: Float[Tensor, "B F"], state: State
    ) -> tuple[Float[Tensor, "B H"], State, Interface, Weightings]:
        """Run the controller on the input and the last reads, then the memory.

        Returns:
            The controller's output h ``[B, H]``, the state, the interface and the weightings.
        """
        previous = MemoryState(*(state[name] for name in MemoryState._fields))
        # The controller sees what was read in the step before: χ_t = [x_t; r_{t−1}^1; …].
        inputs = torch.cat([x, previous.read_vectors.flatten(1)], dim=-1)  # [B, F + R·W]
        following: State = {}
        if "controller" in state:
            carried = (state["controller"]["hidden"], state["controller"]["cell"])
            hidden, cell = self.controller(inputs, carried)  # [B, H] or [B, L, H]
            following["controller"] = {"hidden": hidden, "cell": cell}
            # Several layers: the top one steers the memory.
            hidden = hidden if hidden.dim() == 2 else hidden[:, -1]  # [B, H]
        else:
            hidden = self.controller(inputs)  # [B, H]
        interface = split_interface(self.interface(hidden), self.word_size, self.num_read_heads)
        memory, weightings = memory_step(previous, interface, self.ablated)
        return hidden, memory._asdict() | following, interface, weightings
