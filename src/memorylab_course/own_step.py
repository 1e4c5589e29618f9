"""A DNC whose memory step is a function that a student wrote."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from memorylab.memory import DNC
from memorylab.memory.dnc import cell
from memorylab.memory.dnc.state import Interface, MemoryState, split_interface
from memorylab.memory.model import Counts, MemoryModel, State, run_steps

Step = Callable[[Interface, State], tuple[Tensor, State]]

CARRIED = ("usage", "write_weighting", "memory", "link", "precedence", "read_weighting")
"""What a memory step gets of the step before, and returns, in the order of computation."""


class OwnDNC(MemoryModel):
    """The DNC of :mod:`memorylab.memory.dnc` around a memory step of one's own.

    Controller, interface and output are the package's, and so are the names of the weights: those
    of one fit the other by ``load_state_dict``, and the same seed draws the same.

    Args:
        memory_step: Takes the interface, in its parts (``interface.write_key [B, W]`` …, see
            :class:`memorylab.memory.dnc.state.Interface`), and the state after the step before: a
            dictionary of ``memory [B, N, W]``, ``usage [B, N]``, ``write_weighting [B, N]``,
            ``link [B, N, N]``, ``precedence [B, N]`` and ``read_weighting [B, R, N]``. Returns the
            read vectors ``[B, R, W]`` and such a dictionary after this step.
        input_size: Number of input features F.
        output_size: Number of output features D.
        hidden_size: Size H of the controller, an LSTM.
        num_locations: Number N of memory locations.
        word_size: Length W of a location.
        num_read_heads: Number R of read heads.

    Raises:
        TypeError: ``memory_step`` is no function. When the model runs: it returns something else.
        ValueError: A size is below 1. When the model runs: an array has another name or shape.
    """

    def __init__(
        self,
        memory_step: Step,
        input_size: int,
        output_size: int,
        *,
        hidden_size: int = 64,
        num_locations: int = 16,
        word_size: int = 16,
        num_read_heads: int = 1,
    ):
        super().__init__(input_size)
        if not callable(memory_step):
            raise TypeError(
                f"memory_step must be a function of interface and state, not {memory_step!r}."
            )
        dnc = DNC(
            input_size,
            output_size,
            hidden_size=hidden_size,
            num_locations=num_locations,
            word_size=word_size,
            num_read_heads=num_read_heads,
        )
        self.memory_step, self.cell, self.output = memory_step, dnc.cell, dnc.output

    @property
    def output_size(self) -> int:
        """Number of output features D."""
        return self.output.out_features

    def initial_state(self) -> State:
        """Return zeros: the six arrays, the read vectors and the controller's state."""
        return self.cell.initial_state()

    def forward_memory(
        self, z: Float[Tensor, "B T F"], state: State, t_starts: Counts, seq_lens: Counts
    ) -> tuple[Float[Tensor, "B T D"], State]:
        """Run controller, memory step and output at each step."""
        own = self.cell

        def step(x: Tensor, state: State) -> tuple[Tensor, State]:
            # The controller sees the input and what was read in the step before.
            inputs = torch.cat([x, state["read_vectors"].flatten(1)], dim=-1)  # [B, F + R·W]
            controller = state["controller"]
            h, c = own.controller(inputs, (controller["hidden"], controller["cell"]))  # [B, H]
            interface = split_interface(own.interface(h), own.word_size, own.num_read_heads)
            before = {name: state[name] for name in CARRIED}
            result = self.memory_step(interface, before)
            read_vectors, after = check_step(result, interface, before)
            y = self.output(torch.cat([h, read_vectors.flatten(1)], dim=-1))  # [B, D]
            rest = {"read_vectors": read_vectors, "controller": {"hidden": h, "cell": c}}
            return y, after | rest

        return run_steps(step, z, state, seq_lens)


def package_step(interface: Interface, state: State) -> tuple[Tensor, State]:
    """Return what a student's step should return, computed by the package's."""
    # The read vectors of the step before only matter to the controller.
    before = MemoryState(**state, read_vectors=torch.zeros_like(interface.read_keys))
    after, _ = cell.memory_step(before, interface)
    return after.read_vectors, {name: getattr(after, name) for name in CARRIED}


def check_step(result: Any, interface: Interface, before: State) -> tuple[Tensor, State]:
    """Return the result of a memory step if it has the names and shapes that are needed.

    Args:
        result: What the step returned.
        interface: What the step was given.
        before: The state that it was given, whose arrays have the shapes of those after it.

    Raises:
        TypeError: It is no pair of a tensor and a dictionary of tensors.
        ValueError: A name is missing or too much, or a shape is another one.
    """
    if not (isinstance(result, tuple | list) and len(result) == 2 and isinstance(result[1], dict)):
        got = f"{len(result)} things" if isinstance(result, tuple) else type(result).__name__
        raise TypeError(f"memory_step must return (read_vectors, state), but returned {got}.")
    read_vectors, after = result
    if after.keys() != set(CARRIED):
        raise ValueError(
            f"The state that memory_step returns must have {', '.join(CARRIED)}, but it has "
            f"{', '.join(map(str, after)) or 'nothing'}."
        )
    shapes = {name: array.shape for name, array in before.items()}
    shapes["read_vectors"] = interface.read_keys.shape  # [B, R, W] both
    for name, array in {**after, "read_vectors": read_vectors}.items():
        if not isinstance(array, Tensor):
            raise TypeError(f"{name} must be a tensor, but is {type(array).__name__}.")
        if array.shape != shapes[name]:
            raise ValueError(f"{name} must be {list(shapes[name])}, but is {list(array.shape)}.")
    return read_vectors, after
