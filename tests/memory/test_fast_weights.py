"""What the papers say of fast weights, and POPGym's own blocks with the same weights."""

import pytest
import torch
from popgym.baselines.models.fwp import FWPBlock
from popgym.baselines.models.linear_attention import LinearAttentionBlock

from memorylab.memory import FastWeightProgrammer, GatedDelta, LinearAttention, make_memory
from memorylab.memory.delta_rule import delta_rule

F, H, K, STEPS = 3, 8, 4, 70


def loop(keys, values, strengths, decays, state):
    matrices = []
    for k, v, strength, decay in zip(
        keys.unbind(1), values.unbind(1), strengths.unbind(1), decays.unbind(1), strict=True
    ):
        state = decay[:, None, None] * state
        error = v - torch.einsum("bkv,bk->bv", state, k)
        state = state + torch.einsum("b,bk,bv->bkv", strength, k, error)
        matrices.append(state)
    return torch.stack(matrices, 1)


def problem(steps, batch_size=2):
    keys = torch.nn.functional.normalize(torch.randn(batch_size, steps, K), dim=-1)
    values = torch.randn(batch_size, steps, 3)
    strengths = torch.rand(batch_size, steps)
    decays = 1 - 0.1 * torch.rand(batch_size, steps)
    return [keys, values, strengths, decays, torch.randn(batch_size, K, 3)]


@pytest.mark.parametrize("steps", [1, 2, 64, 65, 1000])
def test_the_delta_rule_over_a_sequence_is_that_of_single_steps_forward_and_backward(steps):
    results, upstream = [], torch.randn(2, steps, K, 3)
    given = problem(steps)
    for function in (delta_rule, loop):
        inputs = [x.clone().requires_grad_() for x in given]
        matrices = function(*inputs)
        results.append([matrices, *torch.autograd.grad(matrices, inputs, upstream)])
    for found, expected in zip(*results, strict=True):
        assert (found - expected).abs().max() <= 1e-5 * expected.abs().max()


def test_the_delta_rule_replaces_the_value_of_a_key_and_leaves_orthogonal_ones():
    keys = torch.eye(K)[[0, 1, 0]].unsqueeze(0)  # the first key again
    values = torch.tensor([[[1.0], [2.0], [5.0]]])
    ones, state = torch.ones(1, 3), torch.zeros(1, K, 1)
    matrices = delta_rule(keys, values, ones, ones, state)
    assert matrices[0, :, 0, 0].tolist() == [1, 1, 5]
    assert matrices[0, :, 1, 0].tolist() == [0, 2, 2]
    # Half as strong, a value goes half the way. A decay fades all of them.
    assert delta_rule(keys, values, ones / 2, ones, state)[0, -1, 0, 0] == 0.5 + 0.5 * (5 - 0.5)
    faded = delta_rule(keys, values, ones, ones / 2, state)
    assert faded[0, :, 1, 0].tolist() == pytest.approx([0, 2, 1])
    assert faded[0, -1, 0, 0] == pytest.approx(5)


def test_a_decay_of_0_forgets_and_leaves_finite_numbers():
    given = problem(10)
    given[3][:, 5] = 0
    inputs = [x.requires_grad_() for x in given]
    matrices = delta_rule(*inputs)
    torch.testing.assert_close(matrices, loop(*given), rtol=1e-4, atol=1e-5)
    assert all(g.isfinite().all() for g in torch.autograd.grad(matrices.sum(), inputs))


def chunked(model, z):
    outputs, state = [], None
    for part in torch.tensor_split(z, (10, 11, 40), dim=1):
        padded = torch.nn.functional.pad(part, (0, 0, 0, 2), value=float("nan"))
        lens = torch.full((len(z),), part.shape[1])
        y, state = model(padded, state, seq_lens=lens)
        outputs.append(y[:, : part.shape[1]])
    return torch.cat(outputs, 1)


@pytest.mark.parametrize("update", ["sum", "max"])
@pytest.mark.parametrize("num_layers", [1, 3])
@pytest.mark.parametrize("name", ["linear_attention", "fast_weights"])
def test_layers_are_popgyms_blocks_with_the_same_weights(name, num_layers, update):
    options = {"update": update}
    if name == "linear_attention":
        options["key_update"] = "max" if update == "sum" else "sum"
    else:
        options["sum_normalization"] = update == "sum"
    ours = make_memory(name, F, hidden_size=H, key_size=K, num_layers=num_layers, **options)
    if name == "linear_attention":
        block_class = LinearAttentionBlock
        options = {"S_aggregator": update, "Z_aggregator": options["key_update"]}
    else:
        block_class = FWPBlock
        options = {"aggregator": update, "sum_normalization": update == "sum"}
    z = torch.randn(2, STEPS, F)
    with torch.no_grad():
        expected = z
        for layer in ours.layers:
            size = F if layer is ours.layers[0] else K
            block = block_class(size, K, **options)
            block.load_state_dict(
                {key.replace("feed_forward", "ff"): x for key, x in layer.state_dict().items()}
            )
            zeros = torch.zeros(2, 1, K, K)
            state = zeros if name == "fast_weights" else [zeros, zeros[..., 0]]
            expected, _ = block(expected, state)
        expected = ours.output_map(expected)
        torch.testing.assert_close(chunked(ours, z), expected, rtol=0, atol=1e-5)


