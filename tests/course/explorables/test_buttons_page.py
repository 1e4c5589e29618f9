"""Buttons of an explorable in a browser, by mouse and by keyboard."""

from __future__ import annotations

import json
from pathlib import Path

from memorylab_course import explorables

HEADER = {
    "width": 400,
    "controls": [
        {"kind": "buttons", "label": "write to", "texts": ["A", "B", "C"], "most": 4},
        {"kind": "switch", "label": "sharp", "texts": ["off", "on"]},
    ],
}
# In place of Jupyter: a model whose kernel draws at once.
MODEL = """
const handlers = {};
window.state = { kind: "explore", header: HEADER, places: [[2], 1], drawn: [[2], 1],
  picture: new Uint8Array(), text: "", problem: "" };
const model = {
  get: (name) => state[name],
  set: (name, value) => { state[name] = value; handlers["change:" + name]?.(); },
  save_changes: () => { state.drawn = state.places; handlers["change:drawn"]?.(); },
  on: (event, handler) => (handlers[event] = handler),
};
render({ model, el: document.body });
"""


def test_buttons_add_and_undo_by_mouse_and_keyboard(browser):
    script = Path(explorables.__file__).with_name("explorables.js").read_text(encoding="utf-8")
    script = script.replace("export default { render };", "")
    page = browser.new_page()
    page.set_content(
        f"<script type=module>{script}{MODEL.replace('HEADER', json.dumps(HEADER))}</script>"
    )

    def pressed():
        return page.evaluate("state.places")[0]

    button = page.get_by_role("group", name="write to").get_by_role("button", name="A", exact=True)
    button.click()
    assert pressed() == [2, 0]
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert pressed() == [2, 0, 0, 1]
    assert page.locator("output").inner_text() == "C, A, A, B (at most 4)"
    assert page.locator("img").get_attribute("alt") == "write to: C, A, A, B, sharp: on"
    assert button.is_disabled()
    page.get_by_role("button", name="undo").focus()
    for _ in range(5):
        page.keyboard.press("Space")
    assert pressed() == []
    assert page.locator("output").inner_text() == "none"
    page.close()
