import importlib.util
import json
import os
import re
import subprocess
import sys

import gymnasium as gym
import pytest

from memorylab.published import install_hint
from memorylab.rllib.classic.tensorflow import TFFeedForward, TFMemoryModelV2

pytestmark = pytest.mark.ray

INSTALLED = importlib.util.find_spec("tensorflow") is not None

# In a process of its own: framework("tf") turns TensorFlow's eager execution off for good.
PROGRAM = """
import json
import numpy as np
from ray.rllib.algorithms.ppo import PPOConfig
from memorylab.rllib import register_environments
from memorylab.rllib.classic.tensorflow import TFFeedForward
from memorylab.rllib.classic.worker import make_worker, update

register_environments()
config = (
    PPOConfig()
    .api_stack(enable_rl_module_and_learner=False, enable_env_runner_and_connector_v2=False)
    .environment("TMaze", env_config={"corridor_length": 3})
    .framework("tf")
    .env_runners(num_env_runners=0, num_envs_per_env_runner=8, rollout_fragment_length=52)
    .training(
        train_batch_size=416, minibatch_size=104, num_epochs=4, lr=3e-3,
        gamma=0.9, lambda_=0.9, use_kl_loss=False, kl_coeff=0.0,
        model={"custom_model": TFFeedForward, "custom_model_config": {"hidden_size": 16}},
    )
    .debugging(seed=0, log_level="ERROR")
)
worker = make_worker(config)
policy = worker.get_policy()
before, returns = policy.get_weights(), []
for iteration in range(10):
    batch = worker.sample()["default_policy"]
    observations = batch["obs"].copy()
    if iteration == 0:
        again = policy.compute_actions(observations)[2]["action_dist_inputs"]
        replay = float(np.abs(again - batch["action_dist_inputs"]).max())
    update(worker, batch)
    returns.append(float(np.mean([e.episode_reward for e in worker.get_metrics()])))
after = policy.get_weights()


class Early(TFFeedForward):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.register_variables(self.variables())


try:
    make_worker(config.copy(copy_frozen=False).training(model={"custom_model": Early}))
    early = ""
except ValueError as error:
    early = str(error)
print(json.dumps({
    "variables": list(policy.model.variables(as_dict=True)),
    "trainable": [v.name for v in policy.model.trainable_variables()],
    "update_ops": len(policy.model.update_ops()),
    "moved": [name for name in before if np.abs(after[name] - before[name]).max() > 1e-4],
    "weights": len(before),
    "mean": after["default_policy/mean"].tolist(),
    "last_batch_mean": observations.mean(0).tolist(),
    "replay": replay,
    "returns": returns,
    "early": early,
}))
"""


@pytest.mark.skipif(
    not INSTALLED, reason=f"TensorFlow is not installed: {install_hint('tensorflow')}"
)
def test_it_trains_on_the_old_stack():
    environ = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    process = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environ, capture_output=True, text=True
    )
    assert process.returncode == 0, process.stderr[-3000:]
    found = json.loads(process.stdout.splitlines()[-1])
    assert len(found["variables"]) == 6
    assert len(found["trainable"]) == 4
    assert not any("mean" in name or "variance" in name for name in found["trainable"])
    # Gradients move four of the variables, and update_ops the other two.
    assert found["update_ops"] == 2
    assert len(found["moved"]) == found["weights"] == 6
    assert found["mean"] == pytest.approx(found["last_batch_mean"], abs=0.2)
    assert found["replay"] < 1e-5
    # Why it registers its variables in the first forward.
    assert "register all created variables" in found["early"]
    # It bumps into walls at first; without memory it can't exceed 0.
    assert found["returns"][0] < -0.6
    assert max(found["returns"]) > -0.2


@pytest.mark.skipif(INSTALLED, reason="TensorFlow is installed")
@pytest.mark.parametrize("model", [TFFeedForward, TFMemoryModelV2])
def test_without_tensorflow_it_says_what_to_install(model):
    with pytest.raises(ImportError, match=re.escape(install_hint("tensorflow"))):
        model(gym.spaces.Box(0, 1, (3,)), gym.spaces.Discrete(2), 2, {}, "")


@pytest.mark.skipif(not INSTALLED, reason="TensorFlow is not installed")
@pytest.mark.parametrize(
    ("options", "message"),
    [({"momentum": 1.5}, "momentum must lie in"), ({"hidden_size": 0}, "hidden_size")],
)
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        TFFeedForward(gym.spaces.Box(0, 1, (3,)), gym.spaces.Discrete(2), 2, {}, "", **options)
