import signal
import subprocess
import sys
import textwrap

import psutil
import pytest
import torch
from ray._private import parameter, services
from ray.tune.trainable import trainable

from memorylab.rllib import ppo_config, start_ray
from memorylab.rllib.training import running_algorithm

pytestmark = pytest.mark.ray

PATCHED = [
    (torch, "use_deterministic_algorithms"),
    (parameter, "RayParams"),
    (services, "start_api_server"),
    (trainable, "DEFAULT_STORAGE_PATH"),
]


def run(code):
    """Start Python on ``code`` and return the process with what it prints."""
    return subprocess.Popen(
        [sys.executable, "-u", "-c", textwrap.dedent(code)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def assert_all_gone(processes):
    _, alive = psutil.wait_procs(processes, timeout=20)
    assert not alive, [process.cmdline() for process in alive]


def test_a_session_is_silent_on_loopback_with_a_token_and_leaves_nothing():
    process = run(
        """
        import ray  # First: what Ray reads on import, start_ray must be able to change.
        import os, psutil
        from ray._raylet import AuthenticationMode, get_authentication_mode
        from memorylab.rllib import ray_session, start_ray
        with ray_session():
            with ray_session():
                start_ray()  # A second start is harmless.
            assert ray.is_initialized()
            assert ray.cluster_resources()["CPU"] == 2
            assert get_authentication_mode() == AuthenticationMode.TOKEN
            assert os.environ["RAY_AUTH_MODE"] == "token"  # for the processes it starts
            own = [psutil.Process(), *psutil.Process().children(recursive=True)]
            assert len(own) > 3
            commands = " ".join(part for process in own[1:] for part in process.cmdline())
            for unwanted in ("dashboard/dashboard.py", "log_monitor.py", "_private/monitor.py"):
                assert unwanted not in commands
            hosts = {
                connection.laddr.ip
                for process in own
                for connection in process.net_connections("inet")
                if connection.status == psutil.CONN_LISTEN
            }
            assert {host.removeprefix("::ffff:") for host in hosts} == {"127.0.0.1"}, hosts
        assert not ray.is_initialized()
        assert psutil.Process().children(recursive=True) == []
        """
    )
    out, err = process.communicate(timeout=180)
    assert process.returncode == 0, err
    assert (out, err) == ("", "")


def test_an_interrupted_training_leaves_no_process_and_a_whole_checkpoint(tmp_path):
    process = run(
        f"""
        from memorylab.rllib import ppo_config, train_ppo
        import memorylab.rllib.training as training
        save = training.save_checkpoint
        def save_and_say(*args):
            save(*args)
            print("saved", flush=True)
        training.save_checkpoint = save_and_say
        train_ppo(
            ppo_config("TMaze", "mlp"), max_steps=10**9, stop_return=None, progress=False,
            checkpoint_path={str(tmp_path / "run")!r}, checkpoint_every=1,
        )
        """
    )
    assert process.stdout.readline() == "saved\n"
    children = psutil.Process(process.pid).children(recursive=True)
    assert len(children) > 3
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert "KeyboardInterrupt" in err
    assert_all_gone(children)
    whole = [path for path in (tmp_path / "run").iterdir() if path.name.startswith("step-")]
    assert whole
    assert all((path / "history.json").is_file() for path in whole)


def test_other_libraries_are_changed_for_no_longer_than_needed(ray):
    config = ppo_config("TMaze", memory_config={"hidden_size": 8})
    before = [getattr(module, name) for module, name in PATCHED]
    with running_algorithm(config.env_runners(num_env_runners=1)) as algorithm:
        assert [getattr(module, name) for module, name in PATCHED] == before
        # 70 MB that a process which only plays can do without.
        assert algorithm.env_runner_group.foreach_env_runner(
            lambda _: "torch._inductor" in sys.modules, local_env_runner=False
        ) == [False]
    for module, name in PATCHED[:-1]:
        assert getattr(module, name).__name__ == name  # Ray was started before, by the fixture.


def test_a_session_needs_a_cpu():
    with pytest.raises(ValueError, match="num_cpus must be at least 1, got 0"):
        start_ray(num_cpus=0)
