"""The two levels of the exported page, for every kind of memory, in a real browser."""

from pathlib import Path

import numpy as np
import pytest
import torch
from maze_examples import maze, trained_agent
from page_tools import LAYOUT_PROBLEMS, pixels, point_at, step_of, value_of
from player_examples import NODE, record, record_other, run_script

from memorylab.memory import DNC, MemoryTrace, WithReadout, make_memory
from memorylab.memory.arrays import COMMON, Array
from memorylab.memory.dnc.trace import DNCTrace
from memorylab.player import MemoryPlayer
from memorylab.plots.choices import first_write_order
from memorylab.tasks import Copy
from memorylab.training import load_weights

DATA = Path(__file__).parents[2] / "notebooks" / "data"
COPY = DNCTrace.load(DATA / "copy_trace.npz")
RECALL = DNCTrace.load(DATA / "associative_recall_trace.npz")
KEY = "memorylab-player-level"
PANELS = "(all) => all.filter((one) => one.checkVisibility()).map((one) => one.dataset.panel)"

TALLEST = """() => {
  const { player } = document.querySelector(".memory-player");
  let height = 0;
  for (let step = 0; step < player.steps; step++) {
    player.seek(step);
    height = Math.max(height, document.documentElement.scrollHeight);
  }
  return height;
}"""


def record_gru(seed=0):
    """Return the trace of an untrained GRU on the copy trace's sequence."""
    torch.manual_seed(seed)
    model = WithReadout(make_memory("gru", 9, hidden_size=32), 8)
    return MemoryTrace.record(model, torch.from_numpy(COPY.input).float(), COPY.target)


def with_story(trace, **arrays):
    """Return a trace of 12 steps that wrote to its 8 locations in the order 5, 2, 7, ..."""
    write = np.zeros((12, 8))
    write[np.arange(8), [5, 2, 7, 0, 1, 3, 4, 6]] = 0.8
    return trace.with_arrays(write_weighting=write, **arrays)


def shown_panels(page):
    return page.locator("canvas").evaluate_all(PANELS)


RUNS = {"copy": COPY, "recall": RECALL, "gru": record_gru()}
PAIRS = {"copy": COPY, "recall": RECALL, "gru": record_gru(seed=1)}


@pytest.mark.parametrize("runs", [1, 2])
@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize(
    ("level", "width", "height"), [("simple", 900, 620), ("everything", 1300, 900)]
)
def test_every_step_fits_one_screen(visit, name, runs, level, width, height):
    compare = PAIRS[name] if runs == 2 else None
    player = MemoryPlayer(RUNS[name], compare=compare, labels=("before", "after"))
    page = visit(player, width, level, height=height)
    # The whole page, with its heading.
    assert page.evaluate(TALLEST) <= height
    assert page.evaluate("document.documentElement.scrollWidth") == width
    if runs == 2:
        boxes = [one.bounding_box() for one in page.locator(".mp-view").all()]
        assert boxes[0]["y"] == boxes[1]["y"]
        assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
        page.keyboard.press("Tab")
        page.keyboard.press("d")
        assert page.locator("[data-difference]").is_visible()
        assert page.evaluate(TALLEST) <= height


def copy_live(disturbance=None):
    """Return the player of the trained copy model, to change its run in the page."""
    task = Copy()
    model = DNC(task.input_size, task.output_size)
    load_weights(model, DATA / "copy_weights.safetensors")
    return MemoryPlayer(model, COPY.input, task=task, disturbance=disturbance)


WIPED = "memory@4=0; write_gate@6=0"
LABORATORIES = {
    "copy": lambda: copy_live(WIPED),
    "copy with 64 locations": lambda: copy_live(f"{WIPED}; N=64"),
    "copy with 256 locations": lambda: copy_live(f"{WIPED}; N=256"),
    "agent": lambda: MemoryPlayer(trained_agent(), maze(1, 8), disturbance="memory@4=0"),
}


