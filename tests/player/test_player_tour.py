"""The tour's stops and the quiz's questions are true of the run; both work by keyboard."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from page_tools import LAYOUT_PROBLEMS, step_of
from player_examples import NODE, record, record_other, run_script

from memorylab.memory import DNC, Disturbance
from memorylab.memory.disturbance import Edit
from memorylab.memory.dnc.trace import DNCTrace
from memorylab.player import MemoryPlayer
from memorylab.tasks import Copy
from memorylab.training import load_weights

DATA = Path(__file__).parents[2] / "notebooks" / "data"
COPY = DNCTrace.load(DATA / "copy_trace.npz")
RECALL = DNCTrace.load(DATA / "associative_recall_trace.npz")

needs_node = pytest.mark.skipif(NODE is None, reason="needs Node.js (`node`) in the PATH")

STOPS = """
const { stops, missing } = script.stopsOf(runs[0]);
return { missing, stops: stops.map(({ title, level, found, text, point }) =>
  ({ title, level, found, text: text(found, String, runs[0]), points: point(found, runs[0]) })) };
"""


def visible_answer(trace, step):
    return ((trace.output > 0) == (trace.target > 0.5))[step].sum()


def read_part(trace, found, mode, weighting):
    head, location = found["head"], found["location"]
    return trace.read_modes[found["step"], head, mode] * weighting[found["step"], head, location]


# What each stop says, of the trace itself.
CLAIMS = {
    "The memory is a table": lambda trace, found: found["step"] == 0,
    "Allocate: find room": lambda trace, found: (
        trace.write_weighting[found["step"]].argmax() == found["location"]
        and trace.write_weighting[found["step"]].max() > 0.5
        and trace.usage[found["step"]].argmin() == found["location"]
        and not (trace.write_weighting[: found["step"]].max(initial=0) > 0.9)
    ),
    "Write": lambda trace, found: (
        trace.write_weighting[found["step"], found["location"]] == pytest.approx(found["weight"])
        and found["weight"] > 0.5
    ),
    "Link: remember the order": lambda trace, found: (
        trace.link[found["step"], found["location"], found["before"]] > 0.5
        and trace.write_weighting[found["step"]].argmax() == found["location"]
        and trace.write_weighting[found["step"] - 1].argmax() == found["before"]
    ),
    "Read by content": lambda trace, found: (
        read_part(trace, found, 1, trace.read_content_weighting) > 0.5
        and read_part(trace, found, 1, trace.read_content_weighting)
        == pytest.approx(
            (trace.read_modes[:, :, 1:2] * trace.read_content_weighting).max(), abs=0.01
        )
    ),
    "Follow the link forward": lambda trace, found: (
        read_part(trace, found, 2, trace.forward_weighting) > 0.5
        and trace.read_weighting[found["step"] - 1, found["head"]].argmax() == found["last"]
        and trace.link[found["step"], found["location"], found["last"]] > 0.5
    ),
    "Free what is no longer needed": lambda trace, found: (
        trace.read_weighting[found["step"] - 1, found["head"], found["location"]]
        * trace.free_gates[found["step"], found["head"]]
        > 0.5
        and np.allclose(
            trace.usage[found["step"] - 1 : found["step"] + 1, found["location"]], found["usage"]
        )
    ),
    "Answer": lambda trace, found: found["right"] == visible_answer(trace, found["step"]),
}


def copy_model():
    """Return the course's copy model and its task."""
    task = Copy(word_size=8)
    model = DNC(
        task.input_size,
        task.output_size,
        hidden_size=64,
        num_locations=16,
        word_size=16,
        num_read_heads=1,
    )
    load_weights(model, DATA / "copy_weights.safetensors")
    return model, task


def stops_of(trace, folder):
    return run_script(folder, MemoryPlayer(trace), STOPS)


@needs_node
@pytest.mark.parametrize(
    "trace",
    [
        COPY,
        RECALL,
        record(num_read_heads=3, seed=1),
        record(num_steps=1, num_locations=1, word_size=1, num_read_heads=1),
        COPY.with_arrays(write_weighting=np.full((17, 16), np.nan)),
    ],
    ids=["copy", "recall", "untrained", "one step", "not a number"],
)
def test_what_the_stops_say_is_true_of_the_run(trace, tmp_path):
    found = stops_of(trace, tmp_path)
    assert len(found["stops"]) + len(found["missing"]) == 8
    for stop in found["stops"]:
        assert len(stop["text"].split()) <= 40, stop["text"]
        assert "undefined" not in stop["text"]
        assert "NaN" not in stop["text"]
        assert CLAIMS[stop["title"]](trace, stop["found"]), stop
        for point in stop["points"]:
            assert 0 <= point.get("index", 0) < trace[point["name"]][0].size


