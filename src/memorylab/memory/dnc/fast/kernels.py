"""The DNC over a whole sequence as machine code: forward, and backward by hand.

Numba compiles this file on first use and keeps the result on disk. Everything is in one file
because that file alone tells Numba whether what it kept is still good; it looks at no other
file. ``DERIVATION.md`` derives what stands here; each function names the function of
``addressing``, ``state`` or ``cell`` whose numbers it computes.

``forward`` and ``backward`` take a range of rows and run it from beginning to end, without Python
and without the interpreter lock; rows don't see each other, so several threads share a batch and
never wait for each other. Rows are ordered by length, longest first: those still running are the
first ones, and a step past the end of a row costs nothing. A row's numbers don't depend on which
rows it shares a range with, nor on the number of threads, not by a bit.

Shapes: T steps, B rows, H controller outputs, I interface parameters, N locations, W word size, R
read heads, K = H + R·W what the controller gets from the step before: its own output and what was
read. The memory is stored transposed, ``[W, N]``, so that the innermost loops run over locations.
Content weightings and cosines ``[R + 1, N]`` are those of the read heads, then that of the write
head.

A record holds each step's numbers at slot t + 1 and those of the initial state at slot 0. Without
gradients there are just two slots, used in turn: a slot's number is taken modulo their number.
"""

from __future__ import annotations

import math
from typing import Any

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


def compiled(**options: Any):
    """Return Numba's decorator; where nothing can be kept on disk, the result is not kept."""
    options |= {"nogil": True, "error_model": "numpy"}

    def decorate(function):
        try:
            return numba.njit(cache=True, **options)(function)
        except RuntimeError:  # Numba found no folder that it may write to.
            return numba.njit(**options)(function)

    return decorate


# A product and a sum may become one instruction. With ``in_parts``, sums over a vector may also be
# taken in several parts at once. NaN and infinity keep their meaning, and the same code gives the
# same bits each time it runs.
in_order = compiled(fastmath={"contract"})
in_parts = compiled(fastmath={"contract", "reassoc", "nsz"})


# --- exponentials, as arithmetic that the compiler does on a whole vector at once -----------------


def _make_split(dtype, integer, bias, bits, degree, lowest, log_2_high, log_2_low):
    inverse_log_2, half, zero = dtype(1 / math.log(2)), dtype(0.5), dtype(0)
    # ln 2 in two parts, the first with so few digits that n times it is exact.
    high, low = dtype(log_2_high), dtype(log_2_low)
    coefficients = tuple(dtype(1 / math.factorial(k)) for k in range(degree, 0, -1))
    bias, bits, lowest, highest = integer(bias), integer(bits), dtype(lowest), dtype(-lowest)

    @in_order
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


@in_order
def exponential(x):
    """Return eˣ, exactly 0 for very negative x."""
    power, rest = split_exponential(x)
    return power + power * rest


@in_order
def sigmoid(x):
    """``torch.sigmoid``."""
    one = like(x, 1)
    small = exponential(-abs(x))
    return (one if x >= 0 else small) / (one + small)


@in_order
def tanh(x):
    """``torch.tanh``, through eˣ − 1, which keeps the digits of small x."""
    power, rest = split_exponential(x + x)
    less_one = (power - like(x, 1)) + power * rest  # e²ˣ − 1
    return less_one / (less_one + like(x, 2))


# --- small matrix products ------------------------------------------------------------------------


@in_order
def add_product(out, a, b):
    """Add ``a @ b`` to ``out``: ``a`` is ``[I, K]`` in any layout, ``b`` ``[K, J]``.

    Four rows of both at a time, so that a number loaded is used four times. Each row of ``out``
    gets its terms in the order of k, whatever rows it stands among. All is written out in one
    function, because a call costs more than a short row.
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


@in_parts
def add_dots(out, a, b):
    """Add ``a @ b.T`` to ``out``: ``a`` is ``[I, ≥ K]``, ``b`` ``[J, K]``, ``out`` in any layout.

    This is a layer with the weights ``b``, for which they needn't be transposed. Four rows of both
    go together, and sums are taken over whole vectors. At the end the last row fills the places
    that are left, so that a row gets the same bits whatever rows it stands among.
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
            # All are read before any is written: the last row may stand here more than once.
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