def test_a_trace_shows_the_last_layer_and_a_disturbed_strength_counts_in_a_sum_too():
    model, z = FastWeightProgrammer(F, H, K, num_layers=2, update="sum"), torch.randn(9, F)
    trace, (_, after) = model.trace(z), model(z.unsqueeze(0))
    found = torch.from_numpy(trace.fast_weights[-1]).float()
    torch.testing.assert_close(found, after["fast_weights"][0, 1], rtol=0, atol=1e-5)
    weights = model.trace(z, disturbance="write_strength@3=0").fast_weights
    assert (weights[3] == weights[2]).all()
    assert (weights[4] != weights[3]).any()


def test_linear_attention_is_attention_with_another_kernel():
    model, z = LinearAttention(F, H, K).double(), torch.randn(STEPS, F).double()
    trace = model.trace(z)
    q, k, v = (torch.from_numpy(trace[key]) for key in ("query", "key", "key_value"))
    scores = (q @ k.T).tril()
    attended = (scores / (scores.sum(-1, keepdim=True) + 1e-5)) @ v
    found = torch.einsum("tk,tkv->tv", q, torch.from_numpy(trace.fast_weights))
    found = found / ((q * torch.from_numpy(trace.key_sum)).sum(-1, keepdim=True) + 1e-5)
    torch.testing.assert_close(found, attended, rtol=0, atol=1e-10)
    with torch.no_grad():
        layer = model.layers[0]
        y = model.output_map(layer.feed_forward(attended) + layer.shortcut(layer.norm(z)))
    torch.testing.assert_close(torch.from_numpy(trace.output), y, rtol=0, atol=1e-10)


@pytest.mark.parametrize("model_class", [FastWeightProgrammer, GatedDelta])
def test_what_is_written_and_read_is_what_the_trace_says(model_class):
    model, z = model_class(F, H, K).double(), torch.randn(STEPS, F).double()
    trace = model.trace(z)
    arrays = {key: torch.from_numpy(trace[key]).unsqueeze(0) for key in trace.required()}
    decays = arrays.get("decay", torch.ones(1, STEPS).double())
    state = torch.zeros(1, K, K).double()
    written = loop(arrays["key"], arrays["key_value"], arrays["write_strength"], decays, state)
    torch.testing.assert_close(arrays["fast_weights"], written, rtol=0, atol=1e-10)
    with torch.no_grad():
        layer, read = model.layers[0], torch.einsum("btk,btkv->btv", arrays["query"], written)
        y = model.output_map(layer.feed_forward(read) + layer.shortcut(layer.norm(z)))
    torch.testing.assert_close(arrays["output"], y, rtol=0, atol=1e-10)
    size = {FastWeightProgrammer: trace.key.sum(-1), GatedDelta: (trace.key**2).sum(-1)}
    # ReLU can leave nothing of a key.
    assert ((abs(size[model_class] - 1) < 0.05) | (size[model_class] == 0)).all()
    assert size[model_class].mean() > 0.5


@torch.no_grad()
def test_what_a_gated_delta_writes_and_how_much_it_keeps_is_the_papers():
    model, z = GatedDelta(F, H, K).double(), torch.randn(STEPS, F).double()
    trace, layer = model.trace(z), model.layers[0]
    x = torch.nn.functional.layer_norm(z, (F,))
    linear = {key: x @ getattr(layer, key).weight.T for key in ("query", "key", "value")}
    silu = {key: y * torch.sigmoid(y) for key, y in linear.items()}
    norms = {key: (silu[key] ** 2).sum(-1, keepdim=True) for key in ("query", "key")}
    decay = torch.sigmoid(-layer.decay(x))  # exp(−softplus(a)) = σ(−a)
    expected = {
        "key_value": silu["value"],
        "write_strength": torch.sigmoid(layer.write_strength(x)).squeeze(-1),
        "decay": decay.squeeze(-1),
        **{key: silu[key] / (norm + 1e-6) ** 0.5 for key, norm in norms.items()},
    }
    for key, array in expected.items():
        torch.testing.assert_close(torch.from_numpy(trace[key]), array, rtol=0, atol=1e-12)
    # At first, half of the fast weights is left after some 38 steps.
    assert decay.median().item() == pytest.approx(0.5 ** (1 / 38), abs=0.02)


def test_options_that_cannot_be():
    with pytest.raises(ValueError, match=r"no update 'detla'\. Did you mean 'delta'"):
        FastWeightProgrammer(F, update="detla")
    with pytest.raises(ValueError, match="key_size must be at least 1, got 0"):
        GatedDelta(F, key_size=0)
    with pytest.raises(ValueError, match="num_layers must be at least 1, got 0"):
        LinearAttention(F, num_layers=0)
