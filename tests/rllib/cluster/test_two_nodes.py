"""Training over two nodes, and what survives when a part of it is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest
import ray
from cluster_examples import NODE
from ray.rllib.core.rl_module.rl_module import RLModule
from ray.tune import registry

from memorylab.rllib import (
    History,
    ppo_config,
    register_environments,
    start_ray,
    stop_ray,
    train_ppo,
)
from memorylab.rllib import training as training_module
from memorylab.training.checkpoints import find_checkpoint

pytestmark = [pytest.mark.ray, pytest.mark.cluster]


def short_config(**runners):
    config = ppo_config("TMaze", "gru", memory_config={"hidden_size": 16})
    return (
        config.training(train_batch_size_per_learner=416, minibatch_size=208, num_epochs=1)
        .env_runners(num_envs_per_env_runner=8, **runners)
        .fault_tolerance(env_runner_health_probe_timeout_s=5)
    )


def train(config, max_steps, **options):
    return train_ppo(config, max_steps=max_steps, stop_return=None, progress=False, **options)


def runners_of(algorithm):
    """Return node and process of every env runner that answers."""
    return algorithm.env_runner_group.foreach_env_runner(
        lambda runner: (ray.get_runtime_context().get_node_id(), os.getpid()),
        local_env_runner=False,
    )


@pytest.fixture
def after_update(monkeypatch):
    """Return a function that has something done after every update of a training."""

    def install(act):
        update = training_module.update

        def update_and_act(algorithm, history):
            update(algorithm, history)
            act(algorithm, history)

        monkeypatch.setattr(training_module, "update", update_and_act)

    return install


def assert_increasing(steps):
    assert steps == sorted(set(steps)), steps


@ray.remote
def knows(environment):
    # The module, which a worker imports anew; the registry itself would be sent along with this.
    return registry._global_registry.contains(registry.ENV_CREATOR, environment)


def test_workers_know_the_environments_of_a_program_that_joins_again(cluster):
    for _ in range(2):
        register_environments()
        assert ray.get(knows.remote("TMaze"))
        stop_ray()
        start_ray(address=cluster.address)


def test_env_runners_play_on_both_nodes(cluster, after_update):
    nodes = set()
    after_update(lambda algorithm, _: nodes.update(node for node, _ in runners_of(algorithm)))
    agent = train(short_config(num_env_runners=2), 1_200)
    assert len(nodes) == 2
    assert_increasing(agent.history.env_steps)
    assert agent.history.env_steps[-1] >= 1_200


def test_learners_on_both_nodes_take_the_same_steps(cluster, after_update):
    seen = []

    def look(algorithm, _):
        learners = algorithm.learner_group.foreach_learner(
            lambda learner: (
                ray.get_runtime_context().get_node_id(),
                learner.module["default_policy"].get_state(),
            )
        )
        seen.append([learner.get() for learner in learners])

    after_update(look)
    config = short_config().learners(num_learners=2)
    agent = train(config.training(train_batch_size_per_learner=208, minibatch_size=104), 1_200)
    for (first_node, first), (second_node, second) in seen:
        assert first_node != second_node
        assert all((first[name] == second[name]).all() for name in first)
    before, after = seen[0][0][1], seen[-1][0][1]
    assert any((before[name] != after[name]).any() for name in before)
    assert agent.history.env_steps[-1] >= 1_200


def test_training_goes_on_when_an_env_runner_is_killed(cluster, after_update):
    seen = []

    def kill_one_of_them(algorithm, history):
        seen.append(runners_of(algorithm))
        if len(history.env_steps) == 2:
            os.kill(seen[-1][0][1], signal.SIGKILL)

    after_update(kill_one_of_them)
    steps = 416 * 12
    agent = train(short_config(num_env_runners=2), steps)
    assert_increasing(agent.history.env_steps)
    assert agent.history.env_steps[-1] >= steps
    first, last = ({process for _, process in seen[place]} for place in (0, -1))
    assert len(first) == len(last) == 2
    assert len(first & last) == 1  # One lived on, one is new.


def test_training_goes_on_when_a_node_is_killed_and_uses_the_one_that_replaces_it(
    cluster, after_update
):
    (node,) = cluster.worker_nodes
    nodes = []

    def kill_and_replace(algorithm, history):
        nodes.append({node for node, _ in runners_of(algorithm)})
        if len(nodes) == 2:
            cluster.remove_node(node, allow_graceful=False)
        if len(nodes) == 6:
            cluster.add_node(**NODE)

    after_update(kill_and_replace)
    steps = 416 * 30
    agent = train(short_config(num_env_runners=2), steps)
    assert_increasing(agent.history.env_steps)
    assert agent.history.env_steps[-1] >= steps
    assert len(nodes[0]) == 2
    assert len(nodes[4]) == 1
    assert len(nodes[-1]) == 2
    assert nodes[-1] != nodes[0]


DRIVER = """
import json
import memorylab.rllib.training as training
from memorylab.rllib import ppo_config, ray_session, train_ppo

update, said = training.update, []

def say_and_update(algorithm, history):
    if not said:
        said.append(algorithm.iteration)
        weights = sum(float(value.sum()) for value in algorithm.get_module().state_dict().values())
        begun = {"iteration": algorithm.iteration, "steps": history.env_steps, "weights": weights}
        print(json.dumps(begun), flush=True)
    update(algorithm, history)

training.update = say_and_update
config = ppo_config("TMaze", "gru", memory_config={"hidden_size": 16})
config.training(train_batch_size_per_learner=416, minibatch_size=208, num_epochs=1)
config.env_runners(num_envs_per_env_runner=8, num_env_runners=2)
with ray_session(address=ADDRESS):
    train_ppo(
        config, max_steps=MAX_STEPS, stop_return=None, progress=False, checkpoint_path=FOLDER,
        checkpoint_every=1, resume=True,
    )
"""


def test_a_killed_driver_is_followed_by_another_from_its_checkpoint(cluster, tmp_path):
    stop_ray()

    def driver(max_steps):
        values = {"ADDRESS": cluster.address, "MAX_STEPS": max_steps, "FOLDER": str(tmp_path)}
        code = DRIVER
        for name, value in values.items():
            code = code.replace(name, repr(value))
        return subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    first = driver(10**9)
    assert json.loads(first.stdout.readline())["iteration"] == 0
    while find_checkpoint(tmp_path) is None:
        assert first.poll() is None, first.stderr.read()
    first.kill()
    first.wait()
    saved = find_checkpoint(tmp_path)
    history = History.load(saved / "history.json")
    module = RLModule.from_checkpoint(saved / "learner_group/learner/rl_module/default_policy")

    second = driver(history.env_steps[-1] + 800)
    out, err = second.communicate(timeout=120)
    assert second.returncode == 0, err
    begun = json.loads(out)
    assert begun["steps"] == history.env_steps
    assert begun["iteration"] == len(history.env_steps)
    weights = sum(float(value.sum()) for value in module.state_dict().values())
    assert begun["weights"] == pytest.approx(weights, abs=1e-9)

    steps = History.load(find_checkpoint(tmp_path) / "history.json").env_steps
    assert steps[: len(history.env_steps)] == history.env_steps
    assert steps[-1] >= history.env_steps[-1] + 800
    assert_increasing(steps)