@needs_node
def test_the_copy_run_has_all_eight_stops_in_order(tmp_path):
    found = stops_of(COPY, tmp_path)
    assert [stop["title"] for stop in found["stops"]] == list(CLAIMS)
    assert found["missing"] == []
    assert [stop["found"]["step"] for stop in found["stops"]] == [0, 0, 1, 1, 9, 10, 10, 16]


@needs_node
@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"free_gates": np.zeros((17, 1))}, "a location that is freed"),
        ({"link": np.zeros((17, 16, 16))}, "a link between two writes"),
        ({"link": np.zeros((17, 16, 16))}, "a read that follows a link"),
        ({"read_modes": np.tile([0.0, 0, 1], (17, 1, 1))}, "a read by content"),
    ],
)
def test_a_stop_without_an_example_is_left_out_and_named(changes, missing, tmp_path):
    found = stops_of(COPY.with_arrays(**changes), tmp_path)
    assert missing in found["missing"]
    assert len(found["stops"]) == 8 - len(found["missing"])


QUESTIONS = """
const { questionsOf, judge, varied } = script.quiz;
const list = questionsOf(runs[0]);
const others = { allocated: "content", content: "allocated" };
const judged = (location, way) => judge(list[0], { location, way });
return { list, varied: varied(list), right: judged(list[0].location, list[0].way),
  wrong: judged((list[0].location + 1) % runs[0].locations, others[list[0].way]),
  all: Array.from({ length: runs[0].locations }, (_, i) => judged(i, list[0].way).location) };
"""


@needs_node
def test_questions_ask_for_clear_writes_and_reads_alone(tmp_path):
    found = run_script(tmp_path, MemoryPlayer(COPY), QUESTIONS)
    writes = [question for question in found["list"] if question["kind"] == "write"]
    clear = np.flatnonzero(COPY.write_weighting.max(-1) > 0.5)[1:]  # step 0 has none before it
    assert [question["step"] for question in writes] == list(clear)
    for question in writes:
        assert question["location"] == COPY.write_weighting[question["step"]].argmax()
        assert question["way"] == "allocated"
        np.testing.assert_allclose(question["usage"], COPY.usage[question["step"]])
    reads = [question for question in found["list"] if question["kind"] == "read"]
    assert [question["step"] for question in reads] == list(range(9, 17))
    assert [question["way"] for question in reads] == ["content"] + ["forward"] * 7
    for question in reads:
        step = question["step"]
        assert question["location"] == COPY.read_weighting[step, 0].argmax()
        if question["way"] == "forward":
            assert COPY.link[step, question["location"], question["last"]] > 0.5
    assert [one["step"] for one in found["varied"]] == [1, 2, 9, 10, 11]
    assert found["right"] == {"location": True, "reason": True}
    assert not found["wrong"]["reason"]
    # Whoever names a location that is as free as the one that was taken, is right.
    assert found["all"] == list(COPY.usage[1] < 0.01)


@needs_node
def test_of_what_is_found_by_content_one_location_alone_is_right(tmp_path):
    write = np.zeros((12, 8))
    write[:, 5] = 0.9
    content = {"write_content_weighting": write, "allocation_gate": np.zeros(12)}
    trace = record().with_arrays(write_weighting=write, **content)
    found = run_script(tmp_path, MemoryPlayer(trace), QUESTIONS)
    writes = [question for question in found["list"] if question["kind"] == "write"]
    assert [question["step"] for question in writes] == list(range(1, 12))
    assert {question["way"] for question in writes} == {"content"}
    assert found["right"] == {"location": True, "reason": True}
    assert found["wrong"] == {"location": False, "reason": False}
    assert found["all"] == [location == 5 for location in range(8)]


INVENT = """
const { seeded, taskOf } = script.tasks;
const task = taskOf(header.task);
const asked = [];
for (let seed = 0; seed < %d; seed++) {
  const words = task.random(task.words.length, seed);
  const rows = Object.entries(task.make(words));
  const sequence = Object.fromEntries(
    rows.map(([name, values]) => [name, Float64Array.from(values.flat())]));
  const fresh = (edits) =>
    runs[0].disturbed({ ...script.disturbances.UNDISTURBED, edits, words }, sequence);
  const { run, question, wound } = script.quiz.invent(fresh, seeded(seed));
  asked.push({ ...question, text: script.disturbances.format(run.disturbance), wound });
}
return asked;
"""


