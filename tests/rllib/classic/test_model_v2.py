import copy
import pickle

import gymnasium as gym
import numpy as np
import pytest
import torch
import tree
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.models import ModelCatalog
from ray.util.debug import reset_log_once

from memorylab.environments import make_environment
from memorylab.memory import MEMORY_MODELS, MemoryModel
from memorylab.rllib import Agent, ppo_config, register_environments
from memorylab.rllib.classic import MemoryModelV2
from memorylab.rllib.classic.worker import make_worker, update
from memorylab.training.weights import load_weights, save_weights

pytestmark = pytest.mark.ray

SMALL = {"dnc": {"hidden_size": 16, "num_locations": 6, "word_size": 5, "num_read_heads": 2}}
EVERY_MEMORY = pytest.mark.parametrize("memory", sorted(MEMORY_MODELS))
FLAT, TWO = gym.spaces.Box(-1, 1, (3,)), gym.spaces.Discrete(2)


def classic_config(environment="TMaze", memory="gru", model=None, **options):
    register_environments()
    options = {"memory_config": SMALL.get(memory, {"hidden_size": 16}), **options}
    return (
        PPOConfig()
        .api_stack(enable_rl_module_and_learner=False, enable_env_runner_and_connector_v2=False)
        .environment(environment)
        .framework("torch")
        .env_runners(num_env_runners=0, num_envs_per_env_runner=4, rollout_fragment_length=50)
        # 7 is less than any episode, so rows begin in the middle of episodes too.
        .training(
            train_batch_size=200,
            minibatch_size=100,
            num_epochs=2,
            lr=1e-3,
            model={
                "custom_model": MemoryModelV2,
                "custom_model_config": {"memory": memory, **options},
                "max_seq_len": 7,
                **(model or {}),
            },
        )
        .debugging(seed=0, log_level="ERROR")
    )


def build(observation_space=FLAT, num_outputs=2, model_config=None, **options):
    """Return a model, as RLlib's catalog makes it."""
    model_config = {
        "custom_model": MemoryModelV2,
        "custom_model_config": options,
        **(model_config or {}),
    }
    return ModelCatalog.get_model_v2(
        observation_space, TWO, num_outputs, model_config, framework="torch"
    )


def batched(state, batch_size):
    return [tensor.expand(batch_size, *tensor.shape).float() for tensor in state]


def test_the_state_is_a_list_in_the_order_of_its_names():
    shared = build(memory="lstm", vf_share_layers=True)
    names = ["/".join(path) for path, _ in tree.flatten_with_path(shared.networks.initial_state())]
    assert names == ["memory/cell", "memory/hidden", "time"]
    assert [list(tensor.shape) for tensor in shared.get_initial_state()] == [[64], [64], []]
    separate = build(memory="lstm", vf_share_layers=False)
    assert len(separate.get_initial_state()) == 5
    # The order in which a memory happens to write its state down changes nothing.
    state = shared.networks.initial_state()
    swapped = {"time": state["time"], "memory": dict(reversed(state["memory"].items()))}
    assert all(
        left is right
        for left, right in zip(tree.flatten(state), tree.flatten(swapped), strict=True)
    )


@EVERY_MEMORY
def test_step_by_step_as_in_rows_though_the_states_are_floats(memory):
    model = build(memory=memory, memory_config=SMALL.get(memory, {}))
    observations = torch.randn(2, 5, 3)
    whole, after = model({"obs": observations.flatten(0, 1)}, [], torch.tensor([5, 5]))
    values = model.value_function()
    state = batched(model.get_initial_state(), 2)
    for t in range(5):
        # As a policy calls it while acting, and with no lengths at all.
        lengths = torch.ones(2, dtype=torch.int32) if t % 2 else None
        logits, state = model({"obs": observations[:, t]}, state, lengths)
        state = [tensor.float() for tensor in state]
        torch.testing.assert_close(logits, whole.reshape(2, 5, 2)[:, t])
        torch.testing.assert_close(model.value_function(), values.reshape(2, 5)[:, t])
    for left, right in zip(state, after, strict=True):
        torch.testing.assert_close(left, right.float())
    assert after[-1].tolist() == [5, 5]


