"""Training an agent: progress, early stop, checkpoints, resuming."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from copy import deepcopy
from pathlib import Path
from types import FrameType
from typing import Any

import ray
import torch
from ray.rllib.algorithms.algorithm import Algorithm
from ray.rllib.algorithms.algorithm_config import AlgorithmConfig
from ray.rllib.core import DEFAULT_MODULE_ID
from ray.rllib.core.learner import Learner
from ray.rllib.env import INPUT_ENV_SINGLE_SPACES

from memorylab.errors import check_count
from memorylab.progress import Drawing, live_progress
from memorylab.rllib._ray_patches import (
    noted_errors,
    seeding_without_compiler,
    without_results_folder,
)
from memorylab.rllib.agent import Agent, new_history
from memorylab.rllib.checkpoints import save_checkpoint
from memorylab.rllib.config_checks import check_config, count_workers, model_config_of, specs_of
from memorylab.rllib.connector_states import pipelines_in, read_algorithm, restore_states
from memorylab.rllib.environments import with_named_environment
from memorylab.rllib.failures import (
    CheckedEnvRunner,
    RunnerFailures,
    own_errors,
)
from memorylab.rllib.learners import with_checks
from memorylab.rllib.multi_agent import CheckedAgentsRunner, Policies, networks_in
from memorylab.rllib.replay import check_buffer
from memorylab.rllib.session import ray_session, require_workers
from memorylab.training import Film, History
from memorylab.training.checkpoints import (
    begin_film,
    check_resumption,
    claimed,
    find_checkpoint,
    read_history,
)
from memorylab.training.weights import check_weights

_FAILURES = "memorylab_failures"
"""Under this name an algorithm holds its :class:`RunnerFailures`."""


def train_agent(
    config: AlgorithmConfig,
    *,
    max_steps: int = 60_000,
    stop_return: float | None = 0.9,
    checkpoint_path: str | Path | None = None,
    checkpoint_every: int = 20_000,
    resume: bool = False,
    progress: bool = True,
    film: Film | None = None,
    live: Callable[[History], Drawing] | None = None,
    weights: Agent | str | Path | None = None,
) -> Agent:
    """Train an agent until it is good enough or has taken ``max_steps``; LOGGING.md shows more.

    Starts Ray if it isn't running, and then also stops it. An interrupt stops what was started and
    leaves the last checkpoint as it was. If an env runner dies, training goes on with the others.
    If a learner dies, training ends with an error; resume it from the last checkpoint.

    Args:
        config: What to train, by PPO or another: see :func:`memorylab.rllib.algorithm_config`.
        max_steps: Environment steps after which training ends; the update under way is finished.
        stop_return: Mean return at which the task counts as solved, and the agent stays as it was
            measured, without the update that came after; None trains to the end.
        checkpoint_path: Folder for a checkpoint; None writes none.
        checkpoint_every: Environment steps between two checkpoints; there is one more at the end.
        resume: Whether to go on from the checkpoint in ``checkpoint_path``, if there is one;
            episodes start anew, and DQN's and SAC's buffers. Do this with checkpoints of your own
            only: RLlib's hold pickles, which can execute anything.
        progress: Whether to show a progress bar.
        film: Records the memory on one sequence of observations; checkpoints hold it too.
        live: A :class:`memorylab.plots.LiveCurve`, or a function from a History to a figure.
        weights: An agent, or a folder that one was saved in, to begin with; not when resuming.

    Returns:
        The agent, whose ``history`` covers the steps before a resumption too.

    Raises:
        ValueError: A number is below 1, RLlib can't train with ``config``, ``resume`` comes without
            ``checkpoint_path``, the checkpoint or the film belongs to other settings or another
            training, Ray has too few workers, or ``weights`` are of other networks.
        OSError: ``checkpoint_path`` can't be written, or another program is training into it.
        FileExistsError: ``checkpoint_path`` holds a checkpoint and ``resume`` is False.
        EnvironmentFailure: The environment failed, more often in a row than
            ``config.fault_tolerance`` allows; the message says where.
        TimeoutError: No env runner gave a step within ``sample_timeout_s``, as often as that.
        FloatingPointError: The gradients are not finite, so that RLlib would change no weight.
    """
    check_resumption(checkpoint_path, resume)
    check_config(config)
    goal = (checkpoint_every, max_steps, stop_return)
    training = updates(config, checkpoint_path, *goal, film, weights)
    with closing(training), live_progress(max_steps, _name(config), progress, live) as (bar, show):
        for agent in training:
            mean_return = agent.history.last("mean_return", default=float("nan"))
            bar.set_postfix_str(f"return {mean_return:.2f}", refresh=False)
            bar.update(min(agent.history.last("env_steps"), max_steps) - bar.n)
            show(agent.history)
    return agent


train_ppo = train_agent
"""The name of :func:`train_agent` while there was only PPO."""


def _name(config: AlgorithmConfig) -> str:
    memories = [model_config_of(config, spec).get("memory") for spec in specs_of(config).values()]
    names = [str(getattr(memory, "__name__", memory)) for memory in memories]
    return f"{config.env} with {' and '.join(names)}"


def updates(
    config: AlgorithmConfig,
    folder: str | Path | None,
    every: int,
    max_steps: int,
    stop_return: float | None,
    film: Film | None = None,
    weights: Agent | str | Path | None = None,
) -> Generator[Agent, None, None]:
    """Train from the last checkpoint in ``folder`` on, and yield the agent after each update.

    The first agent comes before any update. A new checkpoint is due every ``every`` steps.
    """
    check_count(max_steps, "max_steps")
    check_count(every, "checkpoint_every")
    if film is not None and config.is_multi_agent:
        raise ValueError(
            f"A film shows one memory, but there are the policies {[*config.policies]}. Train "
            "without film, and take traces with evaluate."
        )
    given = Agent.load(weights) if isinstance(weights, str | Path) else weights
    with claimed(folder):
        # A checkpoint of other settings is refused before Ray starts.
        checkpoint = None if folder is None else find_checkpoint(folder)
        history = read_history(checkpoint, new_history(config))
        begin_film(film, checkpoint)
        with _interrupts_noted() as interrupts, running_algorithm(config) as algorithm:
            if checkpoint is not None:
                algorithm.restore_from_path(str(checkpoint))
            elif given is not None:
                begin_with(algorithm, given)
            finished = is_finished(history, max_steps, stop_return)
            _see(film, algorithm, history, finished)
            yield _agent(config, algorithm, history)
            saved = history.last("env_steps")
            while not finished:
                # RLlib's weights may be views of the networks', hence the copy.
                measured = deepcopy(algorithm.learner_group.get_weights())
                update(algorithm, history)
                if interrupts:
                    raise KeyboardInterrupt
                finished = is_finished(history, max_steps, stop_return)
                if history.solved:
                    algorithm.learner_group.set_weights(measured)
                _see(film, algorithm, history, finished)
                due = history.last("env_steps") - saved >= every
                if folder is not None and (due or finished):
                    save_checkpoint(algorithm, history, folder, film)
                    saved = history.last("env_steps")
                yield _agent(config, algorithm, history)


def _see(film: Film | None, algorithm: Algorithm, history: History, last: bool) -> None:
    """Let a film, if there is one, see the agent after an update."""
    if film is not None:
        film.see(int(history.last("env_steps")), _trained(algorithm).networks, last=last)


def _agent(config: AlgorithmConfig, algorithm: Algorithm, history: History) -> Agent:
    module, spaces = _trained(algorithm), algorithm.spaces[INPUT_ENV_SINGLE_SPACES]
    return Agent(config, module, history, read_algorithm(algorithm), spaces)


def _trained(algorithm: Algorithm) -> Any:
    """Return an algorithm's module, or its policies, with the weights of its learner."""
    module, weights = networks_in(algorithm), algorithm.learner_group.get_weights()
    several = isinstance(module, Policies)
    # IMPALA's and APPO's runners are behind the learner, and one in this process may never sample.
    for name, one in module.items() if several else [(DEFAULT_MODULE_ID, module)]:
        one.set_state(weights[name])
    return module


