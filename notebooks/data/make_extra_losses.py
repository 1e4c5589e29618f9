"""Teach memories by one loss alone, and agents by reward and one more loss; five seeds each.

Run it from anywhere; it goes on where it was stopped::

    python notebooks/data/make_extra_losses.py

It takes about fifteen minutes on one core. An agent's loss gets the coefficient with which two
other seeds learnt faster. The numbers differ a little from machine to machine.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from memorylab.files import write_atomically
from memorylab.memory import ActorCritic
from memorylab.networks import MlpModel
from memorylab.ppo import PPO, Agent
from memorylab.ppo.ppo import Players, loss_of
from memorylab.rllib import record_demonstrations
from memorylab.rllib.losses import ExtraLosses
from memorylab.sequences import masked_loss, sequence_mask
from memorylab_course.instruments import memories_of, probe_accuracy
from memorylab_course.picture_maze import FEATURES, SIZES, PictureMaze, make_expert, walk

FILE = Path(__file__).parent / "extra_losses.json"
SEEDS, SEARCH_SEEDS = range(5), (100, 101)
STEPS = 7
"""Steps that all walks have."""

COEFFICIENTS = {
    "reconstruction": (0.1, 1.0),
    "next_observation": (0.1, 1.0),
    "behaviour_cloning": (0.1, 1.0),
    "l2": (1e-5, 1e-4),
    "earlier_8": (0.1, 1.0),
}
"""What is tried for each loss that joins the reward."""

ALONE = ("untrained", *COEFFICIENTS, *(f"earlier_{delay}" for delay in (1, 2, 4, 6)))
AGENTS = {
    "short": ("reward", *COEFFICIENTS),
    "long": ("reward", "behaviour_cloning", "earlier_8"),
}
"""What is taught in each maze, by one loss alone or beside the reward."""

MAZES = {"short": (6, 10), "long": (12, 16)}
ENV_STEPS = {"short": 60_000, "long": 100_000}
WALKS = walk(1000, seed=1)

Loss = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]


def make_loss(
    name: str, coefficient: float, networks: ActorCritic, demonstrations: str
) -> tuple[list[nn.Parameter], Loss]:
    """Return a loss's own parameters and itself: of what is remembered, seen, done, and a mask."""
    if name.startswith("earlier"):
        delay = int(name.rpartition("_")[2])
        decoder = MlpModel(networks.output_size, (24,), FEATURES, nn.LeakyReLU)

        def earlier(remembered: Tensor, seen: Tensor, actions: Tensor, mask: Tensor) -> Tensor:
            steps = max(mask.shape[1] - delay, 0)
            counts = mask[:, delay:] & mask[:, :steps]  # [B, T - delay]
            told = decoder(remembered)[:, delay:]
            return coefficient * masked_loss(nn.functional.mse_loss, told, seen[:, :steps], counts)

        return list(decoder.parameters()), earlier
    extra = ExtraLosses(
        networks,
        FEATURES,
        PictureMaze().action_space,
        losses={name: coefficient},
        demonstrations=demonstrations,
        decoder_sizes=(24,),
    )

    def known(remembered: Tensor, seen: Tensor, actions: Tensor, mask: Tensor) -> Tensor:
        return extra.weigh(extra(networks, remembered, seen, actions, mask))[name]

    return list(extra.parameters()), known


def read_out(networks: ActorCritic) -> dict[str, list[float]]:
    """Return how often a probe reads each label at each step."""
    memories = memories_of(networks, WALKS.observations)
    return {
        name: [round(one, 3) for one in probe_accuracy(memories, labels, WALKS, STEPS)]
        for name, labels in WALKS.labels.items()
    }


def distance(networks: ActorCritic) -> float:
    """Return how far apart the sign sets memories after six steps, the mean over the walks."""
    other = WALKS.observations.clone()
    other[:, 0, :2] = other[:, 0, :2].flip(-1)
    one, two = (memories_of(networks, seen)[:, STEPS - 1] for seen in (WALKS.observations, other))
    return round((one - two).norm(dim=-1).mean().item(), 4)