@pytest.mark.parametrize("name", LABORATORIES)
@pytest.mark.parametrize(("level", "size"), [("simple", (900, 620)), ("everything", (1300, 900))])
def test_a_laboratory_fits_one_screen_alone_and_beside_the_undisturbed_run(
    visit, name, level, size
):
    width, height = size
    page = visit(LABORATORIES[name](), width, level, height=height)
    assert page.locator(".mp-laboratory").bounding_box()["height"] > 50
    for compared in (False, True):
        if compared:
            page.locator("[data-action=compare]").click()
            assert page.locator(".mp-view").count() == 2
        assert page.evaluate(TALLEST) <= height
        assert page.evaluate("document.documentElement.scrollWidth") == width
        page.evaluate("window.scrollTo(0, 0)")
        assert page.evaluate(LAYOUT_PROBLEMS) == []


@pytest.mark.parametrize("runs", [1, 2])
@pytest.mark.parametrize("level", ["simple", "everything"])
def test_on_a_phone_the_controls_stay_in_sight(visit, level, runs):
    compare = COPY if runs == 2 else None
    page = visit(MemoryPlayer(COPY, compare=compare, t=11), 360, level, height=640)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.evaluate(LAYOUT_PROBLEMS) == []
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    assert page.evaluate("window.scrollY") > 50
    head = page.locator(".mp-controls").bounding_box()
    assert 0 <= head["y"] < 20
    assert head["height"] < 640 / 3
    page.locator("[data-action=forward]").click()
    assert step_of(page) == 12
    # A panel that gets the focus is not hidden behind them.
    page.locator("[data-panel=memory]").first.focus()
    assert page.locator("[data-panel=memory]").first.bounding_box()["y"] >= head["height"]


def test_two_runs_take_turns_where_there_is_no_room_for_both(visit):
    page = visit(MemoryPlayer(COPY, compare=COPY, labels=("before", "after")), 600, "simple")
    assert page.locator("h3").first.is_visible()
    assert not page.locator("h3").nth(1).is_visible()
    page.get_by_role("button", name="after").click()
    assert not page.locator("h3").first.is_visible()
    assert page.locator("h3").nth(1).is_visible()
    page.locator("input[type=range]").focus()
    page.keyboard.press("d")
    assert page.locator("h3:visible").inner_text() == "before − after"
    page.keyboard.press("d")
    assert page.locator("h3:visible").inner_text() == "after"


@pytest.mark.parametrize("width", [360, 900, 1400])
def test_nothing_overlaps_or_leaves_the_simple_page(visit, width):
    trace = record(num_read_heads=4, num_locations=24)
    page = visit(MemoryPlayer(trace, compare=record(seed=1)), width, "simple")
    assert page.evaluate(LAYOUT_PROBLEMS) == []


def test_first_contact_shows_memory_write_read_input_and_answer_alone(visit):
    page = visit(MemoryPlayer(COPY, t=11), 900, level=None)
    assert page.locator(".memory-player").get_attribute("data-level") == "simple"
    assert shown_panels(page) == [
        *("write now", "memory", "read 0 now", "input over time", "write over time"),
        *("read 0 over time", "output over time", "target over time"),
    ]
    said = page.locator(".mp-view").inner_text().lower()
    terms = "allocation, precedence, link, erase, gate, strength, key, mode, logit, head, usage"
    assert [term for term in terms.split(", ") if term in said] == []
    meaning = DNCTrace.table["write_weighting"].meaning
    assert page.locator(f".mp-memory [title='{meaning}']").inner_text() == "writes"


def test_the_level_is_remembered_and_python_can_choose_it(visit):
    page = visit(MemoryPlayer(COPY), level=None)
    page.get_by_role("button", name="everything").click()
    assert "link" in shown_panels(page)
    assert page.evaluate(f"localStorage.getItem('{KEY}')") == "everything"
    again = page.context.new_page()
    again.goto(page.url)
    again.wait_for_selector("[data-ready]")
    assert "link" in shown_panels(again)
    page.get_by_role("button", name="simple").click()
    assert "link" not in shown_panels(page)
    chosen = visit(MemoryPlayer(COPY, level="everything"), level="simple")
    assert "link" in shown_panels(chosen)


