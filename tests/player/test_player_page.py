"""The exported page, in a real browser without a network."""

import numpy as np
import pytest
from page_tools import LAYOUT_PROBLEMS, pixels, point_at, step_of, value_of
from player_examples import record

from memorylab.memory.arrays import Array
from memorylab.memory.dnc.trace import DNCTrace
from memorylab.player import MemoryPlayer
from memorylab.player.player import SCRIPT


def test_every_panel_is_drawn_in_more_than_one_colour(visit):
    trace = record().with_arrays(reward=np.arange(12.0), action=np.arange(12) % 3)
    page = visit(MemoryPlayer(trace, t=7))
    names = page.locator("canvas").evaluate_all("(all) => all.map((one) => one.dataset.panel)")
    expected = {"memory", "link", "writing", "head 0", "head 1", "vectors", "gates over time"}
    assert expected <= set(names)
    assert {"usage over time", "write over time", "read 1 over time"} <= set(names)
    assert {"input over time", "output over time", "reward over time"} <= set(names)
    for name in names:
        found = pixels(page, name).split(",")
        assert len({tuple(found[i : i + 4]) for i in range(0, len(found), 4)}) > 1, name


@pytest.mark.parametrize(
    ("keys", "step"),
    [
        (["ArrowRight"], 5),
        ([".", ".", ","], 5),
        (["ArrowLeft"] * 2, 2),
        (["Home"], 0),
        (["Home", "ArrowLeft"], 0),
        (["End"], 11),
        (["End", "."], 11),
        (["PageDown"], 11),
        (["PageUp"], 0),
    ],
)
def test_keys_move_through_time(visit, keys, step):
    page = visit(MemoryPlayer(record(), t=4))
    before = pixels(page, "link")
    page.locator("input[type=range]").focus()
    for key in keys:
        page.keyboard.press(key)
    assert step_of(page) == step
    assert pixels(page, "link") != before
    assert page.locator(".mp-counter").inner_text() == f"step {step} of 11"


def test_the_mouse_drags_the_cursor_of_the_whole_run(visit):
    page = visit(MemoryPlayer(record()))
    box = page.locator("[data-panel='usage over time']").bounding_box()
    across = lambda step: box["x"] + (step + 0.5) / 12 * box["width"]  # noqa: E731
    page.mouse.move(across(2), box["y"] + 5)
    page.mouse.down()
    assert step_of(page) == 2
    page.mouse.move(across(9), box["y"] + 5, steps=4)
    assert step_of(page) == 9
    page.mouse.up()
    page.mouse.move(across(4), box["y"] + 5)
    assert step_of(page) == 9


def test_it_plays_to_the_end_and_pauses(visit):
    page = visit(MemoryPlayer(record(), fps=60))
    page.locator("input[type=range]").focus()
    page.keyboard.press("Space")
    page.wait_for_selector("[data-playing=false][data-step='11']", timeout=10_000)
    page.locator("[data-action=play]").click()
    page.wait_for_selector("[data-playing=true]")
    page.locator("[data-action=play]").click()
    page.wait_for_selector("[data-playing=false]")


def test_speed_goes_up_and_down_by_key(visit):
    page = visit(MemoryPlayer(record()))
    page.locator("input[type=range]").focus()
    speed = page.locator("select")
    assert speed.input_value() == "10"
    page.keyboard.press("+")
    assert speed.input_value() == "20"
    page.keyboard.press("-")
    page.keyboard.press("-")
    assert speed.input_value() == "5"


def test_pointing_shows_the_traces_own_value_and_marks_its_locations_everywhere(visit):
    trace = record()
    page = visit(MemoryPlayer(trace, t=6, order="first_write"))
    start = page.evaluate("JSON.parse(document.getElementById('start').textContent)")
    order = start["header"]["runs"][0]["order"]
    point_at(page, "link", 3, 5, 8, 8)
    i, j = order[3], order[5]
    said, value = value_of(page)
    assert said == f"link[{i}, {j}]: location {i} written right after {j}"
    assert value == pytest.approx(trace.link[6, i, j], rel=1e-4)
    marks = lambda name: page.locator(f".mp-frame:has([data-panel='{name}']) .mp-mark")  # noqa: E731
    assert marks("link").count() == 2
    for name in ("memory", "writing", "head 1", "usage over time", "read 0 over time"):
        tops = marks(name).evaluate_all("(all) => all.map((one) => parseFloat(one.style.top))")
        assert sorted(tops) == [37.5, 62.5], name
    page.keyboard.press("Home")


