"""Masks and embeddings in memoryless and recurrent models."""

import gymnasium as gym
import numpy as np
import pytest
import torch
from action_examples import mean_return, sample_and_batch, small_config
from ray.rllib.core.columns import Columns

from memorylab.environments import make
from memorylab.rllib import Agent, MemoryRLModule, ppo_config
from memorylab.rllib.actions import ParametricActionsRLModule
from memorylab.rllib.agent import make_runner
from memorylab.rllib.heads import Embedded, Masked, Parametric, Plain, Sequential

pytestmark = pytest.mark.ray

PARTS = pytest.mark.parametrize(
    "hidden",
    [(), ("available_actions",), ("action_mask",)],
    ids=["mask and embeddings", "mask", "embeddings"],
)


def menu_config(memory="gru", hidden=(), **options):
    return small_config("Menu", memory, environment_config={"hidden": hidden}, **options)


@PARTS
def test_whatever_stands_in_the_padding_no_gradient_changes_by_a_bit(hidden):
    learner, _, batch = sample_and_batch(menu_config("gru", hidden))
    module = learner.module["default_policy"]
    assert (
        str(module.head)
        == {
            (): "masked embedded",
            ("available_actions",): "masked plain",
            ("action_mask",): "embedded",
        }[hidden]
    )
    lens, max_len = batch[Columns.SEQ_LENS], batch[Columns.LOSS_MASK].shape[1]
    padding = torch.arange(max_len) >= lens.unsqueeze(1)  # [B, T]
    assert padding.any()

    def gradients(filling):
        observation = {
            key: part.masked_fill(padding.reshape(*padding.shape, *[1] * (part.dim() - 2)), filling)
            for key, part in batch[Columns.OBS].items()
        }
        output = module.forward_train(
            {**batch, Columns.OBS: observation, Columns.SEQ_LENS: lens.float()}
        )
        distribution = module.get_train_action_dist_cls().from_logits(
            output[Columns.ACTION_DIST_INPUTS]
        )
        mask = batch[Columns.LOSS_MASK]
        loss = (distribution.logp(batch[Columns.ACTIONS]) + distribution.entropy())[mask].sum()
        module.zero_grad()
        loss.backward()
        return [p.grad for p in module.parameters() if p.grad is not None]

    clean, dirty = gradients(0.0), gradients(float("nan"))
    assert len(clean) > 5
    for first, second in zip(clean, dirty, strict=True):
        assert first.isfinite().all()
        assert torch.equal(first, second)


def test_an_action_is_known_by_its_embedding_and_not_by_its_number():
    module = Agent(menu_config("mlp")).module
    observation = {
        "observations": torch.tensor([[[0.6, 0.8, 1.0]]]),
        "action_mask": torch.tensor([[[1.0, 1, 0, 1, 1, 1]]]),
        "available_actions": torch.randn(1, 1, 6, 2),
    }

    def logits(order):
        shuffled = {
            key: part if key == "observations" else part[:, :, order]
            for key, part in observation.items()
        }
        state = {"memory": {}, "time": torch.zeros(1)}
        output = module.forward_inference({Columns.OBS: shuffled, Columns.STATE_IN: state})
        return output[Columns.ACTION_DIST_INPUTS][0, 0]

    order = [4, 2, 0, 1, 5, 3]
    with torch.no_grad():
        torch.testing.assert_close(logits(order), logits([*range(6)])[order])
        assert logits(order).softmax(-1)[1] == 0


class Ending(gym.Env):
    """Three steps, after which no action is available; or, if ``broken``, already before."""

    action_space = gym.spaces.Discrete(2)
    observation_space = gym.spaces.Dict(
        {"observations": gym.spaces.Box(0, 9, (1,)), "action_mask": gym.spaces.Box(0, 1, (2,))}
    )
    broken = False

    def _observe(self):
        over = self.time >= (2 if self.broken else 3)
        mask = np.zeros(2) if over else np.eye(2)[self.time % 2]
        return {
            "observations": np.float32([self.time + 1]),
            "action_mask": mask.astype(np.float32),
        }

    def reset(self, *, seed=None, options=None):
        self.time = 0
        return self._observe(), {}

    def step(self, action):
        assert action == self.time % 2
        self.time += 1
        return self._observe(), 1.0, self.time == 3, False, {}


@pytest.fixture
def ending(monkeypatch):
    monkeypatch.setitem(make._OWN, "Menu", Ending)
    monkeypatch.setattr(Ending, "broken", False)
    return Ending


def test_the_end_of_an_episode_may_allow_no_action(ending):
    config = small_config("Menu").training(use_kl_loss=True, kl_coeff=0.2)
    learner, episodes, batch = sample_and_batch(config, 50)
    assert any(episode.is_terminated for episode in episodes)
    result = learner.update(episodes=episodes, timesteps={}, minibatch_size=25, num_epochs=2)
    assert np.isfinite(float(result["default_policy"]["mean_kl_loss"].peek()))
    module = learner.module["default_policy"]
    assert all(parameter.isfinite().all() for parameter in module.parameters())
    with torch.no_grad():
        assert module.forward_train(batch)[Columns.ACTION_DIST_INPUTS].isfinite().all()


def test_a_mask_of_zeros_before_the_end_is_an_error_that_says_where(ending):
    runner = make_runner(small_config("Menu"), num_envs=2)
    learner, episodes, _ = sample_and_batch(small_config("Menu"), 20)
    runner.sample(num_timesteps=6)
    ending.broken = True
    with pytest.raises(ValueError, match="no action at row 0, step 0, which is a real step"):
        runner.sample(num_timesteps=20)
    # In training too, where rows hold many steps.
    for episode in episodes:
        episode.observations.data["action_mask"][1] = 0
    with pytest.raises(ValueError, match=r"no action at row \d, step \d, which is a real step"):
        learner.update(episodes=episodes, timesteps={}, minibatch_size=10, num_epochs=1)


