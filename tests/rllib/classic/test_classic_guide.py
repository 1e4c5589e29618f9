"""What notebook 17 says of RLlib's old API stack, held against the installed version."""

import gymnasium as gym
import numpy as np
import pytest
import torch
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.models import MODEL_DEFAULTS, ModelCatalog, action_dist
from ray.rllib.models.torch.misc import normc_initializer
from ray.rllib.models.torch.recurrent_net import RecurrentNetwork
from ray.rllib.models.torch.torch_modelv2 import TorchModelV2
from ray.tune.registry import register_env
from torch import nn

from memorylab.environments import make_environment
from memorylab.rllib.classic.worker import make_worker, update
from memorylab.sequences import pad, unpad

pytestmark = pytest.mark.ray

OBSERVATIONS = gym.spaces.Box(-1, 1, (4,), np.float32)
ACTIONS = gym.spaces.Discrete(3)


def build(space, **options):
    return ModelCatalog.get_model_v2(space, ACTIONS, 3, MODEL_DEFAULTS | options, framework="torch")


def classic_config(environment="ShortMaze", **model):
    register_env("ShortMaze", lambda config: make_environment("TMaze", corridor_length=(2, 4)))
    return (
        PPOConfig()
        .api_stack(enable_rl_module_and_learner=False, enable_env_runner_and_connector_v2=False)
        .environment(environment)
        .env_runners(num_env_runners=0, num_envs_per_env_runner=4, rollout_fragment_length=30)
        .training(train_batch_size=120, minibatch_size=60, num_epochs=2, lr=0.01, model=model)
        .debugging(seed=0, log_level="ERROR")
    )


def replay(worker):
    """Return by how much the logits of PPO's training pass differ from those sampled."""
    policy, batch = worker.get_policy(), worker.sample()["default_policy"]
    policy.model.train()  # As before every update; while acting the model was in evaluation mode.
    policy.compute_gradients(batch)
    difference = (policy.model.last_output().detach() - batch["action_dist_inputs"]).abs()
    if "seq_lens" in batch:
        seq_lens = torch.as_tensor(batch["seq_lens"])
        steps = torch.arange(len(batch["obs"]) // len(seq_lens))
        difference = difference[(steps < seq_lens.unsqueeze(1)).flatten()]
    return float(difference.max()), batch


# --- built-in models ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("space", "name"),
    [
        (OBSERVATIONS, "FullyConnectedNetwork"),
        (gym.spaces.Box(0, 255, (42, 42, 3), np.uint8), "VisionNetwork"),
        (gym.spaces.Box(-1, 1, (4, 4), np.float32), "ComplexInputNetwork"),
    ],
)
def test_the_observation_space_chooses_the_model(space, name):
    model = build(space)
    assert type(model).__name__ == name
    assert model({"obs": torch.zeros(2, *space.shape)})[0].shape == (2, 3)


def test_layers_start_with_rows_of_a_fixed_length():
    model = build(OBSERVATIONS)
    lengths = {name: p.norm(dim=1) for name, p in model.named_parameters() if p.dim() == 2}
    logits = lengths.pop("_logits._model.0.weight")
    torch.testing.assert_close(logits, torch.full((3,), 0.01))
    hidden = lengths["_hidden_layers.0._model.0.weight"]
    torch.testing.assert_close(hidden, torch.ones(256))
    normc_initializer(2.0)(weights := torch.empty(5, 7))
    torch.testing.assert_close(weights.norm(dim=1), torch.full((5,), 2.0))


def test_an_action_of_several_parts_is_a_plain_tuple():
    assert not hasattr(action_dist, "TupleActions")
    space = gym.spaces.Tuple([gym.spaces.Discrete(2), gym.spaces.Discrete(3)])
    kind, size = ModelCatalog.get_action_dist(space, MODEL_DEFAULTS, framework="torch")
    distribution = kind(torch.zeros(4, size), None)
    assert isinstance(distribution, action_dist.ActionDistribution)
    assert [list(part.shape) for part in distribution.sample()] == [[4], [4]]
    assert type(distribution.sample()) is tuple


