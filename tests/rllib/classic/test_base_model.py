import copy
import pickle

import gymnasium as gym
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from popgym_family import (
    EMBEDDINGS,
    FAMILY,
    SPACE,
    TWO,
    build,
    call,
    enlarge,
    initial_state,
    options_of,
    two_layers,
)
from torch import nn

from memorylab.rllib.classic import GRU, MLP, BaseModel, BasicMLP

pytestmark = pytest.mark.ray

EVERY_MODEL = pytest.mark.parametrize("model_class", FAMILY)
fixed = settings(deadline=None, derandomize=True, max_examples=25)
lengths = st.lists(st.integers(1, 5), min_size=1, max_size=4)
poisons = st.sampled_from([float("nan"), float("inf"), -1e30])


def gradients(model, observations, state, seq_lens):
    """Return logits, values, state and gradients of a loss over the real steps."""
    logits, values, state = call(model, observations, state, seq_lens)
    mask = torch.arange(observations.shape[1]) < torch.tensor(seq_lens).unsqueeze(1)  # [B, T]
    model.zero_grad()
    (logits[mask].square().sum() + values[mask].sum()).backward()
    grads = [parameter.grad for parameter in model.parameters() if parameter.requires_grad]
    return [logits[mask], values[mask], *state, *grads]


@EVERY_MODEL
@fixed
@given(lengths, poisons, st.integers(0, 2))
def test_padding_changes_nothing_by_a_bit(model_class, seq_lens, poison, surplus):
    model = enlarge(build(model_class))
    rows, width = len(seq_lens), max(seq_lens) + surplus
    clean = torch.randn(rows, width, 3)
    dirty = clean.clone()
    for row, length in enumerate(seq_lens):
        dirty[row, length:] = poison
    state = initial_state(model, rows)
    for a, b in zip(
        gradients(model, clean, state, seq_lens),
        gradients(model, dirty, state, seq_lens),
        strict=True,
    ):
        assert a is not None
        assert torch.equal(a, b)


@EVERY_MODEL
@fixed
@given(st.integers(1, 4), st.integers(1, 5), st.integers(0, 2**16))
def test_rows_may_be_cut_anywhere(model_class, rows, cut, seed):
    model = enlarge(build(model_class, max_seq_len=4))
    observations = torch.randn(rows, 6, 3, generator=torch.Generator().manual_seed(seed))
    whole, values, after = call(model, observations, [], [6] * rows)
    first, first_values, state = call(model, observations[:, :cut], [], [cut] * rows)
    # On its way through RLlib, the number of steps becomes a float.
    state = [tensor.float() for tensor in state]
    second, second_values, state = call(model, observations[:, cut:], state, [6 - cut] * rows)
    torch.testing.assert_close(torch.cat([first, second], 1), whole)
    torch.testing.assert_close(torch.cat([first_values, second_values], 1), values)
    for left, right in zip(state, after, strict=True):
        torch.testing.assert_close(left, right)
    assert state[-1].flatten().tolist() == [6] * rows


@EVERY_MODEL
def test_a_batch_keeps_rllibs_length_and_its_surplus_is_zero(model_class):
    model = build(model_class, hidden_size=16, postprocessor=nn.Linear(16, 16))
    logits, state = model(
        {"obs": torch.randn(14, 3)}, initial_state(model, 2), torch.tensor([4, 2])
    )
    assert logits.shape == (14, 2)
    assert model.features.shape[:2] == (2, 7)
    assert (model.features[0, 4:] == 0).all()
    assert (model.features[1, 2:] == 0).all()
    assert state[-1].tolist() == [[4], [2]]
    assert state[-1].dtype == torch.long
    for given_, returned in zip(initial_state(model, 2), state, strict=True):
        assert returned.shape == given_.shape


@EVERY_MODEL
def test_a_model_may_be_double(model_class):
    model = build(model_class, embedding="sine").double()
    logits, _, state = call(model, torch.randn(2, 3, 3), [], [3, 2])
    assert logits.dtype == torch.double
    assert all(tensor.dtype == torch.double for tensor in state[:-1])


@EVERY_MODEL
def test_the_state_that_comes_in_is_left_alone(model_class):
    model = build(model_class)
    state = initial_state(model, 2)
    before = [tensor.clone() for tensor in state]
    call(model, torch.randn(2, 3, 3), state, [3, 3])
    assert len(state) == len(before)
    for left, right in zip(state, before, strict=True):
        assert left.dtype == right.dtype
        assert torch.equal(left, right)


