"""Each key of RLlib's model configuration is tried on the old stack."""

import dataclasses
import re

import gymnasium as gym
import numpy as np
import pytest
import torch
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.algorithms.ppo.ppo_catalog import PPOCatalog
from ray.rllib.algorithms.ppo.torch.ppo_torch_rl_module import PPOTorchRLModule
from ray.rllib.core.rl_module.default_model_config import DefaultModelConfig
from ray.rllib.models import MODEL_DEFAULTS, ModelCatalog
from ray.rllib.models.preprocessors import GenericPixelPreprocessor
from ray.rllib.models.torch.torch_action_dist import TorchDeterministic
from ray.rllib.models.torch.torch_modelv2 import TorchModelV2
from ray.rllib.policy.sample_batch import SampleBatch

from memorylab.rllib.model_keys import MODEL_KEYS, NOTHING

pytestmark = pytest.mark.ray

FLAT = gym.spaces.Box(-1, 1, (4,), np.float32)
IMAGE = gym.spaces.Box(0, 255, (42, 42, 3), np.uint8)
ACTIONS = gym.spaces.Box(-1, 1, (2,), np.float32)
MEMORY = 3
SMALL = {"fcnet_hiddens": [8], "max_seq_len": 4, "lstm_cell_size": 8, "attention_dim": 8}


def build(space=FLAT, action_space=ACTIONS, num_outputs=4, **keys):
    torch.manual_seed(0)
    config = {**MODEL_DEFAULTS, **SMALL, **keys}
    return ModelCatalog.get_model_v2(space, action_space, num_outputs, config, framework="torch")


def shapes(model):
    return {name: tuple(parameter.shape) for name, parameter in model.named_parameters()}


def run(model, space=FLAT, steps=4):
    """Return the outputs for one sequence of the given length."""
    generator = np.random.default_rng(0)
    obs = torch.as_tensor(generator.random((steps, *space.shape)), dtype=torch.float32)
    batch = {
        "obs": obs,
        "prev_actions": torch.zeros(steps, 2),
        "prev_rewards": torch.zeros(steps),
    }
    # Attention is given the states of the steps before.
    state = [
        torch.zeros(1, *((MEMORY,) if "gtrxl" in vars(model)["_modules"] else ()), *np.shape(one))
        for one in model.get_initial_state()
    ]
    return model(SampleBatch(batch), state, torch.tensor([steps]))[0]


def kinds(model):
    return {type(module) for module in model.modules()}


def test_there_is_a_row_for_each_key_of_the_installed_ray():
    assert [*MODEL_KEYS] == [*MODEL_DEFAULTS]


def test_each_successor_is_there():
    fields = {field.name for field in dataclasses.fields(DefaultModelConfig)}
    for key, row in MODEL_KEYS.items():
        assert row.now.split(",")[0] in fields or row.now.startswith("gone: "), key
        assert key not in fields or row.now == key or row.now.startswith("gone: "), key


NEVER_READ = [key for key, row in MODEL_KEYS.items() if row.old == NOTHING]


def test_each_key_is_tried(pytestconfig):
    tests = "".join(
        path.read_text(encoding="utf-8")
        for path in (pytestconfig.rootpath / "tests/rllib").rglob("test_*.py")
    )
    tried = {key for key in MODEL_KEYS if key in NEVER_READ or re.search(rf"\b{key}\b", tests)}
    assert MODEL_KEYS.keys() == tried


@pytest.mark.parametrize(
    ("space", "options"),
    [
        (FLAT, {}),
        (FLAT, {"free_log_std": True}),
        (FLAT, {"use_lstm": True}),
        (FLAT, {"use_attention": True, "attention_memory_inference": MEMORY}),
        (IMAGE, {"post_fcnet_hiddens": [5]}),
        (gym.spaces.Tuple([FLAT, IMAGE]), {"post_fcnet_hiddens": [5]}),
    ],
)
def test_keys_that_do_nothing(space, options):
    """What no network accepts as a value changes none of them, to the bit."""
    if isinstance(space, gym.spaces.Tuple):
        space = ModelCatalog.get_preprocessor_for_space(space).observation_space
    first = build(space, **options)
    second = build(space, **options, **dict.fromkeys(NEVER_READ, object()))
    for one, other in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(one, other)
    if not hasattr(space, "original_space"):
        assert torch.equal(run(first, space), run(second, space))