@pytest.mark.parametrize(
    ("panel", "cell", "size", "read"),
    [
        ("memory", (2, 4), (8, 5), lambda trace: trace.memory[6, 2, 4]),
        ("writing", (7, 0), (8, 5), lambda trace: trace.usage[6, 7]),
        ("writing", (7, 3), (8, 5), lambda trace: trace.write_weighting[6, 7]),
        ("head 1", (3, 3), (8, 4), lambda trace: trace.read_weighting[6, 1, 3]),
        ("head 1", (3, 0), (8, 4), lambda trace: trace.backward_weighting[6, 1, 3]),
        ("vectors", (5, 1), (7, 5), lambda trace: trace.read_keys[6, 1, 1]),
        ("vectors", (1, 1), (7, 5), lambda trace: trace.erase_vector[6, 1]),
        ("usage over time", (5, 9), (8, 12), lambda trace: trace.usage[9, 5]),
        ("read 1 over time", (5, 9), (8, 12), lambda trace: trace.read_weighting[9, 1, 5]),
        ("gates over time", (7, 3), (10, 12), lambda trace: trace.read_modes[3, 1, 0]),
        ("gates over time", (6, 3), (10, 12), lambda trace: trace.free_gates[3, 1]),
        ("strengths over time", (2, 3), (3, 12), lambda trace: trace.read_strengths[3, 1]),
        ("output over time", (9, 3), (16, 12), lambda trace: trace.output[3, 9]),
    ],
)
def test_the_value_shown_is_the_recorded_one(visit, panel, cell, size, read):
    trace = record()
    page = visit(MemoryPlayer(trace, t=6))
    point_at(page, panel, *cell, *size)
    assert value_of(page)[1] == pytest.approx(float(read(trace)), rel=1e-4, abs=1e-12)


def test_an_array_more_in_the_table_is_a_column_more(visit):
    class Extended(DNCTrace):
        table = DNCTrace.table | {
            "surprise": Array("T N", "fraction", "surprise", "how odd"),
            "mood": Array("T 3", "number", "mood", "how it feels"),
        }

    surprise, mood = np.linspace(0, 1, 12 * 8).reshape(12, 8), np.arange(36.0).reshape(12, 3)
    trace = Extended(record().arrays | {"surprise": surprise, "mood": mood})
    page = visit(MemoryPlayer(trace, t=6))
    point_at(page, "writing", 2, 5, 8, 6)
    assert value_of(page) == ("surprise of location 2", pytest.approx(surprise[6, 2], rel=1e-4))
    point_at(page, "mood over time", 1, 4, 3, 12)
    assert value_of(page) == ("step 4, mood 1", 13.0)


def test_cells_are_reached_by_keyboard(visit):
    trace = record()
    page = visit(MemoryPlayer(trace, t=6))
    page.locator("[data-panel=memory]").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "ArrowUp", "ArrowLeft", "ArrowLeft"):
        page.keyboard.press(key)
    said, value = value_of(page)
    assert said.startswith("memory[1, 0]")
    assert value == pytest.approx(trace.memory[6, 1, 0], rel=1e-4)
    assert step_of(page) == 6
    page.keyboard.press(".")
    assert value_of(page)[1] == pytest.approx(trace.memory[7, 1, 0], rel=1e-4)
    page.keyboard.press("Escape")
    assert page.locator(".mp-mark").count() == 0


def test_what_is_no_number_is_hatched_and_named(visit):
    trace = record()
    memory, usage = trace.memory.copy(), trace.usage.copy()
    memory[6, 2, 4] = np.nan
    usage[6:] = np.nan
    page = visit(MemoryPlayer(trace.with_arrays(memory=memory, usage=usage), t=6))
    point_at(page, "memory", 2, 4, 8, 5)
    assert page.locator(".mp-value").inner_text().endswith("= NaN (no number)")
    alpha = pixels(page, "memory").split(",")[3::4]
    assert [i for i, value in enumerate(alpha) if value == "0"] == [2 * 5 + 4]


