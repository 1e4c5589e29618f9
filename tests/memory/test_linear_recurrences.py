"""What the papers say of each recurrence, and POPGym's own modules with the same weights."""

import math

import numpy as np
import pytest
import torch
from memory_examples import leaves
from popgym.baselines.models import indrnn, lmu

from memorylab.memory import LMU, LRU, S4D, FastAndForgetful, IndRNN, MinGRU

F, H, STEPS = 3, 8, 70


def run_in_chunks(model, z, cuts=(10, 11, 40)):
    """Return the outputs of padded chunks, the state carried from one to the next."""
    outputs, state = [], None
    for part in torch.tensor_split(z, cuts, dim=1):
        lens = torch.full((len(z),), part.shape[1])
        padded = torch.nn.functional.pad(part, (0, 0, 0, 3), value=float("nan"))
        y, state = model(padded, state, seq_lens=lens)
        outputs.append(y[:, : part.shape[1]])
    return torch.cat(outputs, 1)


def compare(ours, theirs):
    z = torch.randn(2, STEPS, F)
    with torch.no_grad():
        expected = theirs(z)
        torch.testing.assert_close(run_in_chunks(ours, z), expected, rtol=0, atol=1e-5)
        assert expected.abs().mean() > 0.01


# LRU


@pytest.mark.parametrize(("low", "high"), [(0.0, 0.5), (0.9, 0.999)])
def test_an_lru_begins_with_eigenvalues_in_a_ring_and_never_leaves_the_unit_circle(low, high):
    model = LRU(F, 2000, low, high, max_phase=1.0)
    trace = LRU.trace(model, torch.zeros(1, F))
    radius = np.exp(-1 / trace.time_constant)
    assert radius.min() >= low - 1e-6
    assert radius.max() <= high + 1e-6
    assert 0 < trace.frequency.min() < trace.frequency.max() <= 1
    # Uniform over the ring's area, so half of them lie outside the circle that halves it.
    outside = np.mean(radius > math.sqrt((low**2 + high**2) / 2))
    assert abs(outside - 0.5) < 0.05

    torch.nn.init.constant_(model.nu, -9.0)
    assert np.exp(-1 / model.trace(torch.zeros(1, F)).time_constant).max() < 1
    torch.nn.init.constant_(model.nu, 9.0)
    assert np.isfinite(model(torch.ones(1, 9, F))[0].detach().numpy()).all()


def test_an_lru_keeps_the_variance_of_its_input_whatever_its_eigenvalues():
    model = LRU(1, 300, 0.0, 0.98)
    parts = {}
    record = lambda name, tensor: parts.setdefault(name, tensor)  # noqa: E731
    with torch.no_grad():
        model.run(
            torch.randn(1, 3000, 1), model.batch_initial_state(1), torch.tensor([3000]), record
        )
        power = (parts["hidden_real"] ** 2 + parts["hidden_imag"] ** 2)[0, 500:].mean(0)  # [H]
        ratio = torch.log(power / (model.b**2).sum((0, 2)))
    assert ratio.abs().max() < 1.2
    assert abs(ratio.mean()) < 0.1


@pytest.mark.parametrize("model_class", [LRU, S4D, FastAndForgetful])
def test_a_state_decays_to_1_over_e_in_its_time_constant_and_turns_by_its_frequency(model_class):
    model = model_class(F, H)
    with torch.no_grad():
        for name in ("b", "input_map"):  # nothing enters
            part = getattr(model, name, None)
            for tensor in part.parameters() if isinstance(part, torch.nn.Module) else [part]:
                if tensor is not None:
                    tensor.zero_()
    one = {key: torch.full_like(value, 0.5) for key, value in model.initial_state().items()}
    trace = model.trace(torch.zeros(30, F), one)
    hidden = trace.hidden_real + 1j * trace.hidden_imag
    time_constant, frequency = trace.time_constant[0], trace.frequency[0]
    if model_class is FastAndForgetful:
        time_constant, frequency = time_constant[:, None], frequency[None]
    for t in (0, 29):
        expected = (0.5 + 0.5j) * np.exp((t + 1) * (-1 / time_constant + 1j * frequency))
        assert np.abs(hidden[t] - expected).max() < 1e-6
    # To the model's own output too.
    y, after = model(torch.zeros(1, 30, F), {key: value[None] for key, value in one.items()})
    assert np.allclose(y[0].detach(), trace.output, atol=1e-5)
    assert np.allclose(leaves(after)[1][0].detach(), trace.hidden_real[-1], atol=1e-5)


