"""The fast path of the DNC between PyTorch and the compiled kernels."""

from __future__ import annotations

import functools
import itertools
import math
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Integer
from torch import Tensor, nn
from torch.nn import functional

from memorylab.memory.dnc.cell import DNCCell
from memorylab.memory.dnc.fast import kernels
from memorylab.memory.dnc.fast.threads import run_in_ranges
from memorylab.memory.dnc.state import MemoryState, interface_shapes
from memorylab.memory.model import State, map_state

ROWS_TOGETHER = 8
"""Most rows of a batch that one thread takes through time together, loading the weights once for
all."""

BYTES_TOGETHER = 2**20
"""Most bytes of links that those rows have: what the core's own cache holds."""

BYTES_OF_LINKS = 2**21
"""Most bytes of links that the rows that go together keep step by step; beyond, they keep every
√T-th step's and make those between again."""

PRODUCTS_WORTH_A_THREAD = 2**20
"""Fewest multiplications for which another thread is asked: with fewer, one is done sooner."""


def _weights_of(cell: DNCCell) -> kernels.Weights:
    """Return the weights of a cell as tensors, part of its graph."""
    controller: Any = cell.controller  # An LSTMCell, or a Sequential with the layer in front.
    interface = cell.interface
    if isinstance(controller, nn.LSTMCell):
        weight, hidden = controller.weight_ih, controller.weight_hh
        bias = controller.bias_ih + controller.bias_hh
    else:
        weight, bias = controller[0].weight, controller[0].bias
        hidden = weight.new_empty(len(weight), 0)
    return kernels.Weights(weight, hidden, bias, interface.weight, interface.bias)


def run_sequence(
    cell: DNCCell,
    z: Float[Tensor, "B T F"],
    state: State,
    seq_lens: Integer[Tensor, "B"],
) -> tuple[Float[Tensor, "B T K"], State]:
    """Run a cell over padded sequences, as ``run_steps`` does with ``DNCCell.forward``.

    The numbers are those of the reference up to rounding. They depend neither on the number of
    threads, which is PyTorch's, nor on how a sequence is cut into calls.

    Args:
        cell: One that :func:`can_run` accepts.
        z: Input ``[B, T, F]``, zero in the padding.
        state: State ``[B, ...]`` that the rows begin with.
        seq_lens: Real steps of each row ``[B]``.

    Returns:
        The controller's output and the read vectors at each step ``[B, T, H + R·W]``, zero in the
        padding; and the state after each last real step.
    """
    # Longest rows first, and no step that no row needs.
    lengths, order = seq_lens.tolist(), None
    missing = z.shape[1] - max(lengths)
    if missing:
        z = z[:, :-missing]
    if lengths != sorted(lengths, reverse=True):
        order = seq_lens.argsort(descending=True, stable=True)
        z, lengths = z[order], seq_lens[order].tolist()
        state = map_state(lambda tensor: tensor[order], state)

    has_lstm = "controller" in state
    if has_lstm:
        controller = (state["controller"]["hidden"], state["controller"]["cell"])
    else:
        controller = (z.new_empty(len(z), 0),) * 2
    weights = _weights_of(cell)
    tensors = (z, *controller, *(state[name] for name in MemoryState._fields))
    if torch.is_grad_enabled() and any(tensor.requires_grad for tensor in (*weights, *tensors)):
        h_and_r, *parts = _Sequence.apply(lengths, *weights, *tensors)
    else:
        h_and_r, *parts = _Run(lengths, weights, *tensors, keep=False).results()

    # Back to the order and the length that were given.
    hidden, cells, *memory = parts
    after: State = dict(zip(MemoryState._fields, memory, strict=True))
    if has_lstm:
        after["controller"] = {"hidden": hidden, "cell": cells}
    if order is not None:
        back = order.argsort()
        h_and_r, after = h_and_r[back], map_state(lambda tensor: tensor[back], after)
    return functional.pad(h_and_r, (0, 0, 0, missing)) if missing else h_and_r, after