def test_images_of_other_sizes_need_filters():
    odd = gym.spaces.Box(0, 255, (50, 50, 3), np.uint8)
    with pytest.raises(ValueError, match="No default CNN configuration"):
        build(odd)
    model = build(odd, conv_filters=[[16, [8, 8], 4], [32, [4, 4], 2], [64, [7, 7], 1]])
    assert model({"obs": torch.zeros(2, 50, 50, 3)})[0].shape == (2, 3)


def test_the_keys_of_the_configuration_change_the_network():
    model = build(OBSERVATIONS, fcnet_hiddens=[7], fcnet_activation="relu", vf_share_layers=True)
    assert [list(p.shape) for p in model.parameters()] == [[3, 7], [3], [7, 4], [7], [1, 7], [1]]
    separate = build(OBSERVATIONS, fcnet_hiddens=[7], vf_share_layers=False)
    assert len(list(separate.parameters())) == 8
    assert MODEL_DEFAULTS["vf_share_layers"]
    assert not PPOConfig().model["vf_share_layers"]


def test_the_lstm_replays_and_attention_only_in_rows_of_one_step():
    difference, batch = replay(
        make_worker(classic_config(use_lstm=True, lstm_cell_size=8, max_seq_len=5))
    )
    assert difference < 1e-5
    assert batch["state_in_0"].shape == batch["state_in_1"].shape == (len(batch["seq_lens"]), 8)

    attention = {"attention_memory_inference": 6, "attention_memory_training": 6}
    differences = {}
    for max_seq_len in (1, 5):
        config = classic_config(use_attention=True, max_seq_len=max_seq_len, **attention)
        differences[max_seq_len], batch = replay(make_worker(config))
        assert batch["state_in_0"].shape == (len(batch["seq_lens"]), 6, 64)
    assert differences[1] < 1e-5
    assert differences[5] > 1e-3


# --- preprocessors --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("space", "seen", "flat"),
    [
        (gym.spaces.Discrete(3), 1, [0, 1, 0]),
        (gym.spaces.MultiDiscrete([2, 3]), np.array([1, 0]), [0, 1, 1, 0, 0]),
        (
            gym.spaces.Tuple([gym.spaces.Discrete(2), gym.spaces.Box(0, 9, (2,))]),
            (1, np.float32([5, 7])),
            [0, 1, 5, 7],
        ),
        (
            gym.spaces.Dict({"b": gym.spaces.Discrete(2), "a": gym.spaces.Box(0, 9, (2,))}),
            {"b": 0, "a": np.float32([5, 7])},
            [5, 7, 1, 0],
        ),
    ],
)
def test_classes_become_one_hot_and_parts_one_vector(space, seen, flat):
    assert ModelCatalog.get_preprocessor_for_space(space).transform(seen).tolist() == flat


class Linear(TorchModelV2, nn.Module):
    def __init__(self, obs_space, action_space, num_outputs, model_config, name, norm=nn.Identity):
        nn.Module.__init__(self)
        TorchModelV2.__init__(self, obs_space, action_space, num_outputs, model_config, name)
        size = obs_space.shape[0]
        self.hidden = nn.Sequential(nn.Linear(size, 8), norm(8), nn.Tanh())
        self.logits, self.value = nn.Linear(8, num_outputs), nn.Linear(8, 1)

    def forward(self, input_dict, state, seq_lens):
        self.seen = input_dict["obs"]
        hidden = self.hidden(input_dict["obs_flat"])
        self.values = self.value(hidden).squeeze(1)
        return self.logits(hidden), state

    def value_function(self):
        return self.values


def test_a_model_gets_the_parts_back():
    space = gym.spaces.Dict({"b": gym.spaces.Discrete(2), "a": gym.spaces.Box(0, 9, (2,))})
    preprocessor = ModelCatalog.get_preprocessor_for_space(space)
    model = Linear(preprocessor.observation_space, ACTIONS, 3, MODEL_DEFAULTS, "")
    flat = np.stack([preprocessor.transform({"b": 1, "a": np.float32([5, 7])})] * 2)
    model({"obs": torch.as_tensor(flat)})
    assert list(model.seen) == ["a", "b"]
    assert model.seen["a"].tolist() == [[5, 7]] * 2
    assert model.seen["b"].tolist() == [[0, 1]] * 2


