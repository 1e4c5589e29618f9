"""The benchmarks work, at sizes too small to measure anything."""

import contextlib
import json

import dnc_speed
import matplotlib.image
import measuring
import numpy as np
import pytest
import report
import time_to_solve
import torch
from torch.utils.flop_counter import FlopCounterMode

from memorylab.tasks import Copy

TINY = dnc_speed.Size(B=2, T=3, F=4, H=5, N=4, W=3, R=2)
LIMITS = {"gemm_gigaflop_per_second": 50.0, "copy_gigabytes_per_second": 10.0}


@pytest.fixture
def results(tmp_path, monkeypatch):
    """An empty folder in place of that with the real results."""
    monkeypatch.setattr(measuring, "RESULTS", tmp_path)
    return tmp_path


def summaries(**medians):
    return {name: measuring.summarise([median]) for name, median in medians.items()}


def milliseconds(**medians):
    return {label: summaries(**medians) for label in dnc_speed.MEASURES}


# --- dnc_speed ------------------------------------------------------------------------------------


def test_every_implementation_is_measured_in_every_way():
    rounds = []
    found = dnc_speed.measure(TINY, 4, lambda: rounds.append(None))
    assert len(rounds) == 3 * 4
    assert list(found) == ["forward and backward", "forward", "one step of 16 rows"]
    for label in found:
        assert list(found[label]) == list(dnc_speed.CONTENDERS)
        for name, summary in found[label].items():
            assert summary["samples"] == (2 if name == "reference" else 4)
            assert 0 < summary["quartiles"][0] <= summary["median"] <= summary["quartiles"][1]


def test_all_implementations_are_of_one_size():
    sizes = {
        name: sum(parameter.numel() for parameter in make(TINY).model.parameters())
        for name, make in dnc_speed.CONTENDERS.items()
    }
    assert len(set(sizes.values())) == 1, sizes


@pytest.mark.parametrize("name", dnc_speed.CONTENDERS)
def test_a_state_is_carried(name):
    _, run = dnc_speed.CONTENDERS[name](TINY)
    outputs, state = [], None
    for _ in range(3):
        torch.manual_seed(0)  # The package begins with a random state.
        with torch.no_grad():
            output, state = run(torch.ones(TINY.B, 1, TINY.F), state)
        outputs.append(output)
    assert not torch.equal(outputs[0], outputs[1])
    assert not torch.equal(outputs[1], outputs[2])


def test_comparison_divides_medians_and_states_the_limits():
    row = dnc_speed.compare(TINY, milliseconds(fast=2.0, reference=4.0, dnc=20.0), LIMITS)
    assert row["ratio_to_dnc"]["forward"] == {"fast": 10.0, "reference": 5.0}
    seconds = 2e-3 * TINY.T
    gigaflop, gigabytes = dnc_speed.gigaflop(TINY), dnc_speed.link_gigabytes(TINY)
    assert row["share_of_gemm_rate"] == pytest.approx(gigaflop / seconds / 50, rel=1e-3)
    assert row["share_of_bandwidth"] == pytest.approx(gigabytes / seconds / 10, rel=1e-3)


@pytest.mark.parametrize("size", [dnc_speed.SIZES[0], dnc_speed.SIZES[1]], ids=str)
def test_the_arithmetic_is_about_what_pytorch_counts(size):
    size = size._replace(B=2, T=2)
    with FlopCounterMode(display=False) as counter:
        dnc_speed.train(dnc_speed.ours(size, "reference"), size)
    # PyTorch counts products of matrices alone, and the first step needs some gradients less.
    assert 0.8 < counter.get_total_flops() / (1e9 * dnc_speed.gigaflop(size)) < 1.05


def test_peak_memory_is_that_of_the_links(monkeypatch):
    reference = {"reference": dnc_speed.CONTENDERS["reference"]}
    monkeypatch.setattr(dnc_speed, "CONTENDERS", reference)
    found = dnc_speed.peak_memory(dnc_speed.Size(B=1, T=8, F=1, H=1, N=512, W=1, R=1))
    assert 8 < found["reference"] < 200  # Eight steps' link matrices are 8.4 MB.