class _Run:
    """A run of ``kernels.forward``; the rows come in descending order of length.

    The arguments are those of :class:`_Sequence`. With ``keep``, all that ``backward`` needs is
    recorded, none of it in memory that anybody else can write to. The arrays have time first.
    """

    def __init__(
        self,
        lengths: list[int],
        weights: kernels.Weights,
        inputs: Tensor,
        hidden: Tensor,
        cell: Tensor,
        *memory: Tensor,
        keep: bool,
    ):
        tensors = (inputs, hidden, cell, *memory)
        inputs, hidden, cell, *memory = (tensor.numpy(force=True) for tensor in tensors)
        weights = tuple(np.ascontiguousarray(weight.numpy(force=True)) for weight in weights)
        given: Any = MemoryState._make(memory)  # of arrays
        self.lengths, self.keep = np.array(lengths), keep
        self.hidden_size, self.read_shape = weights[3].shape[1], given.read_vectors.shape
        self.inputs = np.array(inputs.transpose(1, 0, 2), order="C")
        self.link = np.array(given.link, order="C")

        # How many rows go together, and on how many threads.
        (heads, word_size), locations = self.read_shape[1:], given.link.shape[1]
        bytes_of_links = locations**2 * inputs.itemsize
        together = min(max(BYTES_TOGETHER // bytes_of_links, 1), ROWS_TOGETHER)
        products = sum(weight.size for weight in weights) + 2 * (heads + 1) * locations**2
        self.threads = _threads(products * sum(lengths))
        self.ranges = _ranges(len(lengths) - lengths.count(0), together, self.threads)

        # How often the links are kept; 0 for never.
        num_steps, self.keep_every = len(self.inputs), 0
        if keep:
            rows = max((last - first for first, last in self.ranges), default=0)
            fits = num_steps * rows * bytes_of_links <= BYTES_OF_LINKS
            self.keep_every = 1 if fits else math.isqrt(num_steps)

        self.offsets = _offsets(word_size, heads)
        self.record = self._new_record(weights, hidden, cell, given)
        run_in_ranges(
            kernels.forward,
            self.ranges,
            self.threads,
            self.lengths,
            self.inputs,
            weights,
            tuple(self.record),
            self.link,
            self.offsets,
            self.keep_every,
        )

    def _new_record(
        self,
        weights: tuple[np.ndarray, ...],
        hidden: np.ndarray,
        cell: np.ndarray,
        given: Any,
    ) -> kernels.Record:
        """Return a record with the given state in slot 0."""
        num_steps, batch_size = self.inputs.shape[:2]
        num_gates, num_parameters = len(weights[2]), len(weights[4])
        heads, locations = given.read_weighting.shape[1:]
        slots, dtype = (num_steps + 1 if self.keep else 2), self.inputs.dtype

        def empty(*shape: int, dtype: Any = dtype) -> np.ndarray:
            return np.empty((slots, batch_size, *shape), dtype)

        def begin(first: np.ndarray) -> np.ndarray:
            array = np.empty((slots, *first.shape), dtype)
            array[0] = first
            return array

        # h and r are results as well, and zero in the padding.
        read_vectors = given.read_vectors.reshape(batch_size, -1)  # [B, R·W]
        shape = (num_steps + 1, batch_size, self.hidden_size + read_vectors.shape[1])
        h_and_r = (np.zeros if self.lengths[-1] < num_steps else np.empty)(shape, dtype)
        h_and_r[0, :, : hidden.shape[1]] = hidden
        h_and_r[0, :, self.hidden_size :] = read_vectors
        kept = -(-num_steps // self.keep_every) if self.keep else 0
        return kernels.Record(
            gates=np.empty((num_steps, batch_size, num_gates), dtype),
            h_and_r=h_and_r,
            cell=begin(cell),
            memory=begin(given.memory.transpose(0, 2, 1)),
            usage=begin(given.usage),
            precedence=begin(given.precedence),
            write_weighting=begin(given.write_weighting),
            read_weighting=begin(given.read_weighting),
            interface=empty(num_parameters),
            slopes=empty(heads + 1),
            inverse_norm=empty(locations),
            content=empty(heads + 1, locations),
            cosine=empty(heads + 1, locations),
            free_list=empty(locations, dtype=np.int32),
            kept_links=np.empty((kept, *self.link.shape), dtype),
        )

    def results(self) -> list[Tensor]:
        """Return h and r at all steps ``[B, T, K]``; then the state after the last."""
        record, last, rows = self.record, len(self.inputs), slice(None)
        if self.lengths[-1] < last:
            last, rows = self.lengths, np.arange(len(self.lengths))
        h_and_r, last_h_and_r = record.h_and_r[1:], record.h_and_r[last, rows]
        slots = last % len(record.usage)
        state = [
            array[slots, rows]
            for array in (
                record.cell,
                record.memory,
                record.usage,
                record.precedence,
                record.write_weighting,
                record.read_weighting,
            )
        ]
        if self.keep:  # The caller may change results, and backward needs the record.
            h_and_r, last_h_and_r = h_and_r.copy(), last_h_and_r.copy()
            state = [array.copy() for array in state]
        cell, memory, usage, precedence, *weightings = state
        results = (
            h_and_r.transpose(1, 0, 2),
            last_h_and_r[:, : cell.shape[1]],
            cell,
            memory.transpose(0, 2, 1),
            usage,
            precedence,
            self.link,
            *weightings,
            last_h_and_r[:, self.hidden_size :].reshape(self.read_shape),
        )
        return [torch.from_numpy(result) for result in results]


class _Sequence(torch.autograd.Function):
    """All steps of all rows as one operation."""

    @staticmethod
    def forward(ctx: Any, lengths: list[int], *tensors: Tensor) -> tuple[Tensor, ...]:
        """Run the kernel.

        Args:
            ctx: PyTorch's context.
            lengths: Steps of each row, descending.
            *tensors: The five weights; the input; h and cell; the memory's state.
        """
        weights = kernels.Weights(*tensors[:5])
        ctx.run = _Run(lengths, weights, *tensors[5:], keep=True)
        ctx.save_for_backward(weights.input, weights.hidden, weights.interface)
        return tuple(ctx.run.results())

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        with torch.no_grad():
            results = _go_back(ctx, *gradients)
        if not torch.is_grad_enabled():
            return results
        # create_graph=True asks for derivatives of these. PyTorch's once_differentiable would let
        # zeros pass where no incoming gradient requires one.
        refuse: Any = torch._C._functions.DelayedError(
            b"The DNC's fast path has no second derivatives. Use "
            b'DNC(..., implementation="reference").',
            len(results),
        )
        return refuse(*(None if g is None else g.detach().requires_grad_() for g in results))


def _go_back(
    ctx: Any, d_outputs: Tensor, d_hidden: Tensor, d_cell: Tensor, *d_memory: Tensor
) -> tuple[Tensor | None, ...]:
    """Return the gradients of all arguments of :class:`_Sequence`."""
    run: _Run = ctx.run
    record = run.record
    input_weight, hidden_weight, interface_weight = ctx.saved_tensors
    features, lstm_size = run.inputs.shape[2], d_hidden.shape[1]
    # The weights for what is fed back: for h and r, or without an LSTM for r alone.
    recurrent_weight = torch.cat([hidden_weight, input_weight[:, features:]], dim=1)

    # The kernel turns the gradients of the last state into those of the first, in place.
    d_state = _state_gradients(run, d_hidden, d_cell, *d_memory)
    d_gates = np.zeros_like(record.gates)
    d_interface = np.zeros((*d_gates.shape[:2], len(interface_weight)), d_gates.dtype)
    run_in_ranges(
        kernels.backward,
        run.ranges,
        run.threads,
        run.lengths,
        recurrent_weight.numpy(),
        interface_weight.contiguous().numpy(),
        tuple(record),
        run.offsets,
        run.keep_every,
        np.ascontiguousarray(d_outputs.numpy().transpose(1, 0, 2)),
        tuple(d_state),
        d_gates,
        d_interface,
    )
    d_inputs = None
    if ctx.needs_input_grad[6]:
        d_inputs = torch.from_numpy(_flat(d_gates)) @ input_weight[:, :features]
        d_inputs = d_inputs.view(run.inputs.shape).transpose(0, 1)
    d_h_and_r, d_cell_before, d_memory_before, *d_others = d_state
    d_before = (
        d_h_and_r[:, :lstm_size],
        d_cell_before,
        d_memory_before.transpose(0, 2, 1),
        *d_others,
        d_h_and_r[:, run.hidden_size :].reshape(run.read_shape),
    )
    d_weights = _weight_gradients(run, _flat(d_gates), _flat(d_interface), lstm_size)
    return None, *d_weights, d_inputs, *(torch.from_numpy(part) for part in d_before)


def _state_gradients(
    run: _Run, d_hidden: Tensor, d_cell: Tensor, *d_memory: Tensor
) -> kernels.StateGradients:
    """Return the gradients of the last state as arrays that the kernel may change."""
    after: Any = MemoryState._make(gradient.numpy() for gradient in d_memory)  # of arrays
    d_h_and_r = np.zeros_like(run.record.h_and_r[0])
    d_h_and_r[:, : d_hidden.shape[1]] = d_hidden.numpy()
    d_h_and_r[:, run.hidden_size :] = after.read_vectors.reshape(len(d_h_and_r), -1)
    return kernels.StateGradients(
        d_h_and_r,
        *(
            np.array(gradient, order="C")
            for gradient in (
                d_cell.numpy(),
                after.memory.transpose(0, 2, 1),
                after.usage,
                after.precedence,
                after.link,
                after.write_weighting,
                after.read_weighting,
            )
        ),
    )


def _weight_gradients(
    run: _Run, d_gates: np.ndarray, d_interface: np.ndarray, lstm_size: int
) -> tuple[Tensor, ...]:
    """Return the gradients of the weights: one product each, over all rows and steps at once."""
    before, now = _flat(run.record.h_and_r[:-1]), _flat(run.record.h_and_r[1:])  # [T·B, K]
    fed_back = before[:, run.hidden_size - lstm_size :]  # h and r, without an LSTM r alone
    d_hidden_weight, d_read_weight = _weight_gradient(d_gates, fed_back).split(
        [lstm_size, fed_back.shape[1] - lstm_size], dim=1
    )
    return (
        torch.cat([_weight_gradient(d_gates, _flat(run.inputs)), d_read_weight], dim=1),
        d_hidden_weight,
        torch.from_numpy(d_gates.sum(0)),
        _weight_gradient(d_interface, now[:, : run.hidden_size]),
        torch.from_numpy(d_interface.sum(0)),
    )


@functools.cache
def _offsets(word_size: int, heads: int) -> tuple[int, ...]:
    """Return where each part of the interface vector begins, in the order of its parts."""
    sizes = map(math.prod, interface_shapes(word_size, heads).values())
    return tuple(itertools.accumulate(sizes, initial=0))[:-1]


def _flat(array: np.ndarray) -> np.ndarray:
    return array.reshape(-1, array.shape[-1])


def _weight_gradient(d_results: np.ndarray, layer_inputs: np.ndarray) -> Tensor:
    """Return ``d_results.T @ layer_inputs``, each thread computing some of the rows."""
    gradient = np.zeros((d_results.shape[1], layer_inputs.shape[1]), layer_inputs.dtype)
    threads = _threads(gradient.size * len(layer_inputs))
    ranges = _ranges(len(gradient), len(gradient), threads)
    layer_inputs = np.ascontiguousarray(layer_inputs)
    run_in_ranges(kernels.add_weight_gradient, ranges, threads, gradient, d_results, layer_inputs)
    return torch.from_numpy(gradient)


def _threads(products: int) -> int:
    """Return on how many threads to do that many multiplications."""
    return torch.get_num_threads() if products >= PRODUCTS_WORTH_A_THREAD else 1


def _ranges(size: int, most: int, threads: int) -> list[tuple[int, int]]:
    """Split ``size`` rows into ranges of at most ``most``, at least one for each thread."""
    length = -(-size // threads)
    length = min(-(-length // 4) * 4, most)  # Kernels work on four rows at a time.
    return [(first, min(first + length, size)) for first in range(0, size, max(length, 1))]
