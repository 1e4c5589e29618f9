"""Controls and predictions in JupyterLab, by keyboard and by mouse."""

from __future__ import annotations

import pytest

from tests.jupyter_pages import KERNEL_IS_CONNECTED, RUN_ALL, serve

PROGRAM = """
import matplotlib.pyplot as plt
from IPython.display import display
from memorylab_course import setup
from memorylab_course.explorables import Choice, Slider, Switch, explore, predict

setup()
figure, axes = plt.subplots()
axes.set(xlim=(0, 1), ylim=(0, 10))

def draw(height, line, dotted):
    axes.plot([0, 1], [0, height], line, marker="o" if dotted else None)
    return f"height {height}"

guess = predict("How high?", ["low", "high"])
number = predict("How many?", unit=" lines")
controls = {"height": Slider("height", range(10), 5), "line": Choice("line", ["-", "--"], "-")}
display(guess, number, explore(figure, draw, **controls, dotted=Switch("dotted")))
display(guess.reveal("high", "It is."), number.reveal(1))
"""
PIXELS = """async (image) => {
  const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
  canvas.getContext("2d").drawImage(image, 0, 0);
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.join();
}"""


@pytest.fixture
def page(browser, tmp_path):
    """A notebook in JupyterLab that has run all its cells."""
    with serve("lab", tmp_path, {"play": PROGRAM}) as (address, _):
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.goto(address)
        page.wait_for_function(KERNEL_IS_CONNECTED, timeout=60_000)
        page.evaluate(RUN_ALL)
        page.wait_for_selector(".ml-reveal >> nth=1", timeout=60_000)
        yield page
        page.close()


def test_controls_redraw_the_picture_and_guesses_are_compared(page):
    cells = page.locator(".jp-Cell").count()
    image = page.locator(".ml-explore img")

    def drawn(places):
        page.wait_for_selector(f".ml-explore[data-drawn='{places}']", timeout=20_000)
        return image.evaluate(PIXELS)

    pictures = [drawn("5,0,0")]
    page.get_by_label("height").focus()
    for key in ("ArrowRight", "a", "b", "d", "d", "x", "ArrowRight"):
        page.keyboard.press(key)
    pictures.append(drawn("7,0,0"))
    assert page.get_by_label("height").get_attribute("aria-valuetext") == "7"
    assert page.locator(".ml-explore [role=status]").inner_text() == "height 7"
    assert image.get_attribute("alt") == "height: 7, line: -, dotted: off"
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    pictures.append(drawn("7,1,0"))
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    pictures.append(drawn("7,1,1"))
    box = page.get_by_label("height").bounding_box()
    page.mouse.click(box["x"] + 3, box["y"] + box["height"] / 2)  # the slider's left end
    pictures.append(drawn("0,1,1"))
    assert page.locator(".ml-explore [role=status]").inner_text() == "height 0"
    assert len(set(pictures)) == 5
    assert page.locator(".jp-Cell").count() == cells

    answers = page.locator(".ml-reveal")
    assert answers.nth(0).inner_text().startswith("Note your guess above first.")
    page.get_by_role("radio", name="low").focus()
    page.keyboard.press("Space")
    page.wait_for_selector(".ml-predict[data-guess=low]")
    page.get_by_text("Your guess: low. Answer: high. It is.").wait_for(timeout=20_000)
    page.get_by_role("radio", name="high").click()
    page.get_by_text("Your guess: high. Right! Answer: high. It is.").wait_for(timeout=20_000)
    answers.nth(1).get_by_role("button").press("Enter")
    assert answers.nth(1).inner_text() == "Answer: 1 lines."
    page.get_by_role("spinbutton").focus()
    page.keyboard.press("3")
    page.get_by_text("Your guess: 3 lines. Answer: 1 lines.").wait_for(timeout=20_000)
