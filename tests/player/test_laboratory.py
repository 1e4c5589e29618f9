"""The reader changes a model's run in the page, and Python says the same of it."""

import numpy as np
import pytest
import torch
from page_tools import LAYOUT_PROBLEMS

from memorylab.memory import DNC
from memorylab.memory.dnc import ablate
from memorylab.memory.dnc.trace import DNCTrace
from memorylab.player import MemoryPlayer
from memorylab.tasks import Copy, KeyValueRecall

TASK = Copy(word_size=3)
WORDS = ["101", "010", "110"]


def make_model(num_read_heads=2, num_locations=4, task=TASK):
    torch.manual_seed(0)
    sizes = {"num_locations": num_locations, "word_size": 5, "num_read_heads": num_read_heads}
    model = DNC(task.input_size, task.output_size, hidden_size=12, **sizes)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(4)  # or nothing that is changed would change a bit
    return model


def live(model=None, words=WORDS, task=TASK, **options):
    model = make_model(task=task) if model is None else model
    return MemoryPlayer(model, task.make(words), task=task, **options)


def count_wrong(text, model=None):
    """Return what Python finds, by the model itself."""
    batch = TASK.make(WORDS)
    trace = DNCTrace.record(
        make_model() if model is None else model,
        batch.input[0],
        batch.target[0],
        disturbance=text,
        make=TASK.make,
    )
    asked = trace.mask.astype(bool) if "mask" in trace else batch.mask[0].numpy()
    wrong = (trace.output > 0) != (trace.target > 0.5)
    return {"wrong": int(wrong[asked].sum()), "asked": int(wrong[asked].size)}


IDLE = """() => {
  const { wanted, timer } = document.querySelector(".memory-player").player.laboratory;
  return !wanted && !timer;
}"""


def frames(page):
    """Wait until all that was asked for is drawn, and the address is up to date."""
    page.wait_for_function(IDLE)


def text_of(page):
    frames(page)
    return page.evaluate("decodeURIComponent(location.hash.slice(1))")


def error_of(page):
    data = page.locator(".mp-error").evaluate("(node) => ({ ...node.dataset })")
    return {key: int(value) for key, value in data.items()}


def act(page, name):
    page.locator(f".mp-lab [data-action={name}]").first.click()


def open_more(page):
    act(page, "more")


def write_line(page, line):
    field = page.locator(".mp-lab input[type=text]")
    field.fill(line)
    field.press("Enter")
    frames(page)


def test_by_mouse(visit):
    page = visit(live(t=3), level="simple")
    assert error_of(page) == count_wrong("")
    page.get_by_label("word 2, bit 1").click()
    assert text_of(page) == "words=101,110,110"
    assert error_of(page) == count_wrong("words=101,110,110")
    act(page, "undo")
    point = page.locator("[data-panel=memory]").first
    box = point.bounding_box()
    point.click(position={"x": 5, "y": box["height"] * 2.5 / 4})
    button = page.locator(".mp-lab [data-action=wipe]")
    assert button.inner_text() == "Wipe location 3 at step 3"
    button.click()
    wiped = text_of(page)
    row = int(wiped[len("memory[")])
    assert wiped == f"memory[{row}]@3=0"
    entry = page.locator(".mp-edits li")
    assert entry.inner_text().startswith(f"at step 3: location 3 is wiped (memory[{row}])")
    page.locator(".mp-lab").get_by_text("16", exact=True).click()
    assert text_of(page) == f"N=16;{wiped}"
    assert error_of(page) == count_wrong(f"N=16;{wiped}")
    entry.get_by_role("button").click()
    assert text_of(page) == "N=16"
    for expected in (f"N=16;{wiped}", wiped, ""):
        act(page, "undo")
        assert text_of(page) == expected
    act(page, "redo")
    assert text_of(page) == wiped
    act(page, "reset")
    assert text_of(page) == ""


def test_the_first_edit_leaves_the_focus_and_the_numbers_of_locations_alone(visit):
    page = visit(live(t=4))
    page.locator("[data-panel=memory]").first.focus()
    rows = page.locator(".mp-ticks-row").first.inner_text()
    page.keyboard.press("Delete")
    assert text_of(page) == "memory[0]@4=0"
    assert page.evaluate("document.activeElement.dataset.panel") == "memory"
    page.keyboard.press("Control+z")
    assert text_of(page) == ""
    assert page.locator(".mp-ticks-row").first.inner_text() == rows


