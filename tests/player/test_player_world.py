"""An agent's world in the page: its scenes, and what the agent does in it."""

import json
import re

import numpy as np
import pytest
from maze_examples import maze, trained_agent
from page_tools import LAYOUT_PROBLEMS, pixels
from player_examples import record, record_other

from memorylab.environments.scene import ROLES
from memorylab.memory.dnc.trace import DNCTrace
from memorylab.player import MemoryPlayer
from memorylab.player import agent as player_agent
from memorylab.player.player import SCRIPT

EVERY_SHAPE = [
    {"kind": "rect", "x": 1, "y": 2, "width": 30, "height": 20, "radius": 3, "fill": "card"},
    {"kind": "circle", "x": 40, "y": 30, "radius": 9, "fill": "agent", "stroke": "wall"},
    {"kind": "polygon", "points": [[50, 50], [70, 50], [60, 30]], "fill": "goal"},
    {"kind": "line", "points": [[5, 70], [90, 70]], "stroke": "bad", "dashed": True},
    {"kind": "text", "x": 50, "y": 80, "text": "<b>7 & 8</b>", "size": 12, "fill": "red"},
]


def scene(step, shapes=EVERY_SHAPE):
    label = f"Step {step}: </script><b>cards</b>."
    return {"width": 100, "height": 90, "label": label, "shapes": shapes}


def episode(num_steps=12, **metadata):
    """Return the trace of an untrained DNC as if it had played with three actions."""
    trace = record(num_steps)
    probabilities = np.tile([0.25, 0.7, 0.05], (num_steps, 1))
    probabilities[3] = [0.125, 0.125, 0.75]
    arrays = {
        "action": probabilities.argmax(1),
        "action_probabilities": probabilities,
        "reward": np.linspace(-1, 1, num_steps),
        "value": np.linspace(2, 3, num_steps),
    }
    metadata = {"scenes": [scene(step) for step in range(num_steps + 1)]} | metadata
    metadata = {"action_names": ["hit", "<stay>", "double"]} | metadata
    return DNCTrace(trace.arrays | arrays, trace.metadata | metadata)


@pytest.fixture(scope="module")
def recorded():
    """An episode of the course's T-maze agent, to the left over 8 steps."""
    return player_agent.record(trained_agent(), maze(), None)[0]


def test_the_world_is_drawn_before_and_after_the_action_with_every_kind_of_shape(visit):
    page = visit(MemoryPlayer(episode(), t=3), level="simple")
    before, after = page.locator(".mp-before svg"), page.locator(".mp-after svg")
    assert before.get_attribute("role") == "img"
    assert before.get_attribute("aria-label") == "Step 3: </script><b>cards</b>."
    assert after.get_attribute("aria-label") == "Step 4: </script><b>cards</b>."
    tags = "(svg) => [...svg.children].map((one) => one.tagName)"
    assert before.evaluate(tags) == ["rect", "circle", "polygon", "polyline", "text"]
    assert before.locator("text").text_content() == "<b>7 & 8</b>"
    assert page.locator(".mp-world b", has_text="cards").count() == 0
    assert before.evaluate("(svg) => svg.viewBox.baseVal.width") == 100
    page.locator("input[type=range]").focus()
    page.keyboard.press("End")
    assert after.get_attribute("aria-label").startswith("Step 12:")
    assert page.locator(".mp-words").inner_text().startswith("Step 12: </script><b>cards</b>.")


def test_a_scenes_colours_are_those_of_python_in_both_themes(visit):
    shapes = [
        {"kind": "rect", "x": 1, "y": 1, "width": 1, "height": 1, "fill": role} for role in ROLES
    ]
    trace = episode(scenes=[scene(step, shapes) for step in range(13)])
    for dark, theme in enumerate(("light", "dark")):
        page = visit(MemoryPlayer(trace), color_scheme=theme)
        found = page.locator(".mp-before rect").evaluate_all(
            "(all) => all.map((one) => getComputedStyle(one).fill)"
        )
        hexes = ["#" + "".join(f"{int(n):02x}" for n in re.findall(r"\d+", one)) for one in found]
        assert hexes == [pair[dark] for pair in ROLES.values()]


def test_the_actions_have_their_names_and_the_taken_one_is_marked(visit):
    page = visit(MemoryPlayer(episode(), t=3), level="simple")
    rows = page.locator(".mp-acts li")
    assert [text.split("\n") for text in rows.all_inner_texts()] == [
        ["hit", "12.5\u00a0%"],
        ["<stay>", "12.5\u00a0%"],
        ["double", "75.0\u00a0%"],
    ]
    assert page.locator(".mp-chosen").inner_text().startswith("double")
    width = rows.locator("i b").evaluate_all("(all) => all.map((one) => one.offsetWidth)")
    assert width[2] == pytest.approx(6 * width[0], abs=6)
    reward, value = np.linspace(-1, 1, 12)[3], np.linspace(2, 3, 12)[3]
    numbers = page.locator(".mp-numbers").inner_text().replace("−", "-")
    assert f"reward {reward:.2f}" in numbers
    assert f"value {value:.2f}" in numbers
    assert "Its action: double (75 %)." in page.locator(".mp-words").inner_text()
    page.locator("input[type=range]").focus()
    page.keyboard.press(".")
    assert page.locator(".mp-chosen").inner_text().startswith("<stay>")


