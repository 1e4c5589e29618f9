"""Starting Ray quietly on this machine alone, or joining a cluster; leaving nothing behind."""

from __future__ import annotations

import functools
import logging
import os
import socket
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

# Ray reads these when it is imported, so they come first. A value you set yourself stays.
_DEFAULT_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",  # Report nothing to anybody.
    "RAY_AUTH_MODE": "token",  # Only who holds this user's token may submit work.
    # The only switch that makes Ray listen on 127.0.0.1 instead of the machine's address; what
    # it says of Windows and macOS is where it is off by default.
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # Silences a warning about machines without GPU.
    "RAY_BACKEND_LOG_LEVEL": "fatal",  # Its C++ part writes to the terminal, or into a notebook.
}
if "ray" in sys.modules:
    # This process has read already that it needs no token, and what it starts must agree.
    del _DEFAULT_ENVIRONMENT["RAY_AUTH_MODE"]
for _name, _value in _DEFAULT_ENVIRONMENT.items():
    os.environ.setdefault(_name, _value)

import ray  # noqa: E402
import torch  # noqa: E402
from ray._private import parameter, ray_constants, services  # noqa: E402
from ray.tune import registry  # noqa: E402

OBJECT_STORE_BYTES = 80 * 1024**2
"""Room for what workers hand each other; just above the least that Ray accepts."""

_HINT = (
    "Is its head running (`ray start --head`, then the address that it prints), does this program "
    "run on one of the cluster's machines, and is the token the cluster's?"
)
_local_cpus: int | None = None


_use_deterministic_algorithms = torch.use_deterministic_algorithms


def _deterministic_without_compiler(mode: bool, *, warn_only: bool = False) -> None:
    """Do what PyTorch's function does, without importing its compiler: 70 MB in each env runner."""
    if "torch._inductor" in sys.modules:
        _use_deterministic_algorithms(mode, warn_only=warn_only)
    else:
        torch._C._set_deterministic_algorithms(mode, warn_only=warn_only)


# RLlib calls it in each of its processes, to set a seed.
torch.use_deterministic_algorithms = _deterministic_without_compiler


def quieten() -> None:
    """Keep Ray and RLlib from logging anything below an error."""
    for name in ("ray", "ray.rllib", "ray.tune", "ray._private"):
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", category=DeprecationWarning, module="ray")
    warnings.filterwarnings("ignore", category=UserWarning, module="gymnasium")


def start_ray(num_cpus: int = 2, address: str | None = None) -> None:
    """Start Ray on this machine, or join a cluster, unless Ray is running already.

    On this machine it listens on the loopback interface only, asks for the user's token, has no
    dashboard, logs errors only, keeps its object store small, and keeps away from any other Ray
    that runs here. It ends with :func:`stop_ray`, and with the process.

    A cluster is one that ``ray start`` or an operator made, on whatever interface they chose. This
    program must run on one of its machines, with the package installed on all of them, and with the
    cluster's token. :func:`stop_ray` leaves a cluster, which goes on.

    Args:
        num_cpus: How many workers may run at once on this machine. Ray's own default counts the
            machine's cores, of which a container may own only a few. A cluster has its own number.
        address: Where the cluster's head answers, such as ``"10.0.0.5:6379"``. None takes the
            environment variable ``RAY_ADDRESS``, which Ray sets for jobs submitted to a cluster; if
            there is none, Ray starts here.

    Raises:
        ValueError: ``num_cpus`` is below 1, or ``address`` is not a host and a port.
        ConnectionError: No cluster answers at ``address``, or it refuses.
        RuntimeError: Ray is running already, and not at ``address``.
    """
    if num_cpus < 1:
        raise ValueError(f"num_cpus must be at least 1, but is {num_cpus}.")
    if address is not None:
        _check_address(address)
    quieten()
    if ray.is_initialized():
        running = ray.get_runtime_context().gcs_address
        if address not in (None, running):
            raise RuntimeError(
                f"Ray is running already, at {running} and not at {address}. "
                "Call stop_ray() before joining another cluster."
            )
        return
    address = address or os.environ.get("RAY_ADDRESS") or None
    if address is not None:
        _reach(address)
    # Ray files environments under the number that a cluster gave this program. It remembers the
    # first one for ever, and a program that leaves and joins again is given another.
    registry._global_registry._prefix = None
    others = _family()
    try:
        if address is None:
            _start_here(num_cpus)
        else:
            _join(address)
    except BaseException:
        # An interrupt may come while half of Ray's processes are up. Those that have just begun
        # don't notice that the others end, and would look for them for a minute. Joining a cluster
        # begins none, so what is new then is somebody else's.
        begun = _family() - others if address is None else set()
        ray.shutdown()
        for process in begun:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        raise
    # Ray sets its loggers up anew when it starts.
    quieten()