@pytest.mark.parametrize(
    ("part", "space", "layer", "options"),
    [
        ("fcnet", FLAT, "encoder", {}),
        ("conv", IMAGE, "encoder", {"conv_filters": [[3, 4, 2], [5, 21, 1]]}),
        ("lstm", FLAT, "lstm", {"use_lstm": True, "lstm_cell_size": 5}),
    ],
)
@pytest.mark.parametrize("kind", ["kernel", "bias"])
def test_their_successors_draw_the_first_weights(part, space, layer, options, kind):
    key, value = f"{part}_{kind}_initializer", 0.125
    assert {key, f"{key}_kwargs"} <= {row.now for row in MODEL_KEYS.values()}  # for all algorithms
    given = {key: "constant_", f"{key}_kwargs": {"val": value}}
    module = PPOTorchRLModule(
        observation_space=space,
        action_space=ACTIONS,
        model_config=DefaultModelConfig(fcnet_hiddens=[8], **options, **given),
        catalog_class=PPOCatalog,
    )
    drawn = [
        bool((parameter == value).all())
        for name, parameter in module.named_parameters()
        if layer in name and ("bias" in name) == (kind == "bias")
    ]
    assert any(drawn)


def test_successors_that_ppo_does_not_read():
    alone = [row.now.split(",")[0] for row in MODEL_KEYS.values() if "DQN alone" in row.now]
    assert len(alone) == 4
    for given in ({}, dict.fromkeys(alone, object())):
        torch.manual_seed(0)
        module = PPOTorchRLModule(
            observation_space=FLAT,
            action_space=ACTIONS,
            model_config=DefaultModelConfig(head_fcnet_hiddens=[6], **given),
            catalog_class=PPOCatalog,
        )
        if not given:
            first = module
    for one, other in zip(first.parameters(), module.parameters(), strict=True):
        assert torch.equal(one, other)


def test_a_successor_clips_log_std():
    module = PPOTorchRLModule(
        observation_space=FLAT,
        action_space=ACTIONS,
        model_config=DefaultModelConfig(
            fcnet_hiddens=[8],
            log_std_clip_param=0.5,
        ),
        catalog_class=PPOCatalog,
    )
    for parameter in module.pi.parameters():
        torch.nn.init.constant_(parameter, 9.0 if parameter.ndim == 1 else 0.0)
    outputs = module.forward_inference({"obs": torch.ones(1, 4)})["action_dist_inputs"]
    assert outputs[0, 2:].tolist() == [0.5, 0.5]


def test_ppo_turns_shared_layers_off():
    assert MODEL_DEFAULTS["vf_share_layers"]
    assert not PPOConfig().model["vf_share_layers"]


def test_log_std_is_not_clipped():
    """The distribution, which alone could, doesn't know the key."""
    config = {**MODEL_DEFAULTS, "log_std_clip_param": 1.0}
    make, size = ModelCatalog.get_action_dist(ACTIONS, config, framework="torch")
    distribution = make(torch.full((1, size), 3.0), None)
    assert torch.allclose(distribution.dist.stddev, torch.tensor(3.0).exp())


SIZES = {
    "fcnet_hiddens": ({"fcnet_hiddens": [7]}, (7, 4)),
    "post_fcnet_hiddens": ({"post_fcnet_hiddens": [5]}, (5, 8)),
    "no_final_linear": ({"no_final_linear": True, "fcnet_hiddens": [9, 9]}, (4, 9)),
    "lstm_cell_size": ({"use_lstm": True, "lstm_cell_size": 5}, (20, 8)),
    "lstm_use_prev_action": ({"use_lstm": True, "lstm_use_prev_action": True}, (32, 10)),
    "lstm_use_prev_reward": ({"use_lstm": True, "lstm_use_prev_reward": True}, (32, 9)),
    "attention_dim": ({"use_attention": True, "attention_dim": 6}, (6, 8)),
    "attention_head_dim": ({"use_attention": True, "attention_head_dim": 3}, (9, 8)),
    "attention_num_heads": (
        {"use_attention": True, "attention_head_dim": 3, "attention_num_heads": 2},
        (18, 8),
    ),
    "attention_position_wise_mlp_dim": (
        {"use_attention": True, "attention_position_wise_mlp_dim": 5},
        (5, 8),
    ),
    "attention_use_n_prev_actions": (
        {"use_attention": True, "attention_use_n_prev_actions": 3},
        (8, 14),
    ),
    "attention_use_n_prev_rewards": (
        {"use_attention": True, "attention_use_n_prev_rewards": 3},
        (8, 11),
    ),
}


@pytest.mark.parametrize("key", SIZES)
def test_sizes(key):
    options, shape = SIZES[key]
    assert shape in shapes(build(**options)).values()
    assert shape not in shapes(build(**{**options, key: MODEL_DEFAULTS[key]} | SMALL)).values()