@EVERY_MODEL
def test_without_state_and_lengths_rows_are_first_steps(model_class):
    model = enlarge(build(model_class))
    observations = torch.randn(3, 3)
    expected, *_ = call(model, observations.unsqueeze(1), initial_state(model, 3), [1, 1, 1])
    logits, state = model({"obs": observations})
    assert torch.equal(logits, expected.squeeze(1))
    assert state[-1].tolist() == [[1]] * 3


@EVERY_MODEL
def test_no_two_models_share_anything_nor_do_actor_and_critic(model_class):
    head, between = two_layers(16, 8), two_layers(10, 10)
    options = {"actor": head, "critic": head, "preprocessor": between, "postprocessor": nn.ReLU()}
    options["hidden_size"] = 16
    models = [build(model_class, **options), build(model_class, **options), build(model_class)]
    modules = [module for model in models for module in model.modules()]
    parameters = [parameter for model in models for parameter in model.parameters()]
    assert len({id(module) for module in modules}) == len(modules)
    assert len({parameter.data_ptr() for parameter in parameters}) == len(parameters)
    given_ = {id(module) for module in [*head.modules(), *between.modules()]}
    assert not given_ & {id(module) for module in modules}
    assert not any(isinstance(value, nn.Module) for value in BaseModel.BASE_CONFIG.values())


@EVERY_MODEL
def test_it_can_be_copied_and_pickled_after_use(model_class):
    model = enlarge(build(model_class))
    observations = torch.randn(2, 5, 3)
    logits, *_ = call(model, observations, [], [5, 3])
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert torch.equal(call(twin, observations, [], [5, 3])[0], logits)
        assert not {p.data_ptr() for p in twin.parameters()} & {
            p.data_ptr() for p in model.parameters()
        }


@pytest.mark.parametrize("mode", ["add", "cat"])
@pytest.mark.parametrize("embedding", EMBEDDINGS)
def test_every_embedding_in_both_modes_is_learnt_from_beyond_max_seq_len(embedding, mode):
    model = enlarge(build(GRU, embedding=embedding, embedding_mode=mode, embedding_size=4))
    state = initial_state(model, 2, time=4)
    first, *_ = gradients(model, torch.randn(2, 9, 3), state, [9, 7])
    assert first.isfinite().all()
    trained = {name: p.grad for name, p in model.named_parameters() if p.requires_grad}
    assert [name for name, grad in trained.items() if grad is None or not grad.any()] == []
    # And it tells the time: the same observation gets other logits at other times.
    observations = torch.zeros(1, 1, 3)
    early, late = (call(model, observations, initial_state(model, 1, t), [1])[0] for t in (1, 4))
    assert (early - late).abs().max() > 1e-5


@pytest.mark.parametrize("time", [0, 3, 100, 70_000])
def test_a_model_is_told_the_time_and_nothing_else_of_it(time):
    observations = torch.randn(1, 4, 3)
    mlp, basic = enlarge(build(MLP)), enlarge(build(BasicMLP))
    logits, *_ = call(mlp, observations, initial_state(mlp, 1, time), [4])
    for step in range(4):
        state = initial_state(mlp, 1, time + step)
        alone, *_ = call(mlp, observations[:, step : step + 1], state, [1])
        torch.testing.assert_close(alone[:, 0], logits[:, step])
    at_zero, *_ = call(mlp, observations, initial_state(mlp, 1), [4])
    assert torch.allclose(at_zero, logits) == (time == 0)
    without, *_ = call(basic, observations, initial_state(basic, 1, time), [4])
    assert torch.equal(without, call(basic, observations, [], [4])[0])


def features_before_memory(model, time):
    x = torch.ones(1, 2, 10)
    if model.cfg["embedding_mode"] == "cat":
        x = x[..., model.cfg["embedding_size"] :]
    return model.networks.apply_embedding(x, torch.tensor([time]))[0]  # [T, P]


def test_embeddings_are_added_to_or_put_before_the_features():
    bits = torch.tensor([[1.0, 0, 1], [0, 1, 1]])  # 5 and 6
    options = {"embedding": "base2", "embedding_size": 3, "scale_embedding": False}
    added = features_before_memory(build(GRU, **options), 5)
    assert torch.equal(added, 1 + nn.functional.pad(bits, (0, 7)))
    model = build(GRU, **options, embedding_mode="cat")
    assert torch.equal(features_before_memory(model, 5), torch.cat([bits, torch.ones(2, 7)], 1))
    # Nothing is computed in vain: the observation is mapped to the other seven features.
    assert model.feature_map[0].out_features == 7


