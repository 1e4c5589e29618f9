"""Masks and embeddings on both API stacks: in memoryless and recurrent models."""

import copy

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
from ray.rllib.models import ModelCatalog

from memorylab.environments import Menu
from memorylab.memory import map_state
from memorylab.rllib import Agent, MemoryRLModule, ppo_config
from memorylab.rllib.actions import (
    ClassicAutoregressive,
    ParametricActionsModelV2,
    ParametricActionsRLModule,
)
from memorylab.rllib.actions.spaces import ParametricActions
from memorylab.rllib.agent import make_runner
from memorylab.rllib.classic.worker import update

pytestmark = pytest.mark.ray

PARTS = pytest.mark.parametrize(
    "hidden",
    [(), ("available_actions",), ("action_mask",)],
    ids=["mask and embeddings", "mask", "embeddings"],
)
MEMORIES = pytest.mark.parametrize("memory", ["mlp", "gru", "dnc"])
SIZES = {"dnc": {"hidden_size": 16, "num_locations": 4, "word_size": 4}}


def menu_config(memory="gru", hidden=(), **options):
    config = small_config("Menu", memory, environment_config={"hidden": hidden}, **options)
    if memory in SIZES:
        config.rl_module_spec.model_config["memory_config"] = SIZES[memory]
    return config


def masked_share(inputs, actions, observation):
    """Return the greatest probability of a masked action, and whether one was taken."""
    mask = torch.as_tensor(observation["action_mask"])
    taken = mask.gather(-1, torch.as_tensor(actions).long().unsqueeze(-1)) == 0
    probabilities = torch.as_tensor(inputs).softmax(-1)
    return float(probabilities[mask == 0].max()), bool(taken.any())


# --- the current stack ----------------------------------------------------------------------------


@MEMORIES
@PARTS
def test_the_training_pass_reproduces_what_was_sampled(memory, hidden):
    # 6 is less than an episode, so rows begin in the middle of episodes too.
    learner, episodes, batch = sample_and_batch(menu_config(memory, hidden, max_seq_len=6), 120)
    module = learner.module["default_policy"]
    assert type(module) is ParametricActionsRLModule
    mask = batch[Columns.LOSS_MASK]
    with torch.no_grad():
        inputs = module.forward_train(batch)[Columns.ACTION_DIST_INPUTS]  # [B, T, A]
    assert inputs.isfinite().all()
    sampled = batch[Columns.ACTION_DIST_INPUTS]
    torch.testing.assert_close(inputs[mask], sampled[mask], rtol=1e-5, atol=1e-5)
    logp = module.get_train_action_dist_cls().from_logits(inputs).logp(batch[Columns.ACTIONS])
    torch.testing.assert_close(logp[mask], batch[Columns.ACTION_LOGP][mask], rtol=0, atol=1e-4)
    if "action_mask" not in hidden:
        for episode in episodes:
            observations = episode.get_observations(slice(0, len(episode)))
            outputs = episode.get_extra_model_outputs(Columns.ACTION_DIST_INPUTS)
            share, taken = masked_share(outputs, episode.get_actions(), observations)
            assert (share, taken) == (0, False)
    if memory == "gru":
        zeros = map_state(torch.zeros_like, batch[Columns.STATE_IN])
        with torch.no_grad():
            forgetful = module.forward_train({**batch, Columns.STATE_IN: zeros})
        difference = (forgetful[Columns.ACTION_DIST_INPUTS] - sampled)[mask].abs()
        assert difference.max() > 1e-4


