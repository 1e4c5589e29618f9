import itertools
import warnings

import pytest
import torch
from popgym_family import EMBEDDINGS, FAMILY, enlarge, options_of, two_layers
from ray.rllib.algorithms.ppo import PPOConfig

from memorylab.rllib import register_environments
from memorylab.rllib.classic import GRU, LSTM, MLP, BasicMLP, DiffNC
from memorylab.rllib.classic.worker import make_worker, update

pytestmark = pytest.mark.ray

EVERY_MODEL = pytest.mark.parametrize("model_class", FAMILY)


def config_of(model_class, environment="CountRecallEasy", max_seq_len=52, **options):
    register_environments()
    options = options_of(model_class, **options)
    return (
        PPOConfig()
        .api_stack(enable_rl_module_and_learner=False, enable_env_runner_and_connector_v2=False)
        .environment(environment)
        .env_runners(
            num_env_runners=0,
            num_envs_per_env_runner=4,
            rollout_fragment_length=60,
            batch_mode="complete_episodes",
        )
        .training(
            train_batch_size=240,
            minibatch_size=120,
            num_epochs=2,
            lr=1e-3,
            model={
                "custom_model": model_class,
                "custom_model_config": options,
                "max_seq_len": max_seq_len,
            },
        )
        .debugging(seed=0, log_level="ERROR")
    )


def parameters_of(model):
    return {
        name: parameter.detach().clone()
        for name, parameter in model.named_parameters()
        if parameter.requires_grad
    }


ENVIRONMENTS = ["AutoencodeEasy", "CountRecallEasy", "HigherLowerEasy"]


@pytest.mark.parametrize(
    ("model_class", "environment"), zip(FAMILY, itertools.cycle(ENVIRONMENTS), strict=False)
)
def test_ppo_trains_every_parameter(model_class, environment):
    # The modules are those of POPGym's ppo.py, in small.
    size = options_of(model_class)["hidden_size"]
    options = {
        "preprocessor": two_layers(10, 10),
        "actor": two_layers(size, 8),
        "critic": two_layers(size, 8),
    }
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        worker = make_worker(config_of(model_class, environment, **options))
        policy = worker.get_policy()
        assert type(policy.model) is model_class
        (optimizer,) = policy._optimizers
        optimized = {id(p) for group in optimizer.param_groups for p in group["params"]}
        assert all(id(parameter) in optimized for parameter in policy.model.parameters())
        before = parameters_of(policy.model)
        batch = worker.sample()
        assert batch.env_steps() >= 200
        stats = update(worker, batch)["learner_stats"]
    after = parameters_of(policy.model)
    assert [name for name, old in before.items() if torch.equal(old, after[name])] == []
    assert all(torch.isfinite(torch.tensor(float(value))) for value in stats.values())
    assert [str(w.message) for w in caught if "memorylab" in w.filename] == []


@pytest.mark.parametrize("embedding", EMBEDDINGS)
def test_ppo_trains_every_embedding_beyond_max_seq_len(embedding):
    model_class = MLP if embedding in ("learned", "sine") else GRU
    worker = make_worker(config_of(model_class, max_seq_len=7, embedding=embedding))
    before = parameters_of(worker.get_policy().model)
    batch = worker.sample()
    assert batch["default_policy"]["state_out_0" if model_class is MLP else "state_out_1"].max() > 7
    update(worker, batch)
    after = parameters_of(worker.get_policy().model)
    assert [name for name, old in before.items() if torch.equal(old, after[name])] == []


@EVERY_MODEL
def test_the_training_pass_reproduces_what_was_sampled(model_class):
    # 7 is less than any episode, so rows begin in the middle of episodes too, and end in padding.
    worker = make_worker(config_of(model_class, max_seq_len=7))
    policy = worker.get_policy()
    enlarge(policy.model)
    batch = worker.sample()["default_policy"]
    policy.compute_gradients(batch)  # Pads the batch, and runs PPO's loss.
    rows = torch.as_tensor(batch["seq_lens"])
    mask = (torch.arange(int(rows.max())) < rows.unsqueeze(1)).flatten()  # [B·T]
    assert rows.max() == 7
    assert not mask.all()
    states = len(policy.get_initial_state())
    assert (batch[f"state_in_{states - 1}"] > 7).any()  # The number of steps.
    for found, sampled in (
        (policy.model.last_output(), batch["action_dist_inputs"]),
        (policy.model.value_function(), batch["vf_preds"]),
    ):
        torch.testing.assert_close(found[mask], sampled[mask], rtol=0, atol=1e-6)
    if model_class is BasicMLP:
        return
    # So the check above sees the memory and the clock: without them it would fail.
    for i in range(states):
        batch[f"state_in_{i}"] = torch.zeros_like(batch[f"state_in_{i}"])
    logits, _ = policy.model(batch)
    assert (logits - batch["action_dist_inputs"])[mask].abs().max() > 1e-5


@pytest.mark.parametrize("model_class", [LSTM, DiffNC])
def test_nothing_in_the_padding_reaches_a_gradient_of_ppo(model_class):
    worker = make_worker(config_of(model_class, max_seq_len=7))
    policy, gradients = worker.get_policy(), []
    batch = worker.sample()["default_policy"]
    policy.compute_gradients(batch)
    rows = torch.as_tensor(batch["seq_lens"])
    padding = (torch.arange(7) >= rows.unsqueeze(1)).flatten()  # [B·T]
    assert padding.any()
    for filling in (0.0, float("nan")):
        batch["obs"][padding] = filling
        loss = policy.loss(policy.model, policy.dist_class, batch)
        policy.model.zero_grad()
        loss.backward()
        gradients.append([parameter.grad.clone() for parameter in policy.model.parameters()])
    for clean, dirty in zip(*gradients, strict=True):
        assert torch.equal(clean, dirty)


def test_two_policies_share_nothing_that_the_configuration_holds():
    config = config_of(GRU, actor=two_layers(16, 8), critic=two_layers(16, 8))
    first, second = make_worker(config), make_worker(config)
    before = parameters_of(second.get_policy().model)
    update(first, first.sample())
    after = parameters_of(second.get_policy().model)
    assert all(torch.equal(before[name], after[name]) for name in before)
