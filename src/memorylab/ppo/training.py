"""Training an agent without Ray: progress, early stop, checkpoints, resuming."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import cast

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from memorylab.environments.make import environment_name
from memorylab.errors import check_count
from memorylab.memory import ActorCritic, MemoryModel
from memorylab.ppo.agent import WEIGHTS, Agent
from memorylab.ppo.ppo import PPO, Players, improve
from memorylab.progress import Drawing, live_progress
from memorylab.training import Film, History, load_weights
from memorylab.training.checkpoints import (
    begin_film,
    check_resumption,
    claimed,
    find_checkpoint,
    read_history,
    save_checkpoint,
)

_OPTIMIZER = "optimizer.safetensors"


def train_agent(
    agent: Agent,
    settings: PPO = PPO(),  # noqa: B008  # it can't be changed
    *,
    max_steps: int = 60_000,
    stop_return: float | None = 0.9,
    checkpoint_path: str | Path | None = None,
    checkpoint_every: int = 20_000,
    resume: bool = False,
    progress: bool = True,
    film: Film | None = None,
    live: Callable[[History], Drawing] | None = None,
) -> History:
    """Train an agent with PPO until it is good enough or has taken ``max_steps``.

    It learns in place. After an interrupt it has what it learnt by then.

    Args:
        agent: The agent. One that has a history begins anew with the weights it has.
        settings: How it learns.
        max_steps: Environment steps after which training ends; the update under way is finished.
        stop_return: Mean return at which the task counts as solved, and the agent stays as it is;
            None trains to the end.
        checkpoint_path: Folder for a checkpoint, which :meth:`Agent.load` reads too; None writes
            none.
        checkpoint_every: Environment steps between two checkpoints; there is one more at the end.
        resume: Whether to go on from the checkpoint in ``checkpoint_path``, if there is one;
            episodes start anew.
        progress: Whether to show a progress bar.
        film: Records the memory on one sequence of observations; its steps are environment steps.
        live: A :class:`memorylab.plots.LiveCurve`, or another function from a History to a figure:
            draws the measurements beside the bar while a notebook trains.

    Returns:
        The agent's ``history``.

    Raises:
        ValueError: A setting is out of its range, ``resume`` comes without ``checkpoint_path``, or
            the checkpoint or the film belongs to other settings or another training.
        OSError: ``checkpoint_path`` can't be written, or another program is training into it.
        FileExistsError: ``checkpoint_path`` holds a checkpoint and ``resume`` is False.
        FloatingPointError: The gradients are not finite.
    """
    check_count(max_steps, "max_steps")
    check_count(checkpoint_every, "checkpoint_every")
    check_resumption(checkpoint_path, resume)
    _check_settings(settings)
    description = f"{environment_name(agent.environment)} with {agent.memory_name}"
    goal = (max_steps, stop_return)
    updates = _updates(agent, settings, goal, checkpoint_path, checkpoint_every, film)
    with closing(updates), live_progress(max_steps, description, progress, live) as (bar, show):
        for history in updates:
            mean_return = history.last("mean_return", default=float("nan"))
            bar.set_postfix_str(f"return {mean_return:.2f}", refresh=False)
            bar.update(min(history.last("env_steps"), max_steps) - bar.n)
            show(history)
    return history


def _check_settings(settings: PPO) -> None:
    """Raise ValueError for counts below 1, and shares that are not from 0 to 1."""
    for name in ("num_envs", "num_steps", "max_seq_len", "num_epochs", "num_minibatches"):
        check_count(getattr(settings, name), name)
    for name in ("gamma", "lambda_"):
        if not 0 <= getattr(settings, name) <= 1:
            raise ValueError(f"{name} must be from 0 to 1, got {getattr(settings, name)!r}.")


def _updates(
    agent: Agent,
    settings: PPO,
    goal: tuple[int, float | None],
    folder: str | Path | None,
    every: int,
    film: Film | None,
) -> Generator[History, None, None]:
    """Train from the last checkpoint in ``folder`` on; yield the history before and after each."""
    # Through JSON, so that tuples compare equal to the lists that a file has in their place.
    described = {**agent.history.settings, "ppo": json.loads(json.dumps(asdict(settings)))}
    new = History(env_steps=[], mean_return=[], seconds=[], settings=described)
    optimizer = torch.optim.Adam(agent.networks.parameters(), lr=settings.learning_rate)
    with claimed(folder), _alone(settings.seed):
        checkpoint = None if folder is None else find_checkpoint(folder)
        agent.history = history = read_history(checkpoint, new)
        begin_film(film, checkpoint)
        if checkpoint is not None:
            _restore(agent, optimizer, checkpoint)
        saved = begun = int(history.last("env_steps"))
        players = Players(agent.make_environment, agent.networks, settings, begun)
        while not _is_finished(agent, *goal, film):
            yield history
            start = time.perf_counter()
            _schedule(optimizer, settings, history.last("env_steps") / goal[0])
            with _other_size(agent.networks, settings.num_locations) as is_other:
                if is_other:
                    players.restart()
                rows = players.play()
                mean_return = float(np.mean(players.returns)) if players.returns else float("nan")
                # One that is good enough stays as it was when it was measured.
                if goal[1] is None or not mean_return >= goal[1]:
                    improve(agent.networks, optimizer, rows, agent.action_space, settings)
            history.append(
                env_steps=int(history.last("env_steps")) + settings.num_envs * settings.num_steps,
                mean_return=mean_return,
                seconds=history.last("seconds") + time.perf_counter() - start,
            )
            if folder is not None and history.last("env_steps") - saved >= every:
                _save(agent, optimizer, folder, film)
                saved = int(history.last("env_steps"))
        if folder is not None and history.env_steps:
            _save(agent, optimizer, folder, film)
        yield history


def _is_finished(
    agent: Agent, max_steps: int, stop_return: float | None, film: Film | None
) -> bool:
    history = agent.history
    mean_return = history.last("mean_return", default=float("nan"))
    history.solved = stop_return is not None and mean_return >= stop_return
    finished = history.solved or history.last("env_steps") >= max_steps
    if film is not None:
        film.see(int(history.last("env_steps")), agent.networks, last=finished)
    return finished


def _schedule(optimizer: torch.optim.Adam, settings: PPO, progress: float) -> None:
    """Set the learning rate of an update, before which training has come so far, from 0 to 1."""
    first, last = settings.learning_rate, settings.final_learning_rate
    if last is not None:
        for group in optimizer.param_groups:
            group["lr"] = first + (last - first) * progress


@contextmanager
def _other_size(networks: ActorCritic, sizes: Sequence[int]) -> Iterator[bool]:
    """Give DNCs one of these numbers of locations in the block, if there are any to draw from."""
    if not sizes:
        yield False
        return
    memories = [cast(MemoryModel, memory) for memory in networks.memories.values()]
    states = [(memory, memory.initial_state()) for memory in memories]
    own = [(memory, len(state["memory"])) for memory, state in states if "memory" in state]
    drawn = sizes[int(torch.randint(len(sizes), ()))]
    try:
        for memory in memories:
            memory.set_locations(drawn)
        yield True
    finally:
        for memory, size in own:
            memory.set_locations(size)


@contextmanager
def _alone(seed: int) -> Iterator[None]:
    """Give PyTorch one thread and random numbers of their own in the block.

    Networks this small lose time to more threads.
    """
    threads = torch.get_num_threads()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(threads)


def _save(agent: Agent, optimizer: torch.optim.Adam, folder: str | Path, film: Film | None) -> None:
    def write(path: Path) -> None:
        agent.write(path)
        moments = {
            f"{number}.{name}": tensor.contiguous()
            for number, state in optimizer.state_dict()["state"].items()
            for name, tensor in state.items()
        }
        save_file(moments, path / _OPTIMIZER)

    save_checkpoint(write, agent.history, folder, film)


def _restore(agent: Agent, optimizer: torch.optim.Adam, checkpoint: Path) -> None:
    load_weights(agent.networks, checkpoint / WEIGHTS)
    states: dict[int, dict[str, torch.Tensor]] = {}
    for key, tensor in load_file(checkpoint / _OPTIMIZER).items():
        number, name = key.split(".")
        states.setdefault(int(number), {})[name] = tensor
    optimizer.load_state_dict({**optimizer.state_dict(), "state": states})