@in_parts
def set_dots(out, a, b):
    """Set ``out`` to ``a @ b.T``: ``a`` is ``[I, K]``, ``b`` ``[J, K]``, ``out`` in any layout.

    For few rows, such as read heads: those that don't make up four cost no more than they are.
    """
    rows, columns = a.shape[0], b.shape[0]
    fours = rows - rows % 4
    out[:] = 0
    add_dots(out[:fours], a[:fours], b)
    for i in range(fours, rows):
        for j in range(columns):
            out[i, j] = dot(a[i], b[j])


@in_parts
def dot(a, b):
    """Return the inner product of two vectors."""
    total = like(a, 0)
    for k in range(a.shape[0]):
        total += a[k] * b[k]
    return total


@in_parts
def total(vector):
    """Return the sum of a vector."""
    result = like(vector, 0)
    for n in range(vector.shape[0]):
        result += vector[n]
    return result


# --- forward, one row, one step: the memory -------------------------------------------------------


@in_order
def activate(interface, slopes, word_size, heads):
    """``state.split_interface``, in place; ``slopes [R + 1]`` gets the derivative of oneplus."""
    w, one = word_size, like(interface, 1)
    for r in range(heads + 1):
        index = w * heads + r if r < heads else w * heads + heads + w
        x = interface[index]
        slopes[r] = sigmoid(x)
        # As torch's softplus with a threshold of 40.
        interface[index] = one + (x if x > 40 else math.log1p(exponential(x)))
    erase = w * heads + heads + w + 1
    free = erase + 2 * w
    modes = free + heads + 2
    squash(interface[erase : erase + w])
    squash(interface[free:modes])
    for r in range(heads):
        softmax(interface[modes + 3 * r : modes + 3 * r + 3])


@in_order
def squash(vector):
    """``torch.sigmoid``, in place."""
    for n in range(vector.shape[0]):
        vector[n] = sigmoid(vector[n])


@in_parts
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


@in_order
def multiply_by_kept(vector, read_before, free_gate):
    """One head's factor of ``addressing.retention``."""
    for n in range(vector.shape[0]):
        vector[n] = vector[n] * (like(vector, 1) - free_gate * read_before[n])


@in_order
def update_usage(usage, before, write_before, read_before, free_gates):
    """``addressing.retention`` and ``addressing.usage``."""
    one = like(usage, 1)
    for n in range(usage.shape[0]):
        usage[n] = before[n] + (one - before[n]) * write_before[n]
    for r in range(read_before.shape[0]):
        multiply_by_kept(usage, read_before[r], free_gates[r])


