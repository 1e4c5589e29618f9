"""Agents of the foggy T-maze: one of every kind of memory, and many of their episodes at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from safetensors.torch import load_file
from torch import Tensor
from torch.nn.functional import one_hot
from torch.utils._pytree import tree_leaves

from memorylab.errors import check_choice, check_count
from memorylab.memory import ActorCritic
from memorylab.memory.model import State, batched
from memorylab.ppo import Agent
from memorylab_course.foggy_maze import FORWARD, LOOK, SEEN
from memorylab_course.foggy_task import (
    BUMP_COST,
    FEATURES,
    LAMP,
    LEFT,
    MAX_STEPS,
    MAZE,
    STEP_COST,
    FoggyTMaze,
    following_beliefs,
)

KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "GRU": ("gru", {"hidden_size": 24}),
    "LSTM": ("lstm", {"hidden_size": 20}),
    "stack of 8": ("frame_stack", {"num_frames": 8, "hidden_size": 36}),
    "LRU": ("lru", {"hidden_size": 24}),
    "DNC": (
        "dnc",
        {"controller": "feedforward", "hidden_size": 24, "num_locations": 6, "word_size": 8},
    ),
}
"""Each kind of memory: its model's name and its sizes, for about as many parameters."""

RIVALS: dict[str, str] = {
    "no memory": "observation",
    "exact belief": "belief",
    "state in sight": "state",
}
"""Agents without memory, and what each is shown."""

SEEDS = range(5)

Wound = Callable[[int, State, State], State]
"""A function of the step, the memory's state before and after it, to the state that goes on."""


def build(kind: str, seed: int) -> Agent:
    """Return an agent that has learnt nothing yet; ``kind`` is a key of the tables above."""
    check_choice(kind, "kind of agent", [*KINDS, *RIVALS])
    memory, sizes = KINDS.get(kind, ("mlp", {"hidden_size": 40}))
    return Agent(
        FoggyTMaze,
        memory,
        memory_config=sizes,
        environment_config={"shown": RIVALS.get(kind, "observation")},
        seed=seed,
        encoder_sizes=(24,),
        actor_sizes=(24,),
        critic_sizes=(24,),
    )


def load_agents(path: str | Path) -> dict[str, list[ActorCritic]]:
    """Read the trained networks of every kind of memory and every seed.

    They are stored in half precision and computed with in single precision.

    Raises:
        FileNotFoundError: There is no such file.
        KeyError: The file lacks an agent.
    """
    tensors = load_file(path)
    agents: dict[str, list[ActorCritic]] = {}
    for kind in KINDS:
        agents[kind] = [build(kind, seed).networks for seed in SEEDS]
        for seed, networks in zip(SEEDS, agents[kind], strict=True):
            names = networks.state_dict()
            networks.load_state_dict({name: tensors[f"{kind}/{seed}/{name}"] for name in names})
    return agents


@dataclass(frozen=True)
class Play:
    """Episodes that one agent played, side by side and padded at the end.

    Attributes:
        observations: What it was shown ``[B, T, F]``.
        actions: What it then did ``[B, T]``.
        probabilities: How likely each action was ``[B, T, A]``.
        states: The maze's state ``[B, T]``.
        beliefs: The exact belief, given the same observations and actions ``[B, T, S]``.
        memories: All numbers of its memory after the observation ``[B, T, M]``.
        real: Whether the step was played ``[B, T]``; all else there is padding.
        returns: The sum of each episode's rewards ``[B]``.
    """

    observations: Float[Tensor, "B T F"]
    actions: Int[Tensor, "B T"]
    probabilities: Float[Tensor, "B T A"]
    states: Int[Tensor, "B T"]
    beliefs: Float[Tensor, "B T S"]
    memories: Float[Tensor, "B T M"]
    real: Bool[Tensor, "B T"]
    returns: Float[Tensor, "B"]

    @property
    def signs(self) -> Int[Tensor, "B T"]:
        """The sign at each step ``[B, T]``: 0 left, 1 right."""
        return self.states // (MAZE.length + 1)

    @property
    def lamps(self) -> Int[Tensor, "B T"]:
        """The lamp of the episode at each step ``[B, T]``: 1 on, 0 off."""
        return (self.observations[:, :1, LAMP] > 0).long().expand_as(self.states)


