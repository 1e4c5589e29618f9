"""PPO without Ray and RLlib's PPO learner compute the same on the same batch."""

import gymnasium as gym
import pytest
import torch
from learner_examples import sample_and_batch
from ray.rllib.core import DEFAULT_MODULE_ID
from ray.rllib.core.columns import Columns

from memorylab.ppo import PPO
from memorylab.ppo.ppo import Rows, loss_of
from memorylab.rllib import ppo_config

pytestmark = pytest.mark.ray


class Aim(gym.Env):
    """Two numbers to choose; what they bring doesn't matter here."""

    observation_space = gym.spaces.Box(-1, 1, (3,))
    action_space = gym.spaces.Box(-1, 1, (2,))

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.left = 5
        return self.observation_space.sample(), {}

    def step(self, action):
        self.left -= 1
        return self.observation_space.sample(), float(action[0]), self.left == 0, False, {}


def test_the_settings_are_those_of_ppo_config():
    ours, theirs = PPO(), ppo_config("TMaze")
    assert ours.num_envs == theirs.num_envs_per_env_runner
    assert ours.num_envs * ours.num_steps == theirs.train_batch_size_per_learner
    assert theirs.train_batch_size_per_learner == ours.num_minibatches * theirs.minibatch_size
    same = {
        "num_epochs": "num_epochs",
        "learning_rate": "lr",
        "gamma": "gamma",
        "lambda_": "lambda_",
        "clip": "clip_param",
        "value_coefficient": "vf_loss_coeff",
        "value_clip": "vf_clip_param",
        "entropy_coefficient": "entropy_coeff",
        "clip_norm": "grad_clip",
    }
    for name, other in same.items():
        assert getattr(ours, name) == getattr(theirs, other), name


@pytest.mark.parametrize(
    ("environment", "memory"),
    [("TMaze", "gru"), ("TMaze", "dnc"), ("TwoDials", "lstm"), (Aim, "mlp")],
)
def test_loss_and_gradients_are_those_of_rllibs_learner(environment, memory):
    config = ppo_config(environment, memory, head="plain").training(entropy_coeff=0.01)
    learner, _, batch = sample_and_batch(config)
    module = learner.module[DEFAULT_MODULE_ID]
    # As if the policy had changed much, and the critic were far off: all is clipped somewhere.
    generator = torch.Generator().manual_seed(0)
    for key, scale in ((Columns.ACTION_LOGP, 0.5), ("value_targets", 3)):
        batch[key] = batch[key] + scale * torch.randn(batch[key].shape, generator=generator)
    output = module.forward_train(batch)
    theirs = learner.compute_loss_for_module(
        module_id=DEFAULT_MODULE_ID,
        config=config.get_config_for_module(DEFAULT_MODULE_ID),
        batch=batch,
        fwd_out=output,
    )
    theirs.backward()
    gradients = {name: part.grad.clone() for name, part in module.networks.named_parameters()}
    module.zero_grad()

    seq_lens = batch[Columns.LOSS_MASK].sum(1).long()
    rows = Rows(
        module.observations(batch),
        batch[Columns.ACTIONS],
        batch[Columns.ACTION_LOGP],
        batch["advantages"],
        batch["value_targets"],
        seq_lens,
        batch[Columns.STATE_IN],
    )
    ours = loss_of(module.networks, rows, module.action_space, PPO(entropy_coefficient=0.01))
    ours.backward()
    torch.testing.assert_close(ours, theirs, atol=1e-6, rtol=1e-6)
    for name, part in module.networks.named_parameters():
        torch.testing.assert_close(part.grad, gradients[name], atol=1e-6, rtol=1e-5)
