"""The contract of every memory model, and helpers for states and steps."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Integer
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from memorylab.errors import check_count
from memorylab.memory.checks import (
    check_arguments,
    check_devices,
    check_finite,
    check_order,
    check_state,
    is_autocast,
)
from memorylab.memory.disturbance import Disturbance, check_undiverged
from memorylab.memory.facts import Facts
from memorylab.memory.packed import run_packed
from memorylab.memory.trace import MemoryTrace
from memorylab.sequences.masks import (
    check_lengths,
    check_seq_lens,
    mask_checked,
    values_can_be_read,
)

State = dict[str, Any]
"""A nested dictionary of tensors; empty for a model that remembers nothing."""

Counts = Integer[Tensor, "B"]
"""A number of steps for each row."""

Record = Callable[[str, Tensor], Tensor]
"""Keeps an array ``[1, ...]`` under its name, and returns the one that the step goes on with."""


def map_state(function: Callable[..., Tensor], *states: State) -> State:
    """Apply ``function`` to the tensors with the same keys in each state, nested ones included."""
    first = states[0]
    return {
        key: map_state(function, *(state[key] for state in states))
        if isinstance(value, dict)
        else function(*(state[key] for state in states))
        for key, value in first.items()
    }


def batched(state: State, batch_size: int) -> State:
    """Repeat tensors ``[...]`` to ``[B, ...]``, each row a copy of its own."""
    return map_state(
        lambda tensor: tensor.unsqueeze(0).repeat(batch_size, *[1] * tensor.dim()), state
    )


def in_dtype(state: State, dtype: torch.dtype) -> State:
    """Return a state whose real numbers have the dtype."""
    return map_state(lambda x: x.to(dtype) if x.is_floating_point() else x, state)


def any_parameter(module: nn.Module) -> Tensor:
    """Return a parameter, whose dtype and device new tensors take.

    A module that was quantised has none left; it computes in single precision on the processor.
    """
    for parameter in module.parameters():
        return parameter
    return torch.empty(0)


class MemoryModel(nn.Module, ABC):
    """A model that reads padded sequences and carries a state from one call to the next.

    The call has the shape of POPGym's ``forward_memory`` (Morad et al., ICLR 2023), as a plain
    module that depends on no training framework. A subclass writes ``__init__``, ``output_size``,
    ``initial_state`` and ``forward_memory``. This class checks the input and makes the padding
    inert: whatever the padding holds, NaN included, it changes no output at a real step, no
    returned state and no gradient by a bit.

    Any model can be traced. One that has more to show than input and output also writes
    ``trace_class`` and ``trace_step``.

    Args:
        input_size: Number of features F of the input.
    """

    trace_class: type[MemoryTrace] = MemoryTrace
    """The class of this model's traces, which names their arrays."""

    facts: Facts | None = None
    """What tables say of it. Each model of the registry has some."""

    def __new__(cls, *args: Any, **given: Any) -> MemoryModel:
        """Answer arguments that other programs name otherwise; then as any class."""
        check_arguments(cls, given)
        return super().__new__(cls)

    def __init__(self, input_size: int):
        super().__init__()
        self.input_size = check_count(input_size, "input_size")
        self._expected_state: tuple[torch.dtype, State] | None = None

    @property
    @abstractmethod
    def output_size(self) -> int:
        """Number of features D of the output."""

    @abstractmethod
    def initial_state(self) -> State:
        """Return the state before the first step, without a batch dimension."""

    @abstractmethod
    def forward_memory(
        self, z: Float[Tensor, "B T F"], state: State, t_starts: Counts, seq_lens: Counts
    ) -> tuple[Float[Tensor, "B T D"], State]:
        """Run over the sequences. ``z`` is zero in the padding, and outputs there are dropped.

        The returned state must be the one after each row's last real step, and for a row of
        length 0 the state that was given.
        """

    def batch_initial_state(self, batch_size: int) -> State:
        """Return ``initial_state`` repeated for ``batch_size`` rows: each tensor ``[B, ...]``."""
        return batched(self.initial_state(), batch_size)

    def forward(
        self,
        z: Float[Tensor, "B T F"] | PackedSequence,
        state: State | None = None,
        t_starts: Integer[Tensor, "B"] | None = None,
        seq_lens: Integer[Tensor, "B"] | None = None,
    ) -> tuple[Float[Tensor, "B T D"] | PackedSequence, State]:
        """Read a padded or packed batch of sequences.

        Where PyTorch traces a program (``torch.compile``, ``export``, ``func``), it hides numbers:
        shapes and dtypes are checked, lengths and finiteness are not. Under autocast, the input may
        have any real dtype, and the state keeps the parameters'.

        Args:
            z: Input ``[B, T, F]``, padded at each row's end; or packed, and so is the output.
            state: State ``[B, ...]`` to begin with; by default the initial state.
            t_starts: How far into its episode each row begins ``[B]``; by default 0.
            seq_lens: How many steps of each row are real ``[B]``, 0 to T; by default all.

        Returns:
            Outputs ``[B, T, D]``, zero in the padding, and the state after each last real step.

        Raises:
            ValueError: A shape or a device doesn't fit, a length is negative or beyond T, a start
                is negative, or a real step holds NaN or infinity.
            TypeError: ``z`` or ``state`` is not of tensors of the parameters' dtype, or
                ``t_starts`` or ``seq_lens`` not a tensor of integers.
        """
        if isinstance(z, PackedSequence):
            return run_packed(self, z, state, t_starts, seq_lens)
        if casts := is_autocast(z):
            z = z.to(any_parameter(self).dtype)
        self._check_input(z, state=state, t_starts=t_starts, seq_lens=seq_lens)
        batch_size, max_len, _ = z.shape
        if state is None:
            state = self.batch_initial_state(batch_size)
        else:
            self._check_state(state, batch_size, z.dtype)
        if t_starts is None:
            t_starts = torch.zeros(batch_size, dtype=torch.long, device=z.device)
        else:
            check_lengths(t_starts, "t_starts", batch_size)
        shortest = max_len
        if seq_lens is None:
            seq_lens = torch.full((batch_size,), max_len, dtype=torch.long, device=z.device)
        else:
            shortest, _ = check_seq_lens(seq_lens, batch_size, max_len)
        if batch_size == 0 or max_len == 0:
            return z.new_zeros(batch_size, max_len, self.output_size), state

        padding = None
        if shortest < max_len:
            padding = ~mask_checked(seq_lens, max_len).unsqueeze(-1)  # [B, T, 1]
            # Filling, unlike multiplying by the mask, also stops NaN; its gradient is exactly 0.
            z = z.masked_fill(padding, 0)
        if values_can_be_read():
            check_finite(z, seq_lens)
        y, state = self.forward_memory(z, state, t_starts, seq_lens)
        state = in_dtype(state, z.dtype) if casts else state
        return (y if padding is None else y.masked_fill(padding, 0)), state

    @property
    def trace_metadata(self) -> dict[str, Any]:
        """What this model's traces say of it in their metadata."""
        return {}

    def trace_step(
        self, x: Float[Tensor, "1 F"], state: State, t: Counts, record: Record
    ) -> tuple[Float[Tensor, "1 D"], State]:
        """Run one step of a trace and return its output and the state after it.

        Args:
            x: The input.
            state: The state before the step ``[1, ...]``.
            t: How many steps of the episode came before ``[1]``.
            record: To be called with each array that ``trace_class`` adds to input and output, as
                soon as it is computed. All that follows is computed from what this returns.
        """
        y, state = self.forward_memory(x.unsqueeze(1), state, t, torch.ones_like(t))
        return y.squeeze(1), state

    @torch.no_grad()
    def trace(
        self,
        z: Float[Tensor | np.ndarray, "T F"],
        state: State | None = None,
        *,
        t_start: int = 0,
        disturbance: Disturbance | str | None = None,
    ) -> MemoryTrace:
        """Run one sequence and return everything that happened.

        The run is done in double precision, whatever the model's own. A DNC's locations that
        nothing was written to are tied in usage; single precision would order them by its rounding
        errors, and nobody could follow the run with the paper's equations.

        Args:
            z: One sequence without padding ``[T, F]``, T at least 1.
            state: State to begin with, without batch dimension; by default the initial state.
            t_start: How far into its episode the sequence begins.
            disturbance: What to change in the run, or its text: see
                :class:`memorylab.memory.Disturbance`. With another number of locations the same
                weights run on a larger or smaller memory, and ``state`` must have its size.

        Raises:
            ValueError: The input is not ``[T, F]`` with at least one step, or holds NaN or
                infinity, the state is not one of this model, or ``t_start`` is negative. Or the
                disturbance can't be read, doesn't fit the run, has words, or drives the run to
                infinity.
            TypeError: The input or the state has another dtype than the model's parameters, or
                ``t_start`` is no integer.
        """
        z = torch.as_tensor(z, device=any_parameter(self).device)
        disturbance = Disturbance.parse(disturbance)
        self._check_sequence(z)
        check_count(t_start, "t_start", minimum=0)
        model = copy.deepcopy(self)
        if disturbance:
            self._check_disturbance(disturbance, len(z))
            if disturbance.num_locations is not None:
                model.set_locations(disturbance.num_locations)
        state = batched(model.initial_state() if state is None else state, 1)
        model._check_state(state, 1, z.dtype)
        trace = model.double()._trace(
            z.double(), map_state(Tensor.double, state), t_start, disturbance
        )
        if disturbance:
            check_undiverged(trace.arrays)
            trace.metadata["disturbance"] = str(disturbance)
        return trace

    def set_locations(self, num_locations: int) -> None:
        """Give the memory another number N of locations, if it has any."""
        raise ValueError(f"{type(self).__name__} has no locations.")

    def _trace(
        self, z: Float[Tensor, "T F"], state: State, t_start: int, disturbance: Disturbance
    ) -> MemoryTrace:
        """Return the trace of a run without checks; the state is ``[1, ...]``."""
        kept: dict[str, list[Tensor]] = defaultdict(list)  # tensors [1, ...], one for each step

        def record(name: str, tensor: Tensor) -> Tensor:
            tensor = disturbance.apply(name, tensor, step)
            kept[name].append(tensor)
            return tensor

        for step, x in enumerate(z.unsqueeze(1)):  # [1, F]
            t = torch.full((1,), t_start + step, device=z.device)
            y, state = self.trace_step(record("input", x), state, t, record)
            record("output", y)
        arrays = {name: torch.cat(tensors).cpu().numpy() for name, tensors in kept.items()}
        return self.trace_class(arrays, self.trace_metadata)

    def _check_disturbance(self, disturbance: Disturbance, num_steps: int) -> None:
        if disturbance.words is not None:
            raise ValueError(
                "A task must turn the disturbance's words into input. Use "
                "MemoryTrace.record(model, input, disturbance=disturbance, make=task.make)."
            )
        if disturbance.options is not None:
            raise ValueError(
                "Only an environment can begin an episode with the disturbance's options. Give "
                "MemoryPlayer the agent's networks and the environment."
            )
        # One undisturbed step tells the sizes of the arrays.
        z = any_parameter(self).new_zeros(1, self.input_size)
        step = self._trace(z, self.batch_initial_state(1), 0, Disturbance())
        disturbance.check(self.trace_class.table, step.sizes | {"T": num_steps})

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

    def _check_input(self, z: Tensor, **others: Any) -> None:
        if not isinstance(z, Tensor):
            raise TypeError(
                f"z must be a tensor [B, T, F], got {type(z).__name__}. Use torch.as_tensor(z)."
            )
        if z.dim() != 3 or z.shape[-1] != self.input_size:
            raise ValueError(
                f"{type(self).__name__} expects z of shape [B, T, F] with F = input_size = "
                f"{self.input_size}, but got {list(z.shape)}."
            )
        dtype = any_parameter(self).dtype
        if z.dtype != dtype:
            raise TypeError(
                f"z is {z.dtype}, but the parameters of {type(self).__name__} are {dtype}. "
                f"Convert one of them: z.to({dtype}) or model.to({z.dtype})."
            )
        check_devices(any_parameter(self).device, {"z": z, **others}, type(self).__name__)
        if values_can_be_read():
            check_order(z, **others)

    def _check_state(self, state: State, batch_size: int, dtype: torch.dtype) -> None:
        if self._expected_state is None or self._expected_state[0] != dtype:
            # Keep the shapes, so that no state is allocated at each call to compare with.
            expected = map_state(lambda tensor: tensor.to("meta"), self.initial_state())
            if not values_can_be_read():
                return check_state(state, expected, batch_size)
            self._expected_state = (dtype, expected)
        check_state(state, self._expected_state[1], batch_size)


