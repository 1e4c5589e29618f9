"""The DNC over padded sequences."""

from __future__ import annotations

import copy

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from memorylab.errors import check_count, suggest
from memorylab.memory.dnc import fast
from memorylab.memory.dnc.cell import DNCCell
from memorylab.memory.dnc.trace import DNCTrace
from memorylab.memory.model import (
    MemoryModel,
    State,
    check_state,
    map_state,
    run_steps,
)

IMPLEMENTATIONS = ("fast", "reference")
"""The kernels of :mod:`memorylab.memory.dnc.fast`, and the equations of ``cell``."""


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
        implementation: ``"fast"`` runs whole sequences in compiled code where that is possible: on
            the processor, in single or double precision, with a controller of one layer and no
            part taken away; elsewhere, and with ``"reference"``, the cell runs step by step. The
            results are the same up to rounding, and so are the state and the weights.

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
        ablated: frozenset[str] = frozenset(),
        num_controller_layers: int = 1,
        implementation: str = "fast",
    ):
        super().__init__(input_size)
        if implementation not in IMPLEMENTATIONS:
            raise ValueError(
                f"implementation must be 'fast' or 'reference', but is {implementation!r}."
                f"{suggest(implementation, IMPLEMENTATIONS)}"
            )
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
        self,
        z: Float[Tensor, "B T F"],
        state: State,
        t_starts: Int[Tensor, "B"],
        seq_lens: Int[Tensor, "B"],
    ) -> tuple[Float[Tensor, "B T D"], State]:
        """Run the cell over time and map what it knows at each step to the output."""
        if self.implementation == "fast" and fast.applies(self.cell, z):
            known, state = fast.run_sequence(self.cell, z, state, seq_lens)  # [B, T, H + R·W]
            return self.output(known), state

        def step(x: Tensor, state: State) -> tuple[Tensor, State]:
            hidden, state, _, _ = self.cell(x, state)
            return torch.cat([hidden, state["read_vectors"].flatten(1)], dim=-1), state

        known, state = run_steps(step, z, state, seq_lens)  # [B, T, H + R·W]
        return self.output(known), state

    @torch.no_grad()
    def trace(self, z: Float[Tensor, "T F"], state: State | None = None) -> DNCTrace:
        """Run one sequence and return everything that happened.

        The run is done in double precision, whatever the model's own. Locations that nothing was
        written to are tied in usage; single precision would order them by its rounding errors, and
        nobody could follow the run with the paper's equations.

        Args:
            z: One sequence without padding ``[T, F]``, T at least 1.
            state: State to begin with, without batch dimension; by default the initial state.

        Raises:
            ValueError: The input is not ``[T, F]`` with at least one step, or holds NaN or
                infinity, or the state is not one of this model.
            TypeError: The input or the state has another dtype than the model's parameters.
        """
        z = torch.as_tensor(z)
        if z.dim() != 2 or len(z) == 0:
            raise ValueError(
                f"A trace records one sequence [T, F] of at least one step, but got "
                f"{list(z.shape)}. Record the rows of a batch one by one."
            )
        self._check_input(z.unsqueeze(0))
        if not z.isfinite().all():
            step = int((~z.isfinite()).any(-1).nonzero()[0])
            raise ValueError(f"The input holds NaN or infinity at step {step}. Mend the data.")
        if state is None:
            state = self.batch_initial_state(1)
        else:
            state = map_state(lambda tensor: tensor.unsqueeze(0), state)
            check_state(state, self.batch_initial_state(1))
        model, state = copy.deepcopy(self).double(), map_state(Tensor.double, state)
        steps: list[dict[str, Tensor]] = []  # each tensor has a first dimension of 1
        for x in z.double().unsqueeze(1):  # [1, F]
            hidden, state, interface, weightings = model.cell(x, state)
            known = torch.cat([hidden, state["read_vectors"].flatten(1)], dim=-1)
            step = {"input": x, "output": model.output(known)}
            steps.append(step | state | weightings._asdict() | interface._asdict())
        arrays = {name: torch.cat([step[name] for step in steps]) for name in DNCTrace.required()}
        return DNCTrace(
            {name: tensor.cpu().numpy() for name, tensor in arrays.items()},
            {"ablated": sorted(self.cell.ablated)},
        )
