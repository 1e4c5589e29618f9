"""Heads as values, and the distributions of both API stacks."""

import copy
import itertools
import pickle
from dataclasses import dataclass
from typing import ClassVar

import gymnasium as gym
import numpy as np
import pytest
import torch
from action_examples import mean_return, sample_and_batch, small_config
from ray.rllib.core.columns import Columns
from ray.rllib.core.distribution.torch.torch_distribution import TorchDiagGaussian
from ray.rllib.core.rl_module.rl_module import RLModule
from torch.distributions import Laplace

from memorylab.rllib import Agent, MemoryRLModule, actions, add_losses, ppo_config
from memorylab.rllib.actions import BetaRLModule
from memorylab.rllib.agent import make_runner, settings_of
from memorylab.rllib.heads import (
    HEADS,
    Autoregressive,
    Beta,
    BoundedBeta,
    ClassicAutoregressive,
    ClassicBeta,
    Head,
    Masked,
    Plain,
    Sequential,
    as_head,
)
from memorylab.rllib.heads.choice import head_key

pytestmark = [pytest.mark.ray, pytest.mark.usefixtures("more_environments")]

PAIR = gym.spaces.MultiDiscrete([2, 3])
TUPLE = gym.spaces.Tuple([gym.spaces.Discrete(2), gym.spaces.Discrete(3)])
BOX = gym.spaces.Box(-2.0, 2.0, (2,))
PENDULUM = "PositionOnlyPendulumEasy"


# --- values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*HEADS, "masked autoregressive", "masked embedded"])
def test_heads_are_values_with_a_name(name):
    head = as_head(name)
    for again in (as_head(str(head)), as_head(head), pickle.loads(pickle.dumps(head))):
        assert again == head
        assert hash(again) == hash(head)
    assert [other for other in map(as_head, HEADS) if other == head] in ([head], [])


def test_names_of_no_head_are_refused():
    assert as_head("masked") == Masked(Plain())
    with pytest.raises(ValueError, match=r"'betta' is not a known head. Did you mean 'beta'"):
        as_head("betta")
    with pytest.raises(ValueError, match="'masked' takes another head after it, got 'beta plain'"):
        as_head("beta plain")
    with pytest.raises(TypeError, match="must be a Head or a name of one, got 3"):
        as_head(3)


def test_a_head_without_a_name_stands_for_itself(monkeypatch):
    assert head_key(Masked(Beta())) == "masked beta"
    for head in (SharpLaplace(0.1), Masked(SharpLaplace(0.1))):
        assert head_key(head) == head
    monkeypatch.setitem(HEADS, "laplace", SharpLaplace)
    assert head_key("laplace") == head_key(SharpLaplace()) == "laplace"
    # The name would forget the scale.
    assert head_key(SharpLaplace(0.1)) == SharpLaplace(0.1)


def test_settings_name_the_head_and_are_those_of_release_0_1_without_one():
    first, by_name, by_value = (
        settings_of(small_config(PENDULUM, **options))
        for options in ({}, {"head": "beta"}, {"head": Beta()})
    )
    assert by_name == by_value
    assert by_name["model_config"].pop("head") == "beta"
    assert first == by_name
    unlisted = settings_of(small_config(PENDULUM, head=SharpLaplace(0.1)))
    assert unlisted["model_config"]["head"] == "SharpLaplace(scale=0.1)"


# --- the distributions ----------------------------------------------------------------------------


class Model:
    """The part of a model that a distribution of the old stack reads."""

    def __init__(self, action_space):
        self.action_space = action_space


def both_stacks(head, classic, space, size):
    """Return two distributions on either stack, from the same random inputs ``[7, size]``."""
    torch.manual_seed(0)
    assert head.size(space) == classic.required_model_output_shape(space, {}) == size
    assert issubclass(head.classic_distribution_class(), object)
    inputs = torch.randn(2, 7, size)
    current = [head.distribution_class(space).from_logits(each) for each in inputs]
    return current, [classic(each, Model(space)) for each in inputs]


def check_same_numbers(current, classic):
    (new, other_new), (old, other_old) = current, classic
    action = new.sample()
    for first, second in (
        (new.logp(action), old.logp(action)),
        (new.entropy(), old.entropy()),
        (new.kl(other_new), old.kl(other_old)),
    ):
        assert first.shape == (7,)
        torch.testing.assert_close(first, second)
    drawn = old.sample()
    torch.testing.assert_close(old.sampled_action_logp(), old.logp(drawn))


