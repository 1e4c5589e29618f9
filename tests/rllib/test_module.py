import gymnasium as gym
import numpy as np
import pytest
import torch
from learner_examples import FEW_MEMORIES, SOME_MEMORIES, sample_and_batch
from ray.rllib.core.columns import Columns
from ray.rllib.utils.spaces.repeated import Repeated

from memorylab.memory import MEMORY_MODELS, map_state
from memorylab.memory.model import batched
from memorylab.rllib import Agent, MemoryRLModule, evaluate, ppo_config
from memorylab.rllib.agent import make_runner
from memorylab.rllib.module import REMEMBERED

pytestmark = pytest.mark.ray

SMALL = {"dnc": {"hidden_size": 16, "num_locations": 6, "word_size": 5, "num_read_heads": 2}}


def small_config(environment="TMaze", memory="gru", **model_config):
    memory_config = SMALL.get(memory, {"hidden_size": 16})
    config = ppo_config(environment, memory, memory_config=memory_config, **model_config)
    return config.training(train_batch_size_per_learner=416, num_epochs=1)


def update(learner, episodes, **kwargs):
    learner.update(episodes=episodes, timesteps={}, **kwargs)


@pytest.mark.parametrize(
    ("memory", "share"),
    [(name, True) for name in MEMORY_MODELS] + [(name, False) for name in FEW_MEMORIES],
)
def test_the_padded_training_pass_reproduces_what_was_sampled(memory, share):
    # 7 is less than any episode, so rows begin in the middle of episodes too.
    config = small_config(memory=memory, max_seq_len=7, vf_share_layers=share)
    learner, _, batch = sample_and_batch(config)
    mask = batch[Columns.LOSS_MASK]
    module = learner.module["default_policy"]
    with torch.no_grad():
        logits = module.forward_train(batch)[Columns.ACTION_DIST_INPUTS]  # [B, T, A]
    sampled = batch[Columns.ACTION_DIST_INPUTS]
    assert not mask.all()
    assert (batch[Columns.STATE_IN]["time"] > 0).any()
    torch.testing.assert_close(logits[mask], sampled[mask], rtol=0, atol=1e-6)
    # So the check above sees the memory: without the state the rows began with it would fail.
    if memory not in ("mlp", "elman"):
        zeros = map_state(torch.zeros_like, batch[Columns.STATE_IN])
        with torch.no_grad():
            forgetful = module.forward_train({**batch, Columns.STATE_IN: zeros})
        assert (forgetful[Columns.ACTION_DIST_INPUTS] - sampled)[mask].abs().max() > 1e-4


@pytest.mark.parametrize("share", [True, False], ids=["shared", "separate"])
@SOME_MEMORIES
def test_the_optimizer_holds_every_parameter_and_moves_it(memory, share):
    config = small_config(memory=memory, vf_share_layers=share)
    learner, episodes, _ = sample_and_batch(config, num_timesteps=416)
    module = learner.module["default_policy"]
    optimized = {
        id(parameter)
        for optimizer in learner._named_optimizers.values()
        for group in optimizer.param_groups
        for parameter in group["params"]
    }
    assert all(id(parameter) in optimized for parameter in module.parameters())
    before = {name: parameter.detach().clone() for name, parameter in module.named_parameters()}
    update(learner, episodes, minibatch_size=208, num_epochs=2)
    unmoved = [name for name, new in module.named_parameters() if torch.equal(new, before[name])]
    assert unmoved == []


@SOME_MEMORIES
def test_padding_changes_no_gradient_by_a_bit_even_if_it_is_nan(memory):
    config = small_config(memory=memory)
    learner, _, batch = sample_and_batch(config)
    module = learner.module["default_policy"]
    lens, max_len = batch[Columns.SEQ_LENS], batch[Columns.OBS].shape[1]
    padding = torch.arange(max_len) >= lens.unsqueeze(1)  # [B, T]
    assert padding.any()

    def gradients(filling):
        observation = batch[Columns.OBS].masked_fill(padding.unsqueeze(-1), filling)
        # RLlib makes the lengths floats when it cuts minibatches.
        output = module.forward_train(
            {**batch, Columns.OBS: observation, Columns.SEQ_LENS: lens.float()}
        )
        values = module.compute_values(batch, output[Columns.EMBEDDINGS])
        mask = batch[Columns.LOSS_MASK]
        loss = output[Columns.ACTION_DIST_INPUTS][mask].square().sum() + values[mask].sum()
        module.zero_grad()
        loss.backward()
        return [parameter.grad for parameter in module.parameters()]

    for clean, dirty in zip(gradients(0.0), gradients(float("nan")), strict=True):
        assert torch.equal(clean, dirty)


def test_targets_carry_no_gradient_and_equal_the_values_learned_from():
    learner, _, batch = sample_and_batch(small_config())
    module = learner.module["default_policy"]
    targets = module.compute_values(batch)
    output = module.forward_train(batch)
    values = module.compute_values(batch, output[Columns.EMBEDDINGS])
    assert not targets.requires_grad
    assert values.requires_grad
    torch.testing.assert_close(targets, values)


