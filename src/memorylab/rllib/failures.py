"""Environments that fail: checks of what they return, and errors that say where it happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import gymnasium as gym
import numpy as np
import torch
from ray.exceptions import RayActorError, RayTaskError
from ray.rllib.algorithms.algorithm_config import AlgorithmConfig
from ray.rllib.algorithms.ppo.torch.ppo_torch_learner import PPOTorchLearner
from ray.rllib.core.learner.torch.torch_learner import TorchLearner
from ray.rllib.env.env_runner import (
    ENV_STEP_FAILURE,
    NUM_ENV_STEP_FAILURES_LIFETIME,
    EnvRunner,
)
from ray.rllib.env.multi_agent_env import MultiAgentEnv
from ray.rllib.env.single_agent_env_runner import SingleAgentEnvRunner
from ray.rllib.env.vector.sync_vector_multi_agent_env import SyncVectorMultiAgentEnv
from ray.rllib.utils.metrics import ENV_RESET_TIMER, ENV_STEP_TIMER

from memorylab.environments.make import environment_name
from memorylab.rllib._ray_patches import WithoutCompiler

_TOLERANCE = 1e-5
"""How far outside a Box a number may be, relative to its bound: more than rounding to float32."""

_IN_A_ROW = "memorylab_in_a_row"
"""Under this name an error says how many calls of its env runner failed in a row."""


class EnvironmentFailure(RuntimeError):
    """An environment raised an exception or returned what it must not.

    The message names the environment, the call and the process. In the process where it happened,
    ``__cause__`` is the environment's own exception.
    """


class CheckedEnvironment(gym.Wrapper):
    """An environment whose mistakes are named where they are made; it changes nothing.

    Args:
        env: The environment.
        name: Its name in messages.
        place: The process in messages, such as ``"env runner 2"``.

    Raises:
        EnvironmentFailure: ``reset`` or ``step`` raises; a reward is not a finite number; or an
            observation or an action has NaN or infinity, another shape than its space, or lies
            outside it. Such an action doesn't reach the environment.
    """

    def __init__(self, env: gym.Env, name: str, place: str):
        super().__init__(env)
        self.name, self.place, self.steps = name, place, 0

    def reset(self, **kwargs: Any) -> tuple[Any, dict[str, Any]]:
        """Reset, and check the observation."""
        self.steps = 0
        with failing_in(self.name, "reset", self.place):
            observation, info = self.env.reset(**kwargs)
            check_observation(observation, self.env.observation_space)
        return observation, info

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """Take a step, and check the action, the observation and the reward."""
        self.steps += 1
        self.check_action(action, self.env.action_space, "the action")
        with failing_in(self.name, f"step {self.steps} of an episode", self.place):
            observation, reward, terminated, truncated, info = self.env.step(action)
            check_observation(observation, self.env.observation_space)
            if not np.isfinite(np.asarray(reward, dtype=np.float64)):
                raise ValueError(f"the reward is {reward}, but must be a finite number.")
        return observation, reward, terminated, truncated, info

    def check_action(self, action: Any, space: gym.Space, what: str) -> None:
        """Check that an action is one of its space, or raise EnvironmentFailure."""
        try:
            check_observation(action, space, what)
        except ValueError as error:
            raise EnvironmentFailure(
                f"The environment {self.name} was spared step {self.steps} of an episode, in "
                f"{self.place}: {error} RLlib's settings normalize_actions and clip_actions keep "
                "actions within bounds."
            ) from error


@contextmanager
def failing_in(name: str, call: str, place: str) -> Iterator[None]:
    """Raise EnvironmentFailure for any exception of the block; it names all three."""
    try:
        yield
    except EnvironmentFailure:
        raise
    except Exception as error:
        raise EnvironmentFailure(
            f"The environment {name} failed in its {call}, in {place}: "
            f"{type(error).__name__}: {error}"
        ) from error


def check_observation(observation: Any, space: gym.Space, where: str = "the observation") -> None:
    """Check that an observation is one of its space.

    Numbers of another type than the space's are fine, and so is a rounding error at its bounds.

    Raises:
        ValueError: It is not; the message says which part, and what was expected.
    """
    if isinstance(space, gym.spaces.Dict):
        if not isinstance(observation, dict) or observation.keys() != space.spaces.keys():
            keys = [*observation] if isinstance(observation, dict) else observation
            raise ValueError(f"{where} must have the keys {[*space.spaces]}, got {keys!r}.")
        for key, part in space.spaces.items():
            check_observation(observation[key], part, f"{where}[{key!r}]")
    elif isinstance(space, gym.spaces.Tuple):
        if not isinstance(observation, tuple | list) or len(observation) != len(space):
            raise ValueError(f"{where} must have {len(space)} parts, got {observation!r}.")
        for i, part in enumerate(space):
            check_observation(observation[i], part, f"{where}[{i}]")
    elif isinstance(space, gym.spaces.Box):
        _check_box(observation, space, where)
    elif not space.contains(observation):
        raise ValueError(f"{where} is not in its space {space}, but {observation!r}.")


def _check_box(observation: Any, space: gym.spaces.Box, where: str) -> None:
    array = np.asarray(observation)
    if array.shape != space.shape:
        raise ValueError(
            f"{where} must be of shape {list(space.shape)}, as its space {space}, but is of shape "
            f"{list(array.shape)}."
        )
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{where} must hold numbers, as its space {space}, got {array.dtype}.")
    if array.dtype == space.dtype and array.dtype == np.uint8 and _has_all_bytes(space):
        return
    finite = np.isfinite(array)
    if not finite.all():
        # A space may be unbounded, but a network can't read infinity.
        raise ValueError(f"{where} holds {array[~finite][0]}{_at(~finite)}, but must be finite.")
    low, high = space.low, space.high
    room = _TOLERANCE * np.maximum(1, np.abs(array.astype(np.float64)))
    outside = (array < low - room) | (array > high + room)
    if outside.any():
        i = np.unravel_index(int(outside.argmax()), outside.shape)
        raise ValueError(
            f"{where} holds {array[i]}{_at(outside)}, outside its space, which there goes from "
            f"{low[i]} to {high[i]}."
        )


def _has_all_bytes(space: gym.spaces.Box) -> bool:
    return bool((space.low == 0).all() and (space.high == 255).all())


def _at(wrong: np.ndarray) -> str:
    index = np.unravel_index(int(wrong.argmax()), wrong.shape)
    return f" at {[int(i) for i in index]}" if index else ""


class RunnerChecks(EnvRunner):
    """An env runner, as the first of several bases, whose environments are checked.

    In a process of its own it tells the driver what failed, be it an environment, a module, a
    connector or a callback, and makes its environments anew. RLlib's only ends the process.
    """

    checked_environment: type[CheckedEnvironment] = CheckedEnvironment
    _failures = 0
    _failed_calls = 0
    _num_seeded = 0

    def make_env(self) -> None:
        """Make the environments; EnvironmentFailure names what their constructor raises."""
        with failing_in(self._name, "constructor", self._place):
            super().make_env()
        vector = self.env.unwrapped
        # One that is vectorised by itself, or in other processes, can't be looked into.
        if isinstance(vector, gym.vector.SyncVectorEnv | SyncVectorMultiAgentEnv):
            vector.envs = [
                self.checked_environment(one, self._name, self._place) for one in vector.envs
            ]

    @property
    def _name(self) -> str:
        return environment_name(self.config.env)

    @property
    def _place(self) -> str:
        return f"env runner {self.worker_index}" if self.worker_index else "this process"

    def _try_env_reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        # When it collects whole episodes, RLlib gives the same seed before each sample, and so
        # would learn from the same few episodes for ever. Later seeds follow from it.
        if seed is not None and self._num_seeded:
            sequence = np.random.SeedSequence([seed, self._num_seeded])
            seed = int(sequence.generate_state(1)[0]) // 2  # RLlib adds the environment's number.
        self._num_seeded += 1
        try:
            with (
                failing_in(self._name, "reset", self._place),
                self.metrics.log_time(ENV_RESET_TIMER),
            ):
                return self.env.reset(seed=seed, options=options)
        except EnvironmentFailure:
            self._restart_or_raise()
        return self._try_env_reset(seed=seed, options=options)

    def _try_env_step(self, actions: Any) -> Any:
        try:
            with failing_in(self._name, "step", self._place), self.metrics.log_time(ENV_STEP_TIMER):
                result = self.env.step(actions)
        except EnvironmentFailure:
            self.metrics.log_value(NUM_ENV_STEP_FAILURES_LIFETIME, 1, reduce="lifetime_sum")
            self._restart_or_raise()
            return ENV_STEP_FAILURE
        self._log_env_steps(metric=self._metrics_num_try_env_step, num_steps=1)
        return result

    def sample(self, **arguments: Any) -> list[Any]:
        """Return episodes; only a whole call without a failure ends a row of failures."""
        episodes = super().sample(**arguments)
        self._failures = self._failed_calls = 0
        return episodes

    def _restart_or_raise(self) -> None:
        """Make the environments anew if the settings allow that, or raise the error under way."""
        self._failures += 1
        may_restart = self.config.restart_failed_sub_environments
        if not may_restart or self._failures > allowed_failures(self.config):
            raise  # The error that is being handled.
        self.make_env()

    def apply(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a function; of what fails in it tell the driver, and live on.

        It may be the environment, or a module, connector or callback. RLlib's only logs it.
        """
        failed: list[Exception] = []

        def call(*args: Any, **kwargs: Any) -> Any:
            try:
                return func(*args, **kwargs)
            except Exception as failure:
                failed.append(failure)

        result = super().apply(call, *args, **kwargs)
        if failed:
            self._failures, self._failed_calls = 0, self._failed_calls + 1
            setattr(failed[0], _IN_A_ROW, self._failed_calls)
            self.make_env()
            raise failed[0]
        return result


