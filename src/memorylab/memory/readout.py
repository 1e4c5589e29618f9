"""A linear readout behind any memory model."""

from __future__ import annotations

from typing import Any

from jaxtyping import Float
from torch import Tensor, nn

from memorylab.errors import check_count
from memorylab.memory.model import Counts, MemoryModel, Record, State


class WithReadout(MemoryModel):
    """A memory model followed by one linear layer, so that any output size fits.

    Args:
        memory: The memory model.
        output_size: Number of output features D.
    """

    def __init__(self, memory: MemoryModel, output_size: int):
        super().__init__(memory.input_size)
        self.memory = memory
        self.trace_class = memory.trace_class
        self.readout = nn.Linear(memory.output_size, check_count(output_size, "output_size"))

    @property
    def output_size(self) -> int:
        """Number of output features D."""
        return self.readout.out_features

    def initial_state(self) -> State:
        """Return the initial state of the memory."""
        return self.memory.initial_state()

    def forward_memory(
        self, z: Float[Tensor, "B T F"], state: State, t_starts: Counts, seq_lens: Counts
    ) -> tuple[Float[Tensor, "B T D"], State]:
        """Run the memory, then the readout at every step."""
        y, state = self.memory.forward_memory(z, state, t_starts, seq_lens)
        return self.readout(y), state

    def set_locations(self, num_locations: int) -> None:
        """Give the memory another number N of locations, if it has any."""
        self.memory.set_locations(num_locations)
        self._expected_state = None  # its size is another now

    @property
    def trace_metadata(self) -> dict[str, Any]:
        """What the memory's traces say of it."""
        return self.memory.trace_metadata

    def trace_step(
        self, x: Float[Tensor, "1 F"], state: State, t: Counts, record: Record
    ) -> tuple[Float[Tensor, "1 D"], State]:
        """Run one step of the memory, which records its arrays, then the readout."""
        y, state = self.memory.trace_step(x, state, t, record)
        return self.readout(y), state
