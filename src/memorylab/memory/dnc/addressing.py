"""The addressing of the DNC, one function per equation.

Every function is batched: ``...`` stands for any leading dimensions, usually one batch dimension
B. N is the number of locations, W the word size, R the number of read heads. Equations are those
in the Methods of Graves et al., "Hybrid computing using a neural network with dynamic external
memory", Nature 538 (2016), https://doi.org/10.1038/nature20101. A *weighting* is a vector of N
non-negative numbers that sum to at most 1. A function returns what it is named after,
in the shape that its signature gives.

Where published implementations leave the paper, and this one doesn't:

- **Strengths.** The paper has oneplus(x) = 1 + log(1 + eˣ), at least 1. deepmind/dnc and the
  ``dnc`` package have softplus, which allows lookups as flat as one likes.
- **Keys and write vector.** The ``dnc`` package puts a tanh on the read keys, the write key and the
  write vector; the paper leaves them as the controller gives them.
- **Read vectors in the controller's input.** The ``dnc`` package feeds each step of a sequence the
  read vectors that the *sequence* began with, not those of the step before; so one pass over a
  sequence differs from two passes over its halves.
- **Initial state.** The ``dnc`` package starts the controller from random numbers when given no
  state; here everything starts from zero.
- **De-allocation and link sharpness.** Csordás & Schmidhuber (ICLR 2019) erase a location's
  content when it is freed and sharpen the links; the paper does neither.
- **Usage.** Several implementations shift usage by a small constant before sorting it, which
  moves the allocation weighting; here ties are sorted stably instead. deepmind/dnc and Csordás's
  program also cut the gradient of the write weighting inside the usage; here it flows.

One addition keeps numbers finite: the cosine similarity adds ``NORM_EPSILON`` to each squared
norm, because the paper's quotient is 0/0 for an unwritten location.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

NORM_EPSILON = 1e-6
"""Added to squared norms in the cosine similarity; inside the root, so that gradients are finite
and small at the zero vector in every precision."""

TIE = 2.0**-33
"""Usages of a recorded run are tied if they are equal when rounded to multiples of this (1.2e-10).

