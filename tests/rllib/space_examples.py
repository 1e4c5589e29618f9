"""Spaces of observations × spaces of actions × memories × algorithms: the cells of a table.

:func:`refusal` says which cells are refused, and how.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np
from gymnasium.spaces import Box, Dict, Discrete, MultiBinary, MultiDiscrete, Tuple
from learner_examples import FEW_MEMORIES, learner_and_runner
from matrix_examples import AFTER_MANY_STEPS, SMALL, Outcome, unmoved_since, update_once
from ray.rllib.core.learner import Learner
from ray.rllib.utils.spaces.repeated import Repeated

from memorylab.environments import PadLists
from memorylab.rllib import Agent, MemoryRLModule, algorithm_config
from memorylab.rllib.algorithms import ALGORITHMS
from memorylab.rllib.heads.spaces import choices_of
from memorylab.rllib.replay import ReplayBuffer

BYTES = Box(0, 255, (8, 6, 3), np.uint8)
OBSERVATIONS: dict[str, Any] = {
    "image": BYTES,
    "float64 matrix": Box(-1, 1, (2, 3), np.float64),
    "integers": Box(-3, 9, (2,), np.int32),
    "discrete": Discrete(3, start=2),
    "multidiscrete": MultiDiscrete([[2, 3], [4, 2]], start=[[1, -4], [0, 2]]),
    "multibinary": MultiBinary([2, 2]),
    "nested": Dict(b=Tuple([Discrete(2, start=-1), Dict(c=BYTES, d=Box(0, 1, ()))]), a=Box(0, 1)),
    "list": Dict(a=Repeated(Discrete(3, start=1), 2), b=Box(0, 1, (1,))),
    "masked": lambda mask: Dict(observation=Box(0, 1, (3,)), action_mask=MultiBinary(mask)),
}
FREE = np.array([[1, -np.inf], [-np.inf, -np.inf]])
ACTIONS = {
    "discrete": Discrete(3, start=-1),
    "multidiscrete": MultiDiscrete([[2, 3], [4, 2]], start=[[5, 1], [-9, 0]]),
    "multibinary": MultiBinary([2, 2]),
    "float64 box": Box(np.array([-0.1, 0]), np.array([0.3, 5]), dtype=np.float64),
    "half-bounded box": Box(FREE, np.array([[np.inf, 0.3], [np.inf, np.inf]]), dtype=np.float64),
    "integers": Box(-3, 2, (2,), np.int8),
    "tuple": Tuple([Discrete(2, start=3), Box(-5, 5, (2,)), MultiBinary(2), Box(0, 9, ())]),
    "dict": Dict(b=Discrete(2), a=Tuple([MultiDiscrete([2, 3], start=[1, 1]), Discrete(4)])),
}
COUNTED = {"discrete", "multidiscrete", "multibinary", "integers", "dict"}
"""The actions that are whole numbers, so that a mask can be over them."""


class World(gym.Env):
    """Shows anything, for five steps, and insists on actions of its space that its mask allows."""

    def __init__(self, observation: Any, action: gym.Space):
        self.action_space = action
        self.num_choices = sum(choices_of(action)) if _is_counted(action) else 3
        self.observation_space = observation
        if callable(observation):
            self.observation_space = observation(self.num_choices)
        self.one_hot = gym.spaces.flatdim(action) == self.num_choices

    def _observe(self) -> Any:
        self.shown = self.observation_space.sample()
        if isinstance(self.shown, dict) and "action_mask" in self.shown:
            allowed = self.shown["action_mask"]
            # One action at least, a different one each time.
            possible = gym.spaces.flatten(self.action_space, self.action_space.sample())
            allowed |= possible.astype(np.int8) if self.one_hot else 1
        return self.shown

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        if seed is not None:
            self.observation_space.seed(seed)
        self.time = 0
        return self._observe(), {}

    def step(self, action):
        assert self.action_space.contains(action), f"{action!r} is not in {self.action_space}"
        if self.one_hot and isinstance(self.shown, dict) and "action_mask" in self.shown:
            taken = gym.spaces.flatten(self.action_space, action)
            assert (taken <= self.shown["action_mask"]).all(), f"{action!r} is not allowed"
        self.time += 1
        return self._observe(), float(self.time % 2), self.time == 5, False, {}


def _is_counted(space: gym.Space) -> bool:
    return any(space == ACTIONS[name] for name in COUNTED)


def make_world(config: dict[str, Any]) -> gym.Env:
    """Make a world of the spaces with these names."""
    world = World(OBSERVATIONS[config["observation"]], ACTIONS[config["action"]])
    return PadLists(world) if config["observation"] == "list" else world


class SpaceCell(NamedTuple):
    observation: str
    action: str
    memory: str
    algorithm: str

    def __str__(self) -> str:
        return "-".join(self)

    def config(self) -> Any:
        """Return the configuration, of small networks."""
        return algorithm_config(
            self.algorithm,
            make_world,
            self.memory,
            environment_config={"observation": self.observation, "action": self.action},
            memory_config=SMALL.get(self.memory, {"hidden_size": 8}),
            max_seq_len=4,
            **dict.fromkeys(("encoder_sizes", "actor_sizes", "critic_sizes"), (8,)),
        )

    def train(self) -> tuple[Outcome | None, list[str], Agent]:
        """Sample and learn once; return the outcome, the unmoved parameters and the agent.

        There is no outcome of DQN and SAC, whose learners replay no action distributions.
        """
        config = self.config()
        if self.algorithm in ("DQN", "SAC"):
            outcome, (unmoved, module) = None, replay_once(config, num_steps=24)
        else:
            outcome, module = update_once(config, num_steps=24)
            unmoved = outcome.unmoved
        agent = Agent(config)
        agent.module.networks.load_state_dict(module.networks.state_dict())
        return outcome, unmoved, agent


def replay_once(config: Any, num_steps: int) -> tuple[list[str], MemoryRLModule]:
    """Sample, draw from the buffer and learn once; return the unmoved parameters and the module."""
    learner, runner = learner_and_runner(config)
    buffer = ReplayBuffer(1000, seed=0)
    buffer.add(runner.sample(num_timesteps=num_steps, random_actions=False, explore=True))
    lengths = {"batch_length_T": config.model_config["max_seq_len"], "lookback": 1, "n_step": 1}
    drawn = buffer.sample(num_items=num_steps, gamma=0.9, sample_episodes=True, **lengths)
    module = learner.module["default_policy"].unwrapped()
    unmoved = unmoved_since(module)
    Learner.update(learner, episodes=drawn, timesteps=AFTER_MANY_STEPS)
    return unmoved(), module


def refusal(cell: SpaceCell) -> str | None:
    """Return how a cell's configuration is refused, as a regular expression, or None."""
    if cell.algorithm == "DQN" and cell.action != "discrete":
        return "DQN learns the value of each action .* Use PPO, APPO or IMPALA"
    if cell.algorithm == "SAC" and cell.observation == "masked":
        return "SAC doesn't read 'action_mask'. Leave it out of the observation, or use PPO, APPO"
    if cell.algorithm == "SAC" and cell.action != "float64 box":
        return "SAC acts in a bounded Box .* Use PPO, APPO or IMPALA, or, for a Discrete space, DQN"
    if cell.observation == "masked" and cell.action not in COUNTED:
        return "A mask is for actions that can be counted.* Leave 'action_mask' out"
    return None


def every_space_cell() -> Iterator[SpaceCell]:
    axes = (OBSERVATIONS, ACTIONS, FEW_MEMORIES, ALGORITHMS)
    return itertools.starmap(SpaceCell, itertools.product(*axes))
