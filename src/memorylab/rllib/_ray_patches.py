"""Everything that this package changes in Ray, RLlib and PyTorch, each for Ray 2.60.

``start_ray`` and the functions that drive RLlib apply these when they run; importing applies none.
The first two and ``forget_job`` last as long as the process, all others only as long as a block.

| patch | reason | saves |
|---|---|---|
| ``set_environment`` | listen on loopback, ask for a token, report and log nothing | log lines |
| ``quieten`` | RLlib warns of its own defaults | pages of log |
| ``fewer_processes`` | ``ray.init`` has no option for it | 210 MB |
| ``without_stderr`` | the C++ part logs before it reads its log level | a log line |
| ``forget_job`` | after joining a cluster again, env runners find no environments | a crash |
| ``WithoutCompiler`` | setting a seed imports PyTorch's compiler | 70 MB an env runner |
| ``without_results_folder`` | each algorithm leaves a folder in ``~/ray_results`` | folders |
| ``noted_errors`` | RLlib only logs what env runners in other processes raise | a riddle |
| ``soft_targets`` | RLlib blends whole numbers in target networks into fractions | a wrong count |
| ``quiet_tune`` | Tune prints tables, and ends a sweep on Ctrl-C as if it were finished | noise |
"""

from __future__ import annotations

import functools
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import torch
from ray._private import parameter, ray_constants, services
from ray._raylet import Config
from ray.rllib.algorithms.appo import appo_learner
from ray.rllib.algorithms.dqn import dqn_learner
from ray.rllib.utils import actor_manager
from ray.tune import registry
from ray.tune.trainable import trainable

from memorylab.networks import update_state_dict

ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",  # Report nothing to anybody.
    "RAY_AUTH_MODE": "token",  # Only holders of this user's token may submit work.
    # The only switch that makes Ray listen on 127.0.0.1 instead of the machine's own address.
    # Its name says Windows and macOS because there it is off by default.
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # Otherwise a warning on machines without a GPU.
    "RAY_BACKEND_LOG_LEVEL": "fatal",  # The C++ part logs to the terminal, or into a notebook.
}
"""Variables for this process and for the processes that Ray starts; your own values stay."""

_TUNE_ENVIRONMENT = {
    "RAY_AIR_NEW_OUTPUT": "0",  # Its tables ignore verbose=0 in a notebook.
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TUNE_DISABLE_SIGINT_HANDLER": "1",
}


def set_environment() -> None:
    """Set the variables of ``ENVIRONMENT``, and what Ray has read of them on import."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    ray_constants.ENABLE_RAY_CLUSTER = ray_constants.env_bool(
        ray_constants.ENABLE_RAY_CLUSTERS_ENV_VAR, False
    )
    Config.initialize("")  # Reads RAY_AUTH_MODE again, as Ray does when it turns tokens on.


def quieten() -> None:
    """Keep Ray and RLlib from logging anything below an error."""
    for name in ("ray", "ray.rllib", "ray.tune", "ray._private"):
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", category=DeprecationWarning, module="ray")
    warnings.filterwarnings("ignore", category=UserWarning, module="gymnasium")


@contextmanager
def fewer_processes() -> Iterator[None]:
    """Start Ray without autoscaler, log monitor and dashboard.

    The dashboard would start even with ``include_dashboard=False``, to send usage reports.
    """
    fewer = functools.partial(parameter.RayParams, no_monitor=True, include_log_monitor=False)
    address_and_process = ("", None)
    with (
        mock.patch.object(parameter, "RayParams", fewer),
        mock.patch.object(services, "start_api_server", return_value=address_and_process),
    ):
        yield


@contextmanager
def without_stderr() -> Iterator[None]:
    """Drop what Ray's C++ part writes on file descriptor 2 while it starts."""
    sys.stderr.flush()
    kept = os.dup(2)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)


def forget_job() -> None:
    """Let Ray's registry file environments under the next job's number, not the first one's."""
    registry._global_registry._prefix = None


@contextmanager
def seeding_without_compiler() -> Iterator[None]:
    """Let RLlib set a seed without importing ``torch._inductor``, which has a flag for it too."""
    function = torch.use_deterministic_algorithms
    if "torch._inductor" not in sys.modules:
        function = torch._C._set_deterministic_algorithms
    with mock.patch.object(torch, "use_deterministic_algorithms", function):
        yield


class WithoutCompiler:
    """An env runner, as the first of several bases, without PyTorch's compiler in any process."""

    def __init__(self, **arguments: Any):
        with seeding_without_compiler():
            super().__init__(**arguments)


@contextmanager
def without_results_folder() -> Iterator[None]:
    """Have algorithms make their log folders in a temporary folder."""
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.object(trainable, "DEFAULT_STORAGE_PATH", folder),
    ):
        yield


@contextmanager
def noted_errors() -> Iterator[list[Exception]]:
    """Yield a list to which each error of a call of an env runner elsewhere is added."""
    noted: list[Exception] = []
    add = actor_manager.RemoteCallResults.add_result

    def note(self: Any, actor_id: int, result_or_error: Any, tag: str) -> None:
        if not result_or_error.ok:
            noted.append(result_or_error.get())
        add(self, actor_id, result_or_error, tag)

    with mock.patch.object(actor_manager.RemoteCallResults, "add_result", note):
        yield noted


@contextmanager
def soft_targets() -> Iterator[None]:
    """Have target networks follow by ``update_state_dict``, which copies whole numbers."""

    def follow(*, main_net: torch.nn.Module, target_net: torch.nn.Module, tau: float) -> None:
        update_state_dict(target_net, main_net.state_dict(), tau)

    with (
        mock.patch.object(dqn_learner, "update_target_network", follow),
        mock.patch.object(appo_learner, "update_target_network", follow),
    ):
        yield


@contextmanager
def quiet_tune() -> Iterator[None]:
    """Keep Tune from writing tables and logs, and from handling Ctrl-C."""
    before = {name: os.environ.get(name) for name in _TUNE_ENVIRONMENT}
    os.environ.update(_TUNE_ENVIRONMENT)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