def begin_with(algorithm: Algorithm, agent: Agent) -> None:
    """Give an algorithm the weights of an agent, and what its connectors have learnt.

    Raises:
        ValueError: They are those of other networks or connectors.
    """
    check_weights(networks_in(algorithm), agent.module.state_dict(), "The given agent")
    several = isinstance(agent.module, Policies)
    modules = agent.module.items() if several else [(DEFAULT_MODULE_ID, agent.module)]
    algorithm.learner_group.set_weights({name: one.state_dict() for name, one in modules})
    algorithm.learner_group.foreach_learner(copy_to_targets)
    algorithm.env_runner_group.sync_weights(
        from_worker_or_learner_group=algorithm.learner_group, inference_only=True
    )
    restore_states(pipelines_in(algorithm), agent.connectors)
    algorithm.env_runner_group.sync_env_runner_states(
        config=algorithm.config,
        from_worker=algorithm.env_runner,
        env_to_module=algorithm.env_to_module_connector,
        module_to_env=algorithm.module_to_env_connector,
    )


def copy_to_targets(learner: Learner) -> None:
    """Make a learner's target networks the networks themselves, if it has any."""
    for module in learner.module.values():
        if hasattr(module.unwrapped(), "target_networks"):
            module.unwrapped().make_target_networks()


