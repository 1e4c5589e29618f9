"""Each arrow of the migration map: what the current stack does where the old one did something.

The test of an arrow is called test_ and its key.
"""

import re
from pathlib import Path
from types import SimpleNamespace

import gymnasium as gym
import pytest
import torch
import tree
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.algorithms.ppo.ppo_torch_policy import PPOTorchPolicy
from ray.rllib.algorithms.ppo.torch.ppo_torch_learner import PPOTorchLearner
from ray.rllib.core.columns import Columns
from ray.rllib.core.rl_module.torch import TorchRLModule
from ray.rllib.models.catalog import MODEL_DEFAULTS
from ray.rllib.models.torch.recurrent_net import RecurrentNetwork
from ray.rllib.policy.sample_batch import SampleBatch
from ray.util.debug import reset_log_once
from torch import nn

from memorylab.environments import make_environment
from memorylab.rllib import MIGRATION, MemoryRLModule, learner_batch, ppo_config
from memorylab.rllib.agent import make_runner
from memorylab.rllib.classic import MemoryModelV2
from memorylab.training import load_weights, save_weights

pytestmark = pytest.mark.ray

KEYS = [key for group in MIGRATION.values() for key in group]
MAZE, TURNS = gym.spaces.Box(0, 1, (4,)), gym.spaces.Discrete(3)


def test_each_arrow_has_a_test():
    assert sorted(KEYS) == sorted(set(KEYS))
    here = Path(__file__)
    files = (here, here.with_stem("test_migration_choices"))
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    tested = re.findall(r"^def test_(\w+)", text, re.MULTILINE)
    assert [key for key in KEYS if tested.count(key) != 1] == []
    for group in MIGRATION.values():
        assert all(old and new.removeprefix("gone: ") for old, new in group.values())


@pytest.fixture(scope="module")
def sides():
    """The same GRU on both stacks, with a batch of episodes for each."""
    config = ppo_config("TMaze", "gru", environment_config={"corridor_length": 5}, max_seq_len=8)
    runner = make_runner(config, num_envs=4)
    learner = config.build_learner(spaces=runner.get_spaces())
    new = learner.module["default_policy"]
    runner.module.set_state(new.get_state())
    episodes = runner.sample(num_timesteps=100)
    batch = learner_batch(learner, episodes)
    old = MemoryModelV2(
        new.observation_space, new.action_space, 3, MODEL_DEFAULTS, "old", memory="gru"
    )
    old.networks.load_state_dict(new.networks.state_dict())
    flat = {"obs": batch[Columns.OBS].flatten(0, 1)}  # [B·T, F]
    state = tree.flatten(batch[Columns.STATE_IN])
    old_logits, _ = old(flat, state, batch[Columns.SEQ_LENS])  # [B·T, A]
    return SimpleNamespace(mask=batch[Columns.LOSS_MASK], **locals())


# --- the network ----------------------------------------------------------------------------------


class OldRNN(RecurrentNetwork, nn.Module):
    def __init__(self, *arguments):
        nn.Module.__init__(self)
        super().__init__(*arguments)
        self.rnn, self.pi = nn.GRU(4, 32, batch_first=True), nn.Linear(32, 3)

    def forward_rnn(self, inputs, state, seq_lens):
        y, h = self.rnn(inputs, state[0].unsqueeze(0))
        return self.pi(y), [h[0]]


class NewRNN(TorchRLModule):
    def setup(self):
        self.rnn, self.pi = nn.GRU(4, 32, batch_first=True), nn.Linear(32, 3)

    def _forward(self, batch, **kwargs):
        y, h = self.rnn(batch[Columns.OBS], batch[Columns.STATE_IN]["h"].unsqueeze(0))
        return {Columns.ACTION_DIST_INPUTS: self.pi(y), Columns.STATE_OUT: {"h": h[0]}}


@pytest.fixture
def ported():
    old = OldRNN(MAZE, TURNS, 3, MODEL_DEFAULTS, "old")
    new = NewRNN(observation_space=MAZE, action_space=TURNS, model_config={})
    new.load_state_dict(old.state_dict())
    return old, new


def test_setup(ported):
    old, new = ported
    assert old.state_dict().keys() == new.state_dict().keys()


