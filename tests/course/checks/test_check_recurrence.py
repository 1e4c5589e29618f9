"""The self-checks of recurrence: what they let pass, and what they say to mistakes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from check_examples import answers, assert_refused, published
from torch.nn.functional import linear

check = published("recurrence")

STEPS = ["rnn_step", "lstm_step", "gru_step"]
NUMBERS = {"steps": 100, "left": 0.5}
s, tanh = torch.sigmoid, torch.tanh


@pytest.mark.parametrize("name", STEPS)
def test_solution_passes_and_stub_is_refused(name):
    verdict = getattr(check, name)(answers("recurrence", "solution")[name])
    assert verdict.passed, verdict.message
    assert_refused(getattr(check, name)(answers("recurrence", "exercise")[name]), "not yet")


def test_bias_of_the_solution_passes_and_the_stub_is_refused():
    solved = answers("recurrence", "solution")
    assert check.forget_bias(solved["bias"], **solved["numbers_4"]).passed
    stub = answers("recurrence", "exercise")
    assert_refused(check.forget_bias(stub["bias"], **stub["numbers_4"]), "not yet")


# --- right answers, written otherwise -------------------------------------------------------------


def rnn_by_linear(x, h, W, U, b):
    return linear(x, W, b).add(linear(h, U)).tanh()


def rnn_row_by_row(x, h, W, U, b):
    return torch.stack([tanh(W @ one + U @ other + b) for one, other in zip(x, h, strict=True)])


def rnn_of_both_at_once(x, h, W, U, b):
    return tanh(torch.cat([x, h], dim=1) @ torch.cat([W, U], dim=1).T + b)


def rnn_in_double(x, h, W, U, b):
    both = np.einsum("bf,hf->bh", x, W) + np.einsum("bk,hk->bh", h, U)
    return torch.tensor(np.tanh((both + b.numpy()).astype(float)))


def lstm_by_slices(x, h, c, W, U, b):
    H = h.shape[1]
    a = x @ W.T + h @ U.T + b
    i, f, o = s(a[:, :H]), s(a[:, H : 2 * H]), s(a[:, 3 * H :])
    c = f * c + i * tanh(a[:, 2 * H : 3 * H])
    return [o * tanh(c), c]


def lstm_gate_by_gate(x, h, c, W, U, b):
    i, f, g, o = (
        x @ w.T + h @ u.T + v for w, u, v in zip(W.chunk(4), U.chunk(4), b.chunk(4), strict=True)
    )
    new = torch.lerp(torch.zeros_like(c), c, s(f)) + tanh(g) / (1 + torch.exp(-i))
    return new.tanh() * s(o), new


def lstm_fused(x, h, c, W, U, b):
    return torch.lstm_cell(x, (h, c), W, U, b, torch.zeros_like(b))


def gru_by_slices(x, h, W, U, b_x, b_h):
    H = h.shape[1]
    of_x, of_h = linear(x, W, b_x), linear(h, U, b_h)
    r, z = s(of_x[:, :H] + of_h[:, :H]), s(of_x[:, H:-H] + of_h[:, H:-H])
    return torch.lerp(tanh(of_x[:, -H:] + r * of_h[:, -H:]), h, z)


def gru_as_a_change(x, h, W, U, b_x, b_h):
    parts = zip(W.chunk(3), U.chunk(3), b_x.chunk(3), b_h.chunk(3), strict=True)
    r, z, n = ((x @ w.T + v, h @ u.T + k) for w, u, v, k in parts)
    return h + s(-(z[0] + z[1])) * (tanh(n[0] + s(r[0] + r[1]) * n[1]) - h)


def gru_fused(x, h, W, U, b_x, b_h):
    return torch.gru_cell(x, h, W, U, b_x, b_h)


@pytest.mark.parametrize(
    "student",
    [
        *(rnn_by_linear, rnn_row_by_row, rnn_of_both_at_once, rnn_in_double),
        *(lstm_by_slices, lstm_gate_by_gate, lstm_fused),
        *(gru_by_slices, gru_as_a_change, gru_fused),
    ],
)
def test_right_answers_written_otherwise_pass(student):
    verdict = getattr(check, student.__name__.split("_")[0] + "_step")(student)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize("bias", [4.97, 5, np.float32(4.97), torch.tensor(4.9664), "4.97"])
def test_right_bias_of_another_type(bias):
    assert check.forget_bias(bias, **NUMBERS).passed


# --- near misses ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "student"),
    [
        ("the tanh around", lambda x, h, W, U, b: x @ W.T + h @ U.T + b),
        ("the bias, too", lambda x, h, W, U, b: tanh(x @ W.T + h @ U.T)),
        ("the hidden vector of", lambda x, h, W, U, b: tanh(x @ W.T + b)),
        ("look at the order", lambda x, h, W, U, b: tanh(x @ W.T + h @ U + b)),
        ("one tanh", lambda x, h, W, U, b: tanh(x @ W.T) + tanh(h @ U.T + b)),
        ("what nn.RNNCell returns", lambda x, h, W, U, b: s(x @ W.T + h @ U.T + b)),
        ("shape [3, 4]", lambda x, h, W, U, b: tanh(W @ x.T + U @ h.T + b[:, None])),
        ("not tuple", lambda x, h, W, U, b: (tanh(x @ W.T + h @ U.T + b), h)),
    ],
)
def test_wrong_rnn_steps(part, student):
    assert_refused(check.rnn_step(student), part, "x @ W.T")


def lstm(change):
    """Return an LSTM step whose last lines are ``change``."""

    def student(x, h, c, W, U, b):
        i, f, g, o = (x @ W.T + h @ U.T + b).chunk(4, dim=-1)
        return change(i, f, g, o, c)

    return student


def finished(c, o):
    return s(o) * tanh(c), c


@pytest.mark.parametrize(
    ("part", "student"),
    [
        ("first quarter", lstm(lambda i, f, g, o, c: finished(s(i) * c + s(f) * tanh(g), o))),
        ("o and g for", lstm(lambda i, f, g, o, c: finished(s(f) * c + s(i) * tanh(o), g))),
        ("tanh, not σ", lstm(lambda i, f, g, o, c: finished(s(f) * c + s(i) * s(g), o))),
        ("tanh is missing", lstm(lambda i, f, g, o, c: finished(s(f) * c + s(i) * g, o))),
        ("times the forget", lstm(lambda i, f, g, o, c: finished(c + s(i) * tanh(g), o))),
        ("times the input", lstm(lambda i, f, g, o, c: finished(s(f) * c + tanh(g), o))),
        ("of its own", lstm(lambda i, f, g, o, c: finished(s(f) * c + (1 - s(f)) * tanh(g), o))),
        (
            "tanh of the new cell",
            lstm(lambda i, f, g, o, c: (s(o) * (n := s(f) * c + s(i) * tanh(g)), n)),
        ),
        (
            "not the old one",
            lstm(lambda i, f, g, o, c: (s(o) * tanh(c), s(f) * c + s(i) * tanh(g))),
        ),
        ("swapped", lstm(lambda i, f, g, o, c: finished(s(f) * c + s(i) * tanh(g), o)[::-1])),
        ("two tensors", lstm(lambda i, f, g, o, c: finished(s(f) * c + s(i) * tanh(g), o)[0])),
        ("nn.LSTMCell returns", lstm(lambda i, f, g, o, c: finished(s(f) * c - s(i) * tanh(g), o))),
    ],
)
def test_wrong_lstm_steps(part, student):
    assert_refused(check.lstm_step(student), part, "s(f) * c")


def gru(change):
    """Return a GRU step whose last lines are ``change``."""

    def student(x, h, W, U, b_x, b_h):
        of_x, of_h = (x @ W.T + b_x).chunk(3, -1), (h @ U.T + b_h).chunk(3, -1)
        r, z = s(of_x[0] + of_h[0]), s(of_x[1] + of_h[1])
        return change(r, z, of_x[2], of_h[2], h)

    return student


def reset_before_the_product(x, h, W, U, b_x, b_h):
    U_n, b_n = U.chunk(3)[2], b_h.chunk(3)[2]
    change = gru(lambda r, z, a, _, h: (1 - z) * tanh(a + (r * h) @ U_n.T + b_n) + z * h)
    return change(x, h, W, U, b_x, b_h)


@pytest.mark.parametrize(
    ("part", "student"),
    [
        ("yours are swapped", gru(lambda r, z, a, b, h: z * tanh(a + r * b) + (1 - z) * h)),
        ("PyTorch's form", reset_before_the_product),
        ("the reset gate in", gru(lambda r, z, a, b, h: (1 - z) * tanh(a + b) + z * h)),
        ("the order r, z, n", gru(lambda r, z, a, b, h: (1 - r) * tanh(a + z * b) + r * h)),
        ("times 1 - z", gru(lambda r, z, a, b, h: tanh(a + r * b) + z * h)),
        ("nn.GRUCell returns", gru(lambda r, z, a, b, h: (1 - z) * tanh(r * a + b) + z * h)),
    ],
)
def test_wrong_gru_steps(part, student):
    assert_refused(check.gru_step(student), part, "* n")


@pytest.mark.parametrize(
    ("part", "bias"),
    [
        ("the bias, not the gate", 0.993),
        ("not the time constant", 144.3),
        ("with your bias it is 0.46", 4.85),
        ("0.5 of the number to be left", -4.97),
        ("stops with ValueError", "large"),
    ],
)
def test_wrong_biases(part, bias):
    assert_refused(check.forget_bias(bias, **NUMBERS), part, "4.9", "5.0")