class Counter(MemoryModel):
    """Remembers how many steps there were, as a whole number."""

    def __init__(self, input_size):
        super().__init__(input_size)
        self.core = torch.nn.Linear(input_size + 1, 2)

    output_size = 2

    def initial_state(self):
        return {"count": torch.zeros((), dtype=torch.int64)}

    def forward_memory(self, z, state, t_starts, seq_lens):
        counts = state["count"].unsqueeze(1) + torch.arange(z.shape[1])  # [B, T]
        outputs = self.core(torch.cat([z, counts.unsqueeze(-1)], dim=-1))
        return outputs, {"count": state["count"] + seq_lens}


def test_states_that_are_whole_numbers_survive_being_made_floats(monkeypatch):
    monkeypatch.setitem(MEMORY_MODELS, "counter", Counter)
    model = build(memory="counter")
    _, state = model({"obs": torch.zeros(4, 3)}, [], torch.tensor([4]))
    _, state = model({"obs": torch.zeros(4, 3)}, [x.float() for x in state], torch.tensor([3]))
    assert state[0].dtype == torch.int64
    assert [tensor.tolist() for tensor in state] == [[7], [7]]


def sample(config):
    """Return a worker and a batch with episodes that were begun in the one before."""
    worker = make_worker(config)
    worker.sample()
    return worker, worker.sample()["default_policy"]


@EVERY_MEMORY
def test_separate_memories_replay_and_learn(memory):
    # The matrix does the same with a shared one.
    worker, batch = sample(classic_config(memory=memory, vf_share_layers=False))
    policy = worker.get_policy()
    policy.compute_gradients(batch)  # Pads the batch, and runs PPO's loss.
    rows = torch.as_tensor(batch["seq_lens"])
    mask = (torch.arange(int(rows.max())) < rows.unsqueeze(1)).flatten()  # [B·T]
    assert rows.max() == 7
    assert not mask.all()
    states = len(policy.get_initial_state())
    assert (batch[f"state_in_{states - 1}"] > 0).any()  # time
    for found, sampled in (
        (policy.model.last_output(), batch["action_dist_inputs"]),
        (policy.model.value_function(), batch["vf_preds"]),
    ):
        torch.testing.assert_close(found[mask], sampled[mask], rtol=0, atol=1e-6)
    # So the check above sees the memory: without the state the rows began with it would fail.
    if memory not in ("mlp", "elman"):
        for i in range(states):
            batch[f"state_in_{i}"] = torch.zeros_like(batch[f"state_in_{i}"])
        logits, _ = policy.model(batch)
        assert (logits - batch["action_dist_inputs"])[mask].abs().max() > 1e-4

    (optimizer,) = policy._optimizers
    optimized = {id(p) for group in optimizer.param_groups for p in group["params"]}
    assert all(id(p) in optimized for p in policy.model.parameters())
    before = {name: p.detach().clone() for name, p in policy.model.named_parameters()}
    update(worker, worker.sample()["default_policy"])
    after = dict(policy.model.named_parameters())
    assert [name for name, old in before.items() if torch.equal(old, after[name])] == []


def test_it_learns_what_needs_a_memory():
    config = classic_config(vf_share_layers=True)
    config.environment(env_config={"corridor_length": (2, 4)})
    config.env_runners(num_envs_per_env_runner=8, rollout_fragment_length=52)
    config.training(train_batch_size=416, minibatch_size=104, num_epochs=4, lr=3e-3)
    config.training(gamma=0.9, lambda_=0.9, grad_clip=0.5, use_kl_loss=False, kl_coeff=0.0)
    worker, best = make_worker(config), -np.inf
    while best < 0.9 and worker.get_policy().global_timestep < 10_000:
        update(worker, worker.sample())
        best = max(best, np.mean([episode.episode_reward for episode in worker.get_metrics()]))
    assert best >= 0.9  # Without memory it would not exceed 0.


