from __future__ import annotations

import os

import numpy as np
import pytest
import torch
from ray.rllib.connectors.connector_pipeline_v2 import ConnectorPipelineV2

from memorylab.rllib import History, ppo_config, sweep_ppo
from memorylab.rllib.agent import settings_of
from memorylab.rllib.checkpoints import save_checkpoint
from memorylab.rllib.evaluation import evaluate
from memorylab.training.checkpoints import claimed, find_checkpoint

pytestmark = pytest.mark.ray

NAMES = ("mlp", "gru")


def configs(*names, **options):
    return {
        name: ppo_config("TMaze", name, memory_config={"hidden_size": 16}, **options).training(
            train_batch_size_per_learner=416, num_epochs=1
        )
        for name in names or NAMES
    }


class Saved:
    """An algorithm that saves quickly."""

    config = ppo_config("TMaze")
    env_runner = None
    env_to_module_connector = module_to_env_connector = ConnectorPipelineV2(connectors=[])

    def save_to_path(self, path):
        (path / "all").write_text("")


def sweep(folder, configs, max_steps=800, **options):
    options = {"seeds": (3, 4), "stop_return": None, "progress": False, **options}
    return sweep_ppo(configs, folder, max_steps=max_steps, **options)


def test_a_sweep_trains_every_memory_with_every_seed_and_resumes(ray, tmp_path, capfd, monkeypatch):
    # Two at once: an interpreter that imports all this takes longer to start than the rest.
    name = "GRU/16"
    plans = {name: configs("gru")["gru"]}
    agents = sweep(tmp_path, plans, progress=True)
    assert list(agents) == [name]
    assert [agent.config.seed for agent in agents[name]] == [3, 4]
    for agent in agents[name]:
        assert agent.history.env_steps[-1] >= 800
        assert len(evaluate(agent)) == 1
    first, second = ([p.detach() for p in agent.module.parameters()] for agent in agents[name])
    assert any(not torch.equal(a, b) for a, b in zip(first, second, strict=True))
    out, err = capfd.readouterr()
    assert out == ""
    assert "2 runs" in err  # the progress bar, and nothing else
    assert "WARN" not in err
    assert not {"TUNE_DISABLE_SIGINT_HANDLER"} & os.environ.keys()
    folders = [f"GRU%2F16-seed-{seed}" for seed in (3, 4)]
    assert {path.name for path in tmp_path.iterdir()} == set(folders)
    assert [len(list((tmp_path / folder).iterdir())) for folder in folders] == [1, 1]

    monkeypatch.delattr("memorylab.rllib.sweeps._train")  # There is nothing left to run.
    again = sweep(tmp_path, plans, resume=True)
    for agent, other in zip(agents[name], again[name], strict=True):
        assert agent.history == other.history
        weights, others = agent.module.state_dict(), other.module.state_dict()
        assert all(torch.equal(weights[name], others[name]) for name in weights)


def test_a_sweep_is_neither_overwritten_nor_mixed_with_another(tmp_path):
    first = configs("gru", seed=3)["gru"]
    history = History(env_steps=[10], mean_return=[0.0], seconds=[1.0], settings=settings_of(first))
    (tmp_path / "gru-seed-3").mkdir()
    save_checkpoint(Saved(), history, tmp_path / "gru-seed-3")
    with pytest.raises(FileExistsError, match="Pass resume=True to go on with it"):
        sweep(tmp_path, configs())
    other = {"gru": configs("gru")["gru"].training(lr=0.1)}
    with pytest.raises(ValueError, match=r"gru-seed-3.* lr was 0\.003 and is now 0\.1"):
        sweep(tmp_path, other, resume=True)


def test_a_run_that_needs_more_workers_than_ray_has_is_refused(ray, tmp_path):
    plans = {"gru": configs("gru")["gru"].env_runners(num_env_runners=2)}
    with pytest.raises(ValueError, match="one run need 3 workers, and Ray was started with 2"):
        sweep(tmp_path, plans)


def test_a_sweep_has_something_to_do(tmp_path):
    with pytest.raises(ValueError, match="configs is empty"):
        sweep(tmp_path, {})
    with pytest.raises(ValueError, match=r"seeds must be different numbers, .* but are \[1, 1\]"):
        sweep(tmp_path, configs(), seeds=(1, 1))
    with pytest.raises(ValueError, match=r"but are \[\]"):
        sweep(tmp_path, configs(), seeds=())
    with pytest.raises(ValueError, match="max_steps must be at least 1, got 0"):
        sweep(tmp_path, configs(), max_steps=0)


def test_a_folder_has_one_sweep_at_a_time(tmp_path):
    with claimed(tmp_path), pytest.raises(OSError, match="Another program"):
        sweep(tmp_path, configs())


@pytest.mark.cluster
def test_a_run_that_fails_for_good_is_named_and_the_others_are_finished(ray, tmp_path):
    plans = configs()
    plans["gru"].training(minibatch_size=1)  # below one row
    with pytest.raises(RuntimeError, match=r"1 of 2 runs failed, the first with: .*resume=True"):
        sweep(tmp_path, plans, seeds=(3,))
    checkpoint = find_checkpoint(tmp_path / "mlp-seed-3")
    assert History.load(checkpoint / "history.json").env_steps[-1] >= 800
    assert not list(tmp_path.glob(".*"))


@pytest.mark.cluster
def test_a_sweep_gives_what_training_one_by_one_gives(ray, tmp_path):
    from memorylab.rllib import train_ppo

    (agent,) = sweep(tmp_path, configs("gru"), seeds=(3,))["gru"]
    alone = train_ppo(
        configs("gru", seed=3)["gru"], max_steps=800, stop_return=None, progress=False
    )
    np.testing.assert_array_equal(agent.history.mean_return, alone.history.mean_return)
    assert agent.history.settings == alone.history.settings
