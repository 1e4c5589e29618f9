"""A film of a training in the page: a second slider moves through its frames."""

import json
from pathlib import Path

import numpy as np
import pytest
from page_tools import LAYOUT_PROBLEMS, step_of
from player_examples import NODE, record, record_other, run_script

from memorylab.player import MemoryPlayer
from memorylab.training import Film

FILM = Film.load(Path(__file__).parents[2] / "notebooks" / "data" / "copy_film.npz")
LAST = len(FILM) - 1


def film_of(*traces, steps=None):
    """Return a film of some traces."""
    film = Film(traces[0].input)
    film.traces = list(traces)
    film.steps = [10 * i for i in range(len(traces))] if steps is None else steps
    return film


def wrong_bits(trace):
    asked = trace.mask.astype(bool)
    return int(((trace.output > 0) != (trace.target > 0.5))[asked].sum())


def told(page):
    return page.locator(".mp-film-told").inner_text()


def wait_until(page, condition):
    page.evaluate(f"""() => new Promise((done) => {{
      const {{ player }} = document.querySelector(".memory-player");
      const look = () => ({condition} ? done() : requestAnimationFrame(look));
      look();
    }})""")


# Along the diagonal below the main one, of the locations that the first eight steps wrote.
DIAGONAL = """() => {
  const { player } = document.querySelector(".memory-player");
  const value = player.board.front.panels.find(({ name }) => name === "link").cells(player.step);
  let sum = 0;
  for (let row = 0; row < 7; row++) sum += value(row + 1, row) / 7;
  return sum;
}"""


@pytest.mark.parametrize("width", [900, 360])
def test_the_links_diagonal_appears_through_training(visit, width):
    page = visit(MemoryPlayer(FILM, t=8), width, "everything", height=640)
    assert told(page) == f"training step 250 · {wrong_bits(FILM.traces[-1])} of 64 bits wrong"
    assert page.evaluate(DIAGONAL) > 0.9
    legend = page.locator(".mp-legend").first.inner_text()
    page.get_by_label("training", exact=True).locator("input").focus()
    page.keyboard.press("Home")
    assert told(page) == f"training step 0 · {wrong_bits(FILM.traces[0])} of 64 bits wrong"
    assert page.evaluate(DIAGONAL) < 0.2
    assert page.locator(".mp-legend").first.inner_text() == legend  # the same colours
    assert page.evaluate(LAYOUT_PROBLEMS) == []
    page.keyboard.press("ArrowRight")
    assert told(page).startswith("training step 10 ")
    assert step_of(page) == 8
    # Each frame has its own order of first writes.
    page.get_by_role("button", name="simple").click()
    page.get_by_role("button", name="everything").click()
    page.locator(".mp-film input").focus()
    page.keyboard.press("End")
    assert page.evaluate(DIAGONAL) > 0.9


def test_the_page_says_how_the_frames_compare(visit):
    colours = "All frames have the same colours: early ones are pale because their numbers are"
    colours += " small."
    rows = " Each has its own order of rows, that of its first writes."
    page = visit(MemoryPlayer(FILM, order="slot"), 900, "everything")
    assert page.locator(".mp-film-about").inner_text() == colours
    page.get_by_role("button", name="simple").click()
    assert page.locator(".mp-film-about").inner_text() == colours + rows
    page = visit(MemoryPlayer(FILM), 900, "everything")
    assert page.locator(".mp-film-about").inner_text() == colours + rows
    page = visit(MemoryPlayer(film_of(record_other("gru"), record_other("gru", seed=1))), 900)
    assert page.locator(".mp-film-about").inner_text() == colours


def test_shift_and_arrow_keys_move_through_training_from_anywhere(visit):
    page = visit(MemoryPlayer(FILM, t=8), 900, "simple", height=640)
    page.locator("[data-panel=memory]").focus()
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Shift+ArrowLeft")
    assert told(page).startswith("training step 230 ")
    assert page.evaluate("document.activeElement.dataset.panel") == "memory"
    assert step_of(page) == 8
    page.keyboard.press("Shift+ArrowRight")
    frame = "document.querySelector('.memory-player').player.film.frame"
    assert page.evaluate(frame) == LAST - 1
    wait_until(page, f"player.model.get('frame') === {LAST - 1}")
    page.locator("[data-action=forward]").click()
    assert step_of(page) == 9
    assert told(page).startswith("training step 240 ")


def test_training_is_played_from_its_beginning(visit):
    page = visit(MemoryPlayer(FILM, t=16), 900, "simple", height=620)
    page.get_by_role("button", name="Play through training").click()
    assert told(page).startswith("training step 0 ")
    wait_until(page, "player.film.frame >= 3")
    page.get_by_role("button", name="Pause the training").click()
    assert not page.evaluate("document.querySelector('.memory-player').player.film.playing")
    # On one screen, and the simple level keeps its numbers.
    assert page.evaluate("document.documentElement.scrollHeight") <= 620


