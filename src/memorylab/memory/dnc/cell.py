"""One step of the DNC, in the order of the paper."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from memorylab.errors import check_count
from memorylab.memory.dnc import addressing
from memorylab.memory.dnc.ablation import check_parts, disturbance_without
from memorylab.memory.dnc.state import (
    Interface,
    MemoryState,
    Weightings,
    empty_memory,
    interface_size,
    split_interface,
)
from memorylab.memory.model import State, any_parameter

Edit = Callable[[str, Tensor], Tensor]
"""Takes the name of an array and what a step computed for it; returns what the step goes on with.
It is asked once for each array of a trace, in the order in which they are computed."""


def unedited(name: str, tensor: Tensor) -> Tensor:
    """Return the tensor itself."""
    return tensor


def memory_step(
    state: MemoryState, interface: Interface, edit: Edit = unedited, tie: float = 0.0
) -> tuple[MemoryState, Weightings]:
    """Write to the memory, link the write to the one before, and read.

    Args:
        state: Memory after the step before.
        interface: What the controller asks for in this step.
        edit: What to change on the way: see :data:`Edit`. The interface is past changing.
        tie: Which usages are tied: see :func:`addressing.allocation_weighting`.

    Returns:
        The memory after this step, and the weightings on the way.
    """
    # Where to write: the locations the read heads free and the least used ones, or by content.
    kept = addressing.retention(interface.free_gates, state.read_weighting)  # [B, N]
    usage = edit("usage", addressing.usage(state.usage, state.write_weighting, kept))  # [B, N]
    allocation = addressing.allocation_weighting(usage, tie)  # [B, N]
    allocation = edit("allocation_weighting", allocation)
    write_content = addressing.content_weighting(
        state.memory, interface.write_key.unsqueeze(-2), interface.write_strength.unsqueeze(-1)
    ).squeeze(-2)  # [B, N]
    write_content = edit("write_content_weighting", write_content)
    write_weighting = addressing.write_weighting(
        write_content, allocation, interface.allocation_gate, interface.write_gate
    )  # [B, N]
    write_weighting = edit("write_weighting", write_weighting)
    memory = addressing.write_memory(
        state.memory, write_weighting, interface.erase_vector, interface.write_vector
    )  # [B, N, W]
    memory = edit("memory", memory)

    # The order of writing: the link uses the precedence of the step before.
    link = addressing.temporal_link(state.link, state.precedence, write_weighting)  # [B, N, N]
    link = edit("link", link)
    precedence = addressing.precedence(state.precedence, write_weighting)  # [B, N]
    precedence = edit("precedence", precedence)

    # Where to read: along the links from what was read before, or by content.
    forward = addressing.forward_weighting(link, state.read_weighting)  # [B, R, N]
    forward = edit("forward_weighting", forward)
    backward = addressing.backward_weighting(link, state.read_weighting)  # [B, R, N]
    backward = edit("backward_weighting", backward)
    read_content = addressing.content_weighting(
        memory, interface.read_keys, interface.read_strengths
    )  # [B, R, N]
    read_content = edit("read_content_weighting", read_content)
    read_weighting = addressing.read_weighting(
        backward, read_content, forward, interface.read_modes
    )  # [B, R, N]
    read_weighting = edit("read_weighting", read_weighting)
    read_vectors = addressing.read_vectors(memory, read_weighting)  # [B, R, W]
    read_vectors = edit("read_vectors", read_vectors)

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
        self.has_gru = controller == "gru"
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
        elif controller == "gru":
            self.controller = nn.GRUCell(controller_input_size, hidden_size)
        elif controller == "feedforward":
            self.controller = nn.Sequential(
                nn.Linear(controller_input_size, hidden_size), nn.Tanh()
            )
        else:
            raise ValueError(
                f"controller must be 'lstm', 'gru' or 'feedforward', but is {controller!r}."
            )
        self.interface = nn.Linear(hidden_size, interface_size(word_size, num_read_heads))

    def initial_state(self) -> State:
        """Return zeros: the memory, and a recurrent controller's hidden vector and cell.

        These two are ``[H]``, or ``[L, H]`` if the LSTM has several layers. A GRU has no cell.
        """
        like = any_parameter(self)
        memory = empty_memory(self.num_locations, self.word_size, self.num_read_heads, like)
        state: State = memory._asdict()
        if self.num_lstm_layers or self.has_gru:
            layers = (self.num_lstm_layers,) if self.num_lstm_layers > 1 else ()
            names = ("hidden",) if self.has_gru else ("hidden", "cell")
            state["controller"] = {
                name: like.new_zeros(*layers, self.hidden_size) for name in names
            }
        return state

    def forward(
        self, x: Float[Tensor, "B F"], state: State, edit: Edit = unedited, tie: float = 0.0
    ) -> tuple[Float[Tensor, "B H"], State, Interface, Weightings]:
        """Run the controller on the input and the last reads, then the memory.

        Args:
            x: Input.
            state: State after the step before.
            edit: What to change on the way: see :data:`Edit`. Input and output are not the cell's.
            tie: Which usages are tied: see :func:`addressing.allocation_weighting`.

        Returns:
            The controller's output h ``[B, H]``, the state, the interface and the weightings.
        """
        previous = MemoryState(*(state[name] for name in MemoryState._fields))
        # The controller sees what was read in the step before: χ_t = [x_t; r_{t−1}^1; …].
        inputs = torch.cat([x, previous.read_vectors.flatten(1)], dim=-1)  # [B, F + R·W]
        following: State = {}
        if "controller" in state and self.has_gru:
            hidden = self.controller(inputs, state["controller"]["hidden"])  # [B, H]
            following["controller"] = {"hidden": hidden}
        elif "controller" in state:
            carried = (state["controller"]["hidden"], state["controller"]["cell"])
            hidden, cell = self.controller(inputs, carried)  # [B, H] or [B, L, H]
            following["controller"] = {"hidden": hidden, "cell": cell}
            # Several layers: the top one steers the memory.
            hidden = hidden if hidden.dim() == 2 else hidden[:, -1]  # [B, H]
        else:
            hidden = self.controller(inputs)  # [B, H]
        interface = split_interface(self.interface(hidden), self.word_size, self.num_read_heads)
        if self.ablated:
            edit = self._edit_after_ablation(edit)
        interface = Interface(*map(edit, Interface._fields, interface))
        memory, weightings = memory_step(previous, interface, edit, tie)
        return hidden, memory._asdict() | following, interface, weightings

    def _edit_after_ablation(self, edit: Edit) -> Edit:
        """Return an edit that takes the ablated parts away before ``edit``."""
        without = disturbance_without(self.ablated)
        # The ablated parts are missing at every step, so any number of a step will do.
        return lambda name, tensor: edit(name, without.apply(name, tensor, step=0))