def test_filters():
    model = build(IMAGE, conv_filters=[[3, [4, 4], 2], [5, [21, 21], 1]])
    assert (3, 3, 4, 4) in shapes(model).values()


def test_nonlinearities():
    assert torch.nn.Tanh in kinds(build())
    assert torch.nn.ReLU in kinds(build(fcnet_activation="relu"))
    assert torch.nn.ELU in kinds(build(IMAGE, conv_activation="elu"))
    options = {"post_fcnet_hiddens": [5, 5], "post_fcnet_activation": "elu"}
    assert torch.nn.ELU in kinds(build(IMAGE, **options))
    assert torch.nn.ELU not in kinds(build(FLAT, **options))


def test_free_log_std_and_shared_layers():
    assert (2,) in shapes(build(free_log_std=True)).values()
    assert len(shapes(build(vf_share_layers=False))) > len(shapes(build(vf_share_layers=True)))


def test_the_two_wrappers():
    assert torch.nn.LSTM in kinds(build(use_lstm=True))
    one, two = (build(use_attention=True, attention_num_transformer_units=n) for n in (1, 2))
    assert len(shapes(two)) > len(shapes(one))
    gated = build(use_attention=True, attention_init_gru_gate_bias=7.0)
    assert any((parameter == 7).all() for parameter in gated.parameters())


def test_how_far_attention_looks_back():
    for key, name in (("inference", "view_requirements"), ("training", "gtrxl")):
        model = build(use_attention=True, **{f"attention_memory_{key}": 11})
        assert "11" in repr(vars(model)[name] if name in vars(model) else vars(model.gtrxl))


def test_time_major():
    batch_first, time_first = build(use_lstm=True), build(use_lstm=True, _time_major=True)
    assert batch_first.lstm.batch_first
    assert not time_first.lstm.batch_first


@pytest.mark.parametrize("dim", [42, 84])
def test_images_of_atari(dim):
    space = gym.spaces.Box(0, 255, (210, 160, 3), np.uint8)
    image = np.full(space.shape, 255, np.uint8)
    options = {"dim": dim, "grayscale": True, "zero_mean": False}
    plain = GenericPixelPreprocessor(space, options).transform(image)
    assert plain.shape == (dim, dim, 1)
    assert plain.max() == 1
    colour = {**options, "grayscale": False}
    assert GenericPixelPreprocessor(space, colour).observation_space.shape == (dim, dim, 3)
    zero_mean = GenericPixelPreprocessor(space, {**options, "zero_mean": True})
    assert zero_mean.transform(image * 0).min() == -1


def test_what_is_refused():
    with pytest.raises(ValueError, match="custom_preprocessor"):
        build(custom_preprocessor="mine")
    with pytest.raises(ValueError, match="_use_default_native_models"):
        PPOConfig().training(model={"_use_default_native_models": True})


def test_the_observation_as_it_came():
    space = ModelCatalog.get_preprocessor_for_space(gym.spaces.Discrete(3)).observation_space
    seen = []
    model = build(space, _disable_preprocessor_api=True)
    model.forward = lambda input_dict, state, seq_lens: (seen.append(input_dict), state)
    obs = torch.ones(2, 3)
    model(SampleBatch({"obs": obs}))
    assert seen[0]["obs_flat"] is seen[0]["obs"]


def test_actions_in_parts_are_refused_without_their_key():
    parts = gym.spaces.Tuple([ACTIONS, ACTIONS])
    options = {"action_space": parts, "use_lstm": True, "lstm_use_prev_action": True}
    with pytest.raises(ValueError, match="_disable_action_flattening=True"):
        build(**options)
    build(**options, _disable_action_flattening=True)


def test_the_last_action_of_discrete_ones():
    """PyTorch refuses the size that RLlib computes from Gymnasium's n."""
    with pytest.raises(TypeError, match="input_size should be of type int"):
        build(action_space=gym.spaces.Discrete(3), use_lstm=True, lstm_use_prev_action=True)


def test_names_of_ones_own():
    class Own(TorchModelV2, torch.nn.Module):
        def __init__(self, obs_space, action_space, num_outputs, model_config, name, size):
            TorchModelV2.__init__(self, obs_space, action_space, num_outputs, model_config, name)
            torch.nn.Module.__init__(self)
            self.size = size

    class OwnDistribution(TorchDeterministic):
        pass

    assert build(custom_model=Own, custom_model_config={"size": 3}).size == 3
    ModelCatalog.register_custom_action_dist("own", OwnDistribution)
    config = {**MODEL_DEFAULTS, "custom_action_dist": "own"}
    made, _ = ModelCatalog.get_action_dist(ACTIONS, config, framework="torch")
    assert made is OwnDistribution or made.func is OwnDistribution
