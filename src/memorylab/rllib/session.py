"""Starting and stopping Ray on this machine, and joining a cluster."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil
import ray

from memorylab.errors import check_count
from memorylab.rllib._ray_patches import (
    fewer_processes,
    forget_job,
    quieten,
    set_environment,
    without_stderr,
)

OBJECT_STORE_BYTES = 80 * 1024**2
"""Memory for the objects that workers exchange, in bytes; just above Ray's minimum."""

_HINT = (
    "Is its head running (`ray start --head`, then the address that it prints), does this program "
    "run on one of the cluster's machines, and is the token the cluster's?"
)
_LOCAL_CPUS: dict[str, int] = {}
"""How many workers may run at once, by the address of each Ray that was started here."""


def start_ray(num_cpus: int = 2, address: str | None = None) -> None:
    """Start Ray on this machine, or join a cluster, unless Ray is running already.

    On this machine it listens on the loopback interface only, asks for the user's token, has no
    dashboard, logs errors only, keeps its object store small, and keeps away from any other Ray
    that runs here. It ends with :func:`stop_ray`, and with the process. Call this before RLlib's
    own ``config.build_algo()``, which would start a Ray with Ray's defaults. The environment
    variables that Ray reads stay set in this process, unless you had set them.

    A cluster is started by ``ray start`` or an operator, on the interface that they choose. This
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
    check_count(num_cpus, "num_cpus")
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
        _check_answers(address)
    set_environment()
    forget_job()
    others = _child_processes()
    try:
        if address is None:
            _start_here(num_cpus)
        else:
            _join(address)
    except BaseException:
        # An interrupt may come while half of Ray's processes are up. The youngest don't notice
        # that the others end, and would look for them for a minute. Joining a cluster starts
        # none, so new processes then belong to somebody else.
        begun = _child_processes() - others if address is None else set()
        ray.shutdown()
        for process in begun:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        raise
    quieten()  # Ray has set its loggers up anew.


def require_workers(count: int, what: str) -> None:
    """Raise ValueError if ``start_ray`` started Ray here with fewer workers than ``what`` needs.

    RLlib and Tune would wait for ever. A cluster may grow, so there they are left to wait.
    """
    running = ray.get_runtime_context().gcs_address if ray.is_initialized() else ""
    workers = _LOCAL_CPUS.get(running, count)
    if count > workers:
        raise ValueError(
            f"{what} need {count} workers, and Ray was started with {workers}. Start it with "
            f"ray_session(num_cpus={count}), or ask for fewer."
        )


def _child_processes() -> set[psutil.Process]:
    return set(psutil.Process().children(recursive=True))


def _start_here(num_cpus: int) -> None:
    with fewer_processes(), without_stderr():
        ray.init(
            # Without it, Ray would join any other that it finds on this machine.
            address="local",
            num_cpus=num_cpus,
            include_dashboard=False,
            log_to_driver=False,
            logging_level=logging.ERROR,
            object_store_memory=OBJECT_STORE_BYTES,
        )
    _LOCAL_CPUS[ray.get_runtime_context().gcs_address] = num_cpus


def _join(address: str) -> None:
    try:
        with without_stderr():
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, RuntimeError) as error:
        raise ConnectionError(f"Can't join the cluster at {address}. {_HINT}") from error


def _check_answers(address: str) -> None:
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

    Ray that was running before is used and left running. The arguments, and the errors, are those
    of :func:`start_ray`.
    """
    was_running = ray.is_initialized()
    start_ray(num_cpus, address)
    try:
        yield
    finally:
        if not was_running:
            stop_ray()
