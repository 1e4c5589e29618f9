"""The DNC over a whole sequence as machine code: forward, and backward by hand.

Numba compiles this file on first use and keeps the result on disk. It compiles again when this
file changes and looks at no other, so everything compiled stands here. ``DERIVATION.md`` derives
the formulas; each function names the function of ``addressing``, ``state`` or ``cell`` whose
numbers it computes.

``forward`` and ``backward`` take a range of rows and run it from beginning to end, without Python
and without the interpreter lock. Rows don't see each other, so several threads share a batch and
never wait for each other. Rows are ordered by length, longest first, so the rows still running
are always the first ones, and a step past the end of a row costs nothing. A row's numbers don't
depend on the rows beside it or on the number of threads, not by a bit.

Shapes: T steps, B rows, G columns of gates (4H for an LSTM, H without), H controller outputs, I
interface parameters, N locations, W word size, R read heads, and K = H + R·W: h, the controller's
output, and r, the read vectors. The memory is stored transposed, ``[W, N]``, so that the innermost
loops run over locations. Content weightings and cosines ``[R + 1, N]`` are those of the read heads,
then that of the write head.

The slots S of a record hold the initial state at 0 and each step's numbers at t + 1. Without
gradients S is 2 and the slots are used in turn: a slot's number is taken modulo S.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numba
import numpy as np
from numba.extending import overload

from memorylab.memory.dnc.fast.threads import share_ranges

NORM_EPSILON = 1e-6
"""As in ``addressing``; a test holds the two equal."""

LINK_BLOCK = 4096
"""Numbers of the link matrix that are worked on together, in the cache nearest to the core."""

STEPS_TOGETHER = 128
"""Steps whose part in the gradient of the weights is added together."""


class Weights(NamedTuple):
    """The weights of a cell, C order."""

    input: Any  # the controller's, for the input and r ``[G, F + R·W]``
    hidden: Any  # the controller's, for h ``[4H, H]``; without an LSTM ``[H, 0]``
    bias: Any  # the controller's ``[G]``
    interface: Any  # ``[I, H]``
    interface_bias: Any  # ``[I]``


class Record(NamedTuple):
    """What ``forward`` leaves for ``backward``. Slot 0 of the state is given."""

    gates: Any  # activated gates of the LSTM, or the controller's output ``[T, B, G]``
    h_and_r: Any  # state: the controller's output and the read vectors ``[T + 1, B, K]``
    cell: Any  # state: the LSTM's cell ``[S, B, H]``; without an LSTM ``[S, B, 0]``
    memory: Any  # state ``[S, B, W, N]``
    usage: Any  # state ``[S, B, N]``
    precedence: Any  # state ``[S, B, N]``
    write_weighting: Any  # state ``[S, B, N]``
    read_weighting: Any  # state ``[S, B, R, N]``
    interface: Any  # interface parameters in their ranges ``[S, B, I]``
    slopes: Any  # derivatives of the strengths by what oneplus was given ``[S, B, R + 1]``
    inverse_norm: Any  # one over the norm of each location ``[S, B, N]``
    content: Any  # content weightings ``[S, B, R + 1, N]``
    cosine: Any  # cosine similarities ``[S, B, R + 1, N]``
    free_list: Any  # locations in ascending order of usage ``[S, B, N]``
    kept_links: Any  # the links before every ``keep_every``-th step ``[·, B, N, N]``


class StateGradients(NamedTuple):
    """Gradients of the state, in its shapes: of the last one, turned into those of the first."""

    h_and_r: Any
    cell: Any
    memory: Any
    usage: Any
    precedence: Any
    link: Any
    write_weighting: Any
    read_weighting: Any


class Offsets(NamedTuple):
    """Where each part of the interface vector begins; ``sequence`` takes them from ``state``."""

    read_keys: int
    read_strengths: int
    write_key: int
    write_strength: int
    erase_vector: int
    write_vector: int
    free_gates: int
    allocation_gate: int
    write_gate: int
    read_modes: int


class LinkScratch(NamedTuple):
    """Scratch of ``follow_links_backward``, and its results for the reads of the step before."""

    block: Any  # rows of the link matrix, computed again ``[·, N]``
    left_factors: Any  # ``[N, 2R]``: the gradient of the links is the product of this and the next
    right_factors: Any  # ``[2R, N]``
    link_t_d_read: Any  # Lᵀ times the gradient of each read weighting ``[R, N]``
    link_d_read: Any  # L times the gradient of each read weighting ``[R, N]``


def compiled(**options: Any):
    """Return Numba's decorator; where no folder can be written, without a cache on disk."""
    options |= {"nogil": True, "error_model": "numpy"}

    def decorate(function):
        try:
            return numba.njit(cache=True, **options)(function)
        except RuntimeError:  # Numba found no folder that it may write to.
            return numba.njit(**options)(function)

    return decorate


# Both may contract a product and a sum into one instruction; ``reassociated_sum`` may also split a
# sum over a vector into partial sums. NaN and infinity keep their meaning, and the same code gives
# the same bits each time it runs.
strict_sum = compiled(fastmath={"contract"})
reassociated_sum = compiled(fastmath={"contract", "reassoc", "nsz"})


# --- exponentials, as arithmetic that the compiler does on a whole vector at once -----------------


def _make_split(dtype, integer, bias, bits, degree, lowest, log_2_high, log_2_low):
    inverse_log_2, half, zero = dtype(1 / math.log(2)), dtype(0.5), dtype(0)
    # ln 2 in two parts, the first with so few digits that n times it is exact.
    high, low = dtype(log_2_high), dtype(log_2_low)
    coefficients = tuple(dtype(1 / math.factorial(k)) for k in range(degree, 0, -1))
    bias, bits, lowest, highest = integer(bias), integer(bits), dtype(lowest), dtype(-lowest)

    @strict_sum
    def split(x):
        clamped = lowest if x < lowest else x
        clamped = highest if clamped > highest else clamped
        n = np.floor(clamped * inverse_log_2 + half)
        r = (clamped - n * high) - n * low
        series = zero
        for coefficient in coefficients:
            series = series * r + coefficient
        power = integer((integer(n) + bias) << bits).view(dtype)  # 2ⁿ by its bits
        return (zero if x < lowest else power), series * r

    return split