def teach_alone(name: str, seed: int, folder: str, steps: int = 1000) -> dict[str, Any]:
    """Train a memory on one loss, as the notebook does; return what can be read from it."""
    torch.manual_seed(seed)
    networks, random = ActorCritic(FEATURES, 3, **SIZES), np.random.default_rng(seed)
    if name != "untrained":
        own, loss_from = make_loss(name, 0.01 if name == "l2" else 1.0, networks, folder)
        optimizer = torch.optim.Adam([*networks.parameters(), *own], lr=3e-3)
        expert = record("short")
        for _ in range(steps):
            observations, actions, seq_lens = expert.draw(16, random)
            mask = sequence_mask(seq_lens, observations.shape[1])
            remembered, _, _ = networks.remember(observations, seq_lens=seq_lens)
            optimizer.zero_grad()
            loss_from(remembered, observations, actions, mask).backward()
            optimizer.step()
    return {"read": read_out(networks), "distance": distance(networks)}


def teach_agent(maze: str, name: str, coefficient: float, seed: int, path: str) -> dict[str, Any]:
    """Train an agent by PPO and one more loss; return its learning curve and its memory."""
    agent = Agent(
        PictureMaze,
        "gru",
        environment_config={"corridor_length": MAZES[maze]},
        seed=seed,
        **SIZES,
    )
    networks, settings = agent.networks, PPO(seed=seed)
    torch.manual_seed(seed)
    own, extra = [], None
    if name != "reward":
        own, extra = make_loss(name, coefficient, networks, path)
    weights = [*networks.parameters(), *own]
    optimizer = torch.optim.Adam(weights, lr=settings.learning_rate)
    players, steps, returns = Players(agent.make_environment, networks, settings), [], []
    per_update = settings.num_envs * settings.num_steps
    for update in range(ENV_STEPS[maze] // per_update):
        rows = players.play()
        steps.append((update + 1) * per_update)
        returns.append(round(float(np.mean(players.returns)), 3))
        for _ in range(settings.num_epochs):
            for index in torch.randperm(len(rows.seq_lens)).tensor_split(settings.num_minibatches):
                some = rows.take(index)
                loss = loss_of(networks, some, agent.action_space, settings)
                if extra is not None:
                    seen, mask = (
                        some.observations,
                        sequence_mask(some.seq_lens, some.actions.shape[1]),
                    )
                    remembered, _, _ = networks.remember(seen, some.state, some.seq_lens)
                    loss = loss + extra(remembered, seen, some.actions, mask)
                optimizer.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(weights, settings.clip_norm)
                optimizer.step()
    return {"env_steps": steps, "mean_return": returns, "read": read_out(networks)}


def record(maze: str) -> Any:
    return record_demonstrations(
        PictureMaze,
        make_expert,
        episodes=500,
        environment_config={"corridor_length": MAZES[maze]},
        seed=0,
    )


def complete(kind: str, key: str, seed: int, run: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return a run of the file, adding it if it isn't there."""
    runs = load().get(kind, {}).get(key, {})
    if str(seed) not in runs:
        new, table = run(), load()
        table.setdefault(kind, {}).setdefault(key, {})[str(seed)] = new
        with write_atomically(FILE) as temporary:
            temporary.write_text(json.dumps(table))
        print(kind, key, seed, new["read"]["sign"][-1], flush=True)
    return load()[kind][key][str(seed)]


def load() -> dict[str, Any]:
    return json.loads(FILE.read_text()) if FILE.exists() else {}


def tuned(maze: str, name: str, path: str) -> float:
    """Return the coefficient with which agents of two other seeds earned more."""
    earned = {}
    for coefficient in COEFFICIENTS.get(name, ()):
        runs = [
            complete(
                f"search {maze}",
                f"{name} {coefficient:g}",
                seed,
                partial(teach_agent, maze, name, coefficient, seed, path),
            )
            for seed in SEARCH_SEEDS
        ]
        earned[coefficient] = sum(sum(run["mean_return"]) for run in runs)
    return max(earned, key=earned.__getitem__, default=0.0)


def main() -> None:
    """Complete the file."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {maze: f"{folder}/{maze}.npz" for maze in MAZES}
        for maze, path in paths.items():
            record(maze).save(path)
        for name in ALONE:
            for seed in SEEDS:
                complete("alone", name, seed, partial(teach_alone, name, seed, paths["short"]))
        for maze, names in AGENTS.items():
            for name in names:
                coefficient = tuned(maze, name, paths[maze])
                for seed in SEEDS:
                    given = (maze, name, coefficient, seed, paths[maze])
                    complete(maze, name, seed, partial(teach_agent, *given))


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
