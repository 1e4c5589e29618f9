import copy

import gymnasium as gym
import numpy as np
import pytest
import torch
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.models import ModelCatalog

from memorylab.rllib import Demonstrations, record_demonstrations, register_environments
from memorylab.rllib.classic import MemoryModelV2, MemoryModelV2WithLosses
from memorylab.rllib.classic.worker import make_worker, update
from memorylab.rllib.losses import LOSS_NAMES, MemoryRLModuleWithLosses, gradient_shares
from memorylab.rllib.losses.extra_losses import shared_parameters
from memorylab.sequences import sequence_mask

pytestmark = pytest.mark.ray

EVERY_LOSS = pytest.mark.parametrize("name", LOSS_NAMES)
NEEDED = {"latent_kl": {"reconstruction": 1e-3}}
"""What a loss can't be without."""


@pytest.fixture(scope="module")
def expert(tmp_path_factory):
    """A file of episodes of somebody who walks through the T-maze and then always turns left."""
    path = tmp_path_factory.mktemp("expert") / "maze.npz"
    record_demonstrations(
        "TMaze", lambda: lambda observation: int(observation[3]), episodes=20
    ).save(path)
    return str(path)


def classic_config(losses, model=MemoryModelV2WithLosses, environment="TMaze", **options):
    register_environments()
    options = {"memory_config": {"hidden_size": 8}, "vf_share_layers": True, **options}
    if model is MemoryModelV2WithLosses:
        options["losses"] = losses
    return (
        PPOConfig()
        .api_stack(enable_rl_module_and_learner=False, enable_env_runner_and_connector_v2=False)
        .environment(environment)
        .framework("torch")
        .env_runners(num_env_runners=0, num_envs_per_env_runner=4, rollout_fragment_length=50)
        .training(
            train_batch_size=200,
            minibatch_size=100,
            num_epochs=2,
            lr=0.01,
            # 7 is less than any episode, so rows begin in the middle of episodes too.
            model={"custom_model": model, "custom_model_config": options, "max_seq_len": 7},
        )
        .debugging(seed=0, log_level="ERROR")
    )


def test_a_ppo_update_learns_from_all_losses_and_reports_them(expert):
    config = classic_config(dict.fromkeys(LOSS_NAMES, 0.1), demonstrations=expert)
    worker = make_worker(config)
    model = worker.get_policy().model
    before = copy.deepcopy(model.state_dict())
    metrics = update(worker, worker.sample()["default_policy"])["model"]
    assert [
        name for name, new in model.state_dict().items() if torch.equal(new, before[name])
    ] == []
    assert metrics["extra_losses"].keys() == set(LOSS_NAMES)
    assert all(value > 0 for value in metrics["extra_losses"].values())
    assert metrics["gradient_shares"].keys() == {"algorithm", *LOSS_NAMES}
    assert all(share > 0 for share in metrics["gradient_shares"].values())
    assert sum(metrics["gradient_shares"].values()) == pytest.approx(1)


def test_an_algorithm_reports_them_where_the_model_api_says(ray, expert):
    config = classic_config(dict.fromkeys(LOSS_NAMES, 0.1), demonstrations=expert)
    algorithm = config.build_algo()
    try:
        result = algorithm.train()
    finally:
        algorithm.stop()
    metrics = result["info"]["learner"]["default_policy"]["model"]
    assert metrics["extra_losses"].keys() == set(LOSS_NAMES)
    assert sum(metrics["gradient_shares"].values()) == pytest.approx(1)


@EVERY_LOSS
def test_each_loss_falls_where_it_is_learned_from(name, expert):
    coefficients = NEEDED.get(name, {}) | {name: 10.0}
    worker = make_worker(classic_config(coefficients, demonstrations=expert))
    measured = []
    for _ in range(8):
        metrics = update(worker, worker.sample()["default_policy"])["model"]
        assert metrics["extra_losses"].keys() == coefficients.keys()
        measured.append(metrics["extra_losses"][name])
    assert measured[-1] < 0.5 * measured[0]


def padded(config):
    """Return a policy and a batch that went through its loss, padded and as tensors."""
    worker = make_worker(config)
    worker.sample()
    batch = worker.sample()["default_policy"]
    policy = worker.get_policy()
    policy.compute_gradients(batch)
    return policy, batch