def test_by_keyboard(visit):
    page = visit(live(t=4))
    page.locator(".mp-bits [tabindex='0']").focus()
    for key in ("ArrowRight", "ArrowDown", "Space"):
        page.keyboard.press(key)
    assert text_of(page) == "words=101,000,110"
    page.keyboard.press("Control+z")
    assert text_of(page) == ""
    page.keyboard.press("Control+Shift+Z")
    assert text_of(page) == "words=101,000,110"
    page.locator("[data-panel=memory]").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Delete")
    assert text_of(page) == "words=101,000,110;memory[1]@4=0"
    page.locator("[data-panel=link]").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Delete")
    assert text_of(page).endswith(";link[0,1]@4=0")
    page.locator(".mp-lab [data-action=more]").press("Enter")
    target = page.get_by_label("what to hold")
    target.select_option(label="write gate")
    slider = page.locator(".mp-lab input[type=range]")
    slider.focus()
    slider.press("Home")
    assert text_of(page).endswith(";link[0,1]@4=0;write_gate@4=0")
    slider.press("End")
    slider.press("ArrowLeft")
    expected = "words=101,000,110;memory[1]@4=0;link[0,1]@4=0;write_gate@4=0.99"
    assert text_of(page) == expected
    assert error_of(page) == count_wrong(expected)
    page.locator(".mp-lab [data-action=release]").press("Enter")
    assert "write_gate" not in text_of(page)
    page.locator(".mp-lab [data-action=locations]").nth(2).press("Space")
    assert text_of(page).startswith("N=64;")
    assert page.evaluate("document.activeElement.textContent") == "64"
    page.locator(".mp-edits button").last.press("Enter")
    frames(page)
    assert page.evaluate("document.activeElement.dataset.action") == "remove"


def test_the_error_is_that_of_python_for_the_same_text(visit):
    page = visit(live())
    open_more(page)
    texts = [
        "write_gate=0",
        "write_gate@2-=0",
        "memory[2]@3=0;memory[1,4]@5-=2",
        "link@4-=0",
        "usage=0",
        "write_content_weighting=0;read_content_weighting=0",
        "read_weighting[1]@4-=0",
        "read_modes[0]=0;read_modes[0,2]=1",
        "read_strengths[0]=9",
        "input[1]@0=1",
        "output[1]@5=3",
        "N=1",
        "N=7;memory[6]@2=-1",
        "words=111,000,101,010",
    ]
    found = {}
    for text in texts:
        write_line(page, text)
        assert text_of(page) == text
        found[text] = error_of(page)
    assert found == {text: count_wrong(text) for text in texts}
    assert len({error["wrong"] for error in found.values()}) > 2


def test_read_modes_and_content_are_changed_together(visit):
    page = visit(live(t=5))
    open_more(page)
    page.get_by_label("what to hold").select_option(label="read modes of head 1 forward")
    page.get_by_label("when").select_option("from this step on")
    page.get_by_label("value as a number").fill("0.5")
    assert text_of(page) == "read_modes[1]@5-=0.25;read_modes[1,2]@5-=0.5"
    page.get_by_label("what to silence").select_option("content")
    act(page, "silence")
    frames(page)
    said = page.locator(".mp-edits li").all_inner_texts()
    assert [line.split("\n")[0].strip("×") for line in said] == [
        "from step 5 on: head 1 reads forward with 0.5, the other ways with 0.25",
        "from step 5 on: nothing is found by content",
    ]
    page.locator(".mp-edits button").first.click()
    expected = "write_content_weighting@5-=0;read_content_weighting@5-=0"
    assert text_of(page) == expected


def test_a_drag_is_undone_at_once_and_numbers_out_of_range_are_refused(visit):
    page = visit(live(t=2))
    open_more(page)
    page.get_by_label("what to hold").select_option(label="write gate")
    slider = page.locator(".mp-lab input[type=range]")
    box = slider.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
    page.mouse.down()
    for part in (0.3, 0.5, 0.9):
        page.mouse.move(box["x"] + part * box["width"], box["y"] + box["height"] / 2)
        page.wait_for_timeout(30)
    page.mouse.up()
    assert text_of(page).startswith("write_gate@2=0.")
    page.locator(".mp-lab [data-action=undo]").click()
    assert text_of(page) == ""
    page.get_by_label("value as a number").fill("1.5")
    assert text_of(page) == ""


