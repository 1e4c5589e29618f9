"""Several agents at once, by Ray Tune: every memory with every seed, resumed after a crash."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

import torch
from ray import tune
from ray.rllib.algorithms.ppo import PPO, PPOConfig
from ray.rllib.core.rl_module.rl_module import RLModule
from ray.tune.result import DONE
from tqdm import tqdm

from memorylab.files import write_atomically
from memorylab.progress import progress_bar
from memorylab.rllib.agent import Agent, History, settings_of
from memorylab.rllib.checkpoints import (
    MODULE,
    UNFINISHED,
    claimed,
    differences_between,
    find_checkpoint,
    read_history,
    save_checkpoint,
)
from memorylab.rllib.session import quieten, ray_session
from memorylab.rllib.training import finished, running_algorithm, update

_PLAN = "sweep.json"
_TUNE = ".tune"


def sweep_ppo(
    configs: Mapping[str, PPOConfig],
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
    most. Without Ray, it is started for two runs at once, and then also stopped.

    Args:
        configs: What to train: for each name a configuration of
            :func:`memorylab.rllib.ppo_config`.
        folder: Where checkpoints go; on a cluster, one that all machines share.
        seeds: Each replaces the ``seed`` of every configuration in turn.
        max_steps: See :func:`memorylab.rllib.train_ppo`.
        stop_return: See there.
        checkpoint_every: See there.
        resume: Whether to go on with the sweep in ``folder``, if there is one: finished runs stay,
            the others go on from their last checkpoints. Do this with sweeps of your own only:
            RLlib's checkpoints hold pickles, which can execute anything.
        progress: Whether to show a progress bar.

    Returns:
        For each name the agents, in the order of ``seeds``, with their histories.

    Raises:
        ValueError: There are no configurations or no seeds, a seed comes twice, or the sweep in
            ``folder`` is another one.
        OSError: ``folder`` can't be written, or another program is writing into it.
        FileExistsError: ``folder`` holds a sweep and ``resume`` is False.
        RuntimeError: A run failed for good; the others are finished.
    """
    if not configs:
        raise ValueError("configs is empty: give at least one, {name: ppo_config(...)}.")
    if not seeds or len(set(seeds)) != len(seeds):
        raise ValueError(f"seeds must be different numbers, at least one, but are {list(seeds)}.")
    folder = Path(folder).absolute()
    needed = max(1 + config.num_env_runners + config.num_learners for config in configs.values())
    with claimed(folder):
        goal = {"max_steps": max_steps, "stop_return": stop_return}
        _write_plan(folder, configs, list(seeds), goal, resume)
        runs = [{"name": name, "seed": seed} for name in configs for seed in seeds]
        unfinished = [run for run in runs if not _is_finished(configs, run, folder, goal)]
        if unfinished:
            with (
                _tidied(folder),
                ray_session(num_cpus=max(2, needed)),
                _quiet_tune(),
                _Progress.show(len(unfinished), max_steps, progress),
            ):
                results = _tuner(configs, unfinished, folder, checkpoint_every, goal).fit()
            if results.errors:
                first = str(results.errors[0]).strip().splitlines()[-1]
                raise RuntimeError(
                    f"{len(results.errors)} of {len(runs)} runs failed, the first with: {first} "
                    "Mend that, and go on with resume=True; the other runs are finished."
                )
        return {
            name: [_agent(configs, {"name": name, "seed": seed}, folder) for seed in seeds]
            for name in configs
        }


class _Run(tune.Trainable):
    """One agent of a sweep, which Tune drives from update to update."""

    def setup(
        self,
        run: dict[str, Any],
        configs: Mapping[str, PPOConfig],
        folder: Path,
        every: int,
        goal: dict[str, Any],
    ) -> None:
        """Build the algorithm, in the run's own process, and go on from its last checkpoint.

        Tune's own checkpoints can't do that after a kill: it may drop one before it has written
        down that there is another.
        """
        quieten()
        torch.set_num_threads(1)
        self.folder, self.every, self.goal = folder / _folder_name(run), every, goal
        self.stack = ExitStack()
        self.stack.enter_context(claimed(self.folder))
        config = _config(configs, run)
        self.algorithm = self.stack.enter_context(running_algorithm(config))
        self.history, self.saved = History(settings=settings_of(config)), 0
        checkpoint = find_checkpoint(self.folder)
        if checkpoint is not None:
            self.algorithm.restore_from_path(str(checkpoint))
            self.history = read_history(checkpoint, self.history.settings)
            self.saved = self.history.env_steps[-1]

    def step(self) -> dict[str, Any]:
        """Sample and learn once."""
        update(self.algorithm, self.history)
        steps, done = self.history.env_steps[-1], finished(self.history, **self.goal)
        if done or steps - self.saved >= self.every:
            save_checkpoint(self.algorithm, self.history, self.folder)
            self.saved = steps
        return {"env_steps": steps, DONE: done}

    def cleanup(self) -> None:
        """Stop env runners and learners."""
        self.stack.close()


