"""The widget in JupyterLab and in Notebook 7."""

from urllib.parse import urlsplit

import numpy as np
import pytest
from player_examples import record

from tests.jupyter_pages import APPLICATIONS, KERNEL_IS_CONNECTED, RUN_ALL, serve, wait_for

PROGRAM = """
from pathlib import Path
from memorylab.memory.dnc.trace import DNCTrace
from memorylab.player import MemoryPlayer

player = MemoryPlayer(DNCTrace.load("run.npz"), t=2, level="everything")
player.widget.observe(lambda change: Path("seen.txt").write_text(str(change["new"])), "t")

def scored(change):
    Path("score.txt").write_text(str(player.quiz_score))

player.widget.observe(scored, "quiz_asked")
player
"""
LABORATORY = """
from pathlib import Path
import torch
from memorylab.memory import DNC
from memorylab.player import MemoryPlayer
from memorylab.tasks import Copy

torch.manual_seed(0)
task = Copy(word_size=3)
model = DNC(4, 3, hidden_size=8, num_locations=4, word_size=3)
player = MemoryPlayer(model, task.make(["101", "010", "110"]), task=task, level="simple")

def told(change):
    if change["new"] == "write_gate@2-=0":
        return  # said by this kernel
    Path("seen.txt").write_text(f"{player.disturbance} {player.error['wrong']}")
    player.disturbance = "write_gate@2-=0"

player.widget.observe(told, "disturbance")
player
"""
GAME = """
from pathlib import Path
from memorylab.player import TMazeGame

game = TMazeGame(corridor_length=2, seed=0)
game.widget.observe(lambda change: Path("seen.txt").write_text(str(game.scores["start"])), "scores")
game
"""


def record_clear_writes():
    """Return a run in which each step writes to one location, newly allocated."""
    write = np.tile(0.9 * np.eye(8), (2, 1))[:12]
    return record().with_arrays(
        write_weighting=write, allocation_weighting=write, allocation_gate=np.ones(12)
    )


@pytest.fixture(params=APPLICATIONS)
def server(request, tmp_path):
    """A server with a notebook that plays a run: its address and its folder."""
    programs = {"play": PROGRAM, "laboratory": LABORATORY, "game": GAME}
    with serve(request.param, tmp_path, programs) as (address, folder):
        record_clear_writes().save(folder / "run.npz")
        yield address, folder


def test_scrubbing_by_key_and_mouse_playing_and_pointing(browser, server):
    url, folder = server
    trace = record_clear_writes()
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    page = context.new_page()
    errors, hosts = [], set()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda sent: hosts.add(urlsplit(sent.url.removeprefix("blob:")).hostname))
    page.goto(url)
    page.wait_for_function(KERNEL_IS_CONNECTED, timeout=60_000)
    errors.clear()  # Notebook 7.6 stumbles once by itself while it loads.
    page.evaluate(RUN_ALL)
    root = page.locator(".memory-player[data-ready=true]")
    root.wait_for(timeout=60_000)
    cells = page.locator(".jp-Cell").count()

    def pixels():
        return root.locator("[data-panel=link]").evaluate(
            "(one) => one.getContext('2d').getImageData(0, 0, one.width, one.height).data.join()"
        )

    def kernel_saw(step):
        path = folder / "seen.txt"
        wait_for(lambda: path.exists() and path.read_text() == str(step), 20)

    assert root.get_attribute("data-step") == "2"
    before = pixels()
    root.locator("input[type=range]").focus()
    for key in ("ArrowRight", "ArrowRight", "."):
        page.keyboard.press(key)
    page.wait_for_selector(".memory-player[data-step='5']")
    assert pixels() != before
    kernel_saw(5)

    # Keys that insert, delete or move cells where they aren't held back.
    for key in ("a", "b", "d", "d", "j", "x", "Enter"):
        page.keyboard.press(key)
    assert page.locator(".jp-Cell").count() == cells

    box = root.locator("[data-panel='usage over time']").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 8.5 / 12, box["y"] + 5)
    page.wait_for_selector(".memory-player[data-step='8']")
    kernel_saw(8)

    link = root.locator("[data-panel=link]")
    box = link.bounding_box()
    link.hover(position={"x": box["width"] * 5.5 / 8, "y": box["height"] * 3.5 / 8})
    said = root.locator(".mp-value").inner_text()
    assert said.startswith("link[3, 5]")
    np.testing.assert_allclose(float(said.split(" = ")[1]), trace.link[8, 3, 5], rtol=1e-4)

    root.locator("[data-action=play]").click()
    page.wait_for_selector(".memory-player[data-playing=false][data-step='11']", timeout=20_000)
    kernel_saw(11)

    root.locator("[data-action=quiz]").focus()
    for key in ("Enter", "1", "Enter", "Enter"):  # step 1 writes to location 1, newly allocated
        page.keyboard.press(key)
    score = folder / "score.txt"
    wait_for(lambda: score.exists() and score.read_text() == "(1, 1)", 20)
    assert page.locator(".jp-Cell").count() == cells
    context.close()
    assert errors == []
    assert hosts == {"127.0.0.1"}