@pytest.mark.parametrize(
    "sizes", [(1, 1, 1, 1), (1, 8, 5, 8), (3, 1, 5, 2), (5, 40, 3, 1)], ids=str
)
def test_runs_of_any_size_are_shown_whole(visit, sizes):
    page = visit(MemoryPlayer(record(*sizes)))
    assert page.locator("[data-panel^='head ']").count() == sizes[3]
    page.locator("input[type=range]").focus()
    page.keyboard.press("End")
    assert step_of(page) == sizes[0] - 1


@pytest.mark.parametrize("runs", [1, 2])
@pytest.mark.parametrize("width", [360, 800, 1400])
def test_nothing_overlaps_or_leaves_the_page_and_no_text_is_tiny(visit, width, runs):
    compare = record(seed=1) if runs == 2 else None
    page = visit(MemoryPlayer(record(num_read_heads=4, num_locations=24), compare=compare), width)
    assert page.evaluate(LAYOUT_PROBLEMS) == []


def test_two_runs_share_a_clock_and_show_their_difference(visit):
    first, second = record(), record(seed=1, num_steps=9)
    page = visit(MemoryPlayer(first, compare=second, labels=("before", "after"), t=5))
    assert page.locator(".mp-view h3").all_inner_texts() == ["before", "after"]
    page.locator("input[type=range]").focus()
    page.keyboard.press("d")
    assert page.locator(".mp-view").count() == 3
    canvas = page.locator("[data-difference] [data-panel=memory]")
    box = canvas.bounding_box()
    canvas.hover(position={"x": box["width"] * 0.5 / 5, "y": box["height"] * 2.5 / 8})
    expected = first.memory[5, 2, 0] - second.memory[5, 2, 0]
    assert value_of(page)[1] == pytest.approx(expected, rel=1e-3)
    page.keyboard.press("End")
    assert page.locator(".mp-words").nth(1).inner_text() == "This run ended with step 8."
    page.keyboard.press("d")
    assert page.locator(".mp-view").count() == 2


def test_runs_of_different_sizes_have_no_difference(visit):
    page = visit(MemoryPlayer(record(), compare=record(num_locations=5)))
    assert page.locator("[data-action=difference]").count() == 0
    page.locator("input[type=range]").focus()
    page.keyboard.press("d")
    assert page.locator(".mp-view").count() == 2


def test_an_episode_shows_what_the_environment_shows(visit):
    frames = np.zeros((12, 6, 7, 3))
    frames[np.arange(12), 2, np.arange(12) % 7] = [255, 0, 0]
    trace = record().with_arrays(observation=frames, action=np.arange(12) % 4, reward=np.ones(12))
    page = visit(MemoryPlayer(trace, t=3))
    found = np.array(pixels(page, "frame").split(","), dtype=int).reshape(6, 7, 4)
    assert found[2, 3].tolist() == [255, 0, 0, 255]
    assert found[2, 4].tolist() == [0, 0, 0, 255]
    point_at(page, "action over time", 0, 10, 1, 12)
    assert value_of(page) == ("step 10, action", 2.0)


def test_the_theme_follows_the_system(visit):
    colours = [
        visit(MemoryPlayer(record()), color_scheme=scheme).evaluate(
            "getComputedStyle(document.querySelector('.memory-player')).backgroundColor"
        )
        for scheme in ("light", "dark")
    ]
    assert colours == ["rgb(255, 255, 255)", "rgb(18, 20, 23)"]


def test_a_player_that_draws_nothing_would_be_noticed(visit, monkeypatch, tmp_path):
    script = SCRIPT.read_text()
    assert "this.context.putImageData(this.image,0,0)" in script
    broken = tmp_path / "player.js"
    broken.write_text(script.replace("this.context.putImageData(this.image,0,0)", "0"))
    monkeypatch.setattr("memorylab.player.player.SCRIPT", broken)
    page = visit(MemoryPlayer(record(), t=6))
    assert set(pixels(page, "link").split(",")) == {"0"}