def check_memory(model: Any) -> MemoryModel:
    """Return ``model`` if it is a memory model; otherwise raise TypeError and say where one is."""
    if isinstance(model, MemoryModel):
        return model
    found: dict[str, MemoryModel] = {}
    for name, part in model.named_modules() if isinstance(model, nn.Module) else ():
        # The memory inside a memory model, such as that of WithReadout, runs with it.
        if isinstance(part, MemoryModel) and not any(name.startswith(f"{at}.") for at in found):
            found[name] = part
    message = f"Only a memory model can be recorded, but got a {type(model).__name__}."
    if found:
        places = ", ".join(
            f"model.get_submodule({name!r}), a {type(part).__name__}"
            for name, part in found.items()
        )
        message += f" It holds {places}: record that, with the input that reaches it."
    raise TypeError(message)


def run_steps(
    step: Callable[[Tensor, State], tuple[Tensor, State]],
    z: Float[Tensor, "B T F"],
    state: State,
    seq_lens: Integer[Tensor, "B"],
) -> tuple[Float[Tensor, "B T D"], State]:
    """Run ``step`` over time, holding the state of each row that has ended.

    Args:
        step: Maps ``(z_t [B, F], state)`` to ``(y_t [B, D], state)``.
        z: Input ``[B, T, F]``, T at least 1, zero in the padding.
        state: State ``[B, ...]`` that the rows begin with.
        seq_lens: Real steps of each row ``[B]``.

    Returns:
        Outputs ``[B, T, D]``, zero past the longest row, and the state after each last real step.
    """
    shortest, longest = 0, z.shape[1]
    if values_can_be_read():
        shortest, longest = int(seq_lens.min()), int(seq_lens.max())
    outputs = []
    # Unbound at once: the gradient of each z[:, t] would be as large as z.
    for t, x in enumerate(z.unbind(1)[: max(longest, 1)]):
        y, following = step(x, state)
        if t >= shortest:
            running = t < seq_lens  # [B]

            def hold(new: Tensor, old: Tensor, running: Tensor = running) -> Tensor:
                return torch.where(running.view(-1, *[1] * (new.dim() - 1)), new, old)

            following = map_state(hold, following, state)
        outputs.append(y)
        state = following
    y = torch.stack(outputs, dim=1)  # [B, longest, D]
    return nn.functional.pad(y, (0, 0, 0, z.shape[1] - y.shape[1])), state  # [B, T, D]