Locations that hold the same have usages that differ by rounding alone, which differs between
processors, libraries and browsers. Without this, so would the locations that a run writes to."""


def oneplus(x: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    """Map any number to [1, ∞): ``oneplus(x) = 1 + log(1 + eˣ)``.

    The paper's activation for strengths ("Interface parameters"). Computed through softplus, which
    doesn't overflow for large x.
    """
    # PyTorch's own threshold of 20 would cost float64 seven of its digits there.
    return 1 + functional.softplus(x, threshold=40)


def content_weighting(
    memory: Float[Tensor, "... N W"],
    keys: Float[Tensor, "... K W"],
    strengths: Float[Tensor, "... K"],
) -> Float[Tensor, "... K N"]:
    """Look up locations by what they hold.

    ``C(M, k, β)[i] = softmax_i(β · D(k, M[i, ·]))``, with the cosine similarity
    ``D(u, v) = u · v / (|u| |v|)`` ("Content-based addressing"), where ``|u|`` is
    ``sqrt(Σ u² + ε)``.

    Args:
        memory: Memory M ``[..., N, W]``.
        keys: K lookup keys k ``[..., K, W]``.
        strengths: Strengths β ``[..., K]``, at least 1 in the paper; larger is sharper.

    Returns:
        K weightings ``[..., K, N]``, each positive and summing to 1.
    """
    key_norms = (keys.square().sum(-1) + NORM_EPSILON).sqrt()  # [..., K]
    memory_norms = (memory.square().sum(-1) + NORM_EPSILON).sqrt()  # [..., N]
    dot_products = keys @ memory.transpose(-1, -2)  # [..., K, N]
    cosine = dot_products / (key_norms.unsqueeze(-1) * memory_norms.unsqueeze(-2))  # [..., K, N]
    return torch.softmax(strengths.unsqueeze(-1) * cosine, dim=-1)


def retention(
    free_gates: Float[Tensor, "... R"], previous_read_weighting: Float[Tensor, "... R N"]
) -> Float[Tensor, "... N"]:
    """Tell how much of each location is kept by the free gates.

    ``ψ_t = Π_i (1 − f_t^i w_{t−1}^{r,i})`` ("Dynamic memory allocation").

    Args:
        free_gates: Free gates f ``[..., R]`` in [0, 1].
        previous_read_weighting: Read weightings of the step before ``[..., R, N]``.

    Returns:
        Retention vector ψ ``[..., N]`` in [0, 1]; 0 means freed.
    """
    return (1 - free_gates.unsqueeze(-1) * previous_read_weighting).prod(-2)


def usage(
    previous_usage: Float[Tensor, "... N"],
    previous_write_weighting: Float[Tensor, "... N"],
    retention: Float[Tensor, "... N"],
) -> Float[Tensor, "... N"]:
    """Update how much each location is in use.

    ``u_t = (u_{t−1} + w_{t−1}^w − u_{t−1} ∘ w_{t−1}^w) ∘ ψ_t`` ("Dynamic memory allocation").

    Args:
        previous_usage: Usage u of the step before ``[..., N]`` in [0, 1].
        previous_write_weighting: Write weighting of the step before ``[..., N]``.
        retention: Retention vector ψ ``[..., N]`` in [0, 1].
    """
    # u + w − u w, written as a mixture of w and 1, in which one sees that it stays in [0, 1].
    return (previous_usage + (1 - previous_usage) * previous_write_weighting) * retention


def allocation_weighting(usage: Float[Tensor, "... N"], tie: float = 0.0) -> Float[Tensor, "... N"]:
    """Offer the least used locations for writing.

    ``a_t[φ[j]] = (1 − u_t[φ[j]]) Π_{i<j} u_t[φ[i]]``, where the free list φ holds the locations in
    ascending order of usage ("Dynamic memory allocation"). Ties keep the order of the locations.
    The sort is not differentiated, as in the paper.

    Args:
        usage: Usage u ``[..., N]`` in [0, 1].
        tie: Usages that are equal when rounded to multiples of this are tied. By default, only
            equal usages are.

    Returns:
        Allocation weighting ``[..., N]``; it sums to ``1 − Π u``, so to 0 once all are in use.
    """
    # Stable, or equal usages at a cold start would be ordered by chance.
    sortable = (usage / tie).round() if tie else usage  # [..., N]
    free_list = sortable.argsort(dim=-1, stable=True)  # [..., N]
    ascending = usage.gather(-1, free_list)  # [..., N]
    products = ascending.cumprod(-1)  # [..., N]
    before = functional.pad(products[..., :-1], (1, 0), value=1.0)  # [..., N]
    return torch.zeros_like(usage).scatter(-1, free_list, (1 - ascending) * before)


def write_weighting(
    content_weighting: Float[Tensor, "... N"],
    allocation_weighting: Float[Tensor, "... N"],
    allocation_gate: Float[Tensor, "..."],
    write_gate: Float[Tensor, "..."],
) -> Float[Tensor, "... N"]:
    """Choose where to write: at new locations, at found ones, or not at all.

    ``w_t^w = g_t^w (g_t^a a_t + (1 − g_t^a) c_t^w)`` ("Dynamic memory allocation").

    Args:
        content_weighting: Write content weighting c ``[..., N]``.
        allocation_weighting: Allocation weighting a ``[..., N]``.
        allocation_gate: Allocation gate ``[...]`` in [0, 1]; 1 writes to newly allocated locations.
        write_gate: Write gate ``[...]`` in [0, 1]; 0 writes nothing.
    """
    allocation_gate = allocation_gate.unsqueeze(-1)  # [..., 1]
    mixed = allocation_gate * allocation_weighting + (1 - allocation_gate) * content_weighting
    return write_gate.unsqueeze(-1) * mixed


def write_memory(
    previous_memory: Float[Tensor, "... N W"],
    write_weighting: Float[Tensor, "... N"],
    erase_vector: Float[Tensor, "... W"],
    write_vector: Float[Tensor, "... W"],
) -> Float[Tensor, "... N W"]:
    """Erase, then add, at the locations of the write weighting.

    ``M_t = M_{t−1} ∘ (E − w_t^w e_tᵀ) + w_t^w v_tᵀ``, with E a matrix of ones ("Content-based
    addressing").

    Args:
        previous_memory: Memory of the step before ``[..., N, W]``.
        write_weighting: Write weighting ``[..., N]``.
        erase_vector: Erase vector e ``[..., W]`` in [0, 1].
        write_vector: Write vector v ``[..., W]``.
    """
    weights = write_weighting.unsqueeze(-1)  # [..., N, 1]
    kept = previous_memory * (1 - weights * erase_vector.unsqueeze(-2))  # [..., N, W]
    return kept + weights * write_vector.unsqueeze(-2)


def precedence(
    previous_precedence: Float[Tensor, "... N"], write_weighting: Float[Tensor, "... N"]
) -> Float[Tensor, "... N"]:
    """Remember which location was written last.

    ``p_t = (1 − Σ_i w_t^w[i]) p_{t−1} + w_t^w`` ("Temporal memory linkage").

    Args:
        previous_precedence: Precedence of the step before ``[..., N]``.
        write_weighting: Write weighting ``[..., N]``.
    """
    # A sum that rounding carried past 1 must not turn the past negative.
    kept = (1 - write_weighting.sum(-1, keepdim=True)).clamp(min=0)
    return kept * previous_precedence + write_weighting


def temporal_link(
    previous_link: Float[Tensor, "... N N"],
    previous_precedence: Float[Tensor, "... N"],
    write_weighting: Float[Tensor, "... N"],
) -> Float[Tensor, "... N N"]:
    """Remember the order in which locations were written.

    ``L_t[i, j] = (1 − w_t^w[i] − w_t^w[j]) L_{t−1}[i, j] + w_t^w[i] p_{t−1}[j]`` and
    ``L_t[i, i] = 0`` ("Temporal memory linkage").

    Args:
        previous_link: Link matrix of the step before ``[..., N, N]``.
        previous_precedence: Precedence of the step before ``[..., N]``.
        write_weighting: Write weighting of this step ``[..., N]``.

    Returns:
        Link matrix ``[..., N, N]`` in [0, 1]: ``L[i, j]`` is the degree to which location i was
        written right after location j. Rows and columns sum to at most 1; the diagonal is 0.
    """
    written = write_weighting.unsqueeze(-1)  # [..., N, 1]
    # As in precedence, rounding must not turn a link negative.
    kept = (1 - written - written.transpose(-1, -2)).clamp(min=0)  # [..., N, N]
    link = kept * previous_link + written * previous_precedence.unsqueeze(-2)
    diagonal = torch.eye(link.shape[-1], dtype=torch.bool, device=link.device)
    return link.masked_fill(diagonal, 0)


def forward_weighting(
    link: Float[Tensor, "... N N"], previous_read_weighting: Float[Tensor, "... R N"]
) -> Float[Tensor, "... R N"]:
    """Move each read head to what was written after what it read.

    ``f_t^i = L_t w_{t−1}^{r,i}`` ("Temporal memory linkage").

    Args:
        link: Link matrix ``[..., N, N]`` of this step.
        previous_read_weighting: Read weightings of the step before ``[..., R, N]``.
    """
    return previous_read_weighting @ link.transpose(-1, -2)


def backward_weighting(
    link: Float[Tensor, "... N N"], previous_read_weighting: Float[Tensor, "... R N"]
) -> Float[Tensor, "... R N"]:
    """Move each read head to what was written before what it read.

    ``b_t^i = L_tᵀ w_{t−1}^{r,i}`` ("Temporal memory linkage").

    Args:
        link: Link matrix ``[..., N, N]`` of this step.
        previous_read_weighting: Read weightings of the step before ``[..., R, N]``.
    """
    return previous_read_weighting @ link


def read_weighting(
    backward_weighting: Float[Tensor, "... R N"],
    content_weighting: Float[Tensor, "... R N"],
    forward_weighting: Float[Tensor, "... R N"],
    read_modes: Float[Tensor, "... R 3"],
) -> Float[Tensor, "... R N"]:
    """Choose where each head reads: backward in time, by content, or forward in time.

    ``w_t^{r,i} = π_t^i[1] b_t^i + π_t^i[2] c_t^{r,i} + π_t^i[3] f_t^i`` ("Temporal memory
    linkage").

    Args:
        backward_weighting: Backward weightings b ``[..., R, N]``.
        content_weighting: Read content weightings c ``[..., R, N]``.
        forward_weighting: Forward weightings f ``[..., R, N]``.
        read_modes: Read modes π ``[..., R, 3]`` in the order backward, content, forward; each
            head's three sum to 1.
    """
    backward_mode, content_mode, forward_mode = read_modes.unsqueeze(-2).unbind(-1)  # [..., R, 1]
    return (
        backward_mode * backward_weighting
        + content_mode * content_weighting
        + forward_mode * forward_weighting
    )


def read_vectors(
    memory: Float[Tensor, "... N W"], read_weighting: Float[Tensor, "... R N"]
) -> Float[Tensor, "... R W"]:
    """Read a weighted mean of the locations with each head.

    ``r_t^i = M_tᵀ w_t^{r,i}`` ("Content-based addressing").

    Args:
        memory: Memory ``[..., N, W]``, after this step's write.
        read_weighting: Read weightings ``[..., R, N]``.
    """
    return read_weighting @ memory