@torch.no_grad()
def play(
    networks: ActorCritic,
    episodes: int = 1000,
    *,
    seed: int = 0,
    shown: str = "observation",
    wound: Wound | None = None,
) -> Play:
    """Let an agent play many episodes of :class:`FoggyTMaze` with its likeliest actions.

    The same seed draws the same signs, lamps, slips and errors for every agent.

    Args:
        networks: The agent's networks; nothing in them changes.
        episodes: Number of episodes B.
        seed: Seed of all that is drawn.
        shown: What the agent is shown, as in :class:`FoggyTMaze`.
        wound: Called after each step with its number and the memory's states before and after it;
            the agent goes on with the state that it returns.

    Raises:
        ValueError: ``episodes`` is below 1.
    """
    check_count(episodes, "episodes")
    random = torch.Generator().manual_seed(seed)
    shape = (MAX_STEPS, episodes)
    slips, errors = (torch.rand(shape, generator=random) for _ in range(2))
    wrong = torch.randint(1, len(SEEN), shape, generator=random)
    start, lamps = torch.randint(2, (2, episodes), generator=random)
    truth = torch.tensor([MAZE.truth(state) for state in range(len(MAZE.start))])

    state = start * (MAZE.length + 1)
    memory, belief = batched(networks.initial_state(), episodes), MAZE.start.expand(episodes, -1)
    action = torch.full((episodes,), LOOK)
    alive, returns = torch.ones(episodes, dtype=torch.bool), torch.zeros(episodes)
    columns = []
    for t in range(MAX_STEPS):
        # What is seen, and what the agent makes of it.
        seen = (truth[state] + (errors[t] < MAZE.noise) * wrong[t]) % len(SEEN)  # [B]
        belief = torch.where(alive[:, None], following_beliefs(belief, action, seen), belief)
        observation = _observe(seen, action if t else None, lamps)  # [B, F]
        in_sight = one_hot(state, len(truth))
        given = {"observation": observation, "belief": belief, "state": in_sight}[shown].float()
        before = memory
        outputs, _, memory = networks(given.unsqueeze(1), memory)
        if wound is not None:
            memory = memory | {"memory": wound(t, before["memory"], memory["memory"])}
        probabilities = outputs[:, 0].softmax(-1)  # [B, A]
        action = probabilities.argmax(-1)
        kept = numbers_of(memory["memory"], episodes)  # [B, M]
        columns.append((observation, action, probabilities, state, belief, kept, alive))

        # What comes of it. An episode that has ended stands still.
        rewards, moves, ends = _outcome(state, action, slips[t])
        returns += alive * rewards
        state, alive = state + (alive & moves).long(), alive & ~ends
        if not alive.any():
            break
    arrays = [torch.stack(column, 1) for column in zip(*columns, strict=True)]  # [B, T, ...]
    return Play(*arrays, returns)  # type: ignore[call-arg]


def _observe(
    seen: Int[Tensor, "B"], action: Int[Tensor, "B"] | None, lamps: Int[Tensor, "B"]
) -> Float[Tensor, "B F"]:
    """Return observations as :class:`FoggyTMaze` makes them; without an action, the first."""
    observation = one_hot(seen, FEATURES).float()  # [B, F]
    if action is None:
        observation[:, LAMP] = 2.0 * lamps - 1
        return observation
    return observation + one_hot(len(SEEN) + action, FEATURES)


def _outcome(
    state: Int[Tensor, "B"], action: Int[Tensor, "B"], slips: Float[Tensor, "B"]
) -> tuple[Float[Tensor, "B"], Bool[Tensor, "B"], Bool[Tensor, "B"]]:
    """Return rewards, whether the agents get a step on, and whether their episodes end."""
    places = MAZE.length + 1
    at_junction, turns = state % places == MAZE.length, action >= LEFT
    ends = at_junction & turns
    turned = torch.where(action - LEFT == state // places, 1.0, -1.0)
    cost = torch.where(turns, BUMP_COST, STEP_COST)
    moves = (action == FORWARD) & ~at_junction & (slips >= MAZE.slip)
    return torch.where(ends, turned, -cost), moves, ends


def numbers_of(state: State, episodes: int) -> Float[Tensor, "B M"]:
    """Return all numbers of a memory's state side by side; none for a memoryless model."""
    parts = [
        torch.view_as_real(part).flatten(1) if part.is_complex() else part.flatten(1)
        for part in tree_leaves(state)
    ]
    return torch.cat([torch.zeros(episodes, 0), *parts], -1)
