"""The distributions as RLlib's two API stacks use them: sampled from, replayed, learned from."""

import copy
import itertools
import pickle

import gymnasium as gym
import numpy as np
import pytest
import torch
from action_examples import (
    classic_batch,
    classic_config,
    mean_return,
    sample_and_batch,
    small_config,
)
from ray.rllib.core.columns import Columns
from ray.rllib.core.rl_module.rl_module import RLModule
from ray.rllib.models import ModelCatalog

from memorylab.rllib import ppo_config
from memorylab.rllib.actions import (
    AutoregressiveModelV2,
    AutoregressiveRLModule,
    BetaRLModule,
    ClassicAutoregressive,
    ClassicBeta,
    SequentialRLModule,
    TorchAutoregressive,
    TorchBeta,
)
from memorylab.rllib.agent import make_runner, settings_of
from memorylab.rllib.classic import MemoryModelV2
from memorylab.rllib.classic.worker import update

pytestmark = pytest.mark.ray

PAIR = gym.spaces.MultiDiscrete([2, 3])
TUPLE = gym.spaces.Tuple([gym.spaces.Discrete(2), gym.spaces.Discrete(3)])
BOX = gym.spaces.Box(-2.0, 2.0, (2,))


class Model:
    """What a distribution of the old stack asks its model for."""

    def __init__(self, action_space):
        self.action_space = action_space


# --- the wrappers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("space", [PAIR, TUPLE], ids=["MultiDiscrete", "Tuple"])
def test_both_stacks_give_the_same_numbers_for_the_parts_of_an_action(space):
    torch.manual_seed(0)
    assert TorchAutoregressive.required_input_dim(space) == 8
    assert ClassicAutoregressive.required_model_output_shape(space, {}) == 8
    inputs, others = torch.randn(2, 7, 8)
    bound = TorchAutoregressive.get_partial_dist_cls(space=space)
    new, other_new = bound.from_logits(inputs), bound.from_logits(others)
    old, other_old = (ClassicAutoregressive(i, Model(space)) for i in (inputs, others))
    action = new.sample()
    assert isinstance(action, tuple) == (space is TUPLE)
    torch.testing.assert_close(new.logp(action), old.logp(action))
    torch.testing.assert_close(new.entropy(), old.entropy())
    torch.testing.assert_close(new.kl(other_new), old.kl(other_old))
    best, best_old = new.to_deterministic().sample(), old.deterministic_sample()
    assert all(torch.equal(*pair) for pair in zip(best, best_old, strict=True))
    every = torch.tensor(list(itertools.product(range(2), range(3))))  # [6, 2]
    log_probs = torch.stack([new.logp(one.expand(7, 2)) for one in every])
    torch.testing.assert_close(new.logp(best), log_probs.max(0).values)
    torch.testing.assert_close(log_probs.exp().sum(0), torch.ones(7))
    drawn = old.sample()
    torch.testing.assert_close(old.sampled_action_logp(), old.logp(drawn))


def test_both_stacks_give_the_same_numbers_for_bounded_actions():
    torch.manual_seed(0)
    assert TorchBeta.required_input_dim(BOX) == 4
    assert ClassicBeta.required_model_output_shape(BOX, {}) == 4
    inputs, others = torch.randn(2, 7, 4)
    new, other_new = TorchBeta.from_logits(inputs), TorchBeta.from_logits(others)
    old, other_old = (ClassicBeta(i, Model(BOX)) for i in (inputs, others))
    action = new.sample()
    assert action.shape == (7, 2)
    for first, second in (
        (new.logp(action), old.logp(action)),
        (new.entropy(), old.entropy()),
        (new.kl(other_new), old.kl(other_old)),
    ):
        assert first.shape == (7,)
        torch.testing.assert_close(first, second)
    mean = new.to_deterministic().sample()
    torch.testing.assert_close(mean, old.deterministic_sample())
    assert mean.abs().max() < 1
    drawn = old.sample()
    torch.testing.assert_close(old.sampled_action_logp(), old.logp(drawn))


def test_a_checkpoint_of_another_distribution_is_one_of_other_settings():
    first, second = (
        settings_of(small_config("PositionOnlyPendulumEasy", module_class=module_class))
        for module_class in (None, BetaRLModule)
    )
    assert (first.pop("module_class"), second.pop("module_class")) == (
        "MemoryRLModule",
        "BetaRLModule",
    )
    assert first == second