def test_without_storage_the_level_lasts_as_long_as_the_page(visit):
    blocked = "Object.defineProperty(window, 'localStorage', {get() {throw new Error('blocked')}})"
    page = visit(MemoryPlayer(COPY), level=None, script=blocked)
    page.get_by_role("button", name="everything").click()
    assert "link" in shown_panels(page)


def test_locations_are_numbered_in_the_order_of_their_first_write(visit):
    trace = with_story(record())
    page = visit(MemoryPlayer(trace, t=6), 900, "simple")
    ticks = page.locator(".mp-memory .mp-ticks-row span").all_inner_texts()
    assert ticks == [str(i + 1) for i in range(8)]
    for row, location in ((0, 5), (2, 7)):
        point_at(page, "memory", row, 3, 8, 5)
        said, value = value_of(page)
        assert said == f"location {row + 1}, position 4 (memory[{location}, 3])"
        assert value == pytest.approx(trace.memory[6, location, 3], rel=1e-4)
        point_at(page, "read 1 now", row, 0, 8, 1)
        said, value = value_of(page)
        assert said == f"reads (head 2), location {row + 1} (read_weighting[1, {location}])"
        assert value == pytest.approx(trace.read_weighting[6, 1, location], rel=1e-4)
        point_at(page, "write over time", row, row, 8, 12)
        expected = f"step {row}, writes, location {row + 1} (write_weighting[{location}])"
        assert value_of(page) == (expected, pytest.approx(0.8))
    assert "Writes to location 7" in page.locator(".mp-words").inner_text()


@pytest.mark.skipif(NODE is None, reason="needs Node.js (`node`) in the PATH")
def test_the_order_of_first_write_is_pythons(tmp_path):
    generator = np.random.default_rng(0)
    traces = [record(num_steps=1, num_locations=8)]
    for steps in (1, 2, 12, 12, 12):
        weighting = generator.random((steps, 8)) ** generator.integers(1, 12)
        weighting[generator.random((steps, 8)) < 0.05] = np.nan
        weighting[:, 3] *= 0.1
        weighting[:, 6] = weighting[:, 5]
        traces.append(record(num_steps=steps).with_arrays(write_weighting=weighting / 8))
    for trace in traces:
        found = run_script(tmp_path, MemoryPlayer(trace), "return script.firstWriteOrder(runs[0])")
        assert found == first_write_order(trace).tolist()


def test_bars_beside_the_rows_show_the_weights_of_the_step(visit):
    write = np.zeros((12, 8))
    write[:, 2], write[:, 4] = 0.75, np.nan
    page = visit(MemoryPlayer(record().with_arrays(write_weighting=write), t=6), 900, "simple")
    side = page.locator(".mp-side", has=page.locator("[data-panel='write now']"))
    # Location 2 is the only one ever written, so it is the first row; 4 is never written.
    assert side.locator(".mp-bar").get_attribute("d").startswith("M100.00 0.12v.76H25.00")
    assert side.locator(".mp-notes").inner_text() == "0.75"
    assert side.locator(".mp-missing").get_attribute("d") == "M0 4.5h100"
    touched = page.locator(".mp-touch.mp-write").evaluate("(one) => one.style.top")
    assert touched == "0%"


def test_the_answer_is_shown_as_probabilities_with_its_wrong_bits_marked(visit):
    output = np.where(COPY.target > 0, 2.0, -2.0)
    output[10, 3] *= -1
    output[14, [0, 7]] *= -1
    page = visit(MemoryPlayer(COPY.with_arrays(output=output), t=14), 900, "simple")
    point_at(page, "output over time", 3, 10, 8, 17)
    said, value = value_of(page)
    assert said == "step 10, probability that bit 4 is 1 (from output[3])"
    assert value == pytest.approx(1 / (1 + np.exp(-output[10, 3])), rel=1e-4)
    assert page.locator(".mp-wrong").get_attribute("d").count("M") == 3
    # Before the answer is asked for, what comes out doesn't count.
    assert page.locator(".mp-veil").get_attribute("d").count("M") == 9
    assert page.locator(".mp-verdict").inner_text() == "6 of 8 right"
    assert "2 of the 8 bits of its answer are wrong." in page.locator(".mp-words").inner_text()


