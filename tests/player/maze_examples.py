"""The course's T-maze agent, without Ray."""

from pathlib import Path

from torch import nn

from memorylab.environments import TMaze
from memorylab.memory import ActorCritic
from memorylab.training import load_weights

WEIGHTS = Path(__file__).parents[2] / "notebooks" / "data" / "tmaze_weights.safetensors"
MEMORY = {"controller": "feedforward", "num_locations": 6, "word_size": 6}
KEPT = (
    "memory",
    "usage",
    "link",
    "precedence",
    "write_weighting",
    "read_weighting",
    "read_vectors",
)
"""All that a DNC with a feed-forward controller keeps from step to step."""


def trained_agent():
    """Return the networks of the agent whose weights the notebooks have."""
    networks = ActorCritic(4, 3, memory="dnc", memory_config=MEMORY)
    load_weights(nn.ModuleDict({"networks": networks}), WEIGHTS)
    return networks


def maze(sign=1, length=8, longest=10):
    """Return a T-maze at the start of an episode."""
    environment = TMaze((min(length, 6), max(length, longest)))
    environment.reset(seed=0, options={"sign": sign, "distance": length})
    return environment
