"""An agent on its way to the browser, where it acts in a T-maze: its networks and its maze."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import numpy as np
import torch
from torch import nn

from memorylab.environments import TMaze
from memorylab.memory import ActorCritic
from memorylab.memory.disturbance import Disturbance
from memorylab.memory.dnc.trace import DNCTrace
from memorylab.networks import MlpModel
from memorylab.player import network
from memorylab.player.packing import Block


def pack_agent(
    networks: ActorCritic, environment: Any, disturbance: Disturbance | str | None, block: Block
) -> dict[str, Any]:
    """Return what a page's header says of an agent to run, and append its weights to ``block``.

    Raises:
        TypeError: The environment is not a T-maze, the memory not a DNC, or the encoder or a head
            not a multilayer perceptron.
        ValueError: The environment is not at the start of an episode, or actor and critic have a
            memory each.
    """
    maze = _check_maze(environment)
    if len(networks.memories) > 1:
        raise ValueError(
            "A page can't run an agent whose actor and critic have a memory each "
            "(vf_share_layers=False). Play the trace of an episode that evaluate returned."
        )
    header = network.pack_model(networks.memory, None, None, disturbance, block)
    parts = {
        "encoder": networks.encoder,
        "actor": networks.actor_head,
        "critic": networks.critic_head,
    }
    return header | {
        "agent": {
            "environment": "TMaze",
            "options": {"corridor_length": [maze.shortest, maze.longest]},
            "maze": {"sign": maze.sign, "length": maze.length},
            **{name: _pack_layers(part, name, block) for name, part in parts.items()},
        }
    }


def record(
    networks: ActorCritic, environment: Any, disturbance: Disturbance | str | None
) -> tuple[DNCTrace, DNCTrace]:
    """Return the trace of one episode, twice, as :func:`memorylab.player.network.record` does.

    The likeliest action is taken. The trace has the arrays and the metadata of those that
    ``evaluate`` records. All numbers are computed in double precision.

    Args:
        networks: The agent's networks.
        environment: A T-maze at the start of an episode; it is not changed.
        disturbance: What to change in the memory's run, or its text. Edits of steps that the
            episode doesn't reach change nothing. Its options may ask for any corridor, as the page
            does, also for one that this environment doesn't draw.

    Raises:
        ValueError: There is no such option, sign or corridor.
    """
    parsed = Disturbance.parse(disturbance)
    maze = _begin(_check_maze(environment), dict(parsed.options or ()))
    networks = copy.deepcopy(networks).double()
    text = {"disturbance": str(parsed)} if parsed else {}
    parsed = dataclasses.replace(parsed, options=None)
    observation, scenes = maze._observe(), [maze.scene()]
    observed, acted, rewards, done = [], [], [], False
    while not done:
        observed.append(observation)
        with torch.no_grad():
            features = networks.encoder(torch.as_tensor(np.array(observed)).double())  # [t + 1, F]
            # From the first step anew: a trace doesn't return the state that it ends with.
            trace = networks.memory.trace(features, disturbance=_until(parsed, len(observed)))
            logits = networks.actor_head(torch.as_tensor(trace.output))  # [t + 1, A]
        acted.append(int(logits[-1].argmax()))
        observation, reward, terminated, truncated, _ = maze.step(acted[-1])
        rewards.append(reward)
        scenes.append(maze.scene())
        done = terminated or truncated
    with torch.no_grad():
        values = networks.critic_head(torch.as_tensor(trace.output)).squeeze(-1)  # [T]
    arrays = {
        "observation": np.array(observed),
        "action": np.array(acted),
        "action_probabilities": logits.softmax(-1).numpy(),
        "reward": np.array(rewards),
        "value": values.numpy(),
    }
    metadata = {"action_names": list(maze.action_names), "scenes": scenes}
    trace = DNCTrace(trace.arrays | arrays, trace.metadata | metadata | text)
    return trace, trace


def _begin(maze: TMaze, options: dict[str, int]) -> TMaze:
    """Return a maze like this one, at the start of the episode that the options ask for."""
    if not options:
        return copy.deepcopy(maze)
    chosen = {"sign": maze.sign, "distance": maze.length} | options
    shortest, longest = maze.shortest, maze.longest
    if chosen["distance"] >= 1:
        shortest = min(shortest, chosen["distance"])
        longest = max(longest, chosen["distance"])
    begun = TMaze((shortest, longest))
    begun.reset(seed=0, options=chosen)
    return begun


def _check_maze(environment: Any) -> TMaze:
    maze = getattr(environment, "unwrapped", environment)
    if not isinstance(maze, TMaze):
        raise TypeError(
            f"A page can run an agent in a TMaze, but got {type(maze).__name__}. Let evaluate "
            "record an episode elsewhere, and play its trace."
        )
    if getattr(maze, "time", None) != 0:
        raise ValueError(
            "The T-maze must be at the start of an episode. Reset it first, such as "
            'environment.reset(options={"sign": 1}).'
        )
    return maze


def _until(disturbance: Disturbance, steps: int) -> Disturbance:
    """Return the part of a disturbance that concerns the first so many steps."""
    edits = [
        dataclasses.replace(edit, last=None if edit.last is None else min(edit.last, steps - 1))
        for edit in disturbance.edits
        if edit.first < steps
    ]
    return dataclasses.replace(disturbance, edits=tuple(edits))


def _pack_layers(part: nn.Module, name: str, block: Block) -> list[dict[str, Any]]:
    """Return the linear layers of an MLP, each with the slope of the leaky ReLU behind it."""
    modules = list(part.model) if isinstance(part, MlpModel) else [part]
    layers: list[dict[str, Any]] = []
    for module in modules:
        if isinstance(module, nn.Linear):
            weight, bias = (
                block.add(tensor.detach().double().cpu().numpy(), exact=True)
                for tensor in (module.weight, module.bias)
            )
            layers.append({"weight": weight, "bias": bias, "slope": None})
        elif isinstance(module, nn.LeakyReLU) and layers and layers[-1]["slope"] is None:
            layers[-1]["slope"] = module.negative_slope
        else:
            raise TypeError(
                f"A page can run an agent whose {name} is an MlpModel of linear layers, each with "
                f"a LeakyReLU or nothing behind it, but it has a {type(module).__name__}."
            )
    return layers
