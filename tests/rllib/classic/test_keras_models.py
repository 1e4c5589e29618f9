"""The models in Keras: `make test-tensorflow` runs these, once for each of RLlib's frameworks.

framework("tf") turns TensorFlow's eager execution off for good, so each has a process of its own.
"""

import os
import subprocess
import sys

import gymnasium as gym
import numpy as np
import pytest
import torch
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.models import ModelCatalog
from ray.rllib.utils.framework import try_import_tf
from torch import nn

from memorylab.rllib import register_environments
from memorylab.rllib.classic import MemoryModelV2
from memorylab.rllib.classic.tensorflow import TFAutoregressive, TFMemoryModelV2
from memorylab.rllib.classic.worker import make_worker, update
from memorylab.rllib.heads import ClassicAutoregressive

pytestmark = [pytest.mark.ray, pytest.mark.tensorflow]

tf1, tf, _ = try_import_tf()
FRAMEWORK = os.environ.get("FRAMEWORK", "tf")
T = 7
CASES = {
    "feed-forward": ("TMaze", {"memory": "mlp"}),
    "gru": ("TMaze", {"memory": "gru", "encoder_nonlinearity": "Tanh"}),
    "lstm and parametric": ("Menu", {"memory": "lstm", "vf_share_layers": True}),
    "elman and autoregressive": ("TwoDials", {"memory": "elman", "head": "autoregressive"}),
    "normalised": ("TMaze", {"memory": "mlp", "batch_normalization": 0.9}),
}
FLAT, PAIR = gym.spaces.Box(-1, 1, (3,)), gym.spaces.MultiDiscrete([2, 3])


def make_config(environment, options, model=TFMemoryModelV2):
    register_environments()
    ModelCatalog.register_custom_action_dist("tensorflow_parts", TFAutoregressive)
    model = {
        "custom_model": model,
        "custom_model_config": {"memory_config": {"hidden_size": 16}, **options},
        "max_seq_len": T,
    }
    if options.get("head") == "autoregressive":
        model["custom_action_dist"] = "tensorflow_parts"
    return (
        PPOConfig()
        .api_stack(enable_rl_module_and_learner=False, enable_env_runner_and_connector_v2=False)
        .environment(environment)
        .framework(FRAMEWORK)
        .env_runners(num_env_runners=0, num_envs_per_env_runner=4, rollout_fragment_length=20)
        .training(train_batch_size=80, minibatch_size=40, num_epochs=2, lr=1e-3, model=model)
        .debugging(seed=0, log_level="ERROR")
    )


@pytest.fixture(scope="module")
def trained():
    """Return, by a case's name, its worker and a batch it sampled; each is made once."""
    made = {}

    def get(name):
        if name not in made:
            if CASES[name][1].get("batch_normalization") and FRAMEWORK == "tf2":
                pytest.skip("update_ops run with 'tf' alone")
            worker = make_worker(make_config(*CASES[name]))
            made[name] = worker, worker.sample()["default_policy"]
        return made[name]

    return get


EVERY_CASE = pytest.mark.parametrize("case", CASES)


def run(policy, observations, state, seq_lens):
    """Return logits ``[B·T, A]``, values and state of NumPy's arrays, in either framework."""
    with policy.model.context():
        outputs, after = policy.model(
            {"obs": tf.constant(observations)}, list(map(tf.constant, state)), tf.constant(seq_lens)
        )
        found = [outputs, policy.model.value_function(), *after]
        if FRAMEWORK == "tf":
            found = policy.get_session().run(found)
    outputs, values, *after = map(np.asarray, found)
    return outputs, values, after


def weights_of(policy):
    weights = policy.get_weights()
    return list(weights.values()) if isinstance(weights, dict) else weights


def twin_of(policy):
    """Return the model in PyTorch with the weights of the one in TensorFlow."""
    model = policy.model
    ModelCatalog.register_custom_action_dist("torch_parts", ClassicAutoregressive)
    options = dict(model.model_config["custom_model_config"])
    options.pop("batch_normalization", None)
    config = {**model.model_config, "custom_model": MemoryModelV2, "custom_model_config": options}
    if config["custom_action_dist"]:
        config["custom_action_dist"] = "torch_parts"
    twin = ModelCatalog.get_model_v2(
        model.obs_space, model.action_space, model.num_outputs, config, framework="torch"
    )
    # Without the statistics of normalisation, which come first.
    normalised = bool(model.networks.normalization)
    given = map(torch.as_tensor, weights_of(policy)[2 * normalised :])
    for layer in twin.networks.modules():
        if isinstance(layer, nn.Linear):
            found = {"weight": next(given).T, "bias": next(given)}
        elif isinstance(layer, nn.RNNBase):
            kernel, recurrent, bias = next(given).T, next(given).T, next(given)
            biases = bias if bias.dim() == 2 else (bias, torch.zeros_like(bias))
            found = {"weight_ih_l0": kernel, "weight_hh_l0": recurrent}
            found |= dict(zip(("bias_ih_l0", "bias_hh_l0"), biases, strict=True))
            if isinstance(layer, nn.GRU):  # Keras has the update gate before the reset gate.
                parts = {name: tensor.chunk(3) for name, tensor in found.items()}
                found = {name: torch.cat([r, z, n]) for name, (z, r, n) in parts.items()}
        else:
            continue
        layer.load_state_dict(found)
    assert next(given, None) is None
    return twin


