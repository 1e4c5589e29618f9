"""The fast path of the DNC between PyTorch and the compiled kernels."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Integer
from torch import Tensor, nn
from torch.nn import functional

from memorylab.memory.dnc.cell import DNCCell
from memorylab.memory.dnc.fast import kernels
from memorylab.memory.dnc.fast.threads import run_in_ranges
from memorylab.memory.dnc.state import MemoryState
from memorylab.memory.model import State, map_state

ROWS_TOGETHER = 8
"""Most rows of a batch that one thread takes through time together, loading the weights once for
all."""

BYTES_TOGETHER = 2**20
"""Most bytes of links that those rows have: what the core's own cache holds."""

BYTES_OF_LINKS = 2**21
"""How many bytes of links the rows that go together may keep step by step; beyond, they keep every
√T-th and make those between again."""

PRODUCTS_WORTH_A_THREAD = 2**20
"""How many numbers must be multiplied before another thread is asked: with fewer, the work is done
before it has begun."""


class Weights(NamedTuple):
    """The weights of a cell; G is 4H for an LSTM and H without.

    An LSTM sees its own output again, by ``hidden``, which has no columns without one.
    """

    input: Float[Tensor, "G X"]
    hidden: Float[Tensor, "G H"]
    bias: Float[Tensor, "G"]
    interface: Float[Tensor, "I H"]
    interface_bias: Float[Tensor, "I"]

    @classmethod
    def of(cls, cell: DNCCell) -> Weights:
        """Take the weights of a cell apart, so that gradients find their way back."""
        controller, interface = cell.controller, cell.interface
        if isinstance(controller, nn.LSTMCell):
            weight, hidden = controller.weight_ih, controller.weight_hh
            bias = controller.bias_ih + controller.bias_hh
        else:
            weight, bias = controller[0].weight, controller[0].bias
            hidden = weight.new_empty(len(weight), 0)
        return cls(weight, hidden, bias, interface.weight, interface.bias)


def run_sequence(
    cell: DNCCell,
    z: Float[Tensor, "B T F"],
    state: State,
    seq_lens: Integer[Tensor, "B"],
) -> tuple[Float[Tensor, "B T K"], State]:
    """Run a cell over padded sequences: what ``run_steps`` computes with ``DNCCell.forward``.

    The numbers are those of the reference up to rounding. They don't depend on the number of
    threads, which is PyTorch's, and not on how a sequence is cut into calls.

    Args:
        cell: One with an LSTM of one layer or a feed-forward controller, and no part taken away.
        z: Input, zero in the padding.
        state: State that the rows begin with.
        seq_lens: Real steps of each row.

    Returns:
        The controller's output and the read vectors at each step, ``K = H + R·W``, zero in the
        padding; and the state after each last real step.
    """
    lengths, order = seq_lens.tolist(), None
    missing = z.shape[1] - max(lengths)
    if missing:
        z = z[:, :-missing]
    if lengths != sorted(lengths, reverse=True):
        order = seq_lens.argsort(descending=True, stable=True)
        z, lengths = z[order], seq_lens[order].tolist()
        state = map_state(lambda tensor: tensor[order], state)

    has_state = isinstance(cell.controller, nn.LSTMCell)
    if has_state:
        controller = (state["controller"]["hidden"], state["controller"]["cell"])
    else:
        controller = (z.new_empty(len(z), 0),) * 2
    weights = Weights.of(cell)
    tensors = (z, *controller, *(state[name] for name in MemoryState._fields))
    if torch.is_grad_enabled() and any(tensor.requires_grad for tensor in (*weights, *tensors)):
        known, *parts = _Sequence.apply(lengths, *weights, *tensors)
    else:
        known, *parts = _Run(lengths, weights, *tensors, record=False).results()

    hidden, cells, *memory = parts
    after: State = dict(zip(MemoryState._fields, memory, strict=True))
    if has_state:
        after["controller"] = {"hidden": hidden, "cell": cells}
    if order is not None:
        back = order.argsort()
        known, after = known[back], map_state(lambda tensor: tensor[back], after)
    return functional.pad(known, (0, 0, 0, missing)) if missing else known, after