def test_recurrent(sides, ported):
    (old, new), h = ported, torch.randn(len(sides.mask), 32)
    old_logits, _ = old(sides.flat, [h], sides.batch[Columns.SEQ_LENS])  # [B·T, A]
    inputs = {Columns.OBS: sides.batch[Columns.OBS], Columns.STATE_IN: {"h": h}}
    logits = new.forward_train(inputs)[Columns.ACTION_DIST_INPUTS]  # [B, T, A]
    assert torch.equal(old_logits.view_as(logits), logits)


def test_forward(sides):
    logits = sides.new.forward_train(sides.batch)[Columns.ACTION_DIST_INPUTS]  # [B, T, A]
    assert torch.equal(sides.old_logits.view_as(logits)[sides.mask], logits[sides.mask])


def test_phases(sides):
    batch = SampleBatch(sides.flat)
    batch.set_training(True)
    assert batch.is_training
    modes, encoder = [], sides.new.networks.encoder
    hook = encoder.register_forward_hook(lambda part, *_: modes.append(part.training))
    for phase, trains in (("train", True), ("exploration", False), ("inference", False)):
        output = getattr(sides.new, f"forward_{phase}")(sides.batch)
        assert output[Columns.ACTION_DIST_INPUTS].requires_grad == trains
    hook.remove()
    assert modes == [True, False, False]


def test_value_function(sides):
    sides.old(sides.flat, sides.state, sides.batch[Columns.SEQ_LENS])
    old = sides.old.value_function().view_as(sides.mask)[sides.mask]
    embeddings = sides.new.forward_train(sides.batch)[Columns.EMBEDDINGS]
    values = sides.new.compute_values(sides.batch, embeddings)
    targets = sides.new.compute_values(sides.batch)
    assert torch.equal(old, values[sides.mask])
    assert torch.equal(old, targets[sides.mask])
    assert values.requires_grad
    assert not targets.requires_grad


def test_last_output(sides):
    output, _ = sides.old(sides.flat, sides.state, sides.batch[Columns.SEQ_LENS])
    assert sides.old.last_output() is output
    assert not hasattr(sides.new, "last_output")


def test_context(sides):
    with sides.old.context():
        logits, _ = sides.old(sides.flat, sides.state, sides.batch[Columns.SEQ_LENS])
    assert logits.requires_grad
    assert not hasattr(sides.new, "context")


# --- what it is given -----------------------------------------------------------------------------


def test_seq_lens(sides):
    extra = sides.batch[Columns.SEQ_LENS] - sides.mask.sum(1)  # [B]
    assert set(extra.tolist()) == {0, 1}
    assert extra.sum() == len(sides.episodes)
    assert sides.mask.sum() == sum(map(len, sides.episodes))


def test_initial_state(sides):
    old, new = sides.old.get_initial_state(), sides.new.get_initial_state()
    assert isinstance(old, list)
    assert set(new) == {"memory", "time"}
    assert all(torch.equal(a, b) for a, b in zip(old, tree.flatten(new), strict=True))


@torch.no_grad()
def test_state(sides):
    first, second = sides.batch[Columns.OBS].split(4, dim=1)  # T = 4 + 4
    between = sides.new.forward_train(
        {Columns.OBS: first, Columns.STATE_IN: sides.batch[Columns.STATE_IN]}
    )[Columns.STATE_OUT]
    new = sides.new.forward_train({Columns.OBS: second, Columns.STATE_IN: between})
    fours = torch.full((len(sides.mask),), 4)
    _, state = sides.old({"obs": first.flatten(0, 1)}, sides.state, fours)
    old, _ = sides.old({"obs": second.flatten(0, 1)}, state, fours)
    assert torch.equal(old.view(*second.shape[:2], 3), new[Columns.ACTION_DIST_INPUTS])


# --- learning, weights, acting --------------------------------------------------------------------


class OldPunished(MemoryModelV2):
    def custom_loss(self, policy_loss, loss_inputs):
        logits = self.last_output().view(*loss_inputs["real"].shape, 3)
        self.size = logits[loss_inputs["real"]].square().mean()
        return [loss + 0.1 * self.size for loss in policy_loss]

    def metrics(self):
        return {"logit_size": float(self.size.detach())}