class _Progress(tune.Callback):
    """Moves the progress bar, which this class holds: Tune pickles its instances."""

    bar: tqdm | None = None
    steps: ClassVar[dict[str, int]] = {}
    max_steps = 0

    @classmethod
    @contextmanager
    def show(cls, runs: int, max_steps: int, enabled: bool) -> Iterator[None]:
        """Show a bar for this many runs while the block is running."""
        what = "1 run" if runs == 1 else f"{runs} runs"
        with progress_bar(runs * max_steps, what, enabled) as cls.bar:
            cls.steps, cls.max_steps = {}, max_steps
            yield
        cls.bar = None

    def on_trial_result(self, iteration: int, trials: list, trial: Any, result: dict, **_) -> None:
        """Count a run's steps."""
        self._move(trial.trial_id, result["env_steps"])

    def on_trial_complete(self, iteration: int, trials: list, trial: Any, **_) -> None:
        """Count all steps of a run that is over, taken or not."""
        self._move(trial.trial_id, self.max_steps)

    def _move(self, run: str, steps: int) -> None:
        self.steps[run] = min(steps, self.max_steps)
        self.bar.update(sum(self.steps.values()) - self.bar.n)


def _write_plan(
    folder: Path, configs: Mapping[str, PPOConfig], seeds: list[int], goal: dict, resume: bool
) -> None:
    """Note what the sweep is, and refuse to go on with another one."""
    settings = {
        name: settings_of(_config(configs, {"name": name, "seed": None})) for name in configs
    }
    plan = {"runs": settings, "seeds": seeds, **goal}
    path = folder / _PLAN
    if path.exists():
        if not resume:
            raise FileExistsError(
                f"{folder} holds a sweep. Pass resume=True to go on with it, or choose another "
                "folder."
            )
        differences = differences_between(json.loads(path.read_text()), plan)
        if differences:
            raise ValueError(
                f"The sweep in {folder} is another one: {'; '.join(differences)}. Go on with what "
                "it was begun with, or choose another folder."
            )
    with write_atomically(path) as temporary:
        temporary.write_text(json.dumps(plan))


def _tuner(
    configs: Mapping[str, PPOConfig],
    runs: list[dict[str, Any]],
    folder: Path,
    every: int,
    goal: dict[str, Any],
) -> tune.Tuner:
    settings = {"configs": dict(configs), "folder": folder, "every": every, "goal": goal}
    return tune.Tuner(
        tune.with_resources(
            tune.with_parameters(_Run, **settings),
            lambda run: PPO.default_resource_request(configs[run["name"]]),
        ),
        param_space=tune.grid_search(runs),
        run_config=tune.RunConfig(
            name=_TUNE,
            storage_path=str(folder),
            verbose=0,
            # Other than its default, this one shows nothing in a notebook either.
            progress_reporter=tune.CLIReporter(),
            callbacks=[_Progress()],
            checkpoint_config=tune.CheckpointConfig(checkpoint_at_end=False),
            failure_config=tune.FailureConfig(max_failures=2),
        ),
    )


def _folder_name(run: dict[str, Any]) -> str:
    return f"{quote(run['name'], safe=' ')}-seed-{run['seed']}"


def _config(configs: Mapping[str, PPOConfig], run: dict[str, Any]) -> PPOConfig:
    return configs[run["name"]].copy(copy_frozen=False).debugging(seed=run["seed"])


def _is_finished(
    configs: Mapping[str, PPOConfig], run: dict[str, Any], folder: Path, goal: dict[str, Any]
) -> bool:
    checkpoint = find_checkpoint(folder / _folder_name(run))
    if checkpoint is None:
        return False
    return finished(read_history(checkpoint, settings_of(_config(configs, run))), **goal)


def _agent(configs: Mapping[str, PPOConfig], run: dict[str, Any], folder: Path) -> Agent:
    config, checkpoint = _config(configs, run), find_checkpoint(folder / _folder_name(run))
    module = RLModule.from_checkpoint(checkpoint / MODULE)
    return Agent(config, module, read_history(checkpoint, settings_of(config)))


@contextmanager
def _tidied(folder: Path) -> Iterator[None]:
    """Drop what a sweep left that was killed, and what this one leaves, but for checkpoints."""

    def tidy() -> None:
        for path in (folder / _TUNE, *folder.glob(f"*/{UNFINISHED}*")):
            shutil.rmtree(path, ignore_errors=True)

    tidy()
    try:
        yield
    finally:
        tidy()


@contextmanager
def _quiet_tune() -> Iterator[None]:
    """Keep Tune from writing tables and logs that nobody asked for, and its own Ctrl-C handler.

    With that handler an interrupt would end the sweep as if it were finished.
    """
    settings = {
        "RAY_AIR_NEW_OUTPUT": "0",
        "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
        "TUNE_DISABLE_SIGINT_HANDLER": "1",
    }
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