_split_single = _make_split(np.float32, np.int32, 127, 23, 7, -87, 0.693359375, -2.12194440e-4)
_split_double = _make_split(
    np.float64, np.int64, 1023, 52, 13, -708, 6.93147180369123816490e-01, 1.90821492927058770002e-10
)


def split_exponential(x):
    """Return 2ⁿ and e^r − 1, where x = n ln 2 + r and |r| is at most ln 2 / 2.

    The second is Taylor's series, long enough for the precision of x. Very negative x give 0 for
    the first; very large ones count as the largest whose exponential is finite.
    """


@overload(split_exponential)
def _split_exponential(x):
    if x == numba.float32:
        return lambda x: _split_single(x)
    return lambda x: _split_double(x)


def like(x, value):
    """Return ``value`` in the precision of ``x``; a bare 1 would turn single into double."""


@overload(like)
def _like(x, value):
    precision = getattr(x, "dtype", x)
    dtype = np.float32 if precision == numba.float32 else np.float64
    return lambda x, value: dtype(value)


@strict_sum
def exponential(x):
    """Return eˣ, exactly 0 for very negative x."""
    power, series = split_exponential(x)
    return power + power * series


@strict_sum
def sigmoid(x):
    """``torch.sigmoid``."""
    one = like(x, 1)
    small = exponential(-abs(x))
    return (one if x >= 0 else small) / (one + small)


@strict_sum
def tanh(x):
    """``torch.tanh``, through eˣ − 1, which keeps the digits of small x."""
    power, series = split_exponential(x + x)
    expm1 = (power - like(x, 1)) + power * series  # e²ˣ − 1
    return expm1 / (expm1 + like(x, 2))


# --- small matrix products ------------------------------------------------------------------------


@strict_sum
def add_product(out, a, b):
    """Add ``a @ b`` to ``out``: ``a`` is ``[I, K]`` in any layout, ``b`` ``[K, J]``.

    Four rows of both are done at a time, so that each number loaded is used four times. Each row
    of ``out`` gets its terms in the order of k, whatever the rows beside it. The loops are written
    out in one function, because a call costs more than a short row.
    """
    rows, inner, columns = a.shape[0], a.shape[1], out.shape[1]
    fours, inner_fours = rows - rows % 4, inner - inner % 4
    for i in range(0, fours, 4):
        for k in range(0, inner_fours, 4):
            a00, a01, a02, a03 = a[i, k], a[i, k + 1], a[i, k + 2], a[i, k + 3]
            a10, a11, a12, a13 = a[i + 1, k], a[i + 1, k + 1], a[i + 1, k + 2], a[i + 1, k + 3]
            a20, a21, a22, a23 = a[i + 2, k], a[i + 2, k + 1], a[i + 2, k + 2], a[i + 2, k + 3]
            a30, a31, a32, a33 = a[i + 3, k], a[i + 3, k + 1], a[i + 3, k + 2], a[i + 3, k + 3]
            for j in range(columns):
                b0, b1, b2, b3 = b[k, j], b[k + 1, j], b[k + 2, j], b[k + 3, j]
                out[i, j] = out[i, j] + a00 * b0 + a01 * b1 + a02 * b2 + a03 * b3
                out[i + 1, j] = out[i + 1, j] + a10 * b0 + a11 * b1 + a12 * b2 + a13 * b3
                out[i + 2, j] = out[i + 2, j] + a20 * b0 + a21 * b1 + a22 * b2 + a23 * b3
                out[i + 3, j] = out[i + 3, j] + a30 * b0 + a31 * b1 + a32 * b2 + a33 * b3
    for i in range(fours, rows):
        for k in range(0, inner_fours, 4):
            a0, a1, a2, a3 = a[i, k], a[i, k + 1], a[i, k + 2], a[i, k + 3]
            for j in range(columns):
                b0, b1, b2, b3 = b[k, j], b[k + 1, j], b[k + 2, j], b[k + 3, j]
                out[i, j] = out[i, j] + a0 * b0 + a1 * b1 + a2 * b2 + a3 * b3
    for i in range(rows):
        for k in range(inner_fours, inner):
            factor = a[i, k]
            for j in range(columns):
                out[i, j] = out[i, j] + factor * b[k, j]


