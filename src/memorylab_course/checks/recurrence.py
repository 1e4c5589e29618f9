"""Self-checks of the notebook on recurrence."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from memorylab_course.verdict import (
    attempt,
    expect,
    expect_answer,
    expect_tensor,
    is_close,
    self_check,
)

BATCH, FEATURES, HIDDEN = 3, 5, 4


@self_check
def rnn_step(student: Callable) -> str:
    """Exercise 1: one step of a simple recurrent network."""
    cell, x, h, _ = _case(nn.RNNCell)
    W, U, b = _weights(cell)
    answer = expect_tensor(attempt(student, x, h, W, U, b), [BATCH, HIDDEN])
    of_x, of_h = x @ W.T, h @ U.T  # [B, H] each
    mistakes = {
        "the tanh around the whole sum": of_x + of_h + b,
        "the bias, too": torch.tanh(of_x + of_h),
        "the hidden vector of the step before, too": torch.tanh(of_x + b),
        "the input, too": torch.tanh(of_h + b),
        "U times h: this is h times U, so look at the order of the two": torch.tanh(
            of_x + h @ U + b
        ),
        "one tanh, around the sum": torch.tanh(of_x) + torch.tanh(of_h + b),
    }
    expect_answer(answer, cell(x, h), mistakes, "what nn.RNNCell returns", tolerance=1e-5)
    return "Right: equal to nn.RNNCell to 1e-5."


@self_check
def lstm_step(student: Callable) -> str:
    """Exercise 2: one step of a long short-term memory."""
    cell, x, h, c = _case(nn.LSTMCell)
    W, U, b = _weights(cell)
    h_new, c_new = _pair(attempt(student, x, h, c, W, U, b))
    right_h, right_c = cell(x, (h, c))
    if is_close(h_new, right_c, 1e-5) and is_close(c_new, right_h, 1e-5):
        expect(False, "h and c in this order; yours are swapped")
    i, f, g, o = (x @ W.T + h @ U.T + b).chunk(4, dim=-1)  # [B, H] each
    s = torch.sigmoid
    cells = {
        "the order i, f, g, o: you take the first quarter for the forget gate": (
            s(i) * c + s(f) * g.tanh()
        ),
        "the order i, f, g, o: you take o and g for each other": s(f) * c + s(i) * o.tanh(),
        "tanh, not σ, for the candidate g": s(f) * c + s(i) * s(g),
        "the candidate g between -1 and 1: tanh is missing": s(f) * c + s(i) * g,
        "the old cell times the forget gate": (c + s(i) * g.tanh(), s(1 - f) * c + s(i) * g.tanh()),
        "the candidate times the input gate": s(f) * c + g.tanh(),
        "an input gate of its own; yours is 1 minus the forget gate": (
            s(f) * c + (1 - s(f)) * g.tanh()
        ),
    }
    expect_answer(c_new, right_c, cells, "the cell that nn.LSTMCell returns", tolerance=1e-5)
    hiddens = {
        "the tanh of the new cell in h": s(o) * right_c,
        "the new cell in h, not the old one": s(o) * c.tanh(),
        "the output gate in h": right_c.tanh(),
        "σ around the output gate": o * right_c.tanh(),
    }
    expect_answer(h_new, right_h, hiddens, "the h that nn.LSTMCell returns", tolerance=1e-5)
    return "Right: equal to nn.LSTMCell to 1e-5."


@self_check
def gru_step(student: Callable) -> str:
    """Exercise 3: one step of a gated recurrent unit."""
    cell, x, h, _ = _case(nn.GRUCell)
    W, U, _ = _weights(cell)
    b_x, b_h = cell.bias_ih.detach(), cell.bias_hh.detach()
    answer = expect_tensor(attempt(student, x, h, W, U, b_x, b_h), [BATCH, HIDDEN])
    (r_x, z_x, n_x), (r_h, z_h, n_h) = (x @ W.T + b_x).chunk(3, -1), (h @ U.T + b_h).chunk(3, -1)
    r, z = torch.sigmoid(r_x + r_h), torch.sigmoid(z_x + z_h)  # [B, H] each
    n = torch.tanh(n_x + r * n_h)
    inside = torch.tanh(n_x + (r * h) @ U[-HIDDEN:].T + b_h[-HIDDEN:])
    no_bias = torch.tanh(n_x + r * (h @ U[-HIDDEN:].T) + b_h[-HIDDEN:])
    swapped = torch.tanh(n_x + z * n_h)
    mistakes = {
        "z to keep the old and 1 - z to take the new; yours are swapped": z * n + (1 - z) * h,
        "the reset gate times U h + b, not times h: PyTorch's form": (1 - z) * inside + z * h,
        "the reset gate times the bias b_h too": (1 - z) * no_bias + z * h,
        "the reset gate in the candidate": (1 - z) * torch.tanh(n_x + n_h) + z * h,
        "the order r, z, n: the first third is the reset gate": (1 - r) * swapped + r * h,
        "the new candidate times 1 - z": n + z * h,
    }
    expect_answer(answer, cell(x, h), mistakes, "what nn.GRUCell returns", tolerance=1e-5)
    return "Right: equal to nn.GRUCell to 1e-5."


@self_check
def forget_bias(student: float, *, steps: int, left: float) -> str:
    """Exercise 4: the bias of a forget gate that keeps ``left`` of a number over ``steps``."""
    bias = float(student)
    gate = left ** (1 / steps)
    right = math.log(gate / (1 - gate))
    expect(not 0 < bias < 1 or abs(bias - gate) > 0.02, "the bias, not the gate: undo the σ")
    expect(abs(bias + steps / math.log(left)) > 0.1, "the bias, not the time constant: undo the σ")
    kept = torch.sigmoid(torch.tensor(bias, dtype=torch.float64)).item() ** steps
    # One digit after the point is enough.
    expect(
        abs(bias - right) <= 0.06,
        f"{left:g} of the number to be left after {steps} steps; with your bias it is {kept:.2g}",
    )
    return f"Right: a gate of {gate:.3f}, open almost all the way."


def _case(kind: type[nn.RNNCell | nn.LSTMCell | nn.GRUCell]) -> tuple[Any, Tensor, Tensor, Tensor]:
    """Return a cell, an input [B, F] and two vectors [B, H], the same whatever the seed."""
    with torch.random.fork_rng():
        torch.manual_seed(3)
        cell: Any = kind(FEATURES, HIDDEN)
        # Larger than usual, so that no two mistakes look alike.
        for parameter in cell.parameters():
            nn.init.uniform_(parameter, -1.5, 1.5)
            parameter.requires_grad_(False)
        x, h, c = (
            torch.randn(BATCH, FEATURES),
            torch.randn(BATCH, HIDDEN),
            torch.randn(BATCH, HIDDEN),
        )
    return cell, x, h, c


def _weights(cell: Any) -> tuple[Tensor, Tensor, Tensor]:
    """Return W [gates·H, F], U [gates·H, H] and the sum of both biases [gates·H]."""
    return cell.weight_ih.clone(), cell.weight_hh.clone(), cell.bias_ih + cell.bias_hh


def _pair(answer: Any) -> tuple[Tensor, Tensor]:
    expect(
        isinstance(answer, tuple | list) and len(answer) == 2,
        "two tensors, the new h and the new c",
    )
    h, c = (
        expect_tensor(part, [BATCH, HIDDEN], name)
        for part, name in zip(answer, ("h as a tensor", "c as a tensor"), strict=True)
    )
    return h, c
