"""What is left when something goes wrong: a full disk, a folder one may not write to, a crowd."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
from contextlib import contextmanager, suppress

import pytest
import torch
from ray.tune.trainable import trainable

from memorylab.memory import DNC
from memorylab.memory.dnc.trace import DNCTrace
from memorylab.rllib import History, ppo_config, session, start_ray, train_ppo, training
from memorylab.rllib.agent import new_history
from memorylab.rllib.checkpoints import save_checkpoint
from memorylab.rllib.training import running_algorithm, update
from memorylab.training import load_weights, save_weights
from memorylab.training.checkpoints import claimed

pytestmark = pytest.mark.ray


def short_config(**runners):
    config = ppo_config("TMaze", "gru", memory_config={"hidden_size": 16})
    return config.training(train_batch_size_per_learner=416, num_epochs=1).env_runners(**runners)


@contextmanager
def largest_file(size):
    """Let the system refuse to write files beyond ``size`` bytes, as a full disk would."""
    before, limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limit))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, limit))


@contextmanager
def mounted(folder, options):
    """Put a small disk of its own at ``folder``; skip the test where that isn't allowed."""
    folder.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "none", folder], capture_output=True
    )
    if mount.returncode:
        pytest.skip("only who may mount disks can test on a full one")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def small_disk(tmp_path):
    with mounted(tmp_path / "disk", "size=256k") as folder:
        yield folder


@pytest.fixture
def read_only_folder(tmp_path):
    folder = tmp_path / "locked"
    if os.geteuid():
        folder.mkdir(mode=0o500)
        yield folder
    else:  # Permissions don't hold the administrator back.
        with mounted(folder, "ro"):
            yield folder


def fill(disk):
    """Leave less room on a small disk than a checkpoint needs."""
    with (disk / "filler").open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(1024))


# --- files ----------------------------------------------------------------------------------------


def writers():
    """Return for each kind of file a function that writes it."""
    layer = torch.nn.Linear(64, 64)
    dnc = DNC(3, num_locations=8, word_size=8, num_read_heads=1)
    trace = DNCTrace.record(dnc, torch.zeros(9, 3))
    history = History(env_steps=list(range(4000)))
    return {
        "weights.safetensors": lambda path: save_weights(layer, path),
        "trace.npz": trace.save,
        "history.json": history.save,
    }


@pytest.mark.parametrize("name", ["weights.safetensors", "trace.npz", "history.json"])
def test_no_room_for_a_file_leaves_the_older_one_and_says_why(name, tmp_path):
    path = tmp_path / name
    write = writers()[name]
    write(path)
    old = path.read_bytes()
    with (
        largest_file(1000),
        pytest.raises(OSError, match=rf"cannot write .*{name}: .*File too large.*with room"),
    ):
        write(path)
    assert path.read_bytes() == old
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_keeps_the_weights_that_are_on_it(small_disk):
    layer = torch.nn.Linear(64, 64)
    save_weights(layer, small_disk / "weights.safetensors")
    fill(small_disk)
    with pytest.raises(OSError, match=r"cannot write .*weights\.safetensors: .*No space left"):
        save_weights(torch.nn.Linear(64, 64), small_disk / "weights.safetensors")
    assert {path.name for path in small_disk.iterdir()} == {"weights.safetensors", "filler"}
    other = torch.nn.Linear(64, 64)
    load_weights(other, small_disk / "weights.safetensors")
    assert torch.equal(other.weight, layer.weight)


def test_a_folder_one_may_not_write_to_is_named_before_anything_is_trained(read_only_folder):
    message = rf"Can't write a checkpoint into {read_only_folder}: (Read-only|Permission denied)"
    with pytest.raises(OSError, match=message):
        train_ppo(short_config(), checkpoint_path=read_only_folder)
    with pytest.raises(OSError, match=r"Choose a folder you may write to"):
        train_ppo(short_config(), checkpoint_path=read_only_folder / "run")


def test_no_room_for_a_checkpoint_leaves_the_one_before_and_says_why(ray, tmp_path):
    history = new_history(short_config())
    with running_algorithm(short_config()) as algorithm:
        update(algorithm, history)
        saved = save_checkpoint(algorithm, history, tmp_path)
        update(algorithm, history)
        message = rf"into {tmp_path}: .*File too large.* {saved.name}, is complete.*resume=True"
        with largest_file(3000), pytest.raises(OSError, match=message):
            save_checkpoint(algorithm, history, tmp_path)
        assert list(tmp_path.iterdir()) == [saved]
        algorithm.restore_from_path(str(saved))
        later = save_checkpoint(algorithm, history, tmp_path)
    assert list(tmp_path.iterdir()) == [later]


