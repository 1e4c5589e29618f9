"""The T-maze to play: by keyboard and by buttons, in a page and from Python."""

import base64
import io
import re

import numpy as np
import pytest
from page_tools import LAYOUT_PROBLEMS
from PIL import Image

from memorylab.player import TMazeGame


def state(page):
    """Return the picture's sentence, and what is said beside it."""
    label = page.locator(".mp-game-picture svg").get_attribute("aria-label")
    return label, page.locator(".mp-game-said").inner_text()


def press(page, *keys):
    page.locator(".mp-game-stage").focus()
    for key in keys:
        page.keyboard.press(key)


def seen(page):
    """Return what an agent would get to see: names → 0 or 1."""
    texts = page.locator(".mp-game-eyes span").all_inner_texts()
    return {text[:-2]: int(text[-1]) for text in texts}


def score(page, sight):
    return page.locator(f"[data-sight={sight}] td").first.inner_text()


def go_to_the_junction(page):
    while not seen(page)["junction"]:
        press(page, "ArrowRight")


def sign_of(page):
    return re.search("sign show(?:s|ed) (left|right)", state(page)[0])[1]


TURN = {"left": "ArrowUp", "right": "ArrowDown"}


@pytest.fixture
def play(visit):
    return lambda *given, width=900, **options: visit(
        TMazeGame(*given, seed=3, **options), width, level=None
    )


def test_who_remembers_the_sign_turns_correctly(play):
    page = play()
    signs = set()
    for number in range(1, 6):
        sign = sign_of(page)
        signs.add(sign)
        assert seen(page) == {
            **{"sign left": int(sign == "left"), "sign right": int(sign == "right")},
            **{"corridor": 1, "junction": 0},
        }
        press(page, "ArrowRight")
        # From then on nothing on the page tells it.
        assert "the sign is out of sight" in state(page)[0]
        assert page.locator(".mp-game-picture text", has_text="?").count() == 1
        go_to_the_junction(page)
        assert not seen(page)["sign left"] | seen(page)["sign right"]
        press(page, TURN[sign])
        expected = f"You turned {sign}, as the sign showed {sign}."
        assert state(page) == (expected, f"{expected} Correct: reward 1. Enter begins a new round.")
        assert score(page, "start") == f"{number} of {number}"
        press(page, "Enter")
        assert page.locator(".memory-player").get_attribute("data-outcome") == ""
    assert signs == {"left", "right"}


def test_the_other_turn_is_wrong(play):
    page = play()
    sign = sign_of(page)
    go_to_the_junction(page)
    other = {"left": "right", "right": "left"}[sign]
    press(page, TURN[other])
    assert state(page)[1].startswith(f"You turned {other}, but the sign showed {sign}. Wrong:")
    assert score(page, "start") == "0 of 1"
    press(page, "ArrowRight")
    assert state(page)[1].endswith("Enter begins a new round.")
    assert score(page, "start") == "0 of 1"


def test_without_the_sign_half_of_the_turns_are_correct(play):
    page = play("never", corridor_length=1)
    outcomes = []
    for _ in range(20):
        assert "the sign is out of sight" in state(page)[0]
        press(page, "ArrowRight")
        assert "the sign is out of sight" in state(page)[0]
        press(page, "ArrowUp")
        outcomes.append(page.locator(".memory-player").get_attribute("data-outcome"))
        assert f"{outcomes.count('correct')} of {len(outcomes)}" == score(page, "never")
        press(page, "Enter")
    assert 4 <= outcomes.count("correct") <= 16
    assert page.locator("[data-sight=never]").inner_text().endswith("by chance, 10")


def test_all_the_time_in_sight_it_is_told_at_the_junction(play):
    page = play("always", corridor_length=2)
    go_to_the_junction(page)
    sign = sign_of(page)
    assert seen(page)[f"sign {sign}"] == 1
    press(page, TURN[sign])
    assert score(page, "always") == "1 of 1"
    assert score(page, "start") == "–"
    page.locator("[data-action=sight-never]").click()
    assert "the sign is out of sight" in state(page)[0]
    assert page.locator(".mp-game-stage").evaluate("(one) => one === document.activeElement")


def test_buttons_play_and_walls_cost(play):
    page = play(corridor_length=1)
    sign = sign_of(page)
    page.locator("[data-action=left]").click()
    said = "You stand 1 step before the junction; the sign is out of sight. A wall: this costs 0.1."
    assert state(page)[1] == f"{said} 3 steps are left."
    page.locator("[data-action=forward]").click()
    page.locator("[data-action=forward]").click()
    said = "You stand at the junction; the sign is out of sight. A wall: this costs 0.1."
    assert state(page)[1] == f"{said} 1 step is left."
    page.locator(f"[data-action={sign}]").click()
    assert score(page, "start") == "1 of 1"
    page.locator("[data-action=new]").click()
    assert "the sign shows" in state(page)[0]