def test_speed_is_saved_printed_and_drawn(results, monkeypatch, capsys):
    monkeypatch.setattr(dnc_speed, "SIZES", [TINY])
    monkeypatch.setattr(dnc_speed, "SAMPLES", 1)
    monkeypatch.setattr(dnc_speed, "THREADS", 1)
    monkeypatch.setattr(dnc_speed, "product_rate", lambda: 50.0)
    monkeypatch.setattr(dnc_speed, "copy_rate", lambda: 10.0)
    monkeypatch.setattr(dnc_speed, "peak_memory", lambda size: {"fast": 1.0, "dnc": 8.0})
    dnc_speed.main()
    printed = capsys.readouterr().out
    assert "B=2, T=3, F=4, H=5, N=4, W=3, R=2" in printed
    assert "12% of the `dnc` package" in printed
    saved = json.loads((results / "dnc_speed.json").read_text())
    assert saved["machine"]["threads"] == 1
    assert saved["limits"] == LIMITS
    (row,) = saved["sizes"]
    assert ("dnc" in row["milliseconds"]["forward"]) == (dnc_speed.PeerDNC is not None)
    report.draw({"dnc_speed": saved}).savefig(results / "speed.png")


def test_without_the_package_its_columns_are_left_out(monkeypatch):
    ours = {name: make for name, make in dnc_speed.CONTENDERS.items() if name != "dnc"}
    monkeypatch.setattr(dnc_speed, "CONTENDERS", ours)
    row = dnc_speed.compare(TINY, dnc_speed.measure(TINY, 1, lambda: None), LIMITS)
    assert row["ratio_to_dnc"] == {}
    memory = {"size": TINY._asdict(), "added_megabytes": {"fast": 1.0, "reference": 2.0}}
    found = {"machine": measuring.machine(), "limits": LIMITS, "sizes": [row], "memory": memory}
    assert "×" not in report.speed_table(found)
    (axes,) = report.draw({"dnc_speed": found}).axes
    assert "without the dnc package" in axes.texts[0].get_text()


def test_limits_are_rates():
    assert dnc_speed.product_rate(64, 2) > 0
    assert dnc_speed.copy_rate(1, 2) > 0


# --- time_to_solve --------------------------------------------------------------------------------


def test_time_to_solve_is_none_for_a_task_that_is_not_solved():
    recipe = time_to_solve.Recipe(Copy(1, 1, 1), 0.01, 16)
    assert time_to_solve.solve(recipe, seed=0, steps=1) is None
    assert time_to_solve.solve(recipe, seed=0, steps=1000) > 0


def test_an_unsolved_run_counts_as_endless():
    assert time_to_solve.median([3.0, None, 1.0]) == 3.0
    assert time_to_solve.median([None, None, 1.0]) is None


def test_solving_is_saved_printed_and_drawn(results, monkeypatch, capsys):
    recipe = time_to_solve.Recipe(Copy(1, 1, 1), 0.01, 16)
    monkeypatch.setattr(time_to_solve, "RECIPES", {"tiny": recipe})
    monkeypatch.setattr(time_to_solve, "SEEDS", range(2))
    monkeypatch.setattr(time_to_solve, "THREADS", 1)
    seconds = iter([None, 1.0, None])
    monkeypatch.setattr(time_to_solve, "solve", lambda recipe, seed, steps=0: next(seconds))
    time_to_solve.main()
    assert "| tiny | – | 1.0, not solved |" in capsys.readouterr().out
    saved = json.loads((results / "time_to_solve.json").read_text())
    assert saved["tasks"]["tiny"]["seconds"] == [1.0, None]
    report.draw({"time_to_solve": saved}).savefig(results / "speed.png")


# --- ppo_throughput -------------------------------------------------------------------------------