@fixed
@given(st.floats(-2, 3), st.sampled_from([-1.0, 1.0]))
def test_strength_stays_between_none_and_only_embedding(strength, direction):
    model = build(GRU, embedding="base2")
    with torch.no_grad():
        model.embedding_strength.fill_(strength)
    x = model.networks.apply_embedding(torch.full((1, 1, 10), 4.0), torch.tensor([1]))[0, 0]
    used = min(max(model.embedding_strength.item(), 0.0), 1.0)
    expected = torch.tensor([4 * (1 - used) + used] + [4 * (1 - used)] * 9)
    torch.testing.assert_close(x, expected)
    # A step of descent never leads further out, and from outside always leads back.
    (-direction * x[0]).backward()  # x[0] falls with the strength.
    grad, value = model.embedding_strength.grad.item(), model.embedding_strength.item()
    outward = (value >= 1 and direction < 0) or (value <= 0 and direction > 0)
    assert value == pytest.approx(strength)
    assert (grad == 0) == outward
    assert grad * direction >= 0


def test_weights_begin_as_in_popgym():
    model = build(GRU, preprocessor=two_layers(10, 10), embedding="sine")
    for linear in (model.feature_map[0], model.pre[0], model.pre[2], model.actor[0][0]):
        weight = (
            linear.weight if linear.weight.shape[0] < linear.weight.shape[1] else linear.weight.T
        )
        torch.testing.assert_close(weight @ weight.T, torch.eye(len(weight)), atol=1e-5, rtol=0)
    assert 0 < model.actor[-1].weight.std() < 0.03
    assert 0 < model.critic[-1].weight.std() < 0.03
    assert model.embedding_strength.item() == 0.5


class OfAUser(BaseModel):
    """Written for POPGym: hands no keywords on, and keeps its state in PyTorch's order."""

    MODEL_CONFIG = {"gain": 1.0}  # noqa: RUF012

    def __init__(self, obs_space, action_space, num_outputs, model_config, name, **kwargs):
        super().__init__(obs_space, action_space, num_outputs, model_config, name)
        self.core = nn.GRU(10, self.cfg["hidden_size"], batch_first=True)

    def initial_state(self):
        return [torch.zeros(1, self.cfg["hidden_size"])]

    def forward_memory(self, z, state, t_starts, seq_lens):
        assert z.shape[0] == len(t_starts) == len(seq_lens)
        z, hidden = self.core(z, state[0].transpose(0, 1).contiguous())
        return self.cfg["gain"] * z, [hidden.transpose(0, 1)]


def test_a_subclass_written_for_popgym_works():
    ours, theirs = enlarge(build(GRU)), enlarge(build(OfAUser, gain=1.0))
    weights = {key.replace("core.network", "core"): v for key, v in ours.state_dict().items()}
    theirs.load_state_dict(weights)
    observations = torch.randn(2, 5, 3)
    expected, values, _ = call(ours, observations, [], [5, 5])
    logits, their_values, _ = call(theirs, observations, [], [5, 5])
    torch.testing.assert_close(logits, expected)
    torch.testing.assert_close(their_values, values)
    louder = build(OfAUser, gain=3.0)
    louder.load_state_dict(weights)
    assert not torch.allclose(call(louder, observations, [], [5, 5])[0], expected)


class Twice(nn.Module):
    def forward(self, x):
        return 2 * x


def test_a_subclass_may_replace_a_part_but_not_a_method_that_nothing_calls():
    class Louder(GRU):
        def __init__(self, *args, **options):
            super().__init__(*args, **options)
            self.actor = nn.Sequential(self.actor, Twice())

    model = build(Louder)
    logits, *_ = call(model, torch.randn(2, 5, 3), [], [5, 3])
    assert torch.equal(logits, 2 * model.actor[0](model.features))
    assert not hasattr(model, "no_such_part")

    class Late(GRU):
        def apply_embedding(self, x, t_starts):
            return x

    with pytest.raises(TypeError, match=r"Late writes apply_embedding.*override make_networks"):
        build(Late)


def test_what_a_subclass_forgets_is_named():
    class Forgetful(BaseModel):
        def initial_state(self):
            return []

        def forward_memory(self, z, state, t_starts, seq_lens):
            return z, []

    with pytest.raises(NotImplementedError, match="BaseModel must write initial_state"):
        build(BaseModel).get_initial_state()
    model = build(Forgetful)
    with pytest.raises(ValueError, match=r"hidden_size\] = \[2, 1, 16\], but put out \[2, 1, 10\]"):
        model({"obs": torch.zeros(2, 3)})


