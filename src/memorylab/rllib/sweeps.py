"""Train several agents at once with Ray Tune: every configuration with every seed.

Tune places the runs, starts them again when their process dies, and reports on them. Checkpoints
and resuming are those of ``train_agent``: Tune deletes a checkpoint before it has written down that
there is a newer one, whatever ``num_to_keep`` is, so ``Tuner.restore`` can start a killed run anew.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ray import tune
from ray.rllib.algorithms.algorithm_config import AlgorithmConfig
from tqdm import tqdm

from memorylab.errors import check_count
from memorylab.progress import progress_bar
from memorylab.rllib._ray_patches import quiet_tune
from memorylab.rllib.agent import Agent, new_history
from memorylab.rllib.checkpoints import read_connectors, read_networks
from memorylab.rllib.config_checks import check_config, count_workers
from memorylab.rllib.session import ray_session, require_workers
from memorylab.rllib.training import is_finished, updates
from memorylab.training import History
from memorylab.training.checkpoints import (
    claimed,
    drop_unfinished,
    find_checkpoint,
    read_history,
)

_TUNE = ".tune"


def sweep(
    configs: Mapping[str, AlgorithmConfig],
    folder: str | Path,
    *,
    seeds: Sequence[int] = (0, 1, 2),
    max_steps: int = 60_000,
    stop_return: float | None = 0.9,
    checkpoint_every: int = 20_000,
    resume: bool = False,
    progress: bool = True,
) -> dict[str, list[Agent]]:
    """Train an agent for every configuration and every seed, as many at once as Ray has room for.

    Each runs in a process of its own, which counts as one worker, and its env runners and learners
    count as further ones. A run whose process dies starts again from its last checkpoint, twice at
    most. If Ray isn't running, it is started with room for two runs, and stopped at the end.

    Args:
        configs: What to train: for each name a configuration of
            :func:`memorylab.rllib.algorithm_config`.
        folder: Where checkpoints go; on a cluster, one that all machines share.
        seeds: Each replaces the ``seed`` of every configuration in turn.
        max_steps: See :func:`memorylab.rllib.train_agent`.
        stop_return: See there.
        checkpoint_every: See there.
        resume: Whether to go on with the sweep in ``folder``, if there is one: finished runs stay,
            the others go on from their last checkpoints. Do this with sweeps of your own only:
            RLlib's checkpoints hold pickles, which can execute anything.
        progress: Whether to show a progress bar.

    Returns:
        For each name the agents, in the order of ``seeds``, with their histories.

    Raises:
        ValueError: There are no configurations or no seeds, a seed comes twice, a number is below
            1, a configuration holds a search space of Ray Tune, a run in ``folder`` has other
            settings, or Ray has fewer workers than a run needs.
        OSError: ``folder`` can't be written, or another program is writing into it.
        FileExistsError: ``folder`` holds a sweep and ``resume`` is False.
        RuntimeError: A run failed for good; the others are finished.
    """
    check_count(max_steps, "max_steps")
    check_count(checkpoint_every, "checkpoint_every")
    runs = _runs(configs, seeds, Path(folder).absolute())
    with claimed(folder):
        if not resume and any(find_checkpoint(run.folder) for run in runs):
            raise FileExistsError(
                f"{folder} holds a sweep. Pass resume=True to go on with it, or choose another "
                "folder."
            )
        unfinished = [run for run in runs if not is_finished(run.history(), max_steps, stop_return)]
        _tidy(runs)  # after an earlier sweep
        if unfinished:
            goal = {"max_steps": max_steps, "stop_return": stop_return, "every": checkpoint_every}
            try:
                _train(unfinished, goal, progress)
            finally:
                _tidy(runs)
        agents = iter([run.agent() for run in runs])
        return {name: [next(agents) for _ in seeds] for name in configs}


sweep_ppo = sweep
"""The name of :func:`sweep` while there was only PPO."""


@dataclass(frozen=True)
class _Run:
    """One agent of a sweep, and the folder of its checkpoints."""

    config: AlgorithmConfig
    folder: Path

    def history(self) -> History:
        return read_history(find_checkpoint(self.folder), new_history(self.config))

    def agent(self) -> Agent:
        checkpoint = find_checkpoint(self.folder)
        assert checkpoint is not None  # The run is finished.
        module = read_networks(checkpoint, self.config)
        return Agent(self.config, module, self.history(), read_connectors(checkpoint))


def _runs(configs: Mapping[str, AlgorithmConfig], seeds: Sequence[int], folder: Path) -> list[_Run]:
    if not configs:
        raise ValueError("configs is empty: give at least one, {name: ppo_config(...)}.")
    if not seeds or len(set(seeds)) != len(seeds):
        raise ValueError(f"seeds must be different numbers, at least one, but are {list(seeds)}.")
    for config in configs.values():
        check_config(config)
    return [
        _Run(
            config.copy(copy_frozen=False).debugging(seed=seed),
            folder / f"{quote(name, safe=' ')}-seed-{seed}",
        )
        for name, config in configs.items()
        for seed in seeds
    ]


def _tidy(runs: Sequence[_Run]) -> None:
    """Delete what Tune and killed runs leave behind."""
    shutil.rmtree(runs[0].folder.parent / _TUNE, ignore_errors=True)
    for run in runs:
        drop_unfinished(run.folder)


def _train(runs: Sequence[_Run], goal: dict[str, Any], progress: bool) -> None:
    """Let Tune train these runs, each from its last checkpoint on."""

    def train(choice: dict[str, Any], runs: Sequence[_Run]) -> None:
        run = runs[choice["run"]]
        for agent in updates(run.config, run.folder, **goal):
            tune.report({"env_steps": agent.history.last("env_steps")})

    def resources(choice: dict[str, Any]) -> tune.PlacementGroupFactory:
        config = runs[choice["run"]].config
        return config.algo_class.default_resource_request(config)

    needed = max(1 + count_workers(run.config)[0] for run in runs)
    what = "1 run" if len(runs) == 1 else f"{len(runs)} runs"
    with (
        ray_session(num_cpus=max(2, needed)),
        quiet_tune(),
        progress_bar(len(runs) * goal["max_steps"], what, progress) as bar,
    ):
        require_workers(needed, "The processes of one run")
        results = tune.Tuner(
            tune.with_resources(tune.with_parameters(train, runs=runs), resources),
            param_space={"run": tune.grid_search(list(range(len(runs))))},
            run_config=tune.RunConfig(
                name=_TUNE,
                storage_path=str(runs[0].folder.parent),
                verbose=0,
                # Unlike the default, this reporter is silent in a notebook too.
                progress_reporter=tune.CLIReporter(),
                callbacks=[_Progress(bar, goal["max_steps"])],
                failure_config=tune.FailureConfig(max_failures=2),
            ),
        ).fit()
    if results.errors:
        first = str(results.errors[0]).strip().splitlines()[-1]
        raise RuntimeError(
            f"{len(results.errors)} of {len(runs)} runs failed, the first with: {first} "
            "Mend that, and go on with resume=True; the other runs are finished."
        )


class _Progress(tune.Callback):
    """Moves a progress bar as runs take steps; a run that is over counts in full."""

    def __init__(self, bar: tqdm, max_steps: int):
        self.bar, self.max_steps = bar, max_steps
        self.steps: dict[str, int] = {}

    def __reduce__(self) -> tuple:
        # Tune pickles its callbacks for Tuner.restore, and a bar can't be pickled.
        return tune.Callback, ()

    def on_trial_result(self, iteration: int, trials: list, trial: Any, result: dict, **_) -> None:
        self._move(trial.trial_id, result["env_steps"])

    def on_trial_complete(self, iteration: int, trials: list, trial: Any, **_) -> None:
        self._move(trial.trial_id, self.max_steps)

    def _move(self, run: str, steps: int) -> None:
        self.steps[run] = min(steps, self.max_steps)
        self.bar.update(sum(self.steps.values()) - self.bar.n)