def test_the_losses_are_those_of_the_current_stack(expert):
    coefficients = dict.fromkeys(LOSS_NAMES, 0.1)
    policy, batch = padded(classic_config(coefficients, demonstrations=expert))
    old = policy.model
    new = MemoryRLModuleWithLosses(
        observation_space=old.obs_space,
        action_space=old.action_space,
        model_config={
            "memory_config": {"hidden_size": 8},
            "losses": coefficients,
            "demonstrations": expert,
        },
    )
    new.load_state_dict(old.state_dict())
    mask = sequence_mask(torch.as_tensor(batch["seq_lens"]).long(), 7)  # [B, T]
    assert not mask.all()
    rows = {
        key: torch.as_tensor(batch[key]).reshape(*mask.shape, *batch[key].shape[1:])
        for key in ("obs", "actions")
    }
    state = {
        "memory": {"hidden": torch.as_tensor(batch["state_in_0"])},
        "time": torch.as_tensor(batch["state_in_1"]),
    }
    output = new.forward_train(
        {"obs": rows["obs"], "state_in": state, "seq_lens": torch.as_tensor(batch["seq_lens"])}
    )
    expected = new.extra_losses(
        new.networks, output["remembered"], rows["obs"], rows["actions"], mask
    )
    old.extra_losses._generator = np.random.default_rng(0)
    (total,) = old.custom_loss([torch.tensor(0.5)], batch)
    assert total.item() == pytest.approx(0.5 + 0.1 * sum(expected.values()).item(), rel=1e-5)
    for name, value in old.metrics()["extra_losses"].items():
        assert value == pytest.approx(expected[name].item(), rel=1e-5)
    shares = gradient_shares(
        {name: 0.1 * loss for name, loss in expected.items()}, shared_parameters(new.networks)
    )
    found = old.metrics()["gradient_shares"]
    assert found.pop("algorithm") == 0  # It was a constant.
    assert found == pytest.approx(shares, rel=1e-4)


@pytest.mark.parametrize("environment", ["TMaze", "MineSweeperEasy", "PositionOnlyPendulumEasy"])
def test_padding_changes_nothing_by_a_bit(environment):
    names = ["reconstruction", "next_observation", "latent_kl", "l2"]
    policy, batch = padded(classic_config(dict.fromkeys(names, 0.1), environment=environment))
    model = policy.model
    mask = sequence_mask(torch.as_tensor(batch["seq_lens"]).long(), 7).flatten()  # [B·T]
    assert not mask.all()

    def run(poison):
        model.extra_losses._generator = np.random.default_rng(0)
        if poison:
            batch["obs"] = torch.as_tensor(batch["obs"]).float().clone()
            batch["obs"][~mask] = float("nan")
            batch["actions"] = torch.as_tensor(batch["actions"]).clone()
            floating = batch["actions"].is_floating_point()
            batch["actions"][~mask] = float("nan") if floating else 99
        model(batch)
        (total,) = model.custom_loss([torch.zeros(())], batch)
        model.zero_grad()
        total.backward()
        return [total, *(p.grad for p in model.parameters() if p.grad is not None)]

    clean = [tensor.clone() for tensor in run(False)]
    dirty = run(True)
    assert len(clean) > 8
    for left, right in zip(clean, dirty, strict=True):
        assert torch.equal(left, right)
        assert left.isfinite().all()


@pytest.mark.parametrize("losses", [{}, dict.fromkeys(LOSS_NAMES, 0)], ids=["none", "zeros"])
def test_with_coefficient_zero_training_is_that_without_to_the_last_bit(losses):
    states = []
    for model in (MemoryModelV2, MemoryModelV2WithLosses):
        worker = make_worker(classic_config(losses, model=model))
        for _ in range(2):
            metrics = update(worker, worker.sample()["default_policy"])["model"]
        assert metrics == {}
        states.append(worker.get_policy().model.state_dict())
    assert states[0].keys() == states[1].keys()
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"losses": {"reconstructoin": 0.1}}, ValueError, "Did you mean 'reconstruction'"),
        ({"losses": {"l2": -0.1}}, ValueError, "coefficient of l2 .* at least 0, but is -0.1"),
        ({"losses": {"l2": "much"}}, TypeError, "coefficient of l2 must be a number"),
        ({"losses": {"behaviour_cloning": 1}}, ValueError, "needs episodes to learn from"),
        ({"loses": {}}, ValueError, "'loses' is not a known key .*ModelV2.* mean 'losses'"),
        ({"memory": "gruu"}, ValueError, "Did you mean 'gru'"),
    ],
)
def test_losses_that_make_no_sense_are_refused(options, error, message):
    config = {"custom_model": MemoryModelV2WithLosses, "custom_model_config": options}
    spaces = gym.spaces.Box(-1, 1, (3,)), gym.spaces.Discrete(2)
    with pytest.raises(error, match=message):
        ModelCatalog.get_model_v2(*spaces, 2, config, framework="torch")


def test_demonstrations_of_another_environment_are_refused(tmp_path):
    path = tmp_path / "pendulum.npz"
    Demonstrations(
        np.zeros((2, 9), np.float32), np.zeros(2, int), np.zeros(2, np.float32), np.array([2])
    ).save(path)
    worker = make_worker(classic_config({"behaviour_cloning": 0.1}, demonstrations=str(path)))
    with pytest.raises(ValueError, match=r"shape \[9\], but those of the environment have \[4\]"):
        update(worker, worker.sample()["default_policy"])
