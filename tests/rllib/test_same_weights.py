"""The same weights give the same numbers: bare, in ``ppo``, as TorchModelV2 and as RLModule."""

import gymnasium as gym
import pytest
import torch
import tree
from hypothesis import given, settings
from hypothesis import strategies as st
from ray.rllib.core.columns import Columns

from memorylab.memory import MEMORY_MODELS, ActorCritic
from memorylab.ppo import Agent
from memorylab.rllib import MemoryRLModule
from memorylab.rllib.classic import MemoryModelV2

pytestmark = pytest.mark.ray

F, A = 3, 4
OBSERVATIONS, ACTIONS = gym.spaces.Box(-1, 1, (F,)), gym.spaces.Discrete(A)
SMALL = {"dnc": {"hidden_size": 8, "num_locations": 4, "word_size": 3, "num_read_heads": 2}}
EVERY_MEMORY = pytest.mark.parametrize("memory", sorted(MEMORY_MODELS))
SHARED = pytest.mark.parametrize("share", [True, False], ids=["shared", "separate"])


class Spaces(gym.Env):
    """An environment that has spaces; nobody acts in it."""

    observation_space, action_space = OBSERVATIONS, ACTIONS


def four(memory, share):
    """Return an ActorCritic, and each stack's wrapper around another one of the same weights."""
    config = {
        "memory": memory,
        "memory_config": SMALL.get(memory, {"hidden_size": 8}),
        "encoder_sizes": [7],
        "actor_sizes": [6],
        "critic_sizes": [5],
        "vf_share_layers": share,
    }
    bare = ActorCritic(F, A, **config)
    classic = MemoryModelV2(OBSERVATIONS, ACTIONS, A, {"custom_model_config": config}, "", **config)
    current = MemoryRLModule(
        observation_space=OBSERVATIONS, action_space=ACTIONS, model_config=config
    )
    agent = Agent(Spaces, **config, seed=100)  # none of those drawn below
    for wrapper in (classic, current, agent):
        assert not torch.equal(next(wrapper.networks.parameters()), next(bare.parameters()))
        wrapper.networks.load_state_dict(bare.state_dict())
    return bare, {run_classic: classic, run_current: current, run_ppo: agent}


def run_classic(model, observations, state, seq_lens):
    """Run a TorchModelV2 as a policy does: a flat batch, and a list of states that are floats."""
    state = [tensor.float() for tensor in tree.flatten(state)]
    batch = {"obs": observations.flatten(0, 1)}  # [B·T, F]
    logits, after = model(batch, state, seq_lens.int())
    values = model.value_function()
    shape = observations.shape[:2]
    return logits.reshape(*shape, A), values.reshape(shape), after


def run_current(module, observations, state, seq_lens):
    """Run an RLModule as a learner does: lengths are floats."""
    batch = {
        Columns.OBS: observations,
        Columns.STATE_IN: state,
        Columns.SEQ_LENS: seq_lens.float(),
    }
    output = module.forward_train(batch)
    values = module.compute_values(batch, output[Columns.EMBEDDINGS])
    return output[Columns.ACTION_DIST_INPUTS], values, tree.flatten(output[Columns.STATE_OUT])


def run_ppo(agent, observations, state, seq_lens):
    """Run an agent without Ray, as its updates do."""
    logits, values, after = agent.networks(observations, state, seq_lens)
    return logits, values, tree.flatten(after)


@settings(deadline=None, derandomize=True, max_examples=8)
@given(
    rows=st.lists(st.integers(0, 5), min_size=1, max_size=4),
    surplus=st.integers(0, 2),
    junk=st.sampled_from([0.0, 3e38, float("inf"), float("nan")]),
    seed=st.integers(0, 99),
)
@SHARED
@EVERY_MEMORY
def test_logits_values_and_states_are_the_same_to_the_bit(memory, share, rows, surplus, junk, seed):
    torch.manual_seed(seed)
    bare, wrappers = four(memory, share)
    seq_lens = torch.tensor(rows)
    max_len = max(*rows, 1) + surplus
    padding = torch.arange(max_len) >= seq_lens.unsqueeze(1)  # [B, T]
    # From a state in the middle of an episode.
    _, _, state = bare(torch.randn(len(rows), 3, F))
    state = tree.map_structure(torch.detach, state)
    observations = torch.randn(len(rows), max_len, F).masked_fill(padding.unsqueeze(-1), junk)

    logits, values, after = bare(observations, state, seq_lens)
    assert logits[~padding].isfinite().all()
    for run, wrapper in wrappers.items():
        found = run(wrapper, observations, state, seq_lens)
        assert torch.equal(found[0][~padding], logits[~padding])
        assert torch.equal(found[1][~padding], values[~padding])
        for left, right in zip(found[2], tree.flatten(after), strict=True):
            assert torch.equal(left, right)


@SHARED
@EVERY_MEMORY
def test_the_gradients_are_the_same_to_the_bit(memory, share):
    bare, wrappers = four(memory, share)
    observations, seq_lens = torch.randn(2, 4, F), torch.tensor([4, 2])
    state = bare(torch.randn(2, 3, F))[2]
    state = tree.map_structure(torch.detach, state)

    def gradients(networks, logits, values):
        loss = sum(x[0].square().sum() + x[1, :2].square().sum() for x in (logits, values))
        loss.backward()
        return [parameter.grad for parameter in networks.parameters()]

    expected = gradients(bare, *bare(observations, state, seq_lens)[:2])
    assert all(gradient is not None for gradient in expected)
    for run, wrapper in wrappers.items():
        found = gradients(wrapper.networks, *run(wrapper, observations, state, seq_lens)[:2])
        for left, right in zip(found, expected, strict=True):
            assert torch.equal(left, right)