@in_order
def order_by_usage(free_list, usage, place, taken):
    """Set ``free_list`` to ``usage.argsort(stable=True)``; the last two are scratch.

    A location's place is the number of those used less, and equal ones take their places one after
    the other. Counting runs on whole vectors and costs little beside the links, also N by N.
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


@in_order
def allocate(allocation, products, usage, free_list):
    """``addressing.allocation_weighting``; keep the product before each place of the free list."""
    product = like(usage, 1)
    for k in range(free_list.shape[0]):
        location = free_list[k]
        products[k] = product
        allocation[location] = (like(usage, 1) - usage[location]) * product
        product *= usage[location]


@in_order
def look_up(content, cosine, dots, inverse_norm, key, strength):
    """``addressing.content_weighting`` for one key, whose products with the memory are ``dots``."""
    inverse_key_norm = like(dots, 1) / math.sqrt(dot(key, key) + like(dots, NORM_EPSILON))
    for n in range(dots.shape[0]):
        cosine[n] = dots[n] * inverse_key_norm * inverse_norm[n]
        content[n] = strength * cosine[n]
    softmax(content)


@in_order
def write(memory, before, write_weighting, erase_vector, write_vector):
    """``addressing.write_memory``."""
    one = like(memory, 1)
    for w in range(memory.shape[0]):
        erase, add, row, row_before = erase_vector[w], write_vector[w], memory[w], before[w]
        for n in range(row.shape[0]):
            kept = row_before[n] * (one - write_weighting[n] * erase)
            row[n] = kept + write_weighting[n] * add


@in_order
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


@in_order
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


@in_order
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


@in_order
def update_precedence(precedence, before, write_weighting):
    """``addressing.precedence``."""
    kept = like(precedence, 1) - total(write_weighting)
    kept = like(precedence, 0) if kept < 0 else kept
    for n in range(precedence.shape[0]):
        precedence[n] = kept * before[n] + write_weighting[n]


# --- forward, a range of rows, all steps ----------------------------------------------------------


@in_order
def lstm(gates, hidden, cell, cell_before):
    """``torch.nn.LSTMCell`` behind its matrix products; the gates are activated in place."""
    size = cell.shape[0]
    # One loop from 0: of an index that begins elsewhere the compiler doesn't know that it isn't
    # negative, which would count from the end, and it works on one number at a time.
    for n in range(size):
        gates[n] = sigmoid(gates[n])
        gates[size + n] = sigmoid(gates[size + n])
        gates[2 * size + n] = tanh(gates[2 * size + n])
        gates[3 * size + n] = sigmoid(gates[3 * size + n])
        cell[n] = gates[size + n] * cell_before[n] + gates[n] * gates[2 * size + n]
        hidden[n] = gates[3 * size + n] * tanh(cell[n])


@in_order
def forward(
    first,
    last,
    team,
    lengths,
    inputs,
    input_weight,
    hidden_weight,
    bias,
    interface_weight,
    interface_bias,
    gates,
    known,
    cell,
    memory,
    usage,
    precedence,
    write_weighting,
    read_weighting,
    interface,
    slopes,
    inverse_norm,
    content,
    cosine,
    free_list,
    link,
    kept_links,
    keep_every,
):
    """Run the rows from ``first`` up to ``last``: ``cell.DNCCell`` at each step.

    Args:
        first: First row; negative for all ranges of the team.
        last: The row after the last one.
        team: See ``threads``.
        lengths: Steps of each row ``[B]``, descending.
        inputs: ``[T, B, F]``.
        input_weight: The controller's weights for the input and r ``[4H, F + R·W]``; H instead of
            4H, here and in what follows, without an LSTM.
        hidden_weight: Those for h ``[4H, H]``; without an LSTM ``[H, 0]``.
        bias: The controller's ``[4H]``.
        interface_weight: ``[I, H]``.
        interface_bias: ``[I]``.
        gates: The LSTM's gates, or the controller's output ``[T, B, 4H]``, to be filled.
        known: h and r ``[T + 1, B, K]``, filled from slot 1 on.
        cell: The LSTM's cells ``[S, B, H]``, or ``[S, B, 0]``; slot 0 holds the initial state here
            and in the following.
        memory: ``[S, B, W, N]``.
        usage: ``[S, B, N]``.
        precedence: ``[S, B, N]``.
        write_weighting: ``[S, B, N]``.
        read_weighting: ``[S, B, R, N]``.
        interface: Interface parameters in their ranges ``[S, B, I]``, to be filled.
        slopes: Derivatives of the strengths ``[S, B, R + 1]``, to be filled.
        inverse_norm: One over the norm of each location ``[S, B, N]``, to be filled.
        content: Content weightings ``[S, B, R + 1, N]``, to be filled.
        cosine: Cosine similarities ``[S, B, R + 1, N]``, to be filled.
        free_list: Locations in ascending order of usage ``[S, B, N]``, to be filled.
        link: Links ``[B, N, N]``, updated in place.
        kept_links: The links before every ``keep_every``-th step ``[·, B, N, N]``.
        keep_every: At how many steps the links are kept; 0 for never.
    """
    if first < 0:
        share_ranges(team)
        return
    slots, heads = read_weighting.shape[0], read_weighting.shape[2]
    locations, word_size = usage.shape[2], memory.shape[2]
    has_cell = cell.shape[2] > 0
    num_features, hidden_size = inputs.shape[2], interface_weight.shape[1]
    w, one = word_size, like(known, 1)
    strength = w * heads
    write_key = strength + heads
    erase = write_key + w + 1
    free = erase + 2 * w
    modes = free + heads + 2
    seen = np.empty((last - first, input_weight.shape[1]), inputs.dtype)
    allocation = np.empty_like(usage[0, 0])
    products = np.empty_like(allocation)
    place = np.empty_like(free_list[0, 0])
    taken = np.empty_like(place)
    dots = np.empty_like(content[0, 0])
    ahead = np.empty_like(read_weighting[0, 0])
    back = np.empty_like(read_weighting[0, 0])
    for b in range(first, last):
        invert_norms(inverse_norm[0, b], memory[0, b])
    end = last
    for t in range(lengths[first]):
        while lengths[end - 1] <= t:
            end -= 1
        before, now = t % slots, (t + 1) % slots
        for b in range(first, end):
            gates[t, b] = bias
            seen[b - first, :num_features] = inputs[t, b]
            seen[b - first, num_features:] = known[t, b, hidden_size:]
        add_dots(gates[t, first:end], seen[: end - first], input_weight)
        if has_cell:
            add_dots(gates[t, first:end], known[t, first:end], hidden_weight)
        for b in range(first, end):
            hidden = known[t + 1, b, :hidden_size]
            if has_cell:
                lstm(gates[t, b], hidden, cell[now, b], cell[before, b])
            else:
                for n in range(hidden_size):
                    gates[t, b, n] = tanh(gates[t, b, n])
                    hidden[n] = gates[t, b, n]
            interface[now, b] = interface_bias
        add_dots(interface[now, first:end], known[t + 1, first:end], interface_weight)
        for b in range(first, end):
            asked = interface[now, b]
            activate(asked, slopes[now, b], w, heads)
            allocation_gate, write_gate = asked[modes - 2], asked[modes - 1]
            wrote, read, read_before = (
                write_weighting[now, b],
                read_weighting[now, b],
                read_weighting[before, b],
            )

            update_usage(
                usage[now, b],
                usage[before, b],
                write_weighting[before, b],
                read_before,
                asked[free : free + heads],
            )
            order_by_usage(free_list[now, b], usage[now, b], place, taken)
            allocate(allocation, products, usage[now, b], free_list[now, b])
            found = content[now, b, heads]
            dots[heads] = 0
            add_product(
                dots[heads:], asked[write_key : write_key + w].reshape(1, w), memory[before, b]
            )
            look_up(
                found,
                cosine[now, b, heads],
                dots[heads],
                inverse_norm[before, b],
                asked[write_key : write_key + w],
                asked[write_key + w],
            )
            # addressing.write_weighting
            for n in range(locations):
                mixed = allocation_gate * allocation[n] + (one - allocation_gate) * found[n]
                wrote[n] = write_gate * mixed
            write(
                memory[now, b],
                memory[before, b],
                wrote,
                asked[erase : erase + w],
                asked[erase + w : erase + 2 * w],
            )
            invert_norms(inverse_norm[now, b], memory[now, b])

            if keep_every > 0 and t % keep_every == 0:
                kept_links[t // keep_every, b] = link[b]
            follow_links(link[b], wrote, precedence[before, b], read_before, ahead, back)
            update_precedence(precedence[now, b], precedence[before, b], wrote)

            dots[:heads] = 0
            keys = asked[:strength].reshape(heads, w)
            add_product(dots[:heads], keys, memory[now, b])
            for r in range(heads):
                look_up(
                    content[now, b, r],
                    cosine[now, b, r],
                    dots[r],
                    inverse_norm[now, b],
                    keys[r],
                    asked[strength + r],
                )
                # addressing.read_weighting
                for n in range(locations):
                    read[r, n] = (
                        asked[modes + 3 * r] * back[r, n]
                        + asked[modes + 3 * r + 1] * content[now, b, r, n]
                        + asked[modes + 3 * r + 2] * ahead[r, n]
                    )
            # addressing.read_vectors
            set_dots(known[t + 1, b, hidden_size:].reshape(heads, w), read, memory[now, b])


# --- backward, one row, one step: the memory ------------------------------------------------------


@in_parts
def look_up_backward(
    d_dots, shrink, d_key, d_content, content, cosine, inverse_norm, key, strength
):
    """Go back through ``look_up``; return the gradient of the strength.

    ``d_dots`` gets the gradient of the products of key and memory, ``shrink`` is added what takes
    from each location's gradient along itself, ``d_key`` gets the same for the key.
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
    along = strength * d_strength * inverse_key_norm * inverse_key_norm
    for w in range(key.shape[0]):
        d_key[w] = -along * key[w]
    return d_strength


