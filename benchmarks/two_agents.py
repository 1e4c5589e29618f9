"""Two agents, one of which must tell the other what it saw: with memory, and without.

    make bench  (or: python benchmarks/two_agents.py)

Pairs learn ``SpeakerListener`` with a policy for each agent, five seeds a case, in this process and
on one thread. Both have a memory (GRU or DNC), or neither, or one of them alone. A pair has solved
it when the mean return of an update is 0.95. ``chance`` is what the best pair without the missing
memory can expect; it is computed by playing every such pair.

There are 25 runs of one to four minutes. Each is saved as it ends, and the next start goes on with
those that are missing. To measure anew, delete ``results/two_agents.json``.
"""

from __future__ import annotations

import dataclasses
import itertools
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from memorylab.rllib import evaluate, ppo_config, ray_session, train_agent  # isort: skip  # before Ray
import measuring
import report
import torch
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.core.rl_module.multi_rl_module import MultiRLModuleSpec

from memorylab.environments import SpeakerListener
from memorylab.progress import progress_bar

NAME = "two_agents"
SEEDS = range(5)
SIGNS, DELAY = 2, 2
MOST_STEPS = 60_000
SOLVED = 0.95
EPISODES = 100
"""Played after training, with the likeliest actions."""

CASES = {
    "GRU": ("gru", "gru"),
    "DNC": ("dnc", "dnc"),
    "neither": ("mlp", "mlp"),
    "speaker only": ("gru", "mlp"),
    "listener only": ("mlp", "gru"),
}
"""The memories of speaker and listener."""

SIZES: dict[str, dict[str, Any]] = {
    "gru": {"hidden_size": 32},
    "dnc": {"hidden_size": 32, "num_locations": 8, "word_size": 8, "num_read_heads": 1},
    "mlp": {},
}
TRAINING = {
    # It keeps a pair from settling on one symbol before that symbol means anything.
    "entropy_coeff": 0.03,
    # Half of ppo_config's, and so twice as many updates.
    "train_batch_size_per_learner": 832,
    "minibatch_size": 208,
}
"""A symbol pays once the other heeds it, and heeding it once it means something: to begin takes
many updates."""


def config_of(case: str, seed: int) -> PPOConfig:
    """Return the configuration of one run."""
    config = ppo_config(
        SpeakerListener,
        environment_config={"num_signs": SIGNS, "delay": DELAY},
        seed=seed,
    ).training(**TRAINING)
    spec = config.rl_module_spec
    specs = {}
    for agent, memory in zip(SpeakerListener.possible_agents, CASES[case], strict=True):
        model = spec.model_config | {"memory": memory, "memory_config": SIZES[memory]}
        specs[agent] = dataclasses.replace(spec, model_config=model)
    return config.rl_module(rl_module_spec=MultiRLModuleSpec(rl_module_specs=specs))


def learn(case: str, seed: int, most_steps: int = MOST_STEPS) -> dict[str, Any]:
    """Train once, and return what a run is in the results.

    Its ``steps`` are None if ``most_steps`` didn't suffice. ``return`` is the mean of 100 episodes
    with the likeliest actions.
    """
    start = time.process_time()
    config = config_of(case, seed)
    agent = train_agent(config, max_steps=most_steps, stop_return=SOLVED, progress=False)
    played = evaluate(agent, episodes=EPISODES, seed=1000 + seed)
    history = agent.history
    return {
        "steps": history.env_steps[-1] if history.solved else None,
        "return": statistics.fmean(
            sum(one.total_return for one in episode.values()) for episode in played
        ),
        "cpu_seconds": measuring.rounded(time.process_time() - start),
        "env_steps": history.env_steps,
        "mean_return": [measuring.rounded(value) for value in history.mean_return],
    }


Policy = Callable[[tuple[float, ...]], int]
"""From what an agent sees, or remembers, to its action."""


def chance(case: str, signs: int = SIGNS, delay: int = DELAY) -> float:
    """Return the best expected return of a case's pairs, found by playing all of them.

    An agent without memory is a table from what it sees to an action. One with memory is a table
    from all that it has seen so far. Tables that draw actions can't do better: the return is linear
    in the probabilities of each entry.
    """
    environment = SpeakerListener(signs, delay)
    tables = [
        [*_tables(environment, agent, memory != "mlp")]
        for agent, memory in zip(environment.possible_agents, CASES[case], strict=True)
    ]
    return max(
        statistics.fmean(_play(environment, pair, sign) for sign in range(signs))
        for pair in itertools.product(*tables)
    )


def _tables(environment: SpeakerListener, agent: str, remembers: bool) -> Iterator[Policy]:
    """Yield every policy of an agent, as far as its action counts."""
    signs = range(environment.num_signs)
    asked = environment.num_signs + ["speaker", "listener"].index(agent)
    # It is asked once. Then it sees the flag alone, or remembers one of the signs or symbols.
    for answers in itertools.product(signs, repeat=len(signs) if remembers else 1):

        def act(seen: list[Any], answers: tuple[int, ...] = answers) -> int:
            if not seen[-1][asked]:
                return 0
            shown = [int(one[: len(signs)].argmax()) for one in seen if one[: len(signs)].any()]
            return answers[shown[0] if remembers else 0]

        yield act  # type: ignore[misc]


def _play(environment: SpeakerListener, pair: Iterable[Any], sign: int) -> float:
    """Play one episode, and return what both get."""
    observations, _ = environment.reset(options={"sign": sign})
    seen: dict[str, list[Any]] = {agent: [] for agent in environment.agents}
    total = 0.0
    while environment.agents:
        for agent, observation in observations.items():
            seen[agent].append(observation)
        actions = {agent: act(seen[agent]) for agent, act in zip(seen, pair, strict=True)}
        observations, rewards, *_ = environment.step(actions)
        total += sum(rewards.values())
    return total


def missing(runs: Iterable[dict[str, Any]]) -> list[tuple[str, int]]:
    """Return case and seed of each run that isn't among ``runs``, in order."""
    done = {(run["case"], run["seed"]) for run in runs}
    return [(case, seed) for seed in SEEDS for case in CASES if (case, seed) not in done]


def settings() -> dict[str, Any]:
    """Return what the runs depend on, as JSON has it."""
    return {
        "seeds": len(SEEDS),
        "num_signs": SIGNS,
        "delay": DELAY,
        "most_steps": MOST_STEPS,
        "solved": SOLVED,
        "training": TRAINING,
        "memories": {case: list(memories) for case, memories in CASES.items()},
        "sizes": SIZES,
    }


def main() -> None:
    """Make the runs that are missing, save each as it ends, and print the table."""
    torch.set_num_threads(1)
    described = {"settings": settings(), "chance": {case: chance(case) for case in CASES}}
    results = measuring.load(NAME) or {**described, "runs": []}
    if results["settings"] != described["settings"]:
        raise SystemExit(
            f"results/{NAME}.json has runs with other settings. Delete it to measure anew."
        )
    left = missing(results["runs"])
    with ray_session(num_cpus=1), progress_bar(len(left), "Two agents", unit="run") as bar:
        for case, seed in left:
            bar.set_postfix_str(f"{case}, seed {seed}")
            results["runs"].append({"case": case, "seed": seed} | learn(case, seed))
            results = measuring.save(NAME, {**described, "runs": results["runs"]})
            bar.update()
    print(report.agents_table(results))


if __name__ == "__main__":
    main()
