"""The task of the notebook on recurrence, its networks, and its figures."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab.memory import WithReadout
from memorylab.training import bit_error, train
from memorylab_course.delayed_recall import (
    HIDDEN_SIZES,
    DelayedRecall,
    OwnLSTM,
    recurrent_model,
)
from memorylab_course.figures import plot_delayed_recall, plot_gru, plot_lstm, plot_unrolled


@settings(deadline=None, derandomize=True, max_examples=20)
@given(lag=st.integers(1, 30), word_size=st.integers(1, 4), seed=st.integers(0, 99))
def test_the_answer_is_the_word_that_was_heard_a_lag_ago(lag, word_size, seed):
    task = DelayedRecall(lag, word_size)
    z, target, mask, seq_lens = task.sample(3, torch.Generator().manual_seed(seed))
    assert z.shape == (3, lag + 1, task.input_size)
    assert (seq_lens == lag + 1).all()
    assert mask.nonzero()[:, 1].tolist() == [lag] * 3
    assert torch.equal(target[mask], (z[:, 0, :word_size] + 1) / 2)
    remember, answer = z[..., -2], z[..., -1]
    assert torch.equal(remember, torch.eye(lag + 1)[0].expand(3, -1))
    assert torch.equal(answer, torch.eye(lag + 1)[lag].expand(3, -1))
    assert (z[:, :lag, :word_size].abs() == 1).all()
    assert (z[:, lag, :word_size] == 0).all()


@pytest.mark.parametrize("lag", [0, 1.5])
def test_a_lag_that_can_not_be_is_refused(lag):
    with pytest.raises((TypeError, ValueError), match="lag must be"):
        DelayedRecall(lag)


def test_networks_have_about_equally_many_parameters():
    task = DelayedRecall()
    counts = [
        sum(parameter.numel() for parameter in recurrent_model(name, task).parameters())
        for name in HIDDEN_SIZES
    ]
    assert max(counts) < 1.1 * min(counts)
    with pytest.raises(ValueError, match=r"'LSTN' is not a known network.* mean 'LSTM'"):
        recurrent_model("LSTN", task)


def test_open_gates_keep_what_half_open_ones_lose():
    task = DelayedRecall(lag=40)
    batch = task.sample(16, torch.Generator().manual_seed(0))

    def share(name):
        z = batch.input.clone().requires_grad_()
        y, _ = recurrent_model(name, task)(z)
        y[:, -1].sum().backward()
        sizes = z.grad.norm(dim=-1).mean(0)
        return sizes[0] / sizes[-1]

    assert share("LSTM, gates open") > 0.05
    for name in ("Elman", "LSTM", "GRU"):
        assert share(name) < 1e-6


def own_step(x, h, c, W, U, b):
    return torch.lstm_cell(x, (h, c), W, U, b, torch.zeros_like(b))


def test_a_students_step_is_pytorchs_lstm_and_learns():
    task = DelayedRecall(lag=5)
    own = OwnLSTM(own_step, task.input_size, hidden_size=8)
    lstm = torch.nn.LSTM(task.input_size, 8, batch_first=True)
    weights = {f"{name}_l0": value for name, value in own.weights.state_dict().items()}
    lstm.load_state_dict(weights)
    z = task.sample(2, torch.Generator().manual_seed(0)).input
    torch.testing.assert_close(own(z)[0], lstm(z)[0])
    model = WithReadout(own, task.output_size)
    train(model, task, steps=100, batch_size=32, evaluate_every=25, progress=False)
    assert bit_error(model, task) < 0.1


def test_figures_name_the_equations_parts():
    def texts(figure):
        return {text.get_text() for axes in figure.axes for text in axes.texts}

    assert {"$f_t$", "$i_t$", "$g_t$", "$o_t$", "$c_{t-1}$", "$h_t$"} <= texts(plot_lstm())
    assert {"$r_t$", "$z_t$", "$n_t$", "$h_{t-1}$", "$h_t$"} <= texts(plot_gru())
    assert {"$U h_{2}$", r"$\partial h_{3} / \partial h_{2}$"} <= texts(plot_unrolled(3))
    with pytest.raises(ValueError, match="steps must be at least 2"):
        plot_unrolled(1)
    (lag,) = texts(plot_delayed_recall(DelayedRecall(lag=7))) - {""}
    assert lag == "lag: 7 steps"
