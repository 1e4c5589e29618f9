"""'Why this number?' in a real browser: by keyboard and by mouse."""

import re

import pytest
import torch

from memorylab.memory import DNC
from memorylab.player import MemoryPlayer


@pytest.fixture
def page(browser, tmp_path):
    """Open a model's page at step 5 with every array; afterwards, nothing has failed."""
    model = DNC(4, 3, hidden_size=9, num_locations=7, word_size=6)
    player = MemoryPlayer(model, torch.randn(8, 4), t=5, level="everything")
    path = player.to_html(tmp_path / "run.html")
    problems = []
    page = browser.new_page(viewport={"width": 1300, "height": 900})
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: said.type == "error" and problems.append(said.text))
    page.goto(path.as_uri())
    page.wait_for_selector(".memory-player[data-ready]")
    yield page
    page.close()
    assert problems == []


def heading(page):
    return page.locator(".mp-why-head h4").inner_text().split(" = ")[0]


def test_by_keyboard_from_a_cell_to_those_behind_it_and_back(page):
    page.locator('canvas[data-panel="memory"]').focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    assert heading(page) == "memory[1, 2] at step 5"
    assert page.evaluate("document.activeElement.textContent").startswith("memory[1, 2]")
    lit = page.locator(".mp-lit")
    assert lit.count() >= 4  # the memory now, the write weighting, erase and write
    links = page.locator(".mp-why-from button")
    names = [link.split(" at")[0] for link in links.all_inner_texts()]
    assert names == ["memory[1, 2]", "write_weighting[1]", "erase_vector[2]", "write_vector[2]"]
    links.first.focus()
    page.keyboard.press("Enter")
    assert heading(page) == "memory[1, 2] at step 4"
    assert page.locator(".mp-counter").inner_text() == "step 4 of 7"
    page.locator('[data-action="back-why"]').focus()
    page.keyboard.press("Enter")
    assert heading(page) == "memory[1, 2] at step 5"
    assert page.locator(".memory-player").get_attribute("data-step") == "5"
    page.keyboard.press("Escape")
    assert (page.locator(".mp-why-panel").count(), lit.count()) == (0, 0)
    assert page.evaluate("document.activeElement.dataset.panel") == "memory"


def test_by_mouse_the_numbers_of_the_equation_can_be_followed(page):
    page.locator('canvas[data-panel="link"]').click(position={"x": 3, "y": 30})
    assert heading(page).startswith("link[")
    assert page.locator(".mp-why-line > div").count() == 2
    page.locator(".mp-why-line .mp-from").first.click()
    assert heading(page).startswith("write_weighting[")
    page.locator('[data-action="close-why"]').click()
    assert page.locator(".mp-why-panel").count() == 0


def test_in_the_simple_level_a_number_has_both_names(page):
    page.locator("[data-action=simple]").click()
    page.locator('canvas[data-panel="memory"]').focus()
    for key in ("ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    python = re.search(r"\((memory\[\d, 1\])\)", page.locator(".mp-value").inner_text())[1]
    page.keyboard.press("Enter")
    assert heading(page) == f"memory in location 2 at position 2: {python} at step 5"
    link = page.locator(".mp-why-from button", has_text="write_weighting").first
    assert link.get_attribute("title").startswith("write in location 2: write_weighting[")


def test_on_a_phone_an_equation_breaks_between_its_terms_and_a_longer_one_scrolls(page):
    page.set_viewport_size({"width": 360, "height": 800})
    page.locator('canvas[data-panel="memory"]').click(position={"x": 30, "y": 30})
    size = "(line) => [line.clientWidth, line.scrollWidth]"
    width, needed = page.locator(".mp-why-line").evaluate(size)
    assert needed <= width
    assert page.locator(".mp-why-line > div").first.bounding_box()["height"] > 30  # two rows
    page.locator('canvas[data-panel="head 0"]').click(position={"x": 27, "y": 30})
    long = page.locator(".mp-why-line").last
    width, needed = long.evaluate(size)
    assert needed > width
    long.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("(line) => line.scrollLeft > 0", arg=long.element_handle())