def test_the_clock_counts_the_steps_of_the_episode():
    runner = make_runner(small_config(memory="clocked_mlp"), num_envs=2)
    for episode in runner.sample(num_episodes=2):
        times = episode.get_extra_model_outputs(Columns.STATE_OUT)["time"]
        assert times.tolist() == list(range(1, len(episode) + 1))
        # Episodes keep what sampling returns, so it must be little.
        assert episode.extra_model_outputs.keys().isdisjoint({Columns.EMBEDDINGS, REMEMBERED})


def test_the_state_is_nested_with_one_memory_or_two():
    shared = Agent(small_config(memory="lstm")).module.get_initial_state()
    assert shared.keys() == {"memory", "time"}
    assert shared["memory"].keys() == {"hidden", "cell"}
    separate = Agent(small_config(memory="lstm", vf_share_layers=False)).module.get_initial_state()
    assert separate.keys() == {"actor", "critic", "time"}


class Nested(gym.Env):
    """Shows the step number in a dictionary that holds a tuple."""

    observation_space = gym.spaces.Dict(
        {
            "b": gym.spaces.Discrete(3),
            "a": gym.spaces.Tuple([gym.spaces.Box(0, 9, (2,)), gym.spaces.MultiDiscrete([2, 2])]),
        }
    )
    action_space = gym.spaces.Discrete(2)

    def _observe(self):
        return {"b": 2, "a": (np.full(2, self.time, np.float32), np.array([1, 0]))}

    def reset(self, *, seed=None, options=None):
        self.time = 0
        return self._observe(), {}

    def step(self, action):
        self.time += 1
        return self._observe(), 1.0, self.time == 5, False, {}


def test_the_memory_reads_dictionaries_and_tuples_flat():
    agent = Agent(ppo_config(Nested, memory_config={"hidden_size": 8}))
    (episode,) = evaluate(agent)
    flat = [[time, time, 0, 1, 1, 0, 0, 0, 1] for time in range(5)]
    np.testing.assert_array_equal(episode.observation, flat)


def build(observation_space=None, action_space=None, **model_config):
    return MemoryRLModule(
        observation_space=observation_space or gym.spaces.Box(0, 1, (3,)),
        action_space=action_space or gym.spaces.Discrete(2),
        model_config=model_config,
    )


def test_sizes_in_the_config_are_the_sizes_of_the_networks():
    module = build(encoder_sizes=[5, 6], actor_sizes=[7], critic_sizes=[], memory="elman")
    networks = module.networks
    assert networks.encoder.output_size == networks.memory.input_size == 6
    assert networks.actor_head.model[0].out_features == 7
    assert len(networks.critic_head.model) == 1
    assert module.make_networks(11).actor_head.output_size == 11


@pytest.mark.parametrize(
    ("model_config", "message"),
    [
        ({"memroy": "gru"}, "'memroy' is not a known key.*Did you mean 'memory'"),
        (
            {"fcnet_hiddens": [64]},
            "'fcnet_hiddens' is a key of RLlib's DefaultModelConfig.*'encoder_sizes' here",
        ),
        ({"fcnet_activation": "tanh"}, "'fcnet_activation' is a key.*encoder_nonlinearity='Tanh'"),
        ({"encoder_nonlinearity": "tahn"}, "Did you mean 'Tanh'"),
        ({"memory": "gruu"}, "Did you mean 'gru'"),
        ({"memory_config": {"hiden_size": 3}}, "Did you mean 'hidden_size'"),
    ],
)
def test_unknown_keys_and_names_are_refused(model_config, message):
    with pytest.raises(ValueError, match=message):
        build(**model_config)


@pytest.mark.parametrize(
    "space",
    [
        gym.spaces.Text(3),
        gym.spaces.Tuple([gym.spaces.Sequence(gym.spaces.Discrete(2))]),
        gym.spaces.Dict({"a": Repeated(gym.spaces.Discrete(2), 3)}),
    ],
)
def test_observations_without_a_fixed_size_are_refused(space):
    with pytest.raises(TypeError, match=r"no fixed size. Pad lists: memorylab.*PadLists"):
        build(observation_space=space)


def test_a_broken_memory_is_reported_as_what_it_is(monkeypatch):
    class Broken(MEMORY_MODELS["gru"]):
        def __init__(self, input_size, hidden_size=8):
            super().__init__(input_size, hidden_size)
            self.no_such_thing  # noqa: B018

    monkeypatch.setitem(MEMORY_MODELS, "gru", Broken)
    with pytest.raises(RuntimeError, match="no_such_thing"):
        Agent(small_config(memory="gru"))


@pytest.mark.parametrize("environment", ["TMaze", "TwoDials"])
def test_acting_keeps_no_gradients(environment):
    runner = make_runner(small_config(environment), num_envs=1)
    (episode,) = runner.sample(num_episodes=1)
    batch = {
        Columns.OBS: torch.as_tensor(episode.observations[0])[None, None],
        Columns.STATE_IN: batched(runner.module.get_initial_state(), 1),
    }
    for forward in (runner.module.forward_exploration, runner.module.forward_inference):
        output = forward(dict(batch))
        assert not output[Columns.ACTION_DIST_INPUTS].requires_grad
        assert not output[Columns.STATE_OUT]["time"].requires_grad
        assert not output[Columns.STATE_OUT]["memory"]["hidden"].requires_grad