class Punishing(PPOTorchLearner):
    def compute_loss_for_module(self, *, module_id, config, batch, fwd_out):
        loss = super().compute_loss_for_module(
            module_id=module_id, config=config, batch=batch, fwd_out=fwd_out
        )
        size = fwd_out[Columns.ACTION_DIST_INPUTS][batch[Columns.LOSS_MASK]].square().mean()
        self.metrics.log_value((module_id, "logit_size"), size, window=1)
        return loss + 0.1 * size


@pytest.fixture
def punished(sides):
    old = OldPunished(MAZE, TURNS, 3, MODEL_DEFAULTS, "punished", memory="gru")
    old.networks.load_state_dict(sides.new.networks.state_dict())
    old(sides.flat, sides.state, sides.batch[Columns.SEQ_LENS])
    learner = sides.config.copy(copy_frozen=False).training(learner_class=Punishing)
    learner = learner.build_learner(spaces=sides.runner.get_spaces())
    learner.module.set_state(sides.learner.module.get_state())
    return old, learner


def test_custom_loss(sides, punished):
    old, learner = punished
    output = sides.new.forward_train(sides.batch)
    arguments = {"module_id": "default_policy", "config": sides.config, "batch": sides.batch}
    plain, more = (
        one.compute_loss_for_module(**arguments, fwd_out=output) for one in (sides.learner, learner)
    )
    (added,) = old.custom_loss([torch.zeros(())], {"real": sides.mask})
    torch.testing.assert_close(more - plain, added)


def test_metrics(sides, punished):
    old, learner = punished
    old.custom_loss([], {"real": sides.mask})
    result = learner.update(episodes=sides.episodes, timesteps={}, num_epochs=1)["default_policy"]
    assert abs(result["logit_size"].peek() - old.metrics()["logit_size"]) < 1e-5


def test_variables(sides):
    parameters = list(sides.new.parameters())
    assert all(torch.equal(a, b) for a, b in zip(sides.old.variables(), parameters, strict=True))
    assert len(sides.old.trainable_variables()) == sum(p.requires_grad for p in parameters)
    assert sides.old.variables(as_dict=True).keys() == sides.new.get_state().keys()


def test_import_from_h5(sides, tmp_path):
    reset_log_once("import_from_h5")
    with pytest.raises(ValueError, match=r"import_from_h5.*deprecated"):
        sides.old.import_from_h5("weights.h5")
    # RLlib raises once in a process. From then on the method does nothing, without a word.
    assert sides.old.import_from_h5("weights.h5") is None
    restored, loaded = (
        MemoryRLModule(observation_space=MAZE, action_space=TURNS, model_config={"memory": "gru"})
        for _ in range(2)
    )
    sides.new.save_to_path(tmp_path / "checkpoint")
    restored.restore_from_path(tmp_path / "checkpoint")
    save_weights(sides.old.networks, tmp_path / "weights.safetensors")
    load_weights(loaded.networks, tmp_path / "weights.safetensors")
    for copied in (restored, loaded):
        pairs = zip(copied.parameters(), sides.new.parameters(), strict=True)
        assert all(torch.equal(a, b) for a, b in pairs)


def test_compute_single_action(sides):
    config = PPOConfig().api_stack(
        enable_rl_module_and_learner=False, enable_env_runner_and_connector_v2=False
    )
    model = {"custom_model": MemoryModelV2, "custom_model_config": {"memory": "gru"}}
    model["vf_share_layers"] = True
    policy = PPOTorchPolicy(MAZE, TURNS, config.training(model=model).to_dict())
    policy.model.networks.load_state_dict(sides.new.networks.state_dict())
    maze = make_environment("TMaze", corridor_length=5)
    observation, _ = maze.reset(seed=1)
    old_state = policy.get_initial_state()
    state = tree.map_structure(lambda tensor: tensor[None], sides.new.get_initial_state())
    for _ in range(10):
        old, old_state, _ = policy.compute_single_action(observation, old_state, explore=False)
        batch = {Columns.OBS: torch.tensor(observation)[None, None], Columns.STATE_IN: state}
        output = sides.new.forward_inference(batch)
        state, action = output[Columns.STATE_OUT], output[Columns.ACTION_DIST_INPUTS].argmax()
        assert int(action) == old
        observation, *_ = maze.step(old)