@pytest.mark.ray
def test_both_stacks_train_the_same_dnc_with_the_same_settings():
    import ppo_throughput

    from memorylab.rllib import Agent
    from memorylab.rllib.classic import DiffNC
    from memorylab.rllib.classic.worker import make_worker

    new = ppo_throughput.CONTENDERS["DNC"]()
    models = {"new": Agent(new).module.networks.memory}
    for model in filter(None, (DiffNC, ppo_throughput.POPGymDiffNC)):
        old = ppo_throughput.classic(model)
        assert (old.env, old.lr, old.minibatch_size) == (new.env, new.lr, new.minibatch_size)
        assert old.train_batch_size == new.train_batch_size_per_learner
        models[model.__module__] = make_worker(old).get_policy().model.core
    sizes = {name: sum(p.numel() for p in core.parameters()) for name, core in models.items()}
    assert len(set(sizes.values())) == 1, sizes


class Clock:
    """Time that passes only when somebody works."""

    now = 0.0

    def perf_counter(self):
        return self.now


class FakePPO:
    """In place of RLlib's, which needs Ray: updates of 100 steps, of which the first is slow."""

    def __init__(self, clock, seconds):
        self.clock, self.seconds, self.updates, self.stopped = clock, seconds, 0, False

    def build_algo(self):
        return self

    def train(self):
        self.clock.now += self.seconds if self.updates else 1000.0
        self.updates += 1
        return {"num_env_steps_sampled_lifetime": 100 * self.updates}

    def stop(self):
        self.stopped = True


@pytest.mark.ray
def test_throughput_is_saved_printed_and_drawn(results, monkeypatch, capsys):
    import ppo_throughput

    clock = Clock()
    algorithms = {"DNC": FakePPO(clock, 0.1), ppo_throughput.PEER: FakePPO(clock, 0.4)}
    contenders = {name: lambda fake=fake: fake for name, fake in algorithms.items()}
    monkeypatch.setattr(ppo_throughput, "CONTENDERS", contenders)
    monkeypatch.setattr(ppo_throughput, "UPDATES", 3)
    monkeypatch.setattr(ppo_throughput, "time", clock)
    monkeypatch.setattr(ppo_throughput, "ray_session", lambda num_cpus: contextlib.nullcontext())
    ppo_throughput.main()
    assert "| DNC | 1,000 | 4.0× |" in capsys.readouterr().out
    assert all(fake.updates == 4 and fake.stopped for fake in algorithms.values())
    saved = json.loads((results / "ppo_throughput.json").read_text())
    summary = {"median": 250.0, "quartiles": [250.0, 250.0], "samples": 3}
    assert saved["env_steps_per_second"][ppo_throughput.PEER] == summary
    assert saved["ratio_to_popgym"] == {"DNC": 4.0, ppo_throughput.PEER: 1.0}
    report.draw({"ppo_throughput": saved}).savefig(results / "speed.png")


# --- rllib_examples -------------------------------------------------------------------------------


@pytest.mark.ray
def test_within_an_environment_only_the_network_differs():
    import rllib_examples

    for recipe in rllib_examples.RECIPES.values():
        described = []
        for memory in rllib_examples.MEMORIES:
            config = rllib_examples.config_of(recipe, memory, seed=3).to_dict()
            assert config["seed"] == 3
            described.append(
                {
                    key: value
                    for key, value in config.items()
                    if isinstance(value, int | float | str | None) and "rl_module" not in key
                }
            )
        assert len(described[0]) > 100
        assert all(other == described[0] for other in described)


@pytest.mark.ray
@pytest.mark.parametrize("case", [0, 1])
def test_look_and_push_pays_only_those_who_looked_and_remembered(case):
    import rllib_examples

    environment = rllib_examples.RECIPES["LookAndPush"].make(None)
    for answer in (0, 1):
        environment.reset()
        environment.unwrapped._case = case
        path = [0, 1, 1, 1]  # Look, go back, and push to the end.
        results = [environment.step(action) for action in (*path, answer)]
        assert results[0][0] == case
        assert [result[2] for result in results] == [False] * 4 + [True]
        right = 10 if answer == case else -10
        assert sum(result[1] for result in results) == right - 4