@needs_node
def test_no_answer_is_right_for_all_questions_about_the_copy_model(tmp_path):
    model, task = copy_model()
    player = MemoryPlayer(model, task.make([f"{i:08b}" for i in range(40, 48)]), task=task)
    asked = run_script(tmp_path, player, INVENT % 120)
    kinds = [(one["kind"], one["way"]) for one in asked]
    for way in ("allocated", "content", "forward", "backward"):
        assert sum(one[1] == way for one in kinds) >= 8, way
    assert max(map(kinds.count, kinds)) < 0.6 * len(asked)
    assert 0.3 < np.mean([bool(one["wound"]) for one in asked]) < 0.7
    # What is said of a few of them holds for Python's run of the same text.
    for one in asked[:12]:
        trace = DNCTrace.record(model, torch.zeros(1, 9), disturbance=one["text"], make=task.make)
        weighting = trace.write_weighting if one["kind"] == "write" else trace.read_weighting[:, 0]
        assert weighting[one["step"]].argmax() == one["location"]
        assert weighting[one["step"]].max() == pytest.approx(one["weight"], abs=1e-4)
        if one["way"] == "backward":
            assert trace.link[one["step"], one["last"], one["location"]] > 0.5


@needs_node
def test_the_first_steps_of_a_run_know_nothing_of_the_others(tmp_path):
    code = """
    const part = script.quiz.excerpt(runs[0], 4);
    return { steps: part.steps, late: part.at("memory", 11), last: runs[0].at("memory", 3) };
    """
    found = run_script(tmp_path, MemoryPlayer(record()), code)
    assert found["steps"] == 4
    assert found["late"] == found["last"]


# -- in a browser


def said(page):
    return page.locator(".mp-said").inner_text()


def focused(page):
    return page.evaluate("document.activeElement.dataset.action")


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def open_guide(page, name):
    page.locator(f"[data-action={name}]").focus()
    press(page, "Enter")


def layout_problems(page):
    page.evaluate("window.scrollTo(0, 0)")  # or the controls, which stay in sight, cover something
    return page.evaluate(LAYOUT_PROBLEMS)


@pytest.mark.parametrize(("width", "level"), [(900, "simple"), (360, "everything")])
def test_the_tour_goes_through_the_run_by_keyboard(visit, width, level):
    page = visit(MemoryPlayer(COPY, t=3), width, level, height=640, reduced_motion="reduce")
    open_guide(page, "tour")
    steps = [0, 0, 1, 1, 9, 10, 10, 16]
    levels = ["simple"] * 3 + ["everything"] * 4 + ["simple"]
    counted = {
        4: "From here on, locations have Python's numbers, from 0.",
        8: "Back in the simple view, locations are counted from 1.",
    }
    for number, (step, shown) in enumerate(zip(steps, levels, strict=True), 1):
        assert (counted.get(number, "locations have") in said(page)) == (number in counted)
        assert f"{number} of 8" in said(page)
        assert step_of(page) == step
        assert page.locator(".memory-player").get_attribute("data-level") == shown
        assert focused(page) == "next-stop"
        pointed = page.locator(".mp-pointed").first
        head = page.locator(".mp-head").bounding_box()
        box = pointed.bounding_box()
        assert head["y"] + head["height"] <= box["y"] <= 640 - 24
        assert layout_problems(page) == []
        if number < 8:
            press(page, "ArrowRight")
    press(page, "ArrowLeft")
    assert "7 of 8" in said(page)
    press(page, "ArrowRight", "Enter")
    assert page.locator(".mp-guide").count() == 0
    assert page.locator(".mp-lit, .mp-pointed").count() == 0
    assert focused(page) == "tour"
    # The tour's level is not the reader's.
    assert page.locator(".memory-player").get_attribute("data-level") == level
    assert page.evaluate("localStorage.getItem('memorylab-player-level')") == level


def test_the_tour_lights_what_it_speaks_of(visit):
    page = visit(MemoryPlayer(COPY), 900, "simple", height=620)
    open_guide(page, "tour")
    press(page, "ArrowRight", "ArrowRight", "ArrowRight")
    lit = page.locator(".mp-pointed:has([data-panel=link]) .mp-lit")
    assert lit.count() == 1
    assert lit.evaluate("(one) => [one.style.top, one.style.left]") == ["6.25%", "0%"]
    press(page, "Escape")
    assert page.locator(".mp-guide").count() == 0
    assert focused(page) == "tour"


def test_the_last_stop_names_what_a_run_lacks(visit):
    trace = COPY.with_arrays(free_gates=np.zeros((17, 1)))
    page = visit(MemoryPlayer(trace), 900, "simple")
    open_guide(page, "tour")
    press(page, *["ArrowRight"] * 6)
    assert "7 of 7" in said(page)
    assert "no clear example of a location that is freed" in said(page)


def test_only_runs_with_locations_have_guides(visit):
    page = visit(MemoryPlayer(record_other("gru")), 900, "simple")
    assert not page.locator("[data-action=tour]").is_visible()
    assert not page.locator("[data-action=quiz]").is_visible()


