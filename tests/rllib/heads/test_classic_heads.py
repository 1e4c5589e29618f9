"""Heads on RLlib's old API stack."""

import copy

import gymnasium as gym
import numpy as np
import pytest
import torch
from action_examples import classic_batch, classic_config, sample_and_batch, small_config
from ray.rllib.core.columns import Columns
from ray.rllib.models import ModelCatalog

from memorylab.environments import Menu
from memorylab.memory import map_state
from memorylab.rllib.actions import AutoregressiveModelV2, ParametricActionsModelV2
from memorylab.rllib.agent import make_runner
from memorylab.rllib.classic import MemoryModelV2
from memorylab.rllib.classic.worker import update
from memorylab.rllib.heads import ClassicAutoregressive, ClassicBeta

pytestmark = [pytest.mark.ray, pytest.mark.usefixtures("more_environments")]

PAIR = gym.spaces.MultiDiscrete([2, 3])
PARTS = pytest.mark.parametrize(
    "hidden",
    [(), ("available_actions",), ("action_mask",)],
    ids=["mask and embeddings", "mask", "embeddings"],
)
JOINT = gym.spaces.Dict(
    {"observations": gym.spaces.Box(0, 1, (3,)), "action_mask": gym.spaces.Box(0, 1, (2, 3))}
)


def joint_batch():
    mask = torch.tensor([[[[1.0, 0, 1], [0, 1, 0]], [[0, 0, 0], [1, 1, 1]]]])  # [1, 2, 2, 3]
    return {
        Columns.OBS: {"observations": torch.rand(1, 2, 3), "action_mask": mask},
        Columns.STATE_IN: {"memory": {"hidden": torch.zeros(1, 64)}, "time": torch.zeros(1)},
    }


def masked_share(inputs, actions, observation):
    """Return the greatest probability of a masked action, and whether one was taken."""
    mask = torch.as_tensor(observation["action_mask"])
    taken = mask.gather(-1, torch.as_tensor(actions).long().unsqueeze(-1)) == 0
    probabilities = torch.as_tensor(inputs).softmax(-1)
    return float(probabilities[mask == 0].max()), bool(taken.any())


CLASSIC = pytest.mark.parametrize(
    ("distribution", "model", "environment"),
    [
        (ClassicBeta, MemoryModelV2, "PositionOnlyPendulumEasy"),
        (ClassicAutoregressive, AutoregressiveModelV2, "TwoDials"),
        (ClassicAutoregressive, AutoregressiveModelV2, "TupleDials"),
    ],
)


@CLASSIC
@pytest.mark.parametrize("memory", ["mlp", "gru"])
def test_the_policy_replays_and_learns(distribution, model, environment, memory):
    ModelCatalog.register_custom_action_dist("registered", distribution)
    config = classic_config(environment, memory, model, custom_action_dist="registered")
    worker, batch = classic_batch(config)
    policy = worker.get_policy()
    assert policy.dist_class is distribution
    actions = batch["actions"]
    if distribution is ClassicBeta:
        assert np.abs(actions).max() < 1
    else:
        assert np.issubdtype(actions.dtype, np.integer) or (actions == actions.astype(int)).all()
        assert actions.max() == 3
    trained = copy.deepcopy(batch)
    policy.compute_gradients(trained)  # Pads the batch, and runs PPO's loss.
    rows = torch.as_tensor(trained["seq_lens"])
    mask = (torch.arange(int(rows.max())) < rows.unsqueeze(1)).flatten()  # [B·T]
    with torch.no_grad():
        inputs, _ = policy.model(policy._lazy_tensor_dict(trained))
        logp = policy.dist_class(inputs, policy.model).logp(torch.as_tensor(trained["actions"]))
    sampled = torch.as_tensor(trained["action_logp"])
    torch.testing.assert_close(logp[mask], sampled[mask], rtol=0, atol=1e-4)

    before = {name: p.detach().clone() for name, p in policy.model.named_parameters()}
    statistics = update(worker, batch)["learner_stats"]
    unmoved = [name for name, p in policy.model.named_parameters() if torch.equal(p, before[name])]
    assert unmoved == []
    assert statistics["kl"] > 0
    for name in ("kl", "entropy", "policy_loss"):
        assert np.isfinite(statistics[name])


def test_weights_go_from_one_stack_to_the_other():
    ModelCatalog.register_custom_action_dist("registered", ClassicAutoregressive)
    config = classic_config(
        "TwoDials",
        "gru",
        AutoregressiveModelV2,
        custom_action_dist="registered",
        vf_share_layers=True,
    )
    worker, _ = classic_batch(config)
    old = worker.get_policy().model
    new = make_runner(small_config("TwoDials", "gru", head="autoregressive"), num_envs=1).module
    new.networks.load_state_dict(old.networks.state_dict())
    observations = torch.rand(2, 5, 4)
    inputs, _, _ = new.networks(observations)
    logits, _ = old({"obs": observations.flatten(0, 1)}, [], torch.tensor([5, 5]))
    torch.testing.assert_close(logits.reshape(2, 5, 20), inputs)