class _Run:
    """A run of ``kernels.forward``; the rows come in descending order of length.

    The arguments are those of :class:`_Sequence`. With ``record``, all that ``backward`` needs is
    kept. The arrays have time first.
    """

    def __init__(
        self,
        lengths: list[int],
        weights: Weights,
        inputs: Tensor,
        hidden: Tensor,
        cell: Tensor,
        *memory: Tensor,
        record: bool,
    ):
        tensors = (inputs, hidden, cell, *memory)
        inputs, hidden, cell, *memory = (tensor.numpy(force=True) for tensor in tensors)
        given = MemoryState(*memory)
        weights = [np.ascontiguousarray(weight.numpy(force=True)) for weight in weights]
        batch_size, num_steps = inputs.shape[:2]
        heads, locations = given.read_weighting.shape[1:]
        self.hidden_size = weights[3].shape[1]
        self.read_shape = given.read_vectors.shape
        self.lengths, self.num_steps, self.record = np.array(lengths), num_steps, record
        self.slots = num_steps + 1 if record else 2
        fitting = BYTES_TOGETHER // (locations**2 * inputs.itemsize)
        together = min(max(fitting, 1), ROWS_TOGETHER)
        products = sum(weight.size for weight in weights) + 2 * (heads + 1) * locations**2
        self.threads = _threads(products * sum(lengths))
        self.ranges = _ranges(batch_size - lengths.count(0), together, self.threads)

        def empty(*shape: int, dtype: Any = inputs.dtype) -> np.ndarray:
            return np.empty((self.slots, batch_size, *shape), dtype)

        def fill(first: np.ndarray) -> np.ndarray:
            slots = np.empty((self.slots, *first.shape), first.dtype)
            slots[0] = first
            return slots

        # A copy in any case: what ``backward`` reads must not be a view of the caller's buffer.
        self.inputs = np.array(inputs.transpose(1, 0, 2), order="C")
        self.gates = np.empty((num_steps, batch_size, len(weights[2])), inputs.dtype)
        padded = lengths[-1] < num_steps
        fed_back = given.read_vectors.reshape(batch_size, -1)  # [B, R·W]
        known = (num_steps + 1, batch_size, self.hidden_size + fed_back.shape[1])
        self.known = (np.zeros if padded else np.empty)(known, inputs.dtype)
        self.known[0, :, : hidden.shape[1]] = hidden
        self.known[0, :, self.hidden_size :] = fed_back
        self.stored = [
            fill(cell),
            fill(given.memory.transpose(0, 2, 1)),
            fill(given.usage),
            fill(given.precedence),
            fill(given.write_weighting),
            fill(given.read_weighting),
        ]
        self.rest = [
            empty(len(weights[4])),  # interface
            empty(heads + 1),  # slopes
            empty(locations),  # inverse_norm
            empty(heads + 1, locations),  # content
            empty(heads + 1, locations),  # cosine
            empty(locations, dtype=np.int32),  # free_list
        ]
        self.keep_every = 0
        if record:
            rows = max((last - first for first, last in self.ranges), default=0)
            fits = num_steps * rows * locations**2 * inputs.itemsize <= BYTES_OF_LINKS
            self.keep_every = 1 if fits else math.isqrt(num_steps)
        kept = -(-num_steps // self.keep_every) if record else 0
        self.kept_links = np.empty((kept, *given.link.shape), inputs.dtype)
        self.link = np.array(given.link, order="C")
        run_in_ranges(
            kernels.forward,
            self.ranges,
            self.threads,
            self.lengths,
            self.inputs,
            *weights,
            self.gates,
            self.known,
            *self.stored,
            *self.rest,
            self.link,
            self.kept_links,
            self.keep_every,
        )

    def results(self) -> list[Tensor]:
        """Return h and r at all steps ``[B, T, K]``; then the state after the last."""
        known, last, rows = self.known[1:], self.num_steps, slice(None)
        if self.lengths[-1] < last:
            last, rows = self.lengths, np.arange(len(self.lengths))
        seen = self.known[last, rows]
        parts = [slots[last % self.slots, rows] for slots in self.stored]
        if self.record:  # Backward needs what is here, and who gets the results may change them.
            known, seen, *parts = (part.copy() for part in (known, seen, *parts))
        cell, memory, usage, precedence, *weightings = parts
        results = (
            known.transpose(1, 0, 2),
            seen[:, : cell.shape[1]],
            cell,
            memory.transpose(0, 2, 1),
            usage,
            precedence,
            self.link,
            *weightings,
            seen[:, self.hidden_size :].reshape(self.read_shape),
        )
        return [torch.from_numpy(result) for result in results]


class _Sequence(torch.autograd.Function):
    """All steps of all rows as one operation."""

    @staticmethod
    def forward(
        ctx: Any,
        lengths: list[int],
        input_weight: Float[Tensor, "G X"],
        hidden_weight: Float[Tensor, "G H"],
        bias: Float[Tensor, "G"],
        interface_weight: Float[Tensor, "I H"],
        interface_bias: Float[Tensor, "I"],
        inputs: Float[Tensor, "B T F"],
        hidden: Float[Tensor, "B H"],
        cell: Float[Tensor, "B H"],
        *memory: Tensor,
    ) -> tuple[Tensor, ...]:
        weights = Weights(input_weight, hidden_weight, bias, interface_weight, interface_bias)
        ctx.run = _Run(lengths, weights, inputs, hidden, cell, *memory, record=True)
        ctx.save_for_backward(input_weight, hidden_weight, interface_weight)
        return tuple(ctx.run.results())

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        with torch.no_grad():
            results = _Sequence._backward(ctx, *gradients)
        if not torch.is_grad_enabled():
            return results
        # With create_graph=True, differentiate no second time. PyTorch's own once_differentiable
        # would let zeros pass where no incoming gradient needs one.
        refuse = torch._C._functions.DelayedError(
            b"The DNC's fast path has no second derivatives. Use "
            b'DNC(..., implementation="reference").',
            len(results),
        )
        return refuse(*(None if g is None else g.detach().requires_grad_() for g in results))

    @staticmethod
    def _backward(ctx: Any, d_known: Tensor, d_hidden: Tensor, d_cell: Tensor, *d_memory: Tensor):
        run: _Run = ctx.run
        input_weight, hidden_weight, interface_weight = ctx.saved_tensors
        features, hidden_size = run.inputs.shape[2], run.hidden_size
        # Those for what is fed back: for h and r, K columns, or without an LSTM for r alone.
        recurrent_weight = torch.cat([hidden_weight, input_weight[:, features:]], dim=1)  # [G, S]
        # The kernel turns the gradients of the last state into those of the first, in place.
        after = MemoryState(*(gradient.numpy() for gradient in d_memory))
        d_seen = np.zeros_like(run.known[0])
        d_seen[:, : d_hidden.shape[1]] = d_hidden.numpy()
        d_seen[:, hidden_size:] = after.read_vectors.reshape(len(d_seen), -1)
        d_state = [
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
        ]
        d_gates = np.zeros_like(run.gates)
        d_interface = np.zeros((*d_gates.shape[:2], len(interface_weight)), d_gates.dtype)
        run_in_ranges(
            kernels.backward,
            run.ranges,
            run.threads,
            run.lengths,
            recurrent_weight.numpy(),
            interface_weight.contiguous().numpy(),
            run.gates,
            *run.stored,
            *run.rest,
            run.kept_links,
            run.keep_every,
            np.ascontiguousarray(d_known.numpy().transpose(1, 0, 2)),
            d_seen,
            *d_state,
            d_gates,
            d_interface,
        )
        # The gradients of the weights: one product each, over all rows and steps at once.
        d_gates, d_interface = _flat(d_gates), _flat(d_interface)  # [T·B, G], [T·B, I]
        before, now = _flat(run.known[:-1]), _flat(run.known[1:])  # [T·B, K]
        fed_back = before[:, -recurrent_weight.shape[1] :]  # [T·B, S]
        d_hidden_weight, d_read_weight = _weight_gradient(d_gates, fed_back).split(
            [hidden_weight.shape[1], input_weight.shape[1] - features], dim=1
        )
        d_weights = (
            torch.cat([_weight_gradient(d_gates, _flat(run.inputs)), d_read_weight], dim=1),
            d_hidden_weight,
            torch.from_numpy(d_gates.sum(0)),
            _weight_gradient(d_interface, now[:, :hidden_size]),
            torch.from_numpy(d_interface.sum(0)),
        )
        d_inputs = None
        if ctx.needs_input_grad[6]:
            d_inputs = torch.from_numpy(d_gates) @ input_weight[:, :features]
            d_inputs = d_inputs.view(run.inputs.shape).transpose(0, 1)
        d_cell, d_memory, *others = d_state
        d_before = (
            d_seen[:, : d_hidden.shape[1]],
            d_cell,
            d_memory.transpose(0, 2, 1),
            *others,
            d_seen[:, hidden_size:].reshape(after.read_vectors.shape),
        )
        return None, *d_weights, d_inputs, *(torch.from_numpy(part) for part in d_before)


def _flat(array: np.ndarray) -> np.ndarray:
    return array.reshape(-1, array.shape[-1])


def _weight_gradient(d_results: np.ndarray, seen: np.ndarray) -> Tensor:
    """Return ``d_results.T @ seen``, each thread doing its part of the rows."""
    gradient = np.zeros((d_results.shape[1], seen.shape[1]), seen.dtype)
    threads = _threads(gradient.size * len(seen))
    ranges = _ranges(len(gradient), len(gradient), threads)
    seen = np.ascontiguousarray(seen)
    run_in_ranges(kernels.add_weight_gradient, ranges, threads, gradient, d_results, seen)
    return torch.from_numpy(gradient)


def _threads(products: int) -> int:
    """Return on how many threads to do that many multiplications."""
    return torch.get_num_threads() if products >= PRODUCTS_WORTH_A_THREAD else 1


def _ranges(size: int, most: int, threads: int) -> list[tuple[int, int]]:
    """Split ``size`` rows into ranges of at most ``most``, at least one for each thread."""
    length = -(-size // threads)
    length = min(-(-length // 4) * 4, most)  # Kernels work on four rows at a time.
    return [(first, min(first + length, size)) for first in range(0, size, max(length, 1))]