SCORE = """() => ["quiz_right", "quiz_asked"].map((name) =>
  document.querySelector(".memory-player").player.model.get(name))"""


@pytest.mark.parametrize("width", [900, 360])
def test_the_quiz_is_answered_right_and_wrong_by_keyboard(visit, width):
    page = visit(MemoryPlayer(COPY, t=12), width, "simple", height=640)
    open_guide(page, "quiz")
    assert "step 1 write" in said(page)
    assert step_of(page) == 0
    press(page, "2", "Enter")  # free; the first step wrote to 1
    assert focused(page) == "reason"
    press(page, "Enter")
    assert "Right" in said(page)
    assert "newly allocated" in said(page)
    assert page.evaluate(SCORE) == [1, 1]
    assert step_of(page) == 1
    assert layout_problems(page) == []
    assert focused(page) == "next-question"
    press(page, "Enter")
    assert "step 2 write" in said(page)
    press(page, "1", "Enter", "Tab", "Enter")  # full, and not found by content
    assert "Not this time" in said(page)
    assert "1 of 2 right" in said(page)
    assert page.evaluate(SCORE) == [1, 2]
    press(page, "Escape")
    assert focused(page) == "quiz"
    assert step_of(page) == 12
    assert page.locator(".mp-counter").inner_text() == "step 12 of 16"


def test_the_quiz_shows_nothing_of_what_it_asks_for(visit):
    page = visit(MemoryPlayer(COPY), 900, "everything")
    open_guide(page, "quiz")
    press(page, "2", "Enter", "Enter", "Enter")
    assert "step 2 write" in said(page)
    page.locator("input[type=range]").first.focus()
    press(page, "End")
    assert step_of(page) == 1
    later = """() => {
      const { lines } = document.querySelector(".memory-player").player.board.front;
      return lines.every(({ cells, rows, columns }) => {
        const value = cells(0);
        for (let row = 0; row < rows.count; row++)
          for (let step = 2; step < 17; step++) if (!Number.isNaN(value(row, step))) return false;
        return columns.count === 17;
      });
    }"""
    assert page.evaluate(later)


def test_a_click_on_a_row_of_the_memory_is_an_answer(visit):
    page = visit(MemoryPlayer(COPY), 900, "simple")
    open_guide(page, "quiz")
    memory = page.locator("[data-panel=memory]")
    box = memory.bounding_box()
    memory.click(position={"x": 20, "y": box["height"] * 4.5 / 16})
    assert page.locator(".mp-places [aria-pressed=true]").get_attribute("data-number") == "5"
    page.get_by_role("button", name="newly allocated").click()
    assert page.evaluate(SCORE) == [1, 1]
    # After the quiz, a click explains a number again.
    press(page, "Escape")
    memory.click(position={"x": 20, "y": 20})
    assert page.locator(".mp-why-panel").is_visible()


def test_with_a_model_each_question_is_about_a_new_sequence(visit):
    model, task = copy_model()
    words = ["10110010", "01011101", "11100011"]
    page = visit(MemoryPlayer(model, task.make(words), task=task), 900, "simple")
    ask = """() => {
      const { guides } = document.querySelector(".memory-player").player;
      const { question: { kind, step, location }, run } = guides[1];
      const { edits, words } = run.disturbance;
      return { kind, step, location, words, edits };
    }"""
    open_guide(page, "quiz")
    asked = [page.evaluate(ask)]
    press(page, "Enter", "Enter", "Enter")
    asked.append(page.evaluate(ask))
    assert len({json.dumps(one["words"]) for one in [*asked, {"words": words}]}) == 3
    for one in asked:
        edits = tuple(Edit(**{**edit, "index": tuple(edit["index"])}) for edit in one["edits"])
        trace = DNCTrace.record(
            model, task.make(one["words"]).input[0], disturbance=Disturbance(edits)
        )
        weighting = trace.write_weighting if one["kind"] == "write" else trace.read_weighting[:, 0]
        assert weighting[one["step"]].argmax() == one["location"]
        assert weighting[one["step"]].max() > 0.5
    press(page, "Escape")
    assert page.locator(".mp-bits").first.is_visible()


def test_the_copy_page_with_its_weights_stays_small(tmp_path):
    model, task = copy_model()
    words = task.sample(1, torch.Generator().manual_seed(0))
    page = MemoryPlayer(model, words, task=task).to_html(tmp_path / "page.html")
    assert page.stat().st_size <= 350_000


def test_the_score_is_read_from_python():
    player = MemoryPlayer(COPY)
    assert player.quiz_score == (0, 0)
    player.widget.quiz_right, player.widget.quiz_asked = 3, 4  # as the page does
    assert player.quiz_score == (3, 4)