@pytest.mark.parametrize("space", [PAIR, TUPLE], ids=["MultiDiscrete", "Tuple"])
def test_both_stacks_give_the_same_numbers_for_the_parts_of_an_action(space):
    current, classic = both_stacks(Autoregressive(), ClassicAutoregressive, space, 8)
    check_same_numbers(current, classic)
    (new, _), (old, _) = current, classic
    assert isinstance(new.sample(), tuple) == isinstance(old.sample(), tuple) == (space is TUPLE)
    best, best_old = new.to_deterministic().sample(), old.deterministic_sample()
    assert all(torch.equal(*pair) for pair in zip(best, best_old, strict=True))
    every = torch.tensor(list(itertools.product(range(2), range(3))))  # [6, 2]
    log_probs = torch.stack([new.logp(one.expand(7, 2)) for one in every])
    torch.testing.assert_close(new.logp(best), log_probs.max(0).values)
    torch.testing.assert_close(log_probs.exp().sum(0), torch.ones(7))


def test_both_stacks_give_the_same_numbers_for_bounded_actions():
    current, classic = both_stacks(Beta(), ClassicBeta, BOX, 4)
    check_same_numbers(current, classic)
    mean = current[0].to_deterministic().sample()
    torch.testing.assert_close(mean, classic[0].deterministic_sample())
    assert mean.abs().max() < 1
    with pytest.raises(TypeError, match="is for a bounded Box of real numbers"):
        ClassicBeta.required_model_output_shape(gym.spaces.Box(-np.inf, 1, (2,)), {})


def test_the_old_stack_uses_its_own_distributions_or_says_that_a_head_does_not_work():
    assert Plain().classic_distribution_class() is None
    assert Masked(Autoregressive()).classic_distribution_class().head == Autoregressive()
    with pytest.raises(TypeError, match="'sequential' doesn't work on RLlib's old API stack"):
        Sequential().classic_distribution_class()


# --- heads of one's own, and modules --------------------------------------------------------------


@dataclass(frozen=True)
class SharpLaplace(Head):
    """A head that nobody listed: independent Laplace distributions of one scale."""

    scale: float = 0.5
    name: ClassVar[str] = "laplace"

    def size(self, action_space):
        return action_space.shape[0]

    def distribution(self, inputs, action_space):
        return torch.distributions.Independent(Laplace(inputs, self.scale), 1)


class GaussianModule(MemoryRLModule):
    """A module of release 0.1's kind, with a distribution of its own that mocks another."""

    @classmethod
    def action_distribution(cls, space):
        return 2 * space.shape[0], TorchDiagGaussian


class Twice(MemoryRLModule):
    """A module that reads its observation in its own way."""

    @property
    def observation_size(self):
        return 2 * super().observation_size

    def observations(self, batch):
        return super().observations(batch).repeat(1, 1, 2)


@pytest.mark.parametrize("losses", [{}, {"l2": 1e-4, "reconstruction": 0.1}], ids=["", "losses"])
@pytest.mark.parametrize(
    ("options", "module_class", "distribution"),
    [
        ({"head": "beta"}, MemoryRLModule, BoundedBeta),
        ({"module_class": BetaRLModule}, BetaRLModule, BoundedBeta),
        ({"head": "beta", "module_class": Twice}, Twice, BoundedBeta),
        ({"head": SharpLaplace(0.1)}, MemoryRLModule, torch.distributions.Independent),
        ({"module_class": GaussianModule}, GaussianModule, torch.distributions.Normal),
    ],
    ids=["head", "preset", "own observation", "own head", "own distribution"],
)
def test_nothing_is_replaced_with_or_without_losses(options, module_class, distribution, losses):
    config = small_config(PENDULUM, **options)
    config = add_losses(config, **losses) if losses else config
    learner, episodes, batch = sample_and_batch(config, num_timesteps=60)
    module = learner.module["default_policy"]
    assert type(module) is module_class
    assert list(module.extra_losses.coefficients) == list(losses)
    inputs = module.forward_train(batch)[Columns.ACTION_DIST_INPUTS]
    drawn = module.get_train_action_dist_cls().from_logits(inputs)._dist
    assert type(drawn) is distribution
    if distribution is torch.distributions.Independent:
        assert (drawn.base_dist.scale == 0.1).all()
    result = learner.update(episodes=episodes, timesteps={}, minibatch_size=60, num_epochs=1)
    assert set(result["default_policy"].get("extra_losses", {})) == set(losses)


def test_a_module_that_reads_observations_itself_may_read_any():
    text = gym.spaces.Text(3)
    assert Twice.choose_head(text, gym.spaces.Discrete(2)) == Plain()
    with pytest.raises(TypeError, match="no fixed size"):
        MemoryRLModule.choose_head(text, gym.spaces.Discrete(2))