def padded_rows(policy, batch):
    """Return observations ``[B·T, F]`` with NaN in the padding, a state, and the lengths."""
    seq_lens = np.array([T, 3, 1, 0], np.int32)
    observations = batch["obs"][: 4 * T].astype(np.float32).reshape(4, T, -1)
    observations[np.arange(T) >= seq_lens[:, None]] = np.nan
    generator = np.random.default_rng(0)
    state = [
        generator.uniform(-1, 1, (4, *part.shape)).astype(np.float32)
        for part in policy.get_initial_state()[:-1]
    ]
    state.append(np.array([0, 3, 1, 4], np.float32))  # time
    return observations.reshape(4 * T, -1), state, seq_lens


@EVERY_CASE
def test_it_computes_what_its_twin_does_in_padded_rows(case, trained):
    worker, batch = trained(case)
    policy = worker.get_policy()
    observations, state, seq_lens = padded_rows(policy, batch)
    real = (np.arange(T) < seq_lens[:, None]).ravel()
    outputs, values, after = run(policy, observations, state, seq_lens)
    twin = twin_of(policy)
    assert [part.shape for part in policy.get_initial_state()] == [
        tuple(part.shape) for part in twin.get_initial_state()
    ]
    # At first the mean is 0 and the variance 1, to which Keras adds 0.001.
    scale = np.float32(np.sqrt(1.001)) if case == "normalised" else 1
    with torch.no_grad():
        expected, following = twin(
            {"obs": torch.as_tensor(observations / scale)},
            list(map(torch.as_tensor, state)),
            torch.as_tensor(seq_lens),
        )
    np.testing.assert_allclose(outputs[real], expected[real], rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(values[real], twin.value_function().detach()[real], atol=1e-5)
    for mine, theirs in zip(after, following, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)
    assert np.isfinite(outputs).all()


@EVERY_CASE
def test_training_reproduces_what_was_acted_upon_and_moves_every_weight(case, trained):
    worker, batch = trained(case)
    policy = worker.get_policy()
    # Rows that begin in the middle of episodes too, as PPO cuts them.
    lengths = batch["seq_lens"].astype(np.int32)
    starts = np.concatenate([[0], lengths.cumsum()[:-1]])
    rows = np.zeros((len(lengths), T, batch["obs"].shape[1]), np.float32)
    for row, start, length in zip(rows, starts, lengths, strict=True):
        row[:length] = batch["obs"][start : start + length]
    parts = len(policy.get_initial_state())
    # One state for each row, whether RLlib kept one for each step or for each row.
    state = [batch[f"state_in_{i}"].astype(np.float32) for i in range(parts)]
    state = [part if len(part) == len(lengths) else part[starts] for part in state]
    outputs, _, _ = run(policy, rows.reshape(len(lengths) * T, -1), state, lengths)
    real = (np.arange(T) < lengths[:, None]).ravel()
    np.testing.assert_allclose(outputs[real], batch["action_dist_inputs"], atol=1e-5)

    before = weights_of(policy)
    observed = batch["obs"].copy()
    update(worker, batch)
    after = weights_of(policy)
    assert all(np.abs(new - old).max() > 1e-5 for old, new in zip(before, after, strict=True))
    if case == "normalised":
        # Four minibatches: 0.9⁴ of the zeros stayed.
        assert len(policy.model.trainable_variables()) == len(before) - 2
        np.testing.assert_allclose(after[0], (1 - 0.9**4) * observed.mean(0), atol=0.03)


def test_the_distribution_of_parts_is_the_twins():
    generator = np.random.default_rng(1)
    inputs = generator.normal(size=(5, 8)).astype(np.float32)
    other = generator.normal(size=(5, 8)).astype(np.float32)
    actions = np.stack([generator.integers(0, 2, 5), generator.integers(0, 3, 5)], 1)

    class Model:
        action_space = PAIR

    with tf.Graph().as_default() if FRAMEWORK == "tf" else tf.name_scope("eager"):
        mine = TFAutoregressive(tf.constant(inputs), Model)
        against = TFAutoregressive(tf.constant(other), Model)
        found = [mine.logp(tf.constant(actions)), mine.entropy(), mine.kl(against)]
        found += [mine.deterministic_sample(), mine.sample()]
        if FRAMEWORK == "tf":
            found = tf1.Session().run(found)
    theirs = ClassicAutoregressive(torch.as_tensor(inputs), Model)
    expected = [theirs.logp(torch.as_tensor(actions)), theirs.entropy()]
    expected += [theirs.kl(ClassicAutoregressive(torch.as_tensor(other), Model))]
    for number, wanted in zip(found, expected, strict=False):
        np.testing.assert_allclose(number, wanted, atol=1e-5)
    assert np.array_equal(found[3], theirs.deterministic_sample())
    assert np.shape(found[4]) == (5, 2)


def test_a_mask_without_an_action_is_refused(trained):
    worker, batch = trained("lstm and parametric")
    policy = worker.get_policy()
    observations, state, seq_lens = padded_rows(policy, batch)
    assert next(iter(policy.model.obs_space.original_space)) == "action_mask"
    n = policy.model.action_space.n
    observations[T + 1, :n] = 0
    with pytest.raises(tf.errors.InvalidArgumentError, match="allow an action at every real step"):
        run(policy, observations, state, seq_lens)
    observations[T + 1, :n] = 0.5
    with pytest.raises(tf.errors.InvalidArgumentError, match="must hold 0 and 1"):
        run(policy, observations, state, seq_lens)


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"memry": "gru"}, ValueError, "Did you mean 'memory'"),
        ({"losses": {}}, ValueError, "'losses' is not a known key of TFMemoryModelV2's"),
        ({"memory": "dnc"}, ValueError, "There is no memory in Keras called 'dnc'"),
        ({"memory_config": {"hidden_size": 0}}, ValueError, "hidden_size must be at least 1"),
        ({"memory_config": {"size": 3}}, ValueError, "'size' is not a known argument"),
        ({"encoder_nonlinearity": "Mish"}, ValueError, "no nonlinearity in Keras called 'Mish'"),
        ({"batch_normalization": 1.5}, ValueError, r"must lie in \[0, 1\], but is 1.5"),
        ({"head": "beta"}, TypeError, "'beta' doesn't exist in TensorFlow"),
        ({"head": "autoregressive"}, ValueError, "Register memorylab.rllib.classic.tensorflow.TFA"),
    ],
    ids=str,
)
def test_options_that_do_not_exist_or_fit_are_refused(options, error, message):
    model_config = {"custom_model": TFMemoryModelV2, "custom_model_config": options}
    with pytest.raises(error, match=message):
        ModelCatalog.get_model_v2(FLAT, PAIR, 5, model_config, framework=FRAMEWORK)