@in_parts
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


@in_order
def follow_links_backward(
    d_link, link_before, write_weighting, precedence, read_before, d_read, modes,
    d_write_weighting, d_precedence, d_read_before, d_modes, block, pairs_left, pairs_right, along,
    against,
):  # fmt: skip
    """Go back through ``follow_links``; ``d_read`` is the gradient of the read weighting.

    Sets ``d_read_before`` and, in ``d_modes``, the modes backward and forward; adds to the others.
    """
    size, heads = link_before.shape[0], read_before.shape[0]
    for r in range(heads):
        for n in range(size):
            pairs_left[n, r] = modes[3 * r + 2] * d_read[r, n]
            pairs_left[n, heads + r] = modes[3 * r] * read_before[r, n]
            pairs_right[r, n] = read_before[r, n]
            pairs_right[heads + r, n] = d_read[r, n]
    along[:] = 0
    step = block.shape[0]
    for first in range(0, size, step):
        stop = min(first + step, size)
        link = block[: stop - first]
        add_product(d_link[first:stop], pairs_left[first:stop], pairs_right)
        update_link_backward(
            link,
            d_link[first:stop],
            link_before[first:stop],
            first,
            write_weighting,
            precedence,
            d_write_weighting,
            d_precedence,
        )
        add_product(along, d_read[:, first:stop], link)
        set_dots(against[:, first:stop], d_read, link)
    for r in range(heads):
        d_modes[3 * r] = dot(read_before[r], against[r])
        d_modes[3 * r + 2] = dot(read_before[r], along[r])
        for n in range(size):
            d_read_before[r, n] = modes[3 * r + 2] * along[r, n] + modes[3 * r] * against[r, n]


