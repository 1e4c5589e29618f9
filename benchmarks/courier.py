"""Courier: an agent that learns lists of up to 6 doors, tested on lists of 24.

    make bench  (or: python benchmarks/courier.py [CONTENDER ...])

Each agent learns with ``memorylab.ppo`` on lists of 1 to 6 of 4 doors, from reward alone unless its
name says otherwise. It is tested greedily on fresh lists of up to 24. All have the same settings
and no layers but the memory and one linear layer to actor and critic each. The DNC has a
feed-forward controller, begins with open gates (:func:`open_gates`), and each update draws its
number of locations anew from ``LOCATIONS``. It is tested with ``TESTED`` locations, also without
its links, usage or content. GRU and LSTM come in two sizes: as many weights as the DNC, and three
times as many. Each takes the learning rate and the entropy coefficient of ``TRIALS`` with the best
mean on lists of 6, over ``SEARCH_SEEDS``.

Runs take 10 to 60 seconds of one core. Each is saved as it ends, and the next start goes on with
those that are missing. To measure anew, delete ``results/courier.json`` and ``results/courier``.

What the DNC's settings come from: a first program, with whole episodes as rows, gates as drawn and
an entropy coefficient of 0.01, solved lists of 6 and had 0.73 to 0.86 on lists of 24 (five seeds,
two sizes of the batch). Of two agents looked into, both read with weights that shrank from step to
step, because writes leaked into locations written before. Their logits lay up to 40 apart, which
made up for that as far as lists of 6 go. With a coefficient of 0.05 they lie 6 to 10 apart, so a
weight that shrinks costs reward. Open gates keep writes apart from the start; they alone had 0.90
and 1.00. A wider range of locations and weight decay (0.88, one seed) didn't help. The contenders
show what each part of the recipe is worth here.
"""

from __future__ import annotations

import dataclasses
import math
import sys
import time
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

import measuring
import numpy as np
import report_courier
import torch
from torch.nn.functional import cross_entropy, one_hot

from memorylab.memory.dnc.ablation import PARTS, ablate
from memorylab.memory.dnc.state import interface_shapes
from memorylab.ppo import PPO, Agent, train_agent
from memorylab.progress import progress_bar

NAME = "courier"
STEPS = 200_000
SEEDS = range(5)
SEARCH_SEEDS = range(2)
LOCATIONS = (16, 24, 32, 64)
TESTED = 64
DOORS = 4
LENGTHS = (6, 12, 18, 24)
NUM_LISTS = 500
LONGER, MORE = 48, 128  # a list eight times as long as any learnt on, and twice the locations
SETTINGS = PPO(
    num_envs=128,
    num_steps=12,
    num_minibatches=2,
    gamma=0.0,
    clip=0.2,
    clip_norm=1.0,
)


class Trial(NamedTuple):
    """What is searched over."""

    learning_rate: float
    entropy_coefficient: float


TRIALS = (*(Trial(rate, 0.05) for rate in (4e-2, 2e-2, 1e-2, 5e-3)), Trial(1e-2, 0.01))
_TRIALS_OF_LARGER = tuple(Trial(rate, 0.05) for rate in (2e-2, 1e-2, 5e-3))
_DNC_TRIAL = (Trial(7e-3, 0.05),)


class Contender(NamedTuple):
    """A memory and what distinguishes its training."""

    memory: str
    config: dict[str, Any]
    trials: tuple[Trial, ...] = TRIALS
    num_locations: tuple[int, ...] = ()
    strict: bool = False
    imitates: bool = False
    in_rllib: bool = False
    opened: bool = True  # whether a DNC begins with open gates
    budget: int = 1  # times STEPS


def _dnc(locations: Sequence[int] = LOCATIONS, **changed: Any) -> Contender:
    config = {"controller": "feedforward", "hidden_size": 64, "word_size": 16, "num_read_heads": 1}
    config |= {"num_locations": max(locations)} | changed.pop("config", {})
    drawn = tuple(locations) if len(locations) > 1 else ()
    trials = changed.pop("trials", _DNC_TRIAL)
    return Contender("dnc", config, trials, drawn, **changed)


