"""Agents of structured spaces: saved, loaded, exported, and acting in batches."""

import gymnasium as gym
import numpy as np
import onnxruntime
import pytest
import torch
import tree
from gymnasium.vector.utils import concatenate, create_empty_array
from ray.rllib.utils.torch_utils import convert_to_torch_tensor
from space_examples import SpaceCell, make_world

from memorylab.memory import map_state
from memorylab.memory.export import _tensors
from memorylab.rllib import Agent
from memorylab.rllib.heads import Masked
from memorylab.rllib.keeping import PolicyStep
from memorylab.rllib.observations import memory_input, memory_space

OBJECTS = {"space_examples:make_world": make_world}


def make_agent(observation, action):
    """Return an untrained agent, and an observation of its space that allows every action."""
    agent = Agent(SpaceCell(observation, action, "gru", "PPO").config())
    agent.spaces[0].seed(0)
    shown = agent.spaces[0].sample()
    if observation == "masked":
        shown["action_mask"][:] = 1
    return agent, shown


@pytest.mark.parametrize(
    ("observation", "action"),
    [("nested", "dict"), ("masked", "multidiscrete"), ("list", "tuple"), ("image", "integers")],
)
def test_an_agent_that_is_loaded_acts_as_before_alone_and_in_a_batch(observation, action, tmp_path):
    agent, shown = make_agent(observation, action)
    agent.save(tmp_path / "agent")
    loaded = Agent.load(tmp_path / "agent", OBJECTS)
    acted, again = (one.start().act(shown) for one in (agent, loaded))
    tree.map_structure(np.testing.assert_array_equal, acted, again)
    space = agent.spaces[0]
    batch = concatenate(space, [shown] * 3, create_empty_array(space, 3))
    together = loaded.start(3).act(batch)
    tree.map_structure(
        # A product over another number of rows may round otherwise.
        lambda part, alone: np.testing.assert_allclose(part[1], alone, 1e-5, 1e-6),
        together,
        acted,
    )


def test_a_dictionary_keeps_its_order_in_a_file_and_behind_a_mask(tmp_path):
    """Gymnasium sorts the keys of a dictionary, but not those of named arguments."""
    agent, _ = make_agent("nested", "dict")
    agent.save(tmp_path / "agent")
    loaded = Agent.load(tmp_path / "agent", OBJECTS)
    assert [*loaded.spaces[0]] == [*agent.spaces[0]] == ["b", "a"]
    space = gym.spaces.Dict(b=gym.spaces.Discrete(2), action_mask=gym.spaces.MultiBinary(2))
    space = gym.spaces.Dict([*space.items(), ("a", gym.spaces.Box(0, 9, (1,)))])
    shown = {"b": torch.tensor(1), "a": torch.tensor([5.0]), "action_mask": torch.ones(2)}
    assert [*memory_space(space)] == ["b", "a"]
    assert memory_input(shown, space).tolist() == [0, 1, 5]
    assert Masked().fit(space, gym.spaces.Discrete(2)) == Masked()


def test_an_exported_agent_reads_the_parts_of_an_observation(tmp_path):
    agent, shown = make_agent("nested", "dict")
    agent.export(tmp_path / "step.onnx", batch_size=2)
    session = onnxruntime.InferenceSession(tmp_path / "step.onnx")
    observation = convert_to_torch_tensor(
        tree.map_structure(lambda part: np.stack([part] * 2), shown)
    )
    initial = agent.module.get_initial_state()
    state = map_state(lambda tensor: tensor.expand(2, *tensor.shape), initial)
    named = [*_tensors(observation, "observation"), *_tensors(state, "state")]
    (found, *_) = session.run(None, {name: tensor.numpy() for name, tensor in named})
    with torch.no_grad():
        expected, _ = PolicyStep(agent.module)(observation, state)
    np.testing.assert_allclose(found, expected, atol=1e-6)