def test_an_address_and_a_line_of_python_bring_the_same(visit, tmp_path):
    text = "N=8;words=111,010;memory[2]@1=0"
    page = visit(live())
    page.evaluate(f"location.hash = {text!r}")
    frames(page)
    assert error_of(page) == count_wrong(text)
    again = page.context.new_page()
    again.goto(page.evaluate("location.href"))
    again.wait_for_selector("[data-ready]")
    assert text_of(again) == text
    assert error_of(again) == count_wrong(text)
    again.close()  # a page behind another draws no frames
    page.bring_to_front()
    open_more(page)
    act(page, "reset")
    write_line(page, f'MemoryPlayer(model, input, task=task, disturbance="{text}")')
    assert text_of(page) == text
    given = visit(live(disturbance=text))
    assert error_of(given) == count_wrong(text)
    assert given.locator(".mp-count").inner_text() == "2 words"
    given.evaluate("location.hash = '%'")
    given.get_by_role("alert").get_by_text("can't be read behind its '#': #%").wait_for()
    assert error_of(given) == count_wrong(text)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("write_gate", "'write_gate' can't be read."),
        ("write_gate=nan", "can't be read."),
        ("write_gate=2", "its value must be in [0, 1], but it is 2."),
        ("memory[4]=0", "the index 4 is out of range: it must be 0 to 3"),
        ("memory@7=0", "step 7 is out of range: the run has the steps 0 to 6."),
        ("words=10", "Each word must have 3 bits, but one is '10'."),
        ("N=0", "N must be at least 1, got 0."),
        ("options=sign:1", "no environment here that could begin an episode with options."),
        ("memory=1e308", "to NaN or infinity at step"),
    ],
)
def test_a_bad_line_gets_a_message_and_changes_nothing(visit, line, message):
    page = visit(live())
    page.locator(".mp-bits button").first.click()
    before = text_of(page)
    open_more(page)
    write_line(page, line)
    assert message in page.get_by_role("alert").inner_text()
    assert text_of(page) == before
    page.keyboard.press("Escape")
    page.locator(".mp-controls [data-action=forward]").click()
    # The line stays, to be mended, until something else is changed.
    field = page.locator(".mp-lab input[type=text]")
    assert field.input_value() == line
    act(page, "undo")
    frames(page)
    assert field.input_value() == ""
    with pytest.raises(ValueError):  # noqa: PT011  # the message is tested with the text
        live().disturbance = line


def test_the_undisturbed_run_stands_beside_it(visit):
    page = visit(live(disturbance="write_gate@2-=0"))
    assert f"undisturbed: {count_wrong('')['wrong']}" in page.locator(".mp-error").inner_text()
    act(page, "compare")
    frames(page)
    assert page.locator(".mp-view h3").all_inner_texts() == ["disturbed", "undisturbed"]
    page.locator("[data-action=difference]").click()
    assert page.locator("[data-difference]").count() == 1
    act(page, "undo") if page.locator("[data-action=undo]").is_enabled() else act(page, "reset")
    frames(page)
    assert page.locator(".mp-view").count() == 1


@pytest.mark.parametrize("words", [["1"], ["1", "0"]])
def test_the_smallest_memory_and_one_step(visit, words):
    task = Copy(word_size=1)
    model = make_model(num_read_heads=1, num_locations=1, task=task)
    page = visit(live(model, words, task))
    page.locator(".mp-bits button").first.click()
    assert text_of(page).startswith("words=0")
    step = visit(MemoryPlayer(model, np.ones((1, 2), np.float32)))
    assert step.locator(".mp-bits").count() == 0
    open_more(step)
    write_line(step, "memory[0]@0=0")
    assert text_of(step) == "memory[0]@0=0"


def test_words_grow_shrink_and_stay_distinct(visit):
    task = KeyValueRecall(word_size=2, max_pairs=4)
    page = visit(live(make_model(task=task), ["00", "01", "10", "11"], task))
    assert page.locator(".mp-count").inner_text() == "2 pairs"
    act(page, "longer")
    act(page, "longer")
    words = text_of(page).removeprefix("words=").split(",")
    assert len(words) == 8
    assert sorted(words[::2]) == ["00", "01", "10", "11"]
    assert page.locator("[data-action=longer]").is_disabled()
    page.get_by_label("word 1, bit 1").click()
    frames(page)
    assert "No two keys may be alike" in page.get_by_role("alert").inner_text()
    act(page, "fewer")
    assert len(text_of(page).split(",")) == 6


