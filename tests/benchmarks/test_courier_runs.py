"""The benchmark of couriers works, at sizes too small to measure anything."""

from types import SimpleNamespace

import courier
import measuring
import numpy as np
import pytest
import report
from courier import Trial

from memorylab.ppo import Agent


@pytest.fixture
def results(tmp_path, monkeypatch):
    """An empty folder in place of that with the real results."""
    monkeypatch.setattr(measuring, "RESULTS", tmp_path)
    return tmp_path


def test_a_dnc_begins_with_open_gates_and_is_otherwise_as_drawn():
    drawn, opened = Agent("Courier", "dnc"), Agent("Courier", "dnc")
    courier.open_gates(opened)
    observations = np.eye(5, dtype=np.float32)
    before, after = drawn.networks.trace(observations), opened.networks.trace(observations)
    assert after["allocation_gate"].min() > 0.9
    assert after["free_gates"].max() < 0.2
    assert after["read_strengths"].min() > 5
    for name in ("write_gate", "write_strength", "read_modes", "erase_vector"):
        np.testing.assert_array_equal(after[name][0], before[name][0])


def test_lists_are_told_and_then_asked_for():
    doors, observations = courier.draw_lists(20, 3, np.random.default_rng(0))
    env = Agent("Courier", "mlp").make_environment()
    for row, told in zip(observations.numpy(), doors.tolist(), strict=True):
        seen = [env.reset(options={"doors": told})[0]]
        seen += [env.step(0)[0] for _ in range(5)]
        np.testing.assert_array_equal(row, seen)


def test_doors_after_the_first_wrong_one_count_unless_the_courier_is_strict():
    def networks(observations):
        length = observations.shape[1] // 2
        logits = observations.clone()[..., :4].roll(length, 1)  # each door when it is asked for
        logits[:, length + 1] = 1 - logits[:, length + 1]  # but not the second one
        return logits, None, None

    right, until_wrong = courier.right_doors(SimpleNamespace(networks=networks), 4)
    assert (right, until_wrong) == (0.75, 0.25)


def test_habits_tell_a_walk_along_the_list_from_a_jump():
    def shown(reads):
        steps = np.arange(8)
        weights = np.zeros((8, 6))
        weights[steps[:4], [5, 1, 3, 1]] = 0.5  # the last one is written over the second
        reading = np.zeros((8, 1, 6))
        reading[steps[4:], 0, reads] = [0.9, 0.8, 0.7, 0.6]
        modes = np.zeros((8, 1, 3))
        modes[5:, 0, 2] = 0.25
        trace = {"write_weighting": weights, "read_weighting": reading, "read_modes": modes}
        networks = SimpleNamespace(trace=lambda observation: trace)
        return courier.habits(SimpleNamespace(networks=networks), length=4, num_lists=2)

    walk = shown([5, 4, 3, 1])  # written first, never, third, fourth
    assert walk == {
        "fresh": 0.75,
        "written": 0.5,
        "walked": pytest.approx(1 / 3, abs=1e-4),
        "forward": 0.25,
        "first_read": 0.9,
        "last_read": 0.6,
    }
    assert shown([4, 2, 4, 2])["walked"] == 0


@pytest.mark.parametrize("name", ["DNC", "DNC, imitating", "GRU, strict"])
def test_a_run_trains_and_tests(name, results, monkeypatch):
    monkeypatch.setattr(courier, "STEPS", 1)
    monkeypatch.setattr(courier, "NUM_LISTS", 2)
    monkeypatch.setattr(courier, "SETTINGS", courier.PPO(num_envs=4, num_steps=12))
    if name == "DNC, imitating":
        monkeypatch.setattr(courier, "STEPS", 48)
    run = courier.measure(name, courier.CONTENDERS[name].trials[0], seed=3)
    assert run["until_wrong"].keys() == run["right"].keys() == {"6", "12", "18", "24"}
    assert list(run["without"]) == (
        [] if name.startswith("GRU") else ["links", "usage", "content", "matrix"]
    )
    if name == "DNC":
        agent = Agent.load(results / "courier" / "dnc-seed-3")
        assert agent.history.env_steps == [48]
        assert courier._shares(agent)["right"] == run["right"]


def test_imitation_teaches_the_doors(monkeypatch):
    monkeypatch.setattr(courier, "STEPS", 8000)
    settings = courier.PPO(num_envs=32, num_steps=2, num_minibatches=1, learning_rate=1e-2)
    agent = Agent("Courier", "dnc", memory_config={"controller": "feedforward"})
    settings = courier.dataclasses.replace(settings, num_locations=(8, 16), num_epochs=1)
    courier.imitate(agent, settings)
    assert courier.right_doors(agent, 1)[0] > 0.95
    assert agent.networks.memories["memory"].cell.num_locations == 16


def test_runs_go_on_where_they_were_with_the_trial_that_was_best(results, monkeypatch, capsys):
    trials = (Trial(1.0, 0.0), Trial(2.0, 0.0))
    contenders = {"GRU": courier.Contender("gru", {}, trials), "GRU, strict": None}
    monkeypatch.setattr(courier, "CONTENDERS", contenders)
    made = []

    def measure(name, trial, seed):
        if len(made) == 5:
            raise KeyboardInterrupt
        made.append((trial.learning_rate, seed))
        right = {"6": 0.1 * trial.learning_rate + 0.01 * seed}
        extra = {"right": right, "until_wrong": {"6": 0.0}, "weights": 1000, "cpu_seconds": 2.0}
        return {"contender": name, "seed": seed, "without": {}, **trial._asdict(), **extra}

    monkeypatch.setattr(courier, "measure", measure)
    with pytest.raises(KeyboardInterrupt):
        courier.main(["GRU"])
    assert made == [(1.0, 0), (2.0, 0), (1.0, 1), (2.0, 1), (2.0, 2)]
    made.clear()
    courier.main(["GRU"])
    assert made == [(2.0, 3), (2.0, 4)]
    row = "| GRU | 1,000 | 2, 0 | 5 | 2 | **0.22** (0.20 to 0.24) |"
    assert row in capsys.readouterr().out
    report.main()
    assert (results / "courier.png").exists()