@in_parts
def update_precedence_backward(d_precedence, d_write_weighting, before, write_weighting):
    """Go back through ``update_precedence``; ``d_precedence`` becomes that of the step before."""
    kept = like(before, 1) - total(write_weighting)
    d_kept = like(before, 0) if kept < 0 else dot(before, d_precedence)
    kept = like(before, 0) if kept < 0 else kept
    for n in range(before.shape[0]):
        d_write_weighting[n] += d_precedence[n] - d_kept
        d_precedence[n] = kept * d_precedence[n]


@in_parts
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


@in_order
def allocate_backward(d_usage, d_allocation, products, usage, free_list):
    """Go back through ``allocate``; the order is not differentiated."""
    rest = like(usage, 0)
    for k in range(free_list.shape[0] - 1, -1, -1):
        location = free_list[k]
        d_usage[location] += products[k] * (rest - d_allocation[location])
        rest = d_allocation[location] * (like(usage, 1) - usage[location]) + usage[location] * rest


@in_parts
def update_usage_backward(
    d_usage, d_write_before, d_read_before, d_free_gates, before, write_before, read_before,
    free_gates, others,
):  # fmt: skip
    """Go back through ``update_usage``; ``d_usage`` becomes that of the step before."""
    one, heads = like(before, 1), read_before.shape[0]
    for r in range(heads):
        # What multiplies this head's factor: no division, for the factor may be 0.
        for n in range(before.shape[0]):
            others[n] = d_usage[n] * (before[n] + (one - before[n]) * write_before[n])
        for other in range(heads):
            if other != r:
                multiply_by_kept(others, read_before[other], free_gates[other])
        gate, d_gate = free_gates[r], like(before, 0)
        for n in range(before.shape[0]):
            d_gate -= others[n] * read_before[r, n]
            d_read_before[r, n] -= others[n] * gate
        d_free_gates[r] = d_gate
    for r in range(heads):
        multiply_by_kept(d_usage, read_before[r], free_gates[r])
    for n in range(before.shape[0]):
        d_write_before[n] = d_usage[n] * (one - before[n])
        d_usage[n] = d_usage[n] * (one - write_before[n])


