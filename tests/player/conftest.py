"""Pages with a player, in a real browser without a network."""

import pytest


@pytest.fixture
def visit(browser, tmp_path):
    """Open a player as a page of its own; afterwards, nothing has failed or asked for a network."""
    problems, contexts = [], []

    def said(text):
        # That is how these tests look, not how the player draws.
        if "Multiple readback operations" not in text:
            problems.append(text)

    def visit(player, width=1400, level="everything", height=900, script="", **options):
        path = player.to_html(tmp_path / f"{len(contexts)}.html")
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        context.set_offline(True)
        if level:  # the one that this reader chose last
            script += f"localStorage.setItem('memorylab-player-level', '{level}')"
        context.add_init_script(script)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: said(message.text))
        page.on("request", lambda request: problems.append(request.url))
        page.goto(path.as_uri())
        assert problems.pop(0) == path.as_uri()
        page.wait_for_selector("[data-ready]")
        return page

    yield visit
    for context in contexts:
        context.close()
    assert problems == []