class CheckedEnvRunner(RunnerChecks, WithoutCompiler, SingleAgentEnvRunner):
    """RLlib's env runner with the checks of :class:`CheckedEnvironment`."""

    def make_env(self) -> None:
        """Make the environments; EnvironmentFailure says it if they are for several agents."""
        try:
            super().make_env()
        except EnvironmentFailure:
            if self._makes_several_agents():
                raise EnvironmentFailure(
                    f"The environment {self._name} has several agents, but the configuration is "
                    "for one. Say which policies there are and who has which: "
                    "config.multi_agent(policies=..., policy_mapping_fn=...)."
                ) from None
            raise

    def _makes_several_agents(self) -> bool:
        make = self.config.env
        with suppress(Exception):  # It is known already that something fails.
            return callable(make) and isinstance(make(self.config.env_config), MultiAgentEnv)
        return False


def allowed_failures(config: AlgorithmConfig) -> int:
    """Return how many failures in a row RLlib's settings tolerate."""
    tolerated = config.num_consecutive_env_runner_failures_tolerance
    if config.restart_failed_env_runners or config.restart_failed_sub_environments:
        return min(config.max_num_env_runner_restarts, tolerated)
    return tolerated if config.ignore_env_runner_failures else 0


class RunnerFailures:
    """What env runners in other processes raised. RLlib logs it, and tries for ever.

    Args:
        errors: A list of all errors of remote calls, which grows; :func:`noted_errors` yields it.
        config: What is being trained.
    """

    def __init__(self, errors: list[Exception], config: AlgorithmConfig):
        self.errors, self.config, self.in_a_row = errors, config, 0
        # How long there has been neither a step nor an error; IMPALA's and APPO's rounds are short.
        self.idle = 0.0

    def after_round(self, num_steps: int, seconds: float) -> None:
        """Raise the first error of a round if too many rounds, or calls of a runner, had one.

        Not every round calls each runner: those of an evaluation wait for their interval.

        Args:
            num_steps: How many environment steps the round gave.
            seconds: How long it took.
        """
        errors = [own for error in self.errors if (own := own_error(error)) is not None]
        self.errors.clear()
        patience = self.config.sample_timeout_s
        may_hang = not num_steps and not errors and self.config.num_env_runners > 0
        self.idle = self.idle + seconds if may_hang else 0.0
        if may_hang and patience is not None and self.idle >= patience:
            self.idle = 0.0
            errors = [
                TimeoutError(
                    f"No env runner gave anything within {patience} seconds: the environment "
                    f"{environment_name(self.config.env)} hangs, or is slower than that. For a "
                    "slow one set config.env_runners(sample_timeout_s=...)."
                )
            ]
        self.in_a_row = self.in_a_row + 1 if errors else 0
        counts = [self.in_a_row, *(getattr(error, _IN_A_ROW, 0) for error in errors)]
        if max(counts) > allowed_failures(self.config):
            raise errors[0]