def test_the_tour_follows_the_film(visit):
    page = visit(MemoryPlayer(FILM), 900, "simple")
    page.locator("[data-action=tour]").click()
    page.keyboard.press("ArrowRight")
    assert "2 of 8" in page.locator(".mp-said").inner_text()
    page.locator(".mp-film input").focus()
    page.keyboard.press("Home")
    # Before training the model has no clear example of anything.
    assert (
        "1 of 1" in page.locator(".mp-said").inner_text()
        or "2 of" in page.locator(".mp-said").inner_text()
    )
    # Nor of a write to ask about; but the button doesn't come and go.
    quiz = page.locator("[data-action=quiz]")
    assert quiz.is_disabled()
    assert quiz.get_attribute("title") == "No step of this frame is clear enough to ask about"
    page.keyboard.press("End")
    assert quiz.is_enabled()
    assert quiz.get_attribute("title") == "Which location is written or read next, and why?"


def test_a_film_of_a_memory_without_locations(visit):
    film = film_of(record_other("gru", seed=0), record_other("gru", seed=1))
    page = visit(MemoryPlayer(film), 900, "everything")
    shown = """() => Array.from(document.querySelector(".memory-player").player.runs[0].at(
      "output", 3))"""
    np.testing.assert_allclose(page.evaluate(shown), film.traces[1].output[3], rtol=1e-6)
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+ArrowLeft")
    np.testing.assert_allclose(page.evaluate(shown), film.traces[0].output[3], rtol=1e-6)
    assert told(page) == "training step 0"


def test_labels_are_shown_as_they_are(visit):
    class Named(Film):
        labels = ("<b>$x_1$</b>", "</script>\ud800")

    film = film_of(record(seed=0), record(seed=1))
    film.__class__ = Named
    player = MemoryPlayer(film)
    assert player.film_strip()
    page = visit(player, 900, "simple")
    assert told(page) == "training </script>\ufffd"
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+ArrowLeft")
    assert told(page) == "training <b>$x_1$</b>"


@pytest.mark.skipif(NODE is None, reason="needs Node.js (`node`) in the PATH")
def test_each_frame_in_the_page_is_its_trace(tmp_path):
    whole = record(seed=2)
    whole = whole.with_arrays(memory=whole.memory + 1)  # which follows from nothing
    film = film_of(record(seed=0), whole, record(seed=1))
    code = """
    const frames = script.read(header, block).frames.map(({ run }) => run);
    return frames.map((run) => ({ order: run.order, arrays: Object.fromEntries(
      Object.keys(run.arrays).map((name) => [name, run.at(name, 7)])) }));
    """
    player = MemoryPlayer(film)
    for found, trace in zip(run_script(tmp_path, player, code), film.traces, strict=True):
        assert found["arrays"].keys() == trace.arrays.keys()
        for name, values in found["arrays"].items():
            np.testing.assert_allclose(values, trace[name][7].ravel(), atol=1e-6, err_msg=name)
        first = trace.write_weighting[0].argmax()
        assert found["order"][0] == first or trace.write_weighting[0].max() < 0.1


def test_a_film_of_26_frames_is_a_small_page(tmp_path):
    player = MemoryPlayer(FILM)
    assert len(FILM) == 26
    assert player.to_html(tmp_path / "film.html").stat().st_size < 1_000_000
    assert len(player.data) + len(json.dumps(player.header)) < 400_000


def test_the_frame_is_that_of_the_widget():
    player = MemoryPlayer(FILM)
    assert player.frame == LAST
    player.frame = 3
    assert player.widget.frame == 3
    player.widget.frame = 5  # as the page does
    assert player.frame == 5
    assert "26 frames of a training" in repr(player)


@pytest.mark.parametrize(
    ("frame", "error", "message"),
    [
        (26, ValueError, "frame must be from 0 to 25, but is 26"),
        (-1, ValueError, "frame must be from 0 to 25, but is -1"),
        (1.5, TypeError, "float"),
    ],
)
def test_a_frame_that_is_not_there(frame, error, message):
    player = MemoryPlayer(FILM)
    with pytest.raises(error, match=message):
        player.frame = frame


def test_what_is_no_film_has_no_frames():
    player = MemoryPlayer(record())
    with pytest.raises(AttributeError, match="Only a film has frames"):
        player.frame  # noqa: B018
    with pytest.raises(AttributeError, match="Only a film has frames"):
        player.frame = 0


def test_films_that_cannot_be_played():
    with pytest.raises(ValueError, match="This film is empty"):
        MemoryPlayer(Film(FILM.input))
    with pytest.raises(TypeError, match="A film is played alone"):
        MemoryPlayer(FILM, compare=FILM.traces[0])