def test_without_names_or_probabilities_an_action_is_its_number(visit):
    trace = record().with_arrays(action=np.arange(12) % 4)
    trace = DNCTrace(trace.arrays, {"scenes": [scene(step) for step in range(13)]})
    page = visit(MemoryPlayer(trace, t=6), level="simple")
    assert page.locator(".mp-acts li").all_inner_texts() == ["action 2"]


def test_a_run_without_a_world_has_none(visit):
    for trace in (record(), record_other("gru")):
        assert visit(MemoryPlayer(trace)).locator(".mp-world").count() == 0


def test_two_runs_have_a_world_each_and_their_difference_none(visit):
    page = visit(MemoryPlayer(episode(), compare=episode(9), t=11), level="simple")
    assert page.locator(".mp-after").count() == 0
    labels = page.locator(".mp-before svg").evaluate_all(
        "(all) => all.map((one) => one.getAttribute('aria-label').split(':')[0])"
    )
    assert labels == ["Step 12", "Step 9"]  # the shorter run keeps its end
    page.keyboard.press("Tab")
    page.locator("input[type=range]").focus()
    page.keyboard.press("d")
    assert page.locator("[data-difference] .mp-world").count() == 0


def test_frames_are_drawn_beside_flat_observations(visit):
    frames = np.zeros((12, 6, 7, 3))
    frames[np.arange(12), 2, np.arange(12) % 7] = [255, 0, 0]
    trace = record().with_arrays(observation=np.ones((12, 5)), frame=frames)
    page = visit(MemoryPlayer(trace, t=3))
    found = np.array(pixels(page, "frame").split(","), dtype=int).reshape(6, 7, 4)
    assert found[2, 3].tolist() == [255, 0, 0, 255]
    assert page.locator("[data-panel='observation over time']").count() == 1


@pytest.mark.parametrize("width", [360, 800, 1400])
def test_nothing_overlaps_or_leaves_the_page(visit, recorded, width):
    page = visit(MemoryPlayer(recorded, t=8), width, level="simple")
    assert page.evaluate(LAYOUT_PROBLEMS) == []


def test_world_and_memory_stand_on_one_screen(visit, recorded):
    page = visit(MemoryPlayer(recorded, t=8), 900, level="simple")
    assert page.locator(".memory-player").bounding_box()["height"] <= 620


def test_equal_shapes_cross_once():
    header = MemoryPlayer(episode()).header
    assert header["runs"][0]["scenes"]["shapes"] == EVERY_SHAPE
    assert header["runs"][0]["scenes"]["scenes"][2] == scene(2, list(range(5)))
    assert header["runs"][0]["actions"] == ["hit", "<stay>", "double"]


@pytest.mark.parametrize(
    ("scenes", "message"),
    [
        ([scene(0)] * 12, "must have a list of 13 scenes, one before each action and one at the"),
        ("many", "but has 'many'"),
        ([scene(0, [EVERY_SHAPE[0] | {"fill": "pink"}])] * 13, "a role of colour, got 'pink'"),
    ],
)  # fmt: skip
def test_scenes_that_cannot_be_drawn_are_refused(scenes, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        MemoryPlayer(episode(scenes=scenes))


def test_names_of_actions_that_are_none_are_refused():
    with pytest.raises(ValueError, match=r"action_names as texts, but has \[1, 2\]"):
        MemoryPlayer(episode(action_names=[1, 2]))


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ({"kind": "star"}, "This world can't be drawn: it has a shape 'star'."),
        (EVERY_SHAPE[0] | {"fill": "pink"}, "This world can't be drawn: it has a colour 'pink'."),
    ],
)
def test_the_page_says_that_it_cannot_draw_a_world(visit, shape, message):
    player = MemoryPlayer(episode())
    player.header = json.loads(json.dumps(player.header))
    player.header["runs"][0]["scenes"]["shapes"][1] = shape
    page = visit(player)
    assert page.locator(".mp-before").inner_text() == message
    assert page.locator(".mp-acts li").count() == 3


def test_a_world_that_is_not_drawn_would_be_noticed(visit, monkeypatch, tmp_path):
    script, count = re.subn(r"this\.world\?\.draw\(\w+\)", "0", SCRIPT.read_text())
    assert count == 1
    broken = tmp_path / "player.js"
    broken.write_text(script)
    monkeypatch.setattr("memorylab.player.player.SCRIPT", broken)
    assert visit(MemoryPlayer(episode())).locator(".mp-world svg").count() == 0