def test_numbers_that_are_no_bits_stay_numbers(visit):
    page = visit(MemoryPlayer(COPY.with_arrays(target=COPY.target * 0.3), t=14), 900, "simple")
    point_at(page, "output over time", 3, 10, 8, 17)
    assert value_of(page)[1] == pytest.approx(COPY.output[10, 3], rel=1e-4)
    assert page.locator(".mp-wrong").count() == 0


def test_the_mask_says_which_steps_count(visit):
    mask = np.zeros(17)
    mask[16] = 1
    page = visit(MemoryPlayer(COPY.with_arrays(mask=mask), t=14), 900, "simple")
    assert page.locator(".mp-veil").get_attribute("d").count("M") == 16


@pytest.mark.parametrize(
    ("kind", "simple", "more"),
    [
        ("mlp", [], []),
        ("elman", ["hidden"], []),
        ("gru", ["hidden"], ["reset gate", "update gate", "candidate"]),
        ("lstm", ["hidden", "cell"], ["input gate", "forget gate", "output gate", "candidate"]),
    ],
)
def test_every_kind_of_memory_is_shown_by_its_table_of_arrays(visit, kind, simple, more):
    trace = record_other(kind)
    page = visit(MemoryPlayer(trace, t=7), 900, "simple")
    panels = shown_panels(page)
    assert [name for name in panels if name.endswith(" now")] == [f"{name} now" for name in simple]
    for name in simple:
        point_at(page, f"{name} now", 2, 0, 5, 1)
        expected = (f"{name}, unit 3 ({name}[2])", pytest.approx(trace[name][7, 2], rel=1e-4))
        assert value_of(page) == expected
        assert f"{name} over time" in panels
    words = page.locator(".mp-words").inner_text()
    assert words == "Remembers nothing of the steps before." if not simple else "unit" in words
    page.get_by_role("button", name="everything").click()
    panels = set(shown_panels(page))
    assert {f"{name} over time" for name in ("input", "output", *simple, *more)} <= panels
    assert ("units" in panels) == bool(simple)
    assert ("gates" in panels) == any("gate" in name for name in more)
    assert page.evaluate(LAYOUT_PROBLEMS) == []


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("lru", {"units", "durations", "time constant over time"}),
        ("s4d", {"hidden_real", "hidden_imag", "time_constant"}),
        ("fast_weights", {"fast_weights", "units"}),
        ("gtrxl", {"head 0", "head 3", "gates"}),
    ],
)
def test_spectra_fast_weights_and_attention_are_shown_by_their_tables(visit, kind, expected):
    page = visit(MemoryPlayer(record_other(kind), t=7), 900, "everything")
    assert expected <= set(shown_panels(page))
    assert "nothing" not in page.locator(".memory-player").inner_text()
    assert page.evaluate(LAYOUT_PROBLEMS) == []


def test_a_new_kind_of_memory_needs_rows_of_the_table_alone(visit):
    class WindowTrace(MemoryTrace):
        kind = "window"
        about = "The last words stay in sight."
        table = COMMON | {
            "window": Array("T K W", "number", "window", "the last words", simple=True),
            "attention": Array("T R K", "weighting", "attention", "where it looks", simple=True),
            "age": Array("T K", "fraction", "age", "how old a word is"),
        }

    generator = np.random.default_rng(0)
    sizes = {"input": (9, 3), "output": (9, 2), "window": (9, 6, 4), "attention": (9, 1, 6)}
    trace = WindowTrace(
        {name: generator.random(size) for name, size in sizes.items()}
        | {"age": generator.random((9, 6))}
    )
    page = visit(MemoryPlayer(trace, t=4), 900, "simple")
    point_at(page, "window", 5, 1, 6, 4)
    expected = pytest.approx(trace.window[4, 5, 1], rel=1e-4)
    assert value_of(page) == ("place 6, position 2 (window[5, 1])", expected)
    point_at(page, "attention 0 now", 2, 0, 6, 1)
    assert value_of(page)[1] == pytest.approx(trace.attention[4, 0, 2], rel=1e-4)
    assert "age over time" not in shown_panels(page)
    page.get_by_role("button", name="everything").click()
    assert {"window", "head 0", "age over time"} <= set(shown_panels(page))