@PARTS
@pytest.mark.parametrize("memory", ["mlp", "gru"])
def test_ppo_learns_with_an_entropy_bonus_and_a_kl_penalty(memory, hidden):
    config = menu_config(memory, hidden)
    config.training(entropy_coeff=0.01, use_kl_loss=True, kl_coeff=0.2)
    learner, episodes, _ = sample_and_batch(config, num_timesteps=120)
    module = learner.module["default_policy"]
    before = {name: parameter.detach().clone() for name, parameter in module.named_parameters()}
    result = learner.update(episodes=episodes, timesteps={}, minibatch_size=60, num_epochs=2)
    unmoved = [name for name, new in module.named_parameters() if torch.equal(new, before[name])]
    assert unmoved == []
    assert all(parameter.isfinite().all() for parameter in module.parameters())
    for name in ("entropy", "mean_kl_loss", "policy_loss"):
        assert np.isfinite(float(result["default_policy"][name].peek()))


@PARTS
def test_whatever_stands_in_the_padding_no_gradient_changes_by_a_bit(hidden):
    learner, _, batch = sample_and_batch(menu_config("gru", hidden))
    module = learner.module["default_policy"]
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
    monkeypatch.setattr("memorylab.environments.make.Menu", Ending)
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
    module = ParametricActionsRLModule(observation_space=JOINT, action_space=PAIR)
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
        (gym.spaces.Box(0, 1, (3,)), TWO, "must be a Dict with 'observations'"),
        (spaces(action_mask=None, available_actions=None), TWO, "one or both of"),
        (spaces(observations=None), TWO, r"'observations' must be a Box of shape \[F\]"),
        (spaces(observations=(3, 3)), TWO, r"'observations' must be a Box of shape \[F\]"),
        (spaces(avail_actions=(2, 5)), TWO, "under 'avail_actions'"),
        (spaces(action_mask=(3,)), TWO, r"'action_mask' must be of shape \[2\].*shape \[3\]"),
        (spaces(available_actions=(3, 5)), TWO, r"shape \[A, E\].*shape \[3, 5\]"),
        (spaces(available_actions=(2,)), TWO, r"shape \[A, E\].*shape \[2\]"),
        (spaces(action_mask=(2, 3)), PAIR, r"shape \[A, E\] for a Discrete action space"),
        (spaces(available_actions=None), PAIR, r"'action_mask' must be of shape \[2, 3\]"),
        (spaces(), gym.spaces.Box(0, 1, (2,)), "is for MultiDiscrete"),
    ],
)
def test_spaces_that_do_not_fit_are_refused(observation_space, action_space, message):
    with pytest.raises(TypeError, match=message):
        ParametricActions(observation_space, action_space)


def test_embeddings_are_numbers_where_there_is_an_action():
    actions = ParametricActions(spaces(), TWO)
    observation = {
        "action_mask": torch.tensor([[[1.0, 0.0]]]),
        "available_actions": torch.full((1, 1, 2, 5), float("nan")),
    }
    real = torch.ones(1, 1, dtype=torch.bool)
    with pytest.raises(ValueError, match="NaN or infinity at row 0, step 0, action 0"):
        actions.inputs(torch.zeros(1, 1, 5), observation, real)
    observation["available_actions"][0, 0, 0] = 1
    assert actions.inputs(torch.zeros(1, 1, 5), observation, real).isfinite().all()


def test_dictionaries_without_a_mask_or_embeddings_are_still_flattened():
    assert type(Agent(menu_config()).module) is ParametricActionsRLModule
    hidden = ("action_mask", "available_actions")
    module = Agent(menu_config(hidden=hidden)).module
    assert type(module) is MemoryRLModule
    assert module.observation_space.shape == (3,)


# --- the old stack --------------------------------------------------------------------------------


@pytest.mark.parametrize("memory", ["mlp", "gru"])
@PARTS
def test_the_policy_replays_and_learns(memory, hidden):
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
    learner, _, batch = sample_and_batch(menu_config("lstm"), 60)
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


def test_agents_learn_what_each_part_of_the_menu_is_good_for():
    """Guessing among the dishes on offer returns 0.29, among all slots less than 0."""

    def learn(hidden):
        config = ppo_config("Menu", "mlp", environment_config={"remember": False, "hidden": hidden})
        return mean_return(config, updates=4, episodes=100)

    assert learn(()) > 0.6
    assert 0.2 < learn(("available_actions",)) < 0.4