def test_sizes_follow_from_those_that_are_given():
    model = build(GRU, hidden_size=5, postprocessor=two_layers(5, 9), postprocessor_output_size=4)
    assert [layer.out_features for layer in (model.actor[0][0], model.actor[1])] == [4, 2]
    assert [layer.in_features for layer in (model.actor[0][0], model.critic[0][0])] == [9, 9]
    assert build(GRU, preprocessor_input_size=10, preprocessor=two_layers(10, 10)).obs_dim == 3


def test_images_are_read_flat():
    space = gym.spaces.Box(0, 255, (4, 5, 3), "uint8")
    model = GRU(space, TWO, 2, {"max_seq_len": 4}, "", **options_of(GRU))
    images = torch.randint(0, 255, (6, 4, 5, 3), dtype=torch.uint8)
    logits, _ = model({"obs": images}, [], torch.tensor([3, 3]))
    assert logits.shape == (6, 2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hiden_size": 3}, "'hiden_size' is not a known option of the model GRU.*'hidden_size'"),
        ({"read_heads": 3}, "'read_heads' is not a known option of the model GRU"),
        ({"hidden_size": 0}, "hidden_size must be at least 1, got 0"),
        ({"embedding": "sin"}, "no embedding 'sin'.*Did you mean 'sine'"),
        ({"embedding_mode": "concat"}, "embedding_mode must be 'add' or 'cat', but is 'concat'"),
        ({"embedding_mode": "cat", "embedding": "sine"}, "'cat' needs an embedding_size"),
        ({"embedding": "sine", "embedding_size": 11}, "embedding_size 11 doesn't fit.*at most 10"),
        (
            {"embedding": "sine", "embedding_size": 10, "embedding_mode": "cat"},
            "embedding_size 10 doesn't fit.*at most 9",
        ),
        ({"embedding": "sine", "embedding_size": 0}, "embedding_size must be at least 1, got 0"),
        ({"preprocessor": nn.Linear(9, 10)}, "preprocessor must take 10 features, but: mat1"),
        (
            {"preprocessor": nn.Linear(10, 9)},
            "preprocessor puts out 9 features, but preprocessor_output_size is 10",
        ),
        (
            {"preprocessor_output_size": 7},
            "puts out 10 features, but preprocessor_output_size is 7",
        ),
        ({"postprocessor": nn.Linear(3, 3)}, "postprocessor must take 16 features"),
        ({"actor": nn.Linear(11, 8)}, "actor must take 16 features"),
        (
            {"critic": nn.Linear(16, 7)},
            "critic puts out 7 features, but postprocessor_output_size is 8",
        ),
        ({"num_recurrent_layers": 2}, "num_recurrent_layers must be 1, but is 2"),
    ],
)
def test_options_that_do_not_exist_or_fit_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        build(GRU, **options)
    # The same through the keyword arguments alone.
    with pytest.raises(ValueError, match=message):
        GRU(SPACE, TWO, 2, {"max_seq_len": 6}, "", **options_of(GRU, **options))


def test_types_that_make_no_sense_are_refused():
    with pytest.raises(TypeError, match=r"actor must be a torch\.nn\.Module or None, but is 64"):
        build(GRU, actor=64)
    with pytest.raises(TypeError, match="hidden_size must be an integer"):
        build(GRU, hidden_size=8.0)
    with pytest.raises(TypeError, match="num_outputs must be an integer"):
        GRU(SPACE, TWO, None, {"max_seq_len": 6}, "")


@EVERY_MODEL
def test_calls_that_make_no_sense_are_refused(model_class):
    model = build(model_class)
    with pytest.raises(RuntimeError, match="Call the model first"):
        model.value_function()
    for shape, seq_lens, message in (
        ((4, 3), [2, 1, 1], "can't be cut into 3 rows"),
        ((4, 5), [4], "with 3 features a step"),
        ((4, 3), [5], "beyond the 4 steps"),
    ):
        with pytest.raises(ValueError, match=message):
            model({"obs": torch.zeros(shape)}, [], torch.tensor(seq_lens))
    state = initial_state(model, 2)
    for wrong in ([*state, state[-1]], [state[-1][:1]], [*state[:-1], state[-1].squeeze(1)]):
        with pytest.raises(ValueError, match=r"must be tensors of the shapes .* but they are"):
            model({"obs": torch.zeros(2, 3)}, wrong, torch.tensor([1, 1]))
