"""Starting Ray quietly on this machine alone, and leaving nothing of it behind."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

# Ray reads these when it is imported, so they come first. A value you set yourself stays.
_DEFAULT_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",  # Report nothing to anybody.
    "RAY_AUTH_MODE": "token",  # Only who holds this user's token may submit work.
    # The only switch that makes Ray listen on 127.0.0.1 instead of the machine's address; what
    # it says of Windows and macOS is where it is off by default.
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # Silences a warning about machines without GPU.
}
if "ray" in sys.modules:
    # This process has read already that it needs no token, and what it starts must agree.
    del _DEFAULT_ENVIRONMENT["RAY_AUTH_MODE"]
for _name, _value in _DEFAULT_ENVIRONMENT.items():
    os.environ.setdefault(_name, _value)

import ray  # noqa: E402

OBJECT_STORE_BYTES = 80 * 1024**2
"""Room for what workers hand each other; just above the least that Ray accepts."""


def quieten() -> None:
    """Keep Ray and RLlib from logging anything below an error."""
    for name in ("ray", "ray.rllib", "ray.tune", "ray._private"):
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", category=DeprecationWarning, module="ray")
    warnings.filterwarnings("ignore", category=UserWarning, module="gymnasium")


def start_ray(num_cpus: int = 2) -> None:
    """Start Ray on this machine, unless it is running already.

    It listens on the loopback interface only, asks for the user's token, has no dashboard, logs
    errors only, and keeps its object store small. It ends with :func:`stop_ray`, and with the
    process.

    Args:
        num_cpus: How many workers may run at once. Ray's own default counts the machine's cores,
            of which a container may own only a few.

    Raises:
        ValueError: ``num_cpus`` is below 1.
    """
    if num_cpus < 1:
        raise ValueError(f"num_cpus must be at least 1, but is {num_cpus}.")
    quieten()
    if ray.is_initialized():
        return
    try:
        ray.init(
            num_cpus=num_cpus,
            include_dashboard=False,
            log_to_driver=False,
            logging_level=logging.ERROR,
            object_store_memory=OBJECT_STORE_BYTES,
        )
    except BaseException:
        # An interrupt may come while half of Ray's processes are up.
        ray.shutdown()
        raise
    # Ray sets its loggers up anew when it starts.
    quieten()


def stop_ray() -> None:
    """Stop Ray and all of its processes; harmless if it isn't running."""
    ray.shutdown()


@contextmanager
def ray_session(num_cpus: int = 2) -> Iterator[None]:
    """Run a block with Ray, and stop it however the block ends, by an error or interrupt too.

    Ray that was running before is used and left running.

    Args:
        num_cpus: See :func:`start_ray`.
    """
    was_running = ray.is_initialized()
    start_ray(num_cpus)
    try:
        yield
    finally:
        if not was_running:
            stop_ray()
