"""What the captions of does_memory_pay say, held against its stored runs and couriers."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import nbformat
import numpy as np
import torch

from memorylab.ppo import Agent, evaluate
from memorylab_course.evidence import compare_scores, interquartile_mean, scores_of
from tools.table import row_named

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
NOTEBOOK = NOTEBOOKS / row_named("does_memory_pay").file
EVIDENCE = json.loads((NOTEBOOKS / "data" / "memory_pays.json").read_text())
SCORES = scores_of(EVIDENCE)
POPGYM = ("RepeatPreviousEasy", "PositionOnlyCartPoleEasy", "HigherLowerEasy")


def caption(part: str) -> str:
    """Return the notebook's text cell that says ``part``, on one line."""
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    texts = [" ".join(cell.source.split()) for cell in cells if cell.cell_type == "markdown"]
    (found,) = [text for text in texts if part in text]
    return found


def ends(task: str, memory: str) -> float:
    """Return the interquartile mean of a memory's scores in a task."""
    return float(interquartile_mean(SCORES[task][memory]))


def difference(task: str, first: str, second: str) -> tuple[float, float]:
    """Return the ends of the interval that notebook 09 shows."""
    one, other = SCORES[task][first], SCORES[task][second]
    return compare_scores(one, other)[1]


def test_card_counting_adds_about_a_hundredth():
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    (source,) = [cell.source for cell in cells if "def best_score(" in cell.source]
    names: dict = {"np": np}
    exec(source, names)
    without, counting = (names["best_score"](counts, decks=8000) for counts in (False, True))
    assert (round(without, 2), round(counting, 2)) == (0.75, 0.76)


def test_any_memory_beats_none_at_suit_and_pole_and_none_helps_at_the_next_card():
    caption("every agent with a memory does better than every agent without")
    for task in POPGYM[:2]:
        memories = dict(SCORES[task])
        without = memories.pop("mlp")
        assert min(seeds.min() for seeds in memories.values()) > without.max()
    four = ("frame_stack", "gru", "lstm", "dnc")
    for memory in ("gru", "dnc"):
        low, high = difference("RepeatPreviousEasy", "frame_stack", memory)
        assert low < 0 < high
    for first, second in itertools.combinations(four, 2):
        low, high = difference("PositionOnlyCartPoleEasy", first, second)
        assert low < 0 < high
    for memory in four:
        low, _ = difference("HigherLowerEasy", memory, "mlp")
        assert low < 0.005
    assert difference("HigherLowerEasy", "frame_stack", "mlp")[1] < 0


def test_all_have_about_as_many_weights_and_the_rates_of_the_search():
    text = caption("about as many weights")
    found = [run for task in EVIDENCE["popgym"].values() for run in task.values()]
    weights = [round(run["weights"], -2) for run in found]
    assert f"{min(weights):,} to {max(weights):,} each" in text
    assert {run["learning_rate"] for run in found} <= {0.005, 0.002, 0.0008}
    couriers = [round(run["weights"], -2) for run in EVIDENCE["courier"].values()]
    caption(f"{min(couriers):,} to {max(couriers):,} weights")


def test_a_stack_learns_the_suits_several_times_as_fast_as_a_gru():
    def reached(memory: str) -> list[int]:
        curves = np.array(EVIDENCE["popgym"]["RepeatPreviousEasy"][memory]["curves"])
        return (2000 * (1 + (curves >= 0.9).argmax(1))).tolist()

    text = caption("The stack is handed what it needs")
    assert f"within {max(reached('frame_stack')):,} steps" in text
    assert f"after {min(reached('gru')):,} to {max(reached('gru')):,}" in text
    found = reached("gru") + reached("dnc")
    caption(f"needed {min(found):,} to {max(found):,}; no LSTM")
    caption("only the stack is there within 40,000 steps")
    assert max(reached("frame_stack")) < 40_000 < min(found)
    assert max(map(max, EVIDENCE["popgym"][POPGYM[0]]["lstm"]["curves"])) < 0.9


def test_what_is_learnt_at_the_suit_can_be_lost():
    text = caption("what is learnt can be lost")
    for memory in ("dnc", "frame_stack"):
        curves = np.array(EVIDENCE["popgym"][POPGYM[0]][memory]["curves"])[:, 25:]
        edge = (curves.min(0) + 1) / 2
        assert edge.argmax() < edge.argmin()
        assert f"from {edge.max():.2f} to {edge.min():.2f}" in text