CONTENDERS = {
    "DNC": _dnc(),
    "GRU": Contender("gru", {"hidden_size": 58}),
    "LSTM": Contender("lstm", {"hidden_size": 50}),
    "GRU, three times as large": Contender("gru", {"hidden_size": 101}, _TRIALS_OF_LARGER),
    "LSTM, three times as large": Contender("lstm", {"hidden_size": 88}, _TRIALS_OF_LARGER),
    "GRU, three times the steps": Contender(
        "gru", {"hidden_size": 58}, (Trial(2e-2, 0.05),), budget=3
    ),
    "LSTM, three times the steps": Contender(
        "lstm", {"hidden_size": 50}, (Trial(2e-2, 0.05),), budget=3
    ),
    "MLP": Contender("mlp", {"hidden_size": 104}, _DNC_TRIAL),
    "DNC, twice the steps": _dnc(budget=2),
    "DNC, imitating": _dnc(imitates=True),
    "DNC, always 16 locations": _dnc((16,)),
    "DNC, always 64 locations": _dnc((64,)),
    "DNC with an LSTM": _dnc(config={"controller": "lstm", "hidden_size": 34}),
    "DNC, less entropy": _dnc(trials=(Trial(7e-3, 0.01),)),
    "DNC, gates as drawn": _dnc(opened=False),
    "DNC with an LSTM, gates as drawn": _dnc(
        config={"controller": "lstm", "hidden_size": 34}, opened=False
    ),
    "DNC, strict": _dnc(strict=True),
    "DNC in RLlib": _dnc((64,), in_rllib=True),
    "GRU, strict": Contender("gru", {"hidden_size": 58}, (Trial(1e-2, 0.05),), strict=True),
}


def open_gates(agent: Any) -> None:
    """Let a DNC begin by writing to free locations, keeping what it read, and sharp lookups.

    As an LSTM's forget gate is often opened at the start: this changes initial biases alone.
    """
    cell = agent.networks.memories["memory"].cell
    shapes = interface_shapes(cell.word_size, cell.num_read_heads)
    parts = cell.interface.bias.detach().split([math.prod(shape) for shape in shapes.values()])
    bias = dict(zip(shapes, parts, strict=True))  # views of the parameter
    bias["allocation_gate"] += 5
    bias["free_gates"] -= 3
    bias["read_strengths"] += 8


def train(name: str, trial: Trial, seed: int) -> tuple[Agent, float]:
    """Return a trained agent, and the processor's seconds that it took."""
    contender = CONTENDERS[name]
    environment = {"num_doors": DOORS, "reward_per_door": 1.0, "strict": contender.strict}
    agent = Agent(
        "Courier",
        contender.memory,
        environment_config=environment,
        memory_config=contender.config,
        encoder_sizes=(),
        actor_sizes=(),
        critic_sizes=(),
        seed=seed,
    )
    if contender.memory == "dnc" and contender.opened:
        open_gates(agent)
    settings = dataclasses.replace(
        SETTINGS,
        **trial._asdict(),
        final_learning_rate=trial.learning_rate / 7,
        num_locations=contender.num_locations,
        seed=seed,
    )
    start = time.process_time()
    if contender.imitates:
        imitate(agent, settings)
    else:
        steps = STEPS * contender.budget
        train_agent(agent, settings, max_steps=steps, stop_return=None, progress=False)
    return agent, time.process_time() - start


def train_in_rllib(name: str, trial: Trial, seed: int) -> tuple[Any, float]:
    """Do the same with RLlib's PPO, which can't draw another number of locations."""
    from memorylab import rllib  # here alone, because it imports Ray

    config = rllib.ppo_config(
        "Courier",
        "dnc",
        environment_config={"num_doors": DOORS, "reward_per_door": 1.0},
        memory_config=CONTENDERS[name].config,
        encoder_sizes=(),
        actor_sizes=(),
        critic_sizes=(),
        seed=seed,
    )
    rates = [[0, trial.learning_rate], [STEPS, trial.learning_rate / 7]]
    batch = SETTINGS.num_envs * SETTINGS.num_steps
    config.env_runners(num_envs_per_env_runner=SETTINGS.num_envs).training(
        train_batch_size_per_learner=batch,
        minibatch_size=batch // SETTINGS.num_minibatches,
        lr=rates,
        gamma=SETTINGS.gamma,
        entropy_coeff=trial.entropy_coefficient,
        clip_param=SETTINGS.clip,
        grad_clip=SETTINGS.clip_norm,
    )
    beginning = rllib.Agent(config)
    open_gates(beginning.module)
    start = time.process_time()
    agent = rllib.train_ppo(
        config, max_steps=STEPS, stop_return=None, progress=False, weights=beginning
    )
    trained = SimpleNamespace(networks=agent.module.networks, history=agent.history)
    return trained, time.process_time() - start