@pytest.mark.parametrize(
    "space",
    [
        gym.spaces.Discrete(3),
        gym.spaces.MultiDiscrete([2, 2], start=[0, 1]),
        gym.spaces.MultiDiscrete([[2, 2]]),
        gym.spaces.Tuple([gym.spaces.Discrete(2), BOX]),
        gym.spaces.Tuple([gym.spaces.Discrete(2, start=1)]),
    ],
)
def test_other_spaces_have_no_autoregressive_distribution(space):
    for size in (
        lambda: TorchAutoregressive.required_input_dim(space),
        lambda: ClassicAutoregressive.required_model_output_shape(space, {}),
        lambda: AutoregressiveRLModule.action_distribution(space),
        lambda: SequentialRLModule.action_distribution(space),
    ):
        with pytest.raises(TypeError, match="is for MultiDiscrete of one dimension or a Tuple"):
            size()


@pytest.mark.parametrize(
    "space",
    [
        gym.spaces.Discrete(3),
        gym.spaces.Box(-1, 1, (2, 2)),
        gym.spaces.Box(-np.inf, 1, (2,)),
        gym.spaces.Box(0, 5, (2,), np.int64),
    ],
)
def test_other_spaces_have_no_beta_distribution(space):
    with pytest.raises(TypeError, match="are for a bounded Box of real numbers"):
        BetaRLModule.action_distribution(space)
    with pytest.raises(TypeError, match="are for a bounded Box of real numbers"):
        ClassicBeta.required_model_output_shape(space, {})


# --- the current stack ----------------------------------------------------------------------------

CURRENT = pytest.mark.parametrize(
    ("module_class", "environment"),
    [
        (BetaRLModule, "PositionOnlyPendulumEasy"),
        (AutoregressiveRLModule, "TwoDials"),
        (AutoregressiveRLModule, "TupleDials"),
        (SequentialRLModule, "TwoDials"),
        (SequentialRLModule, "TupleDials"),
    ],
)


def actions_of(episode):
    """Return the actions one by one; those of a Tuple are kept part by part."""
    actions = episode.get_actions()
    return list(zip(*actions, strict=True)) if isinstance(actions, tuple) else list(actions)


@CURRENT
@pytest.mark.parametrize("memory", ["mlp", "gru"])
def test_the_training_pass_gives_what_was_sampled_with_its_probability(
    module_class, environment, memory, dials
):
    config = small_config(environment, memory, module_class=module_class, max_seq_len=7)
    learner, episodes, batch = sample_and_batch(config)
    module = learner.module["default_policy"]
    for episode in episodes:
        for action in actions_of(episode):
            if isinstance(module.action_space, gym.spaces.Box):
                assert np.abs(action).max() < 1
            else:
                assert module.action_space.contains(action)
    mask = batch[Columns.LOSS_MASK]
    with torch.no_grad():
        output = module.forward_train(batch)
    inputs = output[Columns.ACTION_DIST_INPUTS]
    torch.testing.assert_close(
        inputs[mask], batch[Columns.ACTION_DIST_INPUTS][mask], rtol=0, atol=1e-5
    )
    logp = module.get_train_action_dist_cls().from_logits(inputs).logp(batch[Columns.ACTIONS])
    torch.testing.assert_close(logp[mask], batch[Columns.ACTION_LOGP][mask], rtol=0, atol=1e-4)
    assert logp.isfinite().all()


@CURRENT
def test_ppo_learns_with_an_entropy_bonus_and_a_kl_penalty(module_class, environment, dials):
    config = small_config(environment, "mlp", module_class=module_class)
    config.training(entropy_coeff=0.01, use_kl_loss=True, kl_coeff=0.2)
    learner, episodes, _ = sample_and_batch(config, num_timesteps=416)
    module = learner.module["default_policy"]
    before = {name: parameter.detach().clone() for name, parameter in module.named_parameters()}
    result = learner.update(episodes=episodes, timesteps={}, minibatch_size=208, num_epochs=2)
    unmoved = [name for name, new in module.named_parameters() if torch.equal(new, before[name])]
    assert unmoved == []
    assert all(parameter.isfinite().all() for parameter in module.parameters())
    metrics = result["default_policy"]
    for name in ("entropy", "mean_kl_loss", "policy_loss"):
        assert np.isfinite(float(metrics[name].peek()))
    assert float(metrics["mean_kl_loss"].peek()) > 0