@in_order
def activate_backward(d_interface, interface, slopes, word_size, heads):
    """Go back through ``activate``, in place."""
    w, one = word_size, like(interface, 1)
    for r in range(heads):
        d_interface[w * heads + r] *= slopes[r]
    d_interface[w * heads + heads + w] *= slopes[heads]
    erase = w * heads + heads + w + 1
    free = erase + 2 * w
    modes = free + heads + 2
    for n in range(erase, erase + w):
        d_interface[n] *= interface[n] * (one - interface[n])
    for n in range(free, modes):
        d_interface[n] *= interface[n] * (one - interface[n])
    for r in range(heads):
        part, d_part = interface[modes + 3 * r :], d_interface[modes + 3 * r :]
        mean = part[0] * d_part[0] + part[1] * d_part[1] + part[2] * d_part[2]
        for n in range(3):
            d_part[n] = part[n] * (d_part[n] - mean)


# --- backward, a range of rows, all steps ---------------------------------------------------------


@in_order
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


@in_order
def backward(
    first,
    last,
    team,
    lengths,
    recurrent_weight,
    interface_weight,
    gates,
    cell,
    memory,
    usage,
    precedence,
    write_weighting,
    read_weighting,
    interface,
    slopes,
    inverse_norm,
    content,
    cosine,
    free_list,
    kept_links,
    keep_every,
    d_outputs,
    d_known,
    d_cell,
    d_memory,
    d_usage,
    d_precedence,
    d_link,
    d_write_weighting,
    d_read_weighting,
    d_gates,
    d_interface,
):
    """Go back through ``forward`` for the same rows.

    Args:
        first: As in ``forward``.
        last: As in ``forward``.
        team: As in ``forward``.
        lengths: As in ``forward``.
        recurrent_weight: The controller's weights for h and r ``[4H, K]``; for r alone without an
            LSTM ``[H, R·W]``.
        interface_weight: ``[I, H]``.
        gates: As ``forward`` left them, and so the following, with T + 1 slots.
        cell: ``[T + 1, B, H]``.
        memory: ``[T + 1, B, W, N]``.
        usage: ``[T + 1, B, N]``.
        precedence: ``[T + 1, B, N]``.
        write_weighting: ``[T + 1, B, N]``.
        read_weighting: ``[T + 1, B, R, N]``.
        interface: ``[T + 1, B, I]``.
        slopes: ``[T + 1, B, R + 1]``.
        inverse_norm: ``[T + 1, B, N]``.
        content: ``[T + 1, B, R + 1, N]``.
        cosine: ``[T + 1, B, R + 1, N]``.
        free_list: ``[T + 1, B, N]``.
        kept_links: ``[·, B, N, N]``.
        keep_every: At how many steps the links were kept.
        d_outputs: Gradient of ``known`` from outside ``[T, B, K]``, for slots 1 on.
        d_known: Gradient of the final state's h and r ``[B, K]``; this and the following, in the
            shapes of the state, become the gradients of the initial state.
        d_cell: ``[B, H]``.
        d_memory: ``[B, W, N]``.
        d_usage: ``[B, N]``.
        d_precedence: ``[B, N]``.
        d_link: ``[B, N, N]``.
        d_write_weighting: ``[B, N]``.
        d_read_weighting: ``[B, R, N]``.
        d_gates: ``[T, B, 4H]``, zero; becomes the gradient of ``gates``.
        d_interface: ``[T, B, I]``, zero; becomes that of the interface before its activation.
    """
    if first < 0:
        share_ranges(team)
        return
    heads, locations, word_size = read_weighting.shape[2], usage.shape[2], memory.shape[2]
    has_cell = cell.shape[2] > 0
    hidden_size = interface_weight.shape[1]
    unseen = d_known.shape[1] - recurrent_weight.shape[1]
    w, one = word_size, like(d_known, 1)
    strength = w * heads
    write_key = strength + heads
    erase = write_key + w + 1
    free = erase + 2 * w
    modes = free + heads + 2
    allocation = np.empty_like(usage[0, 0])
    products = np.empty_like(allocation)
    d_content = np.empty_like(allocation)
    d_allocation = np.empty_like(allocation)
    shrink = np.empty_like(allocation)
    d_read_before = np.empty_like(read_weighting[0, 0])
    along = np.empty_like(d_read_before)
    against = np.empty_like(d_read_before)
    pairs_right = np.empty((2 * heads, locations), usage.dtype)
    pairs_left = np.empty((locations, 2 * heads), usage.dtype)
    word_pairs = np.empty((w, 2 * heads), usage.dtype)
    d_keys = np.empty((heads, w), usage.dtype)
    block_rows = min(locations, max(4, LINK_BLOCK // locations // 4 * 4))
    block = np.empty((block_rows, locations), usage.dtype)
    between = np.empty((last - first, keep_every - 1, locations, locations), usage.dtype)
    d_hidden = np.empty((last - first, hidden_size), usage.dtype)
    d_fed_back = np.empty((last - first, recurrent_weight.shape[1]), usage.dtype)
    end = first
    for t in range(lengths[first] - 1, -1, -1):
        while end < last and lengths[end] > t:
            end += 1
        for b in range(first, end):
            asked, d_asked = interface[t + 1, b], d_interface[t, b]
            wrote, read_before = write_weighting[t + 1, b], read_weighting[t, b]
            d_wrote, d_read, d_row = d_write_weighting[b], d_read_weighting[b], d_known[b]
            for n in range(d_row.shape[0]):
                d_row[n] += d_outputs[t, b, n]

            # addressing.read_vectors: to the read weightings now, to the memory further down.
            d_vectors = d_row[hidden_size:].reshape(heads, w)
            add_product(d_read, d_vectors, memory[t + 1, b])

            # The links before this step: kept, or made again from the last that were.
            start = t - t % keep_every
            if t == lengths[b] - 1 or (t + 1) % keep_every == 0:
                for step in range(start, t):
                    if step == start:
                        between[b - first, 0] = kept_links[t // keep_every, b]
                    else:
                        between[b - first, step - start] = between[b - first, step - start - 1]
                    update_link(
                        between[b - first, step - start],
                        0,
                        write_weighting[step + 1, b],
                        precedence[step, b],
                    )
            update_precedence_backward(d_precedence[b], d_wrote, precedence[t, b], wrote)
            link_before = (
                kept_links[t // keep_every, b] if t == start else between[b - first, t - start - 1]
            )
            follow_links_backward(
                d_link[b], link_before, wrote, precedence[t, b], read_before, d_read, asked[modes:],
                d_wrote, d_precedence[b], d_read_before, d_asked[modes:], block, pairs_left,
                pairs_right, along, against,
            )  # fmt: skip

            # What was read by content, and the memory under it.
            shrink[:] = 0
            for r in range(heads):
                mode = modes + 3 * r + 1
                d_asked[mode] = dot(content[t + 1, b, r], d_read[r])
                for n in range(locations):
                    d_content[n] = asked[mode] * d_read[r, n]
                    pairs_right[heads + r, n] = read_weighting[t + 1, b, r, n]
                d_asked[strength + r] = look_up_backward(
                    pairs_right[r], shrink, d_asked[r * w : (r + 1) * w], d_content,
                    content[t + 1, b, r], cosine[t + 1, b, r], inverse_norm[t + 1, b],
                    asked[r * w : (r + 1) * w], asked[strength + r],
                )  # fmt: skip
                for k in range(w):
                    word_pairs[k, r] = asked[r * w + k]
                    word_pairs[k, heads + r] = d_vectors[r, k]
            set_dots(d_keys, pairs_right[:heads], memory[t + 1, b])
            for r in range(heads):
                for k in range(w):
                    d_asked[r * w + k] += d_keys[r, k]
            add_product(d_memory[b], word_pairs, pairs_right)
            write_backward(
                d_memory[b], d_wrote, d_asked[erase : erase + w], d_asked[erase + w : free],
                memory[t + 1, b], shrink, memory[t, b], wrote, asked[erase : erase + w],
                asked[erase + w : free],
            )  # fmt: skip

            # addressing.write_weighting
            order = free_list[t + 1, b]
            found = content[t + 1, b, heads]
            allocation_gate, write_gate = asked[modes - 2], asked[modes - 1]
            allocate(allocation, products, usage[t + 1, b], order)
            by_allocation, by_content = dot(d_wrote, allocation), dot(d_wrote, found)
            d_asked[modes - 2] = write_gate * (by_allocation - by_content)
            d_asked[modes - 1] = (
                allocation_gate * by_allocation + (one - allocation_gate) * by_content
            )
            for n in range(locations):
                d_allocation[n] = write_gate * allocation_gate * d_wrote[n]
                d_content[n] = write_gate * (one - allocation_gate) * d_wrote[n]
            shrink[:] = 0
            d_dots = pairs_right[:1]
            d_asked[write_key + w] = look_up_backward(
                d_dots[0], shrink, d_asked[write_key : write_key + w], d_content, found,
                cosine[t + 1, b, heads], inverse_norm[t, b], asked[write_key : write_key + w],
                asked[write_key + w],
            )  # fmt: skip
            for k in range(w):
                d_asked[write_key + k] += dot(d_dots[0], memory[t, b, k])
                d_memory_row, memory_row, key = (
                    d_memory[b, k],
                    memory[t, b, k],
                    asked[write_key + k],
                )
                for n in range(locations):
                    d_memory_row[n] += key * d_dots[0, n] - shrink[n] * memory_row[n]

            allocate_backward(d_usage[b], d_allocation, products, usage[t + 1, b], order)
            update_usage_backward(
                d_usage[b], d_wrote, d_read_before, d_asked[free : free + heads], usage[t, b],
                write_weighting[t, b], read_before, asked[free : free + heads], d_content,
            )  # fmt: skip
            d_read[:] = d_read_before
            activate_backward(d_asked, asked, slopes[t + 1, b], w, heads)
            d_hidden[b - first] = d_row[:hidden_size]
            d_row[:] = 0

        add_product(d_hidden[: end - first], d_interface[t, first:end], interface_weight)
        for b in range(first, end):
            if has_cell:
                lstm_backward(
                    d_gates[t, b], d_cell[b], d_hidden[b - first], gates[t, b], cell[t + 1, b],
                    cell[t, b],
                )  # fmt: skip
            else:
                for n in range(hidden_size):
                    h = gates[t, b, n]
                    d_gates[t, b, n] = d_hidden[b - first, n] * (one - h * h)
        d_fed_back[:] = 0
        add_product(d_fed_back[: end - first], d_gates[t, first:end], recurrent_weight)
        d_known[first:end, unseen:] = d_fed_back[: end - first]


@in_order
def add_weight_gradient(first, last, team, gradient, d_gates, seen):
    """Add ``d_gates.T @ seen`` to ``gradient``, rows ``first`` up to ``last``.

    Args:
        first: First row of the weights; negative for all ranges of the team.
        last: The row after the last one.
        team: See ``threads``.
        gradient: ``[G, S]``.
        d_gates: Gradients of what the weights give, at all steps of all rows ``[T·B, G]``.
        seen: What they were multiplied with ``[T·B, S]``.
    """
    if first < 0:
        share_ranges(team)
        return
    for step in range(0, seen.shape[0], STEPS_TOGETHER):
        chosen = d_gates[step : step + STEPS_TOGETHER, first:last].T
        add_product(gradient[first:last], chosen, seen[step : step + STEPS_TOGETHER])
