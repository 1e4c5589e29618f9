"""The fast path of the DNC between PyTorch and the compiled kernels."""

from __future__ import annotations

import math
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
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

VECTOR = 16
"""The interface is padded to a multiple of this, so that products with its weights run in whole
vectors."""

BYTES_OF_LINKS = 2**21
"""How many bytes of links the rows that go together may keep step by step; beyond, they keep every
√T-th and make those between again."""

STORED = ("cell", "usage", "write_weighting", "read_weighting", "precedence", "memory")
"""What the kernels keep of each step and the state holds, in the order of their arguments."""

PRODUCTS_WORTH_A_THREAD = 2**24
"""How many numbers must be multiplied before another thread is asked: with fewer, the work is done
before it has begun."""


class Weights(NamedTuple):
    """The weights of a cell, as the kernels multiply with them.

    G is 4H for an LSTM and H without; S is K = H + R·W for an LSTM, which sees its own output
    again, and R·W without.
    """

    input: Float[Tensor, "G F"]
    recurrent: Float[Tensor, "G S"]
    bias: Float[Tensor, "G"]
    interface: Float[Tensor, "I H"]
    interface_bias: Float[Tensor, "I"]

    @classmethod
    def of(cls, cell: DNCCell) -> Weights:
        """Take the weights of a cell apart, so that gradients find their way back."""
        controller, fed_back = cell.controller, cell.num_read_heads * cell.word_size
        if isinstance(controller, nn.LSTMCell):
            weight, bias = controller.weight_ih, controller.bias_ih + controller.bias_hh
            recurrent = torch.cat([controller.weight_hh, weight[:, -fed_back:]], dim=1)
        else:
            weight, bias = controller[0].weight, controller[0].bias
            recurrent = weight[:, -fed_back:]
        padding = -cell.interface.out_features % VECTOR
        return cls(
            weight[:, :-fed_back],
            recurrent,
            bias,
            functional.pad(cell.interface.weight, (0, 0, 0, padding)),
            functional.pad(cell.interface.bias, (0, padding)),
        )

    def transposed(self) -> list[np.ndarray]:
        """Return arrays for ``kernels.forward``."""
        tensors = (tensor.detach().t().contiguous() for tensor in self)
        return [tensor.numpy() for tensor in tensors]


