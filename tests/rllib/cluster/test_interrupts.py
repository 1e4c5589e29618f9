"""Programs that are interrupted, killed, or run at the same time."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import psutil
import pytest

from memorylab.rllib import History, stop_ray
from memorylab.training.checkpoints import find_checkpoint

pytestmark = [pytest.mark.ray, pytest.mark.cluster]

HEAD = """
import sys, time
from pathlib import Path
import memorylab.rllib.checkpoints as checkpoints
import memorylab.rllib.session as session
import memorylab.rllib.training as training
from memorylab.rllib import ppo_config, ray_session, sweep_ppo, train_ppo

folder = Path(FOLDER)

def say_before(module, name, word="now"):
    function = getattr(module, name)
    def say_and_call(*args, **options):
        print(word, flush=True)
        return function(*args, **options)
    setattr(module, name, say_and_call)

def config(memory="gru", **options):
    config = ppo_config("TMaze", memory, memory_config={"hidden_size": 16}, **options)
    return config.training(train_batch_size_per_learner=416, num_epochs=1)

def train(config, max_steps=10**9, **options):
    options = {"checkpoint_path": folder, "checkpoint_every": 1, **options}
    return train_ppo(config, max_steps=max_steps, stop_return=None, progress=False, **options)
"""

MOMENTS = {
    "starting": 'say_before(session.ray, "init"); train(config())',
    "building": 'say_before(training, "with_named_environment"); train(config())',
    "sampling": 'say_before(training, "update"); train(config().env_runners(num_env_runners=1))',
    "saving": """
save = checkpoints.write_checkpoint
def save_slowly(algorithm, folder):
    algorithm.save_to_path(folder)
    print("now", flush=True)
    time.sleep(60)
checkpoints.write_checkpoint = save_slowly
train(config())
""",
    "stopping": 'say_before(session, "stop_ray"); train(config(), max_steps=1); time.sleep(60)',
    "sweeping": """
sweep_ppo(
    {"gru": config()}, folder, seeds=(0, 1), max_steps=10**9, stop_return=None, progress=False,
    checkpoint_every=1,
)
""",
}

STARTED = []


def start(code, folder):
    """Start Python on ``code``, after what all of these programs share."""
    program = subprocess.Popen(
        [sys.executable, "-u", "-c", HEAD.replace("FOLDER", repr(str(folder))) + code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    STARTED.append(program)
    return program


def family(process):
    return psutil.Process(process.pid).children(recursive=True)


def wait_until(condition, process, seconds=120):
    deadline = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.05)


def assert_gone(processes, seconds=30):
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    assert not alive, [process.cmdline() for process in alive]


@pytest.fixture(autouse=True)
def only_these_programs():
    """Leave the machine to the programs under test, and end those that a failed test leaves."""
    stop_ray()
    yield
    while STARTED:
        STARTED.pop().kill()


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_interrupt_at_any_time_leaves_no_process_and_no_half_file(moment, tmp_path):
    process = start(MOMENTS[moment], tmp_path)
    if moment == "sweeping":
        wait_until(lambda: list(tmp_path.rglob("step-*/history.json")), process)
    else:
        assert process.stdout.readline() == "now\n"
    if moment in ("starting", "sampling"):
        time.sleep(1)  # into the middle of it
    children = family(process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode != 0
    assert "KeyboardInterrupt" in err
    assert_gone(children)
    assert not list(tmp_path.rglob(".*")), "a checkpoint half written"
    for checkpoint in tmp_path.rglob("step-*"):
        assert History.load(checkpoint / "history.json").env_steps


def test_a_killed_program_takes_its_ray_with_it(tmp_path):
    process = start(MOMENTS["sampling"], tmp_path)
    assert process.stdout.readline() == "now\n"
    children = family(process)
    assert len(children) > 3
    process.kill()
    process.communicate()
    # The agents of a Ray that was killed look for it for a minute before they give up.
    assert_gone(children, seconds=120)


def test_a_killed_sweep_goes_on_with_what_it_had(tmp_path):
    code = """
agents = sweep_ppo(
    {"gru": config()}, folder, seeds=(0, 1), max_steps=8_000, stop_return=None, progress=False,
    checkpoint_every=1, resume=True,
)
import json
print(json.dumps([[agent.history.env_steps, agent.history.seconds] for agent in agents["gru"]]))
"""
    folders = [tmp_path / f"gru-seed-{seed}" for seed in (0, 1)]
    first = start(code, tmp_path)
    # For a moment a run has two checkpoints: the new one, and the one it is about to drop.
    wait_until(lambda: all(find_checkpoint(folder) for folder in folders), first)
    names = {child: child.cmdline()[0] for child in family(first)}
    runs = [
        child for child, name in names.items() if name.startswith("ray::") and "Agent" not in name
    ]
    assert len(runs) == 2
    first.kill()
    assert_gone(runs, seconds=120)
    saved = [History.load(find_checkpoint(folder) / "history.json").seconds for folder in folders]
    second = start(code, tmp_path)
    out, err = second.communicate(timeout=120)
    assert second.returncode == 0, err
    curves = json.loads(out)
    for (steps, seconds), before in zip(curves, saved, strict=True):
        assert steps[-1] >= 8_000
        assert steps == sorted(set(steps))
        # It began where the checkpoint was: what was measured then is no other number now.
        assert seconds[: len(before)] == before
    assert not list(tmp_path.rglob(".*"))


def test_two_programs_at_once_keep_out_of_each_others_way(tmp_path):
    code = """
import os, psutil, ray
with ray_session():
    # A worker each, so the one that came second would have to wait in the other's Ray.
    agent = train(config().env_runners(num_env_runners=2), max_steps=2_000)
    assert ray.cluster_resources()["CPU"] == 2
    assert len(ray.nodes()) == 1
    print(ray.get_runtime_context().gcs_address, agent.history.mean_return[-1])
"""
    processes = [start(code, tmp_path / name) for name in ("one", "two")]
    outs, errs = zip(*(process.communicate(timeout=180) for process in processes), strict=True)
    assert [process.returncode for process in processes] == [0, 0], errs
    (address, curve), (other_address, other_curve) = (out.split() for out in outs)
    assert address != other_address
    assert curve == other_curve  # the same seed, and nobody disturbed


def test_a_cluster_on_this_machine_is_not_joined_by_accident(cluster, tmp_path):
    stop_ray()
    code = """
import ray
with ray_session():
    print(ray.get_runtime_context().gcs_address, len(ray.nodes()))
"""
    process = start(code, tmp_path)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    address, nodes = out.split()
    assert address != cluster.address
    assert nodes == "1"


def test_the_same_seed_gives_the_same_curve_with_env_runners_elsewhere(tmp_path):
    code = """
agent = train(config().env_runners(num_env_runners=2), max_steps=3_000)
print(agent.history.env_steps, agent.history.mean_return)
"""
    outs = []
    for name in ("once", "twice"):
        process = start(code, tmp_path / name)
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        outs.append(out)
    assert outs[0] == outs[1]
    assert "[" in outs[0]