@torch.no_grad()
def test_the_output_of_an_lru_is_the_real_part_of_c_times_its_state_and_the_input():
    model, z = LRU(F, H).double(), torch.randn(STEPS, F).double()
    trace = model.trace(z)
    hidden = torch.complex(
        *(torch.from_numpy(trace[part]) for part in ("hidden_real", "hidden_imag"))
    )
    y = (hidden @ torch.complex(*model.c).T).real + model.d(z)
    torch.testing.assert_close(torch.from_numpy(trace.output), y, rtol=0, atol=1e-10)


# minGRU


def test_a_mingru_is_a_gru_whose_gate_and_candidate_see_the_input_alone():
    model, z = MinGRU(F, H).double(), torch.randn(STEPS, F).double()
    with torch.no_grad():
        u, c = torch.sigmoid(model.update_gate(z)), model.candidate(z)
    hidden = torch.zeros(H).double()
    trace = model.trace(z)
    for t in range(STEPS):
        hidden = (1 - u[t]) * hidden + u[t] * c[t]
        assert np.allclose(trace.hidden[t], hidden, rtol=0, atol=1e-12)


# IndRNN


def test_an_indrnn_is_popgyms_with_the_same_weights():
    theirs, ours = indrnn.IndRNN(F, H, max_len=1000), IndRNN(F, H)
    with torch.no_grad():
        theirs.weight1[:3] = torch.tensor([2.0, -2.0, 1.0])  # cut to ±2^(1/1000)
        for n, layer in enumerate(ours.layers):
            layer.weight.copy_(getattr(theirs, f"input{n}").weight)
            # Theirs adds two vectors, of which one would do.
            layer.bias.copy_(getattr(theirs, f"input{n}").bias + getattr(theirs, f"bias{n}"))
            ours.recurrent[n] = getattr(theirs, f"weight{n}")
    z = torch.randn(2, 20, F)
    torch.testing.assert_close(ours(z)[0], theirs(z)[0], rtol=1e-5, atol=1e-5)


def test_a_weight_of_an_indrnn_that_grew_too_large_is_cut_and_finds_back():
    model = IndRNN(1, 2, num_layers=1, max_len=1)
    state = {"hidden": torch.ones(1, 1, 2)}
    with torch.no_grad():
        model.recurrent.copy_(torch.tensor([[3.0, -3.0]]))
        model.layers[0].weight.zero_()
        model.layers[0].bias.fill_(9.0)
    y, _ = model(torch.zeros(1, 1, 1), state)
    assert y.flatten().tolist() == [9 + 2, 9 - 2]
    # Descent on y would lower both weights: the first comes back, the second stays.
    (gradient,) = torch.autograd.grad(y.sum(), model.recurrent, retain_graph=True)
    assert gradient.tolist() == [[1, 0]]
    (gradient,) = torch.autograd.grad(-y.sum(), model.recurrent)
    assert gradient.tolist() == [[0, -1]]


def test_units_of_an_indrnn_do_not_see_each_other():
    model = IndRNN(F, H, num_layers=1, activation="tanh")
    z, state = torch.randn(1, 5, F), {"hidden": torch.zeros(1, 1, H)}
    disturbed = {"hidden": state["hidden"].clone()}
    disturbed["hidden"][0, 0, 2] = 1.0
    difference = (model(z, disturbed)[0] - model(z, state)[0]).abs().amax(1)[0]
    assert (difference > 0).nonzero().flatten().tolist() == [2]


# LMU


def test_an_lmu_is_popgyms_with_the_same_weights():
    theirs, ours = lmu.LMU(F, H, 6, theta=20), LMU(F, H, 6, window=20)
    with torch.no_grad():
        for key, letter in {"input": "x", "hidden": "h", "memory": "m"}.items():
            ours.encoders[key].copy_(getattr(theirs.cell, f"e_{letter}"))
            ours.kernels[key].copy_(getattr(theirs.cell, f"W_{letter}"))
    compare(ours, lambda z: theirs(z)[0])


def test_an_lmu_trains_its_matrices_if_asked_to():
    model, fixed = LMU(F, H, 6, learn_a=True, learn_b=True), LMU(F, H, 6)
    assert set(model.state_dict()) - set(fixed.state_dict()) == {"a", "b"}
    assert torch.equal(model.a, fixed.a)
    model(torch.randn(2, 9, F))[0].sum().backward()
    assert model.a.grad.abs().min() > 0
    assert model.b.grad.abs().min() > 0


