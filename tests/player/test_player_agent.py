"""The live agent in a page: its maze is set and its memory wiped by mouse and by keyboard."""

import re

import pytest
from maze_examples import KEPT, maze, trained_agent
from page_tools import LAYOUT_PROBLEMS, step_of

from memorylab.player import MemoryPlayer
from memorylab.player.agent import record


@pytest.fixture
def live(visit):
    """Open the agent's page at a step."""
    return lambda t=0, width=900, **options: visit(
        MemoryPlayer(trained_agent(), maze(), t=t), width, level="simple", **options
    )


def verdict(page):
    return page.locator(".mp-turns").inner_text()


def settle(page):
    """Wait until the laboratory made its change, which it does with the next frame."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


def turns(length, disturbance=""):
    """Return what Python says of the agent's turns at both signs."""
    found = []
    for sign in (1, 2):
        trace, _ = record(trained_agent(), maze(sign, length), disturbance)
        end = trace.metadata["scenes"][-1]["label"]
        turned = re.search("turned (left|right)", end)
        correct = "correctly" if trace.reward[-1] == 1 else "wrongly"
        found.append(f"turns {turned[1]}, {correct}" if turned else "doesn't turn in time")
    return f"Sign left: it {found[0]}. Sign right: it {found[1]}."


def test_the_sign_turns_the_agent(live):
    page = live(t=8)
    assert verdict(page) == turns(8)
    assert page.locator(".mp-chosen").inner_text().startswith("left")
    page.locator("[data-action=sign-right]").click()
    settle(page)
    settle(page)
    assert page.locator("[data-action=sign-right]").get_attribute("aria-pressed") == "true"
    assert page.locator("[data-action=sign-left]").get_attribute("aria-pressed") == "false"
    assert page.locator(".mp-chosen").inner_text().startswith("right")
    said = page.locator(".mp-words").inner_text()
    assert said.startswith("The agent turned right, as the sign showed right.")


def test_the_corridor_is_lengthened_by_keyboard(live):
    page = live()
    page.locator("[data-action=corridor]").focus()
    for length in (9, 10):
        page.keyboard.press("ArrowRight")
        settle(page)
        assert page.locator(".mp-counter").inner_text() == f"step 0 of {length}"
    page.keyboard.press("End")
    settle(page)
    assert page.locator(".mp-agent output").inner_text().strip() == "30 steps"
    assert verdict(page) == turns(30) + " So the sign makes no difference to it."
    assert page.locator(".mp-counter").inner_text() == "step 0 of 119"
    page.keyboard.press("Home")
    settle(page)
    assert page.locator(".mp-agent output").inner_text().strip() == "1 step"
    assert page.locator(".mp-counter").inner_text() == "step 0 of 1"


def test_wiping_its_memory_half_way_makes_it_turn_the_wrong_way(live):
    page = live()
    page.locator("input[aria-label=step]").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    wipe = page.locator("[data-action=wipe-memory]")
    assert wipe.inner_text() == "Wipe its memory at step 3"
    wipe.focus()
    page.keyboard.press("Enter")
    settle(page)
    expected = turns(8, "memory@3=0")
    assert expected.startswith("Sign left: it turns right, wrongly.")
    assert verdict(page) == f"{expected} So the sign makes no difference to it."
    assert step_of(page) == 3
    page.keyboard.press("End")
    assert page.locator(".mp-chosen").inner_text().startswith("right")
    said = page.locator(".mp-words").inner_text()
    assert said.startswith("The agent turned right, but the sign showed left.")
    correct = page.locator(".mp-turns span").evaluate_all(
        "(all) => all.map((a) => a.dataset.correct)"
    )
    assert correct == ["false", "true", None]
    page.locator("[data-action=undo]").click()
    settle(page)
    assert verdict(page) == turns(8)


def test_all_that_it_keeps_is_wiped_at_once_and_stays_wiped_in_another_maze(live):
    page = live(t=4)
    page.locator("[data-action=wipe-all]").click()
    settle(page)
    everything = ";".join(f"{name}@4=0" for name in KEPT)
    assert verdict(page).startswith(turns(8, everything))
    said = page.locator(".mp-edits li").all_inner_texts()
    assert [line.strip("×\n") for line in said] == [
        "at step 4: all that is kept from step to step is wiped"
    ]
    page.locator("[data-action=corridor]").fill("12")
    settle(page)
    assert verdict(page).startswith(turns(12, everything))
    page.locator("[data-action=reset]").click()
    settle(page)
    assert verdict(page) == turns(8)  # the maze is taken back, too