def own_error(error: BaseException) -> Exception | None:
    """Return what a worker itself raised, of the error that Ray reports; None if it was ended."""
    if isinstance(error, RayActorError) and error.actor_init_failed and error.args:
        error = error.args[0]
    if not isinstance(error, RayTaskError) or not isinstance(error.cause, Exception):
        return None
    # Ray's has the traceback in the worker.
    error.cause.__cause__ = error
    return error.cause


@contextmanager
def own_errors(errors: list[Exception]) -> Iterator[None]:
    """Raise what a worker itself raised, instead of what RLlib makes of it."""
    try:
        yield
    except Exception as error:
        candidates = (own_error(one) for one in (error, *errors))
        own = next((one for one in candidates if one is not None), None)
        if own is None:
            raise
        raise own from own.__cause__


class CheckedGradients(TorchLearner):
    """A learner that refuses NaN and infinity in gradients, where RLlib makes no or a 0 update."""

    def compute_gradients(self, loss_per_module: dict[str, Any], **kwargs: Any) -> dict[Any, Any]:
        """Return the gradients.

        Raises:
            FloatingPointError: The gradients' norm is not finite; the message names the parameters.
        """
        gradients = super().compute_gradients(loss_per_module, **kwargs)
        given = [gradient for gradient in gradients.values() if gradient is not None]
        # Clipping divides by the norm, which can overflow where no gradient does.
        if torch.nn.utils.get_total_norm(given).isfinite():
            return gradients
        losses = {key: float(loss.detach()) for key, loss in loss_per_module.items()}
        wrong = [
            f"{key}.{name}"
            for key, module in self.module.items()
            for name, parameter in module.named_parameters()
            if parameter.grad is not None and not parameter.grad.norm().isfinite()
        ]
        raise FloatingPointError(
            f"The gradients of {', '.join(wrong[:3])}{' and others' if len(wrong) > 3 else ''} "
            f"are not finite or too large, with the loss {losses}, so this update would change "
            "nothing. Look for very large rewards or observations, or lower the learning rate."
        )


class CheckedPPOLearner(CheckedGradients, PPOTorchLearner):
    """PPO that refuses gradients of NaN or infinity, where RLlib makes no update, or one of 0."""