def test_python_reads_and_sets_what_is_changed():
    player = live()
    assert player.disturbance == ""
    assert player.error == count_wrong("")
    player.disturbance = " write_gate@2- = 0 "
    assert player.disturbance == "write_gate@2-=0"
    assert player.error == count_wrong("write_gate@2-=0")
    player.disturbance = None
    assert player.disturbance == ""
    player.disturbance = "words=111,000,111,000"
    assert player.num_steps == 9
    player.t = 8
    assert live(disturbance="link=0").error == live(ablate(make_model(), "links")).error


def test_a_recorded_run_has_no_disturbance_and_no_error():
    batch = TASK.make(WORDS)
    player = MemoryPlayer(DNCTrace.record(make_model(), batch.input[0]))
    with pytest.raises(AttributeError, match="A recorded run can't be disturbed"):
        player.disturbance = "link=0"
    with pytest.raises(AttributeError, match="Of a recorded run, compare"):
        _ = player.error
    with pytest.raises(ValueError, match="Without a task nobody can say what is wrong"):
        _ = MemoryPlayer(make_model(), batch.input[0]).error
    with pytest.raises(ValueError, match="can't build this input from words"):
        MemoryPlayer(make_model(), batch.input[0] + 1, task=TASK)


@pytest.mark.parametrize("width", [360, 900, 1400])
def test_nothing_overlaps_or_leaves_the_page(visit, width):
    text = "N=16;memory[3]@2=0;link@3-=0;write_gate@1=0"
    page = visit(live(disturbance=text), width, level="simple")
    assert page.evaluate(LAYOUT_PROBLEMS) == []
    open_more(page)
    write_line(page, "write_gate=2")
    assert page.evaluate(LAYOUT_PROBLEMS) == []


def test_the_grid_says_which_bit_is_the_first(visit):
    page = visit(live(), 900, level="simple")
    ends = page.locator(".mp-bits-ends span")
    assert ends.all_inner_texts() == ["bit 1", "bit 3"]
    for end, bit in zip(ends.all(), (1, 3), strict=True):
        [label, cell] = end.bounding_box(), page.get_by_label(f"word 1, bit {bit}").bounding_box()
        assert abs(label["y"] + label["height"] / 2 - cell["y"] - cell["height"] / 2) < 4


def test_the_laboratory_fits_on_the_first_screen(visit):
    task = Copy()
    words = task.sample(1, torch.Generator().manual_seed(0))
    model = make_model(num_read_heads=1, num_locations=16, task=task)
    page = visit(MemoryPlayer(model, words, task=task), 900, level="simple", height=620)
    assert page.locator(".mp-bits button").count() > 0
    assert page.evaluate("document.documentElement.scrollHeight") <= 620


def test_weights_of_another_shape_get_a_message_in_the_page(browser, tmp_path):
    player = live()
    player.header["model"]["sizes"]["word"] = 7
    page = browser.new_page()
    page.goto(player.to_html(tmp_path / "page.html").as_uri())
    message = page.get_by_role("alert").inner_text()
    assert message.startswith("The weights 'cell.interface.weight' must be [")
    assert message.endswith("they are those of a model of other sizes.")
    page.close()


@pytest.mark.parametrize("clipboard", [True, False])
def test_the_line_for_python_is_copied_or_selected_to_copy(visit, clipboard):
    # Some browsers and frames have no clipboard for scripts.
    write = "async (text) => { window.copied = text; }" if clipboard else "undefined"
    script = f"Object.defineProperty(navigator.clipboard, 'writeText', {{ value: {write} }});"
    page = visit(live(disturbance="link@2-=0"), script=script)
    open_more(page)
    act(page, "copy")
    line = 'MemoryPlayer(model, input, task=task, disturbance="link@2-=0")'
    if clipboard:
        page.get_by_role("status").get_by_text("copied").wait_for()
        assert page.evaluate("window.copied") == line
    else:
        page.get_by_role("status").get_by_text("press Ctrl+C to copy").wait_for()
        assert page.evaluate("getSelection().toString()") == line
