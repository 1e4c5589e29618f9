"""Models that see a window of their past."""

import numpy as np
import pytest
import torch

from memorylab.memory import FrameConvolution, FrameStack, GTrXL, make_memory

F, H, STEPS = 3, 8, 12
WINDOWS = {"frame_stack": "num_frames", "frame_convolution": "kernel_size", "gtrxl": "window_size"}


@pytest.mark.parametrize("size", [2, 5])
@pytest.mark.parametrize("name", WINDOWS)
def test_what_left_the_window_is_forgotten_and_what_is_in_it_is_not(name, size):
    model = make_memory(name, F, hidden_size=H, **{WINDOWS[name]: size})
    z = torch.randn(1, STEPS, F, requires_grad=True)
    for t in range(STEPS):
        (gradient,) = torch.autograd.grad(model(z)[0][0, t].sum(), z)
        seen = gradient[0].abs().sum(-1).nonzero().flatten().tolist()
        assert seen == list(range(max(0, t - size + 1), t + 1))


def test_a_frame_stack_is_popgyms_equations():
    model, z = FrameStack(F, H, 4), torch.randn(2, STEPS, F)
    padded = torch.cat([torch.zeros(2, 3, F), z], 1)
    for t in range(STEPS):
        x = model.compress(padded[:, t : t + 4]).reshape(2, H)
        for linear in (model.core[0], model.core[2]):
            x = torch.nn.functional.leaky_relu(linear(x))
        torch.testing.assert_close(model(z)[0][:, t], x)


def test_frames_need_not_divide_the_hidden_size():
    model = FrameStack(F, 7, 4)
    assert model(torch.zeros(1, 2, F))[0].shape == (1, 2, 7)
    assert model.compress.out_features == 2  # seven numbers at least for four frames


def test_a_frame_convolution_is_pytorchs():
    model, z = FrameConvolution(F, H, 3), torch.randn(2, STEPS, F)
    padded = torch.nn.functional.pad(z, (0, 0, 2, 0))
    expected = model.convolution(padded.mT).mT
    torch.testing.assert_close(model(z)[0], expected)
    trace = model.trace(z[0])
    assert np.abs(trace.taps[0, :2]).max() == 0  # nothing came before
    total = trace.taps.sum(1) + model.convolution.bias.detach().numpy()
    assert np.allclose(total, trace.output, rtol=0, atol=1e-6)


def gate(module, x, a):
    """Parisotto et al., section 3.2, by its weights."""
    (w_r, w_z, w_g), (u_r, u_z) = module.of_new.weight.chunk(3), module.of_stream.weight.chunk(2)
    r = torch.sigmoid(a @ w_r.T + x @ u_r.T)
    z = torch.sigmoid(a @ w_z.T + x @ u_z.T - module.bias)
    return (1 - z) * x + z * torch.tanh(a @ w_g.T + (r * x) @ module.of_reset.weight.T)


@torch.no_grad()
def test_a_gtrxl_is_attention_with_a_band_for_a_mask_and_two_gates():
    model = GTrXL(F, H, window_size=4, num_heads=2, head_size=5).double()
    torch.nn.init.normal_(model.distance)
    z = torch.randn(STEPS, F).double()
    x = model.embed(z)
    q, k, v = (part(model.norms[0](x)).reshape(STEPS, 2, 5) for part in
               (model.query, model.key, model.value))  # fmt: skip
    age = torch.arange(STEPS).unsqueeze(1) - torch.arange(STEPS)  # of key j at step i
    score = torch.einsum("ird,jrd->rij", q, k) / 5**0.5
    score += model.distance[:, (3 - age).clamp(0, 3)]
    attention = torch.softmax(score.masked_fill((age < 0) | (age > 3), -torch.inf), -1)
    attended = torch.einsum("rij,jrd->ird", attention, v).reshape(STEPS, 10)
    x = gate(model.gates[0], x, torch.relu(model.mix(attended)))
    y = gate(model.gates[1], x, torch.relu(model.feed_forward(model.norms[1](x))))
    trace = model.trace(z)
    assert np.allclose(trace.output, y, rtol=0, atol=1e-10)
    assert np.allclose(trace.attention[:, :, 3], attention.diagonal(dim1=1, dim2=2).T, atol=1e-10)
    torch.testing.assert_close(model(z.unsqueeze(0))[0][0], y)


def test_a_gtrxl_attends_to_nothing_before_the_first_step_and_little_passes_its_gates_at_first():
    trace = GTrXL(F, 64, window_size=4).trace(torch.randn(3, F))
    assert (trace.attention[0] == [0, 0, 0, 1]).all()
    assert (trace.attention[1, :, :2] == 0).all()
    assert (trace.attention[1, :, 2:] > 0).all()
    assert abs(np.median(trace.attention_gate) - 0.12) < 0.03  # σ(−2)


@pytest.mark.parametrize("name", WINDOWS)
def test_a_window_of_one_step_is_no_memory(name):
    with pytest.raises(ValueError, match=rf"{WINDOWS[name]} must be at least 2, got 1"):
        make_memory(name, F, **{WINDOWS[name]: 1})


@pytest.mark.parametrize("option", ["num_heads", "head_size"])
def test_sizes_of_heads_that_cannot_be(option):
    with pytest.raises(ValueError, match=f"{option} must be at least 1, got 0"):
        GTrXL(F, **{option: 0})