def run_sequence(
    cell: DNCCell,
    z: Float[Tensor, "B T F"],
    state: State,
    seq_lens: Int[Tensor, "B"],
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
    longest = max(lengths)
    if lengths != sorted(lengths, reverse=True):
        order = seq_lens.argsort(descending=True, stable=True)
        z, lengths = z[order], seq_lens[order].tolist()
        state = map_state(lambda tensor: tensor[order], state)

    if isinstance(cell.controller, nn.LSTMCell):
        hidden, cells = state["controller"]["hidden"], state["controller"]["cell"]
    else:
        hidden, cells = z.new_zeros(len(z), cell.hidden_size), z.new_zeros(len(z), 0)
    seen = torch.cat([hidden, state["read_vectors"].flatten(1)], dim=1)  # [B, K]
    given = {"cell": cells} | {name: state[name] for name in (*STORED[1:], "link")}
    inputs = z[:, :longest].transpose(0, 1)  # [T, B, F]
    tensors = (inputs, seen, *given.values())
    if torch.is_grad_enabled() and any(
        tensor.requires_grad for tensor in (*tensors, *cell.parameters())
    ):
        known, seen, *parts = _Sequence.apply(lengths, *Weights.of(cell), *tensors)
    else:
        run = _Run(lengths, _transposed(cell), *tensors, record=False)
        known, seen, *parts = run.results()

    found = dict(zip(given, parts, strict=True))
    hidden, read_vectors = seen[:, : cell.hidden_size], seen[:, cell.hidden_size :]
    found["read_vectors"] = read_vectors.view(len(z), cell.num_read_heads, cell.word_size)
    after: State = {name: found[name] for name in MemoryState._fields}
    if isinstance(cell.controller, nn.LSTMCell):
        after["controller"] = {"hidden": hidden, "cell": found["cell"]}
    known = known.transpose(0, 1)  # [B, T, K]
    if order is not None:
        back = order.argsort()
        known, after = known[back], map_state(lambda tensor: tensor[back], after)
    missing = z.shape[1] - longest
    return functional.pad(known, (0, 0, 0, missing)) if missing else known, after


class _Run:
    """A run of ``kernels.forward``: time comes first, rows in descending order of length.

    The arguments are those of :class:`_Sequence`, ``weights`` as ``Weights.transposed`` returns
    them. With ``record``, all that ``backward`` needs is kept.
    """

    def __init__(
        self,
        lengths: list[int],
        weights: list[np.ndarray],
        inputs: Tensor,
        seen: Tensor,
        *given: Tensor,
        record: bool,
    ):
        inputs, seen, *given = (tensor.detach().numpy() for tensor in (inputs, seen, *given))
        *stored, link = given
        num_steps, batch_size = inputs.shape[:2]
        heads, locations = stored[3].shape[1:]
        self.lengths, self.num_steps, self.record = np.array(lengths), num_steps, record
        self.slots = num_steps + 1 if record else 2
        fitting = BYTES_TOGETHER // (locations**2 * inputs.itemsize)
        products = sum(weight.size for weight in weights) + 2 * (heads + 1) * locations**2
        self.threads = _threads(products * sum(lengths))
        running = batch_size - lengths.count(0)
        self.ranges = _ranges(running, min(max(fitting, 1), ROWS_TOGETHER), self.threads)
        stored[5] = stored[5].transpose(0, 2, 1)  # The memory [B, W, N].

        def empty(*shape: int, dtype: Any = inputs.dtype) -> np.ndarray:
            return np.empty((self.slots, batch_size, *shape), dtype)

        def fill(initial: np.ndarray) -> np.ndarray:
            slots = empty(*initial.shape[1:])
            slots[0] = initial
            return slots

        self.inputs = np.ascontiguousarray(inputs)
        self.gates = np.empty((num_steps, batch_size, len(weights[2])), inputs.dtype)
        padded = lengths[-1] < num_steps
        self.known = (np.zeros if padded else np.empty)((num_steps + 1, *seen.shape), inputs.dtype)
        self.known[0] = seen
        self.stored = [fill(part) for part in stored]
        self.rest = [
            empty(weights[4].shape[0]),  # interface
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
        self.kept_links = np.empty((kept, *link.shape), inputs.dtype)
        self.link = np.array(link, order="C")
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
        """Return h and r at all steps and after the last; then the rest of the state."""
        same = self.lengths[-1] == self.num_steps
        own = np.copy if self.record else np.asarray  # Nobody else needs them without a record.

        def last(slots: np.ndarray) -> np.ndarray:
            if same:
                return own(slots[self.num_steps % len(slots)])
            return slots[self.lengths % len(slots), np.arange(len(self.lengths))]

        *parts, memory = map(last, self.stored)
        results = (own(self.known[1:]), last(self.known), *parts, memory.transpose(0, 2, 1))
        return [torch.from_numpy(result) for result in (*results, self.link)]


class _Sequence(torch.autograd.Function):
    """All steps of all rows as one operation."""

    @staticmethod
    def forward(
        ctx: Any,
        lengths: list[int],
        input_weight: Float[Tensor, "G F"],
        recurrent_weight: Float[Tensor, "G S"],
        bias: Float[Tensor, "G"],
        interface_weight: Float[Tensor, "I H"],
        interface_bias: Float[Tensor, "I"],
        inputs: Float[Tensor, "T B F"],
        seen: Float[Tensor, "B K"],
        *given: Tensor,
    ) -> tuple[Tensor, ...]:
        weights = Weights(input_weight, recurrent_weight, bias, interface_weight, interface_bias)
        ctx.run = _Run(lengths, weights.transposed(), inputs, seen, *given, record=True)
        ctx.save_for_backward(input_weight, recurrent_weight, interface_weight)
        return tuple(ctx.run.results())

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_known: Tensor, d_seen: Tensor, *d_given: Tensor) -> tuple:
        run: _Run = ctx.run
        input_weight, recurrent_weight, interface_weight = ctx.saved_tensors
        hidden_size = interface_weight.shape[1]
        # The kernel turns the gradients of the last state into those of the first, in place.
        *d_stored, d_memory, d_link = (gradient.numpy() for gradient in d_given)
        d_stored = [*d_stored, d_memory.transpose(0, 2, 1), d_link]
        d_stored = [np.array(gradient, order="C") for gradient in d_stored]
        d_seen = np.array(d_seen.numpy(), order="C")
        d_gates = np.zeros_like(run.gates)
        d_interface = np.zeros((*d_gates.shape[:2], len(interface_weight)), d_gates.dtype)
        run_in_ranges(
            kernels.backward,
            run.ranges,
            run.threads,
            run.lengths,
            recurrent_weight.contiguous().numpy(),
            interface_weight.contiguous().numpy(),
            run.gates,
            *run.stored,
            *run.rest,
            run.kept_links,
            run.keep_every,
            np.ascontiguousarray(d_known.numpy()),
            d_seen,
            *d_stored,
            d_gates,
            d_interface,
        )
        # The gradients of the weights: one product each, over all rows and steps at once.
        d_gates, d_interface = _flat(d_gates), _flat(d_interface)  # [T·B, G], [T·B, I]
        before, now = _flat(run.known[:-1]), _flat(run.known[1:])  # [T·B, K]
        d_weights = (
            _weight_gradient(d_gates, _flat(run.inputs)),
            _weight_gradient(d_gates, before[:, -recurrent_weight.shape[1] :]),
            torch.from_numpy(d_gates.sum(0)),
            _weight_gradient(d_interface, now[:, :hidden_size]),
            torch.from_numpy(d_interface.sum(0)),
        )
        d_inputs = None
        if ctx.needs_input_grad[6]:
            d_inputs = (torch.from_numpy(d_gates) @ input_weight).view(run.inputs.shape)
        d_stored[-2] = d_stored[-2].transpose(0, 2, 1)
        return (
            None,
            *d_weights,
            d_inputs,
            *(torch.from_numpy(gradient) for gradient in (d_seen, *d_stored)),
        )


_transposed_weights: WeakKeyDictionary[DNCCell, tuple[tuple[Any, ...], list[np.ndarray]]]
_transposed_weights = WeakKeyDictionary()


def _transposed(cell: DNCCell) -> list[np.ndarray]:
    """Return ``Weights.transposed``, from the last call if no weight has changed since.

    An environment is played step by step with the same weights, and transposing them would take
    longer than the step. Whether they are the same is told by their bits, because they can be
    changed in ways that PyTorch doesn't count (``parameter.data``).
    """
    parameters = [parameter.detach().contiguous().numpy() for parameter in cell.parameters()]
    marks = tuple(kernels.fingerprint(array.reshape(-1).view(np.int32)) for array in parameters)
    known = _transposed_weights.get(cell)
    if known is None or known[0] != marks:
        with torch.no_grad():
            known = (marks, Weights.of(cell).transposed())
        _transposed_weights[cell] = known
    return known[1]


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