def test_the_reader_and_the_kernel_change_the_same_run(browser, server):
    url, folder = server
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.goto(url.replace("play.ipynb", "laboratory.ipynb"))
    page.wait_for_function(KERNEL_IS_CONNECTED, timeout=60_000)
    page.evaluate(RUN_ALL)
    root = page.locator(".memory-player[data-ready=true]")
    root.wait_for(timeout=60_000)
    address = page.url
    cells = page.locator(".jp-Cell").count()
    root.locator(".mp-bits [tabindex='0']").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    # The kernel hears of it, says how much is wrong by its own run, and changes something else.
    path = folder / "seen.txt"
    wait_for(lambda: path.exists() and path.read_text(), 20)
    text, wrong = path.read_text().rsplit(" ", 1)
    assert text == "words=111,010,110"
    root.locator(".mp-edits li").wait_for(timeout=20_000)
    said = root.locator(".mp-edits li").inner_text()
    assert said.startswith("from step 2 on: write gate is 0")
    page.keyboard.press("Control+z")
    root.locator(".mp-edits li").wait_for(state="detached", timeout=20_000)
    assert root.locator(".mp-error").get_attribute("data-wrong") == wrong
    assert page.locator(".jp-Cell").count() == cells
    assert page.url == address
    page.close()


def test_the_maze_is_played_by_key_and_python_knows_the_score(browser, server):
    url, folder = server
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    page = context.new_page()
    page.goto(url.replace("play.ipynb", "game.ipynb"))
    page.wait_for_function(KERNEL_IS_CONNECTED, timeout=60_000)
    page.evaluate(RUN_ALL)
    root = page.locator(".memory-player[data-ready=true]")
    root.wait_for(timeout=60_000)
    cells = page.locator(".jp-Cell").count()
    said = root.locator(".mp-game-said")
    sign = "left" if "left" in said.inner_text() else "right"
    root.locator(".mp-game-stage").click()
    for key in ("a", "b", "ArrowRight", "d", "d", "ArrowRight", "x"):
        page.keyboard.press(key)
    assert said.inner_text().startswith("You stand at the junction")
    page.keyboard.press("ArrowUp" if sign == "left" else "ArrowDown")
    assert said.inner_text().startswith(f"You turned {sign}, as the sign showed {sign}.")
    page.keyboard.press("Enter")
    assert said.inner_text().startswith("You stand 2 steps before the junction")
    assert page.locator(".jp-Cell").count() == cells
    path = folder / "seen.txt"
    wait_for(lambda: path.exists() and path.read_text() == "(1, 1)", 20)
    context.close()


def test_without_the_token_there_is_no_entry(browser, server):
    page = browser.new_page()
    page.goto(server[0].split("?")[0])
    assert page.locator("input[name=password]").count() > 0
    assert page.locator(".jp-Notebook").count() == 0
    page.close()