def draw_lists(
    num_lists: int, length: int, random: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return lists of one length ``[B, k]``, and what a courier observes ``[B, 2k, A + 1]``.

    That is the same whatever it does.
    """
    doors = torch.as_tensor(random.integers(DOORS, size=(num_lists, length)))
    observations = torch.zeros(num_lists, 2 * length, DOORS + 1)
    observations[:, :length, :DOORS] = one_hot(doors, DOORS).float()
    observations[:, length:, DOORS] = 1
    return doors, observations


def imitate(agent: Agent, settings: PPO) -> None:
    """Teach the right doors instead: the cross-entropy, for as many gradient steps as PPO takes."""
    memory, random = agent.networks.memories["memory"], np.random.default_rng(settings.seed)
    optimizer = torch.optim.Adam(agent.networks.parameters(), lr=settings.learning_rate)
    own, longest = agent.networks.memories["memory"].cell.num_locations, settings.num_steps // 2
    updates = STEPS // (settings.num_envs * settings.num_steps)
    for _ in range(updates * settings.num_epochs * settings.num_minibatches):
        memory.set_locations(int(random.choice(settings.num_locations)))
        length = int(random.integers(1, longest, endpoint=True))
        doors, observations = draw_lists(settings.num_envs, length, random)
        logits = agent.networks(observations)[0][:, length:]  # [B, k, A]
        optimizer.zero_grad()
        cross_entropy(logits.flatten(0, 1), doors.flatten()).backward()
        torch.nn.utils.clip_grad_norm_(agent.networks.parameters(), settings.clip_norm)
        optimizer.step()
    memory.set_locations(own)


@torch.no_grad()
def right_doors(agent: Agent, length: int) -> tuple[float, float]:
    """Return the share of right doors in fresh lists, and of those before the first wrong one."""
    doors, observations = draw_lists(NUM_LISTS, length, np.random.default_rng(length))
    logits, _, _ = agent.networks(observations)  # [B, 2k, A]
    right = (logits[:, length:].argmax(-1) == doors).float()
    return float(right.mean()), float(right.cumprod(-1).mean())


@torch.no_grad()
def habits(agent: Agent, length: int = 12, num_lists: int = 20) -> dict[str, float]:
    """Return how a DNC uses its matrix on lists of one length, as means over its steps.

    ``fresh``: share of doors whose strongest write took a location that had none before;
    ``written``: that write's weight. ``walked``: share of visits but the first that read strongest
    the location written next after the last one read; ``forward``: the mode of reading along links
    there. ``first_read`` and ``last_read``: the strongest read weight at first and last visit.
    """
    found = []
    for observation in draw_lists(num_lists, length, np.random.default_rng(0))[1]:
        trace = agent.networks.trace(observation.numpy())
        written = trace["write_weighting"][:length].argmax(-1)  # [k]
        reads = trace["read_weighting"][length:, 0]  # [k, N]
        place = {location: time for time, location in enumerate(written.tolist())}
        order = np.array([place.get(location, -9) for location in reads.argmax(-1).tolist()])
        found.append(
            {
                "fresh": len(place) / length,
                "written": trace["write_weighting"][:length].max(-1).mean(),
                "walked": (order[1:] == order[:-1] + 1).mean(),
                "forward": trace["read_modes"][length + 1 :, 0, 2].mean(),
                "first_read": reads[0].max(),
                "last_read": reads[-1].max(),
            }
        )
    return {key: measuring.rounded(np.mean([one[key] for one in found])) for key in found[0]}


def measure(name: str, trial: Trial, seed: int) -> dict[str, Any]:
    """Train and test one agent."""
    make = train_in_rllib if CONTENDERS[name].in_rllib else train
    agent, seconds = make(name, trial, seed)
    returns = np.array(agent.history.mean_return or [math.nan])
    thinned = returns[np.linspace(0, len(returns) - 1, 20).astype(int)]
    if name == "DNC":
        agent.save(measuring.RESULTS / NAME / f"dnc-seed-{seed}")
    run = {
        "contender": name,
        **trial._asdict(),
        "seed": seed,
        "weights": sum(part.numel() for part in agent.networks.parameters()),
        "cpu_seconds": measuring.rounded(seconds),
        "mean_return": [] if np.isnan(thinned).any() else [*map(measuring.rounded, thinned)],
        "without": {},
    }
    own = CONTENDERS[name].config.get("num_locations", TESTED)
    if own != TESTED:
        run["right_with_own_locations"] = _shares(agent)["right"]
        agent.networks.memories["memory"].set_locations(TESTED)
    run |= _shares(agent)
    if CONTENDERS[name].memory == "dnc":
        run |= {"without": _without_parts(agent), "habits": habits(agent)}
    if name == "DNC":
        run["right_of_48"] = right_of_longer(agent)
    return run


def right_of_longer(agent: Agent) -> float:
    """Return the share of right doors in lists of ``LONGER`` with ``MORE`` locations."""
    memory = agent.networks.memories["memory"]
    own = memory.cell.num_locations
    memory.set_locations(MORE)
    share, _ = right_doors(agent, LONGER)
    memory.set_locations(own)
    return measuring.rounded(share)


def _shares(agent: Agent) -> dict[str, dict[str, float]]:
    shares = {str(length): right_doors(agent, length) for length in LENGTHS}
    return {
        name: {length: measuring.rounded(share[index]) for length, share in shares.items()}
        for index, name in enumerate(("right", "until_wrong"))
    }


def _without_parts(agent: Agent) -> dict[str, dict[str, float]]:
    """Return the shares of a DNC without its links, usage or content, or with nothing to read."""
    shares, whole = {}, agent.networks.memories["memory"]
    for name, parts in {**{part: (part,) for part in PARTS}, "matrix": tuple(PARTS)}.items():
        agent.networks.memories["memory"] = ablate(whole, *parts)
        shares[name] = _shares(agent)["right"]
    agent.networks.memories["memory"] = whole
    return shares


def best_trial(runs: list[dict[str, Any]], name: str) -> Trial:
    """Return the trial that was best on lists of 6 over the seeds of the search."""

    def mean(trial: Trial) -> float:
        found = [
            run["right"]["6"]
            for run in runs
            if (run["contender"], trial_of(run)) == (name, trial) and run["seed"] in SEARCH_SEEDS
        ]
        return float(np.mean(found))

    return max(CONTENDERS[name].trials, key=mean)


def trial_of(run: dict[str, Any]) -> Trial:
    """Return the trial of a stored run."""
    return Trial(run["learning_rate"], run["entropy_coefficient"])


def stored_runs() -> list[dict[str, Any]]:
    """Return the runs that are stored."""
    return (measuring.load(NAME) or {"runs": []})["runs"]


def complete(name: str, trial: Trial, seed: int) -> None:
    """Make and save a run unless it is stored."""
    if not any(
        (run["contender"], trial_of(run), run["seed"]) == (name, trial, seed)
        for run in stored_runs()
    ):
        run = measure(name, trial, seed)
        # Loaded again, because another process may have added its own.
        runs = sorted([*stored_runs(), run], key=lambda run: [*CONTENDERS].index(run["contender"]))
        measuring.save(NAME, {"steps": STEPS, "lists": NUM_LISTS, "runs": runs})


def main(names: Sequence[str] = tuple(CONTENDERS)) -> None:
    """Make the runs that are missing, save each, and print the table."""
    torch.set_num_threads(1)
    chosen = {name: CONTENDERS[name] for name in names}
    search = sum(len(one.trials) for one in chosen.values()) * len(SEARCH_SEEDS)
    total = search + len(chosen) * (len(SEEDS) - len(SEARCH_SEEDS))
    with progress_bar(total, "Courier", unit="run") as bar:
        for name, contender in chosen.items():
            for seed in SEARCH_SEEDS:
                for trial in contender.trials:
                    complete(name, trial, seed)
                    bar.update()
            for seed in SEEDS[len(SEARCH_SEEDS) :]:
                complete(name, best_trial(stored_runs(), name), seed)
                bar.update()
    print(report_courier.courier_table(measuring.load(NAME) or {}))


if __name__ == "__main__":
    main(sys.argv[1:] or tuple(CONTENDERS))