def test_a_round_tells_its_steps_at_the_start_and_near_the_end(play):
    page = play(corridor_length=2)
    told = [state(page)[1]]
    for _ in range(7):
        press(page, "ArrowUp")
        told.append(state(page)[1])
    assert told[0].endswith("You have 8 steps.")
    assert not any("left" in text for text in told[:3])
    assert told[3].endswith("5 steps are left.")
    assert told[7].endswith("1 step is left.")


def test_nothing_covers_the_maze(play):
    page = play(width=360)
    stage, picture = page.locator(".mp-game-stage"), page.locator(".mp-game-picture")

    def room():
        return stage.bounding_box()["height"] - picture.bounding_box()["height"]

    before = room()
    assert before >= 18  # for the hint, below the picture
    stage.focus()
    assert room() == before  # nothing jumps


def test_time_runs_out(play):
    page = play(corridor_length=1)
    press(page, *["ArrowUp"] * 4)
    label, said = state(page)
    assert label.endswith("Your time is up.")
    assert said.endswith("Too late. Enter begins a new round.")
    assert score(page, "start") == "0 of 1"


def test_keys_are_kept_from_jupyter_and_from_the_page(play):
    page = play()
    page.evaluate("""() => {
      window.heard = [];
      document.addEventListener("keydown", (event) => window.heard.push(event.key));
    }""")
    press(page, "ArrowRight", "ArrowDown", "ArrowUp", "Enter", "x", "Control+ArrowRight")
    assert page.evaluate("window.heard") == ["x", "Control", "ArrowRight"]
    taken = page.locator(".mp-game-stage, .memory-player button")
    assert taken.evaluate_all("(all) => all.every((one) => one.dataset.lmSuppressShortcuts)")


def test_a_seed_repeats_the_mazes(play):
    labels = []
    for _ in range(2):
        page = play()
        labels.append([])
        for _ in range(4):
            labels[-1].append(state(page)[0])
            press(page, "Enter")
    assert labels[0] == labels[1]
    assert len(set(labels[0])) > 1


@pytest.mark.parametrize("width", [360, 900])
def test_nothing_overlaps_or_leaves_the_page(play, width):
    page = play(width=width)
    problems = page.evaluate(LAYOUT_PROBLEMS)
    go_to_the_junction(page)
    press(page, "ArrowUp")
    assert problems + page.evaluate(LAYOUT_PROBLEMS) == []


def test_where_no_widget_runs_a_picture_stands_in():
    shown = {}
    for sign in ("start", "never"):
        data, _ = TMazeGame(sign)._repr_mimebundle_()
        assert data["text/plain"] == f"TMazeGame({sign!r}, corridor_length=(6, 10))"
        assert "text/html" not in data
        assert "application/vnd.jupyter.widget-view+json" in data
        shown[sign] = np.array(Image.open(io.BytesIO(base64.b64decode(data["image/png"]))))
        assert shown[sign].shape == (160, 480, 3)
    sign_place = np.s_[8:46, 22:66]
    assert (shown["start"][sign_place] != shown["never"][sign_place]).any()


def test_the_score_is_read_from_python():
    game = TMazeGame(corridor_length=3, seed=1)
    assert repr(game) == "TMazeGame('start', corridor_length=(3, 3), seed=1)"
    assert game.scores == {"start": (0, 0), "always": (0, 0), "never": (0, 0)}
    game.widget.scores = {"start": [3, 4], "always": [0, 0], "never": [1, 2]}  # as the page does
    assert game.scores["start"] == (3, 4)


def test_what_cannot_be_played_is_said(tmp_path):
    with pytest.raises(ValueError, match=r"'nevr' is not a known time to see .* mean 'never'\?"):
        TMazeGame("nevr")
    with pytest.raises(ValueError, match="corridor_length must be a whole number of at least 1"):
        TMazeGame(corridor_length=0)
    with pytest.raises(TypeError, match=r"seed must be an integer, got 1\.5"):
        TMazeGame(seed=1.5)
    with pytest.raises(ValueError, match="seed must be at least 0, got -1"):
        TMazeGame(seed=-1)
    with pytest.raises(ValueError, match=r"ends in \.html, not 'game\.txt'"):
        TMazeGame().to_html(tmp_path / "game.txt")