def test_ataris_screen_has_a_preprocessor_of_its_own():
    screen = gym.spaces.Box(0, 255, (210, 160, 3), np.uint8)
    preprocessor = ModelCatalog.get_preprocessor_for_space(screen)
    assert preprocessor.observation_space.shape == (84, 84, 3)
    smaller = MODEL_DEFAULTS | {"dim": 42, "grayscale": True}
    assert ModelCatalog.get_preprocessor_for_space(screen, smaller).shape == (42, 42, 1)


# --- recurrence and normalisation -----------------------------------------------------------------


class GRUModel(RecurrentNetwork, nn.Module):
    def __init__(self, obs_space, action_space, num_outputs, model_config, name):
        nn.Module.__init__(self)
        super().__init__(obs_space, action_space, num_outputs, model_config, name)
        self.gru = nn.GRU(obs_space.shape[0], 8, batch_first=True)
        self.logits, self.value = nn.Linear(8, num_outputs), nn.Linear(8, 1)

    def get_initial_state(self):
        return [torch.zeros(8)]

    def forward_rnn(self, inputs, state, seq_lens):
        assert inputs.dim() == 3
        hidden, last = self.gru(inputs, state[0].unsqueeze(0))
        self.values = self.value(hidden).flatten()
        return self.logits(hidden), [last.squeeze(0)]

    def value_function(self):
        return self.values


def test_a_recurrent_network_gets_rows_and_replays():
    worker = make_worker(classic_config(custom_model=GRUModel, max_seq_len=5))
    difference, batch = replay(worker)
    assert difference < 1e-5
    assert batch["obs"].shape[0] == 5 * len(batch["seq_lens"])
    assert np.isfinite(update(worker, worker.sample())["learner_stats"]["total_loss"])


@pytest.mark.parametrize(("norm", "safe"), [(nn.BatchNorm1d, False), (nn.LayerNorm, True)])
def test_only_layer_norm_is_deaf_to_padding_and_the_same_while_learning(norm, safe):
    seq_lens, normalise = torch.tensor([3, 1, 2]), norm(4)
    steps, outputs = torch.randn(6, 4), []
    for max_len in (3, 6):
        flat = normalise(pad(steps, seq_lens, max_len).flatten(0, 1))
        outputs.append(unpad(flat.view(3, max_len, 4), seq_lens))
    assert torch.equal(*outputs) == safe

    config = classic_config("CartPole-v1", custom_model=Linear, custom_model_config={"norm": norm})
    worker = make_worker(config)
    update(worker, worker.sample())
    # The first step of each environment was chosen before the update.
    worker.sample()
    assert (replay(worker)[0] < 1e-5) == safe


# --- what is removed ------------------------------------------------------------------------------


class Signed(gym.ObservationWrapper):
    def __init__(self, environment):
        super().__init__(environment)
        self.observation_space = gym.spaces.Box(-1, 1, (2,), np.float32)

    def observation(self, seen):
        return np.array([seen[1] - seen[0], seen[3] - seen[2]], np.float32)


def test_custom_preprocessors_are_refused_and_wrappers_take_their_place():
    assert not hasattr(ModelCatalog, "register_custom_preprocessor")
    with pytest.raises(ValueError, match="use wrapper classes around your environment"):
        make_worker(classic_config(custom_preprocessor="signed"))
    register_env("SignedMaze", lambda config: Signed(make_environment("TMaze")))
    worker = make_worker(classic_config("SignedMaze"))
    batch = worker.sample()["default_policy"]
    assert batch["obs"].shape == (120, 2)
    assert set(np.unique(batch["obs"])) == {-1, 0, 1}
    assert np.isfinite(update(worker, batch)["learner_stats"]["total_loss"])