def _family() -> set[psutil.Process]:
    return set(psutil.Process().children(recursive=True))


def local_cpus() -> int | None:
    """Return how many workers may run at once, if ``start_ray`` started Ray on this machine.

    None if Ray isn't running, was started otherwise, or is a cluster, which may grow.
    """
    return _local_cpus if ray.is_initialized() else None


def _start_here(num_cpus: int) -> None:
    global _local_cpus
    # Ray has read the variable when it was imported, which may have been before this module.
    ray_constants.ENABLE_RAY_CLUSTER = os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] != "0"
    with _fewer_processes(), _without_stderr():
        ray.init(
            # Left open, it would take whatever Ray it finds on this machine.
            address="local",
            num_cpus=num_cpus,
            include_dashboard=False,
            log_to_driver=False,
            logging_level=logging.ERROR,
            object_store_memory=OBJECT_STORE_BYTES,
        )
    _local_cpus = num_cpus


@contextmanager
def _fewer_processes() -> Iterator[None]:
    """Start Ray without what asks for more machines, carries logs or reports usage; 210 MB less.

    ``ray start`` has switches for the first two, and ``ray.init`` has none; with
    ``include_dashboard=False`` the dashboard still starts, for the third.
    """
    complete, start_dashboard = parameter.RayParams, services.start_api_server
    parameter.RayParams = functools.partial(complete, no_monitor=True, include_log_monitor=False)
    services.start_api_server = lambda *args, **options: ("", None)  # its address and process
    try:
        yield
    finally:
        parameter.RayParams, services.start_api_server = complete, start_dashboard


@contextmanager
def _without_stderr() -> Iterator[None]:
    """Drop what Ray's C++ part writes while it starts: that it was told to write nothing."""
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


def _join(address: str) -> None:
    global _local_cpus
    _local_cpus = None
    try:
        with _without_stderr():
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, RuntimeError) as error:
        raise ConnectionError(f"Can't join the cluster at {address}. {_HINT}") from error


def _reach(address: str) -> None:
    """Make sure that somebody listens there; Ray itself would go on trying for minutes."""
    try:
        socket.create_connection(_check_address(address), timeout=10).close()
    except OSError as error:
        raise ConnectionError(f"No Ray cluster answers at {address}: {error}. {_HINT}") from error


def _check_address(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    if not host or "//" in address or not port.isdecimal():
        raise ValueError(
            f"{address!r} is not the address of a cluster's head, a host and a port such as "
            "'10.0.0.5:6379'. RLlib needs a program that runs on one of the cluster's machines, so "
            "an address that begins with ray:// won't do either."
        )
    return host, int(port)


def stop_ray() -> None:
    """Stop Ray and all of its processes, or leave the cluster; harmless if Ray isn't running."""
    ray.shutdown()


@contextmanager
def ray_session(num_cpus: int = 2, address: str | None = None) -> Iterator[None]:
    """Run a block with Ray, and stop it however the block ends, by an error or interrupt too.

    Ray that was running before is used and left running.

    Args:
        num_cpus: See :func:`start_ray`.
        address: See :func:`start_ray`.
    """
    was_running = ray.is_initialized()
    start_ray(num_cpus, address)
    try:
        yield
    finally:
        if not was_running:
            stop_ray()