# --- RLlib's own faults ---------------------------------------------------------------------------


def test_rllib_runs_update_ops_with_tf_alone():
    called = []

    class Counting(TFMemoryModelV2):
        def update_ops(self):
            called.append(self)
            return []

    worker = make_worker(make_config("TMaze", {"memory": "mlp"}, Counting))
    update(worker, worker.sample()["default_policy"])
    assert bool(called) == (FRAMEWORK == "tf")
    if FRAMEWORK == "tf2":
        with pytest.raises(ValueError, match='with "tf2" RLlib never runs update_ops'):
            make_worker(make_config(*CASES["normalised"]))


def test_rllib_refuses_variables_that_are_registered_in_the_constructor():
    class Early(TFMemoryModelV2):
        def __init__(self, *args, **options):
            super().__init__(*args, **options)
            self.register_variables(self.variables())

    with pytest.raises(ValueError, match="register all created variables"):
        make_worker(make_config("TMaze", {"memory": "mlp"}, Early))


PROGRAM = """
import tensorflow as tf
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.models.tf.tf_modelv2 import TFModelV2
from memorylab.rllib.classic.tensorflow import TFMemoryModelV2
from memorylab.rllib.classic.worker import make_worker

model = TFModelV2(None, None, 1, {}, "")
model.networks = tf.keras.Sequential([tf.keras.layers.Dense(2), tf.keras.layers.Dense(1)])
model.networks(tf.zeros([1, 3]))
print(len(model.networks.variables), len(model.variables()))
try:
    TFMemoryModelV2(None, None, 1, {}, "")
except ImportError as error:
    print(error)
config = (
    PPOConfig()
    .api_stack(enable_rl_module_and_learner=False, enable_env_runner_and_connector_v2=False)
    .environment("CartPole-v1")
    .framework("tf2")
    .env_runners(num_env_runners=0)
    .debugging(log_level="ERROR")
)
try:
    make_worker(config)
except ValueError as error:
    print(str(error)[:200])
"""


@pytest.mark.skipif(FRAMEWORK == "tf", reason="once is enough, and 'tf2' fails with Keras 3")
def test_rllib_does_not_work_with_keras_3():
    process = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=os.environ | {"TF_USE_LEGACY_KERAS": "0"},
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    variables, refusal, failure = process.stdout.strip().splitlines()[-3:]
    assert variables == "4 2"  # Two kernels have one name, and so have two biases.
    assert "TF_USE_LEGACY_KERAS=1" in refusal
    # The optimizer gets a variable, which Keras 3 doesn't take.
    assert failure.startswith("Argument `learning_rate` should be float")