def test_the_modules_of_release_0_1_preset_a_head():
    presets = {
        "BetaRLModule": "beta",
        "AutoregressiveRLModule": "autoregressive",
        "SequentialRLModule": "sequential",
        "ParametricActionsRLModule": "parametric",
    }
    for name, head in presets.items():
        module_class = getattr(actions, name)
        assert issubclass(module_class, MemoryRLModule)
        assert module_class.head_of_class == as_head(head)
    size, distribution = BetaRLModule.action_distribution(BOX)
    assert size == 4
    assert type(distribution.from_logits(torch.zeros(3, 4))._dist) is BoundedBeta


def test_a_head_and_a_class_that_contradict_each_other_are_both_named():
    with pytest.raises(ValueError, match=r"BetaRLModule has the head 'beta'.* the head 'plain'"):
        ppo_config(PENDULUM, module_class=BetaRLModule, head="plain")
    with pytest.raises(ValueError, match=r"GaussianModule has an action_distribution .* 'beta'"):
        ppo_config(PENDULUM, module_class=GaussianModule, head="beta")


@pytest.mark.parametrize(
    ("head", "environment"),
    [("beta", PENDULUM), ("autoregressive", "TupleDials"), ("sequential", "TwoDials")],
)
def test_without_exploration_the_same_is_done_every_time(head, environment):
    config = small_config(environment, "mlp", head=head)

    def actions(explore):
        runner = make_runner(config, num_envs=1, seed=1)
        (episode,) = runner.sample(num_episodes=1, explore=explore)
        taken = episode.get_actions()
        return np.stack(taken, -1) if isinstance(taken, tuple) else np.array(taken)

    first = actions(explore=False)
    np.testing.assert_array_equal(first, actions(explore=False))
    if head != "beta":
        # The observation never changes, so neither does the likeliest action.
        assert (first == first[0]).all()
        sampled = actions(explore=True)
        assert not (sampled == sampled[0]).all()


@pytest.mark.parametrize(
    ("head", "environment"), [(SharpLaplace(0.1), PENDULUM), ("autoregressive", "TupleDials")]
)
def test_modules_come_back_from_their_checkpoints(head, environment, tmp_path):
    learner, _, batch = sample_and_batch(small_config(environment, head=head), num_timesteps=40)
    module = learner.module["default_policy"]
    module.save_to_path(tmp_path / "module")
    restored = RLModule.from_checkpoint(tmp_path / "module")
    assert restored.head == as_head(head)
    with torch.no_grad():
        inputs = [m.forward_train(batch)[Columns.ACTION_DIST_INPUTS] for m in (module, restored)]
    assert torch.equal(*inputs)
    again = copy.deepcopy(module.networks)
    assert again.state_dict().keys() == module.networks.state_dict().keys()


def test_logits_along_an_action_give_it_the_probability_that_the_whole_table_does():
    module, sequential = (
        Agent(small_config("TwoDials", "mlp", head=head)).module
        for head in ("autoregressive", "sequential")
    )
    # The same networks, so weights go from one to the other.
    sequential.load_state_dict(module.state_dict())
    batch = {
        Columns.OBS: torch.eye(4).unsqueeze(1),  # [4, 1, 4]
        Columns.STATE_IN: {"memory": {}, "time": torch.zeros(4)},
        Columns.ACTIONS: torch.tensor([[[1, 2]]]).expand(4, 1, 2),
    }
    whole, along = (m.forward_train(batch)["action_dist_inputs"] for m in (module, sequential))
    assert whole.shape == (4, 1, 4 + 16)
    assert along.shape == (4, 1, 4 + 4)
    torch.testing.assert_close(
        module.action_dist_cls.from_logits(whole).logp(batch[Columns.ACTIONS]),
        sequential.action_dist_cls.from_logits(along).logp(batch[Columns.ACTIONS]),
    )
    drawn = sequential.forward_exploration(batch)
    torch.testing.assert_close(
        drawn[Columns.ACTION_LOGP],
        module.action_dist_cls.from_logits(whole).logp(drawn[Columns.ACTIONS]),
    )


def test_only_the_joint_opens_the_lock():
    """With two digits and three tries, independent dials reach at most 0.58, the joint 0.88."""

    def learn(head):
        config = ppo_config(
            "TwoDials",
            "mlp",
            head=head,
            environment_config={"num_digits": 2, "tries": 3},
            actor_sizes=(32,),
        ).training(entropy_coeff=0.01, lr=1e-2)
        return mean_return(config, updates=5, episodes=400)

    assert learn("plain") < 0.68
    assert learn("autoregressive") > 0.74