@reassociated_sum
def add_dots(out, a, b):
    """Add ``a @ b.T`` to ``out``: ``a`` is ``[I, ≥ K]``, ``b`` ``[J, K]``, ``out`` in any layout.

    This is a layer with the weights ``b`` as they lie in memory, not transposed. Four rows of both
    go together, and sums are taken over whole vectors. At the end the last row is repeated to make
    up four, so that a row gets the same bits whatever the rows beside it.
    """
    rows, columns, inner = a.shape[0], b.shape[0], b.shape[1]
    zero = like(out, 0)
    for j0 in range(0, columns, 4):
        j1, j2, j3 = min(j0 + 1, columns - 1), min(j0 + 2, columns - 1), min(j0 + 3, columns - 1)
        b0, b1, b2, b3 = b[j0], b[j1], b[j2], b[j3]
        for i0 in range(0, rows, 4):
            i1, i2, i3 = min(i0 + 1, rows - 1), min(i0 + 2, rows - 1), min(i0 + 3, rows - 1)
            a0, a1, a2, a3 = a[i0], a[i1], a[i2], a[i3]
            s00 = s01 = s02 = s03 = zero
            s10 = s11 = s12 = s13 = zero
            s20 = s21 = s22 = s23 = zero
            s30 = s31 = s32 = s33 = zero
            for k in range(inner):
                x0, x1, x2, x3 = a0[k], a1[k], a2[k], a3[k]
                y0, y1, y2, y3 = b0[k], b1[k], b2[k], b3[k]
                s00, s01, s02, s03 = s00 + x0 * y0, s01 + x0 * y1, s02 + x0 * y2, s03 + x0 * y3
                s10, s11, s12, s13 = s10 + x1 * y0, s11 + x1 * y1, s12 + x1 * y2, s13 + x1 * y3
                s20, s21, s22, s23 = s20 + x2 * y0, s21 + x2 * y1, s22 + x2 * y2, s23 + x2 * y3
                s30, s31, s32, s33 = s30 + x3 * y0, s31 + x3 * y1, s32 + x3 * y2, s33 + x3 * y3
            # Read all before writing any: the last row may be among them more than once.
            s00, s01 = s00 + out[i0, j0], s01 + out[i0, j1]
            s02, s03 = s02 + out[i0, j2], s03 + out[i0, j3]
            s10, s11 = s10 + out[i1, j0], s11 + out[i1, j1]
            s12, s13 = s12 + out[i1, j2], s13 + out[i1, j3]
            s20, s21 = s20 + out[i2, j0], s21 + out[i2, j1]
            s22, s23 = s22 + out[i2, j2], s23 + out[i2, j3]
            s30, s31 = s30 + out[i3, j0], s31 + out[i3, j1]
            s32, s33 = s32 + out[i3, j2], s33 + out[i3, j3]
            out[i0, j0], out[i0, j1], out[i0, j2], out[i0, j3] = s00, s01, s02, s03
            out[i1, j0], out[i1, j1], out[i1, j2], out[i1, j3] = s10, s11, s12, s13
            out[i2, j0], out[i2, j1], out[i2, j2], out[i2, j3] = s20, s21, s22, s23
            out[i3, j0], out[i3, j1], out[i3, j2], out[i3, j3] = s30, s31, s32, s33


@reassociated_sum
def set_dots(out, a, b):
    """Set ``out`` to ``a @ b.T``: ``a`` is ``[I, K]``, ``b`` ``[J, K]``, ``out`` in any layout.

    For few rows, such as read heads: the remainder (rows % 4) is done one row at a time.
    """
    rows, columns = a.shape[0], b.shape[0]
    fours = rows - rows % 4
    out[:] = 0
    add_dots(out[:fours], a[:fours], b)
    for i in range(fours, rows):
        for j in range(columns):
            out[i, j] = dot(a[i], b[j])


@reassociated_sum
def dot(a, b):
    """Return the inner product of two vectors."""
    total = like(a, 0)
    for k in range(a.shape[0]):
        total += a[k] * b[k]
    return total


@reassociated_sum
def total(vector):
    """Return the sum of a vector."""
    result = like(vector, 0)
    for n in range(vector.shape[0]):
        result += vector[n]
    return result


# --- forward, one row, one step: the memory -------------------------------------------------------


@strict_sum
def activate(interface, slopes, at, heads):
    """``state.split_interface``, in place; ``slopes [R + 1]`` gets the derivative of oneplus."""
    # The strengths of the read heads and of the write head.
    for r in range(heads + 1):
        index = at.read_strengths + r if r < heads else at.write_strength
        x = interface[index]
        slopes[r] = sigmoid(x)
        # As torch's softplus with a threshold of 40.
        interface[index] = like(interface, 1) + (x if x > 40 else math.log1p(exponential(x)))
    # The erase vector; the gates; the modes of each head. Keys and write vector stay as they are.
    squash(interface[at.erase_vector : at.write_vector])
    squash(interface[at.free_gates : at.read_modes])
    for r in range(heads):
        softmax(interface[at.read_modes + 3 * r : at.read_modes + 3 * r + 3])


@strict_sum
def squash(vector):
    """``torch.sigmoid``, in place."""
    for n in range(vector.shape[0]):
        vector[n] = sigmoid(vector[n])


@reassociated_sum
def softmax(scores):
    """``torch.softmax`` of a vector, in place."""
    highest = scores[0]
    for n in range(1, scores.shape[0]):
        highest = scores[n] if scores[n] > highest else highest
    for n in range(scores.shape[0]):
        scores[n] = exponential(scores[n] - highest)
    scale = like(scores, 1) / total(scores)
    for n in range(scores.shape[0]):
        scores[n] = scores[n] * scale


@strict_sum
def multiply_by_retention(vector, read_before, free_gate):
    """One head's factor of ``addressing.retention``."""
    for n in range(vector.shape[0]):
        vector[n] = vector[n] * (like(vector, 1) - free_gate * read_before[n])


@strict_sum
def update_usage(usage, before, write_before, read_before, free_gates):
    """``addressing.retention`` and ``addressing.usage``."""
    one = like(usage, 1)
    for n in range(usage.shape[0]):
        usage[n] = before[n] + (one - before[n]) * write_before[n]
    for r in range(read_before.shape[0]):
        multiply_by_retention(usage, read_before[r], free_gates[r])


@strict_sum
def order_by_usage(free_list, usage, place, taken):
    """Set ``free_list`` to ``usage.argsort(stable=True)``; ``place`` and ``taken`` are scratch.

    A location's place is the number of locations used less; equal ones take their places one after
    the other. Counting runs on whole vectors and costs little beside the N × N links.
    """
    size = usage.shape[0]
    place[:] = 0
    fours = size - size % 4
    for m in range(0, fours, 4):
        u0, u1, u2, u3 = usage[m], usage[m + 1], usage[m + 2], usage[m + 3]
        for n in range(size):
            u = usage[n]
            place[n] += np.int32(u0 < u) + np.int32(u1 < u) + np.int32(u2 < u) + np.int32(u3 < u)
    for m in range(fours, size):
        for n in range(size):
            place[n] += np.int32(usage[m] < usage[n])
    # NaN is neither less nor more than anything; PyTorch sorts it to the end.
    numbers = np.int32(0)
    for n in range(size):
        numbers += np.int32(usage[n] == usage[n])
        taken[n] = 0
    for n in range(size):
        if usage[n] != usage[n]:
            place[n] = numbers
    for n in range(size):
        free_list[place[n] + taken[place[n]]] = n
        taken[place[n]] += 1


