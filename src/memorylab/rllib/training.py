"""Training an agent with PPO: progress, early stop, checkpoints, resume."""

from __future__ import annotations

import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from ray.rllib.algorithms.ppo import PPO, PPOConfig
from ray.tune.trainable import trainable

from memorylab.progress import progress_bar
from memorylab.rllib.agent import Agent, History, settings_of
from memorylab.rllib.checkpoints import (
    claimed,
    find_checkpoint,
    read_history,
    save_checkpoint,
)
from memorylab.rllib.config import register_environments
from memorylab.rllib.session import local_cpus, ray_session


def train_ppo(
    config: PPOConfig,
    *,
    max_steps: int = 60_000,
    stop_return: float | None = 0.9,
    checkpoint_path: str | Path | None = None,
    checkpoint_every: int = 20_000,
    resume: bool = False,
    progress: bool = True,
) -> Agent:
    """Train an agent until it is good enough or has taken ``max_steps``.

    Starts Ray if it isn't running, and then also stops it. An interrupt stops what was started and
    leaves the last checkpoint as it was. Where an env runner dies, training goes on with the others
    until Ray has put up another; where a learner dies, it ends, to be resumed from the last
    checkpoint.

    Args:
        config: What to train: see :func:`memorylab.rllib.ppo_config`.
        max_steps: Environment steps after which training ends; the update under way is finished.
        stop_return: Mean return at which the task counts as solved; None trains to the end.
        checkpoint_path: Folder for a checkpoint; None writes none.
        checkpoint_every: Environment steps between two checkpoints; there is one more at the end.
        resume: Whether to go on from the checkpoint in ``checkpoint_path``, if there is one.
            Episodes start anew then, so the run is not step by step the one without a break. Do
            this with checkpoints of your own only: RLlib's hold pickles, which can execute
            anything. To give an agent away, ``save_weights(agent.module, path)``.
        progress: Whether to show a progress bar.

    Returns:
        The agent, whose ``history`` covers the steps before a resumption too.

    Raises:
        ValueError: ``max_steps`` or ``checkpoint_every`` is below 1, ``resume`` comes without
            ``checkpoint_path``, the checkpoint belongs to other settings, or Ray was started with
            fewer workers than ``config`` needs.
        OSError: ``checkpoint_path`` can't be written, or another program is training into it.
        FileExistsError: ``checkpoint_path`` holds a checkpoint and ``resume`` is False.
    """
    for name, value in {"max_steps": max_steps, "checkpoint_every": checkpoint_every}.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1, but is {value}.")
    settings = settings_of(config)
    description = f"{settings['environment']} with {settings['model_config'].get('memory')}"
    with claimed(checkpoint_path):
        checkpoint = _checkpoint_to_resume(checkpoint_path, resume)
        history = read_history(checkpoint, settings) if checkpoint else History(settings=settings)
        saved = history.env_steps[-1] if history.env_steps else 0
        with (
            ray_session(num_cpus=max(1, config.num_env_runners + config.num_learners)),
            _one_thread(),
            _interrupt_noted() as raise_if_interrupted,
            running_algorithm(config) as algorithm,
            progress_bar(max_steps, description, progress) as bar,
        ):
            if checkpoint is not None:
                algorithm.restore_from_path(str(checkpoint))
            bar.update(min(saved, max_steps))
            while not finished(history, max_steps, stop_return):
                update(algorithm, history)
                raise_if_interrupted()
                steps = history.env_steps[-1]
                bar.set_postfix_str(f"return {history.mean_return[-1]:.2f}", refresh=False)
                bar.update(min(steps, max_steps) - bar.n)
                done = finished(history, max_steps, stop_return)
                if checkpoint_path is not None and (done or steps - saved >= checkpoint_every):
                    save_checkpoint(algorithm, history, checkpoint_path)
                    saved = steps
            return Agent(config, algorithm.get_module(), history)


def _checkpoint_to_resume(folder: str | Path | None, resume: bool) -> Path | None:
    if folder is None:
        if resume:
            raise ValueError("resume=True needs a checkpoint_path to resume from.")
        return None
    checkpoint = find_checkpoint(folder)
    if checkpoint is not None and not resume:
        raise FileExistsError(
            f"{folder} holds a checkpoint of an earlier run. Pass resume=True to go on from it, "
            "or choose another checkpoint_path."
        )
    return checkpoint


def finished(history: History, max_steps: int, stop_return: float | None) -> bool:
    """Return whether training is over, and note in ``history`` whether the task is solved."""
    if not history.env_steps:
        return False
    if stop_return is not None:
        history.solved = history.mean_return[-1] >= stop_return
    return history.solved or history.env_steps[-1] >= max_steps


def update(algorithm: PPO, history: History) -> None:
    """Sample and learn once, and write down how it went."""
    before = history.seconds[-1] if history.seconds else 0.0
    last = history.env_steps[-1] if history.env_steps else 0
    start = time.perf_counter()
    while (result := algorithm.train())["num_env_steps_sampled_lifetime"] <= last:
        pass  # Every env runner was lost; Ray is putting up others.
    history.env_steps.append(int(result["num_env_steps_sampled_lifetime"]))
    # NaN until the first episode has ended.
    history.mean_return.append(float(result["env_runners"].get("episode_return_mean", "nan")))
    history.seconds.append(before + time.perf_counter() - start)


@contextmanager
def running_algorithm(config: PPOConfig) -> Iterator[PPO]:
    """Build the algorithm of ``config``, with Ray running, and stop it after the block.

    Raises:
        ValueError: ``start_ray`` started Ray here with fewer workers than ``config`` needs, so
            that RLlib would wait for them for ever.
    """
    needed = config.num_env_runners + config.num_learners
    workers = local_cpus()
    if workers is not None and needed > workers:
        raise ValueError(
            f"{config.num_env_runners} env runners and {config.num_learners} learners need "
            f"{needed} workers, and Ray was started with {workers}. Start it with "
            f"ray_session(num_cpus={needed}), or ask for fewer."
        )
    # Ray forgets environments when it stops, so they are registered once more.
    register_environments()
    algorithm = _without_results_folder(config.copy(copy_frozen=False))
    try:
        yield algorithm
    finally:
        algorithm.stop()


def _without_results_folder(config: PPOConfig) -> PPO:
    # RLlib makes a folder for logs in the user's home, one for each algorithm, even if it logs
    # nothing, and leaves it there.
    usual = trainable.DEFAULT_STORAGE_PATH
    with tempfile.TemporaryDirectory() as folder:
        trainable.DEFAULT_STORAGE_PATH = folder
        try:
            return config.build_algo()
        finally:
            trainable.DEFAULT_STORAGE_PATH = usual


@contextmanager
def _one_thread() -> Iterator[None]:
    """Give PyTorch one thread: networks this small lose time to more of them."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@contextmanager
def _interrupt_noted() -> Iterator[Callable[[], None]]:
    """Give a function that raises an interrupt which came, and was lost.

    Python drops what is raised while C code asks whether an object has an attribute; where an
    attribute is a function, that can be an interrupt, and training would go on for ever.
    """
    came = False

    def note(number: int, frame: object) -> None:
        nonlocal came
        came = True
        signal.default_int_handler(number, frame)

    def raise_if_interrupted() -> None:
        if came:
            raise KeyboardInterrupt

    # Only the main thread gets interrupts, and whoever has other plans for them keeps these.
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield raise_if_interrupted
        return
    signal.signal(signal.SIGINT, note)
    try:
        yield raise_if_interrupted
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
