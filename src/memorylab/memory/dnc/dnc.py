"""The DNC over padded sequences."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from memorylab.errors import check_count, suggest
from memorylab.memory.dnc import fast
from memorylab.memory.dnc.addressing import TIE
from memorylab.memory.dnc.cell import DNCCell
from memorylab.memory.dnc.trace import DNCTrace
from memorylab.memory.facts import Facts
from memorylab.memory.model import Counts, MemoryModel, Record, State, run_steps

_IMPLEMENTATIONS = ("auto", "fast", "reference")
"""Whichever can run, the kernels of :mod:`memorylab.memory.dnc.fast`, the equations of ``cell``."""


class DNC(MemoryModel):
    """The Differentiable Neural Computer of Graves et al., Nature 538 (2016).

    A controller network reads and writes a matrix of N locations with W numbers each. It finds
    locations by content, by how little they are used, and by the order in which they were written.
    The output is the paper's ``y_t = W_y h_t + W_r [r_t^1; …; r_t^R]``, with a bias.

    Args:
        input_size: Number of input features F.
        output_size: Number of output features D; by default ``hidden_size``.
        hidden_size: Size H of the controller's output.
        num_locations: Number N of memory locations.
        word_size: Length W of a location.
        num_read_heads: Number R of read heads.
        controller: ``"lstm"``; ``"gru"``, which only the reference runs; or ``"feedforward"``
            for one layer that remembers nothing itself.
        ablated: Parts to take away: see :func:`memorylab.memory.dnc.ablate`.
        num_controller_layers: Number of layers of the LSTM controller, each seeing what the one
            below puts out; the memory is steered by the top one.
        implementation: ``"reference"`` runs the cell step by step. ``"fast"`` runs whole sequences
            in compiled code, with the same results up to rounding, and raises where that can't be
            done. ``"auto"`` takes compiled code where it can: on the processor, in single or
            double precision, with an LSTM of one layer or a feed-forward controller, and no part
            taken away. It takes the reference elsewhere, and also for modules that were changed
            (by hooks, pruning, replaced parts …); then a warning says why. State and weights are
            the same for all.

    Raises:
        ValueError: A size is below 1, or the controller, a part or the implementation doesn't
            exist.
    """

    trace_class = DNCTrace
    facts = Facts(
        title="Differentiable Neural Computer",
        paper="Graves et al. 2016",
        keeps="a matrix N × W with usage and links, and an LSTM of H units",
        cost="4 H (F + R·W + H) + (R + 3) H·W + (2 R + 2) N² + (2 R + 4) N·W",
        depth="T",
    )

    def __init__(
        self,
        input_size: int,
        output_size: int | None = None,
        *,
        hidden_size: int = 64,
        num_locations: int = 16,
        word_size: int = 16,
        num_read_heads: int = 1,
        controller: str = "lstm",
        ablated: str | Iterable[str] = frozenset(),
        num_controller_layers: int = 1,
        implementation: str = "auto",
    ):
        super().__init__(input_size)
        if implementation not in _IMPLEMENTATIONS:
            hint = suggest(implementation, _IMPLEMENTATIONS)
            raise ValueError(f"There is no implementation {implementation!r}.{hint}")
        self.implementation = implementation
        self.cell = DNCCell(
            input_size,
            hidden_size,
            num_locations,
            word_size,
            num_read_heads,
            controller,
            ablated,
            num_controller_layers,
        )
        self.output = nn.Linear(
            hidden_size + num_read_heads * word_size,
            check_count(hidden_size if output_size is None else output_size, "output_size"),
        )

    @property
    def output_size(self) -> int:
        """Number of output features D."""
        return self.output.out_features

    def initial_state(self) -> State:
        """Return zeros: see :class:`memorylab.memory.dnc.MemoryState`, and ``controller``."""
        return self.cell.initial_state()

    def forward_memory(
        self, z: Float[Tensor, "B T F"], state: State, t_starts: Counts, seq_lens: Counts
    ) -> tuple[Float[Tensor, "B T D"], State]:
        """Run the cell over time and map its output and the read vectors to the output."""
        if self.implementation != "reference":
            if torch.compiler.is_compiling() and not torch.compiler.is_exporting():
                # Imported here, because it imports PyTorch's compiler.
                from memorylab.memory.dnc.fast.outside_graph import run_outside_graph

                return run_outside_graph(self, z, state, t_starts, seq_lens)
            if fast.can_run(self.cell, z, state, demanded=self.implementation == "fast"):
                h_and_r, state = fast.run_sequence(self.cell, z, state, seq_lens)
                return self.output(h_and_r), state

        def step(x: Tensor, state: State) -> tuple[Tensor, State]:
            hidden, state, _, _ = self.cell(x, state)
            return torch.cat([hidden, state["read_vectors"].flatten(1)], dim=-1), state

        h_and_r, state = run_steps(step, z, state, seq_lens)  # [B, T, H + R·W]
        return self.output(h_and_r), state

    @property
    def trace_metadata(self) -> dict[str, Any]:
        """The parts that were taken away."""
        return {"ablated": sorted(self.cell.ablated)}

    def trace_step(
        self, x: Float[Tensor, "1 F"], state: State, t: Counts, record: Record
    ) -> tuple[Float[Tensor, "1 D"], State]:
        """Run the cell for one step and record the arrays of ``ARRAYS``."""
        hidden, state, _, _ = self.cell(x, state, record, TIE)
        h_and_r = torch.cat([hidden, state["read_vectors"].flatten(1)], dim=-1)  # [1, H + R·W]
        return self.output(h_and_r), state

    def set_locations(self, num_locations: int) -> None:
        """Give the memory another number N of locations; the weights fit any."""
        self.cell.num_locations = num_locations
        self._expected_state = None  # its size is another now