@CURRENT
def test_without_exploration_the_same_is_done_every_time(module_class, environment, dials):
    config = small_config(environment, "mlp", module_class=module_class)

    def actions(explore):
        runner = make_runner(config, num_envs=1, seed=1)
        (episode,) = runner.sample(num_episodes=1, explore=explore)
        return np.array(actions_of(episode))

    first = actions(explore=False)
    np.testing.assert_array_equal(first, actions(explore=False))
    if environment != "PositionOnlyPendulumEasy":
        # The observation never changes, so neither does the likeliest action.
        assert (first == first[0]).all()
        sampled = actions(explore=True)
        assert not (sampled == sampled[0]).all()


@CURRENT
def test_modules_come_back_from_their_checkpoints(module_class, environment, dials, tmp_path):
    config = small_config(environment, "gru", module_class=module_class)
    learner, _, batch = sample_and_batch(config, num_timesteps=60)
    module = learner.module["default_policy"]
    module.save_to_path(tmp_path / "module")
    restored = RLModule.from_checkpoint(tmp_path / "module")
    assert type(restored) is module_class
    with torch.no_grad():
        inputs = [m.forward_train(batch)[Columns.ACTION_DIST_INPUTS] for m in (module, restored)]
    assert torch.equal(*inputs)
    again = pickle.loads(pickle.dumps(module.networks))
    assert again.state_dict().keys() == module.networks.state_dict().keys()


def test_the_mode_of_the_table_is_joint_and_that_of_the_sequence_is_greedy(dials):
    config = small_config("TwoDials", "mlp", module_class=AutoregressiveRLModule)
    module = make_runner(config, num_envs=1).module
    assert module.networks.actor_head.choices == (4, 4)
    sequential = make_runner(
        small_config("TwoDials", "mlp", module_class=SequentialRLModule), num_envs=1
    ).module
    # The same networks, so weights go from one to the other.
    sequential.load_state_dict(module.state_dict())
    batch = {
        Columns.OBS: torch.eye(4).unsqueeze(1),  # [4, 1, 4]
        Columns.STATE_IN: {"memory": {}, "time": torch.zeros(4)},
        Columns.ACTIONS: torch.tensor([[[1, 2]]]).expand(4, 1, 2),
    }
    whole = module.forward_train(batch)[Columns.ACTION_DIST_INPUTS]
    along = sequential.forward_train(batch)[Columns.ACTION_DIST_INPUTS]
    assert whole.shape == (4, 1, 4 + 16)
    assert along.shape == (4, 1, 4 + 4)
    torch.testing.assert_close(
        module.action_dist_cls.from_logits(whole).logp(batch[Columns.ACTIONS]),
        sequential.action_dist_cls.from_logits(along).logp(batch[Columns.ACTIONS]),
    )


def test_only_the_joint_opens_the_lock():
    """With two digits and three tries, independent dials reach at most 0.58, the joint 0.88."""

    def learn(module_class):
        config = ppo_config(
            "TwoDials",
            "mlp",
            module_class=module_class,
            environment_config={"num_digits": 2, "tries": 3},
            actor_sizes=(32,),
        ).training(entropy_coeff=0.01, lr=1e-2)
        return mean_return(config, updates=5, episodes=400)

    assert learn(None) < 0.68
    assert learn(AutoregressiveRLModule) > 0.74


# --- the old stack --------------------------------------------------------------------------------

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
def test_the_policy_replays_and_learns(distribution, model, environment, memory, dials):
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


def test_weights_go_from_one_stack_to_the_other(dials):
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
    new = make_runner(
        small_config("TwoDials", "gru", module_class=AutoregressiveRLModule), num_envs=1
    ).module
    new.networks.load_state_dict(old.networks.state_dict())
    observations = torch.rand(2, 5, 4)
    inputs, _, _ = new.networks(observations)
    logits, _ = old({"obs": observations.flatten(0, 1)}, [], torch.tensor([5, 5]))
    torch.testing.assert_close(logits.reshape(2, 5, 20), inputs)


def test_the_head_and_the_distribution_must_agree():
    with pytest.raises(ValueError, match=r"puts out the 8 logits of an autoregressive.*reads 5"):
        AutoregressiveModelV2(gym.spaces.Box(0, 1, (3,)), PAIR, 5, {}, "model")