def test_prices_of_the_memories():
    text = caption("hardly more than no memory")
    times = {
        memory: [
            task[memory]["cpu_seconds"] / task["mlp"]["cpu_seconds"]
            for task in EVIDENCE["popgym"].values()
        ]
        for memory in ("frame_stack", "gru", "lstm", "dnc")
    }
    assert max(times["frame_stack"]) < 1.2
    for memory in ("dnc", "gru"):
        assert f"{min(times[memory]):.1f} to {max(times[memory]):.1f} times" in text
    assert max(times["lstm"]) < min(times["gru"])


def test_at_the_pole_the_stack_is_no_faster_than_an_lstm():
    caption("but learnt no faster than an LSTM")
    found = EVIDENCE["popgym"]["PositionOnlyCartPoleEasy"]
    reached = {name: np.array(found[name]["curves"], float) >= 0.9 for name in found}
    first = {name: np.sort(np.where(r.any(1), r.argmax(1), 99)) for name, r in reached.items()}
    assert (first["lstm"] <= first["frame_stack"]).all()


def test_three_seeds_would_have_named_a_winner_at_the_pole_and_five_do_not():
    caption("with the first three runs alone, the interval lies above 0")
    task = "PositionOnlyCartPoleEasy"
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    (source,) = [cell.source for cell in cells if "sure = predict(" in cell.source]
    assert f"LSTM ends {ends(task, 'lstm') - ends(task, 'gru'):.2f} above the GRU" in source
    low, high = difference(task, "lstm", "gru")
    assert low < 0 < high
    _, (low, _) = compare_scores(SCORES[task]["lstm"][:3], SCORES[task]["gru"][:3])
    assert low > 0


def test_lists_of_24_doors():
    text = caption("four of five agents name every door")
    medians = {
        (name, length): float(np.median(run["right"][length]))
        for name, run in EVIDENCE["courier"].items()
        for length in ("6", "24")
    }
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    source = "".join(cell.source for cell in cells if cell.cell_type == "code")
    assert f"the GRU names {medians['GRU', '6']:.0%} of the doors" in source
    assert f"longer.reveal({100 * medians['GRU', '24']:.0f}," in source
    assert f"and the LSTM {medians['LSTM', '24']:.0%}" in source
    dnc = sorted(EVIDENCE["courier"]["DNC"]["right"]["24"])
    assert dnc[1:] == [1] * 4
    assert f"the fifth {dnc[0]:.0%}" in text


def test_the_gru_knows_three_doors_of_24_and_the_dnc_fewer_than_it_has_locations():
    caption("knows the first three and guesses from the sixth on")
    doors = torch.as_tensor(np.random.default_rng(5).integers(4, size=(300, 24)))
    told = torch.cat([doors, torch.full_like(doors, 4)], 1)  # [B, 2k]; 4: time to deliver
    seen = torch.nn.functional.one_hot(told, 5).float()
    right = {}
    for name in ("gru", "dnc"):
        networks = Agent.load(NOTEBOOKS / "data" / f"courier_{name}").networks
        if name == "dnc":
            networks.memories["memory"].set_locations(16)
        with torch.no_grad():
            answers = networks(seen)[0][:, 24:].argmax(-1)  # [B, k]
        right[name] = (answers == doors).float().mean(0)
    assert right["gru"][:3].min() > 0.8
    assert right["gru"][5:].max() < 0.45
    assert right["dnc"][:7].min() > 0.95
    assert right["dnc"][12:].max() < 0.4


def test_the_courier_writes_each_door_to_its_own_location_and_reads_them_in_order():
    caption("each door is written to a location of its own")
    agent = Agent.load(NOTEBOOKS / "data" / "courier_dnc")
    agent.settings["environment_config"]["list_length"] = 12
    agent.networks.memories["memory"].set_locations(24)
    (episode,) = evaluate(agent, seed=3)
    written = episode.trace["write_weighting"][:12].argmax(-1)  # [k]
    read = episode.trace["read_weighting"][12:, 0].argmax(-1)  # [k]
    assert len(set(written)) == 12
    assert (read == written).all()
    assert episode.trace["read_modes"][13:, 0, 2].min() > 0.9  # along the links


def test_couriers_without_links_nearly_guess():
    caption("none of the five agents names more than 29% of 24 doors right")
    runs = json.loads((NOTEBOOKS.parent / "benchmarks" / "results" / "courier.json").read_text())
    shares = [run["without"]["links"]["24"] for run in runs["runs"] if run["contender"] == "DNC"]
    assert len(shares) == 5
    assert round(max(shares), 2) <= 0.29