def test_the_head_and_the_distribution_must_agree():
    with pytest.raises(ValueError, match=r"puts out the 8 logits of an autoregressive.*reads 5"):
        AutoregressiveModelV2(gym.spaces.Box(0, 1, (3,)), PAIR, 5, {}, "model")


@pytest.mark.parametrize("memory", ["mlp", "gru"])
@PARTS
def test_a_masked_policy_replays_and_learns(memory, hidden):
    config = classic_config("Menu", memory, ParametricActionsModelV2, {"hidden": hidden})
    worker, batch = classic_batch(config)
    policy = worker.get_policy()
    trained = copy.deepcopy(batch)
    policy.compute_gradients(trained)  # Pads the batch, and runs PPO's loss.
    rows = torch.as_tensor(trained["seq_lens"])
    mask = (torch.arange(int(rows.max())) < rows.unsqueeze(1)).flatten()  # [B·T]
    assert not mask.all()
    with torch.no_grad():
        inputs, _ = policy.model(policy._lazy_tensor_dict(trained))
    assert inputs.isfinite().all()
    sampled = torch.as_tensor(trained["action_dist_inputs"])
    torch.testing.assert_close(inputs[mask], sampled[mask], rtol=1e-5, atol=1e-5)
    if "action_mask" not in hidden:
        # RLlib flattens the parts in the order of their names.
        observation = {"action_mask": batch["obs"][:, :6]}
        share, taken = masked_share(batch["action_dist_inputs"], batch["actions"], observation)
        assert (share, taken) == (0, False)

    before = {name: p.detach().clone() for name, p in policy.model.named_parameters()}
    statistics = update(worker, batch)["learner_stats"]
    unmoved = [name for name, p in policy.model.named_parameters() if torch.equal(p, before[name])]
    assert unmoved == []
    for name in ("kl", "entropy", "policy_loss"):
        assert np.isfinite(statistics[name])


def test_the_same_weights_give_the_same_logits_and_values_on_both_stacks():
    learner, _, batch = sample_and_batch(small_config("Menu", "lstm"), 60)
    module = learner.module["default_policy"]
    space, lens = Menu().observation_space, batch[Columns.SEQ_LENS]
    flat = gym.spaces.utils.flatten_space(space)
    flat.original_space = space
    model = ParametricActionsModelV2(
        flat,
        Menu().action_space,
        6,
        {"vf_share_layers": True},
        "model",
        memory="lstm",
        memory_config={"hidden_size": 16},
    )
    model.networks.load_state_dict(module.networks.state_dict())
    state = module.get_initial_state()
    tensors = [*(state["memory"][key] for key in sorted(state["memory"])), state["time"]]
    observation, size = batch[Columns.OBS], len(lens)
    parts = {key: part.flatten(0, 1) for key, part in observation.items()}
    old, _ = model.forward({"obs": parts}, [t.expand(size, *t.shape) for t in tensors], lens.int())
    start = map_state(lambda tensor: tensor.expand(size, *tensor.shape), state)
    new_batch = {Columns.OBS: observation, Columns.STATE_IN: start, Columns.SEQ_LENS: lens}
    new = module.forward_train(new_batch)
    torch.testing.assert_close(old.reshape(size, -1, 6), new[Columns.ACTION_DIST_INPUTS])
    mask = torch.arange(observation["action_mask"].shape[1]) < lens.unsqueeze(1)
    torch.testing.assert_close(
        model.value_function().reshape(mask.shape)[mask], module.compute_values(new_batch)[mask]
    )


def test_a_mask_of_zeros_is_an_error_once_the_policy_is_in_use():
    worker, batch = classic_batch(classic_config("Menu", "gru", ParametricActionsModelV2))
    policy = worker.get_policy()
    batch["obs"][5, :6] = 0
    with pytest.raises(ValueError, match="no action at row 0, step 5, which is a real step"):
        policy.compute_gradients(batch)
    # Building a policy, RLlib tries the model on nothing but zeros.
    model = policy.model
    zeros = {"obs": torch.zeros(2, *policy.observation_space.shape)}
    with pytest.raises(ValueError, match="no action at row 0, step 0"):
        model(zeros)
    model._in_use = False
    assert model(zeros)[0].isfinite().all()


def test_pairs_can_be_masked_on_the_old_stack_too():
    ModelCatalog.register_custom_action_dist("registered", ClassicAutoregressive)
    flat = gym.spaces.utils.flatten_space(JOINT)
    flat.original_space = JOINT
    model = ParametricActionsModelV2(flat, PAIR, 8, {}, "model", memory="mlp")
    observation = {key: part.flatten(0, 1) for key, part in joint_batch()[Columns.OBS].items()}
    inputs, _ = model.forward({"obs": observation}, [], None)
    probabilities = ClassicAutoregressive(inputs, model).dist.log_probs.exp()
    assert (probabilities[observation["action_mask"] == 0] == 0).all()
    torch.testing.assert_close(probabilities.sum((-1, -2)), torch.ones(2))
    with pytest.raises(ValueError, match="puts out the 8 logits"):
        ParametricActionsModelV2(flat, PAIR, 5, {}, "model")