def test_the_undisturbed_run_beside_it_is_in_the_same_maze(live):
    page = live(t=3)
    page.locator("[data-action=wipe-memory]").click()
    settle(page)
    page.locator("[data-action=compare]").click()
    page.locator("[data-action=corridor]").fill("7")
    page.locator("[data-action=sign-right]").click()
    settle(page)
    page.locator("input[aria-label=step]").focus()
    page.keyboard.press("End")
    ends = page.locator(".mp-before svg").evaluate_all(
        "(all) => all.map((one) => one.getAttribute('aria-label'))"
    )
    traces = [record(trained_agent(), maze(2, 7), text)[0] for text in ("memory@3=0", "")]
    assert ends == [trace.metadata["scenes"][-1]["label"] for trace in traces]
    assert page.locator(".mp-view h3").all_inner_texts() == ["disturbed", "undisturbed"]


def test_the_legend_and_the_glossary_speak_of_what_an_agents_page_shows(live):
    page = live()

    def rewards():
        return [entry for entry in legend.all_inner_texts() if "reward" in entry]

    legend = page.locator(".mp-bar-entry")
    texts = [text.replace("\n", " ") for text in legend.all_inner_texts()]
    assert texts[1].startswith("sees, weights, does 0")
    assert rewards() == ["reward −1\n1"]
    assert not any("input" in text for text in texts)
    words = page.locator(".mp-glossary dt").all_text_contents()
    assert {"sees", "does", "reward", "memory", "location"} < set(words)
    assert not {"input", "output", "action", "probability"} & set(words)
    # Rewards of 0 and −0.1 alone: the same number keeps its colour.
    page.locator("[data-action=corridor]").focus()
    page.keyboard.press("End")
    settle(page)
    assert rewards() == ["reward −1\n1"]


@pytest.mark.parametrize("width", [360, 520, 900])
def test_the_text_of_a_small_world_can_be_read(live, width):
    page = live(t=8, width=width)
    sizes = """(all) => all.filter((one) => one.checkVisibility()).map((one) => {
      const { viewBox, clientWidth } = one.ownerSVGElement;
      return parseFloat(getComputedStyle(one).fontSize) * clientWidth / viewBox.baseVal.width;
    })"""
    for figure in (".mp-before", ".mp-after"):
        found = page.locator(f"{figure} text").evaluate_all(sizes)
        assert len(found) >= 2
        assert min(found) >= 8.9


def address(page):
    page.wait_for_function("""() => {
      const { wanted, timer } = document.querySelector(".memory-player").player.laboratory;
      return !wanted && !timer;
    }""")
    return page.evaluate("decodeURIComponent(location.hash.slice(1))")


def test_sign_and_corridor_are_undone_and_stand_in_the_address_and_in_the_copied_line(live):
    script = """Object.defineProperty(navigator.clipboard, "writeText", {
      value: async (text) => { window.copied = text; } });"""
    page = live(t=4, script=script)
    page.locator("[data-action=more]").click()
    page.locator("[data-action=copy]").click()
    line = 'agent.player(disturbance="options=sign:1,distance:8")'
    assert page.evaluate("window.copied") == line
    page.locator("[data-action=sign-right]").click()
    page.locator("[data-action=wipe-all]").click()
    page.locator("[data-action=corridor]").focus()
    page.keyboard.press("ArrowRight")
    everything = ";".join(f"{name}@4=0" for name in KEPT)
    text = f"options=sign:2,distance:9;{everything}"
    assert address(page) == text
    page.locator("[data-action=copy]").click()
    assert page.evaluate("window.copied") == f'agent.player(disturbance="{text}")'
    again = page.context.new_page()
    again.goto(page.evaluate("location.href"))
    again.wait_for_selector("[data-ready]")
    assert address(again) == text
    assert again.locator("[data-action=sign-right]").get_attribute("aria-pressed") == "true"
    assert again.locator(".mp-agent output").inner_text().strip() == "9 steps"
    again.close()
    page.bring_to_front()
    for expected in (f"options=sign:2,distance:8;{everything}", "options=sign:2,distance:8", ""):
        page.locator("[data-action=undo]").click()
        assert address(page) == expected
    assert page.locator("[data-action=sign-left]").get_attribute("aria-pressed") == "true"
    page.locator("[data-action=redo]").click()
    page.locator("[data-action=reset]").click()
    assert address(page) == ""
    for bad, message in [
        ("sign:3", "sign must be 1 (left) or 2 (right), got 3."),
        ("distance:0", "distance must be at least 1 step, got 0."),
        ("sgn:1", "The T-maze has the options sign and distance, but not 'sgn'."),
    ]:
        page.evaluate(f"location.hash = 'options={bad}'")
        page.get_by_role("alert").get_by_text(message).wait_for()


@pytest.mark.parametrize("width", [360, 900, 1400])
def test_nothing_overlaps_or_leaves_the_page(live, width):
    assert live(width=width).evaluate(LAYOUT_PROBLEMS) == []