@strict_sum
def allocate(allocation, products, usage, free_list):
    """``addressing.allocation_weighting``; keep the product before each place of the free list."""
    product = like(usage, 1)
    for k in range(free_list.shape[0]):
        location = free_list[k]
        products[k] = product
        allocation[location] = (like(usage, 1) - usage[location]) * product
        product *= usage[location]


@strict_sum
def look_up(content, cosine, dots, inverse_norm, key, strength):
    """``addressing.content_weighting`` for one key, whose products with the memory are ``dots``."""
    inverse_key_norm = like(dots, 1) / math.sqrt(dot(key, key) + like(dots, NORM_EPSILON))
    for n in range(dots.shape[0]):
        cosine[n] = dots[n] * inverse_key_norm * inverse_norm[n]
        content[n] = strength * cosine[n]
    softmax(content)


@strict_sum
def write(memory, before, write_weighting, erase_vector, write_vector):
    """``addressing.write_memory``."""
    one = like(memory, 1)
    for w in range(memory.shape[0]):
        erase, add, row, row_before = erase_vector[w], write_vector[w], memory[w], before[w]
        for n in range(row.shape[0]):
            kept = row_before[n] * (one - write_weighting[n] * erase)
            row[n] = kept + write_weighting[n] * add


@strict_sum
def invert_norms(inverse_norm, memory):
    """The locations' part of the denominator in ``addressing.content_weighting``."""
    for n in range(inverse_norm.shape[0]):
        inverse_norm[n] = like(memory, NORM_EPSILON)
    for w in range(memory.shape[0]):
        row = memory[w]
        for n in range(row.shape[0]):
            inverse_norm[n] += row[n] * row[n]
    for n in range(inverse_norm.shape[0]):
        inverse_norm[n] = like(memory, 1) / math.sqrt(inverse_norm[n])


@strict_sum
def update_link(link, first, write_weighting, precedence):
    """``addressing.temporal_link``, in place, for the rows of ``link`` from ``first`` on."""
    one, zero = like(link, 1), like(link, 0)
    for i in range(link.shape[0]):
        row, written = link[i], write_weighting[first + i]
        for j in range(row.shape[0]):
            kept = one - written - write_weighting[j]
            kept = zero if kept < 0 else kept
            row[j] = kept * row[j] + written * precedence[j]
        row[first + i] = zero