def test_the_memory_of_an_lmu_is_the_window_as_legendre_polynomials():
    model = LMU(1, 2, memory_size=12, window=60)
    with torch.no_grad():
        model.encoders["input"].fill_(1)
        model.encoders["hidden"].zero_()
    signal = torch.sin(torch.arange(200) / 9).unsqueeze(1)
    trace = model.trace(signal)
    ago = np.arange(0, 60)
    # Their eq. 5; a step's number counts as held from the step before to this one.
    polynomials = [np.polynomial.Legendre.basis(i)(2 * (ago + 0.5) / 60 - 1) for i in range(12)]
    decoded = trace.memory[-1] @ np.stack(polynomials)
    assert np.abs(decoded - trace.encoded[-1 - ago]).max() < 0.1


# S4D


def test_an_s4d_is_popgyms_with_the_same_weights():
    s4d = pytest.importorskip("popgym.baselines.models.s4d", exc_type=ImportError)
    options = {"mode": "diag", "measure": "diag-lin", "disc": "zoh", "real_type": "exp"}
    theirs = s4d.S4(H, 4, transposed=False, **options)
    ours, kernel = S4D(F, H, 2), theirs.kernel.kernel
    with torch.no_grad():
        ours.log_step.copy_(kernel.log_dt)
        ours.a_real_log.copy_(kernel.inv_A_real)
        ours.a_imag.copy_(kernel.A_imag)
        b, c = torch.view_as_complex(kernel.B), torch.view_as_complex(kernel.C)[0]
        ours.c.copy_(torch.stack([(b * c).real, (b * c).imag]))
        ours.d.copy_(theirs.D[0])
        ours.output_map.load_state_dict(theirs.output_linear[0].state_dict())
    compare(ours, lambda z: theirs(ours.input_map(z))[0])


def test_an_s4d_begins_as_s4d_lin():
    model = S4D(F, H, 5, min_step=0.01, max_step=0.2)
    step = model.trace(torch.zeros(1, F)).time_constant[0, :, :1] ** -1 * 2  # τ = 2 / Δ
    assert 0.01 <= step.min() < step.max() <= 0.2
    frequency = model.trace(torch.zeros(1, F)).frequency[0]
    assert np.allclose(frequency, step * np.pi * np.arange(5), atol=1e-6)


# FFM


def test_a_ffm_is_the_papers_equations():
    model, z = FastAndForgetful(F, H, 4, 3, max_period=9).double(), torch.randn(STEPS, F).double()
    trace = model.trace(z)
    with torch.no_grad():
        alpha = torch.exp(model.alpha_log)
        decay = torch.polar(torch.exp(-alpha).unsqueeze(1).expand(-1, 3), model.omega.expand(4, -1))
        s = torch.zeros(4, 3, dtype=torch.complex128)
        for t, x in enumerate(z):
            enters = model.input_map(x) * torch.sigmoid(model.input_gate(x))
            s = decay * s + enters.unsqueeze(1)
            mixed = model.mix(torch.view_as_real(s).flatten())
            mixed = (mixed - mixed.mean()) / (mixed.var(unbiased=False) + 1e-5).sqrt()
            gate = torch.sigmoid(model.output_gate(x))
            y = mixed * gate + model.skip(x) * (1 - gate)
            assert np.allclose(trace.output[t], y, rtol=0, atol=1e-10)
    assert math.isclose(math.exp(-float(alpha.min()) * 9), 0.01, rel_tol=1e-6)
    assert math.isclose(math.exp(-float(alpha.max())), 0.5, rel_tol=1e-6)
    assert torch.allclose(2 * math.pi / model.omega, torch.tensor([1.0, 5.0, 9.0]).double())


# What can't be built.


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: LRU(F, min_radius=0.9, max_radius=0.9), r"min_radius < max_radius < 1, got 0\.9"),
        (lambda: LRU(F, max_radius=1.0), r"< 1, got 0\.9 and 1\.0"),
        (lambda: LRU(F, max_phase=0), r"in \(0, 2π\], got 0"),
        (lambda: S4D(F, min_step=0.2), r"0 < min_step < max_step, got 0\.2 and 0\.1"),
        (lambda: S4D(F, num_modes=0), "num_modes must be at least 1"),
        (lambda: IndRNN(F, activation="rleu"), r"no activation 'rleu'\. Did you mean 'relu'"),
        (lambda: IndRNN(F, num_layers=0), "num_layers must be at least 1"),
        (lambda: IndRNN(F, max_len=0), "max_len must be at least 1"),
        (lambda: LMU(F, memory_size=0), "memory_size must be at least 1"),
        (lambda: LMU(F, window=0), "window must be at least 1"),
        (lambda: FastAndForgetful(F, memory_size=0), "memory_size must be at least 1"),
        (lambda: FastAndForgetful(F, context_size=0), "context_size must be at least 1"),
        (lambda: FastAndForgetful(F, max_period=1), "max_period must be at least 7"),
    ],
)
def test_options_that_cannot_be(build, message):
    with pytest.raises(ValueError, match=message):
        build()