@pytest.mark.ray
def test_a_run_says_how_many_steps_it_took():
    import rllib_examples

    recipe = rllib_examples.RECIPES["LookAndPush"]._replace(
        most_steps=1, training={"train_batch_size_per_learner": 200, "num_epochs": 1}
    )
    with rllib_examples.ray_session(num_cpus=1):
        unsolved = rllib_examples.solve(recipe, "use_lstm", seed=0)
        solved = rllib_examples.solve(recipe._replace(stop_return=-1000), "DNC", seed=0)
    assert unsolved["steps"] is None
    assert unsolved["env_steps"][-1] >= 200
    assert solved["steps"] == solved["env_steps"][-1]
    assert -60 < solved["mean_return"][-1] < 6


@pytest.mark.ray
def test_examples_go_on_where_they_were_and_the_table_says_what_is_missing(
    results, monkeypatch, capsys
):
    import rllib_examples

    steps = iter([2000, 4000, None, 9000, 3000])
    recipe = rllib_examples.RECIPES["LookAndPush"]
    monkeypatch.setattr(rllib_examples, "RECIPES", {"LookAndPush": recipe, "Other": recipe})
    monkeypatch.setattr(rllib_examples, "MEMORIES", ("GRU", "use_lstm"))
    monkeypatch.setattr(rllib_examples, "SEEDS", range(2))
    monkeypatch.setattr(rllib_examples, "ray_session", lambda num_cpus: contextlib.nullcontext())
    monkeypatch.setattr(rllib_examples, "solve", lambda *_: {"steps": next(steps)})
    with pytest.raises(StopIteration):  # The sixth run is interrupted.
        rllib_examples.main()
    saved = measuring.load("rllib_examples")
    assert [run["steps"] for run in saved["runs"]] == [2000, 4000, None, 9000, 3000]
    table = report.examples_table(saved)
    assert "| LookAndPush, 4.5 | **not solved** (2k, not solved) | **6k** (4k, 9k) |" in table
    assert "| Other, 4.5 | **3k** (3k); 1 missing | missing |" in table
    assert "use_lstm, in medians of all seeds: GRU on LookAndPush (not solved to 6k)." in table
    assert "Missing are 3 runs" in table

    steps = iter([2600, 3100, 2600])  # The GRU needs less than half an update more.
    rllib_examples.main()
    printed = capsys.readouterr().out
    assert "| Other, 4.5 | **3k** (3k, 3k) | **3k** (3k, 3k) |" in printed
    assert "GRU on Other" not in printed
    assert "Missing" not in printed

    monkeypatch.setattr(rllib_examples, "WIDTH", 1)
    with pytest.raises(SystemExit, match="runs with other settings"):
        rllib_examples.main()


# --- algorithms -----------------------------------------------------------------------------------


@pytest.mark.ray
def test_nobody_repeats_the_number_without_remembering_it():
    import algorithms

    environment = algorithms.RepeatNumber()
    returns = {"right": [], "zero": []}
    for seed in range(200):
        for answer, found in returns.items():
            seen, _ = environment.reset(seed=seed)
            number, rewards, over, later = seen[0], [], False, []
            while not over:
                action = np.array([number if answer == "right" else 0.0])
                seen, reward, over, _, _ = environment.step(action)
                rewards.append(reward)
                later.append(seen.tolist())
            assert later == [[0, 0]] * 4 + [[0, 1], [0, 0]]
            found.append(sum(rewards))
    assert np.mean(returns["right"]) == pytest.approx(1)
    assert np.mean(returns["zero"]) == pytest.approx(0, abs=0.1)