@strict_sum
def follow_links(link, write_weighting, precedence, read_before, forward, backward):
    """``addressing.temporal_link``, in place, ``forward_weighting`` and ``backward_weighting``."""
    size = link.shape[0]
    step = max(4, LINK_BLOCK // size // 4 * 4)
    backward[:] = 0
    for first in range(0, size, step):
        block = link[first : first + step]
        update_link(block, first, write_weighting, precedence)
        add_product(backward, read_before[:, first : first + step], block)
        set_dots(forward[:, first : first + step], read_before, block)


@strict_sum
def update_precedence(precedence, before, write_weighting):
    """``addressing.precedence``."""
    kept = like(precedence, 1) - total(write_weighting)
    kept = like(precedence, 0) if kept < 0 else kept
    for n in range(precedence.shape[0]):
        precedence[n] = kept * before[n] + write_weighting[n]


# --- forward, a range of rows, all steps ----------------------------------------------------------


@strict_sum
def lstm(gates, hidden, cell, cell_before):
    """``torch.nn.LSTMCell`` behind its matrix products; the gates are activated in place."""
    size = cell.shape[0]
    # Start the loop at 0: otherwise LLVM can't rule out negative indices, which count from the end,
    # and does not vectorise.
    for n in range(size):
        gates[n] = sigmoid(gates[n])
        gates[size + n] = sigmoid(gates[size + n])
        gates[2 * size + n] = tanh(gates[2 * size + n])
        gates[3 * size + n] = sigmoid(gates[3 * size + n])
        cell[n] = gates[size + n] * cell_before[n] + gates[n] * gates[2 * size + n]
        hidden[n] = gates[3 * size + n] * tanh(cell[n])


@strict_sum
def forward(first, last, team, lengths, inputs, weights, record, link, offsets, keep_every):
    """Run the rows from ``first`` up to ``last``: ``cell.DNCCell`` at each step.

    The tuples are plain ones in the order of the named ones above: Python hands those over 12 µs
    faster than named tuples, each.

    Args:
        first: First row; negative for all ranges of the team.
        last: The row after the last one.
        team: See ``threads``.
        lengths: Steps of each row ``[B]``, descending.
        inputs: ``[T, B, F]``.
        weights: As in :class:`Weights`.
        record: As in :class:`Record`, to be filled.
        link: Links ``[B, N, N]``, updated in place.
        offsets: As in :class:`Offsets`.
        keep_every: At how many steps the links are kept; 0 for never.
    """
    if first < 0:
        share_ranges(team)
        return
    weights, record, at = Weights(*weights), Record(*record), Offsets(*offsets)
    slots, _, heads, locations = record.read_weighting.shape
    word_size, num_features = record.memory.shape[2], inputs.shape[2]
    hidden_size, has_cell = weights.interface.shape[1], record.cell.shape[2] > 0
    one = like(inputs, 1)

    # Scratch, for one row at a time but for the controller's input.
    controller_input = np.empty((last - first, weights.input.shape[1]), inputs.dtype)
    allocation = np.empty_like(record.usage[0, 0])
    products = np.empty_like(allocation)
    place = np.empty_like(record.free_list[0, 0])
    taken = np.empty_like(place)
    dots = np.empty_like(record.content[0, 0])
    forward_w = np.empty_like(record.read_weighting[0, 0])
    backward_w = np.empty_like(forward_w)
    for b in range(first, last):
        invert_norms(record.inverse_norm[0, b], record.memory[0, b])

    end = last  # The rows from ``first`` up to ``end`` are still running.
    for t in range(lengths[first]):
        while lengths[end - 1] <= t:
            end -= 1
        before, now = t % slots, (t + 1) % slots

        # The controller, all rows together: χ_t = [x_t; r_{t−1}^1; …] and h_{t−1} to h_t.
        for b in range(first, end):
            record.gates[t, b] = weights.bias
            controller_input[b - first, :num_features] = inputs[t, b]
            controller_input[b - first, num_features:] = record.h_and_r[t, b, hidden_size:]
        add_dots(record.gates[t, first:end], controller_input[: end - first], weights.input)
        if has_cell:
            add_dots(record.gates[t, first:end], record.h_and_r[t, first:end], weights.hidden)
        for b in range(first, end):
            gates, hidden = record.gates[t, b], record.h_and_r[t + 1, b, :hidden_size]
            if has_cell:
                lstm(gates, hidden, record.cell[now, b], record.cell[before, b])
            else:
                for n in range(hidden_size):
                    gates[n] = tanh(gates[n])
                    hidden[n] = gates[n]

        # The interface vector ξ_t of all rows.
        for b in range(first, end):
            record.interface[now, b] = weights.interface_bias
        add_dots(
            record.interface[now, first:end], record.h_and_r[t + 1, first:end], weights.interface
        )

        for b in range(first, end):
            interface_t = record.interface[now, b]
            activate(interface_t, record.slopes[now, b], at, heads)
            write_w, write_before = (
                record.write_weighting[now, b],
                record.write_weighting[before, b],
            )
            read_w, read_before = record.read_weighting[now, b], record.read_weighting[before, b]
            memory, memory_before = record.memory[now, b], record.memory[before, b]
            usage, free_list = record.usage[now, b], record.free_list[now, b]
            content, cosine = record.content[now, b], record.cosine[now, b]

            # Where to write: at the least used locations …
            free_gates = interface_t[at.free_gates : at.allocation_gate]
            update_usage(usage, record.usage[before, b], write_before, read_before, free_gates)
            order_by_usage(free_list, usage, place, taken)
            allocate(allocation, products, usage, free_list)
            # … or by content, with the write head as the last one.
            write_key = interface_t[at.write_key : at.write_strength]
            write_content, write_dots = content[heads], dots[heads:]
            write_dots[:] = 0
            add_product(write_dots, write_key.reshape(1, word_size), memory_before)
            look_up(
                write_content,
                cosine[heads],
                write_dots[0],
                record.inverse_norm[before, b],
                write_key,
                interface_t[at.write_strength],
            )
            # addressing.write_weighting
            allocation_gate = interface_t[at.allocation_gate]
            write_gate = interface_t[at.write_gate]
            for n in range(locations):
                mixed = allocation_gate * allocation[n] + (one - allocation_gate) * write_content[n]
                write_w[n] = write_gate * mixed

            # Write.
            erase_vector = interface_t[at.erase_vector : at.write_vector]
            write_vector = interface_t[at.write_vector : at.free_gates]
            write(memory, memory_before, write_w, erase_vector, write_vector)
            invert_norms(record.inverse_norm[now, b], memory)

            # The order of writing: the link uses the precedence of the step before.
            if keep_every > 0 and t % keep_every == 0:
                record.kept_links[t // keep_every, b] = link[b]
            precedence_before = record.precedence[before, b]
            follow_links(link[b], write_w, precedence_before, read_before, forward_w, backward_w)
            update_precedence(record.precedence[now, b], precedence_before, write_w)

            # Where to read: by content, or along the links.
            read_keys = interface_t[: at.read_strengths].reshape(heads, word_size)
            dots[:heads] = 0
            add_product(dots[:heads], read_keys, memory)
            for r in range(heads):
                look_up(
                    content[r],
                    cosine[r],
                    dots[r],
                    record.inverse_norm[now, b],
                    read_keys[r],
                    interface_t[at.read_strengths + r],
                )
                # addressing.read_weighting
                modes = interface_t[at.read_modes + 3 * r :]
                for n in range(locations):
                    read_w[r, n] = (
                        modes[0] * backward_w[r, n]
                        + modes[1] * content[r, n]
                        + modes[2] * forward_w[r, n]
                    )

            # Read: addressing.read_vectors
            read_vectors = record.h_and_r[t + 1, b, hidden_size:].reshape(heads, word_size)
            set_dots(read_vectors, read_w, memory)


# --- backward, one row, one step: the memory ------------------------------------------------------


@reassociated_sum
def look_up_backward(
    d_dots, shrink, d_key, d_content, content, cosine, inverse_norm, key, strength
):
    """Go back through ``look_up``; return the gradient of the strength.

    Sets ``d_dots`` to the gradient of the products of key and memory, and ``d_key`` to the key's
    gradient through its norm. Adds to ``shrink`` the factor of each location in its gradient
    through its norm, ``−shrink[n] M[n]``.
    """
    inverse_key_norm = like(key, 1) / math.sqrt(dot(key, key) + like(key, NORM_EPSILON))
    mean = dot(content, d_content)
    d_strength = like(key, 0)
    for n in range(content.shape[0]):
        d_score = content[n] * (d_content[n] - mean)
        d_strength += d_score * cosine[n]
        d_cosine = strength * d_score
        d_dots[n] = d_cosine * inverse_key_norm * inverse_norm[n]
        shrink[n] += d_cosine * cosine[n] * inverse_norm[n] * inverse_norm[n]
    through_norm = strength * d_strength * inverse_key_norm * inverse_key_norm
    for w in range(key.shape[0]):
        d_key[w] = -through_norm * key[w]
    return d_strength


@reassociated_sum
def update_link_backward(
    link, d_link, link_before, first, write_weighting, precedence, d_write_weighting, d_precedence
):
    """Go back through ``update_link``, and set ``link`` to what it computed."""
    one, zero = like(link, 1), like(link, 0)
    for i in range(link_before.shape[0]):
        row, row_before, d_row = link[i], link_before[i], d_link[i]
        written = write_weighting[first + i]
        d_row[first + i] = zero
        d_written = zero
        for j in range(row.shape[0]):
            kept = one - written - write_weighting[j]
            d = d_row[j]
            d_kept = d * row_before[j] if kept >= 0 else zero
            kept = zero if kept < 0 else kept
            row[j] = kept * row_before[j] + written * precedence[j]
            d_row[j] = d * kept
            d_precedence[j] += d * written
            d_write_weighting[j] -= d_kept
            d_written += d * precedence[j] - d_kept
        row[first + i] = zero
        d_write_weighting[first + i] += d_written


@strict_sum
def factor_link_gradient(left_factors, right_factors, read_before, d_read, modes):
    """Set the factors whose product is the gradient of the links by what was read along them."""
    heads = read_before.shape[0]
    for r in range(heads):
        for n in range(read_before.shape[1]):
            left_factors[n, r] = modes[3 * r + 2] * d_read[r, n]
            left_factors[n, heads + r] = modes[3 * r] * read_before[r, n]
            right_factors[r, n] = read_before[r, n]
            right_factors[heads + r, n] = d_read[r, n]


@strict_sum
def follow_links_backward(
    d_link, link_before, write_weighting, precedence, d_read, d_write_weighting, d_precedence,
    scratch,
):  # fmt: skip
    """Go back through ``follow_links``; ``d_read`` is the gradient of the read weighting.

    Adds to the gradients. The products of the links and ``d_read`` are left in ``scratch``.
    """
    size, block_rows = link_before.shape[0], scratch.block.shape[0]
    scratch.link_t_d_read[:] = 0
    for first in range(0, size, block_rows):
        stop = min(first + block_rows, size)
        link, d_block = scratch.block[: stop - first], d_link[first:stop]
        add_product(d_block, scratch.left_factors[first:stop], scratch.right_factors)
        update_link_backward(
            link,
            d_block,
            link_before[first:stop],
            first,
            write_weighting,
            precedence,
            d_write_weighting,
            d_precedence,
        )
        add_product(scratch.link_t_d_read, d_read[:, first:stop], link)
        set_dots(scratch.link_d_read[:, first:stop], d_read, link)


@strict_sum
def read_along_links_backward(d_read_before, d_modes, read_before, modes, scratch):
    """Set the gradients of the reads before and of the modes backward and forward."""
    link_t_d_read, link_d_read = scratch.link_t_d_read, scratch.link_d_read
    for r in range(read_before.shape[0]):
        d_modes[3 * r] = dot(read_before[r], link_d_read[r])
        d_modes[3 * r + 2] = dot(read_before[r], link_t_d_read[r])
        for n in range(read_before.shape[1]):
            d_read_before[r, n] = (
                modes[3 * r + 2] * link_t_d_read[r, n] + modes[3 * r] * link_d_read[r, n]
            )


@reassociated_sum
def update_precedence_backward(d_precedence, d_write_weighting, before, write_weighting):
    """Go back through ``update_precedence``; ``d_precedence`` becomes that of the step before."""
    kept = like(before, 1) - total(write_weighting)
    d_kept = like(before, 0) if kept < 0 else dot(before, d_precedence)
    kept = like(before, 0) if kept < 0 else kept
    for n in range(before.shape[0]):
        d_write_weighting[n] += d_precedence[n] - d_kept
        d_precedence[n] = kept * d_precedence[n]


@reassociated_sum
def write_backward(
    d_memory, d_write_weighting, d_erase, d_write, memory, shrink, before, write_weighting, erase,
    write,
):  # fmt: skip
    """Go back through ``write``, after taking off what ``look_up_backward`` left in ``shrink``."""
    one, zero = like(memory, 1), like(memory, 0)
    for w in range(memory.shape[0]):
        d_row, row, row_before = d_memory[w], memory[w], before[w]
        erased, added, d_erased, d_added = erase[w], write[w], zero, zero
        for n in range(row.shape[0]):
            d = d_row[n] - shrink[n] * row[n]
            d_added += d * write_weighting[n]
            d_erased -= d * write_weighting[n] * row_before[n]
            d_write_weighting[n] += d * (added - erased * row_before[n])
            d_row[n] = d * (one - write_weighting[n] * erased)
        d_erase[w], d_write[w] = d_erased, d_added


@strict_sum
def allocate_backward(d_usage, d_allocation, products, usage, free_list):
    """Go back through ``allocate``; the order is not differentiated."""
    gain = like(usage, 0)
    for k in range(free_list.shape[0] - 1, -1, -1):
        location = free_list[k]
        d_usage[location] += products[k] * (gain - d_allocation[location])
        used = usage[location]
        gain = d_allocation[location] * (like(usage, 1) - used) + used * gain


@reassociated_sum
def update_usage_backward(
    d_usage, d_write_before, d_read_before, d_free_gates, before, write_before, read_before,
    free_gates,
    other_factors,
):  # fmt: skip
    """Go back through ``update_usage``; ``d_usage`` becomes that of the step before."""
    one, heads = like(before, 1), read_before.shape[0]
    for r in range(heads):
        # Multiply the other heads' factors: dividing by this one's would fail where it is 0.
        for n in range(before.shape[0]):
            other_factors[n] = d_usage[n] * (before[n] + (one - before[n]) * write_before[n])
        for other in range(heads):
            if other != r:
                multiply_by_retention(other_factors, read_before[other], free_gates[other])
        gate, d_gate = free_gates[r], like(before, 0)
        for n in range(before.shape[0]):
            d_gate -= other_factors[n] * read_before[r, n]
            d_read_before[r, n] -= other_factors[n] * gate
        d_free_gates[r] = d_gate
    for r in range(heads):
        multiply_by_retention(d_usage, read_before[r], free_gates[r])
    for n in range(before.shape[0]):
        d_write_before[n] = d_usage[n] * (one - before[n])
        d_usage[n] = d_usage[n] * (one - write_before[n])


@strict_sum
def activate_backward(d_interface, interface, slopes, at, heads):
    """Go back through ``activate``, in place."""
    one = like(interface, 1)
    for r in range(heads):
        d_interface[at.read_strengths + r] *= slopes[r]
    d_interface[at.write_strength] *= slopes[heads]
    for n in range(at.erase_vector, at.write_vector):
        d_interface[n] *= interface[n] * (one - interface[n])
    for n in range(at.free_gates, at.read_modes):
        d_interface[n] *= interface[n] * (one - interface[n])
    for r in range(heads):
        modes, d_modes = interface[at.read_modes + 3 * r :], d_interface[at.read_modes + 3 * r :]
        mean = modes[0] * d_modes[0] + modes[1] * d_modes[1] + modes[2] * d_modes[2]
        for n in range(3):
            d_modes[n] = modes[n] * (d_modes[n] - mean)


# --- backward, a range of rows, all steps ---------------------------------------------------------


@strict_sum
def lstm_backward(d_gates, d_cell, d_hidden, gates, cell, cell_before):
    """Go back through ``lstm``; ``d_cell`` becomes that of the step before."""
    size, one = cell.shape[0], like(cell, 1)
    for n in range(size):
        i, f, g, o = gates[n], gates[size + n], gates[2 * size + n], gates[3 * size + n]
        squashed = tanh(cell[n])
        d = d_cell[n] + d_hidden[n] * o * (one - squashed * squashed)
        d_gates[n] = d * g * i * (one - i)
        d_gates[size + n] = d * cell_before[n] * f * (one - f)
        d_gates[2 * size + n] = d * i * (one - g * g)
        d_gates[3 * size + n] = d_hidden[n] * squashed * o * (one - o)
        d_cell[n] = d * f


@strict_sum
def backward(
    first, last, team, lengths, recurrent_weight, interface_weight, record, offsets, keep_every,
    d_outputs, d_state, d_gates, d_interface,
):  # fmt: skip
    """Go back through ``forward`` for the same rows.

    Args:
        first: As in ``forward``, and so ``last``, ``team``, ``lengths`` and ``offsets``.
        recurrent_weight: The controller's weights for h and r ``[4H, K]``; for r alone without an
            LSTM ``[H, R·W]``.
        interface_weight: ``[I, H]``.
        record: As ``forward`` left it, with T + 1 slots.
        keep_every: At how many steps the links were kept.
        d_outputs: Gradient of h and r from outside ``[T, B, K]``.
        d_state: As in :class:`StateGradients`; updated in place.
        d_gates: ``[T, B, G]``, zero; becomes the gradient of the gates before their activation.
        d_interface: ``[T, B, I]``, zero; becomes that of the interface before its activation.
    """
    if first < 0:
        share_ranges(team)
        return
    record, d_state, at = Record(*record), StateGradients(*d_state), Offsets(*offsets)
    _, _, heads, locations = record.read_weighting.shape
    hidden_size, word_size = interface_weight.shape[1], record.memory.shape[2]
    has_cell = record.cell.shape[2] > 0
    first_fed_back = d_state.h_and_r.shape[1] - recurrent_weight.shape[1]
    dtype, one = d_gates.dtype, like(d_gates, 1)

    # Scratch, for one row at a time but for the last three.
    allocation = np.empty_like(record.usage[0, 0])
    products = np.empty_like(allocation)
    d_content = np.empty_like(allocation)
    d_allocation = np.empty_like(allocation)
    shrink = np.empty_like(allocation)
    d_read_before = np.empty_like(record.read_weighting[0, 0])
    d_keys = np.empty((heads, word_size), dtype)
    word_factors = np.empty((word_size, 2 * heads), dtype)
    right_factors = np.empty((2 * heads, locations), dtype)
    block_rows = min(locations, max(4, LINK_BLOCK // locations // 4 * 4))
    links = LinkScratch(
        np.empty((block_rows, locations), dtype),
        np.empty((locations, 2 * heads), dtype),
        right_factors,
        np.empty_like(d_read_before),
        np.empty_like(d_read_before),
    )
    remade_links = np.empty((last - first, keep_every - 1, locations, locations), dtype)
    d_hidden = np.empty((last - first, hidden_size), dtype)
    d_fed_back = np.empty((last - first, recurrent_weight.shape[1]), dtype)

    end = first  # The rows from ``first`` up to ``end`` have begun.
    for t in range(lengths[first] - 1, -1, -1):
        while end < last and lengths[end] > t:
            end += 1
        for b in range(first, end):
            interface_t, d_interface_t = record.interface[t + 1, b], d_interface[t, b]
            write_w, d_write_w = record.write_weighting[t + 1, b], d_state.write_weighting[b]
            read_w, d_read = record.read_weighting[t + 1, b], d_state.read_weighting[b]
            memory, d_memory = record.memory[t + 1, b], d_state.memory[b]
            usage, d_usage = record.usage[t + 1, b], d_state.usage[b]
            content, cosine = record.content[t + 1, b], record.cosine[t + 1, b]
            read_before, memory_before = record.read_weighting[t, b], record.memory[t, b]
            precedence_before, d_precedence = record.precedence[t, b], d_state.precedence[b]
            modes, d_modes = interface_t[at.read_modes :], d_interface_t[at.read_modes :]

            # h_t and r_t: what step t + 1 wants of them, and what the output wants.
            d_h_and_r = d_state.h_and_r[b]
            for n in range(d_h_and_r.shape[0]):
                d_h_and_r[n] += d_outputs[t, b, n]

            # addressing.read_vectors: to the read weightings now, to the memory further down.
            d_vectors = d_h_and_r[hidden_size:].reshape(heads, word_size)
            add_product(d_read, d_vectors, memory)

            # The links before this step: kept, or made again from the last that were kept.
            start = t - t % keep_every
            if t == lengths[b] - 1 or (t + 1) % keep_every == 0:
                for step in range(start, t):
                    if step == start:
                        remade_links[b - first, 0] = record.kept_links[t // keep_every, b]
                    else:
                        previous = remade_links[b - first, step - start - 1]
                        remade_links[b - first, step - start] = previous
                    update_link(
                        remade_links[b - first, step - start],
                        0,
                        record.write_weighting[step + 1, b],
                        record.precedence[step, b],
                    )
            link_before = (
                record.kept_links[t // keep_every, b]
                if t == start
                else remade_links[b - first, t - start - 1]
            )

            # Precedence, then links: to what was written, read before and linked before.
            update_precedence_backward(d_precedence, d_write_w, precedence_before, write_w)
            factor_link_gradient(links.left_factors, right_factors, read_before, d_read, modes)
            follow_links_backward(
                d_state.link[b], link_before, write_w, precedence_before, d_read, d_write_w,
                d_precedence, links,
            )  # fmt: skip
            read_along_links_backward(d_read_before, d_modes, read_before, modes, links)

            # What was read by content: to the keys and strengths, and to the memory under it.
            shrink[:] = 0
            for r in range(heads):
                key = interface_t[r * word_size : (r + 1) * word_size]
                d_modes[3 * r + 1] = dot(content[r], d_read[r])
                for n in range(locations):
                    d_content[n] = modes[3 * r + 1] * d_read[r, n]
                    right_factors[heads + r, n] = read_w[r, n]
                d_interface_t[at.read_strengths + r] = look_up_backward(
                    right_factors[r], shrink, d_interface_t[r * word_size : (r + 1) * word_size],
                    d_content, content[r], cosine[r], record.inverse_norm[t + 1, b], key,
                    interface_t[at.read_strengths + r],
                )  # fmt: skip
                for k in range(word_size):
                    word_factors[k, r] = key[k]
                    word_factors[k, heads + r] = d_vectors[r, k]
            set_dots(d_keys, right_factors[:heads], memory)
            for r in range(heads):
                for k in range(word_size):
                    d_interface_t[r * word_size + k] += d_keys[r, k]
            add_product(d_memory, word_factors, right_factors)

            # The write: to the memory before, completing the write weighting's gradient.
            write_backward(
                d_memory, d_write_w, d_interface_t[at.erase_vector : at.write_vector],
                d_interface_t[at.write_vector : at.free_gates], memory, shrink, memory_before,
                write_w, interface_t[at.erase_vector : at.write_vector],
                interface_t[at.write_vector : at.free_gates],
            )  # fmt: skip

            # addressing.write_weighting: to both gates, the allocation and the lookup.
            free_list, write_content = record.free_list[t + 1, b], content[heads]
            allocation_gate = interface_t[at.allocation_gate]
            write_gate = interface_t[at.write_gate]
            allocate(allocation, products, usage, free_list)
            by_allocation, by_content = dot(d_write_w, allocation), dot(d_write_w, write_content)
            d_interface_t[at.allocation_gate] = write_gate * (by_allocation - by_content)
            d_interface_t[at.write_gate] = (
                allocation_gate * by_allocation + (one - allocation_gate) * by_content
            )
            for n in range(locations):
                d_allocation[n] = write_gate * allocation_gate * d_write_w[n]
                d_content[n] = write_gate * (one - allocation_gate) * d_write_w[n]

            # The lookup by content of the write head, in the memory before.
            shrink[:] = 0
            d_dots = right_factors[0]
            write_key = interface_t[at.write_key : at.write_strength]
            d_write_key = d_interface_t[at.write_key : at.write_strength]
            d_interface_t[at.write_strength] = look_up_backward(
                d_dots, shrink, d_write_key, d_content, write_content, cosine[heads],
                record.inverse_norm[t, b], write_key, interface_t[at.write_strength],
            )  # fmt: skip
            for k in range(word_size):
                d_write_key[k] += dot(d_dots, memory_before[k])
                d_memory_row, memory_row, key_entry = d_memory[k], memory_before[k], write_key[k]
                for n in range(locations):
                    d_memory_row[n] += key_entry * d_dots[n] - shrink[n] * memory_row[n]

            # Allocation and usage: to the free gates and to what was written and read before.
            allocate_backward(d_usage, d_allocation, products, usage, free_list)
            update_usage_backward(
                d_usage, d_write_w, d_read_before,
                d_interface_t[at.free_gates : at.allocation_gate], record.usage[t, b],
                record.write_weighting[t, b], read_before,
                interface_t[at.free_gates : at.allocation_gate], d_content,
            )  # fmt: skip
            d_read[:] = d_read_before
            activate_backward(d_interface_t, interface_t, record.slopes[t + 1, b], at, heads)
            d_hidden[b - first] = d_h_and_r[:hidden_size]
            d_h_and_r[:] = 0

        # The interface layer and the controller, all rows together: to h and r of the step before.
        add_product(d_hidden[: end - first], d_interface[t, first:end], interface_weight)
        for b in range(first, end):
            if has_cell:
                lstm_backward(
                    d_gates[t, b], d_state.cell[b], d_hidden[b - first], record.gates[t, b],
                    record.cell[t + 1, b], record.cell[t, b],
                )  # fmt: skip
            else:
                for n in range(hidden_size):
                    h = record.gates[t, b, n]
                    d_gates[t, b, n] = d_hidden[b - first, n] * (one - h * h)
        d_fed_back[:] = 0
        add_product(d_fed_back[: end - first], d_gates[t, first:end], recurrent_weight)
        d_state.h_and_r[first:end, first_fed_back:] = d_fed_back[: end - first]


@strict_sum
def add_weight_gradient(first, last, team, gradient, d_results, layer_inputs):
    """Add ``d_results.T @ layer_inputs`` to ``gradient``, rows ``first`` up to ``last``.

    Args:
        first: First row of the weights; negative for all ranges of the team.
        last: The row after the last one.
        team: See ``threads``.
        gradient: ``[G, S]``.
        d_results: Gradients of what the layer gives, at all steps of all rows ``[T·B, G]``.
        layer_inputs: What the layer was given ``[T·B, S]``.
    """
    if first < 0:
        share_ranges(team)
        return
    for step in range(0, layer_inputs.shape[0], STEPS_TOGETHER):
        chosen = d_results[step : step + STEPS_TOGETHER, first:last].T
        add_product(gradient[first:last], chosen, layer_inputs[step : step + STEPS_TOGETHER])