def test_a_full_disk_keeps_the_checkpoint_that_is_on_it(ray, small_disk):
    history = new_history(short_config())
    with running_algorithm(short_config()) as algorithm:
        update(algorithm, history)
        saved = save_checkpoint(algorithm, history, small_disk)
        fill(small_disk)
        update(algorithm, history)
        with pytest.raises(OSError, match=r"No space left on device.* is complete: make room"):
            save_checkpoint(algorithm, history, small_disk)
        assert {path.name for path in small_disk.iterdir()} == {saved.name, "filler"}
        algorithm.restore_from_path(str(saved))


@pytest.mark.cluster
def test_a_learner_elsewhere_that_cannot_write_is_noticed(ray, tmp_path):
    history = new_history(short_config())
    with running_algorithm(short_config().learners(num_learners=1)) as algorithm:
        update(algorithm, history)
        saved = save_checkpoint(algorithm, history, tmp_path)
        update(algorithm, history)
        algorithm.learner_group.foreach_learner(
            lambda _: resource.setrlimit(resource.RLIMIT_FSIZE, (3000, resource.RLIM_INFINITY))
        )
        with pytest.raises(OSError, match=r"the learner could not write .*is complete"):
            save_checkpoint(algorithm, history, tmp_path)
    assert list(tmp_path.iterdir()) == [saved]


def test_training_leaves_nothing_in_the_home_folder(ray, tmp_path, monkeypatch):
    results = tmp_path / "ray_results"
    monkeypatch.setattr(trainable, "DEFAULT_STORAGE_PATH", str(results))
    train_ppo(short_config(), max_steps=1, stop_return=None, progress=False)
    assert not results.exists()
    assert str(results) == trainable.DEFAULT_STORAGE_PATH


def test_an_interrupt_that_got_lost_still_ends_training(ray, monkeypatch):
    def lose_an_interrupt(algorithm, history):
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        update(algorithm, history)

    monkeypatch.setattr(training, "update", lose_an_interrupt)
    with pytest.raises(KeyboardInterrupt):
        train_ppo(short_config(), max_steps=1_000_000, stop_return=None, progress=False)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


# --- a crowd --------------------------------------------------------------------------------------


def test_a_folder_has_one_training_at_a_time(tmp_path):
    folder = tmp_path / "run"
    with claimed(folder):
        with pytest.raises(OSError, match=r"Another program is writing checkpoints into .*run"):
            train_ppo(short_config(), checkpoint_path=folder)
        assert list(folder.iterdir()) == []
    with claimed(folder):
        pass


def test_more_workers_than_ray_has_are_refused_and_not_waited_for(ray):
    with pytest.raises(ValueError, match=r"5 env runners and 1 learners need 6 workers, .* with 2"):
        train_ppo(short_config(num_env_runners=5).learners(num_learners=1))


# --- clusters -------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["10.0.0.5", "ray://10.0.0.5:10001", ":6379", "host:port"])
def test_an_address_has_a_host_and_a_port(address):
    with pytest.raises(ValueError, match=r"is not the address of a cluster's head, a host and a"):
        start_ray(address=address)


def test_a_cluster_that_does_not_answer_is_named_at_once(monkeypatch):
    monkeypatch.setattr(session.ray, "is_initialized", lambda: False)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # Nobody listens here.
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ConnectionError, match=rf"No Ray cluster answers at {address}: .*head"):
            start_ray(address=address)


def test_a_cluster_that_refuses_costs_no_other_program_its_life(monkeypatch):
    others = []

    def refuse(**_):
        others.append(subprocess.Popen(["sleep", "60"]))  # As another thread might just then.
        raise ConnectionError

    # What other tests share goes on running.
    monkeypatch.setattr(session.ray, "is_initialized", lambda: False)
    monkeypatch.setattr(session.ray, "shutdown", lambda: None)
    monkeypatch.setattr(session.ray, "init", refuse)
    refused = pytest.raises(ConnectionError, match="Can't join the cluster at")
    with socket.create_server(("127.0.0.1", 0)) as server, refused:
        start_ray(address=f"127.0.0.1:{server.getsockname()[1]}")
    with pytest.raises(subprocess.TimeoutExpired):
        others[0].wait(timeout=0.5)
    others[0].kill()


def test_a_second_cluster_is_not_joined_while_ray_is_running(ray):
    with pytest.raises(RuntimeError, match=r"Ray is running already, at 127\.0\.0\.1:\d+ and not"):
        start_ray(address="10.0.0.5:6379")
