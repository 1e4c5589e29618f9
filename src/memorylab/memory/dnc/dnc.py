"""The DNC over padded sequences."""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from memorylab.errors import check_count, suggest
from memorylab.memory.disturbance import Disturbance
from memorylab.memory.dnc import fast
from memorylab.memory.dnc.cell import DNCCell
from memorylab.memory.dnc.trace import DNCTrace
from memorylab.memory.model import Counts, MemoryModel, State, batched, map_state, run_steps

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
        controller: ``"lstm"``, or ``"feedforward"`` for one layer that remembers nothing itself.
        ablated: Parts to take away: see :func:`memorylab.memory.dnc.ablate`.
        num_controller_layers: Number of layers of the LSTM controller, each seeing what the one
            below puts out; the memory is steered by the top one.
        implementation: ``"reference"`` runs the cell step by step. ``"fast"`` runs whole sequences
            in compiled code, with the same results up to rounding, and raises where that can't be
            done. ``"auto"`` takes compiled code where it can: on the processor, in single or
            double precision, with a controller of one layer and no part taken away. It takes the
            reference elsewhere, and also for modules that were changed (by hooks, pruning,
            replaced parts …); then a warning says why. State and weights are the same for all.

    Raises:
        ValueError: A size is below 1, or the controller, a part or the implementation doesn't
            exist.
    """

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

    @torch.no_grad()
    def trace(
        self,
        z: Float[Tensor | np.ndarray, "T F"],
        state: State | None = None,
        *,
        disturbance: Disturbance | str | None = None,
    ) -> DNCTrace:
        """Run one sequence and return everything that happened.

        The run is done in double precision, whatever the model's own. Locations that nothing was
        written to are tied in usage; single precision would order them by its rounding errors, and
        nobody could follow the run with the paper's equations.

        Args:
            z: One sequence without padding ``[T, F]``, T at least 1.
            state: State to begin with, without batch dimension; by default the initial state.
            disturbance: What to change in the run, or its text: see
                :class:`memorylab.memory.Disturbance`. With another number of locations the same
                weights run on a larger or smaller memory, and ``state`` must have its size.

        Raises:
            ValueError: The input is not ``[T, F]`` with at least one step, or holds NaN or
                infinity, or the state is not one of this model. Or the disturbance can't be read,
                doesn't fit the run, has words, or drives the run to infinity.
            TypeError: The input or the state has another dtype than the model's parameters.
        """
        z, disturbance = torch.as_tensor(z), Disturbance.parse(disturbance)
        self._check_sequence(z)
        if disturbance.words is not None:
            raise ValueError(
                "A task must turn the disturbance's words into input. Use DNCTrace.record(model, "
                "input, disturbance=disturbance, make=task.make)."
            )
        model = self._with_locations(disturbance.num_locations)
        disturbance.check(DNCTrace.table, self._sizes() | {"T": len(z)})
        state = batched(model.initial_state() if state is None else state, 1)
        model._check_state(state, 1, z.dtype)
        model, state = model.double(), map_state(Tensor.double, state)
        steps: list[dict[str, Tensor]] = []  # each tensor has a first dimension of 1
        for number, x in enumerate(z.double().unsqueeze(1)):
            edit = functools.partial(disturbance.apply, step=number)
            x = edit("input", x)  # [1, F]
            hidden, state, interface, weightings = model.cell(x, state, edit)
            h_and_r = torch.cat([hidden, state["read_vectors"].flatten(1)], dim=-1)
            step = {"input": x, "output": edit("output", model.output(h_and_r))}
            steps.append(step | state | weightings._asdict() | interface._asdict())
        arrays = {
            name: torch.cat([step[name] for step in steps]).cpu().numpy()
            for name in DNCTrace.required()
        }
        metadata: dict[str, Any] = {"ablated": sorted(self.cell.ablated)}
        if disturbance:
            _check_finite(arrays)
            metadata["disturbance"] = str(disturbance)
        return DNCTrace(arrays, metadata)

    def _check_sequence(self, z: Tensor) -> None:
        """Raise unless ``z`` is one sequence ``[T, F]`` of finite numbers."""
        if z.dim() != 2 or len(z) == 0:
            raise ValueError(
                f"A trace records one sequence [T, F] of at least one step, but got "
                f"{list(z.shape)}. Record the rows of a batch one by one."
            )
        self._check_input(z.unsqueeze(0))
        if not z.isfinite().all():
            step = int((~z.isfinite()).any(-1).nonzero()[0])
            raise ValueError(f"The input holds NaN or infinity at step {step}. Mend the data.")

    def _sizes(self) -> dict[str, int]:
        """Return the sizes of a trace's dimensions by their letters, T aside."""
        cell = self.cell
        return {
            "F": self.input_size,
            "D": self.output_size,
            "N": cell.num_locations,
            "W": cell.word_size,
            "R": cell.num_read_heads,
        }

    def _with_locations(self, num_locations: int | None) -> DNC:
        """Return a copy with the same weights and N locations, by default as many as before."""
        model = copy.deepcopy(self)
        if num_locations is not None:
            model.cell.num_locations = num_locations
            model._expected_state = None  # the state has another size now
        return model


def _check_finite(arrays: dict[str, np.ndarray]) -> None:
    """Raise if a disturbance drove a run to NaN or infinity, naming the first step and array."""
    found = [
        (int(wrong[0]), name)
        for name, array in arrays.items()
        if len(wrong := np.argwhere(~np.isfinite(array.reshape(len(array), -1)).all(-1)).ravel())
    ]
    if found:
        step, name = min(found)
        raise ValueError(
            f"The disturbance drives {name} to NaN or infinity at step {step}. Use smaller values."
        )