def is_finished(history: History, max_steps: int, stop_return: float | None) -> bool:
    """Return whether training is over, and note in ``history`` whether the task is solved."""
    mean_return = history.last("mean_return", default=float("nan"))
    history.solved = stop_return is not None and mean_return >= stop_return
    return history.solved or history.last("env_steps") >= max_steps


def update(algorithm: Algorithm, history: History) -> None:
    """Sample and learn once, and add the measurements to ``history``."""
    start = time.perf_counter()
    last = history.last("env_steps")
    while (result := _train(algorithm, last))["num_env_steps_sampled_lifetime"] <= last:
        pass  # Every env runner was lost, and Ray is starting others.
    history.append(
        env_steps=int(result["num_env_steps_sampled_lifetime"]),
        # NaN until the first episode has ended.
        mean_return=float(result["env_runners"].get("episode_return_mean", "nan")),
        seconds=history.last("seconds") + time.perf_counter() - start,
        **_evaluated(history, result),
    )


def _evaluated(history: History, result: dict[str, Any]) -> dict[str, float]:
    """Return the last evaluation's return, NaN before the first, if ``history`` wants it."""
    measured = result.get("evaluation", {}).get("env_runners", {}).get("episode_return_mean", "nan")
    return {"evaluation_return": float(measured)} if "evaluation_return" in history.columns else {}


def _train(algorithm: Algorithm, last: int) -> dict[str, Any]:
    """Sample and learn once, or raise what went wrong in the workers."""
    failures: RunnerFailures | None = getattr(algorithm, _FAILURES, None)
    if failures is None:
        return algorithm.train()
    start = time.perf_counter()
    with own_errors([]):
        result = algorithm.train()
    num_steps = int(result["num_env_steps_sampled_lifetime"]) - last
    try:
        failures.after_round(num_steps, time.perf_counter() - start)
    except TimeoutError:
        # The algorithm's end would wait for those that hang.
        for runner in algorithm.env_runner_group._worker_manager.actors().values():
            ray.kill(runner)
        raise
    return result


@contextmanager
def running_algorithm(config: AlgorithmConfig) -> Iterator[Algorithm]:
    """Build the algorithm of ``config``, with Ray running, and stop it after the block.

    PyTorch has one thread in the block: networks this small lose time to more of them.
    """
    workers, which = count_workers(config)
    config = with_named_environment(config)
    if config.env_runner_cls is None:
        several = config.is_multi_agent
        config.env_runners(env_runner_cls=CheckedAgentsRunner if several else CheckedEnvRunner)
        if several:
            config.environment(disable_env_checking=True)  # Ours say what an environment raises.
    config.learners(learner_class=with_checks(config.learner_class))
    with ray_session(num_cpus=max(1, workers)), ExitStack() as ends:
        require_workers(workers, which)
        errors = ends.enter_context(noted_errors())
        ends.callback(torch.set_num_threads, torch.get_num_threads())
        torch.set_num_threads(1)
        with own_errors(errors), without_results_folder(), seeding_without_compiler():
            algorithm = config.build_algo()
        ends.callback(algorithm.stop)
        setattr(algorithm, _FAILURES, RunnerFailures(errors, config))
        check_buffer(algorithm)
        yield algorithm


@contextmanager
def _interrupts_noted() -> Iterator[list[int]]:
    """Yield a list that gets an entry for each Ctrl-C.

    CPython drops an exception raised while C code asks whether an object has an attribute. If that
    attribute is computed, a KeyboardInterrupt can be lost, and training would go on for ever.
    """
    noted: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        noted.append(number)
        signal.default_int_handler(number, frame)

    # Only the main thread may install a handler. One that somebody else installed stays.
    is_main = threading.current_thread() is threading.main_thread()
    installs = is_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if installs:
        signal.signal(signal.SIGINT, note)
    try:
        yield noted
    finally:
        if installs:
            signal.signal(signal.SIGINT, signal.default_int_handler)