SHOW = """() => {
  const { player } = document.querySelector(".memory-player");
  const before = [...document.querySelectorAll("canvas")];
  const [run] = player.runs;
  const other = Object.create(run);
  player.show([(CHANGE)(other, run)]);
  return before.every((canvas) => canvas.isConnected);
}"""


@pytest.mark.parametrize("level", ["simple", "everything"])
def test_another_run_of_the_same_sizes_is_drawn_in_the_same_panels(visit, level):
    trace = with_story(record())
    page = visit(MemoryPlayer(trace, t=6), 1300, level)
    memory, writes = pixels(page, "memory"), pixels(page, "write over time")
    order = page.locator(".mp-ticks-row").first.inner_text()
    # Backwards in time, and twice as large: the colours' range follows.
    changed = """(other, run) => Object.assign(other, {
      arrays: Object.fromEntries(Object.entries(run.arrays).map(
        ([name, row]) => [name, { ...row, low: 2 * row.low, high: 2 * row.high }])),
      at: (name, step) => run.at(name, 11 - Math.min(step, 11)).map((value) => 2 * value),
    })"""
    assert page.evaluate(SHOW.replace("CHANGE", changed))
    assert step_of(page) == 6
    assert pixels(page, "write over time") != writes
    assert page.locator(".mp-ticks-row").first.inner_text() == order
    point_at(page, "memory", 0, 0, 8, 5)
    location = 5 if level == "simple" else 0
    assert value_of(page)[1] == pytest.approx(2 * trace.memory[5, location, 0], rel=1e-4)
    page.locator("input[type=range]").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert pixels(page, "memory") != memory
    legend = page.locator(".mp-legend").inner_text()
    assert f"{2 * np.abs(trace.memory).max():.3g}" in legend


def test_a_run_of_another_length_gets_new_panels(visit):
    page = visit(MemoryPlayer(record(), t=10), 1300, "simple")
    shorter = "(other) => Object.assign(other, { steps: 8 })"
    assert not page.evaluate(SHOW.replace("CHANGE", shorter))
    assert page.locator(".mp-counter").inner_text() == "step 7 of 7"
    assert page.locator("input[type=range]").get_attribute("max") == "7"


LISTEN = """() => {
  const { player } = document.querySelector(".memory-player");
  window.heard = [];
  player.onCell(({ run, name, index, step, panel, event }) => window.heard.push(
    [name, index, step, panel.name, event.type, run === player.runs[0]]));
}"""


@pytest.mark.parametrize("level", ["simple", "everything"])
def test_a_click_or_enter_on_a_cell_tells_which_number_it_shows(visit, level):
    page = visit(MemoryPlayer(with_story(record()), t=6), 1300, level)
    page.evaluate(LISTEN)
    page.locator("[data-panel=memory]").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    location = 2 if level == "simple" else 1
    line = page.locator("[data-panel='read 1 over time']")
    box = line.bounding_box()
    line.click(position={"x": box["width"] * 3.5 / 12, "y": box["height"] * 0.5 / 8})
    first = 5 if level == "simple" else 0
    assert page.evaluate("window.heard") == [
        ["memory", location * 5 + 1, 6, "memory", "keydown", True],
        ["read_weighting", 8 + first, 3, "read 1 over time", "click", True],
    ]
    assert step_of(page) == 3


def test_numbers_are_lit_wherever_they_are_shown(visit):
    page = visit(MemoryPlayer(with_story(record()), t=6), 1300, "simple")
    light = """(numbers) => {
      const { player } = document.querySelector(".memory-player");
      player.light(player.runs[0], numbers);
      return [...document.querySelectorAll(".mp-lit")].map((one) =>
        [one.closest(".mp-frame").querySelector("canvas").dataset.panel,
         one.style.top, one.style.left]);
    }"""
    lit = page.evaluate(light, [{"name": "write_weighting", "index": 2, "step": 6}])
    assert lit == [
        ["write now", "12.5%", "0%"],
        ["write over time", "12.5%", "50%"],
    ]
    assert page.evaluate(light, []) == []