class Supervised(MemoryModelV2):
    """Adds a loss of its own, as the model API lets it."""

    def custom_loss(self, policy_loss, loss_inputs):
        assert loss_inputs["obs"].shape[0] == len(self.last_output())
        self.own_loss = 0.1 * self.last_output().square().mean()
        return [loss + self.own_loss for loss in policy_loss]

    def metrics(self):
        return {"own_loss": self.own_loss.item()}


def test_a_custom_loss_is_learnt_from_and_its_metrics_are_reported():
    gradients = []
    for model in (MemoryModelV2, Supervised):
        worker, batch = sample(classic_config(model={"custom_model": model}))
        policy = worker.get_policy()
        policy.compute_gradients(batch)
        gradients.append([p.grad.clone() for p in policy.model.networks.actor_head.parameters()])
        plain = policy.model
    assert any(not torch.allclose(left, right) for left, right in zip(*gradients, strict=True))
    result = update(worker, worker.sample())
    assert result["model"]["own_loss"] > 0
    loss = [torch.tensor(2.0)]
    assert MemoryModelV2.custom_loss(plain, loss, {}) is loss
    assert MemoryModelV2.metrics(plain) == {}


def test_variables_carry_the_names_of_the_parameters():
    model = build(memory="lstm")
    named = dict(model.named_parameters())
    assert model.variables(as_dict=True).keys() == named.keys()
    assert all(value is named[name] for name, value in model.variables(as_dict=True).items())
    assert len(model.variables()) == len(model.trainable_variables()) == len(named)
    model.networks.encoder.requires_grad_(False)
    trainable = model.trainable_variables(as_dict=True)
    assert trainable.keys() == {name for name in named if ".encoders." not in name}
    assert len(model.trainable_variables()) == len(trainable)


def test_context_and_last_output():
    model = build()
    entered = []

    class Context:
        def __enter__(self):
            entered.append(True)

        def __exit__(self, *_):
            pass

    with model.context():
        pass
    model.context = Context
    logits, _ = model({"obs": torch.randn(4, 3)}, [], torch.tensor([4]))
    assert entered == [True]
    assert model.last_output() is logits


def test_it_is_found_under_the_name_it_is_registered_with():
    ModelCatalog.register_custom_model("a_memory", MemoryModelV2)
    worker, batch = sample(classic_config(model={"custom_model": "a_memory"}))
    assert type(worker.get_policy().model) is MemoryModelV2
    assert np.isfinite(update(worker, batch)["learner_stats"]["total_loss"])


def test_images_are_read_flat():
    space = gym.spaces.Box(0, 255, (4, 5, 3), np.uint8)
    model = build(space)
    assert model.networks.encoder.model[0].in_features == 60
    images = torch.randint(0, 255, (6, 4, 5, 3), dtype=torch.uint8)
    logits, _ = model({"obs": images}, [], torch.tensor([3, 3]))
    assert logits.shape == (6, 2)


def test_single_actions_carry_the_state_along():
    worker = make_worker(classic_config(memory="lstm"))
    policy, environment = worker.get_policy(), make_environment("TMaze")
    observation, _ = environment.reset(seed=0)
    state = policy.get_initial_state()
    for step in range(4):
        action, state, extra = policy.compute_single_action(observation, state, explore=False)
        assert int(state[-1]) == step + 1
        assert action == extra["action_dist_inputs"].argmax()
        observation, *_ = environment.step(action)