PAIR = gym.spaces.MultiDiscrete([2, 3])
JOINT = gym.spaces.Dict(
    {"observations": gym.spaces.Box(0, 1, (3,)), "action_mask": gym.spaces.Box(0, 1, (2, 3))}
)


def joint_batch():
    mask = torch.tensor([[[[1.0, 0, 1], [0, 1, 0]], [[0, 0, 0], [1, 1, 1]]]])  # [1, 2, 2, 3]
    return {
        Columns.OBS: {"observations": torch.rand(1, 2, 3), "action_mask": mask},
        Columns.STATE_IN: {"memory": {"hidden": torch.zeros(1, 64)}, "time": torch.zeros(1)},
    }


def test_a_mask_may_be_over_pairs_that_no_two_masks_of_single_parts_could_say():
    module = MemoryRLModule(observation_space=JOINT, action_space=PAIR)
    assert type(module.head) is Masked
    batch = joint_batch()
    with torch.no_grad():
        inputs = module.forward_exploration(batch)[Columns.ACTION_DIST_INPUTS]
    distribution = module.action_dist_cls.from_logits(inputs)
    probabilities = distribution._dist.log_probs.exp()
    mask = batch[Columns.OBS]["action_mask"] == 1
    assert (probabilities[~mask] == 0).all()
    assert (probabilities[mask] > 0.01).all()
    torch.testing.assert_close(probabilities.sum((-1, -2)), torch.ones(1, 2))
    batch[Columns.OBS]["action_mask"][0, 1] = 0
    with pytest.raises(ValueError, match="no action at row 0, step 1"):
        module.forward_exploration(batch)


# --- spaces that don't fit ------------------------------------------------------------------------


def spaces(**parts):
    boxes = {"observations": (3,), "action_mask": (2,), "available_actions": (2, 5), **parts}
    return gym.spaces.Dict(
        {key: gym.spaces.Box(0, 1, shape) for key, shape in boxes.items() if shape is not None}
    )


TWO = gym.spaces.Discrete(2)


@pytest.mark.parametrize(
    ("observation_space", "action_space", "message"),
    [
        (gym.spaces.Box(0, 1, (3,)), TWO, "must be a Dict with 'action_mask' or"),
        (spaces(action_mask=None, available_actions=None), TWO, "'available_actions' beside"),
        (spaces(observations=None), TWO, "nothing to read"),
        (spaces(avail_actions=(2, 5)), TWO, "under 'avail_actions'"),
        (spaces(action_mask=(3,)), TWO, r"'action_mask' must be of shape \[2\].*shape \[3\]"),
        (spaces(available_actions=(3, 5)), TWO, r"shape \[A, E\].*shape \[3, 5\]"),
        (spaces(available_actions=(2,)), TWO, r"shape \[A, E\].*shape \[2\]"),
        (spaces(action_mask=(2, 3)), PAIR, r"shape \[A, E\] for a Discrete action space"),
        (
            spaces(available_actions=None),
            PAIR,
            r"'action_mask' must be of shape \[5\].* or \[2, 3\]",
        ),
        (
            spaces(available_actions=None),
            gym.spaces.Box(0, 1, (2,)),
            "is for Discrete, MultiDiscrete",
        ),
    ],
)
def test_spaces_that_do_not_fit_are_refused(observation_space, action_space, message):
    with pytest.raises(TypeError, match=message):
        Parametric().fit(observation_space, action_space)


# For one part, a head that draws has as many logits as one that lays all conditionals out.
@pytest.mark.parametrize(
    ("inner", "choices"), [(Plain(), (2, 3)), (Sequential(), (2, 3)), (Sequential(), (3,))]
)
def test_a_joint_mask_needs_a_head_that_lays_all_conditionals_out(inner, choices):
    space = spaces(action_mask=choices, available_actions=None)
    with pytest.raises(TypeError, match=f"joint actions .* and '{inner}' doesn't lay them out"):
        Masked(inner).fit(space, gym.spaces.MultiDiscrete(choices))


def test_embeddings_are_numbers_where_there_is_an_action():
    observation = {
        "action_mask": torch.tensor([[[1.0, 0.0]]]),
        "available_actions": torch.full((1, 1, 2, 5), float("nan")),
    }
    real, intent = torch.ones(1, 1, dtype=torch.bool), torch.nn.Identity()

    def inputs():
        return Embedded().inputs(intent, torch.zeros(1, 1, 5), observation, None, real)

    with pytest.raises(ValueError, match="NaN or infinity at row 0, step 0, action 0"):
        inputs()
    observation["available_actions"][0, 0, 0] = 1
    assert inputs().isfinite().all()


def test_dictionaries_without_a_mask_or_embeddings_are_read_as_they_are():
    hidden = ("action_mask", "available_actions")
    module = Agent(menu_config(hidden=hidden)).module
    assert module.head == Plain()
    assert module.observation_size == 3
    with pytest.raises(TypeError, match="must be a Dict"):
        menu_config(hidden=hidden, module_class=ParametricActionsRLModule)


def test_agents_learn_what_each_part_of_the_menu_is_good_for():
    """Guessing among the dishes on offer returns 0.29, among all slots less than 0."""

    def learn(hidden):
        config = ppo_config("Menu", "mlp", environment_config={"remember": False, "hidden": hidden})
        return mean_return(config, updates=4, episodes=100)

    assert learn(()) > 0.6
    assert 0.2 < learn(("available_actions",)) < 0.4
