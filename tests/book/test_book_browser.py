"""The site in a real browser, that may ask nobody but the site itself."""

import runpy
from pathlib import Path

import pytest
from pages import is_player
from players import NOTES, PLAYERS, alive, place

from tools.table import row_named

GALLERY = Path(__file__).parents[2] / "notebooks" / "data" / "make_gallery.py"

pytestmark = pytest.mark.ray  # to document the agents, the build imports Ray

HASH = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.join();
}"""

# What reaches beyond the screen and doesn't stand in a box of its own that scrolls. The theme hides
# it, so that the width of the document alone tells nothing.
TOO_WIDE = """() => {
  const scrolls = (node) => node.tagName !== "ARTICLE" && (
    ["auto", "scroll"].includes(getComputedStyle(node).overflowX) || scrolls(node.parentElement));
  const beyond = (node) =>
    node.checkVisibility() && node.getBoundingClientRect().right > innerWidth + 1;
  return [...document.querySelectorAll("article *")]
    .filter((node) => beyond(node) && !scrolls(node.parentElement))
    .map((node) => node.tagName + " " + node.textContent.trim().slice(0, 40));
}"""


@pytest.fixture
def visit(browser, address):
    """Open a page of the book; afterwards, nothing has failed or asked another host."""
    problems, contexts = [], []

    def visit(path, width=1400, base=address, **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
        page.on("console", lambda message: said(page, message))
        page.on("requestfailed", lambda request: failed(request))
        page.on("response", lambda response: answered(response))
        page.on("request", lambda request: asked(request, base))
        page.goto(f"{base}/{path}")
        return page

    def said(page, message):
        # The first is how these tests look, not how the player draws.
        if message.type in ("error", "warning") and "readback operations" not in message.text:
            problems.append(f"{page.url}: {message.text}")

    def failed(request):
        # A page left early gives up what it was loading.
        if request.failure != "net::ERR_ABORTED":
            problems.append(f"failed: {request.url}")

    def answered(response):
        if response.status >= 400:
            problems.append(f"{response.status}: {response.url}")

    def asked(request, base):
        if not request.url.startswith((base, "data:", "blob:")):
            problems.append(f"elsewhere: {request.url}")

    yield visit
    for context in contexts:
        context.close()
    assert problems == []


def test_no_page_is_wider_than_a_phone(site, address, visit):
    page = visit("index.html", width=360)
    wide = []
    for path in sorted(site.rglob("*.html")):
        page.goto(f"{address}/{path.relative_to(site)}")
        wide += [f"{path.name}: {node}" for node in page.evaluate(TOO_WIDE)]
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path.name
    assert wide == []


@pytest.mark.parametrize("name", sorted(PLAYERS))
def test_players_scrub_by_key_and_by_mouse(visit, name):
    page = visit(f"course/{row_named(name).stem}.html")
    players = page.locator(".memory-player[data-ready=true]")
    players.nth(len(PLAYERS[name]) - 1).wait_for()
    assert players.count() == len(PLAYERS[name])
    # Games are players too, but have no memory to show.
    player = players.filter(has=page.locator("[data-panel=memory]")).first
    memory = player.locator("[data-panel=memory]").first
    before = memory.evaluate(HASH)
    player.locator("input[aria-label=step]").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    assert player.get_attribute("data-step") == "5"
    assert memory.evaluate(HASH) != before
    timeline = player.locator("[data-panel='write over time']").first
    timeline.click(position={"x": 2, "y": 2})
    assert player.get_attribute("data-step") == "0"
    assert memory.evaluate(HASH) == before


@pytest.mark.parametrize("first", ["index.html", "course/00_start_here.html"])
def test_the_laboratory_and_the_game_of_the_first_page_work(visit, first):
    page = visit(first)
    page.get_by_title("Run the same weights with 64 locations").click()
    page.locator("[data-action=locations][aria-pressed=true]", has_text="64").wait_for()
    stage = page.locator(".mp-game-stage")
    stage.click()
    page.keyboard.press("ArrowRight")
    stage.get_by_text("out of sight").first.wait_for()


def test_a_player_takes_the_theme_of_the_page(visit):
    page = visit("course/00_start_here.html", color_scheme="dark")
    player = page.locator(".memory-player").first
    player.wait_for()
    assert player.get_attribute("data-theme") == "dark"
    page.evaluate("document.body.dataset.theme = 'light'")
    page.wait_for_function(
        "document.querySelector('.player-stage').shadowRoot.querySelector('[data-theme=light]')"
    )


def test_figures_stand_on_white_in_the_dark(visit):
    page = visit("course/05_dnc_content_usage_allocation.html", color_scheme="dark")
    colour = "(node) => getComputedStyle(node).backgroundColor"
    assert page.locator("body").evaluate(colour) == "rgb(19, 20, 22)"
    figures = page.locator(".cell_output img")
    assert {figure.evaluate(colour) for figure in figures.all()} == {"rgb(255, 255, 255)"}


def test_hints_and_solutions_open(visit):
    page = visit("course/05_dnc_content_usage_allocation.html")
    for summary, inside in (("Hint", None), ("Show the solution", "✓")):
        details = page.locator("details", has_text=summary).first
        assert not details.evaluate("(node) => node.open")
        details.locator("summary").first.click()
        assert details.evaluate("(node) => node.open")
        if inside:
            assert inside in details.inner_text()


def test_search_finds_usage(visit):
    page = visit("search.html?q=usage")
    found = page.locator("#search-results li a")
    found.first.wait_for()
    assert any("DNC I: content, usage" in text for text in found.all_inner_texts())


def test_it_opens_from_a_folder_without_a_server(site, visit):
    page = visit("course/06_dnc_links.html", base=site.as_uri())
    page.locator(".memory-player input[aria-label=step]").focus()
    page.keyboard.press("End")
    assert page.locator(".memory-player").get_attribute("data-step") == "16"
    page = visit("search.html?q=usage", base=site.as_uri())
    page.locator("#search-results li a").first.wait_for()


def test_players_of_every_kind_are_found_and_live_on_one_page(browser, tmp_path):
    gallery = runpy.run_path(str(GALLERY))
    players = {make.__name__: make() for make in gallery["PAGES"]}
    outputs = [{"data": player._repr_mimebundle_()[0]} for player in players.values()]
    assert all(map(is_player, outputs))
    assert not is_player({"data": {"text/plain": "<Figure size 1x1>", "image/png": ""}})
    places = [place(player, run, "A run") for run, player in players.items()]
    assert {note for note in NOTES.values() for text in places if note in text} == {*NOTES.values()}
    path = tmp_path / "page.html"
    path.write_text("<!doctype html><body data-theme=light>" + "".join(alive(places)))
    page = browser.new_page()
    page.goto(path.as_uri())
    for run in players:
        page.locator(f"#player-{run} .memory-player[data-ready=true]").wait_for()
    page.locator("#player-tmaze_to_play .mp-game-stage").click()
    page.keyboard.press("ArrowRight")
    page.locator("#player-copy_live [data-word='0'][data-bit='0']").click()
    page.locator("#player-copy_live [data-action=undo]:enabled").wait_for()
    page.close()