def test_weights_travel_as_safetensors_and_into_the_current_stack(tmp_path):
    old, new = build(memory="lstm"), build(memory="lstm")
    save_weights(old, tmp_path / "weights.safetensors")
    load_weights(new, tmp_path / "weights.safetensors")
    batch = {"obs": torch.randn(4, 3)}
    expected = old(batch, [], torch.tensor([4]))[0]
    assert torch.equal(new(batch, [], torch.tensor([4]))[0], expected)
    reset_log_once("import_from_h5")  # RLlib raises once in a process only: see test_migration.
    with pytest.raises(ValueError, match="deprecated"):
        old.import_from_h5(str(tmp_path / "weights.h5"))

    worker = make_worker(classic_config(memory="lstm"))
    model = worker.get_policy().model
    config = ppo_config("TMaze", "lstm", memory_config={"hidden_size": 16}, vf_share_layers=False)
    agent = Agent(config)
    save_weights(model.networks, tmp_path / "agent.safetensors")
    load_weights(agent.module.networks, tmp_path / "agent.safetensors")
    assert torch.equal(next(agent.module.parameters()), next(model.parameters()))


def test_it_can_be_copied_and_pickled_after_use():
    model = build()
    batch = {"obs": torch.randn(4, 3)}
    logits, _ = model(batch, [], torch.tensor([4]))
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert torch.equal(twin(batch, [], torch.tensor([4]))[0], logits)


def test_vf_share_layers_and_max_seq_len_may_stand_beside_the_config_of_the_model():
    def memories(model_config, **options):
        return list(build(model_config=model_config, **options).networks.memories)

    assert memories({"vf_share_layers": False}) == ["actor", "critic"]
    assert memories({"vf_share_layers": True}) == ["memory"]
    assert memories({"vf_share_layers": False}, vf_share_layers=True) == ["memory"]
    assert build(model_config={"max_seq_len": 7}, max_seq_len=7)


@pytest.mark.parametrize(
    ("model_config", "options", "message"),
    [
        ({}, {"memroy": "gru"}, "'memroy' is not a known key.*Did you mean 'memory'"),
        ({}, {"memory": "gruu"}, "Did you mean 'gru'"),
        ({}, {"memory_config": {"hiden_size": 3}}, "Did you mean 'hidden_size'"),
        ({"use_lstm": True}, {}, "use_lstm must be False"),
        ({"use_attention": True}, {}, "use_attention must be False"),
        ({"max_seq_len": 7}, {"max_seq_len": 9}, "says max_seq_len 9.*which is 7"),
    ],
)
def test_options_that_do_not_exist_or_fit_are_refused(model_config, options, message):
    with pytest.raises(ValueError, match=message):
        build(model_config=model_config, **options)


def test_other_spaces_are_refused():
    with pytest.raises(TypeError, match="reads flat observations"):
        build(gym.spaces.Discrete(3))
    with pytest.raises(TypeError, match="num_outputs must be an integer"):
        build(num_outputs=None)


def test_calls_that_make_no_sense_are_refused():
    model = build(memory="lstm")
    with pytest.raises(RuntimeError, match="Call the model first"):
        model.value_function()
    with pytest.raises(ValueError, match=r"shape \[4, 3\] can't be cut into 3 rows"):
        model({"obs": torch.zeros(4, 3)}, [], torch.tensor([2, 1, 1]))
    with pytest.raises(ValueError, match=r"shapes \[\[1, 64\], \[1, 64\], \[1\]\]"):
        model({"obs": torch.zeros(4, 3)}, [torch.zeros(4)], torch.ones(1))


def test_a_worker_is_for_the_old_stack_only():
    with pytest.raises(ValueError, match="enable_rl_module_and_learner=False"):
        make_worker(ppo_config("TMaze"))


@pytest.mark.parametrize(
    "space",
    [
        gym.spaces.Discrete(3, start=1),
        gym.spaces.Tuple([gym.spaces.MultiDiscrete([2, 2], start=[0, 5])]),
    ],
)
def test_actions_that_do_not_count_from_0_are_refused(space):
    """RLlib's old stack would act by their numbers from 0, which are other actions or none."""
    with pytest.raises(TypeError, match=r"counts actions from 0.*start.*wrapper.*MemoryRLModule"):
        MemoryModelV2(gym.spaces.Box(0, 1, (3,)), space, gym.spaces.flatdim(space), {}, "")