@pytest.mark.ray
def test_algorithms_go_on_where_they_were(results, monkeypatch, capsys):
    import algorithms

    steps = iter([2000, 4000, None])
    monkeypatch.setattr(algorithms, "TASKS", {"DQN": ("TMaze", 0.9, 10)})
    monkeypatch.setattr(algorithms, "SEEDS", range(2))
    monkeypatch.setattr(algorithms, "ray_session", lambda num_cpus: contextlib.nullcontext())
    monkeypatch.setattr(algorithms, "solve", lambda *_: {"steps": next(steps), "played": 0.5})
    with pytest.raises(StopIteration):  # The fourth run is interrupted.
        algorithms.main()
    table = report.algorithms_table(measuring.load("algorithms"))
    cells = ["DQN, TMaze, 0.9", "**not solved** (2k, not solved)", "0.50", "**4k** (4k); 1 missing"]
    assert " | ".join(cells) in table
    assert "Missing are 1 runs" in table
    steps = iter([1000])
    algorithms.main()
    printed = capsys.readouterr().out
    assert "| **2k** (4k, 1k) | 0.50 |" in printed
    assert "Missing" not in printed
    monkeypatch.setattr(algorithms, "MEMORIES", {"gru": {"hidden_size": 1}, "dnc": {}})
    with pytest.raises(SystemExit, match="runs with other settings"):
        algorithms.main()


# --- report ---------------------------------------------------------------------------------------


def test_report_says_what_has_not_been_measured(results, capsys):
    tasks = {"copy": {"seconds": [1.0, 3.0, None], "median": 3.0}}
    measuring.save("time_to_solve", {"tasks": tasks})
    report.main()
    printed = capsys.readouterr().out
    assert "There is no results/dnc_speed.json: run python benchmarks/dnc_speed.py" in printed
    assert "| copy | **3.0 s** | 1.0, 3.0, not solved |" in printed
    assert matplotlib.image.imread(results / "speed.png").shape[1] == 1800


def test_report_of_nothing_draws_nothing(results, capsys):
    report.main()
    assert "There is no" in capsys.readouterr().out
    assert not (results / "speed.png").exists()


def test_results_have_lists_of_numbers_on_one_line(results):
    saved = measuring.save("any", {"returns": [-1, 2.5e-5, None], "names": ["[ 1 ]"], "none": []})
    assert '"returns": [-1, 2.5e-05, null],' in (results / "any.json").read_text()
    assert measuring.load("any") == saved


def test_a_project_target_runs_every_script():
    folder = measuring.RESULTS.parent
    scripts = {path.stem for path in folder.glob("*.py") if "__main__" in path.read_text()}
    scripts -= {"sb3_recurrent"}  # in an environment of its own
    makefile = (folder.parent / "Makefile").read_text()
    (line,) = (line for line in makefile.splitlines() if line.startswith("BENCHMARKS := "))
    assert set(line.removeprefix("BENCHMARKS := ").split()) | {"report"} == scripts


# --- two_agents -----------------------------------------------------------------------------------


@pytest.mark.ray
@pytest.mark.parametrize(("signs", "delay"), [(2, 1), (2, 2), (3, 1)])
def test_a_pair_needs_both_memories(signs, delay):
    import two_agents

    best = {case: two_agents.chance(case, signs, delay) for case in two_agents.CASES}
    alone = pytest.approx(1 / signs)
    assert best == {
        "GRU": 1,
        "DNC": 1,
        "neither": alone,
        "speaker only": alone,
        "listener only": alone,
    }


@pytest.mark.ray
def test_the_table_of_two_agents_tells_what_is_missing():
    import two_agents

    found = {"machine": measuring.machine(), "settings": two_agents.settings(), "chance": {}}
    found["chance"] = {case: two_agents.chance(case) for case in two_agents.CASES}
    run = {"case": "GRU", "seed": 0, "steps": 40_000, "return": 1.0}
    table = report.agents_table(found | {"runs": [run]})
    assert "| GRU | gru | gru | 1 | **1.00** (1.00) | **40k** (40k); 4 missing |" in table
    assert "| speaker only | gru | mlp | 0.5 | missing | missing |" in table
    assert two_agents.missing([run])[0] == ("DNC", 0)
    models = two_agents.config_of("listener only", 0).rl_module_spec.rl_module_specs
    assert [models[agent].model_config["memory"] for agent in models] == ["mlp", "gru"]
