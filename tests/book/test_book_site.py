"""The site as files: everything is there, links lead somewhere, nothing comes from elsewhere."""

import ast
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from reference import packages, places
from sphinx.util import import_object
from sphinx.util.inventory import InventoryFile

from memorylab import published
from tools.exercises import is_folded, is_solution
from tools.table import present

pytestmark = pytest.mark.ray  # to document the agents, the build imports Ray

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
ADDRESSES = {"a": "href", "link": "href"} | dict.fromkeys(("img", "script", "iframe"), "src")
LEAD_ONLY = {"index", "search", "next", "prev", "author", "canonical"}


class Page(HTMLParser):
    """Collects what a page links to and loads, and the places in it that can be linked to."""

    def __init__(self, path):
        super().__init__()
        self.links, self.loads, self.places, self.text = [], [], set(), path.read_text()
        self.feed(self.text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.places.add(attributes.get("id"))
        address = attributes.get(ADDRESSES.get(tag))
        if address:
            loaded = tag != "a" and not (tag == "link" and attributes["rel"] in LEAD_ONLY)
            (self.loads if loaded else self.links).append(address)


@pytest.fixture(scope="module")
def pages(site):
    return {path: Page(path) for path in site.rglob("*.html")}


def test_there_is_a_page_for_each_notebook_and_each_package(site):
    for row in present(NOTEBOOKS):
        assert (site / "course" / row.file).with_suffix(".html").is_file()
    for package in packages():
        assert (site / "reference" / f"{package}.html").is_file()


def test_all_links_within_the_book_lead_somewhere(site, pages):
    broken, counted = [], 0
    for path, page in pages.items():
        for address in page.links + page.loads:
            link = urlsplit(address)
            if link.scheme or link.netloc:
                continue
            counted += 1
            target = (path.parent / unquote(link.path)).resolve() if link.path else path
            if not target.is_file() or not target.is_relative_to(site):
                broken.append(f"{path.name}: {address}")
            places = pages[target].places if target in pages else {unquote(link.fragment)}
            if link.fragment and unquote(link.fragment) not in places:
                broken.append(f"{path.name}: {address}")
    assert broken == []
    assert counted > 1000


def test_nothing_is_loaded_from_another_host(site, pages):
    remote = re.compile(r"^(?:\w+:)?//")
    loaded = [address for page in pages.values() for address in page.loads if remote.match(address)]
    assert loaded == []
    in_styles = re.compile(r"""(?:url\(|@import)\s*["']?(?:\w+:)?//""")
    assert [path for path in site.rglob("*.css") if in_styles.search(path.read_text())] == []


def test_the_bars_of_the_notebooks_are_gone(site, pages):
    for row in present(NOTEBOOKS):
        page = pages[(site / "course" / row.file).with_suffix(".html")]
        assert "launch_binder.svg" not in page.text
        assert "◀" not in page.text
        launched = any("mybinder.org" in link for link in page.links)
        assert launched == bool(published.REPOSITORY)


def test_hints_and_solutions_are_closed(site, pages):
    for row in present(NOTEBOOKS):
        cells = nbformat.read(NOTEBOOKS / row.file, as_version=4).cells
        folded = sum(map(is_folded, cells))
        hints = sum(cell.source.count("<summary>Hint</summary>") for cell in cells)
        text = pages[(site / "course" / row.file).with_suffix(".html")].text
        assert text.count("<summary>Hint</summary>") == hints
        assert len(re.findall(r'<details class="[^"]*\bhide\b', text)) == folded
        assert text.count("Show the solution") == sum(map(is_solution, cells))


def test_formulas_are_drawn_by_the_browser(site, pages):
    text = pages[site / "course" / "06_dnc_links.html"].text
    assert text.count("<math ") > 10
    assert "\\sum" not in text


def imported() -> set[str]:
    """Return what the notebooks import from memorylab, their self-checks aside."""
    found = set()
    for row in present(NOTEBOOKS):
        for cell in nbformat.read(NOTEBOOKS / row.file, as_version=4).cells:
            if cell.cell_type != "code":
                continue
            for line in ast.walk(ast.parse(cell.source)):
                module = getattr(line, "module", None) or ""
                if isinstance(line, ast.ImportFrom) and module.startswith("memorylab."):
                    found |= {f"{module}.{name.name}" for name in line.names}
    return {name for name in found if not name.startswith("memorylab_course.checks")}


def test_all_that_the_notebooks_import_is_in_the_reference(site):
    with (site / "objects.inv").open("rb") as file:
        inventory = InventoryFile.load(file, "", lambda base, path: path)
    documented = {
        name for kind, entries in inventory.items() if kind.startswith("py:") for name in entries
    }
    names = {places().get(id(import_object(name)), name) for name in imported()}
    assert len(names) > 60
    assert sorted(names - documented) == []


@pytest.mark.parametrize("place", ["a cell", "the prose"])
def test_names_lead_to_the_reference(site, pages, place):
    text = pages[site / "course" / "07_dnc_train_and_ablate.html"].text
    target = r'href="\.\./reference/memorylab\.memory\.dnc\.html#memorylab\.memory\.dnc\.ablate"'
    start = 'class="sphinx-codeautolink-a" ' if place == "a cell" else 'class="reference internal" '
    assert re.search(f"{start}{target}", text)


def test_shapes_in_signatures_can_be_read(site, pages):
    text = re.sub(r"<[^>]+>", "", pages[site / "reference" / "memorylab.memory.dnc.html"].text)
    assert "memory: Float[Tensor, '... N W']" in text
    for path, page in pages.items():
        if path.parent.name == "reference":
            for trace in ("jaxtyping.", "&lt;class", "&lt;function", "&lt;factory"):
                assert trace not in page.text, path.name
